/** @file How often tokens occur, and in how many documents: what vocabularies are made of. */
import type { Token } from './tokens.js';

/** Counts tokens of documents. */
export class TokenCounts<T extends Token> {
  readonly #counts = new Map<T, number>();
  readonly #documentCounts = new Map<T, number>();
  #documents = 0;

  get isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** Count the tokens of documents. */
  add(documents: readonly (readonly T[])[]): void {
    for (const document of documents) {
      for (const token of document) this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
      for (const token of new Set(document))
        this.#documentCounts.set(token, (this.#documentCounts.get(token) ?? 0) + 1);
    }
    this.#documents += documents.length;
  }

  /**
   * The tokens, the most frequent first; of equally frequent ones the larger.
   *
   * @param most How many, at most.
   * @param without Tokens that are left out.
   */
  mostFrequent(most: number, without: readonly (T | null)[], compare: (a: T, b: T) => number): T[] {
    return [...this.#counts]
      .filter(([token]) => !without.includes(token))
      .sort(([a, n], [b, m]) => m - n || compare(b, a))
      .slice(0, Math.max(0, most))
      .map(([token]) => token);
  }

  /** log(1 + documents / (1 + documents with the token)). */
  inverseDocumentFrequency(token: T): number {
    return Math.log(1 + this.#documents / (1 + (this.#documentCounts.get(token) ?? 0)));
  }
}

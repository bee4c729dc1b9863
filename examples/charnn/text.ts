/** @file Text as numbers: an alphabet, and windows of a text to learn from. */

/** The characters of a text, numbered in their order in Unicode. */
export class Alphabet {
  readonly characters: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.characters = [...new Set(text)].sort();
    this.#numbers = new Map(this.characters.map((character, number) => [character, number]));
  }

  get size(): number {
    return this.characters.length;
  }

  /** The numbers of a text's characters. @throws {Error} A character is not in the alphabet. */
  encode(text: string): Int32Array {
    return Int32Array.from(text, (character) => {
      const number = this.#numbers.get(character);
      if (number === undefined) throw new Error(`${JSON.stringify(character)} is not in the alphabet of the text.`);
      return number;
    });
  }
}

/** `count` windows of `length` characters that begin at `starts`, side by side, and the same windows one character later. */
export function windows(
  text: Int32Array,
  starts: readonly number[],
  length: number,
): [x: Int32Array, next: Int32Array] {
  const cut = (shift: number): Int32Array => {
    const out = new Int32Array(starts.length * length);
    starts.forEach((start, i) => out.set(text.subarray(start + shift, start + shift + length), i * length));
    return out;
  };
  return [cut(0), cut(1)];
}

/** Draw a number by probabilities. @param temperature Below 1 the likelier are drawn more often, above 1 less often. */
export function draw(probabilities: ArrayLike<number>, temperature: number, random: () => number): number {
  const weights = Array.from(probabilities, (p) => p ** (1 / temperature));
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const drawn = weights.findIndex((weight) => (rest -= weight) < 0);
  return drawn === -1 ? weights.length - 1 : drawn;
}

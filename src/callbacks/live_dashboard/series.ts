/** @file `Series`: points of a curve, of bounded number however long a run lasts. */

/** A number as in JSON, where those that are not finite stand as text. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** Points of a curve that a reader lacks. */
export interface SeriesFrame {
  /** Whether they take the place of what the reader has. */
  readonly reset: boolean;
  readonly x: readonly number[];
  readonly y: readonly JsonNumber[];
}

export function toJsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** Points that a curve keeps. */
export const MOST_POINTS = 600;

/**
 * A curve. When it has too many points each second one goes, and from then on each second one of those that come is kept: the points
 * stay evenly spread.
 */
export class Series {
  readonly x: number[] = [];
  readonly y: number[] = [];
  /** At which version each point came. */
  readonly #versions: number[] = [];
  /** At which version points last went. */
  #rewritten = 0;
  #stride = 1;
  #passed = 0;

  /** @returns Whether the point was kept. */
  add(x: number, y: number, version: number): boolean {
    if (this.#passed++ % this.#stride !== 0) return false;
    this.#push(x, y, version);
    if (this.x.length > MOST_POINTS) this.#thin(version);
    return true;
  }

  #push(x: number, y: number, version: number): void {
    this.x.push(x);
    this.y.push(y);
    this.#versions.push(version);
  }

  #thin(version: number): void {
    for (const list of [this.x, this.y, this.#versions]) {
      const kept = list.filter((_, i) => i % 2 === 0);
      list.splice(0, list.length, ...kept);
    }
    this.#stride *= 2;
    this.#passed = 1;
    this.#rewritten = version;
  }

  /** What a reader lacks who has seen a version; null: nothing. */
  since(version: number): SeriesFrame | null {
    const reset = version < this.#rewritten || version === 0;
    let from = reset ? 0 : this.x.length;
    while (from > 0 && this.#versions[from - 1] > version) from--;
    if (from === this.x.length) return null;
    return { reset, x: this.x.slice(from), y: this.y.slice(from).map(toJsonNumber) };
  }

  /** Take over what a frame brings. */
  apply({ reset, x, y }: SeriesFrame, version: number): void {
    if (reset) {
      for (const list of [this.x, this.y, this.#versions]) list.length = 0;
      this.#rewritten = version;
    }
    x.forEach((each, i) => this.#push(each, Number(y[i]), version));
  }
}

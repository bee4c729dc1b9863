/**
 * @file `Stage`: one link of a data set's chain. A stage is opened anew for every pass; all randomness comes from the
 * pass's path, so that a pass can be opened again at any element.
 */

/**
 * Which pass this is: the number of the pass over the whole chain, then the number of the repetition for each `repeat`
 * on the way up. Two openings with the same path give the same elements.
 */
export type Path = readonly number[];

export type Awaitable<T> = T | Promise<T>;

export const isPromise = <T>(x: Awaitable<T>): x is Promise<T> => x instanceof Promise;

/** Elements that can be had in any order. `length` is Infinity where the stage has no end. */
export interface Indexed<T> {
  readonly length: number;
  at(index: number): Awaitable<T>;
}

/** One link of the chain. */
export interface Stage<T> {
  /** Elements a pass; Infinity: without end; null: not known. */
  readonly cardinality: number | null;
  /** The elements of a pass in order, without the first `skip`. */
  open(path: Path, skip: number): AsyncGenerator<T, void, void>;
  /** Random access to a pass, where the stage has it. */
  indexed?(path: Path): Indexed<T>;
}

/** The elements of an indexed pass, one after the other. */
export async function* inOrder<T>(indexed: Indexed<T>, skip: number): AsyncGenerator<T, void, void> {
  for (let i = skip; i < indexed.length; i++) {
    const item = indexed.at(i);
    yield item instanceof Promise ? await item : item;
  }
}

/** Drop the first elements of a pass that cannot be opened in its middle. */
export async function* withoutFirst<T>(
  elements: AsyncGenerator<T, void, void>,
  skip: number,
): AsyncGenerator<T, void, void> {
  let left = skip;
  for await (const element of elements) {
    if (left > 0) left--;
    else yield element;
  }
}

/** A stage whose passes are indexed. */
export function indexedStage<T>(cardinality: number, indexed: (path: Path) => Indexed<T>): Stage<T> {
  return { cardinality, indexed, open: (path, skip) => inOrder(indexed(path), skip) };
}

/** A stage whose passes can only be read from their beginning. */
export function streamStage<T>(
  cardinality: number | null,
  open: (path: Path) => AsyncGenerator<T, void, void>,
): Stage<T> {
  return { cardinality, open: (path, skip) => (skip > 0 ? withoutFirst(open(path), skip) : open(path)) };
}

/** Rows of arrays, which can be had in any order. */
export function slicesStage(rows: { readonly length: number; at(index: number): unknown }): Stage<unknown> {
  return indexedStage(rows.length, () => ({ length: rows.length, at: (i) => rows.at(i) }));
}

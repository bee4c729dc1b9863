/** @file What `adapt` reads: one array, or batches of a list, a generator, a data set; at once where nothing has to be waited for. */
import { describe } from '../../core/describe.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { isDict } from '../../core/tree.js';
import type { TensorLike } from '../../runtime/index.js';
import { isStrings, isTypedArray, Tensor, toTensorOrTexts, Variable } from '../../runtime/index.js';
import { isPlainArray } from '../layer_types.js';

/** Batches by index: `PyDataset`, which lives in a room above. */
interface IndexedBatches {
  readonly numBatches: number | null;
  getItem(index: number): unknown;
}

/** Batches one after the other: arrays, or lists `[x, y]` of which `x` is taken. */
export type AdaptBatches =
  Iterable<unknown> | AsyncIterable<unknown> | Iterator<unknown> | AsyncIterator<unknown> | IndexedBatches;

/** What `adapt` takes: an array, a list of arrays, a `Dataset`, a `PyDataset`, a generator, or a function that makes one. */
export type AdaptData =
  TensorLike | string | readonly string[] | AdaptBatches | (() => AdaptBatches | Promise<AdaptBatches>);

/** Options of `layer.adapt(data, options)`. */
export interface AdaptOptions {
  /** How many batches are read, at most. Default null: all. Arrays are read whole. */
  readonly steps?: number | null;
}

/** Who reads: `array` is called once, for data that are one array; `batch` for each batch of others. */
export interface AdaptReader {
  array(x: Tensor): void;
  batch(x: Tensor): void;
}

const isOneArray = (data: unknown): boolean =>
  data instanceof Tensor ||
  data instanceof Variable ||
  isTypedArray(data) ||
  (isPlainArray(data) && !isPair(data)) ||
  typeof data === 'number' ||
  typeof data === 'string';

/** `[texts, labels]`: labels are an array, or a list of something else. */
const isPair = (data: unknown): boolean =>
  Array.isArray(data) &&
  Array.isArray(data[0]) &&
  data.some((part) => part instanceof Tensor || isTypedArray(part) || isStrings(part) !== isStrings(data[0]));

const isObject = (x: unknown): x is object => typeof x === 'object' && x !== null;
const isIterable = (x: unknown): x is Iterable<unknown> => isObject(x) && Symbol.iterator in x;
const isAsyncIterable = (x: unknown): x is AsyncIterable<unknown> => isObject(x) && Symbol.asyncIterator in x;
const isIterator = (x: unknown): x is Iterator<unknown> | AsyncIterator<unknown> =>
  isObject(x) && 'next' in x && typeof x.next === 'function';
const isIndexed = (x: unknown): x is IndexedBatches =>
  isObject(x) && 'getItem' in x && typeof x.getItem === 'function' && 'numBatches' in x && !(x instanceof Tensor);

/** A chain that knows how many elements it has: `Dataset`, which lives in a room above. */
const isCounted = (x: unknown): x is { cardinality(): unknown } =>
  isObject(x) && 'cardinality' in x && typeof x.cardinality === 'function';

/** Whether data say that they have no end. */
const isEndless = (x: unknown): boolean =>
  isIndexed(x) ? x.numBatches === null : isCounted(x) && x.cardinality() === Infinity;

/** The array of a batch: of `[x, y]` and `[x, y, sampleWeight]` it is `x`. */
function arrayOf(owner: string, item: unknown): Tensor {
  const pair = Array.isArray(item) && item.length > 0 && !isOneArray(item);
  const x: unknown = pair ? (item as unknown[])[0] : item;
  if (!isOneArray(x)) {
    throw new TypeError(
      `${owner}: adapt got a batch that is ${describe(x)}. Expected batches that are arrays, or lists [x, y] of arrays` +
        `${isDict(x) ? ': adapt to one feature of a dict by dataset.map((x) => x.name)' : ''}.`,
    );
  }
  return toTensorOrTexts(x as TensorLike, `${owner} (adapt)`);
}

/**
 * Read data, and finish. Everything that need not be waited for is read before this returns: after `layer.adapt(array)` the layer is
 * adapted, awaited or not.
 *
 * @param finish Called once all is read; what it changes is unchanged if reading fails.
 * @throws {TypeError} The data, or a batch, are of no known form.
 * @throws {ValueError} There is no batch, or there is no end of them.
 */
export async function readForAdapt(
  owner: string,
  data: unknown,
  reader: AdaptReader,
  finish: () => void,
  { steps = null }: AdaptOptions = {},
): Promise<void> {
  if (isOneArray(data)) {
    reader.array(toTensorOrTexts(data as TensorLike, `${owner} (adapt)`));
    finish();
    return;
  }
  const end = (batches: number): void => {
    if (batches === 0) throw new ValueError(`${owner}: adapt got data without a batch. Expected at least one.`);
    finish();
  };
  await eachItem(owner, data, (item) => reader.batch(arrayOf(owner, item)), end, { steps });
}

/**
 * Do something with each item of data: of a list, a generator, a data set, or of what a function gives. Everything that need not be waited for is
 * done before this returns.
 *
 * @param take May have to be waited for.
 * @param end Told how many there were.
 * @param options `steps`: how many items are taken, at most.
 * @throws {TypeError} The data are of no known form.
 */
export async function eachItem(
  owner: string,
  data: unknown,
  take: (item: unknown) => void | Promise<void>,
  end: (items: number) => void,
  { steps = null }: AdaptOptions = {},
): Promise<void> {
  let seen = 0;
  const next = (item: unknown): void | Promise<void> => {
    seen++;
    return take(item);
  };
  const more = (): boolean => steps === null || seen < steps;
  const source: unknown = typeof data === 'function' ? await (data as () => unknown)() : data;
  if (steps === null && isEndless(source))
    throw new ValueError(`${owner}: adapt got data without end. Give a part of them: dataset.take(n).`);
  if (isIndexed(source)) {
    for (let i = 0; (source.numBatches === null || i < source.numBatches) && more(); i++)
      await next(await source.getItem(i));
  } else if (isAsyncIterable(source)) {
    if (more())
      for await (const item of source) {
        await next(item);
        if (!more()) break;
      }
  } else if (isIterable(source)) {
    if (more())
      for (const item of source) {
        const late = next(item);
        if (late !== undefined) await late;
        if (!more()) break;
      }
  } else if (isIterator(source)) {
    while (more()) {
      const item: IteratorResult<unknown, unknown> = await source.next();
      if (item.done === true) break;
      await next(item.value);
    }
  } else {
    throw new TypeError(
      `${owner}: adapt got ${describe(source)}. Expected an array, or batches: a list of arrays, a Dataset, a PyDataset, or a generator.`,
    );
  }
  end(seen);
}

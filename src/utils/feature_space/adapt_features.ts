/**
 * @file Adapts the layers of a `FeatureSpace` to data, all in one pass: each layer reads its feature while the others read theirs, so that generators
 * and large files are gone through once.
 */
import { describe } from '../../core/describe.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { own } from '../../core/lookup.js';
import { formatShape } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import { sliceRows } from '../../data/rows.js';
import type { AdaptData } from '../../layers/index.js';
import { eachItem } from '../../layers/preprocessing/adapt.js';
import * as ops from '../../ops/index.js';
import type { TensorLike } from '../../runtime/index.js';
import { StringTensor, tensor, Tensor, toTensorOrTexts } from '../../runtime/index.js';

/** A layer that finds something in data. */
export interface Adaptable {
  adapt(data: AdaptData): void | Promise<void>;
}

/** How many single samples make a batch, as in Keras. */
const BATCH = 32;

/** A feature of a sample or of a batch as a tensor. @throws {TypeError} It is neither numbers nor texts. */
export function featureTensor(owner: string, name: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  try {
    return toTensorOrTexts(value as TensorLike, `${owner}: feature '${name}'`);
  } catch (error) {
    if (value !== null && value !== undefined && !isDict(value)) throw error;
    throw new TypeError(`${owner}: feature '${name}' is ${describe(value)}. Expected numbers or texts, and no holes.`, {
      cause: error,
    });
  }
}

const END = Symbol('end');
type Item = Tensor | typeof END | { readonly error: unknown };

interface Later<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function later<T>(): Later<T> {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

/** What one layer reads: it asks for a batch when it is done with the one before. */
class Feed {
  #item = later<Item>();
  #asked = later<void>();
  /** Whether nobody reads any more. */
  #closed = false;
  /** Single samples that do not make a batch yet. */
  #samples: Tensor[] = [];

  async *read(): AsyncGenerator<Tensor> {
    for (;;) {
      const { promise } = this.#item;
      this.#asked.resolve();
      const item = await promise;
      if (item === END) return;
      if (!(item instanceof Tensor)) throw item.error;
      yield item;
    }
  }

  /** Hand over a batch when it is asked for. */
  async #put(item: Item): Promise<void> {
    await this.#asked.promise;
    if (this.#closed) return;
    const { resolve } = this.#item;
    this.#item = later();
    this.#asked = later();
    resolve(item);
  }

  /** Hand over a feature of a sample, of a batch of single values, or of anything larger. */
  async add(x: Tensor): Promise<void> {
    if (x.ndim > 0) return this.#put(x.ndim === 1 ? ops.expandDims(x, -1) : x);
    this.#samples.push(x);
    if (this.#samples.length === BATCH) await this.#flush();
  }

  async #flush(): Promise<void> {
    const samples = this.#samples;
    this.#samples = [];
    if (samples.length > 0) await this.#put(ops.expandDims(ops.stack(samples), -1));
  }

  /** Hand over what is left, and wait until it has been read. */
  async settle(): Promise<void> {
    await this.#flush();
    await this.#asked.promise;
  }

  async end(): Promise<void> {
    await this.#put(END);
  }

  async fail(error: unknown): Promise<void> {
    await this.#put({ error });
  }

  /** Nobody reads any more: what is handed over is dropped. */
  close(): void {
    this.#closed = true;
    this.#asked.resolve();
  }
}

/** The features of an item: of `[x, y]` and `[x, y, sampleWeight]` they are `x`. @throws {TypeError} They are no dict. */
function featuresOf(owner: string, item: unknown): Readonly<Record<string, unknown>> {
  const features: unknown = Array.isArray(item) && isDict(item[0]) ? item[0] : item;
  if (isDict(features)) return features;
  throw new TypeError(
    `${owner}: adapt got an item that is ${describe(features)}. Expected dicts of features, such as { age: …, color: … }.`,
  );
}

/**
 * Adapt layers to data. If reading fails, no layer has changed.
 *
 * @param layers By the names of their features.
 * @param data A dict of columns, or items that are dicts of features: single samples, or batches.
 * @throws {ValueError} A feature is missing, columns have different lengths, or there are no data.
 * @throws {TypeError} The data are of no known form.
 */
export async function adaptTogether(
  owner: string,
  layers: ReadonlyMap<string, Adaptable>,
  data: unknown,
): Promise<void> {
  if (layers.size === 0) return;
  const feeds = new Map([...layers.keys()].map((name) => [name, new Feed()]));
  const failures: unknown[] = [];
  const running = [...layers].map(async ([name, layer]) => {
    const feed = feeds.get(name)!;
    try {
      await layer.adapt(feed.read());
    } catch (error) {
      failures.push(error);
    } finally {
      feed.close();
    }
  });
  const forAll = async (use: (feed: Feed, name: string) => Promise<void>): Promise<void> => {
    await Promise.all([...feeds].map(([name, feed]) => use(feed, name)));
    if (failures.length > 0) throw failures[0];
  };
  try {
    await (isDict(data) ? feedColumns(owner, data, [...layers.keys()], forAll) : feedItems(owner, data, forAll));
    await forAll((feed) => feed.settle());
    await forAll((feed) => feed.end());
  } catch (error) {
    // Layers that still read are told, so that they end unchanged.
    for (const feed of feeds.values()) void feed.fail(error);
    await Promise.all(running);
    throw error;
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

type ForAll = (use: (feed: Feed, name: string) => Promise<void>) => Promise<void>;

async function feedItems(owner: string, data: unknown, forAll: ForAll): Promise<void> {
  const take = async (item: unknown): Promise<void> => {
    const features = featuresOf(owner, item);
    await forAll((feed, name) => feed.add(featureTensor(owner, name, pick(owner, features, name))));
  };
  await eachItem(owner, data, take, (items) => {
    if (items === 0) throw new ValueError(`${owner}: adapt got data without an item. Expected at least one.`);
  });
}

/** Columns of single values go in batches; of others each sample goes alone, as in Keras. */
async function feedColumns(
  owner: string,
  data: Readonly<Record<string, unknown>>,
  names: readonly string[],
  forAll: ForAll,
): Promise<void> {
  const columns = new Map(names.map((name) => [name, featureTensor(owner, name, pick(owner, data, name))]));
  const [[first, { shape }]] = columns;
  for (const [name, x] of columns)
    if (x.ndim === 0 || x.shape[0] !== shape[0])
      throw new ValueError(
        `${owner}: adapt got columns of different lengths: '${first}' is ${formatShape(shape)}, '${name}' is ${formatShape(x.shape)}. Expected one value ` +
          `for each sample in every column.`,
      );
  if (shape[0] === 0) throw new ValueError(`${owner}: adapt got columns without a sample. Expected at least one.`);
  for (let start = 0; start < shape[0]; start += BATCH) {
    const end = Math.min(start + BATCH, shape[0]);
    await forAll(async (feed, name) => {
      const column = columns.get(name)!;
      if (column.ndim === 1) return feed.add(rowsOf(column, start, end));
      for (let row = start; row < end; row++) await feed.add(ops.squeeze(rowsOf(column, row, row + 1), { axis: 0 }));
    });
  }
}

function rowsOf(x: Tensor, start: number, end: number): Tensor {
  if (!(x instanceof StringTensor)) return sliceRows(x, start, end);
  const width = x.size / x.shape[0];
  return tensor(x.strings.slice(start * width, end * width), [end - start, ...x.shape.slice(1)]);
}

/** A feature of a dict. @throws {ValueError} It is not there. */
function pick(owner: string, features: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = own(features, name);
  if (value === undefined)
    throw new ValueError(
      `${owner}: the data have no feature '${name}'. They have: ${Object.keys(features).join(', ') || 'none'}.`,
    );
  return value;
}

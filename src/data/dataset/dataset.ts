/** @file `Dataset`: a lazily evaluated chain of data, as users know it from tf.data. */
import { checkMethods } from '../../core/methods.js';
import { checkedOptions } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { refuseUnknownOptions, ValueError } from '../../core/errors.js';
import { makeDefaultSeed } from '../../random/global_state.js';
import type { Layer, Returned } from '../../layers/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { FileSource } from '../../saving/places.js';
import { pathIn } from '../../saving/places.js';
import type { StreamLike } from '../streams.js';
import { isWebStream, readStream } from '../streams.js';
import { concatenateStage, interleaveStage, spread, zipStage } from './combine.js';
import type { CsvOptions } from './csv.js';
import { csvStage } from './csv.js';
import type { Batched, SliceOf, Unbatched } from './elements.js';
import { slicesOf } from './elements.js';
import { fileCacheStage } from './file_cache.js';
import { identityOf } from './identity.js';
import { hdf5Stage, npyStage } from './row_files.js';
import type { ShuffleOptions } from './shuffled.js';
import { shuffleStage } from './shuffled.js';
import type { Awaitable, Stage } from './stage.js';
import { indexedStage, streamStage } from './stage.js';
import {
  batchStage,
  cacheStage,
  duringStage,
  filterStage,
  mapStage,
  prefetchStage,
  repeatStage,
  shardStage,
  skipStage,
  takeStage,
  unbatchStage,
} from './transforms.js';

/** Anything that gives elements one after the other. */
export type ElementSource<T> = Iterable<T> | AsyncIterable<T>;

/** A row of a table: scalars and texts by column; with a label a pair. */
type CsvRow = Record<string, Tensor | string>;
type CsvElement<O> = O extends { readonly labelName: string } ? [features: CsvRow, label: Tensor | string] : CsvRow;

/** A structure of places of arrays, as the rows of these have it. */
export type RowOf<P> = P extends FileSource
  ? Tensor
  : P extends object
    ? { -readonly [K in keyof P]: RowOf<P[K]> }
    : never;

/** Options of `dataset.map(fn, options)`. */
export interface MapOptions {
  /** How many calls of an async function may be under way at once. The order of the elements stays. Default 1. */
  readonly numParallel?: number;
}

/** Options of `dataset.batch(size, options)`. */
export interface BatchOptions {
  /** Whether a last batch of fewer elements is left out. Default false. */
  readonly dropRemainder?: boolean;
}

/** Options of `dataset.paddedBatch(size, options)`. */
export interface PaddedBatchOptions extends BatchOptions {
  /**
   * The shape of an element after padding; null as a size: as large as the largest of the batch. A structure like the element's gives
   * each part its own. Default: every axis as large as the largest of the batch.
   */
  readonly paddedShapes?: unknown;
  /** The number that is put around smaller elements, or a structure of numbers like the element's. Default 0. */
  readonly paddingValues?: unknown;
}

/** Options of `dataset.interleave(fn, options)`. */
export interface InterleaveOptions {
  /** How many data sets are read in turn. Default 1: one after the other. */
  readonly cycleLength?: number;
  /** How many elements of each are given before it is the next one's turn. Default 1. */
  readonly blockLength?: number;
}

/** Options of `dataset.cache(place, options)`. */
export interface CacheOptions {
  /** What the elements depend on beside the data and the texts of the functions: another key makes the file anew. Default `''`. */
  readonly key?: string;
}

/** Where a reader of a data set stands: enough to open it again there. Plain numbers, made to be stored as JSON. */
export interface DatasetPosition {
  /** Number of the pass, from 0: shuffles have an order of their own in each. */
  readonly pass: number;
  /** How many elements of the pass have been given. */
  readonly taken: number;
}

/**
 * Reads one pass of a data set, and knows where it stands.
 *
 * @param source What gives the elements.
 * @param options The position from which the pass goes on.
 * @see tf.data.Iterator
 * @example
 * const pass = Dataset.range(3)[Symbol.asyncIterator]();
 * await pass.next(); // { value: 0, done: false }
 */
export class DatasetIterator<T> implements AsyncIterableIterator<T> {
  readonly #source: AsyncGenerator<T, void, void>;
  readonly #pass: number;
  #taken: number;

  constructor(source: AsyncGenerator<T, void, void>, { pass, taken }: DatasetPosition) {
    this.#source = source;
    this.#pass = pass;
    this.#taken = taken;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    const { done, value } = await this.#source.next();
    if (done === true) return { done: true, value: undefined };
    this.#taken++;
    return { done: false, value };
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    await this.#source.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Where this reader stands: `dataset.iterator(position)` goes on there. */
  position(): DatasetPosition {
    return { pass: this.#pass, taken: this.#taken };
  }
}
checkMethods(DatasetIterator);

const count = (owner: string, name: string, value: unknown, least: number): number => {
  if (typeof value !== 'number' || !(Number.isInteger(value) || value === Infinity) || value < least)
    throw new ValueError(`Dataset.${owner}: ${name}=${describe(value)}. Expected a whole number from ${least}.`);
  return value;
};

const callback = <F>(owner: string, fn: F): F => {
  if (typeof fn !== 'function')
    throw new ValueError(`Dataset.${owner}: got ${describe(fn)}. Expected a function of one element.`);
  return fn;
};

/**
 * A chain of data that is read lazily: nothing is made before it is asked for, and every loop over it is a new pass. It goes into
 * `fit`, `evaluate`, `predict` and `adapt`; elements are then batches `[x]`, `[x, y]` or `[x, y, sampleWeight]`.
 *
 * Chains over arrays, ranges and lists have random access: shuffling them moves indices only, and a pass is opened again at any element
 * at no cost. All randomness comes from seeds and the number of the pass, so that a run can be resumed exactly.
 *
 * @param stage The step of the chain from which elements come; made by `Dataset.fromTensorSlices` and the other makers.
 * @see tf.data.Dataset
 * @example
 * const dataset = Dataset.fromTensorSlices([tensor([[1, 2], [3, 4], [5, 6]]), tensor([0, 1, 0])])
 *   .shuffle(3, { seed: 1 })
 *   .batch(2);
 * for await (const [x, y] of dataset) console.log(x.shape, y.shape);  // [2, 2] [2], then [1, 2] [1]
 */
export class Dataset<T> implements AsyncIterable<T> {
  readonly #stage: Stage<T>;
  /** What `cache(file)` is told of the chain: the maker or method, what it was given, and what stands before. */
  readonly #made: readonly [before: readonly Dataset<unknown>[], name: string, given: readonly unknown[]];
  #passes = 0;

  private constructor(stage: Stage<T>, name: string, given: readonly unknown[], ...before: Dataset<unknown>[]) {
    this.#stage = stage;
    this.#made = [before, name, given];
  }

  #identity(): string {
    const [before, name, given] = this.#made;
    return `${before.map((each) => `${each.#identity()}.`).join('')}${name}(${given.map(identityOf).join()})`;
  }

  /**
   * One element per row: arrays are cut along their first axis, all parts of a structure together.
   *
   * @param data A tensor, typed array, nested lists of numbers or list of strings; or a list or dict of these, of one length.
   * @throws {ValueError} There is nothing to cut, or the parts have different lengths.
   */
  static fromTensorSlices<const D>(data: D): Dataset<SliceOf<D>> {
    const rows = slicesOf(data, 'Dataset.fromTensorSlices');
    return new Dataset<SliceOf<D>>(
      indexedStage(rows.length, () => ({ length: rows.length, at: (i) => rows.at(i) as SliceOf<D> })),
      'slices',
      [data],
    );
  }

  /**
   * The rows of a table of text (CSV), whose first line names the columns. Small tables are read as a whole, large
   * ones (`stream`) piece by piece.
   *
   * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file.
   * @returns Elements are dicts of scalars and texts by the names of the columns; with `labelName` pairs of such a dict and the label.
   * @throws {ValueError} The file is broken or lacks a column, or a cell is no number where one is wanted.
   * @example
   * const bytes = new TextEncoder().encode('size,color,price\n1,red,10\n2,blue,20');
   * const rows = await Dataset.fromCsv(bytes, { columns: { size: 'int32', color: 'string' }, labelName: 'price' });
   * rows.cardinality()  // 2
   */
  static async fromCsv<const O extends CsvOptions = object>(
    place: FileSource,
    options?: O,
  ): Promise<Dataset<CsvElement<O>>> {
    const { columns, labelName, delimiter, stream, ...rest }: CsvOptions = options ?? {};
    refuseUnknownOptions('Dataset.fromCsv', rest, ['columns', 'labelName', 'delimiter', 'stream']);
    const stage = await csvStage(place, { columns, labelName, delimiter, stream });
    return new Dataset(stage, 'csv', [place, columns, labelName, delimiter]) as Dataset<never>;
  }

  /**
   * One element per row of arrays in an HDF5 file. Nothing but the rows at hand is in memory; the file is open while a pass is read. A
   * shuffle mixes within its buffer.
   *
   * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file.
   * @param paths The path of an array in the file, or a list or dict of paths: elements have that structure.
   * @throws {ValueError} The file is broken or lacks an array, or the arrays have different numbers of rows.
   * @example
   * const load = async () => {
   *   const rows = await Dataset.fromHdf5('faces.h5', ['images', 'labels']);
   *   return rows.shuffle(1000).batch(32);
   * };
   */
  static async fromHdf5<const P>(place: FileSource, paths: P): Promise<Dataset<RowOf<P>>> {
    return new Dataset(await hdf5Stage(place, paths), 'hdf5', [place, paths]) as Dataset<RowOf<P>>;
  }

  /**
   * One element per row of arrays in `.npy` files. Nothing but the rows at hand is in memory; files are open while a pass is read. A shuffle
   * mixes within its buffer.
   *
   * @param places A path, a URL, the bytes, a Blob or File, or the handle of a file; or a list or dict of these: elements have that structure.
   * @throws {ValueError} A file is broken or lies column by column, or the arrays have different numbers of rows.
   * @example
   * await utils.saveNpy([[1, 2], [3, 4]], 'x.npy');
   * await utils.saveNpy([0, 1], 'y.npy');
   * const rows = await Dataset.fromNpy(['x.npy', 'y.npy']);
   * rows.cardinality()  // 2
   */
  static async fromNpy<const P>(places: P): Promise<Dataset<RowOf<P>>> {
    return new Dataset(await npyStage(places), 'npy', [places]) as Dataset<RowOf<P>>;
  }

  /** The items of a list as elements, as they are. */
  static fromList<E>(items: readonly E[]): Dataset<E> {
    if (!Array.isArray(items)) throw new ValueError(`Dataset.fromList: got ${describe(items)}. Expected a list.`);
    const stage = indexedStage(items.length, () => ({ length: items.length, at: (i) => items[i] as E }));
    return new Dataset<E>(stage, 'list', [items]);
  }

  /**
   * What a generator gives. The function is called anew for every pass.
   *
   * @param make Returns an iterable, sync or async (a generator function does), or a stream: a web `ReadableStream`, or a `Readable` of
   *   Node.
   */
  static fromGenerator<E>(make: () => Awaitable<ElementSource<E> | StreamLike<E>>): Dataset<E> {
    if (typeof make !== 'function')
      throw new ValueError(
        `Dataset.fromGenerator: got ${describe(make)}. Expected a function that makes the generator, which is called for every pass.`,
      );
    return new Dataset<E>(
      streamStage(null, async function* () {
        const source: unknown = await make();
        if (isWebStream(source)) {
          yield* readStream(source) as AsyncIterable<E>;
          return;
        }
        if (
          typeof source !== 'object' ||
          source === null ||
          !(Symbol.asyncIterator in source || Symbol.iterator in source)
        )
          throw new ValueError(
            `Dataset.fromGenerator: the function returned ${describe(source)}. Expected a generator, or another iterable.`,
          );
        yield* source as AsyncIterable<E>;
      }),
      'generator',
      [make],
    );
  }

  /** The whole numbers from `start` to `stop` (not included) by `step`: `range(stop)`, `range(start, stop)`, `range(start, stop, step)`. */
  static range(
    ...args: readonly [stop: number] | readonly [start: number, stop: number, step?: number]
  ): Dataset<number> {
    const [start, stop, step = 1] = args.length === 1 ? [0, args[0]] : args;
    for (const value of [start, stop, step]) {
      if (!(Number.isInteger(value) || Math.abs(value) === Infinity) || step === 0)
        throw new ValueError(`Dataset.range(${args.join(', ')}): expected whole numbers, and a step other than 0.`);
    }
    const length = Math.max(0, Math.ceil((stop - start) / step));
    const stage = indexedStage(length, () => ({ length, at: (i) => start + i * step }));
    return new Dataset<number>(stage, 'range', [start, stop, step]);
  }

  /** Elements of several data sets side by side, in the structure given: a list or dict of data sets. It ends with the shortest. */
  static zip<const D>(datasets: D): Dataset<{ -readonly [K in keyof D]: D[K] extends Dataset<infer E> ? E : never }> {
    const parts = spread(datasets, (x): x is Dataset<unknown> => x instanceof Dataset);
    if (parts === null)
      throw new ValueError(`Dataset.zip: got ${describe(datasets)}. Expected a list or dict of data sets.`);
    const stages = parts.leaves.map((dataset) => dataset.#stage);
    return new Dataset(zipStage(stages, parts.build), 'zip', [], ...parts.leaves) as Dataset<never>;
  }

  /** Elements of a pass: Infinity without end, null where it is not known before it is read. */
  cardinality(): number | null {
    return this.#stage.cardinality;
  }

  /**
   * Each element through a function.
   *
   * @param fn Gets one element and returns another; may be async. A layer is one too.
   */
  map<L extends Layer>(fn: L, options?: MapOptions): Dataset<T extends Tensor ? Returned<L['call']> : unknown>;
  map<R>(fn: (element: T) => Awaitable<R>, options?: MapOptions): Dataset<R>;
  map<R>(fn: (element: T) => Awaitable<R>, options: MapOptions = {}): Dataset<R> {
    options = checkedOptions('map', options, arguments, 1, ['numParallel']);
    const { numParallel = 1, ...rest } = options;
    refuseUnknownOptions('Dataset.map', rest, ['numParallel']);
    const stage = mapStage(this.#stage, callback('map', fn), count('map', 'numParallel', numParallel, 1));
    return new Dataset(stage, 'map', [fn], this);
  }

  /** The elements for which a function gives true; it may be async. */
  filter(predicate: (element: T) => Awaitable<boolean>): Dataset<T> {
    return new Dataset(filterStage(this.#stage, callback('filter', predicate)), 'filter', [predicate], this);
  }

  /** The elements up to the first for which a function gives false. */
  takeWhile(predicate: (element: T) => Awaitable<boolean>): Dataset<T> {
    callback('takeWhile', predicate);
    const stage = this.#stage;
    return new Dataset(
      streamStage(null, async function* (path) {
        for await (const element of stage.open(path, 0)) {
          if (!(await predicate(element))) return;
          yield element;
        }
      }),
      'takeWhile',
      [predicate],
      this,
    );
  }

  /** Each element with its number, from `start`: `[index, element]`. */
  enumerate(start = 0): Dataset<[index: number, element: T]> {
    return Dataset.zip([Dataset.range(start, Infinity), this]) as Dataset<[number, T]>;
  }

  /** The first `n` elements of each pass; −1 or Infinity: all. */
  take(n: number): Dataset<T> {
    return new Dataset(takeStage(this.#stage, n === -1 ? Infinity : count('take', 'n', n, 0)), 'take', [n], this);
  }

  /** All but the first `n` elements of each pass; −1: none. */
  skip(n: number): Dataset<T> {
    const stage = n === -1 ? takeStage(this.#stage, 0) : skipStage(this.#stage, count('skip', 'n', n, 0));
    return new Dataset(stage, 'skip', [n], this);
  }

  /** Every `numShards`-th element, from `index` on: one part of several that share the data. */
  shard(numShards: number, index: number): Dataset<T> {
    count('shard', 'numShards', numShards, 1);
    if (count('shard', 'index', index, 0) >= numShards)
      throw new ValueError(`Dataset.shard: index=${index}, but there are ${numShards} shards, from 0.`);
    return new Dataset(shardStage(this.#stage, numShards, index), 'shard', [numShards, index], this);
  }

  /** The elements `n` times over; without an argument, or with −1, without end. Shuffles before it have an order of their own in each. */
  repeat(n = Infinity): Dataset<T> {
    const stage = repeatStage(this.#stage, n === -1 ? Infinity : count('repeat', 'n', n, 0));
    return new Dataset(stage, 'repeat', [n], this);
  }

  /**
   * A random order. Each element is drawn from a buffer of the next `bufferSize` ones; a buffer as large as the data mixes them all.
   *
   * @param bufferSize Elements in the buffer, from 1. Over arrays, lists and ranges the buffer holds indices only.
   */
  shuffle(bufferSize: number, options: ShuffleOptions = {}): Dataset<T> {
    options = checkedOptions('shuffle', options, arguments, 1, ['seed', 'reshuffleEachIteration']);
    const { seed = null, reshuffleEachIteration = true, ...rest } = options;
    refuseUnknownOptions('Dataset.shuffle', rest, ['seed', 'reshuffleEachIteration']);
    if (seed !== null && !Number.isInteger(seed))
      throw new ValueError(`Dataset.shuffle: seed=${describe(seed)}. Expected a whole number, or null.`);
    const size = count('shuffle', 'bufferSize', bufferSize, 1);
    const stage = shuffleStage(this.#stage, size, (seed ?? makeDefaultSeed()) >>> 0, reshuffleEachIteration);
    return new Dataset(stage, 'shuffle', [size, seed, reshuffleEachIteration], this);
  }

  /**
   * Groups of elements as one: arrays and numbers become tensors with a new first axis.
   *
   * @param batchSize Elements a group, from 1.
   * @throws {ValueError} When it is read: elements of one group have different shapes, dtypes or structures.
   */
  batch(batchSize: number, options: BatchOptions = {}): Dataset<Batched<T>> {
    options = checkedOptions('batch', options, arguments, 1, ['dropRemainder']);
    const { dropRemainder = false, ...rest } = options;
    refuseUnknownOptions('Dataset.batch', rest, ['dropRemainder']);
    return new Dataset(
      batchStage<T, Batched<T>>(
        this.#stage,
        count('batch', 'batchSize', batchSize, 1),
        dropRemainder,
        null,
        'Dataset.batch',
      ),
      'batch',
      [batchSize, dropRemainder],
      this,
    );
  }

  /** As `batch`, for elements of different sizes: smaller ones are padded at the end of their axes. */
  paddedBatch(batchSize: number, options: PaddedBatchOptions = {}): Dataset<Batched<T>> {
    options = checkedOptions('paddedBatch', options, arguments, 1, ['paddedShapes', 'paddingValues', 'dropRemainder']);
    const { dropRemainder = false, paddedShapes = null, paddingValues = 0, ...rest } = options;
    refuseUnknownOptions('Dataset.paddedBatch', rest, ['dropRemainder', 'paddedShapes', 'paddingValues']);
    const padding = { shapes: paddedShapes, values: paddingValues };
    return new Dataset(
      batchStage<T, Batched<T>>(
        this.#stage,
        count('paddedBatch', 'batchSize', batchSize, 1),
        dropRemainder,
        padding,
        'Dataset.paddedBatch',
      ),
      'paddedBatch',
      [batchSize, dropRemainder, paddedShapes, paddingValues],
      this,
    );
  }

  /** The rows of each element as elements: what `batch` has put together comes apart. */
  unbatch(): Dataset<Unbatched<T>> {
    return new Dataset(unbatchStage<T, Unbatched<T>>(this.#stage), 'unbatch', [], this);
  }

  /** The elements of this one, then those of another. */
  concatenate(other: Dataset<T>): Dataset<T> {
    if (!(other instanceof Dataset))
      throw new ValueError(`Dataset.concatenate: got ${describe(other)}. Expected a data set.`);
    return new Dataset(concatenateStage(this.#stage, other.#stage), 'concatenate', [], this, other);
  }

  /** The elements of the data sets that a function makes of each element, some of each in turn. */
  interleave<R>(fn: (element: T) => Awaitable<Dataset<R>>, options: InterleaveOptions = {}): Dataset<R> {
    options = checkedOptions('interleave', options, arguments, 1, ['cycleLength', 'blockLength']);
    const { cycleLength = 1, blockLength = 1, ...rest } = options;
    refuseUnknownOptions('Dataset.interleave', rest, ['cycleLength', 'blockLength']);
    callback('interleave', fn);
    const stageOf = async (element: T): Promise<Stage<R>> => {
      const made = await fn(element);
      if (!(made instanceof Dataset))
        throw new ValueError(`Dataset.interleave: the function returned ${describe(made)}. Expected a data set.`);
      return made.#stage;
    };
    return new Dataset(
      interleaveStage(
        this.#stage,
        stageOf,
        count('interleave', 'cycleLength', cycleLength, 1),
        count('interleave', 'blockLength', blockLength, 1),
      ),
      'interleave',
      [fn, cycleLength, blockLength],
      this,
    );
  }

  /** The elements of the data sets that a function makes of each element, one data set after the other. */
  flatMap<R>(fn: (element: T) => Awaitable<Dataset<R>>): Dataset<R> {
    return this.interleave(fn);
  }

  /** Elements are made before they are asked for, at most `bufferSize` ahead, while their reader is busy. */
  prefetch(bufferSize: number): Dataset<T> {
    const size = bufferSize === -1 ? 2 : count('prefetch', 'bufferSize', bufferSize, 1);
    return new Dataset(prefetchStage(this.#stage, size), 'prefetch', [], this);
  }

  /**
   * The same elements, with something that stands by while a pass is read: a connection, a folder for what is unpacked.
   *
   * @param begin Called when the first element of a pass is asked for. What it returns is called when the pass ends: with its last
   *   element, when its reader stops, or with an error.
   */
  during(begin: () => Awaitable<() => Awaitable<void>>): Dataset<T> {
    callback('during', begin);
    return new Dataset(duringStage(this.#stage, begin), 'during', [], this);
  }

  /**
   * The elements of the first whole pass are kept, and given again in later passes: in memory, or in a file that later programs read too.
   *
   * A file is written while the first pass is read, beside its place under `.partial`, and is put there when it is complete. A pass that
   * ended early, or a program that was killed, leaves what it had made: the next one goes on from there. A file that is broken, or was made
   * of other data or by other functions, is made anew, with a warning.
   *
   * @param place Path of the file. Default null: memory.
   * @param options `key`: a text that says what else the elements depend on. Of functions only their text is compared, so what they take
   *   from outside of it goes here.
   * @throws {ValueError} Something else stands at the path, or the data have no end. When it is read: an element cannot be kept in a file.
   * @example
   * let made = 0;
   * const squares = Dataset.range(3).map((i) => (made++, i * i)).cache('squares.cache');
   * await squares.toArray();
   * await squares.toArray();
   * made // 3
   */
  cache(place: string | URL | null = null, options: CacheOptions = {}): Dataset<T> {
    const { key = '', ...rest } = checkedOptions<CacheOptions>('cache', options, arguments, 1, ['key']);
    refuseUnknownOptions('Dataset.cache', rest, ['key']);
    if (place === null) return new Dataset(cacheStage(this.#stage), 'cache', [], this);
    const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
    if (path === null || path === '')
      throw new ValueError(`Dataset.cache: place=${describe(place)}. Expected the path of a file, or null.`);
    if (typeof key !== 'string') throw new ValueError(`Dataset.cache: key=${describe(key)}. Expected a text.`);
    if (this.cardinality() === Infinity)
      throw new ValueError('Dataset.cache: the data set has no end, and no file would hold it. Use take(n) first.');
    const identity = (): string => `${this.#identity()} ${key}`;
    return new Dataset(fileCacheStage(this.#stage, path, identity), 'cache', [], this);
  }

  /** The same elements, which depend on more than the chain shows: `cache(file)` is told. */
  _dependingOn(given: readonly unknown[]): Dataset<T> {
    return new Dataset(this.#stage, 'dependingOn', given, this);
  }

  /** This data set through a function that makes another of it. */
  apply<R>(fn: (dataset: this) => Dataset<R>): Dataset<R> {
    return callback('apply', fn)(this);
  }

  /**
   * A reader of one pass that knows where it stands.
   *
   * @param position Where to begin: what `position()` of another reader gave. Default: the next pass, from its first element.
   */
  iterator(position?: DatasetPosition): DatasetIterator<T> {
    if (position !== undefined) {
      for (const name of ['pass', 'taken'] as const) count('iterator', `position.${name}`, position[name], 0);
      this.#passes = Math.max(this.#passes, position.pass + 1);
    }
    const at = position ?? { pass: this.#passes++, taken: 0 };
    return new DatasetIterator(this.#stage.open([at.pass], at.taken), at);
  }

  [Symbol.asyncIterator](): DatasetIterator<T> {
    return this.iterator();
  }

  /** A function over all elements of a pass, with what it returned for those before. */
  async reduce<R>(initial: R, fn: (state: R, element: T) => Awaitable<R>): Promise<R> {
    let state = initial;
    for await (const element of this) state = await fn(state, element);
    return state;
  }

  /** All elements of a pass in a list. @throws {ValueError} It has no end. */
  async toArray(): Promise<T[]> {
    if (this.cardinality() === Infinity)
      throw new ValueError('Dataset.toArray: the data set has no end. Use take(n) first.');
    const elements: T[] = [];
    for await (const element of this) elements.push(element);
    return elements;
  }
}
checkMethods(Dataset);

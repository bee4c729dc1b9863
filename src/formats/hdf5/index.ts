/**
 * @file HDF5 files: what they hold, their arrays, and how they are written. h5wasm does it (see engine.ts), loaded when the first file
 * is opened. No Keras here.
 *
 * To read: `const file = await openHdf5(await fileSource('model.h5'))`, then `file.attributes(group)` and `await file.read(path)`, which
 * gives an NDArray; at the end `await file.close()`.
 */
import type { DType } from '../../core/dtype.js';
import { dtypeInfo } from '../../core/dtype.js';
import { itemBytes, takeBytes, toBytes } from '../../core/bytes.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray } from '../../core/ndarray.js';
import type { Shape } from '../../core/shape.js';
import { sizeOf } from '../../core/shape.js';
import type { ByteSource } from '../byte_source.js';
import { readAll } from '../byte_source.js';
import type { AttributeValue, Contents, DatasetInfo, ElementType } from './engine.js';
import type { EngineRunner } from './runner.js';
import { reasonOf } from './reason.js';
import { engineReadsFiles, engineRunner } from './runner.js';

export type { AttributeValue } from './engine.js';

/** What a file may cost. */
export interface ReadLimits {
  /** Bytes that one array may take. Default: 2^34. */
  readonly maxBytes?: number;
  /** Objects that a file may hold. Default: a million. */
  readonly maxObjects?: number;
  /** Seconds that one step of reading may take before it is ended, and one more for each 32 MB of the array that is read. Default 15. */
  readonly timeout?: number;
}

type Attributes = Readonly<Record<string, AttributeValue>>;

let files = 0;
/** No compression that HDF5 has makes data smaller than so many times. */
const MOST_COMPRESSION = 1100;
/** Bytes that arrays of any file may take: HDF5 does not store what is all of one value. */
const LEAST_BOUND = 2 ** 26;
/** Bytes a second. */
const SLOW_DISK = 2 ** 25;

function dtypeOf({ kind, size, signed }: ElementType, attributes: Attributes): DType | null {
  if (kind === 'bool') return 'bool';
  if (kind === 'opaque') return size === 2 && attributes['dtype'] === 'bfloat16' ? 'bfloat16' : null;
  if (kind === 'float') return size === 2 ? 'float16' : size === 4 ? 'float32' : size === 8 ? 'float64' : null;
  if (kind !== 'int' || ![1, 2, 4, 8].includes(size)) return null;
  return `${signed ? '' : 'u'}int${size * 8}` as DType;
}

/** An HDF5 file that is open for reading. Paths have no slash in front; that of the root is `''`. */
export class Hdf5File {
  readonly #source: ByteSource;
  readonly #runner: EngineRunner;
  readonly #id: number;
  readonly #contents: Contents;
  #closed = false;

  constructor(source: ByteSource, runner: EngineRunner, id: number, contents: Contents) {
    this.#source = source;
    this.#runner = runner;
    this.#id = id;
    this.#contents = contents;
  }

  /** For messages: the file's name. */
  get name(): string {
    return this.#source.name;
  }

  /** The paths of all groups, the root's `''` first. */
  get groups(): string[] {
    return Object.keys(this.#contents.groups);
  }

  /** The paths of all datasets. */
  get datasets(): string[] {
    return Object.keys(this.#contents.datasets);
  }

  /** Bytes that all arrays take. */
  get totalBytes(): number {
    const all = Object.values(this.#contents.datasets);
    return all.reduce((sum, { shape, element }) => sum + sizeOf(shape) * element.size, 0);
  }

  hasGroup(path: string): boolean {
    return Object.hasOwn(this.#contents.groups, path);
  }

  hasDataset(path: string): boolean {
    return Object.hasOwn(this.#contents.datasets, path);
  }

  /** The names of what is in a group. */
  names(path: string): string[] {
    const start = path === '' ? '' : `${path}/`;
    return [...this.groups, ...this.datasets]
      .filter((each) => each !== '' && each.startsWith(start) && !each.slice(start.length).includes('/'))
      .map((each) => each.slice(start.length))
      .filter((name) => name !== '');
  }

  /** The attributes of a group or dataset; empty if there is none. */
  attributes(path: string): Attributes {
    if (this.hasGroup(path)) return this.#contents.groups[path];
    return this.hasDataset(path) ? this.#contents.datasets[path].attributes : {};
  }

  #info(path: string): DatasetInfo {
    if (!this.hasDataset(path)) throw new ValueError(`${this.name}: there is no array '${path}'.`);
    return this.#contents.datasets[path];
  }

  /** The shape of an array. @throws {ValueError} There is none at the path. */
  shapeOf(path: string): Shape {
    return this.#info(path).shape;
  }

  /** The dtype of an array; null: its elements are no numbers. @throws {ValueError} There is none at the path. */
  dtypeOf(path: string): DType | null {
    const { element, attributes } = this.#info(path);
    return dtypeOf(element, attributes);
  }

  /**
   * An array.
   *
   * @throws {ValueError} There is none, it holds no numbers, or the file is broken there.
   */
  async read(path: string): Promise<NDArray> {
    const { shape } = this.#info(path);
    const dtype = this.dtypeOf(path);
    if (dtype === null) throw new ValueError(`${this.name}: the array '${path}' holds no numbers.`);
    return takeBytes(dtype, shape, (await this.#read(path)) as Uint8Array);
  }

  /**
   * Rows of an array: nothing else is read.
   *
   * @param start The first row.
   * @param stop The row after the last.
   * @throws {ValueError} As `read`; or there are no such rows.
   */
  async readRows(path: string, start: number, stop: number): Promise<NDArray> {
    const { shape } = this.#info(path);
    const dtype = this.dtypeOf(path);
    if (dtype === null) throw new ValueError(`${this.name}: the array '${path}' holds no numbers.`);
    if (shape.length === 0 || !(start >= 0 && start <= stop && stop <= shape[0]))
      throw new ValueError(
        `${this.name}: the array '${path}' of shape (${shape.join(', ')}) has no rows ${start} to ${stop}.`,
      );
    const rows = [stop - start, ...shape.slice(1)];
    return takeBytes(dtype, rows, (await this.#read(path, [start, stop])) as Uint8Array);
  }

  /** The texts of an array of texts. @throws {ValueError} It holds something else. */
  async readStrings(path: string): Promise<string[]> {
    if (this.#info(path).element.kind !== 'string') throw new ValueError(`${this.name}: '${path}' holds no texts.`);
    return (await this.#read(path)) as string[];
  }

  async #read(path: string, range?: readonly [number, number]): Promise<Uint8Array | string[]> {
    try {
      const { shape, element } = this.#info(path);
      // A slow disk is no broken file.
      // The shape is what the file says; what there is to read is no more than the file.
      const count = range === undefined ? sizeOf(shape) : (range[1] - range[0]) * sizeOf(shape.slice(1));
      const more = Math.floor(Math.min(count * element.size, this.#source.size) / SLOW_DISK);
      return await this.#runner.call('read', [this.#id, path, range], { more });
    } catch (error) {
      throw new ValueError(`${this.name}: the array '${path}' cannot be read: ${reasonOf(error)}.`);
    }
  }

  /** Close it; the source stays open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.#runner.call('close', [this.#id]);
    } catch {
      // The engine has ended, and the file with it.
    }
  }
}

/**
 * Open an HDF5 file and look at what it holds.
 *
 * @param source The bytes; they are read in place, array by array.
 * @throws {ValueError} It is no HDF5 file, is broken, or holds links that lead out of it.
 */
export async function openHdf5(source: ByteSource, limits: ReadLimits = {}): Promise<Hdf5File> {
  const { maxBytes = 2 ** 34, maxObjects = 1e6, timeout = 15 } = limits;
  const runner = engineRunner(timeout);
  const id = files++;
  let { place } = source;
  const readsHere = place.kind === 'file' ? engineReadsFiles() : place.kind !== 'blob' || readsBlobsAtOnce();
  if (!readsHere) place = { kind: 'bytes', bytes: await readAll(source, maxBytes) };
  try {
    const contents = await runner.call('open', [id, place, { objects: maxObjects, bytes: maxBytes }]);
    const file = new Hdf5File(source, runner, id, contents);
    const most = Math.max(LEAST_BOUND, MOST_COMPRESSION * source.size);
    if (file.totalBytes <= most) return file;
    await file.close();
    throw new Error(`its arrays claim ${file.totalBytes} bytes, which a file of ${source.size} cannot hold`);
  } catch (error) {
    throw new ValueError(`${source.name}: cannot be read as HDF5: ${reasonOf(error)}.`);
  }
}

/** An HDF5 file that is being written. */
export class Hdf5Writer {
  readonly #name: string;
  readonly #runner: EngineRunner;
  readonly #id: number;

  constructor(name: string, runner: EngineRunner, id: number) {
    this.#name = name;
    this.#runner = runner;
    this.#id = id;
  }

  async #do<R>(what: string, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw new Error(`${this.#name}: ${what} cannot be written: ${reasonOf(error)}.`, { cause: error });
    }
  }

  /** Make a group, those above it, and its attributes. An empty list becomes an empty array of numbers, as in NumPy. */
  async group(path: string, attributes: Attributes = {}): Promise<void> {
    await this.#do(`the group '${path}'`, () => this.#runner.call('group', [this.#id, path, attributes]));
  }

  /** Write an array. What h5wasm cannot write is kept as what holds it: bool as int8, 16-bit floats as float32, bfloat16 with a note. */
  async array(path: string, array: NDArray, attributes: Attributes = {}): Promise<void> {
    const { dtype, shape } = array;
    const bfloat16 = dtype === 'bfloat16';
    // Both are held as float32 in memory, bool as bytes.
    const stored: NDArray = bfloat16 || dtype === 'float16' ? { ...array, dtype: 'float32' } : array;
    const bytes = toBytes(stored);
    const kind = dtypeInfo(dtype).kind === 'float' ? 'float' : 'int';
    const element = {
      kind,
      size: itemBytes(stored.dtype),
      signed: dtype === 'bool' || !dtype.startsWith('u'),
    } as const;
    const notes = bfloat16 ? { ...attributes, dtype: 'bfloat16' } : attributes;
    await this.#do(`the array '${path}'`, () =>
      this.#runner.call('dataset', [this.#id, { path, shape, element, bytes }, notes], { transfer: [bytes.buffer] }),
    );
  }

  /** Finish. @returns The bytes, if it was not written to a path. */
  async close(): Promise<Uint8Array | null> {
    return this.#do('the file', () => this.#runner.call('close', [this.#id]));
  }
}

/** What takes groups and arrays: a file, or what keeps them for one. */
export type Hdf5Sink = Pick<Hdf5Writer, 'group' | 'array'>;

/**
 * Begin to write an HDF5 file.
 *
 * @param path Where, if the engine can write files here (`engineReadsFiles`); null: into memory.
 * @param name For messages.
 */
export async function createHdf5(path: string | null, name: string): Promise<Hdf5Writer> {
  const runner = engineRunner(WRITE_SECONDS);
  const id = files++;
  try {
    await runner.call('create', [id, path]);
  } catch (error) {
    throw new Error(`${name}: cannot be written: ${reasonOf(error)}.`, { cause: error });
  }
  return new Hdf5Writer(name, runner, id);
}

/** Workers of browsers read Blobs at once, those of Node do not. */
const readsBlobsAtOnce = (): boolean => 'FileReader' in globalThis || 'FileReaderSync' in globalThis;

/** A slow disk may take long for one array. */
const WRITE_SECONDS = 600;

export { engineReadsFiles } from './runner.js';

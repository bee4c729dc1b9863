/** @file Data sets over arrays in files of which only the rows at hand are read: HDF5 and `.npy`. */
import { describe } from '../../core/describe.js';
import { itemBytes } from '../../core/bytes.js';
import type { DType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray } from '../../core/ndarray.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Shape } from '../../core/shape.js';
import { openHdf5 } from '../../formats/hdf5/index.js';
import { openNpyReader } from '../../formats/npy.js';
import { Tensor } from '../../runtime/index.js';
import type { FileSource } from '../../saving/places.js';
import { openSource } from '../../saving/places.js';
import { spread } from './combine.js';
import { slicesOf } from './elements.js';
import type { Stage } from './stage.js';

/** Bytes that are read at once. */
const BLOCK = 1 << 20;

/** An array in a file. */
interface RowArray {
  /** For messages. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
  read(start: number, stop: number): Promise<NDArray>;
}

/** Arrays whose files are open. */
interface OpenArrays {
  readonly arrays: readonly RowArray[];
  close(): Promise<void>;
}

/** The rows that all arrays have. @throws {ValueError} Some have more than others, or none. */
function rowsOf(owner: string, arrays: readonly RowArray[]): number {
  const scalar = arrays.find(({ shape }) => shape.length === 0);
  if (scalar !== undefined) throw new ValueError(`${owner}: ${scalar.name} is a scalar, and has no rows.`);
  const [{ shape }] = arrays;
  if (arrays.some((array) => array.shape[0] !== shape[0])) {
    const list = arrays.map((array) => `${array.name} has ${formatShape(array.shape)}`).join(', ');
    throw new ValueError(`${owner}: all arrays must have as many rows. ${list}.`);
  }
  return shape[0];
}

/** One element per row. Files are open while a pass is read, and closed when it ends. */
async function rowStage(
  owner: string,
  open: () => Promise<OpenArrays>,
  build: (parts: readonly unknown[]) => unknown,
): Promise<Stage<unknown>> {
  const looked = await open();
  let cardinality: number;
  let bytes: number;
  try {
    cardinality = rowsOf(owner, looked.arrays);
    bytes = looked.arrays.reduce((sum, { shape, dtype }) => sum + sizeOf(shape.slice(1)) * itemBytes(dtype), 0);
  } finally {
    await looked.close();
  }
  const step = Math.max(1, Math.floor(BLOCK / Math.max(1, bytes)));
  return {
    cardinality,
    async *open(_path, skip) {
      const opened = await open();
      const { arrays } = opened;
      let next: Promise<NDArray[]> | null = null;
      try {
        if (rowsOf(owner, arrays) !== cardinality)
          throw new ValueError(
            `${owner}: ${arrays[0].name} had ${cardinality} rows, and has ${arrays[0].shape[0]} now.`,
          );
        const read = (start: number): Promise<NDArray[]> =>
          Promise.all(arrays.map((array) => array.read(start, Math.min(start + step, cardinality))));
        next = skip < cardinality ? read(skip) : null;
        for (let start = skip; next !== null; start += step) {
          const block = (await next).map((array) => Tensor.fromArray(array));
          // While these rows are used the next are read.
          next = start + step < cardinality ? read(start + step) : null;
          next?.catch(() => undefined);
          const rows = slicesOf(build(block), owner);
          for (let i = 0; i < rows.length; i++) yield rows.at(i);
        }
      } finally {
        await next?.catch(() => undefined);
        await opened.close();
      }
    },
  };
}

/** Rows of arrays of an HDF5 file. @param paths A structure of the paths of arrays. */
export async function hdf5Stage(place: FileSource, paths: unknown): Promise<Stage<unknown>> {
  const owner = 'Dataset.fromHdf5';
  const parts = spread(paths, (x): x is string => typeof x === 'string');
  if (parts === null)
    throw new ValueError(
      `${owner}: got ${describe(paths)} for the arrays. Expected a path, or a list or dict of paths.`,
    );
  const open = async (): Promise<OpenArrays> => {
    const source = await openSource(place, owner);
    try {
      const file = await openHdf5(source);
      const arrays = parts.leaves.map((given): RowArray => {
        const path = given.replace(/^\/+/, '');
        if (!file.hasDataset(path))
          throw new ValueError(`${owner}: ${file.name} has no array '${given}'. It has: ${file.datasets.join(', ')}.`);
        const dtype = file.dtypeOf(path);
        if (dtype === null) throw new ValueError(`${owner}: the array '${given}' of ${file.name} holds no numbers.`);
        const read = (start: number, stop: number): Promise<NDArray> => file.readRows(path, start, stop);
        return { name: `'${given}'`, shape: file.shapeOf(path), dtype, read };
      });
      const close = async (): Promise<void> => {
        await file.close();
        await source.close();
      };
      return { arrays, close };
    } catch (error) {
      await source.close();
      throw error;
    }
  };
  return rowStage(owner, open, parts.build);
}

const isPlace = (x: unknown): x is FileSource =>
  typeof x === 'string' ||
  x instanceof URL ||
  x instanceof Uint8Array ||
  x instanceof ArrayBuffer ||
  (typeof Blob !== 'undefined' && x instanceof Blob) ||
  (typeof x === 'object' && x !== null && 'getFile' in x);

/** Rows of `.npy` files. @param places A structure of files. */
export async function npyStage(places: unknown): Promise<Stage<unknown>> {
  const owner = 'Dataset.fromNpy';
  const parts = spread(places, isPlace);
  if (parts === null)
    throw new ValueError(`${owner}: got ${describe(places)}. Expected a file, or a list or dict of files.`);
  const open = async (): Promise<OpenArrays> => {
    const opened = await Promise.allSettled(parts.leaves.map((place) => openSource(place, owner)));
    const sources = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const close = async (): Promise<void> => {
      for (const source of sources) await source.close();
    };
    try {
      const failed = opened.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      const arrays = await Promise.all(
        sources.map(async (source): Promise<RowArray> => {
          const reader = await openNpyReader(source);
          const { shape, dtype } = reader;
          return { name: source.name, shape, dtype, read: (start, stop) => reader.readRows(start, stop) };
        }),
      );
      return { arrays, close };
    } catch (error) {
      await close();
      throw error;
    }
  };
  return rowStage(owner, open, parts.build);
}

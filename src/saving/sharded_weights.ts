/** @file Weights in several HDF5 files, with a list in JSON (`.weights.json`) of which file holds what. */
import { itemBytes } from '../core/bytes.js';
import { ValueError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import type { Files } from '../core/platform.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import { fileSource, readAll } from '../formats/byte_source.js';
import type { Hdf5File, Hdf5Writer, ReadLimits } from '../formats/hdf5/index.js';
import { createHdf5, engineReadsFiles, openHdf5 } from '../formats/hdf5/index.js';
import type { Saveable } from './state.js';
import { writeWeights } from './weights.js';
import type { WeightsReader } from './weights_store.js';
import { Hdf5WeightsReader, varsOf } from './weights_store.js';

const GIGABYTE = 2 ** 30;

/** The folder of a path, with its separator, and the name. */
function cut(path: string): { readonly folder: string; readonly name: string } {
  const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1;
  return { folder: path.slice(0, at), name: path.slice(at) };
}

/**
 * Write the weights in files of at most `maxShardSize` gigabytes. The list is put in place last, so that it names files that are whole.
 *
 * @throws {ValueError} One array is larger than that.
 */
export async function writeShardedWeights(
  model: Saveable,
  files: Files,
  path: string,
  maxShardSize: number,
  skip: readonly unknown[],
): Promise<void> {
  const limit = maxShardSize * GIGABYTE;
  const { folder, name } = cut(path.replace(/\.h5$/, '.json'));
  const base = name.replace(/\.json$/, '').replace('.weights', '');
  const map: Record<string, string | string[]> = {};
  const shards: { readonly temporary: string | null; readonly target: string; bytes: Uint8Array | null }[] = [];
  let [file, size, total]: [Hdf5Writer | null, number, number] = [null, 0, 0];
  const finish = async (): Promise<void> => {
    if (file !== null) shards.at(-1)!.bytes = await file.close();
    file = null;
  };
  const next = async (): Promise<Hdf5Writer> => {
    await finish();
    const target = `${folder}${base}_${String(shards.length).padStart(5, '0')}.weights.h5`;
    const temporary = engineReadsFiles() ? await files.temporaryBeside(target) : null;
    shards.push({ temporary, target, bytes: null });
    size = 0;
    return (file = await createHdf5(temporary, target));
  };
  const put = async (at: string, owner: string | null, weights: Readonly<Record<string, NDArray>>): Promise<void> => {
    const group = varsOf(at);
    let shard = file ?? (await next());
    if (owner !== null) await shard.group(group, { name: owner });
    for (const [key, array] of Object.entries(weights)) {
      const bytes = sizeOf(array.shape) * itemBytes(array.dtype);
      if (bytes > limit)
        throw new ValueError(
          `saveWeights: '${group}/${key}' takes ${bytes} bytes, more than a shard of ${maxShardSize} GB. Choose a larger maxShardSize.`,
        );
      if (size + bytes > limit) shard = await next();
      await shard.array(`${group}/${key}`, array);
      size += bytes;
      total += bytes;
      const shardName = cut(shards.at(-1)!.target).name;
      const known = Object.hasOwn(map, `/${group}`) ? [map[`/${group}`]].flat() : null;
      // As in Keras, a single array has a name and several have a list.
      map[`/${group}`] = known === null ? shardName : [...new Set([...known, shardName])];
    }
  };
  try {
    await next();
    await writeWeights(model, { put }, skip);
    await finish();
    for (const { temporary, target, bytes } of shards) {
      if (temporary === null) await files.write(target, bytes!);
      else await files.rename(temporary, target);
    }
    await files.write(
      `${folder}${name}`,
      JSON.stringify({ metadata: { total_size: total }, weight_map: map }, null, 4),
    );
  } finally {
    if (file !== null) await (file as Hdf5Writer).close().catch(() => null);
    for (const { temporary } of shards) if (temporary !== null) await files.remove(temporary);
  }
}

/** Weights from several files. */
export class ShardedWeightsReader implements WeightsReader {
  readonly #open: ReadonlyMap<string, WeightsReader>;
  readonly #map: ReadonlyMap<string, readonly string[]>;
  readonly #close: () => Promise<void>;

  private constructor(
    readonly name: string,
    open: ReadonlyMap<string, WeightsReader>,
    map: ReadonlyMap<string, readonly string[]>,
    close: () => Promise<void>,
  ) {
    this.#open = open;
    this.#map = map;
    this.#close = close;
  }

  /** Open the list and all files that it names, which stand beside it. @throws {ValueError} The list is broken, or a file is missing. */
  static async open(path: string, limits: ReadLimits): Promise<ShardedWeightsReader> {
    const list = await fileSource(path);
    const text = new TextDecoder().decode(await readAll(list, 1 << 28).finally(() => list.close()));
    const parsed = parseJson(text, path);
    const given: unknown = isDict(parsed) ? parsed['weight_map'] : null;
    if (!isDict(given)) throw new ValueError(`${path}: there is no 'weight_map' in it.`);
    const map = new Map<string, readonly string[]>();
    for (const [group, shards] of Object.entries(given)) {
      const names: readonly unknown[] = Array.isArray(shards) ? shards : [shards];
      for (const each of names) {
        if (typeof each !== 'string' || !/^[^/\\]+\.h5$/.test(each) || each.startsWith('..'))
          throw new ValueError(`${path}: '${String(each)}' is no name of a file beside it.`);
      }
      map.set(group.replace(/^\//, ''), names as string[]);
    }
    const { folder } = cut(path);
    const opened: { readonly file: Hdf5File; close(): Promise<void> }[] = [];
    const close = async (): Promise<void> => {
      for (const each of opened) await each.close();
    };
    const readers = new Map<string, WeightsReader>();
    try {
      for (const shard of new Set([...map.values()].flat())) {
        const source = await fileSource(`${folder}${shard}`);
        const file = await openHdf5(source, limits).catch(async (error: unknown) => {
          await source.close();
          throw error;
        });
        opened.push({ file, close: async () => void (await Promise.all([file.close(), source.close()])) });
        readers.set(shard, new Hdf5WeightsReader(file));
      }
    } catch (error) {
      await close();
      throw new ValueError(`${path}: ${(error as Error).message}`);
    }
    return new ShardedWeightsReader(path, readers, map, close);
  }

  #readers(path: string): WeightsReader[] {
    return (this.#map.get(varsOf(path)) ?? []).map((shard) => this.#open.get(shard)!);
  }

  has(path: string): boolean {
    return [...this.#map.keys()].some((group) => group === path || group.startsWith(`${path}/`));
  }

  list(path: string): ReadonlyMap<string, TensorType> {
    return new Map(this.#readers(path).flatMap((reader) => [...reader.list(path)]));
  }

  async read(path: string, key: string): Promise<NDArray> {
    const reader = this.#readers(path).find((each) => each.list(path).has(key));
    if (reader === undefined) throw new ValueError(`${this.name}: there is no '${varsOf(path)}/${key}'.`);
    return reader.read(path, key);
  }

  close(): Promise<void> {
    return this.#close();
  }
}

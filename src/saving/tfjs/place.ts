/** @file Where models of TensorFlow.js lie: a path or URL of `model.json` with its shards beside it, or the files that a person chose. */
import { checked } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import type { Files } from '../../core/platform.js';
import { isDict } from '../../core/tree.js';
import type { ByteSource } from '../../formats/byte_source.js';
import { blobSource, readAll } from '../../formats/byte_source.js';
import type { Layer } from '../../layers/layer.js';
import type { LegacyModel, LegacyModelOptions } from '../legacy/hdf5.js';
import type { FileSource, ProgressListener } from '../places.js';
import { cannotWrite, filesFor, nameOf, openSource, pathIn } from '../places.js';
import type { OpenShard } from './read.js';
import { parseTfjs, readTfjsModel } from './read.js';
import { fetchState } from '../weights.js';
import { isShardName, tfjsFilesOf } from './write.js';

/** A file that a person chose: a `File`. */
export interface NamedBlob extends Blob {
  readonly name: string;
}

/** Files that a person chose together, such as a `FileList`. */
export type ChosenFiles = ArrayLike<NamedBlob>;

/** A `model.json` of more is none. */
const JSON_LIMIT = 1 << 30;

const isChosen = (place: unknown): place is ChosenFiles =>
  typeof place === 'object' &&
  place !== null &&
  typeof (place as Partial<ChosenFiles>).length === 'number' &&
  !ArrayBuffer.isView(place) &&
  Array.from(place as ArrayLike<unknown>).every((each) => each instanceof Blob);

/** Whether a place is one of a tfjs model, by its name, or several files. */
export function isTfjsPlace(place: FileSource | ChosenFiles): place is string | URL | ChosenFiles {
  if (isChosen(place)) return true;
  return (typeof place === 'string' || place instanceof URL) && /\.json$/i.test(nameOf(place));
}

/** The last part of a path. */
const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** Opens files beside `model.json`, and closes them all. */
interface Neighbours {
  readonly open: OpenShard;
  close(): Promise<void>;
}

function neighbours(openOne: (path: string) => Promise<ByteSource>): Neighbours {
  const opened: ByteSource[] = [];
  return {
    open: async (path) => {
      const source = await openOne(path);
      opened.push(source);
      return source;
    },
    close: async () => {
      for (const source of opened) await source.close();
    },
  };
}

/** The shards of a `model.json` at a path or URL. */
function besidePlace(place: string | URL, onProgress: ProgressListener | null): Neighbours {
  const path = pathIn(place);
  if (path === null) return neighbours((name) => openSource(new URL(name, place), 'loadModel', onProgress));
  const folder = path.slice(0, path.length - baseName(path).length);
  const files = filesFor('loadModel');
  return neighbours((name) => openSource(folder === '' ? name : files.join(folder, name), 'loadModel', onProgress));
}

/** The shards among chosen files, by the last parts of their names. */
function amongFiles(files: readonly NamedBlob[], json: NamedBlob): Neighbours {
  return neighbours((name) => {
    const found = files.find((file) => file.name === baseName(name));
    if (found === undefined)
      throw new ValueError(
        `loadModel: ${json.name} names the file '${baseName(name)}' for its weights, which is not among the files chosen: ` +
          `${files.map((file) => file.name).join(', ')}. Choose all files of the model together.`,
      );
    return Promise.resolve(blobSource(found));
  });
}

/**
 * Load a model of TensorFlow.js.
 *
 * @param place A path or URL of `model.json`, or all its files.
 * @throws {ValueError} A file is missing, or is none of a layers model.
 */
export async function loadTfjsModel(
  place: string | URL | ChosenFiles,
  options: LegacyModelOptions,
  onProgress: ProgressListener | null = null,
): Promise<LegacyModel> {
  let source: ByteSource;
  let shards: Neighbours;
  if (isChosen(place)) {
    const files = Array.from(place);
    const json = files.find(({ name }) => /\.json$/i.test(name));
    if (json === undefined)
      throw new ValueError(
        `loadModel: none of the ${files.length} files chosen is a model.json: ${files.map(({ name }) => name).join(', ')}. ` +
          'Several files are read as a model of TensorFlow.js; hand over a .keras or .h5 file alone.',
      );
    source = blobSource(json);
    shards = amongFiles(files, json);
  } else {
    source = await openSource(place, 'loadModel');
    shards = besidePlace(place, onProgress);
  }
  try {
    const text = new TextDecoder().decode(await readAll(source, JSON_LIMIT));
    return await readTfjsModel(parseTfjs(source.name, parseJson(text, source.name)), shards.open, options);
  } finally {
    await shards.close();
    await source.close();
  }
}

/** The shards of a model that was written to the same place before. */
async function shardsThere(files: Files, path: string): Promise<string[]> {
  if (!(await files.exists(path))) return [];
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(await files.read(path)));
    const groups = isDict(json) && Array.isArray(json['weightsManifest']) ? (json['weightsManifest'] as unknown[]) : [];
    return groups.flatMap((group) => (isDict(group) ? [group['paths']].flat() : [])).filter(isShardName);
  } catch {
    return []; // Not what was written here.
  }
}

/**
 * Write a model for TensorFlow.js. `model.json` is put in place last, when its shards are there; those of the model before it go then.
 *
 * @param path Of `model.json`.
 */
export async function saveTfjsModel(model: Layer, path: string, includeOptimizer: boolean): Promise<void> {
  const files = filesFor('saveModel');
  await fetchState(model);
  const { shards, json } = tfjsFilesOf(model, includeOptimizer);
  const folder = path.slice(0, path.length - baseName(path).length);
  const beside = (name: string): string => (folder === '' ? name : files.join(folder, name));
  const [before, made] = [await shardsThere(files, path), new Set<string>()];
  try {
    if (folder !== '') await files.makeFolder(folder);
    for await (const { name, bytes } of shards()) {
      await files.write(beside(name), bytes);
      made.add(name);
    }
    await files.write(path, json());
  } catch (error) {
    for (const name of made) if (!before.includes(name)) await files.remove(beside(name)).catch(() => null);
    if ((error as { readonly code?: unknown }).code !== undefined) throw cannotWrite('saveModel', path, error);
    throw error;
  }
  for (const name of before) if (!made.has(name)) await files.remove(beside(name)).catch(() => null);
}

/** Options of `tfjsFiles`. */
export interface TfjsFilesOptions {
  /** Whether what the model was compiled with is written too. Default true. */
  readonly includeOptimizer?: boolean;
}

/**
 * A model as the files that TensorFlow.js opens, for a page that offers them as downloads or hands them to
 * `tf.loadLayersModel(tf.io.browserFiles(files))`. `saveModel(model, 'folder/model.json')` writes them to a disk.
 *
 * @param model Drawn (`new Model(inputs, outputs)`) or stacked (`Sequential`).
 * @param options See {@link TfjsFilesOptions}.
 * @returns `model.json` first, and the shards of its weights.
 * @throws {ValueError} It has a layer, or an argument of a layer, that TensorFlow.js lacks. The layer is named.
 * @see `keras.Model.export`, of which this is the counterpart for TensorFlow.js
 * @example
 * const [json, ...shards] = await saving.tfjsFiles(model);
 */
export const tfjsFiles = checked(
  'tfjsFiles',
  async function tfjsFiles(model: Layer, options: TfjsFilesOptions = {}): Promise<File[]> {
    const { includeOptimizer = true } = options;
    await fetchState(model);
    const { shards, json } = tfjsFilesOf(model, includeOptimizer);
    const made: File[] = [];
    for await (const { name, bytes } of shards()) made.push(new File([bytes], name));
    return [new File([json()], 'model.json', { type: 'application/json' }), ...made];
  },
  ['includeOptimizer'],
);

/** @file `saveModel`, `loadModel`, `saveWeights`, `loadWeights`: which format it is, and what may be overwritten. */
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { NewFile } from '../core/platform.js';
import type { ByteSource } from '../formats/byte_source.js';
import type { ReadLimits } from '../formats/hdf5/index.js';
import type { Layer } from '../layers/layer.js';
import type { Model } from '../models/index.js';
import { readKerasArchive, readKerasFolder, writeKerasArchive, writeKerasFolder } from './keras_archive.js';
import type { FileSource, FileTarget, ProgressListener } from './places.js';
import { cannotWrite, createTarget, filesFor, memoryTarget, nameOf, openSource, pathIn } from './places.js';
import type { ChosenFiles } from './tfjs/place.js';
import { isTfjsPlace, loadTfjsModel } from './tfjs/place.js';

/** Options of `saveModel`. */
export interface SaveModelOptions {
  /** Whether a file that is there may be replaced. Default true. */
  readonly overwrite?: boolean;
  /** false: write a folder with the members of the archive. Default true. */
  readonly zipped?: boolean;
}

/** Options of `loadModel`. */
export interface LoadModelOptions {
  /** Classes and functions of your own, by the names that the file has for them. */
  readonly customObjects?: Readonly<Record<string, unknown>> | null;
  /** Whether the model is compiled as it was when it was saved. Default true. */
  readonly compile?: boolean;
  /** Accepted as in Keras. Code from files is refused in any case. */
  readonly safeMode?: boolean;
  /** What reading may cost: bytes of one array, objects, seconds of one step. */
  readonly limits?: ReadLimits;
  /** Told how many bytes of a URL have come. */
  readonly onProgress?: ProgressListener | null;
}

/** Refuse to replace a file. Keras asks; nobody can be asked here. */
async function checkFree(place: FileTarget, overwrite: boolean, owner: string): Promise<void> {
  const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
  if (overwrite || path === null) return;
  if (await filesFor(owner).exists(path))
    throw new ValueError(`${owner}: ${path} is there already, and overwrite is false.`);
}

/** Write a file so that it is there as a whole or not at all. */
export async function writeAtomically(
  place: FileTarget,
  owner: string,
  work: (file: NewFile, path: string | null) => Promise<void>,
): Promise<void> {
  const file = await createTarget(place, owner);
  const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
  try {
    await work(file, path);
    await file.commit();
  } catch (error) {
    await file.abort();
    if ((error as { readonly code?: unknown }).code !== undefined) throw cannotWrite(owner, nameOf(place), error);
    throw error;
  }
}

/**
 * Save a model: its config, its weights, and the state of its training.
 *
 * @param place A path or handle of a file that ends in `.keras`. Left out: the bytes are returned.
 * @returns The bytes if no place is given.
 * @throws {ValueError} The ending is none that can be written, or the file is there and `overwrite` is false.
 * @see `keras.saving.save_model`
 * @example await saveModel(model, 'model.keras');
 */
export async function saveModel(model: Layer, place: FileTarget, options?: SaveModelOptions): Promise<void>;
export async function saveModel(model: Layer): Promise<Uint8Array<ArrayBuffer>>;
export async function saveModel(
  model: Layer,
  place?: FileTarget,
  options: SaveModelOptions = {},
): Promise<Uint8Array<ArrayBuffer> | void> {
  const { overwrite = true, zipped = true, ...rest } = options;
  refuseUnknownOptions('saveModel', rest, ['overwrite', 'zipped']);
  if (!model.built)
    console.warn(
      `You are saving the model '${model.name}', which has not yet been built. It might not contain any weights yet. ` +
        'Consider building the model first by calling it on some data.',
    );
  if (place === undefined) {
    const target = memoryTarget();
    await writeKerasArchive(model, (bytes) => target.write(bytes), null);
    return target.bytes();
  }
  const name = nameOf(place);
  if (zipped && !name.endsWith('.keras'))
    throw new ValueError(`saveModel: '${name}' should end in '.keras'. Received a name that says no format.`);
  if (!zipped && name.endsWith('.keras'))
    throw new ValueError(
      `saveModel: with zipped: false a folder is written, whose name '${name}' should not end in '.keras'.`,
    );
  await checkFree(place, overwrite, 'saveModel');
  if (!zipped) {
    const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
    if (path === null) throw new ValueError(`saveModel: a folder can be written to a path only. Received: ${name}.`);
    await writeKerasFolder(model, filesFor('saveModel'), path);
    return;
  }
  await writeAtomically(place, 'saveModel', (file, path) =>
    writeKerasArchive(model, (bytes) => file.write(bytes), path),
  );
}

const isZip = async (source: ByteSource): Promise<boolean> => {
  const start = await source.read(0, Math.min(4, source.size));
  return start.length === 4 && start[0] === 0x50 && start[1] === 0x4b;
};

/**
 * Load a model that was saved, by keras-ts or by Keras.
 *
 * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file: `.keras`, or a folder that `zipped: false` wrote.
 *   A model of TensorFlow.js is a path or URL of its `model.json`, or the list of all its files.
 * @throws {ValueError} It is no such file, it is broken, or it names classes that are not known here.
 * @see `keras.saving.load_model`
 * @example const model = await loadModel('model.keras', { customObjects: { MyLayer } });
 */
export async function loadModel(place: FileSource | ChosenFiles, options: LoadModelOptions = {}): Promise<Model> {
  const { customObjects, compile, safeMode, limits, onProgress = null, ...rest } = options;
  refuseUnknownOptions('loadModel', rest, ['customObjects', 'compile', 'safeMode', 'limits', 'onProgress']);
  const reading = { customObjects, compile, safeMode, limits };
  if (isTfjsPlace(place)) return (await loadTfjsModel(place, reading, onProgress)) as unknown as Model;
  const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
  if (path !== null) {
    const files = filesFor('loadModel');
    if ((await files.stat(path))?.isFolder === true)
      return (await readKerasFolder(files, path, reading)) as unknown as Model;
  }
  const source = await openSource(place, 'loadModel', onProgress);
  try {
    if (await isZip(source)) return (await readKerasArchive(source, reading)) as unknown as Model;
    throw new ValueError(
      `loadModel: ${source.name} is no .keras file: it does not begin as a zip archive does. Expected a file that model.save() wrote.`,
    );
  } finally {
    await source.close();
  }
}

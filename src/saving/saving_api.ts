/** @file `saveModel`, `loadModel`, `saveWeights`, `loadWeights`: which format it is, and what may be overwritten. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { NewFile } from '../core/platform.js';
import type { ByteSource } from '../formats/byte_source.js';
import type { Hdf5Sink, ReadLimits } from '../formats/hdf5/index.js';
import { openHdf5 } from '../formats/hdf5/index.js';
import { openSafetensors } from '../formats/safetensors.js';
import { openZip } from '../formats/zip/index.js';
import type { Layer } from '../layers/layer.js';
import type { Model } from '../models/index.js';
import {
  archiveContent,
  copyTo,
  readKerasArchive,
  readKerasFolder,
  WEIGHTS,
  withHdf5,
  writeKerasArchive,
  writeKerasFolder,
} from './keras_archive.js';
import type { LegacyModel } from './legacy/hdf5.js';
import { isLegacyHdf5, loadLegacyModel, loadLegacyWeights } from './legacy/hdf5.js';
import { writeLegacyModel } from './legacy_writer.js';
import type { FileSource, FileTarget, ProgressListener } from './places.js';
import { cannotWrite, createTarget, filesFor, memoryTarget, nameOf, openSource, pathIn } from './places.js';
import { SafetensorsWeightsReader, writeSafetensorsWeights } from './safetensors_weights.js';
import { ShardedWeightsReader, writeShardedWeights } from './sharded_weights.js';
import { readWeights, writeWeights } from './weights.js';
import type { WeightsReader } from './weights_store.js';
import { Hdf5WeightsReader, Hdf5WeightsWriter } from './weights_store.js';
import type { ChosenFiles } from './tfjs/place.js';
import { isTfjsPlace, loadTfjsModel, saveTfjsModel } from './tfjs/place.js';

/** Options of `saveModel`. */
export interface SaveModelOptions {
  /** Whether a file that is there may be replaced. Default true. */
  readonly overwrite?: boolean;
  /** false: write a folder with the members of the archive. Default true. */
  readonly zipped?: boolean;
  /** For `.h5`: whether the state of training is saved too. Default true. */
  readonly includeOptimizer?: boolean;
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

async function save(model: Layer, place: FileTarget, options?: SaveModelOptions): Promise<void>;
async function save(model: Layer): Promise<Uint8Array<ArrayBuffer>>;
async function save(
  model: Layer,
  place: FileTarget | undefined = undefined,
  options: SaveModelOptions = {},
): Promise<Uint8Array<ArrayBuffer> | void> {
  const { overwrite = true, zipped = true, includeOptimizer = true } = options;
  if (!model.built)
    console.warn(
      `You are saving the model '${model.name}', which has not yet been built. It might not contain any weights yet. ` +
        'Consider building the model first by calling it on some data.',
    );
  if (place === undefined) {
    const target = memoryTarget();
    await writeKerasArchive(await archiveContent(model), (bytes) => target.write(bytes), null);
    return target.bytes();
  }
  const name = nameOf(place);
  const isTfjs = zipped && /\.json$/i.test(name);
  const isLegacy = zipped && /\.(h5|hdf5)$/.test(name);
  if (zipped && !isTfjs && !isLegacy && !name.endsWith('.keras'))
    throw new ValueError(
      `saveModel: '${name}' should end in '.keras' (or in '.h5', the format of older versions, or in '.json', for TensorFlow.js).`,
    );
  if (!zipped && name.endsWith('.keras'))
    throw new ValueError(
      `saveModel: with zipped: false a folder is written, whose name '${name}' should not end in '.keras'.`,
    );
  await checkFree(place, overwrite, 'saveModel');
  const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
  if (isTfjs) {
    if (path === null)
      throw new ValueError(
        `saveModel: a model for TensorFlow.js is several files, which can be written to a path only. Received: ${name}. ` +
          'saving.tfjsFiles(model) gives them.',
      );
    await saveTfjsModel(model, path, includeOptimizer);
    return;
  }
  if (!zipped) {
    if (path === null) throw new ValueError(`saveModel: a folder can be written to a path only. Received: ${name}.`);
    await writeKerasFolder(model, filesFor('saveModel'), path);
    return;
  }
  if (isLegacy) {
    await writeHdf5(place, 'saveModel', (file) => writeLegacyModel(file, model as LegacyModel, includeOptimizer));
    return;
  }
  const content = await archiveContent(model);
  await writeAtomically(place, 'saveModel', (file, at) => writeKerasArchive(content, (bytes) => file.write(bytes), at));
}

/**
 * Save a model: its config, its weights, and the state of its training.
 *
 * @param model The model.
 * @param place A path or handle of a file that ends in `.keras`, or in `.h5` for the format of older versions; or a path of `model.json`,
 *   for TensorFlow.js, which gets the files of the weights beside it. Left out: the bytes of a `.keras` file are returned.
 * @param options See {@link SaveModelOptions}.
 * @returns The bytes if no place is given.
 * @throws {ValueError} The ending is none that can be written, or the file is there and `overwrite` is false, or the model has what
 *   TensorFlow.js lacks.
 * @see `keras.saving.save_model`
 * @example
 * await saveModel(model, 'model.keras');
 */
export const saveModel = checked('saveModel', save, ['overwrite', 'zipped', 'includeOptimizer']);

/** Write an HDF5 file so that it is there as a whole or not at all. */
export async function writeHdf5(
  place: FileTarget,
  owner: string,
  work: (file: Hdf5Sink) => Promise<void>,
): Promise<void> {
  await writeAtomically(place, owner, (target, path) =>
    withHdf5(path, nameOf(place), work, (source) => copyTo(source, (bytes) => target.write(bytes))),
  );
}

const isHdf5 = async (source: ByteSource): Promise<boolean> => {
  // The signature may stand behind a block of a user's own.
  for (let at = 0; at + 8 <= source.size && at <= 1 << 16; at = at === 0 ? 512 : at * 2) {
    const start = await source.read(at, 4);
    if (start[0] === 0x89 && start[1] === 0x48 && start[2] === 0x44 && start[3] === 0x46) return true;
  }
  return false;
};

const isZip = async (source: ByteSource): Promise<boolean> => {
  const start = await source.read(0, Math.min(4, source.size));
  return start.length === 4 && start[0] === 0x50 && start[1] === 0x4b;
};

/**
 * Load a model that was saved, by keras-ts or by Keras.
 *
 * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file: `.keras`, `.h5`, or a folder that `zipped: false`
 *   wrote. A model of TensorFlow.js is a path or URL of its `model.json`, or the list of all its files.
 * @param options See {@link LoadModelOptions}.
 * @returns The model, compiled if it was.
 * @throws {ValueError} It is no such file, it is broken, or it names classes that are not known here.
 * @see `keras.saving.load_model`
 * @example
 * const model = await loadModel('model.keras', { customObjects: { MyLayer } });
 */
export const loadModel = checked(
  'loadModel',
  async function loadModel(place: FileSource | ChosenFiles, options: LoadModelOptions = {}): Promise<Model> {
    const { customObjects, compile, safeMode, limits, onProgress = null } = options;
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
      if (!(await isHdf5(source)))
        throw new ValueError(
          `loadModel: ${source.name} is no file of a model: it begins neither as .keras (zip) nor as .h5 (HDF5) does.`,
        );
      const file = await openHdf5(source, limits);
      try {
        return (await loadLegacyModel(file, reading)) as unknown as Model;
      } finally {
        await file.close();
      }
    } finally {
      await source.close();
    }
  },
  ['customObjects', 'compile', 'safeMode', 'limits', 'onProgress'],
);

/** Options of `saveWeights`. */
export interface SaveWeightsOptions {
  /** Whether a file that is there may be replaced. Default true. */
  readonly overwrite?: boolean;
  /** Gigabytes: write several files of at most this size, and a list of them. Default: one file. */
  readonly maxShardSize?: number | null;
  /** Layers whose weights are left out. */
  readonly objectsToSkip?: readonly object[] | null;
}

/** Options of `loadWeights`. */
export interface LoadWeightsOptions {
  /** Leave layers alone, with a warning, whose weights do not fit. Default false. */
  readonly skipMismatch?: boolean;
  /** Layers that are left alone. */
  readonly objectsToSkip?: readonly object[] | null;
  /** For `.h5` of older versions: match layers by name. Default: in their order. */
  readonly byName?: boolean;
  /** What reading may cost: bytes of one array, objects, seconds of one step. */
  readonly limits?: ReadLimits;
  /** Told how many bytes of a URL have come. */
  readonly onProgress?: ProgressListener | null;
}

/**
 * Save the weights of a model, and the state of its optimizer, without the architecture.
 *
 * @param model A model, or a layer, that is built.
 * @param place A path or handle of a file: `.weights.h5`, `.safetensors`, or `.weights.json` for several files (`maxShardSize`).
 * @param options See {@link SaveWeightsOptions}.
 * @returns The bytes if no place is given.
 * @throws {ValueError} The model is not built, the ending is another, or the file is there and `overwrite` is false.
 * @see `keras.saving.save_weights`
 * @example
 * await saveWeights(model, 'model.weights.h5');
 */
export const saveWeights = checked(
  'saveWeights',
  async function saveWeights(model: Layer, place: FileTarget, options: SaveWeightsOptions = {}): Promise<void> {
    const { overwrite = true, maxShardSize = null, objectsToSkip } = options;
    requireBuilt(model, 'saving');
    const skip = objectsToSkip ?? [];
    const name = nameOf(place);
    if (maxShardSize !== null) {
      if (!(maxShardSize > 0))
        throw new ValueError(`saveWeights: maxShardSize=${maxShardSize}. Expected gigabytes, above 0.`);
      const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
      if (path === null || !/weights\.(h5|json)$/.test(name))
        throw new ValueError(
          `saveWeights: with maxShardSize the name must end in '.weights.json'. Received: '${name}'.`,
        );
      await checkFree(path.replace(/\.h5$/, '.json'), overwrite, 'saveWeights');
      await writeShardedWeights(model, filesFor('saveWeights'), path, maxShardSize, skip);
      return;
    }
    const isSafe = name.endsWith('.safetensors');
    if (!isSafe && !name.endsWith('.weights.h5'))
      throw new ValueError(`saveWeights: the name must end in '.weights.h5' or '.safetensors'. Received: '${name}'.`);
    await checkFree(place, overwrite, 'saveWeights');
    if (isSafe)
      await writeAtomically(place, 'saveWeights', (file) =>
        writeSafetensorsWeights(model, (bytes) => file.write(bytes), skip),
      );
    else await writeHdf5(place, 'saveWeights', (file) => writeWeights(model, new Hdf5WeightsWriter(file), skip));
  },
  ['overwrite', 'maxShardSize', 'objectsToSkip'],
);

/**
 * Load weights into a model of the same architecture. Nothing changes if they do not fit or the file is broken.
 *
 * @param model A model, or a layer, that is built.
 * @param place A path, a URL, the bytes, a Blob or File, or the handle of a file: `.weights.h5`, `.keras`, `.safetensors`,
 *   `.weights.json`, or `.h5` of older versions. What it is, is told by the content.
 * @param options See {@link LoadWeightsOptions}.
 * @throws {ValueError} The model is not built, the weights do not fit, or the file is broken.
 * @see `keras.saving.load_weights`
 * @example
 * await loadWeights(model, 'model.weights.h5');
 */
export const loadWeights = checked(
  'loadWeights',
  async function loadWeights(model: Layer, place: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
    const { skipMismatch = false, objectsToSkip, byName = false, limits = {}, onProgress = null } = options;
    requireBuilt(model, 'loading');
    const load = async (store: WeightsReader): Promise<void> => {
      if (byName)
        throw new ValueError(
          "loadWeights: byName is for .h5 files of older versions only, which name their layers' weights.",
        );
      await readWeights(model, store, { skipMismatch, skip: objectsToSkip ?? [] });
    };
    const name = nameOf(place);
    if (name.endsWith('.json')) {
      const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : null;
      if (path === null)
        throw new ValueError(`loadWeights: several files can be loaded from a path only. Received: ${name}.`);
      const store = await ShardedWeightsReader.open(path, limits);
      await load(store).finally(() => store.close());
      return;
    }
    const source = await openSource(place, 'loadWeights', onProgress);
    try {
      if (await isZip(source)) {
        const archive = await openZip(source, { maxBytes: limits.maxBytes });
        await withHdf5Weights(await archive.member(WEIGHTS), limits, load);
      } else if (await isHdf5(source)) {
        const file = await openHdf5(source, limits);
        try {
          if (!isLegacyHdf5(file)) await load(new Hdf5WeightsReader(file));
          else if (objectsToSkip?.length)
            throw new ValueError("loadWeights: objectsToSkip is for '.weights.h5' files only.");
          else await loadLegacyWeights(file, model as LegacyModel, { byName, skipMismatch });
        } finally {
          await file.close();
        }
      } else if (name.endsWith('.safetensors') || (await beginsWithJson(source))) {
        await load(new SafetensorsWeightsReader(await openSafetensors(source)));
      } else {
        throw new ValueError(
          `loadWeights: ${source.name} holds no weights: it begins neither as .weights.h5 (HDF5), .keras (zip) nor .safetensors does.`,
        );
      }
    } finally {
      await source.close();
    }
  },
  ['skipMismatch', 'objectsToSkip', 'byName', 'limits', 'onProgress'],
);

function requireBuilt(model: Layer, doing: 'saving' | 'loading'): void {
  if (model.built) return;
  throw new ValueError(
    `You are ${doing} weights of the model '${model.name}', which has not yet been built. Build the model first by calling it on ` +
      'some data or by build(inputShape).',
  );
}

async function withHdf5Weights(
  source: ByteSource,
  limits: ReadLimits,
  use: (store: WeightsReader) => Promise<void>,
): Promise<void> {
  const file = await openHdf5(source, limits);
  try {
    await use(new Hdf5WeightsReader(file));
  } finally {
    await file.close();
  }
}

/** Whether a header of safetensors may stand at the beginning. */
async function beginsWithJson(source: ByteSource): Promise<boolean> {
  return source.size > 9 && (await source.read(8, 1))[0] === 0x7b;
}

/** @file `.keras` files, version 3: an archive (or a folder) of the config, the weights, and the files of layers. */
import { ValueError } from '../core/errors.js';
import { formatJson, parseJson } from '../core/json.js';
import { KERAS_VERSION } from '../core/keras_version.js';
import type { Files } from '../core/platform.js';
import { getPlatform } from '../core/platform.js';
import { deserializeKerasObject, serializeKerasObject, withObjectSharing } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import { withWeightBudget } from '../core/weight_budget.js';
import type { ByteSource } from '../formats/byte_source.js';
import { bytesSource, fileSource } from '../formats/byte_source.js';
import type { Hdf5Sink, Hdf5Writer, ReadLimits } from '../formats/hdf5/index.js';
import { createHdf5, engineReadsFiles, openHdf5 } from '../formats/hdf5/index.js';
import { createZip, openZip } from '../formats/zip/index.js';
import { Layer } from '../layers/layer.js';
import { withAssets } from '../layers/preprocessing/vocabulary_files.js';
import { unusedGenerators } from '../random/global_state.js';
import { OWN, readRandomState, writeRandomState } from './random_state.js';
import { hasAssets, placesOf } from './state.js';
import { fetchState, readWeights, writeWeights } from './weights.js';
import { Hdf5WeightsReader, Hdf5WeightsWriter } from './weights_store.js';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
/** The member that holds the weights. */
export const WEIGHTS = 'model.weights.h5';
const ASSETS = 'assets';
const TEXT_LIMIT = 1 << 28;

/** Options of reading a model. */
export interface ReadModelOptions {
  /** Your own classes and functions by name. */
  readonly customObjects?: Readonly<Record<string, unknown>> | null;
  /** Whether the model is compiled as it was when it was saved. Default true. */
  readonly compile?: boolean;
  readonly safeMode?: boolean;
  readonly limits?: ReadLimits;
}

const two = (n: number): string => String(n).padStart(2, '0');

function configOf(model: Layer): string {
  return formatJson(withObjectSharing(() => withAssets(() => serializeKerasObject(model))));
}

function metadataOf(model: Layer): string {
  const now = new Date();
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return formatJson({
    keras_version: KERAS_VERSION,
    date_saved: `${day}@${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`,
    [OWN]: { random_state: readRandomState(model) },
  });
}

/** The files of layers, by their paths in the archive. */
function assetsOf(model: Layer): Map<string, string | Uint8Array> {
  const found = new Map<string, string | Uint8Array>();
  for (const { saveable, path } of placesOf(model)) {
    if (!hasAssets(saveable)) continue;
    for (const [name, content] of Object.entries(saveable.saveAssets()))
      found.set([ASSETS, path, name].filter((part) => part !== '').join('/'), content);
  }
  return found;
}

/**
 * Write an HDF5 file by `work` and hand it to `use`. Where the platform has files it is one, beside `path`, for as long as it is
 * needed; elsewhere it is in memory.
 */
export async function withHdf5<R>(
  path: string | null,
  name: string,
  work: (file: Hdf5Writer) => Promise<void>,
  use: (source: ByteSource) => Promise<R>,
): Promise<R> {
  const { files } = getPlatform();
  const temporary = path === null || !engineReadsFiles() ? null : ((await files?.temporaryBeside(path)) ?? null);
  try {
    const file = await createHdf5(temporary, name);
    try {
      await work(file);
    } catch (error) {
      await file.close().catch(() => null);
      throw error;
    }
    const bytes = await file.close();
    const source = temporary === null ? bytesSource(bytes!, name) : await fileSource(temporary);
    try {
      return await use(source);
    } finally {
      await source.close();
    }
  } finally {
    if (temporary !== null) await files?.remove(temporary);
  }
}

/** What an archive holds. */
export interface ArchiveContent {
  readonly metadata: string;
  readonly config: string;
  /** The files of layers, by their paths. */
  readonly assets: ReadonlyMap<string, string | Uint8Array>;
  /** Write the weights. */
  readonly weights: (file: Hdf5Sink) => Promise<void>;
}

/** What an archive of a model holds. Weights are read when they are written. */
export async function archiveContent(model: Layer): Promise<ArchiveContent> {
  await fetchState(model);
  return {
    metadata: metadataOf(model),
    config: configOf(model),
    assets: assetsOf(model),
    weights: (file) => writeWeights(model, new Hdf5WeightsWriter(file)),
  };
}

/**
 * Write a model as an archive.
 *
 * @param write Is handed the bytes, piece by piece.
 * @param path Where they go, if that is a path.
 */
export async function writeKerasArchive(
  { metadata, config, assets, weights }: ArchiveContent,
  write: (bytes: Uint8Array) => Promise<void>,
  path: string | null,
): Promise<void> {
  const zip = await createZip(write);
  await zip.add(METADATA, metadata);
  await zip.add(CONFIG, config);
  const name = path === null ? WEIGHTS : `${path}/${WEIGHTS}`;
  await withHdf5(path, name, weights, (source) => zip.add(WEIGHTS, source));
  for (const [name, content] of assets) await zip.add(name, content);
  await zip.close();
}

/** Write a model as a folder with the members of an archive. */
export async function writeKerasFolder(model: Layer, files: Files, path: string): Promise<void> {
  const { metadata, config, assets, weights } = await archiveContent(model);
  await files.makeFolder(path);
  await files.write(files.join(path, METADATA), metadata);
  await files.write(files.join(path, CONFIG), config);
  const weightsPath = files.join(path, WEIGHTS);
  await withHdf5(weightsPath, weightsPath, weights, async (source) => {
    const file = await files.create(weightsPath);
    try {
      await copyTo(source, (bytes) => file.write(bytes));
    } catch (error) {
      await file.abort();
      throw error;
    }
    await file.commit();
  });
  for (const [name, content] of assets) {
    const parts = name.split('/');
    const folder = parts.slice(0, -1).reduce((at, part) => files.join(at, part), path);
    await files.makeFolder(folder);
    await files.write(files.join(folder, parts.at(-1)!), content);
  }
}

const PIECE = 1 << 24;

/** Copy a source, piece by piece. */
export async function copyTo(source: ByteSource, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for (let at = 0; at < source.size; at += PIECE) await write(await source.read(at, Math.min(PIECE, source.size - at)));
}

/** The members of an archive or of a folder. */
interface Members {
  readonly name: string;
  readonly names: readonly string[];
  text(name: string): Promise<string>;
  bytes(name: string): Promise<Uint8Array>;
  source(name: string): Promise<ByteSource>;
}

async function readMembers(
  members: Members,
  { customObjects, compile = true, safeMode = true, limits }: ReadModelOptions,
): Promise<Layer> {
  const unused = unusedGenerators(); // making the model draws numbers
  const has = (name: string): boolean => members.names.includes(name);
  if (!has(CONFIG))
    throw new ValueError(`${members.name}: there is no ${CONFIG} in it, so it is no model that Keras 3 saved.`);
  if (!has(WEIGHTS)) {
    const npz = has('model.weights.npz') ? ' Its weights are in .npz, which Keras itself cannot read again.' : '';
    throw new ValueError(`${members.name}: there is no ${WEIGHTS} in it.${npz}`);
  }
  const config = parseJson(await members.text(CONFIG), `${members.name}/${CONFIG}`);
  if (!isDict(config)) throw new ValueError(`${members.name}/${CONFIG}: expected a dict, the config of a model.`);
  const metadata: unknown = has(METADATA)
    ? parseJson(await members.text(METADATA), `${members.name}/${METADATA}`)
    : null;
  const source = await members.source(WEIGHTS);
  let model: Layer;
  try {
    const file = await openHdf5(source, limits);
    try {
      model = withWeightBudget(file.totalBytes, () =>
        modelFrom(compile ? config : { ...config, compile_config: null }, members.name, { customObjects, safeMode }),
      );
      await readWeights(model, new Hdf5WeightsReader(file), { isNew: true });
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
  await readAssets(model, members);
  const own = isDict(metadata) ? metadata[OWN] : null;
  if (isDict(own)) writeRandomState(model, own['random_state'], unused);
  return model;
}

/** The model of a config, with the file's name in what goes wrong. */
function modelFrom(
  config: unknown,
  name: string,
  options: Pick<ReadModelOptions, 'customObjects' | 'safeMode'>,
): Layer {
  let model: unknown;
  try {
    model = withObjectSharing(() => deserializeKerasObject(config, { ...options, defaultModule: 'keras' }));
  } catch (error) {
    if (error instanceof RangeError) throw new ValueError(`${name}: the config is nested too deeply.`);
    throw new ValueError(`${name}: the model cannot be made from its config: ${(error as Error).message}`);
  }
  if (!(model instanceof Layer)) throw new ValueError(`${name}: the config describes no model.`);
  return model;
}

async function readAssets(model: Layer, members: Members): Promise<void> {
  for (const { saveable, path } of placesOf(model)) {
    if (!hasAssets(saveable)) continue;
    const start = [ASSETS, path, ''].filter((part, i) => part !== '' || i === 2).join('/');
    const names = members.names.filter((name) => name.startsWith(start) && !name.slice(start.length).includes('/'));
    const files: Record<string, Uint8Array> = {};
    for (const name of names) files[name.slice(start.length)] = await members.bytes(name);
    if (names.length === 0 && saveable.needsAssets !== true) continue;
    try {
      saveable.loadAssets(files);
    } catch (error) {
      throw error instanceof ValueError ? new ValueError(`${members.name}: ${error.message}`) : error;
    }
  }
}

/** Read a model from an archive. @throws {ValueError} It is broken, or holds what is not known here. */
export async function readKerasArchive(source: ByteSource, options: ReadModelOptions = {}): Promise<Layer> {
  const archive = await openZip(source, { maxBytes: options.limits?.maxBytes });
  return readMembers(
    {
      name: source.name,
      names: archive.names,
      text: (name) => archive.readText(name, TEXT_LIMIT),
      bytes: (name) => archive.read(name),
      source: (name) => archive.member(name),
    },
    options,
  );
}

/** Read a model from a folder. @throws {ValueError} It is broken, or holds what is not known here. */
export async function readKerasFolder(files: Files, path: string, options: ReadModelOptions = {}): Promise<Layer> {
  const full = (name: string): string => name.split('/').reduce((at, part) => files.join(at, part), path);
  const text = async (name: string): Promise<string> =>
    new TextDecoder('utf-8', { fatal: true }).decode(await files.read(full(name)));
  const names: string[] = [];
  const collect = async (folder: string): Promise<void> => {
    for (const name of await files.list(folder === '' ? path : full(folder))) {
      const inner = folder === '' ? name : `${folder}/${name}`;
      if ((await files.stat(full(inner)))?.isFolder === true) await collect(inner);
      else names.push(inner);
    }
  };
  await collect('');
  return readMembers(
    { name: path, names, text, bytes: (name) => files.read(full(name)), source: (name) => fileSource(full(name)) },
    options,
  );
}

/** @file Files in folders of classes as Keras's loaders of folders find them: which ones, with which labels, in which order, split how. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { ndarray } from '../core/ndarray.js';
import type { Files } from '../core/platform.js';
import { getPlatform, requireFiles } from '../core/platform.js';
import { Dataset } from '../data/index.js';
import * as ops from '../ops/index.js';
import { makeDefaultSeed } from '../random/global_state.js';
import { MersenneTwister } from '../random/mersenne_twister.js';
import { Tensor } from '../runtime/index.js';

/** Options that all loaders of folders share. */
export interface DirectoryOptions {
  /**
   * `'inferred'`: by the folder of the class, in the order of their names. A list of whole numbers: one for each file in the order of
   * their paths. null: no labels. Default `'inferred'`.
   */
  readonly labels?: 'inferred' | readonly number[] | null;
  /**
   * `'int'`: int32 scalars; `'categorical'`: vectors with a one; `'binary'`: float32 of shape `[1]`, 0 or 1; null: no labels. Default
   * `'int'`.
   */
  readonly labelMode?: 'int' | 'categorical' | 'binary' | null;
  /** Folders that are classes, in the order of their labels. Default: all, sorted. */
  readonly classNames?: readonly string[] | null;
  /** Samples a batch; null: no batches. Default 32. */
  readonly batchSize?: number | null;
  /** Whether files are mixed; otherwise they are in the order of their paths. Default true. */
  readonly shuffle?: boolean;
  /** Seed of the order. Which files are for validation is as in Keras for the same seed. Default: a random one. */
  readonly seed?: number | null;
  /** The part of the files that is for validation, in (0, 1). Default null. */
  readonly validationSplit?: number | null;
  /** Which part is wanted, where there is a `validationSplit`: `'both'` gives `[training, validation]`. Default null. */
  readonly subset?: 'training' | 'validation' | 'both' | null;
  /** Whether folders that are links are gone into. Default false. */
  readonly followLinks?: boolean;
  /** Whether the number of files is printed. Default true. */
  readonly verbose?: boolean;
}

/** The names of `DirectoryOptions`. */
export const DIRECTORY_OPTIONS = ['labels', 'labelMode', 'classNames', 'batchSize', 'shuffle', 'seed', 'validationSplit', 'subset', 'followLinks', 'verbose'] as const satisfies readonly (keyof DirectoryOptions)[]; // prettier-ignore

/** A data set of files in folders. */
export type DirectoryDataset<E> = Dataset<E> & {
  /** The names of the classes in the order of their labels; null: there are no labels. */
  readonly classNames: readonly string[] | null;
  /** The files, in the order in which an unmixed pass reads them. */
  readonly filePaths: readonly string[];
};

/** What `subset: 'both'` makes of a data set. */
export type Parts<O, D> = O extends { readonly subset: 'both' } ? [training: D, validation: D] : D;

/** Tensors with or without labels, in batches or one by one. */
export type TensorElement<O> = O extends { readonly labels: null } | { readonly labelMode: null }
  ? Tensor
  : [samples: Tensor, labels: Tensor];

/** Files and labels. */
interface Listing {
  readonly paths: readonly string[];
  readonly labels: readonly number[] | null;
}

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The names in a folder. @throws {ValueError} It cannot be read. */
export async function listFolder(owner: string, files: Files, folder: string): Promise<string[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    throw new ValueError(`${owner}: the folder ${folder} cannot be read: ${(error as Error).message}`);
  }
}

/** All folders below one, itself included, with the names of their files. */
async function walk(
  owner: string,
  files: Files,
  folder: string,
  followLinks: boolean,
): Promise<[folder: string, names: string[]][]> {
  const found: [string, string[]][] = [];
  const visit = async (path: string): Promise<void> => {
    const names: string[] = [];
    found.push([path, names]);
    for (const name of await listFolder(owner, files, path)) {
      const inner = files.join(path, name);
      const status = await files.stat(inner);
      if (status === null) continue; // a link that leads nowhere
      if (!status.isFolder) names.push(name);
      else if (followLinks || !((await files.isLink?.(inner)) ?? false)) await visit(inner);
    }
  };
  await visit(folder);
  return found.sort(([a], [b]) => byText(a, b));
}

/** The files below a folder whose names end in one of `formats`, folder by folder in the order of their paths. */
export async function filesIn(
  owner: string,
  files: Files,
  folder: string,
  formats: readonly string[],
  follow: boolean,
): Promise<string[]> {
  const listed = await walk(owner, files, folder, follow);
  return listed.flatMap(([path, names]) =>
    names
      .filter((name) => formats.some((format) => name.toLowerCase().endsWith(format)))
      .sort(byText)
      .map((name) => files.join(path, name)),
  );
}

/** The folders of classes. */
async function classFolders(owner: string, files: Files, directory: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of (await listFolder(owner, files, directory)).sort(byText))
    if (!name.startsWith('.') && (await files.stat(files.join(directory, name)))?.isFolder === true) folders.push(name);
  return folders;
}

/** In the order in which NumPy's `RandomState(seed)` shuffles as many. */
function mixed<T>(items: readonly T[], seed: number): T[] {
  const twister = new MersenneTwister();
  twister.seedByNumber(seed);
  return Array.from(twister.permutation(items.length), (i) => items[i]);
}

function check(owner: string, options: DirectoryOptions): void {
  const {
    labels = 'inferred',
    labelMode = 'int',
    classNames = null,
    batchSize = 32,
    shuffle = true,
    seed = null,
  } = options;
  const { validationSplit = null, subset = null } = options;
  const refuse = (why: string): never => {
    throw new ValueError(`${owner}: ${why}`);
  };
  if (labels !== 'inferred' && labels !== null && !(Array.isArray(labels) && labels.every(Number.isInteger)))
    refuse(
      `\`labels\` must be 'inferred', null or a list of whole numbers, one a file. Received: labels=${describe(labels)}`,
    );
  if (labels !== 'inferred' && classNames !== null)
    refuse(`You can only pass \`classNames\` if \`labels: 'inferred'\`. Received: classNames=${describe(classNames)}`);
  if (labelMode !== null && labelMode !== 'int' && labelMode !== 'categorical' && labelMode !== 'binary')
    refuse(
      `\`labelMode\` must be one of 'int', 'categorical', 'binary' or null. Received: labelMode=${describe(labelMode)}`,
    );
  if (batchSize !== null && !(Number.isInteger(batchSize) && batchSize > 0))
    refuse(`batchSize=${describe(batchSize)}. Expected a whole number from 1, or null.`);
  if (seed !== null && !(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32))
    refuse(`seed=${describe(seed)}. Expected a whole number from 0 to 2^32 - 1.`);
  if (subset !== null && subset !== 'training' && subset !== 'validation' && subset !== 'both')
    refuse(`\`subset\` must be either 'training', 'validation' or 'both'. Received: subset=${describe(subset)}`);
  if (validationSplit !== null && !(validationSplit > 0 && validationSplit < 1))
    refuse(`\`validationSplit\` must be between 0 and 1. Received: ${describe(validationSplit)}`);
  if ((validationSplit === null) !== (subset === null))
    refuse('If `subset` is set, `validationSplit` must be set, and inversely.');
  if (validationSplit !== null && shuffle && seed === null)
    refuse('With `validationSplit` and files that are mixed a `seed` is needed, so that no file is in both parts.');
}

const print = (line: string): void => {
  getPlatform().terminal.write(`${line}\n`);
};

/** A label as elements have it. */
function labelTensor(label: number, mode: 'int' | 'categorical' | 'binary', classes: number): Tensor {
  if (mode === 'int') return Tensor.fromArray(ndarray('int32', [], Int32Array.of(label)));
  if (mode === 'binary') return Tensor.fromArray(ndarray('float32', [1], Float32Array.of(label)));
  const row = new Float32Array(classes);
  if (label >= 0 && label < classes) row[label] = 1;
  return Tensor.fromArray(ndarray('float32', [classes], row));
}

/** One part of the files. @throws {ValueError} There is none in it. */
function partOf(
  owner: string,
  { paths, labels }: Listing,
  split: number | null,
  part: string | null,
  verbose: boolean,
): Listing {
  if (split === null) return { paths, labels };
  const forValidation = Math.trunc(split * paths.length);
  const cut = paths.length - forValidation;
  if (forValidation === 0)
    throw new ValueError(
      `${owner}: validationSplit=${split} of ${paths.length} files is none. Give a greater part, or leave out validationSplit.`,
    );
  if (verbose)
    print(
      `Using ${part === 'training' ? cut : forValidation} files for ${part === 'training' ? 'training' : 'validation'}.`,
    );
  const slice = <T>(items: readonly T[]): readonly T[] =>
    part === 'training' ? items.slice(0, cut) : items.slice(cut);
  return { paths: slice(paths), labels: labels === null ? null : slice(labels) };
}

/** The files of a directory, and the names of classes. */
async function index(
  owner: string,
  files: Files,
  directory: string,
  options: DirectoryOptions,
  formats: readonly string[],
): Promise<Listing & { readonly classNames: readonly string[] | null }> {
  const { labelMode = 'int', classNames = null, followLinks = false, verbose = true } = options;
  const labels = labelMode === null ? null : options.labels === undefined ? 'inferred' : options.labels;
  if ((await files.stat(directory))?.isFolder !== true)
    throw new ValueError(`${owner}: there is no folder ${directory}.`);
  const say = (count: number, classes: number | null): void => {
    if (!verbose) return;
    print(`Found ${count} files${classes === null ? '' : ` belonging to ${classes} classes`}.`);
  };
  if (labels !== 'inferred') {
    const paths = await filesIn(owner, files, directory, formats, followLinks);
    if (labels !== null && labels.length !== paths.length)
      throw new ValueError(
        `${owner}: Expected the lengths of \`labels\` to match the number of files in the target directory. There are ` +
          `${labels.length} labels and ${paths.length} files in ${directory}.`,
      );
    const names = labels === null ? null : [...new Set(labels)].sort((a, b) => a - b).map(String);
    say(paths.length, names?.length ?? null);
    return { paths, labels, classNames: names };
  }
  const folders = await classFolders(owner, files, directory);
  const strange = classNames?.find((name) => !folders.includes(name));
  if (strange !== undefined)
    throw new ValueError(
      `${owner}: The \`classNames\` passed did not match the names of the subdirectories of the target directory. ` +
        `There is no folder '${strange}' in ${directory}, but: ${folders.join(', ')}`,
    );
  const names = classNames ?? folders;
  const paths: string[] = [];
  const numbers: number[] = [];
  for (const [label, name] of names.entries()) {
    const found = await filesIn(owner, files, files.join(directory, name), formats, followLinks);
    if (found.length === 0)
      console.warn(
        `${owner}: the folder of the class '${name}' in ${directory} holds no file of ${formats.join(', ')}.`,
      );
    paths.push(...found);
    for (let i = 0; i < found.length; i++) numbers.push(label);
  }
  say(paths.length, names.length);
  return { paths, labels: numbers, classNames: names };
}

/** What a loader of folders makes of files. */
export interface FileLoader<S> {
  /** Endings of files, in small letters. */
  readonly formats: readonly string[];
  /** A sample of a file. `null`: it is left out, where `skips` says that this may be. */
  load(files: Files, path: string): Promise<S | null>;
  /** Samples of files as one batch, where this is faster. It is made of as many files, and fails as `load` does. */
  loadBatch?(files: Files, paths: readonly string[]): Promise<S>;
  /** How many batches are made at once. Default 2. */
  readonly parallelBatches?: number;
  /** Whether files may be left out: the number of samples is not known then. Default false. */
  readonly skips?: boolean;
  /** How many files are read at once. Default 8. */
  readonly numParallel?: number;
  /** Called when a pass begins. What it returns is called when the pass ends, whatever the reason. */
  begin?(): () => void;
  /** The options by which samples are made, for what keeps them in a file. */
  readonly options: object;
  /** Samples of a batch are of one shape, are padded to one, or stay apart in a list. Default `'alike'`. */
  readonly batches?: 'alike' | 'padded' | 'lists';
}

/** Batches of samples that have different shapes: lists of them, with the labels as one tensor. */
function lists(
  rows: Dataset<number>,
  size: number,
  sampleAt: (row: number) => Promise<unknown>,
  skips: boolean,
): Dataset<unknown> {
  const batches = rows.batch(size).map(async (batch): Promise<unknown> => {
    const all = await Promise.all(Array.from(batch.dataSync() as Int32Array, sampleAt));
    const samples = all.filter((sample) => sample !== null) as (readonly [unknown, Tensor])[];
    if (!Array.isArray(samples[0])) return samples;
    return [samples.map(([sample]) => sample), ops.stack(samples.map(([, label]) => label))];
  });
  return !skips ? batches : batches.filter((batch) => (batch as unknown[]).length > 0);
}

/** The data sets of a directory: two for `subset: 'both'`, otherwise one. */
export async function directoryDatasets<S>(
  owner: string,
  directory: string,
  options: DirectoryOptions,
  loader: FileLoader<S>,
): Promise<DirectoryDataset<unknown>[]> {
  check(owner, options);
  const files = requireFiles(owner, 'there are no folders here.');
  const { formats, numParallel = 8, skips = false } = loader;
  const { labelMode = 'int', batchSize = 32, shuffle = true, validationSplit = null, subset = null } = options;
  const seed = options.seed ?? makeDefaultSeed() % 1_000_000;
  const { classNames, ...listing } = await index(owner, files, directory, options, formats);
  if (listing.paths.length === 0)
    throw new ValueError(`${owner}: No files found in directory ${directory}. Allowed formats: ${formats.join(', ')}`);
  if (labelMode === 'binary' && listing.labels !== null && classNames?.length !== 2)
    throw new ValueError(
      `${owner}: With \`labelMode: 'binary'\` there must be exactly 2 classes. There are: ${classNames?.join(', ')}`,
    );
  const ordered: Listing = shuffle
    ? { paths: mixed(listing.paths, seed), labels: listing.labels === null ? null : mixed(listing.labels, seed) }
    : listing;
  const make = (part: 'training' | 'validation' | null, mixes: boolean): DirectoryDataset<unknown> => {
    const { paths, labels } = partOf(owner, ordered, validationSplit, part, options.verbose ?? true);
    if (paths.length === 0) throw new ValueError(`${owner}: No ${part} files found in directory ${directory}.`);
    let rows = Dataset.fromList(paths.map((_, i) => i));
    if (mixes) rows = rows.shuffle(batchSize === null ? 1024 : batchSize * 8, { seed });
    const sampleAt = async (i: number): Promise<unknown> => {
      const sample = await loader.load(files, paths[i]);
      if (sample === null || labels === null || labelMode === null) return sample;
      return [sample, labelTensor(labels[i], labelMode, classNames!.length)];
    };
    let dataset: Dataset<unknown>;
    if (batchSize !== null && loader.batches === 'lists') dataset = lists(rows, batchSize, sampleAt, skips);
    else if (batchSize !== null && loader.loadBatch !== undefined && !skips)
      dataset = rows.batch(batchSize).map(
        async (batch): Promise<unknown> => {
          const places = Array.from(batch.dataSync() as Int32Array);
          const samples = await loader.loadBatch!(
            files,
            places.map((i) => paths[i]),
          );
          if (labels === null || labelMode === null) return samples;
          return [samples, ops.stack(places.map((i) => labelTensor(labels[i], labelMode, classNames!.length)))];
        },
        { numParallel: loader.parallelBatches ?? 2 },
      );
    else {
      dataset = rows.map(sampleAt, { numParallel });
      if (skips) dataset = dataset.filter((sample) => sample !== null);
      if (batchSize !== null)
        dataset = loader.batches === 'padded' ? dataset.paddedBatch(batchSize) : dataset.batch(batchSize);
    }
    if (loader.begin !== undefined) dataset = dataset.during(() => loader.begin!());
    dataset = dataset._dependingOn([paths, labels, labelMode, batchSize, loader.options]);
    return Object.assign(dataset, { classNames, filePaths: paths });
  };
  // As in Keras the part for validation is read in one order when both are asked for.
  if (subset === 'both') return [make('training', shuffle), make('validation', false)];
  return [make(subset, shuffle)];
}

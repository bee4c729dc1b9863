/** @file Batches of images that a table names. */
import { checkMethods } from '../../../core/methods.js';
import { checkedOptions, refuseOthers } from '../../../core/arguments.js';
import { describe } from '../../../core/describe.js';
import { TypeError, ValueError } from '../../../core/errors.js';
import { getPlatform, requireFiles } from '../../../core/platform.js';
import { isDict } from '../../../core/tree.js';
import type { TensorLike } from '../../../runtime/index.js';
import { isTypedArray, Tensor, toTensor } from '../../../runtime/index.js';
import { byText } from '../../../utils/directory_index.js';
import type { ClassMode, FlowFilesOptions, ImageListing } from './files_iterator.js';
import { FilesIterator, FLOW_FILES_OPTIONS, IMAGE_ENDINGS, partOf, requireClassMode } from './files_iterator.js';
import type { ImageDataGenerator } from './image_data_generator.js';
import { requireSaveFormat } from './saved_images.js';

/** A table: rows, or columns. */
export type Table = readonly Readonly<Record<string, unknown>>[] | Readonly<Record<string, ArrayLike<unknown>>>;

/** Options of `flowFromDataframe`. */
export interface FlowFromDataframeOptions extends FlowFilesOptions {
  /** The folder that the names of files are of. Default null: names are paths. */
  readonly directory?: string | null;
  /** The column of the files' names. Default `'filename'`. */
  readonly xCol?: string;
  /** The column of the labels; a list of columns for `'multi_output'` and `'raw'`. Default `'class'`. */
  readonly yCol?: string | readonly string[];
  /** The column of the images' weights. Default null: none. */
  readonly weightCol?: string | null;
  /**
   * `'categorical'`: vectors with a one for each class of the image (a string or a list of them); `'binary'` and `'sparse'`: the number of
   * the class; `'input'`: the images themselves; `'raw'` (`'other'` is the same): numbers of a column, or of several; `'multi_output'`: a
   * list of columns; null: no labels. Default `'categorical'`.
   */
  readonly classMode?: ClassMode | 'other';
  /** Whether rows whose file is not there, or no image by its name, are left out. Default true. */
  readonly validateFilenames?: boolean;
}

/** The names of the options of `flowFromDataframe`. */
export const FLOW_FROM_DATAFRAME_OPTIONS = [...FLOW_FILES_OPTIONS, 'directory', 'xCol', 'yCol', 'weightCol', 'classMode', 'validateFilenames'] as const; // prettier-ignore

/** What batches of tables are. */
export type DataFrameBatch<O> = O extends { readonly classMode: null }
  ? Tensor
  : [
      x: Tensor,
      y: O extends { readonly classMode: 'multi_output' } ? Tensor[] : Tensor,
      ...(O extends { readonly weightCol: string } ? [sampleWeight: Tensor] : []),
    ];

const OWNER = 'flowFromDataframe';
const MODES: readonly ClassMode[] = ['binary', 'categorical', 'input', 'multi_output', 'raw', 'sparse', null];
const modeOf = (mode: ClassMode | 'other' | undefined): ClassMode =>
  requireClassMode(OWNER, mode === undefined ? 'categorical' : mode === 'other' ? 'raw' : mode, MODES);

type Row = Readonly<Record<string, unknown>>;

/** A table as rows. @throws {ValueError} It is none, or its columns are not equally long. */
function rowsOf(table: unknown): Row[] {
  if (Array.isArray(table) && table.every(isDict)) return [...(table as Row[])];
  if (!isDict(table))
    throw new TypeError(
      `${OWNER}: the table is ${describe(table)}. Expected rows, [{ filename, class }, …], or columns, { filename: […], class: […] }.`,
    );
  const columns = Object.entries(table).map(([name, values]): [string, unknown[]] => {
    if (values instanceof Tensor) return [name, values.arraySync<unknown[]>()];
    if (Array.isArray(values) || isTypedArray(values)) return [name, Array.from(values as ArrayLike<unknown>)];
    throw new TypeError(`${OWNER}: the column '${name}' is ${describe(values)}. Expected a list.`);
  });
  const [count] = [columns[0]?.[1].length ?? 0];
  const odd = columns.find(([, values]) => values.length !== count);
  if (odd !== undefined)
    throw new ValueError(`${OWNER}: the column '${odd[0]}' has ${odd[1].length} entries, '${columns[0][0]}' has ${count}.`);
  return Array.from({ length: count }, (_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i]])));
} // prettier-ignore

const isNothing = (value: unknown): boolean => value === null || value === undefined || Number.isNaN(value);
const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

/** @throws {ValueError} No row has such a column. */
function requireColumn(rows: readonly Row[], name: unknown): string {
  if (typeof name === 'string' && (rows.length === 0 || rows.some((row) => Object.hasOwn(row, name)))) return name;
  const known = Object.keys(rows[0] ?? {}).map((each) => `'${each}'`);
  throw new ValueError(`${OWNER}: there is no column ${describe(name)}. There are ${known.join(', ')}.`);
}

/** The classes of the rows, and the rows that have one of them. @throws {TypeError} A label is none for the mode. */
function classify(
  rows: readonly Row[],
  column: string,
  mode: ClassMode,
  wanted: readonly string[] | null,
): { readonly rows: Row[]; readonly names: readonly string[] } {
  const fits = (value: unknown): boolean => typeof value === 'string' || (mode === 'categorical' && isTexts(value));
  const odd = rows.find((row) => !fits(row[column]));
  if (odd !== undefined)
    throw new TypeError(
      `${OWNER}: If classMode="${mode}", yCol="${column}" column values must be strings${mode === 'categorical' ? ' or lists of strings' : ''}. ` +
        `Received: ${describe(odd[column])}. Numbers are for classMode: 'raw'.`,
    );
  const labelsOf = (row: Row): readonly string[] =>
    typeof row[column] === 'string' ? [row[column]] : (row[column] as readonly string[]);
  const given = wanted === null || wanted.length === 0 ? null : [...new Set(wanted)];
  const found = new Set(rows.flatMap(labelsOf));
  const names = given ?? [...found].sort(byText);
  const count = given?.length ?? found.size;
  if (mode === 'binary' && count !== 2)
    throw new ValueError(`${OWNER}: If classMode="binary" there must be 2 classes. Found ${count} classes.`);
  if (given === null) return { rows: [...rows], names };
  const kept = rows.flatMap((row) => {
    const labels = labelsOf(row).filter((label) => given.includes(label));
    return labels.length === 0 ? [] : [{ ...row, [column]: typeof row[column] === 'string' ? labels[0] : labels }];
  });
  return { rows: kept, names };
}

/** Rows whose files are there. */
async function withFiles(rows: readonly Row[], column: string, pathOf: (name: string) => string): Promise<Row[]> {
  const files = requireFiles(OWNER);
  const valid: Row[] = [];
  for (let i = 0; i < rows.length; i += 256) {
    const part = rows.slice(i, i + 256);
    const found = await Promise.all(
      part.map(async (row) => {
        const path = pathOf(row[column] as string);
        if (!IMAGE_ENDINGS.some((ending) => path.toLowerCase().endsWith(ending))) return false;
        const status = await files.stat(path);
        return status !== null && !status.isFolder;
      }),
    );
    valid.push(...part.filter((_, k) => found[k]));
  }
  const missing = rows.length - valid.length;
  if (missing > 0)
    console.warn(
      `${OWNER}: Found ${missing} invalid image filename(s) in xCol="${column}". These filename(s) will be ignored.`,
    );
  return valid;
}

/** Numbers of a column. @throws {TypeError} Something else is in it. */
function numbersOf(rows: readonly Row[], column: string): unknown[] {
  return rows.map((row, i) => {
    const value = row[column];
    if (typeof value === 'number' || typeof value === 'boolean' || Array.isArray(value)) return value;
    if (value instanceof Tensor) return value.arraySync();
    if (isTypedArray(value)) return Array.from(value as ArrayLike<number>, Number);
    throw new TypeError(
      `${OWNER}: row ${i} of the column '${column}' is ${describe(value)}. Expected a number, or a list of numbers.`,
    );
  });
}

/** The images that a table names. @throws {ValueError} A column is not there. @throws {TypeError} One holds what the mode has no use for. */
export async function readTable(
  table: Table,
  generator: ImageDataGenerator,
  options: FlowFromDataframeOptions,
): Promise<ImageListing> {
  const { directory = null, xCol = 'filename', yCol = 'class', weightCol = null, classes = null } = options;
  const { subset = null, validateFilenames = true, saveFormat = 'png' } = options;
  const mode = modeOf(options.classMode);
  requireSaveFormat(OWNER, saveFormat);
  const files = requireFiles(OWNER);
  let rows = rowsOf(table);
  requireColumn(rows, xCol);
  const columns = typeof yCol === 'string' ? [yCol] : yCol;
  if (mode === 'multi_output' && typeof yCol === 'string')
    throw new TypeError(`${OWNER}: If classMode="multi_output", yCol must be a list. Received: '${yCol}'.`);
  if (mode !== null && mode !== 'input') columns.forEach((name) => requireColumn(rows, name));
  const odd = rows.find((row) => typeof row[xCol] !== 'string');
  if (odd !== undefined)
    throw new TypeError(`${OWNER}: All values in column xCol=${xCol} must be strings. Received: ${describe(odd[xCol])}.`);
  const sorts = mode === 'binary' || mode === 'categorical' || mode === 'sparse';
  if (sorts && columns.length !== 1)
    throw new TypeError(`${OWNER}: classMode="${mode}" takes one column. Received: yCol=[${columns.join(', ')}].`);
  if (classes !== null && classes.length > 0 && !sorts)
    console.warn(`${OWNER}: \`classes\` will be ignored given the classMode="${mode}".`);
  if (weightCol !== null) {
    requireColumn(rows, weightCol);
    if (rows.some((row) => typeof row[weightCol] !== 'number'))
      throw new TypeError(`${OWNER}: Column weightCol=${weightCol} must be numeric.`);
  }
  if (sorts) classify(rows, columns[0], mode, classes);
  const isWhole = (path: string): boolean => /^([\\/]|[A-Za-z]:[\\/])/.test(path);
  const pathOf = (name: string): string =>
    directory === null || directory === '' || isWhole(name) ? name : files.join(directory, name);
  if (validateFilenames) rows = await withFiles(rows, xCol, pathOf);
  let names: readonly string[] = [];
  if (sorts) {
    // Of the rows whose files are there; whether there are two classes was seen before, as in Keras.
    ({ rows, names } = classify(rows, columns[0], mode === 'binary' ? 'sparse' : mode, classes));
  }
  rows = rows.filter((row) => !sorts || !isNothing(row[columns[0]]));
  const [from, to] = partOf(OWNER, subset, generator, rows.length);
  rows = rows.slice(from, to);
  const indices = new Map(names.map((name, i) => [name, i]));
  const labelOf = (value: unknown): number | number[] =>
    typeof value === 'string' ? indices.get(value)! : (value as string[]).map((each) => indices.get(each)!);
  const whole = (values: unknown): Tensor => toTensor(values as TensorLike, null, OWNER);
  const targets =
    mode === 'multi_output'
      ? columns.map((name) => whole(numbersOf(rows, name)))
      : mode !== 'raw'
        ? []
        : typeof yCol === 'string'
          ? [whole(numbersOf(rows, yCol))]
          : [whole(rows.map((row) => columns.map((name) => numbersOf([row], name)[0])))];
  const filenames = rows.map((row) => row[xCol] as string);
  const kind = validateFilenames ? 'validated' : 'non-validated';
  const tail = sorts ? ` belonging to ${names.length} classes.` : '.';
  getPlatform().terminal.write(`Found ${filenames.length} ${kind} image filenames${tail}\n`);
  return {
    filenames,
    filepaths: filenames.map(pathOf),
    classes: sorts ? rows.map((row) => labelOf(row[columns[0]])) : [],
    classIndices: sorts ? Object.fromEntries(indices) : null,
    targets,
    sampleWeight: weightCol === null ? null : whole(rows.map((row) => row[weightCol])),
  };
} // prettier-ignore

/**
 * Batches of images that a table names: what `flowFromDataframe` gives.
 *
 * @param listing The images, and what is known of each.
 * @param generator Changes and normalizes the images.
 * @param options See {@link FlowFromDataframeOptions}.
 * @returns Batches for `fit`, `evaluate` and `predict`, as {@link ImageIterator} gives them.
 * @throws {ValueError} A mode or a size that there is not.
 * @see `keras.preprocessing.image.DataFrameIterator` of Keras 2
 * @example
 * const count = async () => {
 *   const rows = [{ filename: 'a.png', class: 'cat' }, { filename: 'b.png', class: 'dog' }];
 *   const batches = await new preprocessing.image.ImageDataGenerator().flowFromDataframe(rows, { directory: 'pets', classMode: 'binary' });
 *   return batches.classIndices; // { cat: 0, dog: 1 }
 * };
 */
export class DataFrameIterator<B> extends FilesIterator<B> {
  static override readonly positional = ['listing', 'generator'];

  constructor(listing: ImageListing, generator: ImageDataGenerator, options: FlowFromDataframeOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    refuseOthers(OWNER, options, FLOW_FROM_DATAFRAME_OPTIONS);
    super(OWNER, listing, generator, modeOf(options.classMode), options);
  }
}
checkMethods(DataFrameIterator);

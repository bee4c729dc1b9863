/** @file Tables of text (CSV), as a whole or piece by piece, by csv-parse, which is loaded with the first. */
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { isDType, standardizeDType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { fromNumbers } from '../../core/ndarray.js';
import type { ByteSource } from '../../formats/byte_source.js';
import { Tensor } from '../../runtime/index.js';
import type { FileSource } from '../../saving/places.js';
import { openSource, pathIn } from '../../saving/places.js';
import { slicesOf } from './elements.js';
import type { Stage } from './stage.js';
import { slicesStage } from './stage.js';

/** What a column is read as. */
export type CsvColumnType = DType | 'string';

/** Options of `Dataset.fromCsv(place, options)`. */
export interface CsvOptions {
  /**
   * The columns that are wanted, by their names in the first line, and what they are read as. Default: all; a column is float32 where
   * each cell is a number, otherwise text.
   */
  readonly columns?: Readonly<Record<string, CsvColumnType>> | null;
  /** The column that is the label: elements are `[features, label]`. Default null: elements are features alone. */
  readonly labelName?: string | null;
  /** What stands between cells. Default `','`. */
  readonly delimiter?: string;
  /**
   * Whether the table is read piece by piece in each pass, and never as a whole: a shuffle mixes within its buffer then. Columns whose types
   * are not given are looked through once before; where all are given, the number of rows is not known before the first pass. Default null:
   * tables of more than 64 MB are.
   */
  readonly stream?: boolean | null;
}

const OWNER = 'Dataset.fromCsv';
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WORDS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity, true: 1, false: 0 };
/** Bytes from which on a table is read piece by piece. */
const MANY = 64 << 20;
/** Bytes of a piece. */
const PIECE = 1 << 20;

/** The number in a cell, or null: there is none. */
function numberIn(cell: string): number | null {
  const text = cell.trim();
  if (NUMBER.test(text)) return Number(text);
  const word = text.toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word] : null;
}

/** One column. @param first The row of data, from 0, with which it begins, for messages. */
function columnOf(
  name: string,
  cells: readonly string[],
  type: CsvColumnType | null,
  file: string,
  first: number,
): Tensor | string[] {
  if (type === 'string') return [...cells];
  const numbers: number[] = [];
  for (const [row, cell] of cells.entries()) {
    const number = numberIn(cell);
    if (number === null && type === null) return [...cells];
    if (number === null)
      throw new ValueError(
        `${OWNER}: ${file}, row ${first + row + 1} of data, column '${name}': ${describe(cell)} is no number. Read the column as 'string', or mend the file.`,
      );
    numbers.push(number);
  }
  return Tensor.fromArray(fromNumbers(type ?? 'float32', [numbers.length], numbers));
}

/** Pieces of a text that end where a row does. */
async function* piecesOf(source: ByteSource, size: number): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let quoted = false;
  for (let at = 0; at < source.size; at += size) {
    const bytes = await source.read(at, Math.min(size, source.size - at));
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: at + size < source.size });
    } catch {
      throw new ValueError(`${OWNER}: ${source.name} is no text in UTF-8.`);
    }
    // Within quotes a line end is part of a cell; a quote that is doubled leaves all as it was.
    let end = -1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 34) quoted = !quoted;
      else if (code === 10 && !quoted) end = i + 1;
    }
    if (end < 0) rest += text;
    else {
      yield rest + text.slice(0, end);
      rest = text.slice(end);
    }
  }
  if (rest !== '') yield rest;
}

/** The rows of a table, piece by piece, the line of names first. @throws {ValueError} It is broken. */
async function* rowsOf(source: ByteSource, delimiter: string, size: number): AsyncGenerator<string[][], void, void> {
  const { parse } = await import('csv-parse/browser/esm/sync');
  let width = 0;
  let before = 0;
  for await (const piece of piecesOf(source, size)) {
    const where = before === 0 ? '' : ` (in what follows row ${before - 1} of data)`;
    let rows: string[][];
    try {
      rows = parse(piece, { delimiter, bom: true, skip_empty_lines: true });
    } catch (error) {
      throw new ValueError(`${OWNER}: ${source.name} is broken: ${(error as Error).message}${where}`);
    }
    if (rows.length === 0) continue;
    if (before === 0) width = rows[0].length;
    else if (rows[0].length !== width)
      throw new ValueError(
        `${OWNER}: ${source.name} is broken: a row of ${rows[0].length} cells, where the first has ${width}${where}`,
      );
    before += rows.length;
    yield rows;
  }
}

/** A column that is wanted. */
interface Column {
  readonly name: string;
  /** Its place in a row. */
  readonly at: number;
  /** null: as it looks. */
  readonly type: CsvColumnType | null;
}

/** The columns that are wanted. @throws {ValueError} The table lacks one, or has two of a name. */
function columnsOf(head: readonly string[], options: CsvOptions, file: string): Column[] {
  const { columns = null, labelName = null } = options;
  const double = head.find((name, i) => head.indexOf(name) !== i);
  if (double !== undefined) throw new ValueError(`${OWNER}: ${file} has two columns of the name '${double}'.`);
  const wanted = columns === null ? head : Object.keys(columns);
  const names = labelName === null || wanted.includes(labelName) ? wanted : [...wanted, labelName];
  return names.map((name) => {
    const at = head.indexOf(name);
    if (at < 0) throw new ValueError(`${OWNER}: ${file} has no column '${name}'. It has: ${head.join(', ')}.`);
    const type = columns === null || !Object.hasOwn(columns, name) ? null : columns[name];
    if (type !== null && type !== 'string' && !isDType(type)) standardizeDType(type, OWNER);
    return { name, at, type };
  });
}

/** Rows as columns: a dict of them, or with a label a pair. */
function structureOf(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  labelName: string | null,
  file: string,
  first: number,
): unknown {
  const read = columns.map(({ name, at, type }) => [name, columnOf(name, rows.map((row) => row[at]), type, file, first)] as const); // prettier-ignore
  if (labelName === null) return Object.fromEntries(read);
  const label = read.find(([name]) => name === labelName)![1];
  return [Object.fromEntries(read.filter(([name]) => name !== labelName)), label];
}

/** What a look through a table tells. */
interface Survey {
  readonly columns: readonly Column[];
  /** null: it was not looked through. */
  readonly count: number | null;
}

/** Names and types of the columns. Types that are not given need a look at all rows. */
async function survey(source: ByteSource, options: CsvOptions, size: number): Promise<Survey> {
  const pieces = rowsOf(source, options.delimiter ?? ',', size);
  let columns: Column[] | null = null;
  let count = 0;
  const texts = new Set<string>();
  for await (const rows of pieces) {
    const data = columns === null ? rows.slice(1) : rows;
    columns ??= columnsOf(rows[0], options, source.name);
    count += data.length;
    const open = columns.filter(({ name, type }) => type === null && !texts.has(name));
    if (columns.every(({ type }) => type !== null) && count > 0) return { columns, count: null };
    for (const { name, at } of open) if (data.some((row) => numberIn(row[at]) === null)) texts.add(name);
  }
  if (columns === null || count === 0)
    throw new ValueError(`${OWNER}: ${source.name} holds no rows below its line of names.`);
  const typed = columns.map((each): Column => ({
    ...each,
    type: each.type ?? (texts.has(each.name) ? 'string' : 'float32'),
  }));
  return { columns: typed, count };
}

/**
 * The rows of a table.
 *
 * @param size Bytes of a piece.
 * @throws {ValueError} It is broken, or lacks a column.
 */
export async function csvStage(place: FileSource, options: CsvOptions, size = PIECE): Promise<Stage<unknown>> {
  const { labelName = null, delimiter = ',', stream = null } = options;
  if (stream !== null && typeof stream !== 'boolean')
    throw new ValueError(`${OWNER}: stream=${describe(stream)}. Expected true, false or null.`);
  const source = await openSource(place, OWNER);
  try {
    if (!(stream ?? source.size > MANY)) {
      const all: string[][] = [];
      for await (const rows of rowsOf(source, delimiter, Infinity)) for (const row of rows) all.push(row);
      const [head, ...rows] = all;
      if (head === undefined || rows.length === 0)
        throw new ValueError(`${OWNER}: ${source.name} holds no rows below its line of names.`);
      const columns = columnsOf(head, options, source.name);
      return slicesStage(slicesOf(structureOf(columns, rows, labelName, source.name, 0), OWNER));
    }
    const { columns, count } = await survey(source, options, size);
    // What was downloaded, or is in memory, stays; a file is opened for each pass.
    const kept = typeof place === 'string' && pathIn(place) !== null ? null : source;
    return {
      cardinality: count,
      async *open(_path, skip) {
        const opened = kept ?? (await openSource(place, OWNER));
        let row = -1;
        try {
          for await (const piece of rowsOf(opened, delimiter, size)) {
            const data = row < 0 ? piece.slice(1) : piece;
            row = Math.max(row, 0);
            const first = Math.min(data.length, Math.max(0, skip - row));
            row += first;
            if (first === data.length) continue;
            const slices = slicesOf(structureOf(columns, data.slice(first), labelName, opened.name, row), OWNER);
            for (let i = 0; i < slices.length; i++) yield slices.at(i);
            row += slices.length;
          }
        } finally {
          if (kept === null) await opened.close();
        }
      },
    };
  } finally {
    await source.close();
  }
}

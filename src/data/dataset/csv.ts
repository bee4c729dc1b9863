/** @file Tables of text (CSV) as columns, by csv-parse, which is loaded with the first. */
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { isDType, standardizeDType } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { fromNumbers } from '../../core/ndarray.js';
import { readAll } from '../../formats/byte_source.js';
import { Tensor } from '../../runtime/index.js';
import type { FileSource } from '../../saving/places.js';
import { openSource } from '../../saving/places.js';

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
}

const OWNER = 'Dataset.fromCsv';
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WORDS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity, true: 1, false: 0 };

/** The number in a cell, or null: there is none. */
function numberIn(cell: string): number | null {
  const text = cell.trim();
  if (NUMBER.test(text)) return Number(text);
  const word = text.toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word] : null;
}

async function parse(text: string, delimiter: string, file: string): Promise<string[][]> {
  const { parse } = await import('csv-parse/browser/esm/sync');
  try {
    return parse(text, { delimiter, bom: true, skip_empty_lines: true });
  } catch (error) {
    throw new ValueError(`${OWNER}: ${file} is broken: ${(error as Error).message}`);
  }
}

/** One column. `line` says where a row stands, for messages. */
function columnOf(name: string, cells: readonly string[], type: CsvColumnType | null, file: string): Tensor | string[] {
  if (type === 'string') return [...cells];
  const numbers: number[] = [];
  for (const [row, cell] of cells.entries()) {
    const number = numberIn(cell);
    if (number === null && type === null) return [...cells];
    if (number === null)
      throw new ValueError(
        `${OWNER}: ${file}, row ${row + 1} of data, column '${name}': ${describe(cell)} is no number. Read the column as 'string', or mend the file.`,
      );
    numbers.push(number);
  }
  return Tensor.fromArray(fromNumbers(type ?? 'float32', [numbers.length], numbers));
}

/** The columns of a table. @throws {ValueError} It is broken, or lacks a column. */
export async function readCsv(
  place: FileSource,
  options: CsvOptions,
): Promise<{ readonly features: Record<string, Tensor | string[]>; readonly label: Tensor | string[] | null }> {
  const { columns = null, labelName = null, delimiter = ',' } = options;
  const source = await openSource(place, OWNER);
  const file = source.name;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readAll(source));
  } catch (error) {
    throw error instanceof ValueError ? error : new ValueError(`${OWNER}: ${file} is no text in UTF-8.`);
  } finally {
    await source.close();
  }
  const [head, ...rows] = await parse(text, delimiter, file);
  if (head === undefined || rows.length === 0)
    throw new ValueError(`${OWNER}: ${file} holds no rows below its line of names.`);
  const double = head.find((name, i) => head.indexOf(name) !== i);
  if (double !== undefined) throw new ValueError(`${OWNER}: ${file} has two columns of the name '${double}'.`);
  const wanted = columns === null ? head : Object.keys(columns);
  const names = labelName === null || wanted.includes(labelName) ? wanted : [...wanted, labelName];
  const read = new Map<string, Tensor | string[]>();
  for (const name of names) {
    const at = head.indexOf(name);
    if (at < 0) throw new ValueError(`${OWNER}: ${file} has no column '${name}'. It has: ${head.join(', ')}.`);
    const type = columns === null || !Object.hasOwn(columns, name) ? null : columns[name];
    if (type !== null && type !== 'string' && !isDType(type)) standardizeDType(type, OWNER);
    read.set(name, columnOf(name, rows.map((row) => row[at]), type, file)); // prettier-ignore
  }
  const label = labelName === null ? null : read.get(labelName)!;
  if (labelName !== null) read.delete(labelName);
  return { features: Object.fromEntries(read), label };
}

/** @file What the loaders of IMDB and Reuters share: lists of the numbers of words, and what is done with them. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { fileSource } from '../formats/byte_source.js';
import { readNpy, readNpyHeader } from '../formats/npy.js';
import type { PickledValue } from '../formats/pickle.js';
import { readPickle } from '../formats/pickle.js';
import { openZip } from '../formats/zip/index.js';
import { fetchSource, platformFiles } from './sources.js';
import type { SOURCES } from './sources.js';

/** Options of loaders of texts. */
export interface SequenceOptions {
  /** Only words whose number is below this are kept: words are numbered by how often they occur. Default null: all. */
  readonly numWords?: number | null;
  /** Words whose number is below this are left out as well. Default 0. */
  readonly skipTop?: number;
  /** Texts of this many words and more are left out. Default null: none. */
  readonly maxlen?: number | null;
  /** Seed of the order: that of Keras for the same seed. Default 113. */
  readonly seed?: number;
  /** What each text begins with; null: nothing. Default 1. */
  readonly startChar?: number | null;
  /** What stands for words that are left out; null: nothing does. Default 2. */
  readonly oovChar?: number | null;
  /** What is added to the number of each word. Default 3. */
  readonly indexFrom?: number;
}

/** Texts and their labels, row by row. */
export interface Texts {
  readonly words: readonly (readonly number[])[];
  readonly labels: NDArray;
}

/** An array of lists of whole numbers, as NumPy writes it: in a pickle, of which nothing is executed. */
function listsOf(value: PickledValue, name: string): readonly (readonly number[])[] {
  const isLists =
    typeof value === 'object' && value !== null && 'objects' in value && value.shape.length === 1
      ? value.objects
      : null;
  const isList = (item: PickledValue): item is number[] =>
    Array.isArray(item) && item.every((word) => typeof word === 'number');
  if (isLists === null || !isLists.every(isList))
    throw new ValueError(`${name}: is no array of lists of numbers of words.`);
  return isLists;
}

/** Arrays of an `.npz` file: those named `x…` hold lists, the others numbers. @throws {ValueError} It is broken, or one is missing. */
export async function readTexts(path: string, names: readonly (readonly [x: string, y: string])[]): Promise<Texts[]> {
  const source = await fileSource(path);
  try {
    const archive = await openZip(source);
    const texts: Texts[] = [];
    for (const [x, y] of names) {
      const member = await archive.member(`${x}.npy`);
      const { start } = await readNpyHeader(member);
      const words = listsOf(readPickle(await member.read(start, member.size - start), member.name), member.name);
      const labels = await readNpy(await archive.member(`${y}.npy`));
      if (labels.shape.length !== 1 || labels.shape[0] !== words.length)
        throw new ValueError(`${path}: ${words.length} texts, but labels of shape [${labels.shape.join(', ')}].`);
      texts.push({ words, labels });
    }
    return texts;
  } finally {
    await source.close();
  }
}

/** Marks the beginning of texts and moves the numbers of words up. */
export function mark(words: readonly (readonly number[])[], startChar: number | null, indexFrom: number): number[][] {
  const start = startChar === null ? [] : [startChar];
  return words.map((text) => [...start, ...text.map((word) => word + indexFrom)]);
}

/** The positions of texts that are short enough. */
export function shortEnough(words: readonly (readonly number[])[], maxlen: number | null): number[] {
  const all = words.map((_, i) => i);
  return maxlen === null || maxlen === 0 ? all : all.filter((i) => words[i].length < maxlen);
}

/** Leaves out words that are too rare or too frequent. */
export function limit(
  words: readonly (readonly number[])[],
  numWords: number | null,
  skipTop: number,
  oovChar: number | null,
): number[][] {
  // Keras: without a number of words the greatest number is the end, and is itself left out.
  const end = numWords === null || numWords === 0 ? words.reduce((most, text) => text.reduce((a, b) => (b > a ? b : a), most), -Infinity) : numWords; // prettier-ignore
  const isKept = (word: number): boolean => skipTop <= word && word < end;
  return words.map((text) =>
    oovChar === null ? text.filter(isKept) : text.map((word) => (isKept(word) ? word : oovChar)),
  );
}

/** Refuses numbers that are none. */
export function checkSequenceOptions(owner: string, options: SequenceOptions): void {
  for (const [name, value] of Object.entries(options))
    if (name !== 'path' && name !== 'testSplit' && value !== null && value !== undefined && !Number.isInteger(value))
      throw new ValueError(`${owner}: ${name}=${describe(value)}. Expected a whole number.`);
}

/** Words and their numbers. @throws {ValueError} The file is none of that form. */
export async function readWordIndex(name: keyof typeof SOURCES, fname: string): Promise<Record<string, number>> {
  const path = await fetchSource(name, { fname });
  const text = new TextDecoder().decode(await platformFiles().read(path));
  try {
    // No word may get at the prototype of objects.
    return Object.assign(Object.create(null), JSON.parse(text)) as Record<string, number>;
  } catch (error) {
    throw new ValueError(`${path}: is no JSON: ${(error as Error).message}`);
  }
}

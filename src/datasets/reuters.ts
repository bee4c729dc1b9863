/** @file `keras.datasets.reuters`. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { Tensor } from '../runtime/index.js';
import type { Splits } from './arrays.js';
import { shuffledIndices, takeRows, trainCount } from './arrays.js';
import type { SequenceOptions } from './sequences.js';
import { checkSequenceOptions, limit, mark, readTexts, readWordIndex, shortEnough } from './sequences.js';
import { fetchSource } from './sources.js';

/** Options of `reuters.loadData(options)`. */
export interface ReutersOptions extends SequenceOptions {
  /** Name of the file in `~/.keras/datasets`. Default `'reuters.npz'`. */
  readonly path?: string;
  /** The part of the texts that is for tests, in [0, 1). Default 0.2. */
  readonly testSplit?: number;
}

/**
 * Reuters: 11,228 newswires as lists of numbers of words, and which of 46 topics each is about. 2 MB, downloaded the first time.
 *
 * 0 pads, 1 begins a text, 2 stands for words that are left out, and word n of `getWordIndex` is n + 3.
 *
 * @param options See {@link ReutersOptions}.
 * @returns `[[x, y], [xTest, yTest]]`: x are lists of numbers, y is int64: 0 to 45, as `getLabelNames` names them.
 * @throws {ValueError} `maxlen` leaves no text; an option is no whole number, or out of its range.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.reuters.load_data`
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.reuters.loadData({ numWords: 10000 });
 *   return x.length; // 8982
 * };
 */
export const loadData = checked(
  'reuters.loadData',
  async (options: ReutersOptions = {}): Promise<Splits<number[][]>> => {
    checkSequenceOptions('reuters.loadData', options);
    const { path = 'reuters.npz', numWords = null, skipTop = 0, maxlen = null, testSplit = 0.2, seed = 113 } = options;
    const { startChar = 1, oovChar = 2, indexFrom = 3 } = options;
    trainCount('reuters.loadData', testSplit, 1);
    shuffledIndices('reuters.loadData', seed);
    const file = await fetchSource('reuters', { fname: path });
    const [{ words, labels }] = await readTexts(file, [['x', 'y']]);
    const [order] = shuffledIndices('reuters.loadData', seed, words.length);
    const mixed = Array.from(order, (row) => words[row]);
    const marked = mark(mixed, startChar, indexFrom);
    const kept = shortEnough(marked, maxlen);
    if (kept.length === 0)
      throw new ValueError(`reuters.loadData: no text is shorter than maxlen=${maxlen}. Increase maxlen.`);
    const x = limit(kept.map((row) => marked[row]), numWords, skipTop, oovChar); // prettier-ignore
    const y = takeRows(labels, order);
    const cut = trainCount('reuters.loadData', testSplit, x.length);
    return [
      [x.slice(0, cut), Tensor.fromArray(takeRows(y, kept.slice(0, cut)))],
      [x.slice(cut), Tensor.fromArray(takeRows(y, kept.slice(cut)))],
    ];
  },
  ['path', 'numWords', 'skipTop', 'maxlen', 'testSplit', 'seed', 'startChar', 'oovChar', 'indexFrom'],
);

/** Options of `reuters.getWordIndex(options)`. */
export interface ReutersWordIndexOptions {
  /** Name of the file in `~/.keras/datasets`. Default `'reuters_word_index.json'`. */
  readonly path?: string;
}

/**
 * The words of Reuters' newswires and their numbers, the most frequent one first. In the texts numbers are greater by `indexFrom`.
 *
 * @param options See {@link ReutersWordIndexOptions}.
 * @returns A dict from words to numbers.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.reuters.get_word_index`
 * @example
 * const load = async () => {
 *   const index = await datasets.reuters.getWordIndex();
 *   return index['the']; // 1
 * };
 */
export const getWordIndex = checked(
  'reuters.getWordIndex',
  (options: ReutersWordIndexOptions = {}): Promise<Record<string, number>> =>
    readWordIndex('reutersWords', options.path ?? 'reuters_word_index.json'),
  ['path'],
);

const LABELS =
  'cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship cotton carcass crude nat-gas cpi ' +
  'money-fx interest gnp meal-feed alum oilseed gold tin strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc ' +
  'orange pet-chem dlr gas silver wpi hog lead';

/**
 * The names of the topics, by their labels.
 *
 * @returns 46 names.
 * @see `keras.datasets.reuters.get_label_names`
 * @example
 * datasets.reuters.getLabelNames()[3]  // 'earn'
 */
export const getLabelNames = checked('reuters.getLabelNames', (): string[] => LABELS.split(' '));

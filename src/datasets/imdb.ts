/** @file `keras.datasets.imdb`. */
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { Tensor } from '../runtime/index.js';
import type { Splits } from './arrays.js';
import { shuffledIndices, takeRows } from './arrays.js';
import type { SequenceOptions } from './sequences.js';
import { checkSequenceOptions, limit, mark, readTexts, readWordIndex, shortEnough } from './sequences.js';
import { fetchSource } from './sources.js';

/** Options of `imdb.loadData(options)`. */
export interface ImdbOptions extends SequenceOptions {
  /** Name of the file in `~/.keras/datasets`. Default `'imdb.npz'`. */
  readonly path?: string;
}

/**
 * IMDB: 50,000 reviews of films as lists of numbers of words, and whether they are favourable. 17 MB, downloaded the first time.
 *
 * 0 pads, 1 begins a review, 2 stands for words that are left out, and word n of `getWordIndex` is n + 3.
 *
 * @param options See {@link ImdbOptions}.
 * @returns `[[x, y], [xTest, yTest]]`: x are 25,000 lists of numbers each, y is int64 `[25000]`: 1 favourable, 0 not. With `maxlen` they
 *   are fewer.
 * @throws {ValueError} `maxlen` leaves no review; an option is no whole number.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.imdb.load_data`
 * @example
 * const load = async () => {
 *   const [[x, y], [xTest, yTest]] = await datasets.imdb.loadData({ numWords: 20000 });
 *   return utils.padSequences(x, { maxlen: 200 }); // [25000, 200]
 * };
 */
export const loadData = checked(
  'imdb.loadData',
  async (options: ImdbOptions = {}): Promise<Splits<number[][]>> => {
    checkSequenceOptions('imdb.loadData', options);
    const { path = 'imdb.npz', numWords = null, skipTop = 0, maxlen = null, seed = 113 } = options;
    const { startChar = 1, oovChar = 2, indexFrom = 3 } = options;
    shuffledIndices('imdb.loadData', seed);
    const file = await fetchSource('imdb', { fname: path });
    const texts = await readTexts(file, [
      ['x_train', 'y_train'],
      ['x_test', 'y_test'],
    ]);
    // One generator gives both orders, that of the tests last.
    const orders = shuffledIndices('imdb.loadData', seed, ...texts.map(({ words }) => words.length));
    const [train, test] = texts.map(({ words, labels }, i) => {
      const mixed = Array.from(orders[i], (row) => words[row]);
      const marked = mark(mixed, startChar, indexFrom);
      const kept = shortEnough(marked, maxlen);
      return { words: kept.map((row) => marked[row]), labels: takeRows(takeRows(labels, orders[i]), kept) };
    });
    if (train.words.length === 0 || test.words.length === 0)
      throw new ValueError(
        `imdb.loadData: After filtering for sequences shorter than maxlen=${maxlen}, no sequence was kept. Increase maxlen.`,
      );
    const words = limit([...train.words, ...test.words], numWords, skipTop, oovChar);
    return [
      [words.slice(0, train.words.length), Tensor.fromArray(train.labels)],
      [words.slice(train.words.length), Tensor.fromArray(test.labels)],
    ];
  },
  ['path', 'numWords', 'skipTop', 'maxlen', 'seed', 'startChar', 'oovChar', 'indexFrom'],
);

/** Options of `imdb.getWordIndex(options)`. */
export interface ImdbWordIndexOptions {
  /** Name of the file in `~/.keras/datasets`. Default `'imdb_word_index.json'`. */
  readonly path?: string;
}

/**
 * The words of IMDB's reviews and their numbers, the most frequent one first. In the reviews numbers are greater by `indexFrom`.
 *
 * @param options See {@link ImdbWordIndexOptions}.
 * @returns A dict from words to numbers.
 * @throws {RuntimeError} There is no network, and no file: the message says where to put it.
 * @see `keras.datasets.imdb.get_word_index`
 * @example
 * const load = async () => {
 *   const index = await datasets.imdb.getWordIndex();
 *   return index['the']; // 1
 * };
 */
export const getWordIndex = checked(
  'imdb.getWordIndex',
  (options: ImdbWordIndexOptions = {}): Promise<Record<string, number>> =>
    readWordIndex('imdbWords', options.path ?? 'imdb_word_index.json'),
  ['path'],
);

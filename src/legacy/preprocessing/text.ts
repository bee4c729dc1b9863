/** @file `keras.preprocessing.text` of Keras 2: texts to words, and words to numbers. */
import { checked } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { md5Modulo } from './md5.js';

/** What is taken out of texts if nothing else is said. */
export const FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n';

/** Options of `textToWordSequence`. */
export interface WordOptions {
  /** Characters that separate words as `split` does. Default: punctuation but the apostrophe, tabs and line ends. */
  readonly filters?: string;
  /** Whether capitals become small letters. Default true. */
  readonly lower?: boolean;
  /** What stands between words. Default a blank. */
  readonly split?: string;
}

/** Words of a text. */
export function wordsOf(
  text: unknown,
  { filters = FILTERS, lower = true, split = ' ' }: WordOptions,
  owner: string,
): string[] {
  if (typeof text !== 'string') throw new TypeError(`${owner}: a text is ${describe(text)}. Expected a string.`);
  if (split === '')
    throw new ValueError(`${owner}: split is an empty string. Give what stands between words, such as ' '.`);
  const gone = new Set(filters);
  let plain = '';
  for (const character of lower ? text.toLowerCase() : text) plain += gone.has(character) ? split : character;
  return plain.split(split).filter((word) => word !== '');
}

/**
 * A text as a list of its words.
 *
 * @param inputText The text.
 * @param options `filters`: characters that are taken out. `lower`: default true. `split`: what stands between words, default a blank.
 * @returns The words in order.
 * @throws {TypeError} The text is no string.
 * @see `keras.preprocessing.text.text_to_word_sequence` of Keras 2
 * @example
 * preprocessing.text.textToWordSequence('The cat, the mat!') // ['the', 'cat', 'the', 'mat']
 */
export const textToWordSequence = checked(
  'textToWordSequence',
  (inputText: string, options: WordOptions = {}): string[] => wordsOf(inputText, options, 'textToWordSequence'),
  ['filters', 'lower', 'split'],
);

/** A function from a word to a whole number. */
export type HashFunction = (word: string) => number;

/** Options of `hashingTrick`. */
export interface HashingTrickOptions extends WordOptions {
  /** `'md5'`, or a function from words to whole numbers. Default null: FNV-1a of 32 bits. */
  readonly hashFunction?: 'md5' | HashFunction | null;
  /** Gives the words of a text in place of `textToWordSequence`. Default null. */
  readonly analyzer?: ((text: string) => readonly string[]) | null;
}

/** FNV-1a of 32 bits. Python's `hash`, which Keras 2 takes, gives other numbers in each run. */
function fnv1a(word: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(word)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

function hashed(text: string, n: number, options: HashingTrickOptions, owner: string): number[] {
  const { hashFunction = null, analyzer = null } = options;
  if (!Number.isInteger(n) || n < 2)
    throw new ValueError(`${owner}: n=${describe(n)}. Expected a whole number from 2.`);
  if (hashFunction !== null && hashFunction !== 'md5' && typeof hashFunction !== 'function')
    throw new ValueError(
      `${owner}: hashFunction=${describe(hashFunction)}. Expected 'md5', a function of words, or null.`,
    );
  const words = analyzer === null ? wordsOf(text, options, owner) : analyzer(text);
  return words.map((word) => {
    if (hashFunction === 'md5') return md5Modulo(word, n - 1) + 1;
    const hash = (hashFunction ?? fnv1a)(word);
    if (!Number.isInteger(hash))
      throw new ValueError(`${owner}: hashFunction gives ${describe(hash)} for '${word}'. Expected a whole number.`);
    return (((hash % (n - 1)) + (n - 1)) % (n - 1)) + 1;
  });
}

/**
 * A text as numbers of its words by a hash function. Different words may get the same number.
 *
 * @param text The text.
 * @param n How many numbers there are: words get those from 1 to n − 1.
 * @param options `hashFunction`: `'md5'`, a function, or null (FNV-1a; Python's `hash` is another one in each run). `analyzer`, and the
 *   options of `textToWordSequence`.
 * @returns One number for each word.
 * @throws {ValueError} `n` is below 2, or the hash function gives no whole number.
 * @see `keras.preprocessing.text.hashing_trick` of Keras 2
 * @example
 * preprocessing.text.hashingTrick('the cat the mat', 10, { hashFunction: 'md5' }) // [6, 3, 6, 8]
 */
export const hashingTrick = checked(
  'hashingTrick',
  (text: string, n: number, options: HashingTrickOptions = {}): number[] => hashed(text, n, options, 'hashingTrick'),
  ['hashFunction', 'filters', 'lower', 'split', 'analyzer'],
);

/**
 * A text as numbers of its words. It is `hashingTrick` with FNV-1a, and no one-hot vectors: the name is Keras's.
 *
 * @param inputText The text.
 * @param n How many numbers there are: words get those from 1 to n − 1.
 * @param options `analyzer`, and the options of `textToWordSequence`.
 * @returns One number for each word; equal words have equal ones, in each run.
 * @throws {ValueError} `n` is below 2.
 * @see `keras.preprocessing.text.one_hot` of Keras 2
 * @example
 * const [a, b, c] = preprocessing.text.oneHot('well well done', 50);
 * a === b // true
 */
export const oneHot = checked(
  'oneHot',
  (inputText: string, n: number, options: Omit<HashingTrickOptions, 'hashFunction'> = {}): number[] =>
    hashed(inputText, n, options, 'oneHot'),
  ['filters', 'lower', 'split', 'analyzer'],
);

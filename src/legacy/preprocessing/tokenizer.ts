/** @file `Tokenizer` of Keras 2: words numbered by how often they occur. */
import { checkMethods } from '../../core/methods.js';
import { checked, checkedOptions } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import { describe } from '../../core/describe.js';
import { allocate } from '../../core/dtype.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../../core/errors.js';
import { ndarray } from '../../core/ndarray.js';
import { isDict } from '../../core/tree.js';
import { Tensor } from '../../runtime/index.js';
import type { WordOptions } from './text.js';
import { FILTERS, wordsOf } from './text.js';

/** Options of `new Tokenizer(options)`. */
export interface TokenizerOptions extends WordOptions {
  /** Only the most frequent `numWords` − 1 words are kept. Default null: all. */
  readonly numWords?: number | null;
  /** Whether each character is a word. Default false. */
  readonly charLevel?: boolean;
  /** Stands for words that are not known; it gets the number 1. Default null: they are left out. */
  readonly oovToken?: string | null;
  /** Gives the words of a text in place of `textToWordSequence`. Default null. */
  readonly analyzer?: ((text: string) => readonly string[]) | null;
}

/** How the rows of a matrix are made of the words of a text. */
export type MatrixMode = 'binary' | 'count' | 'freq' | 'tfidf';

/** A text, or a list of its words. */
export type Text = string | readonly string[];

type Words = Readonly<Record<string, number>>;

/** A dict without a prototype, so that the word `constructor` is a word as others. */
const dictOf = <V>(entries: Iterable<readonly [string | number, V]>): Record<string, V> => {
  const dict = Object.create(null) as Record<string, V>;
  for (const [key, value] of entries) dict[key] = value;
  return dict;
};

/** As Python's `json.dumps`, entry by entry in order: numbers for keys do not come first. */
function dumps(entries: Iterable<readonly [string | number, string | number]>): string {
  const quoted = (value: string | number): string =>
    JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `{${[...entries].map(([key, value]) => `${quoted(String(key))}: ${quoted(value)}`).join(', ')}}`;
}

/** The entries of an object in JSON in their order, which objects of JavaScript lose for whole numbers. */
function entriesOf(json: string): [string, unknown][] {
  const parsed = JSON.parse(json) as Record<string, unknown>;
  const keys = [...json.matchAll(/("(?:[^"\\]|\\.)*")\s*:/g)].map(([, key]) => JSON.parse(key) as string);
  return [...new Set(keys)].map((key) => [key, parsed[key]]);
}

/**
 * Numbers words by how often they occur in texts, and writes texts as these numbers or as rows of a matrix. 0 is the number of no word.
 *
 * @param options See {@link TokenizerOptions}.
 * @returns It knows no words yet.
 * @throws {ValueError} `numWords` is no whole number.
 * @see `keras.preprocessing.text.Tokenizer` of Keras 2; `layers.TextVectorization` is its successor
 * @example
 * const tokenizer = new preprocessing.text.Tokenizer({ oovToken: '?' });
 * tokenizer.fitOnTexts(['the cat', 'the mat']);
 * tokenizer.textsToSequences(['the dog']); // [[2, 1]]
 */
export class Tokenizer {
  readonly numWords: number | null;
  readonly filters: string;
  readonly lower: boolean;
  readonly split: string;
  readonly charLevel: boolean;
  readonly oovToken: string | null;
  readonly analyzer: TokenizerOptions['analyzer'];
  /** How many texts were read. */
  documentCount: number;
  #counts = new Map<string, number>();
  #docs = new Map<string, number>();
  #indices = new Map<string, number>();
  #words = new Map<number, string>();
  #indexDocs = new Map<number, number>();

  constructor(options: TokenizerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { numWords = null, filters = FILTERS, lower = true, split = ' ', charLevel = false, ...others } = options;
    const { oovToken = null, analyzer = null, ...rest } = others;
    refuseUnknownOptions('Tokenizer', rest, [
      'numWords',
      'filters',
      'lower',
      'split',
      'charLevel',
      'oovToken',
      'analyzer',
    ]);
    if (numWords !== null && !(Number.isInteger(numWords) && numWords >= 0))
      throw new ValueError(`Tokenizer: numWords=${describe(numWords)}. Expected a whole number from 0, or null.`);
    this.numWords = numWords;
    this.filters = filters;
    this.lower = lower;
    this.split = split;
    this.charLevel = charLevel;
    this.oovToken = oovToken;
    this.analyzer = analyzer;
    this.documentCount = 0;
  }

  /** How often each word occurs. */
  get wordCounts(): Words {
    return dictOf(this.#counts);
  }
  /** In how many texts each word occurs. */
  get wordDocs(): Words {
    return dictOf(this.#docs);
  }
  /** The number of each word. */
  get wordIndex(): Words {
    return dictOf(this.#indices);
  }
  /** The word of each number. */
  get indexWord(): Readonly<Record<number, string>> {
    return dictOf(this.#words);
  }
  /** In how many texts the word of each number occurs. */
  get indexDocs(): Readonly<Record<number, number>> {
    return dictOf(this.#indexDocs);
  }

  #wordsOf(text: unknown, owner: string): readonly string[] {
    if (Array.isArray(text)) {
      if (!text.every((word) => typeof word === 'string'))
        throw new TypeError(
          `${owner}: a list of words holds ${describe(text.find((w) => typeof w !== 'string'))}. Expected strings.`,
        );
      return this.lower ? text.map((word) => word.toLowerCase()) : text;
    }
    if (typeof text !== 'string')
      throw new TypeError(`${owner}: a text is ${describe(text)}. Expected a string, or a list of words.`);
    if (this.charLevel) return [...(this.lower ? text.toLowerCase() : text)];
    return this.analyzer ? this.analyzer(text) : wordsOf(text, this, owner);
  }

  /**
   * Number the words of texts. Further calls go on counting.
   *
   * @param texts Texts, or lists of words.
   */
  fitOnTexts(texts: Iterable<Text>): void {
    for (const text of textsIn(texts, 'Tokenizer.fitOnTexts')) {
      const words = this.#wordsOf(text, 'Tokenizer.fitOnTexts');
      this.documentCount++;
      for (const word of words) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
      for (const word of new Set(words)) this.#docs.set(word, (this.#docs.get(word) ?? 0) + 1);
    }
    const order = [...this.#counts].sort(([, a], [, b]) => b - a).map(([word]) => word);
    const vocabulary = this.oovToken === null ? order : [this.oovToken, ...order];
    this.#indices = new Map(vocabulary.map((word, i) => [word, i + 1]));
    this.#words = new Map([...this.#indices].map(([word, i]) => [i, word]));
    for (const [word, count] of this.#docs) this.#indexDocs.set(this.#indices.get(word)!, count);
  }

  /** Count in how many sequences each number occurs, for `'tfidf'`. Only needed where no texts were read. */
  fitOnSequences(sequences: readonly (readonly number[])[]): void {
    this.documentCount += sequences.length;
    for (const sequence of sequences)
      for (const i of new Set(sequence)) this.#indexDocs.set(i, (this.#indexDocs.get(i) ?? 0) + 1);
  }

  /** Texts as lists of numbers. Words that are not known are left out, or are `oovToken`'s. */
  textsToSequences(texts: Iterable<Text>): number[][] {
    return [...this.textsToSequencesGenerator(texts)];
  }

  /** Texts as lists of numbers, one by one. */
  *textsToSequencesGenerator(texts: Iterable<Text>): Generator<number[]> {
    const unknown = this.oovToken === null ? undefined : this.#indices.get(this.oovToken);
    for (const text of textsIn(texts, 'Tokenizer.textsToSequences')) {
      const numbers = this.#wordsOf(text, 'Tokenizer.textsToSequences').map((word) => {
        const i = this.#indices.get(word);
        return i === undefined || (this.numWords && i >= this.numWords) ? unknown : i;
      });
      yield numbers.filter((i) => i !== undefined);
    }
  }

  /** Lists of numbers as texts, words with a blank in between. */
  sequencesToTexts(sequences: Iterable<Iterable<number>>): string[] {
    return [...this.sequencesToTextsGenerator(sequences)];
  }

  /** Lists of numbers as texts, one by one. */
  *sequencesToTextsGenerator(sequences: Iterable<Iterable<number>>): Generator<string> {
    const known = this.oovToken === null ? undefined : this.#indices.get(this.oovToken);
    const unknown = known === undefined ? undefined : this.#words.get(known);
    for (const sequence of sequences) {
      const words = [...sequence].map((i) => {
        const word = this.#words.get(i);
        return word === undefined || (this.numWords && i >= this.numWords) ? unknown : word;
      });
      yield words.filter((word) => word !== undefined).join(' ');
    }
  }

  /** Texts as rows of a matrix; see `sequencesToMatrix`. */
  textsToMatrix(texts: Iterable<Text>, { mode = 'binary' }: { readonly mode?: MatrixMode } = {}): Tensor {
    return this.sequencesToMatrix(this.textsToSequences(texts), { mode });
  }

  /**
   * A row for each list of numbers, and a column for each number: 1 where it occurs (`'binary'`), how often (`'count'`), which share of the
   * list it is (`'freq'`), or how much it tells (`'tfidf'`).
   *
   * @returns Shape (sequences, `numWords` or words + 1), dtype `floatx()`.
   * @throws {ValueError} Nothing is known of the words, or there is no such mode.
   */
  sequencesToMatrix(
    sequences: readonly (readonly number[])[],
    { mode = 'binary' }: { readonly mode?: MatrixMode } = {},
  ): Tensor {
    const columns = this.numWords || (this.#indices.size > 0 ? this.#indices.size + 1 : 0);
    if (columns === 0)
      throw new ValueError('Tokenizer.sequencesToMatrix: no words are known. Give numWords, or call fitOnTexts first.');
    if (!['binary', 'count', 'freq', 'tfidf'].includes(mode))
      throw new ValueError(
        `Tokenizer.sequencesToMatrix: mode=${describe(mode)}. Expected 'binary', 'count', 'freq' or 'tfidf'.`,
      );
    if (mode === 'tfidf' && this.documentCount === 0)
      throw new ValueError(
        "Tokenizer.sequencesToMatrix: mode='tfidf' before any text was read. Call fitOnTexts first.",
      );
    const data = allocate(floatx(), sequences.length * columns);
    sequences.forEach((sequence, row) => {
      const counts = new Map<number, number>();
      for (const i of sequence) if (i < columns) counts.set(i, (counts.get(i) ?? 0) + 1);
      for (const [i, count] of counts) {
        const rarity = (): number => Math.log(1 + this.documentCount / (1 + (this.#indexDocs.get(i) ?? 0)));
        const values = { binary: 1, count, freq: count / sequence.length, tfidf: (1 + Math.log(count)) * rarity() };
        data[row * columns + i] = values[mode];
      }
    });
    return Tensor.fromArray(ndarray(floatx(), [sequences.length, columns], data));
  }

  /** All that is known, in Keras's words; tables are texts in JSON. */
  getConfig(): Record<string, unknown> {
    return {
      num_words: this.numWords,
      filters: this.filters,
      lower: this.lower,
      split: this.split,
      char_level: this.charLevel,
      oov_token: this.oovToken,
      document_count: this.documentCount,
      word_counts: dumps(this.#counts),
      word_docs: dumps(this.#docs),
      index_docs: dumps(this.#indexDocs),
      index_word: dumps(this.#words),
      word_index: dumps(this.#indices),
    };
  }

  /** As JSON that Keras reads, and `tokenizerFromJson`. */
  toJson(): string {
    return JSON.stringify({ class_name: 'Tokenizer', config: this.getConfig() });
  }

  /** @internal What `toJson` wrote. */
  static _of(config: Record<string, unknown>): Tokenizer {
    const tokenizer = new Tokenizer({
      numWords: config['num_words'] as number | null,
      filters: config['filters'] as string,
      lower: config['lower'] as boolean,
      split: config['split'] as string,
      charLevel: config['char_level'] as boolean,
      oovToken: config['oov_token'] as string | null,
    });
    const table = (name: string): [string, unknown][] => entriesOf(config[name] as string);
    const byNumber = <V>(name: string): Map<number, V> =>
      new Map(table(name).map(([i, value]) => [Number(i), value as V]));
    tokenizer.documentCount = (config['document_count'] as number | undefined) ?? 0;
    tokenizer.#counts = new Map(table('word_counts') as [string, number][]);
    tokenizer.#docs = new Map(table('word_docs') as [string, number][]);
    tokenizer.#indices = new Map(table('word_index') as [string, number][]);
    tokenizer.#words = byNumber('index_word');
    tokenizer.#indexDocs = byNumber('index_docs');
    return tokenizer;
  }
}

function textsIn(texts: unknown, owner: string): Iterable<unknown> {
  if (
    typeof texts === 'string' ||
    typeof (texts as Partial<Iterable<unknown>> | null)?.[Symbol.iterator] !== 'function'
  )
    throw new TypeError(
      `${owner}: texts are ${describe(texts)}. Expected a list of texts: ['the first', 'the second'].`,
    );
  return texts as Iterable<unknown>;
}

/**
 * A tokenizer of what `toJson` wrote, here or in Keras.
 *
 * @param jsonString JSON.
 * @returns It knows the same words.
 * @throws {ValueError} The text is no tokenizer in JSON.
 * @see `keras.preprocessing.text.tokenizer_from_json` of Keras 2
 * @example
 * const tokenizer = new preprocessing.text.Tokenizer();
 * tokenizer.fitOnTexts(['the cat']);
 * preprocessing.text.tokenizerFromJson(tokenizer.toJson()).wordIndex['cat'] // 2
 */
export const tokenizerFromJson = checked('tokenizerFromJson', (jsonString: string): Tokenizer => {
  try {
    const parsed = JSON.parse(jsonString) as unknown;
    const config = isDict(parsed) ? parsed['config'] : null;
    if (isDict(config)) return Tokenizer._of(config);
  } catch (error) {
    throw new ValueError('tokenizerFromJson: this is no tokenizer as toJson writes it.', { cause: error });
  }
  throw new ValueError("tokenizerFromJson: the JSON has no 'config' of a tokenizer. Give what toJson wrote.");
});

checkMethods(Tokenizer);

/** @file `TextVectorization`: whole texts as the places of their words in a vocabulary. */
import { checkedOptions } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import { describe, quote } from '../../core/describe.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { autoName } from '../../core/naming.js';
import { fromNumbers } from '../../core/ndarray.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { constructFromConfig, deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import type { Spec, Tensor, TensorLike } from '../../runtime/index.js';
import { constantTensor, onHost, StringTensor, toTensorOrTexts } from '../../runtime/index.js';
import { oneOf, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import type { AdaptData, AdaptOptions } from './adapt.js';
import { readForAdapt } from './adapt.js';
import type { LookupOutput, OlderLookupOutput, VocabularyLike, VocabularyState } from './index_lookup.js';
import { splitVocabularyConfig } from './index_lookup.js';
import type { Split, Standardize } from './split_texts.js';
import { ngramsOf, splitter, standardizer } from './split_texts.js';
import { StringLookup } from './string_lookup.js';

/** Options of `new TextVectorization(options)`. */
export interface TextVectorizationOptions extends LayerOptions {
  /** How large the vocabulary may be, with the places of the empty and the unknown token. Default null: of any size. */
  readonly maxTokens?: number | null;
  /**
   * How texts are made plain: `'lower'` (the letters A to Z), `'strip_punctuation'`, `'lower_and_strip_punctuation'`, null, or a function of
   * one text. Default `'lower_and_strip_punctuation'`.
   */
  readonly standardize?: Standardize | null;
  /** What makes tokens: `'whitespace'`, `'character'`, a function of one text that gives its tokens, or null: each text is one. Default `'whitespace'`. */
  readonly split?: Split | null;
  /** Runs of tokens that are tokens too: of 1 to n for a number n, of these lengths for a list. Default null: none. */
  readonly ngrams?: number | readonly number[] | null;
  /**
   * `'int'`: the place of each token; `'one_hot'`: a vector for each; `'multi_hot'`, `'count'`, `'tf_idf'`: one vector for each text. Default
   * `'int'`.
   */
  readonly outputMode?: LookupOutput | OlderLookupOutput;
  /** Of mode `'int'`: so many tokens of each text, filled up with 0. Default null: as many as the longest text of a batch has. */
  readonly outputSequenceLength?: number | null;
  /** Whether vectors have `maxTokens` places, however many tokens there are. Default false. */
  readonly padToMaxTokens?: boolean;
  /** The tokens, without doubles; or the path of a text file with a token on each line (in Node). Default null: `adapt` finds them. */
  readonly vocabulary?: VocabularyLike<string> | null;
  /** Of mode `'tf_idf'`, with a given vocabulary: the inverse document frequency of each of its tokens. Default null. */
  readonly idfWeights?: readonly number[] | Tensor | null;
  /** As in Keras on JAX, false only. */
  readonly sparse?: boolean;
  /** As in Keras on JAX, false only: rows are filled up with 0. */
  readonly ragged?: boolean;
  /** How texts are written in files. Only `'utf-8'`. */
  readonly encoding?: string;
}

/** The vocabulary of the layer; its own tokens are what the layer finds in texts. */
class Tokens extends StringLookup {
  override get depth(): number {
    return super.depth;
  }
  override placer(): (token: string) => number {
    return super.placer();
  }
  override restoreVocabulary(state: VocabularyState): void {
    super.restoreVocabulary(state);
  }
  override vocabularyConfig(): Config {
    return super.vocabularyConfig();
  }
  override addDocuments(documents: readonly (readonly string[])[]): void {
    super.addDocuments(documents);
  }
  override requireWeights(): Tensor {
    return super.requireWeights();
  }
  override requireAdaptable(): void {
    super.requireAdaptable();
  }
}

/** Tokens of texts. `outer`: the axes of the texts, over all of which `rows` go. */
interface TokenRows {
  readonly outer: readonly number[];
  readonly rows: readonly (readonly string[])[];
}

const STANDARDIZE = ['lower_and_strip_punctuation', 'lower', 'strip_punctuation'] as const;
const SPLIT = ['whitespace', 'character'] as const;

/**
 * Whole texts as numbers: each is made plain, split into tokens, and its tokens are looked up in a vocabulary. 0 stands for nothing, 1 for
 * what the vocabulary does not hold; the modes with vectors have no place for nothing.
 *
 * Input: texts of shape (batch,) or (batch, 1), as lists or as a tensor of dtype `'string'`. Output in mode `'int'`: int64 of shape (batch,
 * tokens); in the other modes (batch, places of the vocabulary), or (batch, tokens, places) for `'one_hot'`. In a model the layer works before each step, in
 * JavaScript; what follows is compiled. Without `outputSequenceLength`, each length of a batch's longest text needs a program of its own.
 *
 * @param options See {@link TextVectorizationOptions}.
 * @throws {ValueError} Options do not fit together; a vocabulary with doubles or with the empty text, or larger than `maxTokens`. At a call: no
 *   vocabulary yet, or several texts a sample.
 * @throws {TypeError} At a call: numbers where texts are wanted; a function in the place of `split` or `standardize` gives something else.
 * @see `keras.layers.TextVectorization`; there functions get a tensor of texts, here one text after the other
 * @example
 * const vectorize = new layers.TextVectorization({ vocabulary: ['the', 'cat'], outputSequenceLength: 4 });
 * vectorize(['The cat!', 'a dog and the cat']) // [[2, 3, 0, 0], [1, 1, 1, 2]]
 */
export class TextVectorization extends Layer {
  static override readonly savedAs: Readonly<Record<string, string>> = { lookupLayer: '_lookup_layer' };
  readonly standardize: Standardize | null;
  readonly split: Split | null;
  readonly ngrams: number | readonly number[] | null;
  readonly outputMode: LookupOutput;
  readonly outputSequenceLength: number | null;
  readonly encoding: string;
  /** The vocabulary. */
  protected readonly lookupLayer: Tokens;
  readonly #widths: readonly number[] | null;

  constructor(options: TextVectorizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      maxTokens = null,
      standardize = 'lower_and_strip_punctuation',
      split = 'whitespace',
      ngrams = null,
      outputMode = 'int',
      outputSequenceLength = null,
      padToMaxTokens = false,
      vocabulary = null,
      idfWeights = null,
      sparse = false,
      ragged = false,
      encoding = 'utf-8',
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    if (standardize !== null && typeof standardize !== 'function')
      oneOf(owner, 'standardize', standardize, STANDARDIZE);
    if (split !== null && typeof split !== 'function') oneOf(owner, 'split', split, SPLIT);
    if (ragged)
      throw new ValueError(
        `${owner}: ragged=true is not supported (nor is it by Keras on JAX). Rows are filled up with 0: give outputSequenceLength, or leave it to the longest.`,
      );
    this.standardize = standardize;
    this.split = split;
    this.ngrams = ngrams;
    this.#widths = widthsOf(owner, ngrams);
    this.encoding = encoding;
    const settings = { maxTokens, vocabulary, idfWeights, padToMaxTokens, maskToken: '', outputMode, sparse, encoding };
    try {
      this.lookupLayer = new Tokens({ ...settings, name: autoName('StringLookup') });
    } catch (error) {
      if (error instanceof Error) error.message = error.message.replace(/^\w+ '[^']*'/, () => owner);
      throw error;
    }
    this.outputMode = this.lookupLayer.outputMode;
    if (outputSequenceLength !== null && !(Number.isInteger(outputSequenceLength) && outputSequenceLength > 0))
      throw new ValueError(
        `${owner}: outputSequenceLength=${quote(outputSequenceLength)}. Expected a whole number from 1, or null.`,
      );
    if (outputSequenceLength !== null && this.outputMode !== 'int')
      throw new ValueError(
        `${owner}: outputSequenceLength is for outputMode='int'. Received: outputMode='${this.outputMode}'.`,
      );
    this.outputSequenceLength = outputSequenceLength;
    this.convertsInputs = false;
    this.buildAtInit();
  }

  // ---- tokens ----

  #tokensOf(x: Tensor): TokenRows {
    const owner = ownerOf(this);
    if (!(x instanceof StringTensor))
      throw new TypeError(`${owner}: takes texts, got ${x.dtype}${formatShape(x.shape)}. Give a list of texts.`);
    const plain = x.strings.map(this.#checked('standardize', standardizer(this.standardize), isText));
    if (this.split === null) {
      const outer = x.shape.slice(0, -1);
      const width = x.shape.at(-1) ?? 1;
      const rows = Array.from({ length: sizeOf(outer) }, (_, i) => plain.slice(i * width, (i + 1) * width));
      return { outer, rows: this.#withNgrams(rows) };
    }
    if (x.ndim > 1 && x.shape.at(-1) !== 1)
      throw new ValueError(
        `${owner}: splits one text a sample, got shape ${formatShape(x.shape)}. Expected (batch,) or (batch, 1); split=null takes what is split already.`,
      );
    const outer = x.ndim > 1 ? x.shape.slice(0, -1) : x.shape;
    return { outer, rows: this.#withNgrams(plain.map(this.#checked('split', splitter(this.split), isTextList))) };
  }

  #withNgrams(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
    const widths = this.#widths;
    return widths === null ? rows : rows.map((tokens) => ngramsOf(tokens, widths));
  }

  /** A function of a person's, whose results are looked at. */
  #checked<R>(option: string, fn: (text: string) => R, isRight: (x: unknown) => boolean): (text: string) => R {
    return (text) => {
      const result = fn(text);
      if (isRight(result)) return result;
      throw new TypeError(
        `${ownerOf(this)}: the function \`${option}\` gave ${describe(result)} for ${describe(text)}. Expected ${option === 'split' ? 'a list of texts' : 'a text'}.`,
      );
    };
  }

  // ---- the vocabulary ----

  /**
   * Find the tokens of texts: the more frequent a token, the earlier; of equally frequent ones the larger comes first.
   *
   * @param data Texts, or batches of them: a list of tensors, a `Dataset`, a `PyDataset`, a generator.
   * @param options `steps`: how many batches are read, at most. `batchSize` has no effect, as in Keras.
   * @throws {ValueError} The layer was given a vocabulary, or there are no data.
   */
  async adapt(data: AdaptData, options: AdaptOptions & { readonly batchSize?: number | null } = {}): Promise<void> {
    const { batchSize: _unused, ...rest } = options;
    this.lookupLayer.requireAdaptable();
    this.resetState();
    const add = (x: Tensor, isWhole: boolean): void => this.lookupLayer.addDocuments(this.#documents(x, isWhole));
    const reader = { array: (x: Tensor) => add(x, true), batch: (x: Tensor) => add(x, false) };
    await readForAdapt(ownerOf(this), data, reader, () => this.finalizeState(), rest);
  }

  #documents(x: Tensor, isWhole: boolean): readonly (readonly string[])[] {
    const { rows } = this.#tokensOf(x);
    // A list of texts that are not split: each is a document. A batch of them is one document, as in Keras.
    return this.split === null && x.ndim === 1 && isWhole ? rows.flat().map((token) => [token]) : rows;
  }

  /** Add the tokens of one batch to those that `finalizeState` makes a vocabulary of. */
  updateState(data: TensorLike | string | readonly string[]): void {
    this.lookupLayer.requireAdaptable();
    this.lookupLayer.addDocuments(this.#documents(toTensorOrTexts(data, ownerOf(this)), false));
  }

  /** Make a vocabulary of the tokens that `updateState` was given. */
  finalizeState(): void {
    this.lookupLayer.finalizeState();
    this.constantsChanged();
  }

  /** Forget the tokens that `updateState` was given. */
  resetState(): void {
    this.lookupLayer.resetState();
  }

  /**
   * Set the tokens.
   *
   * @param vocabulary With or without `''` and `'[UNK]'` before them; or the path of a text file with a token on each line.
   * @param options `idfWeights`: of mode `'tf_idf'`, a number for each token of `vocabulary`.
   * @throws {ValueError} It is empty, has doubles, something that is no text, or too many; the file cannot be read; weights do not fit.
   */
  setVocabulary(
    vocabulary: VocabularyLike<string>,
    options: { readonly idfWeights?: readonly number[] | Tensor | null } = {},
  ): void {
    this.lookupLayer.setVocabulary(vocabulary, options);
    this.constantsChanged();
  }

  /**
   * The tokens in the order of their places.
   *
   * @param options `includeSpecialTokens`: whether `''` and `'[UNK]'` stand before them; default true.
   */
  getVocabulary(options: { readonly includeSpecialTokens?: boolean } = {}): string[] {
    return this.lookupLayer.getVocabulary(options);
  }

  /** How many places there are, with those of special tokens. */
  vocabularySize(): number {
    return this.lookupLayer.vocabularySize();
  }

  // ---- calls ----

  override call(inputs: Tensor): Tensor {
    const { lookupLayer: lookup } = this;
    if (lookup.vocabularySize() === 0 || lookup.getVocabulary({ includeSpecialTokens: false }).length === 0)
      throw new ValueError(
        `${ownerOf(this)} has no vocabulary yet. Call adapt(data) before it is used, or give a vocabulary.`,
      );
    const spread = this.#spread(inputs);
    return onHost([spread], {
      owner: ownerOf(this),
      compute: ([x]) => this.#encode(this.#tokensOf(x)),
      spec: ([shape]) => ({ shape: this.#shapeFor(shape), dtype: this.outputMode === 'tf_idf' ? floatx() : 'int64' }),
    });
  }

  /** Texts that are not split, one a sample: each is a document of its own in the modes that give one vector for each. */
  #spread(x: Tensor): Tensor {
    return this.split === null && x.ndim === 1 && this.outputMode !== 'int' ? x.expandDims(-1) : x;
  }

  /** What comes out for tokens. Vectors are made here and not in the program, which would depend on the number of tokens. */
  #encode({ outer, rows }: TokenRows): Tensor {
    const { lookupLayer: lookup, outputMode } = this;
    const placeOf = lookup.placer();
    const longest = rows.reduce((length, row) => Math.max(length, row.length), 0);
    const length = this.outputSequenceLength ?? longest;
    if (outputMode === 'int') {
      const places = new Float64Array(rows.length * length);
      rows.forEach((row, i) => {
        const count = Math.min(row.length, length);
        for (let k = 0; k < count; k++) places[i * length + k] = placeOf(row[k]);
      });
      return constantTensor({ dtype: 'int64', shape: [...outer, length], data: places });
    }
    const { depth } = lookup;
    if (outputMode === 'one_hot') {
      const hot = new Float64Array(rows.length * length * depth);
      rows.forEach((row, i) => {
        row.forEach((token, k) => {
          const place = placeOf(token);
          if (place < depth) hot[(i * length + k) * depth + place] = 1;
        });
      });
      return constantTensor({ dtype: 'int64', shape: this.#dropsLength(length) ? [...outer, depth] : [...outer, length, depth], data: hot }); // prettier-ignore
    }
    const counts = new Float64Array(rows.length * depth);
    rows.forEach((row, i) => {
      for (const token of row) {
        const place = placeOf(token);
        if (place < depth) counts[i * depth + place] = outputMode === 'multi_hot' ? 1 : counts[i * depth + place] + 1;
      }
    });
    const shape = [...outer, depth];
    if (outputMode !== 'tf_idf') return constantTensor({ dtype: 'int64', shape, data: counts });
    const weights = lookup.requireWeights().ndarray.data;
    return constantTensor(
      fromNumbers(
        floatx(),
        shape,
        Array.from(counts, (count, i) => count * weights[i % depth]),
      ),
    );
  }

  /** Of one token a sample, one-hot vectors have no axis of tokens, as those of StringLookup. */
  #dropsLength(length: number | null): boolean {
    return this.split === null && length === 1;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const spread = this.split === null && inputShape.length === 1 && this.outputMode !== 'int';
    return this.#shapeFor(spread ? [...inputShape, 1] : inputShape);
  }

  // Keras: (batch, length) in mode 'int' whatever the rank, and an axis of 1 that does not come out in the others; here what comes out.
  #shapeFor(shape: PartialShape): PartialShape {
    const outer = this.split !== null && shape.length <= 1 ? shape : shape.slice(0, -1);
    const own = this.split === null && this.#widths === null ? (shape.at(-1) ?? 1) : null;
    const length = this.outputSequenceLength ?? (shape.length === 0 && this.split === null ? 1 : own);
    if (this.outputMode === 'int') return [...outer, length];
    const { depth } = this.lookupLayer;
    return this.outputMode === 'one_hot' && !this.#dropsLength(length) ? [...outer, length, depth] : [...outer, depth];
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const dtype = this.outputMode === 'int' ? 'int64' : floatx();
    return { shape: this.computeOutputShape((args[0] as Spec).shape), dtype };
  }

  // ---- dtypes ----

  /** Always `'string'`. */
  override get computeDtype(): 'string' {
    return 'string';
  }

  /** Always `'string'`. */
  override get variableDtype(): 'string' {
    return 'string';
  }

  override get inputDtype(): 'string' {
    return 'string';
  }

  // ---- configs and files ----

  override getConfig(): Config {
    const { lookupLayer: lookup, standardize, split, ngrams, outputMode, outputSequenceLength, encoding } = this;
    return {
      ...super.getConfig(),
      max_tokens: lookup.maxTokens,
      standardize: serializeKerasObject(standardize),
      split: serializeKerasObject(split),
      ngrams,
      output_mode: outputMode,
      output_sequence_length: outputSequenceLength,
      pad_to_max_tokens: lookup.padToMaxTokens,
      sparse: lookup.sparse,
      ragged: false,
      encoding,
      ...lookup.vocabularyConfig(),
      vocabulary_size: this.vocabularySize(),
    };
  }

  /** A layer from its config. @throws {ValueError} A function in it is not known here, or it names a file for the vocabulary. */
  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const { standardize = 'lower_and_strip_punctuation', split = 'whitespace', ...rest } = config;
    const { options, state } = splitVocabularyConfig(rest);
    const layer = constructFromConfig(this as SerializableClass<TextVectorization>, {
      ...options,
      standardize: deserializeKerasObject(standardize),
      split: deserializeKerasObject(split),
    });
    layer.lookupLayer.restoreVocabulary(state);
    return layer;
  }

  override saveOwnVariables(store: Record<string, TensorLike>): void {
    this.lookupLayer.saveOwnVariables(store);
  }

  override loadOwnVariables(store: Readonly<Record<string, TensorLike>>): void {
    this.lookupLayer.loadOwnVariables(store);
  }

  /** Whether the vocabulary of the config stands in a file. */
  get needsAssets(): boolean {
    return this.lookupLayer.needsAssets;
  }

  /** The vocabulary as a file, as `StringLookup` has it. */
  saveAssets(): Record<string, string> {
    return this.lookupLayer.saveAssets();
  }

  /** Take the vocabulary of a file. @throws {ValueError} It is broken, or does not fit the config. */
  loadAssets(files: Readonly<Record<string, Uint8Array>>): void {
    try {
      this.lookupLayer.loadAssets(files);
    } catch (error) {
      if (error instanceof Error) error.message = error.message.replace(/^\w+ '[^']*'/, () => ownerOf(this));
      throw error;
    }
    this.constantsChanged();
  }
}

const isText = (x: unknown): boolean => typeof x === 'string';
const isTextList = (x: unknown): boolean => Array.isArray(x) && x.every(isText);

/** The lengths of n-grams. @throws {ValueError} They are no whole numbers from 1. */
function widthsOf(owner: string, ngrams: unknown): readonly number[] | null {
  if (ngrams === null) return null;
  const isWidth = (n: unknown): n is number => Number.isInteger(n) && (n as number) > 0;
  if (isWidth(ngrams)) return Array.from({ length: ngrams }, (_, i) => i + 1);
  if (Array.isArray(ngrams) && ngrams.length > 0 && ngrams.every(isWidth)) return ngrams;
  throw new ValueError(`${owner}: ngrams=${quote(ngrams)}. Expected a whole number from 1, a list of them, or null.`);
}

/**
 * @file `IndexLookup`, the base of the layers that look tokens up in a vocabulary: options, vocabulary, adapt, output modes, files. What texts and
 * whole numbers have of their own is in string_lookup.ts and integer_lookup.ts.
 */
import { floatx } from '../../core/config.js';
import { describe, quote } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { RuntimeError, ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { constructFromConfig } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, TensorLike } from '../../runtime/index.js';
import { isTypedArray, StringTensor, Tensor, tensor, toTensor, toTensorOrTexts } from '../../runtime/index.js';
import { oneOf, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import type { AdaptData, AdaptOptions } from './adapt.js';
import { readForAdapt } from './adapt.js';
import { encodeCategories } from './encode_categories.js';
import { bucketer, type Bucketer, saltOf } from './hash/buckets.js';
import { TokenCounts } from './token_counts.js';
import type { Token, TokenKind } from './tokens.js';
import { breaksLines, readVocabularyFile, vocabularyLines, writesAssets } from './vocabulary_files.js';

const MODES = ['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'] as const;

/** How looked-up tokens come out. */
export type LookupOutput = (typeof MODES)[number];

/** Keras's older spellings of two modes. */
export type OlderLookupOutput = 'binary' | 'tf-idf';

/** Options that lookups of all tokens have. */
export interface IndexLookupOptions extends LayerOptions {
  /** How large the vocabulary may be, with the places for what it does not hold. Default null: of any size. */
  readonly maxTokens?: number | null;
  /** How many places there are for tokens out of the vocabulary, which are spread over them. 0: they are refused. Default 1. */
  readonly numOovIndices?: number;
  /** Of mode `'tf_idf'`, with a given vocabulary: the inverse document frequency of each of its tokens. Default null. */
  readonly idfWeights?: readonly number[] | Tensor | null;
  /** Whether the layer gives tokens for places. Default false. */
  readonly invert?: boolean;
  /**
   * `'int'`: places; `'one_hot'`: a vector for each token; `'multi_hot'`, `'count'`, `'tf_idf'`: one for each sample, that says which tokens
   * are in it, how often, or how often weighted by `idfWeights`. Default `'int'`.
   */
  readonly outputMode?: LookupOutput | OlderLookupOutput;
  /** As in Keras on JAX, false only. */
  readonly sparse?: boolean;
  /** Whether vectors have `maxTokens` places, however many tokens there are. Default false. */
  readonly padToMaxTokens?: boolean;
  /**
   * Seasons the hash by which tokens out of the vocabulary are spread: one whole number, or two. Of whole numbers with `oovMethod: 'farmhash'` alone.
   * Default null.
   */
  readonly salt?: number | readonly [number, number] | null;
}

/** The options of a layer, with defaults filled in. */
export interface LookupSettings<T extends Token> {
  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly maskToken: T | null;
  readonly oovToken: T;
  readonly vocabulary: VocabularyLike<T> | null;
  readonly idfWeights: readonly number[] | Tensor | null;
  readonly invert: boolean;
  readonly outputMode: string;
  readonly sparse: boolean;
  readonly padToMaxTokens: boolean;
  readonly oovMethod: 'floormod' | 'farmhash';
  readonly salt: number | readonly number[] | null;
}

/** A vocabulary: its tokens in order, or the path of a text file with a token on each line. */
export type VocabularyLike<T extends Token> = readonly T[] | string | Tensor;

/** Looks tokens up in a vocabulary. */
export abstract class IndexLookup<T extends Token> extends Layer {
  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly maskToken: T | null;
  readonly oovToken: T;
  readonly invert: boolean;
  readonly outputMode: LookupOutput;
  readonly sparse: boolean;
  readonly padToMaxTokens: boolean;
  readonly oovMethod: 'floormod' | 'farmhash';
  readonly salt: readonly [number, number] | null;
  readonly #kind: TokenKind<T>;
  readonly #bucketOf: Bucketer;
  #tokens: readonly T[] | null = null;
  #places: ReadonlyMap<T, number> | null = null;
  /** The weight of each place in mode `'tf_idf'`. */
  #idfWeights: Tensor | null = null;
  /** Whether the vocabulary came with the options, so that `adapt` has nothing to find. */
  #given: boolean;
  /** Vocabulary and weights of the options, as they were given. Null if they came from a file. */
  #listed: { readonly vocabulary: readonly T[]; readonly idfWeights: readonly number[] | null } | null = null;
  /** How many places there are, from the first vocabulary on: layers behind count on it. */
  #size: number | null = null;
  #counts: TokenCounts<T>;

  protected constructor(options: LayerOptions, settings: LookupSettings<T>, kind: TokenKind<T>) {
    super(options);
    const owner = ownerOf(this);
    const refuse = (message: string): never => {
      throw new ValueError(`${owner}: ${message}`);
    };
    const { maxTokens, numOovIndices, vocabulary, idfWeights, invert, sparse, padToMaxTokens, salt } = settings;
    const mode = { binary: 'multi_hot', 'tf-idf': 'tf_idf' }[settings.outputMode] ?? settings.outputMode;
    this.outputMode = oneOf(owner, 'outputMode', mode, MODES);
    this.oovMethod = oneOf(owner, 'oovMethod', settings.oovMethod, ['floormod', 'farmhash']);
    if (maxTokens !== null && !(typeof maxTokens === 'number' && maxTokens > 1))
      refuse(`maxTokens=${quote(maxTokens)}. Expected a number above 1, or null.`);
    if (padToMaxTokens && maxTokens === null) refuse('padToMaxTokens=true needs maxTokens.');
    if (!(Number.isInteger(numOovIndices) && numOovIndices >= 0))
      refuse(`numOovIndices=${quote(numOovIndices)}. Expected a whole number from 0.`);
    for (const [name, token] of [['maskToken', settings.maskToken], ['oovToken', settings.oovToken]] as const)
      if (token !== null && !kind.isToken(token)) refuse(`${name}=${quote(token)}. Expected one of the ${kind.plural}.`); // prettier-ignore
    if (sparse) refuse('sparse=true is not supported (nor is it by Keras on JAX).');
    if (invert && this.outputMode !== 'int')
      refuse(`invert=true needs outputMode='int'. Received: ${quote(settings.outputMode)}.`);
    if (idfWeights !== null && this.outputMode !== 'tf_idf')
      refuse(`idfWeights are for outputMode='tf_idf'. Received: ${quote(settings.outputMode)}.`);
    if (vocabulary !== null && idfWeights === null && this.outputMode === 'tf_idf')
      refuse(`a vocabulary in outputMode='tf_idf' needs idfWeights, one for each token.`);
    if (salt !== null && kind.dtype !== 'string' && this.oovMethod !== 'farmhash')
      refuse(`salt is for oovMethod='farmhash'. Received: ${quote(this.oovMethod)}.`);
    this.salt = saltOf(owner, salt);
    this.#bucketOf = bucketer(Math.max(1, numOovIndices), this.salt);
    this.maxTokens = maxTokens;
    this.numOovIndices = numOovIndices;
    this.maskToken = settings.maskToken;
    this.oovToken = settings.oovToken;
    this.invert = invert;
    this.sparse = sparse;
    this.padToMaxTokens = padToMaxTokens;
    this.convertsInputs = false;
    this.#kind = kind;
    this.#counts = new TokenCounts();
    this.#given = vocabulary !== null;
    if (vocabulary !== null) this.setVocabulary(vocabulary, { idfWeights });
    this.buildAtInit();
  }

  // ---- places ----

  /** How many places the mask token has: one in mode `'int'`. */
  protected get maskPlaces(): number {
    return this.maskToken !== null && this.outputMode === 'int' ? 1 : 0;
  }

  /** The place of the first token of the vocabulary. */
  protected get firstPlace(): number {
    return this.maskPlaces + this.numOovIndices;
  }

  /** The tokens. @throws {ValueError} There are none yet. */
  protected get tokens(): readonly T[] {
    if (this.#tokens === null)
      throw new ValueError(
        `${ownerOf(this)} has no vocabulary yet. Call adapt(data) before it is used, or give a vocabulary.`,
      );
    return this.#tokens;
  }

  /** The place of each token. */
  protected get placeOf(): ReadonlyMap<T, number> {
    return (this.#places ??= new Map(this.tokens.map((token, i) => [token, i + this.firstPlace])));
  }

  /** Where a token is that has no place: beyond the last one. In modes other than `'int'` the mask token is there. */
  protected get noPlace(): number {
    return this.outputMode === 'int' ? 0 : this.depth;
  }

  /** How many places vectors have. */
  protected get depth(): number {
    return this.padToMaxTokens ? this.maxTokens! : (this.#size ?? this.vocabularySize());
  }

  /** Gives the place of each token; unknown ones are spread by their hash. It throws a ValueError where there is no place for them. */
  protected placer(): (token: T) => number {
    const { placeOf, maskToken, noPlace, numOovIndices, maskPlaces } = this;
    const bucketOf = this.#bucketOf;
    return (token) => {
      if (token === maskToken) return noPlace;
      const known = placeOf.get(token);
      if (known !== undefined) return known;
      if (numOovIndices === 0) throw this.unknown(token);
      return numOovIndices === 1 ? maskPlaces : maskPlaces + bucketOf(String(token));
    };
  }

  /** The refusal of a token that is not in the vocabulary. */
  protected unknown(token: T): ValueError {
    return new ValueError(
      `${ownerOf(this)}: the token ${this.#kind.show(token)} is not in the vocabulary, and numOovIndices=0 leaves no place for it. Set numOovIndices=1.`,
    );
  }

  // ---- the vocabulary ----

  /**
   * Set the tokens.
   *
   * @param vocabulary With or without the mask and oov tokens before them; or the path of a text file with a token on each line.
   * @param options `idfWeights`: of mode `'tf_idf'`, a number for each token of `vocabulary`.
   * @throws {ValueError} It is empty, has doubles, something that is no token, the mask token in its midst, or too many; the file cannot be read; weights do
   *   not fit.
   * @throws {RuntimeError} It has another size than the one before, by which layers behind this one are made.
   */
  setVocabulary(
    vocabulary: VocabularyLike<T>,
    { idfWeights = null }: { readonly idfWeights?: readonly number[] | Tensor | null } = {},
  ): void {
    const owner = ownerOf(this);
    const refuse = (message: string): never => {
      throw new ValueError(`${owner}: ${message}`);
    };
    const weighted = this.outputMode === 'tf_idf';
    if (!weighted && idfWeights !== null)
      refuse(`idfWeights are for outputMode='tf_idf'. Received: '${this.outputMode}'.`);
    if (weighted && typeof vocabulary === 'string')
      refuse(`outputMode='tf_idf' takes no vocabulary from a file, which holds no idfWeights. Give both as lists.`);
    if (weighted && idfWeights === null) refuse(`outputMode='tf_idf' needs idfWeights, one for each token.`);
    const given = this.#listOf(vocabulary);
    if (given.length === 0) refuse('the vocabulary is empty. Expected at least one token.');
    const special = this.#specialTokens();
    const hasSpecial = special.every((token, i) => given[i] === token);
    const tokens = hasSpecial ? given.slice(special.length) : given;
    this.#check(tokens, given, special);
    let weights: Tensor | null = null;
    let list: readonly number[] | null = null;
    if (weighted) {
      list = numbersOf(owner, idfWeights!);
      if (list.length !== given.length)
        refuse(`${list.length} idfWeights for a vocabulary of ${given.length} tokens. Expected one for each.`);
      const mean = list.reduce((sum, x) => sum + x, 0) / list.length;
      weights = this.#weightsOf(hasSpecial ? list : [...special.map(() => mean), ...list]);
    }
    this.#take(tokens, weights);
    this.#listed = typeof vocabulary === 'string' ? null : { vocabulary: [...given], idfWeights: list };
  }

  #specialTokens(): T[] {
    return [
      ...new Array<T>(this.maskPlaces).fill(this.maskToken!),
      ...new Array<T>(this.numOovIndices).fill(this.oovToken),
    ];
  }

  /** @throws {ValueError} It is no list of tokens. */
  #listOf(vocabulary: VocabularyLike<T>): readonly T[] {
    const owner = ownerOf(this);
    const kind = this.#kind;
    if (typeof vocabulary === 'string')
      return readVocabularyFile(owner, vocabulary).map((line, i) => this.#parsed(line, i, vocabulary));
    const list: unknown =
      vocabulary instanceof StringTensor
        ? vocabulary.strings
        : vocabulary instanceof Tensor
          ? Array.from(vocabulary.ndarray.data)
          : isTypedArray(vocabulary)
            ? Array.from(vocabulary as unknown as ArrayLike<number | bigint>, Number)
            : vocabulary;
    if (!Array.isArray(list))
      throw new ValueError(`${owner}: the vocabulary is ${describe(list)}. Expected a list of ${kind.plural}.`);
    const bad = Array.from(list as unknown[]).findIndex((x) => !kind.isToken(x)); // holes too
    if (bad >= 0)
      throw new ValueError(
        `${owner}: the vocabulary holds ${quote(list[bad])} at place ${bad}. Expected ${kind.plural}, and none left out.`,
      );
    return list as T[];
  }

  #parsed(line: string, index: number, file: string): T {
    const token = this.#kind.parse(line);
    if (token === null)
      throw new ValueError(
        `${ownerOf(this)}: line ${index + 1} of ${quote(file)} is ${describe(line)}. Expected one of the ${this.#kind.plural} on each line, and no line left out.`,
      );
    return token;
  }

  /** @throws {ValueError} Doubles, special tokens, too many. */
  #check(tokens: readonly T[], given: readonly T[], special: readonly T[]): void {
    const owner = ownerOf(this);
    const show = (token: T): string => this.#kind.show(token);
    const seen = new Set<T>();
    for (const token of tokens) {
      if (seen.has(token))
        throw new ValueError(`${owner}: the vocabulary holds ${show(token)} twice. Every token may stand in it once.`);
      seen.add(token);
    }
    for (const [name, token] of [['mask', this.maskToken], ['oov', this.invert ? this.oovToken : null]] as const) {
      if (token !== null && seen.has(token))
        throw new ValueError(
          `${owner}: the vocabulary holds the ${name} token ${show(token)} at place ${given.lastIndexOf(token)}. Leave mask and oov tokens out, or put ` +
            `them at its start: [${special.map(show).join(', ')}, …].`,
        );
    } // prettier-ignore
    const size = this.firstPlace + tokens.length;
    if (this.maxTokens !== null && size > this.maxTokens)
      throw new ValueError(
        `${owner}: a vocabulary of ${size} places, but maxTokens=${this.maxTokens}. Leave tokens out, or raise maxTokens.`,
      );
  }

  /** A weight for each place. */
  #weightsOf(weights: readonly number[]): Tensor {
    const length = this.padToMaxTokens ? this.maxTokens! : weights.length;
    return tensor([...weights, ...new Array<number>(length - weights.length).fill(0)], null, floatx());
  }

  #take(tokens: readonly T[], weights: Tensor | null): void {
    const size = this.firstPlace + tokens.length;
    const fixed = this.outputMode !== 'int' && !this.padToMaxTokens;
    if (fixed && this.#size !== null && this.#size !== size)
      throw new RuntimeError(
        `${ownerOf(this)}: the vocabulary had ${this.#size} places and would have ${size}. In outputMode='${this.outputMode}' the size stays, as the ` +
          `layers behind count on it. Make a new layer, or set maxTokens and padToMaxTokens=true.`,
      );
    this.#tokens = tokens;
    this.#places = null;
    this.#size = size;
    if (this.outputMode === 'tf_idf') this.#idfWeights = weights;
    this.constantsChanged();
  }

  /**
   * The tokens in the order of their places.
   *
   * @param options `includeSpecialTokens`: whether mask and oov tokens stand before them; default true.
   */
  getVocabulary({ includeSpecialTokens = true }: { readonly includeSpecialTokens?: boolean } = {}): T[] {
    const tokens = this.#tokens ?? [];
    return includeSpecialTokens ? [...this.#specialTokens(), ...tokens] : [...tokens];
  }

  /** How many places there are, with those of mask and oov tokens. */
  vocabularySize(): number {
    return this.firstPlace + (this.#tokens?.length ?? 0);
  }

  /** Whether the vocabulary came with the options, so that `adapt` has nothing to find. */
  get hasInputVocabulary(): boolean {
    return this.#given;
  }

  // ---- adapt ----

  /**
   * Find the tokens of data: the more frequent a token, the earlier; of equally frequent ones the larger comes first.
   *
   * @param data An array, or batches: a list of arrays, a `Dataset`, a `PyDataset`, a generator. In mode `'tf_idf'` a row is a document; a batch
   *   of one axis is one document.
   * @param options `steps`: how many batches are read, at most.
   * @throws {ValueError} The layer was given a vocabulary; the data hold something that is no token; or there are none.
   */
  async adapt(data: AdaptData, options: AdaptOptions = {}): Promise<void> {
    this.requireAdaptable();
    const counts = new TokenCounts<T>();
    const reader = {
      array: (x: Tensor): void => counts.add(this.#documents(x, true)),
      batch: (x: Tensor): void => counts.add(this.#documents(x, false)),
    };
    await readForAdapt(ownerOf(this), data, reader, () => this.#finish(counts), options);
  }

  /** @throws {ValueError} The vocabulary was given. */
  protected requireAdaptable(): void {
    if (this.#given)
      throw new ValueError(
        `${ownerOf(this)}: cannot adapt, as it was given a vocabulary. Make it without one to have it found.`,
      );
  }

  /** The tokens of each document. @throws {ValueError} Something is no token. */
  #documents(x: Tensor, isWhole: boolean): readonly T[][] {
    const kind = this.#kind;
    const isText = x instanceof StringTensor;
    if (isText !== (kind.dtype === 'string'))
      throw new ValueError(`${ownerOf(this)}: adapt got ${isText ? 'texts' : 'numbers'}. Expected ${kind.plural}.`);
    const all: ArrayLike<unknown> = isText ? x.strings : x.ndarray.data;
    const count = x.ndim > 1 || isWhole ? (x.shape[0] ?? 1) : 1;
    const width = x.size / Math.max(1, count);
    return Array.from({ length: count }, (_, row) =>
      Array.from({ length: width }, (_, i) => {
        const token = all[row * width + i];
        if (!kind.isToken(token))
          throw new ValueError(`${ownerOf(this)}: adapt got ${quote(token)}. Expected ${kind.plural}.`);
        return token;
      }),
    );
  }

  /** Add the tokens of one batch to those that `finalizeState` makes a vocabulary of. */
  updateState(data: TensorLike | readonly unknown[]): void {
    this.requireAdaptable();
    this.addDocuments(this.#documents(toTensorOrTexts(data as TensorLike, ownerOf(this)), false));
  }

  /** As `updateState`, for documents of different lengths. */
  protected addDocuments(documents: readonly (readonly T[])[]): void {
    this.#counts.add(documents);
  }

  /** Make a vocabulary of the tokens that `updateState` was given. */
  finalizeState(): void {
    if (this.#given || this.#counts.isEmpty) return;
    this.#finish(this.#counts);
    this.resetState();
  }

  /** Forget the tokens that `updateState` was given. */
  resetState(): void {
    this.#counts = new TokenCounts();
  }

  #finish(counts: TokenCounts<T>): void {
    const most = this.maxTokens === null ? Infinity : this.maxTokens - this.firstPlace;
    const tokens = counts.mostFrequent(most, [this.maskToken, this.oovToken], this.#kind.compare);
    let weights: Tensor | null = null;
    if (this.outputMode === 'tf_idf') {
      const own = tokens.map((token) => Math.fround(counts.inverseDocumentFrequency(token)));
      // What the vocabulary does not hold counts as what it holds does on the average, as its own frequency is not known.
      const mean = own.length === 0 ? 0 : own.reduce((sum, x) => sum + x, 0) / own.length;
      weights = this.#weightsOf([...new Array<number>(this.firstPlace).fill(mean), ...own]);
    }
    this.#take(tokens, weights);
  }

  // ---- calls ----

  /** The places of tokens as int64, of the shape of the inputs: those of the mask token are `noPlace`, unknown ones are spread. */
  protected abstract lookUp(inputs: Tensor): Tensor;

  /** The tokens of places, of the shape of the inputs. */
  protected abstract tokensAt(inputs: Tensor): Tensor;

  override call(inputs: Tensor): Tensor {
    void this.tokens; // is there a vocabulary?
    if (this.invert) return this.tokensAt(inputs);
    return this.encode(this.lookUp(inputs));
  }

  /** Places as the output mode has them. */
  protected encode(places: Tensor): Tensor {
    const { outputMode, depth } = this;
    if (outputMode !== 'tf_idf') return encodeCategories(places, { outputMode, depth, dtype: 'int64' });
    const counts = encodeCategories(places, { outputMode: 'count', depth, dtype: floatx() });
    return ops.multiply(counts, this.requireWeights());
  }

  /** The weight of each place. @throws {ValueError} There are none, or too few. */
  protected requireWeights(): Tensor {
    const weights = this.#idfWeights;
    if (weights?.size !== this.depth)
      throw new ValueError(
        `${ownerOf(this)}: ${weights?.size ?? 'no'} idfWeights for ${this.depth} places. Call adapt(data), or setVocabulary(vocabulary, { idfWeights }).`,
      );
    return weights;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    if (this.outputMode === 'int') return inputShape;
    const appended = this.outputMode === 'one_hot' && !(inputShape.length > 1 && inputShape.at(-1) === 1);
    return [...(appended ? inputShape : inputShape.slice(0, -1)), this.depth];
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    // Keras says int64 of texts as well, where `invert` is true.
    const dtype: DType = this.outputMode !== 'int' ? floatx() : this.invert ? this.#kind.dtype : 'int64';
    return { shape: this.computeOutputShape((args[0] as Spec).shape), dtype };
  }

  // ---- dtypes ----

  /** The dtype of the tokens. */
  override get computeDtype(): DType {
    return this.#kind.dtype;
  }

  /** The dtype of the tokens. */
  override get variableDtype(): DType {
    return this.#kind.dtype;
  }

  override get inputDtype(): DType {
    return this.invert ? 'int64' : this.#kind.dtype;
  }

  // ---- configs and files ----

  override getConfig(): Config {
    const { invert, maxTokens, numOovIndices, oovToken, maskToken, outputMode, padToMaxTokens } = this;
    return {
      ...super.getConfig(),
      invert,
      max_tokens: maxTokens,
      num_oov_indices: numOovIndices,
      oov_token: oovToken,
      mask_token: maskToken,
      output_mode: outputMode,
      sparse: this.sparse,
      pad_to_max_tokens: padToMaxTokens,
      vocabulary_dtype: this.#kind.dtype,
      ...this.vocabularyConfig(),
      oov_method: this.oovMethod,
      salt: this.salt,
    };
  }

  /** What a config says of the vocabulary. */
  protected vocabularyConfig(): Config {
    const tokens = this.#tokens;
    const weights = this.#idfWeights;
    const listed = this.#given ? this.#listed : null;
    const config = {
      idf_weights: listed?.idfWeights ?? null,
      vocabulary: listed?.vocabulary ?? null,
      vocabulary_size: tokens === null ? this.#size : this.vocabularySize(),
    };
    if (tokens === null || listed !== null || (this.#inFiles && writesAssets())) return config;
    // Weights go with the special tokens, as theirs could not be told from the others' once more.
    const all = weights === null ? tokens : this.getVocabulary();
    return {
      ...config,
      vocabulary: all,
      idf_weights: weights === null ? null : Array.from(weights.ndarray.data.slice(0, all.length)),
      // Keras takes this too: the vocabulary was found, and may be found anew.
      has_input_vocabulary: false,
    };
  }

  /** Whether the vocabulary has a file of its own in archives: not if it was given as a list, nor if its tokens do not fit on lines. */
  get #inFiles(): boolean {
    return !(this.#given && this.#listed !== null) && this.#tokens !== null && !breaksLines(this.#tokens);
  }

  /** A layer from its config. @throws {ValueError} It names a file for the vocabulary: a file of a model says what to read nowhere else. */
  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const { options, state } = splitVocabularyConfig(config);
    const layer = constructFromConfig(this as SerializableClass<IndexLookup<never>>, options);
    layer.restoreVocabulary(state);
    return layer;
  }

  /** Take what a config says of a vocabulary besides its tokens. */
  protected restoreVocabulary({ size, given }: VocabularyState): void {
    if (given === false) this.#given = false;
    // Keras counts the special tokens where there are no others yet.
    if (typeof size === 'number' && size > this.firstPlace && this.#size === null) this.#size = size;
  }

  override saveOwnVariables(store: Record<string, TensorLike>): void {
    if (this.#idfWeights !== null) store['idf_weights'] = this.#idfWeights;
  }

  override loadOwnVariables(store: Readonly<Record<string, TensorLike>>): void {
    if (this.outputMode !== 'tf_idf') return;
    const weights = store['idf_weights'] as TensorLike | undefined;
    if (weights === undefined)
      throw new ValueError(`${ownerOf(this)}: the file holds no idf_weights, which outputMode='tf_idf' needs.`);
    this.#idfWeights = toTensor(weights, floatx());
    if (this.#tokens !== null) this.requireWeights();
    this.constantsChanged();
  }

  /** Whether the vocabulary of the config stands in a file. */
  get needsAssets(): boolean {
    return this.#tokens === null && this.#size !== null;
  }

  /** The vocabulary as a file: `vocabulary.txt`, a token on each line. None if it stands in the config. */
  saveAssets(): Record<string, string> {
    return this.#inFiles ? { 'vocabulary.txt': this.getVocabulary().map(String).join('\n') } : {};
  }

  /** Take the vocabulary of a file. @throws {ValueError} It is broken, or does not fit the config. */
  loadAssets(files: Readonly<Record<string, Uint8Array>>): void {
    const owner = ownerOf(this);
    const name = 'vocabulary.txt';
    if (this.#tokens !== null) return; // it stood in the config
    if (!Object.hasOwn(files, name))
      throw new ValueError(
        `${owner}: its vocabulary, ${name} among its assets, is not in the file. Save the model anew, from one that has it.`,
      );
    const size = this.#size;
    const given = vocabularyLines(owner, files[name], size).map((line, i) => this.#parsed(line, i, name));
    const special = this.#specialTokens();
    const tokens = special.every((token, i) => given[i] === token) ? given.slice(special.length) : given;
    try {
      this.#check(tokens, given, special);
      if (size !== null && this.firstPlace + tokens.length !== size)
        throw new ValueError(
          `${owner}: the vocabulary has ${this.firstPlace + tokens.length} places, but the config says ${size}.`,
        );
      const weights = this.#idfWeights;
      this.#take(tokens, weights);
      if (this.outputMode === 'tf_idf') this.requireWeights();
    } catch (error) {
      this.#tokens = null;
      (error as Error).message += ` (${name} of the file is broken: save the model anew.)`;
      throw error;
    }
  }
}

/** @throws {ValueError} They are no list of numbers. */
function numbersOf(owner: string, weights: readonly number[] | Tensor): number[] {
  const list: unknown = weights instanceof Tensor ? Array.from(weights.ndarray.data) : weights;
  if (!Array.isArray(list) || !list.every((x) => typeof x === 'number'))
    throw new ValueError(`${owner}: idfWeights is ${describe(list)}. Expected a list of numbers.`);
  return list;
}

/** What a config says of a vocabulary besides its tokens. */
export interface VocabularyState {
  readonly size: unknown;
  /** Whether the vocabulary was given as an option. */
  readonly given: unknown;
}

/** The options in a config, and what it says of the vocabulary. @throws {ValueError} The config names a file for the vocabulary. */
export function splitVocabularyConfig(config: Config): { readonly options: Config; readonly state: VocabularyState } {
  const { vocabulary_size: size, has_input_vocabulary: given, ...options } = config;
  const { vocabulary } = options;
  if (typeof vocabulary !== 'string') return { options, state: { size, given } };
  throw new ValueError(
    `the config of layer ${quote(config['name'])} names a file for its vocabulary, ${quote(vocabulary)}. What lies outside of the file of a model is not read: ` +
      `read it yourself, and give the tokens by setVocabulary(list).`,
  );
}

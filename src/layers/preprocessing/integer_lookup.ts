/** @file `IntegerLookup`: whole numbers of any size as their places in a vocabulary. */
import { checkedOptions } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import { describe, quote } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { NotImplementedError, ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { constructFromConfig } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';
import { oneOf, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import type { AdaptData, AdaptOptions } from './adapt.js';
import { readForAdapt } from './adapt.js';
import { encodeCategories } from './encode_categories.js';

const MODES = ['int', 'one_hot', 'multi_hot', 'count'] as const;

/** Options of `new IntegerLookup(options)`. */
export interface IntegerLookupOptions extends LayerOptions {
  /** How large the vocabulary may be, with the places for what it does not hold. Default null: of any size. */
  readonly maxTokens?: number | null;
  /** How many places there are for tokens out of the vocabulary: they are spread by their remainders. 0: they are refused. Default 1. */
  readonly numOovIndices?: number;
  /** The token that means "nothing here": 0 in mode `'int'`, no place in others. Default null: none. */
  readonly maskToken?: number | null;
  /** What unknown places give if `invert` is true. Default −1. */
  readonly oovToken?: number;
  /** The tokens, without doubles. Default null: `adapt` finds them. */
  readonly vocabulary?: readonly number[] | null;
  /** Only `'int64'`. */
  readonly vocabularyDtype?: 'int64';
  /** Of mode `'tf_idf'`, which is not supported yet: null. */
  readonly idfWeights?: null;
  /** Whether the layer gives tokens for places. Default false. */
  readonly invert?: boolean;
  /** `'int'`: places; `'one_hot'`: a vector for each token; `'multi_hot'`, `'count'`: one for each sample. Default `'int'`. */
  readonly outputMode?: (typeof MODES)[number] | 'binary';
  /** As in Keras on JAX, false only. */
  readonly sparse?: boolean;
  /** Whether vectors have `maxTokens` places, however many tokens there are. Default false. */
  readonly padToMaxTokens?: boolean;
  /** How tokens out of the vocabulary are spread. `'farmhash'` is not supported yet. Default `'floormod'`. */
  readonly oovMethod?: 'floormod';
  /** Of `oovMethod: 'farmhash'`, which is not supported yet: null. */
  readonly salt?: null;
}

/**
 * The place of each token in a vocabulary: the mask token is 0, then come `numOovIndices` places for tokens that it does not hold, then its
 * own tokens.
 *
 * Input: whole numbers of any shape, exact up to 2⁵³; output int64 of the same, or with an axis of places at its end. The vocabulary is
 * given, or found by `await layer.adapt(data)`: the more frequent a token, the earlier; of equally frequent ones the larger comes first.
 *
 * @param options See {@link IntegerLookupOptions}.
 * @throws {ValueError} A vocabulary with doubles, with the mask token in its midst, or larger than `maxTokens`. At a call: no vocabulary
 *   yet; with `numOovIndices: 0`, a token that it does not hold (computed tokens are not looked at, and give −1).
 * @see `keras.layers.IntegerLookup`
 * @example
 * new layers.IntegerLookup({ vocabulary: [12, 36, 1138] })([[1138, 7], [12, 36]]) // [[3, 0], [1, 2]]
 */
export class IntegerLookup extends Layer {
  readonly maxTokens: number | null;
  readonly numOovIndices: number;
  readonly maskToken: number | null;
  readonly oovToken: number;
  readonly invert: boolean;
  readonly outputMode: (typeof MODES)[number];
  readonly padToMaxTokens: boolean;
  #tokens: readonly number[] | null = null;
  readonly #given: boolean;

  constructor(options: IntegerLookupOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      maxTokens = null,
      numOovIndices = 1,
      maskToken = null,
      oovToken = -1,
      vocabulary = null,
      vocabularyDtype = 'int64',
      idfWeights = null,
      invert = false,
      outputMode = 'int',
      sparse = false,
      padToMaxTokens = false,
      oovMethod = 'floormod',
      salt = null,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    const refuse = (message: string): never => {
      throw new ValueError(`${owner}: ${message}`);
    };
    if (
      ['tf_idf', 'tf-idf'].includes(outputMode) ||
      idfWeights !== null ||
      salt !== null ||
      (oovMethod as string) === 'farmhash'
    )
      throw new NotImplementedError(`${owner}: outputMode 'tf_idf' and oovMethod 'farmhash' are not supported yet.`);
    this.outputMode = oneOf(owner, 'outputMode', outputMode === 'binary' ? 'multi_hot' : outputMode, MODES);
    oneOf(owner, 'oovMethod', oovMethod, ['floormod']);
    if (maxTokens !== null && !(typeof maxTokens === 'number' && maxTokens > 1))
      refuse(`maxTokens=${quote(maxTokens)}. Expected a number above 1, or null.`);
    if (padToMaxTokens && maxTokens === null) refuse('padToMaxTokens=true needs maxTokens.');
    if (!(Number.isInteger(numOovIndices) && numOovIndices >= 0))
      refuse(`numOovIndices=${quote(numOovIndices)}. Expected a whole number from 0.`);
    if (vocabularyDtype !== 'int64') refuse(`vocabularyDtype=${quote(vocabularyDtype)}. Expected 'int64'.`);
    if (sparse) refuse('sparse=true is not supported (nor is it by Keras on JAX).');
    if (invert && this.outputMode !== 'int')
      refuse(`invert=true needs outputMode='int'. Received: ${quote(outputMode)}.`);
    this.maxTokens = maxTokens;
    this.numOovIndices = numOovIndices;
    this.maskToken = maskToken;
    this.oovToken = oovToken;
    this.invert = invert;
    this.padToMaxTokens = padToMaxTokens;
    this.convertsInputs = false;
    this.#given = vocabulary !== null;
    if (vocabulary !== null) this.setVocabulary(vocabulary);
    this.buildAtInit();
  }

  get #maskPlaces(): number {
    return this.maskToken !== null && this.outputMode === 'int' ? 1 : 0;
  }

  get #start(): number {
    return this.#maskPlaces + this.numOovIndices;
  }

  /**
   * Set the tokens.
   *
   * @param vocabulary With or without the mask and oov tokens before them.
   * @throws {ValueError} It is empty, has doubles, no whole numbers, the mask token in its midst, or too many.
   */
  setVocabulary(vocabulary: readonly number[]): void {
    const owner = ownerOf(this);
    const list: unknown = vocabulary;
    if (!Array.isArray(list))
      throw new ValueError(`${owner}: the vocabulary is ${describe(list)}. Expected a list of whole numbers.`);
    const bad = vocabulary.find((x) => !Number.isSafeInteger(x));
    if (bad !== undefined)
      throw new ValueError(`${owner}: the vocabulary holds ${quote(bad)}. Expected whole numbers, and none left out.`);
    if (vocabulary.length === 0)
      throw new ValueError(`${owner}: the vocabulary is empty. Expected at least one token.`);
    const special = [
      ...new Array<number>(this.#maskPlaces).fill(this.maskToken ?? 0),
      ...new Array<number>(this.numOovIndices).fill(this.oovToken),
    ];
    const tokens = special.every((x, i) => vocabulary[i] === x) ? vocabulary.slice(special.length) : [...vocabulary];
    const double = tokens.find((x, i) => tokens.indexOf(x) !== i);
    if (new Set(tokens).size !== tokens.length)
      throw new ValueError(`${owner}: the vocabulary holds ${double} twice. Every token may stand in it once.`);
    for (const [name, token] of [['mask', this.maskToken], ['oov', this.invert ? this.oovToken : null]] as const) {
      if (token !== null && tokens.includes(token))
        throw new ValueError(
          `${owner}: the vocabulary holds the ${name} token ${token} at place ${vocabulary.lastIndexOf(token)}. Leave mask and oov tokens out, or put ` +
            `them at its start: [${special.join(', ')}, …].`,
        );
    } // prettier-ignore
    const size = this.#start + tokens.length;
    if (this.maxTokens !== null && size > this.maxTokens)
      throw new ValueError(
        `${owner}: a vocabulary of ${size} places, but maxTokens=${this.maxTokens}. Leave tokens out, or raise maxTokens.`,
      );
    this.#tokens = tokens;
  }

  /**
   * The tokens in the order of their places.
   *
   * @param options `includeSpecialTokens`: whether mask and oov tokens stand before them; default true.
   */
  getVocabulary({ includeSpecialTokens = true }: { readonly includeSpecialTokens?: boolean } = {}): number[] {
    const tokens = this.#tokens ?? [];
    if (!includeSpecialTokens) return [...tokens];
    const oov = new Array<number>(this.numOovIndices).fill(this.oovToken);
    return [...(this.#maskPlaces > 0 ? [this.maskToken!] : []), ...oov, ...tokens];
  }

  /** How many places there are, with those of mask and oov tokens. */
  vocabularySize(): number {
    return this.#start + (this.#tokens?.length ?? 0);
  }

  /**
   * Find the tokens of data.
   *
   * @param data An array of whole numbers, or batches: a list of arrays, a `Dataset`, a `PyDataset`, a generator.
   * @param options `steps`: how many batches are read, at most.
   * @throws {ValueError} The layer was given a vocabulary; the data hold something that is no whole number; or there are none.
   */
  async adapt(data: AdaptData, options: AdaptOptions = {}): Promise<void> {
    const owner = ownerOf(this);
    if (this.#given)
      throw new ValueError(
        `${owner}: cannot adapt, as it was given a vocabulary. Make it without one to have it found.`,
      );
    const counts = new Map<number, number>();
    const add = (x: Tensor): void => {
      for (const token of x.ndarray.data) {
        if (!Number.isSafeInteger(token)) throw new ValueError(`${owner}: adapt got ${token}. Expected whole numbers.`);
        counts.set(token, (counts.get(token) ?? 0) + 1);
      }
    };
    await readForAdapt(owner, data, { array: add, batch: add }, () => {
      if (this.maskToken !== null) counts.delete(this.maskToken);
      counts.delete(this.oovToken);
      const sorted = [...counts].sort(([a, n], [b, m]) => m - n || b - a).map(([token]) => token);
      this.setVocabulary(sorted.slice(0, this.maxTokens === null ? sorted.length : this.maxTokens - this.#start));
    }, options); // prettier-ignore
  }

  override call(inputs: Tensor): Tensor {
    const tokens = this.#tokens;
    if (tokens === null)
      throw new ValueError(
        `${ownerOf(this)} has no vocabulary yet. Call adapt(data) before it is used, or give a vocabulary.`,
      );
    const x = ops.cast(inputs, 'int64');
    const start = this.#start;
    if (this.invert) {
      const place = ops.clip(ops.subtract(x, start), 0, tokens.length - 1);
      const own = ops.logicalAnd(ops.greaterEqual(x, start), ops.less(x, this.vocabularySize()));
      const found = ops.where(
        own,
        ops.take(tensor([...tokens], null, 'int64'), place),
        tensor(this.oovToken, null, 'int64'),
      );
      return this.maskToken === null ? found : ops.where(ops.equal(x, 0), tensor(this.maskToken, null, 'int64'), found);
    }
    const order = tokens.map((_, i) => i).sort((a, b) => tokens[a] - tokens[b]);
    const keys = tensor(order.map((i) => tokens[i]), null, 'int64'); // prettier-ignore
    const places = tensor(order.map((i) => i + start), null, 'int64'); // prettier-ignore
    const at = ops.clip(ops.searchsorted(keys, ops.reshape(x, [-1])), 0, tokens.length - 1);
    const near = ops.reshape(at, x.shape);
    const known = ops.equal(ops.take(keys, near), x);
    const isMask = this.maskToken === null ? null : ops.equal(x, this.maskToken);
    if (this.numOovIndices === 0) this.#requireKnown(x, isMask === null ? known : ops.logicalOr(known, isMask));
    const oov =
      this.numOovIndices === 0
        ? tensor(-1, null, 'int64')
        : this.numOovIndices === 1
          ? tensor(this.#maskPlaces, null, 'int64')
          : ops.add(ops.mod(x, this.numOovIndices), this.#maskPlaces);
    const looked = ops.where(known, ops.take(places, near), oov);
    const depth = this.#depth();
    // In other modes than 'int' the mask has no place: it lies behind the last one.
    const masked =
      isMask === null
        ? looked
        : ops.where(isMask, tensor(this.outputMode === 'int' ? 0 : depth, null, 'int64'), looked);
    return encodeCategories(masked, { outputMode: this.outputMode, depth, dtype: 'int64' });
  }

  #requireKnown(x: Tensor, known: Tensor): void {
    if (known.isTraced) return;
    const at = known.ndarray.data.indexOf(0);
    if (at >= 0)
      throw new ValueError(
        `${ownerOf(this)}: the token ${x.ndarray.data[at]} is not in the vocabulary, and numOovIndices=0 leaves no place for it. Set numOovIndices=1.`,
      );
  }

  #depth(): number {
    return this.padToMaxTokens ? this.maxTokens! : this.vocabularySize();
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    if (this.outputMode === 'int') return inputShape;
    const appended = this.outputMode === 'one_hot' && !(inputShape.length > 1 && inputShape.at(-1) === 1);
    return [...(appended ? inputShape : inputShape.slice(0, -1)), this.#depth()];
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const dtype: DType = this.outputMode === 'int' ? 'int64' : floatx();
    return { shape: this.computeOutputShape((args[0] as Spec).shape), dtype };
  }

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
      sparse: false,
      pad_to_max_tokens: padToMaxTokens,
      vocabulary_dtype: 'int64',
      idf_weights: null,
      // Keras keeps a vocabulary that adapt has found in a file of its own, and reads this one as well.
      vocabulary: this.#tokens,
      vocabulary_size: this.#tokens === null ? null : this.vocabularySize(),
      oov_method: 'floormod',
      salt: null,
    };
  }

  /** A layer from its config. */
  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const { vocabulary_size: _known, has_input_vocabulary: _had, ...rest } = config;
    return constructFromConfig(this as SerializableClass<IntegerLookup>, rest);
  }
}

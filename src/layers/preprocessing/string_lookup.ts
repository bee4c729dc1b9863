/** @file `StringLookup`: texts as their places in a vocabulary. */
import { checkedOptions } from '../../core/arguments.js';
import { TypeError, ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { fromNumbers } from '../../core/ndarray.js';
import { formatShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';
import { constantTensor, onHost, StringTensor } from '../../runtime/index.js';
import { quote } from '../../core/describe.js';
import { ownerOf } from '../arguments.js';
import type { IndexLookupOptions, VocabularyLike } from './index_lookup.js';
import { IndexLookup } from './index_lookup.js';
import { TEXTS } from './tokens.js';

/** Options of `new StringLookup(options)`. */
export interface StringLookupOptions extends IndexLookupOptions {
  /** The token that means "nothing here": 0 in mode `'int'`, no place in others. Default null: none. */
  readonly maskToken?: string | null;
  /** What unknown places give if `invert` is true. Default `'[UNK]'`. */
  readonly oovToken?: string;
  /** The tokens, without doubles; or the path of a text file with a token on each line (in Node). Default null: `adapt` finds them. */
  readonly vocabulary?: VocabularyLike<string> | null;
  /** How texts are written in files. Only `'utf-8'`. */
  readonly encoding?: string;
  /** Of whole numbers alone: texts are always spread by their hash. Default `'floormod'`. */
  readonly oovMethod?: 'floormod' | 'farmhash';
}

/**
 * The place of each text in a vocabulary: the mask token is 0, then come `numOovIndices` places for texts that it does not hold, then its own
 * tokens.
 *
 * Input: texts of any shape, as nested lists or as a tensor of dtype `'string'`; output int64 of the same, or with an axis of places at its
 * end. The vocabulary is given, or found by `await layer.adapt(data)`: the more frequent a token, the earlier; of equally frequent ones the
 * larger comes first. In a model that reads texts the layer works before each step, in JavaScript; what follows is compiled.
 *
 * @param options See {@link StringLookupOptions}.
 * @throws {ValueError} A vocabulary with doubles, with the mask token in its midst, or larger than `maxTokens`. At a call: no vocabulary
 *   yet; with `numOovIndices: 0`, a text that it does not hold.
 * @throws {TypeError} At a call: numbers where texts are wanted.
 * @see `keras.layers.StringLookup`
 * @example
 * new layers.StringLookup({ vocabulary: ['a', 'b', 'c'] })([['a', 'z'], ['c', 'b']]) // [[1, 0], [3, 2]]
 */
export class StringLookup extends IndexLookup<string> {
  readonly encoding: string;

  constructor(options: StringLookupOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      maxTokens = null,
      numOovIndices = 1,
      maskToken = null,
      oovToken = '[UNK]',
      vocabulary = null,
      idfWeights = null,
      invert = false,
      outputMode = 'int',
      padToMaxTokens = false,
      sparse = false,
      encoding = 'utf-8',
      salt = null,
      oovMethod = 'floormod',
      ...rest
    } = options;
    const settings = { maxTokens, numOovIndices, maskToken, oovToken, vocabulary, idfWeights, invert, outputMode, padToMaxTokens, sparse, salt, oovMethod }; // prettier-ignore
    super(rest, settings, TEXTS);
    if (typeof encoding !== 'string' || !/^utf-?8$/i.test(encoding))
      throw new ValueError(
        `${ownerOf(this)}: encoding=${quote(encoding)}. Expected 'utf-8': texts of JavaScript are Unicode, and are decoded before they come here.`,
      );
    this.encoding = encoding;
  }

  protected override lookUp(inputs: Tensor): Tensor {
    if (!(inputs instanceof StringTensor))
      throw new TypeError(
        `${ownerOf(this)}: looks texts up, got ${inputs.dtype}${formatShape(inputs.shape)}. Give texts, or use IntegerLookup for whole numbers.`,
      );
    return onHost([inputs], {
      owner: ownerOf(this),
      compute: ([x]) => {
        const places = (x as StringTensor).strings.map(this.placer());
        return constantTensor(fromNumbers('int64', [...x.shape], places));
      },
      spec: ([shape]) => ({ shape, dtype: 'int64' }),
    });
  }

  protected override tokensAt(inputs: Tensor): Tensor {
    if (inputs instanceof StringTensor)
      throw new TypeError(`${ownerOf(this)}: invert=true gives texts for places, got texts. Give whole numbers.`);
    return onHost([inputs], {
      owner: ownerOf(this),
      compute: ([x]) => {
        const tokens = this.getVocabulary();
        const at = (place: number): string => (place in tokens ? tokens[place] : this.oovToken);
        return new StringTensor(Array.from(x.ndarray.data, at), x.shape); // prettier-ignore
      },
      spec: ([shape]) => ({ shape, dtype: 'string' }),
    });
  }

  override getConfig(): Config {
    const { vocabulary_dtype: _only, ...config } = super.getConfig();
    return { ...config, encoding: this.encoding };
  }
}

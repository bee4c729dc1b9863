/** @file `IntegerLookup`: whole numbers of any size as their places in a vocabulary. */
import { checkedOptions } from '../../core/arguments.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { quote } from '../../core/describe.js';
import { fromNumbers } from '../../core/ndarray.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { constantTensor, StringTensor, tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import type { IndexLookupOptions, VocabularyLike } from './index_lookup.js';
import { numberBuckets } from './hash/numbers.js';
import { IndexLookup } from './index_lookup.js';
import { WHOLES } from './tokens.js';

/** Options of `new IntegerLookup(options)`. */
export interface IntegerLookupOptions extends IndexLookupOptions {
  /** The token that means "nothing here": 0 in mode `'int'`, no place in others. Default null: none. */
  readonly maskToken?: number | null;
  /** What unknown places give if `invert` is true. Default −1. */
  readonly oovToken?: number;
  /** The tokens, without doubles; or the path of a text file with a token on each line (in Node). Default null: `adapt` finds them. */
  readonly vocabulary?: VocabularyLike<number> | null;
  /** Only `'int64'`. */
  readonly vocabularyDtype?: 'int64';
  /** How tokens out of the vocabulary are spread: by their remainders, or by a hash of their digits. Default `'floormod'`. */
  readonly oovMethod?: 'floormod' | 'farmhash';
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
export class IntegerLookup extends IndexLookup<number> {
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
    const settings = { maxTokens, numOovIndices, maskToken, oovToken, vocabulary, idfWeights, invert, outputMode, sparse, padToMaxTokens, oovMethod, salt }; // prettier-ignore
    super(rest, settings, WHOLES);
    if (vocabularyDtype !== 'int64')
      throw new ValueError(`${ownerOf(this)}: vocabularyDtype=${quote(vocabularyDtype)}. Expected 'int64'.`);
  }

  #numbers(inputs: Tensor): Tensor {
    if (inputs instanceof StringTensor)
      throw new TypeError(
        `${ownerOf(this)}: takes whole numbers, got texts (string${formatShape(inputs.shape)}). Use StringLookup for texts.`,
      );
    return ops.cast(inputs, 'int64');
  }

  protected override tokensAt(inputs: Tensor): Tensor {
    const { tokens, firstPlace: start } = this;
    const x = this.#numbers(inputs);
    if (tokens.length === 0) return ops.fullLike(x, this.oovToken);
    const place = ops.clip(ops.subtract(x, start), 0, tokens.length - 1);
    const own = ops.logicalAnd(ops.greaterEqual(x, start), ops.less(x, this.vocabularySize()));
    const found = ops.where(
      own,
      ops.take(tensor([...tokens], null, 'int64'), place),
      tensor(this.oovToken, null, 'int64'),
    );
    return this.maskToken === null ? found : ops.where(ops.equal(x, 0), tensor(this.maskToken, null, 'int64'), found);
  }

  protected override lookUp(inputs: Tensor): Tensor {
    const { tokens, firstPlace: start } = this;
    const x = this.#numbers(inputs);
    if (this.oovMethod === 'farmhash' && this.numOovIndices > 1 && !x.isTraced) return this.#hashed(x);
    const isMask = this.maskToken === null ? null : ops.equal(x, this.maskToken);
    let looked: Tensor;
    if (tokens.length === 0) {
      if (this.numOovIndices === 0) this.#requireKnown(x, isMask ?? ops.notEqual(x, x));
      looked = this.#oovPlaces(x);
    } else {
      const order = tokens.map((_, i) => i).sort((a, b) => tokens[a] - tokens[b]);
      const keys = tensor(order.map((i) => tokens[i]), null, 'int64'); // prettier-ignore
      const places = tensor(order.map((i) => i + start), null, 'int64'); // prettier-ignore
      const at = ops.clip(ops.searchsorted(keys, ops.reshape(x, [-1])), 0, tokens.length - 1);
      const near = ops.reshape(at, x.shape);
      const known = ops.equal(ops.take(keys, near), x);
      if (this.numOovIndices === 0) this.#requireKnown(x, isMask === null ? known : ops.logicalOr(known, isMask));
      looked = ops.where(known, ops.take(places, near), this.#oovPlaces(x));
    }
    return isMask === null ? looked : ops.where(isMask, tensor(this.noPlace, null, 'int64'), looked);
  }

  /** By a hash of their digits, for numbers that are there: in JavaScript, which is faster than by ops that are not compiled. */
  #hashed(x: Tensor): Tensor {
    return constantTensor(fromNumbers('int64', [...x.shape], Array.from(x.ndarray.data, this.placer())));
  }

  #oovPlaces(x: Tensor): Tensor {
    if (this.numOovIndices === 0) return ops.fullLike(x, -1);
    if (this.numOovIndices === 1) return ops.fullLike(x, this.maskPlaces);
    const places =
      this.oovMethod === 'farmhash' ? numberBuckets(x, this.numOovIndices, this.salt) : ops.mod(x, this.numOovIndices);
    return ops.add(places, this.maskPlaces);
  }

  #requireKnown(x: Tensor, known: Tensor): void {
    if (known.isTraced) return;
    const at = known.ndarray.data.indexOf(0);
    if (at >= 0) throw this.unknown(x.ndarray.data[at]);
  }
}

/** @file `Hashing`: tokens spread over a fixed number of places by their hash, without a vocabulary. */
import { checkedOptions } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import { quote } from '../../core/describe.js';
import { dtypeInfo } from '../../core/dtype.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { fromNumbers } from '../../core/ndarray.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Spec, Tensor } from '../../runtime/index.js';
import { constantTensor, onHost, StringTensor } from '../../runtime/index.js';
import { oneOf, ownerOf, positiveInteger } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { encodeCategories, encodedShape } from './encode_categories.js';
import type { Salt } from './hash/buckets.js';
import { bucketer, LEAST, MOST_BUCKETS, saltOf } from './hash/buckets.js';
import { numberBuckets } from './hash/numbers.js';

const MODES = ['int', 'one_hot', 'multi_hot', 'count'] as const;

/** Options of `new Hashing(numBins, options)`. */
export interface HashingOptions extends LayerOptions {
  /** The token that means "nothing here": it gets place 0, which no other token gets then. Default null: none. */
  readonly maskValue?: string | number | null;
  /**
   * Seasons the hash: one whole number, or two. With a salt the hash is SipHash, of which nobody who does not know the salt can tell which tokens
   * meet in one place; without one it is FarmHash. Default null.
   */
  readonly salt?: number | readonly [number, number] | null;
  /**
   * `'int'`: places; `'one_hot'`: a vector for each token; `'multi_hot'`, `'count'`: one for each sample, that says which places its tokens have,
   * or how often. Default `'int'`.
   */
  readonly outputMode?: (typeof MODES)[number];
  /** Kept for configs: what comes out is a plain tensor, of the same numbers. Default false. */
  readonly sparse?: boolean;
}

/**
 * The place of each token among `numBins`, by its hash: the same token always has the same place, and different ones may meet in one.
 *
 * Input: texts, or whole numbers, of any shape; output int64 of the same, or with an axis of places at its end. Whole numbers are hashed as they
 * are written in decimal digits, so 7 and `'7'` have one place; of other numbers what stands behind the point is cut off. In a model the layer
 * looks at texts before each step, in JavaScript; numbers are hashed by the compiled program (exact up to 2⁵³).
 *
 * @param numBins How many places there are, with that of the mask.
 * @param options See {@link HashingOptions}.
 * @throws {ValueError} `numBins` is no positive whole number, the salt is neither one whole number nor two, a mode that there is not, a dtype of
 *   floats in mode `'int'`, `sparse` in mode `'int'`.
 * @throws {TypeError} At a call: a mask of the other kind than the tokens (a text for numbers).
 * @see `keras.layers.Hashing`; the hashes are `tf.strings.to_hash_bucket_fast` and `tf.strings.to_hash_bucket_strong`
 * @example
 * new layers.Hashing(3)([['A'], ['B'], ['C'], ['D'], ['E']]) // [[1], [0], [1], [1], [2]]
 */
export class Hashing extends Layer {
  static readonly positional = ['num_bins'];
  readonly numBins: number;
  readonly maskValue: string | number | null;
  readonly salt: Salt | null;
  readonly outputMode: (typeof MODES)[number];
  readonly sparse: boolean;

  constructor(numBins: number, options: HashingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { maskValue = null, salt = null, outputMode = 'int', sparse = false, dtype = null, ...rest } = options;
    super({ ...rest, dtype: dtype ?? (outputMode === 'int' ? 'int64' : floatx()) });
    const owner = ownerOf(this);
    this.numBins = positiveInteger(owner, 'numBins', numBins);
    if (numBins > MOST_BUCKETS) throw new ValueError(`${owner}: numBins=${numBins}. Expected at most 2³⁶.`);
    this.outputMode = oneOf(owner, 'outputMode', outputMode, MODES);
    if (outputMode === 'int' && !['int32', 'int64'].includes(this.computeDtype))
      throw new ValueError(
        `${owner}: dtype=${quote(this.computeDtype)}. Expected 'int32' or 'int64' for outputMode='int'.`,
      );
    if (sparse && outputMode === 'int')
      throw new ValueError(
        `${owner}: sparse=true goes with outputMode 'one_hot', 'multi_hot' and 'count'. Received: outputMode='int'.`,
      );
    if (maskValue !== null && typeof maskValue !== 'string' && typeof maskValue !== 'number')
      throw new ValueError(`${owner}: maskValue=${quote(maskValue)}. Expected a text, a number, or null.`);
    this.maskValue = maskValue;
    this.salt = saltOf(owner, salt);
    this.sparse = sparse;
    this.convertsInputs = false;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    this.#requireKind(inputs);
    const { outputMode, numBins: depth, computeDtype: dtype } = this;
    return encodeCategories(this.#places(inputs), { outputMode, depth, dtype });
  }

  #requireKind(x: Tensor): void {
    const { maskValue } = this;
    const isText = x.dtype === 'string';
    if (maskValue === null || isText === (typeof maskValue === 'string')) return;
    throw new TypeError(
      `${ownerOf(this)}: maskValue=${quote(maskValue)} is for ${isText ? 'numbers' : 'texts'}, got ${isText ? 'texts' : x.dtype}. ` +
        `Give the mask as the tokens are: ${isText ? `'${maskValue}'` : 'a number'}.`,
    );
  }

  #places(inputs: Tensor): Tensor {
    const { maskValue, numBins, salt } = this;
    // The mask has a place of its own if there is more than one.
    const shift = maskValue !== null && numBins > 1 ? 1 : 0;
    const count = numBins - shift;
    if (!(inputs instanceof StringTensor) && inputs.isTraced) {
      const places = numberBuckets(inputs, count, salt);
      if (shift === 0) return places;
      return ops.where(ops.equal(inputs, maskValue as number), ops.zerosLike(places), ops.add(places, ops.onesLike(places))); // prettier-ignore
    }
    const bucket = bucketer(count, salt);
    const placeOf = (token: string | number, text: string): number =>
      shift === 1 && token === maskValue ? 0 : bucket(text) + shift;
    return onHost([inputs], {
      owner: ownerOf(this),
      compute: ([x]) => {
        const spell = spellingOf(x);
        const places =
          x instanceof StringTensor
            ? x.strings.map((text) => placeOf(text, text))
            : Array.from(x.ndarray.data, (number) => placeOf(number, spell(number)));
        return constantTensor(fromNumbers('int64', [...x.shape], places));
      },
      spec: ([shape]) => ({ shape, dtype: 'int64' }),
    });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    // Keras says that one_hot loses the last axis whatever its size is; what comes out keeps it unless it is 1.
    return encodedShape(inputShape, this.outputMode, this.numBins);
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    return { shape: this.computeOutputShape((args[0] as Spec).shape), dtype: this.computeDtype };
  }

  /** Texts may come alone, without a list. */
  override get inputDtype(): 'string' {
    return 'string';
  }

  override getConfig(): Config {
    const { numBins, salt, maskValue, outputMode, sparse } = this;
    return {
      ...super.getConfig(),
      num_bins: numBins,
      salt,
      mask_value: maskValue,
      output_mode: outputMode,
      sparse,
    };
  }
}

/** How numbers of a tensor are written. */
function spellingOf({ dtype }: Tensor): (x: number) => string {
  if (dtype === 'bool') return (x) => (x === 0 ? 'false' : 'true');
  if (dtypeInfo(dtype).kind !== 'float') return String;
  return (x) => String(Number.isFinite(x) && Math.abs(x) < 2 ** 63 ? BigInt(Math.trunc(x)) : LEAST);
}

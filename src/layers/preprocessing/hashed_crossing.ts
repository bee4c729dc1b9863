/** @file `HashedCrossing`: what several features say together, spread over a fixed number of places by its hash. */
import { checkedOptions } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { dtypeInfo, type DType } from '../../core/dtype.js';
import { TypeError, ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import type { Spec, TensorLike } from '../../runtime/index.js';
import { KerasTensor, Tensor, toTensorOrTexts } from '../../runtime/index.js';
import { oneOf, ownerOf, positiveInteger } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { encodeCategories, encodedShape } from './encode_categories.js';
import { MOST_BUCKETS } from './hash/buckets.js';
import { crossBuckets } from './hash/crosses.js';

const MODES = ['int', 'one_hot'] as const;

/** Options of `new HashedCrossing(numBins, options)`. */
export interface HashedCrossingOptions extends LayerOptions {
  /** `'int'`: places; `'one_hot'`: a vector for each sample, with 1 at its place. Default `'int'`. */
  readonly outputMode?: (typeof MODES)[number];
  /** As in Keras on JAX, false only. */
  readonly sparse?: boolean;
}

/**
 * The place of each combination of features among `numBins`, by its hash: what a linear model needs to learn that two features together mean
 * more than each alone.
 *
 * Input: a list of two or more features, texts or whole numbers, all of shape (batch), (batch, 1) or (). Output: int64 of the same shape, or
 * (batch, numBins) in mode `'one_hot'`. The order of the features counts.
 *
 * @param numBins How many places there are.
 * @param options See {@link HashedCrossingOptions}.
 * @throws {ValueError} `numBins` is no positive whole number, or a mode that there is not. At a call: fewer than two features, of different
 *   shapes, or with more than one value for each sample.
 * @throws {TypeError} At a call: a feature of other numbers than whole ones.
 * @see `keras.layers.HashedCrossing`; the hash is that of `tf.sparse.cross_hashed`
 * @example
 * const layer = new layers.HashedCrossing(5);
 * layer([['A', 'B', 'A', 'B', 'A'], [101, 101, 101, 102, 102]]); // [1, 4, 1, 1, 3]
 */
export class HashedCrossing extends Layer {
  static readonly positional = ['num_bins'];
  /** Each feature is a tensor of its own. */
  protected override readonly allowNonTensorArguments = true;
  readonly numBins: number;
  readonly outputMode: (typeof MODES)[number];
  readonly sparse: boolean;

  constructor(numBins: number, options: HashedCrossingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { outputMode = 'int', sparse = false, dtype = null, ...rest } = options;
    super({ ...rest, dtype: dtype ?? (outputMode === 'int' ? 'int64' : null) });
    const owner = ownerOf(this);
    this.numBins = positiveInteger(owner, 'numBins', numBins);
    if (numBins > MOST_BUCKETS) throw new ValueError(`${owner}: numBins=${numBins}. Expected at most 2³⁶.`);
    this.outputMode = oneOf(owner, 'outputMode', outputMode, MODES);
    if (sparse) throw new ValueError(`${owner}: sparse=true is not supported (nor is it by Keras on JAX).`);
    this.sparse = sparse;
    this.convertsInputs = false;
    this.buildAtInit();
  }

  override call(inputs: readonly (TensorLike | string)[]): Tensor {
    const features = this.#features(inputs).map((x) =>
      x instanceof Tensor ? x : toTensorOrTexts(x as TensorLike, ownerOf(this)),
    );
    this.#check(features);
    const { outputMode, numBins: depth, computeDtype: dtype } = this;
    return encodeCategories(crossBuckets(features, depth, ownerOf(this)), { outputMode, depth, dtype });
  }

  /** @throws {ValueError} There are fewer than two. */
  #features(inputs: unknown): readonly unknown[] {
    if (!Array.isArray(inputs) || inputs.length < 2)
      throw new ValueError(
        `${ownerOf(this)}: got ${Array.isArray(inputs) ? `a list of ${inputs.length}` : describe(inputs)}. Expected a list of two or more features: layer([a, b]).`,
      );
    return inputs;
  }

  #check(features: readonly Spec[]): void {
    const owner = ownerOf(this);
    const [{ shape: first }] = features;
    const shapes = features.map(({ shape }) => formatShape(shape)).join(', ');
    if (first.length > 2 || (first.length === 2 && first[1] !== 1))
      throw new ValueError(
        `${owner}: got features of shapes ${shapes}. Expected one value for each sample: (batch), (batch, 1) or ().`,
      );
    if (features.some(({ shape }) => !agree(shape, first)))
      throw new ValueError(`${owner}: got features of shapes ${shapes}. Expected one shape for all.`);
    const bad = features.findIndex(({ dtype }) => !isToken(dtype));
    if (bad >= 0)
      throw new TypeError(
        `${owner}: feature ${bad} is of dtype ${features[bad].dtype}. Expected texts or whole numbers: cut numbers into ranges by Discretization first, or ` +
          `ops.cast(x, 'int32').`,
      );
  }

  override computeOutputShape(inputShape: readonly PartialShape[]): PartialShape {
    const shapes: unknown = inputShape;
    if (!Array.isArray(shapes) || shapes.length < 2 || !shapes.every(Array.isArray))
      throw new ValueError(
        `${ownerOf(this)}: got the shape ${describe(shapes)}. Expected a list of two or more shapes.`,
      );
    const [first] = inputShape;
    this.#check(inputShape.map((shape) => ({ shape, dtype: 'int64' })));
    return encodedShape(first, this.outputMode, this.numBins);
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    const features = this.#features(args[0]).map((x) =>
      x instanceof KerasTensor || x instanceof Tensor ? x : toTensorOrTexts(x as TensorLike, ownerOf(this)),
    );
    this.#check(features);
    return { shape: encodedShape(features[0].shape, this.outputMode, this.numBins), dtype: this.computeDtype };
  }

  override getConfig(): Config {
    const { numBins, outputMode, sparse, name, dtype } = this;
    return { num_bins: numBins, output_mode: outputMode, sparse, name, dtype };
  }
}

const isToken = (dtype: DType): boolean => ['int', 'uint', 'string'].includes(dtypeInfo(dtype).kind);

/** Whether two shapes may be one: open axes agree with all. */
const agree = (a: PartialShape, b: PartialShape): boolean =>
  a.length === b.length && a.every((dim, i) => dim === null || b[i] === null || dim === b[i]);

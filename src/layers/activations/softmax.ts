/** @file `Softmax`: scores as probabilities, with a mask for those that do not count. */
import { checkedOptions } from '../../core/arguments.js';
import { softmax } from '../../activations/index.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { axisOrAxes, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new Softmax(options)`. */
export interface SoftmaxLayerOptions extends LayerOptions {
  /** The axis, or the axes together, over which the outputs sum to 1. Default -1. */
  readonly axis?: number | readonly number[];
}

/**
 * eˣ / Σ eˣ. Called with a `mask` (true where a score counts; it broadcasts to the inputs), masked scores come out as 0.
 *
 * @param axis Along which the sum is taken, or several axes. Default −1. It may stand in the options.
 * @param options See {@link SoftmaxLayerOptions}.
 * @throws {ValueError} A mask that does not broadcast.
 * @see `keras.layers.Softmax`
 * @example
 * new layers.Softmax()([[1, 2]]) // [[0.26894143, 0.7310586]]
 */
export class Softmax extends Layer {
  protected override readonly takesOneTensor = true;
  static override readonly callDefaults: typeof Layer.callDefaults = { mask: null };
  readonly axis: number | readonly number[];

  constructor(axis: number | readonly number[], options?: SoftmaxLayerOptions);
  constructor(options?: SoftmaxLayerOptions);
  constructor(first?: SoftmaxLayerOptions | number | readonly number[], ..._more: unknown[]) {
    const options = checkedOptions<SoftmaxLayerOptions>(new.target, first, arguments, 0);
    const { axis = -1, ...rest } = options;
    super(rest);
    this.axis = axisOrAxes(ownerOf(this), axis);
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor, { mask = null }: { readonly mask?: Tensor | null } = {}): Tensor {
    if (mask === null) return this.#normalize(inputs);
    const offset = inputs.ndim - mask.ndim;
    if (offset < 0 || mask.shape.some((dim, i) => dim !== 1 && dim !== inputs.shape[i + offset])) {
      throw new ValueError(
        `${ownerOf(this)}: a mask of shape ${formatShape(mask.shape)} does not broadcast to inputs of shape ${formatShape(inputs.shape)}.`,
      );
    }
    const counts = mask.dtype === 'bool' ? mask : ops.greater(mask, ops.cast(0.5, mask.dtype));
    const low = inputs.dtype === 'float16' ? -3e4 : -1e9;
    const scores = ops.where(counts, inputs, ops.cast(low, inputs.dtype));
    const probabilities = this.#normalize(scores);
    return ops.where(counts, probabilities, ops.zerosLike(probabilities));
  }

  #normalize(scores: Tensor): Tensor {
    const { axis } = this;
    if (typeof axis === 'number' || axis.length === 1)
      return softmax(scores, { axis: typeof axis === 'number' ? axis : axis[0] });
    return ops.exp(ops.subtract(scores, ops.logsumexp(scores, { axis, keepdims: true })));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

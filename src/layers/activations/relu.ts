/** @file `ReLU`: the rectified linear unit as a layer. */
import { checkedOptions } from '../../core/arguments.js';
import { relu } from '../../activations/index.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';
import { nonNegative, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new ReLU(options)`. */
export interface ReLUOptions extends LayerOptions {
  /** Upper bound of the output. Default null: none. */
  readonly maxValue?: number | null;
  /** Slope below the threshold. Default 0. */
  readonly negativeSlope?: number;
  /** Where the identity starts. Default 0. */
  readonly threshold?: number;
}

/**
 * x from `threshold` up to `maxValue`, `negativeSlope` · (x − threshold) below.
 *
 * @param maxValue The greatest output. Default null: none. It may stand in the options.
 * @param options See {@link ReLUOptions}.
 * @throws {ValueError} A negative option.
 * @see `keras.layers.ReLU`
 * @example
 * new layers.ReLU({ maxValue: 1 })([[-1, 0.5, 2]]) // [[0, 0.5, 1]]
 */
export class ReLU extends Layer {
  protected override readonly takesOneTensor = true;
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(maxValue: number, options?: ReLUOptions);
  constructor(options?: ReLUOptions);
  constructor(first?: ReLUOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<ReLUOptions>(new.target, first, arguments, 0);
    const { maxValue = null, negativeSlope = 0, threshold = 0, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    if (maxValue !== null && !(maxValue >= 0))
      throw new ValueError(`${owner}: maxValue=${maxValue}. Expected a number from 0, or null.`);
    this.maxValue = maxValue;
    this.negativeSlope = nonNegative(owner, 'negativeSlope', negativeSlope);
    this.threshold = nonNegative(owner, 'threshold', threshold);
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    const { maxValue, negativeSlope, threshold } = this;
    return relu(inputs, { maxValue, negativeSlope, threshold });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      max_value: this.maxValue,
      negative_slope: this.negativeSlope,
      threshold: this.threshold,
    };
  }
}

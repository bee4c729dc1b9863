/** @file `Cropping1D`: cuts steps off at the edges. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf, pairPerDimension } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { allAxes, croppedShape } from './edges.js';

/** Options of `new Cropping1D(options)`. */
export interface Cropping1DOptions extends LayerOptions {
  /** Steps at the start and at the end: one number for both, or [start, end]. Default 1. */
  readonly cropping?: number | readonly [number, number] | readonly number[];
}

/**
 * Cuts steps off at both ends.
 *
 * Input (batch, steps, channels), output the same with shorter spatial axes.
 *
 * @param options See {@link LayerOptions}.
 * @param cropping How much is cut off at each end of each axis, in elements: one number, or one or two for each axis.
 * @throws {ValueError} Amounts that are no whole numbers from 0; an input of the wrong rank, or of which nothing would be left.
 * @see `keras.layers.Cropping1D`
 * @example
 * new Cropping1D({ cropping: 1 }) // or new Cropping1D(1)
 */
export class Cropping1D extends Layer {
  readonly cropping: readonly [number, number];

  constructor(first?: Cropping1DOptions | number | readonly number[], _options?: LayerOptions) {
    const { cropping = 1, ...rest } = checkedOptions<Cropping1DOptions>(new.target, first, arguments, 0);
    super(rest);
    const [pair] = pairPerDimension(ownerOf(this), 'cropping', [cropping], 1);
    this.cropping = pair;
    this.inputSpec = new InputSpec({ ndim: 3 });
  }

  override call(inputs: Tensor): Tensor {
    croppedShape(ownerOf(this), inputs.shape, [this.cropping], 'channels_last'); // refuses an input of which nothing would be left
    const ranges = allAxes([this.cropping], 'channels_last').map(([start, end], i) => ({
      start,
      stop: inputs.shape[i] - end,
    }));
    return ops.getItem(inputs, ranges);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return croppedShape(ownerOf(this), inputShape, [this.cropping], 'channels_last');
  }

  override getConfig(): Config {
    return { ...super.getConfig(), cropping: this.cropping };
  }
}

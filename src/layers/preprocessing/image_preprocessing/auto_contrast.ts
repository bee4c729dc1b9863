/** @file `AutoContrast`: spreads the values of images over their whole range. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type { ImagePreprocessingOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, intoRange } from './base_image_preprocessing_layer.js';
import type { Range } from './factors.js';
import { valueRangeOf } from './factors.js';

/** Options of layers that must know which values pixels take. */
export interface ColorOptions extends ImagePreprocessingOptions {
  /** The values of the darkest and the brightest pixels. Default [0, 255]. */
  readonly valueRange?: readonly number[];
}

const BYTE: Range = [0, 255];

/**
 * Spreads the values of each channel of each image linearly, so that its darkest pixel is as dark as can be and its brightest one as
 * bright, in training and outside of it. Channels of one value are left as they are.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats.
 *
 * @param options See {@link ColorOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `valueRange` is no range.
 * @see `keras.layers.AutoContrast`
 * @example
 * new layers.AutoContrast({ valueRange: [0, 1] })([[[0.25], [0.5], [0.75]]]) // [[[0], [0.5], [1]]]
 */
export class AutoContrast extends BaseImagePreprocessingLayer {
  readonly valueRange: Range;

  constructor(options: ColorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { valueRange = BYTE, ...rest } = options;
    super(rest);
    this.valueRange = valueRangeOf(ownerOf(this), valueRange);
  }

  override transformImages(given: Tensor, _transformation: unknown = null, _options: TransformOptions = {}): Tensor {
    const { computeDtype: dtype, valueRange } = this;
    const original = ops.cast(given, dtype);
    const images = intoRange(original, valueRange, BYTE, dtype);
    // Keras: axes 1 and 2 in both data formats; here rows and columns, so that with channels first each channel is spread by itself, too.
    const axis = [this.axes.height, this.axes.width];
    const low = ops.min(images, { axis, keepdims: true });
    const scale = ops.divide(255, ops.subtract(ops.max(images, { axis, keepdims: true }), low));
    const spread = ops.add(ops.multiply(images, scale), ops.multiply(ops.negative(low), scale));
    const results = intoRange(ops.clip(spread, 0, 255), BYTE, valueRange, dtype);
    return ops.where(ops.isnan(results), original, results);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), value_range: this.valueRange };
  }
}

/** @file `Equalization`: spreads the values of images so that all are about equally frequent. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf, positiveInteger } from '../../arguments.js';
import type { ColorOptions } from './auto_contrast.js';
import type { TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer } from './base_image_preprocessing_layer.js';
import type { Range } from './factors.js';
import { valueRangeOf } from './factors.js';

const BYTE: Range = [0, 255];

/** Options of `new Equalization(options)`. */
export interface EqualizationOptions extends ColorOptions {
  /** How many classes of values are counted. Default 256. */
  readonly bins?: number;
}

/**
 * Replaces values by how many pixels have smaller ones, while training, so that all values become about equally frequent. Values are
 * counted over the whole batch, for each channel, as in Keras.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats.
 *
 * @param options See {@link EqualizationOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `bins` is no positive whole number, or `valueRange` is no range.
 * @see `keras.layers.Equalization`
 * @example
 * new layers.Equalization()([[[100], [110], [120]]], { training: true }) // [[[0], [128], [255]]]
 */
export class Equalization extends BaseImagePreprocessingLayer {
  readonly bins: number;
  readonly valueRange: Range;

  constructor(options: EqualizationOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { valueRange = BYTE, bins = 256, ...rest } = options;
    super(rest);
    this.bins = positiveInteger(ownerOf(this), 'bins', bins);
    this.valueRange = valueRangeOf(ownerOf(this), valueRange);
  }

  override transformImages(
    given: Tensor,
    _transformation: unknown,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training) return given;
    const { computeDtype: dtype, valueRange } = this;
    const images = scaled(ops.cast(given, dtype), valueRange, BYTE);
    const axis = this.axes.channel + images.ndim;
    const { channels } = this.sizesOf(images);
    const equalized = ops.split(images, channels, { axis }).map((channel) => this.#equalized(channel));
    return ops.cast(scaled(ops.concatenate(equalized, { axis }), BYTE, valueRange), dtype);
  }

  #equalized(channel: Tensor): Tensor {
    const last = this.bins - 1;
    const floats = ops.cast(channel, 'float32');
    const places = ops.reshape(ops.clip(ops.cast(ops.divide(ops.multiply(floats, last), 255), 'int32'), 0, last), [-1]);
    const counts = ops.segmentSum(ops.onesLike(places), places, { numSegments: this.bins });
    const below = ops.cast(ops.cumsum(counts), 'float32');
    // The first count that is not 0: how many pixels have the smallest value.
    const least = ops.take(below, ops.argmax(ops.greater(below, 0)));
    const total = ops.subtract(ops.max(below), least);
    const divisor = ops.where(ops.equal(total, 0), ops.onesLike(total), total);
    const table = ops.clip(ops.round(ops.divide(ops.multiply(ops.subtract(below, least), 255), divisor)), 0, 255);
    const position = ops.multiply(ops.divide(channel, 255), last);
    const replaced = ops.take(table, ops.cast(ops.clip(position, 0, last), 'int32'));
    const hasOneValue = ops.lessEqual(ops.countNonzero(counts), 1);
    return ops.where(hasOneValue, channel, ops.cast(replaced, channel.dtype));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), bins: this.bins, value_range: this.valueRange };
  }
}

/** Values in one range brought into another, in Keras's order of work: where values fall between bins depends on how they are rounded. */
function scaled(x: Tensor, [low, high]: Range, [targetLow, targetHigh]: Range): Tensor {
  const scale = (targetHigh - targetLow) / (high - low);
  return ops.add(ops.multiply(x, scale), targetLow - low * scale);
}

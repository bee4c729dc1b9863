/** @file `MaxNumBoundingBoxes`: brings boxes to one number an image. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf, positiveInteger } from '../../arguments.js';
import type { ImagePreprocessingOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer } from './base_image_preprocessing_layer.js';
import type { BoundingBoxes } from './boxes.js';

/** Options of `new MaxNumBoundingBoxes(maxNumber, options)`. */
export interface MaxNumBoundingBoxesOptions extends ImagePreprocessingOptions {
  /** What the boxes and labels that are missing consist of. Default −1. */
  readonly fillValue?: number;
}

/**
 * Gives every image the same number of boxes: those beyond are cut off, missing ones filled up. Images, labels and masks stay as they are.
 *
 * @param maxNumber How many boxes an image has afterwards.
 * @param options See {@link MaxNumBoundingBoxesOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `maxNumber` is no positive whole number.
 * @see `keras.layers.MaxNumBoundingBoxes`
 * @example
 * const fixed = new layers.MaxNumBoundingBoxes(3, { boundingBoxFormat: 'xyxy' });
 * const boundingBoxes = { boxes: [[[0, 0, 4, 4]]], labels: [[1]] };
 * fixed({ images: ops.ones([1, 8, 8, 3]), boundingBoxes }).boundingBoxes.labels // [[1, -1, -1]]
 */
export class MaxNumBoundingBoxes extends BaseImagePreprocessingLayer {
  static readonly positional = ['max_number'];
  readonly maxNumber: number;
  readonly fillValue: number;

  constructor(maxNumber: number, options: MaxNumBoundingBoxesOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { fillValue = -1, ...rest } = options;
    super(rest);
    this.maxNumber = positiveInteger(ownerOf(this), 'maxNumber', maxNumber);
    this.fillValue = Math.trunc(fillValue);
  }

  override transformImages(images: Tensor, _transformation: unknown = null, _options: TransformOptions = {}): Tensor {
    return images;
  }

  override transformBoundingBoxes(
    given: BoundingBoxes,
    _transformation: unknown = null,
    _options: TransformOptions = {},
  ): BoundingBoxes {
    const { boxes, labels } = given;
    return { boxes: this.#fixed(boxes), labels: this.#fixed(labels) };
  }

  #fixed(x: Tensor): Tensor {
    const [batch, count, ...others] = x.shape;
    const missing = Math.max(0, this.maxNumber - count);
    const kept = missing > 0 ? x : ops.slice(x, x.shape.map(() => 0), [batch, this.maxNumber, ...others]); // prettier-ignore
    const padWidth = x.shape.map((_, axis) => [0, axis === 1 ? missing : 0]);
    return missing === 0 ? kept : ops.pad(kept, padWidth, { constantValues: this.fillValue });
  }

  override getConfig(): Config {
    // Keras: the fill value is not saved; here it is where it is not the default.
    const { maxNumber, fillValue } = this;
    return { ...super.getConfig(), max_number: maxNumber, ...(fillValue === -1 ? {} : { fill_value: fillValue }) };
  }
}

/** @file The base of the layers that read pixels at other places: images between pixels, masks at the nearest. */
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import type { TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer } from './base_image_preprocessing_layer.js';

/** Base of layers that move pixels as was drawn, and change none. */
export abstract class BaseMovingLayer<T> extends BaseImagePreprocessingLayer<T> {
  abstract readonly interpolation: 'nearest' | 'bilinear';

  /** The pixels at their new places. */
  protected abstract moved(images: Tensor, transformation: T, interpolation: 'nearest' | 'bilinear'): Tensor;

  override transformImages(
    images: Tensor,
    transformation: T | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    return training && transformation !== null ? this.moved(floats, transformation, this.interpolation) : floats;
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: T | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    return training && transformation !== null ? this.moved(masks, transformation, 'nearest') : masks;
  }
}

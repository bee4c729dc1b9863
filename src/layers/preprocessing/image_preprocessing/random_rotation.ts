/** @file `RandomRotation`: turns images. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type { AffineMap, SampledImageOptions } from './base_affine_layer.js';
import { BaseAffineLayer } from './base_affine_layer.js';
import type {
  ImageData,
  ImageSizes,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import { affineTransform, clipToImageSize } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';
import type { Factor, Range } from './factors.js';
import { factorRange } from './factors.js';

/** What `RandomRotation` draws. */
export interface Rotation {
  /** Degrees, (batch,). */
  readonly angle: Tensor;
  readonly sizes: ImageSizes;
}

/**
 * Turns each image about its middle by a random angle while training. Masks and boxes turn with it; a box becomes the upright one around
 * its turned corners.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. Masks keep their dtype. With the
 * same seed the angles are those of Keras on JAX.
 *
 * @param factor Between which parts of a full turn is drawn: [−f, f] for a number f, or [least, greatest], in [−1, 1]. Positive is
 *   counter-clockwise.
 * @param options See {@link SampledImageOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds, or an unknown mode or interpolation.
 * @see `keras.layers.RandomRotation`
 * @example
 * const rotation = new layers.RandomRotation(0.1, { seed: 1 });
 * rotation(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class RandomRotation extends BaseAffineLayer<Rotation> {
  static readonly positional = ['factor'];
  readonly factor: Range;

  constructor(factor: Factor, options: SampledImageOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    this.factor = factorRange(ownerOf(this), 'factor', factor, { bounds: [-1, 1] });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Rotation | null {
    if (!training) return null;
    const sizes = this.sizesOf(imagesOf(data));
    const [least, greatest] = this.factor;
    return { angle: this.draw([sizes.batch], [least * 360, greatest * 360], seed ?? this.generator), sizes };
  }

  protected override mapsOf({ angle }: Rotation, { height, width }: ImageSizes): AffineMap {
    const radians = ops.multiply(angle, Math.PI / 180);
    const [cosine, sine] = [ops.cos(radians), ops.sin(radians)];
    const [x, y] = [(width - 1) / 2, (height - 1) / 2];
    const shift = (center: number, byX: Tensor, byY: Tensor): Tensor =>
      ops.subtract(ops.subtract(center, ops.multiply(x, byX)), ops.multiply(y, byY));
    const left = ops.negative(sine);
    return [cosine, left, shift(x, cosine, left), sine, cosine, shift(y, sine, cosine)];
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: Rotation | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    // Keras 3.15.1 takes boxes of all formats for `'xyxy'`; here they are converted first.
    if (!training || transformation === null) return boxes;
    const { angle, sizes } = transformation;
    const { height, width } = sizes;
    const pixels = this.boxesTo('xyxy', boxes, height, width);
    const turned = affineTransform(pixels, angle, 0, 0, 1, 0, 0, height, width);
    return this.boxesFrom('xyxy', clipToImageSize(turned, { height, width }), height, width);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      factor: this.factor,
      fill_mode: this.fillMode,
      fill_value: this.fillValue,
      interpolation: this.interpolation,
      seed: this.seed,
    };
  }
}

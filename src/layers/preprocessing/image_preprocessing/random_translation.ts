/** @file `RandomTranslation`: shifts images. */
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
import { clipToImageSize, pad } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';
import type { Factor, Range } from './factors.js';
import { bothWays, factorRange } from './factors.js';

/** What `RandomTranslation` draws. */
export interface Translation {
  /** By how many pixels each image is shifted, downwards and to the right: (batch,). */
  readonly down: Tensor;
  readonly right: Tensor;
  readonly sizes: ImageSizes;
}

/**
 * Shifts each image by random distances while training. Masks and boxes are shifted with it.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. Masks keep their dtype. With the
 * same seed the distances are those of Keras on JAX.
 *
 * @param heightFactor Between which parts of the height is drawn: [−f, f] for a number f, or [least, greatest], in [−1, 1]. Positive is
 *   down.
 * @param widthFactor The same for the width. Positive is to the right.
 * @param options See {@link SampledImageOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A factor is out of bounds, or an unknown mode or interpolation.
 * @see `keras.layers.RandomTranslation`
 * @example
 * const translation = new layers.RandomTranslation(0.1, 0.1, { seed: 1 });
 * translation(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class RandomTranslation extends BaseAffineLayer<Translation> {
  static readonly positional = ['height_factor', 'width_factor'];
  readonly heightFactor: Factor;
  readonly widthFactor: Factor;
  readonly #down: Range;
  readonly #right: Range;

  constructor(heightFactor: Factor, widthFactor: Factor, options: SampledImageOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    super(options);
    const rule = { bounds: [-1, 1], fromNumber: bothWays } as const;
    this.heightFactor = heightFactor;
    this.#down = factorRange(ownerOf(this), 'heightFactor', heightFactor, rule);
    this.widthFactor = widthFactor;
    this.#right = factorRange(ownerOf(this), 'widthFactor', widthFactor, rule);
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Translation | null {
    if (!training) return null;
    const sizes = this.sizesOf(imagesOf(data));
    const drawn = (range: Range, size: number): Tensor =>
      ops.multiply(this.draw([sizes.batch], range, seed ?? this.generator), size);
    return { down: drawn(this.#down, sizes.height), right: drawn(this.#right, sizes.width), sizes };
  }

  protected override mapsOf({ down, right }: Translation, _sizes: ImageSizes): AffineMap {
    const [one, none] = [ops.onesLike(down), ops.zerosLike(down)];
    return [one, none, ops.negative(right), none, one, ops.negative(down)];
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: Translation | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training || transformation === null) return boxes;
    const { height, width } = transformation.sizes;
    const [down, right] = [transformation.down, transformation.right].map((x) => ops.reshape(x, [-1, 1, 1]));
    const shifted = pad(this.boxesTo('xyxy', boxes, height, width), down, right);
    return this.boxesFrom('xyxy', clipToImageSize(shifted, { height, width }), height, width);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      height_factor: this.heightFactor,
      width_factor: this.widthFactor,
      fill_mode: this.fillMode,
      interpolation: this.interpolation,
      seed: this.seed,
      fill_value: this.fillValue,
    };
  }
}

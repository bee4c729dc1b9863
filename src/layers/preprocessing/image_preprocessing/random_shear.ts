/** @file `RandomShear`: slants images. */
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
import { clipToImageSize } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';
import type { Factor, Range } from './factors.js';
import { bothWays, factorRange } from './factors.js';

/** Options of `new RandomShear(options)`. */
export interface RandomShearOptions extends SampledImageOptions {
  /** By how many columns a row is shifted against the one above: between [−f, f] for a number f, or [least, greatest], in [0, 1]. Default 0. */
  readonly xFactor?: Factor;
  /** By how many rows a column is shifted against the one at its left: as `xFactor`. Default 0. */
  readonly yFactor?: Factor;
}

/** What `RandomShear` draws. */
export interface Shear {
  /** (batch, 1). */
  readonly shearX: Tensor;
  /** (batch, 1). */
  readonly shearY: Tensor;
  readonly sizes: ImageSizes;
}

/**
 * Slants each image at random while training, by both factors in the same direction or both in the other. Masks and boxes are slanted with
 * it, boxes as fractions of the image, as in Keras.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. Masks keep their dtype. With the
 * same seed the shears are those of Keras on JAX.
 *
 * @param options See {@link RandomShearOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} A factor is out of bounds, or an unknown mode or interpolation.
 * @see `keras.layers.RandomShear`
 * @example
 * const shear = new layers.RandomShear({ xFactor: 0.2, seed: 1 });
 * shear(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class RandomShear extends BaseAffineLayer<Shear> {
  readonly xFactor: Range;
  readonly yFactor: Range;

  constructor(options: RandomShearOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { xFactor = 0, yFactor = 0, ...rest } = options;
    super(rest);
    // What a number stands for is saved, and may be loaded: [−f, f].
    const rule = { bounds: [0, 1], fromNumber: bothWays } as const;
    this.xFactor = symmetric(xFactor) ?? factorRange(ownerOf(this), 'xFactor', xFactor, rule);
    this.yFactor = symmetric(yFactor) ?? factorRange(ownerOf(this), 'yFactor', yFactor, rule);
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Shear | null {
    if (!training) return null;
    const sizes = this.sizesOf(imagesOf(data));
    const generator = seed ?? this.generator;
    const drawn = (range: Range): Tensor => this.draw([sizes.batch, 1], range, generator, this.computeDtype);
    const coin = drawn([0, 1]);
    const sign = ops.where(ops.greater(coin, 0.5), ops.negative(ops.onesLike(coin)), ops.onesLike(coin));
    const shearY = ops.multiply(drawn(this.yFactor), sign);
    return { shearX: ops.multiply(drawn(this.xFactor), sign), shearY, sizes };
  }

  protected override mapsOf({ shearX, shearY }: Shear, _sizes: ImageSizes): AffineMap {
    const [x, y] = [shearX, shearY].map((shear) => ops.cast(ops.reshape(shear, [-1]), 'float32'));
    const [one, none] = [ops.onesLike(x), ops.zerosLike(x)];
    return [one, x, none, y, one, none];
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: Shear | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training || transformation === null) return boxes;
    const { height, width } = transformation.sizes;
    const relative = this.boxesTo('rel_xyxy', boxes, height, width);
    const [shearX, shearY] = [transformation.shearX, transformation.shearY].map((shear) =>
      ops.reshape(ops.cast(shear, relative.boxes.dtype), [-1, 1, 1]),
    );
    const [x1, y1, x2, y2] = ops.split(relative.boxes, 4, { axis: -1 });
    const slanted = (x: Tensor, shear: Tensor, along: Tensor): Tensor => ops.subtract(x, ops.multiply(shear, along));
    const isLeft = ops.less(shearX, 0);
    const left = ops.where(isLeft, slanted(x1, shearX, y1), slanted(x1, shearX, y2));
    const right = ops.where(isLeft, slanted(x2, shearX, y2), slanted(x2, shearX, y1));
    const isUp = ops.greater(shearY, 0);
    const top = ops.where(isUp, slanted(y1, shearY, right), slanted(y1, shearY, left));
    const bottom = ops.where(isUp, slanted(y2, shearY, left), slanted(y2, shearY, right));
    const moved = { ...relative, boxes: ops.concatenate([left, top, right, bottom], { axis: -1 }) };
    return this.boxesFrom('rel_xyxy', clipToImageSize(moved, { boundingBoxFormat: 'rel_xyxy' }), height, width);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      x_factor: this.xFactor,
      y_factor: this.yFactor,
      fill_mode: this.fillMode,
      interpolation: this.interpolation,
      seed: this.seed,
      fill_value: this.fillValue,
    };
  }
}

/** [−f, f] as configs hold it for a number f in [0, 1]. (Keras refuses it, and so cannot load the layers that it saved.) */
function symmetric(factor: Factor): Range | null {
  if (typeof factor === 'number' || factor.length !== 2) return null;
  const [least, greatest] = factor;
  return least === -greatest && greatest >= 0 && greatest <= 1 ? [least, greatest] : null;
}

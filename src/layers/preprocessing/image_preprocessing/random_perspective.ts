/** @file `RandomPerspective`: shows images from other sides. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import { homography } from '../../../ops/image/transforms.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import { fraction, oneOf, ownerOf } from '../../arguments.js';
import type {
  ImageData,
  ImageSizes,
  RandomImageOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { imagesOf } from './base_image_preprocessing_layer.js';
import { BaseMovingLayer } from './base_moving_layer.js';
import { clipToImageSize } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';
import type { Factor, Range } from './factors.js';
import { factorRange } from './factors.js';

/** Options of `new RandomPerspective(options)`. */
export interface RandomPerspectiveOptions extends RandomImageOptions {
  /** Between which numbers the probability is drawn: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 1. */
  readonly factor?: Factor;
  /** How far corners are moved, in [0, 1]: by up to half of this part of their distance from the first pixel. Default 1. */
  readonly scale?: number;
  /** How values between pixels are found. Default `'bilinear'`. Masks are always read with `'nearest'`. */
  readonly interpolation?: 'nearest' | 'bilinear';
  /** What stands beyond the borders. Default 0. */
  readonly fillValue?: number;
}

/** What `RandomPerspective` draws. */
export interface Perspective {
  /** Bool, (batch,). */
  readonly applyPerspective: Tensor;
  /** The corners of the images: (batch, 4, 2), x and y in pixels. */
  readonly startPoints: Tensor;
  /** Where they come to lie. */
  readonly endPoints: Tensor;
  readonly sizes: ImageSizes;
}

/**
 * Shows some images from another side while training: their corners are moved at random. Masks and boxes move with them.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. Masks keep their dtype. With the
 * same seed the corners are those of Keras on JAX. (Boxes of images that stay as they are stay too, as in Keras's master.)
 *
 * @param options See {@link RandomPerspectiveOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` or `scale` is out of bounds, or an unknown interpolation.
 * @see `keras.layers.RandomPerspective`
 * @example
 * const perspective = new layers.RandomPerspective({ scale: 0.3, seed: 1 });
 * perspective(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class RandomPerspective extends BaseMovingLayer<Perspective> {
  readonly factor: Range;
  readonly scale: number;
  readonly fillValue: number;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: RandomPerspectiveOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { factor = 1, scale = 1, interpolation = 'bilinear', fillValue = 0, seed = null, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    this.factor = factorRange(owner, 'factor', factor, { bounds: [0, 1] });
    this.scale = fraction(owner, 'scale', scale);
    this.fillValue = fillValue;
    this.interpolation = oneOf(owner, 'interpolation', interpolation, ['nearest', 'bilinear']);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Perspective | null {
    if (!training) return null;
    const sizes = this.sizesOf(imagesOf(data));
    const { batch } = sizes;
    const generator = seed ?? this.generator;
    const dtype = this.computeDtype;
    const applyPerspective = this.drawChoice(batch, this.factor, generator);
    const part = this.draw([batch, 4, 2], [-0.5 * this.scale, 0.5 * this.scale], generator, dtype);
    const [right, bottom] = [sizes.width - 1, sizes.height - 1];
    const corners = tensor([0, 0, right, 0, 0, bottom, right, bottom], [1, 4, 2], dtype);
    const startPoints = ops.tile(corners, [batch, 1, 1]);
    const moved = ops.add(startPoints, ops.multiply(startPoints, part));
    const endPoints = ops.where(ops.reshape(applyPerspective, [-1, 1, 1]), moved, startPoints);
    return { applyPerspective, startPoints, endPoints, sizes };
  }

  protected override moved(images: Tensor, transformation: Perspective, interpolation: 'nearest' | 'bilinear'): Tensor {
    const { applyPerspective, startPoints, endPoints } = transformation;
    const { fillValue, dataFormat } = this;
    const options = { interpolation, fillValue, dataFormat };
    const moved = ops.image.perspectiveTransform(images, startPoints, endPoints, options);
    return ops.where(ops.reshape(applyPerspective, [-1, 1, 1, 1]), moved, images);
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: Perspective | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training || transformation === null) return boxes;
    const { startPoints, endPoints, sizes } = transformation;
    const { batch, height, width } = sizes;
    const pixels = this.boxesTo('xyxy', boxes, height, width);
    const numbers = ops.concatenate([homography(...floats(startPoints, endPoints)), ops.ones([batch, 1])], { axis: 1 });
    const forward = ops.inv(ops.reshape(numbers, [batch, 3, 3]));
    const [x1, y1, x2, y2] = ops.split(pixels.boxes, 4, { axis: -1 });
    const corners = [
      [x1, y1],
      [x2, y2],
      [x1, y2],
      [x2, y1],
    ].map(([x, y]) => {
      const places = ops.concatenate([x, y, ops.onesLike(x)], { axis: -1 });
      const [u, v, depth] = ops.split(ops.matmul(places, ops.swapaxes(forward, -1, -2)), 3, { axis: -1 });
      return [ops.divide(u, depth), ops.divide(v, depth)];
    });
    const [xs, ys] = [0, 1].map((i) => ops.concatenate(corners.map((corner) => corner[i]), { axis: -1 })); // prettier-ignore
    const extrema = [ops.amin, ops.amax].flatMap((extreme) =>
      [xs, ys].map((each) => extreme(each, { axis: -1, keepdims: true })),
    );
    const moved = { ...pixels, boxes: ops.concatenate(extrema, { axis: -1 }) };
    return this.boxesFrom('xyxy', clipToImageSize(moved, { height, width }), height, width);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      factor: this.factor,
      scale: this.scale,
      interpolation: this.interpolation,
      fill_value: this.fillValue,
      seed: this.seed,
    };
  }
}

const floats = (start: Tensor, end: Tensor): [Tensor, Tensor] => [ops.cast(start, 'float32'), ops.cast(end, 'float32')];

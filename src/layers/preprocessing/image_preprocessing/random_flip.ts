/** @file `RandomFlip`: mirrors images. */
import { checkedOptions } from '../../../core/arguments.js';
import type { Config } from '../../../core/serialization.js';
import type { Shape } from '../../../core/shape.js';
import * as ops from '../../../ops/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { oneOf, ownerOf } from '../../arguments.js';
import type {
  ImageData,
  RandomImageOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import { clipToImageSize } from './bounding_boxes/index.js';
import type { BoundingBoxes } from './boxes.js';

const MODES = ['horizontal', 'vertical', 'horizontal_and_vertical'] as const;

/** Options of `new RandomFlip(options)`. */
export interface RandomFlipOptions extends RandomImageOptions {
  /** `'horizontal'` (left and right), `'vertical'` (top and bottom) or, the default, `'horizontal_and_vertical'`: both at once. */
  readonly mode?: (typeof MODES)[number];
}

/** What `RandomFlip` draws. */
export interface Flips {
  /** Whether each image is flipped: bool, one an image. */
  readonly flips: Tensor;
  readonly inputShape: Shape;
}

/**
 * Mirrors each image with probability ½ while training. Masks and boxes are mirrored with it.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. Masks keep their dtype. With the
 * same seed the same images are mirrored as in Keras on JAX.
 *
 * @param options See {@link RandomFlipOptions}. `mode` may stand alone: `new RandomFlip('horizontal')`.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} An unknown mode.
 * @see `keras.layers.RandomFlip`
 * @example
 * const flip = new layers.RandomFlip('horizontal', { seed: 1 });
 * flip(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class RandomFlip extends BaseImagePreprocessingLayer<Flips> {
  protected override convertsInputs = false;
  readonly seed: number | null;
  readonly generator: SeedGenerator;
  readonly mode: (typeof MODES)[number];

  constructor(mode: (typeof MODES)[number], options?: RandomFlipOptions);
  constructor(options?: RandomFlipOptions);
  constructor(first?: RandomFlipOptions | string, ..._more: unknown[]) {
    const {
      mode = 'horizontal_and_vertical',
      seed = null,
      ...rest
    } = checkedOptions<RandomFlipOptions>(new.target, first, arguments, 0);
    super(rest);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
    this.mode = oneOf(ownerOf(this), 'mode', mode, MODES);
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Flips | null {
    if (!training) return null;
    const images = imagesOf(data);
    const drawn = this.draw(this.shapePerImage(images), [0, 1], seed ?? this.generator);
    return { flips: ops.lessEqual(drawn, 0.5), inputShape: images.shape };
  }

  override transformImages(
    images: Tensor,
    transformation: Flips | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    return training ? this.#flipped(floats, transformation) : floats;
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Flips | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    // Keras 3.15.1 gives masks in floats; here, as in its master, they keep their dtype.
    return training ? this.#flipped(masks, transformation) : masks;
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: Flips | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training || transformation === null) return boxes;
    const [height, width] = [this.axes.height, this.axes.width].map((axis) => transformation.inputShape.at(axis)!);
    const relative = this.boxesTo('rel_xyxy', boxes, height, width);
    const flips = ops.reshape(transformation.flips, [-1, 1, 1]);
    const mirror = (x: Tensor): Tensor => ops.subtract(1, x);
    const [x1, y1, x2, y2] = ops.split(relative.boxes, 4, { axis: -1 });
    const [left, right] = this.mode === 'vertical' ? [x1, x2] : [mirror(x2), mirror(x1)];
    const [top, bottom] = this.mode === 'horizontal' ? [y1, y2] : [mirror(y2), mirror(y1)];
    const mirrored = ops.concatenate([left, top, right, bottom], { axis: -1 });
    const flipped = { ...relative, boxes: ops.where(flips, mirrored, relative.boxes) };
    // Keras takes these fractions for pixels when it clips them: boxes may reach beyond the right and the bottom edge.
    const clipped = clipToImageSize(flipped, { height, width });
    return this.boxesFrom('rel_xyxy', clipped, height, width);
  }

  #flipped(images: Tensor, transformation: Flips | null): Tensor {
    if (transformation === null) return images;
    const { height, width } = this.axes;
    const axes = [...(this.mode === 'vertical' ? [] : [width]), ...(this.mode === 'horizontal' ? [] : [height])];
    return ops.where(transformation.flips, ops.flip(images, { axis: axes }), images);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), seed: this.seed, mode: this.mode };
  }
}

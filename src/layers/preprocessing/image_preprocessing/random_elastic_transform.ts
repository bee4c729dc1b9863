/** @file `RandomElasticTransform`: moves pixels by smooth noise. */
import { checkedOptions } from '../../../core/arguments.js';
import { NotImplementedError } from '../../../core/errors.js';
import type { Config } from '../../../core/serialization.js';
import { range } from '../../../core/shape.js';
import type { PixelSpace } from '../../../ops/image/sampling.js';
import { sampleImages } from '../../../ops/image/sampling.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { tensor } from '../../../runtime/index.js';
import { oneOf, ownerOf } from '../../arguments.js';
import type { ImageData, RandomTransformationOptions, TransformOptions } from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import type { BoundingBoxes } from './boxes.js';
import type { Factor, Range } from './factors.js';
import { factorRange, valueRangeOf } from './factors.js';
import type { RandomColorOptions } from './base_random_color_layer.js';

const FILL_MODES = ['constant', 'nearest', 'wrap', 'mirror', 'reflect'] as const;

/** Options of `new RandomElasticTransform(options)`. */
export interface RandomElasticTransformOptions extends RandomColorOptions {
  /** Between which numbers the probability is drawn: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 1. */
  readonly factor?: Factor;
  /** Between which numbers the strength is drawn: [0, f] for a number f, or [least, greatest], in [0, 1]. Default 1. */
  readonly scale?: Factor;
  /** How values between pixels are found. Default `'bilinear'`. Masks are always read with `'nearest'`. */
  readonly interpolation?: 'nearest' | 'bilinear';
  /** What stands beyond the borders. Default `'reflect'`. */
  readonly fillMode?: (typeof FILL_MODES)[number];
  /** What stands beyond the borders with `fillMode: 'constant'`. Default 0. */
  readonly fillValue?: number;
}

/** What `RandomElasticTransform` draws. */
export interface Elastic {
  /** Bool, (batch,). */
  readonly applyTransform: Tensor;
  /** How far each pixel is moved, to the right and down, in pixels: (batch, rows, columns). */
  readonly shift: Tensor;
}

/**
 * Moves the pixels of some images by smooth noise while training, as if they were printed on rubber. Masks move with them.
 *
 * Input (batch, rows, columns, channels) or one image, of any dtype; output of the same shape, in floats. Masks keep their dtype. With the
 * same seed the noise is that of Keras on JAX. (Keras draws other noise for masks than for their images; here it is the same.)
 *
 * @param options See {@link RandomElasticTransformOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` or `scale` is out of bounds, `valueRange` is no range, or an unknown mode or interpolation.
 * @throws {NotImplementedError} There are boxes.
 * @see `keras.layers.RandomElasticTransform`
 * @example
 * const elastic = new layers.RandomElasticTransform({ scale: 0.5, seed: 1 });
 * elastic(ops.ones([2, 32, 32, 3]), { training: true }).shape // [2, 32, 32, 3]
 */
export class RandomElasticTransform extends BaseImagePreprocessingLayer<Elastic> {
  readonly factor: Range;
  readonly scale: Range;
  readonly interpolation: 'nearest' | 'bilinear';
  readonly fillMode: (typeof FILL_MODES)[number];
  readonly fillValue: number;
  readonly valueRange: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: RandomElasticTransformOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      factor = 1,
      scale = 1,
      interpolation = 'bilinear',
      fillMode = 'reflect',
      fillValue = 0,
      valueRange = [0, 255],
      seed = null,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    this.factor = factorRange(owner, 'factor', factor, { bounds: [0, 1] });
    this.scale = factorRange(owner, 'scale', scale, { bounds: [0, 1] });
    this.interpolation = oneOf(owner, 'interpolation', interpolation, ['nearest', 'bilinear']);
    this.fillMode = oneOf(owner, 'fillMode', fillMode, FILL_MODES);
    this.fillValue = fillValue;
    this.valueRange = valueRangeOf(owner, valueRange);
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): Elastic | null {
    if (!training || this.scale[1] === 0 || this.factor[1] === 0) return null;
    const { batch, height, width } = this.sizesOf(imagesOf(data));
    const generator = seed ?? this.generator;
    const dtype = this.computeDtype;
    const applyTransform = this.drawChoice(batch, this.factor, generator);
    const strength = this.draw([], this.scale, generator, dtype);
    const [shortest, longest] = [Math.min(height, width), Math.max(height, width)];
    const sigma = ops.multiply(shortest, ops.multiply(strength, SIGMA));
    const noise = ops.multiply(random.normal([batch, height, width], { dtype, seed: generator }), sigma);
    const smooth = blurred(noise, sigma, Math.trunc(3 * shortest * SIGMA * this.scale[1]));
    const far = ops.multiply(longest, ops.multiply(strength, ALPHA));
    return { applyTransform, shift: ops.multiply(far, smooth) };
  }

  override transformImages(
    images: Tensor,
    transformation: Elastic | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    if (!training || transformation === null) return floats;
    return ops.clip(this.#moved(floats, transformation, this.interpolation), ...this.valueRange);
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Elastic | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return masks;
    this.generator.next(); // Keras draws once more for the masks: the stream goes on as there
    return this.#moved(masks, transformation, 'nearest');
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    _transformation: Elastic | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training) return boxes;
    throw new NotImplementedError(
      `${ownerOf(this)}: boxes cannot be moved by smooth noise, in Keras neither. Leave 'boundingBoxes' out, or use segmentation masks.`,
    );
  }

  #moved(images: Tensor, { applyTransform, shift }: Elastic, interpolation: 'nearest' | 'bilinear'): Tensor {
    const { height: row, width: column, channel } = this.axes;
    const axes = { row: row + 4, column: column + 4, channel: channel + 4 };
    const shape = images.shape.map((size, d) => (d === axes.channel ? 1 : size));
    const distance = ops.reshape(ops.cast(shift, 'float32'), shape);
    const sampling = {
      order: interpolation === 'nearest' ? 0 : 1,
      fillMode: this.fillMode,
      fillValue: this.fillValue,
    } as const;
    const place = ({ along, spread }: PixelSpace): { row: Tensor; column: Tensor } => {
      const by = spread(distance);
      return { row: ops.add(along(axes.row), by), column: ops.add(along(axes.column), by) };
    };
    const moved = sampleImages(images, axes, 'float32', place, sampling);
    return ops.where(ops.reshape(applyTransform, [-1, 1, 1, 1]), moved, images);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      factor: this.factor,
      scale: this.scale,
      interpolation: this.interpolation,
      fill_mode: this.fillMode,
      fill_value: this.fillValue,
      value_range: this.valueRange,
      seed: this.seed,
    };
  }
}

/** Strength 1 moves pixels by noise of this part of the longer side, smoothed over this part of the shorter one. */
const [ALPHA, SIGMA] = [0.1, 0.05];

/**
 * Noise (batch, rows, columns) under a Gaussian filter that ends ⌊3σ⌋ pixels from its middle. How wide it is depends on what was drawn:
 * there are places for the widest one, of which those too far away have no weight.
 *
 * @param most The greatest ⌊3σ⌋ that may be drawn.
 */
function blurred(noise: Tensor, sigma: Tensor, most: number): Tensor {
  const places = tensor(range(2 * most + 1).map((i) => i - most), null, noise.dtype); // prettier-ignore
  const scaled = ops.divide(places, sigma);
  const bell = ops.exp(ops.multiply(-0.5, ops.square(scaled)));
  const reach = ops.floor(ops.divide(ops.floor(ops.multiply(6, sigma)), 2));
  const weights = ops.where(ops.lessEqual(ops.abs(places), reach), bell, ops.zerosLike(bell));
  const kernel = ops.divide(weights, ops.sum(weights));
  const size = 2 * most + 1;
  const along = (x: Tensor, shape: readonly number[]): Tensor =>
    ops.conv(x, ops.reshape(kernel, [...shape, 1, 1]), { strides: 1, padding: 'same', dataFormat: 'channels_last' });
  return ops.squeeze(along(along(ops.expandDims(noise, -1), [1, size]), [size, 1]), { axis: -1 });
}

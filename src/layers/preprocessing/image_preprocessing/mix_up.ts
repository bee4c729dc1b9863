/** @file `MixUp`: blends each image with another one, and its label too. */
import { checkedOptions } from '../../../core/arguments.js';
import { quote } from '../../../core/describe.js';
import { isFloat } from '../../../core/dtype.js';
import { ValueError } from '../../../core/errors.js';
import type { Config } from '../../../core/serialization.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';
import { ownerOf } from '../../arguments.js';
import type {
  ImageData,
  RandomImageOptions,
  RandomTransformationOptions,
  TransformOptions,
} from './base_image_preprocessing_layer.js';
import { BaseImagePreprocessingLayer, imagesOf } from './base_image_preprocessing_layer.js';
import type { BoundingBoxes } from './boxes.js';

/** Options of `new MixUp(options)`. */
export interface MixUpOptions extends RandomImageOptions {
  /** Both parameters of the beta distribution from which the weight of an image is drawn. Above 0. Default 0.2. */
  readonly alpha?: number;
}

/** What `MixUp` draws. */
export interface Blend {
  /** How much of each image stays: (batch,). */
  readonly mixWeight: Tensor;
  /** With which image each one is blended: int32, (batch,). */
  readonly permutationOrder: Tensor;
}

/**
 * Blends each image with another one of the batch while training: w · x + (1 − w) · other. Labels and masks are blended with the same
 * weights; an image gets the boxes of both.
 *
 * Input a batch of images, of any dtype, in a dict with `labels`: floats of shape (batch, classes). Output of the same shapes, in floats.
 * With the same seed the numbers are those of Keras on JAX. (In Keras 3.15.1 masks come out in a wrong shape, and so do the labels of
 * boxes; here both are as the images are.)
 *
 * @param options See {@link MixUpOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `alpha` is not above 0.
 * @see `keras.layers.MixUp`; Zhang et al. 2017, "mixup: Beyond Empirical Risk Minimization"
 * @example
 * const mix = new layers.MixUp({ alpha: 0.4, seed: 1 });
 * const labels = ops.oneHot([0, 1, 2, 3], 4);
 * mix({ images: ops.ones([4, 8, 8, 3]), labels }, { training: true }).labels.shape // [4, 4]
 */
export class MixUp extends BaseImagePreprocessingLayer<Blend> {
  readonly alpha: number;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: MixUpOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { alpha = 0.2, seed = null, ...rest } = options;
    super(rest);
    if (!(alpha > 0)) throw new ValueError(`${ownerOf(this)}: alpha=${quote(alpha)}. Expected a number above 0.`);
    this.alpha = alpha;
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training: _training = true, seed = null }: RandomTransformationOptions = {},
  ): Blend {
    const { batch } = this.sizesOf(imagesOf(data));
    const generator = seed ?? this.generator;
    const permutationOrder = random.shuffle(ops.arange(batch, null, { dtype: 'int32' }), { seed: generator });
    return { mixWeight: random.beta([batch], this.alpha, this.alpha, { seed: generator }), permutationOrder };
  }

  override transformImages(
    images: Tensor,
    transformation: Blend | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return images;
    return blended(ops.cast(images, this.computeDtype), transformation);
  }

  override transformLabels(
    labels: Tensor,
    transformation: Blend | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    return training && transformation !== null ? blended(labels, transformation) : labels;
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Blend | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    return training && transformation !== null ? blended(masks, transformation) : masks;
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    transformation: Blend | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training || transformation === null) return boxes;
    const both = (x: Tensor): Tensor =>
      ops.concatenate([x, ops.take(x, transformation.permutationOrder, { axis: 0 })], { axis: 1 });
    return { boxes: both(boxes.boxes), labels: both(boxes.labels) };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), alpha: this.alpha, seed: this.seed };
  }
}

/** w · x + (1 − w) · other, in floats. */
function blended(given: Tensor, { mixWeight, permutationOrder }: Blend): Tensor {
  const x = isFloat(given.dtype) ? given : ops.cast(given, mixWeight.dtype);
  const weight = ops.cast(ops.reshape(mixWeight, [-1, ...given.shape.slice(1).map(() => 1)]), x.dtype);
  const other = ops.take(x, permutationOrder, { axis: 0 });
  return ops.add(ops.multiply(weight, x), ops.multiply(ops.subtract(1, weight), other));
}

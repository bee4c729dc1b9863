/** @file `CutMix`: pastes a part of another image into each image, and mixes the labels. */
import { checkedOptions } from '../../../core/arguments.js';
import { NotImplementedError } from '../../../core/errors.js';
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
import type { Factor, Range } from './factors.js';
import { factorRange } from './factors.js';
import { drawStretch, insideOf } from './rectangles.js';

/** Options of `new CutMix(options)`. */
export interface CutMixOptions extends RandomImageOptions {
  /** Between which numbers both parameters of the beta distribution are drawn that says how much is pasted: [0, f] for a number f. In [0, 1]. Default 1. */
  readonly factor?: Factor;
}

/** What `CutMix` draws. */
export interface CutAndPaste {
  /** From which image each image gets its part: int32, (batch,). */
  readonly permutationOrder: Tensor;
  /** Bool, which pixels are pasted, in a shape that spreads over the images. */
  readonly batchMasks: Tensor;
  /** How much of each image is its own: (batch, 1, 1, 1). */
  readonly mixWeight: Tensor;
}

/**
 * Pastes a random rectangle of another image of the batch into each image while training. Labels are mixed by areas; masks are pasted as
 * images are. A single image stays as it is.
 *
 * Input a batch of images, of any dtype, in a dict with `labels`: floats of shape (batch, classes). Output of the same shapes, images in
 * floats. Masks keep their dtype. With the same seed the numbers are those of Keras on JAX.
 *
 * @param options See {@link CutMixOptions}.
 * @returns The layer. Called on images, or on a dict that holds them ({@link ImagesAndTargets}), it gives the same with other numbers.
 * @throws {ValueError} `factor` is out of bounds.
 * @throws {NotImplementedError} There are boxes.
 * @see `keras.layers.CutMix`; Yun et al. 2019, "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features"
 * @example
 * const mix = new layers.CutMix({ seed: 1 });
 * const labels = ops.oneHot([0, 1, 2, 3], 4);
 * mix({ images: ops.ones([4, 8, 8, 3]), labels }, { training: true }).labels.shape // [4, 4]
 */
export class CutMix extends BaseImagePreprocessingLayer<CutAndPaste> {
  readonly factor: Range;
  readonly seed: number | null;
  readonly generator: SeedGenerator;

  constructor(options: CutMixOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { factor = 1, seed = null, ...rest } = options;
    super(rest);
    this.factor = factorRange(ownerOf(this), 'factor', factor, { bounds: [0, 1] });
    this.seed = seed;
    this.generator = new SeedGenerator({ seed });
  }

  override getRandomTransformation(
    data: ImageData,
    { training = true, seed = null }: RandomTransformationOptions = {},
  ): CutAndPaste | null {
    const images = imagesOf(data);
    if (!training || images.ndim === 3) return null;
    const { batch, height, width } = this.sizesOf(images);
    const generator = seed ?? this.generator;
    const dtype = this.computeDtype;
    const alpha = ops.add(this.draw([], this.factor, generator, dtype), 1e-6);
    const weight = random.beta([batch], alpha, alpha, { seed: generator, dtype });
    const part = ops.sqrt(ops.subtract(1, weight));
    const columns = drawStretch(width, part, generator, dtype);
    const rows = drawStretch(height, part, generator, dtype);
    const batchMasks = insideOf({ columns, rows }, [height, width], this.dataFormat === 'channels_first', dtype);
    const area = ops.multiply(ops.subtract(columns.to, columns.from), ops.subtract(rows.to, rows.from));
    const mixWeight = ops.reshape(ops.subtract(1, ops.divide(area, width * height)), [-1, 1, 1, 1]);
    const order = ops.arange(batch, null, { dtype: 'int32' });
    return { permutationOrder: random.shuffle(order, { seed: generator }), batchMasks, mixWeight };
  }

  override transformImages(
    images: Tensor,
    transformation: CutAndPaste | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    const floats = ops.cast(images, this.computeDtype);
    return training && transformation !== null ? pasted(floats, transformation) : floats;
  }

  override transformLabels(
    labels: Tensor,
    transformation: CutAndPaste | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    if (!training || transformation === null) return labels;
    const weight = ops.reshape(transformation.mixWeight, [-1, 1]);
    const others = ops.take(labels, transformation.permutationOrder, { axis: 0 });
    return ops.add(ops.multiply(weight, labels), ops.multiply(ops.subtract(1, weight), others));
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: CutAndPaste | null,
    { training = true }: TransformOptions = {},
  ): Tensor {
    // Keras 3.15.1 gives masks in floats; here, as in its master, they keep their dtype.
    return training && transformation !== null ? pasted(masks, transformation) : masks;
  }

  override transformBoundingBoxes(
    boxes: BoundingBoxes,
    _transformation: CutAndPaste | null,
    { training = true }: TransformOptions = {},
  ): BoundingBoxes {
    if (!training) return boxes;
    throw new NotImplementedError(
      `${ownerOf(this)}: boxes cannot be pasted, in Keras neither. Leave 'boundingBoxes' out, or use MixUp, which keeps both images' boxes.`,
    );
  }

  override getConfig(): Config {
    return { ...super.getConfig(), factor: this.factor, seed: this.seed };
  }
}

const pasted = (images: Tensor, { permutationOrder, batchMasks }: CutAndPaste): Tensor =>
  ops.where(batchMasks, ops.take(images, permutationOrder, { axis: 0 }), images);

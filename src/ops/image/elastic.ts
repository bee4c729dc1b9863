/** @file Images on rubber: every pixel is moved by smooth noise. */
import type { DataFormat } from '../../core/config.js';
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import * as lax from '../../graph/lax.js';
import { normalOf } from '../../random/bits.js';
import type { Seed } from '../../random/seed_generator.js';
import { drawSeed } from '../../random/seed_generator.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTypeFor } from '../common.js';
import { imageBatch } from './common.js';
import { blurred } from './filters.js';
import type { FillMode, PixelSpace, SampleInterpolation } from './sampling.js';
import { checkedFillMode, orderOf, sampleImages } from './sampling.js';

/** Options of `elasticTransform`. */
export interface ElasticTransformOptions {
  /** How far pixels are moved: a factor of the smooth noise. Default 20. */
  readonly alpha?: number;
  /** Standard deviation of the noise and of the filter that makes it smooth, in pixels. Default 5. */
  readonly sigma?: number;
  /** Default `'bilinear'`. */
  readonly interpolation?: SampleInterpolation;
  /** What stands beyond the borders. Default `'reflect'`. */
  readonly fillMode?: FillMode;
  /** The value beyond the borders with `fillMode: 'constant'`. Default 0. */
  readonly fillValue?: number;
  /** A whole number, a SeedGenerator, or null (the default): the process's generator. */
  readonly seed?: Seed;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * Images whose pixels are moved by smooth noise, as if they were printed on rubber. As in Keras on JAX a pixel moves as far to the right
 * as down: both noises are drawn with one seed.
 *
 * @param images Shape (batch, rows, columns, channels), or without the batch, or with channels first. Any dtype; integers are rounded.
 * @param options See {@link ElasticTransformOptions}.
 * @returns Shape and dtype of `images`.
 * @throws {ValueError} A wrong rank, a `sigma` that is not above 0, an unknown interpolation or mode, or a `seed` that is none.
 * @see `keras.ops.image.elastic_transform`; Simard, Steinkraus & Platt 2003, "Best practices for convolutional neural networks"
 * @example
 * ops.image.elasticTransform(ops.ones([2, 8, 8, 3]), { alpha: 10, sigma: 2, seed: 1 }).shape // [2, 8, 8, 3]
 */
export const elasticTransform = op(
  'elastic_transform',
  (
    images: TensorLike,
    {
      alpha = 20,
      sigma = 5,
      interpolation = 'bilinear',
      fillMode = 'reflect',
      fillValue = 0,
      seed,
      dataFormat,
    }: ElasticTransformOptions = {},
  ): Tensor => {
    const name = 'elastic_transform';
    const order = orderOf(name, interpolation);
    checkedFillMode(name, fillMode);
    if (!(sigma > 0)) throw new ValueError(`${name}: sigma ${describe(sigma)}. Expected a number of pixels above 0.`);
    const { images: batch, axes, restored } = imageBatch(name, toTensor(images, null, name), dataFormat);
    const { row, column, channel } = axes;
    const dtype = floatTypeFor(batch.dtype);
    const size = Math.trunc(6 * sigma) | 1;
    const plane = [batch.shape[0], batch.shape[row], batch.shape[column]];
    const noise = normalOf(drawSeed(seed, name), plane, dtype);
    const smooth = blurred(
      lax.mul(noise, lax.fullLike(noise, sigma)),
      [2, 1],
      [size, size],
      lax.convert(toTensor([sigma, sigma]), dtype),
    );
    const shape = batch.shape.map((n, d) => (d === channel ? 1 : n));
    const shift = lax.reshape(lax.convert(smooth, dtype === 'float64' ? dtype : 'float32'), shape);
    const place = ({ along, spread }: PixelSpace): { row: Tensor; column: Tensor } => {
      const far = spread(lax.mul(lax.fullLike(shift, alpha), shift));
      return { row: lax.add(along(row), far), column: lax.add(along(column), far) };
    };
    return restored(sampleImages(batch, axes, shift.dtype, place, { order, fillMode, fillValue }));
  },
);

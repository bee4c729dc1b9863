/** @file Images scaled and moved by any factors: every axis is resampled by a product with weights that are computed. */
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, normalizeAxis, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { floatTensor, promote } from '../common.js';
import { sliceAxis } from '../numpy/shape.js';

/** How pixels are weighted by their distance. */
export type ScaleMethod =
  'linear' | 'bilinear' | 'trilinear' | 'cubic' | 'bicubic' | 'tricubic' | 'lanczos3' | 'lanczos5';

const constant = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);
const times = (x: Tensor, factor: number): Tensor => lax.mul(x, constant(x, factor));
const plus = (x: Tensor, term: number): Tensor => lax.add(x, constant(x, term));
const beyond = (x: Tensor, bound: number): Tensor => lax.ge(x, constant(x, bound));

const triangle = (x: Tensor): Tensor => lax.max(constant(x, 0), lax.sub(constant(x, 1), x));
/** Keys's cubic with a = −1/2. */
function cubic(x: Tensor): Tensor {
  const near = plus(lax.mul(lax.mul(plus(times(x, 1.5), -2.5), x), x), 1);
  const far = plus(lax.mul(plus(lax.mul(plus(times(x, -0.5), 2.5), x), -4), x), 2);
  return lax.select(beyond(x, 2), constant(x, 0), lax.select(beyond(x, 1), far, near));
}
const lanczos =
  (radius: number) =>
  (x: Tensor): Tensor => {
    const tiny = lax.le(x, constant(x, 1e-3));
    const waves = lax.mul(times(lax.sin(times(x, Math.PI)), radius), lax.sin(times(x, Math.PI / radius)));
    const square = times(lax.mul(x, x), Math.PI ** 2);
    const window = lax.div(waves, lax.select(tiny, constant(x, 1), square));
    const value = lax.select(tiny, constant(x, 1), window);
    return lax.select(lax.gt(x, constant(x, radius)), constant(x, 0), value);
  };

/** The weight of a pixel at distance x ≥ 0. */
const KERNELS: Readonly<Record<ScaleMethod, (x: Tensor) => Tensor>> = {
  linear: triangle,
  bilinear: triangle,
  trilinear: triangle,
  cubic,
  bicubic: cubic,
  tricubic: cubic,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** Weights (input, output) of an axis; `scale` and `translation` are scalars. Columns add up to 1, or are 0 beyond the borders. */
function weightsOf(
  from: number,
  to: number,
  scale: Tensor,
  translation: Tensor,
  kernel: (x: Tensor) => Tensor,
  antialias: boolean,
): Tensor {
  const inverse = lax.div(constant(scale, 1), scale);
  const line = (x: Tensor): Tensor => lax.broadcastTo(x, [to]);
  const square = (x: Tensor): Tensor => lax.broadcastInDim(x, [from, to], [1]);
  const centers = plus(lax.iota(scale.applier, scale.dtype, [to], 0), 0.5);
  const sample = plus(lax.sub(lax.mul(centers, line(inverse)), line(lax.mul(translation, inverse))), -0.5);
  const distance = lax.abs(lax.sub(square(sample), lax.iota(scale.applier, scale.dtype, [from, to], 0)));
  const width = antialias ? lax.max(inverse, constant(inverse, 1)) : constant(inverse, 1);
  const raw = kernel(lax.div(distance, lax.broadcastTo(width, distance.shape)));
  const total = lax.reduceSum(raw, [0]);
  const within = lax.and(lax.ge(sample, constant(sample, -0.5)), lax.le(sample, constant(sample, from - 0.5)));
  // Where all weights cancel out there is nothing to be divided.
  const used = lax.and(within, lax.gt(lax.abs(total), constant(total, 1000 * 2 ** -23)));
  const divisor = lax.select(lax.ne(total, constant(total, 0)), total, constant(total, 1));
  return lax.select(square(used), lax.div(raw, square(divisor)), lax.zerosLike(raw));
}

/** Options of `scaleAndTranslate`. */
export interface ScaleAndTranslateOptions {
  /** Whether to average over more pixels where sizes shrink. Default true. */
  readonly antialias?: boolean;
}
/**
 * Images scaled and moved: along each of the axes a pixel's place x comes to lie at x · scale + translation, where the middle of the
 * first pixel lies at 0.5. Places whose origin lies beyond the borders are 0.
 *
 * @param images Any shape. Integers are taken as `floatx`.
 * @param outputShape The sizes of all axes of the result.
 * @param scale Shape (n): a factor for each of the n axes.
 * @param translation Shape (n), in pixels of the result.
 * @param spatialDims The n axes.
 * @param method `'linear'`, `'cubic'` (also with `bi` and `tri` before them), `'lanczos3'` or `'lanczos5'`.
 * @param options See {@link ScaleAndTranslateOptions}.
 * @returns A float tensor of `outputShape`.
 * @throws {ValueError} An unknown method, or sizes, factors and axes that do not fit one another.
 * @see `keras.ops.image.scale_and_translate`
 * @example
 * ops.image.scaleAndTranslate([[1, 3]], [1, 4], [2], [0], [1], 'linear') // [[1, 1.5, 2.5, 3]]
 */
export const scaleAndTranslate = op(
  'scale_and_translate',
  (
    images: TensorLike,
    outputShape: readonly number[],
    scale: TensorLike,
    translation: TensorLike,
    spatialDims: readonly number[],
    method: ScaleMethod,
    { antialias = true }: ScaleAndTranslateOptions = {},
  ): Tensor => {
    const name = 'scale_and_translate';
    if (!Object.hasOwn(KERNELS, method))
      throw new ValueError(
        `${name}: method ${describe(method)} is unknown. Expected ${Object.keys(KERNELS)
          .map((k) => `'${k}'`)
          .join(', ')}.`,
      );
    const t = floatTensor(images, name);
    if (outputShape.length !== t.ndim)
      throw new ValueError(
        `${name}: an outputShape of ${outputShape.length} sizes for images of shape ${formatShape(t.shape)}. Expected ${t.ndim}.`,
      );
    const axes = spatialDims.map((d) => normalizeAxis(d, t.ndim, name));
    const [factors, shifts] = promote(name, [floatTensor(scale, name), floatTensor(translation, name)]);
    for (const [what, x] of Object.entries({ scale: factors, translation: shifts }))
      if (x.ndim !== 1 || x.shape[0] !== axes.length)
        throw new ValueError(
          `${name}: a ${what} of shape ${formatShape(x.shape)} for ${axes.length} spatialDims. Expected (${axes.length}).`,
        );
    outputShape.forEach((size, d) => {
      if (!axes.includes(d) && size !== t.shape[d])
        throw new ValueError(
          `${name}: axis ${d} has size ${t.shape[d]}, and ${size} in outputShape, but is not among the spatialDims [${spatialDims.join()}].`,
        );
    });
    return axes.reduce((x, axis, i) => {
      const number = (of: Tensor): Tensor => lax.reshape(sliceAxis(of, 0, i, i + 1), []);
      const weights = weightsOf(
        x.shape[axis],
        outputShape[axis],
        number(factors),
        number(shifts),
        KERNELS[method],
        antialias,
      );
      const product = lax.dotGeneral(x, lax.convert(weights, x.dtype), {
        lhsBatch: [],
        rhsBatch: [],
        lhsContract: [axis],
        rhsContract: [0],
      });
      return lax.transpose(
        product,
        range(x.ndim).map((d) => (d < axis ? d : d === axis ? x.ndim - 1 : d - 1)),
      );
    }, t);
  },
);

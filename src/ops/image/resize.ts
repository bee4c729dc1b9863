/** @file Resizing of images: every output row and column is a weighted sum of input ones. */
import { describe } from '../../core/describe.js';
import type { DataFormat } from '../../core/config.js';
import { isFloat, isInteger } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { saturateCast } from '../core.js';
import { round } from '../numpy/elementwise.js';
import { sliceAxis, takeRows } from '../numpy/shape.js';
import { imageAxes } from './common.js';

/** How pixels are computed from their neighbours. */
export type Interpolation = 'bilinear' | 'nearest' | 'lanczos3' | 'lanczos5' | 'bicubic';

const lanczos =
  (radius: number) =>
  (x: number): number => {
    if (x > radius) return 0;
    return x > 1e-3 ? (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2 : 1;
  };
/** The weight of a pixel at distance x ≥ 0. The cubic is Keys's with a = −1/2. */
const KERNELS: Readonly<Record<Exclude<Interpolation, 'nearest'>, (x: number) => number>> = {
  bilinear: (x) => Math.max(0, 1 - x),
  bicubic: (x) => (x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** Row-major (input size, output size) weights; columns add up to 1. Pixels are squares whose centres are sampled. */
function weightMatrix(from: number, to: number, kernel: (x: number) => number, antialias: boolean): number[] {
  // In float32, as Keras computes them: whole numbers then round to the same side.
  const f = Math.fround;
  const inverse = f(1 / f(to / from));
  const width = antialias ? Math.max(inverse, 1) : 1;
  const matrix = new Array<number>(from * to).fill(0);
  for (let o = 0; o < to; o++) {
    const center = f(f((o + 0.5) * inverse) - 0.5);
    const weights = range(from).map((i) => f(kernel(f(f(Math.abs(center - i)) / width))));
    const total = weights.reduce((a, b) => f(a + b), 0);
    if (Math.abs(total) <= 1000 * 1.1920929e-7) continue;
    weights.forEach((w, i) => (matrix[i * to + o] = f(w / total)));
  }
  return matrix;
}

/** One axis resampled. */
function resample(x: Tensor, axis: number, to: number, interpolation: Interpolation, antialias: boolean): Tensor {
  const from = x.shape[axis];
  if (from === to) return x;
  if (interpolation === 'nearest') {
    const places = range(to).map((o) => Math.floor(Math.fround(Math.fround((o + 0.5) * from) / to)));
    return takeRows(x, toTensor(places, 'int32'), axis);
  }
  const weights = lax.reshape(toTensor(weightMatrix(from, to, KERNELS[interpolation], antialias), x.dtype), [from, to]);
  const product = lax.dotGeneral(x, weights, { lhsBatch: [], rhsBatch: [], lhsContract: [axis], rhsContract: [0] });
  const last = x.ndim - 1;
  return lax.transpose(
    product,
    range(x.ndim).map((d) => (d < axis ? d : d === axis ? last : d - 1)),
  );
}

/** Options of `image.resize`. */
export interface ResizeOptions {
  /** Default `'bilinear'`. */
  readonly interpolation?: Interpolation;
  /** Whether to average over more pixels when sizes shrink. Default false. */
  readonly antialias?: boolean;
  /** Cut the image to the wanted proportions first. Default false. */
  readonly cropToAspectRatio?: boolean;
  /** Pad the image to the wanted proportions first. Default false. */
  readonly padToAspectRatio?: boolean;
  /** How to pad: only `'constant'`. */
  readonly fillMode?: 'constant';
  /** Value of the padding. Default 0. */
  readonly fillValue?: number;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}
/**
 * Images of another size.
 *
 * @param images (batch, rows, columns, channels) or without the batch, or with channels first.
 * @param size [rows, columns] of the result.
 * @param options See {@link ResizeOptions}.
 * @returns Of the dtype of `images`; integers are rounded and kept in their range.
 * @throws {ValueError} An unknown interpolation, a size of other than two numbers, a wrong rank.
 * @see `keras.ops.image.resize`
 * @example
 * ops.image.resize([[[0], [4]]], [1, 4]) // [[[0], [1], [3], [4]]]
 */
export const resize = op(
  'resize',
  (
    images: TensorLike,
    size: readonly number[],
    {
      interpolation = 'bilinear',
      antialias = false,
      cropToAspectRatio = false,
      padToAspectRatio = false,
      fillMode = 'constant',
      fillValue = 0,
      dataFormat,
    }: ResizeOptions = {},
  ): Tensor => {
    if (interpolation !== 'nearest' && !Object.hasOwn(KERNELS, interpolation)) {
      throw new ValueError(
        `resize: unknown interpolation '${interpolation}'. Expected 'nearest', ${Object.keys(KERNELS)
          .map((k) => `'${k}'`)
          .join(', ')}.`,
      );
    }
    if (fillMode !== 'constant')
      throw new ValueError(`resize: fillMode ${describe(fillMode)}. Only 'constant' exists.`);
    if (cropToAspectRatio && padToAspectRatio)
      throw new ValueError('resize: only one of cropToAspectRatio and padToAspectRatio can be true.');
    if (size.length !== 2) throw new ValueError(`resize: a size of ${size.length} numbers. Expected [rows, columns].`);
    const given = toTensor(images, null, 'resize');
    const { row, column } = imageAxes('resize', given, dataFormat);
    const [targetRows, targetColumns] = size;
    const [rows, columns] = [given.shape[row], given.shape[column]];
    const wanted = [
      Math.trunc((columns * targetRows) / targetColumns),
      Math.trunc((rows * targetColumns) / targetRows),
    ];
    let source = given;
    if (cropToAspectRatio) {
      const height = Math.max(Math.min(rows, wanted[0]), 1);
      const width = Math.max(Math.min(columns, wanted[1]), 1);
      const [top, left] = [Math.trunc((rows - height) / 2), Math.trunc((columns - width) / 2)];
      source = sliceAxis(sliceAxis(source, row, top, top + height), column, left, left + width);
    } else if (padToAspectRatio) {
      const top = Math.trunc((Math.max(rows, wanted[0]) - rows) / 2);
      const left = top > 0 ? 0 : Math.trunc((Math.max(columns, wanted[1]) - columns) / 2);
      const around = range(source.ndim).map((d) => (d === row ? top : d === column ? left : 0));
      source = lax.pad(source, { low: around, high: around, interior: around.map(() => 0), value: fillValue });
    }
    const compute = interpolation === 'nearest' ? source : floatTensor(source, 'resize');
    const resized = [row, column].reduce((x, axis, i) => resample(x, axis, size[i], interpolation, antialias), compute);
    if (resized.dtype === given.dtype || isFloat(given.dtype)) return lax.convert(resized, given.dtype);
    return saturateCast(isInteger(given.dtype) ? round(resized) : resized, given.dtype);
  },
);

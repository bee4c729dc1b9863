/** @file Images seen through another frame: affine and perspective maps. */
import type { DataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, range, sameShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { isTracing, op, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { solve } from '../linalg/index.js';
import { sliceAxis, stack } from '../numpy/shape.js';
import type { ImageAxes } from './common.js';
import { imageBatch } from './common.js';
import type { FillMode, PixelSpace, SampleInterpolation, Sampling } from './sampling.js';
import { checkedFillMode, orderOf, sampleImages } from './sampling.js';

/** The numbers of a batch's columns, each of shape (batch, 1, 1, 1), to be repeated over the pixels. */
function columnsOf(x: Tensor): Tensor[] {
  return range(x.shape[1]).map((i) => lax.reshape(sliceAxis(x, 1, i, i + 1), [x.shape[0], 1, 1, 1]));
}

/** @throws {ValueError} The maps are neither one nor as many as the images. */
function requireFit(name: string, images: Tensor, what: string, count: number): void {
  if (count !== 1 && count !== images.shape[0])
    throw new ValueError(
      `${name}: ${count} ${what} for ${images.shape[0]} images. Expected one, or as many as there are images.`,
    );
}

/** x · a + y · b + …, and a shift: of numbers along axes and factors that are repeated over the pixels. */
function linear(
  { spread }: PixelSpace,
  terms: readonly (readonly [x: Tensor, factor: Tensor])[],
  shift: Tensor,
): Tensor {
  const products = terms.map(([x, factor]) => lax.mul(x, spread(factor)));
  return lax.add(
    products.reduce((a, b) => lax.add(a, b)),
    spread(shift),
  );
}

/** Options of `affineTransform`. */
export interface AffineTransformOptions {
  /** Default `'bilinear'`. */
  readonly interpolation?: SampleInterpolation;
  /** What stands beyond the borders. Default `'constant'`: `fillValue`. */
  readonly fillMode?: FillMode;
  /** The value beyond the borders with `fillMode: 'constant'`. Default 0. */
  readonly fillValue?: number;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * Images under affine maps: the pixel (x, y) of the result is read at (a0·x + a1·y + a2, b0·x + b1·y + b2) of the image.
 *
 * @param images Shape (batch, rows, columns, channels), or without the batch, or with channels first. Any dtype; integers are rounded.
 * @param transform Shape (batch, 8) or (8), one for all: [a0, a1, a2, b0, b1, b2, c0, c1], in pixels. c0 and c1 are 0 for a map of the
 *   plane; as in Keras on JAX they move channel k by k·c0 rows and k·c1 columns.
 * @param options See {@link AffineTransformOptions}.
 * @returns Shape and dtype of `images`.
 * @throws {ValueError} A wrong rank, other than 8 numbers, a number of maps that fits no batch, an unknown interpolation or mode.
 * @see `keras.ops.image.affine_transform`
 * @example
 * ops.image.affineTransform([[[1], [2], [3]]], [1, 0, 1, 0, 1, 0, 0, 0]) // [[[2], [3], [0]]], moved by one to the left
 */
export const affineTransform = op(
  'affine_transform',
  (
    images: TensorLike,
    transform: TensorLike,
    { interpolation = 'bilinear', fillMode = 'constant', fillValue = 0, dataFormat }: AffineTransformOptions = {},
  ): Tensor => {
    const order = orderOf('affine_transform', interpolation);
    checkedFillMode('affine_transform', fillMode);
    const {
      images: batch,
      axes,
      restored,
    } = imageBatch('affine_transform', toTensor(images, null, 'affine_transform'), dataFormat);
    const given = floatTensor(transform, 'affine_transform');
    if ((given.ndim !== 1 && given.ndim !== 2) || given.shape[given.ndim - 1] !== 8)
      throw new ValueError(
        `affine_transform: a transform of shape ${formatShape(given.shape)}. Expected (8) or (batch, 8).`,
      );
    const maps = lax.reshape(given, [given.size / 8, 8]);
    requireFit('affine_transform', batch, 'transforms', maps.shape[0]);
    // A map of the plane, as nearly all are: its channels lie together. In a program the numbers are not known.
    const { data } = isTracing() ? { data: null } : maps.ndarray;
    const isPlane = data?.every((value, i) => i % 8 < 6 || value === 0) ?? false;
    const columns = columnsOf(maps).slice(0, isPlane ? 6 : 8);
    return restored(affineImages(batch, axes, columns, { order, fillMode, fillValue }));
  },
);

/**
 * A batch of images under affine maps.
 *
 * @param map a0, a1, a2, b0, b1, b2 of shape (batch or 1, 1, 1, 1), and c0 and c1 where channels are to be moved: without them pixels are
 *   fetched whole, which is faster.
 */
export function affineImages(images: Tensor, axes: ImageAxes, map: readonly Tensor[], sampling: Sampling): Tensor {
  const [a0, a1, a2, b0, b1, b2, ...c] = map;
  const place = (space: PixelSpace): { row: Tensor; column: Tensor } => {
    const [x, y] = [space.along(axes.column), space.along(axes.row)];
    const byChannel = c.map((factor) => [space.along(axes.channel), factor] as const);
    return {
      row: linear(space, [[y, b1], [x, b0], ...byChannel.slice(0, 1)], b2),
      column: linear(space, [[y, a1], [x, a0], ...byChannel.slice(1)], a2),
    };
  };
  return sampleImages(images, axes, a0.dtype, place, sampling, c.length > 0);
}

/** Options of `perspectiveTransform`. */
export interface PerspectiveTransformOptions {
  /** Default `'bilinear'`. */
  readonly interpolation?: SampleInterpolation;
  /** The value beyond the borders. Default 0. */
  readonly fillValue?: number;
  /** Where the channels are. Default null: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
}

/** The eight numbers of the projective maps that take end points to start points: float32, shape (batch, 8). */
export function homography(start: Tensor, end: Tensor): Tensor {
  const [startX, startY] = [0, 1].map((i) => lax.reshape(sliceAxis(start, 2, i, i + 1), start.shape.slice(0, 2)));
  const [endX, endY] = [0, 1].map((i) => lax.reshape(sliceAxis(end, 2, i, i + 1), end.shape.slice(0, 2)));
  const [none, one] = [lax.zerosLike(endX), lax.fullLike(endX, 1)];
  const product = (x: Tensor, y: Tensor): Tensor => lax.neg(lax.mul(x, y));
  const rowsX = [endX, endY, one, none, none, none, product(startX, endX), product(startX, endY)];
  const rowsY = [none, none, none, endX, endY, one, product(startY, endX), product(startY, endY)];
  const matrix = lax.concatenate([stack(rowsX, { axis: -1 }), stack(rowsY, { axis: -1 })], 1);
  const target = lax.concatenate([startX, startY], 1);
  return lax.reshape(solve(matrix, lax.reshape(target, [...target.shape, 1])), target.shape);
}

/**
 * Images in perspective: what lies at the start points comes to lie at the end points.
 *
 * @param images Shape (batch, rows, columns, channels), or without the batch, or with channels first. Any dtype; integers are rounded.
 * @param startPoints Shape (batch, 4, 2) or (4, 2), one for all: (x, y) of four corners, in pixels.
 * @param endPoints Shape of `startPoints`: where the corners come to lie.
 * @param options See {@link PerspectiveTransformOptions}.
 * @returns Shape and dtype of `images`. Where three of the end points lie on one line no map exists: NaN, or any pixels.
 * @throws {ValueError} A wrong rank, points of another shape, a number of maps that fits no batch, or an unknown interpolation.
 * @see `keras.ops.image.perspective_transform`
 * @example
 * const corners = [[0, 0], [2, 0], [0, 2], [2, 2]];
 * ops.image.perspectiveTransform(ops.ones([3, 3, 1]), corners, [[0, 0], [2, 0], [0, 1], [2, 1]]).shape // [3, 3, 1]
 */
export const perspectiveTransform = op(
  'perspective_transform',
  (
    images: TensorLike,
    startPoints: TensorLike,
    endPoints: TensorLike,
    { interpolation = 'bilinear', fillValue = 0, dataFormat }: PerspectiveTransformOptions = {},
  ): Tensor => {
    const name = 'perspective_transform';
    const order = orderOf(name, interpolation);
    const { images: batch, axes, restored } = imageBatch(name, toTensor(images, null, name), dataFormat);
    const [start, end] = [startPoints, endPoints].map((points, i) => {
      const t = toTensor(points, null, name);
      if ((t.ndim !== 2 && t.ndim !== 3) || !sameShape(t.shape.slice(-2), [4, 2]))
        throw new ValueError(
          `${name}: ${i === 0 ? 'startPoints' : 'endPoints'} of shape ${formatShape(t.shape)}. Expected (4, 2) or (batch, 4, 2).`,
        );
      return lax.convert(lax.reshape(t, [t.size / 8, 4, 2]), 'float32');
    });
    if (start.shape[0] !== end.shape[0])
      throw new ValueError(`${name}: ${start.shape[0]} startPoints and ${end.shape[0]} endPoints. Expected as many.`);
    requireFit(name, batch, 'sets of points', start.shape[0]);
    const [h0, h1, h2, h3, h4, h5, h6, h7] = columnsOf(homography(start, end));
    const one = lax.fullLike(h7, 1);
    const place = (space: PixelSpace): { row: Tensor; column: Tensor } => {
      const [x, y] = [space.along(axes.column), space.along(axes.row)];
      const of = (byX: Tensor, byY: Tensor, shift: Tensor): Tensor => linear(space, [[x, byX], [y, byY]], shift); // prettier-ignore
      const depth = of(h6, h7, one);
      return { row: lax.div(of(h3, h4, h5), depth), column: lax.div(of(h0, h1, h2), depth) };
    };
    return restored(sampleImages(batch, axes, h7.dtype, place, { order, fillMode: 'constant', fillValue }));
  },
);

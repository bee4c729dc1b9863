/** @file Single images rotated, moved, sheared and zoomed, by given numbers or by random ones. */
import { checked } from '../../../core/arguments.js';
import { describe } from '../../../core/describe.js';
import { isFloat } from '../../../core/dtype.js';
import { ValueError } from '../../../core/errors.js';
import { fromNumbers } from '../../../core/ndarray.js';
import { formatShape } from '../../../core/shape.js';
import { processDraws } from '../../../random/global_state.js';
import type { TensorLike } from '../../../runtime/index.js';
import { Tensor, toTensor } from '../../../runtime/index.js';
import { requireNumber, requirePair } from './checks.js';
import type { LegacyFillMode, Plane, PlaneMap } from './spline_sampling.js';
import { mapPlanes, requireLegacyFillMode, requireSplineOrder } from './spline_sampling.js';

/** Where the axes of an image are, and what stands beyond its borders. */
export interface ImageFrameOptions {
  /** Of the rows. Default 1. */
  readonly rowAxis?: number;
  /** Of the columns. Default 2. */
  readonly colAxis?: number;
  /** Of the channels: 0 or 2. Default 0. */
  readonly channelAxis?: number;
  /** What stands beyond the borders, as in SciPy. Default `'nearest'`. */
  readonly fillMode?: LegacyFillMode;
  /** The value beyond the borders with `fillMode: 'constant'`. Default 0. */
  readonly cval?: number;
}

/** Options of `applyAffineTransform`. */
export interface ApplyAffineTransformOptions extends ImageFrameOptions {
  /** Rotation, in degrees. Default 0. */
  readonly theta?: number;
  /** How many pixels further right the pixels of the result are read. Default 0. */
  readonly tx?: number;
  /** How many pixels further down the pixels of the result are read. Default 0. */
  readonly ty?: number;
  /** Shear, in degrees. Default 0. */
  readonly shear?: number;
  /** Zoom of the width; above 1 the picture becomes narrower. Default 1. */
  readonly zx?: number;
  /** Zoom of the height; above 1 the picture becomes lower. Default 1. */
  readonly zy?: number;
  /** Order of the splines between pixels: 0 (nearest) to 5. Default 1: linear. */
  readonly order?: number;
}

/** Options of the functions that draw a transformation. */
export interface RandomTransformOptions extends ImageFrameOptions {
  /** Order of the splines between pixels: 0 (nearest) to 5. Default 1: linear. */
  readonly interpolationOrder?: number;
}

const FRAME = ['rowAxis', 'colAxis', 'channelAxis', 'fillMode', 'cval'] as const;

type Matrix = readonly (readonly number[])[];
const product = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0].map((_, j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]));
const radians = (degrees: number): number => degrees * (Math.PI / 180);

/** The whole map of a transformation, around the middle of the picture; null: it changes nothing. */
function matrixOf(options: ApplyAffineTransformOptions, height: number, width: number): Matrix | null {
  const { theta = 0, tx = 0, ty = 0, shear = 0, zx = 1, zy = 1 } = options;
  const parts: Matrix[] = [];
  const [turn, slant] = [radians(theta), radians(shear)];
  if (theta !== 0)
    parts.push([[Math.cos(turn), -Math.sin(turn), 0], [Math.sin(turn), Math.cos(turn), 0], [0, 0, 1]]); // prettier-ignore
  if (tx !== 0 || ty !== 0) parts.push([[1, 0, tx], [0, 1, ty], [0, 0, 1]]); // prettier-ignore
  if (shear !== 0) parts.push([[1, -Math.sin(slant), 0], [0, Math.cos(slant), 0], [0, 0, 1]]); // prettier-ignore
  if (zx !== 1 || zy !== 1) parts.push([[zx, 0, 0], [0, zy, 0], [0, 0, 1]]); // prettier-ignore
  if (parts.length === 0) return null;
  const [y, x] = [height / 2 - 0.5, width / 2 - 0.5];
  const whole = parts.reduce(product);
  return product(product([[1, 0, y], [0, 1, x], [0, 0, 1]], whole), [[1, 0, -y], [0, 1, -x], [0, 0, 1]]); // prettier-ignore
}

/** @throws {ValueError} The axes are not those of one picture. */
function checkAxes(owner: string, x: Tensor, row: number, column: number, channel: number): void {
  const axes = `rowAxis=${describe(row)}, colAxis=${describe(column)}, channelAxis=${describe(channel)}`;
  if (x.ndim !== 3)
    throw new ValueError(
      `${owner}: an image of shape ${formatShape(x.shape)}. Expected rank 3: rows, columns and channels.`,
    );
  if (new Set([row, column, channel]).size !== 3)
    throw new ValueError(`${owner}: ${axes} must be distinct. Expected 0, 1 and 2 in some order.`);
  if (![row, column, channel].every((axis) => axis === 0 || axis === 1 || axis === 2))
    throw new ValueError(`${owner}: ${axes}. Expected 0, 1 and 2 in some order.`);
  if (channel === 1) throw new ValueError(`${owner}: channelAxis=1. Expected 0 or 2: the first axis or the last.`);
}

/** As `applyAffineTransform`, for whoever asks. */
export function affineTransformed(owner: string, image: TensorLike, options: ApplyAffineTransformOptions): Tensor {
  const { rowAxis = 1, colAxis = 2, channelAxis = 0, fillMode = 'nearest', cval = 0, order = 1 } = options;
  const x = toTensor(image, null, owner);
  checkAxes(owner, x, rowAxis, colAxis, channelAxis);
  const mode = requireLegacyFillMode(owner, fillMode);
  requireSplineOrder(owner, 'order', order);
  const [rows, columns, channels] = [x.shape[rowAxis], x.shape[colAxis], x.shape[channelAxis]];
  const whole = matrixOf(options, rows, columns);
  if (whole === null || x.size === 0) return x;
  const strides = [x.shape[1] * x.shape[2], x.shape[2], 1];
  const { data } = x.ndarray;
  // SciPy sees the other two axes in their own order.
  const [first, second] = channelAxis === 0 ? [1, 2] : [0, 1];
  const size = [x.shape[first], x.shape[second]];
  const planes = Array.from({ length: channels }, (_, c): Plane => {
    const plane = new Float64Array(rows * columns);
    for (let i = 0, to = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++)
        plane[to++] = Number(data[i * strides[first] + j * strides[second] + c * strides[channelAxis]]);
    return { rows: size[0], columns: size[1], data: plane };
  });
  const [[a0, a1, a2], [b0, b1, b2]] = whole;
  // The matrix is of (x, y). Pictures are (y, x), but where the columns' axis comes first.
  const map: PlaneMap =
    colAxis < rowAxis
      ? { matrix: [[a0, a1], [b0, b1]], offset: [a2, b2] }
      : { matrix: [[b1, b0], [a1, a0]], offset: [b2, a2] }; // prettier-ignore
  const found = mapPlanes(planes, map, order, mode, cval);
  const out = new Float64Array(x.size);
  const round = isFloat(x.dtype) ? (v: number): number => v : (v: number): number => Math.sign(v) * Math.floor(Math.abs(v) + 0.5); // prettier-ignore
  found.forEach((plane, c) => {
    for (let i = 0, from = 0; i < size[0]; i++)
      for (let j = 0; j < size[1]; j++)
        out[i * strides[first] + j * strides[second] + c * strides[channelAxis]] = round(plane[from++]);
  });
  return Tensor.fromArray(fromNumbers(x.dtype, x.shape, out));
}

/**
 * An image rotated, moved, sheared and zoomed, in this order, around its middle.
 *
 * @param x Rank 3, any dtype: one image with its channels first or last.
 * @param options See {@link ApplyAffineTransformOptions}.
 * @returns Shape and dtype of `x`; integers are rounded.
 * @throws {ValueError} Another rank, axes that are not 0, 1 and 2, channels in the middle, an unknown mode or order.
 * @see `keras.preprocessing.image.apply_affine_transform` of Keras 2; SciPy's `ndimage.affine_transform`
 * @example
 * const column = [[[1], [2], [3]]];
 * preprocessing.image.applyAffineTransform(column, { tx: 1, rowAxis: 0, colAxis: 1, channelAxis: 2 }) // [[[2], [3], [3]]]
 */
export const applyAffineTransform = checked(
  'applyAffineTransform',
  (x: TensorLike, options: ApplyAffineTransformOptions = {}): Tensor =>
    affineTransformed('applyAffineTransform', x, options),
  [...FRAME, 'theta', 'tx', 'ty', 'shear', 'zx', 'zy', 'order'],
);

const RANDOM = [...FRAME, 'interpolationOrder'];
const framed = ({ interpolationOrder = 1, ...frame }: RandomTransformOptions): ApplyAffineTransformOptions => ({
  ...frame,
  order: interpolationOrder,
});

/**
 * An image rotated by a random angle.
 *
 * @param x Rank 3: one image with its channels first or last.
 * @param rg The largest angle, in degrees, to either side.
 * @param options See {@link RandomTransformOptions}. The angle is drawn from the process's generator (`utils.setRandomSeed`), as NumPy does.
 * @returns Shape and dtype of `x`.
 * @throws {ValueError} As of `applyAffineTransform`; `rg` is no number.
 * @see `keras.preprocessing.image.random_rotation` of Keras 2; `layers.RandomRotation`
 * @example
 * preprocessing.image.randomRotation(ops.ones([4, 4, 3]), 30, { rowAxis: 0, colAxis: 1, channelAxis: 2 }).shape // [4, 4, 3]
 */
export const randomRotation = checked(
  'randomRotation',
  (x: TensorLike, rg: number, options: RandomTransformOptions = {}): Tensor => {
    const most = requireNumber('randomRotation', 'rg', rg);
    const theta = processDraws().uniform(-most, most);
    return affineTransformed('randomRotation', x, { ...framed(options), theta });
  },
  RANDOM,
);

/**
 * An image moved by random parts of its size.
 *
 * @param x Rank 3: one image with its channels first or last.
 * @param wrg The largest part of its width, to either side.
 * @param hrg The largest part of its height, to either side.
 * @param options See {@link RandomTransformOptions}. Shifts are drawn from the process's generator (`utils.setRandomSeed`), as NumPy does.
 * @returns Shape and dtype of `x`.
 * @throws {ValueError} As of `applyAffineTransform`; a part is no number.
 * @see `keras.preprocessing.image.random_shift` of Keras 2; `layers.RandomTranslation`
 * @example
 * preprocessing.image.randomShift(ops.ones([4, 4, 3]), 0.2, 0.1, { rowAxis: 0, colAxis: 1, channelAxis: 2 }).shape // [4, 4, 3]
 */
export const randomShift = checked(
  'randomShift',
  (x: TensorLike, wrg: number, hrg: number, options: RandomTransformOptions = {}): Tensor => {
    const image = toTensor(x, null, 'randomShift');
    const { rowAxis = 1, colAxis = 2 } = options;
    const [width, height] = [requireNumber('randomShift', 'wrg', wrg), requireNumber('randomShift', 'hrg', hrg)];
    const tx = processDraws().uniform(-height, height) * image.shape[rowAxis];
    const ty = processDraws().uniform(-width, width) * image.shape[colAxis];
    return affineTransformed('randomShift', image, { ...framed(options), tx, ty });
  },
  RANDOM,
);

/**
 * An image sheared by a random angle.
 *
 * @param x Rank 3: one image with its channels first or last.
 * @param intensity The largest angle, in degrees, to either side.
 * @param options See {@link RandomTransformOptions}. The angle is drawn from the process's generator (`utils.setRandomSeed`), as NumPy does.
 * @returns Shape and dtype of `x`.
 * @throws {ValueError} As of `applyAffineTransform`; `intensity` is no number.
 * @see `keras.preprocessing.image.random_shear` of Keras 2; `layers.RandomShear`
 * @example
 * preprocessing.image.randomShear(ops.ones([4, 4, 3]), 20, { rowAxis: 0, colAxis: 1, channelAxis: 2 }).shape // [4, 4, 3]
 */
export const randomShear = checked(
  'randomShear',
  (x: TensorLike, intensity: number, options: RandomTransformOptions = {}): Tensor => {
    const most = requireNumber('randomShear', 'intensity', intensity);
    const shear = processDraws().uniform(-most, most);
    return affineTransformed('randomShear', x, { ...framed(options), shear });
  },
  RANDOM,
);

/**
 * An image zoomed by random factors, one for its width and one for its height.
 *
 * @param x Rank 3: one image with its channels first or last.
 * @param zoomRange [least, most]; above 1 the picture becomes smaller.
 * @param options See {@link RandomTransformOptions}. Factors are drawn from the process's generator (`utils.setRandomSeed`), as NumPy does.
 * @returns Shape and dtype of `x`.
 * @throws {ValueError} As of `applyAffineTransform`; `zoomRange` is no list of two numbers.
 * @see `keras.preprocessing.image.random_zoom` of Keras 2; `layers.RandomZoom`
 * @example
 * preprocessing.image.randomZoom(ops.ones([4, 4, 3]), [0.8, 1.2], { rowAxis: 0, colAxis: 1, channelAxis: 2 }).shape // [4, 4, 3]
 */
export const randomZoom = checked(
  'randomZoom',
  (x: TensorLike, zoomRange: readonly [number, number], options: RandomTransformOptions = {}): Tensor => {
    const [least, most] = requirePair('randomZoom', 'zoomRange', zoomRange);
    if (least === 1 && most === 1) return affineTransformed('randomZoom', x, framed(options));
    const [zx, zy] = [processDraws().uniform(least, most), processDraws().uniform(least, most)];
    return affineTransformed('randomZoom', x, { ...framed(options), zx, zy });
  },
  RANDOM,
);

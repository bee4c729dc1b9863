/** @file Arrays read between their elements: where a coordinate lies, what lies beyond the borders, and `mapCoordinates`. */
import { describe } from '../../core/describe.js';
import type { DType } from '../../core/dtype.js';
import { isFloat, isInteger } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import { resultType } from '../../core/promotion.js';
import { formatShape, range, sizeOf, stridesOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { floatTensor } from '../common.js';
import { sliceAxis } from '../numpy/shape.js';
import type { ImageAxes } from './common.js';

/** What stands beyond the borders: a value, the last pixel, or the picture again (repeated, or reflected with or without its last pixel). */
export type FillMode = 'constant' | 'nearest' | 'wrap' | 'mirror' | 'reflect';
/** How a value between pixels is found. */
export type SampleInterpolation = 'nearest' | 'bilinear';

const FILL_MODES: readonly FillMode[] = ['constant', 'nearest', 'wrap', 'mirror', 'reflect'];
const ORDERS: Readonly<Record<SampleInterpolation, 0 | 1>> = { nearest: 0, bilinear: 1 };

/** How arrays are read at coordinates. */
export interface Sampling {
  /** 0: the nearest element. 1: linear between neighbours. */
  readonly order: 0 | 1;
  readonly fillMode: FillMode;
  readonly fillValue: number;
}

/** @throws {ValueError} The mode is none. */
export function checkedFillMode(name: string, mode: FillMode): FillMode {
  if (FILL_MODES.includes(mode)) return mode;
  throw new ValueError(
    `${name}: fillMode ${describe(mode)} is unknown. Expected ${FILL_MODES.map((m) => `'${m}'`).join(', ')}.`,
  );
}
/** The order of an interpolation. @throws {ValueError} It is none. */
export function orderOf(name: string, interpolation: SampleInterpolation): 0 | 1 {
  if (Object.hasOwn(ORDERS, interpolation)) return ORDERS[interpolation];
  throw new ValueError(
    `${name}: interpolation ${describe(interpolation)} is unknown. Expected 'nearest' or 'bilinear'.`,
  );
}

const constant = (like: Tensor, value: number): Tensor => lax.fullLike(like, value);

/**
 * `i` modulo `n`, in [0, n), of int32. By floats, in two steps: lanes divide floats, but no integers. The first step is off by a few
 * hundred at most, and floats hold what it leaves exactly.
 */
function modulo(i: Tensor, n: number): Tensor {
  const step = (x: Tensor): Tensor => {
    const float = lax.convert(x, 'float32');
    const times = lax.convert(lax.floor(lax.div(float, constant(float, n))), 'int32');
    return lax.sub(x, lax.mul(times, constant(times, n)));
  };
  return step(step(i));
}

/** The element that stands for index `i` of an axis. */
function indexWithin(i: Tensor, size: number, mode: FillMode): Tensor {
  const reflected = (period: number, last: number): Tensor => {
    const t = modulo(i, period);
    return lax.min(t, lax.sub(constant(t, last), t));
  };
  switch (mode) {
    case 'constant':
      return i;
    case 'nearest':
      return lax.min(lax.max(i, constant(i, 0)), constant(i, size - 1));
    case 'wrap':
      return modulo(i, size);
    case 'mirror': // 0 1 2 3 2 1 | 0 1 …
      return size === 1 ? lax.zerosLike(i) : reflected(2 * size - 2, 2 * size - 2);
    case 'reflect': // 0 1 2 3 3 2 1 0 | 0 1 …
      return reflected(2 * size, 2 * size - 1);
    default:
      return mode satisfies never;
  }
}

/** x rounded to a whole number, halves away from zero. */
function roundAway(x: Tensor): Tensor {
  const whole = lax.trunc(x);
  const far = lax.ge(lax.abs(lax.sub(x, whole)), constant(x, 0.5));
  return lax.select(far, lax.add(whole, lax.sign(x)), whole);
}

/** An element that has a part in a value: its index, whether it lies within the borders (null: it does), and its weight (null: 1). */
interface Part {
  readonly index: Tensor;
  readonly valid: Tensor | null;
  readonly weight: Tensor | null;
}

/** An axis that is read between its elements: coordinates, elements, and rows from one to the next. */
export interface SampledAxis {
  readonly coordinate: Tensor;
  readonly size: number;
  readonly stride: number;
}

function partsOf({ coordinate, size, stride }: SampledAxis, { order, fillMode }: Sampling): Part[] {
  const part = (i: Tensor, weight: Tensor | null): Part => {
    const index = indexWithin(i, size, fillMode);
    const valid = fillMode === 'constant' ? lax.and(lax.ge(i, constant(i, 0)), lax.lt(i, constant(i, size))) : null;
    return { index: lax.mul(index, constant(index, stride)), valid, weight };
  };
  if (order === 0) return [part(lax.convert(roundAway(coordinate), 'int32'), null)];
  const lower = lax.floor(coordinate);
  const upper = lax.sub(coordinate, lower);
  const index = lax.convert(lower, 'int32');
  return [part(index, lax.sub(constant(upper, 1), upper)), part(lax.add(index, constant(index, 1)), upper)];
}

const both = (x: Tensor | null, y: Tensor | null, join: (x: Tensor, y: Tensor) => Tensor): Tensor | null =>
  x === null ? y : y === null ? x : join(x, y);

/**
 * Rows (n, …inner) read at coordinates of one shape: every neighbour is fetched by its number, and what surrounds that (indices,
 * borders, weights) is arithmetic of one loop.
 *
 * @param base Added to the number of a row: int32, of the coordinates' shape, or null.
 * @returns (…shape of the coordinates, …inner) of the dtype of `rows`.
 */
export function sampleRows(
  rows: Tensor,
  axes: readonly SampledAxis[],
  base: Tensor | null,
  sampling: Sampling,
): Tensor {
  const [{ coordinate }] = axes;
  const dtype = resultType(coordinate.dtype, rows.dtype);
  const shape = [...coordinate.shape, ...rows.shape.slice(1)];
  const spread = (x: Tensor): Tensor => lax.broadcastInDim(x, shape, range(coordinate.ndim));
  const whole: Part[] = axes.reduce<Part[]>(
    (found, axis) =>
      found.flatMap((x) =>
        partsOf(axis, sampling).map((y) => ({
          index: both(x.index, y.index, lax.add)!,
          valid: both(x.valid, y.valid, lax.and),
          weight: both(x.weight, y.weight, lax.mul),
        })),
      ),
    [{ index: base ?? lax.zerosLike(coordinate, 'int32'), valid: null, weight: null }],
  );
  const contributions = whole.map(({ index, valid, weight }) => {
    const taken = lax.gather(rows, index);
    const value = valid === null ? taken : lax.select(spread(valid), taken, constant(taken, sampling.fillValue));
    return weight === null ? value : lax.mul(lax.convert(spread(weight), dtype), lax.convert(value, dtype));
  });
  const total = contributions.reduce((x, y) => lax.add(x, y));
  if (total.dtype === rows.dtype) return total;
  return lax.convert(isInteger(rows.dtype) ? roundAway(total) : total, rows.dtype);
}

/** The pixels whose coordinates are computed, in the order in which it is done. */
export interface PixelSpace {
  /** Numbers 0, 1, … along an axis of the images. */
  readonly along: (axis: number) => Tensor;
  /** A tensor of the images' rank, repeated along axes of size 1. */
  readonly spread: (x: Tensor) => Tensor;
}

/**
 * Images (batch, …) read at other places.
 *
 * @param dtype Of the coordinates.
 * @param place Computes coordinates, in pixels.
 * @param byChannel Whether the channels of a pixel are read at different places. Where they are not, and are the last axis, pixels are
 *   fetched whole.
 * @returns Shape and dtype of `images`.
 */
export function sampleImages(
  images: Tensor,
  { row, column, channel }: ImageAxes,
  dtype: DType,
  place: (space: PixelSpace) => { readonly row: Tensor; readonly column: Tensor },
  sampling: Sampling,
  byChannel = false,
): Tensor {
  const whole = channel === images.ndim - 1 && !byChannel;
  const perRow = whole ? images.shape[channel] : 1;
  // Columns come last in any case: loops go over neighbours along the last axis, and channels are few.
  const others = range(images.ndim).filter((d) => d !== row && d !== column && !(whole && d === channel));
  const order = [...others, row, column];
  const shape = order.map((d) => images.shape[d]);
  const strides = stridesOf(images.shape).map((stride) => stride / perRow);
  const along = (axis: number, type: DType): Tensor => lax.iota(images.applier, type, shape, order.indexOf(axis));
  const at = place({
    along: (axis) => along(axis, dtype),
    spread: (x) => {
      const ordered = lax.transpose(x, whole ? [...order, channel] : order);
      return lax.broadcastTo(lax.reshape(ordered, ordered.shape.slice(0, order.length)), shape);
    },
  });
  const bases = others
    .filter((d) => images.shape[d] > 1)
    .map((d) => {
      const numbers = along(d, 'int32');
      return lax.mul(numbers, constant(numbers, strides[d]));
    });
  const rows = lax.reshape(images, whole ? [sizeOf(shape), perRow] : [sizeOf(shape)]);
  const axes = [
    { coordinate: at.row, size: images.shape[row], stride: strides[row] },
    { coordinate: at.column, size: images.shape[column], stride: strides[column] },
  ];
  const base = bases.length === 0 ? null : bases.reduce((x, y) => lax.add(x, y));
  const sampled = sampleRows(rows, axes, base, sampling);
  const back = whole ? [...order, channel] : order;
  return lax.transpose(
    sampled,
    range(images.ndim).map((d) => back.indexOf(d)),
  );
}

/** Options of `mapCoordinates`. */
export interface MapCoordinatesOptions {
  /** What stands beyond the borders. Default `'constant'`: `fillValue`. */
  readonly fillMode?: FillMode;
  /** The value beyond the borders with `fillMode: 'constant'`. Default 0. */
  readonly fillValue?: number;
}
/**
 * An array read at any coordinates, also between its elements.
 *
 * @param inputs Any shape of one axis or more, any dtype.
 * @param coordinates Shape (axes of `inputs`, …): for each axis the places along it, in elements; 0 is the first element.
 * @param order 0: the nearest element, halves away from 0. 1: linear between the neighbours.
 * @param options See {@link MapCoordinatesOptions}.
 * @returns Shape of `coordinates` without its first axis, dtype of `inputs`; integers are rounded. NaN where a coordinate is NaN, with order 1.
 * @throws {ValueError} The first axis of `coordinates` is not as long as `inputs` has axes, there is no other, or the order or the mode is none.
 * @see `keras.ops.image.map_coordinates`
 * @example
 * ops.image.mapCoordinates([[0, 1.5], [3, 4.5]], [[0.5, 1], [0.5, 0]], 1) // [2.25, 3]
 */
export const mapCoordinates = op(
  'map_coordinates',
  (
    inputs: TensorLike,
    coordinates: TensorLike,
    order: number,
    { fillMode = 'constant', fillValue = 0 }: MapCoordinatesOptions = {},
  ): Tensor => {
    const t = toTensor(inputs, null, 'map_coordinates');
    const at = floatTensor(coordinates, 'map_coordinates');
    if (at.ndim < 2)
      throw new ValueError(
        `map_coordinates: coordinates of shape ${formatShape(at.shape)}. Expected rank 2 or more: (axes of the inputs, …).`,
      );
    if (t.ndim === 0 || at.shape[0] !== t.ndim)
      throw new ValueError(
        `map_coordinates: coordinates of shape ${formatShape(at.shape)} for inputs of shape ${formatShape(t.shape)}. ` +
          `Expected ${t.ndim} along the first axis: one for each axis of the inputs.`,
      );
    if (order !== 0 && order !== 1)
      throw new ValueError(`map_coordinates: order ${describe(order)}. Expected 0 (nearest) or 1 (linear).`);
    checkedFillMode('map_coordinates', fillMode);
    const strides = stridesOf(t.shape);
    const axes = t.shape.map((size, d) => ({
      coordinate: lax.reshape(sliceAxis(at, 0, d, d + 1), at.shape.slice(1)),
      size,
      stride: strides[d],
    }));
    const flat = lax.reshape(isFloat(t.dtype) || isInteger(t.dtype) ? t : lax.convert(t, 'int32'), [t.size]);
    return lax.convert(sampleRows(flat, axes, null, { order, fillMode, fillValue }), t.dtype);
  },
);

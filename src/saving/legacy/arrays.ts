/** @file Small changes of arrays that old layouts of weights need: transpose, reverse, join. */
import { allocate } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';

/** Steps in elements along each axis of an array in row-major order. */
function stepsOf(shape: readonly number[]): number[] {
  const steps = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) steps[axis] = steps[axis + 1] * shape[axis + 1];
  return steps;
}

/** An array of `shape` whose element at each index is the element of `x` at `start` + index · steps. */
function gather(x: NDArray, shape: readonly number[], start: number, steps: readonly number[]): NDArray {
  const data = allocate(x.dtype, sizeOf(shape));
  const index = shape.map(() => 0);
  let from = start;
  for (let i = 0; i < data.length; i++) {
    data[i] = x.data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++index[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return ndarray(x.dtype, shape, data);
}

/** Axes in another order. */
export function transposed(x: NDArray, order: readonly number[]): NDArray {
  const steps = stepsOf(x.shape);
  return gather(
    x,
    order.map((axis) => x.shape[axis]),
    0,
    order.map((axis) => steps[axis]),
  );
}

/** Elements backwards along the first `count` axes. */
export function reversed(x: NDArray, count: number): NDArray {
  const steps = stepsOf(x.shape);
  const start = steps.slice(0, count).reduce((sum, step, axis) => sum + step * (x.shape[axis] - 1), 0);
  return gather(
    x,
    x.shape,
    start,
    steps.map((step, axis) => (axis < count ? -step : step)),
  );
}

/** The same elements in another shape. */
export const reshaped = (x: NDArray, shape: readonly number[]): NDArray => ndarray(x.dtype, shape, x.data);

/** Arrays of one shape side by side along the last axis. */
export function joined(parts: readonly NDArray[]): NDArray {
  const { dtype, shape } = parts[0];
  const widths = parts.map((part) => part.shape[part.shape.length - 1]);
  const width = widths.reduce((a, b) => a + b, 0);
  const rows = sizeOf(shape.slice(0, -1));
  const data = allocate(dtype, rows * width);
  let column = 0;
  parts.forEach((part, i) => {
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < widths[i]; k++) data[row * width + column + k] = part.data[row * widths[i] + k];
    column += widths[i];
  });
  return ndarray(dtype, [...shape.slice(0, -1), width], data);
}

/** An array cut into `count` equal parts along the last axis. */
export function split(x: NDArray, count: number): NDArray[] {
  const width = x.shape[x.shape.length - 1] / count;
  const steps = stepsOf(x.shape);
  return Array.from({ length: count }, (_, i) => gather(x, [...x.shape.slice(0, -1), width], i * width, steps));
}

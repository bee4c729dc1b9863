/** @file Means and variances of data that come in parts. */
import { allocate } from '../../core/dtype.js';
import type { Tensor } from '../../runtime/index.js';

/** Mean and variance at each place of the kept axes, and of how many numbers. */
export interface Moments {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly count: number;
}

/** The moments over all axes but `keptAxes`, which are ascending. Computed in float64, in two passes. */
export function momentsOf(x: Tensor, keptAxes: readonly number[]): Moments {
  const { data } = x.ndarray;
  const size = keptAxes.reduce((product, axis) => product * x.shape[axis], 1);
  const count = data.length / size;
  const places = placesOf(x, keptAxes);
  const mean = new Float64Array(size);
  for (let i = 0; i < data.length; i++) mean[places[i]] += data[i];
  for (let k = 0; k < size; k++) mean[k] /= count;
  const variance = new Float64Array(size);
  for (let i = 0; i < data.length; i++) variance[places[i]] += (data[i] - mean[places[i]]) ** 2;
  for (let k = 0; k < size; k++) variance[k] /= count;
  return { mean, variance, count };
}

/** For each element of `x`, its place in an array of the kept axes alone. */
function placesOf(x: Tensor, keptAxes: readonly number[]): Uint32Array {
  const strides = new Array<number>(x.ndim).fill(0);
  let stride = 1;
  for (const axis of [...keptAxes].reverse()) {
    strides[axis] = stride;
    stride *= x.shape[axis];
  }
  const places = allocate('uint32', x.size) as Uint32Array;
  const index = new Array<number>(x.ndim).fill(0);
  let place = 0;
  for (let i = 0; i < places.length; i++) {
    places[i] = place;
    for (let axis = x.ndim - 1; axis >= 0; axis--) {
      place += strides[axis];
      if (++index[axis] < x.shape[axis]) break;
      place -= strides[axis] * x.shape[axis];
      index[axis] = 0;
    }
  }
  return places;
}

/** The moments of two sets of numbers together. @see https://en.wikipedia.org/wiki/Lack-of-fit_sum_of_squares */
export function joinMoments(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const share = b.count / count;
  const mean = a.mean.map((m, k) => m * (1 - share) + b.mean[k] * share);
  const variance = a.variance.map(
    (v, k) => (v + (a.mean[k] - mean[k]) ** 2) * (1 - share) + (b.variance[k] + (b.mean[k] - mean[k]) ** 2) * share,
  );
  return { mean, variance, count };
}

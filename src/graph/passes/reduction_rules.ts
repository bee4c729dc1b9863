/** @file Rules for reductions, orders and windows. Sums of floats are not regrouped: they round differently. */
import { dtypeInfo, isFloat } from '../../core/dtype.js';
import { range, sizeOf } from '../../core/shape.js';
import type { AxesParams, AxisParams, CumulativeParams, WindowParams } from '../lax.js';
import * as lax from '../lax.js';
import type { Match, Rule, Rules } from './rules.js';
import { filledWith, float, madeBy, withParams, wrapping } from './rules.js';
import { uniformOf } from './uniform.js';

/** reduce(x) over nothing but dimensions of size 1 -> reshape(x) */
const overOnes = withParams<AxesParams>(({ x, type, params: { axes } }) =>
  axes.every((d) => x.shape[d] === 1) ? lax.reshape(x, type.shape) : null,
);

/** reduce(reduce(x)) -> reduce(x) over the dimensions of both */
function merged(name: 'reduceSum' | 'reduceMax' | 'reduceMin', exact: (m: Match) => boolean): Rule {
  return withParams<AxesParams>((m) => {
    const inner = madeBy(m.x, name);
    if (inner === null || !exact(m)) return null;
    const x = inner.inputs[0];
    const first = (inner.params as AxesParams).axes;
    const left = range(x.shape.length).filter((d) => !first.includes(d));
    return lax[name](x, [...first, ...m.params.axes.map((d) => left[d])]);
  });
}

/** Whole numbers up to 2^bits are exact. */
const MANTISSA: Readonly<Record<string, number>> = { float16: 11, bfloat16: 8, float32: 24, float64: 53 };

/** reduceSum(broadcast(c)) -> broadcast(n · c), where that is exact and so are all sums on the way */
const sumOfUniform = withParams<AxesParams>((m) => {
  const c = uniformOf(m.x);
  if (c === null || sizeOf(m.type.shape) === 0) return null;
  const count = sizeOf(m.params.axes.map((d) => m.x.shape[d]));
  const bits = isFloat(m.type.dtype) ? MANTISSA[m.type.dtype] : Math.min(53, dtypeInfo(m.type.dtype).bits - 1);
  const exact = Number.isInteger(c) && !Object.is(c, -0) && Math.abs(count * c) <= 2 ** bits - 1;
  return exact && count > 0 ? filledWith(m, count * c) : null;
});

/** reduceMax(broadcast(c)) -> broadcast(c) */
const extremumOfUniform = withParams<AxesParams>((m) => {
  const c = uniformOf(m.x);
  return c !== null && m.params.axes.every((d) => m.x.shape[d] > 0) ? filledWith(m, c) : null;
});

/** argMax(x) along a dimension of size 1 -> 0 */
const argOfOne = withParams<AxisParams>((m) => (m.x.shape[m.params.axis] === 1 ? filledWith(m, 0) : null));

/** sort(x) along a dimension of at most one element, or of equal ones -> x */
const inOrder = withParams<AxisParams>(({ x, params: { axis } }) =>
  x.shape[axis] <= 1 || uniformOf(x) !== null ? x : null,
);

/** reduceWindow(x) with windows of one element, all of them -> x */
const windowOfOne = withParams<WindowParams>(({ x, params: { window, strides, padding } }) => {
  const trivial = window.every((w, d) => w === 1 && strides[d] === 1 && padding[d][0] === 0 && padding[d][1] === 0);
  return trivial ? x : null;
});

export const REDUCTION_RULES: Rules = {
  reduceSum: [overOnes, merged('reduceSum', wrapping), sumOfUniform],
  reduceProd: [overOnes],
  reduceMax: [overOnes, merged('reduceMax', () => true), extremumOfUniform],
  reduceMin: [overOnes, merged('reduceMin', () => true), extremumOfUniform],
  argMax: [argOfOne],
  argMin: [argOfOne],
  sort: [inOrder],
  argSort: [argOfOne],
  cumulative: [
    // cumulative(x) along a dimension of at most one element -> x
    withParams<CumulativeParams>(({ x, params: { axis } }) => (x.shape[axis] <= 1 ? x : null)),
  ],
  reduceWindowSum: [(m) => (float(m) ? null : windowOfOne(m))],
  reduceWindowMax: [windowOfOne],
  reduceWindowMin: [windowOfOne],
};

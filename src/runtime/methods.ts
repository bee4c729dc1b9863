/** @file The arithmetic methods that eager, traced and symbolic tensors share. */
import { checkKind } from '../core/kinds.js';
import type { DType } from '../core/dtype.js';
import { arithmetic } from './arithmetic.js';

/** Options of the reductions among a tensor's methods. */
export interface ReductionOptions {
  /** Axis or axes to reduce; null or left out: all. */
  readonly axis?: number | readonly number[] | null;
  /** Keep reduced axes as size 1. Default false. */
  readonly keepdims?: boolean;
}

/** One axis, or axes, by position; or the options of the op. */
export type AxisOr<O> = number | readonly number[] | O;

/** `t.sum(1)` is NumPy's spelling of `ops.sum(t, { axis: 1 })`. */
function byAxis<O extends object>(given: AxisOr<O>): O {
  return (typeof given === 'number' || Array.isArray(given) ? { axis: given } : given) as O;
}

/** A part of one axis: where it begins, where it ends (not included), and the step; negative positions count from the end; `[]` is all. */
export type Range = readonly [start?: number | null, stop?: number | null, step?: number | null];

/** One index of `getItem`: a position, a range, a new axis (null), all that is left (`'...'`), or a tensor of positions. */
export type Index<T> =
  | number
  | null
  | '...'
  | { readonly start?: number | null; readonly stop?: number | null; readonly step?: number | null }
  | T;

/** Its text, of which engines show some 100 letters, is the message of `structuredClone`. */
const refuseToBeCloned = (): string => 'A tensor: send await t.data(), t.shape and t.dtype in its place. It';

/**
 * Methods on tensors, each the op of the same name. `Self` is what comes back (`Tensor` or `KerasTensor`), `Other` what is accepted.
 */
export abstract class TensorMethods<Self, Other> {
  /** `structuredClone` and `postMessage` copy fields alone: a function among them makes them fail, rather than lose the numbers. */
  protected readonly cloning = refuseToBeCloned;

  /** Element-wise sum, with broadcasting. */
  add(other: Other): Self {
    return arithmetic('add', this, other);
  }
  /** Element-wise difference, with broadcasting. */
  sub(other: Other): Self {
    return arithmetic('subtract', this, other);
  }
  /** Element-wise product, with broadcasting. */
  mul(other: Other): Self {
    return arithmetic('multiply', this, other);
  }
  /** Element-wise true quotient, with broadcasting; integers give floats. */
  div(other: Other): Self {
    return arithmetic('divide', this, other);
  }
  /** Element-wise quotient rounded down. */
  floorDiv(other: Other): Self {
    return arithmetic('floorDivide', this, other);
  }
  /** Element-wise remainder with the sign of the divisor, as Python's `%`. */
  mod(other: Other): Self {
    return arithmetic('mod', this, other);
  }
  /** Element-wise power. */
  pow(other: Other): Self {
    return arithmetic('power', this, other);
  }
  /** Matrix product, as Python's `@`. */
  matmul(other: Other): Self {
    return arithmetic('matmul', this, other);
  }
  neg(): Self {
    return arithmetic('negative', this);
  }
  abs(): Self {
    return arithmetic('abs', this);
  }
  sqrt(): Self {
    return arithmetic('sqrt', this);
  }
  square(): Self {
    return arithmetic('square', this);
  }
  exp(): Self {
    return arithmetic('exp', this);
  }
  log(): Self {
    return arithmetic('log', this);
  }
  /** Element-wise `==` as bools; so the other comparisons. */
  equal(other: Other): Self {
    return arithmetic('equal', this, other);
  }
  notEqual(other: Other): Self {
    return arithmetic('notEqual', this, other);
  }
  less(other: Other): Self {
    return arithmetic('less', this, other);
  }
  lessEqual(other: Other): Self {
    return arithmetic('lessEqual', this, other);
  }
  greater(other: Other): Self {
    return arithmetic('greater', this, other);
  }
  greaterEqual(other: Other): Self {
    return arithmetic('greaterEqual', this, other);
  }
  /** The same elements under another shape; one size may be -1. */
  reshape(shape: readonly number[]): Self {
    return arithmetic('reshape', this, shape);
  }
  /** Axes in another order; reversed when left out. */
  transpose(axes?: readonly number[]): Self {
    return arithmetic('transpose', this, { axes });
  }
  /** The same numbers in another dtype. */
  cast(dtype: DType): Self {
    return arithmetic('cast', this, dtype);
  }
  /** NumPy's basic and integer-array indexing: `x.getItem(0, '...', { start: 1 })` is Python's `x[0, ..., 1:]`. */
  getItem(...index: Index<Other>[]): Self {
    return arithmetic('getItem', this, index);
  }
  /** The part at a position of the first axis, or at several: `t.at(-1)`, `t.at(0, 2)`. */
  at(...index: Index<Other>[]): Self {
    return arithmetic('getItem', this, index);
  }
  /**
   * A part of the tensor. With numbers, of the first axis: `t.slice(1, 3)` is NumPy's `t[1:3]`, `t.slice(-2)` its `t[-2:]`. With lists, one per
   * axis: `t.slice([0, 2], [null, null, -1])` is `t[0:2, ::-1]`.
   */
  slice(...ranges: Range | readonly Range[]): Self {
    const lists =
      ranges.length > 0 && Array.isArray(ranges[0]) ? (ranges as readonly Range[]) : [ranges as unknown as Range];
    for (const range of lists) checkKind('slice', 'range', range, ['list']);
    const index = lists.map(([start = null, stop = null, step = null]) => ({ start, stop, step }));
    return arithmetic('getItem', this, index);
  }
  /** The axes in reverse: of a matrix, the transposed one. */
  get T(): Self {
    return arithmetic('transpose', this, {});
  }
  /** All elements along one axis. */
  flatten(): Self {
    return arithmetic('reshape', this, [-1]);
  }
  /** Without axes of size 1: all of them, or those named. */
  squeeze(axis: AxisOr<{ readonly axis?: number | readonly number[] | null }> = {}): Self {
    return arithmetic('squeeze', this, byAxis(axis));
  }
  /** With a new axis of size 1 at a position. */
  expandDims(axis: number | readonly number[]): Self {
    return arithmetic('expandDims', this, axis);
  }
  /** The elements in reverse order along axes; all of them when left out. */
  flip(axis: AxisOr<{ readonly axis?: number | readonly number[] | null }> = {}): Self {
    return arithmetic('flip', this, byAxis(axis));
  }
  /** The parts at positions along an axis; of the flattened tensor when left out. */
  take(indices: Other, axis: AxisOr<{ readonly axis?: number | null }> = {}): Self {
    return arithmetic('take', this, indices, byAxis(axis));
  }
  /** Each value between two bounds. */
  clip(min: Other, max: Other): Self {
    return arithmetic('clip', this, min, max);
  }
  /** To the nearest whole number, or to so many decimals; ties to the even one. */
  round(decimals = 0): Self {
    return arithmetic('round', this, { decimals });
  }
  floor(): Self {
    return arithmetic('floor', this);
  }
  ceil(): Self {
    return arithmetic('ceil', this);
  }
  sign(): Self {
    return arithmetic('sign', this);
  }
  sin(): Self {
    return arithmetic('sin', this);
  }
  cos(): Self {
    return arithmetic('cos', this);
  }
  tanh(): Self {
    return arithmetic('tanh', this);
  }
  /** Where the values are NaN, as bools. */
  isnan(): Self {
    return arithmetic('isnan', this);
  }
  sum(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('sum', this, byAxis(options));
  }
  mean(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('mean', this, byAxis(options));
  }
  max(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('max', this, byAxis(options));
  }
  min(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('min', this, byAxis(options));
  }
  prod(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('prod', this, byAxis(options));
  }
  std(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('std', this, byAxis(options));
  }
  variance(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('variance', this, byAxis(options));
  }
  any(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('any', this, byAxis(options));
  }
  all(options: AxisOr<ReductionOptions> = {}): Self {
    return arithmetic('all', this, byAxis(options));
  }
  /** The position of the greatest element along an axis; of the flattened tensor when left out. */
  argmax(options: AxisOr<{ readonly axis?: number | null; readonly keepdims?: boolean }> = {}): Self {
    return arithmetic('argmax', this, byAxis(options));
  }
  /** The position of the least element along an axis; of the flattened tensor when left out. */
  argmin(options: AxisOr<{ readonly axis?: number | null; readonly keepdims?: boolean }> = {}): Self {
    return arithmetic('argmin', this, byAxis(options));
  }
  /** The elements in ascending order along an axis; the last when left out. */
  sort(options: AxisOr<{ readonly axis?: number | null }> = {}): Self {
    return arithmetic('sort', this, byAxis(options));
  }
  /** The positions that sort the elements along an axis; the last when left out. */
  argsort(options: AxisOr<{ readonly axis?: number | null }> = {}): Self {
    return arithmetic('argsort', this, byAxis(options));
  }
  /** Running sums along an axis; of the flattened tensor when left out. */
  cumsum(options: AxisOr<{ readonly axis?: number | null }> = {}): Self {
    return arithmetic('cumsum', this, byAxis(options));
  }
}

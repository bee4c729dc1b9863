/** @file The arithmetic methods that eager, traced and symbolic tensors share. */
import type { DType } from '../core/dtype.js';
import { arithmetic } from './arithmetic.js';

/** Options of the reductions among a tensor's methods. */
export interface ReductionOptions {
  /** Axis or axes to reduce; null or left out: all. */
  readonly axis?: number | readonly number[] | null;
  /** Keep reduced axes as size 1. Default false. */
  readonly keepdims?: boolean;
}

/** One index of `getItem`: a position, a range, a new axis (null), all that is left (`'...'`), or a tensor of positions. */
export type Index<T> =
  | number
  | null
  | '...'
  | { readonly start?: number | null; readonly stop?: number | null; readonly step?: number | null }
  | T;

/**
 * Methods on tensors, each the op of the same name. `Self` is what comes back (`Tensor` or `KerasTensor`), `Other` what is accepted.
 */
export abstract class TensorMethods<Self, Other> {
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
  sum(options: ReductionOptions = {}): Self {
    return arithmetic('sum', this, options);
  }
  mean(options: ReductionOptions = {}): Self {
    return arithmetic('mean', this, options);
  }
  max(options: ReductionOptions = {}): Self {
    return arithmetic('max', this, options);
  }
  min(options: ReductionOptions = {}): Self {
    return arithmetic('min', this, options);
  }
}

/** @file Constraints on the sign and on the norm of weights. */
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import { refuseUnknownOptions } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';
import { Constraint } from './constraint.js';

/** Axes along which norms are taken. */
type Axes = number | readonly number[];

const normOf = (w: Tensor, axis: Axes): Tensor => ops.sqrt(ops.sum(ops.square(w), { axis, keepdims: true }));
const scaled = (w: Tensor, norms: Tensor, desired: Tensor): Tensor =>
  ops.multiply(w, ops.divide(desired, ops.add(norms, epsilon())));

/**
 * Keeps norms from growing beyond a bound: longer vectors are shortened.
 *
 * @param options `axis`: over which the norm is taken, one or several; default 0, which are the inputs of a Dense kernel.
 * @param maxValue The greatest norm; may stand in `options`. Default 2.
 * @throws {ValueError} When it is called: the weight does not have the axis.
 * @see `keras.constraints.MaxNorm`
 * @example
 * new constraints.MaxNorm({ maxValue: 1 })([[3], [4]]) // [[0.6], [0.8]]
 */
export class MaxNorm extends Constraint {
  static readonly positional = [];
  readonly maxValue: number;
  readonly axis: Axes;

  /** @param options `maxValue`: default 2. `axis`: along which norms are taken, default 0 (that of a Dense kernel's inputs). */
  constructor(options?: { readonly maxValue?: number; readonly axis?: Axes });
  constructor(maxValue: number, options?: { readonly maxValue?: number; readonly axis?: Axes });
  constructor(first?: { readonly maxValue?: number; readonly axis?: Axes } | number, ..._more: unknown[]) {
    const options = checkedOptions<{ readonly maxValue?: number; readonly axis?: Axes }>(
      new.target,
      first,
      arguments,
      0,
    );
    super();
    const { maxValue = 2, axis = 0, ...rest } = options;
    refuseUnknownOptions('MaxNorm', rest, ['maxValue', 'axis']);
    [this.maxValue, this.axis] = [maxValue, axis];
  }

  override call(w: Tensor): Tensor {
    const norms = normOf(w, this.axis);
    return scaled(w, norms, ops.clip(norms, 0, this.maxValue));
  }

  override getConfig(): Config {
    return { max_value: this.maxValue, axis: this.axis };
  }
}

/**
 * Sets negative elements to 0.
 *
 * @see `keras.constraints.NonNeg`
 * @example
 * new constraints.NonNeg()([-1, 2]) // [0, 2]
 */
export class NonNeg extends Constraint {
  static readonly positional = [];

  constructor(options: object = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    refuseUnknownOptions('NonNeg', options, []);
  }

  override call(w: Tensor): Tensor {
    return ops.maximum(w, 0);
  }
}

/**
 * Scales vectors to the norm 1.
 *
 * @param options `axis`: over which the norm is taken, one or several; default 0, which are the inputs of a Dense kernel.
 * @throws {ValueError} When it is called: the weight does not have the axis.
 * @see `keras.constraints.UnitNorm`
 * @example
 * new constraints.UnitNorm()([[3], [4]]) // [[0.6], [0.8]]
 */
export class UnitNorm extends Constraint {
  static readonly positional = [];
  readonly axis: Axes;

  /** @param options `axis`: default 0. */
  constructor(options: { readonly axis?: Axes } = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const { axis = 0, ...rest } = options;
    refuseUnknownOptions('UnitNorm', rest, ['axis']);
    this.axis = axis;
  }

  override call(w: Tensor): Tensor {
    return ops.divide(w, ops.add(normOf(w, this.axis), epsilon()));
  }

  override getConfig(): Config {
    return { axis: this.axis };
  }
}

/** Options of `MinMaxNorm`. */
export interface MinMaxNormOptions {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** 1 keeps to the bounds strictly, less moves towards them. Default 1. */
  readonly rate?: number;
  /** Default 0. */
  readonly axis?: Axes;
}

/**
 * Keeps norms between two bounds.
 *
 * @param minValue The least norm; may stand in `options`. Default 0.
 * @param options See {@link MinMaxNormOptions}.
 * @param maxValue The greatest norm; may stand in `options`. Default 1.
 * @throws {ValueError} When it is called: the weight does not have the axis.
 * @see `keras.constraints.MinMaxNorm`
 * @example
 * new constraints.MinMaxNorm({ minValue: 1, maxValue: 2 })([[0.3], [0.4]]) // [[0.5999999], [0.79999983]]
 */
export class MinMaxNorm extends Constraint {
  static readonly positional = [];
  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: Axes;

  constructor(minValue: number, options?: MinMaxNormOptions);
  constructor(minValue: number, maxValue: number, options?: MinMaxNormOptions);
  constructor(options?: MinMaxNormOptions);
  constructor(first?: MinMaxNormOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<MinMaxNormOptions>(new.target, first, arguments, 0);
    super();
    const { minValue = 0, maxValue = 1, rate = 1, axis = 0, ...rest } = options;
    refuseUnknownOptions('MinMaxNorm', rest, ['minValue', 'maxValue', 'rate', 'axis']);
    [this.minValue, this.maxValue, this.rate, this.axis] = [minValue, maxValue, rate, axis];
  }

  override call(w: Tensor): Tensor {
    const norms = normOf(w, this.axis);
    const within = ops.multiply(this.rate, ops.clip(norms, this.minValue, this.maxValue));
    return scaled(w, norms, ops.add(within, ops.multiply(1 - this.rate, norms)));
  }

  override getConfig(): Config {
    return { min_value: this.minValue, max_value: this.maxValue, rate: this.rate, axis: this.axis };
  }
}

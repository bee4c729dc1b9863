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

/** Norms up to a greatest one. @see `keras.constraints.MaxNorm` */
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

/** No negative elements. @see `keras.constraints.NonNeg` */
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

/** Norms of 1. @see `keras.constraints.UnitNorm` */
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

/** Norms between two bounds. @see `keras.constraints.MinMaxNorm` */
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

/** @file Penalties on the size of the elements: L1, L2, both. */
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';
import { tensor } from '../runtime/index.js';
import { factorOf, Regularizer } from './regularizer.js';

/**
 * l1 · Σ|x|.
 *
 * @param options `l1`, if it is not given by position.
 * @param l1 The factor; may stand in `options`. Default 0.01.
 * @throws {ValueError} The factor is negative.
 * @see `keras.regularizers.L1`
 * @example
 * new regularizers.L1({ l1: 0.1 })(ops.array([1, -2.5])) // 0.35
 */
export class L1 extends Regularizer {
  static readonly positional = [];
  readonly l1: number;

  /** @param options `l1`: default 0.01. */
  constructor(options?: { readonly l1?: number | null });
  constructor(l1: number, options?: { readonly l1?: number | null });
  constructor(first?: { readonly l1?: number | null } | number, ..._more: unknown[]) {
    const options = checkedOptions<{ readonly l1?: number | null }>(new.target, first, arguments, 0);
    super();
    const { l1, ...rest } = options;
    refuseUnknownOptions('L1', rest, ['l1']);
    this.l1 = factorOf(l1 ?? 0.01, 'L1', 'l1');
  }

  override call(x: Tensor): Tensor {
    return ops.multiply(tensor(this.l1, null, x.dtype), ops.sum(ops.abs(x)));
  }

  /** Keras keeps this factor as a float32 tensor, and writes it so rounded. */
  override getConfig(): Config {
    return { l1: Math.fround(this.l1) };
  }
}

/**
 * l2 · Σx².
 *
 * @param options `l2`, if it is not given by position.
 * @param l2 The factor; may stand in `options`. Default 0.01.
 * @throws {ValueError} The factor is negative.
 * @see `keras.regularizers.L2`
 * @example
 * new regularizers.L2({ l2: 0.1 })(ops.array([1, -2.5])) // 0.725
 */
export class L2 extends Regularizer {
  static readonly positional = [];
  readonly l2: number;

  /** @param options `l2`: default 0.01. */
  constructor(options?: { readonly l2?: number | null });
  constructor(l2: number, options?: { readonly l2?: number | null });
  constructor(first?: { readonly l2?: number | null } | number, ..._more: unknown[]) {
    const options = checkedOptions<{ readonly l2?: number | null }>(new.target, first, arguments, 0);
    super();
    const { l2, ...rest } = options;
    refuseUnknownOptions('L2', rest, ['l2']);
    this.l2 = factorOf(l2 ?? 0.01, 'L2', 'l2');
  }

  override call(x: Tensor): Tensor {
    return ops.multiply(tensor(this.l2, null, x.dtype), ops.sum(ops.square(x)));
  }

  override getConfig(): Config {
    return { l2: this.l2 };
  }
}

/**
 * l1 · Σ|x| + l2 · Σx².
 *
 * @param options `l1` and `l2`, if they are not given by position.
 * @param l1 The factor of Σ|x|; may stand in `options`. Default 0.
 * @param l2 The factor of Σx²; may stand in `options`. Default 0.
 * @throws {ValueError} A factor is negative.
 * @see `keras.regularizers.L1L2`
 * @example
 * new regularizers.L1L2({ l1: 0.1, l2: 0.1 })(ops.array([1, -2.5])) // 1.075
 */
export class L1L2 extends Regularizer {
  static readonly positional = [];
  readonly l1: number;
  readonly l2: number;

  /** @param options `l1`, `l2`: default 0. */
  constructor(options?: { readonly l1?: number | null; readonly l2?: number | null });
  constructor(l1: number, options?: { readonly l1?: number | null; readonly l2?: number | null });
  constructor(l1: number, l2: number, options?: { readonly l1?: number | null; readonly l2?: number | null });
  constructor(first?: { readonly l1?: number | null; readonly l2?: number | null } | number, ..._more: unknown[]) {
    const options = checkedOptions<{ readonly l1?: number | null; readonly l2?: number | null }>(
      new.target,
      first,
      arguments,
      0,
    );
    super();
    const { l1, l2, ...rest } = options;
    refuseUnknownOptions('L1L2', rest, ['l1', 'l2']);
    this.l1 = factorOf(l1 ?? 0, 'L1L2', 'l1');
    this.l2 = factorOf(l2 ?? 0, 'L1L2', 'l2');
  }

  override call(x: Tensor): Tensor {
    let penalty = tensor(0, null, x.dtype);
    if (this.l1 !== 0) penalty = ops.add(penalty, ops.multiply(tensor(this.l1, null, x.dtype), ops.sum(ops.abs(x))));
    if (this.l2 !== 0) penalty = ops.add(penalty, ops.multiply(tensor(this.l2, null, x.dtype), ops.sum(ops.square(x))));
    return penalty;
  }

  override getConfig(): Config {
    return { l1: this.l1, l2: this.l2 };
  }
}

/** @file What the steps to eigenvalues of general matrices share: all compute in float64. */
import type { Expr, FunctionBuilder, KernelFunction, Target } from '../../../codegen/index.js';
import { constant, i32 } from '../../../codegen/index.js';
import { perReal, realOf } from '../vectors.js';

/** The numbers of all steps. */
export const F64 = realOf('float64');
export const BYTES = F64.bytes;

export const f64 = (x: number): Expr => constant('f64', x);

/** Functions that are made once for each target: of the dtype they do not depend. */
export function perTarget(build: (target: Target) => KernelFunction): (target: Target) => KernelFunction {
  const made = perReal((target) => build(target));
  return (target) => made(target, F64);
}

/** The greater of two sizes. */
export const greater = (f: FunctionBuilder, x: Expr, y: Expr): Expr => f.let(x.gt(y).select(x, y));
export const smaller = (f: FunctionBuilder, x: Expr, y: Expr): Expr => f.let(x.gt(y).select(y, x));

/** A square matrix of `n` rows that lie `row` bytes apart. */
export interface Square {
  readonly at: (i: Expr, j: Expr) => Expr;
  readonly get: (i: Expr, j: Expr) => Expr;
  readonly put: (i: Expr, j: Expr, value: Expr) => void;
}

export function square(f: FunctionBuilder, base: Expr, row: Expr): Square {
  const at = (i: Expr, j: Expr): Expr => f.let(base.add(i.mul(row)).add(j.mul(BYTES)));
  return { at, get: (i, j) => f.let(f.load('f64', at(i, j))), put: (i, j, value) => f.store('f64', at(i, j), value) };
}

/** Number k of a list of float64. */
export const element = (f: FunctionBuilder, list: Expr, k: Expr): Expr => f.let(f.load('f64', list.add(k.mul(BYTES))));
export const setElement = (f: FunctionBuilder, list: Expr, k: Expr, value: Expr): void =>
  f.store('f64', list.add(k.mul(BYTES)), value);

/** Run `body` for i = from, from − 1, … down to `to`. */
export function countDown(f: FunctionBuilder, from: Expr, to: Expr, body: (i: Expr) => void): void {
  const i = f.local(from);
  f.while(i.ge(to), () => {
    body(f.let(i));
    f.set(i, i.sub(1));
  });
}

export const one = i32(1);

/** @file Tensors from nothing: zeros, ranges, identity. */
import { checked, refuseOthers } from '../../core/arguments.js';
import { floatx } from '../../core/config.js';
import type { DType } from '../../core/dtype.js';
import { isComplexDType, isFloat, standardizeDType } from '../../core/dtype.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { checkCount, checkKind, checkRoom } from '../../core/kinds.js';
import { resultType } from '../../core/promotion.js';
import { fromNumbers } from '../../core/ndarray.js';
import { normalizeAxis, range } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, tensorApplier, toComplex, toTensor } from '../../runtime/index.js';
import { broadcast, promotionType } from '../common.js';

/** The dtype of what is made. */
export interface DTypeOptions {
  /** The name of a dtype. */
  readonly dtype?: DType | null;
}
const typeOf = (dtype: DType | null | undefined, fallback: DType, owner: string): DType =>
  dtype ? standardizeDType(dtype, owner) : fallback;

/**
 * A tensor of zeros.
 *
 * @param shape The sizes of the axes.
 * @param options `dtype`: of the result; default `floatx()`.
 * @returns A tensor of that shape.
 * @see `keras.ops.zeros`
 * @example
 * ops.zeros([2, 2]) // [[0, 0], [0, 0]]
 */
export const zeros = checked('zeros', (shape: readonly number[], { dtype }: DTypeOptions = {}): Tensor =>
  lax.full(tensorApplier, shape, 0, typeOf(dtype, floatx(), 'zeros')),
);
/**
 * A tensor of ones.
 *
 * @param shape The sizes of the axes.
 * @param options `dtype`: of the result; default `floatx()`.
 * @returns A tensor of that shape.
 * @see `keras.ops.ones`
 * @example
 * ops.ones([2, 2]) // [[1, 1], [1, 1]]
 */
export const ones = checked('ones', (shape: readonly number[], { dtype }: DTypeOptions = {}): Tensor =>
  lax.full(tensorApplier, shape, 1, typeOf(dtype, floatx(), 'ones')),
);
/**
 * A tensor of zeros. Keras leaves the content of `empty` open; here it is always 0.
 *
 * @param shape The sizes of the axes.
 * @param options `dtype`: of the result; default `floatx()`.
 * @returns A tensor of that shape.
 * @see `keras.ops.empty`
 * @example
 * ops.empty([2]) // [0, 0]
 */
export const empty = zeros;
/**
 * A tensor of one value.
 *
 * @param shape The sizes of the axes.
 * @param fillValue A number, or a tensor that broadcasts to the shape.
 * @param options `dtype`: of the result; default `floatx()`.
 * @returns A tensor of that shape.
 * @throws {ValueError} `fillValue` does not broadcast to the shape.
 * @see `keras.ops.full`
 * @example
 * ops.full([2, 2], 7) // [[7, 7], [7, 7]]
 */
export const full = checked(
  'full',
  (shape: readonly number[], fillValue: TensorLike, { dtype }: DTypeOptions = {}): Tensor =>
    lax.broadcastTo(toTensor(fillValue, typeOf(dtype, floatx(), 'full'), 'full'), shape),
);
/**
 * Zeros of the shape and dtype of `x`.
 *
 * @param x Any shape and dtype.
 * @param options `dtype`: of the result; by default that of `x`.
 * @returns Zeros of the shape of `x`.
 * @see `keras.ops.zeros_like`
 * @example
 * ops.zerosLike([1, 2]) // [0, 0]
 */
export const zerosLike = op('zeros_like', (x: TensorLike, { dtype }: DTypeOptions = {}): Tensor => {
  const t = toTensor(x);
  return lax.fullLike(t, 0, typeOf(dtype, t.dtype, 'zeros_like'));
});
/**
 * Ones of the shape and dtype of `x`.
 *
 * @param x Any shape and dtype.
 * @param options `dtype`: of the result; by default that of `x`.
 * @returns Ones of the shape of `x`.
 * @see `keras.ops.ones_like`
 * @example
 * ops.onesLike([3, 4]) // [1, 1]
 */
export const onesLike = op('ones_like', (x: TensorLike, { dtype }: DTypeOptions = {}): Tensor => {
  const t = toTensor(x);
  return lax.fullLike(t, 1, typeOf(dtype, t.dtype, 'ones_like'));
});
/**
 * Zeros of the shape and dtype of `x`. Keras leaves the content of `empty_like` open; here it is always 0.
 *
 * @param x Any shape and dtype.
 * @param options `dtype`: of the result; by default that of `x`.
 * @returns Zeros of the shape of `x`.
 * @see `keras.ops.empty_like`
 * @example
 * ops.emptyLike([3, 4]) // [0, 0]
 */
export const emptyLike = zerosLike;
/**
 * `fillValue` in the shape and dtype of `x`.
 *
 * @param x Any shape and dtype.
 * @param fillValue A number, or a tensor that broadcasts to the shape.
 * @param options `dtype`: of the result; by default that of `x`.
 * @returns The value, in the shape of `x`.
 * @throws {ValueError} `fillValue` does not broadcast to the shape.
 * @see `keras.ops.full_like`
 * @example
 * ops.fullLike([1, 2], 7) // [7, 7]
 */
export const fullLike = op(
  'full_like',
  (x: TensorLike, fillValue: TensorLike, { dtype }: DTypeOptions = {}): Tensor => {
    const t = toTensor(x);
    return lax.broadcastTo(toTensor(fillValue, typeOf(dtype, t.dtype, 'full_like')), t.shape);
  },
);

/** Options of `arange`; the three numbers are mostly given by position. */
export interface ArangeOptions extends DTypeOptions {
  /** The end, which is not reached. */
  readonly stop?: number | null;
  /** The step. Default 1. */
  readonly step?: number | null;
}
/**
 * Numbers from `start` to before `stop`: `arange(stop)` or `arange(start, stop, step)`, each with options behind.
 *
 * @param start The first number. Given alone it is the end, and 0 is the first.
 * @param rest The end, which is not reached; the step (default 1); options with `dtype`.
 * @returns A vector: of int32 if all numbers are whole, else of `floatx()`, unless `dtype` says otherwise.
 * @throws {ValueError} The step is 0.
 * @see `keras.ops.arange`
 * @example
 * ops.arange(0, 10, 3) // [0, 3, 6, 9]
 */
export const arange = (start: number, ...rest: readonly (number | null | ArangeOptions)[]): Tensor => {
  const last = rest[rest.length - 1];
  const options = isDict(last) ? (last as ArangeOptions) : {};
  const given = isDict(last) ? rest.slice(0, -1) : rest;
  if (given.length > 2)
    throw new TypeError(
      `arange: takes at most 4 arguments, got ${rest.length + 1}. Call it as arange(start, stop, step, { dtype }).`,
    );
  refuseOthers('arange', options, ['stop', 'step', 'dtype']);
  const [second = null, third = null] = given as readonly (number | null)[];
  const { dtype, stop = second, step = third } = options;
  checkKind('arange', 'start', start ?? null, ['number']);
  checkKind('arange', 'stop', stop, ['number', 'null']);
  checkKind('arange', 'step', step, ['number', 'null']);
  const [from, to, by] = stop === null ? [0, start, step ?? 1] : [start, stop, step ?? 1];
  if (![from, to, by].every(Number.isFinite))
    throw new ValueError(`arange: from ${from} to ${to} by ${by}. Expected finite numbers.`);
  if (by === 0) throw new ValueError('arange: step is 0.');
  const whole = [from, to, by].every(Number.isInteger);
  const length = Math.max(0, Math.ceil((to - from) / by));
  checkRoom('arange', length);
  const type = typeOf(dtype, whole ? 'int32' : floatx(), 'arange');
  if (from === 0 && by === 1) return lax.iota(tensorApplier, type, [length], 0);
  return toTensor(
    Array.from({ length }, (_, i) => from + i * by),
    type,
  );
};

/** Options of `linspace` and `logspace`. */
export interface SpaceOptions extends DTypeOptions {
  /** How many. Default 50. */
  readonly num?: number;
  /** Whether `stop` is the last. Default true. */
  readonly endpoint?: boolean;
  /** Where the samples go among the axes of `start` and `stop`. Default 0. */
  readonly axis?: number;
}
/** Evenly spaced numbers, of a float dtype. */
function spaced(start: Tensor, stop: Tensor, { num = 50, endpoint = true, axis = 0 }: SpaceOptions): Tensor {
  const [a, b] = broadcast('linspace', [start, stop]);
  const parts = Math.max(1, endpoint ? num - 1 : num);
  const shape = [num, ...a.shape];
  const weight = lax.div(lax.iota(tensorApplier, a.dtype, shape, 0), lax.full(tensorApplier, shape, parts, a.dtype));
  const wide = (x: Tensor): Tensor => lax.broadcastTo(x, shape);
  const values = lax.add(lax.mul(wide(a), lax.sub(lax.fullLike(weight, 1), weight)), lax.mul(wide(b), weight));
  const d = normalizeAxis(axis, shape.length, 'linspace');
  const rest = range(shape.length - 1).map((i) => i + 1);
  return lax.transpose(values, [...rest.slice(0, d), 0, ...rest.slice(d)]);
}
function spaceOperands(start: TensorLike, stop: TensorLike, dtype: DType | null | undefined, name: string) {
  const type = typeOf(dtype, resultType(promotionType(start), promotionType(stop), 'float'), name);
  const compute = isFloat(type) ? type : floatx();
  return { type, operands: [toTensor(start, compute, name), toTensor(stop, compute, name)] as const };
}
/** `linspace`: one tensor, or with `retstep` a list of it and the step. */
export interface Linspace {
  (start: TensorLike, stop: TensorLike, options: SpaceOptions & { readonly retstep: true }): [Tensor, Tensor];
  (start: TensorLike, stop: TensorLike, options?: SpaceOptions & { readonly retstep?: false }): Tensor;
}
/**
 * `num` evenly spaced numbers from `start` to `stop`; with `retstep` a list of them and the step.
 *
 * @param start The first number, or a tensor of first numbers.
 * @param stop The last number, or a tensor of last numbers.
 * @param options `num`: how many numbers; default 50. `endpoint`: whether `stop` is the last one; default true. `axis`: where the new
 *   axis stands; default 0. `dtype`: of the result; by default the common float dtype. `retstep`: give the step as well; default false.
 * @returns The numbers along a new axis, or [the numbers, the step].
 * @see `keras.ops.linspace`
 * @example
 * ops.linspace(0, 1, { num: 5 }) // [0, 0.25, 0.5, 0.75, 1]
 */
export const linspace = op(
  'linspace',
  (
    start: TensorLike,
    stop: TensorLike,
    { retstep = false, ...options }: SpaceOptions & { readonly retstep?: boolean } = {},
  ): Tensor | [Tensor, Tensor] => {
    const { type, operands } = spaceOperands(start, stop, options.dtype, 'linspace');
    const values = spaced(...operands, options);
    const typed = isFloat(type) ? values : lax.convert(lax.floor(values), type);
    if (!retstep) return typed;
    const [a, b] = broadcast('linspace', operands);
    const parts = (options.num ?? 50) - (options.endpoint === false ? 0 : 1);
    return [typed, lax.div(lax.sub(b, a), lax.fullLike(a, parts > 0 ? parts : NaN))];
  },
  { optionNames: ['num', 'endpoint', 'axis', 'dtype', 'retstep'] },
) as unknown as Linspace;
/**
 * Powers of `base` with evenly spaced exponents.
 *
 * @param start The first exponent, or a tensor of first exponents.
 * @param stop The last exponent, or a tensor of last exponents.
 * @param options `num`: how many numbers; default 50. `endpoint`: whether `stop` is the last one; default true. `axis`: where the new
 *   axis stands; default 0. `dtype`: of the result; by default the common float dtype. `base`: default 10.
 * @returns The powers along a new axis.
 * @see `keras.ops.logspace`
 * @example
 * ops.logspace(0, 2, { num: 3, base: 2 }) // [1, 2, 4]
 */
export const logspace = op(
  'logspace',
  (start: TensorLike, stop: TensorLike, options: SpaceOptions & { readonly base?: number } = {}): Tensor => {
    const { type, operands } = spaceOperands(start, stop, options.dtype, 'logspace');
    const exponents = spaced(...operands, options);
    return lax.convert(lax.pow(lax.fullLike(exponents, options.base ?? 10), exponents), type);
  },
  { optionNames: ['num', 'endpoint', 'axis', 'dtype', 'base'] },
);
/**
 * Numbers in a geometric progression from `start` to `stop`.
 *
 * @param start The first number, or a tensor of first numbers; not 0.
 * @param stop The last number, or a tensor of last numbers, of the sign of `start`.
 * @param options `num`: how many numbers; default 50. `endpoint`: whether `stop` is the last one; default true. `axis`: where the new
 *   axis stands; default 0. `dtype`: of the result; by default the common float dtype.
 * @returns The numbers along a new axis.
 * @see `keras.ops.geomspace`
 * @example
 * ops.geomspace(1, 16, { num: 5 }) // [1, 2, 4, 8, 16]
 */
export const geomspace = op(
  'geomspace',
  (start: TensorLike, stop: TensorLike, options: SpaceOptions = {}): Tensor => {
    const { type, operands } = spaceOperands(start, stop, options.dtype, 'geomspace');
    const [a, b] = broadcast('geomspace', operands);
    const negative = lax.and(lax.lt(a, lax.zerosLike(a)), lax.lt(b, lax.zerosLike(b)));
    const sign = lax.select(negative, lax.fullLike(a, -1), lax.fullLike(a, 1));
    const values = lax.exp(spaced(lax.log(lax.mul(a, sign)), lax.log(lax.mul(b, sign)), options));
    const d = normalizeAxis(options.axis ?? 0, values.ndim, 'geomspace');
    const kept = range(values.ndim).filter((i) => i !== d);
    return lax.convert(lax.mul(values, lax.broadcastInDim(sign, values.shape, kept)), type);
  },
  { optionNames: ['num', 'endpoint', 'axis', 'dtype'] },
);

/**
 * A matrix with ones on one diagonal and zeros elsewhere.
 *
 * @param N The number of rows.
 * @param options `M`: the number of columns; by default `N`. `k`: the diagonal; 0 (the default) is the main one, positive ones lie above
 *   it. `dtype`: default `floatx()`.
 * @returns A matrix of shape (N, M).
 * @see `keras.ops.eye`
 * @example
 * ops.eye(2, { M: 3 }) // [[1, 0, 0], [0, 1, 0]]
 */
export const eye = checked(
  'eye',
  (
    N: number,
    { M = null, k = 0, dtype }: { readonly M?: number | null; readonly k?: number } & DTypeOptions = {},
  ): Tensor => {
    checkCount('eye', 'N', N);
    const shape = [N, M ?? N];
    const row = lax.iota(tensorApplier, 'int32', shape, 0);
    const column = lax.iota(tensorApplier, 'int32', shape, 1);
    return lax.convert(lax.eq(lax.add(row, lax.fullLike(row, k)), column), typeOf(dtype, floatx(), 'eye'));
  },
);
/**
 * The identity matrix: ones on the main diagonal, zeros elsewhere.
 *
 * @param n The number of rows and columns.
 * @param options `dtype`: of the result; default `floatx()`.
 * @returns A matrix of shape (n, n).
 * @see `keras.ops.identity`
 * @example
 * ops.identity(2) // [[1, 0], [0, 1]]
 */
export const identity = checked('identity', (n: number, { dtype }: DTypeOptions = {}): Tensor => {
  checkCount('identity', 'n', n);
  return eye(n, { dtype });
});

function triangle(name: string, keep: (row: Tensor, column: Tensor, k: number) => Tensor) {
  return op(name, (x: TensorLike, { k = 0 }: { readonly k?: number } = {}): Tensor => {
    const t = toTensor(x, null, name);
    if (t.ndim < 2) throw new ValueError(`${name}: needs at least 2 dimensions, got ${t.ndim}.`);
    const row = lax.iota(tensorApplier, 'int32', t.shape, t.ndim - 2);
    const column = lax.iota(tensorApplier, 'int32', t.shape, t.ndim - 1);
    return lax.select(keep(row, column, k), t, lax.zerosLike(t));
  });
}
/**
 * The lower triangle; zeros above diagonal `k`.
 *
 * @param x At least two axes; the last two hold the matrices.
 * @param options `k`: the diagonal; 0 (the default) is the main one, positive ones lie above it.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} `x` has less than two axes.
 * @see `keras.ops.tril`
 * @example
 * ops.tril([[1, 2], [3, 4]]) // [[1, 0], [3, 4]]
 */
export const tril = triangle('tril', (row, column, k) => lax.ge(lax.add(row, lax.fullLike(row, k)), column));
/**
 * The upper triangle; zeros below diagonal `k`.
 *
 * @param x At least two axes; the last two hold the matrices.
 * @param options `k`: the diagonal; 0 (the default) is the main one, positive ones lie above it.
 * @returns The shape and dtype of `x`.
 * @throws {ValueError} `x` has less than two axes.
 * @see `keras.ops.triu`
 * @example
 * ops.triu([[1, 2], [3, 4]]) // [[1, 2], [0, 4]]
 */
export const triu = triangle('triu', (row, column, k) => lax.le(lax.add(row, lax.fullLike(row, k)), column));
/**
 * A matrix with ones at and below a diagonal and zeros above it.
 *
 * @param N The number of rows.
 * @param options `M`: the number of columns; by default `N`. `k`: the last diagonal with ones; 0 (the default) is the main one. `dtype`:
 *   default `floatx()`.
 * @returns A matrix of shape (N, M).
 * @see `keras.ops.tri`
 * @example
 * ops.tri(2, { M: 3 }) // [[1, 0, 0], [1, 1, 0]]
 */
export const tri = checked(
  'tri',
  (
    N: number,
    { M = null, k = 0, dtype }: { readonly M?: number | null; readonly k?: number } & DTypeOptions = {},
  ): Tensor => {
    checkCount('tri', 'N', N);
    return tril(ones([N, M ?? N], { dtype }), { k });
  },
);

/**
 * A tensor from anything array-like.
 *
 * @param x A number, nested lists, a typed array, a tensor or a variable.
 * @param options `dtype`: of the result; by default that of `x`, `floatx()` for numbers.
 * @returns A tensor.
 * @throws {ValueError} The lists are ragged.
 * @see `keras.ops.array`, `keras.ops.convert_to_tensor`
 * @example
 * ops.array([[1, 2], [3, 4]]) // [[1, 2], [3, 4]]
 */
export const array = checked('array', (x: TensorLike, { dtype }: DTypeOptions = {}): Tensor =>
  isComplexDType(dtype) ? toComplex(toTensor(x), dtype) : toTensor(x, dtype ? standardizeDType(dtype, 'array') : null),
);

/** A scalar constant. */
export const constant = (value: number, dtype: DType): Tensor =>
  tensorApplier.constant(fromNumbers(dtype, [], [value]));

/**
 * @file The vocabulary of the engine: one function per primitive, for graph values and tensors alike. What a primitive means
 * stands in its definition under primitives/; this file names it, types its params and skips applications that change nothing.
 *
 * Named for XLA's and JAX's `lax`, whose operations these follow.
 */
import type { DType } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { fromNumbers } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { range, sameShape } from '../core/shape.js';
import type { Applier, Operand } from './operand.js';
import type { Graph, Value } from './graph.js';
import { primitiveByName } from './primitive.js';

function call<T extends Operand<T>>(name: string, inputs: readonly T[], params: unknown): T[] {
  return inputs[0].applier.apply(primitiveByName(name), inputs, params);
}
function one<T extends Operand<T>>(name: string, inputs: readonly T[], params: unknown = {}): T {
  return call(name, inputs, params)[0];
}

/** A function of one operand, element by element. */
export type UnaryFunction = <T extends Operand<T>>(x: T) => T;
/** A function of two operands of the same shape and dtype, element by element. */
export type BinaryFunction = <T extends Operand<T>>(x: T, y: T) => T;

const unary =
  (name: string): UnaryFunction =>
  (x) =>
    one(name, [x]);
const binary =
  (name: string): BinaryFunction =>
  (x, y) =>
    one(name, [x, y]);

// ---- element-wise (primitives/elementwise.ts) ----

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
/** Integers truncate towards zero. */
export const div = binary('div');
/** The sign is the dividend's. */
export const rem = binary('rem');
export const pow = binary('pow');
/** NaN if either side is. */
export const max = binary('max');
/** NaN if either side is. */
export const min = binary('min');
export const neg = unary('neg');
export const abs = unary('abs');
export const sign = unary('sign');
export const floor = unary('floor');
export const ceil = unary('ceil');
export const trunc = unary('trunc');
/** Half to even. */
export const roundEven = unary('roundEven');
export const sqrt = unary('sqrt');
export const exp = unary('exp');
export const expm1 = unary('expm1');
export const log = unary('log');
export const log1p = unary('log1p');
export const logistic = unary('logistic');
export const sin = unary('sin');
export const cos = unary('cos');
export const tan = unary('tan');
export const asin = unary('asin');
export const acos = unary('acos');
export const atan = unary('atan');
export const sinh = unary('sinh');
export const cosh = unary('cosh');
export const tanh = unary('tanh');
export const asinh = unary('asinh');
export const acosh = unary('acosh');
export const atanh = unary('atanh');
export const erf = unary('erf');
export const erfinv = unary('erfinv');
export const lgamma = unary('lgamma');
export const digamma = unary('digamma');
export const atan2 = binary('atan2');
export const nextAfter = binary('nextAfter');
/** Logical on bool, bitwise on integers; so are `and`, `or`, `xor`. */
export const not = unary('not');
export const popcount = unary('popcount');
export const and = binary('and');
export const or = binary('or');
export const xor = binary('xor');
export const shiftLeft = binary('shiftLeft');
export const shiftRightLogical = binary('shiftRightLogical');
export const shiftRightArithmetic = binary('shiftRightArithmetic');
/** Gives bool; so do the comparisons. */
export const isFinite = unary('isFinite');
export const eq = binary('eq');
export const ne = binary('ne');
export const lt = binary('lt');
export const le = binary('le');
export const gt = binary('gt');
export const ge = binary('ge');
/** `x` itself, through which no gradient flows. */
export const stopGradient = unary('stopGradient');

/** `onTrue` where `condition` (bool) holds, else `onFalse`. All of one shape. */
export function select<T extends Operand<T>>(condition: T, onTrue: T, onFalse: T): T {
  return one('select', [condition, onTrue, onFalse]);
}

export interface DTypeParams {
  readonly dtype: DType;
}
/** The same numbers in another dtype. */
export function convert<T extends Operand<T>>(x: T, dtype: DType): T {
  return x.dtype === dtype ? x : one('convert', [x], { dtype } satisfies DTypeParams);
}
/** The same 32 bits read as another 32-bit dtype. */
export function bitcast<T extends Operand<T>>(x: T, dtype: DType): T {
  return x.dtype === dtype ? x : one('bitcast', [x], { dtype } satisfies DTypeParams);
}

// ---- constants ----

export function constantLike<T extends Operand<T>>(like: T, value: NDArray): T {
  return like.applier.constant(value);
}
/** A scalar constant. */
export function scalarLike<T extends Operand<T>>(like: T, value: number, dtype: DType = like.dtype): T {
  return like.applier.constant(fromNumbers(dtype, [], [value]));
}
/** A constant of any shape, stored as one number. */
export function full<T extends Operand<T>>(applier: Applier<T>, shape: Shape, value: number, dtype: DType): T {
  return broadcastInDim(applier.constant(fromNumbers(dtype, [], [value])), shape, []);
}
export function fullLike<T extends Operand<T>>(like: T, value: number, dtype: DType = like.dtype): T {
  return full(like.applier, like.shape, value, dtype);
}
export function zerosLike<T extends Operand<T>>(like: T, dtype: DType = like.dtype): T {
  return fullLike(like, 0, dtype);
}
export interface IotaParams {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly axis: number;
}
/** 0, 1, 2, … along `axis`, repeated along the others. */
export function iota<T extends Operand<T>>(applier: Applier<T>, dtype: DType, shape: Shape, axis: number): T {
  const params: IotaParams = { dtype, shape: [...shape], axis };
  return applier.apply(primitiveByName('iota'), [], params)[0];
}

// ---- structure (primitives/structure.ts) ----

export interface BroadcastParams {
  readonly shape: Shape;
  /** Output dimension of each input dimension, ascending. An input dimension is 1 or has the output's size. */
  readonly dims: readonly number[];
}
/** Repeat `x` to `shape`; `dims[i]` is the output dimension of input dimension `i`. */
export function broadcastInDim<T extends Operand<T>>(x: T, shape: Shape, dims: readonly number[]): T {
  return sameShape(x.shape, shape)
    ? x
    : one('broadcastInDim', [x], { shape: [...shape], dims: [...dims] } satisfies BroadcastParams);
}
/** NumPy's broadcasting: dimensions are aligned at the end. */
export function broadcastTo<T extends Operand<T>>(x: T, shape: Shape): T {
  return broadcastInDim(
    x,
    shape,
    range(x.shape.length).map((i) => i + shape.length - x.shape.length),
  );
}

export interface ReshapeParams {
  readonly shape: Shape;
}
/** The same elements in the same order under another shape. */
export function reshape<T extends Operand<T>>(x: T, shape: Shape): T {
  return sameShape(x.shape, shape) ? x : one('reshape', [x], { shape: [...shape] } satisfies ReshapeParams);
}

export interface TransposeParams {
  readonly permutation: readonly number[];
}
/** Output dimension `i` is input dimension `permutation[i]`. */
export function transpose<T extends Operand<T>>(x: T, permutation: readonly number[]): T {
  const same = permutation.length === x.shape.length && permutation.every((d, i) => d === i);
  return same ? x : one('transpose', [x], { permutation: [...permutation] } satisfies TransposeParams);
}

export interface SliceParams {
  readonly start: readonly number[];
  /** Exclusive. */
  readonly limit: readonly number[];
  /** Positive. */
  readonly strides: readonly number[];
}
/** Elements from `start` to before `limit`, each `strides`-th. */
export function slice<T extends Operand<T>>(
  x: T,
  start: readonly number[],
  limit: readonly number[],
  strides?: readonly number[],
): T {
  const steps = strides ?? start.map(() => 1);
  const whole =
    x.shape.length === start.length && x.shape.every((dim, i) => start[i] === 0 && limit[i] === dim && steps[i] === 1);
  return whole
    ? x
    : one('slice', [x], { start: [...start], limit: [...limit], strides: [...steps] } satisfies SliceParams);
}

export interface PadParams {
  /** Elements added before, per dimension; negative ones crop. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Elements put between each two neighbours; not negative. */
  readonly interior: readonly number[];
  readonly value: number;
}
/** Put `value` around and between the elements; negative `low` or `high` crop. */
export function pad<T extends Operand<T>>(x: T, { low, high, interior, value }: PadParams): T {
  const nothing = low.length === x.shape.length && [...low, ...high, ...interior].every((n) => n === 0);
  return nothing
    ? x
    : one('pad', [x], { low: [...low], high: [...high], interior: [...interior], value } satisfies PadParams);
}

export interface AxisParams {
  readonly axis: number;
}
/** The operands one after another along `axis` (from 0). */
export function concatenate<T extends Operand<T>>(inputs: readonly T[], axis: number): T {
  return inputs.length === 1 ? inputs[0] : one('concatenate', inputs, { axis } satisfies AxisParams);
}

export interface AxesParams {
  /** From 0, ascending. */
  readonly axes: readonly number[];
}
const axesParams = (axes: readonly number[]): AxesParams => ({ axes: [...axes].sort((a, b) => a - b) });
export function reverse<T extends Operand<T>>(x: T, axes: readonly number[]): T {
  return axes.length === 0 ? x : one('reverse', [x], axesParams(axes));
}

// ---- reduction (primitives/reduction.ts); reduced axes are dropped ----

export function reduceSum<T extends Operand<T>>(x: T, axes: readonly number[]): T {
  return axes.length === 0 ? x : one('reduceSum', [x], axesParams(axes));
}
export function reduceProd<T extends Operand<T>>(x: T, axes: readonly number[]): T {
  return axes.length === 0 ? x : one('reduceProd', [x], axesParams(axes));
}
/** NaN if any element is. On bool: any. */
export function reduceMax<T extends Operand<T>>(x: T, axes: readonly number[]): T {
  return axes.length === 0 ? x : one('reduceMax', [x], axesParams(axes));
}
/** NaN if any element is. On bool: all. */
export function reduceMin<T extends Operand<T>>(x: T, axes: readonly number[]): T {
  return axes.length === 0 ? x : one('reduceMin', [x], axesParams(axes));
}
/** Index (int32) of the first greatest element along `axis`; a NaN counts as greatest. */
export function argMax<T extends Operand<T>>(x: T, axis: number): T {
  return one('argMax', [x], { axis } satisfies AxisParams);
}
/** Index (int32) of the first least element along `axis`; a NaN counts as least. */
export function argMin<T extends Operand<T>>(x: T, axis: number): T {
  return one('argMin', [x], { axis } satisfies AxisParams);
}

// ---- cumulative, sort (primitives/order.ts) ----

export interface CumulativeParams {
  readonly kind: 'sum' | 'prod' | 'max' | 'min';
  readonly axis: number;
  /** Accumulate from the end. */
  readonly reverse: boolean;
}
/** Inclusive scan along an axis. Shape and dtype of `x`. */
export function cumulative<T extends Operand<T>>(x: T, params: CumulativeParams): T {
  return one('cumulative', [x], params);
}
/** Ascending and stable along `axis`; NaNs last. Descending order is made with `reverse`. */
export function sort<T extends Operand<T>>(x: T, axis: number): T {
  return one('sort', [x], { axis } satisfies AxisParams);
}
/** The indices (int32) along `axis` that sort `x` as `sort` does. */
export function argSort<T extends Operand<T>>(x: T, axis: number): T {
  return one('argSort', [x], { axis } satisfies AxisParams);
}

// ---- indexing (primitives/indexing.ts) ----

/**
 * Rows of `operand` by number: operand (n, …inner), indices of any shape (an integer dtype) → (…indices, …inner).
 * Indices outside of [0, n) are clamped into it, as XLA does.
 */
export function gather<T extends Operand<T>>(operand: T, indices: T): T {
  return one('gather', [operand, indices]);
}
export interface ScatterParams {
  /** What happens where an update meets an element: replace it (the last update wins), or combine. */
  readonly mode: 'set' | 'add' | 'max' | 'min' | 'mul';
}
/**
 * `operand` (n, …inner) with `updates` (…indices, …inner) put into the rows that `indices` number. Updates with an index outside of
 * [0, n) are dropped. Updates of one row are applied in order, so that results are repeatable.
 */
export function scatter<T extends Operand<T>>(operand: T, indices: T, updates: T, mode: ScatterParams['mode']): T {
  return one('scatter', [operand, indices, updates], { mode } satisfies ScatterParams);
}
export interface DynamicSliceParams {
  readonly sizes: readonly number[];
}
/** `sizes` elements from `starts` (one int32 scalar per dimension); starts are clamped so that the slice fits. */
export function dynamicSlice<T extends Operand<T>>(x: T, starts: readonly T[], sizes: readonly number[]): T {
  return one('dynamicSlice', [x, ...starts], { sizes: [...sizes] } satisfies DynamicSliceParams);
}
/** `x` with `update` put at `starts` (one int32 scalar per dimension), clamped so that it fits. */
export function dynamicUpdateSlice<T extends Operand<T>>(x: T, update: T, starts: readonly T[]): T {
  return one('dynamicUpdateSlice', [x, update, ...starts]);
}

// ---- contraction (primitives/dot.ts, primitives/convolution.ts) ----

export interface DotParams {
  /** Dimensions that pair up and stay, of the left and of the right operand, in the same order. */
  readonly lhsBatch: readonly number[];
  readonly rhsBatch: readonly number[];
  /** Dimensions that are multiplied and summed. */
  readonly lhsContract: readonly number[];
  readonly rhsContract: readonly number[];
}
/** Sum of products. Output: batch dimensions, the other dimensions of the left, the others of the right; the dtype of both. */
export function dotGeneral<T extends Operand<T>>(lhs: T, rhs: T, params: DotParams): T {
  return one('dotGeneral', [lhs, rhs], params);
}

/** Which dimension of an array is what. */
export interface ConvDims {
  /** Batch of the input and output; output features of the kernel. */
  readonly batch: number;
  /** Features (channels) of the input and output; input features of the kernel. */
  readonly feature: number;
  readonly spatial: readonly number[];
}
export interface ConvParams {
  /** Dimensions of the input, of the kernel (`batch` = output features, `feature` = input features of a group) and of the output. */
  readonly lhs: ConvDims;
  readonly rhs: ConvDims;
  readonly out: ConvDims;
  readonly strides: readonly number[];
  /** [before, after] per spatial dimension, counted after lhsDilation; negative ones crop. */
  readonly padding: readonly (readonly [number, number])[];
  /** Distance between neighbours of the input: 1 is dense, above it zeros are put between (a transposed convolution). */
  readonly lhsDilation: readonly number[];
  /** Distance between the taps of the kernel. */
  readonly rhsDilation: readonly number[];
  /** Input features are cut into this many groups, output features too. */
  readonly featureGroups: number;
  /** The batch is cut into this many groups, output features too (the gradient of a grouped convolution for its kernel). */
  readonly batchGroups: number;
}
/** Cross-correlation, as XLA's ConvGeneralDilated. Any number of spatial dimensions. Both operands have the same float dtype. */
export function convGeneral<T extends Operand<T>>(lhs: T, rhs: T, params: ConvParams): T {
  return one('convGeneral', [lhs, rhs], params);
}

// ---- windows (primitives/window.ts) ----

export interface WindowParams {
  /** One entry per dimension of the operand (1 for batch and channels). */
  readonly window: readonly number[];
  readonly strides: readonly number[];
  /** [before, after] per dimension. Padding is neutral: -Infinity for max, 0 for sum. */
  readonly padding: readonly (readonly [number, number])[];
  /** Distance between the elements of a window. */
  readonly dilation: readonly number[];
}
/** Sum of each window. */
export function reduceWindowSum<T extends Operand<T>>(x: T, params: WindowParams): T {
  return one('reduceWindowSum', [x], params);
}
/** Maximum of each window. */
export function reduceWindowMax<T extends Operand<T>>(x: T, params: WindowParams): T {
  return one('reduceWindowMax', [x], params);
}
/** Minimum of each window. */
export function reduceWindowMin<T extends Operand<T>>(x: T, params: WindowParams): T {
  return one('reduceWindowMin', [x], params);
}
/**
 * `source` (one number per window of `x`) added into a zero array of the shape of `x` at the place of each window's first maximum:
 * the gradient of `reduceWindowMax`.
 */
export function selectAndScatter<T extends Operand<T>>(x: T, source: T, params: WindowParams): T {
  return one('selectAndScatter', [x, source], params);
}
/** For each window of `x`, the element of `values` (shape of `x`) at the place of the window's first maximum. */
export function selectAndGather<T extends Operand<T>>(x: T, values: T, params: WindowParams): T {
  return one('selectAndGather', [x, values], params);
}

// ---- random bits (primitives/random.ts) ----

export interface RandomBitsParams {
  readonly shape: Shape;
}
/**
 * 32 random bits (uint32) per element, by the threefry-2x32 hash of a key (uint32, shape (2,)) over the counter 0, 1, …: bit for
 * bit what `jax.random.bits` gives with the default configuration of the pinned JAX (`jax_threefry_partitionable` as it stands there).
 */
export function randomBits<T extends Operand<T>>(key: T, shape: Shape): T {
  return one('randomBits', [key], { shape: [...shape] } satisfies RandomBitsParams);
}
/** The raw block cipher, element by element: (key0, key1, count0, count1), all uint32 of one shape → two uint32 arrays of that shape. */
export function threefry2x32<T extends Operand<T>>(key0: T, key1: T, count0: T, count1: T): [T, T] {
  return call('threefry2x32', [key0, key1, count0, count1], {}) as [T, T];
}

// ---- control flow (primitives/control.ts) ----

export interface WhileParams {
  /** From the loop's state (and then the captured values) to one bool scalar. */
  readonly condition: Graph;
  /** From the loop's state (and then the captured values) to the next state. */
  readonly body: Graph;
  /** How many of the operands are captured values, which stay the same; they stand last. */
  readonly captures: number;
}
/** Run `body` on the state as long as `condition` holds. No gradient: use `scan` where one is needed. */
export function whileLoop<T extends Operand<T>>(operands: readonly T[], params: WhileParams): T[] {
  return call('while', operands, params);
}
export interface ScanParams {
  /** (…carry, …slices of xs, …captures) → (…carry, …slices of ys). */
  readonly body: Graph;
  readonly carries: number;
  /** How many operands after the carries are scanned over along axis 0. */
  readonly scanned: number;
  readonly length: number;
  readonly reverse: boolean;
}
/** `length` steps of `body`; gives the last carries and the stacked ys. Has a gradient. */
export function scan<T extends Operand<T>>(operands: readonly T[], params: ScanParams): T[] {
  return call('scan', operands, params);
}
export interface CondParams {
  /** (…operands after the predicate) → outputs. Both give the same types. */
  readonly onTrue: Graph;
  readonly onFalse: Graph;
}
/** The outputs of one of two graphs, by a bool scalar. */
export function cond<T extends Operand<T>>(predicate: T, operands: readonly T[], params: CondParams): T[] {
  return call('cond', [predicate, ...operands], params);
}
export interface RematParams {
  readonly body: Graph;
  /** For each operand whether the second run of the body waits for the gradient to read it. Operands that stay in memory anyhow need not. */
  readonly ordered: readonly boolean[];
}
/** The outputs of `body`. Its gradient runs it once more, rather than to keep its inner values. */
export function remat<T extends Operand<T>>(operands: readonly T[], params: RematParams): T[] {
  return call('remat', operands, params);
}
/** `x`, computed only once `after` is known. Passes do not take the result for `x`, so that they do not undo the order. */
export function orderAfter<T extends Operand<T>>(x: T, after: T): T {
  return one('orderAfter', [x, after]);
}

// ---- linear algebra (primitives/factorizations.ts, primitives/spectral.ts); matrices are the last two dimensions ----

/** L, lower triangular with L·Lᵀ = A. Only the lower triangle of `a` is read. NaN in the whole triangle if A is not positive definite. */
export function cholesky<T extends Operand<T>>(a: T): T {
  return one('cholesky', [a]);
}
export interface TriangularSolveParams {
  /** Which triangle of the matrix is read. */
  readonly lower: boolean;
  /** Solve with the transpose of that triangle. */
  readonly transpose: boolean;
  /** Take the diagonal as ones, without reading it. */
  readonly unit: boolean;
}
/** X with A·X = B: matrices (…, n, n) and (…, n, m). */
export function triangularSolve<T extends Operand<T>>(a: T, b: T, params: TriangularSolveParams): T {
  return one('triangularSolve', [a, b], params);
}
/**
 * P·A = L·U with partial pivoting.
 *
 * @returns L (below the diagonal, which is 1) and U in one matrix; pivots (int32: row i was swapped with row pivots[i]); and the order of
 *     the rows (int32: row i of P·A is row order[i] of A).
 */
export function lu<T extends Operand<T>>(a: T): [factors: T, pivots: T, order: T] {
  return call('lu', [a], {}) as [T, T, T];
}
export interface QrParams {
  /** Whether Q is square: (m, m) and R (m, n), instead of (m, k) and (k, n) with k = min(m, n). */
  readonly full: boolean;
}
/** A = Q·R, Q with orthonormal columns, R upper triangular; signs are those of LAPACK. */
export function qr<T extends Operand<T>>(a: T, params: QrParams): [q: T, r: T] {
  return call('qr', [a], params) as [T, T];
}
/** Eigenvalues (…, n), ascending, and orthonormal eigenvectors in columns, of symmetric matrices. Only the lower triangle is read. */
export function eigh<T extends Operand<T>>(a: T): [values: T, vectors: T] {
  return call('eigh', [a], {}) as [T, T];
}
/** Eigenvalues (…, n) and eigenvectors in columns (…, n, n) of matrices of any kind, as real and imaginary parts. In no particular order. */
export function eig<T extends Operand<T>>(a: T): [wr: T, wi: T, vr: T, vi: T] {
  return call('eig', [a], {}) as [T, T, T, T];
}
export interface SvdParams {
  /** Whether U and V are square; else they have as many columns as there are singular values. */
  readonly full: boolean;
}
/** A = U·diag(s)·Vᵀ, s descending. */
export function svd<T extends Operand<T>>(a: T, params: SvdParams): [u: T, s: T, vt: T] {
  return call('svd', [a], params) as [T, T, T];
}
/** Singular values alone, descending. */
export function singularValues<T extends Operand<T>>(a: T): T {
  return one('singularValues', [a]);
}
export interface FftParams {
  /** From 0. Its size is a product of 2, 3, 5 and 7. */
  readonly axis: number;
  readonly inverse: boolean;
}
/** Σ_j x_j·e^(∓2πi·jk/n) along an axis (+ for the inverse, which is not divided by n), of complex numbers as pairs of arrays. */
export function fft<T extends Operand<T>>(re: T, im: T, params: FftParams): [re: T, im: T] {
  return call('fft', [re, im], params) as [T, T];
}
/** A function that carries cotangents of results back. */
export type Backward = (
  cotangents: readonly (Value | null)[],
  given: WithGradientValues<Value>,
) => readonly (Value | null)[];
/** What `Backward` is given beside cotangents. */
export interface WithGradientValues<T> {
  readonly inputs: readonly T[];
  readonly residuals: readonly T[];
  readonly outputs: readonly T[];
}
export interface WithGradientParams {
  /** How many operands are inputs, and how many of the next are residuals; the rest are outputs. */
  readonly inputs: number;
  readonly residuals: number;
  readonly backward: Backward;
  /** Tells one rule from another. */
  readonly id: number;
}
let rules = 0;
/**
 * The outputs as they are, with a gradient of their own: none flows back through the way in which they were computed.
 *
 * @param given `inputs`: what gets the gradient. `residuals`: what the rule needs beside inputs and outputs.
 * @param backward Cotangents of the inputs from those of the outputs (null: none).
 */
export function withGradient<T extends Operand<T>>(
  { inputs, residuals, outputs }: WithGradientValues<T>,
  backward: Backward,
): T[] {
  const params: WithGradientParams = { inputs: inputs.length, residuals: residuals.length, backward, id: rules++ };
  return call('withGradient', [...inputs, ...residuals, ...outputs], params);
}

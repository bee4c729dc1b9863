/** @file Where elements are and which there are: nonzero, unique, isin, positions of flat indices. */
import { RuntimeError, ValueError } from '../../core/errors.js';
import { checkKind } from '../../core/kinds.js';
import { fromNumbers } from '../../core/ndarray.js';
import { normalizeAxis, range, sizeOf, stridesOf } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { KerasTensor, OpArgs, Spec, Tensor, TensorLike } from '../../runtime/index.js';
import { constantTensor, isTracing, op, toTensor } from '../../runtime/index.js';
import { promote } from '../common.js';
import { dtype as dtypeOf, shape as shapeOf } from '../core.js';

/** A tensor whose numbers are there, for ops whose result's shape depends on them. */
function known(name: string, x: TensorLike): Tensor {
  const t = toTensor(x, null, name);
  if (t.isTraced && isTracing())
    throw new RuntimeError(
      `${name}: the shape of its result depends on the numbers, which a traced program does not have. Call it outside of jit and trainStep.`,
    );
  return t;
}
const ints = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  constantTensor(fromNumbers('int32', shape, values));

/**
 * The positions of all elements that are not 0: one int32 vector per axis. Cannot be traced.
 *
 * @param x Any shape and dtype. Its numbers must be known, so that it cannot be traced.
 * @returns A list with one int32 vector for each axis.
 * @throws {RuntimeError} `x` is traced, so that its numbers are not known.
 * @see `keras.ops.nonzero`
 * @example
 * ops.nonzero([[0, 5], [6, 0]]) // [[0, 1], [1, 0]]
 */
export const nonzero = op(
  'nonzero',
  (x: TensorLike): Tensor[] => {
    const t = known('nonzero', x);
    const places: number[] = [];
    t.ndarray.data.forEach((value, i) => {
      if (value !== 0) places.push(i);
    });
    const strides = stridesOf(t.shape);
    return t.shape.map((dim, d) => ints(places.map((i) => Math.floor(i / strides[d]) % dim)));
  },
  { spec: (x) => shapeOf(x).map((): Spec => ({ shape: [null], dtype: 'int32' })) },
);

/**
 * Positions in the flattened tensor as positions on each axis.
 *
 * @param indices Positions in row-major order, of any shape.
 * @param shape The shape of the tensor that is not flattened.
 * @returns A list with one tensor for each axis, of the shape of `indices`.
 * @see `keras.ops.unravel_index`
 * @example
 * ops.unravelIndex([3, 5], [2, 3]) // [[1, 1], [0, 2]]
 */
export const unravelIndex = op('unravel_index', (indices: TensorLike, shape: readonly number[]): Tensor[] => {
  const raw = lax.convert(toTensor(indices, null, 'unravel_index'), 'int32');
  const total = sizeOf(shape);
  const shifted = lax.select(lax.lt(raw, lax.zerosLike(raw)), lax.add(raw, lax.fullLike(raw, total)), raw);
  const index = lax.min(lax.max(shifted, lax.zerosLike(raw)), lax.fullLike(raw, total - 1));
  const strides = stridesOf(shape);
  return shape.map((dim, d) => {
    const whole = lax.div(index, lax.fullLike(index, strides[d]));
    return lax.rem(whole, lax.fullLike(whole, dim));
  });
});

/** Options of `isin`. */
export interface IsinOptions {
  /** A hint of NumPy's that changes nothing here. */
  readonly assumeUnique?: boolean;
  /** Whether to give the opposite. Default false. */
  readonly invert?: boolean;
}
/**
 * Whether each element of `x1` is among those of `x2`.
 *
 * @param x1 Any shape and dtype.
 * @param x2 The elements that are looked for, of any shape.
 * @param options `invert`: tell which are not among them; default false. `assumeUnique`: accepted and not needed.
 * @returns Bools of the shape of `x1`.
 * @see `keras.ops.isin`
 * @example
 * ops.isin([1, 2, 3], [2, 4]) // [false, true, false]
 */
export const isin = op(
  'isin',
  (x1: TensorLike, x2: TensorLike, { invert = false }: IsinOptions = {}): Tensor => {
    const [a, b] = promote('isin', [x1, x2]);
    const shape = [...a.shape, b.size];
    const equal = lax.eq(
      lax.broadcastInDim(a, shape, range(a.ndim)),
      lax.broadcastInDim(lax.reshape(b, [b.size]), shape, [a.ndim]),
    );
    const found = lax.reduceMax(equal, [a.ndim]);
    return invert ? lax.not(found) : found;
  },
  { optionNames: ['assumeUnique', 'invert'] },
);

/** Options of `unique`. */
export interface UniqueOptions {
  /** Whether the elements ascend; they always do. Default true. */
  readonly sorted?: boolean;
  /** Also give where each first occurs. */
  readonly returnIndex?: boolean;
  /** Also give, for each element, its place among the unique ones. */
  readonly returnInverse?: boolean;
  /** Also give how often each occurs. */
  readonly returnCounts?: boolean;
  /** Compare slices along an axis rather than elements. */
  readonly axis?: number | null;
  /** How many to give: fewer are cut off, more are filled with `fillValue`. */
  readonly size?: number | null;
  /** Default: the least element. */
  readonly fillValue?: number | null;
}
function uniqueSpec(x: TensorLike | KerasTensor, options: OpArgs<[UniqueOptions]>[0] = {}): Spec | Spec[] {
  const { returnIndex, returnInverse, returnCounts, axis = null, size = null } = options;
  const shape = shapeOf(x);
  const d = axis === null ? null : normalizeAxis(axis, shape.length, 'unique');
  const vector: Spec = { shape: [size], dtype: 'int32' };
  const specs: Spec[] = [{ shape: d === null ? [size] : shape.with(d, size), dtype: dtypeOf(x) }];
  if (returnIndex) specs.push(vector);
  if (returnInverse) specs.push({ shape: d === null ? shape : [shape[d]], dtype: 'int32' });
  if (returnCounts) specs.push(vector);
  return specs.length === 1 ? specs[0] : specs;
}

/**
 * The elements that occur, ascending, each once; with other results asked for, a list. Cannot be traced.
 *
 * @param x Any shape and dtype. Its numbers must be known, so that it cannot be traced.
 * @param options `returnIndex`, `returnInverse`, `returnCounts`: ask for more results; default false. `axis`: compare whole slices along
 *   it; default null, all elements. `size`: a fixed length, filled up with `fillValue`. `sorted`: default true.
 * @returns The elements, or a list of the elements and of the results that were asked for.
 * @throws {RuntimeError} `x` is traced, so that its numbers are not known.
 * @see `keras.ops.unique`
 * @example
 * ops.unique([3, 1, 3]) // [1, 3]
 */
export const unique = op(
  'unique',
  (x: TensorLike, options: UniqueOptions = {}): Tensor | Tensor[] => {
    const {
      returnIndex = false,
      returnInverse = false,
      returnCounts = false,
      axis = null,
      size = null,
      fillValue = null,
    } = options;
    const t = known('unique', x);
    const d = axis === null ? 0 : axis < 0 ? axis + t.ndim : axis;
    if (axis !== null && (d < 0 || d >= t.ndim))
      throw new ValueError(`unique: axis ${axis} of a tensor of ${t.ndim} dimension(s).`);
    const order = [d, ...range(t.ndim).filter((i) => i !== d)];
    // The numbers are rearranged here rather than by ops: within a trace those would only promise them.
    const shape = axis === null ? [t.size] : order.map((i) => t.shape[i]);
    const [n, ...inner] = shape;
    const width = sizeOf(inner);
    const strides = stridesOf(t.shape);
    const { data: given } = t.ndarray;
    const data =
      axis === null
        ? given
        : range(t.size).map((flat) => {
            const place = stridesOf(shape).map((stride, k) => Math.floor(flat / stride) % shape[k]);
            return given[place.reduce((at, p, k) => at + p * strides[order[k]], 0)];
          });
    const compare = (i: number, j: number): number => {
      for (let k = 0; k < width; k++) {
        const [a, b] = [data[i * width + k], data[j * width + k]];
        if (a < b || (b !== b && a === a)) return -1;
        if (a > b || (a !== a && b === b)) return 1;
      }
      return 0;
    };
    const isNaNRow = (i: number): boolean => range(width).some((k) => Number.isNaN(data[i * width + k]));
    const sorted = range(n).sort((i, j) => compare(i, j) || i - j);
    const [first, counts, inverse] = [[] as number[], [] as number[], new Array<number>(n).fill(0)];
    for (const i of sorted) {
      const last = first[first.length - 1];
      // NaNs differ from one another.
      if (last === undefined || compare(last, i) !== 0 || isNaNRow(i)) {
        first.push(i);
        counts.push(0);
      }
      counts[counts.length - 1]++;
      inverse[i] = first.length - 1;
    }
    checkKind('unique', 'size', size, ['count', 'null']);
    const wanted = size ?? first.length;
    const rows = range(wanted).map((i) => first[i] ?? first[0] ?? 0);
    const values = rows.flatMap((row, i) =>
      range(width).map((k) => (i < first.length || fillValue === null ? data[row * width + k] : fillValue)),
    );
    const picked = constantTensor(fromNumbers(t.dtype, [wanted, ...inner], values));
    const back = range(t.ndim).map((i) => order.indexOf(i));
    const result = [axis === null ? picked : lax.transpose(picked, back)];
    if (returnIndex) result.push(ints(rows));
    if (returnInverse) result.push(ints(inverse, axis === null ? t.shape : [n]));
    if (returnCounts) result.push(ints(range(wanted).map((i) => counts[i] ?? 0)));
    return result.length === 1 ? result[0] : result;
  },
  {
    optionNames: ['sorted', 'returnIndex', 'returnInverse', 'returnCounts', 'axis', 'size', 'fillValue'],
    spec: uniqueSpec,
  },
);

/**
 * Indices that put the `kth` element of the sorted order in its place, no greater ones before it and no lesser ones behind it.
 *
 * @param x Any shape and dtype.
 * @param kth The position, in the sorted order, of the element that is put in its place.
 * @param options `axis`: default −1. null: the flattened tensor.
 * @returns int32 of the shape of `x`.
 * @see `keras.ops.argpartition`
 * @example
 * ops.argpartition([30, 10, 20], 1) // [1, 2, 0]
 */
export const argpartition = op(
  'argpartition',
  (x: TensorLike, kth: number, { axis = -1 }: { readonly axis?: number | null } = {}): Tensor => {
    const raw = toTensor(x, null, 'argpartition');
    const t = axis === null ? lax.reshape(raw, [raw.size]) : raw;
    const d = axis === null ? 0 : axis < 0 ? axis + t.ndim : axis;
    const rank = lax.argSort(lax.argSort(t, d), d);
    checkKind('argpartition', 'kth', kth, ['whole']);
    if (kth >= t.shape[d] || kth < -t.shape[d])
      throw new ValueError(`argpartition: kth=${kth} does not exist on an axis of size ${t.shape[d]}.`);
    const at = lax.fullLike(rank, kth < 0 ? kth + t.shape[d] : kth);
    return lax.argSort(lax.select(lax.le(rank, at), rank, lax.add(at, lax.fullLike(at, 1))), d); // the rest in its old order
  },
);

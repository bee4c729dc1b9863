/** @file Products of matrices and tensors: matmul, dot, tensordot, einsum. */
import { ValueError } from '../../core/errors.js';
import { broadcastShapes, formatShape, normalizeAxis, range } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op } from '../../runtime/index.js';
import { resultType } from '../../core/promotion.js';
import { promote, promotionType } from '../common.js';
import { sum } from './reductions.js';

/** Products of promoted operands. Bools are multiplied and added as integers; whether there is any left is the result. */
function product(promoted: readonly Tensor[], fn: (operands: Tensor[]) => Tensor): Tensor {
  if (promoted[0].dtype !== 'bool') return fn([...promoted]);
  return lax.convert(fn(promoted.map((x) => lax.convert(x, 'int32'))), 'bool');
}

/** Products of int8 matrices are added up in 32 bits, as Keras does. */
function matrixOperands(name: string, xs: readonly TensorLike[]): Tensor[] {
  const types = xs.map(promotionType);
  return promote(name, xs, types.every((type) => type === 'int8') ? 'int32' : resultType(...types));
}

function productOp(name: string, fn: (a: Tensor, b: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor =>
    product((name === 'matmul' ? matrixOperands : promote)(name, [x1, x2]), ([a, b]) => fn(a, b)),
  );
}

/**
 * Matrix product over the last two axes. The axes in front of them broadcast.
 *
 * @param x1 Shape (…, m, k), or a vector of k elements.
 * @param x2 Shape (…, k, n), or a vector of k elements.
 * @returns Shape (…, m, n), without the axes of the vectors; the common dtype.
 * @throws {ValueError} An operand is a scalar, or the sizes do not fit.
 * @see `keras.ops.matmul`
 * @example
 * ops.matmul([[1, 2], [3, 4]], [[1, 0], [0, 2]]) // [[1, 4], [3, 8]]
 */
export const matmul = productOp('matmul', (a, b) => {
  if (a.ndim === 0 || b.ndim === 0) throw new ValueError('matmul: scalars have no matrix product; use multiply.');
  const left = a.ndim === 1 ? lax.reshape(a, [1, ...a.shape]) : a;
  const right = b.ndim === 1 ? lax.reshape(b, [...b.shape, 1]) : b;
  const inner = left.shape[left.ndim - 1];
  if (inner !== right.shape[right.ndim - 2]) {
    throw new ValueError(
      `matmul: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} do not match: ${inner} columns meet ${right.shape[right.ndim - 2]} rows.`,
    );
  }
  let result: Tensor;
  if (right.ndim === 2) {
    // A batch of matrices times one matrix is one large product.
    result = lax.dotGeneral(left, right, {
      lhsBatch: [],
      rhsBatch: [],
      lhsContract: [left.ndim - 1],
      rhsContract: [0],
    });
  } else {
    const batch = broadcastShapes([left.shape.slice(0, -2), right.shape.slice(0, -2)], 'matmul');
    const wide = (x: Tensor): Tensor => lax.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
    const dims = range(batch.length);
    result = lax.dotGeneral(wide(left), wide(right), {
      lhsBatch: dims,
      rhsBatch: dims,
      lhsContract: [batch.length + 1],
      rhsContract: [batch.length],
    });
  }
  const shape = result.shape.filter(
    (_, d) => !(a.ndim === 1 && d === result.ndim - 2) && !(b.ndim === 1 && d === result.ndim - 1),
  );
  return lax.reshape(result, shape);
});

/**
 * The inner product of vectors; of other tensors the sum of products over the last axis of `x1` and the last but one of `x2`.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Any shape and dtype.
 * @returns The other axes of `x1`, then those of `x2`; the common dtype. A scalar multiplies all elements.
 * @throws {ValueError} The summed axes differ in size.
 * @see `keras.ops.dot`
 * @example
 * ops.dot([1, 2], [3, 4]) // 11
 */
export const dot = productOp('dot', (a, b) => {
  if (a.ndim === 0 || b.ndim === 0) {
    const shape = a.ndim === 0 ? b.shape : a.shape;
    return lax.mul(lax.broadcastTo(a, shape), lax.broadcastTo(b, shape));
  }
  const contract = b.ndim === 1 ? 0 : b.ndim - 2;
  if (a.shape[a.ndim - 1] !== b.shape[contract])
    throw new ValueError(`dot: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} do not match.`);
  return lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [a.ndim - 1], rhsContract: [contract] });
});

/**
 * Sum of products over pairs of axes.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Any shape and dtype.
 * @param options `axes`: a number n for the last n axes of `x1` with the first n of `x2`, or [axes of `x1`, axes of `x2`]. Default 2.
 * @returns The other axes of `x1`, then those of `x2`; the common dtype.
 * @throws {ValueError} The axes of a pair differ in size.
 * @see `keras.ops.tensordot`
 * @example
 * ops.tensordot([[1, 2], [3, 4]], [[1, 2], [3, 4]], { axes: 1 }) // [[7, 10], [15, 22]]
 */
export const tensordot = op(
  'tensordot',
  (
    x1: TensorLike,
    x2: TensorLike,
    { axes = 2 }: { readonly axes?: number | readonly [number | readonly number[], number | readonly number[]] } = {},
  ): Tensor => {
    const promoted = promote('tensordot', [x1, x2]);
    const [a, b] = promoted;
    const list = (x: number | readonly number[], ndim: number): number[] =>
      (typeof x === 'number' ? [x] : [...x]).map((d) => normalizeAxis(d, ndim, 'tensordot'));
    const [left, right] =
      typeof axes === 'number'
        ? [range(axes).map((i) => a.ndim - axes + i), range(axes)]
        : [list(axes[0], a.ndim), list(axes[1], b.ndim)];
    if (left.some((d, i) => a.shape[d] !== b.shape[right[i]]))
      throw new ValueError(
        `tensordot: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} do not match along axes [${left.join()}] and [${right.join()}].`,
      );
    return product(promoted, ([x, y]) =>
      lax.dotGeneral(x, y, { lhsBatch: [], rhsBatch: [], lhsContract: left, rhsContract: right }),
    );
  },
);

/**
 * Products of all pairs of elements of two vectors.
 *
 * @param x1 Any shape; it is flattened.
 * @param x2 Any shape; it is flattened.
 * @returns A matrix of shape (elements of `x1`, elements of `x2`) in the common dtype.
 * @see `keras.ops.outer`
 * @example
 * ops.outer([1, 2], [3, 4]) // [[3, 4], [6, 8]]
 */
export const outer = productOp('outer', (a, b) => {
  return lax.dotGeneral(lax.reshape(a, [a.size, 1]), lax.reshape(b, [1, b.size]), {
    lhsBatch: [],
    rhsBatch: [],
    lhsContract: [1],
    rhsContract: [0],
  });
});
/**
 * Sum of products over the last axes.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Any shape and dtype.
 * @returns The other axes of `x1`, then those of `x2`; the common dtype.
 * @throws {ValueError} The last axes differ in size.
 * @see `keras.ops.inner`
 * @example
 * ops.inner([1, 2], [3, 4]) // 11
 */
export const inner = productOp('inner', (a, b) => {
  if (a.ndim === 0 || b.ndim === 0) return dot(a, b);
  return lax.dotGeneral(a, b, { lhsBatch: [], rhsBatch: [], lhsContract: [a.ndim - 1], rhsContract: [b.ndim - 1] });
});
/**
 * Inner product of flattened tensors.
 *
 * @param x1 Any shape; it is flattened.
 * @param x2 As many elements as `x1`.
 * @returns A scalar of the common dtype.
 * @throws {ValueError} The numbers of elements differ.
 * @see `keras.ops.vdot`
 * @example
 * ops.vdot([[1, 2]], [[3], [4]]) // 11
 */
export const vdot = productOp('vdot', (a, b) => {
  return inner(lax.reshape(a, [a.size]), lax.reshape(b, [b.size]));
});

interface Labelled {
  readonly x: Tensor;
  readonly labels: readonly string[];
}

/** Sum out labels that nobody else has, and take diagonals of repeated ones. */
function tidy({ x, labels }: Labelled, keep: ReadonlySet<string>): Labelled {
  let value = x;
  let names = [...labels];
  for (let i = 0; i < names.length; i++) {
    const again = names.indexOf(names[i], i + 1);
    if (again < 0) continue;
    const mask = lax.eq(
      lax.iota(value.applier, 'int32', value.shape, i),
      lax.iota(value.applier, 'int32', value.shape, again),
    );
    value = lax.reduceSum(lax.select(mask, value, lax.zerosLike(value)), [again]);
    names.splice(again, 1);
    i--;
  }
  const dropped = range(names.length).filter((i) => !keep.has(names[i]));
  value = lax.reduceSum(value, dropped);
  names = names.filter((_, i) => !dropped.includes(i));
  return { x: value, labels: names };
}

/** Without the axes of size 1 whose label has another size elsewhere: as in broadcasting, the other's axis stands for both. */
function narrowed({ x, labels }: Labelled, all: readonly Labelled[]): Labelled {
  const isWide = (label: string): boolean =>
    all.some((t) => t.labels.some((l, d) => l === label && t.x.shape[d] !== 1));
  const kept = range(labels.length).filter((d) => x.shape[d] !== 1 || !isWide(labels[d]));
  return {
    x: lax.reshape(
      x,
      kept.map((d) => x.shape[d]),
    ),
    labels: kept.map((d) => labels[d]),
  };
}

function contract(a: Labelled, b: Labelled, keep: ReadonlySet<string>): Labelled {
  const shared = a.labels.filter((l) => b.labels.includes(l));
  const batch = shared.filter((l) => keep.has(l));
  const summed = shared.filter((l) => !keep.has(l));
  const at = (t: Labelled, list: readonly string[]): number[] => list.map((l) => t.labels.indexOf(l));
  for (const l of shared) {
    const [m, n] = [a.x.shape[a.labels.indexOf(l)], b.x.shape[b.labels.indexOf(l)]];
    if (m !== n) throw new ValueError(`einsum: the size of '${l}' is ${m} in one operand and ${n} in another.`);
  }
  const x = lax.dotGeneral(a.x, b.x, {
    lhsBatch: at(a, batch),
    rhsBatch: at(b, batch),
    lhsContract: at(a, summed),
    rhsContract: at(b, summed),
  });
  const free = (t: Labelled): string[] => t.labels.filter((l) => !shared.includes(l));
  return { x, labels: [...batch, ...free(a), ...free(b)] };
}

/**
 * Einstein's summation: products of operands, summed over the axes whose letter is missing in the result.
 *
 * @param subscripts One letter for each axis of each operand, with commas between operands; behind `->` the letters of the result.
 * @param operands The tensors, one by one or in one list.
 * @returns A tensor of the common dtype, with the axes behind `->`.
 * @throws {ValueError} The letters do not fit the operands.
 * @see `keras.ops.einsum`
 * @example
 * ops.einsum('ij,j->i', [[1, 2], [3, 4]], [1, 1]) // [3, 7]
 */
export const einsum = op('einsum', (subscripts: string, ...operands: readonly TensorLike[]): Tensor => {
  const inList =
    operands.length === 1 &&
    Array.isArray(operands[0]) &&
    operands[0].some((o) => typeof o === 'object' && !Array.isArray(o));
  return product(matrixOperands('einsum', inList ? (operands[0] as readonly TensorLike[]) : operands), (tensors) =>
    summation(subscripts, tensors),
  );
});
function summation(subscripts: string, tensors: readonly Tensor[]): Tensor {
  const [left, right] = subscripts.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== tensors.length)
    throw new ValueError(`einsum: '${subscripts}' names ${terms.length} operands, got ${tensors.length}.`);
  const ellipsisDims = Math.max(
    0,
    ...terms.map((term, i) => (term.includes('...') ? tensors[i].ndim - (term.length - 3) : 0)),
  );
  const dots = range(ellipsisDims).map((i) => `.${i}`);
  const expand = (term: string, ndim: number | null): string[] => {
    const [before, after] = term.split('...');
    if (after === undefined) return [...term];
    const count = ndim === null ? ellipsisDims : ndim - before.length - after.length;
    return [...before, ...dots.slice(ellipsisDims - count), ...after];
  };
  const given = terms.map((term, i): Labelled => {
    const labels = expand(term, tensors[i].ndim);
    if (labels.length !== tensors[i].ndim)
      throw new ValueError(
        `einsum: '${term}' names ${labels.length} axes, the operand has shape ${formatShape(tensors[i].shape)}.`,
      );
    return { x: tensors[i], labels };
  });
  const inputs = given.map((t) => narrowed(t, given));
  const all = given.flatMap((t) => t.labels);
  const implicit = (): string[] => [
    ...dots,
    ...[...new Set(all)].filter((l) => !l.startsWith('.') && all.filter((o) => o === l).length === 1).sort(),
  ];
  const output = right === undefined ? implicit() : expand(right, null);
  let rest = inputs;
  let result = tidy(rest[0], new Set([...output, ...rest.slice(1).flatMap((t) => t.labels)]));
  while (rest.length > 1) {
    const keep = new Set([...output, ...rest.slice(2).flatMap((t) => t.labels)]);
    const next = tidy(rest[1], new Set([...keep, ...result.labels]));
    result = contract(result, next, keep);
    rest = [result, ...rest.slice(2)];
  }
  result = tidy(result, new Set(output));
  return lax.transpose(
    result.x,
    output.map((l) => {
      const at = result.labels.indexOf(l);
      if (at < 0) throw new ValueError(`einsum: the output of '${subscripts}' names '${l}', which no operand has.`);
      return at;
    }),
  );
}

/**
 * The elements of one diagonal.
 *
 * @param x At least two axes.
 * @param options `offset`: the diagonal; 0 (the default) is the main one, positive ones lie above it. `axis1`, `axis2`: the axes of the
 *   matrix; default 0 and 1.
 * @returns The other axes of `x`, then the diagonal.
 * @throws {ValueError} `x` has less than two axes.
 * @see `keras.ops.diagonal`
 * @example
 * ops.diagonal([[1, 2], [3, 4]]) // [1, 4]
 */
export const diagonal = op(
  'diagonal',
  (
    x: TensorLike,
    {
      offset = 0,
      axis1 = 0,
      axis2 = 1,
    }: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number } = {},
  ): Tensor => {
    const [t] = promote('diagonal', [x]);
    const [a, b] = [normalizeAxis(axis1, t.ndim, 'diagonal'), normalizeAxis(axis2, t.ndim, 'diagonal')];
    const rest = range(t.ndim).filter((d) => d !== a && d !== b);
    const moved = lax.transpose(t, [...rest, a, b]);
    const [rows, columns] = [t.shape[a], t.shape[b]];
    const length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
    if (length === 0) {
      const outer = rest.map((d) => t.shape[d]);
      return lax.full(t.applier, [...outer, 0], 0, t.dtype);
    }
    const flat = lax.reshape(moved, [...rest.map((d) => t.shape[d]), rows * columns]);
    const first = offset >= 0 ? offset : -offset * columns;
    const start = [...rest.map(() => 0), first];
    const limit = [...rest.map((d) => t.shape[d]), first + (length - 1) * (columns + 1) + 1];
    return lax.slice(flat, start, limit, [...rest.map(() => 1), columns + 1]);
  },
);
/**
 * The sum of one diagonal.
 *
 * @param x At least two axes.
 * @param options `offset`: the diagonal; 0 (the default) is the main one, positive ones lie above it. `axis1`, `axis2`: the axes of the
 *   matrix; default 0 and 1.
 * @returns The other axes of `x`.
 * @throws {ValueError} `x` has less than two axes.
 * @see `keras.ops.trace`
 * @example
 * ops.trace([[1, 2], [3, 4]]) // 5
 */
export const trace = op(
  'trace',
  (
    x: TensorLike,
    options: { readonly offset?: number; readonly axis1?: number; readonly axis2?: number } = {},
  ): Tensor => {
    const d = diagonal(x, options);
    return sum(d, { axis: -1 });
  },
  { optionNames: ['offset', 'axis1', 'axis2'] },
);

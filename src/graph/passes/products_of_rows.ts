/**
 * @file Products with rows of a table that are taken many times over. An embedding of 65 characters makes 5120 rows of a batch out of 65,
 * and what follows multiplies each of the 5120 by a kernel. The product of the table itself has 65 rows:
 *
 * - gather(table, i) · W is gather(table · W, i);
 * - gather(table, i)ᵀ · G, the gradient of W, is tableᵀ · S, where S sums the rows of G that belong to one row of the table;
 * - the sum of rows of G · W by their numbers, the gradient of the table, is S · W.
 *
 * The results are the same numbers summed in another order. A row of the table that no number asks for has no say in them: it may hold
 * infinities or NaN. Rows beyond the table are NaN (`ops.take`), and stay so.
 */
import { isUnsigned } from '../../core/dtype.js';
import { range, sizeOf } from '../../core/shape.js';
import type { Application, Value } from '../graph.js';
import type { BroadcastParams, DotParams, ScatterParams, TransposeParams } from '../lax.js';
import {
  broadcastInDim, convert, dotGeneral, full, fullLike, gather, reduceMin, scatter, select, transpose, zerosLike,
} from '../lax.js'; // prettier-ignore
import { freeDims } from '../primitives/dot.js';
import { clamped } from '../primitives/indexing.js';
import type { Rewriter } from './rewrite.js';
import { madeBy } from './rules.js';
import { isUniform, uniformOf } from './uniform.js';

/** A value (…leading, features) whose rows are those of `table` (n, features) that `numbers` (…leading) name. */
interface Rows {
  readonly table: Value;
  readonly numbers: Value;
  /** Where it is false (bool, …leading), the row is NaN instead. Null: nowhere. */
  readonly valid: Value | null;
}

/** The order of the leading dimensions, if the value is a transpose that leaves the last one in place. */
function leadingOrder(value: Value): readonly number[] | null {
  const node = madeBy(value, 'transpose');
  if (node === null) return null;
  const { permutation } = node.params as TransposeParams;
  return permutation.at(-1) === permutation.length - 1 ? permutation.slice(0, -1) : null;
}

/** select(mask of rows, x, c), taken apart. */
function selectedRows(value: Value): { readonly mask: Value; readonly x: Value; readonly other: number } | null {
  const node = madeBy(value, 'select');
  const other = node && uniformOf(node.inputs[2]);
  const broadcast = node && madeBy(node.inputs[0], 'broadcastInDim');
  if (node === null || other === null || broadcast === null) return null;
  const mask = broadcast.inputs[0];
  const { dims } = broadcast.params as BroadcastParams;
  const leading = value.shape.slice(0, -1);
  const ofRows = dims.length === leading.length && dims.every((d, i) => d === i && mask.shape[i] === leading[i]);
  return ofRows ? { mask, x: node.inputs[1], other } : null;
}

function rowsOf(value: Value): Rows | null {
  const taken = madeBy(value, 'gather');
  if (taken !== null) {
    const [table, numbers] = taken.inputs;
    return table.shape.length === 2 && !isUnsigned(numbers.dtype) ? { table, numbers, valid: null } : null;
  }
  const order = leadingOrder(value);
  if (order !== null) {
    const rows = rowsOf(value.node.inputs[0]);
    return (
      rows && {
        table: rows.table,
        numbers: transpose(rows.numbers, order),
        valid: rows.valid && transpose(rows.valid, order),
      }
    );
  }
  const selected = selectedRows(value);
  if (selected === null || !Number.isNaN(selected.other)) return null;
  const rows = rowsOf(selected.x);
  return rows && rows.valid === null ? { ...rows, valid: selected.mask } : null;
}

/** Products of fewer operations take no time to speak of. */
const LEAST_OPERATIONS = 2 ** 20;
/** Products over fewer features cost no more than to take or to sum the rows of their results. */
const LEAST_FEATURES = 16;

/** Whether the product of `count` rows with `width` others is worth replacing by that of `n` rows. */
function pays(n: number, count: number, features: number, width: number): boolean {
  return count >= 2 * n && n > 0 && features >= LEAST_FEATURES && count * features * width >= LEAST_OPERATIONS;
}

const isExact = ({ dtype }: Value): boolean => dtype === 'float32' || dtype === 'float64';
const rowwise = (mask: Value, shape: readonly number[]): Value => broadcastInDim(mask, shape, range(mask.shape.length));
const zeros = (like: Value, shape: readonly number[]): Value => full(like.applier, shape, 0, like.dtype);

/** gather(table, i) · W -> gather(table · W, i) */
function productOfRows({ inputs: [x, w], params, types: [type] }: Application): Value | null {
  const { lhsBatch, lhsContract, rhsContract } = params as DotParams;
  const last = x.shape.length - 1;
  if (lhsBatch.length > 0 || lhsContract.length !== 1 || lhsContract[0] !== last) return null;
  const rows = rowsOf(x);
  if (rows === null) return null;
  const [n, features] = rows.table.shape;
  if (!pays(n, sizeOf(rows.numbers.shape), features, sizeOf(w.shape) / features)) return null;
  const product = dotGeneral(rows.table, w, { lhsBatch, rhsBatch: [], lhsContract: [1], rhsContract });
  const taken = gather(product, rows.numbers);
  return rows.valid === null
    ? taken
    : select(rowwise(rows.valid, type.shape), taken, full(taken.applier, type.shape, NaN, taken.dtype));
}

/** Sums of the rows of `g` (…leading, …rest) by their numbers (…leading) of `n`, and which of the sums have any row. */
function sumsByNumber(g: Value, numbers: Value, valid: Value | null, n: number): { sums: Value; used: Value } {
  const rest = g.shape.slice(numbers.shape.length);
  // Updates with a number outside of the table are dropped.
  const places = valid === null ? numbers : select(valid, numbers, fullLike(numbers, -1));
  const none = full(g.applier, [n], 0, 'int32');
  const ones = full(g.applier, numbers.shape, 1, 'int32');
  return {
    sums: scatter(zeros(g, [n, ...rest]), places, g, 'add'),
    used: convert(scatter(none, places, ones, 'max'), 'bool'),
  };
}

/** gather(table, i)ᵀ · G -> tableᵀ · S */
function gradientOfKernel({ inputs, params }: Application): Value | null {
  const { lhsBatch, lhsContract, rhsContract } = params as DotParams;
  if (lhsBatch.length > 0) return null;
  const contracts = [lhsContract, rhsContract];
  for (const side of [0, 1] as const) {
    const [x, g] = [inputs[side], inputs[1 - side]];
    const [own, others] = [contracts[side], contracts[1 - side]];
    const leading = x.shape.length - 1;
    if (own.length !== leading || own.includes(leading) || others.some((d) => d >= leading)) continue;
    const rows = rowsOf(x);
    if (rows === null) continue;
    const [n, features] = rows.table.shape;
    const count = sizeOf(rows.numbers.shape);
    if (!pays(n, count, features, sizeOf(g.shape) / count)) continue;
    const order = range(leading).map((d) => own[others.indexOf(d)]);
    const valid = rows.valid && transpose(rows.valid, order);
    const { sums, used } = sumsByNumber(g, transpose(clamped(rows.numbers, n), order), valid, n);
    const table = select(rowwise(used, rows.table.shape), rows.table, zerosLike(rows.table));
    const operands = side === 0 ? [table, sums] : [sums, table];
    const product = dotGeneral(operands[0], operands[1], {
      lhsBatch: [],
      rhsBatch: [],
      lhsContract: [0],
      rhsContract: [0],
    });
    if (rows.valid === null) return product;
    const all = broadcastInDim(reduceMin(rows.valid, range(leading)), product.shape, []);
    return select(all, product, full(product.applier, product.shape, NaN, product.dtype));
  }
  return null;
}

/** The rows of G · W that `updates` are, in G's own order. */
interface ProductUpdates {
  readonly product: Value;
  readonly numbers: Value;
  readonly valid: Value | null;
}

function productUpdates(updates: Value, numbers: Value, valid: Value | null): ProductUpdates | null {
  if (updates.node.primitive.name === 'dotGeneral') return { product: updates, numbers, valid };
  const order = leadingOrder(updates);
  if (order !== null) {
    const back = range(order.length).map((d) => order.indexOf(d));
    return productUpdates(updates.node.inputs[0], transpose(numbers, back), valid && transpose(valid, back));
  }
  const selected = selectedRows(updates);
  return selected?.other === 0 && valid === null ? productUpdates(selected.x, numbers, selected.mask) : null;
}

/** scatter(0, i, G · W, add) -> S · W */
function gradientOfTable({ inputs: [operand, numbers, updates], params }: Application): Value | null {
  if ((params as ScatterParams).mode !== 'add' || !isUniform(operand, 0)) return null;
  if (operand.shape.length !== 2 || isUnsigned(numbers.dtype)) return null;
  const found = productUpdates(updates, numbers, null);
  if (found === null) return null;
  const [g, w] = found.product.node.inputs;
  const { lhsBatch, lhsContract, rhsContract } = found.product.node.params as DotParams;
  const leading = numbers.shape.length;
  const free = freeDims(g.shape.length, lhsBatch, lhsContract);
  if (lhsBatch.length > 0 || free.length !== leading || free.some((d, i) => d !== i)) return null;
  const [n, features] = operand.shape;
  const count = sizeOf(numbers.shape);
  if (!pays(n, count, features, sizeOf(g.shape) / count)) return null;
  const { sums, used } = sumsByNumber(g, found.numbers, found.valid, n);
  const product = dotGeneral(sums, w, {
    lhsBatch: [],
    rhsBatch: [],
    lhsContract: lhsContract.map((d) => d - leading + 1),
    rhsContract,
  });
  return select(rowwise(used, product.shape), product, zerosLike(product));
}

export const productsOfRows: Rewriter = {
  concerns: ({ name }) => name === 'dotGeneral' || name === 'scatter',
  rewrite(application) {
    if (!isExact(application.inputs[0])) return null;
    const instead =
      application.primitive.name === 'scatter'
        ? gradientOfTable(application)
        : application.primitive.name === 'dotGeneral'
          ? (productOfRows(application) ?? gradientOfKernel(application))
          : null;
    return instead && [instead];
  },
};

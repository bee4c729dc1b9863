/** @file Which nodes become one loop, and what loops compute again rather than read. */
import { expect, test } from 'vitest';
import type { Value } from '../../graph/index.js';
import { GraphBuilder } from '../../graph/index.js';
import {
  add,
  broadcastInDim,
  dotGeneral,
  exp,
  full,
  ge,
  iota,
  mul,
  neg,
  reduceSum,
  reshape,
  select,
  sub,
  transpose,
} from '../../graph/lax.js';
import { Views } from '../../graph/views.js';
import { fuse } from './fusion.js';

const SHAPE = [64, 48];

/** The loops of a program of matrices, each as the names of its nodes; other nodes by their name alone. */
function loopsOf(count: number, build: (...inputs: Value[]) => Value[]): string[] {
  const builder = new GraphBuilder();
  const inputs = Array.from({ length: count }, (_, i) => builder.input({ dtype: 'float32', shape: SHAPE }, `x${i}`));
  const groups = fuse(builder.graph(inputs, build(...inputs)), new Views(), { nodes: 96, reads: 32 });
  return groups.map((group) =>
    group.kind === 'call'
      ? group.node.primitive.name
      : [...group.nodes, ...group.reductions].map((node) => node.primitive.name).join(' '),
  );
}

/** A sum over rows, repeated for each row: whoever needs it waits for a whole loop. */
const rowSums = (x: Value): Value => broadcastInDim(reduceSum(x, [0]), SHAPE, [1]);
const squareMatrix = (x: Value): Value =>
  dotGeneral(x, x, { lhsBatch: [], rhsBatch: [], lhsContract: [0], rhsContract: [0] });

test('element-wise nodes and reductions of what they compute are one loop', () => {
  expect(loopsOf(2, (x, y) => [reduceSum(exp(add(x, y)), [1])])).toEqual(['add exp reduceSum']);
});

test('a cheap value that only a later loop reads is computed there', () => {
  expect(
    loopsOf(2, (x, y) => {
      const z = mul(x, y);
      return [add(neg(z), rowSums(z))];
    }),
  ).toEqual(['mul reduceSum', 'mul neg add']);
});

test('nodes between two loops move to the second', () => {
  // neg could be computed at once, but would have to be written for the add to read it.
  expect(
    loopsOf(2, (x, y) => {
      const late = rowSums(exp(rowSums(y)));
      return [add(neg(sub(x, rowSums(y))), late)];
    }).at(-1),
  ).toEqual('sub neg add');
});

test('what takes long, what is in memory anyway, and what needs much is read', () => {
  const twice = (fn: (x: Value, ...more: Value[]) => Value[]) => loopsOf(4, fn);
  expect(
    twice((x) => {
      const z = exp(x);
      return [add(z, rowSums(z))];
    }),
  ).toEqual(['exp reduceSum', 'add']);
  expect(
    twice((x) => {
      const z = neg(x);
      return [add(z, rowSums(z)), squareMatrix(z)];
    }),
  ).toEqual(['neg reduceSum', 'add', 'dotGeneral']);
  expect(
    twice((x, a, b, c) => {
      const z = add(add(x, a), add(b, c));
      return [add(z, rowSums(z))];
    }),
  ).toEqual(['add add add reduceSum', 'add']);
});

test('a mask is computed again from what is in memory anyway, and else is read', () => {
  const masked = (later: (y: Value, mask: Value) => Value[]): string[] =>
    loopsOf(1, (x) => {
      const y = neg(exp(x));
      return later(y, ge(y, full(y.applier, SHAPE, -2, 'float32')));
    });
  const chosen = (y: Value, mask: Value): Value => select(mask, rowSums(rowSums(y)), full(y.applier, SHAPE, 0, 'float32')); // prettier-ignore
  expect(masked((y, mask) => [squareMatrix(y), chosen(y, mask)])).toEqual([
    'exp neg reduceSum',
    'dotGeneral',
    'reduceSum',
    'ge select',
  ]);
  // exp takes long.
  expect(masked((y, mask) => [chosen(y, mask)])).toEqual(['exp neg ge reduceSum', 'reduceSum', 'select']);
});

test('indices are never stored for loops', () => {
  const shape = SHAPE;
  expect(
    loopsOf(2, (x, y) => {
      const mask = ge(iota(x.applier, 'int32', shape, 0), iota(x.applier, 'int32', shape, 1));
      const zero = full(x.applier, shape, 0, 'float32');
      const first = select(mask, x, zero);
      return [select(mask, add(y, rowSums(first)), zero)];
    }),
  ).toEqual(['iota iota ge select reduceSum', 'iota iota ge add select']);
});

test('nothing is computed again from elements in another order, or for another index space', () => {
  expect(
    loopsOf(1, (x) => {
      const z = neg(x);
      return [add(transpose(z, [1, 0]), broadcastInDim(reduceSum(z, [0]), [48, 64], [0]))];
    }),
  ).toEqual(['neg reduceSum', 'add']);
  expect(
    loopsOf(1, (x) => {
      const z = neg(x);
      return [add(reshape(z, [48, 64]), broadcastInDim(reduceSum(z, [0]), [48, 64], [0]))];
    }),
  ).toEqual(['neg reduceSum', 'add']);
});

/** @file Sums of padded arrays become their concatenation, to the bit; others stay. */
import { describe, expect, test } from 'vitest';
import { fromNumbers, type NDArray } from '../../core/ndarray.js';
import type { DType } from '../../core/dtype.js';
import { GraphBuilder, interpret, makeGraph, type Graph, type Value } from '../index.js';
import * as lax from '../lax.js';
import { verify } from '../verify.js';
import { optimize } from './index.js';

/** `x` (2, 3), with zeros up to `low` and after it, in all 12 along the last axis. */
const at = (x: Value, low: number, value = 0): Value =>
  lax.pad(x, { low: [0, low], high: [0, 9 - low], interior: [0, 0], value });

function program(build: (inputs: Value[]) => Value, dtype: DType = 'float32'): Graph {
  const builder = new GraphBuilder();
  const inputs = [0, 1, 2, 3].map((i) => builder.input({ dtype, shape: [2, 3] }, `x${i}`));
  return makeGraph(inputs, [build(inputs)]);
}

const numbers = (dtype: DType): NDArray[] =>
  [
    [-0, 1, -2, NaN, Infinity, 0],
    [4, -0, -0, 5, 6, -7],
    [0, 0, -0, 8, -9, 10],
    [11, -0, 12, -Infinity, -0, 13],
  ].map((x) => fromNumbers(dtype, [2, 3], dtype === 'int32' ? x.map((n) => (Number.isFinite(n) ? n : 3)) : x));

const count = (graph: Graph, name: string): number =>
  graph.nodes.filter(({ primitive }) => primitive.name === name).length;

describe('a sum of padded arrays', () => {
  test.each<[string, number, (x: Value[]) => Value]>([
    ['two side by side', 1, ([a, b]) => lax.add(at(a, 0), at(b, 3))],
    ['two in the middle', 1, ([a, b]) => lax.add(at(a, 6), at(b, 3))],
    ['four', 0, (x) => x.map((each, i) => at(each, 3 * i)).reduce((sum, each) => lax.add(sum, each))],
    [
      'four, the last first',
      0,
      (x) => x.map((each, i) => at(each, 9 - 3 * i)).reduce((sum, each) => lax.add(sum, each)),
    ],
    ['four, the gaps last', 0, ([a, b, c, d]) => lax.add(lax.add(at(a, 0), at(b, 6)), lax.add(at(c, 3), at(d, 9)))],
  ])('%s: they are put together, with the same bits', (_what, pads, build) => {
    for (const dtype of ['float32', 'int32'] as const) {
      const graph = program(build, dtype);
      const result = optimize(graph);
      verify(result);
      expect([count(result, 'concatenate'), count(result, 'pad')]).toEqual([1, pads]);
      const [wanted] = interpret(graph, numbers(dtype));
      const [found] = interpret(result, numbers(dtype));
      expect(Array.from(found.data, (x) => [x, 1 / x])).toEqual(Array.from(wanted.data, (x) => [x, 1 / x]));
    }
  });

  test.each<[string, (x: Value[]) => Value]>([
    ['that lie over each other', ([a, b]) => lax.add(at(a, 0), at(b, 2))],
    ['with a gap between', ([a, b]) => lax.add(at(a, 0), at(b, 4))],
    ['padded with another number', ([a, b]) => lax.add(at(a, 0, 1), at(b, 3, 1))],
    ['and of another one', ([a, b]) => lax.add(at(a, 0), lax.concatenate([b, b, b, b], 1))],
  ])('%s stays', (_what, build) => {
    const graph = program(build);
    expect(String(optimize(graph))).toBe(String(graph));
  });
});

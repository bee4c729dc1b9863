/** @file What the passes make of loops and branches. */
import { describe, expect, test } from 'vitest';
import { ndarray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { Graph, Value } from '../index.js';
import { GraphBuilder, gradients, makeGraph } from '../index.js';
import { interpret } from '../interpret.js';
import * as lax from '../lax.js';
import { verify } from '../verify.js';
import { optimize } from './index.js';

const type = (...shape: number[]) => ({ dtype: 'float32', shape }) as const;

function graphOf(types: readonly ReturnType<typeof type>[], fn: (...inputs: Value[]) => Value[]): Graph {
  const builder = new GraphBuilder();
  const inputs = types.map((t, i) => builder.input(t, `x${i}`));
  return makeGraph(inputs, fn(...inputs));
}

function optimized(graph: Graph): Graph {
  const result = optimize(graph);
  verify(result);
  return result;
}
const names = (graph: Graph): string[] => graph.nodes.map((node) => node.primitive.name);
const paramsOf = (graph: Graph, name: string): lax.ScanParams =>
  graph.nodes.find((node) => node.primitive.name === name)!.params as lax.ScanParams;

/** h' = tanh(h · w + x), y = h' */
const cell = graphOf([type(4), type(4), type(4)], (h, x, w) => {
  const next = lax.tanh(lax.add(lax.mul(h, w), x));
  return [next, next];
});

describe('scans', () => {
  test('of a value and its gradient are two: one forward, one backward', () => {
    const graph = graphOf([type(4), type(7, 4), type(4)], (h, xs, w) => {
      const params = { body: cell, carries: 1, scanned: 1, length: 7, reverse: false };
      const [last, ys] = lax.scan([h, xs, w], params);
      const loss = lax.add(lax.reduceSum(last, [0]), lax.reduceSum(ys, [0, 1]));
      return [loss, ...gradients(loss, [h, xs, w]).map((g) => g!)];
    });
    expect(names(graph).filter((name) => name === 'scan')).toHaveLength(3);
    expect(names(optimized(graph)).filter((name) => name === 'scan')).toHaveLength(2);
  });
  test('stack only what is used', () => {
    const graph = graphOf([type(4), type(7, 4), type(4)], (h, xs, w) =>
      lax.scan([h, xs, w], { body: cell, carries: 1, scanned: 1, length: 7, reverse: false }).slice(0, 1),
    );
    expect(paramsOf(optimized(graph), 'scan').body.outputs).toHaveLength(1);
  });
  test('carry only what changes, and are given only what they use', () => {
    const body = graphOf([type(), type(), type(), type()], (sum, factor, x) => [
      lax.add(sum, lax.mul(x, factor)),
      factor,
    ]);
    const graph = graphOf([type(), type(), type(5), type()], (sum, factor, xs, unused) =>
      lax.scan([sum, factor, xs, unused], { body, carries: 2, scanned: 1, length: 5, reverse: false }),
    );
    const result = optimized(graph);
    expect(paramsOf(result, 'scan')).toMatchObject({ carries: 1, scanned: 1 });
    expect(paramsOf(result, 'scan').body.inputs).toHaveLength(3);
    expect(result.outputs[1]).toBe(result.inputs[1]);
  });
  test('leave sums of products over their steps to one product', () => {
    const step = graphOf([type(2, 4), type(2, 4), type(4, 4), type(4)], (h, x, w, b) => {
      const contract = { lhsBatch: [], rhsBatch: [], lhsContract: [1], rhsContract: [0] };
      const next = lax.tanh(lax.add(lax.add(lax.dotGeneral(h, w, contract), x), lax.broadcastInDim(b, [2, 4], [1])));
      return [next, next];
    });
    const graph = graphOf([type(2, 4), type(7, 2, 4), type(4, 4), type(4)], (h, xs, w, b) => {
      const params = { body: step, carries: 1, scanned: 1, length: 7, reverse: false };
      const [, ys] = lax.scan([h, xs, w, b], params);
      const loss = lax.reduceSum(lax.mul(ys, ys), [0, 1, 2]);
      return gradients(loss, [h, xs, w, b]).map((g) => g!);
    });
    const result = optimized(graph);
    const backward = result.nodes.filter((node) => node.primitive.name === 'scan')[1].params as lax.ScanParams;
    expect(backward.carries).toBe(1);
    expect(names(result)).toContain('dotGeneral');
    const data = (offset: number, ...shape: number[]) =>
      ndarray(
        'float32',
        shape,
        Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(offset + 1.7 * i)),
      );
    const feeds = [data(0, 2, 4), data(1, 7, 2, 4), data(2, 4, 4), data(3, 4)];
    interpret(result, feeds).forEach(({ data: got }, k) => {
      interpret(graph, feeds)[k].data.forEach((wanted, i) => expect(got[i]).toBeCloseTo(wanted, 4));
    });
  });
  test('of one step are their body', () => {
    const graph = graphOf([type(4), type(1, 4), type(4)], (h, xs, w) =>
      lax.scan([h, xs, w], { body: cell, carries: 1, scanned: 1, length: 1, reverse: true }),
    );
    expect(names(optimized(graph))).not.toContain('scan');
  });
});

describe('branches', () => {
  const twice = graphOf([type(4), type(4)], (x) => [lax.add(x, x)]);
  const other = graphOf([type(4), type(4)], (x) => [lax.exp(x)]);
  test('of a known predicate are one of the two', () => {
    const graph = graphOf([type(4), type(4)], (x, y) =>
      lax.cond(lax.scalarLike(x, 0, 'bool'), [x, y], { onTrue: twice, onFalse: other }),
    );
    expect(names(optimized(graph))).toEqual(['exp']);
  });
  test('are given only what they use, and are simplified inside', () => {
    const doubled = graphOf([type(4), type(4)], (x) => [lax.neg(lax.neg(lax.mul(x, lax.fullLike(x, 1))))]);
    const graph = graphOf([type(4), type(4)], (x, y) => {
      const p = lax.gt(lax.reduceSum(x, [0]), lax.scalarLike(x, 0));
      return lax.cond(p, [x, y], { onTrue: doubled, onFalse: other });
    });
    const result = optimized(graph);
    const params = result.nodes.at(-1)!.params as lax.CondParams;
    expect(params.onTrue.inputs).toHaveLength(1);
    expect(params.onTrue.nodes).toHaveLength(0);
  });
});

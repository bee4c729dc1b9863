/** @file Loops and branches: what they compute, what they refuse, and their gradients against central differences. */
import { describe, expect, test } from 'vitest';
import { fromNumbers, type NDArray, type TensorType } from '../../core/ndarray.js';
import { checkGradient, sampleArray } from '../../testing/gradient_check.js';
import type { Graph, Value } from '../index.js';
import { GraphBuilder, gradients, interpret, makeGraph } from '../index.js';
import * as lax from '../lax.js';

const type = (shape: readonly number[], dtype: TensorType['dtype'] = 'float64'): TensorType => ({ dtype, shape });

/** A graph from a function of its inputs. */
function body(types: readonly TensorType[], fn: (...inputs: Value[]) => Value[]): Graph {
  const builder = new GraphBuilder();
  const inputs = types.map((t, i) => builder.input(t, `b${i}`));
  return makeGraph(inputs, fn(...inputs));
}

/** Results of a function of constants. */
function run(arrays: readonly NDArray[], fn: (...inputs: Value[]) => Value[]): number[][] {
  const graph = body(arrays, fn);
  return interpret(graph, arrays).map((x) => Array.from(x.data));
}

const numbers = (...values: number[]): NDArray => fromNumbers('float64', [values.length], values);
const scalar = (value: number, dtype: TensorType['dtype'] = 'float64'): NDArray => fromNumbers(dtype, [], [value]);

describe('while', () => {
  const doubling: lax.WhileParams = {
    condition: body([type([]), type([])], (x, limit) => [lax.lt(x, limit)]),
    body: body([type([]), type([])], (x) => [lax.add(x, x)]),
    captures: 1,
  };
  test('runs as long as the condition holds', () => {
    expect(run([scalar(3), scalar(20)], (x, limit) => lax.whileLoop([x, limit], doubling))).toEqual([[24]]);
    expect(run([scalar(30), scalar(20)], (x, limit) => lax.whileLoop([x, limit], doubling))).toEqual([[30]]);
  });
  test('refuses a body that gives another type', () => {
    const wrong = { ...doubling, body: body([type([]), type([])], (x) => [lax.convert(x, 'int32')]) };
    expect(() => run([scalar(3), scalar(20)], (x, limit) => lax.whileLoop([x, limit], wrong))).toThrow(
      'while: the results of the body are (int32()), expected (float64()).',
    );
  });
  test('says that it has no gradient', () => {
    const builder = new GraphBuilder();
    const x = builder.input(type([]), 'x');
    const y = lax.whileLoop([x, lax.scalarLike(x, 9)], doubling)[0];
    expect(() => gradients(y, [x])).toThrow(
      'while: a loop whose number of steps is not known beforehand has no gradient',
    );
  });
});

describe('scan', () => {
  /** carry' = carry · factor + x, y = carry² */
  const step = body([type([2]), type([2]), type([2])], (carry, x, factor) => [
    lax.add(lax.mul(carry, factor), x),
    lax.mul(carry, carry),
  ]);
  const params = { body: step, carries: 1, scanned: 1, length: 3, reverse: false };
  const xs = fromNumbers('float64', [3, 2], [1, 2, 3, 4, 5, 6]);

  test('carries from step to step and stacks', () => {
    const results = run([numbers(1, 1), xs, numbers(2, 10)], (...operands) => lax.scan(operands, params));
    expect(results).toEqual([
      [8 + 4 * 1 + 2 * 3 + 5, 1000 + 200 + 40 + 6],
      [1, 1, 9, 144, 81, 124 ** 2],
    ]);
  });
  test('runs from the end', () => {
    const [last, ys] = run([numbers(0, 0), xs, numbers(2, 10)], (...operands) =>
      lax.scan(operands, { ...params, reverse: true }),
    );
    expect(last).toEqual([5 * 4 + 3 * 2 + 1, 600 + 40 + 2]);
    expect(ys).toEqual([169, 64 ** 2, 25, 36, 0, 0]);
  });
  test('of no steps gives the carries back', () => {
    const none = fromNumbers('float64', [0, 2], []);
    const operands = [numbers(1, 2), none, numbers(2, 2)];
    expect(run(operands, (...o) => lax.scan(o, { ...params, length: 0 }))).toEqual([[1, 2], []]);
  });
  test('refuses operands of another length', () => {
    expect(() => run([numbers(1, 1), xs, numbers(2, 10)], (...o) => lax.scan(o, { ...params, length: 4 }))).toThrow(
      'scan: operand 1 is float64(3, 2), expected 4 along its first dimension.',
    );
  });

  test.each([false, true])('gradient, reverse %s', (reverse) =>
    checkGradient(
      (operands) => {
        const [last, ys] = lax.scan(operands, { ...params, reverse });
        return lax.add(lax.exp(lax.mul(last, lax.fullLike(last, 0.1))), lax.reduceSum(lax.sin(ys), [0]));
      },
      [sampleArray([2]), sampleArray([3, 2], 2), sampleArray([2], 3)],
    ),
  );
  test('gradient of the last carry alone, and of the stack alone', () => {
    const points = [sampleArray([2]), sampleArray([3, 2], 2), sampleArray([2], 3)];
    checkGradient((operands) => lax.scan(operands, params)[0], points);
    checkGradient((operands) => lax.scan(operands, params)[1], points);
  });
  test('gradient of a recurrent cell with a matrix, a mask and a counter', () => {
    const mask = fromNumbers('bool', [3, 2], [1, 1, 1, 0, 0, 1]);
    const types = [type([2]), type([], 'int32'), type([2]), type([2], 'bool'), type([2, 2])];
    const cell = body(types, (h, n, x, keep, w) => {
      const dot = { lhsBatch: [], rhsBatch: [], lhsContract: [0], rhsContract: [0] };
      const next = lax.tanh(lax.add(lax.dotGeneral(h, w, dot), lax.mul(x, lax.exp(x))));
      const kept = lax.select(keep, next, h);
      const weight = lax.broadcastInDim(lax.convert(n, 'float64'), [2], []);
      return [kept, lax.add(n, lax.scalarLike(n, 1)), lax.mul(kept, weight), n];
    });
    checkGradient(
      ([h, xs2, w]) => {
        const operands = [h, lax.scalarLike(h, 1, 'int32'), xs2, lax.constantLike(h, mask), w];
        const [last, , ys] = lax.scan(operands, { body: cell, carries: 2, scanned: 2, length: 3, reverse: false });
        return lax.add(last, lax.reduceSum(ys, [0]));
      },
      [sampleArray([2]), sampleArray([3, 2], 2), sampleArray([2, 2], 3)],
    );
  });
  test('gradient of a scan within a scan', () => {
    const inner = body([type([2]), type([2])], (carry, factor) => [lax.mul(carry, lax.cos(factor))]);
    const outer = body([type([2]), type([2])], (carry, x) => {
      const [next] = lax.scan([carry, x], { body: inner, carries: 1, scanned: 0, length: 2, reverse: false });
      return [lax.add(next, x)];
    });
    checkGradient(
      (operands) => lax.scan(operands, { body: outer, carries: 1, scanned: 1, length: 3, reverse: false })[0],
      [sampleArray([2]), sampleArray([3, 2], 2)],
    );
  });
});

describe('cond', () => {
  const types = [type([2]), type([2])];
  const params: lax.CondParams = {
    onTrue: body(types, (x, y) => [lax.mul(x, lax.exp(y)), y]),
    onFalse: body(types, (x, y) => [lax.sin(x), lax.mul(x, y)]),
  };
  test('takes one of two branches', () => {
    const operands = [numbers(1, 2), numbers(3, 4)];
    expect(run([scalar(1, 'bool'), ...operands], (p, ...o) => [lax.cond(p, o, params)[1]])).toEqual([[3, 4]]);
    expect(run([scalar(0, 'bool'), ...operands], (p, ...o) => [lax.cond(p, o, params)[1]])).toEqual([[3, 8]]);
  });
  test('refuses branches that give different types', () => {
    const other = { ...params, onFalse: body(types, (x) => [x]) };
    expect(() => run([scalar(1, 'bool'), numbers(1, 2), numbers(3, 4)], (p, ...o) => lax.cond(p, o, other))).toThrow(
      'cond: the results of the branch for false are (float64(2,)), expected (float64(2,), float64(2,)).',
    );
  });
  test.each([-5, 5])('gradient where x > %i', (limit) =>
    checkGradient(
      ([x, y]) => {
        const p = lax.gt(lax.reduceSum(x, [0]), lax.scalarLike(x, limit));
        const [a, b] = lax.cond(p, [x, y], params);
        return lax.mul(a, lax.add(b, x));
      },
      [sampleArray([2]), sampleArray([2], 2)],
    ),
  );
});

test('programs print with the bodies of their loops', () => {
  const graph = body([type([3])], (xs) => {
    const sum = body([type([]), type([])], (total, x) => [lax.add(total, x)]);
    return lax.scan([lax.scalarLike(xs, 0), xs], { body: sum, carries: 1, scanned: 1, length: 3, reverse: false });
  });
  expect(String(graph)).toBe(
    [
      '%0 = input "b0" : float64(3,)',
      '%1 = constant 0 : float64()',
      '%2 = scan %1 %0 {"carries":1,"scanned":1,"length":3,"reverse":false} : float64()',
      '  {',
      '    %0 = input "b0" : float64()',
      '    %1 = input "b1" : float64()',
      '    %2 = add %0 %1 : float64()',
      '    return %2',
      '  }',
      'return %2',
    ].join('\n'),
  );
});

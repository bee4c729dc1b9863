import { describe, expect, test } from 'vitest';
import type { NDArray } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import type { Graph, Value } from '../../graph/index.js';
import { GraphBuilder, interpret } from '../../graph/index.js';
import * as lax from '../../graph/lax.js';
import { withoutRounding } from './conditioning.js';

const floats = (...numbers: number[]): NDArray => ndarray('float32', [numbers.length], Float32Array.from(numbers));

function graphOf(size: number, fn: (x: Value) => Value): Graph {
  const builder = new GraphBuilder();
  const x = builder.input({ dtype: 'float32', shape: [size] }, 'x');
  return builder.graph([x], [fn(x)]);
}

/** What is left of a result that is off by a share of what is right. */
function left(fn: (x: Value) => Value, numbers: number[], off: number): number[] {
  const graph = graphOf(numbers.length, fn);
  const inputs = [floats(...numbers)];
  const expected = interpret(graph, inputs);
  const actual = floats(...Array.from(expected[0].data, (x) => x * (1 + off)));
  const [corrected] = withoutRounding(graph, inputs, [actual], expected);
  return Array.from(corrected.data, (x, i) => x / expected[0].data[i] - 1);
}

describe('withoutRounding', () => {
  test('explains what is off near a pole, and powers of large numbers', () => {
    expect(left((x) => lax.tan(lax.sinh(x)), [4.2, 9.5], 1e-6)).toEqual([0, 0]);
    expect(left((x) => lax.pow(lax.exp(x), lax.exp(x)), [3], 1e-5)).toEqual([0]);
  });

  test('explains what is left of numbers that cancel, and what is divided by it', () => {
    const graph = graphOf(3, (x) => lax.div(lax.broadcastInDim(lax.reduceSum(x, [0]), [3], []), x));
    const inputs = [floats(1e4, -1e4 + 1e-3, 1e-3)];
    const expected = interpret(graph, inputs);
    const actual = floats(...Array.from(expected[0].data, (x) => x + 1e-3 / 1e-3));
    expect(withoutRounding(graph, inputs, [actual], expected)[0].data[2]).toBe(expected[0].data[2]);
  });

  test('leaves errors where rounding does little', () => {
    const [one, two] = left((x) => lax.add(lax.mul(x, x), x), [1.5, 0.3], 1e-5);
    expect(one).toBeCloseTo(1e-5, 6);
    expect(two).toBeCloseTo(1e-5, 6);
    expect(left((x) => lax.tan(lax.sinh(x)), [1], 1e-3)[0]).toBeCloseTo(1e-3, 5);
  });

  test('leaves a number where there is none, and the other way round', () => {
    const graph = graphOf(2, (x) => lax.sqrt(x));
    const inputs = [floats(-1, 4)];
    const [corrected] = withoutRounding(graph, inputs, [floats(0, NaN)], interpret(graph, inputs));
    expect(Array.from(corrected.data)).toEqual([0, NaN]);
  });
});

/** @file Checks the gradients of graph functions against central differences in float64, first and second order. */
import { expect } from 'vitest';
import type { NDArray } from '../core/ndarray.js';
import { ndarray } from '../core/ndarray.js';
import { sizeOf, type Shape } from '../core/shape.js';
import { GraphBuilder, gradients, interpret, makeGraph, type Value } from '../graph/index.js';
import { constantLike, mul, reduceSum } from '../graph/lax.js';

/** Repeatable numbers in (-1, 1), all different. */
export function sampleArray(shape: Shape, seed = 1): NDArray {
  const data = Float64Array.from(
    { length: sizeOf(shape) },
    (_, i) => Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 0.9 + 0.01 * (i % 7),
  );
  return ndarray('float64', shape, data);
}

type GraphFunction = (inputs: Value[]) => Value;

/** Names of all primitives that `checkGradient` has differentiated through so far. */
export const differentiated = new Set<string>();

/** Σ c·f(x) with fixed coefficients, so that no symmetry hides a wrong element. */
function weighted(fn: GraphFunction, inputs: Value[]): Value {
  const y = fn(inputs);
  const weights = constantLike(y, sampleArray(y.shape, 5));
  return reduceSum(
    mul(y, weights),
    y.shape.map((_, i) => i),
  );
}

function compare(scalar: GraphFunction, points: readonly NDArray[], tolerance: number, order: string): void {
  const builder = new GraphBuilder();
  const inputs = points.map((x, i) => builder.input(x, `x${i}`));
  const y = scalar(inputs);
  for (const node of makeGraph(inputs, [y]).nodes) differentiated.add(node.primitive.name);
  const found = gradients(y, inputs);
  const graph = makeGraph([...inputs], [y]);
  const slopes = found.map((g) => (g === null ? null : interpret(makeGraph(inputs, [g]), points)[0]));
  const h = 1e-5;
  points.forEach((x, which) => {
    for (let i = 0; i < x.data.length; i++) {
      const at = (delta: number): number => {
        const data = Float64Array.from(x.data);
        data[i] += delta;
        return interpret(graph, points.with(which, ndarray('float64', x.shape, data)))[0].data[0];
      };
      const numeric = (at(h) - at(-h)) / (2 * h);
      const exact = slopes[which]?.data[i] ?? 0;
      const scale = Math.max(1, Math.abs(numeric));
      expect(
        Math.abs(exact - numeric) / scale,
        `${order} gradient, input ${which}, element ${i}: ${exact} against ${numeric}`,
      ).toBeLessThan(tolerance);
    }
  });
}

/**
 * Expect the gradients of `fn` to agree with central differences at `points` (float64 arrays).
 *
 * @param options `second`: check the gradient of the gradient as well (default true); `tolerance` relative (default 1e-6).
 */
export function checkGradient(
  fn: GraphFunction,
  points: readonly NDArray[],
  { second = true, tolerance = 1e-6 }: { second?: boolean; tolerance?: number } = {},
): void {
  compare((inputs) => weighted(fn, inputs), points, tolerance, 'first');
  if (!second) return;
  const slope: GraphFunction = (inputs) => {
    const found = gradients(weighted(fn, inputs), inputs);
    const parts = found.flatMap((g) => (g === null ? [] : [weighted(() => g, inputs)]));
    return parts.reduce((sum, part) => mul(sum, part));
  };
  compare(slope, points, tolerance * 100, 'second');
}

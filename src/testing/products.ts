/** @file Programs of float32 products on the wasm backend against the interpreter, on one thread and several. */
import { expect } from 'vitest';
import { wasmBackend } from '../backend/wasm/index.js';
import type { NDArray } from '../core/ndarray.js';
import { fromNumbers } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import type { Graph, Value } from '../graph/index.js';
import { GraphBuilder, interpret } from '../graph/index.js';
import { difference } from './compare.js';

/** Eighths, of which products and sums are exact in float32. */
export function eighths(shape: readonly number[], seed: number): NDArray {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, i) => (((Math.imul(i + 1 + 77 * seed, 0x9e3779b1) >>> 9) % 41) - 20) / 8,
  );
  return fromNumbers('float32', [...shape], values);
}

/**
 * Run a program on numbers whose products and sums are exact, so that every order of summation gives the same bits.
 *
 * @param tolerance Relative to the greatest result, for kernels that compute with other numbers. Default: 0.
 * @returns Labels of the kernels.
 */
export async function checkProducts(
  shapes: readonly (readonly number[])[],
  build: (...inputs: Value[]) => Value,
  tolerance = 0,
): Promise<string[]> {
  const builder = new GraphBuilder();
  const inputs = shapes.map((shape, i) => builder.input({ dtype: 'float32', shape: [...shape] }, `x${i}`));
  const graph: Graph = builder.graph(inputs, [build(...inputs)]);
  const none = { inputs: inputs.map(() => null), outputs: [null], counter: null };
  const arrays = shapes.map((shape, i) => eighths(shape, i));
  const executable = wasmBackend.compile(graph, wasmBackend.createHeap(), none);
  const [here] = executable.runSync(arrays, 1);
  const [expected] = interpret(graph, arrays);
  const wrong = difference(here, expected, tolerance);
  if (wrong !== null) throw new Error(`${wrong}\n${String(graph)}`);
  for (const threads of [1, 2, 3]) {
    wasmBackend.setThreads!(threads);
    const [together] = await executable.run(arrays, 1);
    expect(together.data).toEqual(here.data);
  }
  return executable.profile!(arrays, 1).map(({ label }) => label);
}

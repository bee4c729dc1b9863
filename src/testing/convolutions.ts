/** @file Convolutions and their gradients against the interpreter: on one thread and several, in single and in wide vectors. */
import { expect } from 'vitest';
import type { NDArray } from '../core/ndarray.js';
import { fromNumbers } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { range, sizeOf } from '../core/shape.js';
import type { Graph, Value } from '../graph/index.js';
import { gradients, GraphBuilder, interpret } from '../graph/index.js';
import { convGeneral } from '../graph/lax.js';
import { wasmBackend } from '../backend/wasm/index.js';

type Pair = readonly [number, number];

/** A convolution of any number of spatial axes. */
export interface ConvolutionCase {
  /** Images, then the sizes of the axes. */
  readonly size: readonly [number, ...number[]];
  readonly channels: number;
  readonly features: number;
  readonly taps: readonly number[];
  readonly strides?: readonly number[];
  /** Elements of the input lie so far apart, with zeros in between: a transposed convolution, whose kernel holds features before channels. */
  readonly dilation?: readonly number[];
  /** Before and after, along each axis. */
  readonly padding: readonly Pair[];
}

/** About normal, the same each time. */
export function normalNumbers(shape: readonly number[], seed: number): NDArray {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const values = Array.from({ length: sizeOf(shape) }, () => 1.7 * (next() + next() + next() + next()));
  return fromNumbers('float32', [...shape], values);
}

/** Root mean square and greatest error, both relative to the root mean square of what is expected. */
export function errorsOf(found: NDArray, expected: NDArray): { rms: number; greatest: number } {
  let [square, error, greatest] = [0, 0, 0];
  for (let i = 0; i < expected.data.length; i++) {
    const off = Number(found.data[i]) - Number(expected.data[i]);
    square += Number(expected.data[i]) ** 2;
    error += off ** 2;
    greatest = Math.max(greatest, Number.isFinite(off) ? Math.abs(off) : Infinity);
  }
  return { rms: Math.sqrt(error / square), greatest: greatest / Math.sqrt(square / expected.data.length) };
}

/** The graph of a convolution of the inputs x and kernel. */
export function convolutionOf(
  builder: GraphBuilder,
  { size, channels, features, taps, strides, dilation, padding }: ConvolutionCase,
): { x: Value; kernel: Value; y: Value } {
  const x = builder.input({ dtype: 'float32', shape: [...size, channels] }, 'x');
  const isTransposed = dilation !== undefined;
  const shape = isTransposed ? [...taps, features, channels] : [...taps, channels, features];
  const kernel = builder.input({ dtype: 'float32', shape }, 'kernel');
  const rank = taps.length;
  const ones = taps.map(() => 1);
  const image = { batch: 0, feature: rank + 1, spatial: range(rank).map((d) => d + 1) };
  const y = convGeneral(x, kernel, {
    lhs: image,
    rhs: { batch: rank + (isTransposed ? 0 : 1), feature: rank + (isTransposed ? 1 : 0), spatial: range(rank) },
    out: image,
    strides: [...(strides ?? ones)],
    padding: padding.map(([before, after]): [number, number] => [before, after]),
    lhsDilation: [...(dilation ?? ones)],
    rhsDilation: ones,
    featureGroups: 1,
    batchGroups: 1,
  });
  return { x, kernel, y };
}

/** A program of the graph, whose inputs and outputs are no variables. */
export const compiled = (graph: Graph): ReturnType<typeof wasmBackend.compile> =>
  wasmBackend.compile(graph, wasmBackend.createHeap(), {
    inputs: graph.inputs.map(() => null),
    outputs: graph.outputs.map(() => null),
    counter: null,
  });

/**
 * Check a convolution and both its gradients: near to the interpreter, and to the bit the same on any number of threads and in vectors of
 * either width. Errors grow with the root of the number of terms, from 64 features on.
 *
 * @returns The labels of the kernels.
 */
export async function checkConvolution(
  c: ConvolutionCase,
  bound: { rms: number; greatest: number },
): Promise<string[]> {
  const builder = new GraphBuilder();
  const { x, kernel, y } = convolutionOf(builder, c);
  const dy = builder.input({ dtype: 'float32', shape: y.shape }, 'dy');
  const [dx, dk] = gradients(y, [x, kernel], 0, dy);
  const graph = builder.graph([x, kernel, dy], [y, dx!, dk!]);
  const arrays = graph.inputs.map(({ shape }, i) => normalNumbers(shape, i + 1));
  const programOf = (wide: boolean): ReturnType<typeof compiled> => {
    wasmBackend.setWide!(wide);
    return compiled(graph);
  };
  try {
    const [single, wide] = [false, true].map(programOf);
    const here = single.runSync(arrays, 1);
    interpret(graph, arrays).forEach((expected, i) => {
      const { rms, greatest } = errorsOf(here[i], expected);
      const longer = Math.sqrt(Math.max(1, Math.max(c.channels, c.features) / 64));
      expect(rms, `output ${i}`).toBeLessThan(bound.rms * longer);
      expect(greatest, `output ${i}`).toBeLessThan(bound.greatest * longer);
    });
    const runs = [
      [wide, 1],
      [wide, 3],
      [single, 2],
    ] as const;
    for (const [program, threads] of runs) {
      wasmBackend.setThreads!(threads);
      (await program.run(arrays, 1)).forEach((array, i) => expect(array.data).toEqual(here[i].data));
    }
    return single.profile!(arrays, 1).map(({ label }) => label);
  } finally {
    wasmBackend.setWide!(getPlatform().engine?.wide !== 'off');
  }
}

/**
 * @file How much of a difference rounding explains. Random graphs lead numbers near poles (`tan` of something large) and into powers,
 * where an error in the last bit of a step becomes large: there two right programs differ by more than any fixed tolerance.
 */
import { isFloat, roundTo } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import type { Graph, Value } from '../../graph/index.js';
import { randomStream } from '../random_arrays.js';

/** One rounding, relative to the number. */
const ROUNDING: Readonly<Record<string, number>> = {
  float16: 2 ** -10,
  bfloat16: 2 ** -7,
  float32: 2 ** -23,
  float64: 2 ** -52,
};
/** How many runs with other roundings are made, and how many times their spread a result may be off. */
const RUNS = 6;
const MARGIN = 8;

/** The outputs of a graph when every float that a node computes is rounded up or down at random. */
function interpretRounding(graph: Graph, inputs: readonly NDArray[], seed: number): NDArray[] {
  const next = randomStream(seed);
  const values = new Map<Value, NDArray>(graph.inputs.map((v, i) => [v, inputs[i]]));
  for (const node of graph.nodes) {
    const results = node.primitive.evaluate(
      node.inputs.map((v) => values.get(v)!),
      node.params,
      node.outputs,
    );
    node.outputs.forEach((v, i) => {
      const { dtype, shape, data } = results[i];
      if (!isFloat(dtype) || node.primitive.name === 'constant') return values.set(v, results[i]);
      const rounded = data.slice();
      for (let k = 0; k < data.length; k++)
        rounded[k] = roundTo(dtype, data[k] * (1 + (next() < 0.5 ? -1 : 1) * ROUNDING[dtype]));
      return values.set(v, ndarray(dtype, shape, rounded));
    });
  }
  return graph.outputs.map((v) => values.get(v)!);
}

/**
 * The outputs that a program gave, with what rounding explains replaced by what is expected: elements that are off by a few times as much
 * as the interpreter's own results move when its steps are rounded otherwise, and elements that are no longer finite then.
 *
 * @param actual What the program gave, one array an output.
 * @param expected What the interpreter gives.
 */
export function withoutRounding(
  graph: Graph,
  inputs: readonly NDArray[],
  actual: readonly NDArray[],
  expected: readonly NDArray[],
): NDArray[] {
  const others = Array.from({ length: RUNS }, (_, run) => interpretRounding(graph, inputs, run + 1));
  return actual.map(({ dtype, shape, data }, i) => {
    const corrected = data.slice();
    const truth = expected[i].data;
    for (let k = 0; k < data.length; k++) {
      const found = others.map((outputs) => outputs[i].data[k]);
      const finite = [truth[k], ...found].every(Number.isFinite);
      const spread = Math.max(...found.map((x) => Math.abs(x - truth[k])));
      const differs = found.some((x) => !Object.is(x, truth[k]));
      if (finite ? Math.abs(data[k] - truth[k]) <= MARGIN * spread : differs) corrected[k] = truth[k];
    }
    return ndarray(dtype, shape, corrected);
  });
}

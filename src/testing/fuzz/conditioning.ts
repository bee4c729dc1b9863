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
/** Primitives whose results are sums of what goes in: their rounding is relative to that, and a result near zero has no digit of its own. */
const SUMS = new Set(['fft', 'reduceSum', 'reduceWindowSum']);

/** The greatest finite magnitude. */
const greatest = (arrays: readonly NDArray[]): number =>
  arrays.reduce((most, { data }) => {
    for (let k = 0; k < data.length; k++) if (Number.isFinite(data[k])) most = Math.max(most, Math.abs(data[k]));
    return most;
  }, 0);

/** How many runs with other roundings are made, and how many times their spread a result may be off. */
const RUNS = 6;
const MARGIN = 8;

/** The outputs of a graph when every float that a node computes is rounded up or down at random. */
function interpretRounding(graph: Graph, inputs: readonly NDArray[], seed: number): NDArray[] {
  const next = randomStream(seed);
  const values = new Map<Value, NDArray>(graph.inputs.map((v, i) => [v, inputs[i]]));
  for (const node of graph.nodes) {
    const operands = node.inputs.map((v) => values.get(v)!);
    const results = node.primitive.evaluate(operands, node.params, node.outputs);
    const added = SUMS.has(node.primitive.name) ? greatest(operands) : 0;
    node.outputs.forEach((v, i) => {
      const { dtype, shape, data } = results[i];
      if (!isFloat(dtype) || node.primitive.name === 'constant') return values.set(v, results[i]);
      const rounded = data.slice();
      for (let k = 0; k < data.length; k++) {
        if (!Number.isFinite(data[k])) continue;
        rounded[k] = roundTo(
          dtype,
          data[k] + (next() < 0.5 ? -1 : 1) * ROUNDING[dtype] * Math.max(Math.abs(data[k]), added),
        );
      }
      return values.set(v, ndarray(dtype, shape, rounded));
    });
  }
  return graph.outputs.map((v) => values.get(v)!);
}

/**
 * The outputs that a program gave, with what rounding explains replaced by what is expected: elements that are off by a few times as much
 * as the interpreter's own results move when its steps are rounded otherwise, elements of which no digit is left then, and elements that
 * are no longer finite.
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
      const explained = Math.abs(data[k] - truth[k]) <= MARGIN * spread || spread >= Math.abs(truth[k] / 2);
      if (finite ? explained : differs) corrected[k] = truth[k];
    }
    return ndarray(dtype, shape, corrected);
  });
}

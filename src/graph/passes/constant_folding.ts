/**
 * @file Constant folding: what depends on constants alone is computed when the program is built. Constants stay small: one number that
 * fills an array stays one number, a ramp stays an `iota`, and results above a few thousand elements are left to the program.
 */
import type { NDArray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { Application, Graph, GraphBuilder, Value } from '../graph.js';
import { constantPrimitive } from '../graph.js';
import { evaluatePrimitive } from '../interpret.js';
import { broadcastInDim } from '../lax.js';
import type { Rewriter } from './rewrite.js';
import { rewriteGraph } from './rewrite.js';
import { knownArray, uniformScalar } from './uniform.js';

/** Most elements that operands and results of a folded application may have. */
const LIMIT = 4096;
/** Random bits are cheap to make and dear to store. */
const RANDOM_LIMIT = 64;

/** Left symbolic: they are how constants are written. */
const SYMBOLIC: ReadonlySet<string> = new Set(['input', 'iota', 'broadcastInDim']);
const RANDOM: ReadonlySet<string> = new Set(['randomBits', 'threefry2x32']);

export const constantFolding: Rewriter = {
  concerns: ({ name, bodies }) => !SYMBOLIC.has(name) && bodies === undefined,
  rewrite(application, builder) {
    const { primitive } = application;
    if (primitive === constantPrimitive) return filledConstant(application, builder);
    const { inputs } = application;
    if (inputs.length === 0) return null;
    for (let i = 0; i < inputs.length; i++) {
      const { node } = inputs[i];
      if (node.primitive !== constantPrimitive && node.primitive.name !== 'broadcastInDim') return null;
    }
    return uniformResult(application, builder) ?? computed(application, builder);
  },
};

/** [5, 5, 5] -> broadcast(5) */
function filledConstant({ params }: Application, builder: GraphBuilder): Value[] | null {
  const { value } = params as { value: NDArray };
  const { data } = value;
  if (data.length < 2 || data.length > 16 * LIMIT) return null;
  for (let i = 1; i < data.length; i++) if (!Object.is(data[i], data[0])) return null;
  const scalar: NDArray = { dtype: value.dtype, shape: [], data: data.slice(0, 1) };
  return [broadcastInDim(builder.constant(scalar), value.shape, [])];
}

/** f(broadcast(a), broadcast(b)) -> broadcast(f(a, b)), for constants a, b and element-wise f */
function uniformResult({ primitive, inputs, params, types }: Application, builder: GraphBuilder): Value[] | null {
  if (!primitive.scalar) return null;
  const scalars: NDArray[] = [];
  for (const input of inputs) {
    const scalar = uniformScalar(input);
    if (scalar === null) return null;
    scalars.push(scalar);
  }
  const [result] = evaluatePrimitive(primitive, scalars, params);
  return [broadcastInDim(builder.constant(result), types[0].shape, [])];
}

/** f(a, b) -> the result, for constants a, b */
function computed({ primitive, inputs, params, types }: Application, builder: GraphBuilder): Value[] | null {
  const limit = RANDOM.has(primitive.name) ? RANDOM_LIMIT : LIMIT;
  if (types.some((type) => sizeOf(type.shape) > limit)) return null;
  const arrays: NDArray[] = [];
  for (const input of inputs) {
    const array = knownArray(input, LIMIT);
    if (array === null) return null;
    arrays.push(array);
  }
  return evaluatePrimitive(primitive, arrays, params).map((value) => builder.constant(value));
}

/** Compute what depends on constants alone. */
export function foldConstants(graph: Graph): Graph {
  return rewriteGraph(graph, [constantFolding]).graph;
}

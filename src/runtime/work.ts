/** @file How much work a graph is, roughly: decides whether eager work is interpreted at once or worth a compiled program. */
import type { TensorType } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import type { Graph, Primitive } from '../graph/index.js';

/** Above this much work, eager code is compiled: about where the interpreter takes as long as a small module takes to build. */
export const COMPILE_ABOVE = 1 << 17;

/** Elements moved, or multiply-adds for a contraction, by one application of a primitive. */
export function applicationWork(
  primitive: Primitive,
  inputs: readonly TensorType[],
  outputs: readonly TensorType[],
): number {
  const moved = [...inputs, ...outputs].reduce((total, x) => total + sizeOf(x.shape), 0);
  if (primitive.work !== undefined) return moved + sizeOf(inputs[0].shape) * primitive.work(inputs);
  if (inputs.length < 2) return moved;
  // Exact for a matrix product (mk · kn · mn is (mkn)²) and of the right order for convolutions; too high for element-wise work.
  const products = Math.sqrt(sizeOf(inputs[0].shape) * sizeOf(inputs[1].shape) * sizeOf(outputs[0].shape));
  return Math.max(moved, products);
}

export function graphWork(graph: Graph): number {
  return graph.nodes.reduce((total, node) => total + applicationWork(node.primitive, node.inputs, node.outputs), 0);
}

/** @file Runs a graph node by node with the primitives' reference evaluations: the oracle of every backend. */
import { InternalError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import type { Graph, Value } from './graph.js';
import type { Primitive } from './primitive.js';

/** Evaluate one primitive on arrays. */
export function evaluatePrimitive<P>(primitive: Primitive<P>, inputs: readonly NDArray[], params: P): NDArray[] {
  return primitive.evaluate(inputs, params, primitive.type(inputs, params));
}

/**
 * Run a graph.
 *
 * @param inputs One array per input of the graph, of its shape and dtype.
 * @returns One array per output.
 */
export function interpret(graph: Graph, inputs: readonly NDArray[]): NDArray[] {
  const environment = new Map<Value, NDArray>();
  graph.inputs.forEach((v, i) => environment.set(v, inputs[i]));
  const find = (v: Value): NDArray => {
    const found = environment.get(v);
    if (found === undefined)
      throw new InternalError(`interpret: a value of '${v.node.primitive.name}' is used before it is made`);
    return found;
  };
  for (const node of graph.nodes) {
    const results = node.primitive.evaluate(node.inputs.map(find), node.params, node.outputs);
    node.outputs.forEach((v, i) => environment.set(v, results[i]));
  }
  return graph.outputs.map(find);
}

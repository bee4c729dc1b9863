/** @file Checks that a graph is well formed. Tests call it on what passes and traces make. */
import { InternalError } from '../core/errors.js';
import { sameShape, sizeOf } from '../core/shape.js';
import type { Graph, Node, Value } from './graph.js';
import { constantOf, inputPrimitive } from './graph.js';
import { allPrimitives } from './primitive.js';
import { formatType } from './primitives/helpers.js';

/**
 * Check a graph and the bodies of its loops and branches: every value is made once and before it is used, belongs to one builder, and has
 * the type that its primitive's type rule gives; inputs are `input` nodes, each listed once.
 *
 * @throws {InternalError} Says which node is wrong and how.
 */
export function verify(graph: Graph): void {
  const known = new Set<Value>();
  const seen = new Set<Node>();
  const builder = (graph.inputs[0] ?? graph.outputs[0])?.applier;
  const fail = (node: Node, what: string): never => {
    throw new InternalError(`verify: node ${node.id}, '${node.primitive.name}': ${what}`);
  };

  for (const input of graph.inputs) {
    if (input.node.primitive !== inputPrimitive) fail(input.node, 'is listed as an input of the graph, but computes');
    if (known.has(input)) fail(input.node, 'is listed twice among the inputs');
    known.add(input);
  }
  for (const node of graph.nodes) {
    if (seen.has(node)) fail(node, 'stands twice in the graph');
    seen.add(node);
    if (node.primitive === inputPrimitive) fail(node, 'stands among the nodes, inputs must not');
    if (allPrimitives().get(node.primitive.name) !== node.primitive) fail(node, 'is not the primitive of that name');
    node.inputs.forEach((v, i) => {
      if (!known.has(v)) fail(node, `operand ${i} is used before it is made`);
    });
    verifyTypes(node, fail);
    for (const v of node.outputs) {
      if (v.applier !== builder) fail(node, 'belongs to another builder');
      known.add(v);
    }
    for (const body of node.primitive.bodies?.get(node.params) ?? []) verify(body);
  }
  for (const output of graph.outputs) if (!known.has(output)) fail(output.node, 'is returned, but never made');
}

function verifyTypes(node: Node, fail: (node: Node, what: string) => never): void {
  const types = node.primitive.type(node.inputs, node.params);
  if (types.length !== node.outputs.length) fail(node, `has ${node.outputs.length} outputs instead of ${types.length}`);
  node.outputs.forEach((v, i) => {
    if (v.node !== node || v.index !== i) fail(node, `output ${i} claims to be output ${v.index} of ${v.node.id}`);
    if (v.dtype !== types[i].dtype || !sameShape(v.shape, types[i].shape))
      fail(node, `output ${i} is ${formatType(v)}, its type rule says ${formatType(types[i])}`);
  });
  if (node.primitive.scalar && node.inputs.some((v) => !sameShape(v.shape, node.outputs[0].shape)))
    fail(node, 'is element-wise, but its operands and its output differ in shape');
  const constant = node.outputs.length === 1 ? constantOf(node.outputs[0]) : null;
  if (constant !== null && constant.data.length !== sizeOf(constant.shape))
    fail(node, `holds ${constant.data.length} elements for ${formatType(constant)}`);
}

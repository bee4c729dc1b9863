/** @file Prints graphs as readable programs. */
import { formatShape } from '../core/shape.js';
import type { Graph, Value } from './graph.js';
import { formatParams } from './primitive.js';

/** One line per node: `%3 = mul %1 %2 : float32(2, 3)`. Equal programs print equally. */
export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  const name = (v: Value): string => {
    let known = names.get(v);
    if (known === undefined) names.set(v, (known = `%${names.size}`));
    return known;
  };
  const type = (v: Value): string => `${v.dtype}${formatShape(v.shape)}`;
  const lines = graph.inputs.map((v) => `${name(v)} = input : ${type(v)}`);
  for (const node of graph.nodes) {
    const params = formatParams(node.primitive, node.params);
    const outputs = node.outputs.map(name).join(', ');
    lines.push(
      `${outputs} = ${node.primitive.name} ${[...node.inputs.map(name), params].join(' ')} : ${node.outputs.map(type).join(', ')}`,
    );
  }
  lines.push(`return ${graph.outputs.map(name).join(', ')}`);
  return lines.join('\n');
}

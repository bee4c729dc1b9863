/** @file The operations of a step as TensorBoard's graph: nodes stand in the layers that made them, those of the backward pass apart. */
import type { Shape } from '../../core/shape.js';
import type { GraphDef } from '../../formats/tfevents/index.js';
import type { Graph, Value } from '../../graph/index.js';
import { GRADIENT_OF } from '../../graph/origin.js';

/** Numbers of TensorFlow's DataType. */
const DTYPES: Readonly<Record<string, number>> = {
  float32: 1, float64: 2, int32: 3, uint8: 4, int16: 5, int8: 6, int64: 9, bool: 10, bfloat16: 14, uint16: 17, float16: 19, uint32: 22,
  uint64: 23,
}; // prettier-ignore

const shapeOf = (shape: Shape) => ({ dim: shape.map((size) => ({ size: BigInt(size) })) });
const clean = (name: string): string => name.replace(/[^A-Za-z0-9_./\\-]/g, '_').replace(/^[^A-Za-z0-9.]+/, '') || '_';

/** Where a node stands: `sequential/dense`, `gradients/sequential/dense`, `optimizer`. */
function scopeOf(origin: string | null): string {
  if (origin === null || origin === '') return 'step';
  return origin.startsWith(GRADIENT_OF)
    ? `gradients/${clean(origin.slice(GRADIENT_OF.length)) || 'step'}`
    : clean(origin);
}

/** A graph in TensorBoard's form. */
export function graphDefOf(graph: Graph): GraphDef {
  const names = new Map<Value['node'], string>();
  const used = new Map<string, number>();
  const nameFor = (wanted: string): string => {
    const count = used.get(wanted) ?? 0;
    used.set(wanted, count + 1);
    return count === 0 ? wanted : `${wanted}_${count}`;
  };
  const attributes = (outputs: readonly Value[]) => ({
    _output_shapes: {
      value: { case: 'list' as const, value: { shape: outputs.map(({ shape }) => shapeOf(shape)) } },
    },
    ...(outputs.length === 0 || DTYPES[outputs[0].dtype] === undefined
      ? {}
      : { T: { value: { case: 'type' as const, value: DTYPES[outputs[0].dtype] } } }),
  });
  const nodes = graph.inputs.map((value) => {
    const label = clean((value.node.params as { readonly label: string }).label);
    const name = nameFor(/^arg\d+$/.test(label) ? `data/${label}` : `variables/${label}`);
    names.set(value.node, name);
    const op = label.startsWith('arg') ? 'Placeholder' : 'VariableV2';
    return { name, op, input: [] as string[], attr: attributes([value]) };
  });
  for (const node of graph.nodes) {
    const op = node.primitive.name;
    const name = nameFor(`${scopeOf(node.origin)}/${clean(op)}`);
    names.set(node, name);
    const input = node.inputs.map(
      ({ node: from, index }) => `${names.get(from) ?? 'unknown'}${index === 0 ? '' : `:${index}`}`,
    );
    nodes.push({ name, op: op === 'constant' ? 'Const' : op, input, attr: attributes(node.outputs) });
  }
  return { node: nodes };
}

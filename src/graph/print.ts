/** @file Prints graphs as readable programs, and as keys that only equal programs share. */
import type { NDArray, TensorType } from '../core/ndarray.js';
import { formatShape } from '../core/shape.js';
import type { Graph, Node, Value } from './graph.js';
import { formatNumber, formatParams } from './primitive.js';

const type = ({ dtype, shape }: TensorType): string => `${dtype}${formatShape(shape)}`;

/** How the parts of a program are written. */
interface Writing {
  input(v: Value): string;
  constant(value: NDArray): string;
}

const FOR_PEOPLE: Writing = {
  input: (v) => ` ${JSON.stringify((v.node.params as { label: string }).label)}`,
  constant: printConstant,
};

const EXACT: Writing = { input: () => '', constant: exactConstant };

/**
 * One line per node: `%3 = mul %1 %2 : float32(2, 3)`. The bodies of loops and branches stand under their node, indented. Long
 * constants are shortened.
 */
export function printGraph(graph: Graph): string {
  return lines(graph, FOR_PEOPLE).join('\n');
}

/** Text that two graphs share if and only if they are the same program: all constants in full, no labels. */
export function programKey(graph: Graph): string {
  return lines(graph, EXACT).join('\n');
}

function lines(graph: Graph, writing: Writing): string[] {
  const names = new Map<Value, string>();
  const name = (v: Value): string => {
    let known = names.get(v);
    if (known === undefined) names.set(v, (known = `%${names.size}`));
    return known;
  };
  const parts = [
    ...graph.inputs.map((v) => `${name(v)} = input${writing.input(v)} : ${type(v)}`),
    ...graph.nodes.flatMap((node) => nodeLines(node, name, writing)),
  ];
  parts.push(`return ${graph.outputs.map(name).join(', ')}`.trimEnd());
  return parts;
}

function nodeLines(node: Node, name: (v: Value) => string, writing: Writing): string[] {
  const { primitive, params, inputs, outputs } = node;
  const text =
    primitive.name === 'constant'
      ? writing.constant((params as { value: NDArray }).value)
      : formatParams(primitive, params);
  const words = [primitive.name, ...inputs.map(name), ...(text === '' ? [] : [text])].join(' ');
  const line = `${outputs.map(name).join(', ')} = ${words} : ${outputs.map(type).join(', ')}`;
  const bodies = primitive.bodies?.get(params) ?? [];
  return [line, ...bodies.flatMap((body) => ['  {', ...lines(body, writing).map((l) => `    ${l}`), '  }'])];
}

/** A constant's first elements, and how many there are. */
export function printConstant({ data }: NDArray): string {
  const shown = Array.from(data.subarray(0, 8), formatNumber).join(', ');
  return data.length <= 8 ? shown : `${shown}, … ${data.length} in all`;
}

/** All elements: as numbers while they are few, else their bits as characters. */
export function exactConstant({ data }: NDArray): string {
  if (data.length === 1) return formatNumber(data[0]);
  if (data.length <= 16) return Array.from(data, formatNumber).join();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = `${data.length}:`;
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
}

/** @file Graphs of primitives in SSA form, and the builder that adds nodes. Passes map a graph to a graph; nothing changes one. */
import type { DType } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import type { Applier, Operand } from './operand.js';
import type { Primitive } from './primitive.js';
import { currentOrigin, setOrigin } from './origin.js';
import { definePrimitive } from './primitive.js';
import { printConstant, printGraph } from './print.js';

/** One application of a primitive. Inputs of a graph and constants are nodes too (`input`, `constant`). */
export interface Node {
  /** Grows with the order of creation: every input of a node has a smaller id within one builder. */
  readonly id: number;
  readonly primitive: Primitive;
  readonly params: unknown;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Whose code made it, for profiles: see `origin.ts`. */
  readonly origin: string | null;
}

/** One output of a node: a tensor that exists when the program runs. */
export class Value implements Operand<Value>, TensorType {
  constructor(
    readonly node: Node,
    readonly index: number,
    readonly dtype: DType,
    readonly shape: Shape,
    readonly applier: GraphBuilder,
  ) {}
}

/** A node that is about to be made. */
export interface Application {
  readonly primitive: Primitive;
  readonly inputs: readonly Value[];
  readonly params: unknown;
  /** The types that the type rule gives. */
  readonly types: readonly TensorType[];
}

/** A whole program: values that come in, values that go out, and the nodes between in an order in which they can run. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Without the `input` nodes. Each node stands after all that it reads. */
  readonly nodes: readonly Node[];
  /** The program as text, as `print.ts` writes it. */
  toString(): string;
}

class Program implements Graph {
  constructor(
    readonly inputs: readonly Value[],
    readonly outputs: readonly Value[],
    readonly nodes: readonly Node[],
  ) {}

  toString(): string {
    return printGraph(this);
  }
}

/** An input of the graph; `label` is for people who read the printed program. */
export const inputPrimitive = definePrimitive<{ label: string; type: TensorType }>({
  name: 'input',
  type: (_inputs, { type }) => [type],
  evaluate: () => {
    throw new InternalError('an input has no value of its own');
  },
  gradient: null,
  format: ({ label }) => label,
});

/** A value known when the program is built. */
export const constantPrimitive = definePrimitive<{ value: NDArray }>({
  name: 'constant',
  type: (_inputs, { value }) => [{ dtype: value.dtype, shape: value.shape }],
  evaluate: (_inputs, { value }) => [value],
  gradient: null,
  format: ({ value }) => printConstant(value),
});

/** The value of a `constant` node, or null for any other value. */
export function constantOf(value: Value): NDArray | null {
  return value.node.primitive === constantPrimitive ? (value.node.params as { value: NDArray }).value : null;
}

export function isInput(value: Value): boolean {
  return value.node.primitive === inputPrimitive;
}

/** Adds nodes in order. One builder serves one trace, or one pass. */
export class GraphBuilder implements Applier<Value> {
  readonly nodes: Node[] = [];
  #nextId = 0;

  /** The id that the next node will have: nodes made from now on have ids of at least this. */
  get nextId(): number {
    return this.#nextId;
  }

  apply<P>(primitive: Primitive<P>, inputs: readonly Value[], params: P): Value[] {
    for (let i = 0; i < inputs.length; i++) {
      if (inputs[i].applier !== this) throw new InternalError(`${primitive.name}: an input belongs to another graph`);
    }
    return this.add({ primitive: primitive as Primitive, inputs, params, types: primitive.type(inputs, params) });
  }

  /** A node like `node` on other inputs of the same types: `apply` without asking the type rule again. */
  repeat(node: Node, inputs: readonly Value[]): readonly Value[] {
    return this.add({ primitive: node.primitive, inputs, params: node.params, types: node.outputs });
  }

  /** Add a node whose types are known. Builders of passes put something else in its place. */
  protected add({ primitive, inputs, params, types }: Application): Value[] {
    const outputs: Value[] = [];
    const node: Node = { id: this.#nextId++, primitive, params, inputs, outputs, origin: currentOrigin() };
    for (let i = 0; i < types.length; i++) outputs.push(new Value(node, i, types[i].dtype, types[i].shape, this));
    this.nodes.push(node);
    return outputs;
  }

  constant(value: NDArray): Value {
    return this.apply(constantPrimitive, [], { value })[0];
  }

  input(type: TensorType, label: string): Value {
    return this.apply(inputPrimitive, [], { label, type: { dtype: type.dtype, shape: type.shape } })[0];
  }

  /** The graph from `inputs` to `outputs`: the nodes that outputs need, in order of creation. */
  graph(inputs: readonly Value[], outputs: readonly Value[]): Graph {
    return makeGraph(inputs, outputs);
  }
}

/** Collect what `outputs` need. Nodes of one builder keep the order of creation, which is an order in which they can run. */
export function makeGraph(inputs: readonly Value[], outputs: readonly Value[]): Graph {
  if (outputs.length === 0) return new Program(inputs, outputs, []);
  const all = outputs[0].applier.nodes; // by id
  const needed = new Uint8Array(all.length);
  for (const { node } of outputs) needed[node.id] = 1;
  // What needs a node was made after it.
  for (let id = all.length - 1; id >= 0; id--) {
    if (needed[id] === 0) continue;
    const { inputs: operands } = all[id];
    for (let i = 0; i < operands.length; i++) needed[operands[i].node.id] = 1;
  }
  const nodes = all.filter(({ primitive }, id) => needed[id] === 1 && primitive !== inputPrimitive);
  return new Program(inputs, outputs, nodes);
}

/**
 * Copy a graph into a builder, value by value. `visit` sees each node with its inputs already mapped and gives the outputs that
 * stand for the node's, of the same types; the default copies. What it makes is of the origin of the node. The base of every pass.
 *
 * @param builder Where the copy goes.
 * @param inputs Values that stand for the graph's inputs; made afresh where left out.
 * @returns The mapped inputs and outputs.
 */
export function rebuild(
  graph: Graph,
  builder: GraphBuilder,
  visit: (node: Node, inputs: readonly Value[]) => readonly Value[] = (node, ins) => builder.repeat(node, ins),
  inputs?: readonly (Value | undefined)[],
): { inputs: Value[]; outputs: Value[] } {
  const map: (readonly Value[])[] = []; // outputs by the id of the node
  const newInputs = graph.inputs.map(
    (v, i) => inputs?.[i] ?? builder.input(v, (v.node.params as { label: string }).label),
  );
  graph.inputs.forEach((v, i) => (map[v.node.id] = [newInputs[i]]));
  const find = (v: Value): Value => {
    const found = map[v.node.id]?.[v.index];
    if (found === undefined)
      throw new InternalError(`rebuild: a value of '${v.node.primitive.name}' is used before it is made`);
    return found;
  };
  const outer = currentOrigin();
  try {
    for (const node of graph.nodes) {
      setOrigin(node.origin);
      map[node.id] = visit(node, node.inputs.map(find));
    }
  } finally {
    setOrigin(outer);
  }
  return { inputs: newInputs, outputs: graph.outputs.map(find) };
}

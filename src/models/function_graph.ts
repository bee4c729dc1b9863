/**
 * @file The graph of operations between symbolic inputs and outputs: which nodes it has, in which order they run, and the run itself.
 * What models make of it stands in model.ts.
 */
import { ValueError } from '../core/errors.js';
import type { Tree } from '../core/tree.js';
import { flatten, isDict, mapTree, packLike } from '../core/tree.js';
import type { FunctionalNode, Operation } from '../runtime/index.js';
import { KerasTensor } from '../runtime/index.js';

/** Calls an operation with its arguments filled in. */
export type CallOperation = (operation: Operation, args: readonly unknown[]) => unknown;

/** `0`, `a.1`: the places of a structure's leaves, in the order of `flatten`. */
export function leafPaths(tree: unknown, prefix = ''): string[] {
  const join = (key: string): string => (prefix === '' ? key : `${prefix}.${key}`);
  if (Array.isArray(tree)) return tree.flatMap((item, i) => leafPaths(item, join(String(i))));
  if (!isDict(tree)) return [prefix];
  return Object.keys(tree)
    .sort()
    .flatMap((key) => leafPaths(tree[key], join(key)));
}

/**
 * The nodes that lead to `outputs`, each after those that it needs, and the operations in the order in which a search from the
 * outputs meets them. The search ends at `inputs`.
 */
export function sortNodes(
  inputs: readonly KerasTensor[],
  outputs: readonly KerasTensor[],
): { nodes: FunctionalNode[]; traversal: Map<Operation, number> } {
  const declared = new Set(inputs);
  const finished = new Set<FunctionalNode>();
  const inProgress = new Set<FunctionalNode>();
  const nodes: FunctionalNode[] = [];
  const traversal = new Map<Operation, number>();
  /** Opens a node, or says that there is nothing to do for it. */
  const enter = (tensor: KerasTensor): FunctionalNode | null => {
    const node = tensor.history?.node;
    if (node === undefined || finished.has(node)) return null;
    if (!node.isInput && declared.has(tensor)) {
      finished.add(node); // what made a declared input lies outside
      return null;
    }
    if (inProgress.has(node))
      throw new ValueError(`Tensor ${String(tensor)} of operation '${node.operation.name}' is part of a cycle.`);
    if (!traversal.has(node.operation)) traversal.set(node.operation, traversal.size);
    inProgress.add(node);
    return node;
  };
  for (const output of outputs) {
    const first = enter(output);
    // Deep models would overflow the call stack, so the search keeps its own.
    const stack = first === null ? [] : [{ node: first, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      if (top.next < top.node.inputs.length) {
        const inner = enter(top.node.inputs[top.next++]);
        if (inner !== null) stack.push({ node: inner, next: 0 });
        continue;
      }
      finished.add(top.node);
      inProgress.delete(top.node);
      nodes.push(top.node);
      stack.pop();
    }
  }
  return { nodes, traversal };
}

/** A graph with one input and one output structure of symbolic tensors. */
export class FunctionGraph {
  /** The symbolic inputs, flat. */
  readonly inputs: readonly KerasTensor[];
  /** The symbolic outputs, flat. */
  readonly outputs: readonly KerasTensor[];
  /** All nodes of the graph. */
  readonly nodes: ReadonlySet<FunctionalNode>;
  /** Nodes by depth, which is the number of steps to the outputs, in the order in which depths were found. */
  readonly nodesByDepth: ReadonlyMap<number, readonly FunctionalNode[]>;
  /** All operations, from the inputs on. */
  readonly operations: readonly Operation[];
  readonly #order: readonly FunctionalNode[];

  /**
   * @throws {ValueError} There is no input or no output; an output does not depend on the inputs alone; two operations share a name.
   */
  constructor(
    readonly inputsStruct: Tree<KerasTensor>,
    readonly outputsStruct: Tree<KerasTensor>,
    owner: string,
  ) {
    this.inputs = flatten(inputsStruct);
    this.outputs = flatten(outputsStruct);
    for (const [what, list] of Object.entries({ inputs: this.inputs, outputs: this.outputs }))
      if (list.length === 0) throw new ValueError(`${owner}: \`${what}\` cannot be empty.`);
    const { nodes, traversal } = sortNodes(this.inputs, this.outputs);
    const nodeDepths = new Map<FunctionalNode, number>();
    const operationDepths = new Map<Operation, number>();
    this.#findDepths(nodes, nodeDepths, operationDepths);
    this.#addUnusedInputs(nodeDepths, operationDepths, traversal);
    this.nodes = new Set(nodeDepths.keys());
    this.nodesByDepth = groupByDepth(nodeDepths);
    const deepestFirst = <T>(groups: ReadonlyMap<number, readonly T[]>): (readonly T[])[] =>
      [...groups.keys()].sort((a, b) => b - a).map((depth) => groups.get(depth)!);
    this.operations = deepestFirst(groupByDepth(operationDepths)).flatMap((group) =>
      [...group].sort((a, b) => traversal.get(a)! - traversal.get(b)!),
    );
    this.#order = deepestFirst(this.nodesByDepth).flat();
    this.#check(owner);
  }

  #findDepths(
    nodes: readonly FunctionalNode[],
    nodeDepths: Map<FunctionalNode, number>,
    operationDepths: Map<Operation, number>,
  ): void {
    const inGraph = new Set(nodes);
    for (const node of [...nodes].reverse()) {
      // A shared operation is as deep as the deepest of its calls.
      const depth = Math.max(nodeDepths.get(node) ?? 0, operationDepths.get(node.operation) ?? 0);
      operationDepths.set(node.operation, depth);
      nodeDepths.set(node, depth);
      for (const input of node.inputs) {
        const parent = input.history?.node;
        if (parent !== undefined && inGraph.has(parent))
          nodeDepths.set(parent, Math.max(depth + 1, nodeDepths.get(parent) ?? 0));
      }
    }
  }

  /** Inputs on which no output depends may still be used by losses and metrics. */
  #addUnusedInputs(
    nodeDepths: Map<FunctionalNode, number>,
    operationDepths: Map<Operation, number>,
    traversal: Map<Operation, number>,
  ): void {
    for (const { history } of this.inputs) {
      if (history === null || operationDepths.has(history.node.operation) || !history.node.isInput) continue;
      operationDepths.set(history.node.operation, 0);
      traversal.set(history.node.operation, -1);
      nodeDepths.set(history.node, 0);
    }
  }

  #check(owner: string): void {
    const computable = new Set<KerasTensor>(this.inputs);
    const done: string[] = [];
    for (const node of this.#order) {
      for (const input of node.inputs) {
        if (computable.has(input)) continue;
        throw new ValueError(
          `${owner}: graph disconnected: cannot find parent for tensor ${String(input)} at operation '${node.operation.name}'. ` +
            `The following previous operations were accessed without issue: [${done.join(', ')}]. ` +
            `Pass every Input that the outputs depend on as \`inputs\`.`,
        );
      }
      done.push(node.operation.name);
      for (const output of node.outputs) computable.add(output);
    }
    const names = this.operations.map((operation) => operation.name);
    const counts = new Map<string, number>();
    for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
    for (const [name, count] of counts) {
      if (count > 1) {
        throw new ValueError(
          `${owner}: the name "${name}" is used ${count} times in the model. All operation names should be unique.`,
        );
      }
    }
    // What a declared intermediate input hides is found out by a run that computes nothing.
    const reached = new Set<KerasTensor>(this.inputs);
    for (const node of this.#order)
      if (!node.isInput && node.inputs.every((x) => reached.has(x))) for (const x of node.outputs) reached.add(x);
    const missing = this.#order.filter((node) => node.isInput && !node.outputs.some((x) => this.inputs.includes(x)));
    this.outputs.forEach((output, i) => {
      if (reached.has(output)) return;
      const names = missing.map((node) => `'${node.operation.name}'`).join(', ');
      throw new ValueError(
        `${owner}: graph disconnected: output with path \`${leafPaths(this.outputsStruct)[i]}\` is not connected to \`inputs\`.` +
          (names === '' ? '' : ` It also depends on Input ${names}, which is not among the inputs.`),
      );
    });
  }

  /** The index of a node among the calls of its operation that are part of this graph. */
  indexOf(node: FunctionalNode): number {
    return node.operation.inboundNodes.filter((each) => this.nodes.has(each)).indexOf(node);
  }

  /**
   * Compute the outputs from values of the inputs.
   *
   * @param values One per input, in the order of `inputs`; null for an optional one that is not there.
   * @param call How operations are called.
   * @returns The structure of the outputs with values in it.
   */
  run(values: readonly unknown[], call: CallOperation): Tree<unknown> {
    const known = new Map<unknown, unknown>(this.inputs.map((x, i) => [x, values[i] ?? null]));
    for (const node of this.#order) {
      if (node.isInput || node.inputs.some((x) => !known.has(x))) continue;
      const args = mapTree<unknown, unknown>(node.args, (x) =>
        x instanceof KerasTensor ? known.get(x) : x,
      ) as unknown[];
      const outputs = flatten<unknown>(call(node.operation, args));
      node.outputs.forEach((x, i) => known.set(x, outputs[i]));
    }
    return packLike(
      this.outputsStruct,
      this.outputs.map((x) => known.get(x)),
    );
  }
}

function groupByDepth<T>(depths: ReadonlyMap<T, number>): Map<number, T[]> {
  const groups = new Map<number, T[]>();
  for (const [item, depth] of depths) {
    const group = groups.get(depth);
    if (group === undefined) groups.set(depth, [item]);
    else group.push(item);
  }
  return groups;
}

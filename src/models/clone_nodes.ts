/** @file Cuts a graph out of a larger one: models whose inputs are tensors in the middle of another model. */
import type { Tree } from '../core/tree.js';
import { flatten, mapTree, packLike } from '../core/tree.js';
import { Input } from '../layers/core/input_layer.js';
import { FunctionalNode, KerasTensor } from '../runtime/index.js';
import { sortNodes } from './function_graph.js';

/** Whether a symbolic tensor comes from `Input()`. */
export function isInput(x: KerasTensor): boolean {
  return x.history?.node.isInput ?? false;
}

/**
 * Draw all calls between `inputs` and `outputs` once more, on copies of the tensors, with a new `Input` for each input that is none.
 * The operations are shared, so that both models train the same weights.
 */
export function cloneGraphNodes(
  inputs: Tree<KerasTensor>,
  outputs: Tree<KerasTensor>,
): { inputs: Tree<KerasTensor>; outputs: Tree<KerasTensor> } {
  const flatInputs = flatten(inputs);
  const declared = new Set(flatInputs);
  const { nodes } = sortNodes(flatInputs, flatten(outputs));
  const copies = new Map<KerasTensor, KerasTensor>();
  const newInputs = flatInputs.map((x) => {
    const copy = isInput(x)
      ? x
      : Input({ batchShape: x.shape, dtype: x.dtype, sparse: x.sparse, name: `${x.name}CLONE` });
    copies.set(x, copy);
    return copy;
  });
  const fresh = (x: KerasTensor): KerasTensor =>
    new KerasTensor(x.shape, { dtype: x.dtype, sparse: x.sparse, name: `${x.name}_clone` });
  const copyOf = (x: KerasTensor): KerasTensor => {
    let copy = copies.get(x);
    if (copy === undefined) copies.set(x, (copy = fresh(x)));
    return copy;
  };
  for (const node of nodes) {
    if (node.isInput) {
      // An Input among the inputs stays as it is; one that is missing among them is reported by the graph.
      for (const output of node.outputs) copies.set(output, output);
      continue;
    }
    const args = mapTree<unknown, unknown>(node.args, (x) => (x instanceof KerasTensor ? copyOf(x) : x));
    const made = node.outputs.map((x) => (declared.has(x) ? fresh(x) : copyOf(x)));
    new FunctionalNode(node.operation, args as unknown[], made); // registers itself
  }
  return {
    inputs: packLike(inputs, newInputs),
    outputs: packLike(outputs, flatten(outputs).map(copyOf)),
  };
}

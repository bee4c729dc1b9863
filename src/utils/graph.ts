/** @file What symbolic tensors come from. */
import { checked } from '../core/arguments.js';
import type { KerasTensor } from '../runtime/index.js';

/**
 * The inputs that a symbolic tensor is made from, in the order in which they are met on the way back.
 *
 * @param tensor A symbolic tensor.
 * @returns The tensors of the `Input`s; the tensor itself if it is one.
 * @see `keras.utils.get_source_inputs`
 * @example
 * const input = Input({ shape: [4] });
 * utils.getSourceInputs(ops.relu(new Dense(2)(input)))[0] === input; // true
 */
export const getSourceInputs = checked('getSourceInputs', (tensor: KerasTensor): KerasTensor[] => {
  const found = new Set<KerasTensor>();
  const seen = new Set<KerasTensor>();
  const stack = [tensor];
  for (let x = stack.pop(); x !== undefined; x = stack.pop()) {
    if (seen.has(x)) continue;
    seen.add(x);
    const node = x.history?.node;
    if (node === undefined || node.isInput) found.add(x);
    else stack.push(...[...node.inputs].reverse());
  }
  return [...found];
});

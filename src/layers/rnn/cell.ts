/** @file What `RNN` asks of a cell: the computation of one step. */
import { isDict } from '../../core/tree.js';
import type { Tensor } from '../../runtime/index.js';

/** Size of a state, or of several; nested where cells are stacked. */
export type StateSize = number | readonly StateSize[];

/** A state, or several; nested where cells are stacked. */
export type StateTree = Tensor | readonly StateTree[];

/**
 * One step of a recurrence. Usually a `Layer`, so that its weights are found.
 *
 * @see `keras.layers.RNN`, on its argument `cell`
 */
export interface RecurrentCell {
  /** Features of the state, or of each state. */
  readonly stateSize: StateSize;
  /** Features of the output. Default: those of the first state. */
  readonly outputSize?: number | null;
  /** From the inputs at a step (batch, …) and the states before it to the output and the states after it. */
  call(inputs: Tensor, states: StateTree, options?: { readonly training?: boolean | null }): readonly unknown[];
  /** The states before the first step. Default: zeros. */
  getInitialState?(options: { readonly batchSize: number }): StateTree;
}

/** Whether something can be a cell. */
export function isCell(x: unknown): x is RecurrentCell {
  return (
    ((typeof x === 'object' && x !== null && !isDict(x)) || typeof x === 'function') &&
    typeof (x as { call?: unknown }).call === 'function' &&
    'stateSize' in x
  );
}

/** Features of the output of a cell. */
export function outputSizeOf(cell: RecurrentCell): number {
  if (typeof cell.outputSize === 'number') return cell.outputSize;
  let size = cell.stateSize;
  while (typeof size !== 'number') size = size[0];
  return size;
}

/** @file `StackedRNNCells`: cells on top of each other as one cell. */
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { classNameOf } from '../../core/serialization.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import type { RecurrentCell, StateSize, StateTree } from './cell.js';
import { isCell, outputSizeOf } from './cell.js';

/** Zeros of the sizes of a cell's states. */
export function initialStateOf(cell: RecurrentCell, batchSize: number, dtype: Layer['computeDtype']): StateTree {
  if (typeof cell.getInitialState === 'function') return cell.getInitialState({ batchSize });
  const zeros = (size: StateSize): StateTree =>
    typeof size === 'number' ? ops.zeros([batchSize, size], { dtype }) : size.map(zeros);
  return zeros(cell.stateSize);
}

/** Call a cell at one step: its output, and the states after it, which may be one tensor. */
export function callCell(
  cell: RecurrentCell,
  inputs: Tensor,
  states: StateTree,
  training: boolean,
): readonly [Tensor, StateTree] {
  const found: unknown =
    cell instanceof Layer
      ? (cell as unknown as (...args: unknown[]) => unknown)(inputs, states, { training })
      : cell.call(inputs, states, { training });
  if (!Array.isArray(found) || found.length !== 2) {
    throw new ValueError(
      `The cell ${classNameOf(cell)} gave ${Array.isArray(found) ? `a list of ${found.length}` : 'something that is no list'}. ` +
        `Expected [output, states].`,
    );
  }
  return found as unknown as readonly [Tensor, StateTree];
}

/**
 * Several cells as one: the output of each is the input of the next. The states are the list of the cells' states.
 *
 * @param cells Bottom up.
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} One of them is no cell.
 * @see `keras.layers.StackedRNNCells`
 * @example
 * new RNN(new StackedRNNCells([new LSTMCell(16), new LSTMCell(8)]))
 */
export class StackedRNNCells extends Layer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false };
  static readonly positional = ['cells'];
  readonly cells: readonly RecurrentCell[];

  protected override readonly takesOneTensor = true;

  constructor(cells: readonly RecurrentCell[], options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    if (!Array.isArray(cells) || cells.length === 0)
      throw new ValueError(`StackedRNNCells '${this.name}': expected a list of cells, with at least one of them.`);
    cells.forEach((cell, i) => {
      if (!isCell(cell)) {
        throw new ValueError(
          `StackedRNNCells '${this.name}': cells[${i}] is no cell. A cell has a method call(inputs, states) and a field stateSize.`,
        );
      }
    });
    this.cells = cells;
  }

  get stateSize(): readonly StateSize[] {
    return this.cells.map((cell) => cell.stateSize);
  }

  get outputSize(): number {
    return outputSizeOf(this.cells[this.cells.length - 1]);
  }

  /** The list of the cells' first states. */
  getInitialState({ batchSize }: { readonly batchSize: number }): StateTree {
    return this.cells.map((cell) => initialStateOf(cell, batchSize, this.computeDtype));
  }

  override build(inputShape: PartialShape): void {
    let shape = inputShape;
    for (const cell of this.cells) {
      if (cell instanceof Layer && !cell.built) cell.build(shape);
      shape = [shape[0], outputSizeOf(cell)];
    }
  }

  override call(
    inputs: Tensor,
    states: readonly StateTree[],
    { training = false }: { readonly training?: boolean | null } = {},
  ): readonly [Tensor, StateTree] {
    let x = inputs;
    const after = this.cells.map((cell, i): StateTree => {
      const given = states[i];
      const [output, next] = callCell(cell, x, Array.isArray(given) ? given : [given], training === true);
      x = output;
      return Array.isArray(next) && next.length === 1 && !Array.isArray(given) ? (next[0] as Tensor) : next;
    });
    return [x, after.length === 1 ? after[0] : after];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), cells: this.cells.map((cell) => serializeKerasObject(cell)) };
  }

  static override fromConfig(this: SerializableClass, config: Config): StackedRNNCells {
    const { cells, ...rest } = config;
    const made = (cells as readonly unknown[]).map((cell) => deserializeKerasObject(cell) as RecurrentCell);
    return Layer.fromConfig.call(this, { cells: made, ...rest }) as StackedRNNCells;
  }
}

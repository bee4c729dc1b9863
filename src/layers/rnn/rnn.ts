/** @file `RNN`: the base of recurrent layers. A cell states one step; here are the loop, the states and the masks. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import type { PartialShape, Shape } from '../../core/shape.js';
import { formatShape, sameShape } from '../../core/shape.js';
import { flatten, isDict, mapTree, packLike } from '../../core/tree.js';
import * as ops from '../../ops/index.js';
import type { Mask, Tensor } from '../../runtime/index.js';
import { Variable } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { currentPath } from '../../core/name_scope.js';
import { Layer } from '../layer.js';
import type { LayerOptions, MaskTree, ShapeTree } from '../layer_types.js';
import { BaseRecurrentCell } from './base_recurrent_cell.js';
import type { RecurrentCell, StateSize, StateTree } from './cell.js';
import { isCell, outputSizeOf } from './cell.js';
import { callCell, initialStateOf, StackedRNNCells } from './stacked_rnn_cells.js';
import { runTimeLoop } from './time_loop.js';

/** Options of every recurrent layer. `State`: whether states come out. */
export interface RNNOptions<State extends boolean = boolean> extends LayerOptions {
  /** Whether the outputs of all steps come out, or only that of the last. Default false. */
  readonly returnSequences?: boolean;
  /** Whether the states after the last step come out as well. Default false. */
  readonly returnState?: State;
  /** Whether the sequence is taken from its end; the outputs then stand in the order in which they were made. Default false. */
  readonly goBackwards?: boolean;
  /** Whether a batch begins with the states that the batch before ended with, sample by sample. Default false. */
  readonly stateful?: boolean;
  /** Whether the steps are written out in the program instead of a loop; for short sequences. Default false. */
  readonly unroll?: boolean;
  /** Whether masked steps give 0 instead of the output before. Default false. */
  readonly zeroOutputForMask?: boolean;
}

/** What a recurrent layer gives: the output, or, with `returnState`, the list of the output and the states. */
export type RNNOutput<State extends boolean, States extends readonly unknown[]> = State extends true
  ? [output: Tensor, ...States]
  : Tensor;

/** Named arguments of a call of a recurrent layer. */
export interface RNNCallOptions {
  /** The states before the first step, (batch, size) each. Default: zeros, or what `stateful` has kept. */
  readonly initialState?: StateTree | null;
  /** Bool, (batch, steps): which steps count. */
  readonly mask?: Tensor | readonly (Tensor | null)[] | null;
  /** Whether dropout works. Default null: while training. */
  readonly training?: boolean | null;
}

/** A list of cells stands for the cells stacked. */
const cellOf = (cell: unknown): unknown =>
  Array.isArray(cell) ? new StackedRNNCells(cell as readonly RecurrentCell[]) : cell;

/**
 * A cell run over the steps of sequences.
 *
 * Input (batch, steps, …), output (batch, outputSize), or (batch, steps, outputSize) with `returnSequences`; with `returnState` the list
 * of the output and the states. Masked steps leave output and states as they are. The mask goes on with the output of all steps.
 *
 * @param cell One step: a `Layer` with `stateSize` and `call(inputs, states)` that gives [output, states]; a list of cells is stacked.
 * @param options See {@link RNNOptions}.
 * @throws {ValueError} `cell` is no cell; `stateful` with an open batch size.
 * @see `keras.layers.RNN`
 * @example
 * new RNN([new LSTMCell(32), new GRUCell(16)], { returnSequences: true })
 */
export class RNN<State extends boolean = false, States extends readonly unknown[] = Tensor[]> extends Layer {
  static override readonly callArguments: readonly string[] = ['sequences', 'initial_state'];
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false, mask: null };
  static readonly positional: readonly string[] = ['cell'];
  readonly cell: RecurrentCell;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly unroll: boolean;
  zeroOutputForMask: boolean;
  /** Sizes of the states. */
  readonly stateSize: readonly StateSize[];

  // Not found as weights, as in Keras: they are no part of files.
  #states: readonly unknown[] | null = null;

  protected override readonly takesOneTensor = true;

  constructor(cell: RecurrentCell | readonly RecurrentCell[], options: RNNOptions<State> = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      returnSequences = false,
      returnState = false,
      goBackwards = false,
      stateful = false,
      unroll = false,
      zeroOutputForMask = false,
      ...rest
    } = options;
    super(rest);
    const one = cellOf(cell);
    if (!isCell(one)) {
      throw new ValueError(
        `${ownerOf(this)}: the argument cell is no cell. A cell has a method call(inputs, states) and a field stateSize: ` +
          `a number, or a list of numbers.`,
      );
    }
    const sizes: readonly unknown[] = typeof one.stateSize === 'number' ? [one.stateSize] : one.stateSize;
    if (!Array.isArray(sizes) || flatten<unknown>(sizes).some((size) => typeof size !== 'number')) {
      throw new ValueError(
        `${ownerOf(this)}: the cell's stateSize is ${quote(one.stateSize)}. Expected a whole number, or a list of them.`,
      );
    }
    this.cell = one;
    this.returnSequences = returnSequences;
    this.returnState = returnState;
    this.goBackwards = goBackwards;
    this.stateful = stateful;
    this.unroll = unroll;
    this.zeroOutputForMask = zeroOutputForMask;
    this.stateSize = sizes as readonly StateSize[];
    this.supportsMasking = true;
  }

  override computeOutputShape(inputShape: ShapeTree, ..._others: ShapeTree[]): ShapeTree {
    const [batch, steps] = inputShape as PartialShape;
    const size = outputSizeOf(this.cell);
    const output = this.returnSequences ? [batch, steps, size] : [batch, size];
    if (!this.returnState) return output;
    const shapeOf = (state: StateSize): ShapeTree => (typeof state === 'number' ? [batch, state] : state.map(shapeOf));
    return [output, ...this.stateSize.map(shapeOf)];
  }

  override computeMask(_inputs: unknown, previousMask: MaskTree): MaskTree {
    const mask = flatten<Mask | null>(previousMask)[0] ?? null;
    const own = this.returnSequences ? mask : null;
    return this.returnState ? [own, ...this.stateSize.map(() => null)] : own;
  }

  override build(inputShape: ShapeTree, ..._others: ShapeTree[]): void {
    const [batch, , ...features] = inputShape as PartialShape;
    const { cell } = this;
    if (cell instanceof Layer && !cell.built) cell.build([batch, ...features]);
    if (!this.stateful) return;
    if (this.#states !== null) this.resetState();
    else if (batch === null) {
      throw new ValueError(
        `${ownerOf(this)}: a stateful layer keeps a state for each sample, so the batch size must be known. The input has shape ` +
          `${formatShape(inputShape as PartialShape)}. Give the batch size with the Input: Input({ batchShape: [32, null, 8] }).`,
      );
    } else this.#makeStates(batch);
  }

  #makeStates(batch: number): void {
    const dtype = this.variableDtype;
    this.#states = mapTree<Tensor, Variable>(this.getInitialState(batch), (value) => {
      const variable = new Variable(value, { trainable: false, dtype, name: 'rnn_state' });
      variable.path = `${currentPath()}/${variable.name}`;
      return variable;
    }) as readonly unknown[];
  }

  /** The variables that hold the states of a stateful layer, nested as the states are; null if there are none. */
  get states(): readonly unknown[] | null {
    return this.#states;
  }

  /** The states before the first step. @param batchSize Number of samples. */
  getInitialState(batchSize: number): readonly StateTree[] {
    const found = initialStateOf(this.cell, batchSize, this.computeDtype);
    return Array.isArray(found) ? (found as readonly StateTree[]) : [found];
  }

  /** Set the states of a stateful layer to 0. */
  resetState(): void {
    for (const state of flatten<Variable>((this.#states ?? []) as never)) state.assign(ops.zerosLike(state.value));
  }

  /** The same as `resetState`. */
  resetStates(): void {
    this.resetState();
  }

  override call(sequences: Tensor, ...rest: readonly unknown[]): RNNOutput<State, States> {
    const last = rest.at(-1);
    const options: RNNCallOptions = isDict(last) ? last : {};
    const given = options.initialState ?? (isDict(rest[0]) ? null : (rest[0] as StateTree | null | undefined)) ?? null;
    const batch = sequences.shape[0];
    const kept = this.stateful ? flatten<Variable>((this.#states ?? []) as never) : [];
    if (kept.length > 0 && kept[0].shape[0] !== batch) {
      throw new ValueError(
        `${ownerOf(this)}: a stateful layer takes the batch size with which it was built. Expected batch size: ${kept[0].shape[0]}. ` +
          `Received batch size: ${batch}.`,
      );
    }
    const states = this.#statesFor(given, kept, batch);
    const mask = (flatten<unknown>(options.mask ?? null)[0] ?? null) as Tensor | null;
    const found = this.#run(sequences, states, mask, options.training === true);
    flatten<Tensor>(found.states).forEach((state, i) => kept[i]?.assign(state));
    const output = this.returnSequences ? found.outputs! : found.last;
    return (this.returnState ? [output, ...found.states] : output) as RNNOutput<State, States>;
  }

  #statesFor(given: StateTree | null, kept: readonly Variable[], batch: number): readonly StateTree[] {
    const { cell } = this;
    let states: unknown = given;
    if (given === null) {
      states =
        kept.length > 0
          ? mapTree<unknown, unknown>(this.#states, (v) => (v as Variable).value)
          : this.getInitialState(batch);
    }
    const list = (Array.isArray(states) ? states : [states]) as readonly StateTree[];
    // Users' cells may have states of any rank; their sizes are known of vectors only.
    const known = cell instanceof BaseRecurrentCell;
    const wanted: readonly Shape[] = known
      ? cell.stateShapes(batch)
      : flatten<number>(this.stateSize).map((size) => [batch, size]);
    const found = flatten<Tensor>(list);
    const fits =
      found.length === wanted.length &&
      found.every((x, i) => (!known && x.ndim !== 2) || sameShape(x.shape.slice(1), wanted[i].slice(1)));
    if (!fits) {
      throw new ValueError(
        `${ownerOf(this)}: initial states of shapes ${found.map((x) => formatShape(x.shape)).join(', ')}. Expected ` +
          `${wanted.map(formatShape).join(', ')}.`,
      );
    }
    const dtype = cell instanceof Layer ? cell.computeDtype : this.computeDtype;
    return mapTree<unknown, unknown>(list, (x) => ops.cast(x as Tensor, dtype)) as readonly StateTree[];
  }

  /** Whether the cell's inputs can be projected for all steps at once: its step then must be the one that it was built with. */
  #projects(cell: RecurrentCell): cell is BaseRecurrentCell {
    return (
      cell instanceof BaseRecurrentCell &&
      cell.call === BaseRecurrentCell.prototype.call &&
      cell.activityRegularizer === null &&
      cell.computeDtype === this.computeDtype &&
      cell.variableDtype === this.variableDtype &&
      cell.autocast === this.autocast
    );
  }

  #run(
    sequences: Tensor,
    initial: readonly StateTree[],
    mask: Tensor | null,
    training: boolean,
  ): { last: Tensor; outputs: Tensor | null; states: readonly StateTree[] } {
    const { cell } = this;
    const swap = (x: Tensor): Tensor => ops.swapaxes(x, 0, 1);
    const byTime = swap(sequences);
    holdDropoutMasks(cell, byTime.shape.slice(1));
    try {
      const projects = this.#projects(cell);
      const found = runTimeLoop({
        step: projects
          ? cell.advance(training)
          : (x, states) => {
              const [output, after] = callCell(cell, x, packLike(initial as never, states) as StateTree, training);
              return [output, flatten<Tensor>(after)];
            },
        inputs: projects ? cell.project(byTime, training) : byTime,
        states: flatten<Tensor>(initial),
        mask: mask === null ? null : swap(stepMask(mask)),
        goBackwards: this.goBackwards,
        unroll: this.unroll,
        zeroOutputForMask: this.zeroOutputForMask,
        returnSequences: this.returnSequences,
        outputState: previousOutput(cell, initial),
        owner: ownerOf(this),
      });
      const cast = (x: Tensor): Tensor => ops.cast(x, this.computeDtype);
      return {
        last: cast(found.last),
        outputs: found.outputs === null ? null : cast(swap(found.outputs)),
        states: packLike(initial as never, found.states.map(cast)) as readonly StateTree[],
      };
    } finally {
      resetDropoutMasks(cell);
    }
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.loopConfig(), cell: serializeKerasObject(this.cell) };
  }

  /** The config without the cell, for layers whose options state the cell. */
  protected layerConfig(): Config {
    return { ...super.getConfig(), ...this.loopConfig() };
  }

  protected loopConfig(): Config {
    return {
      return_sequences: this.returnSequences,
      return_state: this.returnState,
      go_backwards: this.goBackwards,
      stateful: this.stateful,
      unroll: this.unroll,
      zero_output_for_mask: this.zeroOutputForMask,
    };
  }

  static override fromConfig(this: SerializableClass, config: Config): Layer {
    if (!('cell' in config)) return Layer.fromConfig.call(this, config);
    return Layer.fromConfig.call(this, { ...config, cell: deserializeKerasObject(config['cell']) });
  }
}

/** (batch, steps): true where a step counts. A mask with features counts where any of them does. */
function stepMask(mask: Tensor): Tensor {
  const bools = ops.cast(mask, 'bool');
  return bools.ndim < 3 ? bools : ops.any(bools, { axis: Array.from({ length: bools.ndim - 2 }, (_, i) => i + 2) });
}

/** Which of the flat states is the output of the step before: the first, or the first of the topmost cell. */
function previousOutput(cell: RecurrentCell, states: readonly StateTree[]): number {
  return cell instanceof StackedRNNCells ? flatten<Tensor>(states.slice(0, -1)).length : 0;
}

/** @param step Shape of a step's inputs. */
function holdDropoutMasks(cell: RecurrentCell, step: Shape): void {
  if (cell instanceof BaseRecurrentCell) cell.holdDropoutMasks(step);
  if (!(cell instanceof StackedRNNCells)) return;
  let size = step[1];
  for (const each of cell.cells) {
    holdDropoutMasks(each, [step[0], size]);
    size = outputSizeOf(each);
  }
}

function resetDropoutMasks(cell: RecurrentCell): void {
  if (cell instanceof BaseRecurrentCell) cell.resetDropoutMasks();
  if (cell instanceof StackedRNNCells) cell.cells.forEach(resetDropoutMasks);
}

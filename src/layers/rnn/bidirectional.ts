/** @file `Bidirectional`: a recurrent layer run over sequences from both ends. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { deserializeKerasObject, isSerializedObject, serializeKerasObject } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Mask, Tensor, TensorLike } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { requireLayer } from '../core/wrapper.js';
import { Layer } from '../layer.js';
import type { LayerOptions, MaskTree, Returned, ShapeTree } from '../layer_types.js';
import { isShape } from '../layer_types.js';
import type { RNNCallOptions } from './rnn.js';

/** How the outputs of both directions become one; null: they stay two. */
export type MergeMode = 'sum' | 'mul' | 'concat' | 'ave' | null;

/** Options of `new Bidirectional(layer, options)`. */
export interface BidirectionalOptions<M extends MergeMode = MergeMode> extends LayerOptions {
  /** Default `'concat'`. */
  readonly mergeMode?: M;
  /** Values for the weights to start from: those of the forward layer, then those of the backward layer. */
  readonly weights?: readonly TensorLike[] | null;
  /** The layer that goes the other way. Default: made of the config of `layer`. */
  readonly backwardLayer?: Layer | null;
}

/** What comes out: the merged output, or both outputs if they are not merged; then the states of both layers, if they give them. */
export type BidirectionalOutput<L extends Layer, M extends MergeMode> =
  Returned<L['call']> extends readonly [unknown, ...infer States]
    ? [...(M extends null ? [forward: Tensor, backward: Tensor] : [output: Tensor]), ...States, ...States]
    : M extends null
      ? [forward: Tensor, backward: Tensor]
      : Tensor;

/** What is asked of the layers inside: the fields of `RNN`. */
interface Recurrent {
  readonly goBackwards: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly stateful: boolean;
  zeroOutputForMask?: boolean;
  readonly states?: readonly unknown[] | null;
  resetState?(): void;
}

type RecurrentLayer = Layer & Recurrent;

const MODES: readonly MergeMode[] = ['sum', 'mul', 'ave', 'concat', null];

const withoutPrefix = (name: string, prefix: string): string =>
  name.startsWith(prefix) ? name.slice(prefix.length) : name;

/** A layer from the config of another, under another name. */
function remade(layer: Layer, changes: Config): Layer {
  const serialized = serializeKerasObject(layer) as { readonly config: Config };
  return deserializeKerasObject({ ...serialized, config: { ...serialized.config, ...changes } }) as Layer;
}

/**
 * Runs a recurrent layer over sequences from the front, and another from the back, and merges the outputs step by step.
 *
 * Input (batch, steps, features), output as that of the layer, with twice the features for `'concat'`; with `returnState` the list of the
 * output, the states of the forward layer, and those of the backward layer. The mask goes on with the outputs of all steps. The layer
 * given is copied.
 *
 * @param layer A layer as `LSTM`: with the fields of `RNN`.
 * @param options See {@link BidirectionalOptions}.
 * @throws {ValueError} `layer` is not recurrent; both layers read the sequence in the same direction, or differ in `returnSequences` or
 *   `returnState`; an unknown merge mode.
 * @see `keras.layers.Bidirectional`; Schuster & Paliwal 1997
 * @example
 * new Bidirectional(new LSTM(8, { returnSequences: true }))
 */
export class Bidirectional<L extends Layer = Layer, M extends MergeMode = 'concat'> extends Layer {
  static override readonly callArguments: readonly string[] = ['sequences', 'initial_state'];
  static override readonly callDefaults: typeof Layer.callDefaults = { training: null, mask: null };
  static readonly positional = ['layer'];
  readonly forwardLayer: RecurrentLayer;
  readonly backwardLayer: RecurrentLayer;
  readonly mergeMode: MergeMode;
  readonly stateful: boolean;
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  readonly #startWeights: readonly TensorLike[] | null;

  protected override readonly takesOneTensor = true;

  constructor(layer: L, options: BidirectionalOptions<M> = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { mergeMode = 'concat' as MergeMode, weights = null, backwardLayer = null, ...rest } = options;
    super(rest);
    const owner = ownerOf(this);
    requireRecurrent(owner, requireLayer(owner, 'layer', layer));
    if (backwardLayer !== null) requireRecurrent(owner, requireLayer(owner, 'backwardLayer', backwardLayer));
    if (!MODES.includes(mergeMode)) {
      throw new ValueError(`${owner}: mergeMode=${quote(mergeMode)}. Expected 'sum', 'mul', 'ave', 'concat' or null.`);
    }
    const forward = remade(layer, { name: `forward_${withoutPrefix(layer.name, 'forward_')}` });
    const backward =
      backwardLayer ??
      remade(layer, { go_backwards: true, name: `backward_${withoutPrefix(layer.name, 'backward_')}` });
    this.forwardLayer = forward as RecurrentLayer;
    this.backwardLayer = backward as RecurrentLayer;
    requirePair(owner, this.forwardLayer, this.backwardLayer);
    for (const each of [this.forwardLayer, this.backwardLayer])
      if (each.zeroOutputForMask !== undefined) each.zeroOutputForMask = each.returnSequences;
    this.mergeMode = mergeMode;
    this.stateful = this.forwardLayer.stateful;
    this.returnSequences = this.forwardLayer.returnSequences;
    this.returnState = this.forwardLayer.returnState;
    this.#startWeights = weights;
    this.inputSpec = layer.inputSpec;
    this.supportsMasking = true;
  }

  override computeOutputShape(inputShape: ShapeTree, ..._others: ShapeTree[]): ShapeTree {
    const found = this.forwardLayer.computeOutputShape(inputShape);
    const [output, ...states] = this.returnState ? (found as readonly ShapeTree[]) : [found];
    const shape = output as PartialShape;
    const features = shape[shape.length - 1];
    const merged: readonly ShapeTree[] =
      this.mergeMode === null
        ? [shape, shape]
        : this.mergeMode === 'concat'
          ? [[...shape.slice(0, -1), features === null ? null : 2 * features]]
          : [shape];
    const all = [...merged, ...states, ...states];
    return all.length === 1 && isShape(all[0]) ? all[0] : all;
  }

  override build(inputShape: ShapeTree, ..._others: ShapeTree[]): void {
    if (!this.forwardLayer.built) this.forwardLayer.build(inputShape);
    if (!this.backwardLayer.built) this.backwardLayer.build(inputShape);
    const start = this.#startWeights;
    if (start === null) return;
    const half = Math.floor(start.length / 2);
    this.forwardLayer.setWeights(start.slice(0, half));
    this.backwardLayer.setWeights(start.slice(half));
  }

  override call(sequences: Tensor, ...rest: readonly unknown[]): BidirectionalOutput<L, M> {
    const { initialState, mask = null, training } = optionsOf(rest);
    const states = initialState as readonly Tensor[] | null;
    const half = states === null ? 0 : Math.floor(states.length / 2);
    const run = (layer: RecurrentLayer, own: readonly Tensor[] | null): readonly Tensor[] => {
      const options = { mask, training, ...(own === null ? {} : { initialState: own }) };
      const found = (layer as unknown as (...args: unknown[]) => unknown)(sequences, options);
      return (Array.isArray(found) ? found : [found]) as readonly Tensor[];
    };
    const [first, ...forwardStates] = run(this.forwardLayer, states === null ? null : states.slice(0, half));
    const [second, ...backwardStates] = run(this.backwardLayer, states === null ? null : states.slice(half));
    const y = ops.cast(first, this.computeDtype);
    const reversed = ops.cast(second, this.computeDtype);
    const output = this.#merge(y, this.returnSequences ? ops.flip(reversed, { axis: 1 }) : reversed);
    const all = [...output, ...forwardStates, ...backwardStates];
    return (this.mergeMode === null || this.returnState ? all : all[0]) as BidirectionalOutput<L, M>;
  }

  #merge(y: Tensor, reversed: Tensor): readonly Tensor[] {
    switch (this.mergeMode) {
      case 'concat':
        return [ops.concatenate([y, reversed], { axis: -1 })];
      case 'sum':
        return [ops.add(y, reversed)];
      case 'ave':
        return [ops.divide(ops.add(y, reversed), 2)];
      case 'mul':
        return [ops.multiply(y, reversed)];
      case null:
        return [y, reversed];
    }
  }

  override computeMask(_inputs: unknown, previousMask: MaskTree): MaskTree {
    const mask = (Array.isArray(previousMask) ? (previousMask[0] as Mask | null) : previousMask) as Mask | null;
    const own = this.returnSequences ? mask : null;
    return this.mergeMode === null ? [own, own] : own; // states, which come behind, have none
  }

  /** Set the states of both layers to 0. @throws {ValueError} The layer is not stateful. */
  resetState(): void {
    if (!this.stateful) throw new ValueError(`${ownerOf(this)}: only a stateful layer has states to reset.`);
    this.forwardLayer.resetState?.();
    this.backwardLayer.resetState?.();
  }

  /** The same as `resetState`. */
  resetStates(): void {
    this.resetState();
  }

  /** The variables that hold the states of stateful layers: forward, then backward; null if there are none. */
  get states(): readonly unknown[] | null {
    const [forward, backward] = [this.forwardLayer.states ?? null, this.backwardLayer.states ?? null];
    return forward === null || backward === null ? null : [...forward, ...backward];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      merge_mode: this.mergeMode,
      layer: serializeKerasObject(this.forwardLayer),
      backward_layer: serializeKerasObject(this.backwardLayer),
    };
  }

  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const made = { ...config };
    for (const key of ['layer', 'backward_layer'])
      if (isSerializedObject(config[key])) made[key] = deserializeKerasObject(config[key]);
    return Layer.fromConfig.call(this, made);
  }
}

function optionsOf(rest: readonly unknown[]): Required<Pick<RNNCallOptions, 'mask' | 'training'>> & {
  readonly initialState: unknown;
} {
  const last = rest.at(-1);
  const named = (typeof last === 'object' && last !== null && !Array.isArray(last) ? last : {}) as RNNCallOptions;
  const byPosition = Array.isArray(rest[0]) ? rest[0] : null;
  return {
    mask: named.mask ?? null,
    training: named.training ?? null,
    initialState: named.initialState ?? byPosition,
  };
}

function requireRecurrent(owner: string, layer: Layer): void {
  const missing = ['goBackwards', 'returnSequences', 'returnState', 'stateful'].filter((name) => !(name in layer));
  if (missing.length > 0) {
    throw new ValueError(
      `${owner}: ${ownerOf(layer)} has no ${missing.join(', ')}. Expected a recurrent layer, such as LSTM, GRU or RNN.`,
    );
  }
}

function requirePair(owner: string, forward: RecurrentLayer, backward: RecurrentLayer): void {
  if (forward.goBackwards === backward.goBackwards) {
    throw new ValueError(
      `${owner}: both layers have goBackwards=${forward.goBackwards}. Expected another value for the backward layer than for the forward layer.`,
    );
  }
  for (const name of ['stateful', 'returnSequences', 'returnState'] as const) {
    if (forward[name] !== backward[name]) {
      throw new ValueError(
        `${owner}: ${name} is ${forward[name]} in the forward layer and ${backward[name]} in the backward layer. Expected the same value.`,
      );
    }
  }
}

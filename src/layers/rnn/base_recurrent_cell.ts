/** @file What the cells of LSTM, GRU and SimpleRNN share: options, weights, dropout that is the same at all steps, configs. */
import type { ActivationFunction, ActivationLike } from '../../activations/index.js';
import * as activations from '../../activations/index.js';
import type { ConstraintFunction, ConstraintLike } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape, Shape } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import * as random from '../../random/index.js';
import { SeedGenerator } from '../../random/index.js';
import type { RegularizerFunction, RegularizerLike } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { currentTrace } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { constraintsConfig, initializersConfig, regularizersConfig, rulesOf } from '../weight_rules.js';
import type { BiasOptions, KernelOptions } from '../core/kernel_layer.js';
import { requireChannels } from '../output_shapes.js';
import type { StateTree } from './cell.js';

/** Options of the weights and of dropout, of cells and of the layers over them. */
export interface RecurrentOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Default `'tanh'`; null: none. */
  readonly activation?: ActivationLike;
  /** Default true. */
  readonly useBias?: boolean;
  /** Of the weights for the state. Default `'orthogonal'`. */
  readonly recurrentInitializer?: InitializerLike;
  /** Adds a loss of the size of the recurrent kernel. Default null: none. */
  readonly recurrentRegularizer?: RegularizerLike;
  /** Applied to the recurrent kernel after each update. Default null: none. */
  readonly recurrentConstraint?: ConstraintLike;
  /** Fraction of the inputs' features that is dropped while training, the same at all steps. Default 0. */
  readonly dropout?: number;
  /** The same for the state. Default 0. */
  readonly recurrentDropout?: number;
  /** Seed of dropout, a whole number. Default: drawn from the process's generator. */
  readonly seed?: number | null;
}

/** Options of cells with gates. */
export interface GatedOptions extends RecurrentOptions {
  /** Of the gates. Default `'sigmoid'`. */
  readonly recurrentActivation?: ActivationLike;
  /**
   * 2: one dropout mask serves all gates; 1: each gate has its own. Not kept in configs. Default 2; 1 wherever there is recurrent
   * dropout.
   */
  readonly implementation?: number;
}

/** The weights that have rules. */
const WEIGHTS = ['kernel', 'recurrent', 'bias'] as const;

/** Dropout masks: one for all gates, or one per gate. */
type Masks = readonly Tensor[];

interface KeptMasks {
  readonly masks: Masks;
  /** Where they were made; masks of a finished trace are of no use. */
  readonly trace: object | null;
}

/** A product with weights. */
type Product = (x: Tensor, weights: Tensor) => Tensor;

/** The part of a step after the inputs' product: `(projected, states) → [output, states]`. */
export type Advance = (projected: Tensor, states: readonly Tensor[]) => readonly [Tensor, readonly Tensor[]];

/**
 * A cell whose inputs enter by a matrix product alone. That product can be taken for all steps at once (`project`); what depends on
 * the state (`advance`) is done step by step.
 */
export abstract class BaseRecurrentCell extends Layer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false };
  static readonly positional = ['units'];
  readonly units: number;
  readonly activation: ActivationFunction;
  readonly useBias: boolean;
  readonly kernelInitializer: InitializerFunction | null;
  readonly recurrentInitializer: InitializerFunction | null;
  readonly biasInitializer: InitializerFunction | null;
  readonly kernelRegularizer: RegularizerFunction | null;
  readonly recurrentRegularizer: RegularizerFunction | null;
  readonly biasRegularizer: RegularizerFunction | null;
  readonly kernelConstraint: ConstraintFunction | null;
  readonly recurrentConstraint: ConstraintFunction | null;
  readonly biasConstraint: ConstraintFunction | null;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly seed: number | null;
  readonly seedGenerator: SeedGenerator;
  abstract readonly stateSize: number | readonly number[];
  readonly outputSize: number;
  kernel!: Variable;
  recurrentKernel!: Variable;
  bias: Variable | null = null;

  #inputMasks: KeptMasks | null = null;
  #stateMasks: KeptMasks | null = null;
  #holds = false;
  #batch = 0;

  /** @param seedFirst Whether Keras draws the seed of dropout before those of the initializers. */
  constructor(units: number, options: RecurrentOptions, { seedFirst = false } = {}) {
    const {
      activation = 'tanh',
      useBias = true,
      kernelInitializer = 'glorot_uniform',
      recurrentInitializer = 'orthogonal',
      biasInitializer = 'zeros',
      kernelRegularizer = null,
      recurrentRegularizer = null,
      biasRegularizer = null,
      kernelConstraint = null,
      recurrentConstraint = null,
      biasConstraint = null,
      dropout = 0,
      recurrentDropout = 0,
      seed = null,
      ...rest
    } = options;
    super(rest);
    const early = seedFirst ? new SeedGenerator({ seed }) : null;
    this.units = positiveInteger(ownerOf(this), 'units', units);
    this.activation = activations.get(activation);
    this.useBias = useBias;
    this.kernelInitializer = initializers.get(kernelInitializer);
    this.recurrentInitializer = initializers.get(recurrentInitializer);
    this.biasInitializer = initializers.get(biasInitializer);
    this.kernelRegularizer = regularizers.get(kernelRegularizer);
    this.recurrentRegularizer = regularizers.get(recurrentRegularizer);
    this.biasRegularizer = regularizers.get(biasRegularizer);
    this.kernelConstraint = constraints.get(kernelConstraint);
    this.recurrentConstraint = constraints.get(recurrentConstraint);
    this.biasConstraint = constraints.get(biasConstraint);
    // Rates outside of [0, 1] go to the nearer end, as in Keras.
    this.dropout = Math.min(1, Math.max(0, dropout));
    this.recurrentDropout = Math.min(1, Math.max(0, recurrentDropout));
    this.seed = seed;
    this.seedGenerator = early ?? new SeedGenerator({ seed });
    this.outputSize = units;
  }

  // ---- what the cells state ----

  /** Gates in the kernels, side by side. */
  protected abstract readonly gates: number;
  /** How many dropout masks there are, for inputs and for states: one for all gates, or one per gate. */
  protected get maskCount(): number {
    return 1;
  }
  /** Shape and initial values of the bias. */
  protected biasSpec(): { readonly shape: PartialShape; readonly initializer: unknown } {
    return { shape: [this.gates * this.units], initializer: this.biasInitializer };
  }
  /** The part of the bias that is added to the inputs' product, or null; in a shape that goes with it. */
  protected inputBias(): Tensor | null {
    return this.bias === null ? null : this.bias.value;
  }
  /** Axes of the inputs at a step, with that of the batch. */
  protected get stepAxes(): number {
    return 2;
  }
  /** The axis of products along which the gates stand. */
  protected get gateAxis(): number {
    return -1;
  }
  /** The product of inputs (…, batch, …) with (a part of) the kernel. */
  protected inputProduct(x: Tensor, weights: Tensor): Tensor {
    return ops.matmul(x, weights);
  }
  /** The product of a state with (a part of) the recurrent kernel. */
  protected stateProduct(x: Tensor, weights: Tensor): Tensor {
    return ops.matmul(x, weights);
  }
  /** The shape of each state. */
  stateShapes(batch: number): readonly Shape[] {
    const sizes = typeof this.stateSize === 'number' ? [this.stateSize] : this.stateSize;
    return sizes.map((size) => [batch, size]);
  }
  /** The rest of a step. The weights are read now, not at each step. */
  abstract advance(training: boolean): Advance;

  // ---- weights ----

  override build(inputShape: PartialShape): void {
    const width = this.gates * this.units;
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [requireChannels(ownerOf(this), inputShape, -1), width],
      ...rulesOf(this, 'kernel'),
    });
    this.recurrentKernel = this.addWeight({
      name: 'recurrent_kernel',
      shape: [this.units, width],
      ...rulesOf(this, 'recurrent'),
    });
    if (this.useBias) {
      this.bias = this.addWeight({
        name: 'bias',
        ...rulesOf(this, 'bias'),
        ...this.biasSpec(),
      });
    }
  }

  /** The shapes of states do not matter for building, and Keras's files do not hold them. */
  override getBuildConfig(): Config | null {
    const config = super.getBuildConfig();
    const shapes = config?.['shapes_dict'] as Record<string, unknown> | undefined;
    return shapes === undefined ? config : { input_shape: Object.values(shapes)[0] };
  }

  // ---- one step ----

  override call(
    inputs: Tensor,
    states: StateTree,
    { training = false }: { readonly training?: boolean | null } = {},
  ): readonly [Tensor, StateTree] {
    const projected = this.project(inputs, training === true);
    const list = Array.isArray(states) ? (states as readonly Tensor[]) : [states as Tensor];
    const [output, after] = this.advance(training === true)(projected, list);
    return [output, Array.isArray(states) ? after : after[0]];
  }

  /** The inputs' product with the kernel, plus the bias: (batch, features) or (steps, batch, features) → (…, gates · units). */
  project(inputs: Tensor, training: boolean): Tensor {
    const step = inputs.shape.slice(-this.stepAxes);
    this.#batch = step[0];
    const kernel = this.kernel.value;
    const masks = this.usesDropout(this.dropout, training) ? this.dropoutMasks(step) : null;
    const bias = this.inputBias();
    const product = this.#maskedProduct((x, weights) => this.inputProduct(x, weights), inputs, masks, kernel);
    return bias === null ? product : ops.add(product, bias);
  }

  /** `x` · weights, with `x` masked for each gate. The weights of the gates are cut now, so that a loop does not repeat it. */
  protected recurrentProduct(training: boolean, weights: Tensor, gates: number = this.gates): (x: Tensor) => Tensor {
    const product: Product = (x, part) => this.stateProduct(x, part);
    const masks = this.stateMasksFor(training);
    if (masks === null || masks.length === 1) return (x) => this.#maskedProduct(product, x, masks, weights);
    const parts = ops.split(weights, gates, { axis: -1 });
    return (x) => this.#byGate(product, x, masks, parts);
  }

  /** The dropout masks of the state in use now, or null. */
  protected stateMasksFor(training: boolean): Masks | null {
    return this.usesDropout(this.recurrentDropout, training) ? this.recurrentDropoutMasks() : null;
  }

  #maskedProduct(product: Product, x: Tensor, masks: Masks | null, weights: Tensor): Tensor {
    if (masks === null) return product(x, weights);
    if (masks.length === 1) return product(ops.multiply(x, masks[0]), weights);
    return this.#byGate(product, x, masks, ops.split(weights, masks.length, { axis: -1 }));
  }

  #byGate(product: Product, x: Tensor, masks: Masks, parts: readonly Tensor[]): Tensor {
    return ops.concatenate(
      parts.map((part, i) => product(ops.multiply(x, masks[i]), part)),
      { axis: this.gateAxis },
    );
  }

  // ---- dropout ----

  /** Whether a rate has an effect. Keras: the gated cells take a rate of 1 for 0. */
  protected usesDropout(rate: number, training: boolean): boolean {
    return training && rate > 0 && rate < 1;
  }

  #makeMasks(shape: readonly number[], rate: number): KeptMasks {
    const ones = ops.ones(shape, { dtype: this.computeDtype });
    const masks = Array.from({ length: this.maskCount }, () =>
      random.dropout(ones, rate, { seed: this.seedGenerator }),
    );
    return { masks, trace: currentTrace() };
  }

  #usable(kept: KeptMasks | null, shape: readonly number[]): KeptMasks | null {
    if (kept === null || (!this.#holds && kept.trace !== null && kept.trace !== currentTrace())) return null;
    return kept.masks[0].shape[0] === shape[0] || this.#holds ? kept : null;
  }

  /** The masks of the inputs, in the shape of a step's. They stay the same until `resetDropoutMasks`. */
  protected dropoutMasks(shape: readonly number[]): Masks {
    this.#inputMasks = this.#usable(this.#inputMasks, shape) ?? this.#makeMasks(shape, this.dropout);
    return this.#inputMasks.masks;
  }

  /** The masks of the state, in the shape of the first. */
  protected recurrentDropoutMasks(): Masks {
    const [shape] = this.stateShapes(this.#batch);
    this.#stateMasks = this.#usable(this.#stateMasks, shape) ?? this.#makeMasks(shape, this.recurrentDropout);
    return this.#stateMasks.masks;
  }

  /** Draw the masks for a run over a sequence, by the shape of a step's inputs. Keras draws them whether or not it trains. */
  holdDropoutMasks(step: Shape): void {
    this.#inputMasks = this.#stateMasks = null;
    this.#batch = step[0];
    if (this.dropout > 0) this.dropoutMasks(step);
    if (this.recurrentDropout > 0) this.recurrentDropoutMasks();
    this.#holds = true;
  }

  /** Forget the masks: the next call draws others. */
  resetDropoutMasks(): void {
    this.#inputMasks = this.#stateMasks = null;
    this.#holds = false;
  }

  // ---- states and configs ----

  /** Zeros. */
  getInitialState({ batchSize }: { readonly batchSize: number }): Tensor[] {
    return this.stateShapes(batchSize).map((shape) => ops.zeros(shape, { dtype: this.computeDtype }));
  }

  /** The parts of the configs, for cells and for the layers over them. */
  initializersConfig(): Config {
    return initializersConfig(this, WEIGHTS);
  }

  regularizersConfig(): Config {
    return regularizersConfig(this, WEIGHTS);
  }

  constraintsConfig(): Config {
    return constraintsConfig(this, WEIGHTS);
  }

  dropoutConfig(): Config {
    return { dropout: this.dropout, recurrent_dropout: this.recurrentDropout };
  }
}

/** The base of cells with gates. */
export abstract class GatedCell extends BaseRecurrentCell {
  readonly recurrentActivation: ActivationFunction;
  readonly implementation: number;

  constructor(units: number, options: GatedOptions, order: { readonly seedFirst?: boolean } = {}) {
    const { recurrentActivation = 'sigmoid', implementation = 2, ...rest } = options;
    super(units, rest, order);
    this.recurrentActivation = activations.get(recurrentActivation);
    this.implementation = this.recurrentDropout === 0 ? implementation : 1;
  }

  protected override get maskCount(): number {
    return this.implementation === 1 ? this.gates : 1;
  }

  activationsConfig(): Config {
    return {
      units: this.units,
      activation: activations.serialize(this.activation),
      recurrent_activation: activations.serialize(this.recurrentActivation),
      use_bias: this.useBias,
    };
  }
}

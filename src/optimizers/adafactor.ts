/** @file `Adafactor`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { tensor, toTensor, Variable, withTrace } from '../runtime/index.js';
import { nextStep } from './adam.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `Adafactor`. */
export interface AdafactorOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRateLike;
  /** The exponent of the step in the part of the averages that is replaced. Default −0.8. */
  readonly beta2Decay?: number;
  /** Added to the squared gradients. Default 1e-30. */
  readonly epsilon1?: number;
  /** The least size that weights count as having. Default 1e-3. */
  readonly epsilon2?: number;
  /** The greatest root mean square of a step, before the rate. Default 1. */
  readonly clipThreshold?: number;
  /** Whether the rate is at most 1/√t. Default true. */
  readonly relativeStep?: boolean;
}

/**
 * Adam's second moment kept as row and column means, so that a matrix of n × m needs n + m numbers; steps relative to the size of the
 * weights.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdafactorOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Adafactor`; Shazeer & Stern 2018, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost"
 * @example
 * model.compile({ optimizer: new optimizers.Adafactor({ learningRate: 0.01 }), loss: 'mse' });
 */
export class Adafactor extends Optimizer {
  static override readonly positional = [];
  readonly beta2Decay: number;
  readonly epsilon1: number;
  readonly epsilon2: number;
  readonly clipThreshold: number;
  readonly relativeStep: boolean;
  #rows: (Variable | null)[] = [];
  #columns: (Variable | null)[] = [];
  #velocities: (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: AdafactorOptions);
  constructor(options?: AdafactorOptions);
  constructor(first?: AdafactorOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<AdafactorOptions>(new.target, first, arguments, 0);
    const {
      learningRate = 0.001,
      beta2Decay = -0.8,
      epsilon1 = 1e-30,
      epsilon2 = 1e-3,
      clipThreshold = 1,
      relativeStep = true,
      ...rest
    } = options;
    super(learningRate, rest);
    this.beta2Decay = beta2Decay;
    this.epsilon1 = epsilon1;
    this.epsilon2 = epsilon2;
    this.clipThreshold = clipThreshold;
    this.relativeStep = relativeStep;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    for (const variable of variables) {
      const { shape, dtype, name } = variable;
      if (shape.length < 2) {
        // Not factored: stand-ins, which Keras counts among its variables.
        this.#rows.push(this.#standIn(name));
        this.#columns.push(this.#standIn(name));
      } else if (variable.overwriteWithGradient) {
        this.#rows.push(null);
        this.#columns.push(null);
      } else {
        this.#rows.push(this.addVariable(shape.slice(0, -1), { dtype, name }));
        this.#columns.push(this.addVariable([...shape.slice(0, -2), shape[shape.length - 1]], { dtype, name }));
      }
      this.#velocities.push(
        variable.overwriteWithGradient ? null : this.addVariableFromReference(variable, { name: 'velocity' }),
      );
    }
  }

  #standIn(name: string): Variable {
    return this.trackVariable(withTrace(null, () => new Variable(tensor(0, [], 'int32'), { name, trainable: false })));
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { dtype, ndim } = variable;
    const t = nextStep(this, variable);
    const bound = ops.divide(1, ops.sqrt(t));
    // Keras caps the rate a second time when `relativeStep` is set; the first cap holds in any case.
    const rate = ops.minimum(learningRate, bound);
    const size = ops.maximum(toTensor(this.epsilon2, dtype), rms(variable));
    const squares = ops.add(ops.square(gradient), this.epsilon1);
    const kept = ops.subtract(1, ops.power(t, this.beta2Decay));
    const mix = (old: Variable, now: Tensor): Tensor =>
      ops.add(ops.multiply(kept, old), ops.multiply(ops.subtract(1, kept), now));
    const velocity = this.slot(this.#velocities, variable);
    if (ndim >= 2) {
      const [rows, columns] = [this.slot(this.#rows, variable), this.slot(this.#columns, variable)];
      this.assign(rows, mix(rows, ops.mean(squares, { axis: -1 })));
      this.assign(columns, mix(columns, ops.mean(squares, { axis: -2 })));
      const share = ops.divide(rows, ops.mean(rows, { axis: -1, keepdims: true }));
      this.assign(velocity, ops.multiply(ops.expandDims(share, -1), ops.expandDims(columns, -2)));
    } else {
      this.assign(velocity, mix(velocity, squares));
    }
    const direction = ops.divide(gradient, ops.sqrt(velocity));
    const clipped = ops.divide(direction, ops.maximum(1, ops.divide(rms(direction), this.clipThreshold)));
    this.assignSub(variable, ops.multiply(ops.multiply(size, rate), clipped));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      beta_2_decay: this.beta2Decay,
      epsilon_1: this.epsilon1,
      epsilon_2: this.epsilon2,
      clip_threshold: this.clipThreshold,
      relative_step: this.relativeStep,
    };
  }
}

const rms = (x: TensorLike): Tensor => ops.sqrt(ops.mean(ops.square(x)));

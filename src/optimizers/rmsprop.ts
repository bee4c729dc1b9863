/** @file `RMSprop`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `RMSprop`. */
export interface RMSpropOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRateLike;
  /** The part of the average of squared gradients that stays at each step. Default 0.9. */
  readonly rho?: number;
  /** The part of the last movement that goes on. Default 0. */
  readonly momentum?: number;
  /** Keeps the divisor from 0. Default 1e-7. */
  readonly epsilon?: number;
  /** Whether to divide by the deviation of the gradient rather than its root mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * Divides the gradient by a running root mean square: v ← ρ v + (1 − ρ) g², w ← w − lr · g / √(v + ε).
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link RMSpropOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.RMSprop`; Hinton 2012, lecture 6 of "Neural Networks for Machine Learning"
 * @example
 * model.compile({ optimizer: new optimizers.RMSprop({ learningRate: 0.01, momentum: 0.9 }), loss: 'mse' });
 */
export class RMSprop extends Optimizer {
  static override readonly positional = [];
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
  #velocities: readonly (Variable | null)[] = [];
  #momentums: readonly (Variable | null)[] = [];
  #averageGradients: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: RMSpropOptions);
  constructor(options?: RMSpropOptions);
  constructor(first?: RMSpropOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<RMSpropOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.001, rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false, ...rest } = options;
    super(learningRate, rest);
    this.rho = rho;
    this.momentum = momentum;
    this.epsilon = epsilon;
    this.centered = centered;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#velocities = this.addOptimizerVariables(variables, 'velocity');
    if (this.momentum > 0) this.#momentums = this.addOptimizerVariables(variables, 'momentum');
    if (this.centered) this.#averageGradients = this.addOptimizerVariables(variables, 'average_gradient');
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { rho } = this;
    const velocity = this.slot(this.#velocities, variable);
    this.assign(velocity, ops.add(ops.multiply(rho, velocity), ops.multiply(1 - rho, ops.square(gradient))));
    let spread = velocity.value;
    if (this.centered) {
      const average = this.slot(this.#averageGradients, variable);
      this.assign(average, ops.add(ops.multiply(rho, average), ops.multiply(1 - rho, gradient)));
      spread = ops.subtract(velocity, ops.square(average));
    }
    const step = ops.divide(ops.multiply(learningRate, gradient), ops.sqrt(ops.add(spread, this.epsilon)));
    if (this.momentum > 0) {
      const momentum = this.slot(this.#momentums, variable);
      this.assign(momentum, ops.add(ops.multiply(this.momentum, momentum), step));
      this.assignSub(variable, momentum);
    } else {
      this.assignSub(variable, step);
    }
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      rho: this.rho,
      momentum: this.momentum,
      epsilon: this.epsilon,
      centered: this.centered,
    };
  }
}

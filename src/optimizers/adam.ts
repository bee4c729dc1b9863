/** @file `Adam`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options that Adam and its kin share. */
export interface AdamKinOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRateLike;
  /** The part of the average of gradients that stays at each step. Default 0.9. */
  readonly beta1?: number;
  /** The part of the average of squared gradients that stays at each step. Default 0.999. */
  readonly beta2?: number;
  /** Keeps the divisor from 0. Default 1e-7. */
  readonly epsilon?: number;
}

/** Options of `Adam`. */
export interface AdamOptions extends AdamKinOptions {
  /** Whether to divide by the greatest average so far. Default false. */
  readonly amsgrad?: boolean;
}

/**
 * Averages of the gradient and of its square, both corrected for their start at 0: m ← m + (g − m)(1 − β₁), v ← v + (g² − v)(1 − β₂), w ←
 * w − lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε).
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdamOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Adam`; Kingma & Ba 2014, "Adam: A Method for Stochastic Optimization"; amsgrad: Reddi et al. 2018, "On the
 *   Convergence of Adam and Beyond"
 * @example
 * new Adam({ learningRate: 1e-3 })
 */
export class Adam extends Optimizer {
  static override readonly positional: readonly string[] = [];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;
  #momentums: readonly (Variable | null)[] = [];
  #velocities: readonly (Variable | null)[] = [];
  #velocityHats: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: AdamOptions);
  constructor(options?: AdamOptions);
  constructor(first?: AdamOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<AdamOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false, ...rest } = options;
    super(learningRate, rest);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.amsgrad = amsgrad;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#velocities] = this.addOptimizerVariables(variables, ['momentum', 'velocity']);
    if (this.amsgrad) this.#velocityHats = this.addOptimizerVariables(variables, 'velocity_hat');
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta1, beta2, epsilon } = this;
    const momentum = this.slot(this.#momentums, variable);
    const velocity = this.slot(this.#velocities, variable);
    const t = nextStep(this, variable);
    const alpha = correctedRate(learningRate, t, beta1, beta2);
    this.assignAdd(momentum, ops.multiply(ops.subtract(gradient, momentum), 1 - beta1));
    this.assignAdd(velocity, ops.multiply(ops.subtract(ops.square(gradient), velocity), 1 - beta2));
    let greatest = velocity;
    if (this.amsgrad) {
      greatest = this.slot(this.#velocityHats, variable);
      this.assign(greatest, ops.maximum(greatest, velocity));
    }
    this.assignSub(variable, ops.divide(ops.multiply(momentum, alpha), ops.add(ops.sqrt(greatest), epsilon)));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      beta_1: this.beta1,
      beta_2: this.beta2,
      epsilon: this.epsilon,
      amsgrad: this.amsgrad,
    };
  }
}

/** The number of the update that is being made, from 1 (or `offset` later), in a variable's dtype: the t of Adam's formulas. */
export function nextStep(optimizer: Optimizer, { dtype }: Variable, offset = 1): Tensor {
  return ops.cast(ops.add(optimizer.iterations, offset), dtype);
}

/** βᵗ in the dtype of t. */
export function powerOf(beta: number, t: Tensor): Tensor {
  return ops.power(toTensor(beta, t.dtype), t);
}

/** lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) */
export function correctedRate(learningRate: Tensor, t: Tensor, beta1: number, beta2: number): Tensor {
  const scaled = ops.multiply(learningRate, ops.sqrt(ops.subtract(1, powerOf(beta2, t))));
  return ops.divide(scaled, ops.subtract(1, powerOf(beta1, t)));
}

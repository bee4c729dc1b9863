/** @file `Adamax`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import type { LearningRateLike } from './options.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import type { AdamKinOptions } from './adam.js';
import { nextStep, powerOf } from './adam.js';
import { Optimizer } from './optimizer.js';

/** Options of `Adamax`. */
export type AdamaxOptions = AdamKinOptions;

/**
 * Adam with the greatest gradient in place of the root mean square: u ← max(β₂ u, |g|), w ← w − lr · m / ((1 − β₁ᵗ)(u + ε)).
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdamKinOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Adamax`; Kingma & Ba 2014, "Adam: A Method for Stochastic Optimization", section 7
 * @example
 * model.compile({ optimizer: new optimizers.Adamax({ learningRate: 0.002 }), loss: 'mse' });
 */
export class Adamax extends Optimizer {
  static override readonly positional = [];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #momentums: readonly (Variable | null)[] = [];
  #norms: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: AdamaxOptions);
  constructor(options?: AdamaxOptions);
  constructor(first?: AdamaxOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<AdamaxOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, ...rest } = options;
    super(learningRate, rest);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#norms] = this.addOptimizerVariables(variables, ['momentum', 'norm']);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const momentum = this.slot(this.#momentums, variable);
    const norm = this.slot(this.#norms, variable);
    const correction = ops.subtract(1, powerOf(this.beta1, nextStep(this, variable)));
    this.assignAdd(momentum, ops.multiply(ops.subtract(gradient, momentum), 1 - this.beta1));
    this.assign(norm, ops.maximum(ops.multiply(this.beta2, norm), ops.abs(gradient)));
    const divisor = ops.multiply(correction, ops.add(norm, this.epsilon));
    this.assignSub(variable, ops.divide(ops.multiply(learningRate, momentum), divisor));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon };
  }
}

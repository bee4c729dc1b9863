/** @file `Adadelta`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `Adadelta`. */
export interface AdadeltaOptions extends OptimizerOptions {
  /** Default 0.001; the paper has 1. */
  readonly learningRate?: LearningRateLike;
  /** The part of the averages that stays at each step. Default 0.95. */
  readonly rho?: number;
  /** Keeps the roots from 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Steps in the unit of the weights: g times the root mean square of the last steps, divided by that of the gradients.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdadeltaOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Adadelta`; Zeiler 2012, "ADADELTA: An Adaptive Learning Rate Method"
 * @example
 * model.compile({ optimizer: new optimizers.Adadelta({ learningRate: 1, rho: 0.95 }), loss: 'mse' });
 */
export class Adadelta extends Optimizer {
  static override readonly positional = [];
  readonly rho: number;
  readonly epsilon: number;
  #accumulatedGrads: readonly (Variable | null)[] = [];
  #accumulatedDeltas: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: AdadeltaOptions);
  constructor(options?: AdadeltaOptions);
  constructor(first?: AdadeltaOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<AdadeltaOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.001, rho = 0.95, epsilon = 1e-7, ...rest } = options;
    super(learningRate, rest);
    this.rho = rho;
    this.epsilon = epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#accumulatedGrads, this.#accumulatedDeltas] = this.addOptimizerVariables(variables, [
      'accumulated_grad',
      'accumulated_delta_var',
    ]);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { rho, epsilon } = this;
    const gradients = this.slot(this.#accumulatedGrads, variable);
    const deltas = this.slot(this.#accumulatedDeltas, variable);
    const rms = (x: TensorLike): Tensor => ops.sqrt(ops.add(x, epsilon));
    const mix = (old: Variable, now: Tensor): Tensor =>
      ops.add(ops.multiply(rho, old), ops.multiply(1 - rho, ops.square(now)));
    this.assign(gradients, mix(gradients, gradient));
    const delta = ops.negative(ops.divide(ops.multiply(rms(deltas), gradient), rms(gradients)));
    this.assign(deltas, mix(deltas, delta));
    this.assignAdd(variable, ops.multiply(learningRate, delta));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rho: this.rho, epsilon: this.epsilon };
  }
}

/** @file `Adagrad`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import { Constant } from '../initializers/index.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `Adagrad`. */
export interface AdagradOptions extends OptimizerOptions {
  /** Default 0.001; the paper has 0.5 and more. */
  readonly learningRate?: LearningRateLike;
  /** What the sums of squares start from. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Keeps the divisor from 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Divides by the root of the sum of all squared gradients: a ← a + g², w ← w − lr · g / √(a + ε).
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdagradOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Adagrad`; Duchi et al. 2011, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization"
 * @example
 * model.compile({ optimizer: new optimizers.Adagrad({ learningRate: 0.1 }), loss: 'mse' });
 */
export class Adagrad extends Optimizer {
  static override readonly positional = [];
  readonly initialAccumulatorValue: number;
  readonly epsilon: number;
  #accumulators: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: AdagradOptions);
  constructor(options?: AdagradOptions);
  constructor(first?: AdagradOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<AdagradOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.001, initialAccumulatorValue = 0.1, epsilon = 1e-7, ...rest } = options;
    super(learningRate, rest);
    this.initialAccumulatorValue = initialAccumulatorValue;
    this.epsilon = epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    const initializer = new Constant({ value: this.initialAccumulatorValue });
    this.#accumulators = this.addOptimizerVariables(variables, 'accumulator', { initializer });
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const accumulator = this.slot(this.#accumulators, variable);
    this.assignAdd(accumulator, ops.square(gradient));
    const divisor = ops.sqrt(ops.add(accumulator, this.epsilon));
    this.assignSub(variable, ops.divide(ops.multiply(learningRate, gradient), divisor));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      initial_accumulator_value: this.initialAccumulatorValue,
      epsilon: this.epsilon,
    };
  }
}

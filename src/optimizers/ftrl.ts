/** @file `Ftrl`. */
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import { Constant } from '../initializers/index.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `Ftrl`. */
export interface FtrlOptions extends OptimizerOptions {
  /** Default 0.001. */
  readonly learningRate?: LearningRateLike;
  /** How the rate falls with the sum of squared gradients: 0 (not at all) or below. Default −0.5. */
  readonly learningRatePower?: number;
  /** What the sums of squares start from, at least 0. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** At least 0; makes weights exactly 0. Default 0. */
  readonly l1RegularizationStrength?: number;
  /** At least 0. Default 0. */
  readonly l2RegularizationStrength?: number;
  /** At least 0; a penalty on the size of the weights at each step. Default 0. */
  readonly l2ShrinkageRegularizationStrength?: number;
  /** The β of the paper's per-coordinate rates. Default 0. */
  readonly beta?: number;
}

/**
 * Follow the regularized leader: the weights are computed anew from sums over all gradients, so that many become exactly 0.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link FtrlOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Ftrl`; McMahan et al. 2013, "Ad Click Prediction: a View from the Trenches"
 * @example
 * model.compile({ optimizer: new optimizers.Ftrl({ learningRate: 0.1, l1RegularizationStrength: 0.01 }), loss: 'mse' });
 */
export class Ftrl extends Optimizer {
  static override readonly positional = [];
  readonly learningRatePower: number;
  readonly initialAccumulatorValue: number;
  readonly l1RegularizationStrength: number;
  readonly l2RegularizationStrength: number;
  readonly l2ShrinkageRegularizationStrength: number;
  readonly beta: number;
  #accumulators: readonly (Variable | null)[] = [];
  #linears: readonly (Variable | null)[] = [];

  /** @throws {ValueError} A strength or the first sum is below 0, or `learningRatePower` above it. */
  constructor(learningRate: LearningRateLike, options?: FtrlOptions);
  constructor(options?: FtrlOptions);
  constructor(first?: FtrlOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<FtrlOptions>(new.target, first, arguments, 0);
    const {
      learningRate = 0.001,
      learningRatePower = -0.5,
      initialAccumulatorValue = 0.1,
      l1RegularizationStrength = 0,
      l2RegularizationStrength = 0,
      l2ShrinkageRegularizationStrength = 0,
      beta = 0,
      ...rest
    } = options;
    super(learningRate, rest);
    const notNegative = {
      initialAccumulatorValue,
      l1RegularizationStrength,
      l2RegularizationStrength,
      l2ShrinkageRegularizationStrength,
    };
    for (const [name, value] of Object.entries(notNegative)) {
      if (!(value >= 0))
        throw new ValueError(`Ftrl: \`${name}\` needs to be positive or zero. Received: ${name}=${value}.`);
    }
    if (!(learningRatePower <= 0)) {
      throw new ValueError(
        `Ftrl: \`learningRatePower\` needs to be negative or zero. Received: learningRatePower=${learningRatePower}.`,
      );
    }
    this.learningRatePower = learningRatePower;
    this.initialAccumulatorValue = initialAccumulatorValue;
    this.l1RegularizationStrength = l1RegularizationStrength;
    this.l2RegularizationStrength = l2RegularizationStrength;
    this.l2ShrinkageRegularizationStrength = l2ShrinkageRegularizationStrength;
    this.beta = beta;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#accumulators, this.#linears] = this.addOptimizerVariables(variables, ['accumulator', 'linear'], {
      initializer: [new Constant({ value: this.initialAccumulatorValue }), 'zeros'],
    });
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const accumulator = this.slot(this.#accumulators, variable);
    const linear = this.slot(this.#linears, variable);
    const power = -this.learningRatePower;
    const l1 = this.l1RegularizationStrength;
    const l2 = ops.add(this.l2RegularizationStrength, ops.divide(this.beta, ops.multiply(2, learningRate)));
    const shrunk = ops.add(gradient, ops.multiply(2 * this.l2ShrinkageRegularizationStrength, variable));
    const sum = ops.add(accumulator, ops.square(gradient));
    const growth = ops.divide(ops.subtract(ops.power(sum, power), ops.power(accumulator, power)), learningRate);
    this.assignAdd(linear, ops.subtract(shrunk, ops.multiply(growth, variable)));
    const quadratic = ops.add(ops.divide(ops.power(sum, power), learningRate), ops.multiply(2, l2));
    this.assign(variable, ops.divide(ops.subtract(ops.clip(linear, -l1, l1), linear), quadratic));
    this.assign(accumulator, sum);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      learning_rate_power: this.learningRatePower,
      initial_accumulator_value: this.initialAccumulatorValue,
      l1_regularization_strength: this.l1RegularizationStrength,
      l2_regularization_strength: this.l2RegularizationStrength,
      l2_shrinkage_regularization_strength: this.l2ShrinkageRegularizationStrength,
      beta: this.beta,
    };
  }
}

/** @file `ScheduleFreeAdamW`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import type { LearningRateLike } from './options.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { toTensor, withTrace } from '../runtime/index.js';
import type { AdamKinOptions } from './adam.js';
import { nextStep, powerOf } from './adam.js';
import { Optimizer } from './optimizer.js';

/** Options of `ScheduleFreeAdamW`. The learning rate's default is 0.0025, that of `epsilon` 1e-8. */
export interface ScheduleFreeAdamWOptions extends AdamKinOptions {
  /** Steps over which the rate rises in a straight line. Default 0. */
  readonly warmupSteps?: number;
}

/**
 * Adam without a schedule of the rate: the weights stand between a fast point z and the mean x of all its places, y = (1 − β₁) z + β₁ x.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.0025.
 * @param options See {@link ScheduleFreeAdamWOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.ScheduleFreeAdamW`; Defazio et al. 2024, "The Road Less Scheduled"
 * @example
 * model.compile({ optimizer: new optimizers.ScheduleFreeAdamW({ warmupSteps: 100 }), loss: 'mse' });
 */
export class ScheduleFreeAdamW extends Optimizer {
  static override readonly positional = [];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly warmupSteps: number;
  /** The fast points. */
  #momentums: readonly (Variable | null)[] = [];
  #velocities: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: ScheduleFreeAdamWOptions);
  constructor(options?: ScheduleFreeAdamWOptions);
  constructor(first?: ScheduleFreeAdamWOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<ScheduleFreeAdamWOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.0025, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, warmupSteps = 0, ...rest } = options;
    super(learningRate, rest);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
    this.warmupSteps = warmupSteps;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#velocities] = this.addOptimizerVariables(variables, ['momentum', 'velocity']);
    withTrace(null, () => variables.forEach((variable, i) => this.#momentums[i]?.assign(variable.stored)));
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { dtype } = variable;
    const [beta1, beta2, epsilon] = [this.beta1, this.beta2, this.epsilon].map((x) => toTensor(x, dtype));
    const t = nextStep(this, variable);
    const rate =
      this.warmupSteps > 0
        ? ops.multiply(learningRate, ops.minimum(ops.divide(t, toTensor(this.warmupSteps, dtype)), 1))
        : learningRate;
    const fast = this.slot(this.#momentums, variable);
    const velocity = this.slot(this.#velocities, variable);
    const before = fast.value;
    const slow = ops.subtract(1, beta1);
    this.assignAdd(velocity, ops.multiply(ops.subtract(ops.square(gradient), velocity), ops.subtract(1, beta2)));
    const spread = ops.divide(velocity, ops.subtract(1, powerOf(this.beta2, t)));
    const divisor = ops.add(ops.sqrt(spread), epsilon);
    this.assignSub(fast, ops.divide(ops.multiply(rate, gradient), divisor));
    const mean = ops.divide(ops.subtract(variable, ops.multiply(slow, before)), beta1); // x, from y and the old z
    const weight = ops.divide(1, t);
    const moved = ops.add(ops.multiply(ops.subtract(1, weight), mean), ops.multiply(weight, fast));
    this.assign(variable, ops.add(ops.multiply(slow, fast), ops.multiply(beta1, moved)));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      beta_1: this.beta1,
      beta_2: this.beta2,
      epsilon: this.epsilon,
      warmup_steps: this.warmupSteps,
    };
  }
}

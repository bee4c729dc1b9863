/** @file `Lamb`. */
import { checkedOptions } from '../core/arguments.js';
import type { Config } from '../core/serialization.js';
import type { LearningRateLike } from './options.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import type { AdamKinOptions } from './adam.js';
import { nextStep, powerOf } from './adam.js';
import { Optimizer } from './optimizer.js';

/** Options of `Lamb`. */
export type LambOptions = AdamKinOptions;

/**
 * Adam's direction, scaled for each variable by the norm of its weights: for large batches.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdamKinOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Lamb`; You et al. 2019, "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes"
 * @example
 * model.compile({ optimizer: new optimizers.Lamb({ learningRate: 0.01 }), loss: 'mse' });
 */
export class Lamb extends Optimizer {
  static override readonly positional = [];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #momentums: readonly (Variable | null)[] = [];
  #velocities: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: LambOptions);
  constructor(options?: LambOptions);
  constructor(first?: LambOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<LambOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, ...rest } = options;
    super(learningRate, rest);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = epsilon;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    [this.#momentums, this.#velocities] = this.addOptimizerVariables(variables, ['momentum', 'velocity']);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { beta1, beta2 } = this;
    const momentum = this.slot(this.#momentums, variable);
    const velocity = this.slot(this.#velocities, variable);
    const t = nextStep(this, variable);
    this.assignAdd(momentum, ops.multiply(ops.subtract(gradient, momentum), 1 - beta1));
    this.assignAdd(velocity, ops.multiply(ops.subtract(ops.square(gradient), velocity), 1 - beta2));
    const corrected = (x: Variable, beta: number): Tensor => ops.divide(x, ops.subtract(1, powerOf(beta, t)));
    const root = ops.add(ops.sqrt(corrected(velocity, beta2)), this.epsilon);
    const direction = ops.divide(corrected(momentum, beta1), root);
    const norm = (x: TensorLike): Tensor => ops.sqrt(ops.sum(ops.square(x)));
    const [weights, step] = [norm(variable), norm(direction)];
    const ratio = ops.where(
      ops.logicalAnd(ops.greater(weights, 0), ops.greater(step, 0)),
      ops.divide(weights, step),
      ops.onesLike(step),
    );
    this.assignSub(variable, ops.multiply(ops.multiply(ratio, learningRate), direction));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon };
  }
}

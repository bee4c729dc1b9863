/** @file `Nadam`. */
import { checkedOptions } from '../core/arguments.js';
import { floatx } from '../core/config.js';
import type { Config } from '../core/serialization.js';
import type { LearningRateLike } from './options.js';
import * as ops from '../ops/index.js';
import type { Tensor } from '../runtime/index.js';
import { tensor, toTensor, Variable, withTrace } from '../runtime/index.js';
import type { AdamKinOptions } from './adam.js';
import { nextStep, powerOf } from './adam.js';
import type { Update } from './optimizer.js';
import { Optimizer } from './optimizer.js';

/** Options of `Nadam`. */
export type NadamOptions = AdamKinOptions;

/** How fast the schedule of the momentum rises. */
const SCHEDULE = 0.96;

/**
 * Adam with Nesterov's momentum, whose factor rises from β₁ / 2 towards β₁.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link AdamKinOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Nadam`; Dozat 2016, "Incorporating Nesterov Momentum into Adam"
 * @example
 * model.compile({ optimizer: new optimizers.Nadam({ learningRate: 0.002 }), loss: 'mse' });
 */
export class Nadam extends Optimizer {
  static override readonly positional = [];
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  #momentums: readonly (Variable | null)[] = [];
  #velocities: readonly (Variable | null)[] = [];
  /** The product of all factors so far. */
  #product: Variable | null = null;

  constructor(learningRate: LearningRateLike, options?: NadamOptions);
  constructor(options?: NadamOptions);
  constructor(first?: NadamOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<NadamOptions>(new.target, first, arguments, 0);
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
    const dtype = variables[0]?.dtype ?? floatx();
    this.#product = this.trackVariable(withTrace(null, () => new Variable(tensor(1, [], dtype))));
  }

  /** The factor of the momentum at step t. */
  #factor(t: Tensor): Tensor {
    return ops.multiply(toTensor(this.beta1, t.dtype), ops.subtract(1, ops.multiply(0.5, powerOf(SCHEDULE, t))));
  }

  protected override updateAll(updates: readonly Update[], learningRate: Tensor): void {
    const product = this.#product!;
    const rise = ops.subtract(1, ops.multiply(0.5, powerOf(SCHEDULE, nextStep(this, product))));
    this.assign(product, ops.multiply(ops.multiply(product, this.beta1), rise));
    super.updateAll(updates, learningRate);
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const { dtype } = variable;
    const t = nextStep(this, variable);
    const [now, next] = [this.#factor(t), this.#factor(nextStep(this, variable, 2))];
    const product = ops.cast(this.#product!, dtype);
    const momentum = this.slot(this.#momentums, variable);
    const velocity = this.slot(this.#velocities, variable);
    const rest = (beta: number): Tensor => ops.subtract(1, toTensor(beta, dtype));
    this.assignAdd(momentum, ops.multiply(ops.subtract(gradient, momentum), rest(this.beta1)));
    this.assignAdd(velocity, ops.multiply(ops.subtract(ops.square(gradient), velocity), rest(this.beta2)));
    const ahead = ops.divide(ops.multiply(next, momentum), ops.subtract(1, ops.multiply(product, next)));
    const here = ops.divide(ops.multiply(ops.subtract(1, now), gradient), ops.subtract(1, product));
    const spread = ops.divide(velocity, ops.subtract(1, powerOf(this.beta2, t)));
    const step = ops.multiply(ops.add(ahead, here), learningRate);
    this.assignSub(variable, ops.divide(step, ops.add(ops.sqrt(spread), this.epsilon)));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon };
  }
}

/** @file `Lion`. */
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `Lion`. */
export interface LionOptions extends OptimizerOptions {
  /** Default 0.001; it should be 3 to 10 times smaller than Adam's. */
  readonly learningRate?: LearningRateLike;
  /** The part of the average in what is stepped along, in (0, 1]. Default 0.9. */
  readonly beta1?: number;
  /** The part of the average that stays at each step. Default 0.99. */
  readonly beta2?: number;
}

/**
 * Steps of one size: w ← w − lr · sign(β₁ m + (1 − β₁) g), m ← β₂ m + (1 − β₂) g.
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.001.
 * @param options See {@link LionOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Lion`; Chen et al. 2023, "Symbolic Discovery of Optimization Algorithms"
 * @example
 * model.compile({ optimizer: new optimizers.Lion({ learningRate: 1e-4, weightDecay: 0.1 }), loss: 'mse' });
 */
export class Lion extends Optimizer {
  static override readonly positional = [];
  readonly beta1: number;
  readonly beta2: number;
  #momentums: readonly (Variable | null)[] = [];

  /** @throws {ValueError} `beta1` is out of its range. */
  constructor(learningRate: LearningRateLike, options?: LionOptions);
  constructor(options?: LionOptions);
  constructor(first?: LionOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<LionOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.001, beta1 = 0.9, beta2 = 0.99, ...rest } = options;
    super(learningRate, rest);
    if (!(beta1 > 0 && beta1 <= 1)) {
      throw new ValueError(
        `Lion: argument \`beta1\` must be in the (0, 1] range. Otherwise, the optimizer degenerates to SignSGD. Received: beta1=${beta1}.`,
      );
    }
    this.beta1 = beta1;
    this.beta2 = beta2;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    this.#momentums = this.addOptimizerVariables(variables, 'momentum');
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const momentum = this.slot(this.#momentums, variable);
    const mixed = (beta: number): Tensor => {
      const share = toTensor(beta, variable.dtype);
      return ops.add(ops.multiply(momentum, share), ops.multiply(gradient, ops.subtract(1, share)));
    };
    this.assignSub(variable, ops.multiply(learningRate, ops.sign(mixed(this.beta1))));
    this.assign(momentum, mixed(this.beta2));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2 };
  }
}

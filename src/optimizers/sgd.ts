/** @file `SGD`. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import * as ops from '../ops/index.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike, OptimizerOptions } from './options.js';

/** Options of `SGD`. */
export interface SGDOptions extends OptimizerOptions {
  /** Default 0.01. */
  readonly learningRate?: LearningRateLike;
  /** The part of the last movement that goes on, in [0, 1]. Default 0. */
  readonly momentum?: number;
  /** Whether the gradient counts as taken after the movement. Default false. */
  readonly nesterov?: boolean;
}

/**
 * Gradient descent: w ← w − lr · g; with momentum m ← μ m − lr · g, w ← w + m (or, nesterov, w ← w + μ m − lr · g).
 *
 * @param learningRate A number, a schedule, or a function without arguments; may stand in `options`. Default 0.01.
 * @param options See {@link SGDOptions}.
 * @param momentum The part of the last step that is taken again; may stand in `options`. Default 0.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.SGD`; Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning"
 * @example
 * new SGD({ learningRate: 0.1, momentum: 0.9 })
 */
export class SGD extends Optimizer {
  static override readonly positional = [];
  readonly momentum: number;
  readonly nesterov: boolean;
  #momentums: readonly (Variable | null)[] = [];

  constructor(learningRate: LearningRateLike, options?: SGDOptions);
  constructor(learningRate: LearningRateLike, momentum: number, options?: SGDOptions);
  constructor(options?: SGDOptions);
  constructor(first?: SGDOptions | LearningRateLike, ..._more: unknown[]) {
    const options = checkedOptions<SGDOptions>(new.target, first, arguments, 0);
    const { learningRate = 0.01, momentum = 0, nesterov = false, ...rest } = options;
    super(learningRate, rest);
    if (typeof momentum !== 'number' || !(momentum >= 0 && momentum <= 1))
      throw new ValueError(`SGD: \`momentum\` must be a number in [0, 1]. Received: momentum=${describe(momentum)}`);
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    super.build(variables);
    if (this.momentum !== 0) this.#momentums = this.addOptimizerVariables(variables, 'momentum');
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const step = ops.multiply(gradient, learningRate);
    if (this.momentum === 0) {
      this.assignSub(variable, step);
      return;
    }
    const momentum = this.slot(this.#momentums, variable);
    this.assign(momentum, ops.subtract(ops.multiply(momentum, this.momentum), step));
    this.assignAdd(variable, this.nesterov ? ops.subtract(ops.multiply(momentum, this.momentum), step) : momentum);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov };
  }
}

/** @file `LossScaleOptimizer`. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { deserializeKerasObject, serializeKerasObject } from '../core/serialization.js';
import { Constant } from '../initializers/index.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';
import { assignWhere } from './assign_where.js';
import type { ApplyTarget } from './optimizer.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike } from './options.js';

/** Options of `LossScaleOptimizer`. All others belong to the inner optimizer. */
export interface LossScaleOptimizerOptions {
  /** The first scale. Default 2¹⁵: too great a scale falls faster than too small a one rises. */
  readonly initialScale?: number;
  /** Steps with finite gradients after which the scale is doubled. Default 2000. */
  readonly dynamicGrowthSteps?: number;
  /** Default: made of the class's name. */
  readonly name?: string | null;
}

/** What configs of older versions hold besides, with the only values that they may have. */
const INERT: Readonly<Record<string, unknown>> = {
  weightDecay: null,
  clipnorm: null,
  globalClipnorm: null,
  clipvalue: null,
  useEma: false,
  emaMomentum: 0.99,
  emaOverwriteFrequency: null,
  lossScaleFactor: null,
  gradientAccumulationSteps: null,
};

/**
 * Guards 16-bit gradients from underflow: the loss is multiplied by a scale, the gradients are divided by it. A step with infinite or NaN
 * gradients is skipped and halves the scale; enough steps without one double it.
 *
 * @param innerOptimizer The optimizer that is guarded.
 * @param options See {@link LossScaleOptimizerOptions}.
 * @see `keras.optimizers.LossScaleOptimizer`
 * @example
 * new LossScaleOptimizer(new Adam())
 */
export class LossScaleOptimizer extends Optimizer {
  static override readonly positional = ['inner_optimizer'];
  readonly innerOptimizer: Optimizer;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  /** Finite steps since the scale changed. */
  #stepCounter: Variable | null = null;
  #dynamicScale: Variable | null = null;

  /**
   * @param innerOptimizer What changes the variables. Its own `lossScaleFactor` is set to null.
   * @throws {ValueError} An option of the inner optimizer is given here.
   */
  constructor(innerOptimizer: Optimizer, options: LossScaleOptimizerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      initialScale = 2 ** 15,
      dynamicGrowthSteps = 2000,
      name,
      dynamic = true,
      ...others
    } = options as LossScaleOptimizerOptions & Record<string, unknown>;
    if (dynamic !== true) {
      throw new ValueError(
        'LossScaleOptimizer no longer supports `dynamic=false`. Instead, simply set `lossScaleFactor` directly on the inner optimizer.',
      );
    }
    const unknown: Record<string, unknown> = {};
    for (const [option, value] of Object.entries(others)) {
      if (!Object.hasOwn(INERT, option)) unknown[option] = value;
      else if (value !== undefined && value !== INERT[option]) {
        throw new ValueError(
          `LossScaleOptimizer does not support \`${option}\`. Instead, set \`${option}\` on the inner optimizer.`,
        );
      }
    }
    refuseUnknownOptions('LossScaleOptimizer', unknown, ['initialScale', 'dynamicGrowthSteps', 'name']);
    if (!(innerOptimizer instanceof Optimizer))
      throw new ValueError(
        `LossScaleOptimizer: \`innerOptimizer\` must be an Optimizer. Received: ${describe(innerOptimizer)}`,
      );
    super(0, { name });
    this.innerOptimizer = innerOptimizer;
    this.initialScale = initialScale;
    this.dynamicGrowthSteps = dynamicGrowthSteps;
    innerOptimizer.lossScaleFactor = null; // gradients would be divided twice
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    this.#stepCounter = this.addVariable([], { dtype: 'int64', name: 'step_counter' });
    this.#dynamicScale = this.addVariable([], {
      dtype: 'float32',
      initializer: new Constant({ value: this.initialScale }),
      name: 'dynamic_scale',
    });
    this.innerOptimizer.build(variables);
    super.build(variables);
  }

  override get savedVariables(): Variable[] {
    return [...super.variables, ...this.innerOptimizer.savedVariables];
  }

  override get variables(): Variable[] {
    return [...super.variables, ...this.innerOptimizer.variables];
  }

  override apply(grads: readonly (TensorLike | null)[], trainableVariables: ApplyTarget = null): void {
    if (grads.length === 0) return;
    const variables = this.variablesFor(grads, trainableVariables);
    const [counter, scale] = [this.#stepCounter!, this.#dynamicScale!];
    const finite = this.checkFinite(grads);
    const unscaled = grads.map((gradient, i) =>
      gradient === null || variables[i].overwriteWithGradient ? gradient : ops.divide(gradient, scale),
    );
    assignWhere(finite, [...variables, ...this.innerOptimizer.variables], () =>
      this.innerOptimizer.apply(unscaled, variables),
    );
    const grows = ops.logicalAnd(finite, ops.equal(counter, this.dynamicGrowthSteps - 1));
    const counts = ops.logicalAnd(finite, ops.logicalNot(grows));
    scale.assign(ops.multiply(scale, ops.where(grows, 2, ops.where(finite, 1, 0.5))));
    counter.assign(ops.where(counts, ops.add(counter, 1), ops.zerosLike(counter)));
  }

  /** Whether all elements of all gradients are finite: a scalar bool. */
  checkFinite(grads: readonly (TensorLike | null)[]): Tensor {
    return grads
      .filter((gradient) => gradient !== null)
      .map((gradient) => ops.all(ops.isfinite(gradient)))
      .reduce((finite, each) => ops.logicalAnd(finite, each), toTensor(true));
  }

  override get learningRate(): Variable | Tensor {
    return this.innerOptimizer.learningRate;
  }
  override set learningRate(value: LearningRateLike | TensorLike) {
    this.innerOptimizer.learningRate = value;
  }

  override get iterations(): Variable | Tensor {
    return this.innerOptimizer.iterations;
  }

  override scaleLoss(loss: TensorLike): Tensor {
    return ops.multiply(loss, this.#dynamicScale ?? this.initialScale);
  }

  override get movingAverages(): readonly (readonly [variable: Variable, average: Variable])[] {
    return this.innerOptimizer.movingAverages;
  }

  override finalizeVariableValues(varList: readonly Variable[]): void {
    this.innerOptimizer.finalizeVariableValues(varList);
  }

  override getConfig(): Config {
    return {
      name: this.name,
      inner_optimizer: serializeKerasObject(this.innerOptimizer),
      initial_scale: this.initialScale,
      dynamic_growth_steps: this.dynamicGrowthSteps,
    };
  }

  static override fromConfig(this: SerializableClass, config: Config): LossScaleOptimizer {
    const inner = deserializeKerasObject(config['inner_optimizer'], { defaultModule: 'keras.optimizers' });
    const plain = Optimizer.fromConfig.call(this, { ...config, inner_optimizer: inner });
    return plain as LossScaleOptimizer;
  }
}

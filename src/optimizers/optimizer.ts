/** @file `Optimizer`, the base of all optimizers: what happens around each update. Their variables: optimizer_variables.ts. */
import { checkList } from '../core/kinds.js';
import { describe } from '../core/describe.js';
import { adviseOnce, adviseSuccessor } from '../core/advice.js';
import { checkedOptions } from '../core/arguments.js';
import { floatx } from '../core/config.js';
import { NotImplementedError, TypeError, ValueError } from '../core/errors.js';
import { autoName } from '../core/naming.js';
import { Scope } from '../core/scope.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import {
  classNameOf,
  constructFromConfig,
  deserializeKerasObject,
  isPlainFunction,
  registrationOf,
  serializeKerasObject,
} from '../core/serialization.js';
import { formatShape, sameShape } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import { withOrigin } from '../graph/origin.js';
import * as initializers from '../initializers/index.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor, Variable, withStoredValues, withValues } from '../runtime/index.js';
import { assignWhere } from './assign_where.js';
import { clipByGlobalNorm, clipByNorm } from './clipping.js';
import type { CheckedOptions, LearningRateLike, OptimizerOptions } from './options.js';
import { checkOptions } from './options.js';
import { OptimizerVariables } from './optimizer_variables.js';
import { InverseTimeDecay, LearningRateSchedule } from './schedules/index.js';

/** A variable and what it is to be changed by. */
export interface Update {
  readonly gradient: Tensor;
  readonly variable: Variable;
}

/** The variables that gradients belong to: a list, also as an option; null for those that the optimizer was built with. */
export type ApplyTarget = readonly Variable[] | { readonly trainableVariables?: readonly Variable[] | null } | null;

const updatesWait = new Scope(false);
/** Run `fn` while `optimizer.apply` does nothing, whatever the optimizer: for a look at a step whose layers may have no weights yet. */
export function withoutUpdates<R>(fn: () => R): R {
  return updatesWait.run(true, fn);
}

/**
 * Changes variables by their gradients. The state (the count of steps, the learning rate, slots for each variable) is in variables, so
 * that a whole training step is one program.
 *
 * To make one of your own, override `build` (make the slots), `updateStep` (the rule, over ops) and `getConfig`.
 *
 * @param learningRate A number, a schedule, or a function without arguments that gives the rate.
 * @param options See {@link OptimizerOptions}.
 * @throws {ValueError} More than one of `clipnorm`, `clipvalue` and `globalClipnorm` is set, or an option is out of its range.
 * @see `keras.optimizers.Optimizer`
 * @example
 * class SignSGD extends Optimizer {
 *   constructor({ learningRate = 0.01, ...rest } = {}) { super(learningRate, rest); }
 *   override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor) {
 *     this.assignSub(variable, ops.multiply(learningRate, ops.sign(gradient)));
 *   }
 * }
 */
export class Optimizer extends OptimizerVariables {
  /** Keras's names of the constructor's positional parameters. */
  static readonly positional: readonly string[] = ['learning_rate'];

  readonly weightDecay: number | null;
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly globalClipnorm: number | null;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
  readonly gradientAccumulationSteps: number | null;
  /** int64 scalar: how many times `apply` has run. */
  protected readonly stepCount: Variable;

  #lossScaleFactor: number | null;
  #learningRate: Variable | LearningRateSchedule | (() => TensorLike);
  #trainableVariables: readonly Variable[] = [];
  readonly #indices = new Map<Variable, number>();
  #averages: readonly (Variable | null)[] = [];
  #accumulators: readonly Variable[] = [];
  #excluded: { readonly variables: ReadonlySet<Variable>; readonly names: RegExp | null } | null = null;

  /**
   * @param learningRate A number; a schedule; or a function that gives the rate (inside `jit` and `fit`, it runs once).
   * @throws {ValueError} An option is out of its range, or two clips are set.
   * @throws {TypeError} An option does not exist.
   */
  constructor(learningRate: LearningRateLike, given: OptimizerOptions = {}) {
    const { name, ...options } = checkedOptions<OptimizerOptions>(new.target, given, arguments, 1);
    const className = registrationOf(new.target)?.name ?? new.target.name;
    const checked: CheckedOptions = checkOptions(className, new.target, options);
    super(name ?? autoName(className));
    this.weightDecay = checked.weightDecay;
    this.clipnorm = checked.clipnorm;
    this.clipvalue = checked.clipvalue;
    this.globalClipnorm = checked.globalClipnorm;
    this.useEma = checked.useEma;
    this.emaMomentum = checked.emaMomentum;
    this.emaOverwriteFrequency = checked.emaOverwriteFrequency;
    this.gradientAccumulationSteps = checked.gradientAccumulationSteps;
    this.#lossScaleFactor = checked.lossScaleFactor;
    // Keras: int32 on JAX, int64 on TensorFlow.
    this.stepCount = this.makeVariable([], {
      initializer: 'zeros',
      dtype: 'int64',
      aggregation: 'only_first_replica',
      name: 'iteration',
    });
    if (checked.decay > 0 && typeof learningRate === 'number') {
      // Keras 3: a warning, and no decay. Here what was asked for, as Keras 2 did it.
      adviseOnce(
        'decay',
        `${className}: \`decay\` is Keras 2's and works here; today it is learningRate: new optimizers.schedules.InverseTimeDecay(${learningRate}, 1, ${checked.decay}).`,
      );
      learningRate = new InverseTimeDecay(learningRate, 1, checked.decay);
    }
    if (learningRate instanceof LearningRateSchedule || isPlainFunction(learningRate)) {
      this.#learningRate = learningRate as LearningRateSchedule | (() => TensorLike);
      return;
    }
    if (typeof learningRate !== 'number' || Number.isNaN(learningRate)) {
      throw new ValueError(
        `${className}: argument \`learningRate\` should be a number, or an instance of LearningRateSchedule, or a function ` +
          `that returns the learning rate. Received instead: learningRate=${describe(learningRate)}`,
      );
    }
    this.#learningRate = this.makeVariable([], {
      initializer: new initializers.Constant({ value: learningRate }),
      dtype: floatx(),
      aggregation: 'only_first_replica',
      name: 'learning_rate',
    });
  }

  // ---- what subclasses override ----

  /**
   * Make the slots. Runs once, at the first `apply` if not before.
   *
   * @param variables What the optimizer will change.
   */
  build(variables: readonly Variable[]): void {
    if (this.built) return;
    checkList(`Optimizer '${this.name}' (build)`, 'variables', variables, 'variables');
    const stranger = variables.find((variable) => !(variable instanceof Variable));
    if (stranger !== undefined)
      throw new ValueError(
        `Optimizer '${this.name}': build() got ${describe(stranger)}. Expected a list of variables.`,
      );
    if (this.useEma) this.#averages = this.addOptimizerVariables(variables, 'average');
    variables.forEach((variable, i) => this.#indices.set(variable, i));
    if (this.gradientAccumulationSteps !== null) {
      this.#accumulators = variables.map((variable) =>
        this.addVariableFromReference(variable, { name: 'gradient_accumulator' }),
      );
    }
    this.#trainableVariables = [...variables];
    this.built = true;
  }

  /**
   * Change one variable.
   *
   * @param _gradient Of the variable's shape and dtype.
   * @param _learningRate A scalar of the variable's dtype.
   */
  updateStep(_gradient: Tensor, _variable: Variable, _learningRate: Tensor): void {
    throw new NotImplementedError(`Optimizer ${classNameOf(this)} does not have an updateStep() method.`);
  }

  /** Change all variables: by default, one after the other. Gradients are clipped, weights decayed. */
  protected updateAll(updates: readonly Update[], learningRate: Tensor): void {
    for (const { gradient, variable } of updates) {
      const { dtype } = variable;
      this.updateStep(ops.cast(gradient, dtype), variable, ops.cast(learningRate, dtype));
    }
  }

  /** The weight decay of a variable, or null. */
  protected weightDecayOf(_variable: Variable): number | null {
    return this.weightDecay;
  }

  /** The options from which `fromConfig` makes the optimizer anew, in Keras's names. */
  getConfig(): Config {
    const rate = this.#learningRate;
    return {
      name: this.name,
      learning_rate: rate instanceof Variable ? rate.read().data[0] : serializeKerasObject(rate),
      weight_decay: this.weightDecay,
      clipnorm: this.clipnorm,
      global_clipnorm: this.globalClipnorm,
      clipvalue: this.clipvalue,
      use_ema: this.useEma,
      ema_momentum: this.emaMomentum,
      ema_overwrite_frequency: this.emaOverwriteFrequency,
      loss_scale_factor: this.lossScaleFactor,
      gradient_accumulation_steps: this.gradientAccumulationSteps,
    };
  }

  /** An optimizer from its config, without state. */
  static fromConfig(this: SerializableClass, config: Config): Optimizer {
    const rate = config['learning_rate'];
    const learningRate = isDict(rate)
      ? deserializeKerasObject(rate, { defaultModule: 'keras.optimizers.schedules' })
      : rate;
    const { decay = null, ...rest } = config;
    if (decay !== null) console.warn(`${this.name}: argument \`decay\` is no longer supported and will be ignored.`);
    const complete = learningRate === undefined ? rest : { ...rest, learning_rate: learningRate };
    return constructFromConfig(this as SerializableClass<Optimizer>, complete);
  }

  /** Keras 2's name of `learningRate`. */
  get lr(): Variable | Tensor {
    adviseSuccessor('optimizer.lr', 'optimizer.learningRate');
    return this.learningRate;
  }
  set lr(value: LearningRateLike | TensorLike) {
    adviseSuccessor('optimizer.lr', 'optimizer.learningRate');
    this.learningRate = value;
  }

  // ---- variables ----

  /** How many updates there were. With gradient accumulation: steps divided by `gradientAccumulationSteps`, rounded down. */
  get iterations(): Variable | Tensor {
    const steps = this.gradientAccumulationSteps;
    return steps === null ? this.stepCount : ops.floorDivide(this.stepCount, steps);
  }

  /** The factor on the loss, which the gradients are divided by again; or null. */
  get lossScaleFactor(): number | null {
    return this.#lossScaleFactor;
  }
  set lossScaleFactor(value: number | null) {
    this.#lossScaleFactor = value;
  }

  /**
   * The learning rate now. It can be set: to a number, from the next step on, also in the middle of training; or to a schedule or a
   * function, before training.
   *
   * @throws {TypeError} Set to a number although the optimizer has a schedule.
   */
  get learningRate(): Variable | Tensor {
    const rate = this.#learningRate;
    if (rate instanceof Variable) return rate;
    return rate instanceof LearningRateSchedule ? rate(this.stepCount) : toTensor(rate(), floatx(), 'learningRate');
  }
  set learningRate(value: LearningRateLike | TensorLike) {
    const before = this.#learningRate;
    if (value instanceof LearningRateSchedule || isPlainFunction(value)) {
      this.#learningRate = value as LearningRateSchedule | (() => TensorLike);
      if (before instanceof Variable) this.untrackVariable(before);
      return;
    }
    if (!(before instanceof Variable)) {
      const what = before instanceof LearningRateSchedule ? 'a `LearningRateSchedule` object' : 'a function';
      throw new TypeError(
        `This optimizer was created with ${what} as its \`learningRate\`, hence its learning rate is not settable. ` +
          'If you need the learning rate to be settable, you should instantiate the optimizer with a number as `learningRate`.',
      );
    }
    before.assign(value as TensorLike);
  }

  /** The place of a variable among those that the optimizer was built with. */
  protected _getVariableIndex(variable: Variable): number {
    const index = this.#indices.get(variable);
    if (index === undefined) {
      throw new ValueError(
        `Unknown variable: ${variable.toString()}. Optimizer '${this.name}' can only be called for the variables it was originally built ` +
          'with. When working with a new set of variables, you should recreate a new optimizer instance.',
      );
    }
    return index;
  }

  /** The slot that belongs to a variable. */
  protected slot(slots: readonly (Variable | null)[], variable: Variable): Variable {
    return slots[this._getVariableIndex(variable)]!;
  }

  /** The variables that the optimizer was built with. */
  protected get trainableVariables(): readonly Variable[] {
    return this.#trainableVariables;
  }

  /** Replace a variable's value. */
  assign(variable: Variable, value: TensorLike): void {
    variable.assign(value);
  }

  /** Add to a variable. */
  assignAdd(variable: Variable, value: TensorLike): void {
    variable.assignAdd(value);
  }

  /** Subtract from a variable. */
  assignSub(variable: Variable, value: TensorLike): void {
    variable.assignSub(value);
  }

  // ---- updates ----

  /**
   * One step.
   *
   * @param gradsAndVars Pairs `[gradient, variable]`.
   * @returns The count of steps.
   */
  applyGradients(gradsAndVars: Iterable<readonly [TensorLike | null, Variable]>): Variable {
    const pairs = [...gradsAndVars];
    for (const pair of pairs)
      checkList(`Optimizer '${this.name}' (applyGradients)`, 'gradsAndVars', pair, 'pairs [gradient, variable]');
    this.apply(
      pairs.map(([gradient]) => gradient),
      pairs.map(([, variable]) => variable),
    );
    return this.stepCount;
  }

  /**
   * One step: change the variables by their gradients. Without gradients nothing happens.
   *
   * @param grads One for each variable, of its shape; null: leave the variable alone (a warning names it).
   * @param trainableVariables Default: those that the optimizer was built with. The first call builds it.
   * @throws {ValueError} Another number of gradients than of variables, a gradient of another shape, an unknown variable, or only nulls.
   */
  apply(grads: readonly (TensorLike | null)[], trainableVariables: ApplyTarget = null): void {
    checkList(`Optimizer '${this.name}' (apply)`, 'grads', grads, 'gradients, one for each variable');
    if (grads.length === 0 || updatesWait.current) return;
    const variables = this.variablesFor(grads, trainableVariables);
    withOrigin('optimizer', () => withStoredValues(() => this.#applyTo(grads, variables)));
  }

  #applyTo(grads: readonly (TensorLike | null)[], variables: readonly Variable[]): void {
    const updates = this.#overwriteDirectly(this.#withGradients(grads, variables));
    if (updates.length > 0) {
      const scale = this.lossScaleFactor;
      this.#applyUpdates(
        scale === null ? updates : updates.map((u) => ({ ...u, gradient: ops.divide(u.gradient, scale) })),
      );
      for (const { variable } of updates) {
        if (variable.constraint !== null) variable.assign(variable.constraint(variable.stored));
      }
    }
    this.stepCount.assignAdd(1);
  }

  /** The variables that gradients belong to; builds the optimizer if need be. */
  protected variablesFor(grads: readonly unknown[], target: ApplyTarget): readonly Variable[] {
    const given = isDict(target) ? (target.trainableVariables ?? null) : target;
    if (given === null) {
      if (!this.built) {
        throw new ValueError(
          `Optimizer '${this.name}': when passing \`grads\` without \`variables\`, the optimizer must already be built on a ` +
            'list of variables. Call `optimizer.build(trainableVariables)` first.',
        );
      }
      if (grads.length !== this.#trainableVariables.length) {
        throw new ValueError(
          `Optimizer '${this.name}': received a list of ${grads.length} gradients, but the optimizer is tracking ` +
            `${this.#trainableVariables.length} trainable variables. They must match one-to-one.`,
        );
      }
      return this.#trainableVariables;
    }
    checkList(`Optimizer '${this.name}' (apply)`, 'trainableVariables', given, 'variables');
    if (grads.length !== given.length) {
      throw new ValueError(
        `Optimizer '${this.name}': received ${grads.length} gradients for ${given.length} variables. They must match one-to-one.`,
      );
    }
    const stranger = given.findIndex((variable) => !(variable instanceof Variable));
    if (stranger >= 0)
      throw new TypeError(
        `Optimizer '${this.name}' (apply): variable ${stranger} is ${describe(given[stranger])}. Expected a list of variables.`,
      );
    if (!this.built) this.build(given);
    for (const variable of given) this._getVariableIndex(variable);
    return given;
  }

  #withGradients(grads: readonly (TensorLike | null)[], variables: readonly Variable[]): Update[] {
    const updates = variables.flatMap((variable, i): Update[] => {
      const given = grads[i];
      if (given === null || given === undefined) return [];
      const gradient = toTensor(given, null, `Optimizer '${this.name}'`);
      if (!sameShape(gradient.shape, variable.shape)) {
        throw new ValueError(
          `Optimizer '${this.name}': the gradient of '${variable.path}' has shape ${formatShape(gradient.shape)}. ` +
            `Expected the variable's shape ${formatShape(variable.shape)}.`,
        );
      }
      return [{ gradient, variable }];
    });
    if (updates.length === 0) throw new ValueError(`Optimizer '${this.name}': no gradients provided for any variable.`);
    if (updates.length < variables.length) {
      const missing = variables.filter((_, i) => (grads[i] ?? null) === null).map((variable) => `'${variable.path}'`);
      console.warn(
        `Gradients do not exist for variables [${missing.join(', ')}] when minimizing the loss. ` +
          'If using `model.compile()`, did you forget to provide a `loss` argument?',
      );
    }
    return updates;
  }

  /** Whether the gradients that were accumulated are used at this step. */
  #isUpdateStep(steps: number): Tensor {
    return ops.equal(ops.mod(ops.add(this.stepCount, 1), steps), 0);
  }

  /** Give variables whose gradient is their new value (scales of quantized weights) that value; the other updates are left. */
  #overwriteDirectly(updates: readonly Update[]): Update[] {
    const steps = this.gradientAccumulationSteps;
    for (const { gradient, variable } of updates) {
      if (!variable.overwriteWithGradient) continue;
      if (steps === null) {
        variable.assign(gradient);
        continue;
      }
      const due = this.#isUpdateStep(steps);
      const accumulator = this.slot(this.#accumulators, variable);
      const greatest = ops.maximum(gradient, accumulator);
      variable.assign(ops.where(due, greatest, variable));
      accumulator.assign(ops.where(due, ops.zerosLike(gradient), greatest));
    }
    return updates.filter(({ variable }) => !variable.overwriteWithGradient);
  }

  #applyUpdates(updates: readonly Update[]): void {
    const steps = this.gradientAccumulationSteps;
    if (steps === null) {
      this.#updateNow(updates);
    } else {
      const due = this.#isUpdateStep(steps);
      const sums = updates.map(({ gradient, variable }) => {
        const accumulator = this.slot(this.#accumulators, variable);
        return { variable, accumulator, sum: ops.add(gradient, accumulator) };
      });
      assignWhere(due, [...updates.map(({ variable }) => variable), ...this.variables], () =>
        this.#updateNow(sums.map(({ variable, sum }) => ({ variable, gradient: ops.divide(sum, steps) }))),
      );
      for (const { accumulator, sum } of sums) accumulator.assign(ops.where(due, ops.zerosLike(sum), sum));
    }
    if (this.useEma) this.#updateAverages();
  }

  #updateNow(updates: readonly Update[]): void {
    const clipped = this.#clip(updates.map(({ gradient }) => gradient));
    const learningRate = toTensor(this.learningRate);
    for (const { variable } of updates) this.#decay(variable, learningRate);
    this.updateAll(
      updates.map(({ variable }, i) => ({ variable, gradient: clipped[i] })),
      learningRate,
    );
  }

  #clip(gradients: readonly Tensor[]): readonly Tensor[] {
    const { clipnorm, globalClipnorm, clipvalue } = this;
    // Limits of 0 and below do not clip, as in Keras.
    if (clipnorm !== null && clipnorm > 0) return gradients.map((gradient) => clipByNorm(gradient, clipnorm));
    if (globalClipnorm !== null && globalClipnorm > 0) return clipByGlobalNorm(gradients, globalClipnorm);
    if (clipvalue !== null && clipvalue > 0) return gradients.map((g) => ops.clip(g, -clipvalue, clipvalue));
    return gradients;
  }

  #decay(variable: Variable, learningRate: Tensor): void {
    const decay = this.weightDecayOf(variable);
    if (decay === null || this.#isExcluded(variable)) return;
    const taken = ops.multiply(
      ops.multiply(variable, toTensor(decay, variable.dtype)),
      ops.cast(learningRate, variable.dtype),
    );
    variable.assign(ops.subtract(variable, taken));
  }

  #isExcluded(variable: Variable): boolean {
    if (this.#excluded === null) return false;
    return this.#excluded.variables.has(variable) || (this.#excluded.names?.test(variable.name) ?? false);
  }

  /**
   * Say which variables do not decay. Before the optimizer is built.
   *
   * @param options `varList`: variables. `varNames`: regular expressions; a variable in whose name one is found is left out.
   * @throws {ValueError} The optimizer is built.
   * @example optimizer.excludeFromWeightDecay({ varNames: ['bias'] });
   */
  excludeFromWeightDecay(
    options: { readonly varList?: readonly Variable[] | null; readonly varNames?: readonly string[] | null } = {},
  ): void {
    options = checkedOptions('excludeFromWeightDecay', options, arguments, 0, ['varList', 'varNames']);
    // Keras looks at an attribute that does not exist and so never refuses; here it does, as its documentation says.
    if (this.built) {
      throw new ValueError(
        `Optimizer '${this.name}': \`excludeFromWeightDecay()\` can only be configured before the optimizer is built.`,
      );
    }
    const names = options.varNames ?? [];
    this.#excluded = {
      variables: new Set(options.varList ?? []),
      names: names.length > 0 ? new RegExp(names.join('|')) : null,
    };
  }

  // ---- averages of the weights ----

  #updateAverages(): void {
    const started = ops.notEqual(this.iterations, 0);
    this.#trainableVariables.forEach((variable, i) => {
      const average = this.#averages[i];
      if (average === null) return;
      const momentum = ops.multiply(ops.cast(started, variable.dtype), this.emaMomentum); // 0 at first: the weight itself
      average.assign(ops.add(ops.multiply(momentum, average), ops.multiply(ops.subtract(1, momentum), variable)));
    });
    const every = this.emaOverwriteFrequency;
    if (every === null) return;
    const due = ops.equal(ops.mod(ops.add(this.iterations, 1), every), 0);
    this.#trainableVariables.forEach((variable, i) => {
      const average = this.#averages[i];
      if (average !== null) variable.assign(ops.where(due, average, variable));
    });
  }

  /** With `useEma`: each variable that is trained with its average, in the order of the variables. Else empty. */
  get movingAverages(): readonly (readonly [variable: Variable, average: Variable])[] {
    return this.#trainableVariables.flatMap((variable, i) => {
      const average = this.#averages[i];
      return average === null || average === undefined ? [] : [[variable, average] as const];
    });
  }

  /**
   * What is left to do after training: with `useEma`, the weights take on their averages.
   *
   * @param varList The variables that the optimizer was built with, in their order.
   * @throws {ValueError} There are more or fewer of them.
   */
  finalizeVariableValues(varList: readonly Variable[]): void {
    if (!this.useEma) return;
    if (varList.length !== this.#averages.length) {
      throw new ValueError(
        `Optimizer '${this.name}': the length of model variables (${varList.length}) to override does not match the length of ` +
          `model variables stored in the optimizer (${this.#averages.length}). Please check if the optimizer was called on your model.`,
      );
    }
    varList.forEach((variable, i) => {
      const average = this.#averages[i];
      if (average !== null) variable.assign(average);
    });
  }

  // ---- the rest of Keras's interface ----

  /** The loss times `lossScaleFactor`: what gradients are taken of. */
  scaleLoss(loss: TensorLike): Tensor {
    const scale = this.lossScaleFactor;
    return scale === null ? toTensor(loss) : ops.multiply(loss, scale);
  }

  /**
   * As `apply`, but on values that are handed in; the variables stay as they are.
   *
   * @returns `[trainableVariables, optimizerVariables]`: the new values.
   * @throws {ValueError} The optimizer is not built, or a list has the wrong length.
   */
  statelessApply(
    optimizerVariables: readonly TensorLike[],
    grads: readonly (TensorLike | null)[],
    trainableVariables: readonly TensorLike[],
  ): [Tensor[], Tensor[]] {
    const className = classNameOf(this);
    if (!this.built) {
      throw new ValueError(
        `To call \`statelessApply\`, ${className} must be built (i.e. its variables must have been created). ` +
          'You can build it via `optimizer.build(trainableVariables)`.',
      );
    }
    const [model, own] = [this.#trainableVariables, this.variables];
    for (const [name, given, wanted] of [
      ['optimizerVariables', optimizerVariables, own],
      ['trainableVariables', trainableVariables, model],
    ] as const) {
      if (given.length !== wanted.length) {
        throw new ValueError(
          `${className}: argument \`${name}\` must match the optimizer's variables 1:1. ` +
            `Received a list with length ${given.length}, but expected ${wanted.length}.`,
        );
      }
    }
    const variables = [...model, ...own];
    return withValues(variables, [...trainableVariables, ...optimizerVariables], () => {
      this.apply(grads);
      return [model.map((variable) => variable.stored), own.map((variable) => variable.stored)];
    });
  }

  /** How the optimizer prints. */
  override toString(): string {
    return `<${classNameOf(this)} name=${this.name}, built=${this.built}>`;
  }
}

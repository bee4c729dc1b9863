/** @file `MultiOptimizer`, and `OptimizerMap`, which tells it who changes what. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../core/errors.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { deserializeKerasObject, serializeKerasObject } from '../core/serialization.js';
import type { SavedChildren } from '../core/tracking.js';
import { isDict } from '../core/tree.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { LossScaleOptimizer } from './loss_scale_optimizer.js';
import type { ApplyTarget } from './optimizer.js';
import { Optimizer } from './optimizer.js';
import type { LearningRateLike } from './options.js';

/**
 * Optimizers by regular expressions on the paths of variables, and one for all other variables.
 *
 * @param defaultOptimizer The optimizer of all other variables.
 * @param options `optimizerMap`: optimizers by regular expressions on the paths of variables.
 * @throws {TypeError} `defaultOptimizer` is no optimizer.
 * @see `keras.optimizers.OptimizerMap`
 * @example
 * new OptimizerMap(new Adam()).set('.*embeddings', new SGD())
 */
export class OptimizerMap {
  static readonly positional = ['default_optimizer'];
  readonly defaultOptimizer: Optimizer;
  readonly #byPattern: Map<string, Optimizer>;

  /**
   * @param defaultOptimizer For variables that no pattern matches.
   * @param options `optimizerMap`: the optimizer of each pattern.
   * @throws {TypeError} `defaultOptimizer` is no optimizer, or `optimizerMap` no dict.
   */
  constructor(
    defaultOptimizer: Optimizer,
    options: { readonly optimizerMap?: Readonly<Record<string, Optimizer>> | null } = {},
  ) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { optimizerMap = null, ...rest } = options;
    refuseUnknownOptions('OptimizerMap', rest, ['optimizerMap']);
    if (!(defaultOptimizer instanceof Optimizer)) {
      throw new TypeError(
        `OptimizerMap: \`defaultOptimizer\` must be an Optimizer instance. Received: ${describe(defaultOptimizer)}`,
      );
    }
    if (optimizerMap !== null && !isDict(optimizerMap))
      throw new TypeError(`OptimizerMap: \`optimizerMap\` must be a dict. Received: ${describe(optimizerMap)}`);
    this.defaultOptimizer = defaultOptimizer;
    this.#byPattern = new Map(Object.entries(optimizerMap ?? {}));
  }

  /**
   * The optimizer of a path: that of the path itself, else of the pattern that matches all of it, else the default.
   *
   * @throws {ValueError} Several patterns match.
   */
  get(path: string): Optimizer {
    const exact = this.#byPattern.get(path);
    if (exact !== undefined) return exact;
    const matching = [...this.#byPattern].filter(([pattern]) => new RegExp(`^(?:${pattern})$`).test(path));
    if (matching.length > 1)
      throw new ValueError(
        `OptimizerMap: multiple optimizers assigned to variable ${path}: ${matching.map(([p]) => p).join(', ')}.`,
      );
    return matching[0]?.[1] ?? this.defaultOptimizer;
  }

  /**
   * Add a pattern.
   *
   * @throws {ValueError} It is there already; the optimizer is none, or one that wraps others.
   */
  set(pattern: string, optimizer: Optimizer): this {
    if (typeof pattern !== 'string')
      throw new ValueError(`OptimizerMap: key must be a string. Received: ${describe(pattern)}`);
    if (this.#byPattern.has(pattern)) {
      throw new ValueError(
        `OptimizerMap: '${pattern}' already exists in the OptimizerMap. Please make sure to not use duplicated keys.`,
      );
    }
    refuseWrapper('OptimizerMap', optimizer);
    this.#byPattern.set(pattern, optimizer);
    return this;
  }

  /** Take a pattern out. @returns Whether it was there. */
  delete(pattern: string): boolean {
    return this.#byPattern.delete(pattern);
  }

  get size(): number {
    return this.#byPattern.size;
  }

  keys(): IterableIterator<string> {
    return this.#byPattern.keys();
  }

  values(): IterableIterator<Optimizer> {
    return this.#byPattern.values();
  }

  getConfig(): Config {
    return {
      default_optimizer: serializeKerasObject(this.defaultOptimizer),
      optimizer_map: serializeKerasObject(Object.fromEntries(this.#byPattern)),
    };
  }

  static fromConfig(config: Config): OptimizerMap {
    const revive = (x: unknown): unknown => deserializeKerasObject(x, { defaultModule: 'keras.optimizers' });
    return new OptimizerMap(revive(config['default_optimizer']) as Optimizer, {
      optimizerMap: revive(config['optimizer_map']) as Record<string, Optimizer>,
    });
  }
}

function refuseWrapper(owner: string, optimizer: unknown): asserts optimizer is Optimizer {
  if (!(optimizer instanceof Optimizer))
    throw new ValueError(`${owner}: optimizer must be an Optimizer instance. Received: ${describe(optimizer)}`);
  if (optimizer instanceof LossScaleOptimizer)
    throw new ValueError(`${owner}: optimizer cannot be LossScaleOptimizer.`);
  if (optimizer instanceof MultiOptimizer) throw new ValueError(`${owner}: optimizer cannot be MultiOptimizer.`);
}

/** Options of `MultiOptimizer`. */
export interface MultiOptimizerOptions {
  /** A factor on the loss, for all optimizers. Default null. */
  readonly lossScaleFactor?: number | null;
  /** Default: made of the class's name. */
  readonly name?: string | null;
}

/**
 * Several optimizers, each of which changes its own variables.
 *
 * @param optimizerMap The optimizers: an `OptimizerMap`, or a function from a variable to its optimizer.
 * @param options See {@link MultiOptimizerOptions}.
 * @see `keras.optimizers.MultiOptimizer`
 * @example
 * new MultiOptimizer(new OptimizerMap(new Adam(), { optimizerMap: { '.*bias': new SGD() } }))
 */
export class MultiOptimizer extends Optimizer {
  static override readonly positional = ['optimizer_map'];
  readonly #choose: OptimizerMap | ((variable: Variable) => Optimizer);
  readonly #inner: Optimizer[] = [];
  readonly #owners = new Map<Variable, Optimizer>();

  /** @param optimizerMap An `OptimizerMap`, or a function from a variable to its optimizer. */
  constructor(optimizerMap: OptimizerMap | ((variable: Variable) => Optimizer), options: MultiOptimizerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { lossScaleFactor = null, name, ...rest } = options;
    refuseUnknownOptions('MultiOptimizer', rest, ['lossScaleFactor', 'name']);
    if (!(optimizerMap instanceof OptimizerMap) && typeof optimizerMap !== 'function') {
      throw new ValueError(
        `MultiOptimizer: \`optimizerMap\` must be an OptimizerMap or a function. Received: ${describe(optimizerMap)}`,
      );
    }
    super(0, { name, lossScaleFactor });
    this.#choose = optimizerMap;
    if (optimizerMap instanceof OptimizerMap)
      for (const optimizer of [...optimizerMap.values(), optimizerMap.defaultOptimizer]) this.#adopt(optimizer);
  }

  #adopt(optimizer: Optimizer): void {
    if (this.#inner.includes(optimizer)) return;
    optimizer.lossScaleFactor = this.lossScaleFactor;
    this.#inner.push(optimizer);
  }

  override build(variables: readonly Variable[]): void {
    if (this.built) return;
    for (const variable of variables) {
      const optimizer = this.#choose instanceof OptimizerMap ? this.#choose.get(variable.path) : this.#choose(variable);
      refuseWrapper(`MultiOptimizer (for ${variable.path})`, optimizer);
      this.#adopt(optimizer);
      this.#owners.set(variable, optimizer);
    }
    for (const [optimizer, own] of this.#divide(variables, variables)) optimizer.build(own);
    super.build(variables);
  }

  /** `items`, one for each variable, divided by who changes the variable. Optimizers without variables are left out. */
  #divide<T>(variables: readonly Variable[], items: readonly T[]): (readonly [Optimizer, T[]])[] {
    return this.#inner
      .map((optimizer) => [optimizer, items.filter((_, i) => this.#owners.get(variables[i]) === optimizer)] as const)
      .filter(([, own]) => own.length > 0);
  }

  /** The optimizers, in the order of their variables in `variables`. */
  get optimizers(): Optimizer[] {
    return [...this.#inner];
  }

  override get savedVariables(): Variable[] {
    return [...super.variables, ...this.#inner.flatMap((optimizer) => optimizer.savedVariables)];
  }

  override savedChildren(): SavedChildren {
    return [['_inner_optimizers', this.#inner]];
  }

  override get variables(): Variable[] {
    return [...super.variables, ...this.#inner.flatMap((optimizer) => optimizer.variables)];
  }

  override get iterations(): Variable {
    return this.stepCount;
  }

  override get lossScaleFactor(): number | null {
    return super.lossScaleFactor;
  }
  override set lossScaleFactor(value: number | null) {
    super.lossScaleFactor = value;
    for (const optimizer of this.#inner) optimizer.lossScaleFactor = value;
  }

  /** @throws {TypeError} Always: each optimizer has its own. */
  override get learningRate(): Variable | Tensor {
    throw new TypeError(
      'Learning rate cannot be accessed on a MultiOptimizer. Access the learning rate on the individual sub-optimizers instead.',
    );
  }
  override set learningRate(_value: LearningRateLike | TensorLike) {
    throw new TypeError(
      'Learning rate cannot be set on a MultiOptimizer. Set the learning rate on the individual sub-optimizers instead.',
    );
  }

  override apply(grads: readonly (TensorLike | null)[], trainableVariables: ApplyTarget = null): void {
    if (grads.length === 0) return;
    const variables = this.variablesFor(grads, trainableVariables);
    const pairs = variables.map((variable, i) => [grads[i], variable] as const);
    for (const [optimizer, own] of this.#divide(variables, pairs)) optimizer.applyGradients(own);
    this.stepCount.assignAdd(1);
  }

  override get movingAverages(): readonly (readonly [variable: Variable, average: Variable])[] {
    return this.#inner.flatMap((optimizer) => optimizer.movingAverages);
  }

  override finalizeVariableValues(varList: readonly Variable[]): void {
    for (const [optimizer, own] of this.#divide(varList, varList)) optimizer.finalizeVariableValues(own);
  }

  override getConfig(): Config {
    return {
      optimizer_map: serializeKerasObject(this.#choose),
      loss_scale_factor: this.lossScaleFactor,
      name: this.name,
    };
  }

  static override fromConfig(this: SerializableClass, config: Config): MultiOptimizer {
    const map = deserializeKerasObject(config['optimizer_map'], { defaultModule: 'keras.optimizers' });
    const made = Optimizer.fromConfig.call(this, { ...config, optimizer_map: map });
    return made as MultiOptimizer;
  }
}

/** @file `Metric`, the base of all metrics: state in variables, updated batch by batch. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { Callable, INVOKE } from '../core/callable.js';
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { standardizeDType } from '../core/dtype.js';
import type { DTypePolicyLike } from '../core/dtype_policy.js';
import { getDTypePolicy } from '../core/dtype_policy.js';
import { NotImplementedError, refuseUnknownOptions, ValueError } from '../core/errors.js';
import { autoName } from '../core/naming.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { classNameOf, constructFromConfig } from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import { formatShape } from '../core/shape.js';
import { visitFields } from '../core/tracking.js';
import * as initializers from '../initializers/index.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { Variable, withTrace, withValues } from '../runtime/index.js';

/** Options of every metric. */
export interface MetricOptions {
  /** Name in logs. Default: the class's own, or made from the class's name (`my_metric_1`). */
  readonly name?: string | null;
  /** Dtype of state and result; of a policy, its compute dtype. Default: `floatx()`. */
  readonly dtype?: DTypePolicyLike;
}

/** Options of an update. */
export interface UpdateOptions {
  /** How much each sample counts. Its shape is that of the values, or their first axes. Default: all count 1. */
  readonly sampleWeight?: TensorLike | null;
}

/** Options of `metric.addVariable(shape, initializer, options)`. */
export interface MetricVariableOptions {
  /** Default: that of the initializer's values, `floatx()`. */
  readonly dtype?: DType | null;
  /** How replicas would be combined; kept for configs. Default `'sum'`. */
  readonly aggregation?: 'none' | 'mean' | 'sum' | 'only_first_replica' | null;
  /** The last part of the variable's path. */
  readonly name?: string | null;
}

/** Options of `metric.addWeight(options)`. */
export interface MetricWeightOptions extends MetricVariableOptions {
  /** Default `[]`: a scalar. */
  readonly shape?: Shape;
  /** Default: zeros. */
  readonly initializer?: unknown;
}

/** What a metric gives: a number (or an array of numbers), or several by name. */
export type MetricResult = Tensor | Readonly<Record<string, Tensor>>;

/**
 * A measure over many batches. `metric(yTrue, yPred, { sampleWeight })` adds a batch and gives the result so far.
 *
 * Subclasses make their state by `addVariable` in the constructor, and override `updateState` (assigns the state), `result` and
 * `getConfig`. Both are traced: they compute with ops, and whatever lasts is in variables. Metrics in fields are found by
 * themselves.
 *
 * @param options See {@link MetricOptions}.
 * @throws {ValueError} `dtype` is unknown.
 * @see `keras.metrics.Metric`
 * @example
 * class Positives extends Metric {
 *   readonly count = this.addVariable([], 'zeros', { name: 'count' });
 *   override updateState(yTrue: TensorLike) { this.count.assignAdd(ops.sum(ops.cast(yTrue, this.dtype))); }
 *   override result() { return this.count.value; }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class Metric extends Callable {
  static readonly positional: readonly string[] = [];
  readonly name: string;
  /** Dtype of the state and of the result. */
  readonly dtype: DType;
  /** Whether more is better; null: not known. Read by callbacks that monitor the metric. */
  readonly direction: 'up' | 'down' | null = null;
  readonly #variables: Variable[] = [];

  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { name, dtype, ...rest } = options;
    super();
    const className = classNameOf(this);
    refuseUnknownOptions(className, rest, ['name', 'dtype']);
    if (name !== undefined && name !== null && typeof name !== 'string')
      throw new ValueError(`${className}: name=${describe(name)}. Expected a string.`);
    this.name = name ? name : autoName(className);
    this.dtype = getDTypePolicy(dtype ?? floatx()).computeDtype;
  }

  protected override [INVOKE](...args: unknown[]): MetricResult {
    this.updateState(...args);
    const result: unknown = this.result();
    return result instanceof Variable ? result.value : (result as MetricResult);
  }

  /** Add a batch. Most metrics take `(yTrue, yPred, { sampleWeight })`, `Mean` and `Sum` take `(values, { sampleWeight })`. */
  updateState(..._args: unknown[]): void {
    throw new NotImplementedError(`Metric ${classNameOf(this)} does not have an updateState() method.`);
  }

  /** The measure over all batches since the last reset. */
  result(): MetricResult {
    throw new NotImplementedError(`Metric ${classNameOf(this)} does not have a result() method.`);
  }

  /** Forget all batches: every variable becomes 0. */
  resetState(): void {
    for (const variable of this.variables) variable.assign(ops.zeros(variable.shape, { dtype: variable.dtype }));
  }

  /** Run `fn` on other values of the variables, which are then put back. */
  #stateless<R>(values: readonly TensorLike[], fn: () => R): R {
    const { variables } = this;
    if (values.length !== variables.length)
      throw new ValueError(
        `Metric '${this.name}': got ${values.length} values for ${variables.length} variables. Expected one for each, in the order of \`variables\`.`,
      );
    return withValues(variables, values, fn);
  }

  /** The state after an update of the state `metricVariables`. The metric itself stays as it is. @throws {ValueError} Too many values or too few. */
  statelessUpdateState(metricVariables: readonly TensorLike[], ...args: readonly unknown[]): Tensor[] {
    return this.#stateless(metricVariables, () => {
      this.updateState(...args);
      return this.variables.map((variable) => variable.value);
    });
  }

  /** The result for the state `metricVariables`. @throws {ValueError} Too many values or too few. */
  statelessResult(metricVariables: readonly TensorLike[]): MetricResult {
    return this.#stateless(metricVariables, () => this.result());
  }

  /** The state after a reset. */
  statelessResetState(): Tensor[] {
    return this.#stateless(
      this.variables.map((variable) => variable.value),
      () => {
        this.resetState();
        return this.variables.map((variable) => variable.value);
      },
    );
  }

  /**
   * Make a state variable and own it. Also takes one options object: `addVariable({ shape, initializer, name })`.
   *
   * @param shape Sizes, all known.
   * @param initializer Of the first value; id, object or function. Default for null: zeros.
   * @throws {ValueError} A size is not known.
   */
  addVariable(shape: Shape, initializer?: unknown, options?: MetricVariableOptions): Variable;
  addVariable(options: MetricWeightOptions): Variable;
  addVariable(
    first: Shape | MetricWeightOptions,
    initializer: unknown = null,
    options: MetricVariableOptions = {},
  ): Variable {
    options = checkedOptions('addVariable', options, arguments, 2, ['dtype', 'aggregation', 'name']);
    if (!Array.isArray(first)) return this.addWeight(first as MetricWeightOptions);
    return this.addWeight({ ...options, shape: first as Shape, initializer });
  }

  /** Make a state variable and own it, by options alone. */
  addWeight(options: MetricWeightOptions = {}): Variable {
    options = checkedOptions('addWeight', options, arguments, 0, [
      'shape',
      'initializer',
      'dtype',
      'aggregation',
      'name',
    ]);
    const { shape = [], initializer, dtype, aggregation = 'sum', name, ...rest } = options;
    const owner = `Metric '${this.name}'`;
    refuseUnknownOptions(`${owner} (addWeight)`, rest, ['shape', 'initializer', 'dtype', 'aggregation', 'name']);
    if (shape.some((dim) => !Number.isInteger(dim) || dim < 0))
      throw new ValueError(`${owner}: a variable of shape ${formatShape(shape)}. All sizes must be known.`);
    const wanted = dtype ? standardizeDType(dtype, owner) : floatx();
    const start = initializers.get(initializer ?? 'zeros')!;
    const variable = withTrace(
      null,
      () =>
        new Variable(start, { shape, dtype: wanted, trainable: false, aggregation, synchronization: 'on_read', name }),
    );
    variable.path = `${this.name.replaceAll('/', '>')}/${variable.name}`;
    this.#variables.push(variable);
    return variable;
  }

  /** All state, own variables first, then those of metrics inside. */
  get variables(): Variable[] {
    const own = new Set(this.#variables);
    const metrics = new Set<Metric>();
    visitFields(this, (value) => {
      if (value instanceof Variable) own.add(value);
      else if (value instanceof Metric) metrics.add(value);
    });
    return [...new Set([...own, ...[...metrics].flatMap((metric) => metric.variables)])];
  }

  /** The options from which `fromConfig` makes the metric anew, in Keras's names. */
  getConfig(): Config {
    return { name: this.name, dtype: this.dtype };
  }

  /** A metric from its config. */
  static fromConfig(this: SerializableClass, config: Config): Metric {
    return constructFromConfig(this as SerializableClass<Metric>, config);
  }

  override toString(): string {
    return `<${classNameOf(this)} name=${this.name}>`;
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export interface Metric {
  <R = Tensor>(...args: readonly unknown[]): R;
}

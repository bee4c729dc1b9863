/** @file `Trainer`: compile, steps, fit, evaluate, predict. The base of `Model`. The loops themselves: loops.ts. */
import { checkedOptions } from '../core/arguments.js';
import type { History } from '../callbacks/index.js';
import { adviseOnce, adviseSuccessor } from '../core/advice.js';
import { floatx } from '../core/config.js';
import { describe } from '../core/describe.js';
import { isFloat } from '../core/dtype.js';
import { refuseUnknownOptions, RuntimeError, ValueError } from '../core/errors.js';
import { setOwn } from '../core/lookup.js';
import type { NDArray } from '../core/ndarray.js';
import type { Config } from '../core/serialization.js';
import { classNameOf, deserializeKerasObject, serializeKerasObject } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import type { ArrayCounts, AnyBatch, DataLike, DataSource, TensorTree } from '../data/index.js';
import { isArrayData, isDataset, withOpenData } from '../data/index.js';
import { withOrigin } from '../graph/origin.js';
import { Layer } from '../layers/layer.js';
import type { Returned } from '../layers/layer_types.js';
import { stateless } from '../layers/stateless.js';
import { Mean, type Metric, type MetricResult } from '../metrics/index.js';
import * as ops from '../ops/index.js';
import * as optimizers from '../optimizers/index.js';
import { LossScaleOptimizer, type Optimizer } from '../optimizers/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { toTensor, valueAndGrad } from '../runtime/index.js';
import { CompileLoss } from './compile_loss.js';
import { CompileMetrics } from './compile_metrics.js';
import type { FitRun } from './fit_run.js';
import * as loops from './loops/index.js';
import type {
  CompileOptions,
  EvaluateOptions,
  FitOptions,
  LossLike,
  PredictOptions,
  Scores,
  TestOnBatchOptions,
  TrainOnBatchOptions,
} from './options.js';
import { packState, PackedState, type StatePart } from './model_state.js';
import {
  COMPILE_OPTIONS,
  EVALUATE_OPTIONS,
  FIT_GENERATOR_OPTIONS,
  FIT_OPTIONS,
  OLDER_COMPILE_OPTIONS,
  PREDICT_OPTIONS,
} from './options.js';
import type { Profile, ProfileOptions } from './profile.js';
import { PROFILE_OPTIONS } from './profile.js';
import { TrainingSession } from './session.js';
import { keepingValues, samplesOf } from './step_tensors.js';

/** What a step gives: losses and metrics by name. */
export type StepLogs = Readonly<Record<string, number | MetricResult>>;

/** What `computeLoss` is given. */
export interface ComputeLossArguments {
  readonly x?: TensorTree;
  readonly y?: TensorTree;
  readonly yPred?: TensorTree;
  readonly sampleWeight?: TensorTree;
  readonly training?: boolean;
}

/**
 * A layer that can be trained.
 *
 * `trainStep`, `testStep`, `predictStep`, `computeLoss` and `computeMetrics` may be overridden. They are ordinary code over ops: they run
 * once for each form of batch, and become programs.
 *
 * @see `keras.Model`
 */
export class Trainer extends Layer {
  /** What `compile` was given. */
  loss: LossLike = null;
  /** Whether `compile` was called. */
  compiled = false;
  /** Set to true, by a callback say, to end `fit` after the batch or epoch at hand. */
  stopTraining = false;
  /** Set to true to end `evaluate` after the batch at hand. */
  stopEvaluating = false;
  /** Set to true to end `predict` after the batch at hand. */
  stopPredicting = false;
  /** What the last `fit` recorded. */
  history: History | null = null;
  stepsPerExecution: number | 'auto' = 'auto';
  runEagerly = false;
  /** Whether each step is watched for NaN: see `compile`. */
  debugNan = false;
  jitCompile = true;

  /** The `fit` at work, or null. */
  _run: FitRun | null = null;

  #session = new TrainingSession(this);

  // ---- compile ----

  /** The optimizer that `compile` was given. @throws {RuntimeError} `compile` was not called. */
  get optimizer(): Optimizer {
    return this.#session.optimizer;
  }
  set optimizer(optimizer: Optimizer) {
    this.#session = this.#session.withOptimizer(optimizer);
  }

  /**
   * Say how the model is trained. Nothing runs yet.
   *
   * @throws {ValueError} An id is not known, or a value is of the wrong form.
   * @throws {TypeError} An option does not exist.
   * @see `keras.Model.compile`
   * @example model.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
   */
  compile(options: CompileOptions = {}): void {
    options = checkedOptions('compile', withoutOlderOptions(options), arguments, 0, COMPILE_OPTIONS);
    const {
      optimizer = 'rmsprop',
      loss = null,
      lossWeights = null,
      metrics = null,
      weightedMetrics = null,
      runEagerly = false,
      stepsPerExecution = 'auto',
      jitCompile = 'auto',
      autoScaleLoss = true,
      sampleWeightMode = null,
      targetTensors = null,
      debugNan = false,
      ...rest
    } = options;
    refuseUnknownOptions('compile', rest, COMPILE_OPTIONS);
    if (stepsPerExecution !== 'auto' && !(Number.isInteger(stepsPerExecution) && stepsPerExecution >= 1))
      throw new ValueError(
        `compile: stepsPerExecution=${describe(stepsPerExecution)}. Expected a whole number from 1, or 'auto'.`,
      );
    checkSampleWeightMode(sampleWeightMode);
    if (!isArrayData(targetTensors))
      throw new ValueError(
        `compile: targetTensors=${describe(targetTensors)}. Expected a tensor, or a list or dict of tensors.`,
      );
    const { outputNames } = this;
    const own = optimizers.get(optimizer);
    if (own === null) throw new ValueError('compile: optimizer is null. Expected an id, a config or an optimizer.');
    const compileLoss = loss === null ? null : new CompileLoss(loss, lossWeights, outputNames);
    const compileMetrics =
      metrics === null && weightedMetrics === null ? null : new CompileMetrics(metrics, weightedMetrics, outputNames);

    // Nothing has changed before this line, so that a mistake leaves the model as it was.
    const scaled = autoScaleLoss && this.dtypePolicy.name === 'mixed_float16' ? withLossScale(own) : own;
    this.loss = loss;
    this.runEagerly = runEagerly;
    this.debugNan = debugNan;
    this.jitCompile = jitCompile === 'auto' ? !runEagerly : jitCompile && !runEagerly;
    this.stepsPerExecution = stepsPerExecution;
    this.stopTraining = false;
    this.compiled = true;
    this.#session = new TrainingSession(this, scaled, {
      loss: compileLoss,
      metrics: compileMetrics,
      lossTracker: new Mean({ name: 'loss' }),
      targetTensors,
      config: {
        optimizer: own,
        loss,
        loss_weights: lossWeights,
        metrics,
        weighted_metrics: weightedMetrics,
        run_eagerly: runEagerly,
        steps_per_execution: stepsPerExecution === 'auto' ? 1 : stepsPerExecution,
        jit_compile: this.jitCompile,
      },
    });
  }

  /** What `compile` was given, in Keras's names; empty before. */
  getCompileConfig(): Config {
    const { compiled } = this.#session;
    return compiled === null ? {} : (serializeKerasObject(compiled.config) as Config);
  }

  /** Compile as `getCompileConfig` said. A model that overrides `compile` overrides this too. */
  compileFromConfig(config: Config): void {
    if (this.compile !== Trainer.prototype.compile) {
      console.warn(
        '`compile()` was not called as part of model loading because the model overrides it. Override `getCompileConfig()` and ' +
          '`compileFromConfig(config)` as well, or call `compile()` after loading.',
      );
      return;
    }
    const made = deserializeKerasObject(config) as Config;
    const steps = made['steps_per_execution'];
    this.compile({
      optimizer: made['optimizer'] as CompileOptions['optimizer'],
      loss: made['loss'] as CompileOptions['loss'],
      lossWeights: made['loss_weights'] as CompileOptions['lossWeights'],
      metrics: made['metrics'] as CompileOptions['metrics'],
      weightedMetrics: made['weighted_metrics'] as CompileOptions['weightedMetrics'],
      runEagerly: made['run_eagerly'] === true,
      stepsPerExecution: typeof steps === 'number' && steps > 1 ? steps : 'auto',
      jitCompile: typeof made['jit_compile'] === 'boolean' ? made['jit_compile'] : 'auto',
    });
    if (this.built) this.optimizer.build(this.trainableVariables);
  }

  // ---- metrics ----

  /** The loss, the metrics of `compile`, the losses of single outputs, own metrics and those of the layers inside. */
  override get metrics(): Metric[] {
    // Models inside have metrics for their own training: they are not this one's.
    const inner = this.flattenLayers().flatMap((layer) => (layer instanceof Trainer ? [] : layer.ownMetrics));
    const { compiled } = this.#session;
    return [
      ...(compiled === null ? [] : [compiled.lossTracker]),
      ...(compiled?.metrics ? [compiled.metrics] : []),
      ...(compiled?.loss?.metrics ?? []),
      ...new Set([...this.ownMetrics, ...inner]),
    ];
  }

  /** The names of what `evaluate` gives, in its order. Metrics of outputs are known after the first batch. */
  get metricsNames(): string[] {
    // Keras 3: ['loss', 'compile_metrics']; here as Keras 2 had it: a label for each number of `evaluate`.
    const logs = new Set<string>();
    for (const metric of this.metrics) {
      if (metric instanceof CompileMetrics) metric.named.forEach(([name]) => logs.add(name));
      else logs.add(metric.name);
    }
    return this.#orderedNames([...logs]);
  }

  #orderedNames(logs: readonly string[]): string[] {
    const known = this.metrics.flatMap((metric) =>
      metric instanceof CompileMetrics ? metric.metrics.map(({ name }) => name) : [metric.name],
    );
    const present = new Set(logs);
    return [...known.filter((name) => present.has(name)), ...[...logs].sort().filter((name) => !known.includes(name))];
  }

  /** Forget what all metrics have seen. */
  resetMetrics(): void {
    for (const metric of this.metrics) metric.resetState();
  }

  /** The results of all metrics, by name. */
  getMetricsResult(): Record<string, Tensor> {
    const results: Record<string, Tensor> = {};
    for (const metric of this.metrics) {
      if (metric instanceof CompileMetrics && !metric.built) continue;
      const result = metric.result();
      const named = isDict(result) ? (result as Record<string, Tensor>) : { [metric.name]: toTensor(result) };
      for (const [name, value] of Object.entries(named)) setOwn(results, name, value);
    }
    return results;
  }

  // ---- what may be overridden ----

  /**
   * One step of training. Override it for a training of your own: compute a loss inside `valueAndGrad`, hand the gradients to the
   * optimizer, update metrics, return logs. It is traced: compute with ops, keep state in variables.
   *
   * @param data `[x, y, sampleWeight]`; null where there is none.
   * @returns Logs by name.
   * @example
   * override trainStep([x, y]: Batch) {
   *   const variables = this.trainableVariables;
   *   const [loss, gradients] = valueAndGrad(() => this.computeLoss({ x, y, yPred: this(x, { training: true }) }), variables);
   *   this.optimizer.apply(gradients, variables);
   *   return { loss };
   * }
   */
  trainStep(data: AnyBatch): StepLogs {
    const [x, y, sampleWeight] = data;
    const { optimizer, trained: variables, compiled } = this.#session;
    let yPred: TensorTree = null;
    let loss: Tensor | null = null;
    const differentiate = (): Tensor[] =>
      valueAndGrad(() => {
        yPred = this.#forward(x, true);
        loss = this.computeLoss({ x, y, yPred, sampleWeight, training: true });
        return optimizer.scaleLoss(loss);
      }, variables)[1];
    const gradients = keepingValues(variables, differentiate);
    optimizer.apply(gradients, variables);
    compiled?.lossTracker.updateState(loss!, { sampleWeight: samplesOf([x, null, null]) });
    return this.computeMetrics(x, y, yPred, { sampleWeight });
  }

  /** One step of `evaluate`. See `trainStep`. */
  testStep(data: AnyBatch): StepLogs {
    const [x, y, sampleWeight] = data;
    const yPred = this.#forward(x, false);
    const loss = this.computeLoss({ x, y, yPred, sampleWeight, training: false });
    this.#session.compiled?.lossTracker.updateState(loss, { sampleWeight: samplesOf([x, null, null]) });
    return this.computeMetrics(x, y, yPred, { sampleWeight });
  }

  /** One step of `predict`: what the model gives for `x`. */
  predictStep(data: AnyBatch): TensorTree {
    return this.#forward(data[0], false);
  }

  #forward(x: TensorTree, training: boolean): TensorTree {
    return this<TensorTree>(x as Tensor, { training });
  }

  /**
   * The loss that training makes small: the weighted sum of the losses of `compile` and of what layers added (`losses`: regularizers,
   * `addLoss`).
   *
   * @returns A scalar; 0 if there is none.
   */
  computeLoss({ y = null, yPred = null, sampleWeight = null }: ComputeLossArguments): Tensor {
    const compiled = withOrigin('loss', () => this.#session.compiled?.loss?.call(y, yPred, sampleWeight) ?? null);
    const added = this.losses.map((loss) => ops.sum(isFloat(loss.dtype) ? loss : ops.cast(loss, floatx())));
    const all = compiled === null ? added : [compiled, ...added];
    if (all.length === 0) return ops.zeros([]);
    return all.length === 1 ? all[0] : ops.sum(ops.stack(all));
  }

  /**
   * The loss for other values of the variables: a function of what it is given, without effect on the model.
   *
   * @param trainableVariables Values for `trainableVariables`, in their order.
   * @param nonTrainableVariables Values for `nonTrainableVariables`.
   * @param metricsVariables Values for `metricsVariables`.
   * @returns `[loss, [trainableVariables, nonTrainableVariables, metricsVariables]]`: the values after.
   * @throws {ValueError} A list has the wrong length.
   * @see `keras.Model.stateless_compute_loss`
   */
  statelessComputeLoss(
    trainableVariables: readonly TensorLike[],
    nonTrainableVariables: readonly TensorLike[],
    metricsVariables: readonly TensorLike[],
    options: ComputeLossArguments = {},
  ): [loss: Tensor, variables: [trainable: Tensor[], nonTrainable: Tensor[], metrics: Tensor[]]] {
    const state = { trainableVariables, nonTrainableVariables, metricsVariables };
    return stateless(this, 'statelessComputeLoss', state, ({ trainable, nonTrainable, metrics }) => {
      const loss = this.computeLoss({ training: true, ...options });
      return [loss, [trainable(), nonTrainable(), metrics()]];
    });
  }

  /** Update the metrics of `compile` and give the results of all. */
  computeMetrics(
    _x: TensorTree,
    y: TensorTree,
    yPred: TensorTree,
    { sampleWeight = null }: { readonly sampleWeight?: TensorTree } = {},
  ): StepLogs {
    return withOrigin('metrics', () => {
      this.#session.compiled?.metrics?.updateState(y, yPred, sampleWeight);
      return this.getMetricsResult();
    });
  }

  // ---- running ----

  /**
   * Train.
   *
   * @param x Arrays (a tensor, typed array or nested lists; a list or dict of these for several inputs), a generator of batches
   *   `[x, y, sampleWeight]`, a function that makes one, or a `PyDataset`.
   * @param y Targets, for arrays.
   * @returns The history: `history.loss` and so on, one number per epoch.
   * @throws {RuntimeError} `compile` was not called.
   * @throws {ValueError} The data do not fit together or do not fit the model.
   * @see `keras.Model.fit`
   */
  async fit(x: DataSource, y?: DataLike | FitOptions, options?: FitOptions): Promise<History> {
    this.#requireCompiled('fit');
    const [targets, settings] = splitArguments('fit', x, y, options, arguments, FIT_OPTIONS);
    const run = () => loops.fit(this.#session, x, this.#session.targetsFor(x, targets), settings);
    return withOpenData([x, settings.validationData], settings, run);
  }

  /**
   * Measure the loss and the metrics.
   *
   * @returns One number, or a list labelled by `metricsNames`; with `returnDict`, numbers by name.
   * @throws {RuntimeError} `compile` was not called.
   * @see `keras.Model.evaluate`
   */
  async evaluate(
    x: DataSource,
    y: DataLike | undefined,
    options: EvaluateOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  async evaluate(
    x: DataSource,
    options: EvaluateOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  async evaluate(x: DataSource, y?: DataLike | EvaluateOptions, options?: EvaluateOptions): Promise<Scores>;
  async evaluate(
    x: DataSource,
    y?: DataLike | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Scores | Record<string, number>> {
    this.#requireCompiled('evaluate');
    const [targets, settings] = splitArguments('evaluate', x, y, options, arguments, EVALUATE_OPTIONS);
    const run = () => loops.evaluate(this.#session, x, this.#session.targetsFor(x, targets), settings);
    const logs = await withOpenData([x], settings, run);
    return settings.returnDict === true ? logs : this.#flattenLogs(logs);
  }

  /**
   * What the model gives for many samples, batch by batch, joined.
   *
   * @returns A tensor; a list or dict of tensors for several outputs.
   * @see `keras.Model.predict`
   */
  async predict<R extends object | null = Returned<this['call']>>(
    x: DataSource,
    options: PredictOptions = {},
  ): Promise<NoInfer<R>> {
    options = checkedOptions('predict', options, arguments, 1, PREDICT_OPTIONS);
    const settings = options;
    return (await withOpenData([x], settings, () => loops.predict(this.#session, x, settings))) as NoInfer<R>;
  }

  /** Keras 2's name of `fit` for generators and sequences. @see `fit`; batches wait in a queue of `maxQueueSize`, 10 by default */
  async fitGenerator(generator: DataSource, options: FitOptions = {}): Promise<History> {
    adviseSuccessor('fitGenerator', 'fit');
    options = checkedOptions('fitGenerator', options, arguments, 1, FIT_GENERATOR_OPTIONS);
    return this.fit(generator, { maxQueueSize: 10, ...options });
  }

  /** Keras 2's name of `evaluate` for generators and sequences. */
  async evaluateGenerator(generator: DataSource, options: EvaluateOptions = {}): Promise<Scores> {
    adviseSuccessor('evaluateGenerator', 'evaluate');
    options = checkedOptions('evaluateGenerator', options, arguments, 1, ['steps', ...EVALUATE_OPTIONS]);
    return this.evaluate(generator, { maxQueueSize: 10, ...options });
  }

  /** Keras 2's name of `predict` for generators and sequences. */
  async predictGenerator<R extends object | null = Returned<this['call']>>(
    generator: DataSource,
    options: PredictOptions = {},
  ): Promise<NoInfer<R>> {
    adviseSuccessor('predictGenerator', 'predict');
    options = checkedOptions('predictGenerator', options, arguments, 1, ['steps', ...PREDICT_OPTIONS]);
    return this.predict<R>(generator, { maxQueueSize: 10, ...options });
  }

  /**
   * One step of training on one batch. Metrics start anew.
   *
   * @returns As `evaluate`.
   * @see `keras.Model.train_on_batch`
   */
  async trainOnBatch(
    x: DataLike,
    y: DataLike | undefined,
    options: TrainOnBatchOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  async trainOnBatch(x: DataLike, y?: DataLike, options?: TrainOnBatchOptions): Promise<Scores>;
  async trainOnBatch(
    x: DataLike,
    y: DataLike = null,
    options: TrainOnBatchOptions = {},
  ): Promise<Scores | Record<string, number>> {
    options = checkedOptions('trainOnBatch', options, arguments, 2, ['sampleWeight', 'classWeight', 'returnDict']);
    this.#requireCompiled('trainOnBatch');
    const { returnDict = false, ...rest } = options;
    const logs = await loops.trainOnBatch(this.#session, x, this.#session.targetsFor(x, y), rest);
    return returnDict ? logs : this.#flattenLogs(logs);
  }

  /**
   * Measure one batch. Metrics start anew.
   *
   * @returns As `evaluate`.
   * @see `keras.Model.test_on_batch`
   */
  async testOnBatch(
    x: DataLike,
    y: DataLike | undefined,
    options: TestOnBatchOptions & { readonly returnDict: true },
  ): Promise<Record<string, number>>;
  async testOnBatch(x: DataLike, y?: DataLike, options?: TestOnBatchOptions): Promise<Scores>;
  async testOnBatch(
    x: DataLike,
    y: DataLike = null,
    options: TestOnBatchOptions = {},
  ): Promise<Scores | Record<string, number>> {
    options = checkedOptions('testOnBatch', options, arguments, 2, ['sampleWeight', 'returnDict']);
    this.#requireCompiled('testOnBatch');
    const { returnDict = false, ...rest } = options;
    const logs = await loops.testOnBatch(this.#session, x, this.#session.targetsFor(x, y), rest);
    return returnDict ? logs : this.#flattenLogs(logs);
  }

  /** What the model gives for one batch. @see `keras.Model.predict_on_batch` */
  async predictOnBatch<R extends object | null = Returned<this['call']>>(x: DataLike): Promise<NoInfer<R>> {
    return (await loops.predictOnBatch(this.#session, x)) as NoInfer<R>;
  }

  /**
   * Find out where the time of a step goes: runs steps on the first batch and times each kernel. The model is afterwards what it was
   * before: weights, optimizer, metrics.
   *
   * @param x As `fit` takes it.
   * @param y Targets, for arrays.
   * @returns The profile; its tables are printed.
   * @throws {RuntimeError} `compile` was not called.
   * @throws {ValueError} The model runs eagerly, or the backend has no kernels to time (the interpreter).
   * @example
   * const profile = await model.profile(x, y, { batchSize: 128, steps: 3 });
   * profile.layers[0]; // the costliest
   */
  async profile(x: DataSource, y?: DataLike | ProfileOptions, options?: ProfileOptions): Promise<Profile> {
    const [targets, settings] = splitArguments('profile', x, y, options, arguments, PROFILE_OPTIONS);
    if (settings.step !== 'predict') this.#requireCompiled('profile');
    return withOpenData([x], undefined, () =>
      loops.profile(this.#session, x, this.#session.targetsFor(x, targets), settings),
    );
  }

  #requireCompiled(method: string): void {
    // Keras: a ValueError.
    if (!this.compiled)
      throw new RuntimeError(
        `Model '${this.name}': you must call compile() before ${method}(), so that there is a loss and an optimizer.`,
      );
  }

  #flattenLogs(logs: Record<string, number>): Scores {
    const values = this.#orderedNames(Object.keys(logs)).map((name) => logs[name]);
    return (values.length === 1 ? values[0] : values) as Scores;
  }

  // ---- for callbacks and the loops ----

  /** The names of the outputs, in order; null: they are not known before the model has run. */
  get outputNames(): string[] | null {
    return null;
  }

  /** Whether the model says what it computes: whether it was drawn, or has a `call`. A class that overrides the steps may have none. */
  get hasCall(): boolean {
    return true;
  }

  /** How many arrays the model takes and gives; one each where it does not say so. */
  get _arrayCounts(): ArrayCounts {
    return { inputs: 1, outputs: 1 };
  }

  /** Whether more is better ('up') of what the logs show under a name; null: not known. */
  _metricDirection(name: string): 'up' | 'down' | null {
    for (const metric of this.metrics) {
      if (metric instanceof CompileMetrics) {
        const found = metric.named.find(([full, each]) => full === name || each.name === name);
        if (found !== undefined) return found[1].direction;
      } else if (metric.name === name) return metric.direction;
    }
    return null;
  }

  // ---- state ----

  #stateParts(): { readonly model: StatePart; readonly optimizer: StatePart | null } {
    const { built, name } = this;
    if (!built)
      throw new ValueError(`Model '${name}' has no state yet: it is not built. Call it on data, or build it, first.`);
    const optimizer = this.#session.compiled === null ? null : this.optimizer;
    return {
      model: { className: classNameOf(this), variables: this.variables },
      optimizer: optimizer?.built
        ? { className: classNameOf(optimizer), variables: withoutDoubles(optimizer.variables, this.variables) }
        : null,
    };
  }

  /**
   * The state of the model as one buffer: the values of all variables (weights, states of random layers) and, once it has trained, of the
   * optimizer's. It can be sent to a worker, kept as a snapshot, or given to another model of the same layers by `setState`. Files are
   * what `save` writes: this format holds values alone, and a later version may refuse it.
   *
   * @returns A buffer of its own, which may be transferred.
   * @throws {ValueError} The model is not built.
   * @example
   * const before = model.getState();
   * await model.fit(x, y);
   * model.setState(before); // as if nothing had been trained
   */
  getState(): ArrayBuffer {
    return packState(this.#stateParts());
  }

  /**
   * Take the state that `getState` gave, here or in another model of the same layers and optimizer. A state without an optimizer (the
   * model had not trained) leaves the optimizer as it is.
   *
   * @param state A buffer, or bytes.
   * @throws {ValueError} It is no state, of another version, or of other variables. Nothing has changed then.
   */
  setState(state: ArrayBuffer | Uint8Array): void {
    const owner = `Model '${this.name}' (setState)`;
    const packed = new PackedState(state, owner);
    const { model } = this.#stateParts();
    const values = packed.valuesFor('model', model);
    const className = packed.classOf('optimizer');
    let trained: readonly Variable[] = [];
    let slots: readonly NDArray[] = [];
    if (className !== null) {
      if (this.#session.compiled === null)
        throw new ValueError(
          `${owner}: the state holds that of an optimizer (${className}). Call compile() first. Nothing was changed.`,
        );
      const { optimizer } = this;
      if (!optimizer.built && className === classNameOf(optimizer)) optimizer.build(this.trainableVariables);
      trained = withoutDoubles(optimizer.variables, this.variables);
      slots = packed.valuesFor('optimizer', { className: classNameOf(optimizer), variables: trained });
    }
    model.variables.forEach((variable, i) => variable.write(values[i]));
    trained.forEach((variable, i) => variable.write(slots[i]));
  }

  /** Steps are compiled by themselves. `force`: forget the programs, after a change that they cannot see. */
  makeTrainFunction(options: { readonly force?: boolean } = {}): void {
    const { force = false } = checkedOptions<{ readonly force?: boolean }>('makeTrainFunction', options, arguments, 0, [
      'force',
    ]);
    if (force) this.#session.forgetPrograms();
  }

  /** As `makeTrainFunction`. */
  makeTestFunction(options: { readonly force?: boolean } = {}): void {
    options = checkedOptions('makeTestFunction', options, arguments, 0, ['force']);
    this.makeTrainFunction(options);
  }

  /** As `makeTrainFunction`. */
  makePredictFunction(options: { readonly force?: boolean } = {}): void {
    options = checkedOptions('makePredictFunction', options, arguments, 0, ['force']);
    this.makeTrainFunction(options);
  }
}

/** `(x, y, options)`, or `(dataset, options)`. */
function splitArguments<O extends object>(
  owner: string,
  x: DataSource,
  y: DataLike | O | undefined,
  options: O | undefined,
  args: ArrayLike<unknown>,
  known: readonly string[],
): [DataLike, O] {
  if (args.length > 2) return [(y ?? null) as DataLike, checkedOptions(owner, options ?? {}, args, 2, known)];
  const isOptions = isDict(y) && (isDataset(x) || Object.keys(y).every((key) => known.includes(key)));
  return isOptions ? [null, y as O] : [(y ?? null) as DataLike, {} as O];
}

/** The options of compile without those of Keras 2's kwargs, which went to TensorFlow's sessions. */
function withoutOlderOptions(options: CompileOptions): CompileOptions {
  if (!isDict(options)) return options;
  const older = Object.keys(options).filter((name) => (OLDER_COMPILE_OPTIONS as readonly string[]).includes(name));
  if (older.length === 0) return options;
  adviseOnce(
    'compile kwargs',
    `compile: ${older.map((name) => `\`${name}\``).join(', ')}: there is no session or function of a backend that would take this. It is left out.`,
  );
  return Object.fromEntries(Object.entries(options).filter(([name]) => !older.includes(name)));
}

function checkSampleWeightMode(mode: unknown): void {
  const leaves = Array.isArray(mode) ? (mode as unknown[]) : isDict(mode) ? Object.values(mode) : [mode];
  for (const each of leaves) {
    if (each !== null && each !== 'temporal')
      throw new ValueError(
        `compile: sampleWeightMode=${JSON.stringify(mode)}. Expected null or 'temporal', or a list or dict of these.`,
      );
  }
  if (mode === null) return;
  adviseOnce(
    'sampleWeightMode',
    'compile: sampleWeightMode is not needed any more: sample weights of shape (samples, steps) weigh time steps by themselves.',
  );
}

const withLossScale = (optimizer: Optimizer): Optimizer =>
  optimizer instanceof LossScaleOptimizer ? optimizer : new LossScaleOptimizer(optimizer);

/** Variables that are not among others. */
const withoutDoubles = (variables: readonly Variable[], others: readonly Variable[]): Variable[] => {
  const known = new Set(others);
  return variables.filter((variable) => !known.has(variable));
};

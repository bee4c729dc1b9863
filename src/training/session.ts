/**
 * @file `TrainingSession`: a model at work. It holds what `compile` made (optimizer, loss, metrics), which variables are trained, and the
 * programs of the model's steps. The loops (loops/) run on it.
 */
import { indexChecksEnabled } from '../core/config.js';
import { RuntimeError, ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import type { Tree } from '../core/tree.js';
import type { AnyBatch, DataLike, DataSource, TensorTree } from '../data/index.js';
import { aboutBatch, isDataset } from '../data/index.js';
import type { Graph } from '../graph/index.js';
import type { Layer } from '../layers/layer.js';
import { lookOnce } from '../layers/tracking.js';
import type { Mean } from '../metrics/index.js';
import type { Optimizer } from '../optimizers/index.js';
import { withoutUpdates } from '../optimizers/optimizer.js';
import type { Tensor, Variable } from '../runtime/index.js';
import type { IndexBounds } from '../runtime/index.js';
import { abstractly, checkIndices, fetchVariables, indexBoundsOf, withTrace } from '../runtime/index.js';
import { withoutDrawingOrders } from '../random/global_state.js';
import { isResumed } from '../saving/random_state.js';
import type { CompileLoss } from './compile_loss.js';
import type { CompileMetrics } from './compile_metrics.js';
import { withNanWatch } from './nan_watch.js';
import type { Steps } from './step_programs.js';
import { StepPrograms } from './step_programs.js';
import type { StepKind } from './step_tensors.js';
import { batchTensors, rebuildBatch, traceStep } from './step_tensors.js';
import type { Trainer } from './trainer.js';

/** What `compile` makes of its options, apart from the optimizer. */
export interface CompiledParts {
  /** The losses of `compile`; null: layers alone add losses. */
  readonly loss: CompileLoss | null;
  readonly metrics: CompileMetrics | null;
  /** The mean of the total loss over the epoch. */
  readonly lossTracker: Mean;
  /** The options as `getCompileConfig` gives them. */
  readonly config: Config;
  /** Targets for arrays that come without `y`. */
  readonly targetTensors: DataLike;
}

/** Data whose first batch says what a model is built on. */
export interface FirstBatch {
  /** null: there is none. */
  peek(): Promise<AnyBatch | null>;
  /** Something: they are arrays, or one batch, where no number of a batch says more. */
  readonly whole?: unknown;
}

/** One model, with what it was compiled with. Compiling anew, or another optimizer, makes a new session with new programs. */
export class TrainingSession {
  readonly model: Trainer;
  /** Null before `compile`: then only `predict` is possible. */
  readonly compiled: CompiledParts | null;
  readonly #optimizer: Optimizer | null;
  readonly #programs = new StepPrograms();
  #bounds: { readonly state: string; readonly bounds: IndexBounds } | null = null;
  /** What the optimizer changes: the variables that are trainable when it is first used. */
  #trained: readonly Variable[] | null = null;
  /** Which layers were trainable at `compile`, or when the user was last warned of a change. */
  #trainableLayers: ReadonlyMap<Layer, boolean> | null = null;

  constructor(model: Trainer, optimizer: Optimizer | null = null, compiled: CompiledParts | null = null) {
    this.model = model;
    this.#optimizer = optimizer;
    this.compiled = compiled;
    if (compiled !== null) this.#trainableLayers = trainableFlags(layersOf(model));
  }

  /** The same with another optimizer. */
  withOptimizer(optimizer: Optimizer): TrainingSession {
    const next = new TrainingSession(this.model, optimizer, this.compiled);
    next.#trainableLayers = this.#trainableLayers;
    return next;
  }

  /** @throws {RuntimeError} `compile` was not called. */
  get optimizer(): Optimizer {
    if (this.#optimizer === null)
      throw new RuntimeError(`Model '${this.model.name}' has no optimizer before compile() is called.`);
    return this.#optimizer;
  }

  /** The variables that `trainStep` trains. */
  get trained(): readonly Variable[] {
    return this.#trained ?? this.model.trainableVariables;
  }

  /** The targets of arrays that come without: those of `compile`. */
  targetsFor(x: DataSource, y: DataLike): DataLike {
    return y === null && !isDataset(x) ? (this.compiled?.targetTensors ?? null) : y;
  }

  /** Let callbacks read the weights, the optimizer's slots and the metrics: see `fetchVariables`. */
  async fetchState(): Promise<void> {
    if (!this.#programs.needsFetch) return;
    const { variables, metricsVariables } = this.model;
    await fetchVariables(new Set([...variables, ...metricsVariables, ...(this.#optimizer?.variables ?? [])]));
  }

  /** Steps of a kind. Makes the weights, the metrics and the optimizer's slots first, with the shapes of the first batch if need be. */
  async steps(kind: StepKind, data: FirstBatch): Promise<Steps> {
    const peek = (): Promise<AnyBatch | null> => data.peek();
    const { model } = this;
    const look = (): { layers: Layer[]; state: string } =>
      lookOnce(() => {
        const layers = layersOf(model);
        return { layers, state: stateKey(layers) };
      });
    let { layers, state } = look();
    const training = kind !== 'predict';
    const unbuilt = layers.some((layer) => !layer.built);
    const loss = training && this.compiled?.loss?.built === false ? this.compiled.loss : null;
    const metrics = training && this.compiled?.metrics?.built === false ? this.compiled.metrics : null;
    if (unbuilt || metrics !== null || loss !== null) {
      // A model out of a file was built before it was saved, so that no order is spent on the first look.
      const batch = await (isResumed(model) ? withoutDrawingOrders(peek) : peek());
      if (batch === null) throw new ValueError(`Model '${model.name}': the data hold no batch.`);
      const build = (args: Tensor[]): void => {
        if (!model.hasCall) {
          // The step itself says what is computed. Its gradients may be of too few variables yet: nothing is trained.
          withoutUpdates(() => this.#step(kind, rebuildBatch(batch, args)));
          model.built = true;
          return;
        }
        const [x, y] = rebuildBatch(batch, args);
        const yPred = model<TensorTree>(x as Tensor, { training: false });
        withTrace(null, () => {
          metrics?.build(y, yPred);
          loss?.build(y, yPred);
        });
      };
      try {
        abstractly('the first look at the model', batchTensors(batch), build);
      } catch (error) {
        throw data.whole === undefined ? aboutBatch(error, batch, 0) : error;
      }
    }
    if (unbuilt) ({ layers, state } = look());
    if (training) {
      this.#warnOfTrainable(layers);
      this.#trained ??= model.trainableVariables;
      if (!this.optimizer.built) this.optimizer.build(this.#trained);
    }
    const step = (batch: AnyBatch): Tree<unknown> => this.#step(kind, batch);
    const plain = this.#programs.steps(kind, state, step, model.runEagerly);
    const steps = model.debugNan
      ? withNanWatch(plain, {
          kind,
          step,
          variables: () => [...model.variables, ...model.metricsVariables, ...(this.#optimizer?.variables ?? [])],
          trained: () => this.trained,
        })
      : plain;
    if (!indexChecksEnabled() || model.runEagerly || !layers.some((layer) => 'checksIndices' in layer)) return steps;
    const bounds = await this.#indexBounds(kind, state, peek);
    return bounds.every((each) => each.length === 0) ? steps : withCheckedIndices(steps, bounds);
  }

  /** What the model demands of the ids in a batch. */
  async #indexBounds(kind: StepKind, state: string, peek: () => Promise<AnyBatch | null>): Promise<IndexBounds> {
    const { model } = this;
    const key = model.hasCall ? state : `${kind} ${state}`;
    const known = this.#bounds?.state === key ? this.#bounds.bounds : null;
    if (known !== null) return known;
    const batch = await peek();
    if (batch === null) return [];
    const bounds = abstractly('the look at the ids', batchTensors(batch), (args) =>
      indexBoundsOf(args, () => {
        try {
          const given = rebuildBatch(batch, args);
          if (model.hasCall) model<TensorTree>(given[0] as Tensor, { training: false });
          else withoutUpdates(() => this.#step(kind, given));
        } catch {
          // A model whose steps do more than call it on x says what is wrong, if anything, when its step runs.
        }
      }),
    );
    this.#bounds = { state: key, bounds };
    return bounds;
  }

  #step(kind: StepKind, batch: AnyBatch): Tree<unknown> {
    if (kind === 'train') return this.model.trainStep(batch);
    return kind === 'test' ? this.model.testStep(batch) : this.model.predictStep(batch);
  }

  /** The operations of a step on batches like this one. */
  graphOf(kind: StepKind, batch: AnyBatch): Graph {
    return traceStep(kind, (given) => this.#step(kind, given), batch).traced.graph;
  }

  /** What is left to do at the end of `fit`. */
  finish(): void {
    this.optimizer.finalizeVariableValues(this.trained);
  }

  /** Forget the programs, after a change that they cannot see. */
  forgetPrograms(): void {
    this.#programs.reset();
  }

  #warnOfTrainable(layers: readonly Layer[]): void {
    const before = this.#trainableLayers;
    const changed = layers.filter((layer) => before?.has(layer) === true && before.get(layer) !== layer.trainable);
    if (changed.length === 0) return;
    console.warn(
      "A layer's `trainable` state has changed since the model was compiled. This can result in unexpected behavior, as the compiled " +
        'optimizer and loss functions may not track the correct variables. Please recompile your model (`model.compile(...)`) before ' +
        `calling \`fit()\` or \`evaluate()\` so the change takes effect. Changed layers: ${changed.map((layer) => layer.name).join(', ')}`,
    );
    this.#trainableLayers = trainableFlags(layers);
  }
}

/** Steps that look at the ids of what they are given: at each batch, or once at a whole data set. */
function withCheckedIndices(steps: Steps, bounds: IndexBounds): Steps {
  const check = (batch: AnyBatch): void => {
    batchTensors(batch).forEach((x, i) => checkIndices(x.ndarray, bounds[i] ?? []));
  };
  return {
    step: async (batch) => {
      check(batch);
      return steps.step(batch);
    },
    resident: (data) => {
      check(data.arrays);
      return steps.resident(data);
    },
    profile: (batch, count) => steps.profile(batch, count),
  };
}

const layersOf = (model: Trainer): Layer[] => [model, ...model.flattenLayers()];

const trainableFlags = (layers: readonly Layer[]): Map<Layer, boolean> =>
  new Map(layers.map((layer) => [layer, layer.trainable]));

/** What programs are compiled for: which variables there are, which train, and how they are parametrized. */
function stateKey(layers: readonly Layer[]): string {
  let key = '';
  for (const layer of layers) {
    key += layer.trainable ? ',t' : ',f';
    if (layer.constantsVersion !== 0) key += `c${layer.constantsVersion}`;
    for (const { trainable, form } of layer.ownWeights) {
      key += trainable ? '1' : '0';
      if (form !== 0) key += `p${form};`;
    }
  }
  return key;
}

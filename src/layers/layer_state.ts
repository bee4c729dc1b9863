/** @file What a layer owns: weights, the layers inside, metrics, losses. The base of `Layer`, which builds and calls. */
import { checkList } from '../core/kinds.js';
import { checkedOptions } from '../core/arguments.js';
import { itemBytes } from '../core/bytes.js';
import type { DType } from '../core/dtype.js';
import { isFloat, standardizeDType } from '../core/dtype.js';
import { currentPath, withNameScope } from '../core/name_scope.js';
import { OutOfMemoryError, ValueError } from '../core/errors.js';
import type { Shape } from '../core/shape.js';
import { formatShape, sameShape, sizeOf } from '../core/shape.js';
import type { SavedChildren } from '../core/tracking.js';
import { savedFields } from '../core/tracking.js';
import { spendOnWeight } from '../core/weight_budget.js';
import * as constraints from '../constraints/index.js';
import { REGULARIZER_OF, withOrigin } from '../graph/origin.js';
import * as initializers from '../initializers/index.js';
import { Metric } from '../metrics/index.js';
import { SeedGenerator } from '../random/index.js';
import * as regularizers from '../regularizers/index.js';
import type { TensorLike } from '../runtime/index.js';
import {
  currentStatelessScope,
  currentTrace,
  Operation,
  Tensor,
  toTensor,
  Variable,
  withTrace,
} from '../runtime/index.js';
import type { Layer } from './layer.js';
import type { WeightOptions } from './layer_types.js';
import { remembered, visitFields } from './tracking.js';

const WEIGHT_OPTIONS = [
  'shape',
  'initializer',
  'dtype',
  'trainable',
  'autocast',
  'regularizer',
  'constraint',
  'aggregation',
  'overwriteWithGradient',
  'name',
] as const satisfies readonly (keyof WeightOptions)[];

/** The part of `Layer` that owns state. */
export abstract class LayerState extends Operation {
  /** Keras's attributes for fields that are not named as their attribute in camelCase: files name layers inside of layers by them. */
  static readonly savedAs: Readonly<Record<string, string>> = {};
  /** Python's name of the class, where it is not the one by which Keras exports it. Lists in files number their layers by it. */
  static readonly savedClass: string | null = null;
  /** Whether the weights are there. */
  built = false;
  #trainable: boolean;
  readonly #trainableVariables: Variable[] = [];
  readonly #nonTrainableVariables: Variable[] = [];
  /** Those of both lists. */
  readonly #owned = new Set<Variable>();
  /** Losses that are kept by a StatelessScope. */
  readonly #collected = new WeakSet<Tensor>();
  #losses: { readonly trace: unknown; readonly loss: Tensor }[] = [];
  #constantsVersion = 0;

  constructor(name: string, trainable: boolean) {
    super(name);
    this.#trainable = trainable;
  }

  /** The dtype of the weights. */
  abstract get variableDtype(): DType;

  /** How often something has changed that programs of the layer take for constant, such as a vocabulary: they are made anew then. */
  get constantsVersion(): number {
    return this.#constantsVersion;
  }

  /** Say that such a thing has changed. */
  protected constantsChanged(): void {
    this.#constantsVersion++;
  }

  // ---- weights ----

  /**
   * Make a weight and own it.
   *
   * @throws {ValueError} The shape holds null.
   */
  addWeight(options: WeightOptions = {}): Variable {
    options = checkedOptions('addWeight', options, arguments, 0, WEIGHT_OPTIONS);
    const { shape = [], initializer, trainable = true, autocast = true, aggregation, name } = options;
    const dtype = options.dtype ? standardizeDType(options.dtype, `Layer '${this.name}'`) : this.variableDtype;
    if (shape.some((dim) => dim === null || !Number.isInteger(dim) || dim < 0)) {
      throw new ValueError(
        `Layer '${this.name}': a weight${name ? ` '${name}'` : ''} of shape ${formatShape(shape)}. All sizes must be known.`,
      );
    }
    spendOnWeight(
      `Layer '${this.name}': the weight '${name ?? 'variable'}' (${dtype}${formatShape(shape)})`,
      sizeOf(shape as Shape) * itemBytes(dtype),
    );
    const start = initializers.get(initializer ?? (isFloat(dtype) ? 'glorot_uniform' : 'zeros'));
    const variable = withTrace(null, () => {
      try {
        return new Variable(start!, { shape: shape as Shape, dtype, trainable, autocast, aggregation, name });
      } catch (error) {
        if (!(error instanceof OutOfMemoryError)) throw error;
        const weight = `weight${name ? ` '${name}'` : ''} (${dtype}${formatShape(shape)})`;
        throw new OutOfMemoryError(`Layer '${this.name}': no memory for its ${weight}. ${error.message}`);
      }
    });
    variable.path = withNameScope(this.name, this, () => `${currentPath()}/${variable.name}`);
    variable.regularizer = regularizers.get(options.regularizer ?? null);
    variable.constraint = constraints.get(options.constraint ?? null);
    variable.overwriteWithGradient = options.overwriteWithGradient ?? false;
    this.#own(variable, trainable);
    if (!this.#trainable) variable.trainable = false;
    return variable;
  }

  /** The same as `addWeight`. */
  addVariable(options: WeightOptions = {}): Variable {
    options = checkedOptions('addVariable', options, arguments, 0, WEIGHT_OPTIONS);
    return this.addWeight(options);
  }

  // ---- losses ----

  /** Add a scalar loss, from inside `call`. It is gone at the next call. */
  addLoss(loss: TensorLike | readonly TensorLike[]): void {
    const given = Array.isArray(loss) ? (loss as readonly TensorLike[]) : [loss as TensorLike];
    const list = given.map((x) => toTensor(x, null, `Layer '${this.name}' (addLoss)`));
    const scope = currentStatelessScope();
    if (scope !== null) {
      for (const x of scope.collectLosses ? list : []) {
        scope.addLoss(x);
        this.#collected.add(x);
      }
      return;
    }
    const trace = currentTrace();
    this.#losses = this.#losses.filter((entry) => entry.trace === trace);
    for (const x of list) this.#losses.push({ trace, loss: x });
  }

  /** Scalar losses of the last call, of this layer and those inside it, and those of the weights' regularizers. */
  get losses(): Tensor[] {
    const trace = currentTrace();
    const scope = currentStatelessScope();
    const added = [this, ...this.flattenLayers()].flatMap((layer) =>
      scope === null
        ? layer.#losses.filter((entry) => entry.trace === trace).map((entry) => entry.loss)
        : scope.losses.filter((loss) => layer.#collected.has(loss)),
    );
    const regularized = this.trainableWeights.flatMap(({ regularizer, stored, path }) =>
      regularizer === null ? [] : [withOrigin(REGULARIZER_OF + path, () => regularizer(stored))],
    );
    return [...added, ...regularized];
  }

  /** Forget the losses of the last call. */
  clearLosses(): void {
    const scope = currentStatelessScope();
    for (const layer of [this, ...this.flattenLayers()]) {
      if (scope !== null) scope.losses = scope.losses.filter((loss) => !layer.#collected.has(loss));
      else layer.#losses = [];
    }
  }

  // ---- what the layer owns ----

  /** The variables, layers, metrics and seed generators in the fields. */
  get #inFields(): { variables: Variable[]; layers: Layer[]; metrics: Metric[]; seedGenerators: SeedGenerator[] } {
    // Every call of `predict` looks: most of what fields hold is none of these.
    return remembered(this, () => {
      const [variables, layers, metrics, seedGenerators] = [[], [], [], []] as [Variable[], Layer[], Metric[], SeedGenerator[]]; // prettier-ignore
      const seen = new Set<object>();
      const add = <T extends object>(list: T[], value: T): void => {
        if (seen.has(value)) return;
        seen.add(value);
        list.push(value);
      };
      visitFields(this, (value) => {
        if (value instanceof Variable) add(variables, value);
        else if (value instanceof LayerState) add(layers, value as unknown as Layer);
        else if (value instanceof Metric) add(metrics, value);
        else if (value instanceof SeedGenerator) add(seedGenerators, value);
      });
      return { variables, layers, metrics, seedGenerators };
    });
  }

  #own(variable: Variable, trainable: boolean): void {
    this.#owned.add(variable);
    (trainable ? this.#trainableVariables : this.#nonTrainableVariables).push(variable);
  }

  /** The weights that this layer itself owns, trainable ones first. */
  get ownWeights(): Variable[] {
    for (const variable of this.#inFields.variables)
      if (!this.#owned.has(variable)) this.#own(variable, variable.trainable);
    return [...this.#trainableVariables, ...this.#nonTrainableVariables];
  }

  /** The layers in this layer's own fields. */
  get ownLayers(): Layer[] {
    return this.#inFields.layers;
  }

  /** The metrics in this layer's own fields. */
  get ownMetrics(): Metric[] {
    return this.#inFields.metrics;
  }

  /** All layers inside, at any depth. */
  flattenLayers(): Layer[] {
    const found = new Set<Layer>();
    // The next one is at the end.
    const waiting = [...this.ownLayers].reverse();
    for (let layer = waiting.pop(); layer !== undefined; layer = waiting.pop()) {
      if ((layer as LayerState) === this || found.has(layer)) continue;
      found.add(layer);
      waiting.push(...layer.ownLayers);
    }
    return [...found];
  }

  /** All weights: own trainable ones, own others, then those of the layers inside. */
  get weights(): Variable[] {
    return [...new Set([...this.ownWeights, ...this.ownLayers.flatMap((layer) => layer.weights)])];
  }

  /** All state: the weights and the states of seed generators. */
  get variables(): Variable[] {
    const seeds = this.#inFields.seedGenerators.map((generator) => generator.state);
    return [...new Set([...this.ownWeights, ...seeds, ...this.ownLayers.flatMap((layer) => layer.variables)])];
  }

  get trainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter((v) => v.trainable) : [];
  }

  get nonTrainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter((v) => !v.trainable) : this.weights;
  }

  get trainableVariables(): Variable[] {
    return this.trainable ? this.variables.filter((v) => v.trainable) : [];
  }

  get nonTrainableVariables(): Variable[] {
    return this.trainable ? this.variables.filter((v) => !v.trainable) : this.variables;
  }

  /** Metrics of this layer and of the layers inside. */
  get metrics(): Metric[] {
    return [...this.ownMetrics, ...this.ownLayers.flatMap((layer) => layer.metrics)];
  }

  get metricsVariables(): Variable[] {
    return this.metrics.flatMap((metric) => metric.variables);
  }

  /** Whether optimizers change the weights. Setting it sets it for the layers inside as well. */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = value;
    void this.ownWeights; // finds the variables that fields hold
    for (const variable of this.#trainableVariables) variable.trainable = value;
    for (const layer of this.ownLayers) layer.trainable = value;
  }

  /** The values of `weights`, in the same order. */
  getWeights(): Tensor[] {
    return this.weights.map((variable) => Tensor.fromArray(variable.read()));
  }

  /**
   * Set the values of all weights.
   *
   * @param values One per weight, in the order of `weights`, each of its weight's shape.
   * @throws {ValueError} Too many or too few, or one of another shape. No weight has changed then.
   */
  setWeights(values: readonly TensorLike[]): void {
    const { weights } = this;
    checkList(`Layer '${this.name}' (setWeights)`, 'values', values, 'arrays, one for each weight');
    if (weights.length !== values.length) {
      const expected = weights.map((v) => `${v.path} ${formatShape(v.shape)}`).join(', ');
      throw new ValueError(
        `Layer '${this.name}': setWeights got a list of ${values.length} weights, but the layer has ${weights.length}${
          weights.length > 0 ? `: ${expected}` : this.built ? '' : '. It is not built yet'
        }.`,
      );
    }
    const tensors = values.map((value, i) => toTensor(value, weights[i].dtype, `Layer '${this.name}' (setWeights)`));
    weights.forEach((variable, i) => {
      if (!sameShape(variable.shape, tensors[i].shape)) {
        throw new ValueError(
          `Layer '${this.name}': weight ${i}, '${variable.path}', has shape ${formatShape(variable.shape)}, but the value given has shape ${formatShape(tensors[i].shape)}.`,
        );
      }
    });
    weights.forEach((variable, i) => variable.assign(tensors[i]));
  }

  /** Number of scalars in all weights. @throws {ValueError} The layer is not built. */
  countParams(): number {
    if (!this.built) {
      throw new ValueError(
        `Layer '${this.name}': countParams needs the weights, and the layer is not built. Build it by layer.build(inputShape), or call it.`,
      );
    }
    return this.weights.reduce((total, variable) => total + variable.size, 0);
  }

  /** What saving looks through for layers with state, by Keras's attributes and in Keras's order. */
  savedChildren(): SavedChildren {
    return savedFields(this, (this.constructor as typeof LayerState).savedAs);
  }

  /** Put the layer's own weights into a store, under `'0'`, `'1'`, … Override it, with `loadOwnVariables`, to save other state. */
  saveOwnVariables(store: Record<string, TensorLike>): void {
    this.ownWeights.forEach((variable, i) => {
      store[String(i)] = Tensor.fromArray(variable.read());
    });
  }

  /** Take the layer's own weights from a store. @throws {ValueError} It holds more or fewer, or others. */
  loadOwnVariables(store: Readonly<Record<string, TensorLike>>): void {
    const variables = this.ownWeights;
    const count = Object.keys(store).length;
    if (count !== variables.length) {
      const unbuilt = this.built ? '' : ' The layer was never built.';
      throw new ValueError(
        `Layer '${this.name}' expected ${variables.length} variables (${variables.map((v) => v.name).join(', ')}), but received ${count} during loading.${unbuilt}`,
      );
    }
    variables.forEach((variable, i) => variable.assign(store[String(i)]));
  }
}

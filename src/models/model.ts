/**
 * @file `Model`: layers with training, and the models that are drawn with symbolic tensors. Stacks of layers: sequential.ts; the graph
 * itself: function_graph.ts; training: src/training.
 */
import { checkedOptions } from '../core/arguments.js';
import { INVOKE } from '../core/callable.js';
import { NotImplementedError, TypeError, ValueError } from '../core/errors.js';
import { formatJson } from '../core/json.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { classNameOf, constructFromConfig, serializeKerasObject, withCustomObjects } from '../core/serialization.js';
import type { PartialShape } from '../core/shape.js';
import type { SavedChildren } from '../core/tracking.js';
import { savedFields } from '../core/tracking.js';
import type { Tree } from '../core/tree.js';
import { flatten, isDict, mapTree } from '../core/tree.js';
import type { ArrayCounts } from '../data/index.js';
import { Layer } from '../layers/layer.js';
import type { LayerOptions, ShapeTree } from '../layers/layer_types.js';
import { isPlainArray, splitCall } from '../layers/layer_types.js';
import type { Mask, Numbers, Operation, Spec, Strings, Tensor } from '../runtime/index.js';
import { isSpec, KerasTensor, setKerasMask, tensor } from '../runtime/index.js';
import type {
  FileSource,
  FileTarget,
  LoadWeightsOptions,
  SaveModelOptions,
  SaveWeightsOptions,
} from '../saving/index.js';
import { loadWeights, saveModel, saveWeights } from '../saving/index.js';
import { Trainer } from '../training/trainer.js';
import { cloneGraphNodes, isInput } from './clone_nodes.js';
import { callOperation, graphOutputSpec, symbolsFor } from './function.js';
import { FunctionGraph } from './function_graph.js';
import { functionalConfig, functionalFromConfig, isFunctionalConfig } from './functional_config.js';
import { inputSpecsOf, standardizeInputs } from './functional_inputs.js';
import type { StateTree, VariableGroups } from './state_tree.js';
import { readStateTree, writeStateTree } from './state_tree.js';
import type { SummaryOptions } from './summary.js';
import { printSummary } from './summary.js';

/** Symbolic tensors in any structure: one, a list, a dict. */
export type SymbolicTree = Tree<KerasTensor>;

/** Tensors in the places of the KerasTensors of a model's outputs; unknown where the outputs are not. */
export type Computed<Out> = Out extends KerasTensor
  ? Tensor
  : Out extends readonly unknown[] | { readonly [key: string]: unknown }
    ? { -readonly [K in keyof Out]: Computed<Out[K]> }
    : unknown;

/** A model's outputs, flat. */
export type FlatOutputs<Out> = Out extends KerasTensor
  ? readonly [Out]
  : Out extends readonly KerasTensor[]
    ? Out
    : readonly KerasTensor[];

/** Outputs of which the type says whether they are one or several; else never. */
type Definite<Out> = [Out] extends [KerasTensor] ? Out : KerasTensor extends Out ? never : Out & SymbolicTree;

/** Options of a model. */
export type ModelOptions = Omit<LayerOptions, 'inputShape' | 'batchInputShape'>;

/** Options of `Model.fromConfig(config, options)`. */
export interface FromConfigOptions {
  /** Classes and functions by name, besides those that are registered. */
  readonly customObjects?: Readonly<Record<string, unknown>> | null;
}

/** `new Model({ inputs, outputs })`: everything in one object. */
export interface FunctionalOptions<Out = SymbolicTree> extends ModelOptions {
  /** What `Input()` gave: one, or a list or dict of them. */
  readonly inputs: SymbolicTree;
  /** What layers and ops called on the inputs gave. */
  readonly outputs: SymbolicTree extends Out ? SymbolicTree : Definite<Out>;
}

interface ParsedArguments {
  readonly graph: { readonly inputs: SymbolicTree; readonly outputs: SymbolicTree } | null;
  readonly options: ModelOptions;
}

/** The arguments of `Model`'s constructor: (inputs, outputs, options), ({inputs, outputs, …options}), or (options). */
function parseArguments(args: readonly unknown[]): ParsedArguments {
  const [first, second, third] = args;
  if (args.length >= 2 && second !== undefined) {
    const graph = { inputs: first as SymbolicTree, outputs: second as SymbolicTree };
    return { graph, options: (third as ModelOptions | undefined) ?? {} };
  }
  if (isDict(first) && 'inputs' in first && 'outputs' in first) {
    const { inputs, outputs, ...options } = first;
    return { graph: { inputs: inputs as SymbolicTree, outputs: outputs as SymbolicTree }, options };
  }
  if (isDict(first) && 'input' in first && 'output' in first)
    throw new TypeError(
      'Model: `input` and `output` are called `inputs` and `outputs` today, and come by position: new Model(inputs, outputs).',
    );
  if (first instanceof KerasTensor || Array.isArray(first))
    throw new ValueError('Model: got inputs, but no outputs. Expected new Model(inputs, outputs).');
  return { graph: null, options: (first as ModelOptions | undefined) ?? {} };
}

function checkTensors(owner: string, what: string, tree: SymbolicTree): void {
  for (const x of flatten<unknown>(tree)) {
    if (x instanceof KerasTensor) continue;
    throw new ValueError(
      `${owner}: all \`${what}\` values must be KerasTensors, as Input() and layers called on it give. Received: ${String(x)}.`,
    );
  }
}

/** The graph of a model, with new inputs in front of those that are in the middle of another model. */
function makeGraph(owner: string, inputs: SymbolicTree, outputs: SymbolicTree): FunctionGraph {
  checkTensors(owner, 'inputs', inputs);
  checkTensors(owner, 'outputs', outputs);
  if (isDict(inputs)) {
    for (const [key, x] of Object.entries(inputs)) {
      if (x instanceof KerasTensor && key !== x.name) {
        console.warn(
          `${owner}: when inputs are a dict, its keys should be the names of the tensors. The key '${key}' holds the tensor '${x.name}'. ` +
            `Give it that name: Input({ …, name: '${key}' }).`,
        );
      }
    }
  }
  const flat = flatten(inputs);
  if (new Set(flat).size !== flat.length) {
    const twice = flat.find((x, i) => flat.indexOf(x) !== i)!;
    throw new ValueError(`${owner}: the input '${twice.name}' is listed twice. Every input may be listed once.`);
  }
  if (flat.every(isInput)) return new FunctionGraph(inputs, outputs, owner);
  const cloned = cloneGraphNodes(inputs, outputs);
  return new FunctionGraph(cloned.inputs, cloned.outputs, owner);
}

/**
 * A model: layers that compute together, with `compile`, `fit`, `evaluate` and `predict`. There are three ways to make one.
 *
 * - Draw it: `new Model(inputs, outputs)`, where `inputs` come from `Input()` (or from the middle of another model) and `outputs`
 *   from layers and ops called on them. Inputs and outputs may be one tensor, lists or dicts.
 * - Stack layers: `new Sequential([...])`.
 * - Write a class: `class MyModel extends Model` with its layers in fields and the computation in `call`.
 *
 * @param inputs What `Input()` gave: one, or a list or dict of them.
 * @param outputs What layers and ops called on them gave.
 * @param options See {@link FunctionalOptions}.
 * @see `keras.Model`
 * @example
 * const x = Input({ shape: [32] });
 * const model = new Model(x, new Dense(16, { activation: 'softmax' })(x));
 */
export class Model<const Out = unknown> extends Trainer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: null, mask: null };
  readonly #graph: FunctionGraph | null = null;

  constructor(inputs: SymbolicTree, outputs: Definite<Out>, options?: ModelOptions);
  constructor(inputs: SymbolicTree, outputs: SymbolicTree, options?: ModelOptions);
  constructor(options?: ModelOptions | FunctionalOptions<Out>);
  constructor(options: FunctionalOptions);
  /**
   * @throws {ValueError} Inputs that are no KerasTensors, outputs that depend on more than the inputs, or two layers of one name.
   */
  constructor(...args: unknown[]) {
    const { graph, options } = parseArguments(args);
    if (graph !== null && new.target === Model) return new Functional(graph.inputs, graph.outputs, options);
    super(options);
    this.#graph = graph === null ? null : makeGraph(`Model '${this.name}'`, graph.inputs, graph.outputs);
    if (this.#graph !== null) {
      this.built = true;
      this.convertsInputs = false; // each input has its own dtype
      this.inputSpec = inputSpecsOf(this.#graph);
    }
  }

  /** The graph of a model that was drawn; null for stacks and classes with their own `call`. */
  get graph(): FunctionGraph | null {
    return this.#graph;
  }

  #requireGraph(what: string): FunctionGraph {
    if (this.#graph === null)
      throw new ValueError(`Model '${this.name}' was not drawn from inputs to outputs and has no defined ${what}.`);
    return this.#graph;
  }

  // ---- layers ----

  override get ownLayers(): Layer[] {
    const [drawn, held] = [this.#graphLayers(), super.ownLayers];
    return drawn.length === 0 ? held : [...new Set([...drawn, ...held])];
  }

  #graphLayers(): Layer[] {
    return this.#graph?.operations.filter((operation): operation is Layer => operation instanceof Layer) ?? [];
  }

  /** The layers of the model, from the inputs to the outputs. Those inside of inner models are theirs. */
  get layers(): Layer[] {
    return this.#graph === null ? this.ownLayers : this.#graphLayers();
  }

  /** Layers and ops of a drawn model, from the inputs to the outputs. */
  get operations(): Operation[] {
    return [...this.#requireGraph('operations').operations];
  }

  /**
   * A layer of the model.
   *
   * @param which Its name, or `{ name, index }`; `index` counts from the inputs, and wins when both are given.
   * @throws {ValueError} There is none; the message lists those that there are.
   * @see `keras.Model.get_layer`
   */
  getLayer(which: string | { readonly name?: string | null; readonly index?: number | null }): Layer {
    const { name = null, index = null } =
      typeof which === 'string' ? { name: which } : ((which as typeof which | undefined) ?? {});
    const { layers } = this;
    if (index !== null) {
      const layer = layers.at(index);
      if (layer === undefined) {
        throw new ValueError(
          `Model '${this.name}': was asked to retrieve the layer at index ${index}, but has only ${layers.length} layers.`,
        );
      }
      return layer;
    }
    if (name === null) throw new ValueError(`Model '${this.name}': getLayer needs a layer's name, or { index }.`);
    const layer = layers.find((each) => each.name === name);
    if (layer === undefined) {
      throw new ValueError(
        `Model '${this.name}': no such layer: ${name}. Existing layers are: ${layers.map((each) => each.name).join(', ')}.`,
      );
    }
    return layer;
  }

  // ---- what goes in and out ----

  /** The symbolic inputs, flat. @throws {ValueError} The model has none, being a class with its own `call`. */
  get inputs(): readonly KerasTensor[] {
    return this.#requireGraph('inputs').inputs;
  }

  /** The symbolic outputs, flat. @throws {ValueError} The model has none, being a class with its own `call`. */
  get outputs(): FlatOutputs<Out> {
    return this.#requireGraph('outputs').outputs as FlatOutputs<Out>;
  }

  /** The names of the inputs, by which data can be given as a dict. */
  get inputNames(): string[] {
    return this.inputs.map((x) => x.history?.node.operation.name ?? x.name);
  }

  /**
   * The names of the layers that make the outputs, by which targets, losses and metrics can be given as a dict; null for a model
   * whose outputs are not known beforehand.
   */
  override get outputNames(): string[] | null {
    return this.#graph?.outputs.map((x) => x.history?.node.operation.name ?? x.name) ?? null;
  }

  override get _arrayCounts(): ArrayCounts {
    if (this.#graph === null) return super._arrayCounts;
    return { inputs: this.#graph.inputs.length, outputs: this.#graph.outputs.length };
  }

  /** The symbolic inputs as they were given: a tensor, a list or a dict. */
  override get input(): KerasTensor | readonly KerasTensor[] {
    return this.#graph === null ? super.input : (this.#graph.inputsStruct as KerasTensor | readonly KerasTensor[]);
  }

  /** The symbolic outputs as they were given: a tensor, a list or a dict. */
  override get output(): KerasTensor | readonly KerasTensor[] {
    return this.#graph === null ? super.output : (this.#graph.outputsStruct as KerasTensor | readonly KerasTensor[]);
  }

  /** The shape of the input with the batch, or the list of shapes. */
  get inputShape(): PartialShape | readonly PartialShape[] {
    const shapes = this.inputs.map((x) => x.shape);
    return shapes.length === 1 ? shapes[0] : shapes;
  }

  /** The shape of the output with the batch, or the list of shapes. */
  get outputShape(): PartialShape | readonly PartialShape[] {
    const shapes = this.outputs.map((x) => x.shape);
    return shapes.length === 1 ? shapes[0] : shapes;
  }

  // ---- calls ----

  protected override [INVOKE](...given: unknown[]): unknown {
    // A list of as many lists of numbers as there are inputs holds one input each, and is no tensor.
    const [first, ...rest] = given;
    const count = this.#graph?.inputs.length ?? 1;
    const several = count > 1 && isPlainArray(first) && (first as readonly unknown[]).length === count;
    const inputs = several ? (first as readonly (Numbers | Strings)[]).map((x) => tensor(x)) : first;
    return super[INVOKE](inputs, ...rest);
  }

  /** The computation. A drawn model has one; a class of your own overrides this. */
  override call(...args: never[]): Computed<Out> {
    if (this.#graph === null)
      throw new NotImplementedError(
        `Model ${classNameOf(this)} does not have a \`call()\` method implemented. Write one, or override the step that needs none: ` +
          `trainStep for fit, testStep for evaluate and validation, predictStep for predict.`,
      );
    const { positional, options } = splitCall(args);
    return this.#runGraph(this.#graph, positional[0], options) as Computed<Out>;
  }

  override get hasCall(): boolean {
    return this.#graph !== null || this.call !== (Model.prototype.call as unknown);
  }

  #runGraph(graph: FunctionGraph, inputs: unknown, options: Readonly<Record<string, unknown>>): unknown {
    const values = standardizeInputs(graph, inputs, `Model '${this.name}'`);
    if (options['mask'] !== null && options['mask'] !== undefined) {
      flatten<Mask | null>(options['mask'] as Tree<Mask | null>).forEach((mask, i) => {
        const value = values[i];
        if (mask !== null && value) setKerasMask(value, mask);
      });
    }
    const training = (options['training'] ?? null) as boolean | null;
    const outputs = graph.run(values, (operation, args) => {
      if (training === null || !(operation instanceof Layer)) return callOperation(operation, args);
      // As in Keras, the flag of the model's call goes before one with which a layer was drawn.
      const call = splitCall(args);
      return callOperation(operation, [...call.positional, { ...call.options, training }]);
    });
    return Array.isArray(outputs) && outputs.length === 1 ? outputs[0] : outputs;
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    if (this.#graph !== null) return graphOutputSpec(this.#graph, flatten<unknown>(args[0]) as (Spec | null)[]);
    return this.computeOutputShape === Model.prototype.computeOutputShape
      ? this.dryRun(args)
      : super.computeOutputSpec(...args);
  }

  override computeOutputShape(inputShape: ShapeTree, ...others: ShapeTree[]): ShapeTree {
    if (this.#graph === null) return super.computeOutputShape(inputShape, ...others);
    const specs = graphOutputSpec(this.#graph, symbolsFor(this.#graph, inputShape));
    return mapTree(specs, (spec) => spec.shape, isSpec);
  }

  // ---- what it looks like ----

  /**
   * Print a table of the layers, their output shapes and their numbers of parameters.
   *
   * @throws {ValueError} A layer range that names no layers, or a line too short for the table.
   * @see `keras.Model.summary`
   */
  summary(options: SummaryOptions = {}): void {
    options = checkedOptions('summary', options, arguments, 0, [
      'lineLength',
      'positions',
      'printFn',
      'expandNested',
      'showTrainable',
      'layerRange',
    ]);
    printSummary(this, options);
  }

  /** The architecture as JSON text, which `modelFromJson` (and Keras's `model_from_json`) reads. */
  toJson(): string {
    return formatJson(serializeKerasObject(this));
  }

  /** The architecture as an object, for `JSON.stringify(model)`. */
  toJSON(): unknown {
    return serializeKerasObject(this);
  }

  override savedChildren(): SavedChildren {
    const optimizer: SavedChildren = this.compiled ? [['optimizer', this.optimizer]] : [];
    const { savedAs } = this.constructor as typeof Model;
    // Keras puts the layers of a graph or stack first; of other models `layers` is an attribute among the others.
    if (this.layersComeFirst) return [['layers', this.layers], ...savedFields(this, savedAs, optimizer)];
    return savedFields(this, savedAs, [...optimizer, ['layers', this.layers]]);
  }

  /** Whether files name the layers by their place among `layers`, wherever else the model holds them. */
  protected get layersComeFirst(): boolean {
    return this.#graph !== null;
  }

  /**
   * Save the model: its config, its weights, and the state of its training.
   *
   * @param place A path or handle of a file that ends in `.keras`. Left out: the bytes are returned.
   * @see `keras.Model.save`, `saving.saveModel`
   */
  async save(place: FileTarget, options?: SaveModelOptions): Promise<void>;
  async save(): Promise<Uint8Array<ArrayBuffer>>;
  async save(place?: FileTarget, options?: SaveModelOptions): Promise<Uint8Array<ArrayBuffer> | void> {
    options = checkedOptions('save', options, arguments, 1, ['overwrite', 'zipped', 'includeOptimizer']);
    return place === undefined ? saveModel(this) : saveModel(this, place, options);
  }

  /**
   * Save the weights and the state of the optimizer, without the architecture.
   *
   * @param place A path or handle of a file: `.weights.h5`, `.safetensors`, or `.weights.json` for several files (`maxShardSize`).
   * @see `keras.Model.save_weights`, `saving.saveWeights`
   */
  async saveWeights(place: FileTarget, options?: SaveWeightsOptions): Promise<void> {
    options = checkedOptions('saveWeights', options, arguments, 1, ['overwrite', 'maxShardSize', 'objectsToSkip']);
    await saveWeights(this, place, options);
  }

  /**
   * Load weights that a model of the same architecture saved. Nothing changes if they do not fit.
   *
   * @see `keras.Model.load_weights`, `saving.loadWeights`
   */
  async loadWeights(place: FileSource, options?: LoadWeightsOptions): Promise<void> {
    options = checkedOptions('loadWeights', options, arguments, 1, [
      'skipMismatch',
      'objectsToSkip',
      'byName',
      'limits',
      'onProgress',
    ]);
    await loadWeights(this, place, options);
  }

  #variableGroups(): VariableGroups {
    return {
      trainable_variables: this.trainableVariables,
      non_trainable_variables: this.nonTrainableVariables,
      optimizer_variables: this.compiled ? this.optimizer.variables : [],
      metrics_variables: this.metricsVariables,
    };
  }

  /**
   * All state of the model by the paths of its variables: `{trainable_variables: {dense: {kernel: …}}, non_trainable_variables,
   * optimizer_variables, metrics_variables}`.
   *
   * @throws {ValueError} Two variables have one path.
   * @see `keras.Model.get_state_tree`
   */
  getStateTree(): Record<string, StateTree> {
    return readStateTree(this.#variableGroups(), `Model '${this.name}'`);
  }

  /**
   * Assign what a tree of `getStateTree` holds. It may hold a part.
   *
   * @throws {ValueError} It holds what the model does not have.
   * @see `keras.Model.set_state_tree`
   */
  setStateTree(tree: Readonly<Record<string, StateTree>>): void {
    writeStateTree(this.#variableGroups(), tree, `Model '${this.name}'`);
  }

  override getConfig(): Config {
    return this.#graph !== null && takesInputsAndOutputs(this.constructor as SerializableClass)
      ? functionalConfig(this, this.#graph)
      : super.getConfig();
  }

  override getBuildConfig(): Config | null {
    return this.#graph === null ? super.getBuildConfig() : { input_shape: null };
  }

  /**
   * A model from its config.
   *
   * @param options `customObjects`: classes and functions by name, besides those that are registered.
   * @throws {ValueError} The config does not describe a model, or names a class that is not known.
   */
  static override fromConfig(this: SerializableClass, config: Config, options: FromConfigOptions = {}): Model {
    return withCustomObjects(options.customObjects, () => Model.#fromConfig(this as SerializableClass<Model>, config));
  }

  static #fromConfig(cls: SerializableClass<Model>, config: Config): Model {
    if (isFunctionalConfig(config) && takesInputsAndOutputs(cls)) {
      return functionalFromConfig(config, (inputs, outputs, options) => new cls(inputs, outputs, options));
    }
    if (cls === Functional) {
      throw new ValueError(
        `The config of a drawn model must have the keys 'layers', 'input_layers' and 'output_layers'. It has: ${Object.keys(config).join(', ')}.`,
      );
    }
    return constructFromConfig(cls, config);
  }
}

/**
 * A model that was drawn: what `new Model(inputs, outputs)` gives. Its layers are known, so that it can be copied, written and shown.
 *
 * @param inputs What `Input()` gave: one, or a list or dict of them.
 * @param outputs What layers and ops called on them gave.
 * @param options See {@link ModelOptions}.
 * @see `keras.Model`
 * @example
 * const x = Input({ shape: [4] });
 * new Functional(x, new Dense(2)(x));
 */
export class Functional<const Out = unknown> extends Model<Out> {
  constructor(inputs: SymbolicTree, outputs: Definite<Out>, options?: ModelOptions);
  constructor(inputs: SymbolicTree, outputs: SymbolicTree, options?: ModelOptions);
  constructor(inputs: SymbolicTree, outputs: SymbolicTree, options: ModelOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 2);
    if (inputs === undefined || outputs === undefined)
      throw new ValueError('Functional: `inputs` and `outputs` are needed: new Functional(inputs, outputs, { … }).');
    super(inputs, outputs, options);
  }
}

/** Whether a class's constructor takes (inputs, outputs, options) as `Model`'s does, so that a config of a graph suffices for it. */
function takesInputsAndOutputs(cls: SerializableClass): boolean {
  for (let each: unknown = cls; each !== Model && each !== Functional; each = Object.getPrototypeOf(each)) {
    if (typeof each !== 'function') return false;
    if (/\bconstructor\s*\(/.test(Function.prototype.toString.call(each))) return each.length >= 2;
  }
  return true;
}

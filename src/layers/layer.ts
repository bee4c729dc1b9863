/** @file `Layer`, the base of all layers and models: build, calls, masks, dtypes, configs. Weights and losses: layer_state.ts. */
import { describe, quote } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { INVOKE } from '../core/callable.js';
import type { DType } from '../core/dtype.js';
import { isFloat } from '../core/dtype.js';
import type { DTypePolicy, DTypePolicyLike } from '../core/dtype_policy.js';
import { getDTypePolicy, serializeDTypePolicy } from '../core/dtype_policy.js';
import { NotImplementedError, refuseUnknownOptions, TypeError, ValueError } from '../core/errors.js';
import { currentPath, withNameScope } from '../core/name_scope.js';
import { autoName, toCamelCase } from '../core/naming.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { classNameOf, constructFromConfig, registrationOf } from '../core/serialization.js';
import type { PartialShape } from '../core/shape.js';
import { requireShapes } from '../core/shape.js';
import { isRaw } from '../core/attribution.js';
import { ownerOf } from './arguments.js';
import type { Tree } from '../core/tree.js';
import { flatten, isDict, mapTree } from '../core/tree.js';
import { withOrigin } from '../graph/origin.js';
import * as ops from '../ops/index.js';
import * as regularizers from '../regularizers/index.js';
import type { Mask, Spec, TensorLike } from '../runtime/index.js';
import {
  anySymbolic,
  currentRematScope,
  FunctionalNode,
  getKerasMask,
  inferSpec,
  isSpec,
  isTypedArray,
  KerasTensor,
  nameRefusal,
  rematerialized,
  setKerasMask,
  symbolicLeaves,
  Tensor,
  toTensorOrTexts,
  Variable,
  withTrace,
} from '../runtime/index.js';
import { arrangeCall, checkNamed } from './call_form.js';
import { callContext, tellOutputs, withCallContext, withLayerAutocast } from './call_context.js';
import { assertInputCompatibility, InputSpec } from './input_spec.js';
import { requireOneTensor } from './one_tensor.js';
import type {
  ConcreteInputs,
  Drawn,
  LayerOptions,
  MaskTree,
  Returned,
  ShapeTree,
  SymbolicInputs,
} from './layer_types.js';
import { isPlainArray, mapShapes, shapesOf, splitCall } from './layer_types.js';
import { LayerState } from './layer_state.js';
import { stateless } from './stateless.js';
import { optionNames } from './option_names.js';

/**
 * A function with weights. Subclasses override `call` (the computation, over ops), `build` (makes the weights, once the input shape is
 * known) and `getConfig`.
 *
 * A layer is called like a function: `layer(x, { training: true })`. With tensors it computes; with `KerasTensor`s it becomes part of a
 * functional model. Variables, layers, metrics and seed generators in its fields (also in lists and dicts) are found by themselves, in
 * the order of the fields; private fields (`#x`) are not looked into.
 *
 * @param options See {@link LayerOptions}.
 * @see `keras.layers.Layer`
 * @example
 * class Scale extends Layer {
 *   factor!: Variable;
 *   override build() { this.factor = this.addWeight({ shape: [], initializer: 'ones', name: 'factor' }); }
 *   override call(x: Tensor) { return ops.multiply(x, this.factor); }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class Layer extends LayerState {
  /** Names of the arguments of `call` that are tensors, in order, in Keras's snake_case. */
  static readonly callArguments: readonly string[] = ['inputs'];
  /**
   * Named arguments of Keras's `call` that a drawn call fills in and configs therefore hold, with their defaults: `training` if it has
   * one, `mask` if the call takes one.
   */
  static readonly callDefaults: { readonly training?: boolean | null; readonly mask?: null } = {};
  /** Whether `call` takes the positional arguments as they are, tensors or not. */
  protected readonly allowNonTensorArguments: boolean = false;

  /** Whether float inputs are cast to the layer's dtype; models of a graph leave it to their inputs. */
  protected convertsInputs = true;

  readonly autocast: boolean;
  readonly activityRegularizer: ((output: Tensor) => Tensor) | null;
  /** What the first argument must look like; checked at each call. */
  inputSpec: Tree<InputSpec | null> | null = null;
  /** Whether the layer has no use for lists and dicts of tensors: it refuses them by name. `'each'`: so for each of its arguments. */
  protected readonly takesOneTensor: boolean | 'each' = false;
  /** Whether masks pass through the layer. By default: whether it overrides `computeMask`. */
  supportsMasking: boolean;
  /** What the options `inputShape` and `batchInputShape` said, with the batch size. */
  readonly firstLayerShape: PartialShape | null;

  #policy: DTypePolicy;
  #path: string | null = null;
  #buildShapes: readonly ShapeTree[] | null = null;
  #warnedOfMask = false;
  /** Values for the weights when they are made; Keras 2's option. */
  #firstWeights: readonly TensorLike[] | null;
  readonly #rematScope = currentRematScope();

  constructor(options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      name,
      trainable = true,
      dtype,
      autocast = true,
      activityRegularizer,
      inputDim,
      inputLength,
      inputShape = firstShape(inputLength, inputDim),
      batchInputShape,
      weights = null,
      ...rest
    } = options;
    const className = registrationOf(new.target)?.name ?? new.target.name;
    if (name !== undefined && name !== null && typeof name !== 'string')
      throw new ValueError(`${className}: name=${describe(name)}. Expected a string.`);
    if (name?.includes('/'))
      throw new ValueError(`${className}: the name '${name}' holds a '/'. Names are parts of a path and may not.`);
    super(name ?? autoName(className), trainable);
    if (Object.keys(rest).length > 0) refuseUnknownOptions(className, rest, optionNames(new.target));
    if (typeof trainable !== 'boolean')
      throw new ValueError(`${className} '${this.name}': trainable=${describe(trainable)}. Expected a boolean.`);
    this.autocast = autocast;
    this.activityRegularizer = regularizers.get(activityRegularizer ?? null);
    this.supportsMasking = this.computeMask !== Layer.prototype.computeMask;
    this.firstLayerShape = batchInputShape ?? (inputShape ? [null, ...inputShape] : null);
    this.#policy = getDTypePolicy(dtype);
    this.#firstWeights = weights;
    // Whoever calls `build`, a call of the layer or a person, gets the names, the eager weights and the flag.
    const { build } = this as { readonly build: (...shapes: unknown[]) => void };
    const wrapper = (...shapes: ShapeTree[]): void => this.#build(build, shapes);
    Object.defineProperty(this, 'build', { value: wrapper, configurable: true, writable: true, enumerable: false });
  }

  // ---- what subclasses override ----

  /**
   * Make the weights. Runs once, before the first call.
   *
   * @param inputShape Shape of the first argument (or a structure of shapes). Those of further tensors follow.
   */
  build(inputShape: ShapeTree, ..._others: ShapeTree[]): void {
    const overridden = (Object.getPrototypeOf(this) as Layer).build !== Layer.prototype.build; // called by super.build()
    if (overridden || this.ownLayers.every((layer) => layer.built)) return;
    try {
      this.computeOutputSpec(mapShapes(inputShape, (shape) => new KerasTensor(shape, { dtype: this.inputDtype })));
    } catch (error) {
      console.warn(
        `Layer '${this.name}' has no build() method, and running its call() on stand-ins to build the layers inside it failed: ${String(error)}`,
      );
    }
  }

  /** The computation, on tensors. Named arguments come last: `call(x, { training, mask })`. */
  override call(..._args: never[]): unknown {
    throw new NotImplementedError(`Layer ${classNameOf(this)} does not have a call() method.`);
  }

  /** The mask of the output. By default that of the input. */
  computeMask(_inputs: unknown, previousMask: MaskTree): MaskTree {
    return previousMask;
  }

  /** The shape of the output for a shape of the input. By default `call` is run on stand-ins. */
  computeOutputShape(inputShape: ShapeTree, ...others: ShapeTree[]): ShapeTree {
    const symbols = [inputShape, ...others].map((shapes) =>
      mapShapes(shapes, (shape) => new KerasTensor(shape, { dtype: this.inputDtype })),
    );
    return mapTree(this.dryRun(symbols), (spec) => spec.shape, isSpec);
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    if (this.computeOutputShape === Layer.prototype.computeOutputShape) return this.dryRun(args);
    const { positional } = splitCall(args);
    const [first, ...others] = positional.map(shapesOf);
    const dtype = this.computeDtype;
    return mapShapes(this.computeOutputShape(first, ...others), (shape): Spec => ({ shape, dtype }));
  }

  /** Shapes and dtypes of what `call` gives for these arguments, found by running it on stand-ins. */
  protected dryRun(args: readonly unknown[]): Tree<Spec> {
    const run = (...tensors: unknown[]): unknown => (this.call as (...args: unknown[]) => unknown)(...tensors);
    return inferSpec(this.name, run, args);
  }

  /** The options from which `fromConfig` makes the layer anew, in Keras's names. */
  getConfig(): Config {
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: serializeDTypePolicy(this.#policy),
      ...(this.activityRegularizer === null
        ? {}
        : { activity_regularizer: regularizers.serialize(this.activityRegularizer) }),
    };
  }

  /** A layer from its config. */
  static fromConfig(this: SerializableClass, config: Config): Layer {
    return constructFromConfig(this as SerializableClass<Layer>, config);
  }

  // ---- building ----

  /** For layers without weights, at the end of their constructor: they are built as soon as they are made. */
  protected buildAtInit(): void {
    this.built = true;
  }

  #build(build: (...shapes: unknown[]) => void, shapes: ShapeTree[]): void {
    const called = `${ownerOf(this)}: build`;
    requireShapes(called, shapes);
    try {
      withNameScope(this.name, this, () => {
        this.#path = currentPath();
        withTrace(null, () => build.apply(this, shapes));
      });
    } catch (error) {
      if (isRaw(error)) requireShapes(called, shapes, true);
      throw error;
    }
    this.#buildShapes = shapes;
    this.built = true;
    const weights = this.#firstWeights;
    this.#firstWeights = null;
    if (weights !== null) withTrace(null, () => this.setWeights(weights));
  }

  /** Where the layer stands: `"sequential/dense"`. Null before it is built. */
  get path(): string | null {
    return this.#path;
  }

  /** What `buildFromConfig` needs to make the weights, or null. */
  getBuildConfig(): Config | null {
    const shapes = this.#buildShapes;
    if (shapes === null || shapes.length === 0) return null;
    if (shapes.length === 1) return { input_shape: shapes[0] };
    const names = (this.constructor as typeof Layer).callArguments;
    return { shapes_dict: Object.fromEntries(shapes.map((shape, i) => [`${names[i] ?? `arg${i}`}_shape`, shape])) };
  }

  /** Build with the shapes that `getBuildConfig` gave. */
  buildFromConfig(config: Config | null): void {
    if (!config) return;
    if ('input_shape' in config) this.build(config['input_shape'] as ShapeTree);
    else if (isDict(config['shapes_dict'])) {
      const dict = config['shapes_dict'] as Record<string, ShapeTree>;
      const names = (this.constructor as typeof Layer).callArguments.map((name) => `${name}_shape`);
      const [first, ...others] = names.every((name) => !Object.hasOwn(dict, name))
        ? Object.values(dict)
        : names.map((name) => dict[name]);
      this.build(first, ...others);
    }
  }

  // ---- calling ----

  /**
   * What `call` gives for other values of the variables: a function of what it is given, without effect on the layer (but that the losses
   * of its last call are forgotten).
   *
   * @param trainableVariables Values for `trainableVariables`, in their order.
   * @param nonTrainableVariables Values for `nonTrainableVariables`: statistics, and the states of seed generators.
   * @param args The arguments of `call`; in the last one, `returnLosses` asks for the losses as well.
   * @returns `[outputs, nonTrainableVariables]`, the values after the call; and the losses, if asked for.
   * @throws {ValueError} The layer is not built, or a list has the wrong length.
   * @see `keras.Layer.stateless_call`
   * @example
   * const { trainableVariables, nonTrainableVariables } = model;
   * const [outputs, after] = model.statelessCall(trainableVariables, nonTrainableVariables, x);
   */
  statelessCall<R extends object | null = Returned<this['call']>>(
    trainableVariables: readonly TensorLike[],
    nonTrainableVariables: readonly TensorLike[],
    ...args: [...unknown[], { readonly returnLosses: true; readonly [option: string]: unknown }]
  ): [outputs: NoInfer<R>, nonTrainableVariables: Tensor[], losses: Tensor[]];
  statelessCall<R extends object | null = Returned<this['call']>>(
    trainableVariables: readonly TensorLike[],
    nonTrainableVariables: readonly TensorLike[],
    ...args: readonly unknown[]
  ): [outputs: NoInfer<R>, nonTrainableVariables: Tensor[]];
  statelessCall(
    trainableVariables: readonly TensorLike[],
    nonTrainableVariables: readonly TensorLike[],
    ...args: readonly unknown[]
  ): unknown[] {
    if (!this.built) {
      throw new ValueError(
        `Layer '${this.name}' (statelessCall): the layer has no variables yet. Build it first, by calling it on data or by build(shape).`,
      );
    }
    const { positional, options } = splitCall(args);
    const { returnLosses = false, ...named } = options;
    const inputs = positional.map((x) =>
      mapTree<unknown, unknown>(
        x,
        (leaf) =>
          isTypedArray(leaf) || isPlainArray(leaf) ? toTensorOrTexts(leaf as TensorLike, `Layer '${this.name}'`) : leaf,
        isPlainArray,
      ),
    );
    return stateless(this, 'statelessCall', { trainableVariables, nonTrainableVariables }, ({ nonTrainable }) => {
      this.clearLosses();
      // As in Keras it is `call` itself: what a call does around it (casts, masks of the inputs) is left out.
      const given = Object.keys(named).length > 0 ? [...inputs, named] : inputs;
      const outputs = (this.call as (...args: unknown[]) => unknown)(...given);
      const losses = returnLosses === true ? [this.losses] : [];
      this.clearLosses();
      return [outputs, nonTrainable(), ...losses];
    });
  }

  protected override [INVOKE](...given: unknown[]): unknown {
    const [first] = given;
    try {
      return this.#invoke(given);
    } catch (error) {
      nameRefusal(error, ownerOf(this));
      if ((first !== null && first !== undefined) || !isRaw(error)) throw error;
      throw new TypeError(`${ownerOf(this)}: called with ${describe(first)}. Expected a tensor.`, { cause: error });
    }
  }

  #invoke(given: unknown[]): unknown {
    const split = splitCall(given);
    const positional: unknown[] = split.positional.map((x) =>
      mapTree<unknown, unknown>(x, (leaf) => this.#convertInput(leaf), isPlainArray),
    );
    const options: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(split.options))
      options[key] = mapTree(value, (leaf) => (isTensorish(leaf) ? this.#convertInput(leaf) : leaf));
    this.#checkArguments(positional, split.positional);
    checkNamed(`Layer '${this.name}'`, this, split.options, this.#argumentNames());
    if (!this.built) this.#buildForCall(positional, options);

    const outer = callContext();
    if (outer === null) this.clearLosses();
    const training = (options['training'] ?? outer?.training ?? null) as boolean | null;
    if (training === null) delete options['training'];
    else options['training'] = training;
    this.#populateMasks(positional, options);
    const previousMask = (options['mask'] ?? mapTree(positional[0], (x) => getKerasMask(x))) as MaskTree;

    const symbolic = anySymbolic([...positional, options]);
    const float = isFloat(this.computeDtype);
    // Inner layers inherit the flag. Keras: siblings called later in the same outer call inherit it too; here they do not.
    const outputs = withCallContext({ training }, () =>
      withNameScope(this.name, this, () =>
        withLayerAutocast(
          this.autocast && float ? this.computeDtype : null,
          this.computeDtype !== this.variableDtype,
          () => {
            const args = arrangeCall(this, positional, options);
            if (symbolic) return this.#draw(args);
            const call = (...given: unknown[]): unknown => (this.call as (...args: unknown[]) => unknown)(...given);
            return withOrigin(currentPath(), () => rematerialized(this.#rematScope, this, call)(...args));
          },
        ),
      ),
    );
    this.built = true;
    tellOutputs(this, outputs);
    if (!symbolic) this.#regularizeActivity(outputs);
    this.#passMask(positional[0], outputs, previousMask);
    if (symbolic) new FunctionalNode(this, this.#recordedCall(given), flatten(outputs as Tree<KerasTensor>));
    return outputs;
  }

  /**
   * The arguments of a drawn call as the graph keeps them. As in Keras, what the call fills in (the mask, a `training` that is false
   * by default) is kept if the arguments went through as they were: it then is part of the graph.
   */
  #recordedCall(given: readonly unknown[]): readonly unknown[] {
    const [input] = given;
    const { positional, options } = splitCall(given);
    const unchanged = given.length === 1 && input instanceof KerasTensor && input.dtype === this.inputDtype;
    if (this.convertsInputs && !unchanged) return given;
    const { callDefaults } = this.constructor as typeof Layer;
    const recorded: Record<string, unknown> = { ...options };
    const training = callContext()?.training ?? callDefaults.training ?? null;
    if ('training' in callDefaults && training !== null) recorded['training'] ??= training;
    if ('mask' in callDefaults) recorded['mask'] ??= mapTree(input, (x) => getKerasMask(x));
    return Object.keys(recorded).length > 0 ? [...positional, recorded] : given;
  }

  #draw(args: readonly unknown[]): Tree<KerasTensor> {
    // A layer that states its shapes would find out when it runs.
    const texts = symbolicLeaves(args).find(({ dtype }) => dtype === 'string');
    if (texts !== undefined && this.inputDtype !== 'string' && this.ownLayers.length === 0) {
      try {
        this.dryRun(args);
      } catch (error) {
        nameRefusal(error, ownerOf(this), texts.shape);
        throw error;
      }
    }
    const specs = this.computeOutputSpec(...args);
    return mapTree(specs, (spec) => new KerasTensor(spec.shape, { dtype: spec.dtype }), isSpec);
  }

  #convertInput(x: unknown): unknown {
    if (x === null || x === undefined) return null;
    const isPlain = typeof x === 'number' || typeof x === 'boolean' || isPlainArray(x);
    // A text alone is an input of layers that read texts; elsewhere it stands in the place of a named argument.
    if (!isTensorish(x) && !isPlain && !(typeof x === 'string' && this.inputDtype === 'string')) return x;
    if (this.allowNonTensorArguments && !isTensorish(x)) return x;
    const tensor = x instanceof KerasTensor ? x : toTensorOrTexts(x as TensorLike, `Layer '${this.name}'`);
    const wanted = this.inputDtype;
    if (!this.convertsInputs || !this.autocast || !isFloat(tensor.dtype)) return tensor;
    if (tensor.dtype === wanted || !isFloat(wanted)) return tensor;
    const mask = getKerasMask(tensor);
    const cast = tensor instanceof Tensor ? ops.cast(tensor, wanted) : new KerasTensor(tensor.shape, { dtype: wanted });
    if (mask !== null) setKerasMask(cast, mask);
    return cast;
  }

  /** Refuse a first argument of a call that this layer cannot work with. By default whatever the other checks let through will do. */
  protected checkInputs(_inputs: unknown): void {}

  #checkArguments(positional: readonly unknown[], given: readonly unknown[]): void {
    if (!this.allowNonTensorArguments) {
      for (const x of flatten<unknown>(positional)) {
        if (x === null || x instanceof Tensor || x instanceof KerasTensor) continue;
        throw new ValueError(
          `Layer '${this.name}': only tensors may be passed by position, got ${typeof x === 'function' ? 'a function or layer' : quote(x)}. ` +
            `Call it with tensors; other arguments go by name in the last argument.`,
        );
      }
    }
    const [first] = positional;
    const { inputSpec } = this;
    if (this.takesOneTensor === 'each')
      positional.forEach((x, i) => {
        if (i === 0 || x !== null) requireOneTensor(this, x, given[i], this.#argumentNames()[i] ?? null);
      });
    else if (this.takesOneTensor || (inputSpec instanceof InputSpec && !(inputSpec.optional && first === null)))
      requireOneTensor(this, first, given[0], null);
    this.checkInputs(first);
    if (this.inputSpec !== null) assertInputCompatibility(this.inputSpec, first, this.name);
  }

  #buildForCall(positional: readonly unknown[], options: Readonly<Record<string, unknown>>): void {
    const names = (this.constructor as typeof Layer).callArguments;
    const byName = names.slice(positional.length).map((name) => options[toCamelCase(name)] ?? null);
    while (byName.length > 0 && byName.at(-1) === null) byName.pop();
    const [first, ...others] = [...positional, ...byName].map(shapesOf);
    // A layer without its own build() makes the layers inside it when they are called, which is right away.
    if ((Object.getPrototypeOf(this) as Layer).build === Layer.prototype.build) {
      this.#buildShapes = [first];
      return;
    }
    this.build(first, ...others);
    if (this.inputSpec !== null) assertInputCompatibility(this.inputSpec, positional[0], this.name);
  }

  #argumentNames(): string[] {
    return (this.constructor as typeof Layer).callArguments.map(toCamelCase);
  }

  #populateMasks(positional: readonly unknown[], options: Record<string, unknown>): void {
    const masksOf = (x: unknown): unknown => {
      const masks = mapTree(x, (leaf) => getKerasMask(leaf));
      return flatten<unknown>(masks).some((mask) => mask !== null) ? masks : null;
    };
    const names = this.#argumentNames();
    // As in Keras, `mask` is filled in when there is one argument of tensors; else the masks go by the arguments' names.
    const only = positional.length === 1 && names.slice(1).every((name) => (options[name] ?? null) === null);
    if (options['mask'] === null || options['mask'] === undefined) {
      delete options['mask'];
      const mask = masksOf(positional[0]);
      if (mask !== null && only) options['mask'] = mask;
    }
    if (only) return;
    names.forEach((name, i) => {
      const key = `${name}Mask`;
      const mask = masksOf(positional[i] ?? options[name] ?? null);
      if (mask !== null && (options[key] === null || options[key] === undefined)) options[key] = mask;
    });
  }

  #passMask(inputs: unknown, outputs: unknown, previousMask: MaskTree): void {
    if (!this.supportsMasking) {
      if (!this.#warnedOfMask && flatten<unknown>(previousMask).some((mask) => mask !== null)) {
        this.#warnedOfMask = true;
        console.warn(
          `Layer '${this.name}' (of type ${classNameOf(this)}) was passed an input with a mask attached to it. However, this layer ` +
            `does not support masking and will therefore destroy the mask information. Downstream layers will not see the mask.`,
        );
      }
      return;
    }
    const tensors = flatten<Tensor | KerasTensor>(outputs as Tree<Tensor>);
    if (tensors.every((x) => getKerasMask(x) !== null)) return;
    const masks = flatten<Mask | null>(this.computeMask(inputs, previousMask));
    tensors.forEach((x, i) => {
      const mask = masks[i] ?? null;
      if (mask !== null && getKerasMask(x) === null) setKerasMask(x, mask);
    });
  }

  #regularizeActivity(outputs: unknown): void {
    if (this.activityRegularizer === null) return;
    for (const output of flatten<unknown>(outputs)) {
      if (!(output instanceof Tensor)) continue;
      const loss = this.activityRegularizer(output);
      this.addLoss(output.ndim > 0 ? ops.divideNoNan(loss, output.shape[0]) : loss);
    }
  }

  // ---- dtypes ----

  get dtypePolicy(): DTypePolicy {
    return this.#policy;
  }

  set dtypePolicy(policy: DTypePolicyLike) {
    this.#policy = getDTypePolicy(policy);
  }

  /** The dtype of the weights. */
  get dtype(): DType {
    return this.variableDtype;
  }

  /** The dtype of the weights. */
  get variableDtype(): DType {
    return this.#policy.variableDtype;
  }

  /** The dtype of the computation and of the outputs. */
  get computeDtype(): DType {
    return this.#policy.computeDtype;
  }

  /** The dtype to which float inputs are cast. */
  get inputDtype(): DType {
    return this.computeDtype;
  }

  get quantizationMode(): string | null {
    return this.#policy.quantizationMode;
  }

  // ---- the functional graph ----

  #tensorsOf(which: 'inputs' | 'outputs'): KerasTensor | readonly KerasTensor[] {
    const node = this.inboundNodes[0] as FunctionalNode | undefined;
    if (node === undefined) {
      throw new ValueError(
        `Layer '${this.name}' has never been called on a KerasTensor and thus has no defined ${which}.`,
      );
    }
    return node[which].length === 1 ? node[which][0] : node[which];
  }

  /** The symbolic input of the first call, or the list of inputs. @throws {ValueError} There was no such call. */
  get input(): KerasTensor | readonly KerasTensor[] {
    return this.#tensorsOf('inputs');
  }

  /** The symbolic output of the first call, or the list of outputs. @throws {ValueError} There was no such call. */
  get output(): KerasTensor | readonly KerasTensor[] {
    return this.#tensorsOf('outputs');
  }

  override toString(): string {
    return `<${classNameOf(this)} name=${this.name}, built=${this.built ? 'True' : 'False'}>`;
  }
}

/**
 * How a layer is called: with tensors it computes what its `call` gives, with KerasTensors it draws. Where `call` does not say what it
 * gives, a person may: `layer<[Tensor, Tensor]>(x)`. (`NoInfer`: what stands around a call must not decide what it gives, or calls
 * inside of lists would not compile.)
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export interface Layer {
  <R = Returned<this['call']>>(inputs: ConcreteInputs, ...rest: readonly unknown[]): NoInfer<R>;
  <R = Drawn<this['call']>>(inputs: SymbolicInputs, ...rest: readonly unknown[]): NoInfer<R>;
}

const isTensorish = (x: unknown): boolean =>
  x instanceof Tensor || x instanceof KerasTensor || x instanceof Variable || isTypedArray(x);

/** The shape of a sample by `inputLength` and `inputDim`. */
function firstShape(length: number | null | undefined, dim: number | null | undefined): PartialShape | null {
  if (dim === undefined || dim === null) return null;
  return length === undefined ? [dim] : [length, dim];
}

/** @file `Sequential`: a stack of layers, each of one input and one output. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { NotImplementedError, ValueError } from '../core/errors.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { classNameOf, deserializeKerasObject, serializeKerasObject } from '../core/serialization.js';
import type { PartialShape } from '../core/shape.js';
import { formatShape, sameShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { mapTree } from '../core/tree.js';
import type { ArrayCounts } from '../data/index.js';
import { InputLayer } from '../layers/core/input_layer.js';
import { Layer } from '../layers/layer.js';
import type { MaskTree, ShapeTree } from '../layers/layer_types.js';
import { isShape, splitCall } from '../layers/layer_types.js';
import type { Spec } from '../runtime/index.js';
import { getKerasMask, isSpec, KerasTensor } from '../runtime/index.js';
import type { FromConfigOptions, ModelOptions } from './model.js';
import { Functional, Model } from './model.js';

/**
 * A stack of layers. With an input shape (an `Input` first, or `inputShape` of the first layer) it is built as layers are added; without
 * one when it first sees data, or by `build(inputShape)`.
 *
 * @param layers The layers, an `Input` first if the shape is known.
 * @param options See {@link ModelOptions}.
 * @see `keras.Sequential`
 * @example
 * const model = new Sequential([Input({ shape: [16] }), new Dense(8, { activation: 'relu' }), new Dense(1)]);
 */
export class Sequential extends Model {
  /** With the `InputLayer` in front, if there is one. */
  #layers: Layer[] = [];
  #functional: Functional | null = null;

  /**
   * @param layers Layers, models, and perhaps a symbolic tensor of `Input()` first. Default: none; see `add`.
   * @throws {ValueError} Something that is no layer, or two layers of one name.
   */
  constructor(layers: readonly (Layer | KerasTensor)[] | null = null, options: ModelOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    if (layers !== null && !Array.isArray(layers))
      throw new ValueError(`Sequential '${this.name}': the layers must come as a list. Received: ${describe(layers)}.`);
    for (const layer of (layers ?? []) as readonly (Layer | KerasTensor)[]) this.add(layer, { rebuild: false });
    if (layers !== null && layers.length > 0) this.#maybeRebuild();
  }

  /**
   * Put a layer on top.
   *
   * @param options `rebuild`: build the model at once if its input shape is known. Default true.
   * @throws {ValueError} It is no layer, its name is taken, or it is a second `Input`.
   */
  add(layer: Layer | KerasTensor, options: { readonly rebuild?: boolean } = {}): void {
    const { rebuild = true } = checkedOptions<{ readonly rebuild?: boolean }>('add', options, arguments, 1, [
      'rebuild',
    ]);
    let added: unknown = layer;
    if (layer instanceof KerasTensor && layer.history?.node.operation instanceof InputLayer)
      added = layer.history.node.operation;
    if (!(added instanceof Layer)) {
      throw new ValueError(
        `Sequential '${this.name}': only instances of Layer can be added. Received: ${added instanceof KerasTensor ? added.toString() : describe(added)}. ` +
          `A symbolic tensor can only be added when it comes from Input().`,
      );
    }
    if (this.#layers.length === 0 && added.firstLayerShape !== null && !(added instanceof InputLayer))
      this.add(new InputLayer({ batchShape: added.firstLayerShape }), { rebuild: false });
    const named = this.#layers.find((each) => each.name === added.name);
    if (named !== undefined && named !== added) {
      throw new ValueError(
        `Sequential '${this.name}': all layers should have unique names. Name '${added.name}' is already the name of a layer in this ` +
          `model. Update the \`name\` option to pass a unique name.`,
      );
    }
    const [first] = this.#layers;
    if (added instanceof InputLayer && first instanceof InputLayer) {
      throw new ValueError(
        `Sequential model '${this.name}' has already been configured to use input shape ${formatShape(first.batchShape)}. ` +
          `You cannot add a different Input layer to it.`,
      );
    }
    this.#layers.push(added);
    if (rebuild) this.#maybeRebuild();
    else this.#forget();
  }

  /** Take the last layer off. @returns The layer. @throws {ValueError} There is none. */
  pop(options: { readonly rebuild?: boolean } = {}): Layer {
    const { rebuild = true } = checkedOptions<{ readonly rebuild?: boolean }>('pop', options, arguments, 0, [
      'rebuild',
    ]);
    const layer = this.#layers.pop();
    if (layer === undefined) throw new ValueError(`Sequential '${this.name}': there is no layer to pop.`);
    this.#forget();
    if (rebuild) this.#maybeRebuild();
    return layer;
  }

  #forget(): void {
    this.built = false;
    this.#functional = null;
  }

  #maybeRebuild(): void {
    this.#forget();
    if (this.#layers.length < 2) return;
    const [first] = this.#layers;
    const shape = first instanceof InputLayer ? first.batchShape : inputShapeOf(first);
    if (isShape(shape)) this.build(shape);
  }

  /**
   * Build the layers for an input shape.
   *
   * @param inputShape With the batch: `[null, 16]`.
   * @throws {ValueError} There are no layers, or the shape contradicts the `Input`.
   */
  override build(inputShape: ShapeTree): void {
    if (!isShape(inputShape)) return; // several inputs: the layers are built as they are called
    const [first] = this.#layers as (Layer | undefined)[];
    if (first === undefined)
      throw new ValueError(
        `Sequential model '${this.name}' cannot be built because it has no layers. Call \`model.add(layer)\`.`,
      );
    if (!(first instanceof InputLayer)) {
      this.#layers = [new InputLayer({ batchShape: inputShape, dtype: first.computeDtype }), ...this.#layers];
    } else if (!sameShape(first.batchShape, inputShape)) {
      throw new ValueError(
        `Sequential model '${this.name}' has already been configured to use input shape ${formatShape(first.batchShape)}. ` +
          `You cannot build it with inputShape ${formatShape(inputShape)}.`,
      );
    }
    const inputs = this.#layers[0].output as KerasTensor;
    let x: unknown = inputs;
    for (const layer of this.#layers.slice(1)) {
      try {
        x = layer(x as KerasTensor);
      } catch (error) {
        if (error instanceof NotImplementedError) return; // no shapes to be had before there are numbers
        throw error;
      }
    }
    this.#functional = new Functional(inputs, x as Tree<KerasTensor>, { name: this.name });
  }

  #requireFunctional(what: string): Functional {
    if (this.#functional === null)
      throw new ValueError(
        `Sequential model '${this.name}' has no defined ${what} yet. Start it with an Input, or build it by model.build(inputShape).`,
      );
    return this.#functional;
  }

  /** The layers that were added, without the `Input`. */
  override get layers(): Layer[] {
    return this.#layers[0] instanceof InputLayer ? this.#layers.slice(1) : [...this.#layers];
  }

  protected override get layersComeFirst(): boolean {
    return true;
  }

  override get ownLayers(): Layer[] {
    // The base's constructor asks before the field is there.
    const held = super.ownLayers;
    if (!(#layers in this)) return held;
    return held.length === 0 ? [...this.#layers] : [...new Set([...this.#layers, ...held])];
  }

  override get inputs(): readonly KerasTensor[] {
    return this.#requireFunctional('inputs').inputs;
  }

  override get outputs(): readonly KerasTensor[] {
    return this.#requireFunctional('outputs').outputs;
  }

  override get outputNames(): string[] | null {
    return this.#functional?.outputNames ?? null;
  }

  override get _arrayCounts(): ArrayCounts {
    return this.#functional?._arrayCounts ?? { inputs: 1, outputs: 1 };
  }

  override get input(): KerasTensor | readonly KerasTensor[] {
    return this.#functional === null ? super.input : this.#functional.input;
  }

  override get output(): KerasTensor | readonly KerasTensor[] {
    return this.#functional === null ? super.output : this.#functional.output;
  }

  /** The dtype of the `Input`, if there is one. */
  override get inputDtype(): typeof this.computeDtype {
    const first = #layers in this ? this.#layers[0] : undefined;
    return first instanceof InputLayer ? first.dtype : super.inputDtype;
  }

  override call(...args: never[]): unknown {
    if (this.#functional !== null) return this.#functional.call(...args);
    // Inputs in a structure: one layer after the other.
    const { positional, options } = splitCall(args);
    const { training = null, mask = null } = options as { training?: boolean | null; mask?: MaskTree };
    let x: unknown = positional[0];
    let currentMask = mask;
    for (const layer of this.layers) {
      x = layer(x as KerasTensor, { training, mask: currentMask });
      currentMask = mapTree(x, getKerasMask);
    }
    return x;
  }

  override computeOutputSpec(...args: unknown[]): Tree<Spec> {
    if (this.#functional !== null) return this.#functional.computeOutputSpec(...args);
    let specs = args[0] as Tree<Spec>;
    for (const layer of this.layers) {
      const symbols = mapTree(specs, ({ shape, dtype }) => new KerasTensor(shape, { dtype }), isSpec);
      specs = layer.computeOutputSpec(symbols);
    }
    return specs;
  }

  override computeOutputShape(inputShape: ShapeTree): ShapeTree {
    if (this.#functional !== null) return this.#functional.computeOutputShape(inputShape);
    return this.layers.reduce<ShapeTree>((shape, layer) => layer.computeOutputShape(shape), inputShape);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      name: this.name,
      layers: this.#layers.map((layer) => serializeKerasObject(layer)),
      ...(this.#functional === null ? {} : { build_input_shape: (this.#layers[0] as InputLayer).batchShape }),
    };
  }

  /** A stack from its config. @throws {ValueError} The config lacks the name or the layers. */
  static override fromConfig(this: SerializableClass, config: Config, options: FromConfigOptions = {}): Sequential {
    const { name, layers, trainable, build_input_shape: shape } = config;
    if (typeof name !== 'string' || !Array.isArray(layers)) {
      throw new ValueError(
        `A Sequential model configuration must be a dict with the keys 'name' and 'layers'. Received: ${JSON.stringify(config)}.`,
      );
    }
    const { customObjects } = options;
    const made = layers.map((layer) => deserializeKerasObject(layer, { customObjects, defaultModule: 'keras.layers' }));
    const cls = this as SerializableClass<Sequential>;
    const model = new cls(null, { name, ...(typeof trainable === 'boolean' ? { trainable } : {}) });
    for (const layer of made) {
      if (!(layer instanceof Layer))
        throw new ValueError(`The config of ${classNameOf(model)} '${name}' holds something that is no layer.`);
      model.add(layer);
    }
    if (model.#functional === null && isShape(shape) && made.length > 0) model.build(shape);
    return model;
  }
}

/** The input shape of a model that is the first layer, or null. */
function inputShapeOf(layer: Layer): PartialShape | readonly PartialShape[] | null {
  if (!(layer instanceof Model)) return null;
  try {
    return layer.inputShape;
  } catch {
    return null; // not built yet
  }
}

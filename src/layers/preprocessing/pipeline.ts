/** @file `Pipeline`: layers that prepare data, one after the other, as one layer. */
import { checkedOptions } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import { mapTree } from '../../core/tree.js';
import type { Tensor } from '../../runtime/index.js';
import { isTracing, isTypedArray, toTensor } from '../../runtime/index.js';
import { Layer } from '../layer.js';
import type { CallOptions } from '../layer_types.js';
import { CompiledCalls } from './compiled_calls.js';

/** Options of `new Pipeline(layers, options)`. */
export interface PipelineOptions {
  /** Default: made from the class's name, `pipeline_3`. */
  readonly name?: string | null;
}

type Call = (inputs: unknown, options?: CallOptions) => Tensor;

/**
 * Layers one after the other, as one layer. Outside of models the whole pipeline runs as one compiled program a batch, which makes it the
 * form for `Dataset.map`.
 *
 * Takes whatever the first layer takes (images, or a dict with labels, boxes and masks), and gives what the last one gives.
 *
 * @param layers The layers, in order.
 * @param options `name`.
 * @throws {ValueError} `layers` is no list of layers.
 * @see `keras.layers.Pipeline`
 * @example
 * const augment = new layers.Pipeline([new layers.RandomFlip('horizontal'), new layers.RandomContrast(0.2)]);
 * augment(ops.ones([8, 32, 32, 3]), { training: true }).shape // [8, 32, 32, 3]
 */
export class Pipeline extends Layer {
  static readonly positional = ['layers'];
  static override readonly callDefaults: typeof Layer.callDefaults = { training: true, mask: null };
  protected override readonly allowNonTensorArguments = true;
  protected override convertsInputs = false;
  readonly layers: readonly Layer[];
  readonly #calls = new CompiledCalls((inputs, training) => this.#run(inputs, { training }));

  constructor(layers: readonly Layer[], options: PipelineOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    const given: unknown = layers;
    const wrong: unknown = Array.isArray(given) ? given.find((layer) => !(layer instanceof Layer)) : given;
    if (wrong !== undefined)
      throw new ValueError(`Pipeline '${this.name}': layers holds ${describe(wrong)}. Expected a list of layers.`);
    this.layers = layers;
  }

  override call(inputs: unknown, { training = true, mask = null }: CallOptions = {}): Tensor {
    const tensors = mapTree<unknown, unknown>(inputs, (x) => (isTypedArray(x) ? toTensor(x) : x));
    // Masks travel with tensors from layer to layer, which arguments of programs do not carry; lists may be ragged.
    const isPlain = mask === null && !hasLists(inputs);
    if (isTracing() || !isPlain) return this.#run(tensors, { training, mask });
    return this.#calls.run(tensors, training !== false) as Tensor;
  }

  #run(inputs: unknown, options: CallOptions): Tensor {
    const { training = true, mask = null } = options;
    const [first] = this.layers;
    return this.layers.reduce<unknown>(
      (x, layer) => (layer as unknown as Call)(x, { training, ...(layer === first && mask !== null ? { mask } : {}) }),
      inputs,
    ) as Tensor;
  }

  override getConfig(): Config {
    return { layers: this.layers.map((layer) => serializeKerasObject(layer)), name: this.name };
  }

  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const { layers, name } = config;
    if (!Array.isArray(layers))
      throw new ValueError(
        `Pipeline: its config holds ${describe(layers)} as layers. Expected a list of configs of layers.`,
      );
    const made = layers.map((each) => deserializeKerasObject(each) as Layer);
    return new Pipeline(made, { name: (name ?? null) as string | null });
  }
}

const hasLists = (x: unknown): boolean =>
  Array.isArray(x) || (typeof x === 'object' && x !== null && Object.values(x).some((each) => Array.isArray(each)));

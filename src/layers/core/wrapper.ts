/** @file `Wrapper`: the base of layers around one other layer. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { classNameOf, deserializeKerasObject, serializeKerasObject } from '../../core/serialization.js';
import { ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions, ShapeTree } from '../layer_types.js';

/** The layer given, or what a message says instead. @throws {ValueError} It is no layer. */
export function requireLayer(owner: string, name: string, layer: unknown): Layer {
  if (layer instanceof Layer) return layer;
  const got = typeof layer === 'function' ? 'a function' : quote(layer);
  throw new ValueError(`${owner}: the argument ${name} is ${got}. Expected a layer.`);
}

/**
 * A layer that does something around another one, its `layer`. Not used by itself.
 *
 * @param layer The layer that is wrapped.
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} `layer` is no layer.
 * @see `keras.layers.Wrapper`
 * @example
 * class Twice extends layers.Wrapper {
 *   override call(x: Tensor): Tensor {
 *     return this.layer(this.layer(x) as Tensor) as Tensor;
 *   }
 * }
 * new Twice(new layers.Rescaling(2))([1, 2]); // [4, 8]
 */
export class Wrapper extends Layer {
  static readonly positional: readonly string[] = ['layer'];
  readonly layer: Layer;

  constructor(layer: Layer, options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    this.layer = requireLayer(ownerOf(this), 'layer', layer);
  }

  override build(inputShape: ShapeTree, ..._others: ShapeTree[]): void {
    if (!this.layer.built) this.layer.build(inputShape);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), layer: serializeKerasObject(this.layer) };
  }

  static override fromConfig(this: SerializableClass, config: Config): Layer {
    const layer: unknown = deserializeKerasObject(config['layer']);
    return Layer.fromConfig.call(this, {
      ...config,
      layer: requireLayer(classNameOf(this.prototype as object), 'layer', layer),
    });
  }
}

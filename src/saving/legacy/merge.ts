/** @file The layer `Merge` of Keras 1, and the stacks that began with one: models of several inputs. */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import type { OldObject } from './values.js';
import { isOldObject, textOr } from './values.js';

const MODES: Readonly<Record<string, string>> = {
  sum: 'Add',
  mul: 'Multiply',
  ave: 'Average',
  max: 'Maximum',
  concat: 'Concatenate',
  dot: 'Dot',
};

/** A `Merge` as the layer that took its place. @throws {ValueError} Its mode has no successor, such as a function. */
export function mergeLayer(config: Config): Config {
  const { name, mode = 'sum', concat_axis: axis = -1, dot_axes: axes = -1, mode_type: type = 'raw' } = config;
  if (type !== 'raw' || typeof mode !== 'string' || !Object.hasOwn(MODES, mode)) {
    throw new ValueError(
      `The layer '${String(name)}' is a Merge of Keras 1 with mode=${JSON.stringify(mode)}, which no later layer does. ` +
        `Modes that can be read: ${Object.keys(MODES).join(', ')}.`,
    );
  }
  const own = mode === 'concat' ? { axis } : mode === 'dot' ? { axes } : {};
  return { module: 'keras.layers', class_name: MODES[mode], config: { name, ...own }, registered_name: null };
}

/** Whether a stack begins with a `Merge` of other stacks. */
export function startsWithMerge(layers: readonly OldObject[]): boolean {
  const [first] = layers as (OldObject | undefined)[];
  return first?.class_name === 'Merge' && isDict(first.config) && Array.isArray(first.config['layers']);
}

const place = (name: string): unknown[] => [name, 0, 0, {}];

/** The layers of a stack one after the other, each with its call; an `InputLayer` in front. */
class Chain {
  readonly layers: Config[] = [];
  readonly inputs: unknown[] = [];

  add(layer: OldObject, from: readonly string[]): string {
    const config = layer.config as Config;
    const name = textOr(config['name'], `${layer.class_name.toLowerCase()}_${this.layers.length + 1}`);
    const nodes = from.length === 0 ? [] : [from.map(place)];
    this.layers.push({ class_name: layer.class_name, config: { ...config, name }, name, inbound_nodes: nodes });
    return name;
  }

  /** Adds a stack; comes back with the name of its last layer. */
  addStack(layers: readonly OldObject[]): string {
    const [first, ...others] = layers;
    let last: string;
    if (startsWithMerge(layers)) {
      const { layers: branches, ...config } = first.config as Config;
      const ends = (branches as unknown[]).filter(isOldObject).map((branch) => this.addStack(stackOf(branch)));
      last = this.add({ class_name: 'Merge', config }, ends);
    } else {
      const config = first.config as Config;
      const shape = config['batch_input_shape'];
      if (!Array.isArray(shape))
        throw new ValueError(
          `The layer '${String(config['name'])}' begins a branch of the model, but has no input shape.`,
        );
      const dtype = config['input_dtype'] ?? 'float32';
      const input = this.add(
        {
          class_name: 'InputLayer',
          config: { batch_input_shape: shape, dtype, name: `${String(config['name'])}_input` },
        },
        [],
      );
      this.inputs.push([input, 0, 0]);
      last = this.add(first, [input]);
    }
    for (const layer of others) last = this.add(layer, [last]);
    return last;
  }
}

function stackOf(branch: OldObject): readonly OldObject[] {
  if (branch.class_name !== 'Sequential') return [branch];
  const layers: unknown = isDict(branch.config) ? branch.config['layers'] : branch.config;
  return Array.isArray(layers) ? layers.filter(isOldObject) : [];
}

/** A stack that begins with a `Merge` as a drawn model of the same layers. */
export function mergeModel(
  name: string,
  layers: readonly OldObject[],
  upgradeLayer: (layer: OldObject & Config) => Config,
): Config {
  const chain = new Chain();
  const last = chain.addStack(layers);
  const config = { name, layers: chain.layers, input_layers: chain.inputs, output_layers: [[last, 0, 0]] };
  return upgradeLayer({ class_name: 'Functional', config });
}

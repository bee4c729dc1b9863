/** @file The config of a model as tfjs writes it: the layers of write_layers.ts and the lists of their calls. */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { classNameOf, serializeKerasObject } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import type { Shape } from '../../core/shape.js';
import type { Layer } from '../../layers/layer.js';
import { inputConfig, layerConfig } from './write_layers.js';

/** A tensor by the layer that makes it, the number of the layer's call, and its number among what came out. */
type Place = readonly [layer: string, call: number, output: number];

/** Layers that take their first states in one list with what they read. */
const RECURRENT = ['RNN', 'SimpleRNN', 'GRU', 'LSTM', 'Bidirectional'];
const MODELS = ['Functional', 'Sequential', 'Model'];

const nameOf = (layer: Config): string => String(layer['name'] ?? (layer['config'] as Config)['name']);

/** The tensors in a tree of arguments, and whether it holds anything else. */
function tensorsIn(tree: unknown, found: Place[]): boolean {
  if (Array.isArray(tree)) return tree.every((item) => tensorsIn(item, found));
  if (!isDict(tree)) return tree === null || tree === undefined;
  if (tree['class_name'] === '__keras_tensor__') {
    found.push((tree['config'] as { readonly keras_history: Place }).keras_history);
    return true;
  }
  // In the order in which Keras flattens.
  return Object.keys(tree)
    .sort()
    .every((key) => tensorsIn(tree[key], found));
}

/** The layers that computing masks has drawn: tfjs passes masks on by itself. */
function maskLayers(layers: readonly Config[]): ReadonlySet<string> {
  const first = (layer: Config): { readonly from: string; readonly rest: readonly unknown[] } => {
    const [node] = layer['inbound_nodes'] as readonly Config[];
    const [tensor, ...rest] = node['args'] as readonly unknown[];
    const found: Place[] = [];
    tensorsIn(tensor, found);
    return { from: JSON.stringify(found), rest };
  };
  const [masks, seen] = [new Set<string>(), new Map<string, unknown>()];
  for (const layer of layers) {
    const config = layer['config'] as Config;
    if (layer['class_name'] === 'Masking') seen.set(first(layer).from, config['mask_value']);
    if (layer['class_name'] === 'Embedding' && config['mask_zero'] === true) seen.set(first(layer).from, 0);
  }
  for (const layer of layers) {
    if (layer['class_name'] !== 'NotEqual' && layer['class_name'] !== 'Any') continue;
    const { from, rest } = first(layer);
    const isCompared = layer['class_name'] === 'NotEqual' && seen.has(from) && seen.get(from) === rest[0];
    const isJoined =
      layer['class_name'] === 'Any' && [...masks].some((name) => from === JSON.stringify([[name, 0, 0]]));
    if (isCompared || isJoined) masks.add(nameOf(layer));
  }
  return masks;
}

const isMaskOf = (value: unknown, masks: ReadonlySet<string>): boolean => {
  const found: Place[] = [];
  return tensorsIn(value, found) && found.length === 1 && masks.has(found[0][0]);
};

const lacks = (layer: Config, what: string): ValueError =>
  new ValueError(
    `saveModel: the layer '${nameOf(layer)}' (${String(layer['class_name'])}) is called with ${what}, which TensorFlow.js does not ` +
      'have. Save as .keras.',
  );

/** What keeps a layer from being used behind a mask: tfjs repeats the last output where Keras has zeros; null: nothing. */
function refusesMask(layer: Config): string | null {
  const config = layer['config'] as Config;
  const inner = isDict(config['layer']) ? (config['layer']['config'] as Config) : config;
  const differs = inner['zero_output_for_mask'] === true && inner['return_sequences'] === true;
  return differs ? 'a mask while it returns sequences with zeros where the mask is false' : null;
}

/** A call as tfjs has it: the list of its tensors, with the named arguments behind each. */
function callOf(layer: Config, node: Config, masks: ReadonlySet<string>, placed: (place: Place) => Place): unknown[] {
  const className = String(layer['class_name']);
  const refuse = (what: string): ValueError => lacks(layer, what);
  const [args, kwargs] = [node['args'] as readonly unknown[], node['kwargs'] as Config];
  const places: Place[] = [];
  const { initial_state: state = null, training = null, ...others } = kwargs;
  const more = args.slice(1);
  if (!tensorsIn(args[0], places)) throw refuse('something that is no tensor');
  const extra: Place[] = [];
  if (!tensorsIn([...more, state], extra)) throw refuse('something that is no tensor');
  if (extra.length > 0 && !RECURRENT.includes(className)) throw refuse('several arguments');
  for (const [key, value] of Object.entries(others))
    if (key === 'mask' && isMaskOf(value, masks)) {
      const why = refusesMask(layer);
      if (why !== null) throw refuse(why);
    } else if (value !== null && value !== false)
      throw refuse(`${key}=${isDict(value) ? 'a tensor' : JSON.stringify(value)}`);
  const named = training === true ? { training } : {};
  return [...places, ...extra].map((place) => [...placed(place), named]);
}

/** The places in the inputs or outputs of a drawn model. */
function endsOf(tree: unknown): Place[] {
  if (Array.isArray(tree))
    return typeof tree[0] === 'string' && typeof tree[1] === 'number'
      ? [tree as unknown as Place]
      : (tree as unknown[]).flatMap(endsOf);
  if (!isDict(tree)) return [];
  return Object.keys(tree)
    .sort()
    .flatMap((key) => endsOf(tree[key]));
}

/** The shape of what a layer is called on; null: not known. */
function inputShapeOf(layer: Layer | undefined): Shape | null {
  try {
    const input = (layer as unknown as { readonly input?: { readonly shape?: Shape } } | undefined)?.input;
    return input?.shape ?? null;
  } catch {
    return null; // Called on several.
  }
}

/** The layer of this name in a model. */
const within = (model: Layer | undefined, name: string): Layer | undefined =>
  (model as { readonly layers?: readonly Layer[] } | undefined)?.layers?.find((layer) => layer.name === name);

function drawnConfig(config: Config, model: Layer | undefined): Config {
  const layers = config['layers'] as readonly Config[];
  const models = new Map(
    layers.filter((layer) => MODELS.includes(String(layer['class_name']))).map((layer) => [nameOf(layer), layer]),
  );
  const masks = maskLayers(layers);
  // Making a model is its first call in tfjs. Keras counts so too, but among the outputs only, and for drawn models only.
  const placed = ([name, call, output]: Place): Place => [name, call + (models.has(name) ? 1 : 0), output];
  const end = ([name, call, output]: Place): Place => [
    name,
    call + (models.get(name)?.['class_name'] === 'Sequential' ? 1 : 0),
    output,
  ];
  return {
    name: config['name'],
    trainable: config['trainable'] ?? true,
    layers: layers
      .filter((layer) => !masks.has(nameOf(layer)))
      .map((layer) => ({
        ...writeLayer(layer, within(model, nameOf(layer))),
        name: nameOf(layer),
        inbound_nodes: (layer['inbound_nodes'] as readonly Config[]).map((node) => callOf(layer, node, masks, placed)),
      })),
    input_layers: endsOf(config['input_layers']),
    output_layers: endsOf(config['output_layers']).map(end),
  };
}

/** A layer or a model within a model. @param live The layer itself, where there is one. */
function writeLayer(layer: Config, live?: Layer): Config {
  const [className, config] = [String(layer['class_name']), layer['config'] as Config];
  if (className === 'InputLayer') return inputConfig(config);
  if (className === 'Sequential')
    return { class_name: className, config: { name: config['name'], layers: stackOf(config, live) } };
  if (MODELS.includes(className) && Array.isArray(config['layers']) && 'output_layers' in config)
    return { class_name: 'Functional', config: drawnConfig(config, live) };
  const registered = layer['registered_name'];
  const known = typeof registered === 'string' ? registered : className;
  return layerConfig(known, config, inputShapeOf(live), (inner) => writeLayer(inner));
}

function stackOf(config: Config, model: Layer | undefined): Config[] {
  const layers = config['layers'] as readonly Config[];
  if (layers[0]?.['class_name'] !== 'InputLayer')
    throw new ValueError(
      `saveModel: the model '${String(config['name'])}' does not know the shape of its inputs, which TensorFlow.js needs. ` +
        'Begin it with Input({ shape }).',
    );
  const maskedFrom = layers.findIndex(
    (layer) => layer['class_name'] === 'Masking' || (layer['config'] as Config)['mask_zero'] === true,
  );
  return layers.map((layer, i) => {
    const why = maskedFrom >= 0 && i > maskedFrom ? refusesMask(layer) : null;
    if (why !== null) throw lacks(layer, why);
    return writeLayer(layer, within(model, nameOf(layer)));
  });
}

/**
 * The config of a model as tfjs writes it.
 *
 * @throws {ValueError} It is none that is drawn or stacked of layers, or has what tfjs lacks.
 */
export function tfjsConfig(model: Layer): Config {
  const config = serializeKerasObject(model.getConfig()) as Config;
  const className = classNameOf(model);
  if (className !== 'Sequential' && !('output_layers' in config))
    throw new ValueError(
      `saveModel: '${model.name}' is of the class ${className}, whose computation is code. TensorFlow.js opens models that are ` +
        'drawn (Model(inputs, outputs)) or stacked (Sequential).',
    );
  const kind = className === 'Sequential' ? className : 'Functional';
  return writeLayer({ class_name: kind, config, registered_name: null }, model);
}

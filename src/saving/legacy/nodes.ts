/** @file The calls of a drawn model: from the lists of Keras 1 and 2 to `{args, kwargs}`. */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import { opCall } from './tf_ops.js';
import type { OldObject } from './values.js';
import { bareName, isOldObject, textOr } from './values.js';

/** A tensor by the layer that makes it, the number of the layer's call, and its number among what came out. */
type Place = readonly [layer: string, call: number, output: number];

/** Models are layers whose calls may be counted from 1. */
const MODELS = ['Model', 'Functional', 'Sequential'];

/** What the calls of a graph are counted by. */
interface Counts {
  readonly calls: ReadonlyMap<string, number>;
  /** Layers whose calls are counted from 1: making them had been their first call. */
  readonly fromOne: Set<string>;
}

function isPlace(value: unknown, { calls }: Counts): value is Place {
  return (
    Array.isArray(value) &&
    value.length >= 3 &&
    typeof value[0] === 'string' &&
    calls.has(value[0]) &&
    Number.isInteger(value[1]) &&
    Number.isInteger(value[2])
  );
}

/** Visits every place in a tree. */
function visitPlaces(tree: unknown, counts: Counts, visit: (place: Place) => void): void {
  if (isPlace(tree, counts)) {
    visit(tree);
    visitPlaces((tree as readonly unknown[])[3], counts, visit);
  } else if (Array.isArray(tree)) for (const item of tree as unknown[]) visitPlaces(item, counts, visit);
  else if (isDict(tree)) for (const item of Object.values(tree)) visitPlaces(item, counts, visit);
}

const nodesOf = (layer: Config): readonly unknown[] =>
  Array.isArray(layer['inbound_nodes']) ? (layer['inbound_nodes'] as unknown[]) : [];

/** Which models are counted from 1: those of which a call is named that would otherwise be one too many. */
function countCalls(config: Config, layers: readonly (OldObject & Config)[]): Counts {
  const calls = new Map(layers.map((layer) => [nameOf(layer), nodesOf(layer).length]));
  const counts: Counts = { calls, fromOne: new Set() };
  const models = new Set(layers.filter((layer) => MODELS.includes(bareName(layer.class_name))).map(nameOf));
  const visit = ([name, call]: Place): void => {
    if (models.has(name) && call >= calls.get(name)!) counts.fromOne.add(name);
  };
  for (const layer of layers) visitPlaces(nodesOf(layer), counts, visit);
  visitPlaces(config['output_layers'], counts, visit);
  return counts;
}

const nameOf = (layer: OldObject & Config): string =>
  textOr(layer['name'] ?? (layer.config as Config | null)?.['name'], layer.class_name);

function tensorAt([name, call, output]: Place, { fromOne }: Counts): Config {
  const index = call - (fromOne.has(name) ? 1 : 0);
  return {
    class_name: '__keras_tensor__',
    config: { shape: null, dtype: 'float32', keras_history: [name, index, output] },
  };
}

/** Tensors in a tree in place of their places; `['_CONSTANT_VALUE', -1, value]` is a value. */
function readTree(tree: unknown, counts: Counts): unknown {
  if (isPlace(tree, counts)) return tensorAt(tree, counts);
  if (Array.isArray(tree)) {
    if (tree[0] === '_CONSTANT_VALUE') return (tree as unknown[])[2];
    return tree.map((item) => readTree(item, counts));
  }
  if (!isDict(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, readTree(value, counts)]));
}

/** The named arguments of a call, which stand behind each of its tensors, once more each time. */
function keywordsOf(tree: unknown, counts: Counts): Config {
  if (Array.isArray(tree)) {
    const isTensor = isPlace(tree, counts) || tree[0] === '_CONSTANT_VALUE';
    if (isTensor) return isDict(tree[3]) ? tree[3] : {};
    for (const item of tree as unknown[]) {
      const found = keywordsOf(item, counts);
      if (Object.keys(found).length > 0) return found;
    }
    return {};
  }
  return isDict(tree) ? keywordsOf(Object.values(tree), counts) : {};
}

/** A call in the lists of Keras 1 and 2 as `{args, kwargs}`. */
function upgradeNode(node: unknown, counts: Counts): { args: unknown[]; kwargs: Config } {
  const kwargs = readTree(keywordsOf(node, counts), counts) as Config;
  // A list of one tensor stands for the tensor.
  const list =
    Array.isArray(node) && !isPlace(node, counts) && node[0] !== '_CONSTANT_VALUE' ? (node as unknown[]) : null;
  const first = list?.length === 1 ? readTree(list[0], counts) : readTree(node, counts);
  return { args: [first], kwargs };
}

const RECURRENT = ['RNN', 'SimpleRNN', 'GRU', 'LSTM', 'CuDNNGRU', 'CuDNNLSTM', 'ConvLSTM2D', 'Bidirectional'];

/** Recurrent layers had their first states in one list with what they read. */
function separateStates(node: { args: unknown[]; kwargs: Config }): void {
  const [first] = node.args;
  if (!Array.isArray(first)) return;
  const [sequence, ...states] = first as unknown[];
  node.args = [sequence];
  node.kwargs = { ...node.kwargs, initial_state: states };
}

/** The inputs or outputs of a model: a list of one stands for the one. */
function upgradeEnds(ends: unknown, counts: Counts, drawnModels: ReadonlySet<string>, outputs: boolean): unknown {
  const read = (tree: unknown): unknown => {
    if (isPlace(tree, counts)) {
      const [name, call, output] = tree;
      // Keras 3 counts the calls of drawn models from 1 here, and here only.
      return [name, call - (counts.fromOne.has(name) ? 1 : 0) + (drawnModels.has(name) ? 1 : 0), output];
    }
    if (Array.isArray(tree)) return tree.map(read);
    return isDict(tree) ? Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, read(item)])) : tree;
  };
  const all = read(ends);
  return Array.isArray(all) && all.length === 1 && outputs ? (all as unknown[])[0] : all;
}

/**
 * The config of a drawn model as Keras 3 would write it.
 *
 * @param upgradeLayer Upgrades one layer.
 * @throws {ValueError} It holds something that is no layer.
 */
export function upgradeGraph(config: Config, upgradeLayer: (layer: OldObject & Config) => Config): Config {
  const { layers, input_layers: inputs, output_layers: outputs, ...rest } = config;
  const old = (layers as unknown[]).filter(isOldObject);
  if (old.length !== (layers as unknown[]).length)
    throw new ValueError(`The model '${String(config['name'])}' of the file holds something that is no layer.`);
  const isNew = old.some((layer) => nodesOf(layer).some((node) => isDict(node) && 'args' in node));
  const counts = countCalls(config, old);
  const made = old.map((layer): Config & { readonly name: string } => {
    const name = nameOf(layer);
    const upgraded = upgradeLayer(layer);
    if (isNew) return { ...upgraded, name };
    const nodes = nodesOf(layer).map((node) => upgradeNode(node, counts));
    for (const node of nodes) if (RECURRENT.includes(bareName(layer.class_name))) separateStates(node);
    const calls = nodes.map((node) => opCall(layer, node));
    const own = calls.reduce((all, call) => ({ ...all, ...call?.own }), {});
    const inbound = nodes.map((node, i) => calls[i]?.node ?? node);
    return { ...upgraded, config: { ...(upgraded['config'] as Config), ...own }, name, inbound_nodes: inbound };
  });
  if (isNew) return { ...rest, layers: made, input_layers: inputs, output_layers: outputs };
  const drawn = new Set(made.filter((layer) => layer['class_name'] === 'Functional').map((layer) => layer.name));
  return {
    ...rest,
    layers: made,
    input_layers: upgradeEnds(inputs, counts, drawn, false),
    output_layers: upgradeEnds(outputs, counts, drawn, true),
  };
}

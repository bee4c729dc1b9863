/**
 * @file Models of TensorFlow.js (`model.json` and its shards): those that tfjs itself saved, and those that its converter made of
 * files of Keras 2 and 3.
 */
import { ValueError } from '../../core/errors.js';
import type { NDArray } from '../../core/ndarray.js';
import { toSnakeCase } from '../../core/naming.js';
import type { Config } from '../../core/serialization.js';
import { classNameOf, deserializeKerasObject, withCustomObjects } from '../../core/serialization.js';
import { sameShape, sizeOf } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import { withWeightBudget } from '../../core/weight_budget.js';
import type { Layer } from '../../layers/layer.js';
import { LayerState } from '../../layers/layer_state.js';
import type { Variable } from '../../runtime/index.js';
import { Tensor } from '../../runtime/index.js';
import type { LegacyModel, LegacyModelOptions } from '../legacy/hdf5.js';
import { upgradeModelConfig } from '../legacy/layers.js';
import { upgradeTrainingConfig } from '../legacy/training.js';
import { fileWeights } from '../legacy/weights.js';
import { placesOf } from '../state.js';
import { kerasOptimizer } from './training.js';
import type { WeightGroup, WeightSpec } from './weights.js';
import { bytesOf, decodeWeight, readManifest, ShardReader } from './weights.js';

/** What is read by position. */
interface Shard {
  readonly size: number;
  read(position: number, length: number): Promise<Uint8Array>;
}

/** Opens a file beside `model.json`, by the path that the manifest has for it. */
export type OpenShard = (path: string) => Promise<Shard>;

/** A parsed `model.json`. */
export interface TfjsModel {
  /** For messages. */
  readonly file: string;
  /** The config of the model, as Keras 3 would write it. */
  readonly config: Config;
  readonly trainingConfig: unknown;
  readonly groups: readonly WeightGroup[];
}

/**
 * Look at a `model.json`.
 *
 * @throws {ValueError} It is a graph model, which has no layers, or none at all.
 */
export function parseTfjs(file: string, json: unknown): TfjsModel {
  const topology = isDict(json) ? json['modelTopology'] : undefined;
  if (!isDict(json) || !isDict(topology))
    throw new ValueError(`${file}: is no model of tfjs: it has no 'modelTopology'.`);
  if (json['format'] === 'graph-model' || 'node' in topology) {
    throw new ValueError(
      `${file}: is a graph model of TensorFlow.js, which holds operations and no layers. Only layers models can be read: ` +
        'convert the original with tensorflowjs_converter --output_format tfjs_layers_model.',
    );
  }
  const given = isDict(topology['model_config']) ? topology['model_config'] : topology;
  const version = typeof topology['keras_version'] === 'string' ? topology['keras_version'] : '2';
  const config = upgradeModelConfig(given, version);
  const trainingConfig = json['trainingConfig'] ?? topology['training_config'] ?? null;
  return { file, config, trainingConfig, groups: readManifest(file, json['weightsManifest'] ?? []) };
}

/** The name of a weight in its layer: `kernel` of `dense/kernel:0`. */
const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1).replace(/:\d+$/, '');

/** Names of weights that Keras 3 calls otherwise. */
const RENAMED: Readonly<Record<string, string>> = { depthwise_kernel: 'kernel' };

function fits(variable: Variable, spec: WeightSpec): boolean {
  const [name, own] = [lastPart(spec.name), lastPart(variable.path)];
  return sameShape(variable.shape, spec.shape) && (name === own || RENAMED[name] === own);
}

/** Whether a weight is of a layer, by the parts of its name. */
const belongs = (layer: Layer, { name }: WeightSpec): boolean => name.split('/').slice(0, -1).includes(layer.name);

/** Weights to their layers by names; null: names do not tell, as within models. */
function matchByName(model: LegacyModel, specs: readonly WeightSpec[]): Map<WeightSpec, Variable> | null {
  const matched = new Map<WeightSpec, Variable>();
  for (const layer of model.layers) {
    const own = specs.filter((spec) => belongs(layer, spec));
    const weights = fileWeights(layer);
    if (own.length !== weights.length || !own.every((spec, i) => fits(weights[i], spec))) return null;
    own.forEach((spec, i) => matched.set(spec, weights[i]));
  }
  return matched.size === specs.length ? matched : null;
}

/**
 * Weights to variables by their paths in a file of Keras 3 (`layers/dense/vars/0`), which the converter keeps as names; null: they have
 * other names.
 */
function matchByPath(model: LegacyModel, specs: readonly WeightSpec[]): Map<WeightSpec, Variable> | null {
  const byPath = new Map<string, Variable>();
  for (const { saveable, path } of placesOf(model)) {
    if (!(saveable instanceof LayerState)) continue;
    saveable.ownWeights.forEach((variable, i) => byPath.set(path === '' ? `vars/${i}` : `${path}/vars/${i}`, variable));
  }
  const matched = new Map<WeightSpec, Variable>();
  for (const spec of specs) {
    const variable = byPath.get(spec.name);
    // What is no weight here: the state of the optimizer and of generators of random numbers.
    if (variable === undefined) continue;
    if (!sameShape(variable.shape, spec.shape)) return null;
    matched.set(spec, variable);
  }
  return matched.size > 0 && matched.size === byPath.size ? matched : null;
}

/** Weights to variables one after the other; null: they are not in this order. */
function matchInOrder(variables: readonly Variable[], specs: readonly WeightSpec[]): Map<WeightSpec, Variable> | null {
  if (variables.length !== specs.length || !specs.every((spec, i) => fits(variables[i], spec))) return null;
  return new Map(specs.map((spec, i) => [spec, variables[i]]));
}

/** Which variable each weight is for. @throws {ValueError} The weights are not those of the model. */
function matchWeights(file: string, model: LegacyModel, specs: readonly WeightSpec[]): Map<WeightSpec, Variable> {
  const layerByLayer = model.layers.flatMap(fileWeights);
  const matched =
    matchByPath(model, specs) ??
    matchByName(model, specs) ??
    matchInOrder(layerByLayer, specs) ??
    matchInOrder(fileWeights(model), specs);
  if (matched !== null) return matched;
  const list = (names: readonly string[]): string => `${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}`;
  throw new ValueError(
    `${file}: its ${specs.length} weights (${list(specs.map((spec) => `${spec.name} [${spec.shape.join(', ')}]`))}) are not those of ` +
      `the ${classNameOf(model)} '${model.name}', which has ${layerByLayer.length} ` +
      `(${list(layerByLayer.map((v) => `${v.path} [${v.shape.join(', ')}]`))}).`,
  );
}

/** What tfjs writes of `compile`, in Keras's words. */
function pythonKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pythonKeys);
  if (!isDict(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key.replace(/([a-z])(\d)/, '$1_$2').replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
      pythonKeys(item),
    ]),
  );
}

/** Names of losses and metrics in camelCase (`meanSquaredError`). */
const pythonName = (value: unknown): unknown =>
  typeof value === 'string' && /[a-z][A-Z]/.test(value) ? toSnakeCase(value) : value;

function compileConfig(training: unknown): Config | null {
  const given = isDict(training)
    ? { ...training, optimizer_config: kerasOptimizer(training['optimizer_config']) }
    : training;
  const upgraded = upgradeTrainingConfig(pythonKeys(given));
  if (upgraded === null) return null;
  const named = (tree: unknown): unknown => (Array.isArray(tree) ? tree.map(named) : pythonName(tree));
  return { ...upgraded, loss: named(upgraded['loss']), metrics: named(upgraded['metrics']) };
}

/**
 * The model of a `model.json`.
 *
 * @param open Opens its shards. Weights are read one after the other.
 * @throws {ValueError} It holds classes that are not known, weights that are not those of the model, or shards that are cut off.
 */
export async function readTfjsModel(
  { file, config, trainingConfig, groups }: TfjsModel,
  open: OpenShard,
  { customObjects = null, compile = true, safeMode = true }: LegacyModelOptions = {},
): Promise<LegacyModel> {
  const total = groups.flatMap(({ weights }) => weights).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  const made = withWeightBudget(total, () =>
    deserializeKerasObject(config, { customObjects, safeMode, defaultModule: 'keras' }),
  );
  const model = made as LegacyModel;
  if (typeof (made as Partial<LegacyModel>).compileFromConfig !== 'function')
    throw new ValueError(`${file}: the config describes a ${String(config['class_name'])}, which is no model.`);
  const specs = groups.flatMap(({ weights }) => weights).filter(({ isOptimizer }) => !isOptimizer);
  const matched = matchWeights(file, model, specs);
  for (const { paths, weights } of groups) {
    const shards: Shard[] = [];
    for (const path of paths) shards.push(await open(path));
    const reader = new ShardReader(file, shards);
    for (const spec of weights) {
      const bytes = await reader.next(bytesOf(spec));
      const variable = matched.get(spec);
      if (variable === undefined) continue;
      const array: NDArray = decodeWeight(spec, bytes);
      variable.assign(Tensor.fromArray(array));
    }
  }
  const compiled = compile ? compileConfig(trainingConfig) : null;
  if (compiled !== null) withCustomObjects(customObjects, () => model.compileFromConfig(compiled));
  return model;
}

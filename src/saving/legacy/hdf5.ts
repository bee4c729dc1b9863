/**
 * @file `.h5` files of whole models, and of weights, as Keras 1 and 2 wrote them and Keras 3 still can: configs in attributes, the weights
 * of each layer in a group that lists them. Weights of Keras 3 (`.weights.h5`) are another format.
 */
import { ValueError } from '../../core/errors.js';
import { parseJson } from '../../core/json.js';
import type { NDArray } from '../../core/ndarray.js';
import type { Config } from '../../core/serialization.js';
import { deserializeKerasObject, withCustomObjects } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import { withWeightBudget } from '../../core/weight_budget.js';
import type { Hdf5File } from '../../formats/hdf5/index.js';
import type { Layer } from '../../layers/layer.js';
import type { Optimizer } from '../../optimizers/index.js';
import { unusedGenerators } from '../../random/global_state.js';
import type { Variable } from '../../runtime/index.js';
import { Tensor } from '../../runtime/index.js';
import { OWN, writeRandomState } from '../random_state.js';
import { upgradeModelConfig } from './layers.js';
import { matchOptimizerState } from './optimizer_state.js';
import { upgradeTrainingConfig } from './training.js';
import type { Writer } from './weights.js';
import { checkArrays, fileWeights, upgradeArrays } from './weights.js';

/** What of a model is needed here, which models know nothing of. */
export interface LegacyModel extends Layer {
  readonly layers: readonly Layer[];
  readonly compiled?: boolean;
  readonly optimizer?: Optimizer;
  compileFromConfig(config: Config): void;
}

/** Options of `loadLegacyWeights`. */
export interface LegacyWeightsOptions {
  /** Match layers by their names, and leave those alone that the file does not have. Default false: in their order. */
  readonly byName?: boolean;
  /** Leave layers alone, with a warning, whose weights do not fit. Default false. */
  readonly skipMismatch?: boolean;
}

/** Options of `loadLegacyModel`. */
export interface LegacyModelOptions {
  readonly customObjects?: Readonly<Record<string, unknown>> | null;
  /** Compile the model as it was. Default true. */
  readonly compile?: boolean;
  readonly safeMode?: boolean;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** A list of names in an attribute, which is cut into `name0`, `name1`, … where it would be too long for one. */
function namesIn(file: Hdf5File, path: string, name: string): string[] {
  const attributes = file.attributes(path) as Readonly<Record<string, unknown>>;
  const read = (value: unknown): string[] =>
    Array.isArray(value) ? value.map((each) => textOf(each) ?? String(each)) : [];
  if (name in attributes) return read(attributes[name]);
  const names: string[] = [];
  for (let part = 0; `${name}${part}` in attributes; part++) names.push(...read(attributes[`${name}${part}`]));
  return names;
}

/** The group that holds the layers of a file of a model, or of weights alone; null: it is no file of this kind. */
function weightsGroup(file: Hdf5File): string | null {
  const hasLayers = (path: string): boolean =>
    'layer_names' in file.attributes(path) || 'layer_names0' in file.attributes(path);
  if (hasLayers('model_weights')) return 'model_weights';
  return hasLayers('') ? '' : null;
}

/** Whether a file holds a model or weights in this format. */
export const isLegacyHdf5 = (file: Hdf5File): boolean =>
  weightsGroup(file) !== null || 'model_config' in file.attributes('');

function writerOf(file: Hdf5File, group: string): Writer {
  const attributes = { ...file.attributes(''), ...file.attributes(group) } as Readonly<Record<string, unknown>>;
  return { version: textOf(attributes['keras_version']) ?? '1', backend: textOf(attributes['backend']) };
}

function jsonIn(file: Hdf5File, name: string): unknown {
  const text = textOf((file.attributes('') as Readonly<Record<string, unknown>>)[name]);
  return text === null ? null : parseJson(text, `${file.name} (the attribute '${name}')`);
}

const join = (group: string, name: string): string => (group === '' ? name : `${group}/${name}`);

/** The arrays of a layer by their paths in the file. */
interface SavedLayer {
  readonly name: string;
  readonly paths: readonly string[];
}

function savedLayers(file: Hdf5File, group: string): SavedLayer[] {
  return namesIn(file, group, 'layer_names').map((name) => {
    const path = join(group, name);
    return { name, paths: namesIn(file, path, 'weight_names').map((weight) => join(path, weight)) };
  });
}

/** Pairs of layers of the model and of the file. @throws {ValueError} Their numbers differ. */
function matchLayers(
  model: LegacyModel,
  saved: readonly SavedLayer[],
  byName: boolean,
  file: string,
): [Layer, SavedLayer][] {
  if (byName) {
    return saved.flatMap((each) =>
      model.layers.filter((layer) => layer.name === each.name).map((layer): [Layer, SavedLayer] => [layer, each]),
    );
  }
  const own = model.layers.filter((layer) => fileWeights(layer).length > 0);
  const others = saved.filter(({ paths }) => paths.length > 0);
  if (own.length !== others.length) {
    throw new ValueError(
      `${file}: the model '${model.name}' has ${own.length} layers with weights, the file has ${others.length}: ` +
        `${others.map(({ name }) => name).join(', ')}. To load those that have the same names, pass byName: true.`,
    );
  }
  return own.map((layer, i) => [layer, others[i]]);
}

async function readAll(file: Hdf5File, paths: readonly string[]): Promise<NDArray[]> {
  const arrays: NDArray[] = [];
  for (const path of paths) arrays.push(await file.read(path));
  return arrays;
}

/** What the file has for a layer, as the layer has it. @throws {ValueError} It does not fit. */
async function arraysFor(file: Hdf5File, layer: Layer, saved: SavedLayer, writer: Writer): Promise<readonly NDArray[]> {
  const owner = `${file.name}: layer '${layer.name}' (in the file '${saved.name}')`;
  const arrays = await readAll(file, saved.paths);
  let upgraded: readonly NDArray[];
  try {
    upgraded = upgradeArrays(layer, arrays, writer);
  } catch (error) {
    if (error instanceof ValueError) throw error;
    throw new ValueError(`${owner}: its ${arrays.length} arrays are not those of such a layer.`);
  }
  checkArrays(owner, fileWeights(layer), upgraded);
  return upgraded;
}

/**
 * Load the weights of an `.h5` file of this format into a model.
 *
 * Nothing changes until all is read and fits.
 *
 * @throws {ValueError} The file holds no such weights, or they do not fit.
 */
export async function loadLegacyWeights(
  file: Hdf5File,
  model: LegacyModel,
  { byName = false, skipMismatch = false }: LegacyWeightsOptions = {},
): Promise<void> {
  const group = weightsGroup(file);
  if (group === null)
    throw new ValueError(
      `${file.name}: holds no weights by layers (no attribute 'layer_names'). Is it a .weights.h5 file?`,
    );
  const writer = writerOf(file, group);
  const assignments: [Variable, NDArray][] = [];
  const saved = savedLayers(file, group);
  const top = join(group, 'top_level_model_weights');
  for (const [layer, each] of matchLayers(model, saved, byName, file.name)) {
    try {
      const arrays = await arraysFor(file, layer, each, writer);
      fileWeights(layer).forEach((variable, i) => assignments.push([variable, arrays[i]]));
    } catch (error) {
      if (!skipMismatch || !(error instanceof ValueError)) throw error;
      console.warn(`${error.message} It is left as it was.`);
    }
  }
  const owned = model.ownWeights;
  const topNames = file.hasGroup(top) ? namesIn(file, top, 'weight_names') : [];
  if (owned.length > 0 && topNames.length === owned.length) {
    const arrays = await readAll(
      file,
      topNames.map((name) => join(top, name)),
    );
    checkArrays(`${file.name}: the model's own weights`, owned, arrays);
    owned.forEach((variable, i) => assignments.push([variable, arrays[i]]));
  }
  for (const [variable, array] of assignments) variable.assign(Tensor.fromArray(array));
}

async function loadOptimizer(file: Hdf5File, model: LegacyModel): Promise<void> {
  const names = namesIn(file, 'optimizer_weights', 'weight_names');
  if (names.length === 0 || model.optimizer === undefined) return;
  const arrays = await readAll(
    file,
    names.map((name) => join('optimizer_weights', name)),
  );
  const state = matchOptimizerState(
    model.optimizer,
    names.map((name, i) => ({ name, array: arrays[i] })),
  );
  if (state === null) {
    console.warn(
      `${file.name}: the state of the optimizer does not fit the optimizer of today, so that it starts anew. The weights of the model are loaded.`,
    );
    return;
  }
  for (const [variable, array] of state) variable.assign(Tensor.fromArray(array));
}

/** The config of the model in a file as Keras 3 would write it. @throws {ValueError} The file holds none. */
function legacyModelConfig(file: Hdf5File): Config {
  const config = jsonIn(file, 'model_config');
  if (!isDict(config))
    throw new ValueError(
      `${file.name}: holds weights, but no model (no attribute 'model_config'). Build the model and use loadWeights.`,
    );
  return upgradeModelConfig(config, writerOf(file, 'model_weights').version);
}

/**
 * The model of an `.h5` file of this format, with its weights, compiled as it was, with the state of its optimizer.
 *
 * @throws {ValueError} The file holds no model, classes that are not known, or weights that do not fit.
 */
export async function loadLegacyModel(file: Hdf5File, options: LegacyModelOptions = {}): Promise<LegacyModel> {
  const { customObjects = null, compile = true, safeMode = true } = options;
  const unused = unusedGenerators(); // making the model draws numbers
  const model = await makeLegacyModel(file, { customObjects, compile, safeMode });
  const own = jsonIn(file, OWN);
  if (isDict(own)) writeRandomState(model, own['random_state'], unused);
  return model;
}

async function makeLegacyModel(
  file: Hdf5File,
  { customObjects, compile, safeMode }: Required<LegacyModelOptions>,
): Promise<LegacyModel> {
  const config = legacyModelConfig(file);
  const { version } = writerOf(file, 'model_weights');
  // Files with a config alone give models with new weights.
  const make = (): unknown => deserializeKerasObject(config, { customObjects, safeMode, defaultModule: 'keras' });
  const made = weightsGroup(file) === null ? make() : withWeightBudget(file.totalBytes, make);
  const model = made as LegacyModel;
  if (typeof (made as Partial<LegacyModel>).compileFromConfig !== 'function')
    throw new ValueError(`${file.name}: the config describes a ${String(config['class_name'])}, which is no model.`);
  if (weightsGroup(file) !== null) {
    // Names are those of the config that the model was made of; older files may list their layers in another order.
    const group = weightsGroup(file)!;
    const withWeights = savedLayers(file, group).filter(({ paths }) => paths.length > 0);
    const known = new Set(model.layers.map(({ name }) => name));
    const count = model.layers.filter((layer) => fileWeights(layer).length > 0).length;
    const byName = withWeights.length === count && withWeights.every(({ name }) => known.has(name));
    await loadLegacyWeights(file, model, { byName });
  }
  const training = compile ? jsonIn(file, 'training_config') : null;
  if (training === null) return model;
  const compileConfig = version.startsWith('3') ? null : upgradeTrainingConfig(training);
  if (compileConfig === null && !version.startsWith('3')) {
    console.warn(`${file.name}: the optimizer of the file is not one of Keras, so that the model is not compiled.`);
    return model;
  }
  withCustomObjects(customObjects, () => model.compileFromConfig(compileConfig ?? upgradeTrainingConfig(training)!));
  await loadOptimizer(file, model);
  return model;
}

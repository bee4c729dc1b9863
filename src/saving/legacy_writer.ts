/** @file `.h5` files of whole models as Keras 3 still writes them: configs in attributes, weights by layers. Reading: legacy/hdf5.ts. */
import { ValueError } from '../core/errors.js';
import { formatJson } from '../core/json.js';
import { KERAS_VERSION } from '../core/keras_version.js';
import type { Config } from '../core/serialization.js';
import { classNameOf, getRegisteredName, serializeKerasObject } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import type { Hdf5Sink } from '../formats/hdf5/index.js';
import type { Optimizer } from '../optimizers/index.js';
import type { Variable } from '../runtime/index.js';
import { fetchVariables } from '../runtime/index.js';
import type { LegacyModel } from './legacy/hdf5.js';
import { fileWeights } from './legacy/weights.js';
import { OWN, readRandomState } from './random_state.js';
import { fetchState } from './weights.js';

/** HDF5 has no room for longer attributes beside an object. */
const ATTRIBUTE_LIMIT = 64512;
const BACKEND = 'jax';

/** A list of names as attributes, cut where it is too long for one. */
function nameAttributes(name: string, list: readonly string[]): Record<string, readonly string[]> {
  const bytes = list.reduce((total, each) => total + each.length + 16, 0);
  if (bytes <= ATTRIBUTE_LIMIT) return { [name]: list };
  const parts = Math.ceil(bytes / ATTRIBUTE_LIMIT) + 1;
  const size = Math.ceil(list.length / parts);
  return Object.fromEntries(
    Array.from({ length: parts }, (_, i) => [`${name}${i}`, list.slice(i * size, (i + 1) * size)] as const).filter(
      ([, part]) => part.length > 0,
    ),
  );
}

/** Python's names of classes that are exported under other names: this format has the former. */
const OWN_NAMES: Readonly<Record<string, string>> = { GroupQueryAttention: 'GroupedQueryAttention' };

/** As Keras writes the layers of a model in this format: without modules. */
function plainLayers(config: Config): Config {
  const { layers } = config;
  if (!Array.isArray(layers)) return config;
  const plain = layers.map((layer: unknown) => {
    if (!isDict(layer)) return layer;
    const { module: _module, registered_name: _name, build_config: _build, compile_config: _compile, ...rest } = layer;
    const name = String(rest['class_name']);
    const own = Object.hasOwn(OWN_NAMES, name) ? { ...rest, class_name: OWN_NAMES[name] } : rest;
    return isDict(own['config']) ? { ...own, config: plainLayers(own['config']) } : own;
  });
  return { ...config, layers: plain };
}

async function writeVariables(file: Hdf5Sink, group: string, variables: readonly Variable[]): Promise<void> {
  await file.group(
    group,
    nameAttributes(
      'weight_names',
      variables.map(({ path }) => path),
    ),
  );
  await fetchVariables(variables);
  const seen = new Set<string>();
  for (const variable of variables) {
    if (seen.has(variable.path))
      throw new ValueError(
        `saveModel: two variables are named '${variable.path}', which .h5 cannot hold. Save as .keras, or rename a layer.`,
      );
    seen.add(variable.path);
    await file.array(`${group}/${variable.path}`, variable.read());
  }
}

/** Write the weights by layers, in a group. */
async function writeLegacyWeights(file: Hdf5Sink, group: string, model: LegacyModel): Promise<void> {
  const { layers } = model;
  await file.group(group, {
    ...nameAttributes(
      'layer_names',
      layers.map(({ name }) => name),
    ),
    backend: BACKEND,
    keras_version: KERAS_VERSION,
  });
  const sorted = [...layers].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const full = (name: string): string => (group === '' ? name : `${group}/${name}`);
  for (const layer of sorted) await writeVariables(file, full(layer.name), fileWeights(layer));
  await writeVariables(file, full('top_level_model_weights'), model.ownWeights);
}

/** What `getCompileConfig` gives, as this format has it. */
function trainingConfig(model: LegacyModel & { readonly optimizer: Optimizer }): Config {
  const { optimizer: _optimizer, ...rest } = serializeKerasObject(
    (model as unknown as { getCompileConfig(): Config }).getCompileConfig(),
  ) as Config;
  const cls = model.optimizer.constructor as Parameters<typeof getRegisteredName>[0];
  return {
    ...rest,
    optimizer_config: { class_name: getRegisteredName(cls), config: serializeKerasObject(model.optimizer.getConfig()) },
  };
}

/** Write a whole model. @param includeOptimizer Whether the state of training is written. */
export async function writeLegacyModel(file: Hdf5Sink, model: LegacyModel, includeOptimizer: boolean): Promise<void> {
  await fetchState(model);
  const config = plainLayers(serializeKerasObject(model.getConfig()) as Config);
  const withOptimizer = includeOptimizer && model.compiled === true && model.optimizer !== undefined;
  await file.group('', {
    keras_version: KERAS_VERSION,
    backend: BACKEND,
    model_config: formatJson({ class_name: classNameOf(model), config }),
    [OWN]: formatJson({ random_state: readRandomState(model) }),
    ...(withOptimizer
      ? { training_config: formatJson(trainingConfig(model as LegacyModel & { readonly optimizer: Optimizer })) }
      : {}),
  });
  await writeLegacyWeights(file, 'model_weights', model);
  if (withOptimizer) await writeVariables(file, 'optimizer_weights', model.optimizer.savedVariables);
}

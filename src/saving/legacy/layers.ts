/** @file Layers and models of Keras 1 and 2 as Keras 3 would write them: configs to configs. Their calls stand in nodes.ts. */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import { currentClass, upgradeArguments } from './arguments.js';
import { mergeLayer, mergeModel, startsWithMerge } from './merge.js';
import { upgradeGraph } from './nodes.js';
import { opLayerOf } from './tf_ops.js';
import type { OldObject } from './values.js';
import {
  bareName,
  isOldObject,
  plainJson,
  textOr,
  upgradeActivation,
  upgradeConstraint,
  upgradeDtype,
  upgradeInitializer,
  upgradeRegularizer,
} from './values.js';

const MODELS = ['Model', 'Functional', 'Sequential'];
/** Layers of Keras 1 and 2 that no later Keras has, and what takes their place. */
const GONE: Readonly<Record<string, string>> = {
  LocallyConnected1D: '',
  LocallyConnected2D: '',
  MaxoutDense: '',
  Highway: '',
  SReLU: '',
  ParametricSoftplus: '',
};

/** Layers in the config of a layer. */
const INNER_LAYERS = ['layer', 'backward_layer', 'forward_layer', 'cell'];

function upgradeValue(key: string, value: unknown): unknown {
  if (INNER_LAYERS.includes(key) && isOldObject(value)) return upgradeLayer(value);
  if (key === 'cells' && Array.isArray(value))
    return (value as unknown[]).map((cell) => (isOldObject(cell) ? upgradeLayer(cell) : cell));
  if (key === 'dtype') return upgradeDtype(value);
  if (key.endsWith('activation')) return upgradeActivation(value, upgradeLayer);
  if (key.endsWith('_initializer')) return upgradeInitializer(value);
  if (key.endsWith('_regularizer')) return upgradeRegularizer(value);
  if (key.endsWith('_constraint')) return upgradeConstraint(value);
  return value;
}

/** The function of a `Lambda`: a name that may be registered, or code, which is never run. */
function lambdaFunction({ function: fn, function_type: type }: Config): unknown {
  if (typeof fn === 'string' && type !== 'lambda')
    return { module: 'builtins', class_name: 'function', config: fn, registered_name: 'function' };
  return isOldObject(fn) ? fn : { class_name: '__lambda__', config: {} };
}

/** The shape with the batch that a first layer was told; null: it was told none. */
function firstShapeOf(config: Config): readonly (number | null)[] | null {
  const shape = config['batch_input_shape'] ?? config['batch_shape'];
  if (Array.isArray(shape)) return shape as (number | null)[];
  return null;
}

/**
 * A layer or model of Keras 1 or 2 as Keras 3 would write it. What Keras 3 wrote comes back as it was.
 *
 * @throws {ValueError} It is of a kind, or has arguments, that Keras 3 has no more.
 */
export function upgradeLayer(given: OldObject & Config): Config {
  const { class_name: before, config: inner, build_config: _built, ...rest } = given;
  const bare = bareName(before);
  if (MODELS.includes(bare)) return { ...rest, ...upgradeModel(bare, inner, rest['name']) };
  if (!isDict(inner)) throw new ValueError(`The layer '${before}' of the file has no config.`);
  if (isOldObject(inner['dtype']) && inner['dtype'].class_name === 'DTypePolicy') return { ...given }; // Keras 3's
  const name = textOr(inner['name'] ?? rest['name'], before);
  if (Object.hasOwn(GONE, bare))
    throw new ValueError(
      `The layer '${name}' is a ${bare}, which Keras 3 has no more. Pass a class for it in customObjects.`,
    );
  const op = opLayerOf(bare, inner, name);
  if (op !== null) return { ...rest, ...op };
  if (bare === 'Merge') return { ...rest, ...mergeLayer(inner) };
  if (bare === 'TimeDistributedDense') return { ...rest, ...timeDistributedDense(inner) };

  const className = currentClass(before);
  const config = upgradeArguments(inner, before);
  if (className === 'InputLayer') config['batch_shape'] ??= firstShapeOf(inner);
  if (className === 'Lambda') config['function'] = lambdaFunction(inner);
  const upgraded = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, upgradeValue(key, value)]));
  const registered = before.includes('>') ? before : null;
  return {
    ...rest,
    module: registered === null ? 'keras.layers' : null,
    class_name: className,
    config: upgraded,
    registered_name: registered,
  };
}

function timeDistributedDense(inner: Config): Config {
  const { name, trainable = true, batch_input_shape: shape, ...dense } = inner;
  const config = { name, trainable, batch_input_shape: shape, layer: { class_name: 'Dense', config: dense } };
  return upgradeLayer({ class_name: 'TimeDistributed', config });
}

/** The config of a model, whose form tells its kind. */
function upgradeModel(className: string, inner: unknown, named: unknown): Config {
  if (className === 'Sequential') return upgradeSequential(inner, named);
  if (!isDict(inner)) throw new ValueError(`The model '${className}' of the file has no config.`);
  if (
    !Array.isArray(inner['layers']) ||
    (!Array.isArray(inner['output_layers'] ?? null) && !isDict(inner['output_layers']))
  )
    return { module: 'keras', class_name: className, config: inner, registered_name: null };
  return {
    module: 'keras.src.models.functional',
    class_name: 'Functional',
    config: upgradeGraph(inner, upgradeLayer),
    registered_name: 'Functional',
  };
}

/** The dtype of the input before a first layer, which may differ from the layer's own. */
function inputDtypeOf({ class_name: className, config }: OldObject): string {
  const { input_dtype: own, dtype } = config as Config;
  const given = own ?? upgradeDtype(dtype) ?? null;
  const usable = typeof given === 'string' && !given.startsWith('mixed_') ? given : 'float32';
  return className === 'Embedding' && own === undefined ? 'float32' : usable;
}

function upgradeSequential(inner: unknown, named: unknown): Config {
  // Keras 1 and the first of Keras 2 wrote a stack as the list of its layers.
  const config: Config = Array.isArray(inner) ? { layers: inner } : isDict(inner) ? { ...inner } : {};
  const layers = config['layers'];
  if (!Array.isArray(layers)) throw new ValueError('The Sequential model of the file holds no list of layers.');
  const old = layers.filter(isOldObject);
  if (old.length !== layers.length)
    throw new ValueError('The Sequential model of the file holds something that is no layer.');
  const name = textOr(config['name'] ?? named, 'sequential');
  if (startsWithMerge(old)) return mergeModel(name, old, upgradeLayer);
  const [first] = old as (OldObject | undefined)[];
  const shape = first !== undefined && isDict(first.config) ? firstShapeOf(first.config) : null;
  const made = old.map(upgradeLayer);
  if (shape !== null && first!.class_name !== 'InputLayer') {
    const layerName = textOr((first!.config as Config)['name'], 'layer');
    made.unshift({
      module: 'keras.layers',
      class_name: 'InputLayer',
      config: { batch_shape: shape, dtype: inputDtypeOf(first!), name: `${layerName}_input` },
      registered_name: null,
    });
  }
  const { layers: _layers, name: _name, build_input_shape: built, trainable } = config;
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: {
      name,
      ...(typeof trainable === 'boolean' ? { trainable } : {}),
      layers: made,
      ...(Array.isArray(built) ? { build_input_shape: built } : {}),
    },
    registered_name: null,
  };
}

/**
 * The config of a model of Keras 1 or 2 (`model_config` of an `.h5` file, `modelTopology` of tfjs) as Keras 3 would write it.
 *
 * @param config `{class_name, config}`.
 * @param version `keras_version` of the file. The config of a model of Keras 3 comes back as it was.
 * @throws {ValueError} It is no config of a model, or holds what Keras 3 has no more.
 */
export function upgradeModelConfig(config: unknown, version = '2'): Config {
  if (version.startsWith('3') && isDict(config)) return config;
  const plain = plainJson(config);
  if (!isOldObject(plain)) throw new ValueError('The file holds no config of a model: no class_name, or no config.');
  return upgradeLayer(plain);
}

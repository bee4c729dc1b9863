/** @file What configs of Keras 1 and 2 hold besides layers: values of Python, initializers, regularizers, constraints, dtypes, activations. */
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';

/** An object of a config: `{class_name, config}`. */
export interface OldObject {
  readonly class_name: string;
  readonly config: unknown;
}

export const isOldObject = (value: unknown): value is OldObject & Config =>
  isDict(value) && typeof value['class_name'] === 'string' && 'config' in value;

/** Tuples, shapes and arrays, which JSON has no words for, as lists, all the way down. */
export function plainJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainJson);
  if (!isDict(value)) return value;
  const kind = value['class_name'] ?? value['type'];
  if (kind === 'TensorShape' || kind === '__tuple__') return plainJson(value['items']);
  if (kind === 'ndarray' || kind === '__numpy__')
    return plainJson(value['value'] ?? (value['config'] as Config)['value']);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainJson(item)]));
}

/** A text, or another where something else stands in its place. */
export const textOr = (value: unknown, otherwise: string): string => (typeof value === 'string' ? value : otherwise);

/** The name of a class without the package before it (`Custom>Adam`) and the room before it. */
export const bareName = (className: string): string => className.slice(className.lastIndexOf('>') + 1);

/** A dtype, or the name of a policy, of what Keras 2 writes for either. */
export function upgradeDtype(dtype: unknown): unknown {
  if (!isOldObject(dtype)) return dtype;
  const name = (dtype.config as Config | null)?.['name'];
  return typeof name === 'string' ? name : dtype;
}

/** Names of initializers in Keras 1 that have others now. */
const INITIALIZERS: Readonly<Record<string, string>> = {
  zero: 'zeros',
  one: 'ones',
  uniform: 'random_uniform',
  normal: 'random_normal',
};

export function upgradeInitializer(value: unknown): unknown {
  if (typeof value === 'string') return Object.hasOwn(INITIALIZERS, value) ? INITIALIZERS[value] : value;
  if (!isOldObject(value)) return value;
  const { dtype: _dtype, partition_info: _info, ...config } = (value.config ?? {}) as Config;
  // Keras 2 cut its normal distribution off, whatever it was called.
  if (config['distribution'] === 'normal') config['distribution'] = 'truncated_normal';
  return { ...value, config };
}

/** Keras 1 writes regularizers and constraints as one dict, in which `name` is the class. */
function splitName(value: unknown): unknown {
  if (!isDict(value) || 'class_name' in value || typeof value['name'] !== 'string') return value;
  const { name, ...config } = value;
  return { class_name: name, config };
}

export function upgradeRegularizer(value: unknown): unknown {
  const split = splitName(value);
  if (!isOldObject(split)) return split;
  if (split.class_name === 'EigenvalueRegularizer')
    throw new ValueError('The config asks for an EigenvalueRegularizer of Keras 1, which no later Keras has.');
  const isOwn = ['WeightRegularizer', 'ActivityRegularizer', 'L1L2Regularizer'].includes(split.class_name);
  return isOwn ? { ...split, class_name: 'L1L2' } : split;
}

export function upgradeConstraint(value: unknown): unknown {
  const split = splitName(value);
  if (!isOldObject(split)) return split;
  const { m, ...config } = (split.config ?? {}) as Config;
  return { ...split, config: m === undefined ? config : { max_value: m, ...config } };
}

/** The activation of a layer. `upgradeLayer` is for activations that are layers. */
export function upgradeActivation(value: unknown, upgradeLayer: (layer: OldObject & Config) => Config): unknown {
  // The sigmoid of line segments had another slope before Keras 3: clip(0.2 x + 0.5, 0, 1).
  if (value === 'hard_sigmoid') return 'hard_sigmoid_keras2';
  if (!isOldObject(value)) return value;
  if (value.class_name === 'function') return value.config === 'hard_sigmoid' ? 'hard_sigmoid_keras2' : value;
  return upgradeLayer(value);
}

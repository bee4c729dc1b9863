/** @file `keras.optimizers`: what is exported here can be found by its id and made from a config. */
import { checked } from '../core/checked.js';
import type { OwnNames, RegisteredOptimizers } from '../core/registered.js';
import type { Config, DeserializeOptions, SerializableClass } from '../core/serialization.js';
import { identifierRoom, isSerializedObject, registerClasses } from '../core/serialization.js';
import * as catalogue from './catalogue.js';
import { Optimizer } from './optimizer.js';

export * as schedules from './schedules/index.js';
export * from './catalogue.js';
export type { AdadeltaOptions } from './adadelta.js';
export type { AdafactorOptions } from './adafactor.js';
export type { AdagradOptions } from './adagrad.js';
export type { AdamKinOptions, AdamOptions } from './adam.js';
export type { AdamaxOptions } from './adamax.js';
export type { AdamWOptions } from './adamw.js';
export type { FtrlOptions } from './ftrl.js';
export type { LambOptions } from './lamb.js';
export type { LionOptions } from './lion.js';
export type { LossScaleOptimizerOptions } from './loss_scale_optimizer.js';
export type { MultiOptimizerOptions } from './multi_optimizer.js';
export type { MuonOptions } from './muon.js';
export type { NadamOptions } from './nadam.js';
export type { ApplyTarget, Update } from './optimizer.js';
export { type OptimizerVariableOptions, OptimizerVariables } from './optimizer_variables.js';
export type { LearningRateLike, OptimizerOptions } from './options.js';
export type { RMSpropOptions } from './rmsprop.js';
export type { ScheduleFreeAdamWOptions } from './schedule_free_adamw.js';
export type { SGDOptions } from './sgd.js';

const classes = { ...catalogue } as Record<string, SerializableClass>;
const lowerCase = Object.fromEntries(Object.entries(classes).map(([name, cls]) => [name.toLowerCase(), cls]));
registerClasses('keras.optimizers', { ...classes, ...lowerCase });

/** Classes that need more than options: a config can name them, an id cannot. */
type WithoutId = 'Optimizer' | 'LossScaleOptimizer' | 'MultiOptimizer' | 'OptimizerMap';
type ClassName = Exclude<keyof typeof catalogue, WithoutId>;
/** Ids of optimizers. Any other spelling in upper and lower case does as well. */
export type OptimizerId = ClassName | Lowercase<ClassName>;
/** What an optimizer option takes. */
export type OptimizerLike = OptimizerId | OwnNames<RegisteredOptimizers> | Optimizer | Config | null;

const room = identifierRoom<Optimizer>({
  what: 'optimizer',
  module: 'keras.optimizers',
  ids: { ...classes, ...lowerCase },
  isInstance: (x): x is Optimizer => x instanceof Optimizer,
});

/** Keras does not mind upper and lower case in the names of its own optimizers. */
function withoutCase(identifier: unknown): unknown {
  const known = (name: string): string => (Object.hasOwn(lowerCase, name.toLowerCase()) ? name.toLowerCase() : name);
  if (typeof identifier === 'string') return known(identifier);
  return isSerializedObject(identifier) && !identifier.registered_name?.includes('>')
    ? { ...identifier, class_name: known(identifier.class_name) }
    : identifier;
}

/**
 * The optimizer that an identifier stands for; null for null.
 *
 * @param identifier An id such as `'adam'`, a config, an optimizer, or null.
 * @returns The optimizer.
 * @throws {ValueError} It stands for none.
 * @see `keras.optimizers.get`
 * @example
 * optimizers.get('adam') instanceof optimizers.Adam // true
 */
export const get = checked(
  'optimizers.get',
  (identifier: unknown): Optimizer | null => room.get(withoutCase(identifier)),
  undefined,
  { callsBack: true },
);
/**
 * An optimizer as JSON.
 *
 * @param object An optimizer, or null.
 * @returns What `deserialize` takes.
 * @see `keras.optimizers.serialize`
 * @example
 * optimizers.deserialize(optimizers.serialize(new optimizers.Adam())) instanceof optimizers.Adam // true
 */
export const serialize = room.serialize;
/**
 * An optimizer from JSON.
 *
 * @param config What `serialize` gave, or an id.
 * @param options `customObjects`: your own classes and functions by name.
 * @returns The optimizer.
 * @throws {ValueError} The class is not known.
 * @see `keras.optimizers.deserialize`
 * @example
 * optimizers.deserialize('adam') instanceof optimizers.Adam // true
 */
export const deserialize: typeof room.deserialize = checked(
  'optimizers.deserialize',
  (config: unknown, options: DeserializeOptions = {}) => room.deserialize(withoutCase(config), options),
  ['customObjects'],
  { callsBack: true },
);

/** @file `keras.optimizers`: what is exported here can be found by its id and made from a config. */
import type { OwnNames, RegisteredOptimizers } from '../core/registered.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { identifierRoom, isSerializedObject, registerClasses } from '../core/serialization.js';
import { Adadelta } from './adadelta.js';
import { Adafactor } from './adafactor.js';
import { Adagrad } from './adagrad.js';
import { Adam } from './adam.js';
import { Adamax } from './adamax.js';
import { AdamW } from './adamw.js';
import { Ftrl } from './ftrl.js';
import { Lamb } from './lamb.js';
import { Lion } from './lion.js';
import { LossScaleOptimizer } from './loss_scale_optimizer.js';
import { MultiOptimizer, OptimizerMap } from './multi_optimizer.js';
import { Muon } from './muon.js';
import { Nadam } from './nadam.js';
import { Optimizer } from './optimizer.js';
import { RMSprop } from './rmsprop.js';
import { ScheduleFreeAdamW } from './schedule_free_adamw.js';
import { SGD } from './sgd.js';

export * as schedules from './schedules/index.js';
export {
  Adadelta,
  Adafactor,
  Adagrad,
  Adam,
  Adamax,
  AdamW,
  Ftrl,
  Lamb,
  Lion,
  LossScaleOptimizer,
  MultiOptimizer,
  Muon,
  Nadam,
  Optimizer,
  OptimizerMap,
  RMSprop,
  ScheduleFreeAdamW,
  SGD,
};
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

const classes = {
  Optimizer,
  SGD,
  RMSprop,
  Adam,
  AdamW,
  Adadelta,
  Adagrad,
  Adamax,
  Adafactor,
  Nadam,
  Ftrl,
  Lion,
  Lamb,
  Muon,
  ScheduleFreeAdamW,
  LossScaleOptimizer,
  MultiOptimizer,
  OptimizerMap,
} as Record<string, SerializableClass>;
const lowerCase = Object.fromEntries(Object.entries(classes).map(([name, cls]) => [name.toLowerCase(), cls]));
registerClasses('keras.optimizers', { ...classes, ...lowerCase });

/** Ids of optimizers. Any other spelling in upper and lower case does as well. */
export type OptimizerId =
  | 'sgd'
  | 'rmsprop'
  | 'adam'
  | 'adamw'
  | 'adadelta'
  | 'adagrad'
  | 'adamax'
  | 'adafactor'
  | 'nadam'
  | 'ftrl'
  | 'lion'
  | 'lamb'
  | 'muon'
  | 'schedulefreeadamw'
  | 'SGD'
  | 'RMSprop'
  | 'Adam'
  | 'AdamW'
  | 'Adadelta'
  | 'Adagrad'
  | 'Adamax'
  | 'Adafactor'
  | 'Nadam'
  | 'Ftrl'
  | 'Lion'
  | 'Lamb'
  | 'Muon'
  | 'ScheduleFreeAdamW';
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
export const get = (identifier: unknown): Optimizer | null => room.get(withoutCase(identifier));
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
export const deserialize: typeof room.deserialize = (config, options) => room.deserialize(withoutCase(config), options);

/** @file `keras.optimizers.schedules`: what is exported here can be made from a config. */
import { checked } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import { deserializeKerasObject, registerClasses, serializeKerasObject } from '../../core/serialization.js';
import { ValueError } from '../../core/errors.js';
import * as catalogue from './catalogue.js';
import { LearningRateSchedule } from './learning_rate_schedule.js';

export * from './catalogue.js';
export type { CosineDecayOptions } from './cosine_decay.js';
export type { CosineDecayRestartsOptions } from './cosine_decay_restarts.js';
export type { DecayOptions } from './exponential_decay.js';
export type { PolynomialDecayOptions } from './polynomial_decay.js';

registerClasses('keras.optimizers.schedules', catalogue);

/**
 * A schedule as JSON.
 *
 * @param learningRateSchedule The schedule.
 * @returns What `deserialize` takes.
 * @see `keras.optimizers.schedules.serialize`
 * @example
 * optimizers.schedules.serialize(new optimizers.schedules.ExponentialDecay(0.1, 1000, 0.9)).class_name // 'ExponentialDecay'
 */
export const serialize = checked(
  'schedules.serialize',
  function serialize(learningRateSchedule: LearningRateSchedule): Config {
    return serializeKerasObject(learningRateSchedule) as Config;
  },
);

/**
 * A schedule from JSON.
 *
 * @param config What `serialize` gave.
 * @param options `customObjects`: your own classes by name.
 * @returns The schedule.
 * @throws {ValueError} The class is not known, or is no schedule.
 * @see `keras.optimizers.schedules.deserialize`
 * @example
 * const config = optimizers.schedules.serialize(new optimizers.schedules.ExponentialDecay(0.1, 1000, 0.9));
 * const schedule = optimizers.schedules.deserialize(config);
 */
export const deserialize = checked(
  'deserialize',
  (
    config: Config,
    options: { readonly customObjects?: Readonly<Record<string, unknown>> | null } = {},
  ): LearningRateSchedule => {
    const object = deserializeKerasObject(config, { ...options, defaultModule: 'keras.optimizers.schedules' });
    if (object instanceof LearningRateSchedule) return object;
    throw new ValueError(
      `schedules.deserialize: ${JSON.stringify(config)} is not the config of a learning rate schedule.`,
    );
  },
  ['customObjects'],
  { callsBack: true },
);

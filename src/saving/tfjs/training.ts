/** @file What a model was compiled with, from tfjs and for it, where tfjs has the same optimizer, losses and metrics. */
import { toSnakeCase } from '../../core/naming.js';
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';

/** tfjs's class, and the arguments by Keras's names and tfjs's. */
type OptimizerForm = readonly [name: string, args: Readonly<Record<string, string>>];

/** Optimizers by Keras's class. Momentum is a class of its own in tfjs. */
const OPTIMIZERS: Readonly<Record<string, OptimizerForm>> = {
  Adadelta: ['Adadelta', { rho: 'rho', epsilon: 'epsilon' }],
  Adagrad: ['Adagrad', { initial_accumulator_value: 'initial_accumulator_value' }],
  Adam: ['Adam', { beta_1: 'beta1', beta_2: 'beta2', epsilon: 'epsilon' }],
  Adamax: ['Adamax', { beta_1: 'beta1', beta_2: 'beta2', epsilon: 'epsilon' }],
  RMSprop: ['RMSProp', { rho: 'decay', momentum: 'momentum', epsilon: 'epsilon', centered: 'centered' }],
  SGD: ['SGD', {}],
};
const MOMENTUM: Readonly<Record<string, string>> = { momentum: 'momentum', nesterov: 'use_nesterov' };

const LOSSES = [
  ...['mean_squared_error', 'mean_absolute_error', 'mean_absolute_percentage_error', 'mean_squared_logarithmic_error'],
  ...['squared_hinge', 'hinge', 'categorical_hinge', 'categorical_crossentropy', 'sparse_categorical_crossentropy'],
  ...['binary_crossentropy', 'kullback_leibler_divergence', 'poisson', 'cosine_proximity'],
];
const METRICS = [
  ...['binary_accuracy', 'categorical_accuracy', 'precision', 'categorical_crossentropy'],
  ...['sparse_categorical_crossentropy', 'mean_squared_error', 'mean_absolute_error', 'mean_absolute_percentage_error'],
  ...['accuracy', 'acc', 'mse', 'mae', 'mape'],
];
/** Short names of Keras. */
const SHORT: Readonly<Record<string, string>> = {
  mse: 'mean_squared_error',
  mae: 'mean_absolute_error',
  mape: 'mean_absolute_percentage_error',
  msle: 'mean_squared_logarithmic_error',
  kl_divergence: 'kullback_leibler_divergence',
};

/** What tfjs lacks. */
class Lacks extends Error {}

function optimizerConfig(optimizer: unknown): Config {
  const { class_name: given, config } = optimizer as { readonly class_name: string; readonly config: Config };
  if (!Object.hasOwn(OPTIMIZERS, given)) throw new Lacks(`the optimizer ${given}`);
  const rate = config['learning_rate'];
  if (typeof rate !== 'number') throw new Lacks('schedules of the learning rate');
  for (const key of ['clipnorm', 'clipvalue', 'global_clipnorm', 'weight_decay', 'gradient_accumulation_steps'])
    if (config[key] !== null && config[key] !== undefined) throw new Lacks(`${key} of optimizers`);
  for (const key of ['amsgrad', 'use_ema']) if (config[key] === true) throw new Lacks(`${key} of optimizers`);
  const hasMomentum = given === 'SGD' && config['momentum'] !== 0;
  const [name, args]: OptimizerForm = hasMomentum ? ['Momentum', MOMENTUM] : OPTIMIZERS[given];
  const made: Config = { learning_rate: rate };
  for (const [own, theirs] of Object.entries(args)) made[theirs] = config[own];
  return { class_name: name, config: made };
}

/** An optimizer of tfjs as Keras writes it. What is none of them comes back as it was. */
export function kerasOptimizer(given: unknown): unknown {
  if (!isDict(given) || !isDict(given['config'])) return given;
  const { class_name: name, config } = given as { class_name: unknown; config: Config };
  const isMomentum = name === 'Momentum';
  const own = Object.keys(OPTIMIZERS).find((each) => OPTIMIZERS[each][0] === (isMomentum ? 'SGD' : name));
  // What Keras 2 wrote has Keras's own names of arguments.
  const isTheirs = own !== undefined && (isMomentum || name === 'RMSProp' || !('name' in config));
  if (!isTheirs) return given;
  const args = isMomentum ? MOMENTUM : OPTIMIZERS[own][1];
  const theirs = Object.fromEntries(Object.entries(config).map(([key, value]) => [toSnakeCase(key), value]));
  const made: Config = { learning_rate: theirs['learning_rate'] };
  for (const [ours, key] of Object.entries(args)) if (key in theirs) made[ours] = theirs[key];
  return { class_name: own, config: made };
}

/** The id of a loss or metric, which tfjs knows by name only. */
function idOf(value: unknown, known: readonly string[]): string {
  const named = isDict(value) ? toSnakeCase(String(value['class_name'])) : String(value);
  const config = isDict(value) && isDict(value['config']) ? value['config'] : {};
  const usual = { reduction: ['sum_over_batch_size'], from_logits: [false], label_smoothing: [0], axis: [-1] } as const;
  for (const [key, allowed] of Object.entries(usual))
    if (Object.hasOwn(config, key) && !(allowed as readonly unknown[]).includes(config[key]))
      throw new Lacks(`${key}=${JSON.stringify(config[key])} of losses and metrics`);
  const id = known.includes(named) ? named : (SHORT[named] ?? named);
  if (!known.includes(id)) throw new Lacks(`'${id}' as a loss or metric`);
  return id;
}

function idsOf(value: unknown, known: readonly string[]): unknown {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((item) => idsOf(item, known));
  if (isDict(value) && !('class_name' in value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, idsOf(item, known)]));
  return idOf(value, known);
}

/** The training config of tfjs, and null; or null, and what tfjs lacks for it. */
export function tfjsTraining(compiled: Config): readonly [config: Config | null, lacks: string | null] {
  try {
    for (const key of ['loss_weights', 'weighted_metrics'])
      if (compiled[key] !== null && compiled[key] !== undefined) throw new Lacks(key);
    const metrics = idsOf(compiled['metrics'], METRICS);
    return [
      {
        loss: idsOf(compiled['loss'], LOSSES),
        metrics: metrics ?? [],
        optimizer_config: optimizerConfig(compiled['optimizer']),
      },
      null,
    ];
  } catch (error) {
    if (error instanceof Lacks) return [null, error.message];
    throw error;
  }
}

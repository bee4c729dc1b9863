/** @file What models of Keras 1 and 2 were compiled with, as Keras 3 would write it: optimizers, losses, metrics. */
import type { Config } from '../../core/serialization.js';
import { isDict } from '../../core/tree.js';
import { bareName, isOldObject, plainJson, textOr } from './values.js';

/** Names of arguments of optimizers before. */
const RENAMED: Readonly<Record<string, string>> = { lr: 'learning_rate' };
/** Arguments of optimizers that say nothing any more. */
const DROPPED = ['is_legacy_optimizer', 'jit_compile', 'schedule_decay', 'decay'];

/** An optimizer's config; null for one that Keras did not make (`TFOptimizer`). */
function upgradeOptimizer(given: unknown): Config | null {
  const plain = plainJson(given);
  if (!isOldObject(plain) || !isDict(plain.config)) return null;
  const className = bareName(plain.class_name);
  if (className === 'TFOptimizer') return null;
  const config: Config = {};
  for (const [key, value] of Object.entries(plain.config)) {
    if (DROPPED.includes(key)) continue;
    config[Object.hasOwn(RENAMED, key) ? RENAMED[key] : key] = value;
  }
  // Before there were schedules, the rate at step t was rate / (1 + decay t).
  const { decay } = plain.config;
  if (typeof decay === 'number' && decay > 0) {
    config['learning_rate'] = {
      module: 'keras.optimizers.schedules',
      class_name: 'InverseTimeDecay',
      config: { initial_learning_rate: config['learning_rate'], decay_steps: 1, decay_rate: decay },
      registered_name: null,
    };
  }
  const rate = config['learning_rate'];
  if (isOldObject(rate) && isDict(rate.config) && rate['module'] === undefined)
    config['learning_rate'] = { ...rate, module: 'keras.optimizers.schedules' };
  if (config['epsilon'] === null) config['epsilon'] = 1e-7;
  if (config['ema_overwrite_frequency'] !== undefined && config['use_ema'] !== true)
    config['ema_overwrite_frequency'] = null;
  return { module: 'keras.optimizers', class_name: className, config, registered_name: null };
}

/** Losses by names that they had before. */
const LOSSES: Readonly<Record<string, string>> = { cosine_proximity: 'cosine_similarity' };

/** Applies to each object or id of a structure of losses or metrics. */
function mapEach(tree: unknown, fn: (each: unknown) => unknown): unknown {
  if (tree === null || tree === undefined) return null;
  if (Array.isArray(tree)) return tree.map((item) => mapEach(item, fn));
  if (isDict(tree) && !isOldObject(tree))
    return Object.fromEntries(Object.entries(tree).map(([key, item]) => [key, mapEach(item, fn)]));
  return fn(tree);
}

function upgradeLoss(loss: unknown): unknown {
  if (typeof loss === 'string') return Object.hasOwn(LOSSES, loss) ? LOSSES[loss] : loss;
  if (!isOldObject(loss)) return loss;
  const { fn, reduction, ...config } = (loss.config ?? {}) as Config;
  if (bareName(loss.class_name) === 'LossFunctionWrapper' && typeof fn === 'string') return fn;
  const own = reduction === undefined ? {} : { reduction: reduction === 'auto' ? 'sum_over_batch_size' : reduction };
  return { module: 'keras.losses', ...loss, class_name: bareName(loss.class_name), config: { ...config, ...own } };
}

/** What `accuracy` may have become, by the targets. */
const ACCURACIES = ['binary_accuracy', 'categorical_accuracy', 'sparse_categorical_accuracy'];

function upgradeMetric(metric: unknown): unknown {
  if (!isOldObject(metric)) return metric;
  const { fn, ...config } = (metric.config ?? {}) as Config;
  const className = bareName(metric.class_name);
  if (className === 'MeanMetricWrapper' && typeof fn === 'string') {
    const name = textOr(config['name'], fn);
    // `accuracy` chose one by the shape of the targets, and called it by what was asked for.
    const asked = ['accuracy', 'acc'].find((each) => name === each || name.endsWith(`_${each}`));
    const chosen = ACCURACIES.includes(fn) && !ACCURACIES.some((each) => name.endsWith(each));
    return asked !== undefined && chosen ? asked : fn;
  }
  return { module: 'keras.metrics', ...metric, class_name: className, config };
}

/**
 * What a model was compiled with (`training_config` of an `.h5` file), as Keras 3 writes it (`compile_config`).
 *
 * @returns null: there is nothing in it from which a model can be compiled.
 */
export function upgradeTrainingConfig(given: unknown): Config | null {
  const plain = plainJson(given);
  if (!isDict(plain)) return null;
  const optimizer = upgradeOptimizer(plain['optimizer_config']);
  if (optimizer === null) return null;
  const metrics = mapEach(plain['metrics'], upgradeMetric);
  return {
    optimizer,
    loss: mapEach(plain['loss'], upgradeLoss),
    loss_weights: plain['loss_weights'] ?? null,
    // For a model of one output tf_keras writes the list of metrics in a list.
    metrics:
      Array.isArray(metrics) && metrics.length === 1 && Array.isArray(metrics[0]) ? (metrics[0] as unknown) : metrics,
    weighted_metrics: mapEach(plain['weighted_metrics'], upgradeMetric),
  };
}

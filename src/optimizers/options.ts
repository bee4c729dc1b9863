/** @file The options that all optimizers take, and their checks. */
import { describe } from '../core/describe.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { constructorOptions } from '../core/option_names.js';
import type { TensorLike } from '../runtime/index.js';
import type { LearningRateSchedule } from './schedules/index.js';

/** What a `learningRate` option takes: a number, a schedule, or a function without arguments that gives the rate. */
export type LearningRateLike = number | LearningRateSchedule | (() => TensorLike);

/** Options of every optimizer. */
export interface OptimizerOptions {
  /** Default: made of the class's name. Slots are named after it. */
  readonly name?: string | null;
  /** A fraction of each weight, times the learning rate, that is taken away at each step. Default null: nothing. */
  readonly weightDecay?: number | null;
  /** The greatest norm of each variable's gradient. Default null. At most one of the three clips may be set. */
  readonly clipnorm?: number | null;
  /** The greatest absolute value of gradients' elements. Default null. */
  readonly clipvalue?: number | null;
  /** The greatest norm of all gradients together. Default null. */
  readonly globalClipnorm?: number | null;
  /** Whether to keep an exponential moving average of the weights, which takes their place after training. Default false. */
  readonly useEma?: boolean;
  /** The part of the old average that stays at each step, in [0, 1]. Default 0.99. */
  readonly emaMomentum?: number;
  /** Steps after which the weights are replaced by their average, again and again; null: only in the end. Default null. */
  readonly emaOverwriteFrequency?: number | null;
  /** A factor on the loss, which the gradients are divided by again: guards 16-bit gradients from underflow. Default null. */
  readonly lossScaleFactor?: number | null;
  /** Steps whose gradients are averaged before an update, at least 2; null: an update at each step. Default null. */
  readonly gradientAccumulationSteps?: number | null;
  /** @deprecated Keras 2's name of `learningRate`. */
  readonly lr?: LearningRateLike;
  /** @deprecated Keras 2's: the rate falls as lr / (1 + decay · updates). Today it is a schedule, `InverseTimeDecay`. Default 0. */
  readonly decay?: number | null;
}

/** The options of every optimizer, complete. */
export interface CheckedOptions {
  readonly weightDecay: number | null;
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly globalClipnorm: number | null;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
  readonly lossScaleFactor: number | null;
  readonly gradientAccumulationSteps: number | null;
  /** Keras 2's: what each update adds to the divisor of the rate. */
  readonly decay: number;
}

/** Names of the options of every optimizer. */
const BASE = [
  'learningRate',
  'name',
  'weightDecay',
  'clipnorm',
  'clipvalue',
  'globalClipnorm',
  'useEma',
  'emaMomentum',
  'emaOverwriteFrequency',
  'lossScaleFactor',
  'gradientAccumulationSteps',
];

/** Everything but the name, with defaults. @throws {ValueError} A value is out of its range. @throws {TypeError} An option does not exist. */
export function checkOptions(owner: string, cls: unknown, options: Omit<OptimizerOptions, 'name'>): CheckedOptions {
  const {
    weightDecay = null,
    clipnorm = null,
    clipvalue = null,
    globalClipnorm = null,
    useEma = false,
    emaMomentum = 0.99,
    emaOverwriteFrequency = null,
    lossScaleFactor = null,
    gradientAccumulationSteps = null,
    decay = null,
    ...rest
  } = options;
  if (decay !== null && !(typeof decay === 'number' && decay >= 0))
    throw new ValueError(`${owner}: decay=${describe(decay)}. Expected a number from 0.`);
  refuseUnknownOptions(owner, rest, constructorOptions(cls, BASE));
  const numbers = { weightDecay, clipnorm, clipvalue, globalClipnorm, lossScaleFactor };
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== null && (typeof value !== 'number' || Number.isNaN(value)))
      throw new ValueError(`${owner}: \`${name}\` must be a number or null. Received: ${name}=${describe(value)}`);
  }
  if (
    gradientAccumulationSteps !== null &&
    !(Number.isInteger(gradientAccumulationSteps) && gradientAccumulationSteps >= 2)
  ) {
    throw new ValueError(
      `${owner}: \`gradientAccumulationSteps\` must be an integer >= 2. Received: gradientAccumulationSteps=${describe(gradientAccumulationSteps)}`,
    );
  }
  if (useEma) {
    if (typeof emaMomentum !== 'number' || !(emaMomentum >= 0 && emaMomentum <= 1)) {
      throw new ValueError(
        `${owner}: \`emaMomentum\` must be in the range [0, 1]. Received: emaMomentum=${describe(emaMomentum)}`,
      );
    }
    if (emaOverwriteFrequency !== null && !(Number.isInteger(emaOverwriteFrequency) && emaOverwriteFrequency >= 1)) {
      throw new ValueError(
        `${owner}: \`emaOverwriteFrequency\` must be an integer >= 1 or null. Received: emaOverwriteFrequency=${describe(emaOverwriteFrequency)}`,
      );
    }
  }
  if ([clipnorm, clipvalue, globalClipnorm].filter((clip) => clip !== null).length > 1) {
    throw new ValueError(
      `${owner}: only one of \`clipnorm\`, \`clipvalue\` and \`globalClipnorm\` can be set. ` +
        `Received: clipnorm=${clipnorm}, clipvalue=${clipvalue}, globalClipnorm=${globalClipnorm}`,
    );
  }
  return {
    weightDecay,
    clipnorm,
    clipvalue,
    globalClipnorm,
    useEma,
    emaMomentum,
    emaOverwriteFrequency,
    lossScaleFactor,
    gradientAccumulationSteps,
    decay: decay ?? 0,
  };
}

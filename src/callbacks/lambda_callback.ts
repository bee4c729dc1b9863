/** @file `LambdaCallback`: a callback made of functions. */
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { Callback } from './callback.js';

const HOOKS = [
  'onBatchBegin',
  'onBatchEnd',
  'onEpochBegin',
  'onEpochEnd',
  'onTrainBatchBegin',
  'onTrainBatchEnd',
  'onTestBatchBegin',
  'onTestBatchEnd',
  'onPredictBatchBegin',
  'onPredictBatchEnd',
  'onTrainBegin',
  'onTrainEnd',
  'onTrainError',
  'onTestBegin',
  'onTestEnd',
  'onPredictBegin',
  'onPredictEnd',
] as const;

/** Options of `new LambdaCallback(options)`: a function, or null, for any hook of `Callback`. */
export type LambdaCallbackOptions = { readonly [Hook in (typeof HOOKS)[number]]?: Callback[Hook] | null };

/**
 * A callback made on the fly.
 *
 * @param options See {@link LambdaCallbackOptions}.
 * @throws {ValueError} A hook is no function.
 * @see `keras.callbacks.LambdaCallback`
 * @example
 * new LambdaCallback({ onEpochEnd: (epoch, logs) => { console.log(epoch, logs.loss); } })
 */
export class LambdaCallback extends Callback {
  constructor(options: LambdaCallbackOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    refuseUnknownOptions(
      'LambdaCallback',
      Object.fromEntries(Object.entries(options).filter(([key]) => !(HOOKS as readonly string[]).includes(key))),
      HOOKS,
    );
    for (const name of HOOKS) {
      const hook = options[name];
      if (hook === null || hook === undefined) continue;
      if (typeof hook !== 'function') throw new ValueError(`LambdaCallback: ${name} is no function.`);
      Object.defineProperty(this, name, { value: hook, configurable: true, writable: true, enumerable: true });
    }
  }
}

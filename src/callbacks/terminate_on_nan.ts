/** @file `TerminateOnNaN`. */
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, RuntimeError } from '../core/errors.js';
import type { Logs } from './callback.js';
import { Callback } from './callback.js';
import { formatFloat } from '../core/python_format.js';
import { printLine } from './print.js';

/** Options of `new TerminateOnNaN(options)`. */
export interface TerminateOnNaNOptions {
  /** Throw a RuntimeError rather than stop. Default false. */
  readonly raiseError?: boolean;
}

/**
 * Stops training when the loss is NaN or infinite.
 *
 * @param options See {@link TerminateOnNaNOptions}.
 * @see `keras.callbacks.TerminateOnNaN`
 * @example
 * await model.fit(x, y, { callbacks: [new callbacks.TerminateOnNaN()] });
 */
export class TerminateOnNaN extends Callback {
  readonly raiseError: boolean;

  constructor(options: TerminateOnNaNOptions = {}) {
    const { raiseError = false, ...rest } = checkedOptions<TerminateOnNaNOptions>(new.target, options, arguments, 0);
    super();
    refuseUnknownOptions('TerminateOnNaN', rest, ['raiseError']);
    this.raiseError = raiseError;
  }

  override onBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    if (this.raiseError) {
      throw new RuntimeError(
        `NaN or Inf loss encountered at batch ${batch}. Loss value: ${formatFloat(loss)}. Terminating training immediately.`,
      );
    }
    printLine(`Batch ${batch}: Invalid loss, terminating training`);
    this.model.stopTraining = true;
  }
}

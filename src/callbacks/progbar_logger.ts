/** @file `ProgbarLogger`: the progress bar of `fit`, `evaluate` and `predict`. */
import { getPlatform } from '../core/platform.js';
import type { BeginLogs, CallbackParams, Logs } from './callback.js';
import { Callback } from './callback.js';
import { Progbar } from './progbar.js';

/**
 * Prints the progress bar. Added by itself unless `verbose` is 0.
 *
 * @see `keras.callbacks.ProgbarLogger`
 * @example
 * await model.fit(x, y, { callbacks: [new callbacks.ProgbarLogger()] });
 */
export class ProgbarLogger extends Callback {
  #verbose: 0 | 1 | 2 = 1;
  #epochs = 1;
  #target: number | null = null;
  #seen = 0;
  #progbar: Progbar | null = null;
  #calledInFit = false;

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    const { verbose = 'auto', epochs = 1, steps = null } = params;
    this.#verbose = verbose === 'auto' ? 1 : verbose;
    this.#epochs = epochs;
    this.#target = steps;
  }

  override onTrainBegin(): void {
    this.#calledInFit = true; // the validation inside `fit` is silent
  }

  override onTestBegin(): void {
    if (!this.#calledInFit) this.#start();
  }

  override onPredictBegin(): void {
    this.#start();
  }

  override onEpochBegin(epoch: number): void {
    this.#start();
    if (this.#verbose !== 0 && this.#epochs > 1) getPlatform().terminal.write(`Epoch ${epoch + 1}/${this.#epochs}\n`);
  }

  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#update(batch, logs);
  }

  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.#calledInFit) this.#update(batch, logs);
  }

  override onPredictBatchEnd(batch: number): void {
    this.#update(batch, {});
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finish(logs);
  }

  override onTestEnd(logs: Logs): void {
    if (!this.#calledInFit) this.#finish(logs);
  }

  override onPredictEnd(): void {
    this.#finish({});
  }

  #start(): void {
    this.#seen = 0;
    this.#progbar = new Progbar(this.#target, { verbose: this.#verbose, unitName: 'step', statelessMetrics: [] });
  }

  #update(batch: number, logs: BeginLogs): void {
    if (this.#progbar === null) this.#start();
    this.#seen = batch + 1;
    if (this.#verbose === 1) this.#progbar!.update(this.#seen, Object.entries(logs), { finalize: false });
  }

  #finish(logs: BeginLogs): void {
    if (this.#progbar === null) this.#start();
    const bar = this.#progbar!;
    bar.target = this.#target ??= this.#seen;
    bar.update(bar.target, Object.entries(logs), { finalize: true });
  }
}

/** @file `EarlyStopping`. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions } from '../core/errors.js';
import type { Tensor } from '../runtime/index.js';
import type { CallbackState, Logs } from './callback.js';
import type { MonitorOptions } from './monitor.js';
import { lookUp, MonitorCallback } from './monitor.js';
import { printLine } from './print.js';

/** Options of `new EarlyStopping(options)`. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** Changes that are smaller are no improvement. Default 0. */
  readonly minDelta?: number;
  /** Epochs without improvement after which training stops. Default 0. */
  readonly patience?: number;
  /** 1: say so. Default 0. */
  readonly verbose?: number;
  /** A value that must be reached within `patience` epochs. Default null. */
  readonly baseline?: number | null;
  /** In the end, go back to the weights of the best epoch. Default false: those of the last one. */
  readonly restoreBestWeights?: boolean;
  /** Epochs at the beginning that do not count. Default 0. */
  readonly startFromEpoch?: number;
}

/**
 * Stops training when a number of the logs gets no better.
 *
 * @param monitor The name in the logs; may stand in `options`. Default `'val_loss'`.
 * @param options See {@link EarlyStoppingOptions}.
 * @see `keras.callbacks.EarlyStopping`
 * @example
 * await model.fit(x, y, { epochs: 100, validationSplit: 0.2, callbacks: [new EarlyStopping({ patience: 3 })] });
 */
export class EarlyStopping extends MonitorCallback {
  readonly patience: number;
  readonly verbose: number;
  readonly baseline: number | null;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  /** The epoch in which training was stopped, counted from 0; 0 if it was not. */
  stoppedEpoch = 0;
  /** The epoch of the best value, counted from 0. */
  bestEpoch = 0;
  /** Its weights, if they are to be restored. */
  bestWeights: Tensor[] | null = null;
  #wait = 0;

  constructor(monitor: string, options?: EarlyStoppingOptions);
  constructor(options?: EarlyStoppingOptions);
  constructor(first?: EarlyStoppingOptions | string, ..._more: unknown[]) {
    const options = checkedOptions<EarlyStoppingOptions>(new.target, first, arguments, 0);
    const {
      monitor,
      mode,
      minDelta,
      patience = 0,
      verbose = 0,
      baseline = null,
      restoreBestWeights = false,
      startFromEpoch = 0,
      ...rest
    } = options;
    super('EarlyStopping', { monitor, mode, minDelta });
    refuseUnknownOptions('EarlyStopping', rest, [
      'monitor', 'mode', 'minDelta', 'patience', 'verbose', 'baseline', 'restoreBestWeights', 'startFromEpoch',
    ]); // prettier-ignore
    this.patience = patience;
    this.verbose = verbose;
    this.baseline = baseline;
    this.restoreBestWeights = restoreBestWeights;
    this.startFromEpoch = startFromEpoch;
  }

  override onTrainBegin(): void {
    this.#wait = 0;
    this.stoppedEpoch = 0;
    this.best = null;
    this.bestWeights = null;
    this.bestEpoch = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const current = this.getMonitorValue(logs);
    if (current === null || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && this.bestWeights === null) {
      this.bestWeights = this.model.getWeights();
      this.bestEpoch = epoch;
    }
    this.#wait++;
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.bestEpoch = epoch;
      if (this.restoreBestWeights) this.bestWeights = this.model.getWeights();
      if (this.baseline === null || this.isImprovement(current, this.baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait >= this.patience && epoch > 0) {
      this.stoppedEpoch = epoch;
      this.model.stopTraining = true;
    }
  }

  override onTrainEnd(): void {
    if (this.stoppedEpoch > 0 && this.verbose > 0) printLine(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (!this.restoreBestWeights || this.bestWeights === null) return;
    if (this.verbose > 0) printLine(`Restoring model weights from the end of the best epoch: ${this.bestEpoch + 1}.`);
    this.model.setWeights(this.bestWeights);
  }

  override getState(): CallbackState {
    const { best, bestEpoch, stoppedEpoch, bestWeights } = this;
    return { best, bestEpoch, stoppedEpoch, bestWeights, wait: this.#wait };
  }

  override setState(state: CallbackState): void {
    this.best = state['best'] as number | null;
    this.bestEpoch = state['bestEpoch'] as number;
    this.stoppedEpoch = state['stoppedEpoch'] as number;
    this.bestWeights = state['bestWeights'] as Tensor[] | null;
    this.#wait = state['wait'] as number;
  }

  /** The monitored value, or null (with a warning that lists the names there are). */
  getMonitorValue(logs: Logs): number | null {
    const value = lookUp(logs, this.monitor);
    if (value !== undefined) return value;
    console.warn(
      `Early stopping conditioned on metric \`${this.monitor}\` which is not available. Available metrics are: ${Object.keys(logs).join(',')}`,
    );
    return null;
  }
}
checkMethods(EarlyStopping);

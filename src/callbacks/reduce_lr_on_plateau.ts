/** @file `ReduceLROnPlateau`. */
import { checkMethods } from '../core/methods.js';
import { adviseOnce } from '../core/advice.js';
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Optimizer } from '../optimizers/index.js';
import type { CallbackState, Logs } from './callback.js';
import { learningRateOf, logLearningRates, optimizersOf } from './learning_rates.js';
import type { MonitorOptions } from './monitor.js';
import { lookUp, MonitorCallback } from './monitor.js';
import { formatFloat } from '../core/python_format.js';
import { printLine } from './print.js';

/** Options of `new ReduceLROnPlateau(options)`. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, below 1. Default 0.1. */
  readonly factor?: number;
  /** Epochs without improvement after which the rate falls. Default 10. */
  readonly patience?: number;
  /** 1: say so. Default 0. */
  readonly verbose?: number;
  /** Changes that are smaller are no improvement. Default 1e-4. */
  readonly minDelta?: number;
  /** Keras 2's name of `minDelta`. */
  readonly epsilon?: number;
  /** Epochs after a fall in which nothing is counted. Default 0. */
  readonly cooldown?: number;
  /** The rate never falls below. Default 0. */
  readonly minLr?: number;
}

/**
 * Lowers the learning rate when a number of the logs gets no better. The rate is in the logs, as `learning_rate`.
 *
 * @param monitor The name in the logs; may stand in `options`. Default `'val_loss'`.
 * @param options See {@link ReduceLROnPlateauOptions}.
 * @throws {ValueError} `factor` is not below 1, or another argument cannot be.
 * @see `keras.callbacks.ReduceLROnPlateau`
 * @example
 * const lower = new ReduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 2, verbose: 1 });
 * await model.fit(x, y, { epochs: 10, verbose: 0, callbacks: [lower] });
 */
export class ReduceLROnPlateau extends MonitorCallback {
  readonly factor: number;
  readonly patience: number;
  readonly verbose: number;
  readonly cooldown: number;
  readonly minLr: number;
  #wait = 0;
  #cooldownCounter = 0;

  /** @throws {ValueError} `factor` is 1 or more. */
  constructor(monitor: string, options?: ReduceLROnPlateauOptions);
  constructor(options?: ReduceLROnPlateauOptions);
  constructor(first?: ReduceLROnPlateauOptions | string, ..._more: unknown[]) {
    const options = checkedOptions<ReduceLROnPlateauOptions>(new.target, first, arguments, 0);
    const {
      monitor,
      mode,
      epsilon,
      minDelta = epsilon ?? 1e-4,
      factor = 0.1,
      patience = 10,
      verbose = 0,
      cooldown = 0,
      minLr = 0,
      ...rest
    } = options;
    super('ReduceLROnPlateau', { monitor, mode, minDelta });
    refuseUnknownOptions('ReduceLROnPlateau', rest, [
      'monitor', 'mode', 'minDelta', 'factor', 'patience', 'verbose', 'cooldown', 'minLr',
    ]); // prettier-ignore
    if (typeof factor !== 'number' || !(factor < 1))
      throw new ValueError(`ReduceLROnPlateau does not support a factor >= 1.0. Received factor=${describe(factor)}`);
    if (epsilon !== undefined)
      adviseOnce('ReduceLROnPlateau: epsilon', 'ReduceLROnPlateau: `epsilon` is the old name of `minDelta`.');
    this.factor = factor;
    this.patience = patience;
    this.verbose = verbose;
    this.cooldown = cooldown;
    this.minLr = minLr;
  }

  /** Whether a fall is so recent that nothing is counted. */
  inCooldown(): boolean {
    return this.#cooldownCounter > 0;
  }

  override onTrainBegin(): void {
    this.best = null;
    this.#cooldownCounter = 0;
    this.#wait = 0;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    logLearningRates(this.model, logs);
    const current = lookUp(logs, this.monitor);
    if (current === undefined) {
      console.warn(
        `Learning rate reduction is conditioned on metric \`${this.monitor}\` which is not available. Available metrics are: ${Object.keys(logs).join(',')}.`,
      );
      return;
    }
    if (this.inCooldown()) {
      this.#cooldownCounter--;
      this.#wait = 0;
    }
    if (this.isImprovement(current, this.best)) {
      this.best = current;
      this.#wait = 0;
      return;
    }
    if (this.inCooldown() || ++this.#wait < this.patience) return;
    let reduced = false;
    for (const { optimizer, name } of optimizersOf(this.model))
      reduced = this.#reduce(optimizer, epoch, name) || reduced;
    if (!reduced) return;
    this.#cooldownCounter = this.cooldown;
    this.#wait = 0;
  }

  override getState(): CallbackState {
    return { best: this.best, wait: this.#wait, cooldown: this.#cooldownCounter };
  }

  override setState({ best, wait, cooldown }: CallbackState): void {
    this.best = best as number | null;
    this.#wait = wait as number;
    this.#cooldownCounter = cooldown as number;
  }

  #reduce(optimizer: Optimizer, epoch: number, name: string | null): boolean {
    const before = learningRateOf(optimizer);
    if (!(before > Math.fround(this.minLr))) return false;
    const rate = Math.max(before * this.factor, this.minLr);
    optimizer.learningRate = rate;
    if (this.verbose > 0) {
      printLine(
        `\nEpoch ${epoch + 1}: ReduceLROnPlateau reducing${name === null ? '' : ` ${name}`} learning rate to ${formatFloat(rate)}.`,
      );
    }
    return true;
  }
}
checkMethods(ReduceLROnPlateau);

/** @file `History`: what `fit` gives back. */
import { own, setOwn } from '../core/lookup.js';
import type { CallbackState, Logs } from './callback.js';
import { Callback } from './callback.js';

/**
 * Records the logs of each epoch. `fit` adds one by itself and returns it.
 *
 * @see `keras.callbacks.History`
 * @example
 * const { history } = await model.fit(x, y, { epochs: 3, verbose: 0 });
 * history.loss.length; // 3
 */
export class History extends Callback {
  /** Name to values, one per epoch: `history.history.val_loss[0]`. Goes on when the same object is used in a further `fit`. */
  readonly history = {} as Record<string, number[]> & { loss: number[] };
  /** Numbers of the epochs that were run, counted from 0. */
  epoch: number[] = [];

  override onTrainBegin(): void {
    this.epoch = [];
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) {
      const values = own(this.history, name) ?? [];
      values.push(value);
      this.#set(name, values);
    }
    this.model.history = this;
  }

  #set(name: string, values: number[]): void {
    setOwn(this.history, name, values);
    // Keras 2's name; not enumerable, so that it is not listed twice.
    if (name === 'learning_rate') Object.defineProperty(this.history, 'lr', { value: values, configurable: true });
  }

  override getState(): CallbackState {
    return { epoch: this.epoch, history: this.history };
  }

  override setState({ epoch, history }: CallbackState): void {
    this.epoch = [...(epoch as number[])];
    for (const name of Object.keys(this.history)) delete this.history[name];
    for (const [name, values] of Object.entries(history as Record<string, number[]>)) this.#set(name, [...values]);
    this.model.history = this;
  }
}

/** @file Times one workload in this process, which should be a fresh one. tools/bench/peers.py does the same in Python. */
import type { Model, Tensor } from 'keras-ts';
import { callbacks, getThreads, ops } from 'keras-ts';
import { readFileSync } from 'node:fs';
import type { Workload } from '../workloads/workload.js';
import { quantile } from './statistics.js';

/** What was measured in one go. */
export interface Round {
  /** Milliseconds a step: the median epoch. */
  readonly step: number;
  /** Milliseconds that `predict` of one sample takes: the median call. */
  readonly predict: number;
}

/** Seconds of predictions in a round. */
const predictionSeconds = 0.3;

/** Milliseconds of every epoch. It hears of epochs alone, so that steps may run many at a time. */
class EpochTimes extends callbacks.Callback {
  readonly times: number[] = [];
  #start = 0;
  override onEpochBegin(): void {
    this.#start = performance.now();
  }
  override onEpochEnd(): void {
    this.times.push(performance.now() - this.#start);
  }
}

/** The time at which the first step had ended. */
class FirstStep extends callbacks.Callback {
  end: number | null = null;
  override onTrainBatchEnd(): void {
    this.end ??= performance.now();
  }
}

/** A workload with its data, ready to be trained. */
export class Job {
  readonly #model: Model;
  /** Milliseconds of an epoch, as far as known. */
  #epoch = Infinity;

  private constructor(
    readonly workload: Workload,
    readonly x: Tensor,
    readonly y: Tensor,
  ) {
    this.#model = workload.build();
  }

  static async of(workload: Workload): Promise<Job> {
    const [x, y] = await workload.data();
    return new Job(workload, x, y);
  }

  async #fit<T extends callbacks.Callback>(epochs: number, listener: T): Promise<T> {
    const { batchSize } = this.workload;
    await this.#model.fit(this.x, this.y, { batchSize, epochs, verbose: 0, callbacks: [listener] });
    return listener;
  }

  /** Milliseconds from the call of `fit` on the new model to the end of its first step. */
  async firstStep(): Promise<number> {
    const start = performance.now();
    const { end } = await this.#fit(1, new FirstStep());
    if (end === null) throw new Error(`${this.workload.name}: fit ended without a step`);
    return end - start;
  }

  /** Train for about so many seconds, one epoch at least; then predict. */
  async round(seconds: number): Promise<Round> {
    const { times } = await this.#fit(Math.max(1, Math.ceil((1000 * seconds) / this.#epoch)), new EpochTimes());
    this.#epoch = quantile(times, 0.5);
    const one = ops.take(this.x, ops.arange(0, 1), { axis: 0 });
    const predictions: number[] = [];
    await this.#model.predict(one, { verbose: 0 });
    for (const end = performance.now() + 1000 * predictionSeconds; performance.now() < end;) {
      const start = performance.now();
      await this.#model.predict(one, { verbose: 0 });
      predictions.push(performance.now() - start);
    }
    return {
      step: this.#epoch / (this.x.shape[0] / this.workload.batchSize),
      predict: predictions.length === 0 ? NaN : quantile(predictions, 0.5),
    };
  }

  get threads(): number {
    return getThreads();
  }
}

/** The largest resident memory of this process so far, in MB (2²⁰ bytes). */
export function peakMemory(): number {
  try {
    // Not maxRSS: a process inherits that from the one that started it.
    const [, kilobytes] = /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kilobytes) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

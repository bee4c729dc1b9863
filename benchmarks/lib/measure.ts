/** @file Times one workload in this process, which should be a fresh one. */
import { callbacks, getThreads } from 'keras-ts';
import type { Workload } from '../workloads/workload.js';
import { quantile } from './statistics.js';

/** What was measured of a workload. */
export interface Timing {
  readonly name: string;
  readonly threads: number;
  /** Milliseconds a step: the median epoch, and the epochs between which eight of ten lie. */
  readonly step: { readonly median: number; readonly low: number; readonly high: number };
  /** Steps that were timed. */
  readonly steps: number;
  /** Milliseconds from the call of `fit` on a new model to the end of its first step. */
  readonly firstStep: number;
  /** The largest resident memory of the process, in MB (2²⁰ bytes). */
  readonly peakMemory: number;
}

const fits = 3;
/** Seconds that each fit should last. */
const fitSeconds = 2;

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

/** Time the workload: the first step of a new model, then whole epochs after a warm-up. */
export async function measure(workload: Workload): Promise<Timing> {
  const { name, batchSize } = workload;
  const [x, y] = await workload.data();
  const stepsPerEpoch = x.shape[0] / batchSize;
  const model = workload.build();
  const fit = async <T extends callbacks.Callback>(epochs: number, listener: T): Promise<T> => {
    await model.fit(x, y, { batchSize, epochs, verbose: 0, callbacks: [listener] });
    return listener;
  };

  const start = performance.now();
  const { end } = await fit(1, new FirstStep());
  if (end === null) throw new Error(`${name}: fit ended without a step`);

  const { times: warm } = await fit(2, new EpochTimes());
  const epochs = Math.min(1000, Math.max(3, Math.ceil((1000 * fitSeconds) / warm[1])));
  const times: number[] = [];
  for (let repeat = 0; repeat < fits; repeat++) times.push(...(await fit(epochs, new EpochTimes())).times);
  const perStep = times.map((time) => time / stepsPerEpoch);

  return {
    name,
    threads: getThreads(),
    step: { median: quantile(perStep, 0.5), low: quantile(perStep, 0.1), high: quantile(perStep, 0.9) },
    steps: times.length * stepsPerEpoch,
    firstStep: end - start,
    // maxRSS is in kilobytes.
    peakMemory: process.resourceUsage().maxRSS / 1024,
  };
}

/** @file The loop of `evaluate`. */
import { refuseOthers } from '../../core/arguments.js';
import type { CallbackList, Logs } from '../../callbacks/index.js';
import type { DataLike, DataSource } from '../../data/index.js';
import { getDataAdapter } from '../../data/index.js';
import { EpochIterator } from '../epoch_iterator.js';
import { Executions } from '../executions.js';
import type { EvaluateOptions } from '../options.js';
import { checkCount, checkQueue, checkVerbose, EVALUATE_OPTIONS } from '../options.js';
import type { TrainingSession } from '../session.js';
import { epochLogs, toLogs } from './logs.js';
import { batchesAtOnce, callbacksFor, policyFor, Pulse } from './running.js';

/** A validation that takes this many batches, and this many times as many as the epoch had steps, may have no end. */
const MANY = { batches: 1000, timesTraining: 10 };

/**
 * One pass over the data of `evaluate`, or of the validation of `fit`.
 *
 * @param trainingSteps Steps of the epoch before a validation. null: this is none.
 * @returns Its logs.
 */
export async function evaluateEpoch(
  session: TrainingSession,
  iterator: EpochIterator,
  callbacks: CallbackList,
  pulse: Pulse,
  trainingSteps: number | null = null,
): Promise<Logs> {
  const steps = await session.steps('test', iterator.adapter);
  iterator.reset();
  session.model.stopEvaluating = false;
  await callbacks.onTestBegin();
  session.model.resetMetrics();
  const silent = callbacks.ignoresBatches('Test');
  const executions = new Executions(iterator, steps, policyFor(session, callbacks, 'Test'));
  let results: unknown = null;
  // Data of unknown length are asked for a number of steps once, when they seem to go on for ever: nothing else would tell why `fit` stands.
  let suspicious =
    trainingSteps === null || iterator.numBatches !== null
      ? Infinity
      : Math.max(MANY.batches, MANY.timesTraining * trainingSteps);
  try {
    for await (const execution of executions.epoch()) {
      if (execution.end >= suspicious) {
        console.warn(
          `fit: the validation has taken ${suspicious} batches and goes on. If its data have no end, say validationSteps.`,
        );
        suspicious = Infinity;
      }
      if (!silent) await callbacks.onTestBatchBegin(execution.begin);
      results = (await execution.run()).at(-1);
      if (!silent) await session.fetchState();
      if (!silent) await callbacks.onTestBatchEnd(execution.end, toLogs(results));
      if (session.model.stopEvaluating) break;
      const pause = pulse.beat();
      if (pause !== null) await pause;
    }
  } finally {
    executions.release();
  }
  const logs = results === null ? ({} as Logs) : await epochLogs(session, toLogs(results));
  await callbacks.onTestEnd(logs);
  return logs;
}

export async function evaluate(
  session: TrainingSession,
  x: DataSource,
  y: DataLike,
  options: EvaluateOptions,
): Promise<Logs> {
  const { batchSize, verbose, sampleWeight = null, steps, callbacks = null } = options;
  refuseOthers('evaluate', options, EVALUATE_OPTIONS);
  const limit = checkCount('evaluate', 'steps', steps);
  const adapter = getDataAdapter(x, 'evaluate', {
    y, sampleWeight, batchSize: checkCount('evaluate', 'batchSize', batchSize), steps: limit,
    counts: session.model._arrayCounts, ...checkQueue('evaluate', options),
  }); // prettier-ignore
  const iterator = new EpochIterator(adapter, limit, batchesAtOnce(session), 'evaluate: steps');
  const level = checkVerbose('evaluate', verbose ?? 'auto');
  const list = callbacksFor(session, callbacks, { verbose: level, epochs: 1, iterator, addHistory: false });
  try {
    return await evaluateEpoch(session, iterator, list, new Pulse());
  } finally {
    await iterator.end();
  }
}

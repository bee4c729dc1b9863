/** @file The loop of `fit`. */
import { refuseOthers } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import type { Logs } from '../../callbacks/index.js';
import { History } from '../../callbacks/index.js';
import { maxEpochs } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import { range } from '../../core/shape.js';
import type { DataLike, DataSource } from '../../data/index.js';
import { getDataAdapter, unpackXYSampleWeight } from '../../data/index.js';
import { EpochIterator } from '../epoch_iterator.js';
import { Executions } from '../executions.js';
import { FitRun } from '../fit_run.js';
import { RunInsight } from '../insight.js';
import { Interruption } from '../interruption.js';
import type { FitOptions } from '../options.js';
import { checkCount, checkQueue, checkShuffle, checkVerbose, FIT_OPTIONS } from '../options.js';
import type { TrainingSession } from '../session.js';
import { evaluateEpoch } from './evaluate.js';
import { epochLogs, sorted, toLogs } from './logs.js';
import { batchesAtOnce, callbacksFor, policyFor, Pulse } from './running.js';
import { isValidationEpoch, makeValidationReady, splitForValidation } from './validation.js';

export async function fit(
  session: TrainingSession,
  source: DataSource,
  targets: DataLike,
  options: FitOptions,
): Promise<History> {
  const {
    verbose,
    callbacks = null,
    validationSplit = 0,
    validationFreq = 1,
    classWeight = null,
    signal = null,
  } = options;
  refuseOthers('fit', options, FIT_OPTIONS);
  if (signal !== null && !(signal instanceof AbortSignal))
    throw new ValueError(
      `fit: signal=${describe(signal)}. Expected an AbortSignal: the \`signal\` of new AbortController().`,
    );
  const batchSize = checkCount('fit', 'batchSize', options.batchSize);
  const wanted = checkCount('fit', 'epochs', options.epochs ?? 1, 0)!;
  const epochs = Math.min(wanted, maxEpochs() ?? wanted);
  if (epochs < wanted) console.warn(`fit: epochs limited to ${epochs} by config.setMaxEpochs.`);
  const initialEpoch = checkCount('fit', 'initialEpoch', options.initialEpoch ?? 0, 0)!;
  const stepsPerEpoch = checkCount('fit', 'stepsPerEpoch', options.stepsPerEpoch);
  const validationSteps = checkCount('fit', 'validationSteps', options.validationSteps);
  const validationBatchSize = checkCount('fit', 'validationBatchSize', options.validationBatchSize) ?? batchSize;
  const queue = checkQueue('fit', options);
  const shuffle = checkShuffle(options.shuffle ?? true);
  if (
    typeof validationFreq === 'number'
      ? !(Number.isInteger(validationFreq) && validationFreq > 0)
      : !Array.isArray(validationFreq)
  )
    throw new ValueError(
      `fit: validationFreq=${describe(validationFreq)}. Expected a whole number from 1, or a list of epochs.`,
    );

  let [x, y, sampleWeight]: readonly [DataSource, DataLike, DataLike] = [source, targets, options.sampleWeight ?? null];
  let validationData = options.validationData ?? null;
  const counts = session.model._arrayCounts;
  if (validationSplit !== 0 && validationData === null) {
    const split = splitForValidation([x, y, sampleWeight], validationSplit, counts);
    [x, y, sampleWeight] = split.training;
    validationData = split.validation;
  }
  const size = batchesAtOnce(session);
  const adapter = getDataAdapter(x, 'fit', {
    y, sampleWeight, classWeight, batchSize, steps: stepsPerEpoch, shuffle, counts, ...queue,
  }); // prettier-ignore
  const iterator = new EpochIterator(adapter, stepsPerEpoch, size, 'fit: stepsPerEpoch');
  let validation: EpochIterator | null = null;
  if (validationData !== null) {
    const [vx, vy, vw] = unpackXYSampleWeight<DataLike>(validationData);
    const data = getDataAdapter(vx, 'fit: validationData', {
      y: vy, sampleWeight: vw, batchSize: validationBatchSize, steps: validationSteps, counts, ...queue,
    }); // prettier-ignore
    validation = new EpochIterator(data, validationSteps, size, 'fit: validationSteps');
  }
  const level = checkVerbose('fit', verbose ?? 'auto');
  const steps = await session.steps('train', adapter);
  const list = callbacksFor(session, callbacks, { verbose: level, epochs, iterator, addHistory: true });
  const { model } = session;
  const pulse = new Pulse();
  let finalLogs: Logs;
  const executions = new Executions(iterator, steps, policyFor(session, list, 'Train'));
  const validates = range(epochs).some((epoch) => epoch >= initialEpoch && isValidationEpoch(epoch, validationFreq));
  let meanwhile: (() => Promise<void>) | null = null;
  if (validation !== null && validates) {
    const data = validation;
    meanwhile = () => makeValidationReady(session, data);
  }
  const insight = new RunInsight(session, steps, adapter, validation?.adapter ?? null);
  model.stopTraining = false;
  const interruption = new Interruption(signal, () => {
    model.stopTraining = true;
    model.stopEvaluating = true;
  });
  const run = new FitRun(list, executions, insight, interruption, initialEpoch);
  model._run = run;
  try {
    try {
      await list.onTrainBegin();
      finalLogs = run.logs;
      for (; run.epoch < epochs && !run.stopped && !run.interrupted;) {
        const { epoch } = run;
        session.model.resetMetrics();
        await list.onEpochBegin(epoch);
        const last = await trainEpoch(session, executions, run, pulse, meanwhile);
        meanwhile = null;
        if (last === null) {
          console.warn(`fit: the data gave no batch in epoch ${epoch + 1}; training ends here.`);
          break;
        }
        const logs = await epochLogs(session, last);
        if (validation !== null && !run.interrupted && isValidationEpoch(epoch, validationFreq)) {
          const measured = await evaluateEpoch(
            session,
            validation,
            list,
            pulse,
            iterator.numBatches ?? executions.done,
          );
          // A validation that was broken off measures something else than those before.
          if (!run.interrupted) for (const [name, value] of Object.entries(measured)) logs[`val_${name}`] = value;
        }
        finalLogs = sorted(logs);
        run.logs = finalLogs;
        run.startAt(epoch + 1);
        await list.onEpochEnd(epoch, finalLogs);
        if (session.model.stopTraining) break;
      }
      list.nextCheckpoint(executions.done);
    } catch (error) {
      throw classWeight === null ? error : aboutClassWeight(error);
    } finally {
      executions.release();
      await iterator.end();
      await validation?.end();
      if (epochs > 0) session.finish();
    }
    await list.onTrainEnd(finalLogs);
  } catch (error) {
    await list.onTrainError(error);
    throw error;
  } finally {
    interruption.release();
    model._run = null;
  }
  return list.history ?? session.model.history ?? new History();
}

/** Weights that do not fit, told of `classWeight`, which made them. */
function aboutClassWeight(error: unknown): unknown {
  if (!(error instanceof ValueError) || !error.message.includes('sampleWeight of shape')) return error;
  return new ValueError(
    `fit: classWeight makes one weight per sample, by the class of its row in y, which does not fit here: ${error.message} ` +
      `For targets of several steps give sampleWeight of the shape of y in its place.`,
    { cause: error },
  );
}

/** @param meanwhile What is to be done beside the second execution. */
async function trainEpoch(
  session: TrainingSession,
  executions: Executions,
  run: FitRun,
  pulse: Pulse,
  meanwhile: (() => Promise<void>) | null,
): Promise<Logs | null> {
  const { callbacks, steps: from } = run;
  const silent = callbacks.ignoresBatches('Train');
  let results: unknown = null;
  let executed = 0;
  for await (const execution of executions.epoch(from)) {
    if (!silent) await callbacks.onTrainBatchBegin(execution.begin);
    const running = execution.run();
    // The first step is not kept waiting; during the second, threads are at work and this one is free.
    if (++executed === 2 && meanwhile !== null) await Promise.all([running, meanwhile()]);
    results = (await running).at(-1);
    if (!silent || execution.checkpoint) await session.fetchState();
    if (!silent) await callbacks.onTrainBatchEnd(execution.end, toLogs(results));
    if (execution.checkpoint) {
      run.steps = execution.end + 1;
      run.logs = toLogs(results);
      await callbacks.onCheckpoint(execution.done, execution.end, run.logs);
    }
    if (session.model.stopTraining) break;
    const pause = pulse.beat();
    if (pause !== null) await pause;
  }
  if (results === null) return from > 0 ? run.logs : null;
  return toLogs(results);
}

/** @file The loops of `fit`, `evaluate` and `predict`, and their single steps. */
import { maxEpochs } from '../core/config.js';
import { describe } from '../core/describe.js';
import type { Logs } from '../callbacks/index.js';
import { CallbackList, History } from '../callbacks/index.js';
import { allocate } from '../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { ndarray } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { formatShape, range, sameShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { flatten, isDict, mapTree } from '../core/tree.js';
import type { ArrayCounts, Batch, DataLike, DataSource, TensorTree } from '../data/index.js';
import {
  ArrayDataAdapter,
  classWeightToSampleWeight,
  getDataAdapter,
  isArrayData,
  mapRows,
  sliceRows,
  toTensorTree,
  unpackXYSampleWeight,
} from '../data/index.js';
import { backend, getThreads, Tensor } from '../runtime/index.js';
import { EpochIterator } from './epoch_iterator.js';
import { Executions, type ExecutionPolicy } from './executions.js';
import { countsOf } from './model_ends.js';
import type {
  EvaluateOptions,
  FitOptions,
  PredictOptions,
  TestOnBatchOptions,
  TrainOnBatchOptions,
} from './options.js';
import { checkCount, checkShuffle, checkVerbose, EVALUATE_OPTIONS, FIT_OPTIONS, PREDICT_OPTIONS } from './options.js';
import type { ProfileOptions } from './profile.js';
import { Profile, PROFILE_OPTIONS } from './profile.js';
import { batchTensors } from './step_tensors.js';
import type { Trainer } from './trainer.js';

/** Scalars as numbers, in the order of the names; dicts among them are spread out. @see Keras's `pythonify_logs` */
export function toLogs(results: unknown): Logs {
  const logs: Record<string, unknown> = {};
  if (!isDict(results))
    throw new ValueError(`A step gave ${describe(results)}. Expected logs: a dict of name to scalar.`);
  for (const name of Object.keys(results).sort()) {
    const value = results[name];
    if (isDict(value)) Object.assign(logs, toLogs(value));
    else logs[name] = value instanceof Tensor && value.size === 1 ? value.ndarray.data[0] : value;
  }
  return logs as Logs;
}

/** Lets the event loop have its turn now and then. */
class Pulse {
  #last = getPlatform().now();

  async beat(): Promise<void> {
    const platform = getPlatform();
    if (platform.now() - this.#last < platform.patience) return;
    await platform.nextTurn();
    this.#last = platform.now();
  }
}

const executionSize = (model: Trainer): number => (model.stepsPerExecution === 'auto' ? 1 : model.stepsPerExecution);

const policyOf = (model: Trainer, callbacks: CallbackList, mode: 'Train' | 'Test'): ExecutionPolicy => ({
  size: model.stepsPerExecution,
  single: callbacks.listensToBatches(mode),
});

/** Logs of the metrics themselves; or what the steps gave, if those have other names. */
function epochLogs(model: Trainer, last: Logs): Logs {
  const results = toLogs(model.getMetricsResult());
  const names = Object.keys(results);
  return names.length === Object.keys(last).length && names.every((name) => name in last) ? results : last;
}

interface Validation {
  readonly iterator: EpochIterator;
}

/**
 * Make the programs of validation on arrays before they are needed. Whatever is wrong with them is said when they are.
 *
 * @returns When they are made. All work is done at once where the model is built.
 */
async function makeValidationReady(model: Trainer, { adapter, takesWholeEpochs }: EpochIterator): Promise<void> {
  if (!(adapter instanceof ArrayDataAdapter) || !takesWholeEpochs) return;
  try {
    const step = await model._prepareForBatches('test', () => adapter.peek());
    const resident = step.resident(adapter);
    try {
      resident?.makeReady();
    } finally {
      resident?.release();
    }
  } catch {
    // Validation will fail in the same way, at its place.
  }
}

/** The last part of the arrays for validation, the first for training. */
function splitForValidation(
  [x, y, sampleWeight]: readonly [DataSource, DataLike, DataLike],
  part: number,
  counts: ArrayCounts,
): {
  readonly training: readonly [DataLike, DataLike, DataLike];
  readonly validation: readonly [DataLike, DataLike, DataLike];
} {
  if (typeof part !== 'number' || !(part > 0 && part < 1))
    throw new ValueError(`fit: validationSplit=${String(part)}. Expected a part of the samples, in (0, 1).`);
  if (!isArrayData(x)) {
    throw new ValueError('fit: validationSplit is only for arrays. Give validationData for generators and data sets.');
  }
  const whole = getDataAdapter(x, 'fit', { y, sampleWeight, counts }) as ArrayDataAdapter; // refuses unlike lengths
  const all = whole.arrays;
  const count = whole.numSamples;
  const at = Math.floor(count * (1 - part));
  if (at === 0 || at === count) {
    throw new ValueError(
      `fit: ${count} samples are not enough to keep a part of ${part} of them for validation. Give more data or another validationSplit.`,
    );
  }
  const rows = (start: number, stop: number): readonly [DataLike, DataLike, DataLike] => {
    const [xs, ys, ws] = all.map((tree) => mapRows(tree, (t) => sliceRows(t, start, stop)) as DataLike);
    return [xs, ys, ws];
  };
  return { training: rows(0, at), validation: rows(at, count) };
}

function isValidationEpoch(epoch: number, frequency: number | readonly number[]): boolean {
  if (typeof frequency === 'number') return (epoch + 1) % frequency === 0;
  return frequency.includes(epoch + 1);
}

export async function fit(
  model: Trainer,
  source: DataSource,
  targets: DataLike,
  options: FitOptions,
): Promise<History> {
  const { verbose, callbacks = null, validationSplit = 0, validationFreq = 1, classWeight = null, ...rest } = options;
  refuseUnknownOptions(
    'fit',
    Object.fromEntries(Object.entries(rest).filter(([name]) => !(FIT_OPTIONS as readonly string[]).includes(name))),
    FIT_OPTIONS,
  );
  const batchSize = checkCount('fit', 'batchSize', options.batchSize);
  const wanted = checkCount('fit', 'epochs', options.epochs ?? 1, 0)!;
  const epochs = Math.min(wanted, maxEpochs() ?? wanted);
  if (epochs < wanted) console.warn(`fit: epochs limited to ${epochs} by config.setMaxEpochs.`);
  const initialEpoch = checkCount('fit', 'initialEpoch', options.initialEpoch ?? 0, 0)!;
  const stepsPerEpoch = checkCount('fit', 'stepsPerEpoch', options.stepsPerEpoch);
  const validationSteps = checkCount('fit', 'validationSteps', options.validationSteps);
  const validationBatchSize = checkCount('fit', 'validationBatchSize', options.validationBatchSize) ?? batchSize;
  const shuffle = checkShuffle(options.shuffle ?? true);
  if (
    typeof validationFreq === 'number'
      ? !(Number.isInteger(validationFreq) && validationFreq > 0)
      : !Array.isArray(validationFreq)
  )
    throw new ValueError(
      `fit: validationFreq=${String(validationFreq)}. Expected a whole number from 1, or a list of epochs.`,
    );

  let [x, y, sampleWeight]: readonly [DataSource, DataLike, DataLike] = [source, targets, options.sampleWeight ?? null];
  let validationData = options.validationData ?? null;
  const counts = countsOf(model);
  if (validationSplit !== 0 && validationData === null) {
    const split = splitForValidation([x, y, sampleWeight], validationSplit, counts);
    [x, y, sampleWeight] = split.training;
    validationData = split.validation;
  }
  const size = executionSize(model);
  const adapter = getDataAdapter(x, 'fit', {
    y, sampleWeight, classWeight, batchSize, steps: stepsPerEpoch, shuffle, counts,
  }); // prettier-ignore
  const iterator = new EpochIterator(adapter, stepsPerEpoch, size);
  let validation: Validation | null = null;
  if (validationData !== null) {
    const [vx, vy, vw] = unpackXYSampleWeight<DataLike>(validationData);
    const data = getDataAdapter(vx, 'fit: validationData', {
      y: vy, sampleWeight: vw, batchSize: validationBatchSize, steps: validationSteps, counts,
    }); // prettier-ignore
    validation = { iterator: new EpochIterator(data, validationSteps, size) };
  }
  const level = checkVerbose('fit', verbose ?? 'auto');
  const step = await model._prepareForBatches('train', () => adapter.peek());
  const list =
    callbacks instanceof CallbackList
      ? callbacks
      : new CallbackList(callbacks, {
          addHistory: true,
          addProgbar: level !== 0,
          verbose: level,
          epochs,
          steps: iterator.numBatches,
          model,
        });
  model.stopTraining = false;
  const pulse = new Pulse();
  let finalLogs: Logs = {};
  const executions = new Executions(iterator, step, policyOf(model, list, 'Train'));
  const validates = range(epochs).some((epoch) => epoch >= initialEpoch && isValidationEpoch(epoch, validationFreq));
  let meanwhile: (() => Promise<void>) | null = null;
  if (validation !== null && validates) {
    const data = validation.iterator;
    meanwhile = () => makeValidationReady(model, data);
  }
  try {
    await list.onTrainBegin();
    for (let epoch = initialEpoch; epoch < epochs; epoch++) {
      model.resetMetrics();
      await list.onEpochBegin(epoch);
      const last = await trainEpoch(model, executions, list, pulse, meanwhile);
      meanwhile = null;
      if (last === null) {
        console.warn(`fit: the data gave no batch in epoch ${epoch + 1}; training ends here.`);
        break;
      }
      const logs = epochLogs(model, last);
      if (validation !== null && isValidationEpoch(epoch, validationFreq)) {
        const measured = await evaluateEpoch(model, validation.iterator, list, pulse);
        for (const [name, value] of Object.entries(measured)) logs[`val_${name}`] = value;
      }
      finalLogs = sorted(logs);
      await list.onEpochEnd(epoch, finalLogs);
      if (model.stopTraining) break;
    }
  } finally {
    executions.release();
    if (epochs > 0) model._finishTraining();
  }
  await list.onTrainEnd(finalLogs);
  return list.history ?? model.history ?? new History();
}

const sorted = (logs: Logs): Logs => Object.fromEntries(Object.keys(logs).sort().map((name) => [name, logs[name]])); // prettier-ignore

/** @param meanwhile What is to be done beside the second execution. */
async function trainEpoch(
  model: Trainer,
  executions: Executions,
  callbacks: CallbackList,
  pulse: Pulse,
  meanwhile: (() => Promise<void>) | null,
): Promise<Logs | null> {
  const silent = callbacks.ignoresBatches('Train');
  let results: unknown = null;
  let executed = 0;
  for await (const execution of executions.epoch()) {
    if (!silent) await callbacks.onTrainBatchBegin(execution.begin);
    const running = execution.run();
    // The first step is not kept waiting; during the second, threads are at work and this one is free.
    if (++executed === 2 && meanwhile !== null) [results] = await Promise.all([running, meanwhile()]);
    else results = await running;
    if (!silent) await callbacks.onTrainBatchEnd(execution.end, toLogs(results));
    if (model.stopTraining) break;
    await pulse.beat();
  }
  return results === null ? null : toLogs(results);
}

async function evaluateEpoch(
  model: Trainer,
  iterator: EpochIterator,
  callbacks: CallbackList,
  pulse: Pulse,
): Promise<Logs> {
  const step = await model._prepareForBatches('test', () => iterator.adapter.peek());
  iterator.reset();
  model.stopEvaluating = false;
  await callbacks.onTestBegin();
  model.resetMetrics();
  const silent = callbacks.ignoresBatches('Test');
  const executions = new Executions(iterator, step, policyOf(model, callbacks, 'Test'));
  let results: unknown = null;
  try {
    for await (const execution of executions.epoch()) {
      if (!silent) await callbacks.onTestBatchBegin(execution.begin);
      results = await execution.run();
      if (!silent) await callbacks.onTestBatchEnd(execution.end, toLogs(results));
      if (model.stopEvaluating) break;
      await pulse.beat();
    }
  } finally {
    executions.release();
  }
  const logs = results === null ? {} : epochLogs(model, toLogs(results));
  await callbacks.onTestEnd(logs);
  return logs;
}

export async function evaluate(model: Trainer, x: DataSource, y: DataLike, options: EvaluateOptions): Promise<Logs> {
  const { batchSize, verbose, sampleWeight = null, steps, callbacks = null, returnDict: _, ...rest } = options;
  refuseUnknownOptions('evaluate', rest, EVALUATE_OPTIONS);
  const limit = checkCount('evaluate', 'steps', steps);
  const adapter = getDataAdapter(x, 'evaluate', {
    y, sampleWeight, batchSize: checkCount('evaluate', 'batchSize', batchSize), steps: limit, counts: countsOf(model),
  }); // prettier-ignore
  const iterator = new EpochIterator(adapter, limit, executionSize(model));
  const level = checkVerbose('evaluate', verbose ?? 'auto');
  const list =
    callbacks instanceof CallbackList
      ? callbacks
      : new CallbackList(callbacks, {
          addProgbar: level !== 0,
          verbose: level,
          epochs: 1,
          steps: iterator.numBatches,
          model,
        });
  return evaluateEpoch(model, iterator, list, new Pulse());
}

export async function predict(model: Trainer, x: DataSource, options: PredictOptions): Promise<TensorTree> {
  const { batchSize, verbose, steps, callbacks = null, ...rest } = options;
  refuseUnknownOptions('predict', rest, PREDICT_OPTIONS);
  const limit = checkCount('predict', 'steps', steps);
  const adapter = getDataAdapter(x, 'predict', {
    batchSize: checkCount('predict', 'batchSize', batchSize), steps: limit, counts: countsOf(model),
  }); // prettier-ignore
  const iterator = new EpochIterator(adapter, limit, executionSize(model));
  const step = await model._prepareForBatches('predict', () => adapter.peek());
  const level = checkVerbose('predict', verbose ?? 'auto');
  const list =
    callbacks instanceof CallbackList
      ? callbacks
      : new CallbackList(callbacks, {
          addProgbar: level !== 0,
          verbose: level,
          epochs: 1,
          steps: iterator.numBatches,
          model,
        });
  model.stopPredicting = false;
  await list.onPredictBegin();
  const silent = list.ignoresBatches('Predict');
  const pulse = new Pulse();
  const parts: TensorTree[] = [];
  for await (const { begin, end, batches } of iterator.epoch()) {
    if (!silent) await list.onPredictBatchBegin(begin);
    const made: TensorTree[] = [];
    for (const batch of batches) made.push((await step.run(batch)) as TensorTree);
    parts.push(...made);
    if (!silent) await list.onPredictBatchEnd(end, { outputs: joinBatches(made) as Tree<Tensor> });
    if (model.stopPredicting) break;
    await pulse.beat();
  }
  await list.onPredictEnd();
  if (parts.length === 0) throw new ValueError('predict: the data hold no batch.');
  return joinBatches(parts);
}

/** Outputs of batches, joined along the first axis. */
function joinBatches(parts: readonly TensorTree[]): TensorTree {
  if (parts.length === 1) return parts[0];
  const columns = parts.map((part) => flatten<Tensor | null>(part));
  let next = 0;
  return mapTree<Tensor | null, Tensor | null>(parts[0], () => {
    const column = columns.map((leaves) => leaves[next]);
    next++;
    return column[0] === null ? null : joinRows(column as Tensor[]);
  });
}

function joinRows(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  const rest = first.shape.slice(1);
  if (first.ndim === 0 || tensors.some((t) => !sameShape(t.shape.slice(1), rest))) {
    throw new ValueError(
      `predict: the outputs of batches have shapes ${[...new Set(tensors.map((t) => formatShape(t.shape)))].join(', ')}, which cannot be joined ` +
        `along the first axis. Use predictOnBatch.`,
    );
  }
  const data = allocate(first.dtype, tensors.reduce((total, t) => total + t.size, 0)); // prettier-ignore
  let at = 0;
  for (const t of tensors) {
    data.set(t.ndarray.data, at);
    at += t.size;
  }
  return Tensor.fromArray(ndarray(first.dtype, [tensors.reduce((rows, t) => rows + t.shape[0], 0), ...rest], data));
}

// ---- profiles ----

export async function profile(model: Trainer, x: DataSource, y: DataLike, options: ProfileOptions): Promise<Profile> {
  const { batchSize, sampleWeight = null, step: kind = 'train', trace = null, printFn = null, ...rest } = options;
  const { steps: wantedSteps, rows: wantedRows = 30, ...unknown } = rest;
  refuseUnknownOptions('profile', unknown, PROFILE_OPTIONS);
  if (!STEP_KINDS.includes(kind))
    throw new ValueError(`profile: step=${describe(kind)}. Expected 'train', 'test' or 'predict'.`);
  const steps = checkCount('profile', 'steps', wantedSteps) ?? 10;
  const rows = checkCount('profile', 'rows', wantedRows);
  const { files } = getPlatform();
  if (trace !== null && files === null)
    throw new ValueError(
      `profile: trace=${describe(trace)}, but there are no files here. Leave it out, and use the text of profile.toChromeTrace().`,
    );
  const adapter = getDataAdapter(x, 'profile', {
    y, sampleWeight, batchSize: checkCount('profile', 'batchSize', batchSize), counts: countsOf(model),
  }); // prettier-ignore
  const prepared = await model._prepareForBatches(kind, () => adapter.peek());
  const batch = await adapter.peek();
  if (batch === null) throw new ValueError('profile: the data hold no batch.');
  const times = await prepared.profile(batch, steps);
  if (times === null)
    throw new ValueError(
      `profile: model '${model.name}' runs ${model.runEagerly ? 'eagerly (runEagerly)' : `on the ${backend()} backend`}, where steps have no kernels to time.`,
    );
  const result = new Profile({ ...times, model: model.name, step: kind, samples: firstSize(batch), steps, threads: getThreads(), rows }); // prettier-ignore
  if (printFn === null) getPlatform().terminal.write(String(result));
  else printFn(String(result));
  if (trace !== null) await files!.write(trace, result.toChromeTrace());
  return result;
}

const STEP_KINDS: readonly string[] = ['train', 'test', 'predict'];

const firstSize = (batch: Batch): number => batchTensors(batch)[0]?.shape[0] ?? 1;

// ---- single batches ----

function batchOf(model: Trainer, owner: string, x: DataLike, y: DataLike, sampleWeight: DataLike): Batch {
  const adapter = getDataAdapter(x, owner, {
    y,
    sampleWeight,
    batchSize: Number.MAX_SAFE_INTEGER,
    counts: countsOf(model),
  });
  const { value } = adapter.iterate().next() as IteratorYieldResult<Batch>;
  return value;
}

export async function trainOnBatch(
  model: Trainer,
  x: DataLike,
  y: DataLike,
  { sampleWeight = null, classWeight = null, ...rest }: Omit<TrainOnBatchOptions, 'returnDict'>,
): Promise<Logs> {
  refuseUnknownOptions('trainOnBatch', rest, ['sampleWeight', 'classWeight', 'returnDict']);
  if (classWeight !== null && sampleWeight !== null)
    throw new ValueError('trainOnBatch: classWeight and sampleWeight cannot be given at the same time.');
  const weights =
    classWeight === null ? sampleWeight : classWeightToSampleWeight(toTensorTree(y, 'trainOnBatch: y'), classWeight);
  const batch = batchOf(model, 'trainOnBatch', x, y, weights);
  const step = await model._prepareForBatches('train', () => Promise.resolve(batch));
  model.resetMetrics();
  return toLogs(await step.run(batch));
}

export async function testOnBatch(
  model: Trainer,
  x: DataLike,
  y: DataLike,
  { sampleWeight = null, ...rest }: Omit<TestOnBatchOptions, 'returnDict'>,
): Promise<Logs> {
  refuseUnknownOptions('testOnBatch', rest, ['sampleWeight', 'returnDict']);
  const batch = batchOf(model, 'testOnBatch', x, y, sampleWeight);
  const step = await model._prepareForBatches('test', () => Promise.resolve(batch));
  model.resetMetrics();
  return toLogs(await step.run(batch));
}

export async function predictOnBatch(model: Trainer, x: DataLike): Promise<TensorTree> {
  const batch = batchOf(model, 'predictOnBatch', x, null, null);
  const step = await model._prepareForBatches('predict', () => Promise.resolve(batch));
  return (await step.run(batch)) as TensorTree;
}

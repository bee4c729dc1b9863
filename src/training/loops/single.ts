/** @file `trainOnBatch`, `testOnBatch`, `predictOnBatch`: one step on one batch. */
import type { Logs } from '../../callbacks/index.js';
import { describe } from '../../core/describe.js';
import { refuseUnknownOptions, ValueError } from '../../core/errors.js';
import type { AnyBatch, ClassWeight, DataLike, TensorTree } from '../../data/index.js';
import { getDataAdapter } from '../../data/index.js';
import type { TestOnBatchOptions, TrainOnBatchOptions } from '../options.js';
import type { TrainingSession } from '../session.js';
import { toLogs } from './logs.js';

function batchOf(
  session: TrainingSession,
  owner: string,
  x: DataLike,
  y: DataLike,
  sampleWeight: DataLike,
  classWeight: ClassWeight | null = null,
): AnyBatch {
  const adapter = getDataAdapter(x, owner, {
    y,
    sampleWeight,
    classWeight,
    batchSize: Number.MAX_SAFE_INTEGER,
    counts: session.model._arrayCounts,
  });
  const first = adapter.iterate().next();
  if (first instanceof Promise) {
    first.catch(() => undefined);
    throw new ValueError(`${owner}: x is ${describe(x)}. Expected the arrays of one batch.`);
  }
  return (first as IteratorYieldResult<AnyBatch>).value;
}

export async function trainOnBatch(
  session: TrainingSession,
  x: DataLike,
  y: DataLike,
  { sampleWeight = null, classWeight = null, ...rest }: Omit<TrainOnBatchOptions, 'returnDict'>,
): Promise<Logs> {
  refuseUnknownOptions('trainOnBatch', rest, ['sampleWeight', 'classWeight', 'returnDict']);
  const batch = batchOf(session, 'trainOnBatch', x, y, sampleWeight, classWeight);
  const steps = await session.steps('train', { peek: () => Promise.resolve(batch), whole: null });
  session.model.resetMetrics();
  return toLogs(await steps.step(batch));
}

export async function testOnBatch(
  session: TrainingSession,
  x: DataLike,
  y: DataLike,
  { sampleWeight = null, ...rest }: Omit<TestOnBatchOptions, 'returnDict'>,
): Promise<Logs> {
  refuseUnknownOptions('testOnBatch', rest, ['sampleWeight', 'returnDict']);
  const batch = batchOf(session, 'testOnBatch', x, y, sampleWeight);
  const steps = await session.steps('test', { peek: () => Promise.resolve(batch), whole: null });
  session.model.resetMetrics();
  return toLogs(await steps.step(batch));
}

export async function predictOnBatch(session: TrainingSession, x: DataLike): Promise<TensorTree> {
  const batch = batchOf(session, 'predictOnBatch', x, null, null);
  const steps = await session.steps('predict', { peek: () => Promise.resolve(batch), whole: null });
  return (await steps.step(batch)) as TensorTree;
}

/** @file The loop of `predict`. */
import { refuseOthers } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import { formatShape, sameShape } from '../../core/shape.js';
import type { Tree } from '../../core/tree.js';
import { flatten, mapTree } from '../../core/tree.js';
import type { DataSource, TensorTree } from '../../data/index.js';
import { getDataAdapter } from '../../data/index.js';
import { joinRows } from '../../data/rows.js';
import type { Tensor } from '../../runtime/index.js';
import { EpochIterator } from '../epoch_iterator.js';
import { Executions } from '../executions.js';
import type { PredictOptions } from '../options.js';
import { checkCount, checkQueue, checkVerbose, PREDICT_OPTIONS } from '../options.js';
import type { TrainingSession } from '../session.js';
import { batchesAtOnce, callbacksFor, policyFor, Pulse } from './running.js';

export async function predict(session: TrainingSession, x: DataSource, options: PredictOptions): Promise<TensorTree> {
  const { batchSize, verbose, steps, callbacks = null } = options;
  refuseOthers('predict', options, PREDICT_OPTIONS);
  const limit = checkCount('predict', 'steps', steps);
  const adapter = getDataAdapter(x, 'predict', {
    batchSize: checkCount('predict', 'batchSize', batchSize), steps: limit,
    counts: session.model._arrayCounts, ...checkQueue('predict', options),
  }); // prettier-ignore
  const iterator = new EpochIterator(adapter, limit, batchesAtOnce(session), 'predict: steps');
  const modelSteps = await session.steps('predict', adapter);
  const level = checkVerbose('predict', verbose ?? 'auto');
  const list = callbacksFor(session, callbacks, { verbose: level, epochs: 1, iterator, addHistory: false });
  session.model.stopPredicting = false;
  await list.onPredictBegin();
  const silent = list.ignoresBatches('Predict');
  const pulse = new Pulse();
  const parts: TensorTree[] = [];
  const executions = new Executions(iterator, modelSteps, policyFor(session, list, 'Predict'));
  try {
    for await (const execution of executions.epoch()) {
      if (!silent) await list.onPredictBatchBegin(execution.begin);
      const made = (await execution.run()) as readonly TensorTree[];
      parts.push(...made);
      if (!silent) await list.onPredictBatchEnd(execution.end, { outputs: joinBatches(made) as Tree<Tensor> });
      if (session.model.stopPredicting) break;
      const pause = pulse.beat();
      if (pause !== null) await pause;
    }
  } finally {
    await iterator.end();
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
    return column[0] === null ? null : joinOutputs(column as Tensor[]);
  });
}

function joinOutputs(tensors: readonly Tensor[]): Tensor {
  const [first] = tensors;
  const rest = first.shape.slice(1);
  if (first.ndim === 0 || tensors.some((t) => !sameShape(t.shape.slice(1), rest))) {
    throw new ValueError(
      `predict: the outputs of batches have shapes ${[...new Set(tensors.map((t) => formatShape(t.shape)))].join(', ')}, which cannot be joined ` +
        `along the first axis. Use predictOnBatch.`,
    );
  }
  return joinRows(tensors);
}

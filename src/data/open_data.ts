/** @file Data that are open while a run uses them. */
import { adviseOnce } from '../core/advice.js';
import { isDict } from '../core/tree.js';
import { WorkerDataset } from './worker_dataset.js';

/**
 * Run a function while the workers of data sets are at work; they are ended when it has ended, however it does.
 *
 * @param sources What the run reads; a list stands for `[x, y]`. Only a `WorkerDataset` has workers.
 * @param options Those of the run: `workers` in place of what the data sets say.
 */
export function withOpenData<T>(sources: readonly unknown[], options: unknown, run: () => Promise<T>): Promise<T> {
  const { workers, useMultiprocessing } = isDict(options) ? options : {};
  const found = sources
    .map((source): unknown => (Array.isArray(source) ? source[0] : source))
    .filter((source) => source instanceof WorkerDataset);
  if (found.length === 0) {
    if (useMultiprocessing === true)
      adviseOnce(
        'useMultiprocessing',
        'useMultiprocessing: the batches are made in this thread, as objects cannot be moved to another one. Put the data set in a module ' +
          'of its own, and hand over new utils.WorkerDataset(new URL("./data.js", import.meta.url), [arguments], { workers: 4 }).',
      );
    return run();
  }
  return whileOpen(found, workers, run);
}

async function whileOpen<T>(found: readonly WorkerDataset[], workers: unknown, run: () => Promise<T>): Promise<T> {
  const opened: WorkerDataset[] = [];
  try {
    for (const dataset of found) {
      await dataset.open(
        typeof workers === 'number' && Number.isInteger(workers) && workers >= 0 ? workers : undefined,
      );
      opened.push(dataset);
    }
    return await run();
  } finally {
    for (const dataset of opened) dataset.close();
  }
}

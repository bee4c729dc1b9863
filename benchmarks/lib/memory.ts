/** @file Whether memory stays flat: over many steps, many predictions, and many models made and dropped. */
import { Sequential, layers, ops } from 'keras-ts';
import { digitsMlp } from '../workloads/digits_mlp.js';

/** Memory of one job, in MB (2²⁰ bytes). */
export interface MemoryCourse {
  readonly job: string;
  /** Resident memory after each tenth of the job, when the garbage was collected. */
  readonly resident: readonly number[];
  /** Arrays and objects that JavaScript holds, likewise. */
  readonly held: readonly number[];
  /** By how much both may grow after the second tenth and still count as flat. */
  readonly allowance: number;
  readonly flat: boolean;
}

const rounds = 10;
const megabyte = 2 ** 20;

/** Collects garbage, and gives finalizers their turn. */
async function settle(): Promise<void> {
  if (!globalThis.gc) throw new Error('memory is measured with node --expose-gc');
  for (let pass = 0; pass < 3; pass++) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function watch(job: string, tenth: () => Promise<void>): Promise<MemoryCourse> {
  const resident: number[] = [];
  const held: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await tenth();
    await settle();
    const { rss, heapUsed, external } = process.memoryUsage();
    resident.push(rss / megabyte);
    held.push((heapUsed + external) / megabyte);
  }
  // Until the second tenth, code is being optimized and pools fill. Then 5 % and 4 MB are noise of the allocator.
  const allowance = 4 + 0.05 * resident[1];
  const grew = (course: readonly number[]): boolean => course[rounds - 1] - course[1] > allowance;
  return { job, resident, held, allowance, flat: !grew(resident) && !grew(held) };
}

async function steps(): Promise<MemoryCourse> {
  const { batchSize } = digitsMlp;
  const [x, y] = await digitsMlp.data();
  const model = digitsMlp.build();
  const count = 40;
  const part = [0, 1].map((which) => ops.take([x, y][which], ops.arange(0, count * batchSize), { axis: 0 }));
  return watch('10,000 steps', async () => {
    await model.fit(part[0], part[1], { batchSize, epochs: 1000 / count, verbose: 0 });
  });
}

async function predicts(): Promise<MemoryCourse> {
  const { batchSize } = digitsMlp;
  const [x] = await digitsMlp.data();
  const model = digitsMlp.build();
  const batch = ops.take(x, ops.arange(0, batchSize), { axis: 0 });
  return watch('10,000 predicts', async () => {
    for (let time = 0; time < 1000; time++) await model.predict(batch, { batchSize, verbose: 0 });
  });
}

/** Each is trained and asked once, so that it has all its programs and its heap before it is dropped. */
async function models(): Promise<MemoryCourse> {
  const { batchSize } = digitsMlp;
  const [x, y] = await digitsMlp.data();
  const [batch, labels] = [x, y].map((data) => ops.take(data, ops.arange(0, batchSize), { axis: 0 }));
  return watch('1,000 models made and dropped', async () => {
    for (let time = 0; time < 100; time++) {
      const model = new Sequential([
        new layers.Dense(64, { activation: 'relu' }),
        new layers.Dense(10, { activation: 'softmax' }),
      ]);
      model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
      await model.trainOnBatch(batch, labels);
      await model.predictOnBatch(batch);
    }
  });
}

/** The jobs, by what `--job` calls them; each wants a process of its own. */
export const memoryJobs: Readonly<Record<string, () => Promise<MemoryCourse>>> = { steps, predicts, models };

/**
 * @file Do batches come about while steps run? `npx tsx --tsconfig tsconfig.build.json benchmarks/data_overlap.ts` (after `npm run build`).
 * A batch takes about 20 ms to make and a step about 20 ms to run: one after the other they take 40, side by side 20.
 */
import { Sequential, Input, layers, tensor, utils } from 'keras-ts';

const [steps, rows, width, wait] = [60, 256, 512, 20];
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const batch = () =>
  [tensor(new Float32Array(rows * width).fill(0.5), [rows, width]), tensor(new Float32Array(rows), [rows, 1])] as const;

/** A model whose step takes about `wait` milliseconds here: layers are added until it does. */
async function calibrated(): Promise<Sequential> {
  for (let depth = 1; ; depth++) {
    const model = new Sequential([
      Input({ shape: [width] }),
      ...Array.from({ length: depth }, () => new layers.Dense(width, { activation: 'relu' })),
      new layers.Dense(1),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse', stepsPerExecution: 1 });
    if ((await perStep(model, atOnce, {})) >= wait) return model;
  }
}

async function perStep(model: Sequential, data: Parameters<Sequential['fit']>[0], options: object): Promise<number> {
  await model.fit(data, { verbose: 0, ...options }); // programs are compiled, workers have been started once
  const start = performance.now();
  await model.fit(data, { verbose: 0, ...options });
  return (performance.now() - start) / steps;
}

function* atOnce() {
  const one = batch();
  for (let i = 0; i < steps; i++) yield one;
}
async function* waiting() {
  for (let i = 0; i < steps; i++) {
    await later(wait);
    yield batch();
  }
}
class Waiting extends utils.PyDataset {
  override get length() {
    return steps;
  }
  override async getItem() {
    await later(wait);
    return batch();
  }
}
/** A data set whose items keep a processor busy. */
const computing = `data:text/javascript,${encodeURIComponent(`export default class {
  length = ${steps};
  getItem() {
    const start = performance.now();
    while (performance.now() - start < ${wait});
    return [{ data: new Float32Array(${rows * width}).fill(0.5), shape: [${rows}, ${width}] }, { data: new Float32Array(${rows}), shape: [${rows}, 1] }];
  }
}`)}`;

const model = await calibrated();
const cases: [name: string, data: Parameters<Sequential['fit']>[0], options: object][] = [
  ['batches that are there already', atOnce, {}],
  ['async generator, workers: 0', waiting, { workers: 0 }],
  ['async generator', waiting, {}],
  ['PyDataset, async getItem', new Waiting(), {}],
  ['WorkerDataset that computes, workers: 0', new utils.WorkerDataset(computing), { workers: 0 }],
  ['WorkerDataset that computes, workers: 1', new utils.WorkerDataset(computing), { workers: 1 }],
  ['WorkerDataset that computes, workers: 2', new utils.WorkerDataset(computing), { workers: 2 }],
];
console.log(`A batch takes ${wait} ms to make. Milliseconds a step, start of workers included:`);
for (const [name, data, options] of cases)
  console.log(`${name.padEnd(42)} ${(await perStep(model, data, options)).toFixed(1)}`);

/**
 * @file `npm run bench:data`: do batches come about while steps run?
 *
 *     npm run bench:data                    prints the tables
 *     npm run bench:data -- --write         writes them into docs/benchmarks.md as well
 *     npm run bench:data -- --rounds 5      more rounds (default: 3)
 *     npm run bench:data -- --no-peers      keras-ts alone
 *
 * First: a batch takes about 20 ms to make and a step about 20 ms to run; one after the other they take 40, side by side 20. Then images from
 * disk, augmented, into a convnet, beside tf.data and PyTorch's DataLoader, each in a process of its own, in turn.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Sequential, Input, layers, tensor, utils, type Tensor } from 'keras-ts';
import { peerPython } from './lib/contestants.js';
import { writeDataSection } from './lib/report.js';
import { root } from './lib/session.js';
import { quantile, short, table } from './lib/statistics.js';

const { values: options } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    'no-peers': { type: 'boolean', default: false },
    /** The job of keras-ts on a folder of images, in this process. */
    own: { type: 'string' },
  },
});
const threads = Math.min(8, availableParallelism());

// ---- a batch that takes as long as a step ----

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

async function perStep(model: Sequential, data: Parameters<Sequential['fit']>[0], given: object): Promise<number> {
  await model.fit(data, { verbose: 0, ...given }); // programs are compiled, workers have been started once
  const start = performance.now();
  await model.fit(data, { verbose: 0, ...given });
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

async function alike(): Promise<string[][]> {
  const model = await calibrated();
  const cases: [name: string, data: Parameters<Sequential['fit']>[0], given: object][] = [
    ['batches that are there already', atOnce, {}],
    ['async generator, `workers: 0`', waiting, { workers: 0 }],
    ['async generator', waiting, {}],
    ['`PyDataset`, async `getItem`', new Waiting(), {}],
    ['`WorkerDataset` that computes, `workers: 0`', new utils.WorkerDataset(computing), { workers: 0 }],
    ['`WorkerDataset` that computes, `workers: 1`', new utils.WorkerDataset(computing), { workers: 1 }],
    ['`WorkerDataset` that computes, `workers: 2`', new utils.WorkerDataset(computing), { workers: 2 }],
  ];
  const found: string[][] = [];
  for (const [name, data, given] of cases) found.push([name, (await perStep(model, data, given)).toFixed(1)]);
  return found;
}

// ---- images from disk, augmented, into a convnet ----

const [IMAGES, CLASSES, BATCH, FULL, SIZE, EPOCHS] = [768, 4, 32, 104, 96, 2];

/** Photographs of a kind: soft spots of colour with some noise, as JPEG files of 160 × 120 pixels in a folder for each class. */
async function writeImages(folder: string): Promise<void> {
  const [h, w] = [120, 160];
  let state = 1;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let i = 0; i < IMAGES; i++) {
    const waves = Array.from({ length: 9 }, () => 0.02 + 0.08 * random());
    const pixels = new Float32Array(h * w * 3);
    for (let p = 0; p < h * w; p++)
      for (let c = 0; c < 3; c++) {
        const [row, column] = [Math.floor(p / w), p % w];
        const soft =
          Math.sin(row * waves[c]) + Math.cos(column * waves[3 + c]) + Math.sin((row + column) * waves[6 + c]);
        pixels[3 * p + c] = Math.min(255, Math.max(0, 128 + 38 * soft + 12 * (random() - 0.5)));
      }
    await utils.saveImg(join(folder, `class_${i % CLASSES}`, `${i}.jpg`), tensor(pixels, [h, w, 3]), { scale: false });
  }
}

/** Cut out at a random place, turned over or not, lighter or darker; from 0 to 1. */
function augmented(images: Tensor): Tensor {
  const n = images.shape[0];
  const from = images.dataSync() as Float32Array;
  const to = new Float32Array(n * SIZE * SIZE * 3);
  for (let i = 0, at = 0; i < n; i++) {
    const [top, left] = [Math.floor(Math.random() * (FULL - SIZE + 1)), Math.floor(Math.random() * (FULL - SIZE + 1))];
    const [flip, light] = [Math.random() < 0.5, (0.8 + 0.4 * Math.random()) / 255];
    for (let row = 0; row < SIZE; row++)
      for (let column = 0; column < SIZE; column++, at += 3) {
        const source = ((i * FULL + top + row) * FULL + left + (flip ? SIZE - 1 - column : column)) * 3;
        to[at] = from[source] * light;
        to[at + 1] = from[source + 1] * light;
        to[at + 2] = from[source + 2] * light;
      }
  }
  return tensor(to, [n, SIZE, SIZE, 3]);
}

/** Milliseconds a step. */
interface Job {
  readonly version: string;
  readonly data: number;
  readonly step: number;
  readonly both: number;
}

async function ownJob(folder: string): Promise<Job> {
  const images = await utils.imageDatasetFromDirectory(folder, {
    imageSize: [FULL, FULL],
    batchSize: BATCH,
    verbose: false,
  });
  const dataset = images.map(([x, y]) => [augmented(x), y] as const).prefetch(2);
  const count = IMAGES / BATCH;
  const model = new Sequential([
    Input({ shape: [SIZE, SIZE, 3] }),
    new layers.Conv2D(16, 3, { activation: 'relu' }),
    new layers.MaxPooling2D(2),
    new layers.Conv2D(32, 3, { activation: 'relu' }),
    new layers.MaxPooling2D(2),
    new layers.Conv2D(64, 3, { activation: 'relu' }),
    new layers.GlobalAveragePooling2D(),
    new layers.Dense(CLASSES, { activation: 'softmax' }),
  ]);
  model.compile({ optimizer: 'adam', loss: 'sparse_categorical_crossentropy' });
  const [one] = await dataset.take(1).toArray();
  const timed = async (run: () => Promise<unknown>): Promise<number> => {
    await run();
    const times: number[] = [];
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const start = performance.now();
      await run();
      times.push((performance.now() - start) / count);
    }
    return quantile(times, 0.5);
  };
  const same = function* () {
    for (let i = 0; i < count; i++) yield one;
  };
  const data = await timed(() => dataset.reduce(0, (n) => n + 1));
  const step = await timed(() => model.fit(same, { verbose: 0 }));
  const both = await timed(() => model.fit(dataset, { verbose: 0 }));
  return { version: `keras-ts, Node ${process.versions.node}`, data, step, both };
}

async function fromDisk(): Promise<string[][]> {
  const folder = mkdtempSync(join(tmpdir(), 'keras-ts-images-'));
  const python = options['no-peers'] ? null : peerPython();
  const script = join(root, 'tools', 'bench', 'data_peers.py');
  const commands: [string, string[]][] = [
    [process.execPath, [...process.execArgv, fileURLToPath(import.meta.url), '--own', folder]],
  ];
  if (python !== null)
    for (const peer of ['keras-tensorflow', 'torch']) commands.push([python, [script, peer, folder, String(threads)]]);
  const found = new Map<string, Job[]>();
  try {
    await writeImages(folder);
    for (let round = 0; round < Number(options.rounds); round++)
      for (const [program, args] of commands) {
        try {
          const { stdout } = await promisify(execFile)(program, args, { cwd: root });
          const job = JSON.parse(stdout.trim().split('\n').at(-1)!) as Job;
          found.set(job.version, [...(found.get(job.version) ?? []), job]);
        } catch (error) {
          const said = String((error as { stderr?: string }).stderr ?? error)
            .trim()
            .split('\n')
            .at(-1);
          if (round === 0) console.log(`${args.slice(-3).join(' ')} is left out: ${said}`);
        }
      }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const middle = (jobs: readonly Job[], of: 'data' | 'step' | 'both'): number => quantile(jobs.map((job) => job[of]), 0.5); // prettier-ignore
  return [...found].map(([version, jobs]) => {
    const [data, step, both] = (['data', 'step', 'both'] as const).map((of) => middle(jobs, of));
    const spread = `${short(Math.min(...jobs.map((job) => job.both)))}–${short(Math.max(...jobs.map((job) => job.both)))}`;
    return [
      version,
      short(data),
      short(step),
      short(both),
      spread,
      (both / (data + step)).toFixed(2),
      short((1000 * BATCH) / both),
    ];
  });
}

if (options.own !== undefined) console.log(JSON.stringify(await ownJob(options.own)));
else {
  if (!(Number(options.rounds) >= 1)) throw new Error(`--rounds ${options.rounds}: expected a number from 1`);
  const small = { title: 'Batches made while steps run', head: ['a batch takes 20 ms to make, a step 20 ms to run', 'ms a step'], rows: await alike() }; // prettier-ignore
  console.log(`${table(small.head, small.rows)}\n`);
  const head = [
    '',
    'data alone, ms a step',
    'step alone',
    'both',
    'both, lowest–highest',
    'both ÷ (data + step)',
    'images a second',
  ];
  const large = { title: 'Images from disk into a convnet', head, rows: await fromDisk() };
  console.log(table(large.head, large.rows));
  if (options.write) {
    const page = join(root, 'docs', 'benchmarks.md');
    await writeDataSection(page, small, 'The start of workers is in it.');
    await writeDataSection(
      page,
      large,
      `${IMAGES} JPEG files of 160 × 120 pixels: read, decoded, resized to ${FULL} × ${FULL}, cut at random to ${SIZE} × ${SIZE}, turned over or not, lighter or darker, in batches of ${BATCH}
into three convolutions (16, 32, 64) with Adam. \`imageDatasetFromDirectory\` with \`map\`; tf.data with parallel \`map\` and \`prefetch\`; a \`DataLoader\` with a worker a core. ${threads} threads each.
Each in a process of its own, ${options.rounds === '1' ? '1 round' : `${options.rounds} rounds in turn`}; medians. 1 under \`both ÷ (data + step)\` is one after the other.`,
    );
  }
}
process.exit();

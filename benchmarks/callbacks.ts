/**
 * @file `npm run bench:callbacks`: what callbacks cost. An epoch of many tiny steps without callbacks, with those that hear of epochs, and with
 * one that hears of batches; and steps of a larger network while checkpoints are written. Prints tables for docs/benchmarks.md.
 *
 *     --rounds 9    rounds in turn (default: 7)
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { callbacks } from 'keras-ts';
import { machine } from './lib/report.js';
import { quantile, short, table } from './lib/statistics.js';
import { digitsMlp } from './workloads/digits_mlp.js';
import { mnistMlp } from './workloads/mnist_mlp.js';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '7' } } });
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${values.rounds}: expected a number from 1`);
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-bench-'));

/** The median, with the lowest and the highest. */
const spread = (numbers: readonly number[]): string[] => [quantile(numbers, 0.5), Math.min(...numbers), Math.max(...numbers)].map(short); // prettier-ignore

class HearsBatches extends callbacks.Callback {
  override onTrainBatchEnd(): void {}
}

/** Microseconds of processor time a step (other programs of the machine do not count), for several lists of callbacks in turn. */
async function batchHooks(): Promise<string> {
  const epochs = 20;
  const lists: Readonly<Record<string, () => callbacks.Callback[]>> = {
    none: () => [],
    'EarlyStopping, ReduceLROnPlateau, LearningRateScheduler, CSVLogger': () => [
      new callbacks.EarlyStopping({ monitor: 'loss', patience: 99 }),
      new callbacks.ReduceLROnPlateau({ monitor: 'loss', patience: 99 }),
      new callbacks.LearningRateScheduler((_, rate) => rate),
      new callbacks.CSVLogger(join(folder, 'log.csv')),
    ],
    'one with an empty onTrainBatchEnd': () => [new HearsBatches()],
  };
  const model = digitsMlp.build();
  const [x, y] = await digitsMlp.data();
  const steps = y.shape[0] / digitsMlp.batchSize;
  const options = { verbose: 0, batchSize: digitsMlp.batchSize } as const;
  await model.fit(x, y, { ...options, epochs: 3 });
  const times = new Map(Object.keys(lists).map((name) => [name, [] as number[]]));
  for (let round = 0; round < rounds; round++)
    for (const [name, make] of Object.entries(lists)) {
      await model.fit(x, y, { ...options, epochs: 2, callbacks: make() }); // what stands in caches is that of this list
      const begin = process.cpuUsage();
      await model.fit(x, y, { ...options, epochs, callbacks: make() });
      const { user, system } = process.cpuUsage(begin);
      times.get(name)!.push((user + system) / epochs / steps);
    }
  return table(['callbacks', 'µs of processor time a step', 'lowest', 'highest'], [...times].map(([name, all]) => [name, ...spread(all)])); // prettier-ignore
}

/** When each step ended, and which steps a checkpoint followed. */
class Clock extends callbacks.Callback {
  readonly steps: { readonly time: number; readonly afterCheckpoint: boolean }[] = [];
  last = 0;
  afterCheckpoint = false;

  override onEpochBegin(): void {
    this.last = performance.now();
  }
  override onTrainBatchEnd(): void {
    const now = performance.now();
    this.steps.push({ time: now - this.last, afterCheckpoint: this.afterCheckpoint });
    this.afterCheckpoint = false;
    this.last = now;
  }
}

/** Says to a clock when training goes on after a checkpoint. */
class Timed extends callbacks.ModelCheckpoint {
  readonly copies: number[] = [];
  clock: Clock | null = null;
  override async onCheckpoint(...given: Parameters<callbacks.ModelCheckpoint['onCheckpoint']>): Promise<void> {
    const begin = performance.now();
    await super.onCheckpoint(...given);
    this.clock!.last = performance.now();
    this.copies.push(this.clock!.last - begin);
    this.clock!.afterCheckpoint = true;
  }
}

/** Milliseconds of steps, of those after checkpoints, of what a checkpoint takes before them, and of saving while all waits. */
async function checkpoints(): Promise<string> {
  const model = mnistMlp.build();
  const [x, y] = await mnistMlp.data();
  const options = { verbose: 0, batchSize: mnistMlp.batchSize } as const;
  await model.fit(x, y, { ...options, epochs: 1 });
  const path = join(folder, 'model.keras');
  const [plain, ordinary, after, copies, saves] = [[], [], [], [], []] as number[][];
  for (let round = 0; round < rounds; round++) {
    const alone = new Clock();
    await model.fit(x, y, { ...options, epochs: 1, callbacks: alone });
    plain.push(...alone.steps.slice(1).map(({ time }) => time));
    const clock = new Clock();
    const saving = new Timed(path, { saveFreq: 20 });
    saving.clock = clock;
    await model.fit(x, y, { ...options, epochs: 1, callbacks: [clock, saving] });
    for (const { time, afterCheckpoint } of clock.steps.slice(1)) (afterCheckpoint ? after : ordinary).push(time);
    copies.push(...saving.copies);
    const begin = performance.now();
    await model.save(path);
    saves.push(performance.now() - begin);
  }
  const rows: [string, number[]][] = [
    ['a step, without checkpoints', plain],
    ['a step, with a checkpoint every 20 steps', ordinary],
    ['the step after a checkpoint', after],
    ['taking the copy that is written', copies],
    ['model.save(), which waits for the disk', saves],
  ];
  const size = (statSync(path).size / 2 ** 20).toFixed(1);
  return `${table([`ms (a file of ${size} MiB)`, 'median', 'lowest', 'highest'], rows.map(([name, all]) => [name, ...spread(all)]))}`; // prettier-ignore
}

console.log(`${machine()}; load ${loadavg()[0].toFixed(1)}; ${rounds} rounds\n`);
console.log(`${await batchHooks()}\n`);
console.log(await checkpoints());
rmSync(folder, { recursive: true });
process.exit();

/**
 * @file `npm run bench`: what a step, the first step and the import cost, and the memory. Each workload runs in a process
 * of its own. `npm run bench -- --only digits_mlp,mnist_cnn` measures some; `-- --memory` watches whether memory stays flat.
 */
import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Timing } from './lib/measure.js';
import type { MemoryCourse } from './lib/memory.js';
import { quantile, short, table } from './lib/statistics.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    memory: { type: 'boolean', default: false },
    // What this script asks of its own children.
    workload: { type: 'string' },
    job: { type: 'string' },
  },
});

/** Runs this script once more, and reads the JSON in the last line that it prints. */
async function inChild<T>(...args: string[]): Promise<T> {
  const script = fileURLToPath(import.meta.url);
  const { stdout } = await run(process.execPath, [...process.execArgv, '--expose-gc', script, ...args], { cwd: root });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

/** Milliseconds that `import 'keras-ts'` takes in a new process: the median of several. */
async function importTime(): Promise<number> {
  const program =
    "const start = performance.now(); await import('keras-ts'); console.log(performance.now() - start); process.exit();";
  const times: number[] = [];
  for (let time = 0; time < 7; time++) {
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], { cwd: root });
    times.push(Number(stdout));
  }
  return quantile(times, 0.5);
}

async function chosenNames(): Promise<string[]> {
  const { workloadOf, workloads } = await import('./workloads/index.js');
  const names = options.only?.split(',') ?? workloads.map(({ name }) => name);
  return names.map((name) => workloadOf(name).name);
}

async function showTimes(): Promise<void> {
  const names = await chosenNames();
  const imported = await importTime();
  const timings: Timing[] = [];
  for (const name of names) timings.push(await inChild<Timing>('--workload', name));
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, ${timings[0].threads} threads, Node ${process.version}`,
  );
  console.log(`import 'keras-ts': ${short(imported)} ms\n`);
  console.log(
    table(
      ['workload', 'ms per step', '10 % – 90 %', 'steps', 'fit → first step, ms', 'peak memory, MB'],
      timings.map(({ name, step, steps, firstStep, peakMemory }) => [
        name,
        short(step.median),
        `${short(step.low)} – ${short(step.high)}`,
        String(steps),
        short(firstStep),
        short(peakMemory),
      ]),
    ),
  );
}

async function showMemory(): Promise<void> {
  const { memoryJobs } = await import('./lib/memory.js');
  const courses: MemoryCourse[] = [];
  for (const job of Object.keys(memoryJobs)) courses.push(await inChild<MemoryCourse>('--job', job));
  const course = (numbers: readonly number[]): string =>
    [numbers[0], numbers[1], numbers.at(-1)!].map((value) => value.toFixed(0)).join(' → ');
  console.log('Memory in MB after a tenth, after two tenths, at the end; flat: no growth since two tenths.\n');
  console.log(
    table(
      ['', 'resident', 'held by JavaScript', 'may grow by', 'flat'],
      courses.map(({ job, resident, held, allowance, flat }) => [
        job,
        course(resident),
        course(held),
        allowance.toFixed(0),
        flat ? 'yes' : 'NO',
      ]),
    ),
  );
  if (courses.some(({ flat }) => !flat)) process.exitCode = 1;
}

if (options.workload) {
  const [{ measure }, { workloadOf }] = await Promise.all([import('./lib/measure.js'), import('./workloads/index.js')]);
  console.log(JSON.stringify(await measure(workloadOf(options.workload))));
} else if (options.job) {
  const { memoryJobs } = await import('./lib/memory.js');
  const job = memoryJobs[options.job];
  if (!job) throw new Error(`no memory job is named '${options.job}'`);
  console.log(JSON.stringify(await job()));
} else if (options.memory) {
  await showMemory();
} else {
  await showTimes();
}

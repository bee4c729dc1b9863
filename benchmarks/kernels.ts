/**
 * @file `npm run bench:kernels`: products, convolutions and passes over memory, one by one on one thread, in each Node that is asked for
 * and in PyTorch: GFLOP/s and GB/s, so that a kernel far under its kind shows.
 *
 *     npm run bench:kernels -- --node 20,24     in these versions of Node (default: the one that runs)
 *     npm run bench:kernels -- --write          puts the table into docs/benchmarks.md
 */
import { config } from 'keras-ts';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { nodeOf } from '../tools/lib/engines.mjs';
import { peerPython } from './lib/contestants.js';
import { kernelJobs, timeKernel } from './lib/kernels.js';
import { machine, writeKernelsSection } from './lib/report.js';
import { root } from './lib/session.js';
import { table } from './lib/statistics.js';

/** What one of those who are timed says. */
interface Report {
  readonly version: string;
  readonly times: Readonly<Record<string, number>>;
}

const { values: options } = parseArgs({
  options: {
    node: { type: 'string' },
    write: { type: 'boolean', default: false },
    job: { type: 'boolean', default: false },
  },
});

async function ask(program: string, args: readonly string[]): Promise<Report> {
  const { stdout } = await promisify(execFile)(program, [...args], { cwd: root });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Report;
}

async function timeHere(): Promise<void> {
  const times: Record<string, number> = {};
  for (const job of kernelJobs) times[job.name] = await timeKernel(job);
  const version = `Node ${process.versions.node.split('.')[0]}, ${config.backendInfo().split(' × ')[1]}`;
  console.log(JSON.stringify({ version, times } satisfies Report));
  process.exit();
}

async function showAll(): Promise<void> {
  const reports: Report[] = [];
  for (const major of options.node?.split(',') ?? [process.versions.node.split('.')[0]])
    reports.push(await ask(await nodeOf(major.trim()), [...process.execArgv, fileURLToPath(import.meta.url), '--job']));
  const python = peerPython();
  if (python !== null) reports.push(await ask(python, [join(root, 'tools', 'bench', 'torch_kernels.py')]));
  const head = [
    'kernel',
    ...reports.map(({ version }) => `GFLOP/s, ${version}`),
    ...reports.map(({ version }) => `GB/s, ${version}`),
  ];
  const rows = kernelJobs.map(({ name, flops, bytes }) => {
    const rates = (amount: number): string[] =>
      reports.map(({ times }) => (name in times ? (amount / times[name] / 1e9).toFixed(1) : '–'));
    return [name, ...rates(flops), ...rates(bytes)];
  });
  console.log(`${machine()}; one thread\n\n${table(head, rows)}`);
  if (options.write)
    await writeKernelsSection(join(root, 'docs', 'benchmarks.md'), { title: 'Single kernels, one thread', head, rows });
}

await (options.job ? timeHere() : showAll());

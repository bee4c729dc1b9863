/**
 * @file `npm run profile -- mnist_cnn`: where the time of a workload's step goes, by layer and by kernel.
 *
 *     --steps 10          steps that are timed
 *     --step predict      of evaluate ('test') or predict in place of a training step
 *     --rows 100          rows of the table of kernels
 *     --threads 1         threads for whole steps; kernels are timed on one
 *     --trace step.json   writes a trace for chrome://tracing as well
 */
import { setThreads } from 'keras-ts';
import { parseArgs } from 'node:util';
import { workloadOf, workloads } from './workloads/index.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '10' },
    step: { type: 'string', default: 'train' },
    rows: { type: 'string', default: '30' },
    threads: { type: 'string' },
    trace: { type: 'string' },
  },
});
if (positionals.length !== 1)
  throw new Error(`Name one workload: npm run profile -- ${workloads.map(({ name }) => name).join(' | ')}`);

const workload = workloadOf(positionals[0]);
if (options.threads !== undefined) setThreads(Number(options.threads));
const [x, y] = await workload.data();
await workload.build().profile(x, y, {
  batchSize: workload.batchSize,
  steps: Number(options.steps),
  step: options.step as 'train',
  rows: Number(options.rows),
  trace: options.trace,
});

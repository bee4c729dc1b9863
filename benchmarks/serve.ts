/** @file Times one workload in keras-ts, piece by piece, as asked on standard input; `Session` is the other end. */
import { setThreads } from 'keras-ts';
import { createInterface } from 'node:readline';
import { Job, peakMemory } from './lib/measure.js';
import { workloadOf } from './workloads/index.js';

const [, , name, threads] = process.argv;
const say = (answer: object): void => console.log(JSON.stringify(answer));

setThreads(Number(threads));
const job = await Job.of(workloadOf(name));
say({ firstStep: await job.firstStep() });
for await (const line of createInterface({ input: process.stdin })) {
  const [command, seconds] = line.split(' ');
  if (command === 'stop') {
    say({ peakMemory: peakMemory() });
    break;
  }
  say(await job.round(Number(seconds)));
}
process.exit();

/** @file The workloads that are measured, by name. A new one is a file of this folder and its line here. */
import { digitsMlp } from './digits_mlp.js';
import { fcn } from './fcn.js';
import { lstmChar } from './lstm_char.js';
import { mnistCnn } from './mnist_cnn.js';
import { mnistMlp } from './mnist_mlp.js';
import { resnet20 } from './resnet20.js';
import { transformerChar } from './transformer_char.js';
import type { Workload } from './workload.js';

export const workloads: readonly Workload[] = [digitsMlp, mnistMlp, mnistCnn, fcn, resnet20, lstmChar, transformerChar];

/** @throws {Error} There is none of this name. */
export function workloadOf(name: string): Workload {
  const found = workloads.find((workload) => workload.name === name);
  if (!found)
    throw new Error(`no workload is named '${name}'. There are: ${workloads.map(({ name }) => name).join(', ')}.`);
  return found;
}

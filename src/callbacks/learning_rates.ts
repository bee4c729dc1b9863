/** @file The learning rates of a model's optimizer, as callbacks read and set them. */
import type { Optimizer } from '../optimizers/index.js';
import { toTensor } from '../runtime/index.js';
import type { Trainer } from '../training/trainer.js';
import type { Logs } from './callback.js';

/** The optimizer of a model, or the several inside of it. */
export function optimizersOf(model: Trainer): { readonly optimizer: Optimizer; readonly name: string | null }[] {
  const { optimizer } = model;
  const inner = (optimizer as { readonly optimizers?: readonly Optimizer[] }).optimizers;
  return inner === undefined
    ? [{ optimizer, name: null }]
    : inner.map((each) => ({ optimizer: each, name: each.name }));
}

/** The learning rate now. */
export function learningRateOf(optimizer: Optimizer): number {
  return toTensor(optimizer.learningRate).itemSync();
}

/** Write the learning rates into the logs, under Keras's names. */
export function logLearningRates(model: Trainer, logs: Logs): void {
  for (const { optimizer, name } of optimizersOf(model))
    logs[name === null ? 'learning_rate' : `learning_rate_${name}`] = learningRateOf(optimizer);
}

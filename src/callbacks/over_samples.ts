/** @file Looking at a model over some samples, in batches: what callbacks show of gradients and outputs. */
import { flatten } from '../core/tree.js';
import type { TensorTree } from '../data/index.js';
import { mapRows, sliceRows } from '../data/index.js';
import type { Model } from '../models/model.js';
import type { Tensor, Variable } from '../runtime/index.js';
import { valueAndGrad } from '../runtime/index.js';

/** Samples that are looked at, at most. */
export const MOST_SAMPLES = 1024;

/** Samples in batches, each with its part of all samples. */
export function batchesOf(
  samples: readonly TensorTree[],
  size: number,
): { readonly batch: readonly TensorTree[]; readonly part: number }[] {
  const total = flatten<Tensor | null>(samples[0]).find((x) => x !== null)?.shape[0] ?? 0;
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => {
    const [start, stop] = [i * size, Math.min(total, (i + 1) * size)];
    const batch = samples.map((tree) => mapRows(tree, (x) => sliceRows(x, start, stop)));
    return { batch, part: (stop - start) / total };
  });
}

/** Gradients of the model's loss over a batch (`x`, `y`, sample weights), without an effect on the model. */
export function gradientsOver(
  model: Model,
  [x, y = null, sampleWeight = null]: readonly TensorTree[],
  variables: readonly Variable[],
): readonly Tensor[] {
  const [, gradients] = valueAndGrad(() => {
    const yPred = model<TensorTree>(x as Tensor, { training: false });
    return model.computeLoss({ x, y, yPred, sampleWeight, training: false });
  }, variables);
  return gradients;
}

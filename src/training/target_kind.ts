/** @file Which of the binary, sparse and categorical forms targets and predictions are of. */
import type { Tensor } from '../runtime/index.js';

/** Binary: one number per prediction. Sparse: targets are class numbers. Categorical: targets are one-hot, or distributions. */
export type TargetKind = 'binary' | 'sparse' | 'categorical';

/** By their shapes, as Keras resolves `'accuracy'` and `'crossentropy'`. */
export function targetKind(yTrue: Tensor | null, yPred: Tensor): TargetKind {
  const classes = yPred.shape.at(-1) ?? 1;
  if (classes === 1) return 'binary';
  if (yTrue === null) return 'categorical';
  return yTrue.ndim < yPred.ndim || (yTrue.shape.at(-1) === 1 && classes > 1) ? 'sparse' : 'categorical';
}

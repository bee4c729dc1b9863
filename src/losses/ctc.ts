/** @file The loss of sequences whose labels are not laid along the time steps (CTC). */
import { checkedOptions } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, toTensor } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';

/** Labels are padded with it, and it is the class of the blank. */
const BLANK = 0;

/**
 * Connectionist temporal classification.
 *
 * @param yTrue Labels from 1, padded with 0, of shape (batch, labels).
 * @param yPred Scores, of shape (batch, time, classes); class 0 is the blank.
 * @returns Shape (batch,).
 * @throws {ValueError} The shapes are others.
 * @see `keras.losses.ctc`
 * @example
 * losses.ctc([[1, 2]], [[[0, 9, 0], [0, 0, 9]]]) // [0.00049347]
 */
export const ctc = op('ctc', (yTrue: TensorLike, yPred: TensorLike): Tensor => {
  const labels = toTensor(yTrue, null, 'ctc (yTrue)');
  const scores = toTensor(yPred, null, 'ctc (yPred)');
  if (labels.ndim !== 2)
    throw new ValueError(`ctc: yTrue of shape ${formatShape(labels.shape)}. Expected (batch, labels), padded with 0.`);
  if (scores.ndim !== 3)
    throw new ValueError(`ctc: yPred of shape ${formatShape(scores.shape)}. Expected (batch, time, classes).`);
  const length = ops.sum(ops.cast(ops.notEqual(labels, BLANK), 'int32'), { axis: -1 });
  const time = ops.fullLike(length, scores.shape[1]);
  return ops.ctcLoss(labels, scores, length, time, { maskIndex: BLANK });
});

/**
 * Connectionist temporal classification.
 *
 * @param options See {@link LossOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.CTC`
 * @example
 * new losses.CTC()([[1, 2]], [[[0, 9, 0], [0, 0, 9]]]) // 0.0004934656
 */
export class CTC extends FunctionLoss {
  constructor(options: LossOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(ctc, 'ctc', options);
  }
}

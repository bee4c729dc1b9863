/** @file The loss of connectionist temporal classification. */
import { resultType } from '../../core/promotion.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { matmul } from '../numpy/contraction.js';
import { logaddexp } from '../numpy/elementwise.js';
import { oneHot } from '../numpy/indexing.js';
import { sum } from '../numpy/reductions.js';
import { concatenate, pad, transpose } from '../numpy/shape.js';
import { logSoftmax } from './activations.js';

/** The logarithm of what is impossible; finite, so that differences and gradients stay so. */
const LOG_ZERO = -1e5;

/**
 * −log of the probability that a sequence of scores spells the labels, for each sample: the sum over all ways to lay the labels, with
 * blanks between, along the time steps.
 *
 * @param target Labels, of shape (batch, n).
 * @param output Scores, of shape (batch, time, classes).
 * @param targetLength How many labels count, of shape (batch,).
 * @param outputLength How many time steps count, of shape (batch,).
 * @param options `maskIndex`: the class of the blank. Default 0.
 * @returns Shape (batch,).
 * @throws {ValueError} The shapes are others.
 * @see `keras.ops.ctc_loss`; Graves et al. 2006
 * @example
 * ops.ctcLoss([[1, 2]], [[[0, 9, 0], [0, 0, 9]]], [2], [2]) // [0.00049347]
 */
export const ctcLoss = op(
  'ctc_loss',
  (
    target: TensorLike,
    output: TensorLike,
    targetLength: TensorLike,
    outputLength: TensorLike,
    { maskIndex = 0 }: { readonly maskIndex?: number } = {},
  ): Tensor => {
    const labels = toTensor(target, 'int32', 'ctc_loss');
    const given = toTensor(output, null, 'ctc_loss');
    const scores = lax.convert(given, resultType(given.dtype, 'float32'));
    if (labels.ndim !== 2 || scores.ndim !== 3 || labels.shape[0] !== scores.shape[0]) {
      throw new ValueError(
        `ctc_loss: target of shape ${formatShape(labels.shape)} and output of shape ${formatShape(scores.shape)}. ` +
          `Expected (batch, labels) and (batch, time, classes).`,
      );
    }
    const [batch, steps, classes] = scores.shape;
    const n = labels.shape[1];
    const { dtype } = scores;
    const lengths = toTensor(targetLength, 'int32', 'ctc_loss');
    const times = toTensor(outputLength, 'int32', 'ctc_loss');
    const constant = (value: number): Tensor => toTensor(value, dtype);

    // [batch, n]: whether the next label is the same one, so that a blank must stand between
    const same = lax.convert(lax.eq(columns(labels, 0, n - 1), columns(labels, 1, n)), dtype);
    const repeated = pad(same, [
      [0, 0],
      [0, 1],
    ]);
    const logs = logSoftmax(scores);
    const ofLabels = matmul(logs, transpose(oneHot(labels, classes, { dtype }), { axes: [0, 2, 1] })); // [batch, time, n]
    const blankToRepeat = repeated.mul(constant(LOG_ZERO));
    const blankToOther = repeated.neg().add(1).mul(constant(LOG_ZERO));

    // Two states before and at each label: `blank` after i labels, `emit` at label i.
    const start = [constant(0), constant(LOG_ZERO)].map((x, i) =>
      lax.broadcastTo(x, i === 0 ? [batch, 1] : [batch, n]),
    );
    let blank = concatenate(start, { axis: 1 });
    let emit = start[1];
    const gain = (phi: Tensor, added: Tensor): Tensor =>
      concatenate([columns(phi, 0, 1), logaddexp(columns(phi, 1, n + 1), added)], { axis: 1 });
    for (let t = 0; t < steps; t++) {
      const here = lax.reshape(lax.slice(ofLabels, [0, t, 0], [batch, t + 1, n]), [batch, n]);
      const silent = lax.reshape(lax.slice(logs, [0, t, maskIndex], [batch, t + 1, maskIndex + 1]), [batch, 1]);
      const before = gain(blank, emit.add(blankToRepeat));
      const nextEmit = logaddexp(columns(before, 0, n).add(here), emit.add(here));
      const nextBlank = gain(before.add(silent), emit.add(silent).add(blankToOther));
      const within = lax.reshape(lax.lt(lax.fullLike(times, t), times), [batch, 1]);
      emit = lax.select(lax.broadcastTo(within, [batch, n]), nextEmit, emit);
      blank = lax.select(lax.broadcastTo(within, [batch, n + 1]), nextBlank, blank);
    }
    const last = oneHot(lengths, n + 1, { dtype });
    return lax.neg(sum(gain(blank, emit).mul(last), { axis: 1 }));
  },
);

/** Columns `from` to `to` of a matrix. */
function columns(x: Tensor, from: number, to: number): Tensor {
  return lax.slice(x, [0, from], [x.shape[0], to]);
}

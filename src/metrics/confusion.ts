/** @file Counts of right and wrong yes-or-no predictions at many thresholds: what Precision, Recall, AUC and others keep. */
import { quote } from '../core/describe.js';
import { epsilon } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { squeezeOrExpandToSameRank } from '../losses/reduction.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike, Variable } from '../runtime/index.js';
import { tensor, toTensor } from '../runtime/index.js';

/** A threshold that everything exceeds but what `topK` leaves out. */
export const NEGATIVE_INFINITY = -1e10;

/** One threshold in [0, 1], or a list of them; null: a default. */
export type Thresholds = number | readonly number[] | null;

/** A `thresholds` option as a list. @throws {ValueError} One lies outside of [0, 1]. */
export function thresholdList(thresholds: Thresholds, fallback: number, owner: string): number[] {
  if (thresholds === null) return [fallback];
  const list = typeof thresholds === 'number' ? [thresholds] : [...thresholds];
  const wrong = list.filter((x) => typeof x !== 'number' || !(x >= 0 && x <= 1));
  if (wrong.length > 0 || list.length === 0)
    throw new ValueError(`${owner}: thresholds=${quote(thresholds)}. Expected numbers from 0 to 1.`);
  return list;
}

/** `count` thresholds from 0 to 1 without the two ends. */
export function innerThresholds(count: number): number[] {
  return Array.from({ length: count - 2 }, (_, i) => (i + 1) / (count - 1));
}

/** Whether thresholds lie evenly from 0 to 1, so that predictions can be counted in buckets. */
export function areEven(thresholds: readonly number[]): boolean {
  const n = thresholds.length;
  return n >= 3 && thresholds.every((x, i) => Math.abs(x - i / (n - 1)) <= epsilon() + (1e-5 * i) / (n - 1));
}

/** Which counts are kept, each of shape (thresholds,) or (thresholds, labels). */
export interface Counts {
  readonly truePositives?: Variable;
  readonly falsePositives?: Variable;
  readonly trueNegatives?: Variable;
  readonly falseNegatives?: Variable;
}

/** How a batch is counted. */
export interface CountOptions {
  readonly thresholds: readonly number[];
  /** Whether they lie evenly. */
  readonly even: boolean;
  /** Count as positive only what is among the `topK` greatest of its row. */
  readonly topK?: number | null;
  /** Look at this class only. */
  readonly classId?: number | null;
  readonly sampleWeight: TensorLike | null;
  /** Count each label (column) by itself. */
  readonly multiLabel?: boolean;
  /** One weight per label; not together with `multiLabel`. */
  readonly labelWeights?: readonly number[] | null;
  /** For messages. */
  readonly owner: string;
}

/** A batch, ready to be counted. */
interface Batch {
  /** Targets of the counts' dtype. */
  readonly t: Tensor;
  readonly p: Tensor;
  /** Of the predictions' shape; null: all count 1. */
  readonly weights: Tensor | null;
  readonly multiLabel: boolean;
  readonly thresholds: readonly number[];
  readonly dtype: DType;
}

/** Add a batch to counts. @throws {ValueError} Shapes do not go together. */
export function updateCounts(counts: Counts, yTrue: TensorLike, yPred: TensorLike, options: CountOptions): void {
  const { thresholds, even, topK = null, classId = null, multiLabel = false, labelWeights = null, owner } = options;
  const { dtype } = Object.values(counts)[0] as Variable;
  let [p, t] = squeezeOrExpandToSameRank(
    toTensor(yPred, dtype, `${owner} (yPred)`),
    toTensor(yTrue, dtype, `${owner} (yTrue)`),
  );
  if (formatShape(p.shape) !== formatShape(t.shape)) {
    throw new ValueError(
      `${owner}: yTrue of shape ${formatShape(t.shape)} and yPred of shape ${formatShape(p.shape)}. Expected the same shape.`,
    );
  }
  const rows = t.ndim;
  if (topK !== null) p = keepTopK(p, topK, owner);
  if (classId !== null) {
    if (p.ndim === 1 || classId >= p.shape[p.ndim - 1]) {
      throw new ValueError(
        `${owner}: classId=${classId} is no class of predictions of shape ${formatShape(p.shape)}. Expected (samples, classes).`,
      );
    }
    const column = (x: Tensor): Tensor => ops.getItem(x, ['...', { start: classId, stop: classId + 1 }]);
    [p, t] = [column(p), column(t)];
  }
  const batch: Batch = {
    t,
    p,
    weights: multiplied(sampleWeights(options, p, rows, dtype), labelWeightsFor(labelWeights, p, owner)),
    multiLabel,
    thresholds,
    dtype,
  };
  if (even) countInBuckets(counts, batch);
  else countByComparison(counts, batch);
}

/** One per sample is one per row of the predictions. */
function sampleWeights({ sampleWeight, owner }: CountOptions, p: Tensor, rows: number, dtype: DType): Tensor | null {
  if (sampleWeight === null) return null;
  const given = ops.expandDims(toTensor(sampleWeight, dtype, `${owner} (sampleWeight)`), -1);
  const weights = given.ndim === rows + 1 && given.shape.at(-1) === 1 ? ops.squeeze(given, { axis: -1 }) : given;
  if (weights.ndim > p.ndim || weights.shape.toReversed().some((n, i) => n !== 1 && n !== p.shape.at(-1 - i))) {
    throw new ValueError(
      `${owner}: sampleWeight of shape ${formatShape(toTensor(sampleWeight).shape)} does not fit predictions of shape ${formatShape(p.shape)}. Give one weight per sample, or one per prediction.`,
    );
  }
  return ops.broadcastTo(weights, p.shape);
}

function labelWeightsFor(labelWeights: readonly number[] | null, p: Tensor, owner: string): Tensor | null {
  if (labelWeights === null) return null;
  if (labelWeights.length !== p.shape[p.ndim - 1]) {
    throw new ValueError(
      `${owner}: ${labelWeights.length} labelWeights for predictions of shape ${formatShape(p.shape)}. Expected one per label.`,
    );
  }
  return ops.broadcastTo(tensor([...labelWeights], [1, labelWeights.length], p.dtype), p.shape);
}

const multiplied = (a: Tensor | null, b: Tensor | null): Tensor | null =>
  a === null || b === null ? (a ?? b) : ops.multiply(a, b);

function keepTopK(p: Tensor, k: number, owner: string): Tensor {
  const classes = p.shape[p.ndim - 1];
  if (k > classes)
    throw new ValueError(
      `${owner}: topK=${k}, but predictions of shape ${formatShape(p.shape)} have ${classes} classes.`,
    );
  const [, best] = ops.topK(p, k);
  const kept = ops.sum(ops.oneHot(best, classes, { dtype: p.dtype }), { axis: -2 });
  return ops.add(ops.multiply(p, kept), ops.multiply(NEGATIVE_INFINITY, ops.subtract(1, kept)));
}

function addTo(variable: Variable | undefined, count: () => Tensor): void {
  variable?.assignAdd(count());
}

/** Each threshold is compared with each prediction. */
function countByComparison(counts: Counts, { t, p, weights, multiLabel, thresholds, dtype }: Batch): void {
  // (1, predictions) against (thresholds, 1); with labels by themselves (1, batch, labels) against (thresholds, 1, 1)
  const row = (x: Tensor): Tensor => ops.reshape(x, multiLabel ? [1, ...x.shape] : [1, -1]);
  const limits = tensor([...thresholds], [thresholds.length, 1, ...(multiLabel ? [1] : [])], dtype);
  const positive = ops.greater(row(p), limits);
  const truth = row(ops.cast(t, 'bool'));
  const wide = weights === null ? null : row(weights);
  const count = (label: Tensor, prediction: Tensor) => (): Tensor => {
    const both = ops.logicalAnd(label, prediction);
    return ops.sum(wide === null ? ops.cast(both, dtype) : ops.where(both, wide, 0), { axis: 1 });
  };
  const [falsehood, negative] = [ops.logicalNot(truth), ops.logicalNot(positive)];
  addTo(counts.truePositives, count(truth, positive));
  addTo(counts.falsePositives, count(falsehood, positive));
  addTo(counts.trueNegatives, count(falsehood, negative));
  addTo(counts.falseNegatives, count(truth, negative));
}

/** Each prediction is put in the bucket below its threshold; what lies in higher buckets is positive. */
function countInBuckets(counts: Counts, { t, p, weights, multiLabel, thresholds, dtype }: Batch): void {
  const n = thresholds.length;
  const labels = multiLabel ? p.shape[1] : 1;
  // One row of buckets per label: (batch, labels), or (predictions, 1)
  const table = (x: Tensor): Tensor => (multiLabel ? x : ops.reshape(x, [-1, 1]));
  const truth = table(ops.cast(ops.cast(t, 'bool'), dtype));
  const weight = weights === null ? ops.onesLike(truth) : table(weights);
  const trueWeights = ops.multiply(truth, weight);
  const falseWeights = ops.multiply(ops.subtract(1, truth), weight);

  const place = ops.subtract(ops.ceil(ops.multiply(table(ops.clip(p, 0, 1)), n - 1)), 1);
  // With ends beyond 0 and 1 even a prediction of 0 exceeds the first threshold; else it exceeds none, and is dropped.
  const beyond = thresholds[0] < 0 || thresholds[n - 1] > 1;
  const bucket = ops.cast(beyond ? ops.relu(place) : place, 'int32');
  const first = ops.multiply(ops.arange(0, labels, 1, { dtype: 'int32' }), n);
  const index = ops.where(ops.less(bucket, 0), -1, ops.add(bucket, first));
  /** (thresholds,) or (thresholds, labels): the weight in this bucket and all higher ones. */
  const above = (x: Tensor): Tensor => {
    const sums = ops.segmentSum(ops.reshape(x, [-1]), ops.reshape(index, [-1]), { numSegments: labels * n });
    const rows = ops.reshape(sums, [labels, n]);
    const tails = ops.flip(ops.cumsum(ops.flip(rows, { axis: 1 }), { axis: 1 }), { axis: 1 });
    return multiLabel ? ops.transpose(tails) : ops.reshape(tails, [n]);
  };
  const total = (x: Tensor): Tensor => ops.sum(x, { axis: multiLabel ? 0 : null });
  const [hits, alarms] = [above(trueWeights), above(falseWeights)];
  addTo(counts.truePositives, () => hits);
  addTo(counts.falsePositives, () => alarms);
  addTo(counts.trueNegatives, () => ops.subtract(total(falseWeights), alarms));
  addTo(counts.falseNegatives, () => ops.subtract(total(trueWeights), hits));
}

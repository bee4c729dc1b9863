/** @file From scores of time steps back to labels: the best path, or a search among many. */
import { allocate } from '../../core/dtype.js';
import { RuntimeError, ValueError } from '../../core/errors.js';
import { ndarray } from '../../core/ndarray.js';
import { resultType } from '../../core/promotion.js';
import { formatShape } from '../../core/shape.js';
import * as lax from '../../graph/lax.js';
import type { KerasTensor, Tensor, TensorLike } from '../../runtime/index.js';
import { constantTensor, isTracing, op, toTensor } from '../../runtime/index.js';
import { takeAlongAxis } from '../numpy/indexing.js';

/** Options of `ctcDecode`. */
export interface CtcDecodeOptions {
  /** `'greedy'` (default): the best class of each step. `'beam_search'`: the likeliest label sequences, over all ways to lay them along the steps. */
  readonly strategy?: 'greedy' | 'beam_search';
  /** Beam search: sequences that are kept from step to step. Default 100. */
  readonly beamWidth?: number;
  /** Beam search: sequences that are given back. Default 1. */
  readonly topPaths?: number;
  /** Greedy: whether neighbours that are equal count once. Default true. */
  readonly mergeRepeated?: boolean;
  /** The class of the blank. Default 0. */
  readonly maskIndex?: number;
}

/** The best class of each step, without blanks and repetitions. */
function greedy(scores: Tensor, lengths: Tensor, merge: boolean, mask: number): [Tensor, Tensor] {
  const [batch, steps] = scores.shape;
  const shape = [batch, steps];
  const time = lax.iota(scores.applier, 'int32', shape, 1);
  const over = lax.ge(time, lax.broadcastInDim(lengths, shape, [0]));
  const classes = lax.argMax(scores, 2);
  const blank = lax.fullLike(classes, mask);
  const best = lax.select(over, blank, classes);
  const sizes = lax.reduceMax(scores, [2]);
  const total = lax.reduceSum(lax.select(over, lax.zerosLike(sizes), sizes), [1]);
  let kept = best;
  if (merge && steps > 1) {
    const same = lax.eq(lax.slice(best, [0, 1], shape), lax.slice(best, [0, 0], [batch, steps - 1]));
    const repeated = lax.pad(same, { low: [0, 1], high: [0, 0], interior: [0, 0], value: 0 });
    kept = lax.select(repeated, blank, best);
  }
  const silent = lax.eq(kept, blank);
  const labels = lax.select(silent, lax.fullLike(kept, -1), kept);
  // Labels first, in their order.
  const order = lax.argSort(lax.select(silent, lax.fullLike(time, steps), time), 1);
  const sorted = takeAlongAxis(labels, order, { axis: 1 });
  return [lax.reshape(sorted, [1, batch, steps]), lax.reshape(lax.neg(total), [batch, 1])];
}

/** A sequence of labels with the logarithms of the probabilities that it stands so far, its last step a label or a blank. */
interface Beam {
  readonly path: readonly number[];
  readonly label: number;
  readonly blank: number;
}

const logAdd = (a: number, b: number): number => {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log(Math.exp(a - most) + Math.exp(b - most));
};

/** As arrays of numbers are ordered, of which the larger classes come first. */
function later(a: readonly number[], b: readonly number[]): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return b[i] - a[i];
  return a.length - b.length;
}

/** The likeliest sequences of one sample, the best first. `logs`: the logarithms of the probabilities of classes, step by step. */
function search(logs: readonly Float64Array[], width: number, mask: number): Beam[] {
  const rank = ({ label, blank }: Beam): number => logAdd(label, blank);
  // Of equals Keras prefers what comes later in the order of paths.
  const best = (beams: Iterable<Beam>): Beam[] =>
    [...beams].sort((a, b) => rank(b) - rank(a) || later(b.path, a.path)).slice(0, width);
  let beams: Beam[] = best(
    Array.from(logs[0], (score, c) =>
      c === mask ? { path: [], label: -Infinity, blank: score } : { path: [c], label: score, blank: -Infinity },
    ),
  );
  for (const scores of logs.slice(1)) {
    const found = new Map<string, Beam>();
    const add = (path: readonly number[], label: number, blank: number): void => {
      const key = path.join();
      const known = found.get(key) ?? { path, label: -Infinity, blank: -Infinity };
      found.set(key, { path, label: logAdd(known.label, label), blank: logAdd(known.blank, blank) });
    };
    for (const beam of beams) {
      const { path } = beam;
      scores.forEach((score, c) => {
        if (c === mask) return add(path, -Infinity, rank(beam) + score);
        if (path.at(-1) !== c) return add([...path, c], rank(beam) + score, -Infinity);
        add(path, beam.label + score, -Infinity); // the same label goes on
        add([...path, c], beam.blank + score, -Infinity); // the label anew, after a blank
      });
    }
    beams = best(found.values());
  }
  return beams;
}

/** Beam search on numbers. */
function beamSearch(
  scores: Tensor,
  lengths: Tensor,
  { beamWidth, topPaths, maskIndex }: { beamWidth: number; topPaths: number; maskIndex: number },
): [Tensor, Tensor] {
  const [batch, steps, classes] = scores.shape;
  const [numbers, times] = [scores.ndarray.data, lengths.ndarray.data];
  const paths = new Int32Array(topPaths * batch * steps).fill(-1);
  const found = allocate(scores.dtype, batch * topPaths).fill(-Infinity);
  for (let b = 0; b < batch; b++) {
    const count = Math.min(steps, Math.max(1, times[b]));
    const logs = Array.from({ length: count }, (_, t) => {
      const at = (b * steps + t) * classes;
      const line = Float64Array.from(numbers.subarray(at, at + classes));
      const most = line.reduce((a, x) => Math.max(a, x), -Infinity);
      const total = most + Math.log(line.reduce((sum, x) => sum + Math.exp(x - most), 0));
      return line.map((x) => x - total);
    });
    search(logs, beamWidth, maskIndex)
      .slice(0, topPaths)
      .forEach(({ path, label, blank }, k) => {
        paths.set(path, (k * batch + b) * steps);
        found[b * topPaths + k] = logAdd(label, blank);
      });
  }
  return [
    constantTensor(ndarray('int32', [topPaths, batch, steps], paths)),
    constantTensor(ndarray(scores.dtype, [batch, topPaths], found)),
  ];
}

/**
 * The labels that scores of a CTC model spell: repetitions and blanks are taken out.
 *
 * @param inputs Logits of shape (batch, time, classes), not normalized.
 * @param sequenceLengths How many time steps count, of shape (batch,).
 * @param options See {@link CtcDecodeOptions}. Beam search looks at numbers: inside of a program (`jit`, `fit`) use `'greedy'`, or decode what `predict`
 *   gave.
 * @returns `[decoded, scores]`: labels (int32, (paths, batch, time), −1 after the last), and for each sample and path (batch, paths) the sum of the
 *   negative best scores (greedy), or the logarithm of the probability (beam search).
 * @throws {ValueError} The shapes are others, `maskIndex` is no class, or `strategy` is another.
 * @throws {RuntimeError} Beam search inside of a program.
 * @see `keras.ops.ctc_decode`; Graves et al. 2006, "Connectionist temporal classification", section 3.2
 * @example
 * ops.ctcDecode([[[0, 9, 0], [0, 9, 0], [9, 0, 0], [0, 0, 9]]], [4])[0] // [[[1, 2, -1, -1]]]
 */
export const ctcDecode = op(
  'ctc_decode',
  (
    inputs: TensorLike,
    sequenceLengths: TensorLike,
    { strategy = 'greedy', beamWidth = 100, topPaths = 1, mergeRepeated = true, maskIndex = 0 }: CtcDecodeOptions = {},
  ): [decoded: Tensor, scores: Tensor] => {
    const given = toTensor(inputs, null, 'ctcDecode');
    const lengths = toTensor(sequenceLengths, 'int32', 'ctcDecode');
    if (given.ndim !== 3 || lengths.ndim !== 1 || lengths.shape[0] !== given.shape[0])
      throw new ValueError(
        `ctcDecode: inputs of shape ${formatShape(given.shape)} and sequenceLengths of shape ${formatShape(lengths.shape)}. ` +
          `Expected (batch, time, classes) and (batch,).`,
      );
    const [, steps, classes] = given.shape;
    if (!Number.isInteger(maskIndex) || maskIndex < 0 || maskIndex >= classes)
      throw new ValueError(
        `ctcDecode: maskIndex=${maskIndex}, but inputs have ${classes} classes: 0 to ${classes - 1}.`,
      );
    if (steps === 0) throw new ValueError('ctcDecode: inputs have no time steps. Expected at least one.');
    const scores = lax.convert(given, resultType(given.dtype, 'float32'));
    if (strategy === 'greedy') return greedy(scores, lengths, mergeRepeated, maskIndex);
    if (strategy !== 'beam_search')
      throw new ValueError(`ctcDecode: strategy '${String(strategy)}'. Expected 'greedy' or 'beam_search'.`);
    for (const [name, value] of Object.entries({ beamWidth, topPaths }))
      if (!Number.isInteger(value) || value < 1)
        throw new ValueError(`ctcDecode: ${name}=${value}. Expected a whole number from 1 on.`);
    if (isTracing())
      throw new RuntimeError(
        `ctcDecode: beam search looks at numbers, which are not there while a program is traced. Call it on what 'predict' or 'jit' gave, or use ` +
          `strategy 'greedy'.`,
      );
    return beamSearch(scores, lengths, { beamWidth, topPaths, maskIndex });
  },
  {
    // Beam search looks at numbers: its shapes are stated.
    spec: (inputs, _lengths, options) => {
      const { strategy = 'greedy', topPaths = 1 } = options ?? {};
      const { shape, dtype } = inputs as KerasTensor;
      if (shape.length !== 3)
        throw new ValueError(`ctcDecode: inputs of shape ${formatShape(shape)}. Expected (batch, time, classes).`);
      const paths = strategy === 'greedy' ? 1 : topPaths;
      return [
        { shape: [paths, shape[0], shape[1]], dtype: 'int32' as const },
        { shape: [shape[0], paths], dtype: resultType(dtype, 'float32') },
      ];
    },
  },
);

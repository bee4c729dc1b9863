/** @file Loops over series and over lists, and labels of series: `K.rnn`, `K.foldl`, `K.mapFn`, `K.ctcBatchCost` and their like. */
import { checked } from '../../core/arguments.js';
import { epsilon } from '../../core/config.js';
import type { DType } from '../../core/dtype.js';
import { TypeError, ValueError } from '../../core/errors.js';
import { describe } from '../../core/describe.js';
import { formatShape } from '../../core/shape.js';
import type { TensorTree } from '../../data/batch.js';
import type { AsTensors } from '../../ops/control.js';
import * as ops from '../../ops/index.js';
import { Tensor } from '../../runtime/index.js';
import type { TensorLike } from '../../runtime/index.js';
import { onTensors } from './on_tensors.js';

/** What is done at each step: from the inputs of the step, and the states with the constants behind, to the output and the next states. */
export type RnnStep<X, S extends readonly unknown[] = Tensor[]> = (
  inputs: X,
  states: S,
) => readonly [output: Tensor, newStates: readonly Tensor[]];

/** A tensor for each of a list. */
type Each<S extends readonly unknown[]> = { -readonly [K in keyof S]: Tensor };

/** Options of `rnn`. */
export interface RnnOptions<C extends readonly TensorLike[] = readonly TensorLike[]> {
  /** Whether the last step comes first. Default false. */
  readonly goBackwards?: boolean;
  /** Which steps count: bool, shape (batch, steps) or (batch, steps, 1). At the others states stay. Default null: all. */
  readonly mask?: TensorLike | null;
  /** Tensors that each step gets behind its states. Default null: none. */
  readonly constants?: C | null;
  /** Kept for programs that give it: the loop is compiled as one. Default false. */
  readonly unroll?: boolean;
  /** How many steps of each sample count, shape (batch), where there is no mask; a number says nothing. Default null. */
  readonly inputLength?: TensorLike | null;
  /** Whether time comes before the batch, in inputs and outputs. Default false. */
  readonly timeMajor?: boolean;
  /** Whether the output of a step that does not count is 0; else it is the output before. Default false. */
  readonly zeroOutputForMask?: boolean;
  /** Whether all outputs are wanted; else the last alone, with an axis of time of 1. Default true. */
  readonly returnAllOutputs?: boolean;
}

const swapped = (t: Tensor): Tensor => ops.transpose(t, { axes: [1, 0, ...t.shape.slice(2).map((_, i) => i + 2)] });

/** Which steps count, (steps, batch) in the order in which they are taken; null: all. */
function stepsThatCount(steps: number, { mask = null, inputLength = null, goBackwards = false, timeMajor = false }: RnnOptions): Tensor | null {
  if (mask !== null) {
    let t = ops.cast(mask, 'bool');
    if (t.ndim === 3) t = ops.squeeze(t, { axis: 2 });
    if (t.ndim !== 2) throw new ValueError(`rnn: a mask of shape ${formatShape(t.shape)}. Expected (batch, steps).`);
    const ordered = timeMajor ? t : swapped(t);
    return goBackwards ? ops.flip(ordered, { axis: 0 }) : ordered;
  }
  if (inputLength === null || typeof inputLength === 'number') return null;
  const lengths = ops.expandDims(ops.cast(inputLength, 'int32'), 0);
  const time = ops.expandDims(ops.arange(steps, { dtype: 'int32' }), 1);
  if (!goBackwards) return ops.greater(lengths, time);
  return ops.less(ops.subtract(ops.subtract(ops.max(lengths), 1), lengths), time);
} // prettier-ignore

/** A mask (batch) chooses between tensors (batch, …). */
function choose(mask: Tensor, x: Tensor, other: Tensor): Tensor {
  const shape = [...mask.shape, ...new Array<number>(Math.max(0, x.ndim - 1)).fill(1)];
  return ops.where(ops.reshape(mask, shape), x, other);
}

/**
 * A recurrence of one's own over the steps of series.
 *
 * @param stepFunction From the inputs of a step and `[...states, ...constants]` to `[output, states]`.
 * @param inputs Shape (batch, steps, …), or a list or dict of such.
 * @param initialStates A list of tensors (batch, …).
 * @param options See {@link RnnOptions}.
 * @returns `[lastOutput, outputs, newStates]`: (batch, …), (batch, steps, …) in the order in which the steps were taken, and the last states.
 * @throws {ValueError} There are no steps, a mask of another shape, or a step gives other states.
 * @see `K.rnn` of Keras 2; `layers.RNN`, `ops.scan`
 * @example
 * const [last] = backend.rnn((x, [sum]) => [ops.add(x, sum), [ops.add(x, sum)]], [[[1], [2], [3]]], [ops.zeros([1, 1])]);
 * last; // [[6]]
 */
export const rnn = checked(
  'rnn',
  <
    X extends TensorLike | TensorTree,
    const S extends readonly TensorLike[],
    const C extends readonly TensorLike[] = [],
  >(
    stepFunction: RnnStep<X extends TensorTree ? X : Tensor, [...Each<S>, ...Each<C>]>,
    inputs: X,
    initialStates: S,
    options: RnnOptions<C> = {},
  ): [lastOutput: Tensor, outputs: Tensor, newStates: Each<S>] => {
    const { goBackwards = false, constants = null, timeMajor = false } = options;
    const { zeroOutputForMask = false, returnAllOutputs = true } = options;
    const ordered = (each: TensorLike): Tensor => {
      const t = ops.convertToTensor(each);
      if (t.ndim < 2) throw new ValueError(`rnn: inputs of shape ${formatShape(t.shape)}. Expected (batch, steps, …).`);
      const time = timeMajor ? t : swapped(t);
      return goBackwards ? ops.flip(time, { axis: 0 }) : time;
    };
    const sequence = mapInputs(inputs, ordered);
    const steps = firstOf(sequence).shape[0];
    if (steps === 0) throw new ValueError('rnn: the inputs have no time steps. Expected at least one.');
    const counts = stepsThatCount(steps, options);
    const fixed = (constants ?? []).map((each) => ops.convertToTensor(each));
    const take = (x: unknown, states: readonly Tensor[]): readonly [Tensor, Tensor[]] => {
      const result: unknown = (stepFunction as (x: unknown, states: Tensor[]) => unknown)(x, [...states, ...fixed]);
      if (!Array.isArray(result) || result.length !== 2 || !Array.isArray(result[1]))
        throw new TypeError(`rnn: the step function gave ${describe(result)}. Expected [output, [...states]].`);
      return result as unknown as readonly [Tensor, Tensor[]];
    };
    const first = initialStates.map((state) => ops.convertToTensor(state));
    if (counts === null) {
      const [states, outputs] = ops.scan(
        (carry: Tensor[], x: unknown) => {
          const [output, after] = take(x, carry);
          return [after, output];
        },
        first,
        { xs: sequence },
      );
      return finished(outputs, states, returnAllOutputs, timeMajor) as [Tensor, Tensor, Each<S>];
    }
    // The output before the first step is 0: a step tells how it looks.
    const blank = ops.zerosLike(
      take(
        mapInputs(sequence, (t) => ops.take(t, 0, { axis: 0 })),
        first,
      )[0],
    );
    const [[states], outputs] = ops.scan(
      ([before, last]: [Tensor[], Tensor], [x, mask]: [unknown, Tensor]) => {
        const [output, after] = take(x, before);
        const kept = choose(mask, output, zeroOutputForMask ? ops.zerosLike(output) : last);
        return [[after.map((state, i) => choose(mask, state, before[i])), kept], kept];
      },
      [first, blank] as [Tensor[], Tensor],
      { xs: [sequence, counts] as never },
    );
    return finished(outputs, states, returnAllOutputs, timeMajor) as [Tensor, Tensor, Each<S>];
  },
  ['goBackwards', 'mask', 'constants', 'unroll', 'inputLength', 'timeMajor', 'zeroOutputForMask', 'returnAllOutputs'],
);

function finished(outputs: Tensor, states: Tensor[], all: boolean, timeMajor: boolean): [Tensor, Tensor, Tensor[]] {
  const last = ops.take(outputs, outputs.shape[0] - 1, { axis: 0 });
  const wanted = all ? outputs : ops.expandDims(last, 0);
  return [last, timeMajor ? wanted : swapped(wanted), states];
}

/** Whether inputs are several: a dict, or a list with tensors in it. */
const isTree = (x: unknown): x is object =>
  typeof x === 'object' &&
  x !== null &&
  !ArrayBuffer.isView(x) &&
  !('ndim' in x) &&
  (!Array.isArray(x) || x.some((each) => typeof each === 'object' && each !== null && 'ndim' in each));

function mapInputs(x: unknown, fn: (each: Tensor) => Tensor): unknown {
  if (!isTree(x)) return fn(x as Tensor);
  if (Array.isArray(x)) return x.map((each) => mapInputs(each, fn));
  return Object.fromEntries(Object.entries(x).map(([name, each]) => [name, mapInputs(each, fn)]));
}
const firstOf = (x: unknown): Tensor => (isTree(x) ? firstOf(Object.values(x)[0]) : (x as Tensor));

/** `fn` of what was so far and each element, from one end of a tensor to the other. */
function folded(owner: string, fn: unknown, elems: TensorLike, initializer: TensorLike | null, reverse: boolean): Tensor {
  if (typeof fn !== 'function') throw new TypeError(`${owner}: fn is ${describe(fn)}. Expected a function of two tensors.`);
  const t = ops.convertToTensor(elems);
  const count = t.shape[0];
  if (t.ndim === 0 || (count === 0 && initializer === null))
    throw new ValueError(`${owner}: elements of shape ${formatShape(t.shape)}. Expected one at least along the first axis, or an initializer.`);
  const places = Array.from({ length: count }, (_, i) => i);
  const rest = initializer !== null ? places : reverse ? places.slice(0, -1) : places.slice(1);
  const start = initializer === null ? ops.take(t, reverse ? count - 1 : 0, { axis: 0 }) : ops.convertToTensor(initializer);
  if (rest.length === 0) return start;
  const step = fn as (sum: Tensor, x: Tensor) => Tensor;
  const [last] = ops.scan(
    (sum: Tensor, x: Tensor) => {
      const next = step(sum, x);
      return [next, ops.zeros([])];
    },
    start,
    { xs: rest.length === count ? t : ops.take(t, rest, { axis: 0 }), reverse },
  );
  return last;
} // prettier-ignore

/** Options of `foldl` and `foldr`. */
export interface FoldOptions {
  /** What is there before the first element. Default null: the first element itself. */
  readonly initializer?: TensorLike | null;
}

/**
 * A function of what was so far and the next element, from the first one on.
 *
 * @param fn From two tensors to one, of the type of the first.
 * @param elems A tensor: its slices along the first axis are the elements.
 * @param options `initializer`: what there is before the first; default the first element.
 * @returns The last value.
 * @throws {ValueError} There are no elements.
 * @see `K.foldl` of Keras 2; `ops.scan`
 * @example
 * backend.foldl((sum, x) => ops.add(sum, x), ops.array([1, 2, 3])) // 6
 */
export const foldl = checked(
  'foldl',
  (fn: (sum: Tensor, x: Tensor) => Tensor, elems: TensorLike, { initializer = null }: FoldOptions = {}): Tensor =>
    folded('foldl', fn, elems, initializer, false),
);

/**
 * A function of what was so far and the next element, from the last one back.
 *
 * @param fn From two tensors to one, of the type of the first.
 * @param elems A tensor: its slices along the first axis are the elements.
 * @param options `initializer`: what there is before the last; default the last element.
 * @returns The last value.
 * @throws {ValueError} There are no elements.
 * @see `K.foldr` of Keras 2; `ops.scan`
 * @example
 * backend.foldr((sum, x) => ops.subtract(sum, x), ops.array([1, 2, 4])) // 1
 */
export const foldr = checked(
  'foldr',
  (fn: (sum: Tensor, x: Tensor) => Tensor, elems: TensorLike, { initializer = null }: FoldOptions = {}): Tensor =>
    folded('foldr', fn, elems, initializer, true),
);

/**
 * A function of each element, stacked.
 *
 * @param fn From a slice (of lists: a list of slices) to a tensor, or to a list of them.
 * @param elems A tensor, or a list of tensors, all of one size along the first axis.
 * @param options `dtype`: of the result; default as the function gives it.
 * @returns What the function gives, stacked along a new first axis.
 * @throws {ValueError} The sizes along the first axis differ.
 * @see `K.map_fn` of Keras 2; `ops.map`
 * @example
 * backend.mapFn((x: Tensor) => ops.square(x), ops.array([1, 2, 3])) // [1, 4, 9]
 */
export const mapFn = checked(
  'mapFn',
  <const X, Y>(
    fn: (x: AsTensors<X>) => Y,
    elems: X,
    { dtype = null }: { readonly dtype?: DType | null } = {},
  ): AsTensors<Y> => {
    const mapped = ops.map(fn, elems);
    return dtype !== null && mapped instanceof Tensor ? (ops.cast(mapped, dtype) as AsTensors<Y>) : mapped;
  },
);

/** Lengths (batch) of what may be (batch, 1). */
const lengthsOf = (x: TensorLike): Tensor => ops.reshape(ops.cast(x, 'int32'), [-1]);

/** Probabilities as logits of the CTC functions. */
const ctcLogits = (yPred: TensorLike): Tensor => ops.log(ops.add(yPred, epsilon()));

/**
 * −log of the probability that series of class probabilities spell the labels. The last class is the blank.
 *
 * @param yTrue Labels, shape (batch, most labels).
 * @param yPred Probabilities, shape (batch, steps, classes).
 * @param inputLength How many steps count, shape (batch, 1).
 * @param labelLength How many labels count, shape (batch, 1).
 * @returns Shape (batch, 1).
 * @throws {ValueError} The shapes are others.
 * @see `K.ctc_batch_cost` of Keras 2; `ops.ctcLoss`; Graves et al. 2006
 * @example
 * backend.ctcBatchCost([[0]], [[[0.5, 0.5], [0.5, 0.5]]], [[2]], [[1]]) // [[0.287682]]
 */
export const ctcBatchCost = onTensors(
  'ctcBatchCost',
  (yTrue: TensorLike, yPred: TensorLike, inputLength: TensorLike, labelLength: TensorLike): Tensor => {
    const scores = ctcLogits(yPred);
    if (scores.ndim !== 3)
      throw new ValueError(
        `ctcBatchCost: yPred of shape ${formatShape(scores.shape)}. Expected (batch, steps, classes).`,
      );
    const maskIndex = scores.shape[2] - 1;
    const loss = ops.ctcLoss(ops.cast(yTrue, 'int32'), scores, lengthsOf(labelLength), lengthsOf(inputLength), { maskIndex }); // prettier-ignore
    return ops.expandDims(loss, 1);
  },
);

/** Options of `ctcDecode`. */
export interface BackendCtcDecodeOptions {
  /** Whether the best class of each step is taken; else beams are searched. Default true. */
  readonly greedy?: boolean;
  /** Beams that are kept. Default 100. */
  readonly beamWidth?: number;
  /** Paths that are given, of beams. Default 1. */
  readonly topPaths?: number;
}

/**
 * The labels that series of class probabilities spell. The last class is the blank.
 *
 * @param yPred Probabilities, shape (batch, steps, classes).
 * @param inputLength How many steps count, shape (batch).
 * @param options See {@link BackendCtcDecodeOptions}.
 * @returns `[decoded, logProbabilities]`: for each path labels (batch, steps), −1 after the last; and (batch, paths), of the greedy way the
 *   negative sum of the best logarithms. Labels of beams are merged where they repeat, as TensorFlow does.
 * @throws {ValueError} The shapes are others.
 * @throws {RuntimeError} Beam search inside of a program.
 * @see `K.ctc_decode` of Keras 2; `ops.ctcDecode`
 * @example
 * const [[labels]] = backend.ctcDecode([[[0.9, 0.1], [0.1, 0.9], [0.9, 0.1]]], [3]);
 * labels; // [[0, 0, -1]]
 */
export const ctcDecode = onTensors(
  'ctcDecode',
  (
    yPred: TensorLike,
    inputLength: TensorLike,
    { greedy = true, beamWidth = 100, topPaths = 1 }: BackendCtcDecodeOptions = {},
  ): [decoded: Tensor[], logProbabilities: Tensor] => {
    const scores = ctcLogits(yPred);
    if (scores.ndim !== 3)
      throw new ValueError(`ctcDecode: yPred of shape ${formatShape(scores.shape)}. Expected (batch, steps, classes).`);
    const maskIndex = scores.shape[2] - 1;
    const given = greedy
      ? ({ strategy: 'greedy', maskIndex } as const)
      : ({ strategy: 'beam_search', beamWidth, topPaths, maskIndex } as const);
    const [paths, found] = ops.ctcDecode(scores, lengthsOf(inputLength), given);
    const decoded = Array.from({ length: paths.shape[0] }, (_, i) => ops.take(paths, i, { axis: 0 }));
    return [decoded, found];
  },
);

/**
 * Whether the class of each sample is among its k greatest predictions; equal ones are all among them.
 *
 * @param predictions Scores, shape (batch, classes).
 * @param targets Classes, shape (batch).
 * @param k How many of the greatest count.
 * @returns Bools of shape (batch).
 * @throws {ValueError} The shapes do not fit.
 * @see `K.in_top_k` of Keras 2; `ops.inTopK`
 * @example
 * backend.inTopK([[0.1, 0.9], [0.2, 0.8]], [1, 0], 1) // [true, false]
 */
export const inTopK = onTensors('inTopK', (predictions: TensorLike, targets: TensorLike, k: number): Tensor =>
  ops.inTopK(targets, predictions, k),
);

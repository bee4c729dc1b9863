/**
 * @file Loops and branches of `keras.ops`. Bodies are ordinary functions of tensors (or lists and dicts of them); inside a program they are
 * traced once, whatever the number of steps, and may assign variables.
 */
import { checkKind, checkList } from '../core/kinds.js';
import { describe } from '../core/describe.js';
import { TypeError, ValueError } from '../core/errors.js';
import { formatShape, normalizeAxis, range } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import * as lax from '../graph/lax.js';
import type { TensorLike, Tensor } from '../runtime/index.js';
import {
  branchOver,
  isTracing,
  loopOver,
  op,
  scanOver,
  tensorApplier,
  toTensor,
  type Variable,
} from '../runtime/index.js';

/** What may stand for tensors: variables and numbers too. In lists every number is a tensor of its own. */
export type TensorLikes = Tree<Tensor | Variable | number | boolean>;

/** The same structure with tensors for `TensorLike`s. `null` stays. */
export type AsTensors<T> = T extends null | undefined
  ? null
  : T extends Tensor | number | boolean
    ? Tensor
    : T extends readonly unknown[] | Readonly<Record<string, unknown>>
      ? { -readonly [K in keyof T]: AsTensors<T[K]> }
      : Tensor;

const isNothing = (x: unknown): boolean => x === null || x === undefined;
const present = (tree: unknown): TensorLike[] => flatten<unknown>(tree).filter((x) => !isNothing(x)) as TensorLike[];
const tensorsOf = (tree: unknown, owner: string): Tensor[] => present(tree).map((x) => toTensor(x, null, owner));

/** The structure of `tree` filled with tensors; `null` stays. */
function filledLike<T>(tree: unknown, tensors: readonly Tensor[]): AsTensors<T> {
  let next = 0;
  return mapTree<unknown, unknown>(tree, (x) => (isNothing(x) ? null : tensors[next++])) as never;
}

/** Refuse what is no function. Its name is short, and not among those that are known by their places. */
function checkFunction(owner: string, f: unknown): void {
  checkKind(owner, 'f', f ?? null, ['function']);
}

/** An op whose type is that of its function. */
function controlOp<F extends (...args: never[]) => unknown>(opName: string, fn: F): F & { readonly opName: string } {
  return op(opName, fn, { callsBack: true }) as unknown as F & { readonly opName: string };
}

// ---- loops of known length ----

/** Options of `scan`. */
export interface ScanOpOptions<X> {
  /** Tensors that are scanned along their first axis; null: nothing is, and `length` says how many steps there are. */
  readonly xs?: X;
  /** Number of steps; by default the size of the first axis of `xs`. */
  readonly length?: number | null;
  /** Begin with the last slice; what a step gives stands where its slice stood. Default false. */
  readonly reverse?: boolean;
  /** How many steps Keras would write out one after another. Checked, and without effect here. Default 1. */
  readonly unroll?: number | boolean;
}

function stepsOf(owner: string, xs: readonly Tensor[], length: number | null | undefined): number {
  const sizes = xs.map((x) => {
    if (x.ndim === 0) throw new ValueError(`${owner}: cannot go along the first axis of a scalar.`);
    return x.shape[0];
  });
  const steps = length ?? sizes[0];
  if (steps === undefined) throw new ValueError(`${owner}: needs \`xs\` or \`length\`, to know the number of steps.`);
  if (sizes.some((size) => size !== steps))
    throw new ValueError(
      `${owner}: ${steps} steps, but the first axes have ${sizes.join(', ')} slices (shapes ${xs.map((x) => formatShape(x.shape)).join(', ')}).`,
    );
  return steps;
}

/**
 * One step of `f` per slice of `xs`, with a value carried from step to step. Has a gradient.
 *
 * @param f (carry, slice) → [next carry, what is kept of this step]; either may be null or nested.
 * @param init The first carry, of the types of those that `f` gives.
 * @param options `xs`: a tensor, or a list or dict of them, all of one size along the first axis. `length`: the number of steps, if there
 *   are no `xs`. `reverse`: begin at the end; default false. `unroll`: accepted and not needed.
 * @returns [the last carry, what was kept, stacked along a new first axis].
 * @throws {ValueError} Neither `xs` nor `length` is given, they disagree, or a step gives a carry of another type.
 * @see `keras.ops.scan`
 * @example
 * const [last, sums] = ops.scan((sum, x) => [ops.add(sum, x), ops.add(sum, x)], 0, { xs: ops.array([1, 2, 3]) });
 * sums // [1, 3, 6]
 */
export const scan = controlOp(
  'scan',
  <C, Y, X = null>(
    f: (carry: AsTensors<C>, x: AsTensors<X>) => readonly [C | AsTensors<C>, Y],
    init: C,
    { xs, length = null, reverse = false, unroll = 1 }: ScanOpOptions<X> = {},
  ): [AsTensors<C>, AsTensors<Y>] => {
    if (typeof unroll !== 'boolean' && (!Number.isInteger(unroll) || unroll < 1))
      throw new ValueError(`scan: \`unroll\` must be a positive integer or a boolean. Received: unroll=${unroll}.`);
    checkFunction('scan', f);
    const sequences = tensorsOf(xs, 'scan');
    const steps = stepsOf('scan', sequences, length);
    let kept: unknown = null;
    const { carries, outputs } = scanOver(
      tensorsOf(init, 'scan'),
      sequences,
      (carried, slices) => {
        const result: unknown = f(filledLike<C>(init, carried), filledLike<X>(xs ?? null, slices));
        if (!Array.isArray(result) || result.length !== 2)
          throw new TypeError(`scan: f gave ${describe(result)}. Expected [carry, output].`);
        const [next, y] = result as readonly unknown[];
        kept = y;
        return { carries: tensorsOf(next, 'scan'), outputs: tensorsOf(y, 'scan') };
      },
      { length: steps, reverse, label: 'the body of scan' },
    );
    return [filledLike<C>(init, carries), filledLike<Y>(kept, outputs)];
  },
);

function mapped<Y>(owner: string, f: (x: never) => unknown, xs: unknown): AsTensors<Y> {
  checkFunction(owner, f);
  const sequences = tensorsOf(xs, owner);
  let kept: unknown = null;
  const { outputs } = scanOver(
    [],
    sequences,
    (_carried, slices) => {
      kept = f(filledLike(xs, slices) as never);
      return { carries: [], outputs: tensorsOf(kept, owner) };
    },
    { length: stepsOf(owner, sequences, null), label: `the function of ${owner}` },
  );
  return filledLike<Y>(kept, outputs);
}

/**
 * `f` of each slice along the first axis, one after another, stacked.
 *
 * @param f From one slice to a tensor, or to a list or dict of tensors.
 * @param xs A tensor, or a list or dict of them, all of one size along the first axis.
 * @returns What `f` gives, stacked along a new first axis.
 * @throws {ValueError} The first axes differ.
 * @see `keras.ops.map`
 * @example
 * ops.map((x: Tensor) => ops.square(x), ops.array([1, 2, 3])) // [1, 4, 9]
 */
export const map = controlOp('map', <const X, Y>(f: (x: AsTensors<X>) => Y, xs: X): AsTensors<Y> =>
  mapped<Y>('map', f, xs),
);

/**
 * The function `fn` of each slice along the first axis, stacked.
 *
 * @param fn From one slice to a tensor, or to a list or dict of tensors.
 * @param elements A tensor, or a list or dict of them, all of one size along the first axis.
 * @returns What `fn` gives, stacked along a new first axis.
 * @throws {ValueError} The sizes along the first axis differ.
 * @see `keras.ops.vectorized_map`
 * @example
 * ops.vectorizedMap((x: Tensor) => ops.add(x, 1), ops.array([1, 2, 3])) // [2, 3, 4]
 */
export const vectorizedMap = controlOp(
  'vectorized_map',
  <const X, Y>(fn: (x: AsTensors<X>) => Y, elements: X): AsTensors<Y> => mapped<Y>('vectorizedMap', fn, elements),
);

// ---- open-ended loops ----

/** Options of `whileLoop`. */
export interface WhileLoopOptions {
  /** Stop after so many steps in any case; null: never. */
  readonly maximumIterations?: number | null;
}

const truth = (x: TensorLike, owner: string): Tensor => {
  const t = toTensor(x, null, owner);
  if (t.size !== 1)
    throw new ValueError(`${owner}: the condition must be one bool, got shape ${formatShape(t.shape)}.`);
  return lax.convert(lax.reshape(t, []), 'bool');
};
const isTrue = (t: Tensor): boolean => t.ndarray.data[0] !== 0;

type LoopFunction<V, R> = V extends readonly unknown[]
  ? AsTensors<V> extends infer S extends unknown[]
    ? (...state: S) => R
    : never
  : (state: AsTensors<V>) => R;

/**
 * Run `body` on `loopVars` as long as `cond` holds. No gradient inside of programs: use `scan` or `foriLoop` where one is needed.
 *
 * @param cond From the loop's variables (a list is passed as arguments) to one bool.
 * @param body From the loop's variables to their next values, of the same types.
 * @param loopVars The first values: a tensor, or a list or dict of tensors.
 * @param options `maximumIterations`: stop after so many steps in any case; default null, never.
 * @returns The last values of the variables.
 * @throws {ValueError} The condition is not one bool.
 * @see `keras.ops.while_loop`
 * @example
 * ops.whileLoop((i) => ops.less(i, 10), (i) => [ops.add(i, 3)], [0]) // [12]
 */
export const whileLoop = controlOp(
  'while_loop',
  <const V>(
    cond: LoopFunction<V, TensorLike>,
    body: LoopFunction<V, TensorLikes>,
    loopVars: V,
    { maximumIterations = null }: WhileLoopOptions = {},
  ): AsTensors<V> => {
    const call = (fn: unknown, state: readonly Tensor[]): unknown => {
      const vars: unknown = filledLike(loopVars, state);
      const args: readonly unknown[] = Array.isArray(loopVars) ? (vars as unknown[]) : [vars];
      return (fn as (...x: unknown[]) => unknown)(...args);
    };
    const test = (state: readonly Tensor[]): Tensor => truth(call(cond, state) as TensorLike, 'whileLoop');
    const step = (state: readonly Tensor[]): Tensor[] => tensorsOf(call(body, state), 'whileLoop');
    const initial = tensorsOf(loopVars, 'whileLoop');
    if (!isTracing()) {
      let state = initial;
      for (let i = 0; i < (maximumIterations ?? Infinity) && isTrue(test(state)); i++) state = step(state);
      return filledLike<V>(loopVars, state);
    }
    if (maximumIterations === null) return filledLike<V>(loopVars, loopOver(initial, test, step, 'whileLoop'));
    const [, ...last] = loopOver(
      [toTensor(0, 'int32'), ...initial],
      ([i, ...state]) => lax.and(test(state), lax.lt(i, lax.scalarLike(i, maximumIterations))),
      ([i, ...state]) => [lax.add(i, lax.scalarLike(i, 1)), ...step(state)],
      'whileLoop',
    );
    return filledLike<V>(loopVars, last);
  },
);

/**
 * `bodyFun(i, state)` for i from `lower` to before `upper`. Has a gradient where both bounds are plain numbers.
 *
 * @param lower The first i.
 * @param upper The end, which is not reached.
 * @param bodyFun From i and the state to the next state, of the same types.
 * @param initVal The first state: a tensor, or a list or dict of tensors.
 * @returns The last state.
 * @see `keras.ops.fori_loop`
 * @example
 * ops.foriLoop(0, 4, (i, total) => ops.add(total, i), 0) // 6
 */
export const foriLoop = controlOp(
  'fori_loop',
  <const V>(
    lower: TensorLike,
    upper: TensorLike,
    bodyFun: (i: Tensor, state: AsTensors<V>) => TensorLikes,
    initVal: V,
  ): AsTensors<V> => {
    const initial = tensorsOf(initVal, 'foriLoop');
    const step = (i: Tensor, state: readonly Tensor[]): Tensor[] =>
      tensorsOf(bodyFun(i, filledLike<V>(initVal, state)), 'foriLoop');
    if (typeof lower === 'number') checkKind('foriLoop', 'lower', lower, ['whole']);
    if (typeof upper === 'number') checkKind('foriLoop', 'upper', upper, ['whole']);
    if (typeof lower === 'number' && typeof upper === 'number') {
      const count = Math.max(0, upper - lower);
      const ramp = lax.iota<Tensor>(tensorApplier, 'int32', [count], 0);
      const { carries } = scanOver(
        initial,
        [lax.add(ramp, lax.fullLike(ramp, lower))],
        (state, [i]) => ({ carries: step(i, state), outputs: [] }),
        { length: count, label: 'the body of foriLoop' },
      );
      return filledLike<V>(initVal, carries);
    }
    const [first, end] = [lower, upper].map((x) => toTensor(x, null, 'foriLoop'));
    const [, ...last] = loopOver(
      [first, ...initial],
      ([i]) => lax.lt(i, lax.convert(end, i.dtype)),
      ([i, ...state]) => [lax.add(i, lax.scalarLike(i, 1)), ...step(i, state)],
      'foriLoop',
    );
    return filledLike<V>(initVal, last);
  },
);

// ---- branches ----

/** Functions that all give tensors of the same structure. */
function branched<Y>(owner: string, predicate: Tensor, onTrue: () => Y, onFalse: () => Y): AsTensors<Y> {
  if (!isTracing()) {
    const result = (isTrue(predicate) ? onTrue : onFalse)();
    return filledLike<Y>(result, tensorsOf(result, owner));
  }
  let structure: unknown = null;
  const results = branchOver(
    predicate,
    () => {
      structure = onTrue();
      return tensorsOf(structure, owner);
    },
    () => tensorsOf(onFalse(), owner),
    owner,
  );
  return filledLike<Y>(structure, flatten<Tensor>(results));
}

/**
 * The results of `trueFn` where `pred` holds, else those of `falseFn`. Has a gradient.
 *
 * @param pred One bool.
 * @param trueFn Gives a tensor, or a list or dict of tensors.
 * @param falseFn Gives the same types.
 * @returns What the chosen function gives.
 * @throws {ValueError} The two give different types (noticed inside of programs, where both are traced).
 * @see `keras.ops.cond`
 * @example
 * ops.cond(true, () => ops.add(1, 1), () => ops.add(2, 2)) // 2
 */
export const cond = controlOp('cond', <Y>(pred: TensorLike, trueFn: () => Y, falseFn: () => Y): AsTensors<Y> =>
  branched('cond', truth(pred, 'cond'), trueFn, falseFn),
);

/**
 * The results of the branch that `index` numbers; an index outside is clamped. Has a gradient.
 *
 * @param index An int scalar; one outside is clamped.
 * @param branches Functions of `operands`, which all give the same types.
 * @param operands Arguments of the branches.
 * @returns What the chosen branch gives.
 * @throws {ValueError} There are no branches.
 * @see `keras.ops.switch`
 * @example
 * ops.switch(1, [(x) => ops.add(x, 1), (x) => ops.multiply(x, 10)], [4]) // [40]
 */
const switchCase = controlOp(
  'switch',
  <Y>(
    index: TensorLike,
    branches: readonly ((...operands: Tensor[]) => Y)[],
    ...operands: readonly TensorLike[]
  ): AsTensors<Y> => {
    checkList('switch', 'branches', branches, 'functions');
    for (const branch of branches) checkKind('switch', 'branches', branch ?? null, ['function']);
    if (branches.length === 0) throw new ValueError('switch: there are no branches.');
    const args = operands.map((x) => toTensor(x, null, 'switch'));
    const at = lax.convert(toTensor(index, null, 'switch'), 'int32');
    const choose = (from: number, to: number): unknown => {
      if (to - from === 1) {
        const result = branches[from](...args);
        return filledLike(result, tensorsOf(result, 'switch'));
      }
      const middle = (from + to) >> 1;
      const low = lax.lt(at, lax.scalarLike(at, middle));
      return branched(
        'switch',
        low,
        () => choose(from, middle),
        () => choose(middle, to),
      );
    };
    return choose(0, branches.length) as AsTensors<Y>;
  },
);

// ---- associative scans ----

/** Options of `associativeScan`. */
export interface AssociativeScanOptions {
  /** Begin at the end. Default false. */
  readonly reverse?: boolean;
  /** Along which axis. Default 0. */
  readonly axis?: number;
}

function sliceAlong(x: Tensor, axis: number, start: number, limit: number, stride = 1): Tensor {
  const along = <T>(value: T, others: readonly T[]): T[] => others.map((other, d) => (d === axis ? value : other));
  return lax.slice(x, along(start, x.shape.map(() => 0)), along(limit, x.shape), along(stride, x.shape.map(() => 1))); // prettier-ignore
}

/** even₀, odd₀, even₁, odd₁, …: as many of each, or one even more. */
function interleaved(even: Tensor, odd: Tensor, axis: number): Tensor {
  const n = odd.shape[axis];
  if (n === 0) return even;
  const apart = (x: Tensor): Tensor => lax.reshape(x, [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)]);
  const pairs = lax.concatenate([apart(sliceAlong(even, axis, 0, n)), apart(odd)], axis + 1);
  const merged = lax.reshape(
    pairs,
    odd.shape.map((dim, d) => (d === axis ? 2 * n : dim)),
  );
  return even.shape[axis] === n ? merged : lax.concatenate([merged, sliceAlong(even, axis, n, n + 1)], axis);
}

/**
 * Running results of an associative function along an axis: x₀, f(x₀, x₁), f(f(x₀, x₁), x₂), …, in about 2·log₂ n calls of `f`.
 *
 * @param f Of two operands of the structure of `elems`, element by element along `axis`; it must not matter how calls are nested.
 * @param elems Tensors of one size along `axis`.
 * @param options `reverse`: begin at the end; default false. `axis`: default 0.
 * @returns The structure and shapes of `elems`.
 * @throws {ValueError} The sizes along `axis` differ.
 * @see `keras.ops.associative_scan`; Blelloch 1990, "Prefix sums and their applications"
 * @example
 * ops.associativeScan((a: Tensor, b: Tensor) => ops.add(a, b), ops.array([1, 2, 3, 4])) // [1, 3, 6, 10]
 */
export const associativeScan = controlOp(
  'associative_scan',
  <const E>(
    f: (a: AsTensors<E>, b: AsTensors<E>) => TensorLikes,
    elems: E,
    { reverse = false, axis = 0 }: AssociativeScanOptions = {},
  ): AsTensors<E> => {
    checkFunction('associativeScan', f);
    const given = tensorsOf(elems, 'associativeScan');
    const axes = given.map((x) => normalizeAxis(axis, x.ndim, 'associativeScan'));
    const sizes = given.map((x, i) => x.shape[axes[i]]);
    if (sizes.some((size) => size !== sizes[0]))
      throw new ValueError(`associativeScan: the sizes along axis ${axis} differ: ${sizes.join(', ')}.`);
    const flipped = (list: readonly Tensor[]): Tensor[] =>
      reverse ? list.map((x, i) => lax.reverse(x, [axes[i]])) : [...list];
    const part = (list: readonly Tensor[], start: number, limit: number, stride = 1): Tensor[] =>
      list.map((x, i) => sliceAlong(x, axes[i], start, limit, stride));
    const combine = (a: readonly Tensor[], b: readonly Tensor[]): Tensor[] => {
      const result = f(filledLike<E>(elems, a), filledLike<E>(elems, b));
      return tensorsOf(result, 'associativeScan');
    };
    const run = (list: readonly Tensor[]): Tensor[] => {
      const n = list[0]?.shape[axes[0]] ?? 0;
      if (n < 2) return [...list];
      const half = n >> 1;
      // Neighbours in pairs; their running results are those of the odd places.
      const odd = run(combine(part(list, 0, 2 * half - 1, 2), part(list, 1, 2 * half, 2)));
      const more = (n - 1) >> 1;
      const later = more === 0 ? [] : combine(part(odd, 0, more), part(list, 2, 2 * more + 1, 2));
      return range(list.length).map((i) => {
        const first = sliceAlong(list[i], axes[i], 0, 1);
        const even = more === 0 ? first : lax.concatenate([first, later[i]], axes[i]);
        return interleaved(even, odd[i], axes[i]);
      });
    };
    return filledLike<E>(elems, flipped(run(flipped(given))));
  },
);

export { switchCase as switch };

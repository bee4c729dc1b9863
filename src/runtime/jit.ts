/** @file `jit`: a function of tensors as one compiled program. */
import { checked } from '../core/arguments.js';
import { TypeError } from '../core/errors.js';
import { describe } from '../core/describe.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import { currentBackend } from './backends.js';
import { apart, together } from './complex.js';
import type { TensorLike } from './convert.js';
import { isTypedArray, toTensor } from './convert.js';
import type { Hosted, ResultOf } from './hosted_programs.js';
import { HostedPrograms, resultsOf, textOutputs } from './hosted_programs.js';
import type { HostFeeds } from './on_host.js';
import { Program, ResidentHeap, traceHosted } from './program.js';
import { StringTensor } from './strings.js';
import { Tensor } from './tensor.js';
import { currentTrace } from './trace.js';
import { parametrizationCount, Variable } from './variable.js';
import { variableStates } from './variable_states.js';

interface Compiled extends Hosted {
  readonly program: Program;
  readonly result: Tree<unknown>;
  readonly resultOf: ResultOf;
}

/** Tensors of the result that are arguments or constants come back through the program as well. */
const isOutput = (leaf: unknown): boolean => leaf instanceof Tensor;
const isArrayLike = (x: unknown): boolean => x instanceof Tensor || x instanceof Variable || isTypedArray(x);
const isNumbers = (x: unknown): boolean =>
  Array.isArray(x) && x.length > 0 && x.flat(Infinity).every((n) => typeof n === 'number');

/** Each argument by itself: together, lists of numbers would look like one. */
const leavesOf = (args: readonly unknown[]): unknown[] => args.flatMap((x) => flatten<unknown>(x, isNumbers));
const mapArguments = (args: readonly unknown[], fn: (leaf: unknown) => unknown): unknown[] =>
  args.map((x) => mapTree<unknown, unknown>(x, fn, isNumbers));

/**
 * Compile a function of tensors. It is traced at its first call for each combination of shapes, dtypes and other arguments; later calls
 * run the program. Variables that it reads and assigns are the program's state.
 *
 * @param fn Takes and gives tensors, lists and dicts of them; other arguments (numbers, strings, bools) count as fixed: each new value is
 *   traced anew.
 * @returns A function of the same arguments.
 * @see `jax.jit`
 * @example
 * const step = jit((x: Tensor) => ops.sum(ops.square(x)));
 */
export const jit = checked(
  'jit',
  function jit<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
    if (typeof fn !== 'function') throw new TypeError(`jit: got ${describe(fn)}. Expected a function of tensors.`);
    if (Object.prototype.toString.call(fn) === '[object AsyncFunction]') throw asyncRefusal(fn);
    const programs = new Map<string, HostedPrograms<Compiled>>();
    const kinds = new Map<string, string>();
    const heaps = new Map<string, ResidentHeap>();
    return (...given: A): R => {
      if (currentTrace() !== null) return fn(...given); // already inside a program: be part of it
      if (variableStates.current !== null) return fn(...given); // a program would read the variables' own values
      const args = given.map(apart) as unknown as A;
      const leaves = leavesOf(args);
      const tensors = leaves.filter((x) => isArrayLike(x) || isNumbers(x)).map((x) => toTensor(x as TensorLike));
      const dynamic = tensors.filter((x) => !(x instanceof StringTensor));
      // Each text is an object of its own: in another call those may differ that are one and the same here.
      const texts = tensors.flatMap((x) => (x instanceof StringTensor ? [new StringTensor(x.strings, x.shape)] : []));
      const feeds: HostFeeds = { texts, numbers: dynamic.map((t) => t.ndarray) };
      const backend = currentBackend();
      const key = `${backend.name}|${parametrizationCount()}|${signature(args)}`;
      let family = programs.get(key);
      if (family === undefined) {
        adviseKind(fn, args, kinds);
        programs.set(key, (family = new HostedPrograms()));
      }
      const { compiled, hosted } = family.find(feeds, () => {
        let heap = heaps.get(backend.name);
        if (heap === undefined) heaps.set(backend.name, (heap = new ResidentHeap(backend)));
        return compile(fn, args, dynamic, feeds, heap);
      });
      const results = compiled.program.runSync(feeds.numbers, 1, hosted);
      let at = 0;
      const next = (): NDArray => results[at++];
      const { result, resultOf } = compiled;
      return together(mapTree(result, (leaf) => (isOutput(leaf) ? resultOf(leaf as Tensor, next, feeds) : leaf))) as R;
    };
  },
  undefined,
  { callsBack: true },
);

function asyncRefusal(fn: (...args: never[]) => unknown): TypeError {
  return new TypeError(
    `jit: ${fn.name || 'the function'} is async, but a program is traced in one go. Take the work with tensors out into a function ` +
      'that is not, and wait outside of it.',
  );
}

/**
 * Lists of numbers are int32 or float32 by what they hold, so that the same call may need another program. That is said, once for each
 * jitted function.
 */
function adviseKind(fn: (...args: never[]) => unknown, args: readonly unknown[], kinds: Map<string, string>): void {
  const lists = leavesOf(args).filter(isNumbers);
  if (lists.length === 0) return;
  const dtypes = lists.map((x) => toTensor(x as TensorLike).dtype).join(', ');
  const shapes = signature(args, (x) => isNumbers(x));
  const before = kinds.get(shapes);
  if (before !== undefined && before !== dtypes && before !== '') {
    console.warn(
      `jit: ${fn.name || 'a function'} is traced again, as lists of numbers came as ${dtypes} where they were ${before} before: whole ` +
        "numbers make int32. Give tensors, tensor(list, { dtype: 'float32' }), for one program.",
    );
    kinds.set(shapes, '');
  } else if (before === undefined) kinds.set(shapes, dtypes);
}

function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  dynamic: readonly TensorType[],
  feeds: HostFeeds,
  heap: ResidentHeap,
): { readonly compiled: Compiled; readonly results: readonly NDArray[] } {
  const leavesIn = (result: unknown): Tensor[] => flatten<unknown>(result).filter(isOutput) as Tensor[];
  const { traced, host } = traceHosted(
    fn.name || 'a jitted function',
    dynamic,
    feeds,
    (tensors) => {
      let [next, nextText] = [0, 0];
      const replaced = mapArguments(args, (x) => {
        if (x instanceof StringTensor) return feeds.texts[nextText++];
        return isArrayLike(x) || isNumbers(x) ? tensors[next++] : x;
      });
      const given = fn(...(replaced.map(together) as unknown as A));
      if (given instanceof Promise) {
        given.catch(() => undefined); // the refusal says it all
        throw asyncRefusal(fn);
      }
      return apart(given);
    },
    (result) => leavesIn(result).flatMap(textOutputs),
  );
  const { result } = traced;
  const resultOf = resultsOf(leavesIn(result), host);
  return {
    compiled: { program: new Program(traced, heap), result: result, resultOf, plan: host.plan },
    results: host.results,
  };
}

/** Shapes and dtypes of tensors (of those for which `isOfAnyDType` is true: shapes alone), values of everything else. */
function signature(args: readonly unknown[], isOfAnyDType: (x: unknown) => boolean = () => false): string {
  const visit = (x: unknown): unknown => {
    if (isArrayLike(x) || isNumbers(x)) {
      const t = toTensor(x as TensorLike);
      return `<${isOfAnyDType(x) ? '' : t.dtype}[${t.shape.join()}]>`;
    }
    return typeof x === 'function' || typeof x === 'symbol' || typeof x === 'bigint' ? String(x) : x;
  };
  return JSON.stringify(mapArguments(args, visit));
}

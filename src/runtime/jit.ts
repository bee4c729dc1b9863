/** @file `jit`: a function of tensors as one compiled program. */
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import type { TensorType } from '../core/ndarray.js';
import { currentBackend } from './backends.js';
import type { TensorLike } from './convert.js';
import { isTypedArray, toTensor } from './convert.js';
import { Program, ResidentHeap, traceProgram } from './program.js';
import { Tensor } from './tensor.js';
import { currentTrace } from './trace.js';
import { parametrizationCount, Variable } from './variable.js';

interface Compiled {
  readonly program: Program;
  readonly result: Tree<unknown>;
  /** Tensors of the result that are arguments or constants come back through the program as well. */
  readonly isOutput: (leaf: unknown) => boolean;
}

const isArrayLike = (x: unknown): boolean => x instanceof Tensor || x instanceof Variable || isTypedArray(x);
const isNumbers = (x: unknown): boolean =>
  Array.isArray(x) && x.length > 0 && x.flat(Infinity).every((n) => typeof n === 'number');

/**
 * Compile a function of tensors. It is traced at its first call for each combination of shapes, dtypes and other arguments; later
 * calls run the program. Variables that it reads and assigns are the program's state.
 *
 * @param fn Takes and gives tensors, lists and dicts of them; other arguments (numbers, strings, bools) count as fixed: each new
 *   value is traced anew.
 * @returns A function of the same arguments.
 * @example const step = jit((x: Tensor) => ops.sum(ops.square(x)));
 */
export function jit<A extends readonly unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  const programs = new Map<string, Compiled>();
  const heaps = new Map<string, ResidentHeap>();
  return (...args: A): R => {
    if (currentTrace() !== null) return fn(...args); // already inside a program: be part of it
    const leaves = flatten<unknown>(args, isNumbers);
    const dynamic = leaves.filter((x) => isArrayLike(x) || isNumbers(x)).map((x) => toTensor(x as TensorLike));
    const backend = currentBackend();
    const key = `${backend.name}|${parametrizationCount()}|${signature(args)}`;
    let compiled = programs.get(key);
    if (compiled === undefined) {
      let heap = heaps.get(backend.name);
      if (heap === undefined) heaps.set(backend.name, (heap = new ResidentHeap(backend)));
      compiled = compile(fn, args, dynamic, heap);
      programs.set(key, compiled);
    }
    const results = compiled.program.runSync(dynamic.map((t) => t.ndarray));
    let next = 0;
    const { isOutput } = compiled;
    return mapTree(compiled.result, (leaf) => (isOutput(leaf) ? Tensor.fromArray(results[next++]) : leaf)) as R;
  };
}

function compile<A extends readonly unknown[], R>(
  fn: (...args: A) => R,
  args: A,
  dynamic: readonly TensorType[],
  heap: ResidentHeap,
): Compiled {
  const isOutput = (leaf: unknown): boolean => leaf instanceof Tensor;
  const traced = traceProgram(
    fn.name || 'a jitted function',
    dynamic,
    (tensors) => {
      let next = 0;
      const replaced = mapTree<unknown, unknown>(
        args,
        (x) => (isArrayLike(x) || isNumbers(x) ? tensors[next++] : x),
        isNumbers,
      );
      return fn(...(replaced as A));
    },
    (result) => flatten<unknown>(result as Tree<unknown>).filter(isOutput) as Tensor[],
  );
  return { program: new Program(traced, heap), result: traced.result, isOutput };
}

/** Shapes and dtypes of tensors, values of everything else. */
function signature(args: readonly unknown[]): string {
  const visit = (x: unknown): unknown => {
    if (isArrayLike(x) || isNumbers(x)) {
      const t = toTensor(x as TensorLike);
      return `<${t.dtype}[${t.shape.join()}]>`;
    }
    return typeof x === 'function' || typeof x === 'symbol' || typeof x === 'bigint' ? String(x) : x;
  };
  return JSON.stringify(mapTree<unknown, unknown>(args, visit, isNumbers));
}

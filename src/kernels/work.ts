/** @file How work is cut into tasks. The cut depends on the problem alone, so that one thread and many give the same bits. */
import type { Expr, FunctionBuilder, MachineModel, Target } from '../codegen/index.js';
import { i32 } from '../codegen/index.js';
import { MAX_THREADS } from './buffers.js';

/** Handing out a task may cost a fifth of its work. */
const TASK_OF_HAND_OUT = 5;

/** A task should have about this many element operations: a power of two, some times what handing it out costs. */
export const taskWork = ({ handOutNs, opsPerNs }: MachineModel): number =>
  2 ** Math.round(Math.log2(TASK_OF_HAND_OUT * handOutNs * opsPerNs));

/** Parts into which a long sum is cut at most: two for each thread that there may be. */
export const MOST_PARTS = 2 * MAX_THREADS;

export const divideUp = (a: number, b: number): number => Math.ceil(a / b);
/** The greatest common divisor. */
export const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
/** The least multiple of `b` that is not below `a`. */
export const roundUp = (a: number, b: number): number => divideUp(a, b) * b;

/** Units of work in tasks. */
export interface Tasks {
  readonly tasks: number;
  readonly unitsPerTask: number;
}

/** Cut `units` pieces of `workPerUnit` operations each into tasks. */
export function cutTasks({ machine }: Target, units: number, workPerUnit: number): Tasks {
  const unitsPerTask = Math.max(1, Math.min(units, Math.round(taskWork(machine) / Math.max(1, workPerUnit))));
  return { tasks: Math.max(1, Math.ceil(units / unitsPerTask)), unitsPerTask };
}

/** Run `body` for each unit of the tasks `lo` to before `hi`. */
export function forUnits(
  f: FunctionBuilder,
  lo: Expr,
  hi: Expr,
  units: number,
  { unitsPerTask }: Tasks,
  body: (unit: Expr) => void,
): void {
  const end = f.let(hi.mul(unitsPerTask).minS(units));
  f.for(lo.mul(unitsPerTask), end, 1, body);
}

/** Run `body` for 0 to before `count`, without a loop if that is one number. */
export function repeat(f: FunctionBuilder, count: number, body: (i: Expr) => void): void {
  if (count === 1) body(i32(0));
  else f.for(0, count, 1, body);
}

/** The indices of a flat number under these sizes, the last fastest. */
export function decode(f: FunctionBuilder, flat: Expr, sizes: readonly number[]): Expr[] {
  const indices = new Array<Expr>(sizes.length);
  let rest = flat;
  for (let d = sizes.length - 1; d > 0; d--) {
    indices[d] = f.let(rest.remU(sizes[d]));
    rest = f.let(rest.divU(sizes[d]));
  }
  if (sizes.length > 0) indices[0] = rest;
  return indices;
}

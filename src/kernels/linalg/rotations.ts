/**
 * @file Givens's rotations of neighbouring rows, as the QR algorithm makes them: sweeps of them are remembered, and done to a few columns of a
 * matrix at a time, which stay in the cache while all sweeps pass over them.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", section 5.1.8; Van Zee, van de Geijn & Quintana-Ortí 2014, "Restructuring the
 *     tridiagonal and bidiagonal QR algorithms for performance"
 */
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { constant, FunctionBuilder as Builder, i32 } from '../../codegen/index.js';
import { roundUp } from '../work.js';
import { hypotenuse } from './householder.js';
import type { Real } from './vectors.js';
import { lanesOf, perReal, read, sweep } from './vectors.js';

/** Sweeps that are remembered. */
const SWEEPS = 32;
/** Vectors of a row that are turned at a time: they, two factors and what is read are in registers. */
const VECTORS = 4;
/** Bytes before the list of sweeps: how many there are, and how many rotations in all. */
const HEADER = 16;
/** Bytes before the rotations. */
const LIST = HEADER + 8 * SWEEPS;

/** Numbers of memory for sweeps over n rows. */
export const sweepsWorkspace = (n: number, real: Real): number => LIST / real.bytes + 2 * SWEEPS * n;

/**
 * Bytes from row to row of a matrix that is turned: whole rounds of vectors, and an odd number of lines of the cache, so that the same
 * columns of many rows fit in it.
 */
export function turnedRowBytes(columns: number, real: Real): number {
  return roundUp(columns * real.bytes, 128) + 64;
}

/** c and s with c·x + s·y = r, c·y − s·x = 0. */
export function givens(f: FunctionBuilder, x: Expr, y: Expr): { c: Expr; s: Expr; r: Expr } {
  const r = f.let(hypotenuse(f, x, y));
  const none = f.let(r.eq(0));
  return {
    c: f.let(none.select(constant('f64', 1), x.div(r))),
    s: f.let(none.select(constant('f64', 0), y.div(r))),
    r,
  };
}

/** Forget all sweeps. */
export const forgetSweeps = (f: FunctionBuilder, list: Expr): void => {
  f.store('i32', list, i32(0));
  f.store('i32', list, i32(0), 4);
};

/** Begin a sweep at the rows `from` and `from` + 1. */
export function beginSweep(f: FunctionBuilder, list: Expr, from: Expr): void {
  const entry = f.let(list.add(f.load('i32', list).mul(8)));
  f.store('i32', entry, from, HEADER);
  f.store('i32', entry, i32(0), HEADER + 4);
}

/** Remember a rotation of the next pair of rows: (c·x + s·y, c·y − s·x). */
export function addRotation(f: FunctionBuilder, real: Real, list: Expr, c: Expr, s: Expr): void {
  const count = f.let(f.load('i32', list, 4));
  const at = f.let(list.add(count.mul(2 * real.bytes)));
  const narrow = (x: Expr): Expr => (real.memory === 'f32' ? x.toF32() : x);
  f.store(real.memory, at, narrow(c), LIST);
  f.store(real.memory, at, narrow(s), LIST + real.bytes);
  f.store('i32', list, count.add(1), 4);
  const entry = f.let(list.add(f.load('i32', list).mul(8)));
  f.store('i32', entry, f.load('i32', entry, HEADER + 4).add(1), HEADER + 4);
}

/** End a sweep; if the memory is full, do all to the `columns` columns of the matrix at `rows`. */
export function endSweep(f: FunctionBuilder, real: Real, list: Expr, columns: Expr, rows: Expr, rowBytes: Expr): void {
  const count = f.let(f.load('i32', list).add(1));
  f.store('i32', list, count);
  f.if(count.eq(SWEEPS), () => f.run(applySweeps(f.target, real), [columns, rows, rowBytes, list]));
}

/** `(columns, rows, rowBytes, list)`: do all sweeps to a matrix, and forget them. Rows are as long as `turnedRowBytes` says. */
export const applySweeps = perReal((target, real) => {
  const f = new Builder('sweeps', target, ['i32', 'i32', 'i32', 'i32']);
  const [columns, rows, rowBytes, list] = f.params;
  const { memory, bytes } = real;
  const vector = lanesOf(target, real) * bytes;
  const sweeps = f.let(f.load('i32', list));
  f.for(0, f.let(columns.mul(bytes)), VECTORS * vector, (at) => {
    const rotation = f.local(list);
    f.for(0, sweeps, 1, (k) => {
      const entry = f.let(list.add(k.mul(8)));
      const row = f.local(rows.add(at).add(f.load('i32', entry, HEADER).mul(rowBytes)));
      const carried = Array.from({ length: VECTORS }, (_, v) => f.local(f.loadVector(memory, row, v * vector)));
      f.for(0, f.let(f.load('i32', entry, HEADER + 4)), 1, () => {
        const c = f.let(f.loadSplat(rotation, LIST, 1, memory));
        const s = f.let(f.loadSplat(rotation, LIST + bytes, 1, memory));
        const next = f.let(row.add(rowBytes));
        carried.forEach((x, v) => {
          const y = f.let(f.loadVector(memory, next, v * vector));
          f.store(memory, row, c.fma(x, s.mul(y)), v * vector);
          f.set(x, c.mul(y).sub(s.mul(x)));
        });
        f.set(row, next);
        f.set(rotation, rotation.add(2 * bytes));
      });
      carried.forEach((x, v) => f.store(memory, row, x, v * vector));
    });
  });
  forgetSweeps(f, list);
  return f.finish();
});

/** `(count, x, y, c, s)`: (x, y) ← (c·x + s·y, c·y − s·x). */
export const rotate = perReal((target, real) => {
  const f = new Builder('rotate', target, ['i32', 'i32', 'i32', real.memory, real.memory]);
  const [count, x, y, c, s] = f.params;
  const [cs, ss] = [f.let(c.splat()), f.let(s.splat())];
  sweep(f, real, count, (at, offset, wide) => {
    const [left, right] = [f.let(x.add(at)), f.let(y.add(at))];
    const [u, v] = [f.let(read(f, real, left, offset, wide)), f.let(read(f, real, right, offset, wide))];
    const [a, b] = wide ? [cs, ss] : [c, s];
    f.store(real.memory, left, a.mul(u).add(b.mul(v)), offset);
    f.store(real.memory, right, a.mul(v).sub(b.mul(u)), offset);
  });
  return f.finish();
});

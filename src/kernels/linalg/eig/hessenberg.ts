/**
 * @file Matrices made Hessenberg (0 below the second diagonal) by Householder's reflections, in blocks: what a block of them does to the rest
 * of the matrix is three products of matrices.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", section 7.4.2; Dongarra, Sorensen & Hammarling 1989, "Block reduction of matrices to
 *     condensed forms for eigenvalue computations"; Quintana-Ortí & van de Geijn 2006, "Improving the performance of reduction to Hessenberg form"
 */
import type { Expr } from '../../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../../codegen/index.js';
import { reflection } from '../householder.js';
import { fillMatrix, multiply, productWorkspace } from '../product.js';
import { axpy, dot, read, scale, sweep } from '../vectors.js';
import { BYTES, countDown, element, F64, f64, perTarget, setElement } from './common.js';

/** Reflections of a block. */
const BLOCK = 32;
/** Bytes from row to row of matrices with a column for each reflection. */
const ROW = BLOCK * BYTES;

/** Numbers of memory that the reduction of n rows needs. */
export const hessenbergWorkspace = (n: number): number =>
  4 * BLOCK * n + BLOCK * (BLOCK + 2) + productWorkspace(n, n, Math.max(n, BLOCK));

/** `(rows, columns, a, row, x, y)`: y = A·x, four rows at a time. */
const times = perTarget((target) => {
  const f = new FunctionBuilder('matrix times vector', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [rows, columns, a, row, x, y] = f.params;
  const HEIGHT = 4;
  const whole = f.let(rows.and(-HEIGHT));
  f.for(0, whole, HEIGHT, (i) => {
    const lines = Array.from({ length: HEIGHT }, (_, r) => f.let(a.add(i.add(r).mul(row))));
    const sums = lines.map(() => f.local(f64(0).splat()));
    const rests = lines.map(() => f.local(f64(0)));
    sweep(f, F64, columns, (at, offset, wide) => {
      const factor = f.let(read(f, F64, x.add(at), offset, wide));
      lines.forEach((line, r) => {
        const sum = wide ? sums[r] : rests[r];
        f.set(sum, read(f, F64, line.add(at), offset, wide).fma(factor, sum));
      });
    });
    lines.forEach((_, r) => setElement(f, y, i.add(r), f.sumLanes(sums[r]).add(rests[r])));
  });
  f.for(whole, rows, 1, (i) => setElement(f, y, i, f.call(dot(target, F64), [columns, a.add(i.mul(row)), x])));
  return f.finish();
});

/** `(n, lo, hi, a, row, taus, memory)`: rows and columns lo to hi of A become Hessenberg, with reflections below in their columns. */
export const hessenberg = perTarget((target) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('hessenberg', target, [i, i, i, i, i, i, i]);
  const [n, lo, hi, a, row, taus, memory] = f.params;
  const line = f.let(n.mul(BYTES));
  const wide = f.let(line.mul(BLOCK));
  // V and Y by columns, so that each reflection lies in one piece.
  const v = memory;
  const [y, first, second] = [1, 2, 3].map((k) => f.let(memory.add(wide.mul(k))));
  const t = f.let(second.add(wide));
  const u = f.let(t.add(BLOCK * ROW));
  const products = f.let(u.add(2 * ROW));
  const [add, inner, shrink, fill, multiplied] = [axpy, dot, scale, fillMatrix, multiply].map((fn) => fn(target, F64));
  const [b, r] = [i32(BYTES), i32(ROW)];
  f.for(lo, hi.sub(1), BLOCK, (k0) => {
    const count = f.let(f.let(hi.sub(1).sub(k0)).minS(BLOCK));
    const r0 = f.let(k0.add(1));
    const m = f.let(hi.sub(k0));
    const rows = f.let(a.add(r0.mul(row)));
    f.run(fill, [count, count, t, r, f64(0)]);
    f.for(0, count, 1, (j) => {
      const x = f.let(v.add(j.mul(line)));
      const yj = f.let(y.add(j.mul(line)));
      const place = f.let(rows.add(k0.add(j).mul(BYTES)));
      const from = f.local(place);
      f.for(0, m, 1, (l) => {
        setElement(f, x, l, f.load('f64', from));
        f.set(from, from.add(row));
      });
      const vl = (l: Expr): Expr => f.let(v.add(l.mul(line)));
      // What the reflections before do to this column, from the right and from the left.
      f.for(0, j, 1, (l) => f.run(add, [m, element(f, vl(l), j.sub(1)).neg(), y.add(l.mul(line)), x]));
      const skip = (base: Expr, l: Expr): Expr => f.let(base.add(l.mul(BYTES)));
      f.for(0, j, 1, (l) => setElement(f, u, l, f.call(inner, [m.sub(l), skip(vl(l), l), skip(x, l)])));
      countDown(f, j.sub(1), i32(0), (l) => {
        const sum = f.local(f64(0));
        f.for(0, l.add(1), 1, (k) => f.set(sum, element(f, t.add(k.mul(ROW)), l).fma(element(f, u, k), sum)));
        f.run(add, [m.sub(l), sum.neg(), skip(vl(l), l), skip(x, l)]);
      });
      const top = skip(x, j);
      const rest = f.let(m.sub(j));
      const tau = f.call(reflection(target, F64), [rest, top]);
      setElement(f, taus, k0.add(j), tau);
      f.set(from, place);
      f.for(0, m, 1, (l) => {
        f.store('f64', from, element(f, x, l));
        f.set(from, from.add(row));
      });
      f.fill(x, i32(0), j.mul(BYTES));
      f.store('f64', top, f64(1));
      // y = τ·(A·v − Y·(Vᵀ·v))
      f.run(times(target), [m, rest, rows.add(r0.add(j).mul(BYTES)), row, top, yj]);
      f.for(0, j, 1, (l) => {
        const along = f.call(inner, [rest, skip(vl(l), j), top]);
        setElement(f, u, l, along);
        f.run(add, [m, along.neg(), y.add(l.mul(line)), yj]);
      });
      f.run(shrink, [m, tau, yj]);
      f.for(0, j, 1, (l) => {
        const sum = f.local(f64(0));
        f.for(l, j, 1, (k) => f.set(sum, element(f, t.add(l.mul(ROW)), k).fma(element(f, u, k), sum)));
        setElement(f, t.add(l.mul(ROW)), j, sum.mul(tau).neg());
      });
      setElement(f, t.add(j.mul(ROW)), j, tau);
    });
    // Rows above the block, from the right: A·V·T·Vᵀ is taken from all columns.
    f.run(fill, [r0, count, first, r, f64(0)]);
    f.run(multiplied, [r0, count, m, f64(1), a.add(r0.mul(BYTES)), row, b, v, b, line, first, r, products]);
    f.run(fill, [r0, count, second, r, f64(0)]);
    f.run(multiplied, [r0, count, count, f64(1), first, r, b, t, r, b, second, r, products]);
    f.run(multiplied, [r0, m, count, f64(-1), second, r, b, v, line, b, a.add(r0.mul(BYTES)), row, products]);
    // The other rows from the right, right of the block.
    const end = f.let(k0.add(count));
    const beside = f.let(rows.add(end.mul(BYTES)));
    const tail = f.let(v.add(count.sub(1).mul(BYTES)));
    f.run(multiplied, [m, m.sub(count).add(1), count, f64(-1), y, b, line, tail, line, b, beside, row, products]);
    // And from the left.
    const width = f.let(n.sub(end));
    f.run(fill, [count, width, first, line, f64(0)]);
    f.run(multiplied, [count, width, m, f64(1), v, line, b, beside, row, b, first, line, products]);
    f.run(fill, [count, width, second, line, f64(0)]);
    f.run(multiplied, [count, width, count, f64(1), t, b, r, first, line, b, second, line, products]);
    f.run(multiplied, [m, width, count, f64(-1), v, b, line, second, line, b, beside, row, products]);
  });
  return f.finish();
});

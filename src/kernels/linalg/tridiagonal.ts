/**
 * @file Eigenvalues and eigenvectors of symmetric matrices: the matrix is made tridiagonal by reflections, half of whose work is products of
 * matrices, and then diagonal by the implicit QR algorithm with Wilkinson's shifts.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", algorithms 8.3.1 and 8.3.3; Dongarra, Sorensen & Hammarling 1989, "Block reduction of
 *     matrices to condensed forms for eigenvalue computations"
 */
import type { Expr } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import { columnsOf } from '../../graph/matrices.js';
import type { LowerRule } from '../context.js';
import { addBatch } from './batch.js';
import { blockWorkspace, formProduct, hypotenuse, reflection } from './householder.js';
import { fillMatrix, multiply, productWorkspace } from './product.js';
import { addRotation, applySweeps, beginSweep, endSweep, forgetSweeps, givens, sweepsWorkspace, turnedRowBytes } from './rotations.js'; // prettier-ignore
import { axpy, dot, perReal, realOf, scale, sweep, read, transposed } from './vectors.js';

/** Columns that are reduced before what is right of them is changed. */
const BLOCK = 32;
/** Rows of what is left that one product changes. */
const ROWS = 64;
/** Sweeps for each eigenvalue, on average, before the search is given up: where numbers differ by many orders of size, shifts are lost in rounding. */
const PATIENCE = 1500;
/** Sweeps for one value after which ever more counts as 0. */
const STEADY = 1000;

/** `(n, a, aRow, v, p)`: p += A·v, A symmetric of which the upper triangle is read, once. */
const symmetricTimes = perReal((target, real) => {
  const f = new FunctionBuilder('symmetric times', target, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [n, a, aRow, v, p] = f.params;
  const { memory, bytes, vector } = real;
  const at = (base: Expr, k: Expr): Expr => f.let(base.add(k.mul(bytes)));
  const add = (place: Expr, x: Expr): void => f.store(memory, place, f.load(memory, place).add(x));
  const pairs = f.let(n.and(-2));
  f.for(0, pairs, 2, (r) => {
    const first = f.let(a.add(r.mul(aRow.add(bytes))));
    const second = f.let(first.add(aRow).add(bytes));
    const [vr, pr] = [at(v, r), at(p, r)];
    const v0 = f.let(f.load(memory, vr));
    const v1 = f.let(f.load(memory, vr, bytes));
    const beside = f.let(f.load(memory, first, bytes));
    const [w0, w1] = [f.let(v0.splat()), f.let(v1.splat())];
    const s0 = f.local(f.load(memory, first).mul(v0).add(beside.mul(v1)));
    const s1 = f.local(beside.mul(v0).add(f.load(memory, second).mul(v1)));
    const sums = [0, 1].map(() => [0, 1].map(() => f.local(constant(vector, 0))));
    const [from0, from1, fromV, to] = [first.add(2 * bytes), second.add(bytes), vr.add(2 * bytes), pr.add(2 * bytes)].map((x) => f.let(x)); // prettier-ignore
    sweep(f, real, n.sub(r).sub(2), (k, offset, wide, slot) => {
      const x0 = f.let(read(f, real, from0.add(k), offset, wide));
      const x1 = f.let(read(f, real, from1.add(k), offset, wide));
      const y = f.let(read(f, real, fromV.add(k), offset, wide));
      const [t0, t1] = wide ? sums[slot & 1] : [s0, s1];
      f.set(t0, x0.fma(y, t0));
      f.set(t1, x1.fma(y, t1));
      const place = f.let(to.add(k));
      const sum = x0.fma(wide ? w0 : v0, read(f, real, place, offset, wide));
      f.store(memory, place, x1.fma(wide ? w1 : v1, sum), offset);
    });
    add(pr, s0.add(f.sumLanes(sums[0][0].add(sums[1][0]))));
    add(f.let(pr.add(bytes)), s1.add(f.sumLanes(sums[0][1].add(sums[1][1]))));
  });
  f.if(pairs.lt(n), () => {
    const last = f.let(n.sub(1));
    add(at(p, last), f.load(memory, a.add(last.mul(aRow.add(bytes)))).mul(f.load(memory, at(v, last))));
  });
  return f.finish();
});

/**
 * `(n, a, aRow, d, e, taus, w, workspace)`: the upper triangle of A becomes reflections, kept in rows right of the diagonal, which make A the
 * tridiagonal matrix of d (on the diagonal) and e (float64). `w`: memory for `BLOCK` rows.
 */
const tridiagonalize = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('tridiagonalize', target, [i, i, i, i, i, i, i, i]);
  const [n, a, aRow, d, e, taus, w, workspace] = f.params;
  const { memory, bytes } = real;
  const [add, inner, times, shrink] = [axpy, dot, multiply, scale].map((fn) => fn(target, real));
  const minus = constant(memory, -1);
  const last = f.let(n.sub(1));
  const line = f.let(n.mul(bytes));
  f.for(0, last, BLOCK, (k0) => {
    const count = f.let(f.let(last.sub(k0)).minS(BLOCK));
    f.for(0, count, 1, (j) => {
      const row = f.let(k0.add(j));
      const diagonal = f.let(a.add(row.mul(aRow.add(bytes))));
      // What the columns before have changed in this row.
      const place = f.let(row.mul(bytes));
      const length = f.let(n.sub(row));
      f.for(0, j, 1, (l) => {
        const v = f.let(a.add(k0.add(l).mul(aRow)).add(place));
        const u = f.let(w.add(l.mul(line)).add(place));
        f.run(add, [length, f.load(memory, v).neg(), u, diagonal]);
        f.run(add, [length, f.load(memory, u).neg(), v, diagonal]);
      });
      f.store('f64', d.add(row.mul(8)), f.load(memory, diagonal).toF64());
      const v = f.let(diagonal.add(bytes));
      const rest = f.let(length.sub(1));
      const tau = f.call(reflection(target, real), [rest, v]);
      f.store(memory, taus.add(row.mul(bytes)), tau);
      f.store('f64', e.add(row.mul(8)), f.load(memory, v).toF64());
      f.store(memory, v, constant(memory, 1));
      const next = f.let(place.add(bytes));
      const own = f.let(w.add(j.mul(line)).add(next));
      f.fill(own, i32(0), rest.mul(bytes));
      f.run(symmetricTimes(target, real), [rest, diagonal.add(aRow).add(bytes), aRow, v, own]);
      f.for(0, j, 1, (l) => {
        const other = f.let(a.add(k0.add(l).mul(aRow)).add(next));
        const u = f.let(w.add(l.mul(line)).add(next));
        const [ofU, ofV] = [f.call(inner, [rest, u, v]), f.call(inner, [rest, other, v])];
        f.run(add, [rest, ofU.neg(), other, own]);
        f.run(add, [rest, ofV.neg(), u, own]);
      });
      f.run(shrink, [rest, tau, own]);
      const along = f.call(inner, [rest, own, v]);
      f.run(add, [rest, along.mul(tau).mul(-0.5), v, own]);
    });
    const end = f.let(k0.add(count));
    f.for(end, n, ROWS, (r) => {
      const height = f.let(f.let(n.sub(r)).minS(ROWS));
      const at = f.let(r.mul(bytes));
      const [v, u, to] = [a.add(k0.mul(aRow)).add(at), w.add(at), a.add(r.mul(aRow.add(bytes)))].map((x) => f.let(x));
      const [one, wide] = [i32(bytes), n.sub(r)];
      f.run(times, [height, wide, count, minus, v, one, aRow, u, line, one, to, aRow, workspace]);
      f.run(times, [height, wide, count, minus, u, one, line, v, aRow, one, to, aRow, workspace]);
    });
  });
  f.if(n.gt(0), () => {
    const corner = f.load(memory, a.add(last.mul(aRow.add(bytes))));
    f.store('f64', d.add(last.mul(8)), corner.toF64());
  });
  return f.finish();
});

/**
 * `(n, d, e, z, zRow, list)`: d becomes the eigenvalues of a tridiagonal matrix, the rows of z are turned with it. Gives 1, or 0 if the search
 * was given up.
 */
const diagonalize = perReal((target, real) => {
  const f = new FunctionBuilder('diagonalize', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'i32');
  const [n, d, e, z, zRow, list] = f.params;
  const at = (base: Expr, k: Expr, shift = 0): Expr => f.load('f64', base.add(k.mul(8)), shift);
  const put = (base: Expr, k: Expr, x: Expr, shift = 0): void => f.store('f64', base.add(k.mul(8)), x, shift);
  const greatest = f.local(constant('f64', 0));
  const look = (x: Expr): void => {
    const size = f.let(x.abs());
    f.if(size.lt(Infinity).eqz(), () => f.return(i32(0)));
    f.set(greatest, size.gt(greatest).select(size, greatest));
  };
  f.for(0, n, 1, (k) => look(at(d, k)));
  f.for(0, n.sub(1), 1, (k) => look(at(e, k)));
  // Beside the greatest number: sweeps leave its roundings everywhere. Float64 need not
  // be used up where the matrix is of float32.
  const small = f.let(greatest.mul(real.memory === 'f32' ? 2 ** -32 : 8 * real.epsilon));
  const limit = f.local(small);
  const isSmall = (k: Expr): Expr => at(e, k).abs().le(limit);
  const q = f.local(n.sub(1));
  const sweeps = f.local(i32(0));
  const tries = f.local(i32(0));
  f.while(q.gt(0), () => {
    const before = f.let(q.sub(1));
    f.if(
      isSmall(before),
      () => {
        put(e, before, constant('f64', 0));
        f.set(q, before);
        f.set(tries, i32(0));
        f.set(limit, small);
      },
      () => {
        f.set(sweeps, sweeps.add(1));
        f.if(sweeps.gt(n.mul(PATIENCE)), () => f.return(i32(0)));
        // What does not become smaller is rounding.
        f.set(tries, tries.add(1));
        f.if(tries.gt(STEADY), () => f.set(limit, limit.mul(2)));
        const p = f.local(before);
        f.while(p.gt(0).and(isSmall(f.let(p.sub(1).maxS(0))).eqz()), () => f.set(p, p.sub(1)));
        // Wilkinson's shift: the eigenvalue of the last two rows that is nearer to the last element.
        const beside = f.let(at(e, before));
        const half = f.let(at(d, before).sub(at(d, q)).mul(0.5));
        const root = f.let(hypotenuse(f, half, beside).copysign(half));
        const shift = at(d, q).sub(beside.div(half.add(root)).mul(beside));
        const x = f.local(at(d, p).sub(shift));
        const y = f.local(at(e, p));
        beginSweep(f, list, p);
        f.for(p, q, 1, (k) => {
          const { c, s, r } = givens(f, x, y);
          f.if(k.gt(p), () => put(e, f.let(k.sub(1)), r));
          const [dk, dn, ek] = [f.let(at(d, k)), f.let(at(d, k, 8)), f.let(at(e, k))];
          const turned = f.let(dn.sub(dk).mul(s).add(c.mul(ek).mul(2)));
          const moved = f.let(turned.mul(s));
          put(d, k, dk.add(moved));
          put(d, k, dn.sub(moved), 8);
          const off = f.let(c.mul(turned).sub(ek));
          put(e, k, off);
          f.if(k.lt(before), () => {
            const next = f.let(at(e, k, 8));
            f.set(x, off);
            f.set(y, s.mul(next));
            put(e, k, c.mul(next), 8);
          });
          addRotation(f, real, list, c, s);
        });
        endSweep(f, real, list, n, z, zRow);
      },
    );
  });
  f.run(applySweeps(target, real), [n, z, zRow, list]);
  f.return(i32(1));
  return f.finish();
});

/** `(n, d, order)`: the numbers (int32) of the places of d (float64) in ascending order; equal ones stay in theirs. */
export const ascending = perReal((target) => {
  const f = new FunctionBuilder('ascending', target, ['i32', 'i32', 'i32']);
  const [n, d, order] = f.params;
  const value = (k: Expr): Expr => f.load('f64', d.add(k.mul(8)));
  f.for(0, n, 1, (i) => {
    const own = f.let(value(i));
    const at = f.local(order.add(i.mul(4)));
    const going = f.local(i32(1));
    f.while(going.and(at.gt(order)), () => {
      const other = f.let(f.load('i32', at.sub(4)));
      f.if(
        value(other).gt(own),
        () => {
          f.store('i32', at, other);
          f.set(at, at.sub(4));
        },
        () => f.set(going, i32(0)),
      );
    });
    f.store('i32', at, i);
  });
  return f.finish();
});

export const eigh: LowerRule = {
  lower(node, lowering) {
    const n = columnsOf(node.inputs[0]);
    const real = realOf(node.inputs[0].dtype);
    const { bytes, memory } = real;
    const { target } = lowering;
    const zRow = turnedRowBytes(n, real);
    const matrix = (n * zRow) / bytes;
    const sweeps = sweepsWorkspace(n, real);
    const products = Math.max(blockWorkspace(n, n), productWorkspace(ROWS, n, BLOCK));
    const vectors = (3 * n * 8) / bytes; // d, e and the order
    addBatch(lowering, node, {
      work: 8 * n ** 3,
      own: vectors + 2 * matrix + n + BLOCK * n + sweeps + products + 4,
      real,
      emit: (f, [from], [values, out], own) => {
        const line = i32(n * bytes);
        const [d, e, order] = [0, 1, 2].map((k) => f.let(own.add(k * n * 8)));
        const a = f.let(own.add(3 * n * 8));
        const z = f.let(a.add(matrix * bytes));
        const list = f.let(z.add(matrix * bytes));
        const workspace = f.let(list.add(Math.ceil((sweeps * bytes) / 16) * 16));
        const w = f.let(workspace.add(products * bytes));
        const taus = f.let(w.add(BLOCK * n * bytes));
        const row = i32(zRow);
        // The lower triangle is read: as the upper one of the transpose.
        f.run(transposed(target, real), [i32(n), i32(n), from, line, a, row]);
        f.run(tridiagonalize(target, real), [i32(n), a, row, d, e, taus, w, workspace]);
        // The reflections act on all rows but the first.
        const [zero, one] = [constant(memory, 0), constant(memory, 1)];
        f.run(fillMatrix(target, real), [i32(n), i32(zRow / bytes), z, row, zero]);
        if (n > 1) {
          f.run(formProduct(target, real), [
            i32(n - 1), i32(n - 1), i32(n - 1), a.add(bytes), i32(bytes), row, taus, out, i32((n - 1) * bytes), workspace,
          ]); // prettier-ignore
          f.run(transposed(target, real), [
            i32(n - 1),
            i32(n - 1),
            out,
            i32((n - 1) * bytes),
            z.add(zRow + bytes),
            row,
          ]);
        }
        f.store(memory, z, one);
        forgetSweeps(f, list);
        const found = f.call(diagonalize(target, real), [i32(n), d, e, z, row, list]);
        f.run(ascending(target, real), [i32(n), d, order]);
        f.for(0, n, 1, (i) => {
          const source = f.let(f.load('i32', order.add(i.mul(4))));
          const value = f.load('f64', d.add(source.mul(8)));
          f.store(memory, values.add(i.mul(bytes)), memory === 'f32' ? value.toF32() : value);
          f.copy(a.add(i.mul(zRow)), z.add(source.mul(zRow)), i32(n * bytes));
        });
        f.run(transposed(target, real), [i32(n), i32(n), a, row, out, line]);
        f.if(found.eqz(), () => {
          const none = constant(memory, NaN);
          f.run(fillMatrix(target, real), [i32(1), i32(n), values, line, none]);
          f.run(fillMatrix(target, real), [i32(n), i32(n), out, line, none]);
        });
      },
    });
  },
};

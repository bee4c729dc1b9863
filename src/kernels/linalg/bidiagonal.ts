/**
 * @file Singular values and vectors: the matrix, or R of its QR where it is higher than wide, is made bidiagonal by reflections from both sides, and
 * then diagonal by the QR algorithm of Golub & Kahan.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", algorithms 5.4.2 and 8.6.2; Dongarra, Sorensen & Hammarling 1989, "Block reduction of
 *     matrices to condensed forms for eigenvalue computations"
 */
import type { Expr, Local } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import { hypotenuse, reflection } from './householder.js';
import { multiply } from './product.js';
import { addRotation, applySweeps, beginSweep, endSweep, givens, rotate } from './rotations.js';
import { axpy, dot, perReal, read, scale, sweep } from './vectors.js';

/** Columns and rows that are reduced before the rest is changed. */
export const PAIRS = 32;
/** Sweeps for each singular value, on average, before the search is given up: where numbers differ by many orders of size, shifts are lost in rounding. */
const PATIENCE = 1500;
/** Sweeps for one value after which ever more counts as 0. */
const STEADY = 1000;

/** `(m, n, a, aRow, x, y)`: y += A·x, one product of a row after another, four rows at a time. */
const times = perReal((target, real) => {
  const f = new FunctionBuilder('matrix times', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [m, n, a, aRow, x, y] = f.params;
  const { memory, bytes, vector } = real;
  const inner = dot(target, real);
  const add = (at: Expr, value: Expr): void => f.store(memory, at, f.load(memory, at).add(value));
  const whole = f.let(m.and(-4));
  f.for(0, whole, 4, (i) => {
    const rows = [0, 1, 2, 3].map((k) => f.let(a.add(i.add(k).mul(aRow))));
    const sums = rows.map(() => f.local(constant(vector, 0)));
    const rest = rows.map(() => f.local(constant(memory, 0)));
    sweep(f, real, n, (at, offset, wide) => {
      const u = f.let(read(f, real, x.add(at), offset, wide));
      rows.forEach((row, k) => {
        const sum = (wide ? sums : rest)[k];
        f.set(sum, u.fma(read(f, real, row.add(at), offset, wide), sum));
      });
    });
    rows.forEach((_, k) => add(f.let(y.add(i.add(k).mul(bytes))), f.sumLanes(sums[k]).add(rest[k])));
  });
  f.for(whole, m, 1, (i) => add(f.let(y.add(i.mul(bytes))), f.call(inner, [n, a.add(i.mul(aRow)), x])));
  return f.finish();
});

/** `(m, n, a, aRow, x, y)`: y += Aᵀ·x, four rows at a time. */
const turnedTimes = perReal((target, real) => {
  const f = new FunctionBuilder('turned times', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [m, n, a, aRow, x, y] = f.params;
  const { memory, bytes } = real;
  const whole = f.let(m.and(-4));
  const factor = (i: Expr): Expr => f.load(memory, x.add(i.mul(bytes)));
  f.for(0, whole, 4, (i) => {
    const rows = [0, 1, 2, 3].map((k) => f.let(a.add(i.add(k).mul(aRow))));
    const factors = rows.map((_, k) => f.let(factor(i.add(k))));
    const lanes = factors.map((u) => f.let(u.splat()));
    sweep(f, real, n, (at, offset, wide) => {
      const place = f.let(y.add(at));
      let sum = read(f, real, place, offset, wide);
      rows.forEach((row, k) => (sum = (wide ? lanes : factors)[k].fma(read(f, real, row.add(at), offset, wide), sum)));
      f.store(memory, place, sum, offset);
    });
  });
  f.for(whole, m, 1, (i) => f.run(axpy(target, real), [n, factor(i), a.add(i.mul(aRow)), y]));
  return f.finish();
});

/**
 * `(n, a, aRow, d, e, left, right, v, x, y, workspace)`: A (n × n) becomes bidiagonal: d on the diagonal, e above it (float64). Reflections from the
 * left are kept in rows of `v` (from their own number on, with their ones), those from the right in rows of A, right of the diagonal; `left` and
 * `right` take their factors. `x`, `y`: memory for `PAIRS` rows each.
 */
export const bidiagonalize = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('bidiagonalize', target, [i, i, i, i, i, i, i, i, i, i, i]);
  const [n, a, aRow, d, e, left, right, v, x, y, workspace] = f.params;
  const { memory, bytes } = real;
  const [add, inner, shrink, product] = [axpy, dot, scale, multiply].map((fn) => fn(target, real));
  const [reflect, forth, back] = [reflection, times, turnedTimes].map((fn) => fn(target, real));
  const [zero, one, minus] = [0, 1, -1].map((value) => constant(memory, value));
  const line = f.let(n.mul(bytes));
  // A after j pairs is A − Σ v_l·y_lᵀ − Σ x_l·u_lᵀ, u_l the reflections from the right.
  f.for(0, n, PAIRS, (k0) => {
    const count = f.let(f.let(n.sub(k0)).minS(PAIRS));
    f.for(0, count, 1, (j) => {
      const k = f.let(k0.add(j));
      const place = f.let(k.mul(bytes));
      const length = f.let(n.sub(k));
      const rest = f.let(length.sub(1));
      const next = f.let(place.add(bytes));
      const row = f.let(a.add(k.mul(aRow)));
      const rowOf = (base: Expr, l: Expr): Expr => base.add(l.mul(line));
      const reflectionOf = (l: Expr): Expr => f.let(v.add(k0.add(l).mul(line)));
      const fromRight = (l: Expr): Expr => f.let(a.add(k0.add(l).mul(aRow)));
      // The column as it is now.
      const own = f.let(rowOf(v, k).add(place));
      f.fill(rowOf(v, k), i32(0), place);
      f.for(0, length, 1, (r) => {
        f.store(memory, own.add(r.mul(bytes)), f.load(memory, a.add(k.add(r).mul(aRow)).add(place)));
      });
      f.for(0, j, 1, (l) => {
        f.run(add, [length, f.load(memory, rowOf(y, l).add(place)).neg(), reflectionOf(l).add(place), own]);
        f.run(add, [length, f.load(memory, fromRight(l).add(place)).neg(), rowOf(x, l).add(place), own]);
      });
      const tau = f.call(reflect, [length, own]);
      f.store(memory, left.add(place), tau);
      f.store('f64', d.add(k.mul(8)), f.load(memory, own).toF64());
      f.store(memory, own, one);
      f.if(rest.gt(0), () => {
        // y = τ·(Aᵀ·v), A as it is now.
        const ofY = f.let(rowOf(y, j).add(next));
        f.fill(rowOf(y, j), i32(0), line);
        f.run(back, [length, rest, row.add(next), aRow, own, ofY]);
        f.for(0, j, 1, (l) => {
          const along = f.call(inner, [length, reflectionOf(l).add(place), own]);
          f.run(add, [rest, along.neg(), rowOf(y, l).add(next), ofY]);
          const across = f.call(inner, [length, rowOf(x, l).add(place), own]);
          f.run(add, [rest, across.neg(), fromRight(l).add(next), ofY]);
        });
        f.run(shrink, [rest, tau, ofY]);
        // The row as it is now, the new reflection from the left done.
        const beside = f.let(row.add(next));
        f.for(0, j.add(1), 1, (l) => {
          f.run(add, [rest, f.load(memory, reflectionOf(l).add(place)).neg(), rowOf(y, l).add(next), beside]);
        });
        f.for(0, j, 1, (l) => {
          f.run(add, [rest, f.load(memory, rowOf(x, l).add(place)).neg(), fromRight(l).add(next), beside]);
        });
        const sigma = f.call(reflect, [rest, beside]);
        f.store(memory, right.add(place), sigma);
        f.store('f64', e.add(k.mul(8)), f.load(memory, beside).toF64());
        f.store(memory, beside, one);
        // x = σ·(A·u)
        const ofX = f.let(rowOf(x, j).add(next));
        f.fill(rowOf(x, j), i32(0), line);
        f.run(forth, [rest, rest, row.add(aRow).add(next), aRow, beside, ofX]);
        f.for(0, j.add(1), 1, (l) => {
          const along = f.call(inner, [rest, rowOf(y, l).add(next), beside]);
          f.run(add, [rest, along.neg(), reflectionOf(l).add(next), ofX]);
        });
        f.for(0, j, 1, (l) => {
          const across = f.call(inner, [rest, fromRight(l).add(next), beside]);
          f.run(add, [rest, across.neg(), rowOf(x, l).add(next), ofX]);
        });
        f.run(shrink, [rest, sigma, ofX]);
      });
    });
    const end = f.let(k0.add(count));
    const size = f.let(n.sub(end));
    f.if(size.gt(0), () => {
      const shift = f.let(end.mul(bytes));
      const to = f.let(a.add(end.mul(aRow)).add(shift));
      const [cell, vs, us] = [i32(bytes), f.let(v.add(k0.mul(line)).add(shift)), f.let(a.add(k0.mul(aRow)).add(shift))];
      f.run(product, [size, size, count, minus, vs, cell, line, y.add(shift), line, cell, to, aRow, workspace]);
      f.run(product, [size, size, count, minus, x.add(shift), cell, line, us, aRow, cell, to, aRow, workspace]);
    });
  });
  f.if(n.gt(0), () => f.store(memory, right.add(n.sub(1).mul(bytes)), zero));
  return f.finish();
});

/**
 * `(n, d, e, vectors, u, v, row, listU, listV)`: d becomes the singular values (not ordered, not negative) of a bidiagonal matrix; the rows of u and v
 * are turned with it unless `vectors` is 0. Gives 1, or 0 if the search was given up.
 */
export const diagonalizeBoth = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('golub kahan', target, [i, i, i, i, i, i, i, i, i], 'i32');
  const [n, d, e, vectors, u, v, row, listU, listV] = f.params;
  const at = (base: Expr, k: Expr, shift = 0): Expr => f.load('f64', base.add(k.mul(8)), shift);
  const put = (base: Expr, k: Expr, x: Expr, shift = 0): void => f.store('f64', base.add(k.mul(8)), x, shift);
  const zero = constant('f64', 0);
  // Numbers of the size of 1, so that squares neither overflow nor vanish.
  const size = f.local(zero);
  const isNumber = f.local(i32(1));
  const look = (x: Expr): void => {
    const absolute = f.let(x.abs());
    f.set(isNumber, isNumber.and(absolute.lt(Infinity)));
    f.set(size, absolute.gt(size).select(absolute, size));
  };
  f.for(0, n, 1, (k) => look(at(d, k)));
  f.for(0, n.sub(1), 1, (k) => look(at(e, k)));
  f.if(isNumber.eqz(), () => f.return(i32(0)));
  f.if(size.eq(0), () => f.return(i32(1)));
  f.for(0, n, 1, (k) => put(d, k, at(d, k).div(size)));
  f.for(0, n.sub(1), 1, (k) => put(e, k, at(e, k).div(size)));
  const small = real.memory === 'f32' ? 2 ** -32 : 8 * real.epsilon;
  const limit = f.local(constant('f64', small));
  // Beside the greatest of all numbers, which is 1: sweeps leave its roundings everywhere.
  const isSmall = (k: Expr): Expr => at(e, k).abs().le(limit);
  const isZero = (k: Expr): Expr =>
    at(d, k)
      .abs()
      .le(real.epsilon * small);
  const apply = (list: Expr, rows: Expr): void => {
    f.if(vectors, () => f.run(applySweeps(target, real), [n, rows, row, list]));
  };
  const narrow = (x: Expr): Expr => (real.memory === 'f32' ? x.toF32() : x);
  const turn = (rows: Expr, p: Expr, q: Expr, c: Expr, s: Expr): void => {
    const [from, to] = [rows.add(p.mul(row)), rows.add(q.mul(row))];
    f.if(vectors, () => f.run(rotate(target, real), [n, from, to, narrow(c), narrow(s)]));
  };
  const q = f.local(n.sub(1));
  const sweeps = f.local(i32(0));
  const tries = f.local(i32(0));
  f.while(q.gt(0), () => {
    const before = f.let(q.sub(1));
    const p = f.local(q);
    f.while(p.gt(0).and(isSmall(f.let(p.sub(1).maxS(0))).eqz()), () => f.set(p, p.sub(1)));
    f.if(
      p.eq(q),
      () => {
        put(e, before, zero);
        f.set(q, before);
        f.set(tries, i32(0));
        f.set(limit, constant('f64', small));
      },
      () => {
        f.set(sweeps, sweeps.add(1));
        f.if(sweeps.gt(n.mul(PATIENCE)), () => f.return(i32(0)));
        // What does not become smaller is rounding.
        f.set(tries, tries.add(1));
        f.if(tries.gt(STEADY), () => f.set(limit, limit.mul(2)));
        // A zero on the diagonal: its row, or for the last one its column, is turned to zero as well.
        const hole = f.local(i32(-1));
        f.for(p, q, 1, (k) => f.if(isZero(k), () => f.set(hole, k)));
        f.if(
          hole.ge(0),
          () => {
            apply(listU, u);
            put(d, hole, zero);
            const bulge = f.local(at(e, hole));
            put(e, hole, zero);
            f.for(hole.add(1), q.add(1), 1, (k) => {
              const { c, s, r } = givens(f, at(d, k), bulge);
              put(d, k, r);
              f.if(k.lt(q), () => {
                const beside = f.let(at(e, k));
                f.set(bulge, s.mul(beside).neg());
                put(e, k, c.mul(beside));
              });
              turn(u, k, hole, c, s);
            });
          },
          () =>
            f.if(
              isZero(q),
              () => {
                apply(listV, v);
                put(d, q, zero);
                const bulge = f.local(at(e, before));
                put(e, before, zero);
                const k = f.local(before);
                f.while(k.ge(p), () => {
                  const { c, s, r } = givens(f, at(d, k), bulge);
                  put(d, k, r);
                  f.if(k.gt(p), () => {
                    const above = f.let(k.sub(1));
                    const beside = f.let(at(e, above));
                    f.set(bulge, s.mul(beside).neg());
                    put(e, above, c.mul(beside));
                  });
                  turn(v, k, q, c, s);
                  f.set(k, k.sub(1));
                });
              },
              () => step(p, before),
            ),
        );
      },
    );
  });
  /** One sweep over the rows p to q. */
  function step(p: Local, before: Expr): void {
    const up = f.let(before.gt(p).select(at(e, f.let(before.sub(1).maxS(0))), zero));
    const [dm, dn, en] = [f.let(at(d, before)), f.let(at(d, q)), f.let(at(e, before))];
    const last = f.let(dn.mul(dn).add(en.mul(en)));
    const cross = f.let(dm.mul(en));
    const half = f.let(dm.mul(dm).add(up.mul(up)).sub(last).mul(0.5));
    const root = f.let(hypotenuse(f, half, cross).copysign(half));
    const divisor = f.let(half.add(root));
    const shift = f.let(divisor.eq(0).select(last, last.sub(cross.div(divisor).mul(cross))));
    const first = f.let(at(d, p));
    const x = f.local(first.mul(first).sub(shift));
    const y = f.local(first.mul(at(e, p)));
    beginSweep(f, listU, p);
    beginSweep(f, listV, p);
    f.for(p, q, 1, (k) => {
      const a = givens(f, x, y);
      f.if(k.gt(p), () => put(e, f.let(k.sub(1)), a.r));
      const [dk, ek, dnext] = [f.let(at(d, k)), f.let(at(e, k)), f.let(at(d, k, 8))];
      const diagonal = f.let(a.c.mul(dk).add(a.s.mul(ek)));
      const beside = f.let(a.c.mul(ek).sub(a.s.mul(dk)));
      const below = f.let(a.s.mul(dnext));
      const next = f.let(a.c.mul(dnext));
      const b = givens(f, diagonal, below);
      put(d, k, b.r);
      const off = f.let(b.c.mul(beside).add(b.s.mul(next)));
      put(e, k, off);
      put(d, k, b.c.mul(next).sub(b.s.mul(beside)), 8);
      f.if(k.lt(before), () => {
        const after = f.let(at(e, k, 8));
        f.set(x, off);
        f.set(y, b.s.mul(after));
        put(e, k, b.c.mul(after), 8);
      });
      f.if(vectors, () => {
        addRotation(f, real, listV, a.c, a.s);
        addRotation(f, real, listU, b.c, b.s);
      });
    });
    f.if(vectors, () => {
      endSweep(f, real, listU, n, u, row);
      endSweep(f, real, listV, n, v, row);
    });
  }
  apply(listU, u);
  apply(listV, v);
  f.for(0, n, 1, (k) => {
    const value = f.let(at(d, k));
    const negative = f.let(value.lt(0));
    put(d, k, value.abs().mul(size));
    f.if(negative.and(vectors), () => f.run(scale(target, real), [n, constant(real.memory, -1), v.add(k.mul(row))]));
  });
  f.return(i32(1));
  return f.finish();
});

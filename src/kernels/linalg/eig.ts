/**
 * @file Eigenvalues and eigenvectors of matrices of any kind: the steps of `graph/eigen.ts`, in float64 whatever the dtype. Complex matrices lie
 * as two real ones, one behind the other.
 */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';
import { EXCEPTIONAL, MOST_STEPS } from '../../graph/eigen.js';
import { columnsOf } from '../../graph/matrices.js';
import type { LowerRule } from '../context.js';
import { addBatch } from './batch.js';
import { perReal, type Real, realOf } from './vectors.js';

const BYTES = 8;
const EPSILON = 2 ** -52;
const f64 = (x: number): Expr => constant('f64', x);
const load = (f: FunctionBuilder, at: Expr, offset = 0): Expr => f.let(f.load('f64', at, offset));

/** Functions that are made once for each target: of the dtype they do not depend. */
const perTarget = (build: (target: Target) => KernelFunction): ((target: Target) => KernelFunction) => {
  const made = perReal((target) => build(target));
  return (target) => made(target, realOf('float64'));
};

/** `(a, b)`: √(a² + b²), without overflow. */
const hypot = perTarget((target) => {
  const f = new FunctionBuilder('hypot', target, ['f64', 'f64'], 'f64');
  const [a, b] = f.params.map((x) => f.let(x.abs()));
  const most = f.let(a.max(b));
  f.if(most.eq(0), () => f.return(f64(0)));
  const ratio = f.let(a.min(b).div(most));
  f.return(most.mul(ratio.mul(ratio).add(1).sqrt()));
  return f.finish();
});

/** `(ar, ai, br, bi, to)`: c, and the parts of s, of the rotation that takes b to 0. */
const rotation = perTarget((target) => {
  const f = new FunctionBuilder('rotation', target, ['f64', 'f64', 'f64', 'f64', 'i32']);
  const [ar, ai, br, bi, to] = f.params;
  const put = (c: Expr, sr: Expr, si: Expr): void => [c, sr, si].forEach((x, i) => f.store('f64', to, x, i * BYTES));
  const size = f.call(hypot(target), [ar, ai]);
  f.if(
    size.eq(0),
    () => put(f64(0), f64(1), f64(0)),
    () => {
      const whole = f.call(hypot(target), [size, f.call(hypot(target), [br, bi])]);
      const [ur, ui] = [f.let(ar.div(size)), f.let(ai.div(size))];
      put(size.div(whole), ur.mul(br).add(ui.mul(bi)).div(whole), ui.mul(br).sub(ur.mul(bi)).div(whole));
    },
  );
  return f.finish();
});

/** `(x, y, part, step, count, c, sr, si)`: x, y ← c·x + s·y, −s̄·x + c·y. Imaginary parts lie `part` bytes behind. */
const rotate = perTarget((target) => {
  const f = new FunctionBuilder('rotate', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'f64', 'f64', 'f64']);
  const [x0, y0, part, step, count, c, sr, si] = f.params;
  const [x, y] = [f.local(x0), f.local(y0)];
  f.for(0, count, 1, () => {
    const [xi, yi] = [f.let(x.add(part)), f.let(y.add(part))];
    const [a, b, d, e] = [x, xi, y, yi].map((at) => load(f, at));
    f.store('f64', x, c.mul(a).add(sr.mul(d)).sub(si.mul(e)));
    f.store('f64', xi, c.mul(b).add(sr.mul(e)).add(si.mul(d)));
    f.store('f64', y, c.mul(d).sub(sr.mul(a)).sub(si.mul(b)));
    f.store('f64', yi, c.mul(e).sub(sr.mul(b)).add(si.mul(a)));
    f.set(x, x.add(step));
    f.set(y, y.add(step));
  });
  return f.finish();
});

/** `(n, h, q, turns)`: H becomes triangular, and Q what it was turned by. 1 if all eigenvalues were found, else 0. */
const triangularize = perTarget((target) => {
  const f = new FunctionBuilder('triangularize', target, ['i32', 'i32', 'i32', 'i32'], 'i32');
  const [n, h, q, turns] = f.params;
  const row = f.let(n.mul(BYTES));
  const part = f.let(n.mul(row));
  const diagonal = f.let(row.add(BYTES));
  const entry = (i: Expr, k: Expr): Expr => f.let(h.add(i.mul(row)).add(k.mul(BYTES)));
  const complex = (at: Expr): [Expr, Expr] => [load(f, at), load(f, at.add(part))];
  const clear = (at: Expr): void => {
    f.store('f64', at, f64(0));
    f.store('f64', at.add(part), f64(0));
  };
  const sizeAt = (at: Expr): Expr =>
    f.let(
      f
        .load('f64', at)
        .abs()
        .add(f.load('f64', at.add(part)).abs()),
    );
  /** Turn columns k and k + 1 of `matrix`, its first `count` rows, back by the rotation at `turn`. */
  const turnColumns = (matrix: Expr, k: Expr, count: Expr, turn: Expr): void => {
    const at = f.let(matrix.add(k.mul(BYTES)));
    const [c, sr, si] = [load(f, turn), load(f, turn, BYTES), load(f, turn, 2 * BYTES)];
    f.run(rotate(target), [at, at.add(BYTES), part, row, count, c, sr, si.neg()]);
  };
  const turnRows = (at: Expr, below: Expr, count: Expr, turn: Expr): void => {
    const [c, sr, si] = [load(f, turn), load(f, turn, BYTES), load(f, turn, 2 * BYTES)];
    f.run(rotate(target), [at, below, part, i32(BYTES), count, c, sr, si]);
  };
  const makeTurn = (at: Expr, below: Expr, turn: Expr): void =>
    f.run(rotation(target), [...complex(at), ...complex(below), turn]);

  // Hessenberg: column by column, from below.
  f.for(0, n.sub(2), 1, (k) => {
    const i = f.local(n.sub(1));
    f.while(i.gt(k.add(1)), () => {
      const [at, above] = [entry(i, k), entry(i.sub(1), k)];
      f.if(sizeAt(at).ne(0), () => {
        makeTurn(above, at, turns);
        turnRows(h.add(i.sub(1).mul(row)), h.add(i.mul(row)), n, turns);
        turnColumns(h, i.sub(1), n, turns);
        turnColumns(q, i.sub(1), n, turns);
        clear(at);
      });
      f.set(i, i.sub(1));
    });
  });

  const [hi, steps] = [f.local(n.sub(1)), f.local(i32(0))];
  f.while(hi.gt(0), () => {
    const lo = f.local(hi);
    const looking = f.local(i32(1));
    f.while(looking, () => {
      f.if(
        lo.eq(0),
        () => f.set(looking, i32(0)),
        () => {
          const sub = entry(lo, lo.sub(1));
          const near = sizeAt(entry(lo, lo)).add(sizeAt(entry(lo.sub(1), lo.sub(1))));
          f.if(
            sizeAt(sub).le(near.mul(EPSILON)),
            () => {
              clear(sub);
              f.set(looking, i32(0));
            },
            () => f.set(lo, lo.sub(1)),
          );
        },
      );
    });
    f.if(
      lo.eq(hi),
      () => {
        f.set(hi, hi.sub(1));
        f.set(steps, i32(0));
      },
      () => {
        f.if(steps.eq(MOST_STEPS), () => f.return(i32(0)));
        f.set(steps, steps.add(1));
        // The eigenvalue of the last 2×2 block that is nearer to its last element.
        const up = f.let(hi.sub(1));
        const [pr, pi] = complex(entry(up, up));
        const [br, bi] = complex(entry(up, hi));
        const [cr, ci] = complex(entry(hi, up));
        const [dr, di] = complex(entry(hi, hi));
        const [hr, him] = [f.let(pr.sub(dr).mul(0.5)), f.let(pi.sub(di).mul(0.5))];
        const tr = f.let(
          hr
            .mul(hr)
            .sub(him.mul(him))
            .add(br.mul(cr).sub(bi.mul(ci))),
        );
        const ti = f.let(
          hr
            .mul(him)
            .mul(2)
            .add(br.mul(ci).add(bi.mul(cr))),
        );
        const size = f.let(f.call(hypot(target), [tr, ti]).add(tr.abs()).mul(0.5).sqrt());
        const [rr, ri] = [f.local(f64(0)), f.local(f64(0))];
        f.if(size.gt(0), () => {
          const other = f.let(ti.div(size.mul(2)));
          f.if(
            tr.ge(0),
            () => {
              f.set(rr, size);
              f.set(ri, other);
            },
            () => {
              f.set(rr, other.abs());
              f.set(ri, ti.lt(0).select(size.neg(), size));
            },
          );
        });
        f.if(hr.mul(rr).add(him.mul(ri)).gt(0), () => {
          f.set(rr, rr.neg());
          f.set(ri, ri.neg());
        });
        const [shiftRe, shiftIm] = [f.local(dr.add(hr).add(rr)), f.let(di.add(him).add(ri))];
        f.if(steps.remS(EXCEPTIONAL).eqz(), () => f.set(shiftRe, shiftRe.add(cr.abs())));
        const shift = (move: (x: Expr, by: Expr) => Expr): void =>
          f.for(lo, hi.add(1), 1, (k) => {
            const at = f.let(h.add(k.mul(diagonal)));
            f.store('f64', at, move(f.load('f64', at), shiftRe));
            const below = f.let(at.add(part));
            f.store('f64', below, move(f.load('f64', below), shiftIm));
          });
        shift((x, by) => x.sub(by));
        f.for(lo, hi, 1, (k) => {
          const at = f.let(h.add(k.mul(diagonal)));
          const below = f.let(at.add(row));
          const turn = f.let(turns.add(k.mul(3 * BYTES)));
          makeTurn(at, below, turn);
          turnRows(at, below, n.sub(k), turn);
        });
        f.for(lo, hi, 1, (k) => {
          const turn = f.let(turns.add(k.mul(3 * BYTES)));
          turnColumns(h, k, f.let(k.add(2).minS(hi.add(1))), turn);
          turnColumns(q, k, n, turn);
        });
        shift((x, by) => x.add(by));
      },
    );
  });
  f.return(i32(1));
  return f.finish();
});

/** `(n, k, small, h, q, x, wr, wi, vr, vi)`: eigenvalue k, and its vector, which goes into column k. `x` is memory for it. */
const vector = perReal((target, real) => {
  const f = new FunctionBuilder('eigenvector', target, ['i32', 'i32', 'f64', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32']); // prettier-ignore
  const [n, k, small, h, q, x, wr, wi, vr, vi] = f.params;
  const row = f.let(n.mul(BYTES));
  const part = f.let(n.mul(row));
  const put = (at: Expr, value: Expr): void => f.store(real.memory, at, real.memory === 'f64' ? value : value.toF32());
  const get = (at: Expr): Expr => f.let(f.load(real.memory, at).toF64());
  const own = f.let(h.add(k.mul(row.add(BYTES))));
  const [lr, li] = [load(f, own), load(f, own.add(part))];
  const isReal = f.let(li.abs().le(small.mul(n.toF64())));
  put(wr.add(k.mul(real.bytes)), lr);
  put(wi.add(k.mul(real.bytes)), isReal.select(f64(0), li));
  const xAt = (i: Expr): Expr => f.let(x.add(i.mul(2 * BYTES)));
  f.store('f64', xAt(k), f64(1));
  f.store('f64', xAt(k), f64(0), BYTES);
  /** Σ_j of a row of a complex matrix times x, j from `from` to k. */
  const sum = (line: Expr, from: Expr): [Expr, Expr] => {
    const [re, im] = [f.local(f64(0)), f.local(f64(0))];
    f.for(from, k.add(1), 1, (j) => {
      const at = f.let(line.add(j.mul(BYTES)));
      const [tr, ti] = [load(f, at), load(f, at.add(part))];
      const [xr, xi] = [load(f, xAt(j)), load(f, xAt(j), BYTES)];
      f.set(re, re.add(tr.mul(xr).sub(ti.mul(xi))));
      f.set(im, im.add(tr.mul(xi).add(ti.mul(xr))));
    });
    return [re, im];
  };
  const i = f.local(k.sub(1));
  f.while(i.ge(0), () => {
    const line = f.let(h.add(i.mul(row)));
    const [sumRe, sumIm] = sum(line, f.let(i.add(1)));
    const at = f.let(line.add(i.mul(BYTES)));
    const [dr, di] = [f.local(lr.sub(f.load('f64', at))), f.local(li.sub(f.load('f64', at.add(part))))];
    f.if(dr.abs().add(di.abs()).lt(small), () => {
      f.set(dr, small);
      f.set(di, f64(0));
    });
    const square = f.let(dr.mul(dr).add(di.mul(di)));
    f.store('f64', xAt(i), sumRe.mul(dr).add(sumIm.mul(di)).div(square));
    f.store('f64', xAt(i), sumIm.mul(dr).sub(sumRe.mul(di)).div(square), BYTES);
    f.set(i, i.sub(1));
  });
  const [total, most, ur, ui] = [0, -1, 1, 0].map((start) => f.local(f64(start)));
  const place = (base: Expr, r: Expr): Expr => f.let(base.add(r.mul(n).add(k).mul(real.bytes)));
  f.for(0, n, 1, (r) => {
    const [re, im] = sum(f.let(q.add(r.mul(row))), i32(0));
    put(place(vr, r), re);
    put(place(vi, r), im);
    const square = f.let(re.mul(re).add(im.mul(im)));
    f.set(total, total.add(square));
    f.if(square.gt(most), () => {
      f.set(most, square);
      f.set(ur, re);
      f.set(ui, im.neg());
    });
  });
  const scale = f.let(f64(1).div(total.sqrt().mul(most.sqrt())));
  f.for(0, n, 1, (r) => {
    const [re, im] = [get(place(vr, r)), get(place(vi, r))];
    put(place(vr, r), re.mul(ur).sub(im.mul(ui)).mul(scale));
    put(place(vi, r), isReal.select(f64(0), re.mul(ui).add(im.mul(ur)).mul(scale)));
  });
  return f.finish();
});

/** `(n, from, own)`: copies a matrix, and gives its norm; the parts of H and Q before the turns. */
const prepare = perReal((target, real) => {
  const f = new FunctionBuilder('prepare eig', target, ['i32', 'i32', 'i32'], 'f64');
  const [n, from, h] = f.params;
  const size = f.let(n.mul(n));
  const norm = f.local(f64(0));
  f.fill(h, i32(0), size.mul(4 * BYTES));
  f.for(0, size, 1, (i) => {
    const x = f.let(f.load(real.memory, from.add(i.mul(real.bytes))).toF64());
    f.store('f64', h.add(i.mul(BYTES)), x);
    f.set(norm, norm.add(x.mul(x)));
  });
  const q = f.let(h.add(size.mul(2 * BYTES)));
  f.for(0, n, 1, (i) => f.store('f64', q.add(i.mul(n).add(i).mul(BYTES)), f64(1)));
  f.return(norm.sqrt());
  return f.finish();
});

export const eig: LowerRule = {
  lower(node, lowering) {
    const n = columnsOf(node.inputs[0]);
    const real: Real = realOf(node.inputs[0].dtype);
    const { target } = lowering;
    addBatch(lowering, node, {
      work: 40 * n ** 3,
      own: ((4 * n * n + 5 * n) * BYTES) / real.bytes,
      real,
      emit: (f, [from], outputs, own) => {
        const norm = f.call(prepare(target, real), [i32(n), from, own]);
        const q = f.let(own.add(2 * n * n * BYTES));
        const turns = f.let(own.add(4 * n * n * BYTES));
        const found = f.local(i32(0));
        f.if(norm.lt(Infinity), () => f.set(found, f.call(triangularize(target), [i32(n), own, q, turns])));
        f.if(
          found,
          () => {
            const small = f.let(norm.mul(EPSILON).max(2 ** -1000));
            const x = f.let(turns.add(3 * n * BYTES));
            f.for(0, n, 1, (k) => f.run(vector(target, real), [i32(n), k, small, own, q, x, ...outputs]));
          },
          () =>
            outputs.forEach((to, i) => {
              f.for(to, to.add((i < 2 ? n : n * n) * real.bytes), real.bytes, (at) => f.store(real.memory, at, constant(real.memory, NaN))); // prettier-ignore
            }),
        );
      },
    });
  },
};

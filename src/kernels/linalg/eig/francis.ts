/**
 * @file Hessenberg matrices made triangles of 1×1 and 2×2 blocks (real Schur form) by Francis's implicit double steps, with deflation.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", section 7.5; Ahues & Tisseur 1997, "A new deflation criterion for the QR algorithm" (LAPACK
 *     working note 122); Bai & Demmel 1993, "On swapping diagonal blocks in real Schur form" (the standard form of blocks)
 */
import type { Expr, Local } from '../../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../../codegen/index.js';
import { EXCEPTIONAL, PATIENCE, SHIFT } from '../../../graph/eigen.js';
import { hypotenuse } from '../householder.js';
import { rotate } from '../rotations.js';
import { read, sweep } from '../vectors.js';
import { BYTES, F64, f64, greater, perTarget, setElement, smaller, square } from './common.js';

/** `(count, x, row, v2, v3, t1, t2, t3)`: three rows, from x on, reflected: x − t·(x₁ + v₂·x₂ + v₃·x₃). */
const reflectRows = perTarget((target) => {
  const d = 'f64' as const;
  const f = new FunctionBuilder('reflect rows', target, ['i32', 'i32', 'i32', d, d, d, d, d]);
  const [count, x, row, ...factors] = f.params;
  const lanes = factors.map((factor) => f.let(factor.splat()));
  const [y, z] = [f.let(x.add(row)), f.let(x.add(row.add(row)))];
  sweep(f, F64, count, (at, offset, wide) => {
    const places = [x, y, z].map((line) => f.let(line.add(at)));
    const [p, q, r] = places.map((place) => f.let(read(f, F64, place, offset, wide)));
    const [v2, v3, t1, t2, t3] = wide ? lanes : factors;
    const sum = f.let(v3.fma(r, v2.fma(q, p)));
    [p.sub(t1.mul(sum)), q.sub(t2.mul(sum)), r.sub(t3.mul(sum))].forEach((value, i) =>
      f.store('f64', places[i], value, offset),
    );
  });
  return f.finish();
});

/** `(count, x, row, v2, v3, t1, t2, t3)`: the same for three neighbours in each of `count` rows, from x on. */
const reflectColumns = perTarget((target) => {
  const d = 'f64' as const;
  const f = new FunctionBuilder('reflect columns', target, ['i32', 'i32', 'i32', d, d, d, d, d]);
  const [count, x, row, v2, v3, t1, t2, t3] = f.params;
  const at = f.local(x);
  f.for(0, count, 1, () => {
    const [p, q, r] = [0, 1, 2].map((k) => f.let(f.load('f64', at, k * BYTES)));
    const sum = f.let(v3.fma(r, v2.fma(q, p)));
    [p.sub(t1.mul(sum)), q.sub(t2.mul(sum)), r.sub(t3.mul(sum))].forEach((value, k) =>
      f.store('f64', at, value, k * BYTES),
    );
    f.set(at, at.add(row));
  });
  return f.finish();
});

/** `(count, x, row, c, s)`: two neighbours in each of `count` rows turned: (c·x + s·y, c·y − s·x). */
const rotateColumns = perTarget((target) => {
  const f = new FunctionBuilder('rotate columns', target, ['i32', 'i32', 'i32', 'f64', 'f64']);
  const [count, x, row, c, s] = f.params;
  const at = f.local(x);
  f.for(0, count, 1, () => {
    const [p, q] = [f.let(f.load('f64', at)), f.let(f.load('f64', at, BYTES))];
    f.store('f64', at, c.mul(p).add(s.mul(q)));
    f.store('f64', at, c.mul(q).sub(s.mul(p)), BYTES);
    f.set(at, at.add(row));
  });
  return f.finish();
});

/**
 * `(block, row, to, epsilon)`: a block of two rows becomes triangular, or, if its eigenvalues are complex, equal on the diagonal. Writes c and
 * s of the rotation that did it, and the imaginary part of the first eigenvalue.
 */
const standardize = perTarget((target) => {
  const f = new FunctionBuilder('standard block', target, ['i32', 'i32', 'i32', 'f64']);
  const [block, row, to, epsilon] = f.params;
  const [a, b] = [f.let(f.load('f64', block)), f.let(f.load('f64', block, BYTES))];
  const below = f.let(block.add(row));
  const [c, d] = [f.let(f.load('f64', below)), f.let(f.load('f64', below, BYTES))];
  const rotation = (cos: Expr, sin: Expr, im: Expr): void =>
    [cos, sin, im].forEach((x, i) => f.store('f64', to, x, i * BYTES));
  const put = (p: Expr, q: Expr, r: Expr, s: Expr): void => {
    f.store('f64', block, p);
    f.store('f64', block, q, BYTES);
    f.store('f64', below, r);
    f.store('f64', below, s, BYTES);
  };
  const [zero, unit] = [f64(0), f64(1)];
  const apart = (x: Expr, y: Expr): Expr => x.lt(0).ne(y.lt(0));
  const rootOf = (x: Expr, y: Expr): Expr => x.abs().sqrt().mul(y.abs().sqrt());
  f.if(c.eq(0), () => {
    rotation(unit, zero, zero);
    f.return();
  });
  f.if(b.eq(0), () => {
    put(d, c.neg(), zero, a);
    rotation(zero, unit, zero);
    f.return();
  });
  const gap = f.let(a.sub(d));
  f.if(gap.eq(0).and(apart(b, c)), () => {
    rotation(unit, zero, rootOf(b, c));
    f.return();
  });
  const half = f.let(gap.mul(0.5));
  const most = greater(f, b.abs(), c.abs());
  const least = f.let(smaller(f, b.abs(), c.abs()).mul(unit.copysign(b)).mul(unit.copysign(c)));
  const size = greater(f, half.abs(), most);
  const inside = f.let(half.div(size).mul(half).add(most.div(size).mul(least)));
  f.if(inside.ge(epsilon.mul(4)), () => {
    const z = f.let(half.add(size.sqrt().mul(inside.sqrt()).copysign(half)));
    const r = f.let(hypotenuse(f, c, z));
    put(d.add(z), b.sub(c), zero, d.sub(most.div(z).mul(least)));
    rotation(z.div(r), c.div(r), zero);
    f.return();
  });
  // Complex, or real and almost equal: the diagonal is made equal.
  const sigma = f.let(b.add(c));
  const r = f.let(hypotenuse(f, sigma, gap));
  const cos = f.let(sigma.abs().div(r).add(1).mul(0.5).sqrt());
  const sin = f.let(
    half
      .div(r.mul(cos))
      .neg()
      .mul(sigma.lt(0).select(f64(-1), unit)),
  );
  const [aa, bb] = [f.let(a.mul(cos).add(b.mul(sin))), f.let(b.mul(cos).sub(a.mul(sin)))];
  const [cc, dd] = [f.let(c.mul(cos).add(d.mul(sin))), f.let(d.mul(cos).sub(c.mul(sin)))];
  const mean = f.let(
    aa
      .mul(cos)
      .add(cc.mul(sin))
      .add(dd.mul(cos).sub(bb.mul(sin)))
      .mul(0.5),
  );
  const q = f.let(bb.mul(cos).add(dd.mul(sin)));
  const u = f.let(cc.mul(cos).sub(aa.mul(sin)));
  f.if(u.ne(0), () => {
    f.if(q.eq(0), () => {
      put(mean, u.neg(), zero, mean);
      rotation(sin.neg(), cos, zero);
      f.return();
    });
    f.if(apart(q, u).eqz(), () => {
      const [rootQ, rootU] = [f.let(q.abs().sqrt()), f.let(u.abs().sqrt())];
      const off = f.let(rootQ.mul(rootU).copysign(u));
      const inverse = f.let(unit.div(q.add(u).abs().sqrt()));
      const [c1, s1] = [f.let(rootQ.mul(inverse)), f.let(rootU.mul(inverse))];
      put(mean.add(off), q.sub(u), zero, mean.sub(off));
      rotation(cos.mul(c1).sub(sin.mul(s1)), cos.mul(s1).add(sin.mul(c1)), zero);
      f.return();
    });
  });
  put(mean, q, u, mean);
  rotation(cos, sin, u.eq(0).select(zero, rootOf(q, u)));
  return f.finish();
});

/**
 * `(h, row, lo, last, hi, epsilon, small)`: the first row that is cut off from those before it, from `last` back to `lo`: what connects them is
 * smaller than roundings of what is around.
 */
const cutBefore = perTarget((target) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('cut', target, [i, i, i, i, i, 'f64', 'f64'], i);
  const [h, row, lo, last, hi, epsilon, small] = f.params;
  const { get } = square(f, h, row);
  const k = f.local(last);
  f.while(k.gt(lo), () => {
    const before = f.let(k.sub(1));
    const sub = f.let(get(k, before).abs());
    f.if(sub.le(small), () => f.return(k));
    const [own, other] = [get(k, k), get(before, before)];
    const near = f.local(own.abs().add(other.abs()));
    f.if(near.eq(0), () => {
      f.if(before.gt(lo), () => f.set(near, near.add(get(before, f.let(before.sub(1))).abs())));
      f.if(k.lt(hi), () => f.set(near, near.add(get(f.let(k.add(1)), k).abs())));
    });
    f.if(sub.le(epsilon.mul(near)), () => {
      const above = f.let(get(before, k).abs());
      const [most, least] = [greater(f, sub, above), smaller(f, sub, above)];
      const gap = f.let(other.sub(own).abs());
      const [outer, inner] = [greater(f, own.abs(), gap), smaller(f, own.abs(), gap)];
      const size = f.let(outer.add(most));
      const bound = f.let(epsilon.mul(inner.mul(outer.div(size))));
      f.if(least.mul(most.div(size)).le(greater(f, small, bound)), () => f.return(k));
    });
    f.set(k, before);
  });
  f.return(lo);
  return f.finish();
});

/** The two shifts that a block has as eigenvalues; of real ones the one that is nearer to its last element, twice. */
function shiftsOf(f: FunctionBuilder, [a, b, c, d]: readonly Expr[], re: Local, im: Local): void {
  const size = f.let(a.abs().add(b.abs()).add(c.abs()).add(d.abs()));
  f.set(re, f64(0));
  f.set(im, f64(0));
  f.if(size.gt(0), () => {
    const [p, q, r, s] = [a, b, c, d].map((x) => f.let(x.div(size)));
    const mean = f.let(p.add(s).mul(0.5));
    const det = f.let(p.sub(mean).mul(s.sub(mean)).sub(q.mul(r)));
    const root = f.let(det.abs().sqrt());
    f.if(
      det.ge(0),
      () => {
        f.set(re, mean.mul(size));
        f.set(im, root.mul(size));
      },
      () => {
        const [above, below] = [f.let(mean.add(root)), f.let(mean.sub(root))];
        const near = above.sub(s).abs().le(below.sub(s).abs());
        f.set(re, near.select(above, below).mul(size));
      },
    );
  });
}

/**
 * `(n, lo, hi, h, row, zt, wi, to, epsilon, small)`: H, Hessenberg in the rows lo to hi, becomes a triangle of blocks, and `zt`, of which all rows
 * are turned with those of H, what did it, transposed. `wi` become the imaginary parts of the eigenvalues. Gives 1 if all were found.
 *
 * @param to Memory for three numbers.
 */
export const triangularize = perTarget((target) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('triangularize', target, [i, i, i, i, i, i, i, i, 'f64', 'f64'], i);
  const [n, lo, hi, h, row, zt, wi, to, epsilon, small] = f.params;
  const { at, get, put } = square(f, h, row);
  const size = f.let(hi.sub(lo).add(1));
  const most = f.let(size.maxS(10).mul(PATIENCE));
  const zero = i32(0);
  f.for(lo.add(2), hi.add(1), 1, (k) => f.fill(at(k, lo), zero, k.sub(lo).sub(1).mul(BYTES)));
  const [last, steps, all] = [f.local(hi), f.local(zero), f.local(zero)];
  const [re, im] = [f.local(f64(0)), f.local(f64(0))];
  const v = [0, 1, 2].map(() => f.local(f64(0)));
  const t = [0, 1, 2].map(() => f.local(f64(0)));
  const line = (k: Expr): Expr => f.let(zt.add(k.mul(row)));

  const separate = (first: Expr): void => {
    f.if(first.lt(last), () => {
      f.run(standardize(target), [at(first, first), row, to, epsilon]);
      const [c, s, value] = [0, 1, 2].map((k) => f.let(f.load('f64', to, k * BYTES)));
      setElement(f, wi, first, value);
      setElement(f, wi, last, value.neg());
      const turn = rotate(target, F64);
      const next = f.let(last.add(1));
      f.run(turn, [n.sub(next), at(first, next), at(last, next), c, s]);
      f.run(rotateColumns(target), [first, at(zero, first), row, c, s]);
      f.run(turn, [n, line(first), line(last), c, s]);
    });
    f.set(last, first.sub(1));
    f.set(steps, zero);
  };

  const chooseShifts = (first: Expr): void => {
    const up = f.let(last.sub(1));
    const special = (x: Expr, y: Expr, corner: Expr): void => {
      const apart = f.let(x.abs().add(y.abs()));
      const diagonal = f.let(apart.mul(SHIFT.diagonal).add(corner));
      shiftsOf(f, [diagonal, f.let(apart.mul(SHIFT.off)), apart, diagonal], re, im);
    };
    f.if(
      steps.remS(EXCEPTIONAL).ne(0),
      () => shiftsOf(f, [get(up, up), get(up, last), get(last, up), get(last, last)], re, im),
      () =>
        f.if(
          steps.remS(2 * EXCEPTIONAL).eqz(),
          () => special(get(last, up), get(up, f.let(last.sub(2))), get(last, last)),
          () => {
            const second = f.let(first.add(1));
            special(get(second, first), get(f.let(first.add(2)), second), get(first, first));
          },
        ),
    );
  };

  /** The row at which the step begins, with what is reflected there in `v`: two connections that are small together cut as well as one that is tiny. */
  const start = (first: Expr): Expr => {
    const m = f.local(last.sub(2));
    const looking = f.local(i32(1));
    f.while(looking, () => {
      const [m1, m2] = [f.let(m.add(1)), f.let(m.add(2))];
      const own = get(m, m);
      const off = f.let(own.sub(re));
      const sub = get(m1, m);
      const around = f.let(off.abs().add(im.abs()).add(sub.abs()));
      const part = f.let(sub.div(around));
      const next = get(m1, m1);
      const x = f.let(
        part
          .mul(get(m, m1))
          .add(off.mul(off.div(around)))
          .add(im.mul(im.div(around))),
      );
      const y = f.let(part.mul(own.add(next).sub(re.mul(2))));
      const z = f.let(part.mul(get(m2, m1)));
      const sum = f.let(x.abs().add(y.abs()).add(z.abs()));
      [x, y, z].forEach((value, k) => f.set(v[k], value.div(sum)));
      f.if(
        m.eq(first),
        () => f.set(looking, zero),
        () => {
          const before = f.let(m.sub(1));
          const near = f.let(get(before, before).abs().add(own.abs()).add(next.abs()));
          const small2 = get(m, before).abs().mul(v[1].abs().add(v[2].abs()));
          f.if(
            small2.le(epsilon.mul(v[0].abs()).mul(near)),
            () => f.set(looking, zero),
            () => f.set(m, before),
          );
        },
      );
    });
    return m;
  };

  /** The reflection of `v`: v₂ and v₃ in place, τ, τ·v₂ and τ·v₃ in `t`. Gives what becomes of v₁. */
  const makeReflection = (): Expr => {
    const rest = f.let(hypotenuse(f, v[1], v[2]));
    const beta = f.local(v[0]);
    t.forEach((x) => f.set(x, f64(0)));
    f.if(rest.ne(0), () => {
      f.set(beta, hypotenuse(f, v[0], rest).copysign(v[0]).neg());
      f.set(t[0], beta.sub(v[0]).div(beta));
      const inverse = f.let(f64(1).div(v[0].sub(beta)));
      f.set(v[1], v[1].mul(inverse));
      f.set(v[2], v[2].mul(inverse));
      f.set(t[1], t[0].mul(v[1]));
      f.set(t[2], t[0].mul(v[2]));
    });
    return beta;
  };

  const step = (first: Expr): void => {
    const m = start(first);
    f.for(m, last.sub(1), 1, (k) => {
      const before = f.let(k.sub(1));
      f.if(k.gt(m), () => [0, 1, 2].forEach((r) => f.set(v[r], get(f.let(k.add(r)), before))));
      const beta = makeReflection();
      f.if(
        k.gt(m),
        () => [beta, f64(0), f64(0)].forEach((x, r) => put(f.let(k.add(r)), before, x)),
        // As −v₁ would be, but for what underflows.
        () => f.if(k.gt(first), () => put(k, before, get(k, before).mul(f64(1).sub(t[0])))),
      );
      const factors = [v[1], v[2], ...t];
      f.run(reflectRows(target), [n.sub(k), at(k, k), row, ...factors]);
      f.run(reflectColumns(target), [f.let(k.add(4)).minS(last.add(1)), at(zero, k), row, ...factors]);
      f.run(reflectRows(target), [n, line(k), row, ...factors]);
    });
    // The last two rows: a reflection of two numbers.
    const [k, before] = [f.let(last.sub(1)), f.let(last.sub(2))];
    f.set(v[0], get(k, before));
    f.set(v[1], get(last, before));
    f.set(v[2], f64(0));
    put(k, before, makeReflection());
    put(last, before, f64(0));
    const factors = [v[1], t[0], t[1]];
    f.run(reflectPair(target), [n.sub(k), at(k, k), at(last, k), ...factors]);
    f.run(reflectPairColumns(target), [last.add(1), at(zero, k), row, ...factors]);
    f.run(reflectPair(target), [n, line(k), line(last), ...factors]);
  };

  f.while(last.ge(lo), () => {
    const first = f.call(cutBefore(target), [h, row, lo, last, hi, epsilon, small]);
    f.if(first.gt(lo), () => put(first, f.let(first.sub(1)), f64(0)));
    f.if(
      first.ge(last.sub(1)),
      () => separate(first),
      () => {
        f.if(all.gt(most), () => f.return(zero));
        f.set(all, all.add(1));
        f.set(steps, steps.add(1));
        chooseShifts(first);
        step(first);
      },
    );
  });
  f.return(i32(1));
  return f.finish();
});

/** `(count, x, y, v2, t1, t2)`: two rows reflected: x − t·(x₁ + v₂·x₂). */
const reflectPair = perTarget((target) => {
  const f = new FunctionBuilder('reflect two rows', target, ['i32', 'i32', 'i32', 'f64', 'f64', 'f64']);
  const [count, x, y, ...factors] = f.params;
  const lanes = factors.map((factor) => f.let(factor.splat()));
  sweep(f, F64, count, (at, offset, wide) => {
    const [left, right] = [f.let(x.add(at)), f.let(y.add(at))];
    const [p, q] = [left, right].map((place) => f.let(read(f, F64, place, offset, wide)));
    const [v2, t1, t2] = wide ? lanes : factors;
    const sum = f.let(v2.fma(q, p));
    f.store('f64', left, p.sub(t1.mul(sum)), offset);
    f.store('f64', right, q.sub(t2.mul(sum)), offset);
  });
  return f.finish();
});

/** `(count, x, row, v2, t1, t2)`: the same for two neighbours in each of `count` rows. */
const reflectPairColumns = perTarget((target) => {
  const f = new FunctionBuilder('reflect two columns', target, ['i32', 'i32', 'i32', 'f64', 'f64', 'f64']);
  const [count, x, row, v2, t1, t2] = f.params;
  const at = f.local(x);
  f.for(0, count, 1, () => {
    const [p, q] = [f.let(f.load('f64', at)), f.let(f.load('f64', at, BYTES))];
    const sum = f.let(v2.fma(q, p));
    f.store('f64', at, p.sub(t1.mul(sum)));
    f.store('f64', at, q.sub(t2.mul(sum)), BYTES);
    f.set(at, at.add(row));
  });
  return f.finish();
});

/**
 * @file Eigenvectors of a triangle of 1×1 and 2×2 blocks by substitution, for all eigenvalues at once: what the rows below add to a block of
 * rows is a product of matrices. Columns that grow beyond all bounds are scaled.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", section 7.6.4; Mikkelsen, Schwarz & Karlsson 2019, "Parallel robust solution of triangular
 *     linear systems"
 */
import type { Expr, Local } from '../../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../../codegen/index.js';
import { MOST_GROWTH } from '../../../graph/eigen.js';
import { fillMatrix, multiply } from '../product.js';
import { dot, scale } from '../vectors.js';
import { BYTES, element, F64, f64, greater, perTarget, setElement, square } from './common.js';

/** Rows of a block, but for one more where a 2×2 block would be cut. */
const ROWS = 32;
/** Columns of a product, of which each needs as many terms as its last. */
const COLUMNS = 128;

/** Numbers of memory that vectors need for themselves: two lines of a block. */
export const VECTOR_WORKSPACE = 2 * (ROWS + 2);

/** `(re, im)` ← x / (dr + i·di); a divisor smaller than `small` counts as that. */
function divide(f: FunctionBuilder, xr: Expr, xi: Expr, dr: Expr, di: Expr, small: Expr): [Expr, Expr] {
  const size = greater(f, dr.abs(), di.abs());
  const none = f.let(size.lt(small));
  const whole = f.let(none.select(small, size));
  const [p, q] = [f.let(none.select(f64(1), dr.div(whole))), f.let(none.select(f64(0), di.div(whole)))];
  const by = f.let(p.mul(p).add(q.mul(q)).mul(whole));
  return [f.let(xr.mul(p).add(xi.mul(q)).div(by)), f.let(xi.mul(p).sub(xr.mul(q)).div(by))];
}

/**
 * `(count, from, t, row, x, y, wr, wi, small)`: substitution within a block of `count` rows, from its row `from` on upwards. x and y: parts of what the
 * equations must add up to, which become the solution; those below `from` stand there. Gives what all, and what the vector has below the block,
 * must be multiplied by.
 */
const substitute = perTarget((target) => {
  const i32s = 'i32' as const;
  const f = new FunctionBuilder('substitute', target, [i32s, i32s, i32s, i32s, i32s, i32s, 'f64', 'f64', 'f64'], 'f64');
  const [count, from, t, row, x, y, wr, wi, small] = f.params;
  const { at, get } = square(f, t, row);
  const factor = f.local(f64(1));
  const inner = dot(target, F64);
  const i = f.local(from);
  const sums = (r: Expr): [Local, Local] => {
    const next = f.let(i.add(1));
    const rest = f.let(count.sub(next));
    const [line, skip] = [at(r, next), f.let(next.mul(BYTES))];
    const sum = (z: Expr): Local => f.local(element(f, z, r).sub(f.call(inner, [rest, line, z.add(skip)])));
    return [sum(x), sum(y)];
  };
  /** Scale the vector if a sum is too large for its divisor. */
  const room = (divisor: Expr, found: readonly Local[]): void => {
    const most = found.reduce<Expr>((size, sum) => greater(f, size, sum.abs()), f64(0));
    const limit = f.let(greater(f, divisor, small).mul(MOST_GROWTH));
    f.if(most.gt(limit), () => {
      const by = f.let(limit.div(most));
      f.run(scale(target, F64), [count, by, x]);
      f.run(scale(target, F64), [count, by, y]);
      found.forEach((sum) => f.set(sum, sum.mul(by)));
      f.set(factor, factor.mul(by));
    });
  };
  const put = (r: Expr, [re, im]: [Expr, Expr]): void => {
    setElement(f, x, r, re);
    setElement(f, y, r, im);
  };
  f.while(i.ge(0), () => {
    const before = f.let(i.sub(1));
    const sub = f.local(f64(0));
    f.if(i.gt(0), () => f.set(sub, get(i, before)));
    f.if(
      sub.ne(0),
      () => {
        const [b, gap] = [get(before, i), f.let(get(i, i).sub(wr))];
        const beta = f.let(b.abs().sqrt().mul(sub.abs().sqrt()));
        const [pr, pi] = sums(before);
        const [qr, qi] = sums(i);
        const near = f.let(gap.abs().add(beta.sub(wi).abs()));
        room(near.lt(1).select(near, f64(1)), [pr, pi, qr, qi]);
        // The adjugate, then the two factors of the determinant, of which only the first may be near 0.
        const over = (re: Expr, im: Expr): [Expr, Expr] => {
          const [hr, hi] = divide(f, re, im, gap, f.let(beta.add(wi).neg()), small);
          return divide(f, hr, hi, gap, f.let(beta.sub(wi)), small);
        };
        const adjugate = (ar: Expr, ai: Expr, off: Expr, cr: Expr, ci: Expr): [Expr, Expr] =>
          over(
            f.let(gap.mul(ar).add(wi.mul(ai)).sub(off.mul(cr))),
            f.let(gap.mul(ai).sub(wi.mul(ar)).sub(off.mul(ci))),
          );
        const upper = adjugate(pr, pi, b, qr, qi);
        const lower = adjugate(qr, qi, sub, pr, pi);
        put(before, upper);
        put(i, lower);
        f.set(i, i.sub(2));
      },
      () => {
        const [re, im] = sums(i);
        const gap = f.let(get(i, i).sub(wr));
        room(f.let(gap.abs().add(wi.abs())), [re, im]);
        put(i, divide(f, re, im, gap, f.let(wi.neg()), small));
        f.set(i, before);
      },
    );
  });
  f.return(factor);
  return f.finish();
});

/**
 * `(n, t, row, x, wr, wi, lines, products, epsilon, small)`: eigenvectors of T in columns of X; those of a pair of complex values as real and imaginary
 * part, for the value whose imaginary part is positive.
 */
export const triangleVectors = perTarget((target) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('triangle vectors', target, [i, i, i, i, i, i, i, i, 'f64', 'f64']);
  const [n, t, row, x, wr, wi, lines, products, epsilon, least] = f.params;
  const [ofT, ofX] = [square(f, t, row), square(f, x, row)];
  const zero = i32(0);
  const other = f.let(lines.add((ROWS + 2) * BYTES));
  f.run(fillMatrix(target, F64), [n, n, x, row, f64(0)]);
  const end = f.local(n);
  f.while(end.gt(0), () => {
    const start = f.local(f.let(end.sub(ROWS)).maxS(0));
    f.if(start.gt(0), () => f.if(ofT.get(start, f.let(start.sub(1))).ne(0), () => f.set(start, start.sub(1))));
    const count = f.let(end.sub(start));
    const rest = f.let(n.sub(end));
    f.run(multiply(target, F64), [
      count, rest, rest, f64(-1), ofT.at(start, end), row, i32(BYTES), ofX.at(end, end), row, i32(BYTES), ofX.at(start, end), row, products,
    ]); // prettier-ignore
    const k = f.local(start);
    f.while(k.lt(n), () => {
      const [re, im] = [element(f, wr, k), element(f, wi, k)];
      const complex = f.let(im.gt(0));
      const column = f.let(k.add(complex)); // the last one of this vector
      const small = greater(f, epsilon.mul(re.abs().add(im)), least);
      const lineOf = (line: Expr, j: Expr, put: boolean): void => {
        const place = f.local(ofX.at(start, j));
        f.for(0, count, 1, (r) => {
          if (put) f.store('f64', place, element(f, line, r));
          else setElement(f, line, r, f.load('f64', place));
          f.set(place, place.add(row));
        });
      };
      lineOf(lines, k, false);
      f.if(
        complex,
        () => lineOf(other, column, false),
        () => f.fill(other, zero, count.mul(BYTES)),
      );
      const from = f.local(count.sub(1));
      f.if(k.lt(end), () => {
        // The vector begins in this block.
        const local = f.let(k.sub(start));
        f.set(from, local.sub(1));
        setElement(f, lines, local, f64(1));
        f.if(complex, () => {
          const [b, c] = [ofT.get(k, column), ofT.get(column, k)];
          const large = f.let(b.abs().ge(c.abs()));
          setElement(f, lines, local, large.select(f64(1), im.div(c).neg()));
          setElement(f, other, local.add(1), large.select(im.div(b), f64(1)));
        });
        // What these components add to the rows above them comes with the sums of those.
      });
      const factor = f.call(substitute(target), [count, from, ofT.at(start, start), row, lines, other, re, im, small]);
      f.if(factor.ne(1), () => {
        const shrink = (j: Expr): void => {
          const place = f.local(ofX.at(end, j));
          f.for(end, n, 1, () => {
            f.store('f64', place, f.load('f64', place).mul(factor));
            f.set(place, place.add(row));
          });
        };
        shrink(k);
        f.if(complex, () => shrink(column));
      });
      lineOf(lines, k, true);
      f.if(complex, () => lineOf(other, column, true));
      f.set(k, column.add(1));
    });
    f.set(end, start);
  });
  return f.finish();
});

/** `(n, zt, x, row, v, products)`: V = Z·X, of which X is a triangle. */
export const turnBack = perTarget((target) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('turn back', target, [i, i, i, i, i, i]);
  const [n, zt, x, row, v, products] = f.params;
  const b = i32(BYTES);
  f.run(fillMatrix(target, F64), [n, n, v, row, f64(0)]);
  f.for(0, n, COLUMNS, (j) => {
    const width = f.let(f.let(n.sub(j)).minS(COLUMNS));
    // A pair of columns may be cut: its second one has no more terms than one further.
    const depth = f.let(f.let(j.add(width).add(1)).minS(n));
    const at = f.let(j.mul(BYTES));
    f.run(multiply(target, F64), [n, width, depth, f64(1), zt, b, row, x.add(at), row, b, v.add(at), row, products]);
  });
  return f.finish();
});

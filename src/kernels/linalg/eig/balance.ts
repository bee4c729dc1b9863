/**
 * @file Balancing: rows and columns that show an eigenvalue go to the ends of the matrix, and of the others each row becomes about as large as
 * its column, by powers of 2.
 *
 * @see Parlett & Reinsch 1969, "Balancing a matrix for calculation of eigenvalues and eigenvectors"; James, Langou & Lowery 2014, "On matrix
 *     balancing and eigenvector computation"
 */
import type { Expr } from '../../../codegen/index.js';
import { FunctionBuilder, i32 } from '../../../codegen/index.js';
import { dot, scale as scaled, swap } from '../vectors.js';
import { BYTES, countDown, element, F64, f64, perTarget, setElement, square } from './common.js';

/** `(rows, x, y, row)`: two columns change places. */
const swapColumns = perTarget((target) => {
  const f = new FunctionBuilder('swap columns', target, ['i32', 'i32', 'i32', 'i32']);
  const [rows, x0, y0, row] = f.params;
  const [x, y] = [f.local(x0), f.local(y0)];
  f.for(0, rows, 1, () => {
    const held = f.let(f.load('f64', x));
    f.store('f64', x, f.load('f64', y));
    f.store('f64', y, held);
    f.set(x, x.add(row));
    f.set(y, y.add(row));
  });
  return f.finish();
});

/** `(from, to, i, x, step)`: whether all elements but number i are 0. */
const alone = perTarget((target) => {
  const f = new FunctionBuilder('alone', target, ['i32', 'i32', 'i32', 'i32', 'i32'], 'i32');
  const [from, to, i, x, step] = f.params;
  f.for(from, to.add(1), 1, (k) => {
    f.if(k.ne(i), () => f.if(f.load('f64', x.add(k.mul(step))).ne(0), () => f.return(i32(0))));
  });
  f.return(i32(1));
  return f.finish();
});

/** `(n, a, row, scale, ends)`: `ends` become the first and the last row to be worked at, `scale` factors of rows and whom they changed places with. */
export const balance = perTarget((target) => {
  const f = new FunctionBuilder('balance', target, ['i32', 'i32', 'i32', 'i32', 'i32']);
  const [n, a, row, scale, ends] = f.params;
  const { at } = square(f, a, row);
  const [lo, hi] = [f.local(i32(0)), f.local(n.sub(1))];
  const b = i32(BYTES);
  f.for(0, n, 1, (k) => setElement(f, scale, k, f64(1)));
  const exchange = (i: Expr, j: Expr): void =>
    f.if(i.ne(j), () => {
      f.run(swapColumns(target), [n, at(i32(0), i), at(i32(0), j), row]);
      f.run(swap(target, F64), [n, at(i, i32(0)), at(j, i32(0))]);
    });
  /** Look for a row, or column, that is alone until there is none. */
  const search = (rows: boolean): void => {
    const found = f.local(i32(1));
    const end = rows ? hi : lo;
    const i = f.local(i32(0));
    f.while(found.and(hi.gt(0)), () => {
      f.set(found, i32(0));
      f.set(i, rows ? hi : lo);
      f.while(found.eqz().and(rows ? i.ge(0) : i.le(hi)), () => {
        const line = rows ? a.add(i.mul(row)) : a.add(i.mul(BYTES));
        f.if(
          f.call(alone(target), [lo, hi, i, line, rows ? b : row]),
          () => {
            setElement(f, scale, end, i.toF64());
            exchange(i, end);
            f.set(end, rows ? end.sub(1) : end.add(1));
            f.set(found, i32(1));
          },
          () => f.set(i, rows ? i.sub(1) : i.add(1)),
        );
      });
    });
  };
  search(true);
  search(false);
  const going = f.local(hi.gt(lo));
  f.while(going, () => {
    f.set(going, i32(0));
    f.for(lo, hi.add(1), 1, (i) => {
      const ofRow = at(i, lo);
      const row2 = f.call(dot(target, F64), [hi.sub(lo).add(1), ofRow, ofRow]);
      const sum = f.local(f64(0));
      const place = f.local(at(lo, i));
      f.for(lo, hi.add(1), 1, () => {
        const x = f.let(f.load('f64', place));
        f.set(sum, sum.add(x.mul(x)));
        f.set(place, place.add(row));
      });
      const [r, c, factor] = [f.local(row2.sqrt()), f.local(sum.sqrt()), f.local(f64(1))];
      f.if(r.gt(0).and(c.gt(0)), () => {
        const before = f.let(r.add(c));
        f.while(c.lt(r.mul(0.5)).and(factor.lt(2 ** 200)), () => {
          f.set(factor, factor.mul(2));
          f.set(c, c.mul(2));
          f.set(r, r.mul(0.5));
        });
        f.while(
          c
            .mul(0.5)
            .ge(r)
            .and(factor.gt(2 ** -200)),
          () => {
            f.set(factor, factor.mul(0.5));
            f.set(c, c.mul(0.5));
            f.set(r, r.mul(2));
          },
        );
        f.if(c.add(r).lt(before.mul(0.95)), () => {
          f.set(going, i32(1));
          setElement(f, scale, i, element(f, scale, i).mul(factor));
          f.run(scaled(target, F64), [n.sub(lo), f64(1).div(factor), ofRow]);
          f.set(place, at(i32(0), i));
          f.for(0, hi.add(1), 1, () => {
            f.store('f64', place, f.load('f64', place).mul(factor));
            f.set(place, place.add(row));
          });
        });
      });
    });
  });
  f.store('i32', ends, lo);
  f.store('i32', ends, hi, 4);
  return f.finish();
});

/** `(n, lo, hi, scale, v, row)`: vectors of the balanced matrix, in columns, become those of the matrix that was given. */
export const unbalance = perTarget((target) => {
  const f = new FunctionBuilder('unbalance', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [n, lo, hi, scale, v, row] = f.params;
  const line = (i: Expr): Expr => f.let(v.add(i.mul(row)));
  f.for(lo, hi.add(1), 1, (i) => {
    const factor = element(f, scale, i);
    f.if(factor.ne(1), () => f.run(scaled(target, F64), [n, factor, line(i)]));
  });
  const back = (i: Expr): void => {
    const other = f.let(element(f, scale, i).toI32());
    f.if(other.ne(i), () => f.run(swap(target, F64), [n, line(i), line(other)]));
  };
  countDown(f, lo.sub(1), i32(0), back);
  f.for(hi.add(1), n, 1, back);
  return f.finish();
});

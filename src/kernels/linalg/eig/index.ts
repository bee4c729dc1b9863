/** @file Eigenvalues and eigenvectors of matrices of any kind: the steps of `graph/eigen.ts`, by blocks, in float64 whatever the dtype. */
import type { Expr } from '../../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../../codegen/index.js';
import { LEAST_NORM, MOST_NORM, precisionOf, RESCALE } from '../../../graph/eigen.js';
import { columnsOf } from '../../../graph/matrices.js';
import type { LowerRule } from '../../context.js';
import { addBatch } from '../batch.js';
import { blockWorkspace, formProduct } from '../householder.js';
import { fillMatrix, productWorkspace } from '../product.js';
import { turnedRowBytes } from '../rotations.js';
import { perReal, type Real, realOf, transposed } from '../vectors.js';
import { balance, unbalance } from './balance.js';
import { BYTES, element, F64, f64, greater, setElement, square } from './common.js';
import { triangularize } from './francis.js';
import { hessenberg, hessenbergWorkspace } from './hessenberg.js';
import { triangleVectors, turnBack, VECTOR_WORKSPACE } from './vectors.js';

/** `(n, from, a, row)`: a copy as float64, scaled if its numbers are too large or too small. Gives what it was divided by; NaN if it holds NaN or infinities. */
const copyScaled = perReal((target, real) => {
  const f = new FunctionBuilder('copy for eig', target, ['i32', 'i32', 'i32', 'i32'], 'f64');
  const [n, from, a, row] = f.params;
  const size = f.let(n.mul(n).mul(real.bytes));
  const number = (at: Expr): Expr => f.load(real.memory, from.add(at)).toF64();
  const norm = f.local(f64(0));
  f.for(0, size, real.bytes, (at) => {
    f.set(norm, norm.max(number(at).abs())); // NaN stays
  });
  f.if(norm.lt(Infinity).eqz(), () => f.return(f64(NaN)));
  const by = f.local(f64(1));
  f.if(norm.gt(0).and(norm.lt(LEAST_NORM)), () => f.set(by, f64(1 / RESCALE)));
  f.if(norm.gt(MOST_NORM), () => f.set(by, f64(RESCALE)));
  const at = f.local(i32(0));
  const line = f.local(a);
  f.for(0, n, 1, () => {
    f.for(0, n, 1, (j) => {
      setElement(f, line, j, number(at).div(by));
      f.set(at, at.add(real.bytes));
    });
    f.set(line, line.add(row));
  });
  f.return(by);
  return f.finish();
});

/**
 * `(n, v, row, wr, wi, by, toWr, toWi, toVr, toVi)`: eigenvalues, and vectors of size 1, those of complex values with a real greatest component, as the
 * op gives them.
 */
const write = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new FunctionBuilder('write eig', target, [i, i, i, i, i, 'f64', i, i, i, i]);
  const [n, v, row, wr, wi, by, toWr, toWi, toVr, toVi] = f.params;
  const { get } = square(f, v, row);
  const put = (to: Expr, k: Expr, x: Expr): void =>
    f.store(real.memory, to.add(k.mul(real.bytes)), real.memory === 'f64' ? x : x.toF32());
  const k = f.local(i32(0));
  f.while(k.lt(n), () => {
    const [re, im] = [element(f, wr, k), element(f, wi, k)];
    const complex = f.let(im.gt(0));
    const second = f.let(k.add(complex));
    put(toWr, k, re.mul(by));
    put(toWi, k, im.mul(by));
    const imaginary = (r: Expr): Expr => f.let(complex.select(get(r, second), f64(0)));
    const most = f.local(f64(0));
    f.for(0, n, 1, (r) => {
      f.set(most, greater(f, most, get(r, k).abs()));
      f.set(most, greater(f, most, imaginary(r).abs()));
    });
    const inverse = f.let(f64(1).div(most));
    const [total, greatest, place] = [f.local(f64(0)), f.local(f64(-1)), f.local(i32(0))];
    const [ur, ui] = [f.local(f64(1)), f.local(f64(0))];
    f.for(0, n, 1, (r) => {
      const [x, y] = [f.let(get(r, k).mul(inverse)), f.let(imaginary(r).mul(inverse))];
      const size = f.let(x.mul(x).add(y.mul(y)));
      f.set(total, total.add(size));
      f.if(size.gt(greatest), () => {
        f.set(greatest, size);
        f.set(place, r);
        f.set(ur, x);
        f.set(ui, y);
      });
    });
    const scale = f.let(inverse.div(total.sqrt()));
    const cell = (r: Expr, column: Expr): Expr => f.let(r.mul(n).add(column));
    f.if(
      complex,
      () => {
        put(toWr, second, element(f, wr, second).mul(by));
        put(toWi, second, im.mul(by).neg());
        // Turned by less than half a circle: a negative real part stays negative.
        const root = f.let(greatest.sqrt().copysign(ur));
        const [c, s] = [f.let(ur.div(root).mul(scale)), f.let(ui.div(root).mul(scale))];
        f.for(0, n, 1, (r) => {
          const [x, y] = [get(r, k), get(r, second)];
          const turned = f.let(c.mul(x).add(s.mul(y)));
          const across = f.let(r.eq(place).select(f64(0), c.mul(y).sub(s.mul(x))));
          put(toVr, cell(r, k), turned);
          put(toVi, cell(r, k), across);
          put(toVr, cell(r, second), turned);
          put(toVi, cell(r, second), across.neg());
        });
      },
      () =>
        f.for(0, n, 1, (r) => {
          put(toVr, cell(r, k), get(r, k).mul(scale));
          put(toVi, cell(r, k), f64(0));
        }),
    );
    f.set(k, second.add(1));
  });
  return f.finish();
});

export const eig: LowerRule = {
  lower(node, lowering) {
    const n = columnsOf(node.inputs[0]);
    const real: Real = realOf(node.inputs[0].dtype);
    const { target } = lowering;
    const { epsilon, tiny } = precisionOf(node.inputs[0].dtype);
    const small = tiny * (n / epsilon);
    const row = turnedRowBytes(n, F64);
    const matrix = n * row;
    // Numbers of lists: taus, scale, wr, wi, and a few more.
    const lists = (4 * n + VECTOR_WORKSPACE + 8) * BYTES;
    const workspace = Math.max(hessenbergWorkspace(n), blockWorkspace(n, n), productWorkspace(n, n, n)) * BYTES;
    addBatch(lowering, node, {
      work: 16 * n ** 3,
      own: (3 * matrix + lists + workspace) / real.bytes,
      real,
      emit: (f, [from], outputs, own) => {
        const size = i32(n);
        const line = i32(row);
        const [a, zt, x] = [0, 1, 2].map((k) => f.let(own.add(k * matrix)));
        const taus = f.let(own.add(3 * matrix));
        const [scale, wr, wi, lines] = [1, 2, 3, 4].map((k) => f.let(taus.add(k * n * BYTES)));
        const memory = f.let(taus.add(lists));
        const few = f.let(memory.sub(8 * BYTES));
        const none = (): void =>
          outputs.forEach((to, k) =>
            f.run(fillMatrix(target, real), [i32(k < 2 ? 1 : n), size, to, i32(n * real.bytes), constant(real.memory, NaN)]),
          ); // prettier-ignore
        const by = f.call(copyScaled(target, real), [size, from, a, line]);
        f.if(by.eq(by).eqz(), none, () => {
          f.run(balance(target), [size, a, line, scale, few]);
          const [lo, hi] = [f.let(f.load('i32', few)), f.let(f.load('i32', few, 4))];
          f.run(hessenberg(target), [size, lo, hi, a, line, taus, memory]);
          // Q: the unit matrix but for rows and columns lo + 1 to hi.
          f.run(fillMatrix(target, F64), [size, size, zt, line, f64(0)]);
          f.for(0, n, 1, (k) => f.store('f64', zt.add(k.mul(row + BYTES)), f64(1)));
          const rest = f.let(hi.sub(lo));
          f.if(rest.gt(1), () => {
            const first = f.let(a.add(lo.add(1).mul(line)).add(lo.mul(BYTES)));
            f.run(formProduct(target, F64), [
              rest, rest.sub(1), rest, first, line, i32(BYTES), taus.add(lo.mul(BYTES)), x, line, memory,
            ]); // prettier-ignore
            f.run(transposed(target, F64), [rest, rest, x, line, zt.add(lo.add(1).mul(line.add(BYTES))), line]);
          });
          f.fill(wi, i32(0), i32(n * BYTES));
          const found = f.call(triangularize(target), [
            size, lo, hi, a, line, zt, wi, few, f64(epsilon), f64(small),
          ]); // prettier-ignore
          f.if(found.eqz(), none, () => {
            f.for(0, n, 1, (k) => setElement(f, wr, k, f.load('f64', a.add(k.mul(row + BYTES)))));
            f.run(triangleVectors(target), [size, a, line, x, wr, wi, lines, memory, f64(epsilon), f64(small)]);
            f.run(turnBack(target), [size, zt, x, line, a, memory]);
            f.run(unbalance(target), [size, lo, hi, scale, a, line]);
            f.run(write(target, real), [size, a, line, wr, wi, by, ...outputs]);
          });
        });
      },
    });
  },
};

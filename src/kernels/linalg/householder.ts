/**
 * @file Householder's reflections, one by one and by blocks (H₁·H₂·…·H_w = 1 − V·T·Vᵀ), and QR. Reflections are kept as LAPACK keeps them:
 * the vectors below the diagonal of the matrix that they have made triangular (their first component, 1, is not stored), the factors τ apart.
 *
 * @see Golub & Van Loan 2013, "Matrix Computations", sections 5.1 and 5.2; Schreiber & Van Loan 1989, "A storage-efficient WY representation"
 */
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { constant, FunctionBuilder as Builder, i32 } from '../../codegen/index.js';
import type { QrParams } from '../../graph/lax.js';
import { columnsOf, rowsOf } from '../../graph/matrices.js';
import type { LowerRule } from '../context.js';
import { addBatch } from './batch.js';
import { fillMatrix, multiply, productWorkspace } from './product.js';
import type { Real } from './vectors.js';
import { axpy, dot, perReal, realOf, scale, transposed } from './vectors.js';

/** Reflections of a block. */
const REFLECTIONS = 32;

/** The root of a sum of two squares, neither of which overflows. */
export function hypotenuse(f: FunctionBuilder, x: Expr, y: Expr): Expr {
  const [a, b] = [f.let(x.abs()), f.let(y.abs())];
  const most = f.let(a.gt(b).select(a, b));
  const ratio = f.let(a.gt(b).select(b, a).div(most));
  const root = most.mul(ratio.mul(ratio).add(1).sqrt());
  // 0 and infinities are divided by themselves above.
  return f.let(most.gt(0).and(most.lt(Infinity)).select(root, a.add(b)));
}

/** `(count, x)`: the Euclidean norm, as float64, of vectors of any size that can be written. */
export const norm = perReal((target, real) => {
  const f = new Builder('norm', target, ['i32', 'i32'], 'f64');
  const [count, x] = f.params;
  const { memory, bytes } = real;
  const sum = f.call(dot(target, real), [count, x, x]);
  // Squares have neither overflowed nor vanished.
  f.if(sum.gt(real.tiny / real.epsilon).and(sum.lt(1 / real.tiny)), () => f.return(sum.toF64().sqrt()));
  const most = f.local(constant('f64', 0));
  const end = f.let(count.mul(bytes));
  const at = (i: Expr): Expr => f.load(memory, x.add(i)).toF64();
  f.for(0, end, bytes, (i) => {
    const size = f.let(at(i).abs());
    f.set(most, size.le(most).select(most, size)); // NaN stays
  });
  f.if(most.gt(0).and(most.lt(Infinity)).eqz(), () => f.return(most));
  const total = f.local(constant('f64', 0));
  f.for(0, end, bytes, (i) => {
    const part = f.let(at(i).div(most));
    f.set(total, total.add(part.mul(part)));
  });
  f.return(most.mul(total.sqrt()));
  return f.finish();
});

/**
 * `(count, x)`: the reflection that takes the vector x to (β, 0, …). Gives τ; x becomes (β, v₂, v₃, …). β has the sign opposite to x₁. τ is 0, and
 * x stays, where all but x₁ is 0.
 */
export const reflection = perReal((target, real) => {
  const f = new Builder('reflection', target, ['i32', 'i32'], real.memory);
  const [count, x] = f.params;
  const { memory, bytes } = real;
  const rest = f.let(x.add(bytes));
  const others = f.let(count.sub(1));
  const size = f.call(norm(target, real), [others, rest]);
  f.if(size.eq(0), () => f.return(constant(memory, 0)));
  const alpha = f.let(f.load(memory, x).toF64());
  const beta = f.let(hypotenuse(f, alpha, size).copysign(alpha).neg());
  // What is smaller than any normal number is 0: its inverse would be infinite.
  f.if(beta.abs().lt(real.tiny), () => {
    f.fill(rest, i32(0), others.mul(bytes));
    f.return(constant(memory, 0));
  });
  const factor = constant('f64', 1).div(alpha.sub(beta));
  const narrow = (y: Expr): Expr => (memory === 'f32' ? y.toF32() : y);
  f.run(scale(target, real), [others, narrow(factor), rest]);
  f.store(memory, x, narrow(beta));
  f.return(narrow(beta.sub(alpha).div(beta)));
  return f.finish();
});

/** Numbers of memory that work with blocks of reflections of `height` components on `width` columns needs. */
export const blockWorkspace = (height: number, width: number): number =>
  REFLECTIONS * (height + 2 * REFLECTIONS + 2 * width) +
  Math.max(
    productWorkspace(REFLECTIONS, Math.max(width, REFLECTIONS), height),
    productWorkspace(height, width, REFLECTIONS),
  );

/** Where the parts of that memory lie. */
function memoryParts(
  f: FunctionBuilder,
  real: Real,
  memory: Expr,
  height: Expr,
  width: Expr,
): Record<'vectors' | 'gram' | 't' | 'first' | 'second' | 'products', Expr> {
  const vectors = memory;
  const rows = (count: Expr): Expr => count.mul(REFLECTIONS * real.bytes);
  const gram = f.let(vectors.add(rows(height)));
  const t = f.let(gram.add(REFLECTIONS * REFLECTIONS * real.bytes));
  const first = f.let(t.add(REFLECTIONS * REFLECTIONS * real.bytes));
  const second = f.let(first.add(rows(width)));
  return { vectors, gram, t, first, second, products: f.let(second.add(rows(width))) };
}

/**
 * `(height, count, a, aRow, aColumn, taus, widest, memory)`: V and T of up to `REFLECTIONS` reflections that are kept in columns of `a`. V
 * stands in the memory transposed, with its zeros and ones, before T.
 *
 * @param widest Columns of the matrices to which they will be applied, at most.
 */
const blockOf = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new Builder('block of reflections', target, [i, i, i, i, i, i, i, i]);
  const [height, count, a, aRow, aColumn, taus, widest, memory] = f.params;
  const { bytes } = real;
  const { vectors, gram, t, products } = memoryParts(f, real, memory, height, widest);
  const line = f.let(height.mul(bytes));
  const zero = constant(real.memory, 0);
  const TROW = REFLECTIONS * bytes;
  f.for(0, count, 1, (j) => {
    const to = f.let(vectors.add(j.mul(line)));
    f.fill(to, i32(0), j.mul(bytes));
    f.store(real.memory, to.add(j.mul(bytes)), constant(real.memory, 1));
    const from = f.local(a.add(j.mul(aColumn)).add(j.add(1).mul(aRow)));
    f.for(j.add(1).mul(bytes), line, bytes, (at) => {
      f.store(real.memory, to.add(at), f.load(real.memory, from));
      f.set(from, from.add(aRow));
    });
  });
  f.run(fillMatrix(target, real), [count, count, gram, i32(TROW), zero]);
  const one = constant(real.memory, 1);
  f.run(multiply(target, real), [count, count, height, one, vectors, line, i32(bytes), vectors, i32(bytes), line, gram, i32(TROW), products]); // prettier-ignore
  // T of j + 1 reflections from T of j: its new column is −τ·T·(Vᵀ·v), τ.
  f.run(fillMatrix(target, real), [count, count, t, i32(TROW), zero]);
  f.for(0, count, 1, (j) => {
    const tau = f.let(f.load(real.memory, taus.add(j.mul(bytes))));
    f.for(0, j, 1, (row) => {
      const sum = f.local(zero);
      f.for(row, j, 1, (k) => {
        const left = f.load(real.memory, t.add(row.mul(TROW)).add(k.mul(bytes)));
        f.set(sum, left.fma(f.load(real.memory, gram.add(k.mul(TROW)).add(j.mul(bytes))), sum));
      });
      f.store(real.memory, t.add(row.mul(TROW)).add(j.mul(bytes)), tau.mul(sum).neg());
    });
    f.store(real.memory, t.add(j.mul(TROW + bytes)), tau);
  });
  return f.finish();
});

/**
 * `(height, width, count, turned, c, cRow, widest, memory)`: C becomes (1 − V·T·Vᵀ)·C, or, if `turned`, its transpose times C, with V and T
 * from `blockOf`.
 */
const applyBlock = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new Builder('reflections', target, [i, i, i, i, i, i, i, i]);
  const [height, width, count, turned, c, cRow, widest, memory] = f.params;
  const { bytes } = real;
  const { vectors, t, first, second, products } = memoryParts(f, real, memory, height, widest);
  const line = f.let(height.mul(bytes));
  const row = f.let(width.mul(bytes));
  const [zero, one, minus] = [0, 1, -1].map((value) => constant(real.memory, value));
  const [fill, times] = [fillMatrix(target, real), multiply(target, real)];
  const b = i32(bytes);
  f.run(fill, [count, width, first, row, zero]);
  f.run(times, [count, width, height, one, vectors, line, b, c, cRow, b, first, row, products]);
  f.run(fill, [count, width, second, row, zero]);
  const TROW = i32(REFLECTIONS * bytes);
  const [tRow, tColumn] = [f.let(turned.select(b, TROW)), f.let(turned.select(TROW, b))];
  f.run(times, [count, width, count, one, t, tRow, tColumn, first, row, b, second, row, products]);
  f.run(times, [height, width, count, minus, vectors, b, line, second, row, b, c, cRow, products]);
  return f.finish();
});

/** `(m, n, a, aRow, taus, memory)`: A becomes R above its diagonal and reflections below it. */
export const factorizeQr = perReal((target, real) => {
  const f = new Builder('qr', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [m, n, a, aRow, taus, memory] = f.params;
  const { bytes } = real;
  const [turn, reflect, inner, add] = [transposed, reflection, dot, axpy].map((fn) => fn(target, real));
  const steps = f.let(m.minS(n));
  f.for(0, steps, REFLECTIONS, (k0) => {
    const width = f.let(f.let(steps.sub(k0)).minS(REFLECTIONS));
    const height = f.let(m.sub(k0));
    const line = f.let(height.mul(bytes));
    const corner = f.let(a.add(k0.mul(aRow.add(bytes))));
    const own = f.let(taus.add(k0.mul(bytes)));
    // Columns of the block in one piece each.
    f.run(turn, [height, width, corner, aRow, memory, line]);
    f.for(0, width, 1, (j) => {
      const top = f.let(memory.add(j.mul(line)).add(j.mul(bytes)));
      const rest = f.let(height.sub(j).sub(1));
      const tau = f.call(reflect, [rest.add(1), top]);
      f.store(real.memory, own.add(j.mul(bytes)), tau);
      f.for(j.add(1), width, 1, (k) => {
        const other = f.let(memory.add(k.mul(line)).add(j.mul(bytes)));
        const sum = f.call(inner, [rest, top.add(bytes), other.add(bytes)]);
        const factor = f.let(f.load(real.memory, other).add(sum).mul(tau));
        f.store(real.memory, other, f.load(real.memory, other).sub(factor));
        f.run(add, [rest, factor.neg(), top.add(bytes), other.add(bytes)]);
      });
    });
    f.run(turn, [width, height, memory, line, corner, aRow]);
    const beside = f.let(n.sub(k0).sub(width));
    f.if(beside.gt(0), () => {
      f.run(blockOf(target, real), [height, width, corner, aRow, i32(bytes), own, n, memory]);
      f.run(applyBlock(target, real), [height, beside, width, i32(1), corner.add(width.mul(bytes)), aRow, n, memory]);
    });
  });
  return f.finish();
});

/**
 * `(m, steps, columns, a, aRow, aColumn, taus, q, qRow, memory)`: the first columns of Q = H₁·H₂·…·H_steps, whose reflections are kept in
 * columns of `a`.
 */
export const formProduct = perReal((target, real) => {
  const i = 'i32' as const;
  const f = new Builder('form q', target, [i, i, i, i, i, i, i, i, i, i]);
  const [m, steps, columns, a, aRow, aColumn, taus, q, qRow, memory] = f.params;
  const { bytes } = real;
  f.run(fillMatrix(target, real), [m, columns, q, qRow, constant(real.memory, 0)]);
  f.for(0, f.let(m.minS(columns)), 1, (k) => {
    f.store(real.memory, q.add(k.mul(qRow.add(bytes))), constant(real.memory, 1));
  });
  // The last block first: what lies left of it and above it is still that of the unit matrix.
  const blocks = f.let(steps.add(REFLECTIONS - 1).divU(REFLECTIONS));
  f.for(0, blocks, 1, (done) => {
    const k0 = f.let(blocks.sub(1).sub(done).mul(REFLECTIONS));
    const count = f.let(f.let(steps.sub(k0)).minS(REFLECTIONS));
    const height = f.let(m.sub(k0));
    const corner = a.add(k0.mul(aRow.add(aColumn)));
    f.run(blockOf(target, real), [height, count, corner, aRow, aColumn, taus.add(k0.mul(bytes)), columns, memory]);
    const to = q.add(k0.mul(qRow.add(bytes)));
    f.run(applyBlock(target, real), [height, columns.sub(k0), count, i32(0), to, qRow, columns, memory]);
  });
  return f.finish();
});

export const qr: LowerRule = {
  lower(node, lowering) {
    const [a] = node.inputs;
    const [m, n] = [rowsOf(a), columnsOf(a)];
    const { full } = node.params as QrParams;
    const steps = Math.min(m, n);
    const columns = full ? m : steps;
    const real = realOf(a.dtype);
    const { bytes } = real;
    const blocks = blockWorkspace(m, Math.max(columns, n));
    addBatch(lowering, node, {
      work: 2 * steps * m * (n + columns),
      own: m * n + steps + blocks,
      real,
      emit: (f, [from], [q, r], own) => {
        const copy = f.let(own.add(blocks * bytes));
        const taus = f.let(copy.add(m * n * bytes));
        f.copy(copy, from, i32(m * n * bytes));
        const row = i32(n * bytes);
        f.run(factorizeQr(lowering.target, real), [i32(m), i32(n), copy, row, taus, own]);
        f.run(formProduct(lowering.target, real), [
          i32(m), i32(steps), i32(columns), copy, row, i32(bytes), taus, q, i32(columns * bytes), own,
        ]); // prettier-ignore
        f.copy(r, copy, i32(columns * n * bytes));
        f.for(1, columns, 1, (k) => {
          const zeros = f.let(k.minS(n));
          f.fill(r.add(k.mul(n * bytes)), i32(0), zeros.mul(bytes));
        });
      },
    });
  },
};

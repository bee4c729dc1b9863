/**
 * @file Functions over vectors whose elements lie one after another, of lengths that are known when they run: what decompositions are
 * made of (the first level of BLAS). Each is one function of the module, whoever calls it.
 *
 * @see Lawson, Hanson, Kincaid & Krogh 1979, "Basic linear algebra subprograms for Fortran usage"
 */
import type { DType } from '../../core/dtype.js';
import { InternalError } from '../../core/errors.js';
import type { Expr, KernelFunction, KernelType, Target } from '../../codegen/index.js';
import { constant, FunctionBuilder, i32 } from '../../codegen/index.js';

/** A float type as kernels of linear algebra need it. */
export interface Real {
  /** How a number lies in memory, and the type of one. */
  readonly memory: 'f32' | 'f64';
  readonly vector: KernelType;
  readonly bytes: number;
  /** The distance from 1 to the next number, halved. */
  readonly epsilon: number;
  /** The least normal number. */
  readonly tiny: number;
}

const F32: Real = { memory: 'f32', vector: 'f32x', bytes: 4, epsilon: 2 ** -24, tiny: 2 ** -126 };
const F64: Real = { memory: 'f64', vector: 'f64x', bytes: 8, epsilon: 2 ** -53, tiny: 2 ** -1022 };

/** The type in which matrices of a dtype are computed. */
export function realOf(dtype: DType): Real {
  if (dtype === 'float32') return F32;
  if (dtype === 'float64') return F64;
  throw new InternalError(`kernels: no linear algebra of ${dtype}`);
}

/** Lanes of a vector of these numbers. */
export const lanesOf = (target: Target, real: Real): number => (target.lanes * 4) / real.bytes;

/** Functions that are made once for each target and type. */
export function perReal(
  build: (target: Target, real: Real) => KernelFunction,
): (target: Target, real: Real) => KernelFunction {
  const made = new WeakMap<Target, Map<Real, KernelFunction>>();
  return (target, real) => {
    let ofTarget = made.get(target);
    if (ofTarget === undefined) made.set(target, (ofTarget = new Map<Real, KernelFunction>()));
    let known = ofTarget.get(real);
    if (known === undefined) ofTarget.set(real, (known = build(target, real)));
    return known;
  };
}

/** Bytes that a loop over vectors takes at a time: a few vectors, so that additions need not wait for each other. */
const UNROLLED = 4;

/**
 * Loop over `count` elements: `UNROLLED` vectors at a time, then one by one.
 *
 * @param body Writes the code for the elements `at` bytes from the first; `slot` numbers the vectors of a round.
 */
export function sweep(
  f: FunctionBuilder,
  real: Real,
  count: Expr,
  body: (at: Expr, offset: number, wide: boolean, slot: number) => void,
): void {
  const vector = lanesOf(f.target, real) * real.bytes;
  const step = UNROLLED * vector;
  const all = f.let(count.mul(real.bytes));
  const wide = f.let(all.and(-step));
  f.for(0, wide, step, (at) => {
    for (let slot = 0; slot < UNROLLED; slot++) body(at, slot * vector, true, slot);
  });
  f.for(wide, all, real.bytes, (at) => body(at, 0, false, 0));
}

/** Elements of a vector, as wide as the loop is. */
export const read = (f: FunctionBuilder, real: Real, address: Expr, offset: number, wide: boolean): Expr =>
  wide ? f.loadVector(real.memory, address, offset) : f.load(real.memory, address, offset);

/** `(count, alpha, x, y)`: y += alpha · x. */
export const axpy = perReal((target, real) => {
  const f = new FunctionBuilder('axpy', target, ['i32', real.memory, 'i32', 'i32']);
  const [count, alpha, x, y] = f.params;
  const lanes = f.let(alpha.splat());
  sweep(f, real, count, (at, offset, wide) => {
    const to = f.let(y.add(at));
    const sum = read(f, real, x.add(at), offset, wide).fma(wide ? lanes : alpha, read(f, real, to, offset, wide));
    f.store(real.memory, to, sum, offset);
  });
  return f.finish();
});

/** `(count, x, y)`: Σ x · y. */
export const dot = perReal((target, real) => {
  const f = new FunctionBuilder('dot', target, ['i32', 'i32', 'i32'], real.memory);
  const [count, x, y] = f.params;
  const sums = Array.from({ length: UNROLLED }, () => f.local(constant(real.vector, 0)));
  const rest = f.local(constant(real.memory, 0));
  sweep(f, real, count, (at, offset, wide, slot) => {
    const sum = wide ? sums[slot] : rest;
    f.set(sum, read(f, real, x.add(at), offset, wide).fma(read(f, real, y.add(at), offset, wide), sum));
  });
  const total = f.sumLanes(sums[0].add(sums[1]).add(sums[2].add(sums[3])));
  f.return(total.add(rest));
  return f.finish();
});

/** `(count, number, x)`: each element of x and a number, combined. */
const byNumber = (name: string, combine: (x: Expr, number: Expr) => Expr): ReturnType<typeof perReal> =>
  perReal((target, real) => {
    const f = new FunctionBuilder(name, target, ['i32', real.memory, 'i32']);
    const [count, number, x] = f.params;
    const lanes = f.let(number.splat());
    sweep(f, real, count, (at, offset, wide) => {
      const to = f.let(x.add(at));
      f.store(real.memory, to, combine(read(f, real, to, offset, wide), wide ? lanes : number), offset);
    });
    return f.finish();
  });

/** `(count, alpha, x)`: x *= alpha. */
export const scale = byNumber('scale', (x, alpha) => x.mul(alpha));

/** `(count, divisor, x)`: x /= divisor, each element rounded once. */
export const divide = byNumber('divide', (x, divisor) => x.div(divisor));

/** `(count, x, y)`: x and y change places. */
export const swap = perReal((target, real) => {
  const f = new FunctionBuilder('swap', target, ['i32', 'i32', 'i32']);
  const [count, x, y] = f.params;
  sweep(f, real, count, (at, offset, wide) => {
    const [left, right] = [f.let(x.add(at)), f.let(y.add(at))];
    const held = f.let(read(f, real, left, offset, wide));
    f.store(real.memory, left, read(f, real, right, offset, wide), offset);
    f.store(real.memory, right, held, offset);
  });
  return f.finish();
});

/** `(rows, columns, from, fromRow, to, toRow)`: the transpose of a matrix of `rows` rows; distances of rows in bytes. */
export const transposed = perReal((target, real) => {
  const f = new FunctionBuilder('transposed', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [rows, columns, from, fromRow, to, toRow] = f.params;
  // Blocks, so that the lines of the cache of both are used whole.
  const SIDE = 16;
  f.for(0, rows, SIDE, (i0) => {
    const i1 = f.let(f.let(i0.add(SIDE)).minS(rows));
    f.for(0, columns, SIDE, (j0) => {
      const j1 = f.let(f.let(j0.add(SIDE)).minS(columns));
      f.for(j0, j1, 1, (j) => {
        const source = f.local(from.add(i0.mul(fromRow)).add(j.mul(real.bytes)));
        const at = f.local(to.add(j.mul(toRow)).add(i0.mul(real.bytes)));
        f.for(i0, i1, 1, () => {
          f.store(real.memory, at, f.load(real.memory, source));
          f.set(source, source.add(fromRow));
          f.set(at, at.add(real.bytes));
        });
      });
    });
  });
  return f.finish();
});

/** `(count, x)`: the number of the element of greatest size, the first of equals. */
export const largest = perReal((target, real) => {
  const f = new FunctionBuilder('largest', target, ['i32', 'i32'], 'i32');
  const [count, x] = f.params;
  const { memory, vector } = real;
  // First the greatest size, by vectors; then where it stands.
  const lanes = f.local(constant(vector, 0));
  const most = f.local(constant(memory, 0));
  sweep(f, real, count, (at, offset, wide) => {
    const size = f.let(read(f, real, x.add(at), offset, wide).abs());
    if (wide) f.set(lanes, lanes.pmax(size));
    else f.set(most, size.gt(most).select(size, most));
  });
  const best = f.let(f.reduceLanes(lanes, (a, b) => b.gt(a).select(b, a)));
  f.set(most, best.gt(most).select(best, most));
  const end = f.let(count.mul(real.bytes));
  f.for(0, end, real.bytes, (at) => {
    f.if(f.load(memory, x.add(at)).abs().ge(most), () => f.return(at.divU(real.bytes)));
  });
  f.return(i32(0));
  return f.finish();
});

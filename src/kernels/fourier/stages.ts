/**
 * @file Stages of a fast Fourier transform that sorts as it goes: each takes r numbers from as many parts of its input, transforms them, turns
 * them and puts them side by side, so that the last stage leaves all in order.
 *
 * With n = r·m still to do and s numbers between neighbours: y[q + s·(r·p + k)] = e^(−2πi·pk/n) · Σ_j x[q + s·(p + m·j)]·e^(−2πi·jk/r), for p
 * below m and q below s. Vectors go along q; in the first stage, where s is 1, along p.
 *
 * @see Stockham's method in Van Loan 1992, "Computational Frameworks for the Fast Fourier Transform", section 1.7
 */
import type { Expr, KernelFunction, Target } from '../../codegen/index.js';
import { FunctionBuilder } from '../../codegen/index.js';
import { range } from '../../core/shape.js';
import { lanesOf, perReal, type Real } from '../linalg/vectors.js';
import type { Complex } from './butterflies.js';
import { butterfly, times } from './butterflies.js';

/** Functions by their radix. */
type ByRadix = (radix: number) => (target: Target, real: Real) => KernelFunction;

function byRadix(build: (radix: number, target: Target, real: Real) => KernelFunction): ByRadix {
  const made = new Map<number, ReturnType<typeof perReal>>();
  return (radix) => {
    let known = made.get(radix);
    if (known === undefined) made.set(radix, (known = perReal((target, real) => build(radix, target, real))));
    return known;
  };
}

/** `factor` times an address step, for 0 … radix − 1. */
const multiples = (f: FunctionBuilder, step: Expr, radix: number): Expr[] =>
  range(radix).map((j) => (j === 1 ? step : f.let(step.mul(j))));

/**
 * `(m, s, re, im, fromP, fromK, toRe, toIm, toP, toK, turns)`: m times s transforms. Row p of part j is `fromP`·p + `fromK`·j bytes from the
 * start; it goes to `toP`·p + `toK`·k. `turns`: for each p the factors of k = 1 … r − 1, as real and imaginary parts.
 */
const rows = (turned: boolean): ByRadix =>
  byRadix((radix, target, real) => {
    const { memory, bytes } = real;
    const f = new FunctionBuilder(`fft rows of ${radix}${turned ? ' turned' : ''}`, target, new Array<'i32'>(11).fill('i32')); // prettier-ignore
    const [m, s, re, im, fromP, fromK, toRe, toIm, toP, toK, turns] = f.params;
    const [from, to] = [multiples(f, fromK, radix), multiples(f, toK, radix)];
    const vector = lanesOf(target, real) * bytes;
    const all = f.let(s.mul(bytes));
    const whole = f.let(all.and(-vector));
    const [atRe, atIm, putRe, putIm] = [f.local(re), f.local(im), f.local(toRe), f.local(toIm)];
    const factors = f.local(turns);
    f.for(0, m, 1, () => {
      const scalars = turned ? range(2 * (radix - 1)).map((i) => f.let(f.load(memory, factors, i * bytes))) : [];
      const work = (at: Expr, wide: boolean): void => {
        const read = (base: Expr, j: number): Expr => {
          const address = base.add(from[j]).add(at);
          return f.let(wide ? f.loadVector(memory, address) : f.load(memory, address));
        };
        const x = range(radix).map((j): Complex => [read(atRe, j), read(atIm, j)]);
        butterfly(f, x).forEach((y, k) => {
          const spread = (i: number): Expr => (wide ? scalars[i].splat() : scalars[i]);
          const result = !turned || k === 0 ? y : times(f, y, [spread(2 * k - 2), spread(2 * k - 1)]);
          f.store(memory, putRe.add(to[k]).add(at), result[0]);
          f.store(memory, putIm.add(to[k]).add(at), result[1]);
        });
      };
      f.for(0, whole, vector, (at) => work(at, true));
      f.for(whole, all, bytes, (at) => work(at, false));
      f.set(atRe, atRe.add(fromP));
      f.set(atIm, atIm.add(fromP));
      f.set(putRe, putRe.add(toP));
      f.set(putIm, putIm.add(toP));
      if (turned) f.set(factors, factors.add(2 * (radix - 1) * bytes));
    });
    return f.finish();
  });

/** Stages with factors, and those with m = 1 or without factors for another reason. */
export const turnedRows = rows(true);
export const plainRows = rows(false);

/** Vectors whose elements stand side by side: of `lanes` vectors that of each place. */
function transposed(x: readonly Expr[], lanes: number): Expr[] {
  if (lanes === 2) {
    const [a, b, c, d] = x;
    return [a.shuffle(b, [0, 2]), c.shuffle(d, [0, 2]), a.shuffle(b, [1, 3]), c.shuffle(d, [1, 3])];
  }
  const [a, b, c, d] = x;
  const [ab, cd] = [a.shuffle(b, [0, 4, 1, 5]), c.shuffle(d, [0, 4, 1, 5])];
  const [abHigh, cdHigh] = [a.shuffle(b, [2, 6, 3, 7]), c.shuffle(d, [2, 6, 3, 7])];
  return [
    ab.shuffle(cd, [0, 1, 4, 5]),
    ab.shuffle(cd, [2, 3, 6, 7]),
    abHigh.shuffle(cdHigh, [0, 1, 4, 5]),
    abHigh.shuffle(cdHigh, [2, 3, 6, 7]),
  ];
}

/** Whether the first stage of 4 can go by vectors: over m numbers in each part. */
export const takesFirst = (target: Target, real: Real, m: number): boolean =>
  [2, 4].includes(lanesOf(target, real)) && m % lanesOf(target, real) === 0;

/**
 * `(m, re, im, toRe, toIm, turns)`: a stage of 4 with s = 1, by vectors along p. `turns`: the real parts of the factors of k = 1 for all p, the
 * imaginary ones, then those of k = 2 and 3.
 */
export const firstOf4 = perReal((target, real) => {
  const { memory, bytes } = real;
  const f = new FunctionBuilder('fft first of 4', target, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32']);
  const [m, re, im, toRe, toIm, turns] = f.params;
  const lanes = lanesOf(target, real);
  const part = f.let(m.mul(bytes));
  const parts = multiples(f, part, 6);
  const [putRe, putIm] = [f.local(toRe), f.local(toIm)];
  f.for(0, part, lanes * bytes, (at) => {
    const read = (base: Expr, j: number): Expr => f.let(f.loadVector(memory, base.add(parts[j]).add(at)));
    const y = butterfly(
      f,
      range(4).map((j): Complex => [read(re, j), read(im, j)]),
    ).map((value, k) => (k === 0 ? value : times(f, value, [read(turns, 2 * k - 2), read(turns, 2 * k - 1)])));
    ([putRe, putIm] as const).forEach((put, which) => {
      transposed(y.map((value) => value[which]), lanes).forEach((piece, i) => f.store(memory, put, piece, i * lanes * bytes)); // prettier-ignore
      f.set(put, put.add(4 * lanes * bytes));
    });
  });
  return f.finish();
});

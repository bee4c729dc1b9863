/** @file Transforms of 2, 3, 4, 5 and 7 complex numbers that stand in registers. */
import type { Expr, FunctionBuilder } from '../../codegen/index.js';

/** A complex number, or a vector of them. */
export type Complex = readonly [re: Expr, im: Expr];

const bound = (f: FunctionBuilder, re: Expr, im: Expr): Complex => [f.let(re), f.let(im)];
const sum = (f: FunctionBuilder, [a, b]: Complex, [c, d]: Complex): Complex => bound(f, a.add(c), b.add(d));
const difference = (f: FunctionBuilder, [a, b]: Complex, [c, d]: Complex): Complex => bound(f, a.sub(c), b.sub(d));
/** a − i·b */
const lessTurned = (f: FunctionBuilder, [a, b]: Complex, [c, d]: Complex): Complex => bound(f, a.add(d), b.sub(c));
/** a + i·b */
const plusTurned = (f: FunctionBuilder, [a, b]: Complex, [c, d]: Complex): Complex => bound(f, a.sub(d), b.add(c));

/** a · b */
export const times = (f: FunctionBuilder, [a, b]: Complex, [c, d]: Complex): Complex =>
  bound(f, a.mul(c).sub(b.mul(d)), a.mul(d).add(b.mul(c)));

/** Σ_j x_j·e^(−2πi·jk/r) for an odd r: x_j and x_(r−j) meet with the same cosines and opposite sines. */
function odd(f: FunctionBuilder, x: readonly Complex[]): Complex[] {
  const r = x.length;
  const half = (r - 1) / 2;
  const sums: Complex[] = [];
  const differences: Complex[] = [];
  for (let j = 1; j <= half; j++) {
    sums.push(sum(f, x[j], x[r - j]));
    differences.push(difference(f, x[j], x[r - j]));
  }
  const results: Complex[] = new Array<Complex>(r);
  results[0] = sums.reduce((total, part) => sum(f, total, part), x[0]);
  for (let k = 1; k <= half; k++) {
    let [evenRe, evenIm] = x[0];
    let oddRe: Expr | null = null;
    let oddIm: Expr | null = null;
    for (let j = 1; j <= half; j++) {
      const [c, s] = [Math.cos((2 * Math.PI * j * k) / r), Math.sin((2 * Math.PI * j * k) / r)];
      evenRe = f.let(evenRe.add(sums[j - 1][0].mul(c)));
      evenIm = f.let(evenIm.add(sums[j - 1][1].mul(c)));
      const [partRe, partIm] = [differences[j - 1][0].mul(s), differences[j - 1][1].mul(s)];
      oddRe = f.let(oddRe === null ? partRe : oddRe.add(partRe));
      oddIm = f.let(oddIm === null ? partIm : oddIm.add(partIm));
    }
    const even: Complex = [evenRe, evenIm];
    const turned: Complex = [oddRe!, oddIm!];
    results[k] = lessTurned(f, even, turned);
    results[r - k] = plusTurned(f, even, turned);
  }
  return results;
}

/** The transform of a few complex numbers. */
export function butterfly(f: FunctionBuilder, x: readonly Complex[]): Complex[] {
  if (x.length === 2) return [sum(f, x[0], x[1]), difference(f, x[0], x[1])];
  if (x.length !== 4) return odd(f, x);
  const [a, b] = [sum(f, x[0], x[2]), difference(f, x[0], x[2])];
  const [c, d] = [sum(f, x[1], x[3]), difference(f, x[1], x[3])];
  return [sum(f, a, c), lessTurned(f, b, d), difference(f, a, c), plusTurned(f, b, d)];
}

/**
 * @file Functions on float64 scalars that the host does not have, as kernel functions: the algorithms of graph/special.ts. Each is
 * built once per target.
 */
import { FunctionBuilder } from '../function_builder.js';
import type { Expr, KernelFunction, Target } from '../ir.js';
import { constant, i32 } from '../ir.js';
import { host } from './host.js';
import { sharedFunction } from './lanewise.js';

const f64 = (value: number): Expr => constant('f64', value);

/** A function of float64 numbers, built once per target. `write` ends by a return on every path. */
function define(
  name: string,
  arity: number,
  write: (f: FunctionBuilder, ...args: Expr[]) => void,
): (target: Target) => KernelFunction {
  return (target) =>
    sharedFunction(target, name, () => {
      const f = new FunctionBuilder(
        name,
        target,
        Array.from({ length: arity }, () => 'f64' as const),
        'f64',
      );
      write(f, ...f.params);
      return f.finish();
    });
}

/** -1, ±0, 1 or NaN, as `Math.sign`. */
export function signOf(x: Expr): Expr {
  return x.gt(0).select(constant(x.type, 1), x.lt(0).select(constant(x.type, -1), x));
}

/** x^y as C's pow has it; squares and reciprocals correctly rounded. */
export const pow = define('pow', 2, (f, x, y) => {
  const one = x.eq(1).or(x.eq(-1).and(y.abs().eq(Infinity)));
  f.if(one, () => f.return(f64(1)));
  f.if(y.eq(2), () => f.return(x.mul(x)));
  f.if(y.eq(-1), () => f.return(f64(1).div(x)));
  f.return(f.call(host.pow, [x, y]));
});

/** x - trunc(x / y) y without any rounding; the sign is that of x. Steps by powers of two: time grows with log2(x / y). */
export const fmod = define('fmod', 2, (f, x, y) => {
  const divisor = f.let(y.abs());
  const rest = f.local(x.abs());
  // NaN in either, a zero divisor, an infinite dividend.
  f.if(divisor.gt(0).and(rest.lt(Infinity)).eqz(), () => f.return(f64(NaN)));
  f.if(rest.lt(divisor), () => f.return(x));
  const step = f.local(divisor);
  f.while(step.add(step).le(rest), () => f.set(step, step.add(step)));
  f.while(step.ge(divisor), () => {
    f.if(rest.ge(step), () => f.set(rest, rest.sub(step)));
    f.if(rest.lt(divisor), () => f.return(rest.copysign(x)));
    // Exact, except below the divisor, where it is not used.
    f.set(step, step.mul(0.5));
  });
  f.return(rest.copysign(x));
});

/** `fmod` of two float32 numbers: their quotient is taken 29 bits at a time, whose product with a divisor of 24 bits is exact. */
export const fmodSingle = define('fmodSingle', 2, (f, x, y) => {
  const divisor = f.let(y.abs());
  const rest = f.local(x.abs());
  f.if(divisor.gt(0).and(rest.lt(Infinity)).eqz(), () => f.return(f64(NaN)));
  f.if(rest.lt(divisor), () => f.return(x));
  const step = f.local(divisor);
  f.while(step.mul(2 ** 29).le(rest), () => f.set(step, step.mul(2 ** 29)));
  f.while(step.ge(divisor), () => {
    f.set(rest, rest.sub(rest.div(step).trunc().mul(step)));
    f.if(rest.lt(0), () => f.set(rest, rest.add(step)));
    f.set(step, step.mul(2 ** -29));
  });
  f.return(rest.copysign(x));
});

/** e^(-a²) / √π / (a + 1/2 / (a + 1 / (a + 3/2 / …))): erfc(a) for a >= 2.5. */
function erfcFraction(f: FunctionBuilder, a: Expr): Expr {
  const fraction = f.local(f64(0));
  const n = f.local(f64(60));
  f.while(n.gt(0), () => {
    f.set(fraction, n.mul(0.5).div(a.add(fraction)));
    f.set(n, n.sub(1));
  });
  const exp = f.call(host.exp, [a.mul(a).neg()]);
  return exp.div(Math.sqrt(Math.PI)).div(a.add(fraction));
}

/** The error function, to about 1e-15. */
export const erf = define('erf', 1, (f, x) => {
  const a = f.let(x.abs());
  f.if(x.ne(x), () => f.return(x));
  f.if(a.gt(6), () => f.return(signOf(x)));
  f.if(a.lt(2.5), () => {
    const term = f.local(x);
    const sum = f.local(x);
    const n = f.local(f64(1));
    f.while(term.abs().gt(sum.abs().mul(1e-17)), () => {
      f.set(term, term.mul(x.mul(2).mul(x).div(n.mul(2).add(1))));
      f.set(sum, sum.add(term));
      f.set(n, n.add(1));
    });
    const exp = f.call(host.exp, [x.mul(x).neg()]);
    f.return(exp.mul(2 / Math.sqrt(Math.PI)).mul(sum));
  });
  f.return(signOf(x).mul(f64(1).sub(erfcFraction(f, a))));
});

const erfc = define('erfc', 1, (f, x) => {
  f.if(x.lt(2.5), () => f.return(f64(1).sub(f.call(erf(f.target), [x]))));
  f.return(erfcFraction(f, x));
});

/** The inverse of erf on [-1, 1]; NaN outside. */
export const erfinv = define('erfinv', 1, (f, x) => {
  const y = f.let(x.abs());
  f.if(y.lt(1).eqz(), () => f.return(y.eq(1).select(x.mul(Infinity), f64(NaN))));
  f.if(x.eq(0), () => f.return(x));
  const a = 0.147;
  const l = f.call(host.log1p, [y.mul(y).neg()]);
  const b = f.let(l.mul(0.5).add(2 / (Math.PI * a)));
  const z = f.local(b.mul(b).sub(l.div(a)).sqrt().sub(b).sqrt());
  f.for(0, 4, 1, () => {
    const error = f.local(f64(0));
    f.if(
      y.gt(0.9),
      () =>
        f.set(
          error,
          f64(1)
            .sub(y)
            .sub(f.call(erfc(f.target), [z])),
        ),
      () => f.set(error, f.call(erf(f.target), [z]).sub(y)),
    );
    const slope = f.call(host.exp, [z.mul(z).neg()]).mul(2 / Math.sqrt(Math.PI));
    const step = f.let(error.div(slope));
    f.set(z, z.sub(step.div(z.mul(step).add(1))));
  });
  f.return(signOf(x).mul(z));
});

// Lanczos with g = 7, n = 9 (Godfrey's coefficients), as in graph/special.ts.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** ln |Γ(x)| for x >= 0.5. */
const lgammaPositive = define('lgammaPositive', 1, (f, x) => {
  f.if(x.eq(1).or(x.eq(2)), () => f.return(f64(0)));
  f.if(x.eq(Infinity), () => f.return(x));
  const z = f.let(x.sub(1));
  const sum = f.local(f64(LANCZOS[0]));
  for (let i = 1; i < LANCZOS.length; i++) f.set(sum, sum.add(f64(LANCZOS[i]).div(z.add(i))));
  const t = f.let(z.add(7.5));
  const power = z.add(0.5).mul(f.call(host.log, [t]));
  f.return(
    power
      .add(0.5 * Math.log(2 * Math.PI))
      .sub(t)
      .add(f.call(host.log, [sum])),
  );
});

/** ln |Γ(x)|. */
export const lgamma = define('lgamma', 1, (f, x) => {
  f.if(x.ne(x), () => f.return(x));
  f.if(x.abs().eq(Infinity), () => f.return(f64(Infinity)));
  f.if(x.lt(0.5), () => {
    f.if(x.eq(x.trunc()), () => f.return(f64(Infinity)));
    // Γ(x) Γ(1 - x) = π / sin πx; x % 2 is exact.
    const turn = x.sub(x.mul(0.5).trunc().mul(2));
    const sine = f.call(host.sin, [turn.mul(Math.PI)]);
    const reflected = f.call(host.log, [f64(Math.PI).div(sine.abs())]);
    f.return(reflected.sub(f.call(lgammaPositive(f.target), [f64(1).sub(x)])));
  });
  f.return(f.call(lgammaPositive(f.target), [x]));
});

/** Γ'(x)/Γ(x) for x > 0. */
const digammaPositive = define('digammaPositive', 1, (f, x) => {
  const shift = f.local(f64(0));
  const z = f.local(x);
  f.while(z.lt(10), () => {
    f.set(shift, shift.sub(f64(1).div(z)));
    f.set(z, z.add(1));
  });
  const r = f.let(f64(1).div(z.mul(z)));
  let series = f64(1 / 132).sub(r.mul(691).div(32760));
  for (const c of [1 / 240, 1 / 252, 1 / 120, 1 / 12]) series = f64(c).sub(r.mul(series));
  const log = f.call(host.log, [z]);
  f.return(shift.add(log).sub(f64(0.5).div(z)).sub(r.mul(series)));
});

/** Γ'(x)/Γ(x); NaN at 0 and the negative integers. */
export const digamma = define('digamma', 1, (f, x) => {
  f.if(x.ne(x).or(x.eq(-Infinity)), () => f.return(f64(NaN)));
  f.if(x.le(0), () => {
    f.if(x.eq(x.trunc()), () => f.return(f64(NaN)));
    const cotangent = f64(Math.PI).div(f.call(host.tan, [x.mul(Math.PI)]));
    f.return(f.call(digammaPositive(f.target), [f64(1).sub(x)]).sub(cotangent));
  });
  f.return(f.call(digammaPositive(f.target), [x]));
});

/** The float32 after `x` on the way to `y`. */
export const nextAfter = define('nextAfter', 2, (f, x, y) => {
  f.if(x.ne(x).or(y.ne(y)), () => f.return(f64(NaN)));
  f.if(x.eq(y), () => f.return(y));
  const bits = f.let(x.toF32().bitcast());
  const first = y.gt(0).select(i32(1), i32(-0x7fffffff));
  const next = bits.add(x.lt(y).eq(x.gt(0)).select(i32(1), i32(-1)));
  f.return(x.eq(0).select(first, next).bitcast().toF64());
});

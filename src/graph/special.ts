/** @file Special functions on float64 numbers: what the interpreter computes with, and backends too where they have nothing faster. */
import type { DType } from '../core/dtype.js';
import { roundTo } from '../core/dtype.js';

/** Round half to even. */
export function roundEven(x: number): number {
  const rounded = Math.round(x);
  if (Math.abs(x - Math.trunc(x)) === 0.5 && rounded % 2 !== 0) return rounded - 1;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

/**
 * x^y as C's pow has it: JavaScript differs in 1^NaN and (±1)^±Infinity, which are 1 in C. Squares and reciprocals are correctly
 * rounded, as the passes rely on that turn them into x * x and 1 / x.
 */
export function pow(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Infinity)) return 1;
  if (y === 2) return x * x;
  if (y === -1) return 1 / x;
  return x ** y;
}

/** Integer power with wrap-around; a negative exponent gives 0, except for the bases 1 and -1. */
export function integerPow(base: number, exponent: number, dtype: DType): number {
  if (exponent < 0) return base === 1 ? 1 : base === -1 ? (exponent % 2 === 0 ? 1 : -1) : 0;
  // What is held of a 64-bit integer may be beyond all bounds.
  if (exponent === Infinity) return Math.abs(base) <= 1 ? Math.abs(base) : Infinity;
  const multiply = (a: number, b: number): number => roundTo(dtype, dtype.endsWith('64') ? a * b : Math.imul(a, b));
  let result = 1;
  let square = base;
  for (let e = exponent; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = multiply(result, square);
    square = multiply(square, square);
  }
  return result;
}

export function popcount(x: number): number {
  let count = 0;
  for (let bits = x >>> 0; bits !== 0; bits &= bits - 1) count++;
  return count;
}

/**
 * The error function, to about 1e-15: its Maclaurin series near 0, and the continued fraction of erfc beyond.
 * @see Abramowitz & Stegun 1964, 7.1.6 and 7.1.14
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    // erf x = 2/√π · e^(-x²) · Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1)): all terms positive, nothing cancels.
    let term = x;
    let sum = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (a + fraction);
  const erfc = Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction);
  return Math.sign(x) * (1 - erfc);
}

/** 1 - erf(x) without cancellation for large x. */
function erfc(x: number): number {
  if (x < 2.5) return 1 - erf(x);
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

/**
 * The inverse of erf on [-1, 1]: a first guess and Newton–Halley steps.
 * @see Winitzki 2008, "A handy approximation for the error function and its inverse" (the first guess)
 */
export function erfinv(x: number): number {
  if (x <= -1 || x >= 1 || Number.isNaN(x)) return Math.abs(x) === 1 ? x * Infinity : NaN;
  if (x === 0) return x;
  const y = Math.abs(x);
  const a = 0.147;
  const l = Math.log1p(-y * y);
  const b = 2 / (Math.PI * a) + l / 2;
  let z = Math.sqrt(Math.sqrt(b * b - l / a) - b);
  for (let i = 0; i < 4; i++) {
    const error = y > 0.9 ? 1 - y - erfc(z) : erf(z) - y;
    const step = (y > 0.9 ? error : error) / ((2 / Math.sqrt(Math.PI)) * Math.exp(-z * z));
    z -= step / (1 + z * step);
  }
  return Math.sign(x) * z;
}

const polynomial7 = (c: readonly number[], x: number): number =>
  ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0];

// Numerators and denominators of algorithm AS 241, PPND16.
const CENTRAL_OVER = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087,
  33430.57558358813, 2509.0809287301227,
] as const;
const CENTRAL_UNDER = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943,
  5226.495278852854,
] as const;
const MIDDLE_OVER = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
] as const; // prettier-ignore
const MIDDLE_UNDER = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
] as const; // prettier-ignore
const FAR_OVER = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 0.000027115555687434876, 2.0103343992922881e-7,
] as const;
const FAR_UNDER = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 0.000018463183175100548,
  1.421511758316446e-7, 2.0442631033899397e-15,
] as const;

/**
 * The inverse of erf of a float32, rounded to float32: what rounding `erfinv` gives, but tens of times as fast.
 * @see Wichura 1988, "Algorithm AS 241: The percentage points of the normal distribution"
 */
export function erfinvSingle(x: number): number {
  const y = Math.abs(x);
  if (!(y < 1)) return erfinv(x);
  let z: number;
  if (y <= 0.85) {
    const r = 0.180625 - 0.25 * x * x;
    z = (0.5 * x * polynomial7(CENTRAL_OVER, r)) / polynomial7(CENTRAL_UNDER, r);
  } else {
    const r = Math.sqrt(-Math.log(0.5 * (1 - y)));
    z =
      r <= 5
        ? polynomial7(MIDDLE_OVER, r - 1.6) / polynomial7(MIDDLE_UNDER, r - 1.6)
        : polynomial7(FAR_OVER, r - 5) / polynomial7(FAR_UNDER, r - 5);
    if (x < 0) z = -z;
  }
  z *= Math.SQRT1_2;
  // The two are within 2e-13 of each other. Where that decides how the number is rounded, the slow one has the last word.
  const rounded = Math.fround(z);
  return Math.fround(z * (1 - 1e-12)) === Math.fround(z * (1 + 1e-12)) ? rounded : Math.fround(erfinv(x));
}

// Lanczos with g = 7, n = 9 (Godfrey's coefficients): about 1e-15.
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const;

/** ln |Γ(x)|. @see Lanczos 1964, "A precision approximation of the gamma function" */
export function lgamma(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (Math.abs(x) === Infinity) return Infinity;
  if (x < 0.5) {
    if (Number.isInteger(x)) return Infinity;
    // Γ(x) Γ(1 - x) = π / sin πx
    return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * (x % 2)))) - lgamma(1 - x);
  }
  if (x === 1 || x === 2) return 0;
  const z = x - 1;
  let sum: number = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Γ'(x)/Γ(x): upward recurrence, then the asymptotic series. @see Abramowitz & Stegun 1964, 6.3.18 */
export function digamma(x: number): number {
  if (Number.isNaN(x) || x === -Infinity) return NaN;
  if (x <= 0) {
    if (Number.isInteger(x)) return NaN;
    return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  }
  let shift = 0;
  let z = x;
  while (z < 10) shift -= 1 / z++;
  const r = 1 / (z * z);
  const series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - (r * 691) / 32760)))));
  return shift + Math.log(z) - 0.5 / z - series;
}

const words = new Int32Array(1);
const single = new Float32Array(words.buffer);

/** The float32 after `x` on the way to `y`. */
export function nextAfter(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  if (x === y) return y;
  single[0] = x;
  if (x === 0) {
    words[0] = y > 0 ? 1 : -0x7fffffff;
  } else {
    words[0] = words[0] + (x < y === x > 0 ? 1 : -1);
  }
  return single[0];
}

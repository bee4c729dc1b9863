/**
 * @file Decimal digits of floats, exactly as NumPy finds them: the shortest that tell a number from its neighbours of the same dtype,
 * cut at a most and carried on to a least number of digits. How they are laid out stands in format.ts.
 *
 * Steele & White 1990, "How to Print Floating-Point Numbers Accurately" (Dragon4), as Ryan Juckett writes it and NumPy has it.
 */
import type { DType } from '../core/dtype.js';

/** Explicit bits of the significand and the exponent of the least normal number. */
const FORMATS: Partial<Record<DType, { readonly mantissa: number; readonly minExponent: number }>> = {
  float16: { mantissa: 10, minExponent: -14 },
  bfloat16: { mantissa: 7, minExponent: -126 },
  float32: { mantissa: 23, minExponent: -126 },
  float64: { mantissa: 52, minExponent: -1022 },
};

/** x = significand · 2^exponent, as the dtype stores it. */
interface Binary {
  readonly significand: bigint;
  readonly exponent: number;
  /** Whether the neighbour below is nearer than the one above: at powers of two. */
  readonly nearerBelow: boolean;
}

const bits = new DataView(new ArrayBuffer(8));
/** The floor of log2 of a positive double. */
function exponentOf(x: number): number {
  bits.setFloat64(0, x);
  const stored = (bits.getUint32(0) >>> 20) & 0x7ff;
  return stored === 0 ? Math.floor(Math.log2(x)) : stored - 1023;
}
function binary(x: number, dtype: DType): Binary {
  const { mantissa, minExponent } = FORMATS[dtype]!;
  const normal = exponentOf(x);
  const exponent = Math.max(normal, minExponent) - mantissa;
  // Two factors, for 2^-1074 times 2^1074 is beyond the range of one.
  const significand = BigInt(x * 2 ** Math.min(-exponent, 1000) * 2 ** Math.max(-exponent - 1000, 0));
  return { significand, exponent, nearerBelow: significand === 1n << BigInt(mantissa) && normal > minExponent };
}

/** Digits d₀d₁d₂… of d₀.d₁d₂… · 10^exponent. */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** Where to stop: a number of digits counted from the point (`fraction`) or from the first digit (`total`). */
export interface Cutoff {
  readonly count: 'fraction' | 'total';
  /** No more digits than these; the last is rounded to nearest, ties to even. */
  readonly most?: number | null;
  /** No fewer digits than these, although fewer would tell the number from its neighbours. */
  readonly least?: number | null;
}

/** The digits of a positive finite number of a float dtype. */
export function digitsOf(x: number, dtype: DType, { count, most = null, least = null }: Cutoff): Decimal {
  const { significand, exponent, nearerBelow } = binary(x, dtype);
  const even = significand % 2n === 0n;
  const factor = nearerBelow ? 4n : 2n;
  let value = significand * factor;
  let scale = factor;
  let below = 1n; // half the distance to the neighbour below, in units of value
  if (exponent > 0) {
    value <<= BigInt(exponent);
    below <<= BigInt(exponent);
  } else scale <<= BigInt(-exponent);
  let above = nearerBelow ? below * 2n : below;

  const width = significand.toString(2).length;
  let place = Math.ceil((width - 1 + exponent) * Math.LOG10E * Math.LN2 - 0.69);
  if (place > 0) scale *= 10n ** BigInt(place);
  else {
    const power = 10n ** BigInt(-place);
    value *= power;
    below *= power;
    above *= power;
  }
  if (value >= scale) place++;
  else {
    value *= 10n;
    below *= 10n;
    above *= 10n;
  }
  const last = most === null ? -Infinity : count === 'total' ? place - most : -most;
  const first = least === null ? place : Math.min(place, count === 'total' ? place - least : -least);
  const digits: number[] = [];
  let decimalExponent = place - 1;
  let low: boolean;
  let high: boolean;
  for (;;) {
    place--;
    const digit = value / scale;
    value %= scale;
    digits.push(Number(digit));
    low = even ? value <= below : value < below;
    high = even ? value + above >= scale : value + above > scale;
    if (((low || high) && place <= first) || place === last) break;
    value *= 10n;
    below *= 10n;
    above *= 10n;
  }
  let down = low;
  if (low === high) {
    const twice = value * 2n;
    down = twice === scale ? digits[digits.length - 1] % 2 === 0 : twice < scale;
  }
  if (!down) {
    let i = digits.length - 1;
    while (i >= 0 && digits[i] === 9) i--;
    digits.length = Math.max(i + 1, 1);
    if (i >= 0) digits[i]++;
    else {
      digits[0] = 1;
      decimalExponent++;
    }
  }
  return { digits: digits.join(''), exponent: decimalExponent };
}

/** @file Prints arrays as NumPy 2 does: columns of numbers aligned at the point, rows wrapped at 75 characters, long axes summarised. */
import type { DType } from '../core/dtype.js';
import { dtypeInfo } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { formatShape, range, sizeOf, stridesOf } from '../core/shape.js';
import { digitsOf } from './dragon4.js';

/** NumPy's print options. */
const LINE_WIDTH = 75;
const PRECISION = 8;
const THRESHOLD = 1000;
const EDGE_ITEMS = 3;

type Formatter = (x: number) => string;

// ---- floats ----

/** `12.5`, `12.` (with the trailing point) of a finite number; the fraction has at most `most` digits. */
function positional(x: number, dtype: DType, most: number | null): { whole: string; fraction: string } {
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  if (x === 0) return { whole: `${sign}0`, fraction: '' };
  const { digits, exponent } = digitsOf(Math.abs(x), dtype, { count: 'fraction', most });
  if (exponent < 0) return { whole: `${sign}0`, fraction: trimZeros('0'.repeat(-exponent - 1) + digits) };
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return { whole: sign + whole, fraction: trimZeros(digits.slice(exponent + 1)) };
}
const trimZeros = (digits: string): string => digits.replace(/0+$/, '');

/** Sign and first digit, the digits behind the point, and the exponent of a finite number. */
function scientific(x: number, dtype: DType, most: number | null, least: number | null) {
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  const add = (n: number | null): number | null => (n === null ? null : n + 1);
  const { digits, exponent } =
    x === 0
      ? { digits: '0', exponent: 0 }
      : digitsOf(Math.abs(x), dtype, { count: 'total', most: add(most), least: add(least) });
  return { whole: sign + digits[0], fraction: trimZeros(digits.slice(1)), exponent };
}
const exponentText = (exponent: number, width: number): string =>
  `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(width, '0')}`;

function specialText(x: number): string {
  return Number.isNaN(x) ? 'nan' : x < 0 ? '-inf' : 'inf';
}

/** From these on numbers are written with exponents: as many digits as the dtype holds for certain, at most 8. */
const LARGE: Partial<Record<DType, number>> = { float16: 1e3, float32: 1e6, float64: 1e8 };

/** How the numbers of an array are written together: all in one notation, aligned. */
function floatFormatter(data: readonly number[], dtype: DType): Formatter {
  const finite = data.filter(Number.isFinite);
  const sizes = finite.filter((x) => x !== 0).map(Math.abs);
  const [greatest, least] = sizes.reduce(([g, l], x) => [Math.max(g, x), Math.min(l, x)], [0, Infinity]);
  const round = dtype === 'float64' ? (x: number): number => x : Math.fround;
  const withExponent =
    sizes.length > 0 &&
    (greatest >= LARGE[dtype]! || least < round(0.0001) || narrowQuotient(greatest, least, dtype) > 1000);
  const longest = (texts: readonly string[]): number => texts.reduce((n, t) => Math.max(n, t.length), 0);
  let left: number;
  let right: number;
  let write: Formatter;
  if (finite.length === 0) {
    [left, right] = [0, 0];
    write = specialText;
  } else if (withExponent) {
    const parts = finite.map((x) => scientific(x, dtype, PRECISION, null));
    const width = Math.max(2, longest(parts.map((p) => String(Math.abs(p.exponent)))));
    const places = longest(parts.map((p) => p.fraction));
    left = longest(parts.map((p) => p.whole));
    right = places + width + 2;
    write = (x) => {
      const { whole, fraction, exponent } = scientific(x, dtype, places, places);
      return `${whole.padStart(left)}.${fraction.padEnd(places, '0')}${exponentText(exponent, width)}`;
    };
  } else {
    const parts = finite.map((x) => positional(x, dtype, PRECISION));
    left = longest(parts.map((p) => p.whole));
    right = longest(parts.map((p) => p.fraction));
    write = (x) => {
      const { whole, fraction } = positional(x, dtype, PRECISION);
      return `${whole.padStart(left)}.${fraction.padEnd(right)}`;
    };
  }
  if (finite.length < data.length) {
    const minus = data.some((x) => x === -Infinity) ? 1 : 0;
    left = Math.max(left, 3 - (right + 1), 3 + minus - (right + 1));
  }
  return (x) => (Number.isFinite(x) ? write(x) : specialText(x).padStart(left + right + 1));
}
/** The quotient as the dtype holds it: it may overflow to infinity. */
function narrowQuotient(a: number, b: number, dtype: DType): number {
  if (dtype === 'float64') return a / b;
  if (dtype === 'float16' && a / b > 65519) return Infinity;
  return Math.fround(a / b);
}

/** A float that stands alone, as Python writes it: `0.1`, `1e-05`, `100000.0`. */
function scalarFloat(x: number, dtype: DType): string {
  if (!Number.isFinite(x)) return specialText(x);
  const size = Math.abs(x);
  if (size === 0 || (size >= 1e-4 && size < (dtype === 'float64' ? 1e16 : LARGE[dtype]!))) {
    const { whole, fraction } = positional(x, dtype, null);
    return `${whole}.${fraction || '0'}`;
  }
  const { whole, fraction, exponent } = scientific(x, dtype, null, null);
  return `${whole}${fraction && `.${fraction}`}${exponentText(exponent, 2)}`;
}

/** bfloat16 is no dtype of NumPy's own: its numbers are written one by one, with at most 6 digits, as C's `%g` does. */
function brief(x: number): string {
  if (!Number.isFinite(x)) return specialText(x);
  if (x === 0) return Object.is(x, -0) ? '-0' : '0';
  const sign = x < 0 ? '-' : '';
  const { digits, exponent } = digitsOf(Math.abs(x), 'float64', { count: 'total', most: 6 });
  const fraction = (text: string): string => trimZeros(text) && `.${trimZeros(text)}`;
  if (exponent < -4 || exponent >= 6)
    return `${sign}${digits[0]}${fraction(digits.slice(1))}${exponentText(exponent, 2)}`;
  if (exponent < 0) return `${sign}0${fraction('0'.repeat(-exponent - 1) + digits)}`;
  return `${sign}${digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')}${fraction(digits.slice(exponent + 1))}`;
}

// ---- all dtypes ----

function formatterFor({ dtype, shape }: NDArray, shown: readonly number[]): Formatter {
  switch (dtypeInfo(dtype).kind) {
    case 'bool':
      return (x) => (x !== 0 ? (shape.length > 0 ? ' True' : 'True') : 'False');
    case 'float':
      return dtype === 'bfloat16' ? brief : floatFormatter(shown, dtype);
    default: {
      const width = shown.reduce((n, x) => Math.max(n, wholeText(x).length), 0);
      return (x) => wholeText(x).padStart(width);
    }
  }
}
/** All digits of an integer, also beyond 10²¹. */
const wholeText = (x: number): string => (Math.abs(x) < 1e21 ? String(x + 0) : BigInt(x).toString());

interface Layout {
  readonly separator: string;
  readonly width: number;
  /** Spaces before a continued line, without the one under the bracket. */
  readonly indent: string;
}

/** The positions along an axis that are shown; null stands for the dots. */
function shownPositions(length: number, summarised: boolean): (number | null)[] {
  if (!summarised || length <= 2 * EDGE_ITEMS) return range(length);
  return [...range(EDGE_ITEMS), null, ...range(EDGE_ITEMS).map((i) => length - EDGE_ITEMS + i)];
}

function layOut(array: NDArray, { separator, width, indent }: Layout): string {
  const { shape, data } = array;
  if (sizeOf(shape) === 0) return '[]';
  const summarised = sizeOf(shape) > THRESHOLD;
  const strides = stridesOf(shape);
  const positions = shape.map((length) => shownPositions(length, summarised));
  const shown: number[] = [];
  const collect = (axis: number, offset: number): void => {
    if (axis === shape.length) shown.push(data[offset]);
    else for (const i of positions[axis]) if (i !== null) collect(axis + 1, offset + i * strides[axis]);
  };
  collect(0, 0);
  const write = formatterFor(array, shown);
  const tight = separator.trimEnd();

  const row = (offset: number, hanging: string, room: number): string => {
    const limit = room - Math.max(tight.length, 1);
    const lines: string[] = [];
    let line = hanging;
    positions[shape.length - 1].forEach((i, k, all) => {
      const word = i === null ? '...' : write(data[offset + i * strides[shape.length - 1]]);
      if (line.length + word.length > limit && line.length > hanging.length) {
        lines.push(line.trimEnd());
        line = hanging;
      }
      line += k < all.length - 1 ? word + separator : word;
    });
    return [...lines, line].join('\n');
  };
  const visit = (axis: number, offset: number, hanging: string, room: number): string => {
    const left = shape.length - axis;
    if (left === 0) return write(data[offset]);
    const body =
      left === 1
        ? row(offset, hanging, room)
        : positions[axis]
            .map(
              (i) =>
                hanging + (i === null ? '...' : visit(axis + 1, offset + i * strides[axis], `${hanging} `, room - 1)),
            )
            .join(tight + '\n'.repeat(left - 1));
    return `[${body.slice(hanging.length)}]`;
  };
  return visit(0, 0, `${indent} `, width);
}

/** The text that NumPy's `str()` gives for the array. */
export function formatArray(array: NDArray): string {
  if (array.shape.length === 0) {
    const { dtype, data } = array;
    if (dtypeInfo(dtype).kind !== 'float') return formatterFor(array, [data[0]])(data[0]);
    return dtype === 'bfloat16' ? brief(data[0]) : scalarFloat(data[0], dtype);
  }
  return layOut(array, { separator: ' ', width: LINE_WIDTH, indent: '' });
}

/** Dtypes that NumPy's `repr()` leaves out, because they are what the numbers suggest. */
const IMPLIED: readonly DType[] = ['bool', 'int64', 'float64'];

/** The text that NumPy's `repr()` gives for the array: `array([1., 2.], dtype=float32)`. */
export function formatRepr(array: NDArray): string {
  const { dtype, shape } = array;
  const prefix = 'array(';
  const size = sizeOf(shape);
  const text = prefix + layOut(array, { separator: ', ', width: LINE_WIDTH - 1, indent: ' '.repeat(prefix.length) });
  const extras: string[] = [];
  if ((size === 0 && shape.length !== 1) || size > THRESHOLD) extras.push(`shape=${formatShape(shape)}`);
  if (!IMPLIED.includes(dtype) || size === 0) extras.push(`dtype=${dtype}`);
  if (extras.length === 0) return `${text})`;
  const tail = `${extras.join(', ')})`;
  const lastLine = text.length + 1 - (text.lastIndexOf('\n') + 1);
  const gap = lastLine + tail.length + 1 > LINE_WIDTH ? `\n${' '.repeat(prefix.length)}` : ' ';
  return `${text},${gap}${tail}`;
}

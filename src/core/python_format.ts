/**
 * @file Python's format mini-language, for file names such as `{epoch:03d}-{val_loss:.4f}`.
 * @see https://docs.python.org/3/library/string.html#format-specification-mini-language
 */
import { describe } from './describe.js';
import { ValueError } from './errors.js';

/** A value to format: a bigint is Python's int, a number is Python's float. */
export type Formattable = bigint | number | string;

/** |x| as a fraction of whole numbers: every float is one, exactly. */
function fractionOf(x: number): [numerator: bigint, denominator: bigint] {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(x));
  const high = bits.getUint32(0);
  const exponent = high >>> 20;
  const mantissa = (BigInt(high & 0xfffff) << 32n) | BigInt(bits.getUint32(4));
  const power = Math.max(exponent, 1) - 1075;
  const whole = exponent === 0 ? mantissa : mantissa | (1n << 52n);
  return power >= 0 ? [whole << BigInt(power), 1n] : [whole, 1n << BigInt(-power)];
}

/** The whole number nearest to a fraction; the even one of two. */
function divideHalfEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = 2n * (numerator % denominator);
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

const power10 = (n: number): bigint => 10n ** BigInt(n);

/** |x| with `digits` decimals. JavaScript's toFixed rounds ties up and turns to exponents from 10^21. */
function fixed(x: number, digits: number): string {
  const [numerator, denominator] = fractionOf(x);
  const text = divideHalfEven(numerator * power10(digits), denominator)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** |x| as `digits` + 1 significant digits and the exponent of the first. */
function scientific(x: number, digits: number): [significant: string, exponent: number] {
  if (x === 0) return ['0'.repeat(digits + 1), 0];
  const [numerator, denominator] = fractionOf(x);
  let exponent = Number(Math.abs(x).toExponential().split('e')[1]);
  const shift = digits - exponent;
  const rounded =
    shift >= 0
      ? divideHalfEven(numerator * power10(shift), denominator)
      : divideHalfEven(numerator, denominator * power10(-shift));
  let text = rounded.toString();
  if (text.length > digits + 1) {
    exponent++;
    text = text.slice(0, -1);
  }
  return [text, exponent];
}

function exponential(x: number, digits: number, letter: string, keepPoint: boolean): string {
  const [text, exponent] = scientific(x, digits);
  const point = digits > 0 || keepPoint ? '.' : '';
  const sign = exponent < 0 ? '-' : '+';
  return `${text[0]}${point}${text.slice(1)}${letter}${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** `g`: as many digits as asked for, as a fixed number or with an exponent, whichever is shorter. */
function general(x: number, precision: number, alternate: boolean, pointZero: boolean): string {
  const digits = Math.max(1, precision);
  const [, exponent] = scientific(x, digits - 1);
  // Without a type at least one digit stands behind the point, and counts.
  const isFixed = exponent >= -4 && exponent < (pointZero ? digits - 1 : digits);
  let text = isFixed ? fixed(x, digits - 1 - exponent) : exponential(x, digits - 1, 'e', alternate);
  if (!alternate) {
    text = text.replace(/(\.\d*?)0+(?=e|$)/, '$1').replace(/\.(?=e|$)/, '');
    if (pointZero && isFixed && !text.includes('.')) text += '.0';
  } else if (isFixed && !text.includes('.')) text += '.';
  return text;
}

/** |x| as `repr` prints it: the shortest digits that give the number back. */
function shortest(x: number): string {
  const [digits, power] = Math.abs(x).toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = fixedShortest(digits.replace('.', ''), exponent);
  return text.includes('.') ? text : `${text}.0`;
}

function fixedShortest(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const rest = digits.slice(exponent + 1);
  return rest === '' ? whole : `${whole}.${rest}`;
}

/** A float as Python's `repr` prints it: `0.001`, `1e-05`, `1.0`, `inf`. */
export function formatFloat(x: number): string {
  return formatValue(x, '');
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/su;

function grouped(text: string, separator: string, size: number): string {
  const [whole, ...rest] = size === 3 ? text.split(/(?=[.eE%])/) : [text];
  const parts: string[] = [];
  for (let end = whole.length; end > 0; end -= size) parts.unshift(whole.slice(Math.max(0, end - size), end));
  return [parts.join(separator), ...rest].join('');
}

interface Digits {
  readonly negative: boolean;
  /** Before the digits: `0x`. */
  readonly prefix: string;
  readonly text: string;
}

function integerDigits(value: bigint, type: string, alternate: boolean): Digits {
  const size = value < 0n ? -value : value;
  const bases: Readonly<Record<string, readonly [radix: number, prefix: string]>> = {
    b: [2, '0b'],
    o: [8, '0o'],
    x: [16, '0x'],
    X: [16, '0X'],
  };
  const [radix, prefix] = Object.hasOwn(bases, type) ? bases[type] : [10, ''];
  const text = size.toString(radix);
  return { negative: value < 0n, prefix: alternate ? prefix : '', text: type === 'X' ? text.toUpperCase() : text };
}

function floatDigits(value: number, type: string, precision: number | null, alternate: boolean): Digits {
  const negative = value < 0 || Object.is(value, -0);
  const upper = type === 'E' || type === 'F' || type === 'G';
  const text = ((): string => {
    if (!Number.isFinite(value)) return (Number.isNaN(value) ? 'nan' : 'inf') + (type === '%' ? '%' : '');
    const kind = type.toLowerCase();
    const digits = precision ?? 6;
    if (kind === 'f') return fixed(value, digits) + (alternate && digits === 0 ? '.' : '');
    if (kind === '%') return `${fixed(value * 100, digits)}${alternate && digits === 0 ? '.' : ''}%`;
    if (kind === 'e') return exponential(value, digits, 'e', alternate);
    if (kind === 'g' || kind === 'n') return general(value, digits, alternate, false);
    if (precision !== null) return general(value, precision, alternate, true);
    const text = shortest(value);
    return alternate && !text.includes('.') ? text.replace('e', '.e') : text;
  })();
  return { negative, prefix: '', text: upper ? text.toUpperCase() : text };
}

/**
 * A value as Python's `format(value, spec)` writes it.
 *
 * @throws {ValueError} The specification is none, or not one for such a value.
 */
export function formatValue(value: Formattable, spec: string): string {
  const match = SPEC.exec(spec);
  if (match === null)
    throw new ValueError(
      `Invalid format specifier '${spec}'. Examples: {epoch:03d}, {val_loss:.4f}, {accuracy:>8.2%}.`,
    );
  const [, fillGiven, alignGiven, sign = '-', alternate, zero, widthText = '0', separator, precisionText, type = ''] =
    match;
  const width = Number(widthText);
  const precision = precisionText === undefined ? null : Number(precisionText);
  if (width > 10_000 || (precision ?? 0) > 1000)
    throw new ValueError(`Format specifier '${spec}': width or precision is too large.`);
  const refuse = (kind: string): never => {
    throw new ValueError(`Format code '${type}' is not one for ${kind} (${describe(value)}): '${spec}'.`);
  };
  if (typeof value === 'string') {
    if (type !== '' && type !== 's') refuse('text');
    if (match[3] !== undefined || alternate !== undefined || separator !== undefined || alignGiven === '=')
      throw new ValueError(`Format specifier '${spec}': text takes no sign, '#', separator or '='.`);
    const text = precision === null ? value : value.slice(0, precision);
    return pad(text, fillGiven ?? (zero === undefined ? ' ' : '0'), alignGiven ?? '<', width);
  }
  if (type === 's') refuse('numbers');
  const asInteger = typeof value === 'bigint' && !'eEfFgG%'.includes(type || 'd');
  if (type === 'n' && separator !== undefined)
    throw new ValueError(`Format specifier '${spec}': 'n' takes no '${separator}'.`);
  if (!asInteger && type !== '' && 'bcdoxX'.includes(type)) refuse('numbers with a fraction');
  if (asInteger && precision !== null)
    throw new ValueError(`Format specifier '${spec}': whole numbers take no precision.`);
  if (asInteger && separator === ',' && type !== '' && 'boxX'.includes(type))
    throw new ValueError(`Format specifier '${spec}': '${type}' takes '_' between groups, not ','.`);
  if (asInteger && type === 'c' && (match[3] !== undefined || alternate !== undefined || separator !== undefined))
    throw new ValueError(`Format specifier '${spec}': a character takes no sign, '#' or separator.`);
  if (asInteger && type === 'c')
    return pad(String.fromCodePoint(Number(value)), fillGiven ?? ' ', alignGiven ?? '<', width);
  const { negative, prefix, text } = asInteger
    ? integerDigits(value, type, alternate !== undefined)
    : floatDigits(Number(value), type, precision, alternate !== undefined);
  const head = (negative ? '-' : sign === '-' ? '' : sign) + prefix;
  const fill = fillGiven ?? (zero === undefined ? ' ' : '0');
  const align = alignGiven ?? (zero === undefined ? '>' : '=');
  const groupSize = asInteger && 'boxX'.includes(type || 'd') ? 4 : 3;
  let digits = separator === undefined || !/^\d/.test(text) ? text : grouped(text, separator, groupSize);
  if (align === '=' && fill === '0' && separator !== undefined && /^\d/.test(text)) {
    // Zeros that fill up the width are grouped as well.
    let zeros = text;
    while (head.length + digits.length < width) {
      zeros = `0${zeros}`;
      digits = grouped(zeros, separator, groupSize);
    }
  }
  return align === '=' ? head + pad(digits, fill, '>', width - head.length) : pad(head + digits, fill, align, width);
}

function pad(text: string, fill: string, align: string, width: number): string {
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  if (align === '<') return text + fill.repeat(missing);
  if (align === '^') return fill.repeat(Math.floor(missing / 2)) + text + fill.repeat(Math.ceil(missing / 2));
  return fill.repeat(missing) + text;
}

/**
 * A template with its fields filled in, as Python's `str.format(**values)` does: `{name}`, `{name:spec}`; `{{` and `}}` are braces.
 *
 * @param value What a name stands for; undefined if it stands for nothing.
 * @param known The names there are, for the message.
 * @throws {ValueError} A name that stands for nothing, or a broken template.
 */
export function formatTemplate(
  template: string,
  value: (name: string) => Formattable | undefined,
  known: () => readonly string[],
): string {
  const field = /\{\{|\}\}|\{([^{}!:]*)(?:!([rsa]))?(?::([^{}]*))?\}|[{}]/gu;
  return template.replace(
    field,
    (whole: string, name: string | undefined, conversion: string | undefined, spec: string = '') => {
      if (whole === '{{') return '{';
      if (whole === '}}') return '}';
      if (name === undefined)
        throw new ValueError(`'${template}': a single '${whole}' is no field. Write '${whole}${whole}' for a brace.`);
      const found = value(name);
      if (found === undefined) {
        throw new ValueError(`'${template}': there is no '${name}' to put in. There are: ${known().join(', ')}.`);
      }
      if (conversion === undefined) return formatValue(found, spec);
      const text = formatValue(found, '');
      return formatValue(conversion === 'r' && typeof found === 'string' ? `'${text}'` : text, spec);
    },
  );
}

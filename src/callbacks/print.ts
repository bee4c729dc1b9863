/** @file What callbacks print. */
import { getPlatform } from '../core/platform.js';

/** A line in the terminal. */
export function printLine(text: string): void {
  getPlatform().terminal.write(`${text}\n`);
}

/** A number as Python prints a float: `0.001`, `1e-05`, `1.0`. */
export function formatFloat(x: number): string {
  if (Number.isNaN(x)) return 'nan';
  if (!Number.isFinite(x)) return x > 0 ? 'inf' : '-inf';
  const size = Math.abs(x);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) {
    const [digits, exponent] = x.toExponential().split('e');
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
  }
  return Number.isInteger(x) ? `${Object.is(x, -0) ? '-0' : x}.0` : String(x);
}

/** @file JSON as Python writes and reads it: with `NaN`, `Infinity` and `-Infinity`, which JSON proper lacks. */
import { ValueError } from './errors.js';

const NUMBERS: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity };

/** Keys whose numbers Keras takes as floats only: a rate of `1` is refused there, `1.0` is not. */
const FLOATS: ReadonlySet<string> = new Set(['learning_rate', 'momentum', 'beta', 'threshold']);

function formatEntry(key: string, value: unknown): string {
  const text = formatJson(value);
  const isFloat = typeof value === 'number' && FLOATS.has(key) && /^-?\d+$/.test(text);
  return `${JSON.stringify(key)}: ${text}${isFloat ? '.0' : ''}`;
}

/** A value as JSON text with Python's separators (`", "` and `": "`). `undefined` entries are left out. */
export function formatJson(value: unknown): string {
  if (typeof value === 'number') {
    const word = Object.keys(NUMBERS).find((key) => Object.is(NUMBERS[key], value));
    return word ?? JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(formatJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([key, item]) => formatEntry(key, item)).join(', ')}}`;
  }
  return JSON.stringify(value ?? null);
}

/** Text that no JSON holds outside of this module, and that therefore can stand for the words that JSON lacks. */
const MARK = '\u0000keras:';

/**
 * The value of JSON text, Python's words for numbers that are none included.
 *
 * @param owner Names the caller in messages.
 * @throws {ValueError} The text is no JSON.
 */
export function parseJson(text: string, owner: string): unknown {
  // Strings are matched first, so that words within them stay as they are.
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity\b|\bNaN\b/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify(MARK + token),
  );
  try {
    return JSON.parse(marked, (_key, value: unknown) =>
      typeof value === 'string' && value.startsWith(MARK) ? NUMBERS[value.slice(MARK.length)] : value,
    );
  } catch (error) {
    throw new ValueError(`${owner}: the text is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

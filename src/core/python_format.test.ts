import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Formattable } from './python_format.js';
import { formatTemplate, formatValue } from './python_format.js';

type Recorded = readonly [kind: 'i' | 'f' | 's', value: string, spec: string, result: string | null];
const NAMED: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: NaN };
const parse = (kind: Recorded[0], text: string): Formattable =>
  kind === 'i' ? BigInt(text) : kind === 's' ? text : Object.hasOwn(NAMED, text) ? NAMED[text] : Number(text);

test('values and specifications give what CPython gives, or are refused where it refuses', () => {
  const path = new URL('../../fixtures/python_format.jsonl.gz', import.meta.url);
  const cases = gunzipSync(readFileSync(path)).toString().trim().split('\n').map((line) => JSON.parse(line) as Recorded); // prettier-ignore
  expect(cases.length).toBeGreaterThan(2000);
  const wrong = cases.filter(([kind, value, spec, result]) => {
    let text: string | null;
    try {
      text = formatValue(parse(kind, value), spec);
    } catch {
      text = null;
    }
    return text !== result;
  });
  expect(wrong).toEqual([]);
});

describe('templates', () => {
  const values: Readonly<Record<string, Formattable>> = { epoch: 3n, val_loss: 0.39024, acc: 0.4924, name: 'x' };
  const fill = (template: string): string =>
    formatTemplate(template, (name) => (Object.hasOwn(values, name) ? values[name] : undefined), () => Object.keys(values)); // prettier-ignore

  test('as in file names', () => {
    expect(fill('model_{epoch:03d}-{val_loss:.4f}.h5')).toBe('model_003-0.3902.h5');
    expect(fill('{acc:>8.2%}|{acc}|{epoch}|{{{name!r}}}')).toBe("  49.24%|0.4924|3|{'x'}");
  });

  test('a name that stands for nothing is an error that lists the names', () => {
    expect(() => fill('{val_acc:.2f}')).toThrow(
      "'{val_acc:.2f}': there is no 'val_acc' to put in. There are: epoch, val_loss, acc, name.",
    );
    expect(() => fill('{constructor}')).toThrow(/there is no 'constructor'/);
    expect(() => fill('a{')).toThrow(/a single '{' is no field/);
    expect(() => fill('{acc:%d}')).toThrow(/Invalid format specifier '%d'/);
  });
});

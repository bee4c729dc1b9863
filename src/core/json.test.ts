import { describe, expect, test } from 'vitest';
import { formatJson, parseJson } from './json.js';

describe('JSON as Python has it', () => {
  test('numbers that JSON lacks go out and come back', () => {
    const value = { a: [NaN, Infinity, -Infinity, 0.5], b: 'NaN, "Infinity"', c: null, d: true };
    const text = formatJson(value);
    expect(text).toBe('{"a": [NaN, Infinity, -Infinity, 0.5], "b": "NaN, \\"Infinity\\"", "c": null, "d": true}');
    expect(parseJson(text, 'test')).toEqual(value);
  });

  test('text that is no JSON is refused', () => {
    expect(() => parseJson('{"a": }', 'modelFromJson')).toThrow('modelFromJson: the text is no JSON');
  });
});

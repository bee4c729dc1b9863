import { describe, expect, test } from 'vitest';
import { kerasApi } from '../testing/keras_api.js';
import { checkCount, checkKind, checkOptionKinds, OPTIONS } from './kinds.js';
import { toCamelCase } from './naming.js';

describe('kinds of arguments', () => {
  const defaults = kerasApi().flatMap((entry) =>
    entry.params
      .filter((p) => !p.required && !p.star && OPTIONS.has(toCamelCase(p.name)))
      .filter((p) => !(typeof p.default === 'string' && p.default.startsWith('<')))
      .map((p) => ({ entry, name: toCamelCase(p.name), value: p.default === 'inf' ? Infinity : p.default })),
  );

  test('there are many defaults', () => expect(defaults.length).toBeGreaterThan(1300));

  test("every default of Keras's is of the kind that its name tells", () => {
    const refused = defaults.flatMap(({ entry, name, value }) => {
      try {
        checkOptionKinds(entry.id, { [name]: value }, entry.kind === 'class');
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    expect(refused).toEqual([]);
  });

  test('messages say what came and what is expected', () => {
    expect(() => checkOptionKinds('sum', { keepdims: 'yes' })).toThrow("sum: keepdims='yes'. Expected true or false.");
    expect(() => checkOptionKinds('sum', { axis: [0, 'b'] })).toThrow(
      "sum: axis=[0, 'b']. Expected a whole number, a list of whole numbers or null.",
    );
    expect(() => checkCount('eye', 'N', undefined)).toThrow('eye: N=null. Expected a whole number, 0 or more.');
    expect(() => checkKind('f', 'g', 1, ['function'])).toThrow('f: g=1. Expected a function.');
  });

  test('options that are not given, or of any kind, pass', () => {
    expect(() => checkOptionKinds('sum', { axis: undefined, bias: 'b', keepdims: null })).not.toThrow();
  });
});

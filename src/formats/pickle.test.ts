import { describe, expect, test } from 'vitest';
import type { FixtureCase } from '../testing/fixtures.js';
import { decodeNumbers, isEncodedArray, readFixtures } from '../testing/fixtures.js';
import { readPickle } from './pickle.js';

/** As the fixtures show values. */
function shown(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, shown(item)]));
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return value.map(shown);
  if (typeof value === 'object' && value !== null && 'data' in value) return { ...value, data: [...(value.data as Float64Array)] }; // prettier-ignore
  return value;
}
const wanted = (value: unknown): unknown => {
  if (isEncodedArray(value))
    return { dtype: value.dtype.replace('>', ''), shape: value.shape, data: decodeNumbers(value) };
  if (Array.isArray(value)) return value.map(wanted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wanted(item)]));
};
const cases = readFixtures<FixtureCase>('datasets').filter(({ id }) => id.startsWith('pickle/'));
const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('readPickle', () => {
  test.each(cases.map((each) => [each.id, each] as const))('plain data of Python: %s', (_, { pickle, value }) => {
    const bytes = Buffer.from(pickle as string, 'base64');
    expect(shown(readPickle(bytes))).toEqual(wanted(value));
    // Cut off anywhere, it is refused.
    for (let end = 0; end < bytes.length; end++)
      expect(() => readPickle(bytes.subarray(0, end))).toThrow(/no pickle of plain data/);
  });

  test('a list that holds itself is read', () => {
    const list = readPickle(bytesOf(']q\x00h\x00a.')) as unknown[];
    expect(list[0]).toBe(list);
  });

  test.each([
    ['a function of the system', "cposix\nsystem\n(S'ls'\ntR.", /names 'posix.system'/],
    ['by STACK_GLOBAL', '\x80\x04\x8c\x02os\x8c\x06system\x93.', /names 'os.system'/],
    ['eval', "c__builtin__\neval\n(S'1'\ntR.", /names '__builtin__.eval'/],
    ['an instance', '(i__main__\nA\n.', /opcode 0x69/],
    ['an object by NEWOBJ', 'cnumpy\nndarray\n)\x81.', /opcode 0x81/],
    ['a name as data', 'cnumpy\nndarray\n.', /a name or a dtype stands where data should/],
    ['numpy called otherwise', 'cnumpy\nndarray\n)R.', /in a way that arrays do not/],
    ['a persistent id', 'Pfile\n.', /opcode 0x50/],
    ['an extension', '\x82\x01.', /opcode 0x82/],
    ['no mark', 't.', /a mark is missing/],
    ['an empty stack', '.', /its stack is empty/],
    ['a memo that is not there', 'h\x05.', /recalls 5/],
    ['a huge string', 'T\xff\xff\xff\xff.', /cut off/],
    ['a number that is none', 'Iabc\n.', /'abc' is no number/],
    ['items into a number', 'K\x01K\x01a.', /no list/],
    ['a key that is a list', '}]K\x01s.', /a key of a dict/],
    ['lists in lists without end', `${']'.repeat(1e5)}${'a'.repeat(1e5 - 1)}.`, /nested too deeply/],
  ])('is refused, unexecuted: %s', (_, text, message) => {
    expect(() => readPickle(bytesOf(text), 'file')).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import type { Tensor } from '../../runtime/index.js';
import { KerasTensor, tensor } from '../../runtime/index.js';
import * as ops from '../index.js';

const t = tensor([['a', 'b'], ['c', 'a']]); // prettier-ignore
const texts = (x: unknown): unknown => (x as Tensor).arraySync<unknown>();

describe('tensors of texts', () => {
  test('are made of nested lists, with a shape and a dtype', () => {
    expect([t.shape, t.dtype, t.ndim, t.size, t.length, t.isTraced]).toEqual([[2, 2], 'string', 2, 4, 2, false]);
    expect(texts(ops.convertToTensor(['x', '']))).toEqual(['x', '']);
    expect(texts(tensor(['a', 'b', 'c', 'd'], [2, 2]))).toEqual([['a', 'b'], ['c', 'd']]); // prettier-ignore
    expect(texts(tensor('alone'))).toBe('alone');
    expect(tensor([], [0, 3], 'string').shape).toEqual([0, 3]);
    expect(tensor([[]], { dtype: 'string', shape: [1, 0] }).dtype).toBe('string');
  });

  test('are read', async () => {
    expect(await t.array()).toEqual([['a', 'b'], ['c', 'a']]); // prettier-ignore
    expect(Array.from(await t.data(), String)).toEqual(['a', 'b', 'c', 'a']);
    expect(await tensor(['one']).item()).toBe('one');
    expect(JSON.stringify(t)).toBe('[["a","b"],["c","a"]]');
    expect(String(tensor(['one']))).toBe("['one']");
    expect([...t].map(texts)).toEqual([['a', 'b'], ['c', 'a']]); // prettier-ignore
    expect(() => Number(t)).toThrow(/is no number/);
  });

  test('print as arrays of texts do in NumPy', () => {
    expect(String(t)).toBe("[['a' 'b']\n ['c' 'a']]");
    expect(String(tensor(["it's", 'a "b"', 'tab\t\\', `'"`]))).toBe(`["it's" 'a "b"' 'tab\\t\\\\' '\\'"']`);
    const inspect = Symbol.for('nodejs.util.inspect.custom');
    expect((t as unknown as Record<symbol, () => string>)[inspect]()).toBe("array([['a', 'b'],\n       ['c', 'a']], dtype=string)"); // prettier-ignore
    expect(String(tensor(Array.from({ length: 1001 }, (_, i) => String(i))))).toBe(
      "['0' '1' '2' ... '998' '999' '1000']",
    );
  });

  test.each<[string, () => Tensor | Tensor[], unknown]>([
    ['reshape', () => ops.reshape(t, [-1]), ['a', 'b', 'c', 'a']],
    ['expandDims', () => ops.expandDims(t, 0), [[['a', 'b'], ['c', 'a']]]],
    ['squeeze', () => ops.squeeze(tensor([['a'], ['b']]), { axis: 1 }), ['a', 'b']],
    ['concatenate', () => ops.concatenate([t, t], { axis: 1 }), [['a', 'b', 'a', 'b'], ['c', 'a', 'c', 'a']]],
    ['stack', () => ops.stack([tensor(['x']), tensor(['y'])]), [['x'], ['y']]],
    ['transpose', () => ops.transpose(t), [['a', 'c'], ['b', 'a']]],
    ['take', () => ops.take(t, [1, 0], { axis: 1 }), [['b', 'a'], ['a', 'c']]],
    ['getItem', () => t.getItem(1), ['c', 'a']],
    ['where', () => ops.where([[true, false], [false, true]], t, tensor('?')), [['a', '?'], ['?', 'a']]],
    ['equal', () => ops.equal(t, tensor('a')), [[true, false], [false, true]]],
    ['notEqual', () => t.notEqual(tensor(['a', 'a'])), [[false, true], [true, false]]],
    ['isin', () => ops.isin(t, tensor(['b', 'c'])), [[false, true], [true, false]]],
    ['tile', () => ops.tile(tensor(['a']), [3]), ['a', 'a', 'a']],
    ['convertToTensor', () => ops.convertToTensor(t), [['a', 'b'], ['c', 'a']]],
    ['cast', () => ops.cast(t, 'string'), [['a', 'b'], ['c', 'a']]],
  ])('%s', (_, fn, wanted) => expect(texts(fn())).toEqual(wanted)); // prettier-ignore

  test('split gives tensors of texts', () => expect(ops.split(t, 2).map(texts)).toEqual([[['a', 'b']], [['c', 'a']]])); // prettier-ignore

  test('are drawn: shapes and dtypes of symbols', () => {
    const symbol = new KerasTensor([null, 1], { dtype: 'string' });
    const of = ({ shape, dtype }: KerasTensor): unknown => [shape, dtype];
    expect(of(ops.squeeze(symbol, { axis: 1 }))).toEqual([[null], 'string']);
    expect(of(ops.concatenate([symbol, symbol], { axis: -1 }))).toEqual([[null, 2], 'string']);
    expect(of(ops.equal(symbol, symbol))).toEqual([[null, 1], 'bool']);
    expect(() => ops.add(symbol, 1)).toThrow(/add: takes no texts, got string\(/);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['sums', () => ops.add(t, 1), /^add: takes no texts, got string\(2, 2\)\. Turn texts into numbers first: layers\.StringLookup/],
    ['sums the other way round', () => ops.add(1, t), /^add: takes no texts/],
    ['methods', () => t.mul(2), /^multiply: takes no texts/],
    ['reductions', () => ops.sum(t), /^sum: takes no texts/],
    ['casts to numbers', () => ops.cast(t, 'int32'), /^cast: texts \(string\(2, 2\)\) are not cast to int32/],
    ['casts of numbers', () => ops.cast([1], 'string'), /^cast: does not make texts/],
    ['numbers among texts', () => tensor(['a', 1] as never), /got 1 among the texts/],
    ['a text left out', () => tensor(['a', null] as never), /got null among the texts.*'' is one/],
    ['ragged lists', () => tensor([['a'], ['b', 'c']]), /ragged/],
    ['numbers as texts', () => tensor([1], { dtype: 'string' }), /dtype 'string' is for texts/],
    ['texts as numbers', () => tensor(['1'], { dtype: 'int32' }), /texts do not make int32/],
    ['another number of texts', () => tensor(['1'], [2]), /1 elements do not fill shape \(2,\)/],
    ['texts beside numbers', () => ops.concatenate([t, tensor([[1, 2]])]), /texts are joined with texts. Got a Tensor/],
    ['texts that are numbers', () => ops.equal(t, 1), /equal: texts are compared with texts. Got 1/],
    ['reading them as numbers', () => t.ndarray, /Got texts \(string\(2, 2\)\) where numbers are wanted/],
  ])('refuse %s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore
});

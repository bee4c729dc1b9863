import assert from 'node:assert';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import * as ops from '../ops/index.js';
import { everyBackend } from '../testing/backends.js';
import { jit, KerasTensor, tensor, Variable } from './index.js';

const m = tensor([[1, 2, 3], [4, 5, 6]]); // prettier-ignore

everyBackend(() => {
  describe('tensors as NumPy users know them', () => {
    test('parts by position, range and axis', () => {
      expect(m.at(-1).arraySync()).toEqual([4, 5, 6]);
      expect(m.at(0, 2).itemSync()).toBe(3);
      expect(m.slice(1).arraySync()).toEqual([[4, 5, 6]]);
      expect(m.slice(-2, -1).arraySync()).toEqual([[1, 2, 3]]);
      expect(m.slice([0, 1], [null, null, -1]).arraySync()).toEqual([[3, 2, 1]]);
      expect(m.T.arraySync()).toEqual([[1, 4], [2, 5], [3, 6]]); // prettier-ignore
      expect(new KerasTensor([null, 3]).T.shape).toEqual([3, null]);
    });

    test('axes by position in methods', () => {
      expect(m.sum(1).arraySync()).toEqual([6, 15]);
      expect(m.mean([0, 1]).itemSync()).toBe(3.5);
      expect(m.max({ axis: 0, keepdims: true }).arraySync()).toEqual([[4, 5, 6]]);
      expect(m.argmax(1).arraySync()).toEqual([2, 2]);
      expect(m.cumsum(0).arraySync()).toEqual([[1, 2, 3], [5, 7, 9]]); // prettier-ignore
      expect(m.expandDims(0).squeeze(0).shape).toEqual([2, 3]);
      expect(m.flatten().flip(0).arraySync()).toEqual([6, 5, 4, 3, 2, 1]);
      expect(m.clip(2, 5).arraySync()).toEqual([[2, 2, 3], [4, 5, 5]]); // prettier-ignore
      expect(m.take(tensor([2, 0]), 1).arraySync()).toEqual([[3, 1], [6, 4]]); // prettier-ignore
    });

    test('masks pick where they are true', () => {
      expect(
        tensor([1, 2, 3])
          .getItem(tensor([true, false, true]))
          .arraySync(),
      ).toEqual([1, 3]);
      expect(m.getItem(ops.greater(m, 2)).arraySync()).toEqual([3, 4, 5, 6]);
      expect(m.getItem(0, tensor([false, true, true])).arraySync()).toEqual([2, 3]);
      expect(m.getItem('...', tensor([false, true, true])).arraySync()).toEqual([[2, 3], [5, 6]]); // prettier-ignore
      expect(m.getItem(tensor([false, false])).shape).toEqual([0, 3]);
      expect(() => m.getItem(tensor([true, false, true]))).toThrow(
        /a mask of shape \(3,\) stands where axes of shape \(2,\) are/,
      );
      expect(() => jit((x: typeof m) => x.getItem(ops.greater(x, 2)))(m)).toThrow(
        /a bool mask picks as many elements as it has trues/,
      );
      expect(() => ops.take(m, tensor([true, false]))).toThrow(/Positions are whole numbers/);
      expect(() => ops.scatterUpdate([1, 2], [[true]], [3])).toThrow(/scatterUpdate: the positions are bools/);
    });
  });
});

describe('numbers are not lost', () => {
  test('JSON, lists and arithmetic of JavaScript', () => {
    expect(JSON.stringify({ m })).toBe('{"m":[[1,2,3],[4,5,6]]}');
    expect(Array.from(m, (row) => row.arraySync())).toEqual([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
    expect([...tensor([1, 2])].map(Number)).toEqual([1, 2]);
    expect((tensor(3) as unknown as number) * 2).toBe(6);
    expect(() => (m as unknown as number) * 2).toThrow(
      /A tensor of shape \(2, 3\) is no number. Use its methods, such as t.mul\(2\)/,
    );
    expect(() => Array.from(tensor(3))).toThrow(/scalar tensor has no parts/);
    expect(() => [...tensor(3)]).toThrow(TypeError);
    expect(tensor([[1, 2]])).toHaveLength(1);
    expect(String(tensor([1, 2]))).toBe('[1 2]');
  });

  test('tests of users compare objects that hold tensors', () => {
    const logs = (loss: number): object => ({ loss: ops.sum(tensor([loss, 1])), rows: tensor([[1, loss]]) });
    expect(logs(2)).toEqual(logs(2));
    expect(logs(2)).toStrictEqual(logs(2));
    expect(logs(2)).toMatchObject(logs(2));
    expect([logs(2)]).toContainEqual(logs(2));
    expect(logs(2)).not.toEqual(logs(3));
    expect(tensor([1, 2])).not.toEqual(tensor([1, 2], { dtype: 'float32' }));
    expect(tensor([NaN])).toEqual(tensor([NaN]));
    expect(() => expect(logs(2)).toEqual(logs(3))).toThrow('expected { loss: array(3, dtype=int32)');
    assert.deepEqual(logs(2), logs(2));
    assert.deepStrictEqual(logs(2), logs(2));
    assert.notDeepStrictEqual(logs(2), logs(3));
    assert.notDeepStrictEqual({ loss: tensor(2) }, { loss: tensor(3) });
    expect(inspect({ loss: tensor(3) })).toBe('{ loss: array(3, dtype=int32) }');
  });

  test('copies by structuredClone, symbols', () => {
    const symbol = new KerasTensor([null, 3]);
    for (const x of [m, new Variable([1]), symbol])
      expect(() => structuredClone(x)).toThrow(/send await t\.data\(\), t\.shape and t\.dtype in its place/);
    expect(() => (symbol as unknown as number) * 2).toThrow(/is a symbol of a tensor to come, and no number/);
    expect(() => JSON.stringify([symbol])).toThrow(/there are no numbers to write as JSON/);
  });

  test('ranges hold whole numbers, and nothing else', () => {
    expect(() => m.getItem({ begin: 1 } as never)).toThrow(/getItem: a range has no option 'begin'/);
    expect(() => m.getItem({ start: '1' } as never)).toThrow(/a range holds '1'/);
    expect(() => m.slice(0.5)).toThrow(/a range holds 0.5/);
  });

  test('variables are read as tensors are', async () => {
    const v = new Variable([[1.5, 2]]);
    expect([await v.array(), [...(await v.data())]]).toEqual([[[1.5, 2]], [1.5, 2]]);
    expect([await new Variable(3).item(), JSON.stringify(v)]).toEqual([3, '[[1.5,2]]']);
  });
});

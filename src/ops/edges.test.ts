import { describe, expect, it } from 'vitest';
import * as random from '../random/index.js';
import * as metrics from '../metrics/index.js';
import { EinsumDense } from '../layers/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { jit, tensor, valueAndGrad } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import * as ops from './index.js';

/** Calls that random programs beside real Keras 3.15.1 showed to be wrong once, each with Keras's value. */
describe('edges', () => {
  everyBackend((run) => {
    const floats = (data: readonly number[], shape?: readonly number[]): Tensor =>
      tensor(data, shape ?? null, 'float32');
    const numbers = (fn: () => Tensor): number[] => Array.from(run(fn).ndarray.data);
    const slopes = (fn: (x: Tensor) => Tensor, x: Tensor): number[] =>
      numbers(() => valueAndGrad(() => ops.sum(fn(x)), [x])[1][0]);
    const { NaN: nan, POSITIVE_INFINITY: inf } = Number;

    it('equal extrema of a segment share the gradient', () => {
      const ids = tensor([0, 0, 1], null, 'int32');
      for (const op of [ops.segmentMax, ops.segmentMin])
        expect(slopes((x) => op(x, ids, { numSegments: 2 }), floats([2, 2, 1]))).toEqual([0.5, 0.5, 1]);
      expect(slopes((x) => ops.segmentMax(x, ids, { numSegments: 2 }), floats([2, 3, 1]))).toEqual([0, 1, 1]);
    });
    it('topK orders NaN as the greatest, and equal numbers as they stand', () => {
      const [values, indices] = run(() => ops.topK(floats([1, nan, 3, -inf, 3, inf]), 5));
      expect(Array.from(values.ndarray.data)).toEqual([nan, inf, 3, 3, 1]);
      expect(Array.from(indices.ndarray.data)).toEqual([1, 5, 2, 4, 0]);
      expect(numbers(() => ops.topK(tensor([5, -128, 127, -127], null, 'int8'), 4)[1])).toEqual([2, 0, 3, 1]);
      expect(numbers(() => ops.topK(tensor([0, 255, 3], null, 'uint8'), 3)[1])).toEqual([1, 2, 0]);
      expect(numbers(() => ops.topK(tensor([false, true, true]), 3)[1])).toEqual([1, 2, 0]);
      expect(run(() => ops.topK(floats([1, 2]), 0))[0].shape).toEqual([0]);
    });
    it('sort with axis null flattens; argsort of a scalar is [0]', () => {
      expect(numbers(() => ops.sort(floats([3, 1, 2, 0], [2, 2]), { axis: null }))).toEqual([0, 1, 2, 3]);
      expect(run(() => ops.argsort(floats([3], []))).shape).toEqual([1]);
    });
    it('adaptiveMaxPool gives the gradient of ties to the first, and keeps NaN and -Infinity to themselves', () => {
      const pool = (x: Tensor): Tensor => ops.adaptiveMaxPool(x, [1, 2], { dataFormat: 'channels_last' });
      expect(slopes(pool, floats(new Array<number>(8).fill(0), [1, 2, 4, 1]))).toEqual([1, 0, 1, 0, 0, 0, 0, 0]);
      expect(slopes(pool, floats([-inf, 1, -inf, -inf, 0, 0, -inf, 2], [1, 2, 4, 1]))).toEqual([
        0, 1, 0, 0, 0, 0, 0, 1,
      ]);
    });
    it('einsum broadcasts an axis of 1 against one of n', () => {
      const b = floats(
        Array.from({ length: 15 }, (_, i) => i),
        [5, 3],
      );
      expect(numbers(() => ops.einsum('ia,ab->ib', floats([1, 2], [2, 1]), b))).toEqual([30, 35, 40, 60, 70, 80]);
      expect(numbers(() => ops.einsum('bi,bi->bi', floats([2], [1, 1]), floats([1, 2, 3, 4], [2, 2])))).toEqual([
        2, 4, 6, 8,
      ]);
      expect(slopes((x) => ops.einsum('ia,ab->ib', x, b), floats([1, 2], [2, 1]))).toEqual([105, 105]);
    });
    it('diff, diagonal and trace of empty axes, and beyond the length', () => {
      expect(run(() => ops.diff(floats([], [2, 0]))).shape).toEqual([2, 0]);
      expect(run(() => ops.diff(floats([1, 4]), { n: 5 })).shape).toEqual([0]);
      expect(run(() => ops.diagonal(floats([], [0, 3]))).shape).toEqual([0]);
      expect(run(() => ops.diagonal(floats([1, 2, 3, 4], [2, 2]), { offset: -5 })).shape).toEqual([0]);
      expect(numbers(() => ops.trace(floats([1, 2, 3, 4], [2, 2]), { offset: 7 }))).toEqual([0]);
    });
    it('pad of bool with 2 stores true', () => {
      expect(numbers(() => ops.pad(tensor([false, true]), [[1, 0]], { constantValues: 2 }))).toEqual([1, 0, 1]);
    });
    it('nanmax and nanmin of nothing but NaN are NaN', () => {
      const x = floats([nan, nan, -inf, nan, inf, nan], [3, 2]);
      expect(numbers(() => ops.nanmax(x, { axis: 1 }))).toEqual([nan, -inf, inf]);
      expect(numbers(() => ops.nanmin(x, { axis: 1 }))).toEqual([nan, -inf, inf]);
      expect(numbers(() => ops.nanmax(x, { axis: 1, initial: 0 }))).toEqual([0, 0, inf]);
    });
    it('nextafter steps by the dtype of both, in which plain numbers have no say', () => {
      const one = (dtype: 'float16' | 'bfloat16' | 'int8' | 'int32'): Tensor => tensor([1], [1], dtype);
      const dtypes = (...pairs: [TensorLike, TensorLike][]): string[] =>
        pairs.map(([a, b]) => ops.nextafter(a, b).dtype);
      expect(
        dtypes([one('float16'), 2], [one('float16'), 2.5], [2, one('bfloat16')], [one('int8'), one('float16')]),
      ).toEqual(['float16', 'float16', 'bfloat16', 'float16']);
      expect(dtypes([one('int32'), 2.5], [1, 2], [one('float16'), one('bfloat16')])).toEqual(
        new Array<string>(3).fill('float32'),
      );
      expect(numbers(() => ops.nextafter(one('float16'), 2))).toEqual([1 + 2 ** -10]);
    });
    it('nextafter steps by the dtype', () => {
      const next = (dtype: 'float16' | 'bfloat16' | 'float64', a: number[], b: number[]): number[] =>
        numbers(() => ops.nextafter(tensor(a, null, dtype), tensor(b, null, dtype)));
      const ends = [
        [1, 1, 2, 0, 0, -1, 5, nan, 1, -inf, inf],
        [2, 0, 1, 1, -1, -2, 5, 1, nan, inf, -inf],
      ] as const;
      expect(next('float16', [...ends[0], 65504, 2 ** -14, 2 ** -24], [...ends[1], inf, 0, 0])).toEqual([
        1 + 2 ** -10, 1 - 2 ** -11, 2 - 2 ** -10, 2 ** -24, -(2 ** -24), -1 - 2 ** -10, 5, nan, nan, -65504, 65504,
        inf, 2 ** -14 - 2 ** -24, 0,
      ]); // prettier-ignore
      const largest = 3.3895313892515355e38;
      expect(next('bfloat16', [...ends[0], largest], [...ends[1], inf])).toEqual([
        1 + 2 ** -7, 1 - 2 ** -8, 2 - 2 ** -7, 2 ** -133, -(2 ** -133), -1 - 2 ** -7, 5, nan, nan, -largest, largest, inf,
      ]); // prettier-ignore
      expect(next('float64', [1, 1, 0, -3, Number.MAX_VALUE], [2, 0, 1, 0, inf])).toEqual([
        1 + 2 ** -52, 1 - 2 ** -53, 2 ** -1074, -3 + 2 ** -51, inf,
      ]); // prettier-ignore
    });
    it('inTopK and the accuracy made of it know infinite predictions', () => {
      const p = floats([inf, 1, 2, 1, inf, inf, nan, 1, 2], [3, 3]);
      expect(numbers(() => ops.inTopK(tensor([0, 1, 0]), p, 1))).toEqual([1, 1, 0]);
      expect(numbers(() => metrics.sparseTopKCategoricalAccuracy(tensor([0, 1, 0]), p, { k: 1 }))).toEqual([1, 1, 0]);
    });
    it('ldexp where 2ⁿ alone is beyond float32', () => {
      const e = tensor([200, 200, -200, 128, 3], null, 'int32');
      expect(numbers(() => ops.ldexp(floats([0, 2 ** -100, 2 ** 100, 0.5, inf]), e))).toEqual([
        0,
        2 ** 100,
        2 ** -100,
        2 ** 127,
        inf,
      ]);
    });
    it('the gradient of cbrt at 0 is Infinity, and the root of -0 is -0', () => {
      expect(slopes(ops.cbrt, floats([0, -0]))).toEqual([inf, inf]);
      expect(numbers(() => ops.cbrt(floats([-0, -inf])))).toEqual([-0, -inf]);
    });
    it('select and threshold keep the dtype of integers beside plain numbers', () => {
      const x = tensor([1, 2, 3], null, 'int16');
      const chosen = run(() => ops.select([tensor([true, false, false])], [x], { default: 7 }));
      expect([chosen.dtype, ...Array.from(chosen.ndarray.data)]).toEqual(['int16', 1, 7, 7]);
      const cut = run(() => ops.threshold(x, 1, 9));
      expect([cut.dtype, ...Array.from(cut.ndarray.data)]).toEqual(['int16', 9, 2, 3]);
      expect(run(() => ops.threshold(x, 1, 0.5)).dtype).toBe('float32');
      expect(run(() => ops.hardTanh(x)).dtype).toBe('int16');
    });
    it('dotProductAttention serves groups of heads of the query by one of the key', () => {
      const q = ops.reshape(floats(Array.from({ length: 24 }, (_, i) => Math.sin(i))), [1, 3, 4, 2]);
      const k = ops.reshape(floats(Array.from({ length: 12 }, (_, i) => Math.cos(i))), [1, 3, 2, 2]);
      const wide = ops.repeat(k, 2, { axis: 2 });
      const grouped = numbers(() => ops.dotProductAttention(q, k, k));
      expect(grouped).toEqual(numbers(() => ops.dotProductAttention(q, wide, wide)));
      expect(() => ops.dotProductAttention(q, ops.zeros([1, 3, 3, 2]), k)).toThrow(/heads/);
    });
    it('randint of 8 and 16 bits is drawn as of 32 bits', () => {
      const drawn = (low: number, high: number, dtype: 'int8' | 'uint8' | 'int16' | 'uint16'): number[] =>
        numbers(() => random.randint([6], low, high, { dtype, seed: 3 }));
      expect(drawn(-100, 100, 'int8')).toEqual([-44, -31, 68, -90, 23, 24]);
      expect(drawn(-200, 200, 'int8')).toEqual([16, 109, -48, 2, -29, 60]);
      expect(drawn(0, 256, 'uint8')).toEqual([144, 237, 80, 130, 99, 188]);
      expect(drawn(-5, 5, 'int16')).toEqual([1, 4, 3, -5, -2, -1]);
      expect(drawn(0, 60000, 'uint16')).toEqual([50256, 7469, 39568, 1410, 16323, 25724]);
    });
  });
  it('argmax and argmin of no elements are refused', () => {
    for (const op of [ops.argmax, ops.argmin]) {
      expect(() => op(ops.zeros([0]))).toThrow(/no elements/);
      expect(() => op(ops.zeros([2, 0]), { axis: 1 })).toThrow(/no elements along axis 1/);
      expect(op(ops.zeros([2, 0]), { axis: 0 })).toBeDefined();
    }
  });
  it('where with the condition alone gives positions', () => {
    const places = ops.where(tensor([[true, false], [false, true]])); // prettier-ignore
    expect(places.map((p) => Array.from(p.ndarray.data))).toEqual([[0, 1], [0, 1]]); // prettier-ignore
    expect(() => jit((x: Tensor) => ops.where(x))(tensor([true]))).toThrow(/depends on the numbers/);
    expect(() => (ops.where as (...a: unknown[]) => unknown)([true], [1])).toThrow(/both/);
  });
  it("standardizeDType takes Python's own names", () => {
    expect(ops.cast([1.5], 'int' as never).dtype).toBe('int32');
    expect(ops.cast([1], 'float' as never).dtype).toBe('float32');
  });
  it('EinsumDense broadcasts as einsum does', () => {
    const layer = new EinsumDense('ab,bc->ac', 3);
    expect(layer(ops.ones([2, 4])).shape).toEqual([2, 3]);
    expect(layer(ops.ones([2, 1])).shape).toEqual([2, 3]);
  });
  it('pad, argpartition and bincount refuse what they would pass over', () => {
    const pad = ops.pad as (x: unknown, widths: unknown) => Tensor;
    for (const wrong of [[1, 2, 3], [[1, 2, 3]], [-1, 2], [], [1.5], -1])
      expect(() => pad([1], wrong), JSON.stringify(wrong)).toThrow(/^pad: padWidth=/);
    expect(() => pad([1], [[1, 2], [3, 4]])).toThrow(/with 1 dimension/); // prettier-ignore
    expect(ops.pad(ops.ones([2, 2]), [[1], [2]]).shape).toEqual([4, 6]);
    expect(ops.pad(ops.ones([2, 2]), [1, 2]).shape).toEqual([5, 5]);
    for (const kth of [3, 4, -4, 0.5]) expect(() => ops.argpartition([3, 1, 2], kth)).toThrow(/^argpartition: kth/);
    expect(ops.argpartition([3, 1, 2], -1).arraySync()).toEqual([1, 2, 0]);
    // Recorded from Keras on JAX.
    expect(ops.bincount([1, -1, 0, -3], { minlength: 3 }).arraySync()).toEqual([3, 1, 0]);
    expect(ops.bincount([1, -1], { weights: [2, 5] }).arraySync()).toEqual([5, 2]);
  });
});

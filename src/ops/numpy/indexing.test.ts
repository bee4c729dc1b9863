import { describe, expect, it } from 'vitest';
import { Embedding } from '../../layers/index.js';
import type { Tensor } from '../../runtime/index.js';
import { tensor, valueAndGrad } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import * as ops from '../index.js';

// Values from Keras 3.15.1 on JAX 0.10.
describe('positions that do not exist', () => {
  const outside = tensor([0, 7, -1, -4]);
  const matrix = ops.reshape(ops.arange(6, null, null, { dtype: 'float32' }), [2, 3]);
  const along = tensor([
    [0, 3, -1],
    [2, -4, 9],
  ]);

  everyBackend((run) => {
    // Positions are given as arguments, so that programs do not know them, and as constants.
    const taken = (x: Tensor, indices: Tensor, options = {}): unknown =>
      run(() => ops.take(x, ops.multiply(indices, 1), options)).arraySync();

    it('are NaN, the least integer, the greatest unsigned one, or true', () => {
      const column = tensor([[1], [2], [3]], [3, 1], 'float32');
      expect(taken(column, outside, { axis: 0 })).toEqual([[1], [NaN], [3], [NaN]]);
      expect(taken(matrix, tensor([1, 5]), { axis: 1 })).toEqual([
        [1, NaN],
        [4, NaN],
      ]);
      expect(taken(matrix, tensor([0, 5, 6, -1, -7]))).toEqual([0, 5, NaN, 5, NaN]);
      expect(taken(tensor([1, 2, 3]), outside, { axis: 0 })).toEqual([1, -(2 ** 31), 3, -(2 ** 31)]);
      expect(taken(tensor([1, 2, 3], [3], 'uint8'), outside, { axis: 0 })).toEqual([1, 255, 3, 255]);
      expect(taken(tensor([1, 2, 3], [3], 'float16'), outside, { axis: 0 })).toEqual([1, NaN, 3, NaN]);
      const bools = tensor([true, false, false]);
      expect(ops.cast(tensor(taken(bools, outside, { axis: 0 }) as boolean[]), 'int32').arraySync()).toEqual([
        1, 1, 0, 1,
      ]);
      expect(run(() => ops.takeAlongAxis(matrix, ops.multiply(along, 1), { axis: 1 })).arraySync()).toEqual([
        [0, NaN, 2],
        [5, NaN, NaN],
      ]);
    });

    it('get no gradient', () => {
      const weights = tensor([1, 10, 100, 1000], [4], 'float32');
      const x = tensor([1, 2, 3], [3], 'float32');
      const slope = (fn: () => Tensor, wrt: Tensor): unknown => run(() => valueAndGrad(fn, [wrt])[1][0]).arraySync();
      const known = (y: Tensor): Tensor => ops.sum(ops.multiply(ops.nanToNum(y), y.ndim === 1 ? weights : 1));
      expect(slope(() => known(ops.take(x, ops.multiply(outside, 1), { axis: 0 })), x)).toEqual([1, 0, 100]);
      expect(slope(() => known(ops.takeAlongAxis(matrix, ops.multiply(along, 1), { axis: 1 })), matrix)).toEqual([
        [1, 0, 1],
        [0, 0, 1],
      ]);
    });

    it('are rows of NaN in Embedding', () => {
      const layer = new Embedding(3, 1);
      layer.build([]);
      layer.setWeights([tensor([[1], [2], [3]], [3, 1], 'float32')]);
      const found = run(() => layer(ops.multiply(outside, 1)));
      expect(found.arraySync()).toEqual([[1], [NaN], [3], [NaN]]);
    });
  });
});

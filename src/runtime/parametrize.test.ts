import { describe, expect, test } from 'vitest';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import * as ops from '../ops/index.js';
import { SGD } from '../optimizers/index.js';
import { everyBackend } from '../testing/backends.js';
import { expectClose } from '../testing/tensors.js';
import type { Tensor } from './index.js';
import { jit, remat, tensor, valueAndGrad, Variable } from './index.js';

const x = tensor([[1, 2, 3], [0.5, -1, 2], [-2, 0, 1], [1, 1, 1]]); // prettier-ignore
const y = tensor([[1, 0], [0, 1], [1, 1], [0, 0]]); // prettier-ignore
const numbers = (t: Tensor): unknown => t.arraySync();

/** W divided by its largest singular value, by a few steps of power iteration from ones. */
function spectralNorm(w: Tensor): Tensor {
  let v = ops.ones([w.shape[1], 1]);
  for (let i = 0; i < 30; i++) {
    const u = ops.matmul(w, v);
    v = ops.matmul(ops.transpose(w), u);
    v = ops.divide(v, ops.norm(v));
  }
  return ops.divide(w, ops.norm(ops.matmul(w, v)));
}

describe('Variable.parametrize', () => {
  everyBackend((run) => {
    test('a low-rank adaptation trains its factors and leaves the kernel as it is', () => {
      const kernel = new Variable([[1, 2], [3, 4], [5, 6]], { dtype: 'float32', trainable: false }); // prettier-ignore
      const [a, b] = [new Variable([[1], [0], [2]], { dtype: 'float32' }), new Variable([[0.5, -1]])];
      const off = kernel.parametrize((stored) => ops.add(stored, ops.multiply(2, ops.matmul(a, b))));
      expect(numbers(run(() => ops.multiply(kernel, 1)))).toEqual([[2, 0], [3, 4], [7, 2]]); // prettier-ignore
      expect(numbers(kernel.stored)).toEqual([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
      const [da, db] = run(() => valueAndGrad(() => ops.sum(ops.matmul(x, kernel)), [a, b])[1]);
      // With s = Σ_rows x = (0.5, 2, 7): ∂/∂a = 2·s·Σb, ∂/∂b = 2·(s·a) in each column.
      expect(numbers(da)).toEqual([[-0.5], [-2], [-7]]);
      expect(numbers(db)).toEqual([[29, 29]]);
      off();
      expect(numbers(run(() => ops.multiply(kernel, 1)))).toEqual([[1, 2], [3, 4], [5, 6]]); // prettier-ignore
    });

    test('spectral normalization: gradients flow through it to the stored value', () => {
      const w = new Variable([[3, 1], [1, 2], [0, 1]], { dtype: 'float32' }); // prettier-ignore
      w.parametrize(spectralNorm);
      // The largest singular value of what layers see is 1: the largest eigenvalue of VᵀV, by its trace and determinant.
      const [[p, q], [r, t]] = run(() => ops.matmul(ops.transpose(w.value), w)).arraySync<number[][]>();
      expect((p + t + Math.sqrt((p + t) ** 2 - 4 * (p * t - q * r))) / 2).toBeCloseTo(1, 5);
      const loss = (): Tensor => ops.sum(ops.square(ops.matmul(x, w)));
      const [gradient] = run(() => valueAndGrad(loss, [w])[1]);
      const start = w.stored;
      const h = 1e-2;
      for (const [i, j] of [
        [0, 0],
        [1, 1],
        [2, 0],
        [2, 1],
      ]) {
        // prettier-ignore
        const shift = tensor([0, 1, 2].map((r) => [0, 1].map((c) => (r === i && c === j ? h : 0))));
        w.assign(ops.add(start, shift));
        const above = run(loss).itemSync();
        w.assign(ops.subtract(start, shift));
        const below = run(loss).itemSync();
        w.assign(start);
        // 1e-2: rounding of the differences, 2e-6 / 2h, and their h² term.
        expect(Math.abs(gradient.arraySync<number[][]>()[i][j] - (above - below) / (2 * h))).toBeLessThan(1e-2);
      }
      // A value of fixed norm does not change when the stored one grows: the gradient has no part along it.
      expect(Math.abs(ops.sum(ops.multiply(gradient, start)).itemSync())).toBeLessThan(1e-4);
    });
  });

  test('two functions: the second is given what the first one made; each can be taken off', () => {
    const v = new Variable([1, 2]);
    const first = v.parametrize((stored) => ops.multiply(stored, 10));
    const second = v.parametrize((value) => ops.add(value, 1));
    expect(numbers(v.value)).toEqual([11, 21]);
    first();
    expect(numbers(v.value)).toEqual([2, 3]);
    second();
    second();
    expect(numbers(v.value)).toEqual([1, 2]);
    expect(v.form).toBe(0);
  });

  test('whole numbers stand for a float kernel of another shape, as after quantization', () => {
    const packed = new Variable([[2, -4], [6, 8]], { dtype: 'int8', trainable: false }); // prettier-ignore
    packed.parametrize((stored) => ops.reshape(ops.multiply(ops.cast(stored, 'float32'), 0.5), [4]));
    expect(numbers(ops.add(packed.value, 0))).toEqual([1, -2, 3, 4]);
    expect(packed.shape).toEqual([2, 2]);
    expect(packed.value.dtype).toBe('float32');
  });

  test('assignAdd, a jitted function and rematerialization know it', () => {
    const v = new Variable([1, 2], { dtype: 'float32' });
    const read = jit(() => ops.multiply(v, 1));
    expect(numbers(read())).toEqual([1, 2]);
    const off = v.parametrize((stored) => ops.multiply(stored, 10));
    expect(numbers(read())).toEqual([10, 20]);
    v.assignAdd([1, 1]);
    expect(numbers(v.stored)).toEqual([2, 3]);
    expect(numbers(read())).toEqual([20, 30]);
    const [, [gradient]] = valueAndGrad(() => ops.sum(remat(() => ops.square(v.value))()), [v]);
    expect(numbers(gradient)).toEqual([400, 600]);
    off();
    expect(numbers(read())).toEqual([2, 3]);
  });

  test('a model trains through it; weights, regularizers, constraints and weight decay are of the stored value', async () => {
    const make = (scale: number, learningRate: number): { model: Sequential; kernel: Variable } => {
      const dense = new Dense(2, { useBias: false, kernelInitializer: 'ones', kernelRegularizer: 'l2' });
      const model = new Sequential([Input({ shape: [3] }), dense]);
      model.compile({ optimizer: new SGD({ learningRate, weightDecay: 0.1 }), loss: 'mse' });
      model.setWeights([[[0.3, 0.2], [-0.1, 0.4], [0.2, 0.1]].map((row) => row.map((each) => each / scale))]); // prettier-ignore
      return { model, kernel: dense.kernel };
    };
    const { model, kernel } = make(2, 0.1);
    await model.fit(x, y, { epochs: 1, batchSize: 2, shuffle: false, verbose: 0 }); // a program without it
    const before = numbers(await model.predict(x, { verbose: 0 }));
    const off = kernel.parametrize((stored) => ops.multiply(stored, 2));
    expect(numbers(await model.predict(x, { verbose: 0 }))).not.toEqual(before);
    off();
    expect(numbers(await model.predict(x, { verbose: 0 }))).toEqual(before);

    const doubled = make(2, 0.1);
    doubled.kernel.parametrize((stored) => ops.multiply(stored, 2));
    expect(doubled.model.losses[0].itemSync()).toBeCloseTo((0.01 * 0.35) / 4, 7);
    await doubled.model.fit(x, y, { epochs: 1, batchSize: 4, shuffle: false, verbose: 0 });
    // One step by hand: w ← w − rate · (decay · w + 2 · xᵀ(x·2w − y)·2/8 + 2 · 0.01 · w).
    const w = tensor([[0.15, 0.1], [-0.05, 0.2], [0.1, 0.05]]); // prettier-ignore
    const error = ops.subtract(ops.matmul(x, ops.multiply(w, 2)), y);
    const slope = ops.multiply(ops.matmul(ops.transpose(x), error), 0.5);
    const decayed = ops.multiply(w, 1 - 0.1 * 0.1);
    const expected = ops.subtract(decayed, ops.multiply(0.1, ops.add(slope, ops.multiply(w, 0.02))));
    expectClose(doubled.model.getWeights()[0], expected);
  });
});

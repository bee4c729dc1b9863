/** @file Attention over long sequences, which is computed in blocks, beside the formula over all scores at once. */
import { describe, expect, test } from 'vitest';
import { wasmBackend } from '../../backend/wasm/index.js';
import { grad, type Tensor, traceFunction, valueAndGrad } from '../../runtime/index.js';
import * as random from '../../random/index.js';
import { runOn } from '../../testing/backends.js';
import * as ops from '../index.js';

const normal = (shape: number[], seed: number): Tensor => random.normal(shape, { seed });

/** As the definition says, heads first. */
function formula(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | null, mask: Tensor | null, causal: boolean): Tensor {
  const [a, b, c] = [q, k, v].map((x) => ops.transpose(x, { axes: [0, 2, 1, 3] }));
  let scores = ops.divide(ops.matmul(a, ops.transpose(b, { axes: [0, 1, 3, 2] })), Math.sqrt(q.shape[3]));
  if (bias !== null) scores = ops.add(scores, bias);
  if (mask !== null) scores = ops.where(mask, scores, -1e30);
  if (causal) {
    const seen = ops.greaterEqual(ops.reshape(ops.arange(q.shape[1]), [-1, 1]), ops.arange(k.shape[1]));
    scores = ops.where(seen, scores, -1e30);
  }
  return ops.transpose(ops.matmul(ops.softmax(scores), c), { axes: [0, 2, 1, 3] });
}

const close = (a: Tensor, b: Tensor): void => {
  const [x, y] = [Float32Array.from(a.dataSync() as Float32Array), Float32Array.from(b.dataSync() as Float32Array)];
  const greatest = y.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  let apart = 0;
  x.forEach((value, i) => (apart = Math.max(apart, Math.abs(value - y[i]))));
  expect(x.length).toBe(y.length);
  expect(apart).toBeLessThan(4e-6 * greatest);
};

describe('attention over long sequences', () => {
  // 1031 is a prime: the last block is not full.
  const [times, others] = [1031, 1024];
  const cases = {
    plain: { bias: null, mask: null, isCausal: false },
    causal: { bias: null, mask: null, isCausal: true },
    'with a mask and a bias for each query': {
      bias: [1, 2, times, others],
      mask: [1, 1, times, others],
      isCausal: false,
    },
    'with a mask of keys and one bias': { bias: [1], mask: [2, 1, 1, others], isCausal: true },
  };
  test.each(Object.entries(cases))('%s: values and gradients', (_, { bias, mask, isCausal }) => {
    const [q, k, v] = [times, others, others].map((time, i) => normal([2, time, 2, 5], i));
    const sides = {
      bias: bias === null ? null : normal(bias, 7),
      mask: mask === null ? null : ops.greater(normal(mask, 8), -1),
    };
    const weights = normal([2, times, 2, 5], 9);
    const of = (attention: () => Tensor): Tensor[] => {
      const [value, gradients] = valueAndGrad(() => ops.sum(ops.multiply(attention(), weights)), [q, k, v]);
      return [attention(), ...gradients, value];
    };
    const found = runOn('wasm', () => of(() => ops.dotProductAttention(q, k, v, { ...sides, isCausal })));
    const expected = runOn('wasm', () => of(() => formula(q, k, v, sides.bias, sides.mask, isCausal)));
    found.slice(0, 4).forEach((x, i) => close(x, expected[i]));
  });

  test('takes a small part of the memory of all scores, with the gradient', () => {
    const type = { dtype: 'float32' as const, shape: [1, 2048, 2, 8] };
    const traced = traceFunction(
      'attention',
      [type, type, type],
      ([q, k, v]) => grad(() => ops.sum(ops.square(ops.dotProductAttention(q, k, v, { isCausal: true }))), [q, k, v]),
      (result) => result,
    );
    const none = { inputs: [null, null, null], outputs: [null, null, null], counter: null };
    const { scratchBytes } = wasmBackend.compile(traced.graph, wasmBackend.createHeap(), none).stats;
    expect(scratchBytes).toBeLessThan((4 * 2 * 2048 ** 2) / 2);
  });

  test('refuses a mask that does not fit', () => {
    const x = normal([2, 4, 2, 5], 0);
    expect(() => ops.dotProductAttention(x, x, x, { mask: ops.ones([3, 1, 1, 4], { dtype: 'bool' }) })).toThrow(
      'dotProductAttention: a bias or mask (3, 1, 1, 4) does not fit scores (2, 2, 4, 4)',
    );
  });
});

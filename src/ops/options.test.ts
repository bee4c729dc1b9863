/** @file Options that Keras has for other backends: taken where they change nothing, refused in words where they would. */
import { describe, expect, it, vi } from 'vitest';
import { forgetAdvice } from '../core/advice.js';
import * as tree from '../namespaces/tree.js';
import { tensor } from '../runtime/index.js';
import { splitDataset, timeseriesDatasetFromArray } from '../utils/index.js';
import * as ops from './index.js';

describe('options of other backends', () => {
  it('that change nothing are taken', async () => {
    expect(ops.isin([1, 2], [2], { assumeUnique: true, invert: false }).arraySync()).toEqual([false, true]);
    expect(ops.moments([1, 3], 0, { synchronized: false })[0].itemSync()).toBe(2);
    const segments = { numSegments: 2, sorted: true };
    expect(ops.segmentSum([1, 2, 3], [0, 0, 1], segments).arraySync()).toEqual([3, 3]);
    expect(ops.segmentProd([1, 2, 3], [0, 0, 1], segments).arraySync()).toEqual([2, 3]);
    expect(ops.segmentMax([1, 2, 3], [0, 0, 1], segments).arraySync()).toEqual([2, 3]);
    expect(ops.segmentMin([1, 2, 3], [0, 0, 1], segments).arraySync()).toEqual([1, 3]);
    expect(ops.oneHot([1], 2, { sparse: false }).arraySync()).toEqual([[0, 1]]);
    expect(ops.multiHot([1], { numClasses: 2, sparse: false }).arraySync()).toEqual([0, 1]);
    expect(ops.bincount([1], { sparse: false }).arraySync()).toEqual([0, 1]);
    expect(ops.convertToTensor([1], { sparse: false, ragged: null }).arraySync()).toEqual([1]);
    const one = ops.ones([1, 2, 1, 3]);
    expect(ops.dotProductAttention(one, one, one, { flashAttention: false }).shape).toEqual([1, 2, 1, 3]);
    const [left] = await splitDataset(tensor([1, 2, 3]), { leftSize: 2, preferredBackend: 'torch' });
    expect(left.cardinality()).toBe(2);
    expect(timeseriesDatasetFromArray(tensor([1, 2, 3]), null, 2, { format: 'grain' }).cardinality()).toBe(1);
  });

  it('checkTypes has no effect, and says so, as in Keras', () => {
    forgetAdvice();
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    tree.assertSameStructure([1], [2], { checkTypes: false });
    expect(warn.mock.calls.flat().join()).toContain('checkTypes has no effect');
    warn.mockRestore();
  });

  const one = ops.ones([1, 2, 1, 3]);
  it.each([
    ['oneHot', () => ops.oneHot([1], 2, { sparse: true }), 'oneHot: sparse=true. There are no sparse tensors here'],
    ['multiHot', () => ops.multiHot([1], { numClasses: 2, sparse: true }), 'multiHot: sparse=true'],
    ['bincount', () => ops.bincount([1], { sparse: true }), 'bincount: sparse=true'],
    ['convertToTensor', () => ops.convertToTensor([1], { sparse: true }), 'convertToTensor: sparse=true'],
    ['ragged', () => ops.convertToTensor([1], { ragged: true }), 'convertToTensor: ragged=true'],
    ['moments', () => ops.moments([1], 0, { synchronized: true }), 'moments: synchronized=true'],
    ['attention', () => ops.dotProductAttention(one, one, one, { flashAttention: true }), 'flashAttention=true'],
    ['format', () => timeseriesDatasetFromArray(tensor([1, 2]), null, 1, { format: 'np' as 'tf' }), "Expected 'tf' or 'grain'"],
  ])('%s says what it cannot do', (_, call, message) => expect(call).toThrow(message)); // prettier-ignore
  it('splitDataset names the backends that it knows', async () => {
    const call = splitDataset(tensor([1, 2]), { leftSize: 1, preferredBackend: 'mlx' as 'jax' });
    await expect(call).rejects.toThrow(
      "preferredBackend='mlx'. Expected 'tensorflow', 'torch', 'jax', 'numpy' or null",
    );
  });
});

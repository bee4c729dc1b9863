import { describe, expect, test } from 'vitest';
import { Dense, Input } from '../layers/index.js';
import * as ops from '../ops/index.js';
import { jit, tensor } from '../runtime/index.js';
import '../testing/backends.js';
import {
  clearSession,
  getSourceInputs,
  isKerasTensor,
  normalize,
  packXYSampleWeight,
  padSequences,
  toCategorical,
  unpackXYSampleWeight,
} from './index.js';

describe('toCategorical', () => {
  test('makes rows of labels', () => {
    expect(toCategorical([0, 2, 1]).arraySync()).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
    ]);
    expect(toCategorical([1], { numClasses: 3 }).arraySync()).toEqual([[0, 1, 0]]);
    expect(toCategorical(Uint8Array.of(1, 0), 2).dtype).toBe('float32');
  });

  test('a last axis of 1 goes away, other axes stay', () => {
    expect(toCategorical([[0], [1]]).shape).toEqual([2, 2]);
    expect(toCategorical([[0, 1, 2]]).shape).toEqual([1, 3, 3]);
    expect(toCategorical(2).shape).toEqual([3]);
  });

  test('works in traced code', () => {
    expect(jit(() => toCategorical(ops.add(tensor([0, 1]), 1), 3))().arraySync()).toEqual([
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  test('refuses labels that are none', () => {
    expect(() => toCategorical([0.5])).toThrow('the label 0.5 is none');
    expect(() => toCategorical([-1])).toThrow('the label -1 is none');
    expect(() => toCategorical([0, 5], { numClasses: 3 })).toThrow('the label 5 is out of range for numClasses=3');
  });
});

test('normalize scales to norm 1 and keeps zeros', () => {
  const result = normalize([
    [3, 4],
    [0, 0],
  ]).arraySync<number[][]>();
  expect(result[0][0]).toBeCloseTo(0.6, 6);
  expect(result[1]).toEqual([0, 0]);
  expect(normalize([1, 3], { order: 1 }).arraySync<number[]>()[1]).toBeCloseTo(0.75, 6);
});

describe('padSequences', () => {
  const sequences = [[1], [2, 3], [4, 5, 6]];
  test('fills before, as Keras does by default', () => {
    expect(padSequences(sequences).arraySync()).toEqual([
      [0, 0, 1],
      [0, 2, 3],
      [4, 5, 6],
    ]);
  });
  test('fills and cuts where it is told', () => {
    expect(padSequences(sequences, { value: -1, padding: 'post', maxlen: 2 }).arraySync()).toEqual([
      [1, -1],
      [2, 3],
      [5, 6],
    ]);
    expect(padSequences(sequences, { maxlen: 2, truncating: 'post' }).arraySync()).toEqual([
      [0, 1],
      [2, 3],
      [4, 5],
    ]);
  });
  test('takes items of any shape and dtype', () => {
    const padded = padSequences([[[0.5, 1]], [], [[2, 3], [4, 5]]], { dtype: 'float32' }); // prettier-ignore
    expect(padded.shape).toEqual([3, 2, 2]);
    expect(padded.arraySync()).toEqual([[[0, 0], [0.5, 1]], [[0, 0], [0, 0]], [[2, 3], [4, 5]]]); // prettier-ignore
  });
  test('refuses what it cannot pad', () => {
    expect(() => padSequences([1, 2])).toThrow('its item 0 is the number 1');
    expect(() => padSequences([[[1]], [[1, 2]]])).toThrow('those of the first (1,)');
  });
});

test('batches are packed and unpacked', () => {
  expect(packXYSampleWeight(1)).toBe(1);
  expect(packXYSampleWeight([1])).toEqual([[1]]);
  expect(packXYSampleWeight(1, { y: 2 })).toEqual([1, 2]);
  expect(unpackXYSampleWeight([1, 2])).toEqual([1, 2, null]);
  expect(unpackXYSampleWeight(7)).toEqual([7, null, null]);
  expect(() => unpackXYSampleWeight([1, 2, 3, 4])).toThrow('data of 4 parts');
});

test('clearSession starts the names anew; source inputs are found', () => {
  clearSession();
  const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
  const y = new Dense(2)(ops.add(a, b));
  expect(getSourceInputs(y)).toEqual([a, b]);
  expect(getSourceInputs(a)).toEqual([a]);
  expect(isKerasTensor(y)).toBe(true);
  expect(new Dense(2).name).toBe('dense_1');
  clearSession();
  expect(new Dense(2).name).toBe('dense');
});

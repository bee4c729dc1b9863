/** @file Gradients of rectified units at their corners (as JAX 0.10.2 has them, which takes 1e-45 for 0), and of gradients. */
import { expect, test } from 'vitest';
import { grad, type Tensor, tensor } from '../../runtime/index.js';
import { useNode } from '../../testing/wasm.js';
import * as ops from '../index.js';

useNode();

const points = [-Infinity, -1, -0, 0, 1e-45, 3, 6, 6.5, Infinity, NaN];
const slopes = (fn: (x: Tensor) => Tensor): number[] => {
  const x = tensor(points, [points.length], 'float32');
  return [...(grad(() => ops.sum(fn(x)), [x])[0].dataSync() as Float32Array)];
};

test('relu has a slope above 0 alone, relu6 between 0 and 6', () => {
  expect(slopes((x) => ops.relu(x))).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 0]);
  expect(slopes((x) => ops.relu6(x))).toEqual([0, 0, 0, 0, 1, 1, 0, 0, 0, 0]);
});

test('the gradient of a gradient', () => {
  const twice = (fn: (x: Tensor) => Tensor): number[] => {
    const x = tensor([-2, 0, 3], [3], 'float32');
    // d/dx of (d/dx relu(x)³) = 6 relu(x)
    return [...(grad(() => ops.sum(grad(() => ops.sum(ops.power(fn(x), 3)), [x])[0]), [x])[0].dataSync() as Float32Array)]; // prettier-ignore
  };
  expect(twice((x) => ops.relu(x))).toEqual([0, 0, 18]);
  expect(twice((x) => ops.relu6(x))).toEqual([0, 0, 18]);
});

import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../runtime/index.js';
import { KerasTensor, tensor, valueAndGrad } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { readFixtures } from '../../testing/fixtures.js';
import { sampleArray } from '../../testing/gradient_check.js';
import type { OpCase } from '../../testing/op_cases.js';
import { opCaseDifference } from '../../testing/op_cases.js';
import * as ops from '../index.js';

const { image } = ops;

describe('ops of images against real Keras', () => {
  everyBackend((run) => {
    it.each(readFixtures<OpCase>('image_ops').map((c): [string, OpCase] => [c.id, c]))('%s', (_, c) => {
      expect(opCaseDifference({ ops }, c, run)).toBeNull();
    });
  });
});

const wide = (shape: readonly number[], seed: number): Tensor =>
  tensor([...sampleArray(shape, seed).data], shape, 'float64');
const fixed = (shape: readonly number[], low: number, high: number, seed: number): Tensor =>
  ops.add((low + high) / 2, ops.multiply((high - low) / 2, wide(shape, seed)));

describe('gradients of ops of images against finite differences, in float64', () => {
  const picture = wide([2, 5, 4, 2], 1);
  const cases: readonly [string, (...inputs: Tensor[]) => Tensor, readonly Tensor[]][] = [
    [
      'affineTransform',
      (x, map) => image.affineTransform(x, map, { fillMode: 'reflect' }),
      [picture, tensor([0.913, 0.217, -1.337, -0.309, 1.117, 0.731, 0.131, -0.217], [1, 8], 'float64')],
    ],
    [
      'mapCoordinates',
      (x, at) => image.mapCoordinates(x, at, 1, { fillValue: 0.5 }),
      [wide([4, 5], 2), fixed([2, 3, 2], -1.4, 4.7, 3)],
    ],
    [
      'gaussianBlur',
      (x, sigma) => image.gaussianBlur(x, { kernelSize: [4, 3], sigma }),
      [picture, tensor([0.8, 1.7], [2], 'float64')],
    ],
    ['gaussianBlur, a wide window', (x) => image.gaussianBlur(x, { kernelSize: [67, 2], sigma: 9 }), [picture]],
    ['sobelEdges', (x) => image.sobelEdges(x), [picture]],
    ['ssim', (x, y) => image.ssim(x, y, { filterSize: 3 }), [picture, wide([2, 5, 4, 2], 4)]],
    ['elasticTransform', (x) => image.elasticTransform(x, { alpha: 2, sigma: 0.6, seed: 1 }), [picture]],
    ...(['linear', 'cubic', 'lanczos3'] as const).map((method): (typeof cases)[number] => [
      `scaleAndTranslate, ${method}`,
      (x, scale, shift) => image.scaleAndTranslate(x, [2, 6, 3, 2], scale, shift, [1, 2], method),
      [picture, tensor([1.3, 0.7], [2], 'float64'), tensor([-0.37, 0.21], [2], 'float64')],
    ]),
  ];
  it.each(cases)('%s', (_, fn, inputs) => {
    const weights = wide(fn(...inputs).shape, 9);
    const total = (xs: readonly Tensor[]): Tensor => ops.sum(ops.multiply(fn(...xs), weights));
    const [, slopes] = valueAndGrad(() => total(inputs), inputs);
    const h = 1e-6;
    inputs.forEach((x, which) => {
      const numbers = [...x.ndarray.data];
      const at = (i: number, by: number): number =>
        total(inputs.with(which, tensor(numbers.with(i, numbers[i] + by), x.shape, 'float64'))).itemSync();
      for (let i = 0; i < numbers.length; i += 3) {
        const numeric = (at(i, h) - at(i, -h)) / (2 * h);
        const exact = slopes[which].ndarray.data[i];
        expect(Math.abs(exact - numeric), `input ${which}, element ${i}`).toBeLessThan(
          2e-7 * Math.max(1, Math.abs(numeric)),
        );
      }
    });
  });
});

describe('ops of images', () => {
  const picture = ops.reshape(ops.arange(24, { dtype: 'float32' }), [2, 3, 4, 1]);
  const same = [1, 0, 0, 0, 1, 0, 0, 0];

  it('one map, or one set of points, serves all images', () => {
    expect(image.affineTransform(picture, same).arraySync()).toEqual(picture.arraySync());
    const corners = [
      [0, 0],
      [3, 0],
      [0, 2],
      [3, 2],
    ];
    const seen = image.perspectiveTransform(picture, corners, corners);
    expect(ops.max(ops.abs(ops.subtract(seen, picture))).itemSync()).toBeLessThan(1e-4);
  });
  everyBackend((run) => {
    it.each(['channels_last', 'channels_first'] as const)(
      'a map of the plane gives the same whether it is known to be one, %s',
      (dataFormat) => {
        const x = wide(dataFormat === 'channels_last' ? [2, 4, 5, 3] : [2, 3, 4, 5], 6).cast('float32');
        const maps = tensor([1.1, 0.3, -0.7, -0.2, 0.8, 0.4, 0, 0, 0.9, 0, 1.3, 0.1, 1, -1.2, 0, 0], [2, 8], 'float32');
        for (const fillMode of ['constant', 'nearest', 'wrap', 'mirror', 'reflect'] as const) {
          const seen = (): Tensor => image.affineTransform(x, maps, { fillMode, dataFormat });
          expect(ops.max(ops.abs(ops.subtract(seen(), run(seen)))).itemSync(), fillMode).toBeLessThan(1e-6);
        }
      },
    );
  });
  it('a format that is left out is the setting, whatever Keras 3.15.1 takes on JAX', () => {
    const named = image.gaussianBlur(picture, { dataFormat: 'channels_last' });
    expect(image.gaussianBlur(picture).arraySync()).toEqual(named.arraySync());
  });
  it('integers are blurred, moved and kept in their range', () => {
    const bytes = tensor([0, 255, 255, 255], [2, 2, 1], 'uint8');
    const blurred = image.gaussianBlur(bytes, { kernelSize: 1 });
    expect([blurred.dtype, blurred.arraySync()]).toEqual(['uint8', bytes.arraySync()]);
    const moved = image.elasticTransform(bytes, { alpha: 0, sigma: 1, seed: 0 });
    expect([moved.dtype, moved.arraySync()]).toEqual(['uint8', bytes.arraySync()]);
  });
  it('batches may be open', () => {
    const open = new KerasTensor([null, 8, 9, 3]);
    const maps = new KerasTensor([null, 8]);
    expect(image.affineTransform(open, maps).shape).toEqual([null, 8, 9, 3]);
    expect(image.affineTransform(open, same).shape).toEqual([null, 8, 9, 3]);
    expect(image.perspectiveTransform(open, ops.ones([4, 2]), ops.ones([4, 2])).shape).toEqual([null, 8, 9, 3]);
    expect(image.gaussianBlur(open).shape).toEqual([null, 8, 9, 3]);
    expect(image.elasticTransform(open).shape).toEqual([null, 8, 9, 3]);
    expect(image.sobelEdges(open).shape).toEqual([null, 8, 9, 3, 2]);
    expect(image.ssim(open, open, { filterSize: 5 }).shape).toEqual([null]);
    expect(image.mapCoordinates(new KerasTensor([5, 6]), new KerasTensor([2, null]), 1).shape).toEqual([null]);
  });
  it('no images give no images', () => {
    expect(image.affineTransform(ops.zeros([0, 3, 4, 1]), ops.zeros([0, 8])).shape).toEqual([0, 3, 4, 1]);
    expect(image.gaussianBlur(ops.zeros([0, 3, 4, 1])).shape).toEqual([0, 3, 4, 1]);
  });

  const flat = ops.ones([3, 4]);
  it.each<[string, () => unknown, RegExp]>([
    ['a flat image', () => image.affineTransform(flat, same), /affineTransform: images of shape \(3, 4\).*rank 3/],
    ['a flat image', () => image.gaussianBlur(flat), /gaussianBlur: images of shape \(3, 4\).*rank 3/],
    ['a flat image', () => image.elasticTransform(flat), /elasticTransform: images of shape \(3, 4\)/],
    ['a flat image', () => image.ssim(flat, flat), /ssim: images of shape \(3, 4\)/],
    ['a single image', () => image.sobelEdges(ops.ones([3, 4, 1])), /sobelEdges: .*rank 4.*expandDims/],
    ['six numbers', () => image.affineTransform(picture, [1, 0, 0, 0, 1, 0]), /shape \(6,\)\. Expected \(8\) or/],
    ['too many maps', () => image.affineTransform(picture, ops.ones([3, 8])), /3 transforms for 2 images/],
    [
      'three points',
      () => image.perspectiveTransform(picture, ops.ones([3, 2]), ops.ones([4, 2])),
      /startPoints of shape \(3, 2\)\. Expected \(4, 2\)/,
    ],
    ['too few coordinates', () => image.mapCoordinates(flat, [[0, 1]], 1), /Expected 2 along the first axis/],
    ['a cubic order', () => image.mapCoordinates(flat, [[0], [1]], 3), /order 3\. Expected 0 \(nearest\) or 1/],
    [
      'an unknown mode',
      () => image.mapCoordinates(flat, [[0], [1]], 1, { fillMode: 'edge' as 'wrap' }),
      /fillMode 'edge' is unknown\. Expected 'constant'/,
    ],
    [
      'an unknown interpolation',
      () => image.affineTransform(picture, same, { interpolation: 'cubic' as 'nearest' }),
      /interpolation 'cubic' is unknown/,
    ],
    ['a window larger than the image', () => image.ssim(picture, picture), /3×4 pixels are smaller than the window/],
    ['different images', () => image.ssim(picture, ops.ones([2, 3, 4, 2])), /\(2, 3, 4, 1\) and \(2, 3, 4, 2\)/],
    ['an empty window', () => image.gaussianBlur(picture, { kernelSize: [0, 3] }), /positive whole numbers/],
    ['no noise', () => image.elasticTransform(picture, { sigma: 0 }), /sigma 0\. Expected a number of pixels above 0/],
    [
      'an unknown method',
      () => image.scaleAndTranslate(picture, [2, 3, 4, 1], [1], [0], [1], 'nearest' as 'linear'),
      /method 'nearest' is unknown/,
    ],
    [
      'a size that no axis changes',
      () => image.scaleAndTranslate(picture, [2, 3, 5, 1], [1], [0], [1], 'linear'),
      /axis 2 has size 4, and 5 in outputShape/,
    ],
    [
      'other numbers of factors and axes',
      () => image.scaleAndTranslate(picture, [2, 3, 4, 1], [1, 2], [0], [1], 'linear'),
      /a scale of shape \(2,\) for 1 spatialDims/,
    ],
  ])('%s is refused', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

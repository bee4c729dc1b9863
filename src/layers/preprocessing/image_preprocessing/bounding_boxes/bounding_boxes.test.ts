import { describe, expect, it, test } from 'vitest';
import * as keras from '../../../../index.js';
import { everyBackend } from '../../../../testing/backends.js';
import { readFixtures } from '../../../../testing/fixtures.js';
import type { OpCase } from '../../../../testing/op_cases.js';
import { opCaseDifference } from '../../../../testing/op_cases.js';
import * as boundingBoxes from './index.js';

const { utils, ops, tensor, Input, Model } = keras;
const cases = readFixtures<OpCase>('bounding_boxes').map((c): [string, OpCase] => [c.id, c]);

describe('functions of boxes against real Keras', () => {
  everyBackend((run) => {
    it.each(cases)('%s', (_, c) => {
      expect(opCaseDifference({ utils }, c, run)).toBeNull();
    });
  });
  it.each(cases)('%s, eagerly', (_, c) => {
    expect(opCaseDifference({ utils }, c, (fn) => fn())).toBeNull();
  });
});

describe('gradients agree with finite differences', () => {
  const boxes = tensor([
    [3.5, 4, 20, 30],
    [10, 1, 41, 25],
  ]);
  const others = tensor([
    [5.5, 2, 22, 33],
    [12, 9, 30, 20],
  ]);
  test.each<[string, (t: keras.Tensor) => keras.Tensor]>([
    ['convertFormat', (t) => boundingBoxes.convertFormat(t, 'center_yxhw', 'rel_xywh', { height: 40, width: 50 })],
    ['clipToImageSize', (t) => boundingBoxes.clipToImageSize(t, { height: 28, width: 35 })],
    ['crop', (t) => boundingBoxes.crop(t, 2, 5, 20, 30)],
    ['affineTransform', (t) => boundingBoxes.affineTransform(t, 20, 0.1, -0.2, 1.3, 5, 9, 40, 50)],
    ['computeIou', (t) => boundingBoxes.computeIou(t, others, 'xyxy')],
    ['computeCiou', (t) => boundingBoxes.computeCiou(t, others, 'xyxy')],
    ['encodeBoxToDeltas', (t) => boundingBoxes.encodeBoxToDeltas(others, t, 'xyxy', 'xyxy')],
  ])('%s', (_, fn) => {
    // Σ c · f(x) with weights of which no two are the same, by central differences in float32: h² and rounding leave 2e-3.
    const weighted = (t: keras.Tensor): keras.Tensor => {
      const y = fn(t);
      return ops.sum(ops.multiply(y, ops.reshape(ops.arange(1, y.size + 1, 1, { dtype: 'float32' }), y.shape)));
    };
    const slope = keras.grad(() => weighted(boxes), [boxes])[0].arraySync<number[][]>();
    const h = 0.03;
    slope.forEach((row, i) => {
      row.forEach((found, j) => {
        const at = (delta: number): number => {
          const moved = boxes.arraySync<number[][]>();
          moved[i][j] += delta;
          return weighted(tensor(moved)).itemSync();
        };
        const wanted = (at(h) - at(-h)) / (2 * h);
        expect(Math.abs(found - wanted) / Math.max(1, Math.abs(wanted)), `box ${i}, number ${j}`).toBeLessThan(2e-3);
      });
    });
  });
});

describe('forms', () => {
  const dict = { boxes: [[10, 20, 30, 60]], labels: [2], note: 'mine' };
  test('a dict gives a dict, and the given one stays as it is', () => {
    const found = boundingBoxes.convertFormat(dict, 'xyxy', 'xywh');
    expect(ops.convertToTensor(found.boxes).arraySync()).toEqual([[10, 20, 20, 40]]);
    expect(found.labels).toBe(dict.labels);
    expect(found.note).toBe('mine');
    expect(dict.boxes).toEqual([[10, 20, 30, 60]]);
    expect(boundingBoxes.pad(dict, 1, 2).boxes.arraySync()).toEqual([[12, 21, 32, 61]]);
    expect(boundingBoxes.crop(dict, 1, 2, 30, 20).boxes.arraySync()).toEqual([[8, 19, 20, 30]]);
    expect(boundingBoxes.affineTransform(dict, 0, 0, 0, 1, 0, 0, 60, 60).boxes.arraySync()).toEqual([[10, 20, 30, 60]]);
  });
  test('boxes alone are clipped as well', () => {
    expect(boundingBoxes.clipToImageSize([[-1, 2, 9, 8]], { height: 5, width: 6 }).arraySync()).toEqual([[0, 2, 6, 5]]);
  });
  test('sizes may differ from image to image', () => {
    const boxes = tensor([[[1, 1, 9, 9]], [[1, 1, 9, 9]]]);
    const size = tensor([[[4]], [[8]]]);
    const found = boundingBoxes.clipToImageSize({ boxes, labels: [[1], [2]] }, { height: size, width: size });
    expect(found.boxes.arraySync()).toEqual([[[1, 1, 4, 4]], [[1, 1, 8, 8]]]);
  });
  test('one image without a batch is transformed, by numbers', () => {
    const found = boundingBoxes.affineTransform([[0, 0, 2, 1]], 90, 0, 0, 1, 0, 0, 5, 5);
    const batched = boundingBoxes.affineTransform([[[0, 0, 2, 1]]], [90], [0], [0], [1], [0], [0], 5, 5);
    expect(found.shape).toEqual([1, 4]);
    expect([found.arraySync()]).toEqual(batched.arraySync());
  });
  test('a relative format works for computeCiou with the size of the image', () => {
    const [a, b] = [[[0, 0, 0.5, 0.5]], [[0.25, 0, 0.5, 1]]];
    const wanted = boundingBoxes.computeCiou([[0, 0, 20, 10]], [[10, 0, 20, 20]], 'xyxy');
    expect(boundingBoxes.computeCiou(a, b, 'rel_xyxy', { imageShape: [20, 40, 3] }).arraySync()).toEqual(
      wanted.arraySync(),
    );
  });
  test('masks work where one of the two has a batch', () => {
    const found = boundingBoxes.computeIou([[[0, 0, 2, 2]]], [[-1, -1, -1, -1]], 'xyxy', { useMasking: true });
    expect(found.arraySync()).toEqual([[[-1]]]);
  });
});

describe('in models with an open batch', () => {
  test('shapes stay open, and the model computes', async () => {
    const boxes = Input({ shape: [null, 4] });
    const labels = Input({ shape: [null] });
    const centered = boundingBoxes.convertFormat(boxes, 'xyxy', 'rel_center_xywh', { height: 10, width: 20 });
    const clipped = boundingBoxes.clipToImageSize({ boxes, labels }, { height: 10, width: 20 });
    const overlap = boundingBoxes.computeIou(boxes, [[0, 0, 5, 5]], 'xyxy');
    expect([centered.shape, clipped.boxes.shape, clipped.labels.shape, overlap.shape]).toEqual([
      [null, null, 4],
      [null, null, 4],
      [null, null],
      [null, null, 1],
    ]);
    const model = new Model([boxes, labels], [centered, clipped.labels, overlap]);
    const [c, l, o] = (await model.predict([tensor([[[0, 0, 5, 10]]]), tensor([[3]])])) as keras.Tensor[];
    expect(c.arraySync()).toEqual([[[0.125, 0.5, 0.25, 1]]]);
    expect(l.arraySync()).toEqual([[3]]);
    expect(o.arraySync()).toEqual([[[expect.closeTo(0.5, 6)]]]);
  });
  test('moving and transforming keep what is open', () => {
    const boxes = Input({ shape: [null, 4] });
    expect(boundingBoxes.pad(boxes, 1, 2).shape).toEqual([null, null, 4]);
    expect(boundingBoxes.affineTransform(boxes, 3, 0, 0, 1, 0, 0, 9, 9).shape).toEqual([null, null, 4]);
    expect(boundingBoxes.encodeBoxToDeltas(tensor([[0, 0, 1, 1]]), boxes, 'xyxy', 'xyxy').shape).toEqual([
      null,
      null,
      4,
    ]);
  });
});

describe('what is wrong is said', () => {
  const box = [[0, 0, 1, 1]];
  test.each<[string, () => unknown, RegExp]>([
    [
      'an unknown format',
      () => boundingBoxes.convertFormat(box, 'xyxz', 'xyxy'),
      /convertFormat: source='xyxz'. Expected a format of boxes: .*'rel_center_xywh'/,
    ],
    [
      'a format that is no text',
      () => boundingBoxes.convertFormat(box, 'xyxy', 3 as never),
      /target=3. Expected a format/,
    ],
    [
      'a relative format without a size',
      () => boundingBoxes.convertFormat(box, 'xyxy', 'rel_xyxy', { height: 3 }),
      /height=3 and width=null. Relative formats need the image's size/,
    ],
    ['boxes of five', () => boundingBoxes.convertFormat([[1, 2, 3, 4, 5]], 'xyxy', 'xywh'), /shape \(1, 5\).*four/],
    ['a scalar', () => boundingBoxes.pad(3, 1, 1), /pad: boxes of shape \(\)/],
    [
      'a dict without boxes',
      () => boundingBoxes.clipToImageSize({ labels: [1] } as never, { height: 1, width: 1 }),
      /has no 'boxes'/,
    ],
    ['no size to clip to', () => boundingBoxes.clipToImageSize(box, { height: 2 }), /`height` and `width`/],
    [
      'a format that must be converted first',
      () => boundingBoxes.crop(box, 0, 0, 1, 1, { boundingBoxFormat: 'xywh' }),
      /crop: boxes in the format 'xywh'.*convertFormat\(boxes, 'xywh', 'xyxy'\)/,
    ],
    ['boxes of rank 1', () => boundingBoxes.computeIou([0, 0, 1, 1], box, 'xyxy'), /boxes1 of shape \(4,\)/],
    ['no image shape', () => boundingBoxes.computeIou(box, box, 'rel_xyxy'), /imageShape/],
    [
      'a wrong image shape',
      () => boundingBoxes.computeIou(box, box, 'rel_xyxy', { imageShape: [3, 4] }),
      /imageShape=\[3, 4\]. Expected \[height, width, channels\]/,
    ],
    [
      'a variance of three',
      () => boundingBoxes.encodeBoxToDeltas(box, box, 'xyxy', 'xyxy', { variance: [1, 2, 3] }),
      /variance of shape \(3,\)/,
    ],
    [
      'a format for deltas that has no centre',
      () => boundingBoxes.decodeDeltasToBoxes(box, box, 'xyxy', 'xyxy', { encodedFormat: 'xyxy' as never }),
      /encodedFormat='xyxy'. Expected 'center_xywh' or 'center_yxhw'/,
    ],
    [
      'an unknown format of anchors',
      () => boundingBoxes.encodeBoxToDeltas(box, box, 'corners' as never, 'xyxy'),
      /anchorFormat='corners'/,
    ],
    [
      'a level without deltas',
      () => boundingBoxes.decodeDeltasToBoxes({ p3: box }, {} as never, 'xyxy', 'xyxy'),
      /the level 'p3'/,
    ],
  ])('%s', (_, fn, message) => {
    expect(fn).toThrow(message);
  });
});

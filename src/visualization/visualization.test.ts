import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { afterAll, describe, expect, it, test } from 'vitest';
import * as keras from '../index.js';
import { readFixtures } from '../testing/fixtures.js';
import type { OpCase } from '../testing/op_cases.js';
import { opCaseDifference } from '../testing/op_cases.js';

const { visualization, tensor, ops, jit } = keras;
const { drawBoundingBoxes, drawSegmentationMasks, plotBoundingBoxGallery, plotImageGallery } = visualization;
const { plotSegmentationMaskGallery } = visualization;
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-gallery-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('drawSegmentationMasks', () => {
  it.each(readFixtures<OpCase>('visualization').map((c): [string, OpCase] => [c.id, c]))(
    '%s is equal to Keras to the last bit',
    (_, c) => expect(opCaseDifference({ visualization }, c, (fn) => fn())).toBeNull(),
  );
  test('masks need no axis for the channel', () => {
    const images = ops.full([1, 1, 2, 3], 100);
    const wanted = drawSegmentationMasks(images, tensor([[[[0], [1]]]]), { numClasses: 2 }).arraySync();
    expect(drawSegmentationMasks(images, tensor([[[0, 1]]]), { numClasses: 2 }).arraySync()).toEqual(wanted);
  });
  test('colours may be a list', () => {
    const found = drawSegmentationMasks(ops.zeros([1, 1, 2, 3]), tensor([[[0, 1]]]), {
      numClasses: 2,
      colorMapping: [
        [1, 2, 3],
        [9, 8, 7],
      ],
      alpha: 1,
    });
    expect(found.arraySync()).toEqual([
      [
        [
          [1, 2, 3],
          [9, 8, 7],
        ],
      ],
    ]);
  });
});

/** The pixels of a grey drawing as OpenCV 4 and 5 draw them. */
const OPENCV = {
  1: ['..........', '..######..', '..#....#..', '..#....#..', '..#....#..', '..######..', '..........'],
  2: ['..######..', '.########.', '.########.', '.###..###.', '.########.', '.########.', '..######..'],
} as const;

describe('drawBoundingBoxes', () => {
  it.each([1, 2] as const)('draws lines of %i pixels as OpenCV does', (lineThickness) => {
    const boxes = { boxes: [[[2, 1, 7, 5]]], labels: [[0]] };
    const drawn = drawBoundingBoxes(ops.zeros([1, 7, 10, 1]), boxes, 'xyxy', { lineThickness });
    const rows = ops
      .squeeze(drawn)
      .arraySync<number[][]>()
      .map((row) => row.map((v) => (v > 0 ? '#' : '.')).join(''));
    expect(rows).toEqual(OPENCV[lineThickness]);
  });
  test('boxes of the class −1 and boxes of NaN are none, and what lies outside is cut off', () => {
    const boxes = { boxes: [[[0, 0, 2, 2], [NaN, 0, 1, 1], [-50, 3, 50, 90]]], labels: [[-1, 1, 1]] }; // prettier-ignore
    const drawn = drawBoundingBoxes(ops.zeros([1, 5, 3, 1]), boxes, 'xyxy', { lineThickness: 1 });
    expect(ops.squeeze(drawn).arraySync()).toEqual([[0, 0, 0], [0, 0, 0], [0, 0, 0], [128, 128, 128], [0, 0, 0]]); // prettier-ignore
  });
  test('floats up to 1 are fractions of 255, others are cut off', () => {
    const none = { boxes: [[[0, 0, 1, 1]]], labels: [[-1]] };
    expect(drawBoundingBoxes(tensor([[[[0.5], [1]]]]), none, 'xyxy').arraySync()).toEqual([[[[127], [255]]]]);
    expect(drawBoundingBoxes(tensor([[[[300.5], [-1]]]]), none, 'xyxy').arraySync()).toEqual([[[[255], [0]]]]);
  });
  test('channels first gives channels first', () => {
    const boxes = { boxes: [[[1, 2, 5, 6]]], labels: [[3]] };
    const last = drawBoundingBoxes(ops.zeros([1, 9, 8, 3]), boxes, 'xywh', { color: [9, 99, 200] });
    const first = drawBoundingBoxes(ops.zeros([1, 3, 9, 8]), boxes, 'xywh', {
      color: [9, 99, 200],
      dataFormat: 'channels_first',
    });
    expect(first.shape).toEqual([1, 3, 9, 8]);
    expect(ops.transpose(first, { axes: [0, 2, 3, 1] }).arraySync()).toEqual(last.arraySync());
  });
  test('names are written in the colour of the box, within the image', () => {
    const boxes = { boxes: [[[4, 40, 90, 50]]], labels: [[1]], confidences: [[0.5]] };
    const options = { color: [255, 0, 0], fontScale: 0.5, lineThickness: 1 } as const;
    const bare = drawBoundingBoxes(ops.zeros([1, 60, 100, 3]), boxes, 'xyxy', options);
    const named = drawBoundingBoxes(ops.zeros([1, 60, 100, 3]), boxes, 'xyxy', {
      ...options,
      classMapping: { 1: 'car' },
    });
    const changed = ops.squeeze(ops.any(ops.notEqual(bare, named), { axis: -1 }), { axis: 0 });
    const rows = changed.arraySync<boolean[][]>().map((row) => row.indexOf(true));
    expect(rows.findIndex((x) => x >= 0)).toBeGreaterThan(10); // above the box, whose first row is 40
    expect(rows.slice(40).every((x) => x < 0)).toBe(true);
    expect(ops.max(ops.getItem(named, ['...', 1])).itemSync()).toBe(191); // the rim: three quarters of white
  });
});

describe('galleries', () => {
  const images = ops.reshape(ops.arange(0, 5 * 4 * 6 * 3), [5, 4, 6, 3]);
  const pixelsOf = (bytes: string | Uint8Array): { width: number; height: number } => decode(bytes as Uint8Array);

  test('all images are shown, with their labels, in a drawing that a page can take', async () => {
    const svg = await plotImageGallery(images, {
      yTrue: [0, 1, 0, 1, 7],
      yPred: [0, 1, 1, 1, 0],
      labelMap: ['<cat>', 'dog'],
    });
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="246" /);
    expect(String(svg).match(/<image /g)).toHaveLength(5);
    expect(svg).toContain('Label: &lt;cat&gt;');
    expect(svg).toContain('Label: Unknown');
  });
  test('the pixels of images in the range stay what they are', async () => {
    const svg = String(await plotImageGallery(images, { rows: 1, cols: 2 }));
    const [first] = [...svg.matchAll(/base64,([^"]+)/g)].map(([, text]) => decode(Buffer.from(text, 'base64')));
    expect(Array.from(first.data)).toEqual(ops.getItem(images, [0]).flatten().arraySync());
    expect(svg.match(/<image /g)).toHaveLength(2);
    const unit = ops.divide(ops.cast(images, 'float32'), 255);
    expect(await plotImageGallery(unit, { rows: 1, cols: 2, valueRange: [0, 1] })).toBe(svg);
  });
  test('files are PNG or SVG, by the ends of their names', async () => {
    const [png, svg] = [join(folder, 'gallery.png'), join(folder, 'gallery.svg')];
    const bytes = await plotImageGallery(images, { path: png, rows: 2 });
    expect(pixelsOf(bytes)).toMatchObject({ width: 372, height: 166, channels: 4 });
    expect(new Uint8Array(readFileSync(png))).toEqual(new Uint8Array(bytes as Uint8Array));
    expect(await plotImageGallery(images, { path: svg })).toBe(readFileSync(svg, 'utf8'));
  });
  test('boxes and names lie over the images, and names hide no other names', async () => {
    const yTrue = { boxes: [[[1, 1, 4, 3]]], labels: [[0]] };
    const svg = await plotBoundingBoxGallery(ops.getItem(images, [{ start: 0, stop: 1 }]), 'xyxy', {
      yTrue,
      yPred: { ...yTrue, confidences: [[0.875]] },
      classMapping: ['cat'],
      legend: true,
    });
    expect(svg).toContain('>cat<');
    expect(svg).toContain('>cat | 0.88<');
    expect(svg).toContain('>Ground Truth<');
    const plates = [...String(svg).matchAll(/<rect x="[\d.]+" y="([\d.]+)" [^>]*height="16"/g)].map(([, y]) =>
      Number(y),
    );
    expect(plates).toHaveLength(2);
    expect(Math.abs(plates[0] - plates[1])).toBeGreaterThanOrEqual(16);
  });
  test('masks stand beside their images, painted after the range became bytes', async () => {
    const masks = ops.cast(ops.greater(ops.max(images, { axis: -1 }), 100), 'int32');
    const svg = String(
      await plotSegmentationMaskGallery(ops.divide(ops.cast(images, 'float32'), 255), 2, {
        yTrue: masks,
        yPred: masks,
        valueRange: [0, 1],
        ignoreIndex: 0,
      }),
    );
    const pictures = [...svg.matchAll(/base64,([^"]+)/g)].map(([, text]) => decode(Buffer.from(text, 'base64')));
    expect(pictures).toHaveLength(15);
    const wanted = ops.getItem(drawSegmentationMasks(images, masks, { numClasses: 2, ignoreIndex: 0 }), [2]).flatten();
    expect(Array.from(pictures[7].data)).toEqual(wanted.arraySync());
    expect(svg).toContain('>Prediction<');
  });
  test('an empty batch is an empty picture', async () => {
    expect(await plotImageGallery(ops.zeros([0, 4, 4, 3]))).toMatch(/^<svg /);
  });
});

describe('what is wrong is said', () => {
  const images = ops.zeros([1, 4, 4, 3]);
  const boxes = { boxes: [[[0, 0, 1, 1]]], labels: [[1]] };
  test.each<[string, () => unknown, RegExp]>([
    ['one image', () => drawBoundingBoxes(ops.zeros([4, 4, 3]), boxes, 'xyxy'), /drawBoundingBoxes: images of shape \(4, 4, 3\).*rank 4/],
    ['no dict', () => drawBoundingBoxes(images, [1] as never, 'xyxy'), /boundingBoxes=a list of 1. Expected a dict/],
    ['no labels', () => drawBoundingBoxes(images, { boxes: [[[0, 0, 1, 1]]] } as never, 'xyxy'), /lacks 'boxes' or 'labels'/],
    ['an unknown format', () => drawBoundingBoxes(images, boxes, 'corners'), /'corners'. Expected a format of boxes/],
    ['labels of another size', () => drawBoundingBoxes(images, { ...boxes, labels: [[1, 2]] }, 'xyxy'), /labels of shape \(1, 2\)/],
    ['boxes for other images', () => drawBoundingBoxes(ops.zeros([2, 4, 4, 3]), boxes, 'xyxy'), /for 2 images/],
    ['a colour by name', () => drawBoundingBoxes(images, boxes, 'xyxy', { color: 'red' as never }), /color='red'. Expected \[red, green, blue\]/],
    ['floats for masks', () => drawSegmentationMasks(images, ops.zeros([1, 4, 4])), /dtype float32. Expected whole numbers/],
    ['masks of another size', () => drawSegmentationMasks(images, ops.zeros([1, 4, 5], { dtype: 'int32' })), /of shape \(1, 4, 5\) for 1 images of 4 × 4/],
    ['no colour', () => drawSegmentationMasks(images, ops.ones([1, 4, 4], { dtype: 'int32' }), { numClasses: 2, colorMapping: { 0: [0, 0, 0] } }), /no colour for class 1/],
    ['alpha', () => drawSegmentationMasks(images, ops.ones([1, 4, 4], { dtype: 'int32' }), { alpha: 2 }), /alpha=2. Expected a number from 0 to 1/],
    ['grey images', () => drawSegmentationMasks(ops.zeros([1, 4, 4, 1]), ops.ones([1, 4, 4], { dtype: 'int32' })), /of 1 channels cannot show colours/],
    ['traced images', () => jit(() => drawBoundingBoxes(ops.add(images, 1), boxes, 'xyxy'))(), /is being traced/],
  ])('%s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore
  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['labels without names', () => plotImageGallery(images, { yTrue: [1] }), /without labelMap/],
    ['a file of another kind', () => plotImageGallery(images, { path: 'a.jpg' }), /path='a.jpg'. Pictures are .png or .svg/],
    ['a window', () => plotImageGallery(images, { show: true }), /there is no window/],
    ['a range of nothing', () => plotImageGallery(images, { valueRange: [1, 1] }), /valueRange=\[1, 1\]. Expected \[low, high\]/],
    ['no rows', () => plotImageGallery(images, { rows: 0 }), /rows=0. Expected a whole number from 1/],
    ['two legends', () => plotBoundingBoxGallery(images, 'xyxy', { legend: true, legendHandles: [] }), /both legend and legendHandles/],
    ['an unknown option', () => plotImageGallery(images, { colums: 3 } as never), /has no option 'colums'. Did you mean 'cols'/],
    ['rows of masks', () => plotSegmentationMaskGallery(images, 2, { rows: 3 } as never), /has no option 'rows'/],
  ])('%s', async (_, fn, message) => { await expect((async () => fn())()).rejects.toThrow(message); }); // prettier-ignore
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import '../../../testing/backends.js';
import { setPlatform } from '../../../core/platform.js';
import { Dataset } from '../../../data/dataset/index.js';
import { Functional, Sequential } from '../../../models/index.js';
import * as ops from '../../../ops/index.js';
import { nodePlatform } from '../../../platform/node/index.js';
import { grad, jit, setBackend, type Tensor, tensor } from '../../../runtime/index.js';
import * as layers from '../../index.js';

setPlatform({ workers: nodePlatform.workers });
afterEach(() => setBackend('wasm'));

const counting = (...shape: number[]): Tensor => ops.reshape(ops.arange(shape.reduce((a, b) => a * b)), shape);
const bytes = (...shape: number[]): Tensor => ops.cast(counting(...shape), 'uint8');
const list = (t: Tensor): number[] => [...t.dataSync()].map(Number);

/** One of each layer, on images of 8 × 8 × 3. */
const every: Readonly<Record<string, () => layers.Layer>> = {
  AugMix: () => new layers.AugMix({ numChains: 2, chainDepth: 1, allOps: false }),
  AutoContrast: () => new layers.AutoContrast(),
  CenterCrop: () => new layers.CenterCrop(5, 4),
  ContrastLimitedAdaptiveHistogramEqualization: () =>
    new layers.ContrastLimitedAdaptiveHistogramEqualization({ tileGridSize: [2, 2] }),
  CutMix: () => new layers.CutMix(),
  Equalization: () => new layers.Equalization(),
  MixUp: () => new layers.MixUp(),
  Pipeline: () => new layers.Pipeline([new layers.RandomFlip(), new layers.RandomContrast(0.3)]),
  RandAugment: () => new layers.RandAugment({ numOps: 1 }),
  RandomBrightness: () => new layers.RandomBrightness(0.3),
  RandomColorDegeneration: () => new layers.RandomColorDegeneration(0.3),
  RandomColorJitter: () => new layers.RandomColorJitter({ brightnessFactor: 0.2, hueFactor: 0.1 }),
  RandomContrast: () => new layers.RandomContrast(0.3),
  RandomCrop: () => new layers.RandomCrop(5, 4),
  RandomElasticTransform: () => new layers.RandomElasticTransform(),
  RandomErasing: () => new layers.RandomErasing(),
  RandomFlip: () => new layers.RandomFlip(),
  RandomGaussianBlur: () => new layers.RandomGaussianBlur(),
  RandomGrayscale: () => new layers.RandomGrayscale(),
  RandomHue: () => new layers.RandomHue(0.3),
  RandomInvert: () => new layers.RandomInvert(),
  RandomPerspective: () => new layers.RandomPerspective({ scale: 0.3 }),
  RandomPosterization: () => new layers.RandomPosterization(4),
  RandomRotation: () => new layers.RandomRotation(0.2),
  RandomSaturation: () => new layers.RandomSaturation(0.3),
  RandomSharpness: () => new layers.RandomSharpness(0.7),
  RandomShear: () => new layers.RandomShear({ xFactor: 0.3 }),
  RandomTranslation: () => new layers.RandomTranslation(0.3, 0.2),
  RandomZoom: () => new layers.RandomZoom(0.3),
  Resizing: () => new layers.Resizing(5, 4),
  Solarization: () => new layers.Solarization({ thresholdFactor: 0.5 }),
};
const sized = ['CenterCrop', 'RandomCrop', 'Resizing'];
/** Those that work outside of training too. */
const always = ['AutoContrast', 'CenterCrop', 'ContrastLimitedAdaptiveHistogramEqualization', 'Resizing'];

describe.each(Object.entries(every))('%s', (name, make) => {
  it('has open axes where the batch is open, trains in a model, and is the identity in predict', async () => {
    const input = layers.Input({ shape: [8, 8, 3] });
    const output = make()(input);
    expect(output.shape).toEqual([null, ...(sized.includes(name) ? [5, 4] : [8, 8]), 3]);
    const model = new Functional(input, output);
    const images = counting(2, 8, 8, 3);
    const predicted: Tensor = await model.predict(images, { verbose: 0 });
    if (!always.includes(name)) expect(list(predicted)).toEqual(list(images));
    // Inside of a program, and with training said: another one than predict's.
    const trained = jit((x: Tensor) => (model as unknown as (x: Tensor, o: object) => Tensor)(x, { training: true }))(
      images,
    );
    expect(trained.shape.slice(1)).toEqual(output.shape.slice(1));
    expect(list(trained).every(Number.isFinite)).toBe(true);
  });

  it('takes bytes and single images, and gives what its symbolic output says', () => {
    const layer = make();
    const symbol = layer(layers.Input({ batchShape: [2, 8, 8, 3], dtype: 'uint8' }));
    for (const training of [true, true, false]) {
      const result = layer(bytes(2, 8, 8, 3), { training });
      if (training) expect([result.dtype, ...result.shape]).toEqual([symbol.dtype, ...symbol.shape]);
      expect(layer(bytes(8, 8, 3), { training }).ndim).toBe(3);
    }
  });

  it('is saved and loaded', () => {
    const layer = make();
    const copy = layers.deserialize(layers.serialize(layer));
    expect(layers.serialize(copy)).toEqual(layers.serialize(layer));
  });

  it('refuses images of rank 2', () => {
    if (name === 'Pipeline') return;
    expect(() => make()(ops.ones([8, 8]))).toThrow(/images of shape \(8, 8\).*Expected rank 3 .* or 4 .*expandDims/);
  });
});

describe('what augmentation layers are made with', () => {
  it.each([
    [
      () => new layers.RandomContrast(2),
      /RandomContrast '.*': factor=2. Expected a number in \[0, 1\], or a list of two/,
    ],
    [() => new layers.RandomZoom(-1), /heightFactor=-1. Expected a number in \(-1, 1\]/],
    [() => new layers.RandomRotation([0.1, 0.2, 0.3]), /factor=\[0.1,0.2,0.3\]/],
    [() => new layers.RandomRotation(0.1, { fillMode: 'mirror' as 'wrap' }), /fillMode="mirror". Expected 'reflect'/],
    [
      () => new layers.RandomBrightness(0.1, { valueRange: [1, 1] }),
      /valueRange=\[1,1\]. Expected a list of two numbers/,
    ],
    [() => new layers.RandomFlip('sideways' as 'vertical'), /mode="sideways". Expected 'horizontal'/],
    [() => new layers.RandomFlip({ boundingBoxFormat: 'corners' as 'xyxy' }), /boundingBoxFormat='corners'. Expected/],
    [() => new layers.Resizing(0, 4), /height=0. Expected a positive whole number/],
    [() => new layers.Resizing(4, 4, { cropToAspectRatio: true, padToAspectRatio: true }), /Choose one/],
    [() => new layers.RandomGaussianBlur({ kernelSize: 4 }), /kernelSize=4. Expected an odd whole number/],
    [() => new layers.RandomErasing({ fillValue: [1, 2] }), /fillValue=\[1,2\]/],
    [() => new layers.MixUp({ alpha: 0 }), /alpha=0. Expected a number above 0/],
    [() => new layers.Pipeline([3 as unknown as layers.Layer]), /layers holds 3/],
  ])('%#', (make, message) => expect(make).toThrow(message));
});

describe('images in a dict', () => {
  const images = counting(2, 4, 6, 3);
  const boxes = [[[0, 0, 2, 3]], [[1, 1, 6, 4]]];
  const boundingBoxes = { boxes, labels: [[1], [2]] };

  it('are refused with what is missing or of a wrong form', () => {
    const flip = new layers.RandomFlip({ boundingBoxFormat: 'xyxy' });
    const call = flip as unknown as (data: unknown) => unknown;
    expect(() => call({ pictures: images })).toThrow(/keys pictures. Expected the images under 'images'/);
    expect(() => new layers.RandomFlip()({ images, boundingBoxes })).toThrow(/not told.*boundingBoxFormat: 'xyxy'/);
    expect(() => call({ images, boundingBoxes: boxes })).toThrow(/Expected a dict with the keys boxes and labels/);
    expect(() => call({ images, boundingBoxes: { boxes: [[0, 0, 1, 1]], labels: [0] } })).toThrow(
      /boxes of shape \(1, 4\)/,
    );
    expect(() => call({ images, boundingBoxes: { boxes, labels: [[1, 2], [2]] } })).toThrow(/one label for each box/);
    expect(() => call({ images, segmentationMasks: ops.ones([2, 4, 6]) })).toThrow(/masks of shape \(2, 4, 6\)/);
  });

  it('come back with the same keys, and others untouched', () => {
    const flip = new layers.RandomFlip('horizontal', { boundingBoxFormat: 'xyxy', seed: 1 });
    const data = { images, boundingBoxes, labels: [0, 1], segmentationMasks: bytes(2, 4, 6, 1), path: 'here' };
    const out = flip(data, { training: true }) as unknown as Record<string, Tensor>;
    expect(Object.keys(out)).toEqual(Object.keys(data));
    expect(out['path']).toBe('here');
    expect(out['segmentationMasks'].dtype).toBe('uint8');
  });

  it('has as many boxes for each image as the one with the most', () => {
    const same = new layers.RandomFlip({ boundingBoxFormat: 'xyxy' });
    const ragged = { boxes: [[[0, 0, 2, 3], [1, 1, 2, 2]], [[1, 1, 6, 4]]], labels: [[1, 3], [2]] }; // prettier-ignore
    const { boxes: found, labels } = same({ images, boundingBoxes: ragged }, { training: false }).boundingBoxes;
    expect([found.shape, list(labels)]).toEqual([[2, 2, 4], [1, 3, 2, -1]]); // prettier-ignore
  });

  it('is drawn from symbolic tensors', () => {
    const flip = new layers.RandomFlip({ boundingBoxFormat: 'xyxy' });
    const symbols = {
      images: layers.Input({ shape: [4, 6, 3] }),
      boundingBoxes: { boxes: layers.Input({ shape: [5, 4] }), labels: layers.Input({ shape: [5], dtype: 'int32' }) },
    };
    const out = (flip as unknown as (x: unknown) => Record<string, layers.Layer['input']>)(symbols) as unknown as {
      images: { shape: unknown };
      boundingBoxes: { boxes: { shape: unknown }; labels: { shape: unknown; dtype: string } };
    };
    expect(out.images.shape).toEqual([null, 4, 6, 3]);
    expect(out.boundingBoxes.boxes.shape).toEqual([null, 5, 4]);
    expect(out.boundingBoxes.labels.dtype).toBe('int32');
  });
});

describe('what Keras 3.15.1 does wrong', () => {
  it('RandomBrightness makes bytes darker too', () => {
    const darker = new layers.RandomBrightness([-0.2, -0.2]);
    expect(list(darker(ops.full([1, 1, 1, 1], 100, { dtype: 'uint8' }), { training: true }))).toEqual([49]);
  });

  it('RandomCrop keeps boxes around their objects, in every format', () => {
    for (const [format, box] of [
      ['xyxy', [3, 2, 5, 3]],
      ['xywh', [3, 2, 2, 1]],
      ['rel_xyxy', [0.375, 1 / 3, 0.625, 0.5]],
    ] as const) {
      const crop = new layers.RandomCrop(4, 5, { boundingBoxFormat: format, seed: 4 });
      // The object is the pixels 3 and 4 of row 2, where the image is 1.
      const images = ops.reshape(
        tensor(Array.from({ length: 48 }, (_, i) => (i === 19 || i === 20 ? 1 : 0))),
        [1, 6, 8, 1],
      );
      const { images: cut, boundingBoxes } = crop(
        { images, boundingBoxes: { boxes: [[box]], labels: [[7]] } },
        { training: true },
      );
      const pixels = list(cut);
      const first = pixels.indexOf(1);
      const [x, y] = [first % 5, Math.floor(first / 5)];
      const wanted = {
        xyxy: [x, y, x + 2, y + 1],
        xywh: [x, y, 2, 1],
        rel_xyxy: [x / 5, y / 4, (x + 2) / 5, (y + 1) / 4],
      };
      list(boundingBoxes.boxes).forEach((n, i) => expect(n).toBeCloseTo(wanted[format][i], 5));
    }
  });

  it('crops that enlarge give masks of classes that were there', () => {
    const segmentationMasks = bytes(1, 2, 3, 1);
    for (const crop of [new layers.CenterCrop(4, 6), new layers.RandomCrop(4, 6)]) {
      const out = crop({ images: counting(1, 2, 3, 3), segmentationMasks }, { training: true });
      expect(out.segmentationMasks.dtype).toBe('uint8');
      expect(list(out.segmentationMasks).slice(0, 6)).toEqual([0, 0, 1, 1, 2, 2]);
    }
  });

  it('RandomRotation converts boxes before it turns them', () => {
    const images = counting(1, 6, 8, 3);
    const turned = (format: 'xyxy' | 'xywh', box: number[]): number[] => {
      const rotation = new layers.RandomRotation(0.1, { boundingBoxFormat: format, seed: 2 });
      const given = { images, boundingBoxes: { boxes: [[box]], labels: [[1]] } };
      return list(rotation(given, { training: true }).boundingBoxes.boxes);
    };
    const [x1, y1, x2, y2] = turned('xyxy', [2, 2, 5, 4]);
    turned('xywh', [2, 2, 3, 2]).forEach((n, i) => expect(n).toBeCloseTo([x1, y1, x2 - x1, y2 - y1][i], 4));
  });

  it('MixUp gives an image the boxes of both, and masks of their own shape', () => {
    const mix = new layers.MixUp({ boundingBoxFormat: 'xyxy', seed: 1 });
    const boundingBoxes = { boxes: [[[0, 0, 2, 3]], [[1, 1, 6, 4]]], labels: [[1], [2]] };
    const out = mix(
      { images: counting(2, 4, 6, 3), boundingBoxes, segmentationMasks: bytes(2, 4, 6, 1) },
      { training: true },
    );
    expect([out.boundingBoxes.boxes.shape, out.boundingBoxes.labels.shape]).toEqual([[2, 2, 4], [2, 2]]); // prettier-ignore
    expect(out.segmentationMasks.shape).toEqual([2, 4, 6, 1]);
  });

  it('CutMix pastes masks of one channel where it pastes images', () => {
    const mix = new layers.CutMix({ seed: 3 });
    const masks = ops.cast(ops.mean(counting(3, 6, 6, 3), { axis: -1, keepdims: true }), 'int32');
    const out = mix({ images: counting(3, 6, 6, 3), segmentationMasks: masks }, { training: true });
    const wanted = ops.cast(ops.mean(out.images, { axis: -1, keepdims: true }), 'int32');
    expect([out.segmentationMasks.dtype, ...out.segmentationMasks.shape]).toEqual(['int32', 3, 6, 6, 1]);
    expect(list(out.segmentationMasks)).toEqual(list(wanted));
    expect(list(out.segmentationMasks)).not.toEqual(list(masks));
  });

  it('fill values of MaxNumBoundingBoxes are saved', () => {
    const layer = new layers.MaxNumBoundingBoxes(3, { fillValue: 4, boundingBoxFormat: 'xyxy' });
    expect((layers.deserialize(layers.serialize(layer)) as layers.MaxNumBoundingBoxes).fillValue).toBe(4);
  });

  it('RandomElasticTransform moves masks as it moves images', () => {
    const elastic = new layers.RandomElasticTransform({
      factor: [1, 1],
      scale: [1, 1],
      interpolation: 'nearest',
      seed: 1,
    });
    const images = ops.cast(ops.mod(counting(1, 40, 40, 1), 251), 'uint8');
    const out = elastic({ images, segmentationMasks: images }, { training: true });
    expect(list(out.segmentationMasks)).toEqual(list(out.images));
    expect(list(out.images)).not.toEqual(list(images));
    const boundingBoxes = { boxes: [[[0, 0, 1, 1]]], labels: [[0]] };
    const withBoxes = new layers.RandomElasticTransform({ boundingBoxFormat: 'xyxy' });
    expect(() => withBoxes({ images, boundingBoxes })).toThrow(/boxes cannot be moved/);
  });

  it('RandomPerspective leaves the boxes of images that it leaves', () => {
    const still = new layers.RandomPerspective({ factor: 0, boundingBoxFormat: 'xyxy' });
    const boundingBoxes = { boxes: [[[1, 1, 3, 2]]], labels: [[0]] };
    const out = still({ images: counting(1, 6, 8, 3), boundingBoxes }, { training: true });
    list(out.boundingBoxes.boxes).forEach((n, i) => expect(n).toBeCloseTo([1, 1, 3, 2][i], 4));
  });

  it('RandomPerspective moves boxes with what is in them', () => {
    const perspective = new layers.RandomPerspective({
      factor: [1, 1],
      scale: 0.3,
      boundingBoxFormat: 'xyxy',
      seed: 3,
    });
    const size = 40;
    const inside = (i: number): boolean => i % size >= 10 && i % size < 20 && i >= 8 * size && i < 16 * size;
    const images = tensor(Array.from({ length: size * size }, (_, i) => (inside(i) ? 1 : 0)), [1, size, size, 1]); // prettier-ignore
    const boundingBoxes = { boxes: [[[10, 8, 20, 16]]], labels: [[0]] };
    const out = perspective({ images, boundingBoxes }, { training: true });
    const there = list(out.images).flatMap((x, i) => (x > 0.5 ? [i] : []));
    const [xs, ys] = [there.map((i) => i % size), there.map((i) => Math.floor(i / size))];
    const wanted = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
    list(out.boundingBoxes.boxes).forEach((n, i) => expect(Math.abs(n - wanted[i])).toBeLessThan(1.5));
  });
});

describe('where augmentation runs', () => {
  it('Dataset.map takes layers and pipelines as they are', async () => {
    const augment = new layers.Pipeline([
      new layers.RandomFlip('horizontal', { seed: 1 }),
      new layers.RandomCrop(4, 4, { seed: 2 }),
    ]);
    const dataset = Dataset.fromTensorSlices(counting(7, 6, 6, 3)).batch(3).map((batch) => augment(batch, { training: true })); // prettier-ignore
    const shapes: unknown[] = [];
    for await (const batch of dataset) shapes.push(batch.shape);
    expect(shapes).toEqual([[3, 4, 4, 3], [3, 4, 4, 3], [1, 4, 4, 3]]); // prettier-ignore
  });

  it('draws the same numbers op by op, as a program, and inside of a model', () => {
    const images = counting(3, 6, 6, 3);
    const make = (): layers.RandomRotation => new layers.RandomRotation(0.3, { seed: 5 });
    const [eager, inside] = [make(), make()];
    const model = jit((x: Tensor) => inside(x, { training: true }));
    for (let i = 0; i < 3; i++) {
      const [a, b] = [list(eager(images, { training: true })), list(model(images))];
      a.forEach((x, k) => expect(x).toBeCloseTo(b[k], 2));
    }
  });

  it('AugMix chooses other changes at each step of a program', () => {
    const mix = new layers.AugMix({ numChains: 1, chainDepth: 1, factor: [0.3, 0.3], seed: 1 });
    const step = jit((x: Tensor) => mix(x, { training: true }));
    const images = counting(1, 6, 6, 3);
    const results = new Set(Array.from({ length: 6 }, () => list(step(images)).join()));
    expect(results.size).toBeGreaterThan(3);
  });

  it('AugMix has each change once in its program, however many chains there are', () => {
    const traced = (numChains: number, chainDepth: number): number => {
      const mix = new layers.AugMix({ numChains, chainDepth, seed: 1 });
      const shear = vi.spyOn(layers.RandomShear.prototype, 'transformImages');
      jit((x: Tensor) => mix(x, { training: true }))(counting(1, 6, 6, 3));
      const { length } = shear.mock.calls;
      shear.mockRestore();
      return length;
    };
    expect(traced(3, 3)).toBe(traced(1, 1));
  });

  it('AugMix has a gradient in a program', () => {
    const mix = new layers.AugMix({ numChains: 2, chainDepth: 2, seed: 3 });
    const images = ops.cast(counting(1, 6, 6, 3), 'float32');
    const slopes = jit((x: Tensor) => grad(() => ops.sum(mix(x, { training: true })), [x])[0])(images);
    const found = list(slopes);
    expect(found.every(Number.isFinite)).toBe(true);
    expect(found.some((v) => v !== 0)).toBe(true);
  });

  it('is part of the steps of fit', async () => {
    const model = new Sequential([
      new layers.Rescaling(1 / 255),
      new layers.RandomFlip('horizontal', { seed: 1 }),
      new layers.RandomTranslation(0.1, 0.1, { seed: 2 }),
      new layers.Flatten(),
      new layers.Dense(2),
    ]);
    model.compile({ optimizer: 'sgd', loss: 'mse' });
    const history = await model.fit(bytes(6, 4, 4, 3), ops.ones([6, 2]), { batchSize: 3, epochs: 2, verbose: 0 });
    expect(history.history['loss'].every(Number.isFinite)).toBe(true);
  });

  it('computes in the dtype of its policy', () => {
    const flip = new layers.RandomFlip({ dtype: 'mixed_float16' });
    expect(flip(bytes(2, 4, 4, 3), { training: true }).dtype).toBe('float16');
    for (const layer of [
      new layers.RandomRotation(0.1, { dtype: 'float16' }),
      new layers.RandomHue(0.1, { dtype: 'float16' }),
    ])
      expect(layer(bytes(2, 4, 4, 3), { training: true }).dtype).toBe('float16');
  });
});

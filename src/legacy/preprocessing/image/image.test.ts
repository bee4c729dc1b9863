import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { toCamelCase } from '../../../core/naming.js';
import { isDict } from '../../../core/tree.js';
import * as keras from '../../../index.js';
import { tensorDifference } from '../../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../../testing/fixtures.js';
import { decodeNumbers, decodeTensor, isEncodedArray, readFixtures } from '../../../testing/fixtures.js';

const { image } = keras.preprocessing;
const { ops } = keras;
type Tensor = keras.Tensor;
type Case = FixtureCase & { readonly x: EncodedArray; readonly output: EncodedArray };
type Options = Record<string, unknown>;
type AnyFunction = (...args: unknown[]) => Tensor;

const fixtures = readFixtures<Case>('keras2_images');
const cases = (...kinds: readonly string[]): [string, Case][] =>
  fixtures.filter(({ id }) => kinds.some((kind) => id.startsWith(`${kind}/`))).map((c) => [c.id, c]);
const camel = (options: unknown): Options =>
  Object.fromEntries(Object.entries(options as object).map(([name, value]) => [toCamelCase(name), value as unknown]));
const close = (found: Tensor, wanted: EncodedArray, tolerance: number): void => {
  expect(found.shape).toEqual(wanted.shape);
  expect(tensorDifference(found, wanted, tolerance)).toBeNull();
};
// 1e-5 of the size of the numbers: Keras computes in float32 between the steps, SciPy and what is here in float64.
const CLOSE = 1e-5;

afterEach(() => {
  vi.restoreAllMocks();
});

describe('single images', () => {
  it.each(cases('affine', 'spline'))('%s is as SciPy computes it', (_, c) => {
    close(image.applyAffineTransform(decodeTensor(c.x), camel(c['kwargs'])), c.output, CLOSE);
  });
  it.each(cases('brightness'))('%s is as Pillow computes it', (_, c) => {
    const { brightness, scale } = c as unknown as { brightness: number; scale: boolean };
    close(image.applyBrightnessShift(decodeTensor(c.x), brightness, { scale }), c.output, CLOSE);
  });
  it.each(cases('channel'))('%s is that of Keras', (_, c) => {
    close(image.applyChannelShift(decodeTensor(c.x), c['intensity'] as number, { channelAxis: 2 }), c.output, CLOSE);
  });
  it.each(cases('random'))('%s draws what NumPy draws', (_, c) => {
    keras.utils.setRandomSeed(c['seed'] as number);
    const fn = (image as unknown as Record<string, AnyFunction>)[toCamelCase(c['name'] as string)];
    for (const wanted of c['outputs'] as EncodedArray[])
      close(fn(decodeTensor(c.x), ...(c['args'] as unknown[]), camel(c['kwargs'])), wanted, CLOSE);
  });
});

describe('ImageDataGenerator', () => {
  it.each(cases('draw'))('%s: what is drawn and done is that of Keras', (_, c) => {
    const generator = new image.ImageDataGenerator(camel(c['options']));
    const x = decodeTensor(c.x);
    close(generator.applyTransform(x, camel(c['params'])), c.output, CLOSE);
    if (c['seed'] === null) return;
    const drawn = generator.getRandomTransform(x.shape, { seed: c['seed'] as number });
    for (const [name, wanted] of Object.entries(camel(c['params']))) {
      const found = drawn[name as 'theta'];
      if (typeof wanted === 'number') expect(found, name).toBeCloseTo(wanted, 12);
      else expect(found, name).toBe(wanted);
    }
    close(generator.randomTransform(x, { seed: c['seed'] as number }), c['random'] as EncodedArray, CLOSE);
  });
  it.each(cases('standard'))('%s: fit and standardize are those of Keras', (_, c) => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const generator = new image.ImageDataGenerator(camel(c['options']));
    const x = decodeTensor(c.x);
    generator.fit(x);
    // Whitening divides by singular values, some of them small: 1e-4.
    const tolerance = generator.zcaWhitening ? 1e-4 : CLOSE;
    for (const name of ['mean', 'std', 'zca_whitening_matrix']) {
      const found = generator[toCamelCase(name) as 'mean'] as Tensor | null;
      if (c[name] === null) expect(found).toBeNull();
      else compare(found, c[name], tolerance, name);
    }
    compare(generator.standardize(x.at(3)), c['one'], tolerance, 'one');
    compare(generator.standardize(x.slice(0, 5)), c['batch'], tolerance, 'batch');
  });
  test('fit may see changed images', () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const c = fixtures.find(({ id }) => id === 'augmented')!;
    const generator = new image.ImageDataGenerator(camel(c['options']));
    generator.fit(decodeTensor(c.x), { augment: true, rounds: 2, seed: 5 });
    close(generator.mean as Tensor, c['mean'] as EncodedArray, CLOSE);
    close(generator.std as Tensor, c['std'] as EncodedArray, CLOSE);
  });
  test('a seed of one’s own leaves the process’s generator alone', () => {
    const generator = new image.ImageDataGenerator({ rotationRange: 90 });
    const draw = (seed: number | null): number => generator.getRandomTransform([4, 4, 3], { seed }).theta;
    keras.utils.setRandomSeed(1);
    const [first, second] = [draw(null), draw(null)];
    keras.utils.setRandomSeed(1);
    expect([draw(null), draw(7) === draw(7), draw(null)]).toEqual([first, true, second]);
  });
  test('a function of one’s own sees each image after its change, before it is normalized', () => {
    const seen: number[][] = [];
    const generator = new image.ImageDataGenerator({
      rescale: 0.5,
      preprocessingFunction: (x) => {
        seen.push([...x.shape, Number(x.dataSync()[0])]);
        return ops.add(x, 1);
      },
    });
    const [batch] = generator.flow(ops.full([2, 2, 3, 1], 3), [0, 1], { shuffle: false }).getItem(0) as [
      Tensor,
      Tensor,
    ];
    expect(seen).toEqual([[2, 3, 1, 3], [2, 3, 1, 3]]); // prettier-ignore
    expect(new Set(batch.dataSync() as Float32Array)).toEqual(new Set([2]));
    const bad = new image.ImageDataGenerator({ preprocessingFunction: (x) => x.at(0) });
    expect(() => bad.flow(ops.ones([2, 2, 3, 1])).getItem(0)).toThrow(/made \(3, 1\) of an image of shape \(2, 3, 1\)/);
  });
});

/** A batch as the fixtures have it. */
function compare(found: unknown, wanted: unknown, tolerance: number, where: string): void {
  if (isEncodedArray(wanted)) {
    expect((found as Tensor).shape, where).toEqual(wanted.shape);
    const numbers = Array.from((found as Tensor).dataSync() as ArrayLike<number>, Number);
    const expected = decodeNumbers(wanted);
    const scale = Math.max(1, ...expected.map(Math.abs));
    const worst = numbers.reduce((most, v, i) => Math.max(most, Math.abs(v - expected[i])), 0);
    expect(worst / scale, where).toBeLessThan(tolerance);
    return;
  }
  const list = wanted as unknown[];
  expect(found, where).toHaveLength(list.length);
  list.forEach((each, i) => {
    compare((found as unknown[])[i], each, tolerance, `${where}[${i}]`);
  });
}

interface Steps {
  readonly gets: readonly number[];
  readonly batches: readonly unknown[];
  readonly again: readonly unknown[];
  readonly next: readonly unknown[];
}
interface AnyIterator {
  readonly length: number;
  getItem(index: number): unknown;
  onEpochEnd(): void | Promise<void>;
  next(): Promise<{ readonly value: unknown }>;
}

async function follow(iterator: AnyIterator, c: Case): Promise<void> {
  const steps = c as unknown as Steps;
  expect(iterator.length).toBe(c['length']);
  for (const [what, wanted] of [
    ['batch', steps.batches],
    ['again', steps.again],
  ] as const) {
    // prettier-ignore
    for (const [k, index] of steps.gets.entries())
      compare(await iterator.getItem(index), wanted[k], CLOSE, `${what} ${index}`);
    if (what === 'batch') await iterator.onEpochEnd();
  }
  for (const [k, wanted] of steps.next.entries()) compare((await iterator.next()).value, wanted, CLOSE, `next ${k}`);
}

describe('flow', () => {
  it.each(cases('flow'))('%s: batches are those of Keras, draw by draw', async (_, c) => {
    const generator = new image.ImageDataGenerator(camel(c['generator']));
    const part = (name: string): Tensor => decodeTensor(c[name] as EncodedArray);
    const x = c['extra'] === undefined ? part('x') : ([part('x'), part('extra')] as const);
    const options = { ...camel(c['options']), ...(c['sample_weight'] === undefined ? {} : { sampleWeight: part('sample_weight') }) }; // prettier-ignore
    const iterator = generator.flow(x as Tensor, c['y'] === undefined ? (null as never) : part('y'), options);
    expect(iterator.n).toBe(c['n']);
    if (c['seed'] !== undefined) keras.utils.setRandomSeed(c['seed'] as number);
    await follow(iterator, c);
  });
  test('feeds fit, fitGenerator, evaluate and predict', async () => {
    const x = keras.random.uniform([10, 4, 4, 1], { seed: 1 });
    const y = ops.arange(10, { dtype: 'float32' });
    const generator = new image.ImageDataGenerator({ rescale: 2, validationSplit: 0.3 });
    const model = new keras.Sequential([new keras.layers.Flatten(), new keras.layers.Dense(1)]);
    model.compile({ loss: 'mse' });
    const train = generator.flow(x, y, { subset: 'training', batchSize: 3, ignoreClassSplit: true });
    const validationData = generator.flow(x, y, { subset: 'validation', shuffle: false, ignoreClassSplit: true });
    const { history } = await model.fit(train, { epochs: 2, verbose: 0, validationData });
    expect(history['val_loss']).toHaveLength(2);
    await model.fitGenerator(train, { epochs: 1, stepsPerEpoch: 2, verbose: 0 });
    const images = generator.flow(x, { batchSize: 4, shuffle: false });
    const predicted = await model.predict<Tensor>(images);
    expect(predicted.arraySync()).toEqual((await model.predict<Tensor>(ops.multiply(x, 2))).arraySync());
    const error = await model.evaluate(generator.flow(x, y, { shuffle: false }), { verbose: 0 });
    expect(error).toBeCloseTo(await model.evaluate(ops.multiply(x, 2), y, { verbose: 0 }), 4);
  });
  test('goes on without end, and begins again after reset', async () => {
    const iterator = new image.ImageDataGenerator().flow(ops.reshape(ops.arange(5), [5, 1, 1, 1]), { batchSize: 2, shuffle: false }); // prettier-ignore
    const first = async (): Promise<number> => Number((await iterator.next()).value.dataSync()[0]);
    expect([await first(), await first(), await first(), await first(), await first()]).toEqual([0, 2, 4, 0, 2]);
    iterator.reset();
    expect([await first(), iterator.batchIndex, iterator.totalBatchesSeen]).toEqual([0, 1, 6]);
    const sizes: number[] = [];
    for await (const batch of iterator) {
      sizes.push(batch.shape[0]);
      if (sizes.length === 4) break;
    }
    expect(sizes).toEqual([2, 1, 2, 2]);
    expect([...iterator].map((batch) => batch.shape[0])).toEqual([2, 2, 1]);
  });
  test('takes dtypes and channels first', () => {
    const generator = new image.ImageDataGenerator({
      dataFormat: 'channels_first',
      dtype: 'float64',
      horizontalFlip: true,
    });
    const batch = generator.flow(ops.ones([2, 3, 4, 5])).getItem(0) as Tensor;
    expect([batch.dtype, batch.shape]).toEqual(['float64', [2, 3, 4, 5]]);
  });
  test('says what is wrong', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const generator = new image.ImageDataGenerator({ featurewiseCenter: true, validationSplit: 0.5 });
    const x = ops.ones([4, 2, 2, 3]);
    expect(() => generator.flow(ops.ones([2, 2, 3]))).toThrow(/shape \(2, 2, 3\). Expected rank 4/);
    expect(() => generator.flow(x, [1, 2])).toThrow(/4 images, 2 labels/);
    expect(() => generator.flow([x, ops.ones([3, 1])])).toThrow(/4 images, 3 extras/);
    expect(() => generator.flow(x, [0, 0, 1, 1], { subset: 'training' })).toThrow(/different classes after the split/);
    expect(() => generator.flow(x, { subset: 'test' as never })).toThrow(/subset='test'/);
    expect(() => generator.flow(x, { sampleWeight: [1, 1, 1, 1] })).toThrow(/sampleWeight without labels/);
    expect(() => generator.flow(x, { batchsize: 2 } as never)).toThrow(/no option 'batchsize'/);
    expect(() => generator.flow(x, { batchSize: 0 })).toThrow(/batchSize=0/);
    expect(() => generator.flow(x, { seed: -1 })).toThrow(/seed=-1/);
    expect(() => generator.flow(x).getItem(1)).toThrow(/batch 1 of 1/);
    generator.standardize(x);
    generator.standardize(x);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls[0][0]).toMatch(/has seen no data.*fit\(x\) before/);
    expect(() => new image.ImageDataGenerator({ zoomRange: [1] as never })).toThrow(/zoomRange/);
    expect(() => new image.ImageDataGenerator({ fillMode: 'edge' as never })).toThrow(/fillMode='edge'/);
    expect(() => new image.ImageDataGenerator({ validationSplit: 1 })).toThrow(/between 0 and 1/);
    expect(() => new image.ImageDataGenerator({ brightnessRange: 0.5 as never })).toThrow(/list of two numbers/);
    expect(() => new image.ImageDataGenerator({ interpolationOrder: 6 })).toThrow(/interpolationOrder=6/);
    expect(() => new image.ImageDataGenerator({ rotation: 3 } as never)).toThrow(/rotation/);
    expect(() => new image.ImageDataGenerator({ dataFormat: 'last' as never })).toThrow(/dataFormat='last'/);
    expect(() => generator.fit(ops.ones([2, 2]))).toThrow(/Expected rank 4/);
    expect(() => image.applyAffineTransform(ops.ones([2, 2]))).toThrow(/Expected rank 3/);
    expect(() => image.applyAffineTransform(ops.ones([2, 2, 3]), { rowAxis: 2 })).toThrow(/must be distinct/);
    expect(() => image.randomZoom(ops.ones([2, 2, 3]), 2 as never)).toThrow(/zoomRange=2/);
  });
});

describe('files', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'keras-ts-images-'));
    const files = fixtures.find(({ id }) => id === 'files')!['files'] as Record<string, EncodedArray>;
    for (const [name, data] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), Uint8Array.from(decodeNumbers(data)));
    }
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const attributes = (iterator: object, c: Case): void => {
    for (const name of ['filenames', 'classes', 'samples'])
      if (c[name] !== undefined) expect(iterator[toCamelCase(name) as never], name).toEqual(c[name]);
    expect({ ...(iterator as { classIndices: object }).classIndices }).toEqual(c['class_indices']);
  };
  it.each(cases('folder'))('%s: files, classes and batches are those of Keras', async (_, c) => {
    const generator = new image.ImageDataGenerator(camel(c['generator']));
    const iterator = await generator.flowFromDirectory(folder, camel(c['options']));
    attributes(iterator, c);
    await follow(iterator, c);
  });
  it.each(cases('table'))('%s: rows, classes and batches are those of Keras', async (_, c) => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const generator = new image.ImageDataGenerator(camel(c['generator']));
    const table = c['table'] as Record<string, unknown[]>;
    const rows = table['name'].map((_name, i) => Object.fromEntries(Object.entries(table).map(([k, v]) => [k, v[i]])));
    for (const each of [table, rows]) {
      const iterator = await generator.flowFromDataframe(each, { directory: folder, xCol: 'name', ...camel(c['options']) }); // prettier-ignore
      attributes(iterator, c);
      await follow(iterator, c);
    }
  });
  test('threads read the same pixels', async () => {
    const generator = new image.ImageDataGenerator({ rotationRange: 30 });
    const batch = async (workers: number): Promise<Tensor> => {
      const options = { workers, seed: 4, targetSize: [12, 10], interpolation: 'bicubic', classMode: null } as const;
      const iterator = await generator.flowFromDirectory(folder, options);
      const found = await iterator.getItem(0);
      iterator.onEpochEnd();
      return found as Tensor;
    };
    expect((await batch(2)).arraySync()).toEqual((await batch(0)).arraySync());
  });
  test('a model learns from folders, and images of batches are saved', async () => {
    const saved = join(folder, 'saved', 'here');
    const generator = new image.ImageDataGenerator({ rescale: 1 / 255 });
    const options = { targetSize: [4, 4], classMode: 'sparse', seed: 1, saveToDir: saved, savePrefix: 'aug' } as const;
    const train = await generator.flowFromDirectory(folder, { ...options, classes: ['cats', 'dogs'] });
    const model = new keras.Sequential([
      new keras.layers.Flatten(),
      new keras.layers.Dense(2, { activation: 'softmax' }),
    ]);
    model.compile({ loss: 'sparse_categorical_crossentropy' });
    await model.fit(train, { epochs: 1, verbose: 0 });
    const names = readdirSync(saved);
    expect(names).toHaveLength(train.samples);
    expect(names.every((name) => /^aug_\d_\d+\.png$/.test(name))).toBe(true);
    expect((await keras.utils.loadImg(join(saved, names[0]))).size).toEqual([4, 4]);
    rmSync(join(folder, 'saved'), { recursive: true });
  });
  test('links to folders are gone into where it is said', async () => {
    const linked = mkdtempSync(join(tmpdir(), 'keras-ts-links-'));
    mkdirSync(join(linked, 'cats'));
    symlinkSync(join(folder, 'dogs'), join(linked, 'cats', 'more'));
    const count = async (followLinks: boolean): Promise<number> =>
      (await new image.ImageDataGenerator().flowFromDirectory(linked, { followLinks })).samples;
    expect([await count(false), await count(true)]).toEqual([0, 3]);
    rmSync(linked, { recursive: true });
  });
  test('says what is wrong', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const generator = new image.ImageDataGenerator();
    await expect(generator.flowFromDirectory(join(folder, 'none'))).rejects.toThrow(/there is no folder/);
    await expect(generator.flowFromDirectory(folder, { classMode: 'raw' as never })).rejects.toThrow(
      /Invalid classMode/,
    );
    await expect(generator.flowFromDirectory(folder, { subset: 'validation' })).rejects.toThrow(/no validationSplit/);
    const empty = await generator.flowFromDirectory(folder, { classes: ['birds'] });
    expect(warn.mock.calls[0][0]).toMatch(/no folder of the class 'birds'/);
    await expect(empty.next()).rejects.toThrow(/there are no images/);
    const rows = [{ filename: 'cats/c1.png', class: 'cat' }, { filename: 'dogs/d1.png', class: 7 }]; // prettier-ignore
    const from = (options: object, table: unknown = rows): Promise<unknown> =>
      generator.flowFromDataframe(table as never, { directory: folder, ...options });
    await expect(from({})).rejects.toThrow(
      /must be strings or lists of strings. Received: 7. Numbers are for classMode: 'raw'/,
    );
    await expect(from({ xCol: 'file' })).rejects.toThrow(/no column 'file'. There are 'filename', 'class'/);
    await expect(from({ classMode: 'multi_output' })).rejects.toThrow(/yCol must be a list/);
    await expect(from({ classMode: 'raw' })).rejects.toThrow(/row 0 of the column 'class' is 'cat'/);
    await expect(from({ weightCol: 'class' })).rejects.toThrow(/must be numeric/);
    await expect(from({}, { filename: ['a.png'], class: [] })).rejects.toThrow(/'class' has 0 entries/);
    await expect(from({}, 'table')).rejects.toThrow(/Expected rows/);
    await expect(from({ classMode: 'binary' }, [rows[0]])).rejects.toThrow(/Found 1 classes/);
    writeFileSync(join(folder, 'cats', 'broken.png'), 'no image');
    const broken = await generator.flowFromDirectory(folder, { shuffle: false });
    await expect(broken.getItem(0)).rejects.toThrow(/broken\.png is no image that can be read/);
    rmSync(join(folder, 'cats', 'broken.png'));
  });
});

test('images of one’s own come in batches by a subclass', async () => {
  class Squares extends image.Iterator<Tensor> {
    override _getBatchesOfTransformedSamples(indexArray: Int32Array): Tensor {
      return ops.square(keras.tensor(Array.from(indexArray)));
    }
  }
  const squares = new Squares(5, 2, false, null);
  expect((squares.getItem(1) as Tensor).arraySync()).toEqual([4, 9]);
  expect((await squares.next()).value.arraySync()).toEqual([0, 1]);
  expect(isDict(squares)).toBe(false);
  expect(() => new Squares(5, 0, false, null)).toThrow(/batchSize=0/);
});

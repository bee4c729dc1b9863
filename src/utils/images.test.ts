import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test, vi } from 'vitest';
import '../index.js';
import { toCamelCase } from '../core/naming.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import type { Workers } from '../core/platform.js';
import type { Tensor } from '../runtime/index.js';
import type { EncodedArray } from '../testing/fixtures.js';
import { decodeNumbers, decodeTensor, readFixtures } from '../testing/fixtures.js';
import type { ColorMode, DirectoryDataset, ImageDatasetOptions } from './index.js';
import {
  arrayToImg,
  disableInteractiveLogging,
  enableInteractiveLogging,
  imageDatasetFromDirectory,
  Img,
  imgToArray,
  loadImg,
  saveImg,
} from './index.js';
import { localEngine } from './images/runner.js';

interface Case {
  readonly [key: string]: unknown;
  readonly id: string;
  readonly bytes: string;
  readonly tf: EncodedArray | { readonly error: string };
  readonly pil: EncodedArray | { readonly error: string };
  readonly y: EncodedArray | { readonly error: string };
  readonly options: Record<string, unknown>;
}

const cases = [...readFixtures<Case>('images'), ...readFixtures<Case>('images_grain')];
const startingWith = (start: string): Case[] => cases.filter(({ id }) => id.startsWith(start));
const bytesOf = (name: string): Uint8Array =>
  Uint8Array.from(Buffer.from(startingWith(`file/${name}`)[0].bytes, 'base64'));
const camel = (options: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [toCamelCase(key), value]));
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  a.length !== b.length ? Infinity : Array.from(a, (v, i) => Math.abs(v - b[i])).reduce((m, d) => Math.max(m, d), 0);

let folder = '';
const put = (path: string, content: Uint8Array | string): string => {
  const whole = join(folder, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, content);
  return whole;
};
const one = async (path: string, options: ImageDatasetOptions): Promise<Tensor> => {
  const at = dirname(put(`one/${path}/${path}`, bytesOf(path)));
  const [image] = await (await imageDatasetFromDirectory(at, { ...options, labels: null, batchSize: null })).toArray();
  return image;
};

beforeAll(() => {
  disableInteractiveLogging();
  folder = mkdtempSync(join(tmpdir(), 'images-'));
});
afterAll(() => {
  enableInteractiveLogging();
  rmSync(folder, { recursive: true });
});

// TensorFlow: a file of few bits or with a palette is not opaque (its alpha is the largest index); it takes palettes of BMP for lightness,
// and moves a GIF's picture that is smaller than its screen. Pillow: 16 bits of lightness are cut off at 255; the colour that is
// see-through is compared with widened samples. Here these are read as the files say.
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  tf: ['grey1.png/rgba', 'grey2.png/rgba', 'grey4.png/rgba', 'palette.png/rgba', 'palette4.png/rgba', 'palette2.png/rgba', 'palette1.png/rgba', 'interlaced_palette4.png/rgba', 'palette8.bmp/rgb', 'palette8.bmp/rgba', 'part.gif/rgb'], // prettier-ignore
  pil: ['grey16.png/rgb', 'grey16.png/rgba', 'grey4_key.png/rgba'],
};

describe('decoders', () => {
  test.each([
    ['tf', 'tensorflow'],
    ['pil', 'pillow'],
  ] as const)('give the very pixels of %s', async (key, style) => {
    const engine = await localEngine();
    let compared = 0;
    for (const found of startingWith('decode/')) {
      const [, name, mode] = found.id.split('/') as [string, string, ColorMode];
      const wanted = found[key];
      if ('error' in wanted || FAULTS[key].includes(`${name}/${mode}`)) continue;
      const channels = ({ grayscale: 1, rgb: 3, rgba: 4 } as const)[mode];
      const { width, height, data } = engine.read(bytesOf(name), { channels, style });
      expect([height, width], found.id).toEqual(wanted.shape.slice(0, 2));
      expect(largest(data, decodeNumbers(wanted)), found.id).toBe(0);
      compared++;
    }
    expect(compared).toBeGreaterThan(90);
  });

  test('read as the file says what the libraries of Keras do not', async () => {
    const engine = await localEngine();
    const tf = { style: 'tensorflow' } as const;
    expect(engine.read(bytesOf('palette4.png'), { channels: 4, ...tf }).data.filter((_, i) => i % 4 === 3)).toEqual(new Uint8Array(19 * 13).fill(255)); // prettier-ignore
    expect(largest(engine.read(bytesOf('palette8.bmp'), { channels: 3, ...tf }).data, engine.read(bytesOf('palette.png'), { channels: 3, ...tf }).data)).toBe(0); // prettier-ignore
    const wide = engine.read(bytesOf('grey16.png'), { channels: 1, style: 'pillow' }).data;
    const high = Array.from(wide, (v) => v >> 8);
    const colors = engine.read(bytesOf('grey16.png'), { channels: 3, style: 'pillow' }).data;
    expect(Array.from(colors.filter((_, i) => i % 3 === 0))).toEqual(high);
    // JPEG and GIF of four channels and inks as lightness, which TensorFlow refuses.
    for (const name of ['420.jpg', 'palette.gif', 'cmyk.jpg'])
      expect(engine.read(bytesOf(name), { channels: 4, ...tf }).data[3]).toBe(255);
    expect(engine.read(bytesOf('cmyk.jpg'), { channels: 1, ...tf }).data.length).toBe(19 * 13);
  });

  test('refuse what is damaged, wherever it is cut off', async () => {
    const engine = await localEngine();
    const way = { channels: 3, style: 'tensorflow' } as const;
    for (const name of [
      'rgb.png',
      'interlaced.png',
      'interlaced_palette4.png',
      'palette8.png',
      '420.jpg',
      '420p.jpg',
      'restart.jpg',
      'palette.gif',
      '24.bmp',
      'palette8.bmp',
    ]) {
      const bytes = bytesOf(name);
      for (let cut = 0; cut < bytes.length - 12; cut += Math.ceil(bytes.length / 40))
        expect(() => engine.read(bytes.slice(0, cut), way), `${name} of ${cut} bytes`).toThrow(Error);
    }
    const bytes = bytesOf('rgb.png');
    bytes[60] ^= 255;
    expect(() => engine.read(bytes, way)).toThrow(/CRC|decompress|invalid/i);
    const bomb = bytesOf('rgb.png');
    new DataView(bomb.buffer).setUint32(16, 4e8);
    expect(() => engine.read(bomb, way)).toThrow(/more than the limit/);
  });
});

describe('JPEG', () => {
  const find = (bytes: Uint8Array, marker: number): number =>
    bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === marker);

  test('a scan of whole blocks is read whole, whatever it says of coefficients, as in libjpeg', async () => {
    const engine = await localEngine();
    const way = { channels: 3, style: 'pillow' } as const;
    const bytes = bytesOf('420.jpg');
    const start = find(bytes, 0xda);
    bytes[start + bytes[start + 3] + 1] = 7;
    expect(engine.read(bytes, way).data).toEqual(engine.read(bytesOf('420.jpg'), way).data);
  });

  test('scans without end are refused', async () => {
    const engine = await localEngine();
    const bytes = bytesOf('420p.jpg');
    const start = find(bytes, 0xda);
    // An empty scan of the first plane, over and over.
    const [id] = bytes.subarray(start + 5);
    const empty = [0xff, 0xda, 0, 8, 1, id, 0, 0, 0, 0x10];
    const many = Uint8Array.from([...bytes.subarray(0, start), ...Array.from({ length: 2561 }, () => empty).flat(), 0xff, 0xd9]); // prettier-ignore
    expect(() => engine.read(many, { channels: 3, style: 'pillow' })).toThrow('more than 2560 scans');
  });
});

describe('loadImg', () => {
  test('gives the very pixels of Pillow in every way of resizing (of 16 bits: to 1)', async () => {
    for (const { id, options, y } of startingWith('pil_resize/')) {
      if ('error' in y) throw new Error(y.error);
      const image = await loadImg(bytesOf(id.split('/')[1]), camel(options));
      expect([image.height, image.width], id).toEqual(y.shape.slice(0, 2));
      expect(largest(image.data, decodeNumbers(y)), id).toBeLessThanOrEqual(image.mode === 'I;16' ? 1 : 0);
    }
  });

  test('takes paths, bytes and Blobs', async () => {
    const path = put('single/rgb.png', bytesOf('rgb.png'));
    const [a, b, c] = [await loadImg(path), await loadImg(bytesOf('rgb.png')), await loadImg(new Blob([bytesOf('rgb.png') as Uint8Array<ArrayBuffer>]))]; // prettier-ignore
    expect([a.mode, a.size]).toEqual(['RGB', [19, 13]]);
    expect(a.data).toEqual(b.data);
    expect(a.data).toEqual(c.data);
    expect((await loadImg(bytesOf('grey16.png'), { colorMode: 'grayscale' })).mode).toBe('I;16');
  });

  test('refuses what it cannot do', async () => {
    const path = put('single/broken.png', bytesOf('rgb.png').slice(0, 100));
    await expect(loadImg(path)).rejects.toThrow(/broken\.png is no image that can be read/);
    await expect(loadImg(join(folder, 'none.png'))).rejects.toThrow(/there is no file .*none\.png/);
    const wrong: object[] = [{ colorMode: 'bgr' }, { interpolation: 'cubic' }, { targetSize: [0, 3] }];
    for (const [i, words] of [/colorMode.*'bgr'/, /interpolation method 'cubic'/, /targetSize=\[0,3\]/].entries())
      await expect(loadImg(bytesOf('rgb.png'), wrong[i])).rejects.toThrow(words);
  });
});

describe('arrayToImg, imgToArray, saveImg', () => {
  test('as Keras', () => {
    for (const found of startingWith('array/')) {
      const { x, pixels, y, scale, mode, size } = found as unknown as Record<'x' | 'pixels' | 'y', EncodedArray> & { scale: boolean; mode: string; size: number[] }; // prettier-ignore
      const dataFormat = found.id.endsWith('True') ? 'channels_first' : 'channels_last';
      const image = arrayToImg(decodeTensor(x), { scale, dataFormat });
      expect([image.mode, image.size], found.id).toEqual([mode, size]);
      expect(Array.from(image.data), found.id).toEqual(decodeNumbers(pixels));
      expect(imgToArray(image, { dataFormat }).arraySync(), found.id).toEqual(decodeTensor(y).arraySync());
    }
    expect(() => arrayToImg([[1, 2]])).toThrow(/rank 3.*\(1, 2\)/);
    expect(() => arrayToImg([[[1, 2]]])).toThrow(/channel number: 2/);
    expect(imgToArray({ width: 1, height: 1, data: [1, 2, 3, 4] }, { dtype: 'int32' }).arraySync()).toEqual([[[1, 2, 3, 4]]]); // prettier-ignore
    const nothing = {} as unknown as Img;
    expect(() => imgToArray(nothing)).toThrow(/Expected an image/);
    expect(() => new Img('RGB', 2, 2, new Uint8Array(4))).toThrow(/4 samples.*has 12/);
  });

  test('what is saved is read again', async () => {
    const image = await loadImg(bytesOf('rgb.png'));
    const path = join(folder, 'saved.png');
    await saveImg(path, image);
    expect((await loadImg(path)).data).toEqual(image.data);
    await saveImg(path, imgToArray(image), { scale: false });
    expect((await loadImg(path)).data).toEqual(image.data);
    const wide = await loadImg(bytesOf('grey16.png'), { colorMode: 'grayscale' });
    expect((await loadImg(await saveImg(null, wide, { fileFormat: 'png' }), { colorMode: 'grayscale' })).data).toEqual(wide.data); // prettier-ignore
    const jpeg = join(folder, 'saved.jpg');
    const smooth = arrayToImg(Array.from({ length: 16 }, (_, y) => Array.from({ length: 16 }, (__, x) => [x * 9, y * 9, 90])), { scale: false }); // prettier-ignore
    await saveImg(jpeg, smooth, { quality: 95 });
    expect(largest((await loadImg(jpeg)).data, smooth.data)).toBeLessThan(16);
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    await saveImg(jpeg, await loadImg(bytesOf('rgba.png'), { colorMode: 'rgba' }));
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/does not support RGBA/));
    warn.mockRestore();
    await expect(saveImg(join(folder, 'x.tiff'), image)).rejects.toThrow(/'tiff' is not written/);
    await expect(saveImg(null, image)).rejects.toThrow(/does not say a format/);
  });
});

describe('imageDatasetFromDirectory', () => {
  test("gives Keras's pixels, to 1/100 of a level, in every way of resizing", async () => {
    for (const { id, options, y } of startingWith('load/')) {
      const name = id.startsWith('load/png') ? 'rgb.png' : '420.jpg';
      const given = camel(options);
      if ('error' in y) {
        if (id.endsWith('both')) await expect(one(name, given)).rejects.toThrow(/Only one of/);
        // With Keras these two cannot be cropped.
        else expect((await one(name, given)).dtype, id).toBe('float32');
        continue;
      }
      const image = await one(name, given);
      expect([image.dtype, image.shape], id).toEqual([y.dtype, y.shape]);
      expect(largest(image.dataSync() as Float32Array, decodeNumbers(y)), id).toBeLessThan(0.01);
    }
  });

  test("gives the pixels of Keras's other loader with format: 'grain'", async () => {
    for (const { id, options, y } of startingWith('grain/')) {
      if ('error' in y) throw new Error(y.error);
      const name = id.split('/')[1];
      const colorMode = ({ 'grey16.png': 'grayscale', 'palette_alpha.png': 'rgba' } as const)[name] ?? 'rgb';
      const image = await one(name, { ...camel(options), format: 'grain', colorMode });
      expect([image.dtype, image.shape], id).toEqual([y.dtype, y.shape]);
      expect(largest(image.dataSync() as Float32Array, decodeNumbers(y)), id).toBeLessThan(name === 'grey16.png' ? 0.05 : 0.01); // prettier-ignore
    }
  });

  test('batches with labels, and says what it found', async () => {
    for (const path of ['b/1.png', 'b/2.PNG', 'a/1.jpg', 'a/2.gif', 'a/3.bmp'])
      put(`pets/${path}`, bytesOf({ png: 'rgb.png', jpg: '420.jpg', gif: 'palette.gif', bmp: '24.bmp' }[path.slice(-3).toLowerCase()]!)); // prettier-ignore
    put('pets/a/notes.txt', 'none');
    const said: string[] = [];
    const { terminal } = getPlatform();
    setPlatform({ terminal: { ...terminal, isInteractive: false, columns: 80, write: (text) => void said.push(text) } }); // prettier-ignore
    const dataset = await imageDatasetFromDirectory(join(folder, 'pets'), { imageSize: [4, 5], batchSize: 2, shuffle: false }); // prettier-ignore
    expect(said.join('')).toBe('Found 5 files belonging to 2 classes.\n');
    const split = { validationSplit: 0.2, subset: 'both', seed: 1 } as const;
    await imageDatasetFromDirectory(join(folder, 'pets'), split);
    expect(said.slice(1).join('')).toBe('Found 5 files belonging to 2 classes.\nUsing 4 files for training.\nUsing 1 files for validation.\n'); // prettier-ignore
    await imageDatasetFromDirectory(join(folder, 'pets'), { ...split, verbose: false });
    expect(said.length).toBe(4);
    setPlatform({ terminal });
    expectTypeOf(dataset).toExtend<DirectoryDataset<[samples: Tensor, labels: Tensor]>>();
    expect([dataset.classNames, dataset.cardinality()]).toEqual([['a', 'b'], 3]);
    const batches = await dataset.toArray();
    expect(batches.map(([x, y]) => [x.shape, y.arraySync()])).toEqual([
      [
        [2, 4, 5, 3],
        [0, 0],
      ],
      [
        [2, 4, 5, 3],
        [0, 1],
      ],
      [[1, 4, 5, 3], [1]],
    ]);
  });

  test('a damaged file is named, or left out with one warning', async () => {
    const at = join(folder, 'some');
    for (const name of ['a/1.png', 'a/2.png', 'b/3.png']) put(`some/${name}`, bytesOf('rgb.png'));
    const broken = put('some/a/broken.jpg', 'no image');
    const options = { imageSize: 4, shuffle: false, verbose: false } as const;
    const all = await imageDatasetFromDirectory(at, options);
    await expect(all.toArray()).rejects.toThrow(`${broken} is no image that can be read: it does not begin as`);
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    const rest = await imageDatasetFromDirectory(at, { ...options, skip: true, batchSize: 2 });
    expect(rest.cardinality()).toBe(null);
    for (let pass = 0; pass < 2; pass++)
      expect((await rest.toArray()).map(([x, y]) => [x.shape[0], y.arraySync()])).toEqual([
        [2, [0, 0]],
        [1, [1]],
      ]);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(broken));
    warn.mockRestore();
  });

  test('a folder that cannot be read is named', async () => {
    const { files } = getPlatform();
    put('closed/a/1.png', bytesOf('rgb.png'));
    const list = (path: string): Promise<string[]> =>
      path.endsWith('a') ? Promise.reject(new Error('EACCES: permission denied')) : files!.list(path);
    setPlatform({ files: { ...files!, list } });
    try {
      await expect(imageDatasetFromDirectory(join(folder, 'closed'), { verbose: false })).rejects.toThrow(
        /the folder .*closed\/a cannot be read: EACCES/,
      );
    } finally {
      setPlatform({ files });
    }
  });

  test('workers read the images in order, and end some seconds after the last pass', async () => {
    const names = ['rgb.png', '420.jpg', 'grey.gif', '24.bmp', 'interlaced_palette4.png', '444p.jpeg'];
    for (let i = 0; i < 24; i++) put(`many/${String(i).padStart(2, '0')}.${names[i % 6].split('.')[1]}`, bytesOf(names[i % 6])); // prettier-ignore
    const options = { labels: null, batchSize: null, imageSize: [5, 6], shuffle: false, verbose: false } as const;
    const numbers = async (workers: number): Promise<unknown[]> =>
      (await (await imageDatasetFromDirectory(join(folder, 'many'), { ...options, workers })).toArray()).map((x) =>
        x.arraySync(),
      );
    const alone = await numbers(0);
    const { workers } = getPlatform();
    const events: string[] = [];
    const watched: Workers = {
      ...workers!,
      spawn: (source) => {
        const thread = workers!.spawn(source);
        events.push('begins');
        thread.onMessage((message) => events.push('data' in (message as object) ? 'image' : 'other'));
        return { ...thread, terminate: () => (events.push('ends'), thread.terminate()) };
      },
    };
    const count = (event: string): number => events.filter((each) => each === event).length;
    setPlatform({ workers: watched });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      expect(await numbers(2)).toEqual(alone);
      expect([count('image'), count('begins'), count('ends')]).toEqual([24, 2, 0]);
      // They wait for the next pass.
      vi.advanceTimersByTime(9_000);
      expect(await numbers(2)).toEqual(alone);
      expect([count('image'), count('begins'), count('ends')]).toEqual([48, 2, 0]);
      // A batch is one question.
      const batched = await imageDatasetFromDirectory(join(folder, 'many'), { ...options, batchSize: 10, workers: 2 });
      const batches = await batched.toArray();
      expect(batches.flatMap((x) => x.arraySync())).toEqual(alone);
      expect([count('image'), count('begins'), count('ends')]).toEqual([51, 2, 0]);
      // Nor do they end while a pass goes on. One that its reader leaves early, or that fails, is over.
      const dataset = await imageDatasetFromDirectory(join(folder, 'many'), { ...options, workers: 2 });
      for await (const image of dataset) {
        vi.advanceTimersByTime(60_000);
        expect([image.shape, count('ends')]).toEqual([[5, 6, 3], 0]);
        break;
      }
      put('many/12b.png', 'broken');
      await expect(numbers(2)).rejects.toThrow(/12b\.png is no image/);
      const broken = await imageDatasetFromDirectory(join(folder, 'many'), { ...options, batchSize: 10, workers: 2 });
      await expect(broken.toArray()).rejects.toThrow(/12b\.png is no image.*skip: true/);
      vi.advanceTimersByTime(10_000);
      expect([count('begins'), count('ends')]).toEqual([2, 2]);
      // Where a worker cannot load the library the thread at hand does it.
      rmSync(join(folder, 'many', '12b.png'));
      setPlatform({ workers: { ...workers!, resolve: () => 'file:///nowhere.js' } });
      expect(await numbers(2)).toEqual(alone);
      vi.advanceTimersByTime(10_000);
    } finally {
      vi.useRealTimers();
      setPlatform({ workers });
    }
  });

  test('batches of large images are made in parts', async () => {
    for (let i = 0; i < 3; i++) put(`large/${i}.png`, bytesOf(i === 1 ? '420.jpg' : 'rgb.png'));
    const options = { labels: null, imageSize: 700, shuffle: false, verbose: false, workers: 0 } as const;
    const whole = await (
      await imageDatasetFromDirectory(join(folder, 'large'), { ...options, batchSize: 3 })
    ).toArray();
    const single = await (await imageDatasetFromDirectory(join(folder, 'large'), { ...options, batchSize: null })).toArray(); // prettier-ignore
    const numbers = whole[0].dataSync() as Float32Array;
    expect(whole[0].shape).toEqual([3, 700, 700, 3]);
    const size = 700 * 700 * 3;
    for (const [i, image] of single.entries())
      expect(Buffer.compare(Buffer.from(numbers.slice(i * size, (i + 1) * size).buffer), Buffer.from((image.dataSync() as Float32Array).buffer))).toBe(0); // prettier-ignore
  });

  test('what does not fit is refused', async () => {
    const refused = (options: object): ReturnType<typeof expect<Promise<unknown>>>['rejects'] =>
      expect(imageDatasetFromDirectory(folder, options)).rejects;
    await refused({ colorMode: 'bgr' }).toThrow(/colorMode/);
    await refused({ imageSize: [3] }).toThrow(/imageSize=\[3\]/);
    await refused({ interpolation: 'cubic' }).toThrow(/should be one of bilinear.*'cubic'/);
    await refused({ interpolation: 'area', format: 'grain' }).toThrow(/with format: 'grain'/);
    await refused({ format: 'torch' }).toThrow(/'tf' or 'grain'/);
    await refused({ workers: -1 }).toThrow(/workers=-1/);
    await refused({ dataFormat: 'last' }).toThrow(/dataFormat='last'/);
  });
});

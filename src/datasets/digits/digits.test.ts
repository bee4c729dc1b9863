import { expect, test } from 'vitest';
import type { Tensor } from '../../runtime/index.js';
import { digits } from '../index.js';

const images = async (x: Tensor): Promise<string[]> => {
  const data = await x.data();
  return Array.from({ length: x.shape[0] }, (_, image) => data.slice(image * 64, image * 64 + 64).join());
};

const counts = async (y: Tensor): Promise<number[]> => {
  const count = new Array<number>(10).fill(0);
  for (const label of await y.data()) count[Number(label)]++;
  return count;
};

test('digits: images and labels are uint8, four fifths to learn from and one to test on', async () => {
  const [[x, y], [xTest, yTest]] = await digits.loadData();
  expect([x, y, xTest, yTest].map(({ shape, dtype }) => [dtype, ...shape])).toEqual([
    ['uint8', 1437, 8, 8],
    ['uint8', 1437],
    ['uint8', 360, 8, 8],
    ['uint8', 360],
  ]);
});

test('digits: pixels use the whole range from 0 to 16', async () => {
  const [[x], [xTest]] = await digits.loadData();
  for (const part of [x, xTest]) {
    const values = new Set(Array.from(await part.data(), Number));
    expect([...values].sort((a, b) => a - b)).toEqual(Array.from({ length: 17 }, (_, value) => value));
  }
});

test('digits: the labels are those that UCI counts, and every class is in the test set', async () => {
  const [[, y], [, yTest]] = await digits.loadData();
  const train = await counts(y);
  const held = await counts(yTest);
  expect(train.map((count, label) => count + held[label])).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  expect(Math.min(...held)).toBeGreaterThanOrEqual(25);
});

test('digits: no image is in both parts, none is lost', async () => {
  const [[x], [xTest]] = await digits.loadData();
  expect(new Set([...(await images(x)), ...(await images(xTest))]).size).toBe(1797);
});

test("digits: UCI's first image, a zero, is there pixel by pixel with its label", async () => {
  const zero =
    '0,0,5,13,9,1,0,0,0,0,13,15,10,15,5,0,0,3,15,2,0,11,8,0,0,4,12,0,0,8,8,0,0,5,8,0,0,9,8,0,0,4,11,0,1,12,7,0,0,2,14,5,10,12,0,0,0,0,6,13,10,0,0,0';
  const [train, held] = await digits.loadData();
  const places = await Promise.all(
    [train, held].map(async ([x, y]) => {
      const place = (await images(x)).indexOf(zero);
      return place < 0 ? null : (await y.data())[place];
    }),
  );
  expect(places.filter((label) => label !== null)).toEqual([0]);
});

test('digits: every call gives the same order', async () => {
  const [[x], [xTest]] = await digits.loadData();
  const [[again], [againTest]] = await digits.loadData();
  expect(await again.data()).toEqual(await x.data());
  expect(await againTest.data()).toEqual(await xTest.data());
});

/** @file `keras-ts`'s own dataset: small handwritten digits that come with the package, so that the first program needs no network. */
import { checked } from '../../core/arguments.js';
import type { Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const pixelsPerImage = 64;
/** The label, then sixteen groups of three characters. */
const charactersPerImage = 1 + (pixelsPerImage / 4) * 3;
const trainCount = 1437;

/** Undoes tools/digits.mjs: a group of three base-64 digits is a number whose four digits in base 17 are pixels. */
function unpack(packed: string): { pixels: Uint8Array; labels: Uint8Array } {
  const digitOf = new Uint8Array(128);
  for (let digit = 0; digit < 64; digit++) digitOf[alphabet.charCodeAt(digit)] = digit;
  const text = packed.replace(/\n/g, '');
  const count = text.length / charactersPerImage;
  const pixels = new Uint8Array(count * pixelsPerImage);
  const labels = new Uint8Array(count);
  let read = 0;
  const next = (): number => digitOf[text.charCodeAt(read++)];
  for (let image = 0; image < count; image++) {
    labels[image] = Number(text[read++]);
    for (let pixel = image * pixelsPerImage; pixel < (image + 1) * pixelsPerImage; pixel += 4) {
      let group = (next() << 12) | (next() << 6) | next();
      for (let place = 3; place >= 0; place--) {
        pixels[pixel + place] = group % 17;
        group = Math.floor(group / 17);
      }
    }
  }
  return { pixels, labels };
}

/**
 * Load 1,797 handwritten digits of 8 × 8 pixels. They are part of the package: nothing is downloaded.
 *
 * The images were put in a random order once, when they were packed; the last 360 (a fifth) are the test set. The split is
 * therefore the same on every machine and for every seed, and the classes are as balanced in it as chance made them.
 *
 * Keras has no such dataset; the form is that of `keras.datasets.mnist.load_data`.
 *
 * @returns `[[x, y], [xTest, yTest]]`, all uint8. Images `x` `[1437, 8, 8]` and `xTest` `[360, 8, 8]` (rows, columns)
 * hold the amount of ink, from 0 (paper) to 16; labels `y` `[1437]` and `yTest` `[360]` are 0 to 9.
 * @see E. Alpaydin, C. Kaynak 1998, "Optical Recognition of Handwritten Digits" (test part), UCI Machine Learning
 * Repository, https://doi.org/10.24432/C50P49, licensed under CC BY 4.0
 * @example
 * const [[x, y], [xTest, yTest]] = await datasets.digits.loadData();
 * x.shape  // [1437, 8, 8]
 */
export const loadData = checked('digits.loadData', async function loadData(): Promise<
  [[Tensor, Tensor], [Tensor, Tensor]]
> {
  // Loaded when it is asked for, so that programs with other data do not parse it.
  const { packed } = await import('./data.js');
  const { pixels, labels } = unpack(packed);
  const part = (first: number, end: number): [Tensor, Tensor] => [
    tensor(pixels.slice(first * pixelsPerImage, end * pixelsPerImage), [end - first, 8, 8], 'uint8'),
    tensor(labels.slice(first, end), [end - first], 'uint8'),
  ];
  return [part(0, trainCount), part(trainCount, labels.length)];
});

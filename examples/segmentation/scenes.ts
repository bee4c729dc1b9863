/** @file CamVid: road scenes in files, with the class of every pixel. */
import { existsSync, readdirSync } from 'node:fs';
import { join, parse } from 'node:path';
import { tensor, utils, type Tensor } from 'keras-ts';

/** A class, and the colour in which it is drawn (CamVid's own). */
export interface Class {
  readonly name: string;
  readonly color: readonly [red: number, green: number, blue: number];
}

/** The classes by number. */
export const classes: readonly Class[] = [
  { name: 'Sky', color: [128, 160, 200] },
  { name: 'Building', color: [128, 0, 0] },
  { name: 'Pole', color: [192, 192, 128] },
  { name: 'Road', color: [128, 64, 128] },
  { name: 'Pavement', color: [60, 40, 222] },
  { name: 'Tree', color: [128, 128, 0] },
  { name: 'Sign', color: [192, 128, 128] },
  { name: 'Fence', color: [64, 64, 128] },
  { name: 'Car', color: [64, 0, 128] },
  { name: 'Pedestrian', color: [64, 64, 0] },
  { name: 'Cyclist', color: [0, 128, 192] },
];
/** The number of pixels of no class. */
export const VOID = classes.length;

/** Images of one part of the data. */
export interface Scenes {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /** Red, green and blue: `[count, height, width, 3]`. */
  readonly pixels: Uint8Array;
  /** `[count, height, width]`. */
  readonly labels: Uint8Array;
}

/** Images `FOLDER/PART/images/*` and labels of the same name in `FOLDER/PART/labels`. null: there is no such folder. */
export async function readScenes(folder: string, part: string): Promise<Scenes | null> {
  const images = join(folder, part, 'images');
  if (!existsSync(images)) return null;
  const files = readdirSync(images).sort();
  const read = await Promise.all(
    files.map(async (file) => {
      const image = await utils.loadImg(join(images, file));
      const label = await utils.loadImg(join(folder, part, 'labels', `${parse(file).name}.png`), {
        colorMode: 'grayscale',
      });
      if (image.width !== label.width || image.height !== label.height)
        throw new Error(
          `${file}: the image has ${image.size.join(' × ')} pixels, its labels ${label.size.join(' × ')}.`,
        );
      return { file, image, label };
    }),
  );
  if (read.length === 0) return null;
  const [{ image: first }] = read;
  const area = first.width * first.height;
  const [pixels, labels] = [new Uint8Array(files.length * area * 3), new Uint8Array(files.length * area)];
  for (const [i, { file, image, label }] of read.entries()) {
    if (image.width !== first.width || image.height !== first.height)
      throw new Error(`${file}: ${image.size.join(' × ')} pixels, where others have ${first.size.join(' × ')}.`);
    pixels.set(image.data, i * area * 3);
    labels.set(label.data, i * area);
  }
  if (labels.every((label) => label >= VOID))
    throw new Error(
      `${join(folder, part, 'labels')}: no pixel has a grey from 0 to ${VOID - 1}, the number of its class.`,
    );
  return { count: files.length, height: first.height, width: first.width, pixels, labels };
}

/**
 * Some scenes for the model: images, classes, and weights of pixels: 0 where there is no class.
 *
 * @param flip Says of each scene whether it is mirrored, left to right.
 */
export function batchOf(
  { height, width, pixels, labels }: Scenes,
  indices: readonly number[],
  flip: () => boolean = () => false,
): [x: Tensor, y: Tensor, weights: Tensor] {
  const area = height * width;
  const [x, y, weights] = [
    new Float32Array(indices.length * area * 3),
    new Uint8Array(indices.length * area),
    new Float32Array(indices.length * area),
  ];
  for (const [place, index] of indices.entries()) {
    const mirrored = flip();
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = index * area + row * width + (mirrored ? width - 1 - column : column);
        const to = place * area + row * width + column;
        for (let channel = 0; channel < 3; channel++) x[3 * to + channel] = pixels[3 * from + channel] / 127.5 - 1;
        const known = labels[from] < VOID;
        y[to] = known ? labels[from] : 0;
        weights[to] = known ? 1 : 0;
      }
    }
  }
  const shape = [indices.length, height, width];
  return [tensor(x, [...shape, 3]), tensor(y, shape), tensor(weights, shape)];
}

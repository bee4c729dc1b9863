/**
 * @file Resizing as Pillow does it for `loadImg`: weights in whole numbers, one axis after the other, colours weighed by how opaque they are. The
 * function's text is part of a worker's program, so it uses nothing but its arguments.
 */
import type { Pixels } from './channels.js';

/** Pillow's filters. */
export type PillowFilter = 'nearest' | 'bilinear' | 'bicubic' | 'hamming' | 'box' | 'lanczos';

/** [left, top, right, bottom] of the part that is taken, in pixels. */
export type Box = readonly [number, number, number, number];

export function resizeLikePillow(
  pixels: Pixels,
  width: number,
  height: number,
  filter: PillowFilter,
  box: Box,
): Pixels {
  const { channels } = pixels;
  const [left, top, right, bottom] = box;
  const wide = pixels.data instanceof Uint16Array;
  const room = (size: number): Uint8Array | Uint16Array => (wide ? new Uint16Array(size) : new Uint8Array(size));

  if (filter === 'nearest') {
    const placesOf = (from: number, to: number, size: number, last: number): number[] => {
      const step = (to - from) / size;
      let place = from + step * 0.5;
      return Array.from({ length: size }, () => {
        const at = Math.min(last, Math.floor(place));
        place += step;
        return at;
      });
    };
    const columns = placesOf(left, right, width, pixels.width - 1);
    const rows = placesOf(top, bottom, height, pixels.height - 1);
    const data = room(width * height * channels);
    let to = 0;
    for (const row of rows)
      for (const column of columns) {
        const from = (row * pixels.width + column) * channels;
        for (let c = 0; c < channels; c++) data[to++] = pixels.data[from + c];
      }
    return { width, height, channels, data };
  }

  const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));
  const filters: Readonly<Record<string, readonly [radius: number, kernel: (x: number) => number]>> = {
    box: [0.5, (x: number) => (x > -0.5 && x <= 0.5 ? 1 : 0)],
    bilinear: [1, (x: number) => Math.max(0, 1 - Math.abs(x))],
    hamming: [1, (x: number) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.PI * x)))],
    bicubic: [
      2,
      (given: number) => {
        const x = Math.abs(given);
        return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
      },
    ],
    lanczos: [3, (x: number) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)],
  };
  const [radius, kernel] = filters[filter];

  interface Taps {
    readonly start: number;
    readonly weights: number[];
  }
  const tapsOf = (size: number, from: number, to: number, count: number): Taps[] => {
    const scale = (to - from) / count;
    const stretch = Math.max(scale, 1);
    const support = radius * stretch;
    return Array.from({ length: count }, (_, o) => {
      const centre = from + (o + 0.5) * scale;
      const start = Math.max(0, Math.trunc(centre - support + 0.5));
      const end = Math.min(size, Math.trunc(centre + support + 0.5));
      const weights: number[] = [];
      let total = 0;
      for (let i = start; i < end; i++) {
        const weight = kernel((i - centre + 0.5) / stretch);
        weights.push(weight);
        total += weight;
      }
      // 8 bits a sample: weights are parts of 2^22.
      const exact = weights.map((weight) => (total === 0 ? weight : weight / total));
      return {
        start,
        weights: wide ? exact : exact.map((w) => Math.trunc(w < 0 ? w * 4194304 - 0.5 : w * 4194304 + 0.5)),
      };
    });
  };
  const finish = (sum: number): number => {
    const value = wide ? Math.round(sum) : Math.floor((sum + 2097152) / 4194304);
    return Math.max(0, Math.min(wide ? 65535 : 255, value));
  };

  let { data } = pixels;
  const times = (a: number, b: number): number => {
    const product = a * b + 128;
    return (product + (product >> 8)) >> 8;
  };
  if (channels === 4) {
    data = data.slice();
    for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; c++) data[i + c] = times(data[i + c], data[i + 3]);
  }

  /** Along the rows, of which there are `count`. */
  const alongRows = (count: number): void => {
    const taps = tapsOf(pixels.width, left, right, width);
    const next = room(width * count * channels);
    for (let y = 0; y < count; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) {
          const { start, weights } = taps[x];
          let sum = 0;
          for (let k = 0, at = (y * pixels.width + start) * channels + c; k < weights.length; k++, at += channels)
            sum += data[at] * weights[k];
          next[(y * width + x) * channels + c] = finish(sum);
        }
    data = next;
  };
  /** Along columns, of which there are `count`. */
  const alongColumns = (count: number): void => {
    const taps = tapsOf(pixels.height, top, bottom, height);
    const stride = count * channels;
    const next = room(stride * height);
    for (let y = 0; y < height; y++) {
      const { start, weights } = taps[y];
      for (let i = 0; i < stride; i++) {
        let sum = 0;
        for (let k = 0; k < weights.length; k++) sum += data[(start + k) * stride + i] * weights[k];
        next[y * stride + i] = finish(sum);
      }
    }
    data = next;
  };
  const needsColumns = width !== pixels.width || left !== 0 || right !== pixels.width;
  const needsRows = height !== pixels.height || top !== 0 || bottom !== pixels.height;
  // What is rounded in between depends on the order. Pillow 13 has this one where the height shrinks by far more than the width.
  const shrinks = pixels.height - height;
  if (needsColumns && needsRows && shrinks > 0 && shrinks > 2 * (pixels.width - width)) {
    alongColumns(pixels.width);
    alongRows(height);
  } else {
    if (needsColumns) alongRows(pixels.height);
    if (needsRows) alongColumns(needsColumns ? width : pixels.width);
  }

  if (channels === 4) {
    for (let i = 0; i < data.length; i += 4) {
      const alpha = data[i + 3];
      if (alpha > 0 && alpha < 255)
        for (let c = 0; c < 3; c++) data[i + c] = Math.min(255, Math.floor((255 * data[i + c]) / alpha));
    }
  }
  return { width, height, channels, data };
}

/** How `loadImg` brings an image to a size. */
export interface PillowWay {
  readonly format: 'pillow';
  /** [rows, columns]. */
  readonly size: readonly [number, number];
  readonly filter: PillowFilter;
  /** Whether the largest part in the middle that has the wanted proportions is taken. */
  readonly keepAspectRatio: boolean;
}

/** @param resize `resizeLikePillow`. */
export function fitLikePillow(
  pixels: Pixels,
  { size: [rows, columns], filter, keepAspectRatio }: PillowWay,
  resize: typeof resizeLikePillow,
): Pixels {
  const { width, height } = pixels;
  if (width === columns && height === rows) return pixels;
  if (!keepAspectRatio) return resize(pixels, columns, rows, filter, [0, 0, width, height]);
  const cropRows = Math.min(height, Math.floor((width * rows) / columns));
  const cropColumns = Math.min(width, Math.floor((height * columns) / rows));
  const [top, left] = [Math.floor((height - cropRows) / 2), Math.floor((width - cropColumns) / 2)];
  return resize(pixels, columns, rows, filter, [left, top, left + cropColumns, top + cropRows]);
}

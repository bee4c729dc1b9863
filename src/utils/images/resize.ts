/**
 * @file Resizing as Keras's loader of folders does it: with TensorFlow's kernels, or (`format: 'grain'`) with JAX's. The function's text
 * is part of a worker's program, so it uses nothing but its arguments.
 */
import type { Pixels } from './channels.js';

/** How pixels are computed from their neighbours. */
export type ImageInterpolation =
  'bilinear' | 'nearest' | 'bicubic' | 'area' | 'lanczos3' | 'lanczos5' | 'gaussian' | 'mitchellcubic';

/** What is to become of an image. */
export interface ResizeWay {
  /** [rows, columns]. */
  readonly size: readonly [number, number];
  readonly interpolation: ImageInterpolation;
  /** What is done to proportions that differ. */
  readonly aspect: 'stretch' | 'crop' | 'pad';
  readonly channelsFirst: boolean;
  /** Whose numbers: TensorFlow's or JAX's. */
  readonly format: 'tf' | 'grain';
}

/** An image as the loader gives it, one channel after the other where `channelsFirst` says so. Of TensorFlow's nearest: whole numbers. */
export function resizeImage(pixels: Pixels, way: ResizeWay): Float32Array | Uint8Array {
  const { interpolation, aspect, format } = way;
  const [targetRows, targetColumns] = way.size;
  const tensorflow = format === 'tf';
  const f = Math.fround;
  const { channels } = pixels;

  /** The inputs of each output along one axis, with their weights. */
  interface Taps {
    readonly width: number;
    readonly places: Int32Array;
    readonly weights: Float32Array;
  }
  const make = (to: number, width: number): Taps => ({
    width,
    places: new Int32Array(to * width),
    weights: new Float32Array(to * width),
  });

  const lanczos =
    (radius: number) =>
    (x: number): number => {
      if (x > radius) return 0;
      return x <= 1e-3 ? 1 : (radius * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / radius)) / (Math.PI * x) ** 2;
    };
  const keys = (x: number): number =>
    x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
  const mitchell = (x: number): number =>
    x >= 2 ? 0 : x >= 1 ? (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9 : ((7 / 6) * x - 2) * x * x + 8 / 9;
  const kernels: Readonly<Record<string, readonly [radius: number, kernel: (x: number) => number]>> = {
    bilinear: [1, (x) => Math.max(0, 1 - x)],
    bicubic: [2, keys],
    lanczos3: [3, lanczos(3)],
    lanczos5: [5, lanczos(5)],
    gaussian: [1.5, (x) => (x >= 1.5 ? 0 : Math.exp((-x * x) / 0.5))],
    mitchellcubic: [2, mitchell],
  };

  /** Pixels are squares whose centres are sampled; weights that fall outside are shared out among the others. */
  const byKernel = (from: number, to: number, radius: number, kernel: (x: number) => number): Taps => {
    const inverse = f(1 / f(f(to) / f(from)));
    const taps = make(to, Math.min(2 * Math.ceil(radius) + 1, from));
    for (let o = 0; o < to; o++) {
      const sample = f(f(o + 0.5) * inverse);
      const start = Math.max(0, Math.min(from - 1, Math.ceil(sample - radius - 0.5)));
      const end = Math.max(0, Math.min(from - 1, Math.floor(sample + radius - 0.5)));
      const at = o * taps.width;
      let total = 0;
      for (let i = start; i <= end; i++) {
        const weight = f(kernel(Math.abs(f(f(i + 0.5) - sample))));
        taps.places[at + i - start] = i;
        taps.weights[at + i - start] = weight;
        total = f(total + weight);
      }
      if (Math.abs(total) > 1000 * 1.1754944e-38)
        for (let j = at; j < at + taps.width; j++) taps.weights[j] *= f(1 / total);
    }
    return taps;
  };

  /** TensorFlow's cubic: weights from a table of 1024 steps. */
  const cubicOfTable = (from: number, to: number): Taps => {
    const scale = f(from / to);
    const taps = make(to, 4);
    for (let o = 0; o < to; o++) {
      const place = f(f(f(o + 0.5) * scale) - 0.5);
      const floor = Math.floor(place);
      const step = Math.round(f(place - floor) * 1024);
      let total = 0;
      for (let k = 0; k < 4; k++) {
        const i = floor - 1 + k;
        const distance = k < 2 ? step / 1024 + 1 - k : k - 1 - step / 1024;
        const inside = i >= 0 && i < from;
        taps.places[o * 4 + k] = Math.max(0, Math.min(from - 1, i));
        taps.weights[o * 4 + k] = inside ? keys(distance) : 0;
        total += taps.weights[o * 4 + k];
      }
      for (let k = 0; k < 4; k++) taps.weights[o * 4 + k] /= total;
    }
    return taps;
  };

  /** The mean over the part of the input that an output covers. */
  const byArea = (from: number, to: number): Taps => {
    const scale = f(from / to);
    const taps = make(to, Math.ceil(scale) + 2);
    for (let o = 0; o < to; o++) {
      const [start, end] = [f(o * scale), f((o + 1) * scale)];
      for (let i = Math.floor(start), k = 0; i < Math.ceil(end); i++, k++) {
        const covered = Math.min(i + 1, end) - Math.max(i, start);
        taps.places[o * taps.width + k] = Math.min(i, from - 1);
        taps.weights[o * taps.width + k] = covered / scale;
      }
    }
    return taps;
  };

  /** Without the last places that no output uses: TensorFlow's linear weights are two or three. */
  const tapsOf = (from: number, to: number): Taps => {
    const all = allTapsOf(from, to);
    let used = all.width;
    const isUsed = (k: number): boolean => {
      for (let i = k; i < all.weights.length; i += all.width) if (all.weights[i] !== 0) return true;
      return false;
    };
    while (used > 1 && !isUsed(used - 1)) used--;
    if (used === all.width) return all;
    const taps = make(to, used);
    for (let i = 0; i < taps.places.length; i++) {
      const from = Math.floor(i / used) * all.width + (i % used);
      taps.places[i] = all.places[from];
      taps.weights[i] = all.weights[from];
    }
    return taps;
  };
  const allTapsOf = (from: number, to: number): Taps => {
    if (interpolation === 'nearest') {
      const taps = make(to, 1);
      for (let o = 0; o < to; o++) {
        const place = tensorflow ? f(f(o + 0.5) * f(from / to)) : f(f(f(o + 0.5) * from) / to);
        taps.places[o] = Math.min(from - 1, Math.floor(place));
        taps.weights[o] = 1;
      }
      return taps;
    }
    if (interpolation === 'area') return byArea(from, to);
    if (interpolation === 'bicubic' && tensorflow) return cubicOfTable(from, to);
    const [radius, kernel] = kernels[interpolation];
    return byKernel(from, to, radius, kernel);
  };

  /** A part of the image, resized: rows, then columns. */
  const resample = (
    top: number,
    left: number,
    rows: number,
    columns: number,
    toRows: number,
    toColumns: number,
  ): Float32Array => {
    const { data, width } = pixels;
    const down = tapsOf(rows, toRows);
    const across = tapsOf(columns, toColumns);
    const { weights } = across;
    const places = across.places.map((place) => place * channels);
    const length = columns * channels;
    const line = new Float32Array(length);
    const out = new Float32Array(toRows * toColumns * channels);
    for (let y = 0, to = 0; y < toRows; y++) {
      for (let k = 0; k < down.width; k++) {
        const weight = down.weights[y * down.width + k];
        const from = ((top + down.places[y * down.width + k]) * width + left) * channels;
        if (k === 0) for (let i = 0; i < length; i++) line[i] = data[from + i] * weight;
        else if (weight !== 0) for (let i = 0; i < length; i++) line[i] += data[from + i] * weight;
      }
      if (across.width === 2)
        for (let tap = 0; tap < places.length; tap += 2) {
          const near = places[tap];
          const far = places[tap + 1];
          const weight = weights[tap];
          const rest = weights[tap + 1];
          out[to++] = line[near] * weight + line[far] * rest;
          if (channels === 1) continue;
          out[to++] = line[near + 1] * weight + line[far + 1] * rest;
          out[to++] = line[near + 2] * weight + line[far + 2] * rest;
          if (channels === 4) out[to++] = line[near + 3] * weight + line[far + 3] * rest;
        }
      else
        for (let x = 0; x < toColumns; x++)
          for (let c = 0; c < channels; c++) {
            let sum = 0;
            for (let k = 0, tap = x * across.width; k < across.width; k++, tap++)
              sum += line[places[tap] + c] * weights[tap];
            out[to++] = sum;
          }
    }
    return out;
  };

  /** An image laid on black. */
  const lay = (
    image: Float32Array,
    rows: number,
    columns: number,
    top: number,
    left: number,
    toRows: number,
    toColumns: number,
  ): Float32Array => {
    const out = new Float32Array(toRows * toColumns * channels);
    for (let y = 0; y < rows; y++)
      out.set(
        image.subarray(y * columns * channels, (y + 1) * columns * channels),
        ((top + y) * toColumns + left) * channels,
      );
    return out;
  };

  const { height, width } = pixels;
  const [wantedRows, wantedColumns] = [
    Math.trunc(f(f(width * targetRows) / targetColumns)),
    Math.trunc(f(f(height * targetColumns) / targetRows)),
  ];
  let result: Float32Array;
  if (aspect === 'crop') {
    const rows = Math.max(Math.min(height, wantedRows), 1);
    const columns = Math.max(Math.min(width, wantedColumns), 1);
    const [top, left] = [Math.trunc((height - rows) / 2), Math.trunc((width - columns) / 2)];
    result = resample(top, left, rows, columns, targetRows, targetColumns);
  } else if (aspect === 'pad' && tensorflow) {
    // The image is resized, then laid on black.
    const ratio = Math.max(width / targetColumns, height / targetRows);
    const [exactRows, exactColumns] = [height / ratio, width / ratio];
    const [rows, columns] = [Math.floor(exactRows), Math.floor(exactColumns)];
    const top = Math.max(0, Math.floor((targetRows - exactRows) / 2));
    const left = Math.max(0, Math.floor((targetColumns - exactColumns) / 2));
    const inner = resample(0, 0, height, width, rows, columns);
    result = lay(inner, rows, columns, top, left, targetRows, targetColumns);
  } else if (aspect === 'pad') {
    // The image is laid on black, then resized.
    const top = Math.trunc((Math.max(height, wantedRows) - height) / 2);
    const left = top > 0 ? 0 : Math.trunc((Math.max(width, wantedColumns) - width) / 2);
    const [rows, columns] = [height + 2 * top, width + 2 * left];
    const whole = lay(Float32Array.from(pixels.data), height, width, top, left, rows, columns);
    return resizeImage({ width: columns, height: rows, channels, data: whole as unknown as Uint8Array }, { ...way, aspect: 'stretch' }); // prettier-ignore
  } else result = resample(0, 0, height, width, targetRows, targetColumns);

  if (way.channelsFirst) {
    const turned = new Float32Array(result.length);
    const area = targetRows * targetColumns;
    for (let i = 0; i < area; i++) for (let c = 0; c < channels; c++) turned[c * area + i] = result[i * channels + c];
    result = turned;
  }
  return interpolation === 'nearest' && tensorflow ? Uint8Array.from(result) : result;
}

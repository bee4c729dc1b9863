/**
 * @file From the planes of a JPEG file to pixels as libjpeg makes them: planes that were halved are widened by a triangle filter, and
 * YCbCr becomes RGB in whole numbers. The function's text is part of a worker's program, so it uses nothing but its arguments.
 */
import type { Raster } from './raster.js';

/** One plane of samples. */
export interface Plane {
  /** Samples across and down that belong to the image. */
  readonly width: number;
  readonly height: number;
  /** Samples from one row to the next. */
  readonly stride: number;
  readonly data: Uint8Array;
  /** Sampling factors, as the file says them. */
  readonly h: number;
  readonly v: number;
}

/** How the planes are to be read. */
export type Colors = 'gray' | 'ycc' | 'rgb' | 'cmyk' | 'ycck';

/**
 * @param gray Whether the lightness alone is wanted.
 * @param inverted Whether a file of four inks says 0 for all the ink.
 */
export function joinPlanes(
  planes: readonly Plane[],
  width: number,
  height: number,
  colors: Colors,
  gray: boolean,
  inverted: boolean,
): Pick<Raster, 'width' | 'height' | 'model' | 'data'> {
  const maxH = Math.max(...planes.map((plane) => plane.h));
  const maxV = Math.max(...planes.map((plane) => plane.v));

  /** One row of a plane between two others: 3 parts of the near one, one part of the far one. */
  const widen = (plane: Plane): Uint8Array => {
    const { data, stride } = plane;
    const out = new Uint8Array(width * height);
    const [h, v] = [maxH / plane.h, maxV / plane.v];
    const fancyAcross = h === 2 && plane.width > 2;
    const triangle = (fancyAcross && (v === 1 || v === 2)) || (h === 1 && v === 2);
    for (let y = 0; y < height; y++) {
      const to = y * width;
      const near = Math.min(Math.floor(y / v), plane.height - 1) * stride;
      if (!triangle) {
        if (h === 1) out.set(data.subarray(near, near + width), to);
        else for (let x = 0; x < width; x++) out[to + x] = data[near + Math.floor(x / h)];
        continue;
      }
      if (v === 1) {
        for (let x = 0; x < width; x++) {
          const i = x >> 1;
          const other = x % 2 === 0 ? i - 1 : i + 1;
          const here = data[near + i];
          if (other < 0 || other >= plane.width) out[to + x] = here;
          else out[to + x] = (3 * here + data[near + other] + 1 + (x % 2)) >> 2;
        }
        continue;
      }
      const row = y >> 1;
      const far = Math.max(0, Math.min(plane.height - 1, y % 2 === 0 ? row - 1 : row + 1)) * stride;
      if (h === 1) {
        for (let x = 0; x < width; x++) out[to + x] = (3 * data[near + x] + data[far + x] + 1 + (y % 2)) >> 2;
        continue;
      }
      for (let x = 0; x < width; x++) {
        const i = x >> 1;
        const other = x % 2 === 0 ? i - 1 : i + 1;
        const here = 3 * data[near + i] + data[far + i];
        const odd = x % 2;
        if (other < 0 || other >= plane.width) out[to + x] = (4 * here + 8 - odd) >> 4;
        else out[to + x] = (3 * here + 3 * data[near + other] + data[far + other] + 8 - odd) >> 4;
      }
    }
    return out;
  };

  const wanted = gray && (colors === 'gray' || colors === 'ycc') ? planes.slice(0, 1) : planes;
  const full = wanted.map(widen);
  if (full.length === 1) return { width, height, model: 'gray', data: full[0] };

  const clip = (x: number): number => (x < 0 ? 0 : x > 255 ? 255 : x);
  const count = full.length;
  const data = new Uint8Array(width * height * count);
  for (let i = 0, at = 0; at < data.length; i++, at += count) {
    for (let c = 0; c < count; c++) data[at + c] = full[c][i];
    if (colors === 'ycc' || colors === 'ycck') {
      const y = data[at];
      const cb = data[at + 1] - 128;
      const cr = data[at + 2] - 128;
      data[at] = clip(y + ((91881 * cr + 32768) >> 16));
      data[at + 1] = clip(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
      data[at + 2] = clip(y + ((116130 * cb + 32768) >> 16));
      if (colors === 'ycck') for (let c = 0; c < 3; c++) data[at + c] = 255 - data[at + c];
    }
    if (count === 4 && !inverted) for (let c = 0; c < 4; c++) data[at + c] = 255 - data[at + c];
  }
  if (count === 3 && gray) {
    // The file holds RGB.
    const light = new Uint8Array(width * height);
    for (let i = 0, at = 0; i < light.length; i++, at += 3)
      light[i] = (19595 * data[at] + 38470 * data[at + 1] + 7471 * data[at + 2] + 32768) >> 16;
    return { width, height, model: 'gray', data: light };
  }
  return { width, height, model: count === 3 ? 'rgb' : 'cmyk', data };
}

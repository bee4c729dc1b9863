/**
 * @file From the planes of a JPEG file to pixels as libjpeg makes them: planes that were halved are widened by a triangle filter, and
 * YCbCr becomes RGB in whole numbers, row by row. The function's text is part of a worker's program, so it uses nothing but its arguments.
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

/** `out[i]` is 3 parts of the near row, one part of the far one, rounded off or not (`half`), over `1 << shift`. */
export function mixRows(
  data: Uint8Array,
  near: number,
  far: number,
  count: number,
  half: number,
  shift: number,
  out: Int16Array,
): void {
  for (let i = 0; i < count; i++) out[i] = (3 * data[near + i] + data[far + i] + half) >> shift;
}

/** A row twice as wide: 3 parts of the near one, one part of the far one. What is rounded is rounded up in every other place. */
export function widenRow(
  samples: Int16Array,
  count: number,
  even: number,
  odd: number,
  shift: number,
  out: Int16Array,
): void {
  const last = count - 1;
  out[0] = (4 * samples[0] + even) >> shift;
  for (let i = 0; i < last; i++) {
    const here = samples[i];
    const next = samples[i + 1];
    out[2 * i + 1] = (3 * here + next + odd) >> shift;
    out[2 * i + 2] = (3 * next + here + even) >> shift;
  }
  out[2 * last + 1] = (4 * samples[last] + odd) >> shift;
}

/** A row of lightness and colours to red, green and blue, `step` numbers from one pixel to the next. */
export function rowToRgb(
  lights: Int16Array,
  blues: Int16Array,
  reds: Int16Array,
  width: number,
  out: Uint8Array,
  at: number,
  step: number,
): void {
  for (let x = 0; x < width; x++, at += step) {
    const light = lights[x];
    const cb = blues[x] - 128;
    const cr = reds[x] - 128;
    let red = light + ((Math.imul(91881, cr) + 32768) >> 16);
    let green = light + ((Math.imul(-22554, cb) - Math.imul(46802, cr) + 32768) >> 16);
    let blue = light + ((Math.imul(116130, cb) + 32768) >> 16);
    // Few are outside.
    if ((red | green | blue) >>> 8 !== 0) {
      red = red < 0 ? 0 : red > 255 ? 255 : red;
      green = green < 0 ? 0 : green > 255 ? 255 : green;
      blue = blue < 0 ? 0 : blue > 255 ? 255 : blue;
    }
    out[at] = red;
    out[at + 1] = green;
    out[at + 2] = blue;
  }
}

/** The functions for rows. */
export interface RowParts {
  readonly mixRows: typeof mixRows;
  readonly widenRow: typeof widenRow;
  readonly rowToRgb: typeof rowToRgb;
}

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
  rows: RowParts,
): Pick<Raster, 'width' | 'height' | 'model' | 'data'> {
  const maxH = Math.max(...planes.map((plane) => plane.h));
  const maxV = Math.max(...planes.map((plane) => plane.v));

  /** Row `y` of a plane as wide and as high as the image. */
  const makeRow = (plane: Plane, y: number, sums: Int16Array, out: Int16Array): void => {
    const { data, stride } = plane;
    const [h, v] = [maxH / plane.h, maxV / plane.v];
    const near = Math.min(Math.floor(y / v), plane.height - 1) * stride;
    const far = Math.max(0, Math.min(plane.height - 1, (y >> 1) + (y % 2 === 0 ? -1 : 1))) * stride;
    if (h === 1 && v === 2) rows.mixRows(data, near, far, width, 1 + (y % 2), 2, out);
    else if (h === 1) out.set(data.subarray(near, near + width));
    else if (h === 2 && v === 1 && plane.width > 2) {
      sums.set(data.subarray(near, near + plane.width));
      rows.widenRow(sums, plane.width, 1, 2, 2, out);
    } else if (h === 2 && v === 2 && plane.width > 2) {
      rows.mixRows(data, near, far, plane.width, 0, 0, sums);
      rows.widenRow(sums, plane.width, 8, 7, 4, out);
    } else for (let x = 0; x < width; x++) out[x] = data[near + Math.floor(x / h)];
  };

  const asked = gray && (colors === 'gray' || colors === 'ycc') ? planes.slice(0, 1) : planes;
  const count = asked.length;
  const data = new Uint8Array(width * height * count);
  const sums = new Int16Array(width);
  // Room for what an odd width leaves out.
  const full = asked.map(() => new Int16Array(width + 2));
  const hasLight = count > 1 && (colors === 'ycc' || colors === 'ycck');
  for (let y = 0; y < height; y++) {
    const at = y * width * count;
    for (let c = 0; c < count; c++) {
      makeRow(asked[c], y, sums, full[c]);
      if (hasLight && c < 3) continue;
      const row = full[c];
      for (let x = 0, to = at + c; x < width; x++, to += count) data[to] = row[x];
    }
    if (hasLight) rows.rowToRgb(full[0], full[1], full[2], width, data, at, count);
  }
  if (count === 1) return { width, height, model: 'gray', data };
  if (count === 4)
    for (let at = 0; at < data.length; at += 4) {
      if (hasLight) for (let c = 0; c < 3; c++) data[at + c] = 255 - data[at + c];
      if (!inverted) for (let c = 0; c < 4; c++) data[at + c] = 255 - data[at + c];
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

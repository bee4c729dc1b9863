/**
 * @file Samples of files as pixels of 1, 3 or 4 channels, by the rules of TensorFlow (which Keras's loader of folders reads with) or of
 * Pillow (which `loadImg` reads with). The function's text is part of a worker's program, so it uses nothing but its arguments.
 */
import type { Raster } from '../../formats/images/raster.js';

/** Whose rules hold where libraries differ. */
export type Style = 'tensorflow' | 'pillow';

/** The channels: lightness; red, green, blue; and how opaque. */
export type Channels = 1 | 3 | 4;

/** Pixels row by row; 16 bits a sample only for lightness by Pillow's rules. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
  readonly data: Uint8Array | Uint16Array;
}

/** A pixel's colours are dropped or doubled as the library does it; what a file does not say is opaque. */
export function toPixels(raster: Raster, channels: Channels, style: Style): Pixels {
  const { width, height, model, kind, gamma } = raster;
  const count = width * height;
  const tensorflow = style === 'tensorflow';
  const isGray = model === 'gray' || model === 'gray_alpha';
  if (raster.depth === 16 && model === 'gray' && channels === 1 && !tensorflow)
    return { width, height, channels, data: raster.data };

  let data = raster.data;
  const size = { gray: 1, gray_alpha: 2, rgb: 3, rgba: 4, cmyk: 4 }[model];
  const eight = (samples: Uint8Array | Uint16Array): Uint8Array =>
    samples instanceof Uint8Array ? samples : Uint8Array.from(samples, (sample) => sample >> 8);
  if (!tensorflow) data = eight(data);

  if (model === 'cmyk') {
    const rgb = new Uint8Array(count * 3);
    for (let i = 0; i < count; i++) {
      const k = data[i * 4 + 3];
      for (let c = 0; c < 3; c++) {
        const ink = data[i * 4 + c];
        const product = (255 - ink) * k + 128;
        rgb[i * 3 + c] = tensorflow ? (k * ink) / 255 : k - ((product + (product >> 8)) >> 8);
      }
    }
    return toPixels({ ...raster, model: 'rgb', data: rgb }, channels, 'pillow');
  }

  // As they are.
  if (data instanceof Uint8Array && ((model === 'rgb' && channels === 3) || (model === 'gray' && channels === 1)))
    return { width, height, channels, data };
  const out = new Uint8Array(count * channels);
  if (channels === 1) {
    if (isGray) {
      for (let i = 0; i < count; i++) out[i] = raster.depth === 16 && tensorflow ? data[i * size] >> 8 : data[i * size];
      return { width, height, channels, data: out };
    }
    const light = (i: number): number =>
      (19595 * data[i * size] + 38470 * data[i * size + 1] + 7471 * data[i * size + 2] + 32768) >> 16;
    if (!tensorflow || kind !== 'png') for (let i = 0; i < count; i++) out[i] = light(i);
    else {
      // libpng: in parts of 2^15, cut off; of the light itself where the file says how it was coded.
      const top = raster.depth === 16 ? 65535 : 255;
      const weigh = (r: number, g: number, b: number, half: number): number =>
        Math.floor((9797 * r + 19234 * g + 3737 * b + half) / 32768);
      const power = (x: number, exponent: number): number => Math.floor(top * (x / top) ** exponent + 0.5);
      for (let i = 0; i < count; i++) {
        const [r, g, b] = [data[i * size], data[i * size + 1], data[i * size + 2]];
        let sample = weigh(r, g, b, top === 255 ? 0 : 16384);
        if (r === g && g === b) sample = r;
        else if (gamma !== null && Math.abs(gamma - 1) > 0.05) {
          const [lr, lg, lb] = [power(r, 1 / gamma), power(g, 1 / gamma), power(b, 1 / gamma)];
          sample = power(weigh(lr, lg, lb, 16384), gamma);
        }
        out[i] = top === 255 ? sample : sample >> 8;
      }
    }
    return { width, height, channels, data: out };
  }

  data = eight(data);
  // Pillow does not believe that the fourth byte of BMP says how opaque a pixel is.
  const alphaAt = model === 'gray_alpha' ? 1 : model === 'rgba' && !(kind === 'bmp' && !tensorflow) ? 3 : -1;
  for (let i = 0; i < count; i++) {
    const from = i * size;
    const alpha = alphaAt < 0 ? 255 : data[from + alphaAt];
    // TensorFlow leaves what a GIF does not paint black.
    const unpainted = kind === 'gif' && tensorflow && alpha === 0;
    for (let c = 0; c < 3; c++) out[i * channels + c] = unpainted ? 0 : data[from + (isGray ? 0 : c)];
    if (channels === 4) out[i * 4 + 3] = alpha;
  }
  return { width, height, channels, data: out };
}

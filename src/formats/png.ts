/** @file PNG files of pixels, by fast-png, which is loaded when the first one is made. */
import type { encode } from 'fast-png';
import { ValueError } from '../core/errors.js';

/** Pixels, row by row, the channels of a pixel side by side. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1: grey, 2: grey and opacity, 3: red, green, blue, 4: and opacity. */
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Make files of pixels. @throws {ValueError} There are none, or not as many as the sizes say. */
export async function pngEncoder(): Promise<(pixels: Pixels) => Uint8Array> {
  const { encode: encodeWith } = (await import('fast-png')) as { encode: typeof encode };
  return ({ width, height, channels, data }) => {
    if (data.length === 0 || data.length !== width * height * channels || channels > 4)
      throw new ValueError(`PNG: ${data.length} bytes for ${width} × ${height} pixels of ${channels} channels.`);
    return encodeWith({ width, height, channels, depth: 8, data });
  };
}

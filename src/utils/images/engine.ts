/**
 * @file Bytes of a file to an image of the size that is wanted: in a worker, or on the thread at hand. The function's text is part of a
 * worker's program, so it uses nothing but its arguments.
 */
import type { decode } from 'fast-png';
import type { readBmp } from '../../formats/images/bmp.js';
import type { readGif } from '../../formats/images/gif.js';
import type { JpegReader } from '../../formats/images/jpeg.js';
import type { PngPasses, readPng } from '../../formats/images/png.js';
import type { Raster } from '../../formats/images/raster.js';
import type { Channels, Pixels, Style, toPixels } from './channels.js';
import type { resizeImage, ResizeWay } from './resize.js';
import type { fitLikePillow, PillowWay, resizeLikePillow } from './resize_pillow.js';

/** How a file is to be read. */
export interface ReadWay {
  readonly channels: Channels;
  readonly style: Style;
}

/** How a file is to be read and brought to a size. */
export type LoadWay = ReadWay & (ResizeWay | PillowWay);

/** Samples as `load` gives them: by Pillow's rules row by row, of 16 bits only for lightness. */
export type Loaded = Float32Array | Uint8Array | Uint16Array;

/** What reads image files. */
export interface ImageEngine {
  /** @throws {Error} What is wrong with the file, as the end of a sentence. */
  read(bytes: Uint8Array, way: ReadWay): Pixels;
  /** As `read`, then resized. */
  load(bytes: Uint8Array, way: LoadWay): Loaded;
}

/** What the engine is made of: functions whose texts can be sent to workers. */
export interface EngineParts extends PngPasses {
  readonly readJpeg: JpegReader;
  readonly readPng: typeof readPng;
  readonly readBmp: typeof readBmp;
  readonly readGif: typeof readGif;
  readonly toPixels: typeof toPixels;
  readonly resizeImage: typeof resizeImage;
  readonly resizeLikePillow: typeof resizeLikePillow;
  readonly fitLikePillow: typeof fitLikePillow;
}

/** @param png The module of fast-png. */
export function makeImageEngine(parts: EngineParts, png: { readonly decode: typeof decode }): ImageEngine {
  // As many as Pillow takes before it refuses.
  const MAX_PIXELS = 178_956_970;
  const begins = (bytes: Uint8Array, magic: string): boolean =>
    [...magic].every((letter, i) => bytes[i] === letter.charCodeAt(0));

  const rasterOf = (bytes: Uint8Array, { channels, style }: ReadWay): Raster => {
    if (bytes.length === 0) throw new Error('it is empty');
    const fast = style === 'tensorflow';
    if (bytes[0] === 0xff && bytes[1] === 0xd8)
      return parts.readJpeg(bytes, { fast, gray: fast && channels === 1 }, MAX_PIXELS);
    if (begins(bytes, '\x89PNG\r\n\x1a\n')) return parts.readPng(png.decode, parts, bytes, MAX_PIXELS);
    if (begins(bytes, 'GIF87a') || begins(bytes, 'GIF89a')) return parts.readGif(bytes, MAX_PIXELS);
    if (begins(bytes, 'BM')) return parts.readBmp(bytes, MAX_PIXELS);
    throw new Error('it does not begin as a PNG, JPEG, BMP or GIF file');
  };
  const read = (bytes: Uint8Array, way: ReadWay): Pixels =>
    parts.toPixels(rasterOf(bytes, way), way.channels, way.style);
  return {
    read,
    load: (bytes, way) =>
      way.format === 'pillow'
        ? parts.fitLikePillow(read(bytes, way), way, parts.resizeLikePillow).data
        : parts.resizeImage(read(bytes, way), way),
  };
}

/**
 * @file Reads PNG files by fast-png: its samples with palettes, colours that are see-through and small samples resolved. The function's
 * text is part of a worker's program, so it uses nothing but its arguments.
 */
import type { decode } from 'fast-png';
import type { joinPasses, passesAsRow } from './png_passes.js';
import type { Raster } from './raster.js';

/** What reads interlaced files of small samples. */
export interface PngPasses {
  readonly passesAsRow: typeof passesAsRow;
  readonly joinPasses: typeof joinPasses;
}

/**
 * @param decodePng `decode` of fast-png.
 * @throws {Error} It is no PNG file, is damaged, or is cut off.
 */
export function readPng(decodePng: typeof decode, passes: PngPasses, bytes: Uint8Array, maxPixels: number): Raster {
  const fail = (why: string): never => {
    throw new Error(why);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33) fail('it ends within its header');
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  if (width === 0 || height === 0) fail(`it says that it has ${width} x ${height} pixels`);
  if (width * height > maxPixels) fail(`its ${width} x ${height} pixels are more than the limit of ${maxPixels}`);
  let gamma: number | null = null;
  // What stands before the pixels.
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === 'IDAT' || name === 'IEND') break;
    if (name === 'gAMA') gamma ??= view.getUint32(at + 8) / 100_000;
    if (name === 'sRGB') gamma = 0.45455;
  }
  const isSmallInterlaced = bytes[28] === 1 && bytes[24] < 8;
  const depth = bytes[24];
  if (isSmallInterlaced && (![1, 2, 4].includes(depth) || (bytes[25] !== 0 && bytes[25] !== 3)))
    fail(`it says that it has ${depth} bits a sample of colour type ${bytes[25]}`);
  const found = decodePng(isSmallInterlaced ? passes.passesAsRow(bytes, width, height, depth) : bytes, {
    checkCrc: true,
  });
  const { channels, palette, transparency } = found;
  const pixels = width * height;
  let data = found.data instanceof Uint16Array ? found.data : new Uint8Array(found.data.buffer, found.data.byteOffset, found.data.byteLength); // prettier-ignore
  if (isSmallInterlaced) data = passes.joinPasses(data as Uint8Array, width, height, depth);
  else if (depth < 8) {
    const stride = Math.ceil((width * depth) / 8);
    const alone = new Uint8Array(pixels);
    if (data.length === stride * height) {
      for (let y = 0, to = 0; y < height; y++)
        for (let x = 0; x < width; x++, to++)
          alone[to] = (data[y * stride + ((x * depth) >> 3)] >> (8 - depth - ((x * depth) & 7))) & ((1 << depth) - 1);
    } else if (data.length === pixels) alone.set(data);
    else fail('it is damaged');
    data = alone;
  }
  if (data.length !== pixels * channels) fail('it ends before its last pixel');
  const wide = depth === 16 ? 16 : 8;
  const image = { width, height, kind: 'png', gamma } as const;
  if (palette !== undefined && channels === 1) {
    const count = palette.some((color) => color.length === 4) ? 4 : 3;
    const out = new Uint8Array(pixels * count);
    for (let i = 0; i < pixels; i++) {
      const color = palette[data[i]] ?? fail('a pixel of it has no colour in its palette');
      for (let c = 0; c < count; c++) out[i * count + c] = c < color.length ? color[c] : 255;
    }
    return { ...image, model: count === 4 ? 'rgba' : 'rgb', depth: 8, data: out };
  }
  const top = wide === 16 ? 65535 : 255;
  const times = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  const key = transparency !== undefined && transparency.length >= channels ? transparency : null;
  if (times === 1 && (key === null || channels === 2 || channels === 4)) {
    const model = (['gray', 'gray_alpha', 'rgb', 'rgba'] as const)[channels - 1];
    return { ...image, model, depth: wide, data };
  }
  const count = key === null ? channels : channels + 1;
  const out = wide === 16 ? new Uint16Array(pixels * count) : new Uint8Array(pixels * count);
  for (let i = 0; i < pixels; i++) {
    let same = key !== null;
    for (let c = 0; c < channels; c++) {
      const sample = data[i * channels + c];
      same &&= sample === key![c];
      out[i * count + c] = sample * times;
    }
    if (key !== null) out[i * count + channels] = same ? 0 : top;
  }
  const model = channels === 1 ? (key === null ? 'gray' : 'gray_alpha') : 'rgba';
  return { ...image, model, depth: wide, data: out };
}

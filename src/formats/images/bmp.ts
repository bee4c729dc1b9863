/** @file Reads BMP files. The function's text is part of a worker's program, so it uses nothing but its arguments. */
import type { Raster } from './raster.js';

/**
 * 1, 4 or 8 bits by a palette, 16, 24 or 32 bits a pixel, not compressed.
 *
 * @throws {Error} It is none of these, or is cut off.
 */
export function readBmp(bytes: Uint8Array, maxPixels: number): Raster {
  const fail = (why: string): never => {
    throw new Error(why);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) fail('it ends within its header');
  const start = view.getUint32(10, true);
  const headSize = view.getUint32(14, true);
  if (headSize !== 12 && (headSize < 40 || bytes.length < 14 + headSize))
    fail(`its header of ${headSize} bytes is none that there is`);
  const old = headSize === 12;
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const tall = old ? view.getInt16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? 0 : view.getUint32(30, true);
  const height = Math.abs(tall);
  if (width <= 0 || height === 0) fail(`it says that it has ${width} x ${height} pixels`);
  if (width * height > maxPixels) fail(`its ${width} x ${height} pixels are more than the limit of ${maxPixels}`);
  if (![1, 4, 8, 16, 24, 32].includes(bits)) fail(`it has ${bits} bits a pixel`);
  if (compression !== 0 && compression !== 3) fail('it is compressed; save it as it is, or as PNG');
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (start + stride * (height - 1) + Math.ceil((width * bits) / 8) > bytes.length)
    fail('it ends before its last pixel');
  const row = (y: number): number => start + stride * (tall < 0 ? y : height - 1 - y);

  if (bits <= 8) {
    const entry = old ? 3 : 4;
    const from = 14 + headSize;
    const said = old ? 0 : view.getUint32(46, true);
    const count = Math.min(said === 0 ? 1 << bits : said, 256, Math.floor((start - from) / entry));
    const data = new Uint8Array(width * height * 3);
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0; x < width; x++, to += 3) {
        const shift = 8 - bits - ((x * bits) & 7);
        const index = (bytes[row(y) + ((x * bits) >> 3)] >> shift) & ((1 << bits) - 1);
        if (index >= count) fail('a pixel of it has no colour in its palette');
        for (let c = 0; c < 3; c++) data[to + c] = bytes[from + index * entry + 2 - c];
      }
    }
    return { width, height, model: 'rgb', depth: 8, data, kind: 'bmp', gamma: null };
  }

  if (bits === 16 || (bits === 32 && compression === 3)) {
    const masks = compression === 3 ? [0, 1, 2].map((c) => view.getUint32(54 + 4 * c, true)) : [0x7c00, 0x3e0, 0x1f];
    const shifts = masks.map((mask) => (mask === 0 ? 0 : 31 - Math.clz32(mask & -mask)));
    const tops = masks.map((mask, c) => mask >>> shifts[c]);
    const data = new Uint8Array(width * height * 3);
    for (let y = 0, to = 0; y < height; y++)
      for (let x = 0; x < width; x++, to += 3) {
        const at = row(y) + (x * bits) / 8;
        const pixel = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
        for (let c = 0; c < 3; c++)
          data[to + c] = tops[c] === 0 ? 0 : Math.floor((((pixel & masks[c]) >>> shifts[c]) * 255) / tops[c]);
      }
    return { width, height, model: 'rgb', depth: 8, data, kind: 'bmp', gamma: null };
  }

  const count = bits / 8;
  const data = new Uint8Array(width * height * count);
  for (let y = 0, to = 0; y < height; y++)
    for (let x = 0, at = row(y); x < width; x++, at += count, to += count) {
      for (let c = 0; c < 3; c++) data[to + c] = bytes[at + 2 - c];
      if (count === 4) data[to + 3] = bytes[at + 3];
    }
  return { width, height, model: count === 3 ? 'rgb' : 'rgba', depth: 8, data, kind: 'bmp', gamma: null };
}

/**
 * @file Reads the first picture of GIF files. (The libraries that do have not been kept for years.) The function's text is part of a
 * worker's program, so it uses nothing but its arguments.
 */
import type { Raster } from './raster.js';

/**
 * The first picture, on its screen.
 *
 * @throws {Error} It is none, or is cut off.
 */
export function readGif(bytes: Uint8Array, maxPixels: number): Raster {
  const fail = (why: string): never => {
    throw new Error(why);
  };
  const CUT_OFF = 'it ends before its last pixel';
  const byte = (place: number): number => (place < bytes.length ? bytes[place] : fail(CUT_OFF));
  const word = (place: number): number => byte(place) | (byte(place + 1) << 8);
  const width = word(6);
  const height = word(8);
  if (width === 0 || height === 0) fail(`it says that it has ${width} x ${height} pixels`);
  if (width * height > maxPixels) fail(`its ${width} x ${height} pixels are more than the limit of ${maxPixels}`);
  const paletteOf = (flags: number, place: number): Uint8Array | null => {
    if ((flags & 0x80) === 0) return null;
    const size = 3 << ((flags & 7) + 1);
    return place + size <= bytes.length ? bytes.subarray(place, place + size) : fail(CUT_OFF);
  };
  const common = paletteOf(byte(10), 13);
  const background = byte(11);
  let at = 13 + (common?.length ?? 0);
  let clear = -1;
  const skipBlocks = (): void => {
    while (byte(at) !== 0) at += byte(at) + 1;
    at++;
  };
  for (;;) {
    const mark = byte(at++);
    if (mark === 0x21) {
      const label = byte(at++);
      if (label === 0xf9 && (byte(at + 1) & 1) === 1) clear = byte(at + 4);
      skipBlocks();
    } else if (mark === 0x2c) break;
    else if (mark === 0x3b) fail('it holds no picture');
    else fail('it is damaged');
  }
  const [left, top, across, down, flags] = [word(at), word(at + 2), word(at + 4), word(at + 6), byte(at + 8)];
  if (left + across > width || top + down > height) fail('its picture is larger than its screen');
  at += 9;
  const palette = paletteOf(flags, at) ?? common ?? fail('it has no palette');
  if ((flags & 0x80) !== 0) at += palette.length;
  const least = byte(at++);
  if (least < 1 || least > 11) fail('it is damaged');

  // Codes of growing length, each a string of pixels that is known and one more.
  const indices = new Uint8Array(across * down);
  const prefix = new Uint16Array(4096);
  const suffix = new Uint8Array(4096);
  const stack = new Uint8Array(4097);
  const [reset, end] = [1 << least, (1 << least) + 1];
  let [next, length, last, first] = [end + 1, least + 1, -1, 0];
  let [buffer, held, rest, place] = [0, 0, 0, 0];
  while (place < indices.length) {
    while (held < length) {
      if (rest === 0) rest = byte(at++);
      if (rest === 0) fail(CUT_OFF);
      buffer |= byte(at++) << held;
      held += 8;
      rest--;
    }
    const code = buffer & ((1 << length) - 1);
    buffer >>= length;
    held -= length;
    if (code === end) fail(CUT_OFF);
    if (code === reset) {
      [next, length, last] = [end + 1, least + 1, -1];
      continue;
    }
    if (code > next || (code === next && last < 0) || (code >= reset && last < 0)) fail('it is damaged');
    let depth = 0;
    let string = code;
    if (code === next) {
      stack[depth++] = first;
      string = last;
    }
    while (string > end) {
      stack[depth++] = suffix[string];
      string = prefix[string];
    }
    first = string;
    stack[depth++] = first;
    while (depth > 0 && place < indices.length) indices[place++] = stack[--depth];
    if (last >= 0 && next < 4096) {
      prefix[next] = last;
      suffix[next] = first;
      if (++next === 1 << length && length < 12) length++;
    }
    last = code;
  }

  const hasClear = clear >= 0;
  const count = hasClear ? 4 : 3;
  const data = new Uint8Array(width * height * count);
  const put = (pixel: number, index: number): void => {
    if (index * 3 >= palette.length) return;
    for (let c = 0; c < 3; c++) data[pixel * count + c] = palette[index * 3 + c];
    if (hasClear) data[pixel * count + 3] = index === clear ? 0 : 255;
  };
  if (across < width || down < height) for (let i = 0; i < width * height; i++) put(i, background);
  const passes = (flags & 0x40) !== 0 ? [[0, 8], [4, 8], [2, 4], [1, 2]] : [[0, 1]]; // prettier-ignore
  let from = 0;
  for (const [start, step] of passes)
    for (let y = start; y < down; y += step)
      for (let x = 0; x < across; x++) put((top + y) * width + left + x, indices[from++]);
  return { width, height, model: hasClear ? 'rgba' : 'rgb', depth: 8, data, kind: 'gif', gamma: null };
}

/** @file Images as PNG files in `data:` URLs, so that a report needs no other file. */
import { deflateSync } from 'node:zlib';

/** Colour type of the PNG format, by bytes a pixel. */
const COLOR_TYPES: Readonly<Record<number, number>> = { 1: 0, 2: 4, 3: 2, 4: 6 };

/** The check sum of a chunk. (`crc32` of node:zlib is not in every Node 20.) */
function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/**
 * A PNG file.
 *
 * @param pixels Bytes, row by row: grey, grey and alpha, RGB or RGBA, as their number says.
 */
export function png(pixels: Uint8Array, width: number, height: number): Buffer {
  const channels = pixels.length / (width * height);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8; // bits a channel
  header[9] = COLOR_TYPES[channels];
  const rows = Buffer.alloc(height * (width * channels + 1)); // each row begins with the number of its filter: 0, none
  for (let row = 0; row < height; row++)
    rows.set(pixels.subarray(row * width * channels, (row + 1) * width * channels), row * (width * channels + 1) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** An image as HTML. @param name What it shows, in words. */
export function image(pixels: Uint8Array, width: number, height: number, name: string): string {
  const data = png(pixels, width, height).toString('base64');
  return `<img src="data:image/png;base64,${data}" width="${width}" height="${height}" alt="${name}">`;
}

/** @file Interlaced PNG files of few bits, made here with every filter; one from Pillow is among the files of src/utils/images.test.ts. */
import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { localEngine } from '../../utils/images/runner.js';

const PASSES = [[0, 0, 8, 8], [4, 0, 8, 8], [0, 4, 4, 8], [2, 0, 4, 4], [0, 2, 2, 4], [1, 0, 2, 2], [0, 1, 1, 2]]; // prettier-ignore

function chunk(name: string, body: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length);
  out.write(name, 4, 'latin1');
  out.set(body, 8);
  out.writeUInt32BE(sum(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}
/** Node 20.15 and later have `crc32`. */
const sum = (bytes: Uint8Array): number => crc32(bytes);

const paeth = (a: number, b: number, c: number): number => {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
};

interface Form {
  readonly depth: number;
  readonly kind?: 0 | 3;
  readonly parts?: readonly Buffer[];
  /** Bytes of the packed samples in one part of the file. */
  readonly piece?: number;
}

/** A file of samples, whose rows take the five filters in turn. */
function interlaced(
  samples: readonly (readonly number[])[],
  { depth, kind = 0, parts = [], piece = 1e9 }: Form,
): Buffer {
  const body: number[] = [];
  let turn = 0;
  for (const [x0, y0, dx, dy] of PASSES) {
    let above: number[] = [];
    for (let y = y0; y < samples.length; y += dy) {
      const bits = samples[y].filter((_, x) => x >= x0 && (x - x0) % dx === 0).map((v) => v.toString(2).padStart(depth, '0')).join(''); // prettier-ignore
      if (bits === '') continue;
      const line = (bits.match(/.{1,8}/g) ?? []).map((byte) => parseInt(byte.padEnd(8, '0'), 2));
      const filter = turn++ % 5;
      body.push(filter);
      line.forEach((value, i) => {
        const [a, b, c] = [line[i - 1] ?? 0, above[i] ?? 0, above[i - 1] ?? 0];
        body.push((value - [0, a, b, (a + b) >> 1, paeth(a, b, c)][filter]) & 255);
      });
      above = line;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(samples[0].length);
  header.writeUInt32BE(samples.length, 4);
  header.set([depth, kind, 0, 0, 1], 8);
  const packed = deflateSync(Uint8Array.from(body));
  const data: Buffer[] = [];
  for (let at = 0; at < packed.length; at += piece) data.push(chunk('IDAT', packed.subarray(at, at + piece)));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), ...parts, ...data, chunk('IEND', new Uint8Array(0))]);
}

const picture = (width: number, height: number, depth: number): number[][] =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => (x * x + 3 * y + (x ^ y)) % (1 << depth)),
  );
const way = { channels: 1, style: 'tensorflow' } as const;

describe('interlaced files of few bits', () => {
  test.each([1, 2, 4])('of %i bits, in every size to 10 and some larger ones', async (depth) => {
    const engine = await localEngine();
    const sizes = Array.from({ length: 100 }, (_, i) => [1 + (i % 10), 1 + Math.floor(i / 10)]);
    for (const [width, height] of [...sizes, [33, 17], [100, 3], [3, 100]]) {
      const samples = picture(width, height, depth);
      const { data } = engine.read(interlaced(samples, { depth }), way);
      expect(Array.from(data), `${width} × ${height}`).toEqual(
        samples.flat().map((v) => (v * 255) / ((1 << depth) - 1)),
      );
    }
  });

  test('with a palette, a colour that is see-through, and samples in many parts', async () => {
    const engine = await localEngine();
    const samples = picture(13, 9, 2);
    const palette = chunk('PLTE', Uint8Array.from([9, 8, 7, 60, 50, 40, 255, 0, 128, 1, 2, 3]));
    const opacity = chunk('tRNS', Uint8Array.from([0, 90]));
    const colors = engine.read(interlaced(samples, { depth: 2, kind: 3, parts: [palette, opacity], piece: 5 }), { channels: 4, style: 'tensorflow' }); // prettier-ignore
    const expected = [[9, 8, 7, 0], [60, 50, 40, 90], [255, 0, 128, 255], [1, 2, 3, 255]]; // prettier-ignore
    expect(Array.from(colors.data)).toEqual(samples.flat().flatMap((v) => expected[v]));
    const key = chunk('tRNS', Uint8Array.from([0, 2]));
    const seen = engine.read(interlaced(samples, { depth: 2, parts: [key], piece: 1 }), {
      channels: 4,
      style: 'tensorflow',
    });
    expect(Array.from(seen.data)).toEqual(samples.flat().flatMap((v) => [85 * v, 85 * v, 85 * v, v === 2 ? 0 : 255]));
  });

  test('that are damaged are refused', async () => {
    const engine = await localEngine();
    const good = interlaced(picture(13, 9, 4), { depth: 4 });
    for (let at = 12; at < good.length - 12; at++) {
      const bytes = Buffer.from(good);
      bytes[at] ^= 255;
      expect(() => engine.read(bytes, way), `byte ${at}`).toThrow(Error);
    }
    const form = (depth: number, kind: number): Buffer => {
      const bytes = Buffer.from(good);
      bytes.set([depth, kind], 24);
      bytes.writeUInt32BE(sum(bytes.subarray(12, 29)), 29);
      return bytes;
    };
    expect(() => engine.read(form(3, 0), way)).toThrow('3 bits a sample of colour type 0');
    expect(() => engine.read(form(4, 2), way)).toThrow('4 bits a sample of colour type 2');
  });
});

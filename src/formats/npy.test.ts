import { describe, expect, test } from 'vitest';
import { fromNumbers } from '../core/ndarray.js';
import { bytesSource } from './byte_source.js';
import { formatNpy, readNpy, readNpyArray, readNpz, writeNpz } from './npy.js';

/** What `numpy.save` wrote, in base64: int16 [[1, 2, 3], [4, 5, 6]] in Fortran's order, big-endian. */
const file = (header: string, body: readonly number[]): Uint8Array => {
  const text = header.padEnd(117) + '\n';
  return new Uint8Array([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length, 0, ...Buffer.from(text), ...body]);
};

describe('.npy', () => {
  test.each(['float32', 'float16', 'float64', 'int8', 'int64', 'uint32', 'bool'] as const)(
    '%s comes back',
    async (dtype) => {
      const array = fromNumbers(dtype, [2, 3], [0, 1, 1, 0, 1, 0]);
      expect(await readNpy(bytesSource(formatNpy(array)))).toEqual(array);
    },
  );
  test("big-endian elements in Fortran's order", async () => {
    const header = "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }";
    const array = await readNpy(bytesSource(file(header, [0, 1, 0, 4, 0, 2, 0, 5, 0, 3, 0, 6])));
    expect([...array.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });
  test('the header is padded as NumPy pads it', () => {
    const bytes = formatNpy(fromNumbers('float32', [3], [1, 2, 3]));
    expect((bytes.length - 12) % 64).toBe(0);
    expect(Buffer.from(bytes.slice(10, 70)).toString()).toBe(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }".padEnd(60),
    );
  });
  test.each([
    ["{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", /Python objects/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999,), }", /takes 39999999996 bytes/],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", /its shape is/],
    ["{'descr': '<f4', 'shape': (1,), }", /lacks the shape or the order/],
    ["{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", /no plain numbers/],
  ])('%s is refused', async (header, why) => {
    await expect(readNpy(bytesSource(file(header, [0, 0, 0, 0]), 'x.npy'))).rejects.toThrow(why);
  });
});

describe('.npy of complex numbers', () => {
  const [re, im] = [[1, 3, 0, -1, 2, -0], [2, -4, 0.5, 0, 0, -1]]; // prettier-ignore
  test('both orders and both ends, as NumPy writes them', async () => {
    const little = Buffer.from(
      '0000803f0000004000004040000080c0000000000000003f000080bf00000000000000400000000000000080000080bf',
      'hex',
    );
    const first = file("{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }", [...little]);
    const found = await readNpyArray(bytesSource(first));
    expect(found).toEqual({
      dtype: 'complex64',
      shape: [2, 3],
      re: { dtype: 'float32', shape: [2, 3], data: Float32Array.from(re) },
      im: { dtype: 'float32', shape: [2, 3], data: Float32Array.from(im) },
    });
    expect(await readNpyArray(bytesSource(formatNpy(found)))).toEqual(found);
    // Column by column, the greatest byte first.
    const body = new DataView(new ArrayBuffer(96));
    [0, 3, 1, 4, 2, 5].forEach((i, k) => [re[i], im[i]].forEach((x, part) => body.setFloat64(16 * k + 8 * part, x)));
    const other = file("{'descr': '>c16', 'fortran_order': True, 'shape': (2, 3), }", [...new Uint8Array(body.buffer)]);
    const wide = await readNpyArray(bytesSource(other));
    expect(wide).toMatchObject({ dtype: 'complex128', re: { data: Float64Array.from(re) }, im: { data: Float64Array.from(im) } }); // prettier-ignore
  });
  test('is refused where real numbers are wanted, and where it is cut off', async () => {
    const bytes = file("{'descr': '<c8', 'fortran_order': False, 'shape': (2,), }", Array<number>(16).fill(0));
    await expect(readNpy(bytesSource(bytes, 'z.npy'))).rejects.toThrow(
      'holds complex numbers where real ones are wanted',
    );
    await expect(readNpyArray(bytesSource(bytes.slice(0, -1), 'z.npy'))).rejects.toThrow(
      'its array takes 16 bytes, but only 15',
    );
  });
});

describe('.npy of texts', () => {
  const bytesOf = (...points: number[]): number[] => points.flatMap((x) => [0, 0, x >> 8, x & 255]);
  test('code points come back, as wide as the longest text', async () => {
    const array = { dtype: 'string', shape: [2, 2], texts: ['', 'a', 'größer', '😀 ok'] } as const;
    const bytes = formatNpy(array);
    expect(Buffer.from(bytes.slice(10, 60)).toString()).toContain("'descr': '<U6'");
    expect(await readNpyArray(bytesSource(bytes))).toEqual(array);
  });
  test("big-endian ones in Fortran's order", async () => {
    const header = "{'descr': '>U2', 'fortran_order': True, 'shape': (2, 2), }";
    const body = bytesOf(97, 98, 99, 0, 0x20ac, 0, 0, 0);
    expect(await readNpyArray(bytesSource(file(header, body)))).toMatchObject({ texts: ['ab', '€', 'c', ''] });
  });
  test('bytes are UTF-8', async () => {
    const header = "{'descr': '|S4', 'fortran_order': False, 'shape': (2,), }";
    const body = [...Buffer.from('gr\u00fc'), ...Buffer.from('a\0\0\0')];
    expect(await readNpyArray(bytesSource(file(header, body)))).toMatchObject({ texts: ['grü', 'a'] });
  });
  test.each([
    ["{'descr': '<U2', 'fortran_order': False, 'shape': (9999999999,), }", /takes 79999999992 bytes/],
    ["{'descr': '<U0', 'fortran_order': False, 'shape': (9999999999,), }", /but only 8 are there/],
    ["{'descr': '<U2', 'fortran_order': False, 'shape': (1,), }", /4294967295 is no code point/],
  ])('%s is refused', async (header, why) => {
    const body = Array<number>(8).fill(255);
    await expect(readNpyArray(bytesSource(file(header, body), 'x.npy'))).rejects.toThrow(why);
  });
  test('numbers are wanted', async () => {
    const bytes = formatNpy({ dtype: 'string', shape: [1], texts: ['a'] });
    await expect(readNpy(bytesSource(bytes, 'x.npy'))).rejects.toThrow(/holds texts where numbers are wanted/);
  });
});

test('.npz', async () => {
  const pieces: Uint8Array[] = [];
  const arrays = { x: fromNumbers('float32', [2], [1, 2]), y: fromNumbers('int32', [], [3]) };
  await writeNpz(arrays, (piece) => Promise.resolve(void pieces.push(piece.slice())));
  expect(await readNpz(bytesSource(new Uint8Array(Buffer.concat(pieces))))).toEqual(arrays);
});

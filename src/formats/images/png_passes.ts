/**
 * @file Interlaced PNG files of less than 8 bits a sample, which fast-png does not read: it unpacks their bytes, and they are put in their
 * places here. The functions' texts are part of a worker's program, so they use nothing but their arguments.
 */

/**
 * The same file as one row of samples of 8 bits, not interlaced: what fast-png makes of it are the bytes of the passes, the filters of their
 * rows among them. In front of the packed bytes comes a block that is not packed, with the filter of that one row: none.
 *
 * @throws {Error} It is damaged.
 */
export function passesAsRow(bytes: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sumOf = (part: Uint8Array): number => {
    let sum = 0xffffffff;
    for (const byte of part) {
      sum ^= byte;
      for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
    }
    return (sum ^ 0xffffffff) >>> 0;
  };
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  const put = (name: Uint8Array, body: Uint8Array): void => {
    const chunk = new Uint8Array(12 + body.length);
    chunk.set(name, 4);
    chunk.set(body, 8);
    const head = new DataView(chunk.buffer);
    head.setUint32(0, body.length);
    head.setUint32(8 + body.length, sumOf(chunk.subarray(4, 8 + body.length)));
    parts.push(chunk);
  };
  /** Bytes of the packed samples that have gone by: the first two are their header. */
  let packed = 0;
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    if (end > bytes.length) throw new Error('it ends within a part');
    const name = bytes.subarray(at + 4, at + 8);
    const body = bytes.subarray(at + 8, end - 4);
    const is = (text: string): boolean => String.fromCharCode(...name) === text;
    if (is('IHDR') || (is('IDAT') && packed < 2)) {
      if (sumOf(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) throw new Error('its CRC is wrong');
      if (is('IHDR')) {
        const header = new Uint8Array(body); // a copy, also of a Buffer of Node
        let size = 0;
        for (const [x, y, dx, dy] of [
          [0, 0, 8, 8],
          [4, 0, 8, 8],
          [0, 4, 4, 8],
          [2, 0, 4, 4],
          [0, 2, 2, 4],
          [1, 0, 2, 2],
          [0, 1, 1, 2],
        ])
          // prettier-ignore
          if (x < width) size += Math.ceil((height - y) / dy) * (1 + Math.ceil((Math.ceil((width - x) / dx) * depth) / 8));
        new DataView(header.buffer).setUint32(0, size);
        new DataView(header.buffer).setUint32(4, 1);
        header[8] = 8;
        header[12] = 0;
        put(name, header);
      } else {
        const head = body.subarray(0, 2 - packed);
        packed += head.length;
        put(name, packed < 2 ? head : Uint8Array.of(...head, 0, 1, 0, 254, 255, 0));
        put(name, body.subarray(head.length));
      }
    } else parts.push(bytes.subarray(at, end));
    at = end;
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

/** The samples of an image, a byte each, from the bytes of its passes. @throws {Error} A row has a filter that there is none of. */
export function joinPasses(row: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const samples = new Uint8Array(width * height);
  let at = 0;
  for (const [x0, y0, dx, dy] of [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ]) {
    // prettier-ignore
    if (x0 >= width) continue;
    const count = Math.ceil((width - x0) / dx);
    const bytes = Math.ceil((count * depth) / 8);
    let above = new Uint8Array(bytes);
    for (let y = y0; y < height; y += dy) {
      const filter = row[at++];
      if (filter > 4) throw new Error(`a row of it has the filter ${filter}`);
      const line = new Uint8Array(row.subarray(at, at + bytes));
      at += bytes;
      // A pixel is less than a byte: what stands to the left is the byte before.
      for (let i = 0; i < bytes; i++) {
        const a = i > 0 ? line[i - 1] : 0;
        const b = above[i];
        if (filter === 1) line[i] += a;
        else if (filter === 2) line[i] += b;
        else if (filter === 3) line[i] += (a + b) >> 1;
        else if (filter === 4) {
          const c = i > 0 ? above[i - 1] : 0;
          const [toA, toB, toC] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
          line[i] += toA <= toB && toA <= toC ? a : toB <= toC ? b : c;
        }
      }
      for (let i = 0; i < count; i++)
        samples[y * width + x0 + i * dx] =
          (line[(i * depth) >> 3] >> (8 - depth - ((i * depth) & 7))) & ((1 << depth) - 1);
      above = line;
    }
  }
  return samples;
}

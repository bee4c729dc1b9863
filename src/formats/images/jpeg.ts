/**
 * @file Reads JPEG files, baseline and progressive, as libjpeg does, bit for bit. No library that is kept does it as Keras needs it: those
 * on top of mozjpeg have the accurate transform alone (TensorFlow's takes the fast one, 5 levels away), refuse CMYK and take files that
 * are cut off for whole ones. The function's text is part of a worker's program, so it uses nothing but its arguments.
 * @see ITU-T T.81
 */
import type { Colors, joinPlanes, Plane } from './jpeg_samples.js';
import type { Transform } from './jpeg_transforms.js';
import type { Raster } from './raster.js';

/** How a file is to be read. */
export interface JpegOptions {
  /** Whether with libjpeg's fast transform, as TensorFlow does. */
  readonly fast: boolean;
  /** Whether the lightness alone is wanted. */
  readonly gray: boolean;
}

export type JpegReader = (bytes: Uint8Array, options: JpegOptions, maxPixels: number) => Raster;

/** Make the reader, of its parts. */
export function makeJpegReader(
  transformAccurately: Transform,
  transformFast: Transform,
  join: typeof joinPlanes,
): JpegReader {
  interface Component {
    readonly id: number;
    readonly h: number;
    readonly v: number;
    readonly table: number;
    /** Blocks across and down that belong to the image, and those that there is room for. */
    blocksAcross: number;
    blocksDown: number;
    roomAcross: number;
    coefficients: Int16Array;
    factors: Int32Array | null;
    dc: number;
  }
  /** For each length of a code: its first code, the number of codes, and where their symbols begin. */
  interface Codes {
    readonly counts: Uint8Array;
    readonly symbols: Uint8Array;
    /** By the next 8 bits: length << 8 | symbol; 0: longer. */
    readonly quick: Uint16Array;
  }

  const ZIGZAG = new Uint8Array(64);
  for (let i = 0, row = 0, column = 0; i < 64; i++) {
    ZIGZAG[i] = row * 8 + column;
    const up = (row + column) % 2 === 0;
    if (up && column === 7) row++;
    else if (up && row === 0) column++;
    else if (up) [row, column] = [row - 1, column + 1];
    else if (row === 7) column++;
    else if (column === 0) row++;
    else [row, column] = [row + 1, column - 1];
  }
  const SCALES = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379];

  function makeCodes(counts: Uint8Array, symbols: Uint8Array): Codes {
    const quick = new Uint16Array(256);
    let code = 0;
    let next = 0;
    for (let length = 1; length <= 8; length++, code <<= 1) {
      for (let i = 0; i < counts[length - 1]; i++, code++, next++) {
        const from = code << (8 - length);
        for (let j = 0; j < 1 << (8 - length) && from + j < 256; j++) quick[from + j] = (length << 8) | symbols[next];
      }
    }
    return { counts, symbols, quick };
  }

  return (bytes, { fast, gray }, maxPixels) => {
    const fail = (why: string): never => {
      throw new Error(why);
    };
    const CUT_OFF = 'it ends before its last pixel';
    let at = 2;
    const word = (place: number): number => {
      if (place + 1 >= bytes.length) fail(CUT_OFF);
      return (bytes[place] << 8) | bytes[place + 1];
    };

    const quantization: (Int32Array | undefined)[] = [];
    const codes: [(Codes | undefined)[], (Codes | undefined)[]] = [[], []];
    let components: Component[] = [];
    let [width, height, maxH, maxV] = [0, 0, 1, 1];
    let progressive = false;
    let restart = 0;
    let adobe: number | null = null;
    let jfif = false;
    let scans = 0;

    // Bits of the scan at hand.
    let buffer = 0;
    let held = 0;
    const fill = (): void => {
      while (held <= 16) {
        let byte = 0;
        if (at >= bytes.length) fail(CUT_OFF);
        if (bytes[at] !== 0xff) byte = bytes[at++];
        else if (bytes[at + 1] === 0) {
          byte = 0xff;
          at += 2;
        } else if (at + 1 >= bytes.length) fail(CUT_OFF);
        // Before a marker the bits that lack are 0, as in libjpeg.
        buffer = ((buffer << 8) | byte) & 0xffffff;
        held += 8;
      }
    };
    const bits = (count: number): number => {
      if (count === 0) return 0;
      if (held < count) fill();
      held -= count;
      return (buffer >> held) & ((1 << count) - 1);
    };
    const signed = (count: number): number => {
      const value = bits(count);
      return count === 0 || value >= 1 << (count - 1) ? value : value - (1 << count) + 1;
    };
    const symbol = ({ counts, symbols, quick }: Codes): number => {
      if (held < 16) fill();
      const found = quick[(buffer >> (held - 8)) & 255];
      if (found !== 0) {
        held -= found >> 8;
        return found & 255;
      }
      let [code, first, start] = [0, 0, 0];
      for (let length = 1; length <= 16; length++) {
        code = (code << 1) | ((buffer >> (held - length)) & 1);
        const count = counts[length - 1];
        if (code - first < count) {
          held -= length;
          return symbols[start + code - first];
        }
        start += count;
        first = (first + count) << 1;
      }
      return fail('its bits are no code of its tables: it is damaged');
    };

    function readFrame(start: number, end: number): void {
      if (components.length > 0) fail('it has two frames');
      if (bytes[start] !== 8) fail(`it has ${bytes[start]} bits a sample, where 8 can be read`);
      height = word(start + 1);
      width = word(start + 3);
      if (width === 0 || height === 0) fail(`it says that it has ${width} x ${height} pixels`);
      if (width * height > maxPixels) fail(`its ${width} x ${height} pixels are more than the limit of ${maxPixels}`);
      const count = bytes[start + 5];
      if ((count !== 1 && count !== 3 && count !== 4) || start + 6 + 3 * count > end)
        fail(`it has ${count} samples a pixel`);
      for (let i = 0; i < count; i++) {
        const [id, sampling, table] = bytes.subarray(start + 6 + 3 * i, start + 9 + 3 * i);
        const [h, v] = [sampling >> 4, sampling & 15];
        if (h < 1 || h > 4 || v < 1 || v > 4) fail('its sampling is none that there is');
        components.push({
          id,
          h,
          v,
          table,
          blocksAcross: 0,
          blocksDown: 0,
          roomAcross: 0,
          coefficients: new Int16Array(0),
          factors: null,
          dc: 0,
        });
      }
      maxH = Math.max(...components.map(({ h }) => h));
      maxV = Math.max(...components.map(({ v }) => v));
      for (const each of components) {
        each.blocksAcross = Math.ceil(Math.ceil((width * each.h) / maxH) / 8);
        each.blocksDown = Math.ceil(Math.ceil((height * each.v) / maxV) / 8);
        each.roomAcross = Math.ceil(width / (8 * maxH)) * each.h;
        each.coefficients = new Int16Array(64 * each.roomAcross * Math.ceil(height / (8 * maxV)) * each.v);
      }
    }

    function readScan(start: number, end: number): void {
      const count = bytes[start];
      if (components.length === 0 || count < 1 || count > 4 || start + 4 + 2 * count > end)
        fail('a scan of it is broken');
      const tables: (readonly [number, number])[] = [];
      const inScan = Array.from({ length: count }, (_, i) => {
        const id = bytes[start + 1 + 2 * i];
        const choice = bytes[start + 2 + 2 * i];
        tables.push([choice >> 4, choice & 15]);
        return components.find((each) => each.id === id) ?? fail('a scan of it is of no plane');
      });
      const [first, last, approximation] = bytes.subarray(start + 1 + 2 * count, start + 4 + 2 * count);
      const [high, low] = [approximation >> 4, approximation & 15];
      if (progressive && (first > last || last > 63 || (first > 0 && count > 1) || (first === 0 && last > 0)))
        fail('a scan of it is broken');
      for (const each of inScan) each.factors ??= quantization[each.table]?.slice() ?? fail('it lacks a table');
      at = end;
      let run = 0;

      const tableOf = (kind: 0 | 1, id: number): Codes => codes[kind][id] ?? fail('it lacks a table of codes');
      const block = (component: Component, place: number, [dcTable, acTable]: readonly [number, number]): void => {
        const { coefficients } = component;
        if (first === 0) {
          if (!progressive || high === 0) {
            component.dc += signed(symbol(tableOf(0, dcTable)) & 15);
            coefficients[place] = component.dc << (progressive ? low : 0);
          } else if (bits(1) === 1) coefficients[place] |= 1 << low;
        }
        if (!progressive) {
          const table = tableOf(1, acTable);
          for (let k = 1; k < 64; k++) {
            const s = symbol(table);
            const size = s & 15;
            if (size === 0) {
              if (s >> 4 !== 15) break;
              k += 15;
              continue;
            }
            k += s >> 4;
            const value = signed(size);
            if (k < 64) coefficients[place + ZIGZAG[k]] = value;
          }
          return;
        }
        if (first === 0) return;
        if (high === 0) {
          if (run > 0) {
            run--;
            return;
          }
          const table = tableOf(1, acTable);
          for (let k = first; k <= last; k++) {
            const s = symbol(table);
            const [zeros, size] = [s >> 4, s & 15];
            if (size === 0) {
              if (zeros === 15) {
                k += 15;
                continue;
              }
              run = (1 << zeros) - 1 + bits(zeros);
              break;
            }
            k += zeros;
            const value = signed(size) << low;
            if (k < 64) coefficients[place + ZIGZAG[k]] = value;
          }
          return;
        }
        // One more bit of coefficients that are known, and new ones of 1 bit.
        const [plus, minus] = [1 << low, -1 << low];
        const refine = (i: number): void => {
          if (bits(1) === 1 && (coefficients[i] & plus) === 0) coefficients[i] += coefficients[i] >= 0 ? plus : minus;
        };
        let k = first;
        if (run === 0) {
          const table = tableOf(1, acTable);
          for (; k <= last; k++) {
            const s = symbol(table);
            let zeros = s >> 4;
            let value = 0;
            if ((s & 15) !== 0) value = bits(1) === 1 ? plus : minus;
            else if (zeros !== 15) {
              run = (1 << zeros) + bits(zeros);
              break;
            }
            for (; k <= last; k++) {
              const i = place + ZIGZAG[k];
              if (coefficients[i] !== 0) refine(i);
              else if (--zeros < 0) break;
            }
            if (value !== 0 && k < 64) coefficients[place + ZIGZAG[k]] = value;
          }
        }
        if (run > 0) {
          for (; k <= last; k++) if (coefficients[place + ZIGZAG[k]] !== 0) refine(place + ZIGZAG[k]);
          run--;
        }
      };

      const [only] = inScan;
      const across = count === 1 ? only.blocksAcross : Math.ceil(width / (8 * maxH));
      const down = count === 1 ? only.blocksDown : Math.ceil(height / (8 * maxV));
      [buffer, held] = [0, 0];
      for (const each of components) each.dc = 0;
      let left = restart;
      for (let unit = 0; unit < across * down; unit++) {
        if (restart > 0 && left-- === 0) {
          left = restart - 1;
          [buffer, held, run] = [0, 0, 0];
          for (const each of components) each.dc = 0;
          // Up to the marker of the restart.
          while (at + 1 < bytes.length && !(bytes[at] === 0xff && bytes[at + 1] !== 0 && bytes[at + 1] !== 0xff)) at++;
          if (at + 1 >= bytes.length) fail(CUT_OFF);
          if (bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7) at += 2;
        }
        const [row, column] = [Math.floor(unit / across), unit % across];
        if (count === 1) block(only, 64 * (row * only.roomAcross + column), tables[0]);
        else
          inScan.forEach((each, i) => {
            for (let y = 0; y < each.v; y++)
              for (let x = 0; x < each.h; x++)
                block(each, 64 * ((row * each.v + y) * each.roomAcross + column * each.h + x), tables[i]);
          });
      }
      scans++;
    }

    if (bytes[0] !== 0xff || bytes[1] !== 0xd8) fail('it does not begin as a JPEG file');
    for (;;) {
      while (at < bytes.length && bytes[at] !== 0xff) at++;
      while (at < bytes.length && bytes[at] === 0xff) at++;
      if (at >= bytes.length) fail(CUT_OFF);
      const marker = bytes[at++];
      if (marker === 0xd9) break;
      if (marker === 0 || marker === 1 || (marker >= 0xd0 && marker <= 0xd8)) continue;
      const end = at + word(at);
      const start = at + 2;
      if (end > bytes.length || end < start) fail(CUT_OFF);
      if (marker === 0xdb) {
        for (let p = start; p < end;) {
          const [wide, id] = [bytes[p] >> 4, bytes[p] & 15];
          p++;
          if (p + (wide ? 128 : 64) > end) fail('a table of it is broken');
          const table = new Int32Array(64);
          for (let i = 0; i < 64; i++, p += wide ? 2 : 1) table[ZIGZAG[i]] = wide ? word(p) : bytes[p];
          quantization[id] = table;
        }
      } else if (marker === 0xc4) {
        for (let p = start; p < end;) {
          const [kind, id] = [bytes[p] >> 4, bytes[p] & 15];
          const counts = bytes.slice(p + 1, p + 17);
          const total = counts.reduce((a, b) => a + b, 0);
          p += 17;
          if (kind > 1 || total > 256 || p + total > end) fail('a table of codes of it is broken');
          codes[kind as 0 | 1][id] = makeCodes(counts, bytes.slice(p, p + total));
          p += total;
        }
      } else if (marker === 0xc0 || marker === 0xc1 || marker === 0xc2) {
        progressive = marker === 0xc2;
        readFrame(start, end);
      } else if (marker >= 0xc3 && marker <= 0xcf && marker !== 0xc8 && marker !== 0xcc)
        fail(`its form (SOF${marker - 0xc0}) is none that can be read: baseline and progressive JPEG can`);
      else if (marker === 0xdd) restart = word(start);
      else if (marker === 0xe0 && bytes[start] === 0x4a && bytes[start + 1] === 0x46) jfif = true;
      else if (marker === 0xee && end - start >= 12 && bytes[start] === 0x41 && bytes[start + 1] === 0x64)
        adobe = bytes[start + 11];
      if (marker === 0xda) readScan(start, end);
      else at = end;
    }
    if (scans === 0) fail('it holds no image');

    let colors: Colors = 'gray';
    if (components.length === 4) colors = adobe === 2 ? 'ycck' : 'cmyk';
    else if (components.length === 3) {
      const isRgb = components.every(({ id }, i) => id === 'RGB'.charCodeAt(i));
      colors = !jfif && (adobe === 0 || (adobe === null && isRgb)) ? 'rgb' : 'ycc';
    }
    const work = new Int32Array(64);
    const transform = fast ? transformFast : transformAccurately;
    const wanted = gray && (colors === 'gray' || colors === 'ycc') ? components.slice(0, 1) : components;
    const planes = wanted.map((each): Plane => {
      const stride = each.roomAcross * 8;
      const data = new Uint8ClampedArray(each.coefficients.length);
      const factors = each.factors ?? fail('it lacks a plane');
      if (fast)
        for (let i = 0; i < 64; i++) {
          const scale = Math.round(16384 * SCALES[i >> 3] * SCALES[i & 7]);
          factors[i] = (factors[i] * scale + 2048) >> 12;
        }
      for (let i = 0; i * 64 < data.length; i++) {
        const [row, column] = [Math.floor(i / each.roomAcross), i % each.roomAcross];
        transform(each.coefficients, i * 64, factors, work, data, row * 8 * stride + column * 8, stride);
      }
      return {
        width: Math.ceil((width * each.h) / maxH),
        height: Math.ceil((height * each.v) / maxV),
        stride,
        data: new Uint8Array(data.buffer),
        h: each.h,
        v: each.v,
      };
    });
    // The lightness alone: its plane is never halved against the others in files that there are, and is widened if it is.
    const measured = planes.length === 1 && components.length === 1 ? [{ ...planes[0], h: 1, v: 1 }] : planes;
    const raster = join(measured, width, height, colors, gray, adobe !== null);
    components = [];
    return { ...raster, depth: 8, kind: 'jpeg', gamma: null };
  };
}

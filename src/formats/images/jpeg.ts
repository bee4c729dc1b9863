/**
 * @file Reads JPEG files, baseline and progressive, as libjpeg does, bit for bit. No library that is kept does it as Keras needs it: those
 * on top of mozjpeg have the accurate transform alone (TensorFlow's takes the fast one, 5 levels away), refuse CMYK and take files that
 * are cut off for whole ones. The function's text is part of a worker's program, so it uses nothing but its arguments.
 * @see ITU-T T.81
 */
import type { Colors, joinPlanes, Plane, RowParts } from './jpeg_samples.js';
import type { arrange, BitState, Codes, findCode, readBit, readBlock, readCoefficients, readDifference, refineCoefficients } from './jpeg_scans.js'; // prettier-ignore
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

/** What the reader is made of: functions whose texts can be sent to workers. */
export interface JpegParts extends RowParts {
  readonly findCode: typeof findCode;
  readonly arrange: typeof arrange;
  readonly readBlock: typeof readBlock;
  readonly readDifference: typeof readDifference;
  readonly readBit: typeof readBit;
  readonly readCoefficients: typeof readCoefficients;
  readonly refineCoefficients: typeof refineCoefficients;
  readonly transformAccurately: Transform;
  readonly transformFast: Transform;
  readonly joinPlanes: typeof joinPlanes;
}

/** Make the reader, of its parts. */
export function makeJpegReader(parts: JpegParts): JpegReader {
  interface Component {
    readonly id: number;
    readonly h: number;
    readonly v: number;
    readonly table: number;
    /** Blocks across and down that belong to the image, and those that there is room for. */
    blocksAcross: number;
    blocksDown: number;
    roomAcross: number;
    roomDown: number;
    /** Of all blocks, in the order of the file, where they come in several scans (progressive); otherwise empty. */
    coefficients: Int16Array;
    factors: Int32Array | null;
    samples: Uint8ClampedArray;
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
  /** More than any file has whose scans each bring a bit of a coefficient. */
  const MAX_SCANS = 2560;
  const SCALES = [1, 1.387039845, 1.306562965, 1.175875602, 1, 0.785694958, 0.5411961, 0.275899379];

  function makeCodes(counts: Uint8Array, symbols: Uint8Array): Codes {
    const quick = new Uint16Array(512);
    let code = 0;
    let next = 0;
    for (let length = 1; length <= 9; length++, code <<= 1) {
      for (let i = 0; i < counts[length - 1]; i++, code++, next++) {
        const from = code << (9 - length);
        quick.fill((length << 8) | symbols[next], from, from + (1 << (9 - length)));
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
    const codes: readonly [(Codes | undefined)[], (Codes | undefined)[]] = [[], []];
    const components: Component[] = [];
    /** Those whose samples are asked for. */
    let wanted: readonly Component[] = [];
    let [width, height, maxH, maxV] = [0, 0, 1, 1];
    let progressive = false;
    /** Groups of blocks between two markers of a scan; 0: there are no markers. */
    let interval = 0;
    let adobe: number | null = null;
    let jfif = false;
    let scans = 0;

    // The bytes of the scan at hand up to the next marker, without those that only say that they are none.
    const scanned = new Uint8Array(bytes.length);
    const state: BitState = new Int32Array(5);
    const enterScan = (): void => {
      let end = 0;
      for (;;) {
        const escape = bytes.indexOf(0xff, at);
        if (escape < 0 || escape + 1 >= bytes.length) fail(CUT_OFF);
        const isByte = bytes[escape + 1] === 0;
        const until = isByte ? escape + 1 : escape;
        scanned.set(bytes.subarray(at, until), end);
        end += until - at;
        at = isByte ? until + 1 : until;
        if (!isByte) break;
      }
      state.fill(0);
      state[3] = end;
    };
    const nextInterval = (): void => {
      while (bytes[at + 1] === 0xff) at++;
      if (at + 1 >= bytes.length) fail(CUT_OFF);
      if (bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7) at += 2;
      enterScan();
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
          roomDown: 0,
          coefficients: new Int16Array(0),
          factors: null,
          samples: new Uint8ClampedArray(0),
        });
      }
      maxH = Math.max(...components.map(({ h }) => h));
      maxV = Math.max(...components.map(({ v }) => v));
      for (const each of components) {
        each.blocksAcross = Math.ceil(Math.ceil((width * each.h) / maxH) / 8);
        each.blocksDown = Math.ceil(Math.ceil((height * each.v) / maxV) / 8);
        each.roomAcross = Math.ceil(width / (8 * maxH)) * each.h;
        each.roomDown = Math.ceil(height / (8 * maxV)) * each.v;
        if (progressive) each.coefficients = new Int16Array(64 * each.roomAcross * each.roomDown);
      }
    }

    const transform = fast ? parts.transformFast : parts.transformAccurately;
    let colors: Colors = 'gray';
    const chooseColors = (): void => {
      if (components.length === 4) colors = adobe === 2 ? 'ycck' : 'cmyk';
      else if (components.length === 3) {
        const isRgb = components.every(({ id }, i) => id === 'RGB'.charCodeAt(i));
        colors = !jfif && (adobe === 0 || (adobe === null && isRgb)) ? 'rgb' : 'ycc';
      }
      // The lightness of these is a plane of its own.
      if (gray && colors === 'ycc') wanted = components.slice(0, 1);
      else wanted = components;
    };

    const work = new Int32Array(64);
    /** Block `at` of a plane to its samples. */
    const toSamples = (
      { factors, roomAcross, samples }: Component,
      block: Int16Array,
      last: number,
      at: number,
    ): void => {
      if (factors === null) return;
      const row = Math.floor(at / roomAcross);
      const to = 8 * (8 * row * roomAcross + (at - row * roomAcross));
      transform(block, 0, last, factors, work, samples, to, 8 * roomAcross);
    };
    const tableOf = (kind: 0 | 1, id: number): Codes => codes[kind][id] ?? fail('it lacks a table of codes');

    function readScan(start: number, end: number): void {
      const count = bytes[start];
      if (components.length === 0 || count < 1 || count > 4 || start + 4 + 2 * count > end)
        fail('a scan of it is broken');
      if (scans === 0) chooseColors();
      if (++scans > MAX_SCANS) fail(`it has more than ${MAX_SCANS} scans`);
      const planes = Array.from({ length: count }, (_, i) => {
        const id = bytes[start + 1 + 2 * i];
        const choice = bytes[start + 2 + 2 * i];
        const component = components.find((each) => each.id === id) ?? fail('a scan of it is of no plane');
        const [across, down] = count === 1 ? [1, 1] : [component.h, component.v];
        return { component, dcTable: choice >> 4, acTable: choice & 15, across, down };
      });
      const [first, last, approximation] = bytes.subarray(start + 1 + 2 * count, start + 4 + 2 * count);
      if (progressive && (first > last || last > 63 || (first > 0 && count > 1) || (first === 0 && last > 0)))
        fail('a scan of it is broken');
      for (const { component } of planes) {
        if (component.factors !== null) continue;
        const factors = quantization[component.table]?.slice() ?? fail('it lacks a table');
        component.factors = factors;
        if (!fast) continue;
        for (let i = 0; i < 64; i++) {
          const scale = Math.round(16384 * SCALES[i >> 3] * SCALES[i & 7]);
          factors[i] = (factors[i] * scale + 2048) >> 12;
        }
      }
      at = end;
      enterScan();
      const [{ component: only }] = planes;
      const rows = count === 1 ? only.blocksDown : Math.ceil(height / (8 * maxV));
      const columns = count === 1 ? only.blocksAcross : Math.ceil(width / (8 * maxH));
      const levels = planes.map(() => 0);
      let left = interval;
      /** `read(plane, nth plane, nth block of the plane)`, for all blocks of the scan. */
      const forEachBlock = (read: (plane: (typeof planes)[number], i: number, at: number) => void): void => {
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            if (interval > 0 && left-- === 0) {
              left = interval - 1;
              nextInterval();
              levels.fill(0);
            }
            for (let i = 0; i < count; i++) {
              const plane = planes[i];
              const { across, down, component } = plane;
              for (let y = 0; y < down; y++)
                for (let x = 0; x < across; x++)
                  read(plane, i, (row * down + y) * component.roomAcross + column * across + x);
            }
          }
      };
      if (!progressive) {
        const block = new Int16Array(64);
        for (const { component } of planes)
          if (component.samples.length === 0)
            component.samples = new Uint8ClampedArray(64 * component.roomAcross * component.roomDown);
        const tables = planes.map(({ dcTable, acTable }) => [tableOf(0, dcTable), tableOf(1, acTable)] as const);
        const isWanted = planes.map(({ component }) => wanted.includes(component));
        forEachBlock(({ component }, i, at) => {
          block[0] = levels[i];
          const end = parts.readBlock(scanned, state, tables[i][0], tables[i][1], block, ZIGZAG, parts.findCode);
          levels[i] = block[0];
          if (isWanted[i]) toSamples(component, block, end, at);
          if (end > 0) block.fill(0);
        });
        return;
      }
      const [high, low] = [approximation >> 4, approximation & 15];
      if (first === 0 && high > 0)
        forEachBlock(({ component: { coefficients } }, _, at) => {
          if (parts.readBit(scanned, state) === 1) coefficients[64 * at] |= 1 << low;
        });
      else if (first === 0) {
        const tables = planes.map(({ dcTable }) => tableOf(0, dcTable));
        forEachBlock(({ component }, i, at) => {
          levels[i] += parts.readDifference(scanned, state, tables[i], parts.findCode);
          component.coefficients[64 * at] = levels[i] << low;
        });
      } else {
        const table = tableOf(1, planes[0].acTable);
        const read = high === 0 ? parts.readCoefficients : parts.refineCoefficients;
        forEachBlock(({ component }, _, at) =>
          read(scanned, state, table, component.coefficients, 64 * at, first, last, low, parts.findCode),
        );
      }
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
      else if (marker === 0xdd) interval = word(start);
      else if (marker === 0xe0 && bytes[start] === 0x4a && bytes[start + 1] === 0x46) jfif = true;
      else if (marker === 0xee && end - start >= 12 && bytes[start] === 0x41 && bytes[start + 1] === 0x64)
        adobe = bytes[start + 11];
      if (marker === 0xda) readScan(start, end);
      else at = end;
    }
    if (scans === 0) fail('it holds no image');

    const planes = wanted.map((each): Plane => {
      const { coefficients } = each;
      if (each.factors === null) return fail('it lacks a plane');
      if (progressive) {
        each.samples = new Uint8ClampedArray(coefficients.length);
        const block = new Int16Array(64);
        for (let i = 0; i * 64 < coefficients.length; i++)
          toSamples(each, block, parts.arrange(coefficients, 64 * i, block, ZIGZAG), i);
      }
      return {
        width: Math.ceil((width * each.h) / maxH),
        height: Math.ceil((height * each.v) / maxV),
        stride: 8 * each.roomAcross,
        data: new Uint8Array(each.samples.buffer),
        h: each.h,
        v: each.v,
      };
    });
    // The lightness alone: its plane is never halved against the others in files that there are, and is widened if it is.
    const measured = planes.length === 1 && components.length === 1 ? [{ ...planes[0], h: 1, v: 1 }] : planes;
    const raster = parts.joinPlanes(measured, width, height, colors, gray, adobe !== null, parts);
    return { ...raster, depth: 8, kind: 'jpeg', gamma: null };
  };
}

/**
 * @file The two inverse cosine transforms of libjpeg for whole numbers, bit for bit: TensorFlow reads images with the fast one,
 * Pillow with the accurate one, and their results differ by several levels. Each function's text is part of a worker's program, so it
 * uses nothing but its arguments.
 */

/**
 * A block of 8 × 8 samples of its coefficients.
 *
 * @param coefficients 64, at `from`, row by row.
 * @param factors What each is multiplied by.
 * @param work Room for 64 numbers.
 * @param out Where the samples go, from `to` on, rows `stride` apart.
 */
export type Transform = (
  coefficients: Int16Array,
  from: number,
  factors: Int32Array,
  work: Int32Array,
  out: Uint8Array,
  to: number,
  stride: number,
) => void;

/** By Loeffler, Ligtenberg and Moschytz (1989), with factors of 13 bits. */
export function transformAccurately(
  coefficients: Int16Array,
  from: number,
  factors: Int32Array,
  work: Int32Array,
  out: Uint8Array,
  to: number,
  stride: number,
): void {
  for (let pass = 0; pass < 2; pass++) {
    const step = pass === 0 ? 8 : 1;
    const shift = pass === 0 ? 11 : 18;
    const half = 1 << (shift - 1);
    for (let line = 0; line < 8; line++) {
      const at = pass === 0 ? line : line * 8;
      const get = (i: number): number => {
        const place = at + i * step;
        return pass === 0 ? coefficients[from + place] * factors[place] : work[place];
      };
      const [x0, x1, x2, x3] = [get(0), get(1), get(2), get(3)];
      const [x4, x5, x6, x7] = [get(4), get(5), get(6), get(7)];
      // Even part: a rotation and a butterfly.
      const turn = (x2 + x6) * 4433;
      const even2 = turn - x6 * 15137;
      const even3 = turn + x2 * 6270;
      const even0 = (x0 + x4) * 8192;
      const even1 = (x0 - x4) * 8192;
      const a = [even0 + even3, even1 + even2, even1 - even2, even0 - even3];
      // Odd part.
      const all = (x7 + x3 + x5 + x1) * 9633;
      const s17 = (x7 + x1) * -7373;
      const s35 = (x5 + x3) * -20995;
      const s37 = (x7 + x3) * -16069 + all;
      const s15 = (x5 + x1) * -3196 + all;
      const b = [x1 * 12299 + s17 + s15, x3 * 25172 + s35 + s37, x5 * 16819 + s35 + s15, x7 * 2446 + s17 + s37];
      for (let i = 0; i < 4; i++) {
        const low = (a[i] + b[i] + half) >> shift;
        const high = (a[i] - b[i] + half) >> shift;
        if (pass === 0) {
          work[at + i * 8] = low;
          work[at + (7 - i) * 8] = high;
        } else {
          const row = to + line * stride;
          out[row + i] = low < -128 ? 0 : low > 127 ? 255 : low + 128;
          out[row + 7 - i] = high < -128 ? 0 : high > 127 ? 255 : high + 128;
        }
      }
    }
  }
}

/**
 * By Arai, Agui and Nakajima (1988), with factors of 8 bits that are not rounded. The scales are part of `factors`.
 *
 * All in 16 bits that wrap around, as x86 has it: at edges of full contrast in files of high quality some pixels come out black for
 * white. They do in Keras.
 */
export function transformFast(
  coefficients: Int16Array,
  from: number,
  factors: Int32Array,
  work: Int32Array,
  out: Uint8Array,
  to: number,
  stride: number,
): void {
  const times = (x: number, factor: number): number => (((x << 18) >> 16) * (factor << 6)) >> 16;
  const short = (x: number): number => (x << 16) >> 16;
  for (let pass = 0; pass < 2; pass++) {
    const step = pass === 0 ? 8 : 1;
    for (let line = 0; line < 8; line++) {
      const at = pass === 0 ? line : line * 8;
      const get = (i: number): number => {
        const place = at + i * step;
        return pass === 0 ? short(coefficients[from + place] * factors[place]) : work[place];
      };
      const [x0, x1, x2, x3] = [get(0), get(1), get(2), get(3)];
      const [x4, x5, x6, x7] = [get(4), get(5), get(6), get(7)];
      const sum26 = x2 + x6;
      const turned26 = times(x2 - x6, 362) - sum26;
      const [even0, even1] = [x0 + x4, x0 - x4];
      const a = [even0 + sum26, even1 + turned26, even1 - turned26, even0 - sum26];
      const [z13, z10, z11, z12] = [x5 + x3, x5 - x3, x1 + x7, x1 - x7];
      const b0 = z11 + z13;
      const z5 = times(z10 + z12, 473);
      const b1 = times(z10, -413) - z10 + z5 - b0;
      const b2 = times(z11 - z13, 362) - b1;
      const b3 = times(z12, 277) - z5 + b2;
      const b = [b0, b1, b2, -b3];
      for (let i = 0; i < 4; i++) {
        const low = short(a[i] + b[i]);
        const high = short(a[i] - b[i]);
        if (pass === 0) {
          work[at + i * 8] = low;
          work[at + (7 - i) * 8] = high;
        } else {
          const row = to + line * stride;
          const [first, last] = [low >> 5, high >> 5];
          out[row + i] = first < -128 ? 0 : first > 127 ? 255 : first + 128;
          out[row + 7 - i] = last < -128 ? 0 : last > 127 ? 255 : last + 128;
        }
      }
    }
  }
}

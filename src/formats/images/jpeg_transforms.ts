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
  out: Uint8ClampedArray,
  to: number,
  stride: number,
) => void;

/** By Loeffler, Ligtenberg and Moschytz (1989), with factors of 13 bits. */
export function transformAccurately(
  coefficients: Int16Array,
  from: number,
  factors: Int32Array,
  work: Int32Array,
  out: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  for (let i = 0; i < 64; i++) work[i] = coefficients[from + i] * factors[i];
  for (let pass = 0; pass < 2; pass++) {
    const step = pass === 0 ? 8 : 1;
    const shift = pass === 0 ? 11 : 18;
    const half = 1 << (shift - 1);
    for (let line = 0; line < 8; line++) {
      const at = pass === 0 ? line : line * 8;
      const x0 = work[at];
      const x1 = work[at + step];
      const x2 = work[at + 2 * step];
      const x3 = work[at + 3 * step];
      const x4 = work[at + 4 * step];
      const x5 = work[at + 5 * step];
      const x6 = work[at + 6 * step];
      const x7 = work[at + 7 * step];
      // Even part: a rotation and a butterfly.
      const turn = (x2 + x6) * 4433;
      const even2 = turn - x6 * 15137;
      const even3 = turn + x2 * 6270;
      const even0 = (x0 + x4) * 8192 + half;
      const even1 = (x0 - x4) * 8192 + half;
      const a0 = even0 + even3;
      const a1 = even1 + even2;
      const a2 = even1 - even2;
      const a3 = even0 - even3;
      // Odd part.
      const all = (x7 + x3 + x5 + x1) * 9633;
      const s17 = (x7 + x1) * -7373;
      const s35 = (x5 + x3) * -20995;
      const s37 = (x7 + x3) * -16069 + all;
      const s15 = (x5 + x1) * -3196 + all;
      const b0 = x1 * 12299 + s17 + s15;
      const b1 = x3 * 25172 + s35 + s37;
      const b2 = x5 * 16819 + s35 + s15;
      const b3 = x7 * 2446 + s17 + s37;
      work[at] = (a0 + b0) >> shift;
      work[at + step] = (a1 + b1) >> shift;
      work[at + 2 * step] = (a2 + b2) >> shift;
      work[at + 3 * step] = (a3 + b3) >> shift;
      work[at + 4 * step] = (a3 - b3) >> shift;
      work[at + 5 * step] = (a2 - b2) >> shift;
      work[at + 6 * step] = (a1 - b1) >> shift;
      work[at + 7 * step] = (a0 - b0) >> shift;
    }
  }
  for (let row = 0; row < 8; row++)
    for (let column = 0; column < 8; column++) out[to + row * stride + column] = work[row * 8 + column] + 128;
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
  out: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  for (let i = 0; i < 64; i++) work[i] = ((coefficients[from + i] * factors[i]) << 16) >> 16;
  for (let pass = 0; pass < 2; pass++) {
    const step = pass === 0 ? 8 : 1;
    for (let line = 0; line < 8; line++) {
      const at = pass === 0 ? line : line * 8;
      const x0 = work[at];
      const x1 = work[at + step];
      const x2 = work[at + 2 * step];
      const x3 = work[at + 3 * step];
      const x4 = work[at + 4 * step];
      const x5 = work[at + 5 * step];
      const x6 = work[at + 6 * step];
      const x7 = work[at + 7 * step];
      // A product: (x · 4, wrapped) times (factor · 64), of which the upper 16 bits stay.
      const sum26 = x2 + x6;
      const turned26 = (((((x2 - x6) << 18) >> 16) * (362 << 6)) >> 16) - sum26;
      const a0 = x0 + x4 + sum26;
      const a1 = x0 - x4 + turned26;
      const a2 = x0 - x4 - turned26;
      const a3 = x0 + x4 - sum26;
      const z13 = x5 + x3;
      const z10 = x5 - x3;
      const z11 = x1 + x7;
      const z12 = x1 - x7;
      const b0 = z11 + z13;
      const z5 = ((((z10 + z12) << 18) >> 16) * (473 << 6)) >> 16;
      const b1 = ((((z10 << 18) >> 16) * -(413 << 6)) >> 16) - z10 + z5 - b0;
      const b2 = (((((z11 - z13) << 18) >> 16) * (362 << 6)) >> 16) - b1;
      const b3 = ((((z12 << 18) >> 16) * (277 << 6)) >> 16) - z5 + b2;
      work[at] = ((a0 + b0) << 16) >> 16;
      work[at + step] = ((a1 + b1) << 16) >> 16;
      work[at + 2 * step] = ((a2 + b2) << 16) >> 16;
      work[at + 3 * step] = ((a3 - b3) << 16) >> 16;
      work[at + 4 * step] = ((a3 + b3) << 16) >> 16;
      work[at + 5 * step] = ((a2 - b2) << 16) >> 16;
      work[at + 6 * step] = ((a1 - b1) << 16) >> 16;
      work[at + 7 * step] = ((a0 - b0) << 16) >> 16;
    }
  }
  for (let row = 0; row < 8; row++)
    for (let column = 0; column < 8; column++) out[to + row * stride + column] = (work[row * 8 + column] >> 5) + 128;
}

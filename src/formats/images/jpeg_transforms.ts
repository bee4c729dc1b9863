/**
 * @file The two inverse cosine transforms of libjpeg for whole numbers, bit for bit: TensorFlow reads images with the fast one,
 * Pillow with the accurate one, and their results differ by several levels. Each function's text is part of a worker's program, so it
 * uses nothing but its arguments. Columns first, then rows; columns of one coefficient alone, of which there are many, are that number.
 */

/**
 * A block of 8 × 8 samples of its coefficients.
 *
 * @param coefficients 64, at `from`, row by row.
 * @param last Which is the last that is not 0, in the order of the file; a later one will do.
 * @param factors What each is multiplied by.
 * @param work Room for 64 numbers.
 * @param out Where the samples go, from `to` on, rows `stride` apart.
 */
export type Transform = (
  coefficients: Int16Array,
  from: number,
  last: number,
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
  last: number,
  factors: Int32Array,
  work: Int32Array,
  out: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  if (last === 0) {
    const first = (Math.imul(Math.imul(coefficients[from], factors[0]), 8192) + 1024) >> 11;
    const level = ((Math.imul(first, 8192) + 131072) >> 18) + 128;
    for (let row = 0, at = to; row < 8; row++, at += stride) out.fill(level, at, at + 8);
    return;
  }
  for (let column = 0; column < 8; column++) {
    const at = from + column;
    const c1 = coefficients[at + 8];
    const c2 = coefficients[at + 16];
    const c3 = coefficients[at + 24];
    const c4 = coefficients[at + 32];
    const c5 = coefficients[at + 40];
    const c6 = coefficients[at + 48];
    const c7 = coefficients[at + 56];
    const x0 = Math.imul(coefficients[at], factors[column]);
    if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
      const level = (Math.imul(x0, 8192) + 1024) >> 11;
      for (let i = column; i < 64; i += 8) work[i] = level;
      continue;
    }
    const x1 = Math.imul(c1, factors[column + 8]);
    const x2 = Math.imul(c2, factors[column + 16]);
    const x3 = Math.imul(c3, factors[column + 24]);
    const x4 = Math.imul(c4, factors[column + 32]);
    const x5 = Math.imul(c5, factors[column + 40]);
    const x6 = Math.imul(c6, factors[column + 48]);
    const x7 = Math.imul(c7, factors[column + 56]);
    // Even part: a rotation and a butterfly.
    const turn = Math.imul(x2 + x6, 4433);
    const even2 = turn - Math.imul(x6, 15137);
    const even3 = turn + Math.imul(x2, 6270);
    const even0 = Math.imul(x0 + x4, 8192) + 1024;
    const even1 = Math.imul(x0 - x4, 8192) + 1024;
    const a0 = even0 + even3;
    const a1 = even1 + even2;
    const a2 = even1 - even2;
    const a3 = even0 - even3;
    // Odd part.
    const all = Math.imul(x7 + x3 + x5 + x1, 9633);
    const s17 = Math.imul(x7 + x1, -7373);
    const s35 = Math.imul(x5 + x3, -20995);
    const s37 = Math.imul(x7 + x3, -16069) + all;
    const s15 = Math.imul(x5 + x1, -3196) + all;
    const b0 = Math.imul(x1, 12299) + s17 + s15;
    const b1 = Math.imul(x3, 25172) + s35 + s37;
    const b2 = Math.imul(x5, 16819) + s35 + s15;
    const b3 = Math.imul(x7, 2446) + s17 + s37;
    work[column] = (a0 + b0) >> 11;
    work[column + 8] = (a1 + b1) >> 11;
    work[column + 16] = (a2 + b2) >> 11;
    work[column + 24] = (a3 + b3) >> 11;
    work[column + 32] = (a3 - b3) >> 11;
    work[column + 40] = (a2 - b2) >> 11;
    work[column + 48] = (a1 - b1) >> 11;
    work[column + 56] = (a0 - b0) >> 11;
  }
  for (let row = 0, at = to; row < 64; row += 8, at += stride) {
    const x0 = work[row];
    const x1 = work[row + 1];
    const x2 = work[row + 2];
    const x3 = work[row + 3];
    const x4 = work[row + 4];
    const x5 = work[row + 5];
    const x6 = work[row + 6];
    const x7 = work[row + 7];
    const turn = Math.imul(x2 + x6, 4433);
    const even2 = turn - Math.imul(x6, 15137);
    const even3 = turn + Math.imul(x2, 6270);
    const even0 = Math.imul(x0 + x4, 8192) + 131072;
    const even1 = Math.imul(x0 - x4, 8192) + 131072;
    const a0 = even0 + even3;
    const a1 = even1 + even2;
    const a2 = even1 - even2;
    const a3 = even0 - even3;
    const all = Math.imul(x7 + x3 + x5 + x1, 9633);
    const s17 = Math.imul(x7 + x1, -7373);
    const s35 = Math.imul(x5 + x3, -20995);
    const s37 = Math.imul(x7 + x3, -16069) + all;
    const s15 = Math.imul(x5 + x1, -3196) + all;
    const b0 = Math.imul(x1, 12299) + s17 + s15;
    const b1 = Math.imul(x3, 25172) + s35 + s37;
    const b2 = Math.imul(x5, 16819) + s35 + s15;
    const b3 = Math.imul(x7, 2446) + s17 + s37;
    out[at] = ((a0 + b0) >> 18) + 128;
    out[at + 1] = ((a1 + b1) >> 18) + 128;
    out[at + 2] = ((a2 + b2) >> 18) + 128;
    out[at + 3] = ((a3 + b3) >> 18) + 128;
    out[at + 4] = ((a3 - b3) >> 18) + 128;
    out[at + 5] = ((a2 - b2) >> 18) + 128;
    out[at + 6] = ((a1 - b1) >> 18) + 128;
    out[at + 7] = ((a0 - b0) >> 18) + 128;
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
  last: number,
  factors: Int32Array,
  work: Int32Array,
  out: Uint8ClampedArray,
  to: number,
  stride: number,
): void {
  if (last === 0) {
    const level = ((Math.imul(coefficients[from], factors[0]) << 16) >> 21) + 128;
    for (let row = 0, at = to; row < 8; row++, at += stride) out.fill(level, at, at + 8);
    return;
  }
  for (let column = 0; column < 8; column++) {
    const at = from + column;
    const c1 = coefficients[at + 8];
    const c2 = coefficients[at + 16];
    const c3 = coefficients[at + 24];
    const c4 = coefficients[at + 32];
    const c5 = coefficients[at + 40];
    const c6 = coefficients[at + 48];
    const c7 = coefficients[at + 56];
    const x0 = (Math.imul(coefficients[at], factors[column]) << 16) >> 16;
    if ((c1 | c2 | c3 | c4 | c5 | c6 | c7) === 0) {
      for (let i = column; i < 64; i += 8) work[i] = x0;
      continue;
    }
    const x1 = (Math.imul(c1, factors[column + 8]) << 16) >> 16;
    const x2 = (Math.imul(c2, factors[column + 16]) << 16) >> 16;
    const x3 = (Math.imul(c3, factors[column + 24]) << 16) >> 16;
    const x4 = (Math.imul(c4, factors[column + 32]) << 16) >> 16;
    const x5 = (Math.imul(c5, factors[column + 40]) << 16) >> 16;
    const x6 = (Math.imul(c6, factors[column + 48]) << 16) >> 16;
    const x7 = (Math.imul(c7, factors[column + 56]) << 16) >> 16;
    // A product: (x · 4, wrapped) times (factor · 64), of which the upper 16 bits stay.
    const sum26 = x2 + x6;
    const turned26 = (Math.imul(((x2 - x6) << 18) >> 16, 362 << 6) >> 16) - sum26;
    const a0 = x0 + x4 + sum26;
    const a1 = x0 - x4 + turned26;
    const a2 = x0 - x4 - turned26;
    const a3 = x0 + x4 - sum26;
    const z13 = x5 + x3;
    const z10 = x5 - x3;
    const z11 = x1 + x7;
    const z12 = x1 - x7;
    const b0 = z11 + z13;
    const z5 = Math.imul(((z10 + z12) << 18) >> 16, 473 << 6) >> 16;
    const b1 = (Math.imul((z10 << 18) >> 16, -(413 << 6)) >> 16) - z10 + z5 - b0;
    const b2 = (Math.imul(((z11 - z13) << 18) >> 16, 362 << 6) >> 16) - b1;
    const b3 = (Math.imul((z12 << 18) >> 16, 277 << 6) >> 16) - z5 + b2;
    work[column] = ((a0 + b0) << 16) >> 16;
    work[column + 8] = ((a1 + b1) << 16) >> 16;
    work[column + 16] = ((a2 + b2) << 16) >> 16;
    work[column + 24] = ((a3 - b3) << 16) >> 16;
    work[column + 32] = ((a3 + b3) << 16) >> 16;
    work[column + 40] = ((a2 - b2) << 16) >> 16;
    work[column + 48] = ((a1 - b1) << 16) >> 16;
    work[column + 56] = ((a0 - b0) << 16) >> 16;
  }
  // The results have 5 bits behind the point.
  for (let row = 0, at = to; row < 64; row += 8, at += stride) {
    const x0 = work[row];
    const x1 = work[row + 1];
    const x2 = work[row + 2];
    const x3 = work[row + 3];
    const x4 = work[row + 4];
    const x5 = work[row + 5];
    const x6 = work[row + 6];
    const x7 = work[row + 7];
    // A product: (x · 4, wrapped) times (factor · 64), of which the upper 16 bits stay.
    const sum26 = x2 + x6;
    const turned26 = (Math.imul(((x2 - x6) << 18) >> 16, 362 << 6) >> 16) - sum26;
    const a0 = x0 + x4 + sum26;
    const a1 = x0 - x4 + turned26;
    const a2 = x0 - x4 - turned26;
    const a3 = x0 + x4 - sum26;
    const z13 = x5 + x3;
    const z10 = x5 - x3;
    const z11 = x1 + x7;
    const z12 = x1 - x7;
    const b0 = z11 + z13;
    const z5 = Math.imul(((z10 + z12) << 18) >> 16, 473 << 6) >> 16;
    const b1 = (Math.imul((z10 << 18) >> 16, -(413 << 6)) >> 16) - z10 + z5 - b0;
    const b2 = (Math.imul(((z11 - z13) << 18) >> 16, 362 << 6) >> 16) - b1;
    const b3 = (Math.imul((z12 << 18) >> 16, 277 << 6) >> 16) - z5 + b2;
    out[at] = (((a0 + b0) << 16) >> 21) + 128;
    out[at + 1] = (((a1 + b1) << 16) >> 21) + 128;
    out[at + 2] = (((a2 + b2) << 16) >> 21) + 128;
    out[at + 3] = (((a3 - b3) << 16) >> 21) + 128;
    out[at + 4] = (((a3 + b3) << 16) >> 21) + 128;
    out[at + 5] = (((a2 - b2) << 16) >> 21) + 128;
    out[at + 6] = (((a1 - b1) << 16) >> 21) + 128;
    out[at + 7] = (((a0 - b0) << 16) >> 21) + 128;
  }
}

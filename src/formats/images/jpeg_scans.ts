/**
 * @file The bits of a JPEG file's scans: Huffman codes to the coefficients of a block. Each function reads one block, with all that it changes
 * in variables of its own, which is most of its speed; so the few lines that take bits stand in each. Each function's text is part of a
 * worker's program, so it uses nothing but its arguments.
 * @see ITU-T T.81, annexes F and G
 */

/** A table of Huffman codes. */
export interface Codes {
  /** For each length from 1 to 16 the number of codes. */
  readonly counts: Uint8Array;
  /** In the order of the codes. */
  readonly symbols: Uint8Array;
  /** By the next 9 bits: length << 8 | symbol; 0: longer. */
  readonly quick: Uint16Array;
}

/**
 * Where a scan is read: the next bits, how many of them there are, the place of the next byte, the end of the bytes (behind which all
 * are 0, as in libjpeg), and blocks to come in which nothing is new.
 */
export type BitState = Int32Array;

/** length << 8 | symbol of the code that 16 bits begin with. @throws {Error} They begin with none. */
export type FindCode = (codes: Codes, bits: number) => number;

export function findCode({ counts, symbols }: Codes, bits: number): number {
  for (let length = 1, first = 0, start = 0; length <= 16; length++) {
    const count = counts[length - 1];
    const nth = (bits >> (16 - length)) - first;
    if (nth < count) return (length << 8) | symbols[start + nth];
    start += count;
    first = (first + count) << 1;
  }
  throw new Error('its bits are no code of its tables: it is damaged');
}

/**
 * All coefficients of a block, by rows and columns.
 *
 * @param block Zeros, but for the first coefficient: that of the block before.
 * @param zigzag Where the coefficients of a file stand in a block.
 * @returns Which is the last in the file that is not 0.
 */
export function readBlock(
  bytes: Uint8Array,
  state: BitState,
  dcCodes: Codes,
  acCodes: Codes,
  block: Int16Array,
  zigzag: Uint8Array,
  find: FindCode,
): number {
  let buffer = state[0];
  let held = state[1];
  let place = state[2];
  const end = state[3];
  let last = 0;
  let codes = dcCodes;
  for (let k = 0; k < 64; k++) {
    for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
    let found = codes.quick[(buffer >>> (held - 9)) & 511];
    if (found === 0) found = find(codes, (buffer >>> (held - 16)) & 65535);
    held -= found >> 8;
    const size = found & 15;
    let value = 0;
    if (size > 0) {
      if (held < size) for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
      held -= size;
      value = (buffer >>> held) & ((1 << size) - 1);
      if (value < 1 << (size - 1)) value -= (1 << size) - 1;
    }
    if (k === 0) {
      block[0] += value;
      codes = acCodes;
      continue;
    }
    const zeros = (found >> 4) & 15;
    k += zeros;
    if (size === 0) {
      if (zeros !== 15) break;
    } else if (k < 64) {
      block[zigzag[k]] = value;
      last = k;
    }
  }
  state[0] = buffer;
  state[1] = held;
  state[2] = place;
  return last;
}

/** How far the first coefficient of a block is from that of the block before. */
export function readDifference(bytes: Uint8Array, state: BitState, codes: Codes, find: FindCode): number {
  let buffer = state[0];
  let held = state[1];
  let place = state[2];
  const end = state[3];
  for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
  let found = codes.quick[(buffer >>> (held - 9)) & 511];
  if (found === 0) found = find(codes, (buffer >>> (held - 16)) & 65535);
  held -= found >> 8;
  const size = found & 15;
  if (held < size) for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
  held -= size;
  state[0] = buffer;
  state[1] = held;
  state[2] = place;
  if (size === 0) return 0;
  const value = (buffer >>> held) & ((1 << size) - 1);
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}

/** The next bit. */
export function readBit(bytes: Uint8Array, state: BitState): number {
  if (state[1] === 0)
    for (; state[1] <= 24; state[1] += 8) state[0] = (state[0] << 8) | (state[2] < state[3] ? bytes[state[2]++] : 0);
  return (state[0] >>> --state[1]) & 1;
}

/** The coefficients `from` to `to` of a block that lies at `at`, in the order of the file: all but their `low` lowest bits. */
export function readCoefficients(
  bytes: Uint8Array,
  state: BitState,
  codes: Codes,
  coefficients: Int16Array,
  at: number,
  from: number,
  to: number,
  low: number,
  find: FindCode,
): void {
  if (state[4] > 0) {
    state[4]--;
    return;
  }
  let buffer = state[0];
  let held = state[1];
  let place = state[2];
  const end = state[3];
  const { quick } = codes;
  for (let k = from; k <= to; k++) {
    for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
    let found = quick[(buffer >>> (held - 9)) & 511];
    if (found === 0) found = find(codes, (buffer >>> (held - 16)) & 65535);
    held -= found >> 8;
    const size = found & 15;
    const zeros = (found >> 4) & 15;
    const wanted = size > 0 ? size : zeros === 15 ? 0 : zeros;
    if (held < wanted) for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
    held -= wanted;
    const value = (buffer >>> held) & ((1 << wanted) - 1);
    if (size > 0) {
      k += zeros;
      if (k < 64) coefficients[at + k] = (value < 1 << (size - 1) ? value - (1 << size) + 1 : value) << low;
    } else if (zeros === 15) k += 15;
    else {
      state[4] = (1 << zeros) - 1 + value;
      break;
    }
  }
  state[0] = buffer;
  state[1] = held;
  state[2] = place;
}

/** As `readCoefficients`, of which the bit `low` alone: of those that are known, and new ones that are this bit. */
export function refineCoefficients(
  bytes: Uint8Array,
  state: BitState,
  codes: Codes,
  coefficients: Int16Array,
  at: number,
  from: number,
  to: number,
  low: number,
  find: FindCode,
): void {
  let buffer = state[0];
  let held = state[1];
  let place = state[2];
  const end = state[3];
  let run = state[4];
  const plus = 1 << low;
  const { quick } = codes;
  for (let k = from; k <= to; k++) {
    // Zeros to step over, and what stands behind them; in a run all zeros are.
    let zeros = 64;
    let value = 0;
    if (run === 0) {
      for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
      let found = quick[(buffer >>> (held - 9)) & 511];
      if (found === 0) found = find(codes, (buffer >>> (held - 16)) & 65535);
      held -= found >> 8;
      zeros = (found >> 4) & 15;
      const isNew = (found & 15) !== 0;
      const wanted = isNew ? 1 : zeros === 15 ? 0 : zeros;
      if (held < wanted) for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
      held -= wanted;
      const next = (buffer >>> held) & ((1 << wanted) - 1);
      if (isNew) value = next === 1 ? plus : -plus;
      else if (zeros !== 15) {
        run = (1 << zeros) + next;
        zeros = 64;
      }
    }
    for (; k <= to; k++) {
      const known = coefficients[at + k];
      if (known === 0) {
        if (--zeros < 0) break;
        continue;
      }
      if (held === 0) for (; held <= 24; held += 8) buffer = (buffer << 8) | (place < end ? bytes[place++] : 0);
      held--;
      if (((buffer >>> held) & 1) === 1 && (known & plus) === 0)
        coefficients[at + k] = known >= 0 ? known + plus : known - plus;
    }
    if (value !== 0 && k < 64) coefficients[at + k] = value;
  }
  state[0] = buffer;
  state[1] = held;
  state[2] = place;
  state[4] = run > 0 ? run - 1 : 0;
}

/** A block that lies at `at` in the order of the file, by rows and columns. @returns Which is the last that is not 0. */
export function arrange(coefficients: Int16Array, at: number, block: Int16Array, zigzag: Uint8Array): number {
  let last = 0;
  for (let k = 0; k < 64; k++) {
    const value = coefficients[at + k];
    block[zigzag[k]] = value;
    if (value !== 0) last = k;
  }
  return last;
}

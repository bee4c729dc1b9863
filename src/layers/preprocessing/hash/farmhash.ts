/**
 * @file FarmHash's Fingerprint64, by which TensorFlow and Keras spread tokens over buckets. It is the same on every machine and will not change,
 * so it may stand in files.
 *
 * Texts of up to 16, 32 and 64 bytes have formulas of their own, as most tokens are short. Longer ones go in chunks of 64 bytes through a
 * state of seven numbers.
 *
 * @see G. Pike, "FarmHash", 2014 (github.com/google/farmhash, MIT): `farmhashna::Hash64`
 */
import { rotateRight, shiftMix, uint64 } from './uint64.js';

/** Primes between 2⁶³ and 2⁶⁴. */
export const K0 = 0xc3a5c85c97cb3127n;
/** See `K0`. */
export const K1 = 0xb492b66fbe98f273n;
/** See `K0`. */
export const K2 = 0x9ae16a3b2f90404fn;
const CHUNK = 64;
const SEED = 81n;

/** Mixes two numbers into one, as Murmur hash does. */
function mix(u: bigint, v: bigint, multiplier: bigint): bigint {
  const a = shiftMix(uint64((u ^ v) * multiplier));
  const b = shiftMix(uint64((v ^ a) * multiplier));
  return uint64(b * multiplier);
}

function hashUpTo16(bytes: DataView): bigint {
  const length = bytes.byteLength;
  const multiplier = K2 + BigInt(2 * length);
  if (length >= 8) {
    const a = bytes.getBigUint64(0, true) + K2;
    const b = bytes.getBigUint64(length - 8, true);
    const c = uint64(rotateRight(b, 37n) * multiplier + a);
    const d = uint64((rotateRight(uint64(a), 25n) + b) * multiplier);
    return mix(c, d, multiplier);
  }
  if (length >= 4) {
    const first = BigInt(bytes.getUint32(0, true));
    const last = BigInt(bytes.getUint32(length - 4, true));
    return mix(BigInt(length) + (first << 3n), last, multiplier);
  }
  if (length === 0) return K2;
  const y = bytes.getUint8(0) + (bytes.getUint8(length >> 1) << 8);
  const z = length + (bytes.getUint8(length - 1) << 2);
  return uint64(shiftMix(uint64(BigInt(y) * K2) ^ uint64(BigInt(z) * K0)) * K2);
}

function hashUpTo32(bytes: DataView): bigint {
  const length = bytes.byteLength;
  const multiplier = K2 + BigInt(2 * length);
  const a = uint64(bytes.getBigUint64(0, true) * K1);
  const b = bytes.getBigUint64(8, true);
  const c = uint64(bytes.getBigUint64(length - 8, true) * multiplier);
  const d = uint64(bytes.getBigUint64(length - 16, true) * K2);
  const u = uint64(rotateRight(uint64(a + b), 43n) + rotateRight(c, 30n) + d);
  const v = uint64(a + rotateRight(uint64(b + K2), 18n) + c);
  return mix(u, v, multiplier);
}

function hashUpTo64(bytes: DataView): bigint {
  const length = bytes.byteLength;
  const multiplier = K2 + BigInt(2 * length);
  const a = uint64(bytes.getBigUint64(0, true) * K2);
  const b = bytes.getBigUint64(8, true);
  const c = uint64(bytes.getBigUint64(length - 8, true) * multiplier);
  const d = uint64(bytes.getBigUint64(length - 16, true) * K2);
  const y = uint64(rotateRight(uint64(a + b), 43n) + rotateRight(c, 30n) + d);
  const z = mix(y, uint64(a + rotateRight(uint64(b + K2), 18n) + c), multiplier);
  const e = uint64(bytes.getBigUint64(16, true) * multiplier);
  const f = bytes.getBigUint64(24, true);
  const g = uint64((y + bytes.getBigUint64(length - 32, true)) * multiplier);
  const h = uint64((z + bytes.getBigUint64(length - 24, true)) * multiplier);
  const u = uint64(rotateRight(uint64(e + f), 43n) + rotateRight(g, 30n) + h);
  const v = uint64(e + rotateRight(uint64(f + a), 18n) + g);
  return mix(u, v, multiplier);
}

/** Mixes 32 bytes with two seeds into two numbers. */
function weakPair(bytes: DataView, at: number, first: bigint, second: bigint): [bigint, bigint] {
  const [w, x, y, z] = [0, 8, 16, 24].map((i) => bytes.getBigUint64(at + i, true));
  const a = uint64(first + w);
  const b = rotateRight(uint64(second + a + z), 21n);
  const sum = uint64(a + x + y);
  return [uint64(sum + z), uint64(b + rotateRight(sum, 44n) + a)];
}

function hashLong(bytes: DataView): bigint {
  let x = uint64(SEED * K2 + bytes.getBigUint64(0, true));
  let y = uint64(SEED * K1 + 113n);
  let z = uint64(shiftMix(uint64(y * K2 + 113n)) * K2);
  let v: [bigint, bigint] = [0n, 0n];
  let w: [bigint, bigint] = [0n, 0n];
  /** @param nine 1 in all chunks but the last, where some terms count nine times. */
  const chunk = (at: number, multiplier: bigint, nine: bigint): void => {
    const at8 = bytes.getBigUint64(at + 8, true);
    x = uint64(rotateRight(uint64(x + y + v[0] + at8), 37n) * multiplier);
    y = uint64(rotateRight(uint64(y + v[1] + bytes.getBigUint64(at + 48, true)), 42n) * multiplier);
    x ^= uint64(w[1] * nine);
    y = uint64(y + v[0] * nine + bytes.getBigUint64(at + 40, true));
    z = uint64(rotateRight(uint64(z + w[0]), 33n) * multiplier);
    v = weakPair(bytes, at, uint64(v[1] * multiplier), uint64(x + w[0]));
    w = weakPair(bytes, at + 32, uint64(z + w[1]), uint64(y + bytes.getBigUint64(at + 16, true)));
    [x, z] = [z, x];
  };
  const { byteLength } = bytes;
  const whole = Math.floor((byteLength - 1) / CHUNK) * CHUNK;
  for (let at = 0; at < whole; at += CHUNK) chunk(at, K1, 1n);
  // The last 64 bytes, of which some may have been read before.
  const multiplier = uint64(K1 + ((z & 0xffn) << 1n));
  w[0] = uint64(w[0] + BigInt((byteLength - 1) % CHUNK));
  v[0] = uint64(v[0] + w[0]);
  w[0] = uint64(w[0] + v[0]);
  chunk(byteLength - CHUNK, multiplier, 9n);
  const first = uint64(mix(v[0], w[0], multiplier) + shiftMix(y) * K0 + z);
  const second = uint64(mix(v[1], w[1], multiplier) + x);
  return mix(first, second, multiplier);
}

/**
 * The fingerprint of bytes.
 *
 * @returns A number from 0 to 2⁶⁴ − 1.
 */
export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength <= 16) return hashUpTo16(view);
  if (view.byteLength <= 32) return hashUpTo32(view);
  return view.byteLength <= 64 ? hashUpTo64(view) : hashLong(view);
}

/** The multiplier of `joinFingerprints`. */
export const CAT = 0xc6a4a7935bd1e995n;

/**
 * One fingerprint of two, in which their order counts: how crosses of features are hashed.
 *
 * @see `FingerprintCat64` of TensorFlow
 */
export function joinFingerprints(a: bigint, b: bigint): bigint {
  const mixed = a ^ CAT ^ uint64(shiftMix(uint64(b * CAT)) * CAT);
  return shiftMix(uint64(shiftMix(uint64(mixed * CAT)) * CAT));
}

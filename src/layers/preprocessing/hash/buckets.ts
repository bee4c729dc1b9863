/** @file Tokens spread over buckets, as TensorFlow spreads them: by FarmHash, or by SipHash where there is a salt. */
import { quote } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';
import { fingerprint64 } from './farmhash.js';
import { sipHash } from './siphash.js';
import { uint64 } from './uint64.js';

/** What seasons a hash: two whole numbers, which may be negative. */
export type Salt = readonly [number, number];

const encoder = new TextEncoder();

/** The fingerprint of a text's bytes in UTF-8: a number from 0 to 2⁶⁴ − 1. */
export const fingerprintOf = (text: string): bigint => fingerprint64(encoder.encode(text));

/**
 * The two numbers of an option `salt`: one number stands for both.
 *
 * @param owner Names who asks in the message.
 * @throws {ValueError} It is neither a whole number, nor two, nor null.
 */
export function saltOf(owner: string, salt: unknown): Salt | null {
  if (salt === null) return null;
  const both: unknown = typeof salt === 'number' ? [salt, salt] : salt;
  if (!Array.isArray(both) || both.length !== 2 || !both.every((x) => Number.isSafeInteger(x)))
    throw new ValueError(`${owner}: salt=${quote(salt)}. Expected a whole number, a list of two, or null.`);
  return [both[0] as number, both[1] as number];
}

/** The key of SipHash that a salt is. */
export const keyOf = (salt: Salt): readonly [bigint, bigint] => [uint64(BigInt(salt[0])), uint64(BigInt(salt[1]))];

/** What 64-bit integers become of numbers that are none, or too large. */
export const LEAST = -(2n ** 63n);

/** The most buckets there may be: where places are computed by ops, no step of `remainder` passes 2⁵³ then. */
export const MOST_BUCKETS = 2 ** 36;

/** Gives each token its bucket, a number from 0. */
export type Bucketer = (token: string) => number;

/**
 * Spread tokens over `count` buckets. Whole numbers are spread by their decimal digits: `String(x)`.
 *
 * @see `tf.strings.to_hash_bucket_fast`; with a salt `tf.strings.to_hash_bucket_strong`
 */
export function bucketer(count: number, salt: Salt | null = null): Bucketer {
  const buckets = BigInt(count);
  if (salt === null) return (token) => Number(fingerprintOf(token) % buckets);
  const key = keyOf(salt);
  return (token) => Number(sipHash(encoder.encode(token), key) % buckets);
}

/** @file SHA-256 and MD5 of bytes that come piece by piece, by @noble/hashes, which is loaded with the first. */
import type { ByteSource } from './byte_source.js';

/** The sums by which files are known. */
export type DigestName = 'sha256' | 'md5';

/** Characters of a sum in hexadecimal. */
export const DIGEST_LENGTHS: Readonly<Record<DigestName, number>> = { sha256: 64, md5: 32 };

const PIECE = 1 << 20;

/** The sum of all bytes of a source, in hexadecimal. */
export async function digestOf(source: ByteSource, name: DigestName): Promise<string> {
  const hash =
    name === 'sha256'
      ? (await import('@noble/hashes/sha2')).sha256.create()
      : (await import('@noble/hashes/legacy')).md5.create();
  for (let at = 0; at < source.size; at += PIECE) hash.update(await source.read(at, Math.min(PIECE, source.size - at)));
  return Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

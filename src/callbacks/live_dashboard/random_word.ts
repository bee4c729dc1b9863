/** @file Words that nobody guesses, and that no two runs share. */

/** 32 hexadecimal digits. (`crypto.randomUUID` is not there in pages that come over plain HTTP.) */
export function randomWord(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

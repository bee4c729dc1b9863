/** @file What the C library says of a broken file, in one line: it gives the whole stack of its own calls. */

/** One call of the stack: `#003: /…/H5Fint.c line 1990 in H5F_open(): unable to read superblock`. */
const CALL = /^\s*#\d+: .*? line \d+ in \w+\(\): (.+)$/gm;

/** The reason in an error of the library: what it was asked for, and what stopped it. Other errors keep their words. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (!text.includes('HDF5-DIAG')) return text;
  const calls = [...text.matchAll(CALL)].map(([, said]) => said.trim().replace(/\.$/, ''));
  if (calls.length === 0) return 'the file is broken';
  const cut = /truncated file: eof = (\d+).* stored_eof = (\d+)/.exec(text);
  if (cut !== null) return `it is cut off: ${cut[1]} of its ${cut[2]} bytes are there`;
  // The first call names the object, the last the place where reading stopped.
  const [first, last] = [calls[0], calls.at(-1)!];
  return first === last ? first : `${first}: ${last}`;
}

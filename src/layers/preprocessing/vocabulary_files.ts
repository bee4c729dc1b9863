/** @file Vocabularies as text files, a token on each line, as Keras writes and reads them. */
import { quote } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import { getPlatform } from '../../core/platform.js';
import { Scope } from '../../core/scope.js';
import type { Token } from './tokens.js';

/** Where Python's `str.splitlines` ends lines, by which Keras reads vocabularies in archives. */
// eslint-disable-next-line no-control-regex -- these are control characters
const LINE_ENDS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;

/** A larger vocabulary is taken for a mistake, or worse. */
const MOST_BYTES = 1 << 28;

const archives = new Scope(false);

/** Whether a file is being written in which layers have files of their own, so that configs need not hold what those hold. */
export const writesAssets = (): boolean => archives.current;

/** Write configs for a file in which layers have files of their own. */
export const withAssets = <R>(fn: () => R): R => archives.run(true, fn);

/** Whether tokens do not come back from lines: one holds the end of a line, or the last is empty. */
export function breaksLines(tokens: readonly Token[]): boolean {
  return tokens.at(-1) === '' || tokens.some((token) => typeof token === 'string' && LINE_ENDS.test(token));
}

function decode(owner: string, bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ValueError(`${owner}: ${quote(file)} is no text in UTF-8. Save it as one, with a token on each line.`);
  }
}

/** The lines of a vocabulary in an archive. @param size How many there should be, if that is known. */
export function vocabularyLines(owner: string, bytes: Uint8Array, size: number | null): string[] {
  if (bytes.length > MOST_BYTES)
    throw new ValueError(`${owner}: vocabulary.txt has ${bytes.length} bytes. At most ${MOST_BYTES} are read.`);
  const text = decode(owner, bytes, 'vocabulary.txt');
  const plain = text.split(/\r?\n/); // on Windows Python writes both
  // Keras puts "\n" between tokens, and reads more than that as the end of a line. If "\n" alone gives as many tokens as there were, it is right.
  if (plain.length === size) return plain;
  const lines = text.split(LINE_ENDS);
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The lines of a vocabulary of the person's. @throws {ValueError} The file cannot be read. */
export function readVocabularyFile(owner: string, path: string): string[] {
  const { files } = getPlatform();
  const remedy = 'Give the path of a text file with a token on each line, or the tokens as a list.';
  if (files?.readSync === undefined)
    throw new ValueError(
      `${owner}: the vocabulary ${quote(path)} would be a file, but there are no files here. ${remedy}`,
    );
  let bytes: Uint8Array;
  try {
    bytes = files.readSync(path);
  } catch (error) {
    throw new ValueError(
      `${owner}: the vocabulary ${quote(path)} cannot be read: ${(error as Error).message}. ${remedy}`,
      {
        cause: error,
      },
    );
  }
  const lines = decode(owner, bytes, path).split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

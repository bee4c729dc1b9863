/** @file What a command of the command line is, and what all of them share. */
import { ValueError } from '../core/errors.js';
import type { ByteSource } from '../formats/byte_source.js';
import { fileSource } from '../formats/byte_source.js';
import type { OptionSpecs, ParsedArguments } from './arguments.js';
import { UsageError } from './arguments.js';

/** What a command found. */
export interface Outcome {
  /** 0: all is well; 1: files differ, or one is not as it should be. */
  readonly code: 0 | 1;
  /** For people. */
  readonly text: string;
  /** For programs: what `--json` prints. */
  readonly json: unknown;
}

/** A command. */
export interface Command {
  /** Its arguments, as help shows them: `FILE`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  readonly examples: readonly string[];
  /** How many arguments there must be. */
  readonly arity: number;
  /** @param note Says how far the work is. */
  run(args: ParsedArguments, note: (text: string) => void): Promise<Outcome>;
}

/** The value of an option that is given at most once. */
export const valueOf = ({ values }: ParsedArguments, name: string): string | undefined => values.get(name)?.[0];

/** The value of an option that must be given. @throws {UsageError} It is not. */
export function requiredValue(args: ParsedArguments, name: string): string {
  const value = valueOf(args, name);
  if (value === undefined) throw new UsageError(`--${name} is missing.`);
  return value;
}

const starts = (bytes: Uint8Array, signature: readonly number[]): boolean =>
  signature.every((byte, i) => bytes[i] === byte);

/** What a file holds, as its first bytes tell. */
export type FileKind = 'keras' | 'hdf5' | 'json' | 'unknown';

/** Look at the first bytes of a file. */
export async function kindOf(source: ByteSource): Promise<FileKind> {
  const start = await source.read(0, Math.min(8, source.size));
  if (starts(start, [0x50, 0x4b])) return 'keras';
  if (starts(start, [0x89, 0x48, 0x44, 0x46])) return 'hdf5';
  return /^\s*\{/.test(new TextDecoder().decode(start)) ? 'json' : 'unknown';
}

/** Work on a file that is open meanwhile. */
export async function withSource<R>(path: string, work: (source: ByteSource) => Promise<R>): Promise<R> {
  const source = await fileSource(path).catch((error: unknown) => {
    if ((error as { readonly code?: unknown }).code === 'ENOENT') throw new ValueError(`there is no file ${path}.`);
    throw error;
  });
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

/** `1234567` → `1,234,567`. */
export const grouped = (n: number): string => n.toLocaleString('en-US');

/** Rows as lines whose columns stand below each other. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, i) => Math.max(all[i] ?? 0, cell.length)), []);
  return rows.map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i]))).join('  '));
}

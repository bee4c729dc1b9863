/** @file For tests: runs an example in this process, with a command line of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Thrown in place of the end of the process. */
class Exit extends Error {
  constructor(readonly code: number) {
    super(`exit ${code}`);
  }
}

/** What an example did. */
export interface Run {
  /** All that it wrote to the terminal. */
  readonly said: string;
  /** Its report, where `--out` names a folder and it has written one. */
  readonly page: string;
  readonly code: number;
}

let runs = 0;

/** Run `examples/NAME.ts` anew. */
export async function runExample(name: string, args: readonly string[]): Promise<Run> {
  let said = '';
  const say = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((text: unknown = '') => void say(`${String(text)}\n`)),
    vi.spyOn(console, 'error').mockImplementation((text: unknown = '') => void say(`${String(text)}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation(say),
    vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Exit(Number(code ?? 0));
    }),
  ];
  const { argv } = process;
  process.argv = [...argv.slice(0, 2), ...args];
  let code = 0;
  try {
    // The query makes a module of its own of each run; what it imports is shared.
    await import(/* @vite-ignore */ `../${name}.ts?run=${runs++}`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.message.startsWith('exit '))) throw error;
    code = error.code as number;
  } finally {
    process.argv = argv;
    for (const spy of spies) spy.mockRestore();
  }
  const report = join(args[args.indexOf('--out') + 1], 'report.html');
  return { said, code, page: existsSync(report) ? readFileSync(report, 'utf8') : '' };
}

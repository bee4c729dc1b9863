/** @file The Python of the interop bench: installed into tools/.venv-interop when it is not there; one process that answers commands. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const venv = here('../.venv-interop');

function mustRun(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`);
}

/** Python with the packages of requirements.txt: the one that KERAS_TS_PYTHON names, or one of its own. */
export function interopPython(): string {
  const given = process.env['KERAS_TS_PYTHON'];
  if (given !== undefined && given !== '') return given;
  const python = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
  if (!existsSync(python)) {
    console.log('Installing Keras into tools/.venv-interop (once; KERAS_TS_PYTHON names another Python that has it).');
    mustRun(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', venv]);
    mustRun(python, ['-m', 'pip', 'install', '--quiet', '-r', here('requirements.txt')]);
  }
  return python;
}

/** An answer of Python. */
export type Answer = Readonly<Record<string, unknown>>;

/** A process of keras_side.py. */
export class KerasSide {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  /** @param cache Folder in which JAX keeps compiled programs. */
  constructor(cache: string) {
    mkdirSync(cache, { recursive: true });
    this.#child = spawn(interopPython(), [here('keras_side.py'), cache]);
    this.#child.stderr.on('data', (data) => (this.#errors = `${this.#errors}${String(data)}`.slice(-4000)));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next answer. @throws {Error} The process has ended. */
  async answer(): Promise<Answer> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error(`Python has ended.\n${this.#errors}`);
    return JSON.parse(line.value) as Answer;
  }

  /** What a command gives. @throws {Error} Python failed with it. */
  async ask(command: Readonly<Record<string, unknown>>): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    const answer = await this.answer();
    if ('error' in answer) throw new Error(`Python: ${String(answer['error'])}\n${String(answer['trace'])}`);
    return answer;
  }

  close(): void {
    this.#child.stdin.end();
  }
}

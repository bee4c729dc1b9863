/** @file The real TensorBoard: installed into tools/.venv-tensorboard when it is not there, started on a folder, asked by HTTP. */
import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const venv = here('../.venv-tensorboard');

function mustRun(command: string, args: readonly string[]): void {
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`);
}

/** The program: the one that KERAS_TS_TENSORBOARD names, or one of requirements.txt. */
function tensorboard(): string {
  const given = process.env['KERAS_TS_TENSORBOARD'];
  if (given !== undefined && given !== '') return given;
  const folder = join(venv, process.platform === 'win32' ? 'Scripts' : 'bin');
  const program = join(folder, 'tensorboard');
  if (!existsSync(program)) {
    console.log('Installing TensorBoard into tools/.venv-tensorboard (once; KERAS_TS_TENSORBOARD names another one).');
    mustRun(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', venv]);
    mustRun(join(folder, 'python'), ['-m', 'pip', 'install', '--quiet', '-r', here('requirements.txt')]);
  }
  return program;
}

/** A TensorBoard at work. */
export class Server {
  /** Where it listens, without a `/` at the end. */
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(address: string, child: ChildProcess) {
    this.address = address;
    this.#child = child;
  }

  /** Start it on a folder of runs. @throws {Error} It ends, with what it said. */
  static start(folder: string): Promise<Server> {
    // Port 0: a free one. What it reads it reads once more when asked: nothing to wait for.
    const args = [
      '--logdir',
      folder,
      '--host',
      '127.0.0.1',
      '--port',
      '0',
      '--load_fast',
      'false',
      '--samples_per_plugin',
      'images=100',
      '--reload_interval',
      '1',
    ];
    const child = spawn(tensorboard(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    return new Promise((resolve, reject) => {
      let said = '';
      const hear = (chunk: Buffer): void => {
        said += chunk.toString();
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
        if (address !== undefined) resolve(new Server(address, child));
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`TensorBoard ended with ${code}: ${said}`)));
    });
  }

  /** The bytes at a path. @throws {Error} The server refuses. */
  async bytes(path: string, query: Readonly<Record<string, string>> = {}): Promise<Uint8Array> {
    const response = await fetch(`${this.address}/data/${path}?${new URLSearchParams(query).toString()}`);
    const content = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw new Error(`${path}: ${response.status} ${new TextDecoder().decode(content).slice(0, 300)}`);
    return content;
  }

  /** What stands at a path of a plugin, as JSON. The caller says its form. */
  async ask<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
    return JSON.parse(new TextDecoder().decode(await this.bytes(`plugin/${path}`, query))) as T;
  }

  /** Wait until it has read all runs. */
  async hasRead(runs: readonly string[]): Promise<void> {
    for (let tries = 0; ; tries++) {
      const known = JSON.parse(new TextDecoder().decode(await this.bytes('runs'))) as string[];
      const missing = runs.filter((run) => !known.includes(run));
      if (missing.length === 0) return;
      if (tries === 60) throw new Error(`TensorBoard does not see ${missing.join(', ')}; it sees ${known.join(', ')}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  stop(): void {
    this.#child.kill();
  }
}

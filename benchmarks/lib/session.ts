/** @file A process that times one workload piece by piece: it answers each line with JSON. In TypeScript: serve.ts; in Python: peers.py. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Interface } from 'node:readline';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Round } from './measure.js';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A process at work on one workload. It is stopped whenever it has answered: threads of a contestant that wait for work
 * by spinning would take the processor from the one whose turn it is.
 */
export class Session {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #said = '';

  private constructor(command: readonly string[]) {
    const [program, ...args] = command;
    this.#process = spawn(program, args, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stdin!.on('error', () => undefined); // its end is told by the answer that does not come
    this.#process
      .stderr!.setEncoding('utf8')
      .on('data', (text: string) => (this.#said = (this.#said + text).slice(-4000)));
    const lines: Interface = createInterface({ input: this.#process.stdout! });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /**
   * Start the process and wait for its first step.
   *
   * @returns The session, and milliseconds that the first step took.
   * @throws {Error} The process ended: with what it said.
   */
  static async start(command: readonly string[]): Promise<{ session: Session; firstStep: number }> {
    const session = new Session(command);
    const { firstStep } = await session.#answer<{ firstStep: number }>();
    return { session, firstStep };
  }

  async #answer<T>(): Promise<T> {
    for (;;) {
      const next = await this.#lines.next();
      if (next.done === true)
        throw new Error(this.#said.trim().split('\n').slice(-6).join('\n') || 'it ended without a word');
      if (next.value.startsWith('{')) {
        this.#process.kill('SIGSTOP');
        return JSON.parse(next.value) as T;
      }
    }
  }

  #ask<T>(command: string): Promise<T> {
    this.#process.kill('SIGCONT');
    this.#process.stdin!.write(`${command}\n`);
    return this.#answer<T>();
  }

  /** Train for about so many seconds, then predict. */
  round(seconds: number): Promise<Round> {
    return this.#ask<Round>(`round ${seconds}`);
  }

  /** End the process. @returns Its peak memory, in MB. */
  async stop(): Promise<number> {
    const { peakMemory } = await this.#ask<{ peakMemory: number }>('stop');
    this.#process.stdin!.end();
    this.#process.kill('SIGCONT');
    return peakMemory;
  }

  /** End the process, whatever it does. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }
}

/** @file Programs in processes of their own, for tests that end them at any moment. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A program that can be started. */
export interface ChildProgram {
  /** Start it. Its output is read by `output`. */
  start(args: readonly string[]): Child;
  /** Remove what was made for it. */
  dispose(): void;
}

/** A process. */
export interface Child {
  readonly process: ChildProcess;
  /** All that it has written to its terminal, and its errors. */
  output(): string;
  /** Wait until the output holds a text. @throws {Error} The process ends before. */
  says(text: string): Promise<void>;
  /** Wait for its end. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** Bundle a program of `testing/programs`, so that it starts quickly. It finds packages where the library does. */
export async function childProgram(name: string): Promise<ChildProgram> {
  const folder = join(root, 'node_modules', '.cache', 'keras-ts-tests', `${process.pid}-${name}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(root, 'src', 'testing', 'programs', `${name}.ts`)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    ignoreAnnotations: true, // package.json speaks of dist/, not of the sources
    logLevel: 'error',
  });
  return {
    start(args) {
      const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      let text = '';
      const listeners = new Set<() => void>();
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          for (const listener of listeners) listener();
        });
      const ended = new Promise<Awaited<Child['ended']>>((resolve) => {
        child.once('close', (code, signal) => resolve({ code, signal }));
      });
      return {
        process: child,
        output: () => text,
        ended,
        says: (wanted) =>
          new Promise((resolve, reject) => {
            const look = (): void => {
              if (text.includes(wanted)) resolve();
            };
            listeners.add(look);
            void ended.then(() => reject(new Error(`the process ended without saying '${wanted}': ${text}`)));
            look();
          }),
      };
    },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

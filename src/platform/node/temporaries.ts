/** @file Names of files that are being written, and the removal of those that a process which was killed left behind. */
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** After this time nobody writes on: milliseconds. */
const FORGOTTEN = 24 * 60 * 60 * 1000;

/** Where a temporary file comes from. Files on a network are written by processes of several machines. */
const machine = hostname().replaceAll(/[^\w.]/g, '_') || 'localhost';

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // The process of another user may not be asked, but is there.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};

/** Whether the writer of a temporary file is gone: its process on this machine has ended, or nothing was written for a day. */
async function isLeft(path: string, writer: string, pid: number): Promise<boolean> {
  if (writer === machine && !isRunning(pid)) return true;
  const { mtimeMs } = await stat(path);
  return Date.now() - mtimeMs > FORGOTTEN;
}

/** Remove what processes that were killed left of their writing to `path`. Nothing that is being written is touched. */
async function removeLeft(path: string): Promise<void> {
  const start = `${basename(path)}.`;
  const names = await readdir(dirname(path)).catch((): string[] => []);
  for (const name of names) {
    if (!name.startsWith(start)) continue;
    const [, writer, pid] = /^([\w.]+)-(\d+)-[0-9a-f]{12}\.tmp$/.exec(name.slice(start.length)) ?? [];
    if (writer === undefined) continue;
    const temporary = join(dirname(path), name);
    try {
      if (await isLeft(temporary, writer, Number(pid))) await rm(temporary, { force: true });
    } catch {
      // It went away by itself, or is not ours to remove. Writing goes on all the same.
    }
  }
}

/** A free name beside `path`. What was left there by processes that are gone is removed. */
export async function temporaryBeside(path: string): Promise<string> {
  await removeLeft(path);
  return `${path}.${machine}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
}

/** @file Files in Node. What is written appears under its name when it is complete and on the disk. */
import { constants, readFileSync } from 'node:fs';
import { access, appendFile, lstat, mkdir, readdir, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Files, FileStatus, NewFile, OpenFile } from '../../core/platform.js';
import { Descriptor } from './descriptor.js';
import { temporaryBeside } from './temporaries.js';

async function statusOf(path: string): Promise<FileStatus | null> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? { size: 0, isFolder: true } : { size: found.size, isFolder: false };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return null;
    throw error;
  }
}

/** Flush a folder, so that a new name in it survives a loss of power. Some systems cannot, and have no need to. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await Descriptor.open(join(path, '..'), 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // Windows opens no folders.
  }
}

/** Put a file in the place of another, when its bytes are on the disk. */
async function putInPlace(from: string, to: string): Promise<void> {
  await rename(from, to);
  await flushFolder(to);
}

/** Where a file is written to: a link leads to its file, which keeps its permissions. @throws The file is not to be written. */
async function targetOf(path: string): Promise<{ readonly path: string; readonly mode: number | undefined }> {
  const target = await realpath(path).catch(() => path);
  const found = await stat(target).catch(() => null);
  if (found === null) return { path: target, mode: undefined };
  if (found.isDirectory()) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' });
  await access(target, constants.W_OK);
  return { path: target, mode: found.mode & 0o777 };
}

async function create(name: string): Promise<NewFile> {
  const { path, mode } = await targetOf(name);
  const temporary = await temporaryBeside(path);
  const file = await Descriptor.open(temporary, 'wx', mode);
  let ended = false;
  const abort = async (): Promise<void> => {
    if (ended) return;
    ended = true;
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
  };
  return {
    write: (bytes) => file.write(bytes),
    async commit() {
      try {
        await file.sync();
        await file.close();
        await putInPlace(temporary, path);
      } catch (error) {
        await abort();
        throw error;
      }
      ended = true;
    },
    abort,
  };
}

async function openFile(path: string): Promise<OpenFile> {
  const file = await Descriptor.open(path, 'r');
  let size: number;
  try {
    const found = await file.status();
    if (found.isFolder) throw new Error(`${path} is a folder.`);
    size = found.size;
  } catch (error) {
    await file.close();
    throw error;
  }
  return {
    size,
    path: resolve(path),
    blob: null,
    async read(position, length) {
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length;) {
        const count = await file.read(bytes, done, length - done, position + done);
        if (count === 0) throw new Error(`${path} ends at byte ${position + done}, before byte ${position + length}.`);
        done += count;
      }
      return bytes;
    },
    close: () => file.close(),
  };
}

/** Move a file that may have just been written: its bytes reach the disk before its name does. */
async function move(from: string, to: string): Promise<void> {
  const file = await Descriptor.open(from, 'r+').catch(() => null);
  try {
    await file?.sync();
  } finally {
    await file?.close();
  }
  await putInPlace(from, to);
}

/** The files of the machine. */
export const files: Files = {
  inWorkers: true,
  read: async (path) => {
    const { buffer, byteOffset, byteLength } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  },
  readSync: (path) => {
    const { buffer, byteOffset, byteLength } = readFileSync(path);
    return new Uint8Array(buffer, byteOffset, byteLength);
  },
  async write(path, content) {
    const file = await create(path);
    try {
      await file.write(typeof content === 'string' ? new TextEncoder().encode(content) : content);
    } catch (error) {
      await file.abort();
      throw error;
    }
    await file.commit();
  },
  append: (path, content) => appendFile(path, content),
  list: async (path) => (await readdir(path)).sort(),
  remove: (path) => rm(path, { recursive: true, force: true }),
  exists: async (path) => (await statusOf(path)) !== null,
  stat: statusOf,
  isLink: async (path) => (await lstat(path)).isSymbolicLink(),
  rename: move,
  makeFolder: async (path) => void (await mkdir(path, { recursive: true })),
  open: openFile,
  create,
  temporaryBeside,
  join,
};

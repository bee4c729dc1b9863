/** @file Files in memory, for tests of what reads and writes them. */
import type { Files } from '../core/platform.js';

/** Files in `content`, by path. Folders are there when something is in them. */
export function memoryFiles(content = new Map<string, Uint8Array>()): Files {
  const need = (path: string): Uint8Array => {
    const bytes = content.get(path);
    if (bytes === undefined) throw new Error(`there is no file ${path}`);
    return bytes;
  };
  const bytesOf = (text: string | Uint8Array): Uint8Array =>
    typeof text === 'string' ? new TextEncoder().encode(text) : text.slice();
  const isIn = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
  const joined = (parts: readonly Uint8Array[]): Uint8Array => {
    const all = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
    parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
    return all;
  };
  const files: Files = {
    read: (path) => Promise.resolve().then(() => need(path)),
    write: (path, text) => Promise.resolve(void content.set(path, bytesOf(text))),
    append: (path, text) =>
      Promise.resolve(void content.set(path, joined([content.get(path) ?? new Uint8Array(0), bytesOf(text)]))),
    list: (path) => {
      const inside = [...content.keys()].filter(isIn(path)).map((each) => each.slice(path.length + 1).split('/')[0]);
      return Promise.resolve([...new Set(inside)].sort());
    },
    remove: (path) => {
      for (const each of [...content.keys()]) if (each === path || isIn(path)(each)) content.delete(each);
      return Promise.resolve();
    },
    exists: async (path) => (await files.stat(path)) !== null,
    stat: (path) => {
      const bytes = content.get(path);
      const isFolder = [...content.keys()].some(isIn(path));
      return Promise.resolve(bytes ? { size: bytes.length, isFolder: false } : isFolder ? { size: 0, isFolder } : null);
    },
    rename: async (from, to) => {
      content.set(to, await files.read(from));
      content.delete(from);
    },
    makeFolder: () => Promise.resolve(),
    open: async (path) => {
      const bytes = await files.read(path);
      const blob = new Blob([bytes as Uint8Array<ArrayBuffer>]);
      const read = (position: number, length: number) => Promise.resolve(bytes.slice(position, position + length));
      return { size: bytes.length, path, blob, read, close: () => Promise.resolve() };
    },
    create: (path) => {
      const parts: Uint8Array[] = [];
      return Promise.resolve({
        write: (bytes) => Promise.resolve(void parts.push(bytes.slice())),
        commit: () => Promise.resolve(void content.set(path, joined(parts))),
        abort: () => Promise.resolve(),
      });
    },
    temporaryBeside: () => Promise.resolve(null),
    join: (path, name) => `${path}/${name}`,
  };
  return files;
}

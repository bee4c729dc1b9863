/** @file Folders that files grow in: of the platform, or chosen by a person in a browser. */
import { filesFor } from '../files.js';

/** What a browser hands out for a folder: a `FileSystemDirectoryHandle`. */
export interface FolderHandleLike {
  getFileHandle(
    name: string,
    options: { readonly create: boolean },
  ): Promise<{
    getFile(): Promise<{ readonly size: number }>;
    createWritable(options: { readonly keepExistingData: boolean }): Promise<{
      seek(position: number): Promise<void>;
      write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
      close(): Promise<void>;
    }>;
  }>;
  getDirectoryHandle(name: string, options: { readonly create: boolean }): Promise<FolderHandleLike>;
}

/** A folder whose files grow. */
export interface EventFolder {
  /** Put pieces at the end of a file. */
  append(name: string, parts: readonly Uint8Array[]): Promise<void>;
  /** Write a whole file. */
  write(name: string, content: string | Uint8Array): Promise<void>;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}

/** Open a folder, which is made if it is not there. */
export async function openFolder(place: string | FolderHandleLike): Promise<EventFolder> {
  if (typeof place === 'string') {
    const files = filesFor('TensorBoard');
    await files.makeFolder(place);
    return {
      append: (name, parts) => files.append(files.join(place, name), joined(parts)),
      write: (name, content) => files.write(files.join(place, name), content),
    };
  }
  const put = async (name: string, bytes: Uint8Array<ArrayBuffer>, appends: boolean): Promise<void> => {
    const handle = await place.getFileHandle(name, { create: true });
    const writable = await handle.createWritable({ keepExistingData: appends });
    if (appends) await writable.seek((await handle.getFile()).size);
    await writable.write(bytes);
    await writable.close();
  };
  return {
    append: (name, parts) => put(name, joined(parts), true),
    write: (name, content) => put(name, joined([typeof content === 'string' ? new TextEncoder().encode(content) : content]), false), // prettier-ignore
  };
}

/** A folder inside a folder. */
export async function innerFolder(place: string | FolderHandleLike, name: string): Promise<string | FolderHandleLike> {
  return typeof place === 'string'
    ? filesFor('TensorBoard').join(place, name)
    : place.getDirectoryHandle(name, { create: true });
}

/** @file Where models come from and go to: paths, URLs, bytes, Blobs and Files, handles of files, `indexeddb://` and `opfs://`. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import { requireFiles } from '../core/platform.js';
import type { Files, NewFile } from '../core/platform.js';
import type { ByteSource } from '../formats/byte_source.js';
import { blobSource, bytesSource, fileSource } from '../formats/byte_source.js';

/** Told of progress: bytes so far, and bytes in all (null: not known). */
export type ProgressListener = (done: number, total: number | null) => void;

/** What a browser hands out for a file that a person chose. */
export interface FileHandleLike {
  readonly name: string;
  getFile(): Promise<Blob>;
  createWritable?(): Promise<{
    write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
    close(): Promise<void>;
    abort?(): Promise<void>;
  }>;
}

/**
 * Where a file is read from: a path (in browsers `indexeddb://name` or `opfs://name`), a URL (http, https, file, data, blob), the bytes
 * themselves, a Blob or File, or the handle of a file.
 */
export type FileSource = string | URL | ArrayBuffer | Uint8Array | Blob | FileHandleLike;

/** Where a file is written to: a path (in browsers `indexeddb://name` or `opfs://name`), a `file:` URL, or the handle of a file. */
export type FileTarget = string | URL | FileHandleLike;

const isHandle = (place: unknown): place is FileHandleLike =>
  typeof place === 'object' && place !== null && typeof (place as Partial<FileHandleLike>).getFile === 'function';

const isWeb = (text: string): boolean => /^(https?|data|blob):/i.test(text);

/** The path of a `file:` URL. */
function pathOf(url: URL): string {
  const path = decodeURIComponent(url.pathname);
  return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
}

/** The name of a place, by whose ending the format is told. */
export function nameOf(place: FileSource | FileTarget): string {
  if (typeof place === 'string') return isWeb(place) ? new URL(place).pathname : place;
  if (place instanceof URL) return place.pathname;
  if (isHandle(place) || (typeof Blob !== 'undefined' && place instanceof Blob))
    return (place as { readonly name?: string }).name ?? '';
  return '';
}

/** The platform's files. @throws {ValueError} There are none. */
export function filesFor(owner: string): Files {
  return requireFiles(owner, 'there are no files here. Use bytes: saveModel gives them when it is told no place.');
}

/** The path of a place that is one, or null. */
export function pathIn(place: FileSource | FileTarget): string | null {
  if (typeof place === 'string')
    return isWeb(place) ? null : place.startsWith('file:') ? pathOf(new URL(place)) : place;
  return place instanceof URL && place.protocol === 'file:' ? pathOf(place) : null;
}

/** Download a file, telling how far it is. */
async function download(url: string, onProgress: ProgressListener | null): Promise<ByteSource> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new ValueError(`${url}: cannot be loaded: ${(error as Error).message}.`);
  }
  if (!response.ok) throw new ValueError(`${url}: cannot be loaded: the server answers ${response.status}.`);
  const length = response.headers.get('content-encoding') === null ? response.headers.get('content-length') : null;
  const total = length === null ? null : Number(length);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  const reader = response.body?.getReader();
  if (reader === undefined) return blobSource(await response.blob(), url);
  onProgress?.(0, total);
  for (;;) {
    const piece = await reader.read();
    if (piece.done) break;
    pieces.push(piece.value);
    done += piece.value.length;
    onProgress?.(done, total);
  }
  if (total !== null && done !== total)
    throw new ValueError(`${url}: ${done} of ${total} bytes came. The connection was cut off; try again.`);
  // A Blob may lie on the disk, and is read piece by piece.
  return blobSource(new Blob(pieces), url);
}

/**
 * Open what a person named as a source.
 *
 * @param owner Names the caller in messages.
 * @throws {ValueError} It is no source, or is not there.
 */
export async function openSource(
  place: FileSource,
  owner: string,
  onProgress: ProgressListener | null = null,
): Promise<ByteSource> {
  if (place instanceof Uint8Array) return bytesSource(place, 'the bytes');
  if (place instanceof ArrayBuffer) return bytesSource(new Uint8Array(place), 'the bytes');
  if (typeof Blob !== 'undefined' && place instanceof Blob) return blobSource(place);
  if (isHandle(place)) return blobSource(await place.getFile(), place.name);
  const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : undefined;
  if (path === undefined)
    throw new ValueError(
      `${owner}: cannot read from ${describe(place)}. Expected a path, a URL, an ArrayBuffer, a Uint8Array, a Blob, a File or the handle of a file.`,
    );
  if (path === null) return download(place instanceof URL ? place.href : (place as string), onProgress);
  if (!(await filesFor(owner).exists(path))) throw new ValueError(`${owner}: there is no file ${path}.`);
  return fileSource(path);
}

/** A file that is being written to wherever a person said. */
export async function createTarget(place: FileTarget, owner: string): Promise<NewFile> {
  const path = typeof place === 'string' || place instanceof URL ? pathIn(place) : undefined;
  if (path === null)
    throw new ValueError(`${owner}: cannot write to ${describe(place)}. Expected a path or the handle of a file.`);
  if (path !== undefined) {
    try {
      return await filesFor(owner).create(path);
    } catch (error) {
      throw cannotWrite(owner, path, error);
    }
  }
  const handle = place as FileHandleLike;
  const writable = await handle.createWritable?.();
  if (writable === undefined) throw new ValueError(`${owner}: the file '${handle.name}' cannot be written.`);
  return {
    write: (bytes) => writable.write(bytes as Uint8Array<ArrayBuffer>),
    commit: () => writable.close(),
    abort: async () => writable.abort?.(),
  };
}

/** One error for all that keeps a file from being written. */
export function cannotWrite(owner: string, path: string, error: unknown): Error {
  return new Error(
    `${owner}: ${path} cannot be written: ${(error as Error).message}. What was there before is as it was.`,
    {
      cause: error,
    },
  );
}

/** A file in memory. */
export function memoryTarget(): NewFile & { readonly bytes: () => Uint8Array<ArrayBuffer> } {
  const pieces: Uint8Array[] = [];
  return {
    write: (piece) => Promise.resolve(void pieces.push(piece.slice())),
    commit: () => Promise.resolve(),
    abort: () => Promise.resolve(),
    bytes: () => {
      const all = new Uint8Array(pieces.reduce((total, piece) => total + piece.length, 0));
      pieces.reduce((at, piece) => (all.set(piece, at), at + piece.length), 0);
      return all;
    },
  };
}

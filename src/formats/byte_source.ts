/**
 * @file Where bytes come from: memory, an open file, a Blob, or a part of one of these. What reads a format asks for ranges, so that a
 * large file is never in memory as a whole.
 */
import { ValueError } from '../core/errors.js';
import { requireFiles } from '../core/platform.js';

/** Where the bytes are, in a form that a worker can be handed. */
export type Place =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly blob: Blob }
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly length: number };

/** Bytes that are read by position. */
export interface ByteSource {
  /** For messages: the file's name. */
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly place: Place;
  /** A range. @throws {ValueError} It goes beyond the end. */
  read(position: number, length: number): Promise<Uint8Array>;
  /** A part of it as a source of its own. Closing the part does not close the whole. */
  slice(position: number, length: number, name: string): ByteSource;
  close(): Promise<void>;
}

function checkRange(source: ByteSource, position: number, length: number): void {
  if (position >= 0 && length >= 0 && position + length <= source.size) return;
  throw new ValueError(
    `${source.name}: bytes ${position} to ${position + length} are needed, but there are ${source.size}. The file is cut off or broken.`,
  );
}

const nothing = (): Promise<void> => Promise.resolve();

/** Bytes in memory. They are not copied. */
export function bytesSource(bytes: Uint8Array, name = 'bytes'): ByteSource {
  const source: ByteSource = {
    name,
    size: bytes.length,
    place: { kind: 'bytes', bytes },
    read: (position, length) => {
      checkRange(source, position, length);
      return Promise.resolve(bytes.subarray(position, position + length));
    },
    slice: (position, length, part) => {
      checkRange(source, position, length);
      return bytesSource(bytes.subarray(position, position + length), part);
    },
    close: nothing,
  };
  return source;
}

/** A Blob or a File. */
export function blobSource(blob: Blob, name = (blob as { readonly name?: string }).name ?? 'blob'): ByteSource {
  const source: ByteSource = {
    name,
    size: blob.size,
    place: { kind: 'blob', blob },
    read: async (position, length) => {
      checkRange(source, position, length);
      return new Uint8Array(await blob.slice(position, position + length).arrayBuffer());
    },
    slice: (position, length, part) => {
      checkRange(source, position, length);
      return blobSource(blob.slice(position, position + length), part);
    },
    close: nothing,
  };
  return source;
}

/**
 * A file of the platform, opened.
 *
 * @throws {ValueError} There are no files here.
 * @throws {Error} As the platform says it: there is no such file, say.
 */
export async function fileSource(path: string): Promise<ByteSource> {
  const files = requireFiles(path, 'there are no files here. Hand over the bytes, a Blob or a File.');
  const file = await files.open(path);
  if (file.blob !== null) return blobSource(file.blob, path);
  const part = (name: string, start: number, size: number, close: () => Promise<void>): ByteSource => {
    const source: ByteSource = {
      name,
      size,
      place: { kind: 'file', path: file.path, offset: start, length: size },
      read: (position, length) => {
        checkRange(source, position, length);
        return file.read(start + position, length);
      },
      slice: (position, length, inner) => {
        checkRange(source, position, length);
        return part(inner, start + position, length, nothing);
      },
      close,
    };
    return source;
  };
  return part(path, 0, file.size, () => file.close());
}

/** All bytes of a source. @throws {ValueError} There are more than `limit`. */
export async function readAll(source: ByteSource, limit = Infinity): Promise<Uint8Array> {
  if (source.size > limit)
    throw new ValueError(`${source.name}: ${source.size} bytes are more than the limit of ${limit}.`);
  return source.read(0, source.size);
}

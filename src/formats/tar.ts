/**
 * @file Tar archives, packed by gzip or not, by modern-tar, which is loaded when the first is read. An archive is read once from its
 * beginning to its end; nothing is written here.
 */
import { ValueError } from '../core/errors.js';
import type { ByteSource } from './byte_source.js';

/** What an archive holds under a name. */
export interface TarMember {
  readonly name: string;
  readonly kind: 'file' | 'folder' | 'link' | 'hard link' | 'other';
  /** Where a link leads. */
  readonly target: string;
  /** A file's bytes. */
  readonly body: AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const PIECE = 1 << 18;

/** A source as a stream, from its beginning. */
export function streamOf(source: ByteSource): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        const length = Math.min(PIECE, source.size - at);
        if (length > 0) controller.enqueue((await source.read(at, length)) as Uint8Array<ArrayBuffer>);
        at += length;
        if (at >= source.size) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Whether bytes begin as a file packed by gzip. */
const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b;

/** The bytes of a source; when it is packed by gzip, those that are in it. */
async function unpacked(source: ByteSource): Promise<ReadableStream<Uint8Array>> {
  const packed = isGzip(await source.read(0, Math.min(2, source.size)));
  return packed ? streamOf(source).pipeThrough(new DecompressionStream('gzip')) : streamOf(source);
}

/** All bytes of a file that gzip packed. @throws {ValueError} It is broken. */
export async function gunzip(source: ByteSource): Promise<Uint8Array> {
  if (!isGzip(await source.read(0, Math.min(2, source.size))))
    throw new ValueError(`${source.name}: is not packed by gzip.`);
  try {
    return new Uint8Array(await new Response(await unpacked(source)).arrayBuffer());
  } catch (error) {
    throw new ValueError(`${source.name}: cannot be unpacked: ${(error as Error).message}.`);
  }
}

async function firstBytes(stream: ReadableStream<Uint8Array>, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  let filled = 0;
  const reader = stream.getReader();
  while (filled < count) {
    const { value, done } = await reader.read();
    if (done) break;
    bytes.set(value.subarray(0, count - filled), filled);
    filled += Math.min(value.length, count - filled);
  }
  // A stream that is left early ends with an error of its own, which says nothing.
  reader.cancel().catch(() => undefined);
  return bytes.subarray(0, filled);
}

/** Whether a source is a tar archive, packed by gzip or not: by the sum in the header of its first member. */
export async function isTar(source: ByteSource): Promise<boolean> {
  let head: Uint8Array;
  try {
    head = await firstBytes(await unpacked(source), BLOCK);
  } catch {
    return false;
  }
  if (head.length < BLOCK) return false;
  const said = parseInt(new TextDecoder('latin1').decode(head.subarray(148, 156)).replace(/\0/g, ' ').trim(), 8);
  // The sum's own eight bytes count as blanks.
  const sum = head.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === said;
}

/** The pieces of a stream. */
async function* piecesOf(
  stream: ReadableStream<Uint8Array>,
  fail: (error: unknown) => Error,
): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  for (;;) {
    let piece: Awaited<ReturnType<typeof reader.read>>;
    try {
      piece = await reader.read();
    } catch (error) {
      throw fail(error);
    }
    if (piece.done) return;
    yield piece.value;
  }
}

/**
 * Go through the members of an archive in their order.
 *
 * @param visit Must read the body of a file to its end.
 * @throws {ValueError} The archive is broken.
 */
export async function readTar(source: ByteSource, visit: (member: TarMember) => Promise<void>): Promise<void> {
  const { createTarDecoder } = await import('modern-tar');
  const kinds: Readonly<Record<string, TarMember['kind']>> = {
    file: 'file',
    'contiguous-file': 'file',
    directory: 'folder',
    symlink: 'link',
    link: 'hard link',
  };
  let failure: unknown = null;
  const broken = (error: unknown): ValueError =>
    new ValueError(`${source.name}: is broken: ${(error as Error).message}`);
  try {
    const reader = (await unpacked(source)).pipeThrough(createTarDecoder({ strict: true })).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const { header, body } = value;
      const kind = kinds[header.type ?? 'file'] ?? 'other';
      try {
        await visit({ name: header.name, kind, target: header.linkname ?? '', body: piecesOf(body, broken) });
      } catch (error) {
        failure = error;
        reader.cancel().catch(() => undefined);
        throw error;
      }
      if (kind !== 'file') await body.cancel();
    }
  } catch (error) {
    if (error === failure) throw error;
    throw broken(error);
  }
}

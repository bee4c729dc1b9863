/**
 * @file Zip archives by @zip.js/zip.js, loaded when the first is opened. Checksums are checked, and members that are stored as they are
 * are read in place. Nothing is ever unpacked to a path.
 *
 * To read: `const archive = await openZip(await fileSource('model.keras'))`, then `await archive.readText('config.json')`, or
 * `await archive.member('model.weights.h5')` for a ByteSource.
 */
import type * as ZipJsModule from '@zip.js/zip.js';
import type { FileEntry, Reader as ZipJsReader } from '@zip.js/zip.js';
import { ValueError } from '../../core/errors.js';
import type { ByteSource } from '../byte_source.js';
import { bytesSource } from '../byte_source.js';

/** What reading an archive may cost. */
export interface ZipLimits {
  /** Bytes that a packed member may take when it is unpacked into memory. Default: 2^32. */
  readonly maxBytes?: number;
  /** Members that there may be. Default 100,000. */
  readonly maxMembers?: number;
}

/** No honest member of a model's file is packed better: zeros alone reach 1000. */
const MAX_RATIO = 200;
const RATIO_FLOOR = 1 << 24;

type ZipJs = typeof ZipJsModule;

let library: Promise<ZipJs> | null = null;
async function zipJs(): Promise<ZipJs> {
  library ??= import('@zip.js/zip.js').then((zip) => {
    zip.configure({ useWebWorkers: false });
    return zip;
  });
  return library;
}

function readerOf({ Reader }: ZipJs, source: ByteSource): ZipJsReader<unknown> {
  class SourceReader extends Reader<null> {
    override size = source.size;
    override init(): Promise<void> {
      return Promise.resolve();
    }
    override readUint8Array(index: number, length: number): Promise<Uint8Array> {
      const n = Math.max(0, Math.min(length, source.size - index));
      return source.read(index, n);
    }
  }
  return new SourceReader(null);
}

const isInside = (name: string): boolean =>
  name !== '' &&
  !name.startsWith('/') &&
  !/^[A-Za-z]:/.test(name) &&
  !name.includes('\\') &&
  !name.includes('\0') &&
  name.split('/').every((part) => part !== '..' && part !== '.');

/** An archive that is open for reading. */
export class ZipArchive {
  readonly #source: ByteSource;
  readonly #entries: ReadonlyMap<string, FileEntry>;
  readonly #maxBytes: number;

  constructor(source: ByteSource, entries: ReadonlyMap<string, FileEntry>, maxBytes: number) {
    this.#source = source;
    this.#entries = entries;
    this.#maxBytes = maxBytes;
  }

  /** For messages: the file's name. */
  get name(): string {
    return this.#source.name;
  }

  /** The members' names, in the order of the archive. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Bytes that a member has when unpacked. @throws {ValueError} There is no such member. */
  sizeOf(name: string): number {
    return this.#entry(name).uncompressedSize;
  }

  #entry(name: string): FileEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined)
      throw new ValueError(
        `${this.name}: there is no '${name}' in it. It holds: ${this.names.slice(0, 10).join(', ')}.`,
      );
    return entry;
  }

  async #unpack(entry: FileEntry, limit: number): Promise<Uint8Array> {
    const { uncompressedSize: size, compressedSize: packed, filename } = entry;
    if (size > limit)
      throw new ValueError(
        `${this.name}: '${filename}' takes ${size} bytes when unpacked, more than the limit of ${limit}.`,
      );
    if (size > RATIO_FLOOR && size > MAX_RATIO * packed)
      throw new ValueError(
        `${this.name}: '${filename}' would grow from ${packed} to ${size} bytes, as no file of a model does. It is not unpacked.`,
      );
    const bytes = new Uint8Array(size);
    let at = 0;
    await this.#stream(entry, (piece) => {
      if (at + piece.length > size) throw new Error(`it holds more than the ${size} bytes that it says`);
      bytes.set(piece, at);
      at += piece.length;
    });
    if (at !== size) throw new ValueError(`${this.name}: '${filename}' holds ${at} bytes, but says ${size}.`);
    return bytes;
  }

  /** Go through a member, unpacked, and check its checksum at the end. */
  async #stream(entry: FileEntry, take: (piece: Uint8Array) => void): Promise<void> {
    try {
      await entry.getData(new WritableStream<Uint8Array>({ write: take }), {
        checkCrc32: true,
        checkLocalDirectory: true,
      });
    } catch (error) {
      throw new ValueError(`${this.name}: '${entry.filename}' is broken: ${(error as Error).message}.`);
    }
  }

  /**
   * A member's bytes.
   *
   * @throws {ValueError} There is no such member, it is broken, or it is larger than `limit`.
   */
  async read(name: string, limit = this.#maxBytes): Promise<Uint8Array> {
    return this.#unpack(this.#entry(name), limit);
  }

  /** A member's text. @throws {ValueError} As `read`; or it is no UTF-8. */
  async readText(name: string, limit = 1 << 28): Promise<string> {
    const bytes = await this.read(name, limit);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw new ValueError(`${this.name}: '${name}' is no text in UTF-8.`);
    }
  }

  /**
   * A member as a source. One that is not packed is read where it lies; its checksum is checked first, in one pass. Others are unpacked
   * into memory.
   *
   * @throws {ValueError} As `read`.
   */
  async member(name: string): Promise<ByteSource> {
    const entry = this.#entry(name);
    const full = `${this.name}/${name}`;
    if (entry.compressionMethod !== 0) return bytesSource(await this.#unpack(entry, this.#maxBytes), full);
    if (entry.compressedSize !== entry.uncompressedSize)
      throw new ValueError(`${this.name}: '${name}' is stored as it is, yet has two sizes.`);
    await this.#stream(entry, () => undefined);
    const header = await this.#source.read(entry.offset, 30);
    const view = new DataView(header.buffer, header.byteOffset, 30);
    const start = entry.offset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
    return this.#source.slice(start, entry.uncompressedSize, full);
  }
}

/**
 * Open an archive.
 *
 * @throws {ValueError} It is none or is broken; a member has a name twice, a name that leads out of the archive, is a link, or is
 *   encrypted.
 */
export async function openZip(
  source: ByteSource,
  { maxBytes = 2 ** 32, maxMembers = 1e5 }: ZipLimits = {},
): Promise<ZipArchive> {
  const zip = await zipJs();
  const entries = new Map<string, FileEntry>();
  const refuse = (why: string): never => {
    throw new ValueError(`${source.name}: ${why}`);
  };
  try {
    // What lies in front of the first member or behind the last is left alone, as Python leaves it.
    const reader = new zip.ZipReader(readerOf(zip, source), {
      useWebWorkers: false,
      checkOverlappingEntry: true,
      filenameValidation: 'tolerant', // isInside is stricter, and names the member
    });
    for await (const entry of reader.getEntriesGenerator()) {
      const { filename: name } = entry;
      if (entries.size >= maxMembers) refuse(`it holds more than ${maxMembers} members.`);
      if (!isInside(entry.directory ? name.replace(/\/$/, '') : name))
        refuse(`the member '${name}' has a name that leads out of the archive.`);
      if (entry.directory) continue;
      if (entries.has(name)) refuse(`there are two members of the name '${name}'.`);
      if (entry.symlink) refuse(`the member '${name}' is a link.`);
      if (entry.encrypted) refuse(`the member '${name}' is encrypted.`);
      entries.set(name, entry);
    }
  } catch (error) {
    if (error instanceof ValueError) throw error;
    throw new ValueError(`${source.name}: cannot be read as a zip archive: ${(error as Error).message}.`);
  }
  return new ZipArchive(source, entries, maxBytes);
}

/** An archive that is being written. Members are stored as they are, so that they can be read in place. */
export interface ZipWriter {
  /** Add a member. @param content Text is written as UTF-8. */
  add(name: string, content: string | Uint8Array | ByteSource): Promise<void>;
  /** Write the list of members. */
  close(): Promise<void>;
}

/** Begin to write an archive. @param write Is handed the bytes, piece by piece. */
export async function createZip(write: (bytes: Uint8Array) => Promise<void>): Promise<ZipWriter> {
  const zip = await zipJs();
  const writer = new zip.ZipWriter(new WritableStream<Uint8Array>({ write }), {
    level: 0,
    useWebWorkers: false,
    extendedTimestamp: false,
  });
  return {
    async add(name, content) {
      const source =
        typeof content === 'string'
          ? bytesSource(new TextEncoder().encode(content))
          : content instanceof Uint8Array
            ? bytesSource(content)
            : content;
      await writer.add(name, readerOf(zip, source));
    },
    close: async () => void (await writer.close()),
  };
}

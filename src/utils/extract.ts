/** @file Archives into folders: zip, tar and tar.gz. Nothing is written outside the folder. */
import { ValueError } from '../core/errors.js';
import type { Files } from '../core/platform.js';
import type { ByteSource } from '../formats/byte_source.js';
import { bytesSource } from '../formats/byte_source.js';
import { isTar, readTar } from '../formats/tar.js';
import { openZip } from '../formats/zip/index.js';

/** The formats that are unpacked. */
export type ArchiveFormat = 'tar' | 'zip';

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

/** The parts of a member's name, without empty ones and `.`; null: it leads out of the folder. */
function partsOf(name: string): string[] | null {
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.includes('\\') || name.includes('\0')) return null;
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? null : parts;
}

/** Where a link leads: the parts of a name in the folder, or null: out of it. */
function targetOf(folder: readonly string[], target: string): string[] | null {
  if (target.startsWith('/') || target.includes('\\') || target.includes('\0')) return null;
  const parts = [...folder];
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return null;
  }
  return parts;
}

/** Writes below one folder. */
class FolderWriter {
  readonly #files: Files;
  readonly #folder: string;
  readonly #made = new Set<string>();

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  pathOf(parts: readonly string[]): string {
    return parts.reduce((path, part) => this.#files.join(path, part), this.#folder);
  }

  async makeFolder(parts: readonly string[]): Promise<void> {
    const path = this.pathOf(parts);
    if (this.#made.has(path)) return;
    await this.#files.makeFolder(path);
    this.#made.add(path);
  }

  async write(parts: readonly string[], pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.makeFolder(parts.slice(0, -1));
    const file = await this.#files.create(this.pathOf(parts));
    try {
      for await (const piece of pieces) await file.write(piece);
    } catch (error) {
      await file.abort();
      throw error;
    }
    await file.commit();
  }
}

async function* bytesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  const piece = 1 << 22;
  for (let at = 0; at < source.size; at += piece) yield source.read(at, Math.min(piece, source.size - at));
}

async function extractTar(source: ByteSource, files: Files, folder: string): Promise<void> {
  const writer = new FolderWriter(files, folder);
  const links: { readonly parts: readonly string[]; readonly to: readonly string[] }[] = [];
  const refuse = (name: string): never => {
    throw new ValueError(
      `${source.name}: the member '${name}' leads out of the archive. No honest archive has such a member: it is not unpacked any further.`,
    );
  };
  await readTar(source, async ({ name, kind, target, body }) => {
    const parts = partsOf(name) ?? refuse(name);
    if (kind === 'folder') return writer.makeFolder(parts);
    if (kind === 'file') return writer.write(parts, body);
    if (kind === 'other') return;
    // A hard link is named from the root, another from where it stands.
    const to = targetOf(kind === 'link' ? parts.slice(0, -1) : [], target) ?? refuse(name);
    links.push({ parts, to });
  });
  // Links become copies: not every place of files has links, and a copy leads nowhere.
  for (const { parts, to } of links) {
    const status = await files.stat(writer.pathOf(to));
    if (status === null || status.isFolder)
      console.warn(`${source.name}: the link '${parts.join('/')}' is left out: '${to.join('/')}' is no file in it.`);
    else await writer.write(parts, bytesOf(bytesSource(await files.read(writer.pathOf(to)))));
  }
}

async function extractZip(source: ByteSource, files: Files, folder: string): Promise<void> {
  const archive = await openZip(source);
  const writer = new FolderWriter(files, folder);
  // openZip has refused names that lead out.
  for (const name of archive.names) await writer.write(name.split('/'), bytesOf(await archive.member(name)));
}

/**
 * Unpack an archive into a folder. What stands there under the names of its members is replaced, file by file.
 *
 * @throws {ValueError} It is of none of the formats, is broken, or has a member that leads out of it.
 */
export async function extractArchive(
  source: ByteSource,
  files: Files,
  folder: string,
  formats: readonly ArchiveFormat[],
): Promise<void> {
  const head = await source.read(0, Math.min(6, source.size));
  await files.makeFolder(folder);
  if (formats.includes('tar') && (await isTar(source))) return extractTar(source, files, folder);
  const isZip = startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6]);
  if (formats.includes('zip') && isZip) return extractZip(source, files, folder);
  const other = startsWith(head, [0x42, 0x5a, 0x68])
    ? 'bzip2'
    : startsWith(head, [0xfd, 0x37, 0x7a, 0x58, 0x5a])
      ? 'xz'
      : null;
  throw new ValueError(
    `getFile: ${source.name} cannot be unpacked as ${formats.join(' or ')}: ` +
      (other === null
        ? 'it does not begin as one. Leave out `extract` for a file that is no archive.'
        : `it is packed by ${other}. Unpack it yourself, or use a .zip, .tar or .tar.gz.`),
  );
}

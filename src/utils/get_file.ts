/** @file `getFile`: a file from the web, kept in the folder where Keras keeps such files. */
import { checked } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { refuseUnknownOptions, RuntimeError, ValueError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import type { Files } from '../core/platform.js';
import { getPlatform, requireFiles } from '../core/platform.js';
import { fileSource } from '../formats/byte_source.js';
import type { DigestName } from '../formats/digest.js';
import { DIGEST_LENGTHS, digestOf } from '../formats/digest.js';
import { download } from './download.js';
import type { ArchiveFormat } from './extract.js';
import { extractArchive } from './extract.js';

/** Options of `getFile(options)`. `origin` must be given. */
export interface GetFileOptions {
  /** Name of the file here. Default: that at the end of `origin`. With `extract` a name without a dot is that of the folder. */
  readonly fname?: string | null;
  /** Address of the file. */
  readonly origin?: string | null;
  /** Keras's older word for `extract` with `archiveFormat: 'tar'`. */
  readonly untar?: boolean;
  /** Keras's older word for `fileHash` with `hashAlgorithm: 'md5'`. */
  readonly md5Hash?: string | null;
  /** The sum that the file must have, in hexadecimal. Default null: any file will do. */
  readonly fileHash?: string | null;
  /** Folder in `cacheDir`, or a path from the root. Default `'datasets'`. */
  readonly cacheSubdir?: string;
  /** Default `'auto'`: SHA-256 for 64 characters, MD5 for others. */
  readonly hashAlgorithm?: 'auto' | DigestName;
  /** Whether the file is an archive that is to be unpacked. Default false. */
  readonly extract?: boolean;
  /** What the archive may be; `'tar'` includes `.tar.gz`. Default `'auto'`: `['tar', 'zip']`. */
  readonly archiveFormat?: 'auto' | ArchiveFormat | readonly ArchiveFormat[] | null;
  /** Where files are kept. Default: `KERAS_HOME`, or `~/.keras`; in browsers `indexeddb://.keras`. */
  readonly cacheDir?: string | null;
  /** Whether the file is downloaded although it is there. Default false. */
  readonly forceDownload?: boolean;
}

const OPTIONS = ['fname', 'origin', 'untar', 'md5Hash', 'fileHash', 'cacheSubdir', 'hashAlgorithm', 'extract', 'archiveFormat', 'cacheDir', 'forceDownload'] as const satisfies readonly (keyof GetFileOptions)[]; // prettier-ignore

/** The sum that a file must have. */
interface Expected {
  readonly name: DigestName;
  readonly hash: string;
}

/** A file that is wanted. */
interface Wanted {
  readonly origin: string;
  readonly target: string;
  readonly expected: Expected | null;
  readonly forceDownload: boolean;
}

function expectedSum(hash: string | null, algorithm: string): Expected | null {
  if (algorithm !== 'auto' && algorithm !== 'sha256' && algorithm !== 'md5')
    throw new ValueError(`getFile: hashAlgorithm=${describe(algorithm)}. Expected 'auto', 'sha256' or 'md5'.`);
  if (hash === null) return null;
  const name = algorithm === 'auto' ? (hash.length === DIGEST_LENGTHS.sha256 ? 'sha256' : 'md5') : algorithm;
  if (hash.length !== DIGEST_LENGTHS[name] || !/^[0-9a-f]*$/i.test(hash))
    throw new ValueError(
      `getFile: fileHash=${describe(hash)} is no sum by ${name}. Expected ${DIGEST_LENGTHS[name]} characters of 0-9 and a-f.`,
    );
  return { name, hash: hash.toLowerCase() };
}

function formatsOf(format: GetFileOptions['archiveFormat'], untar: boolean): readonly ArchiveFormat[] {
  if (untar) return ['tar'];
  if (format === 'auto') return ['tar', 'zip'];
  const formats = format === null || format === undefined ? [] : typeof format === 'string' ? [format] : format;
  if (formats.length === 0 || formats.some((each) => each !== 'tar' && each !== 'zip'))
    throw new ValueError(
      `getFile: archiveFormat=${describe(format)}, for a file that is to be unpacked. Expected 'auto', 'tar', 'zip' or a list of these.`,
    );
  return formats;
}

function nameIn(origin: string, fname: string | null): string {
  const name = fname ?? '';
  if (/[/\\]/.test(name) || name === '.' || name === '..')
    throw new ValueError(
      `getFile: Paths are no longer accepted as the \`fname\` argument. To specify the file's parent directory, use the \`cacheDir\` argument. Received: fname=${name}`,
    );
  if (name !== '') return name;
  let last: string;
  try {
    last = decodeURIComponent(new URL(origin).pathname.split('/').pop()!);
  } catch {
    throw new ValueError(
      `getFile: origin='${origin}' is no address. Expected one such as 'https://site.org/data.zip'.`,
    );
  }
  if (last === '' || /[/\\]/.test(last) || last === '..')
    throw new ValueError(
      `getFile: Can't parse the file name from the origin provided: '${origin}'. Specify \`fname\`.`,
    );
  return last;
}

const isFromRoot = (path: string): boolean => /^([/\\]|[A-Za-z]:[/\\]|\w+:\/\/)/.test(path);

/** The folder for a file, made. */
async function folderFor(files: Files, cacheDir: string | null, subdir: string): Promise<string> {
  const { folders } = getPlatform();
  if (folders === null && cacheDir === null && !isFromRoot(subdir))
    throw new ValueError('getFile: nothing says where files are kept here. Give cacheDir.');
  const inside = (base: string): string =>
    isFromRoot(subdir) ? subdir : subdir === '' ? base : files.join(base, subdir);
  const given = cacheDir?.replace(/^~(?=[/\\]|$)/, () => folders?.home ?? '~') ?? null;
  const folder = inside(given ?? folders?.keras ?? '');
  try {
    await files.makeFolder(folder);
    return folder;
  } catch (error) {
    // As Keras: a home where nothing can be written is no reason to fail. A folder that was asked for is.
    if (given !== null || folders === null || isFromRoot(subdir))
      throw new RuntimeError(`getFile: the folder ${folder} cannot be made: ${(error as Error).message}`);
    const other = inside(files.join(folders.temporary, '.keras'));
    await files.makeFolder(other);
    return other;
  }
}

/** The sum of a file. */
async function sumOf(path: string, name: DigestName): Promise<string> {
  const source = await fileSource(path);
  try {
    return await digestOf(source, name);
  } finally {
    await source.close();
  }
}

const say = (text: string): void => getPlatform().terminal.write(`${text}\n`);

/** Have a file at its place. @returns Whether it came anew. */
async function provide(files: Files, { origin, target, expected, forceDownload }: Wanted): Promise<boolean> {
  const isThere = await files.exists(target);
  let isOther = false;
  if (isThere && !forceDownload) {
    isOther = expected !== null && (await sumOf(target, expected.name)) !== expected.hash;
    if (!isOther) return false;
    say(
      `A local file was found, but it seems to be incomplete or outdated because the ${expected!.name} file hash does not match ` +
        `the original value of ${expected!.hash} so we will re-download the data.`,
    );
  }
  say(`Downloading data from ${origin}`);
  const came = await download(files, origin, target);
  if (expected !== null) {
    const sum = await sumOf(came, expected.name);
    if (sum !== expected.hash) {
      await files.rename(came, `${target}.corrupt`);
      throw new ValueError(
        `getFile: Incomplete or corrupted file detected. The ${expected.name} file hash of ${origin} is ${sum}, which does not match ` +
          `the provided value of ${expected.hash}. The file is not used; it is kept at ${target}.corrupt.`,
      );
    }
  }
  // It may be a person's own file that stands under the name.
  if (isOther) await files.rename(target, `${target}.replaced`);
  await files.rename(came, target);
  return true;
}

/** Unpack an archive, unless this was done with this very archive before. */
async function extractOnce(
  files: Files,
  archive: string,
  folder: string,
  formats: readonly ArchiveFormat[],
  isNew: boolean,
): Promise<void> {
  const stamp = `${archive}.extracted.json`;
  const size = (await files.stat(archive))?.size ?? 0;
  if (!isNew && (await files.exists(stamp)) && (await files.exists(folder))) {
    const text = new TextDecoder().decode(await files.read(stamp));
    const said = parseJson(text, stamp) as { readonly size?: number; readonly folder?: string } | null;
    if (said?.size === size && said.folder === folder) return;
  }
  const source = await fileSource(archive);
  try {
    await files.remove(stamp);
    await extractArchive(source, files, folder, formats);
  } finally {
    await source.close();
  }
  await files.write(stamp, JSON.stringify({ size, folder }));
}

/** What is under way, by place: two calls for one file share it. */
const running = new Map<string, Promise<unknown>>();

/** One after the other for each place. */
async function inTurn<T>(place: string, work: () => Promise<T>): Promise<T> {
  const before = running.get(place) ?? Promise.resolve();
  const mine = before.then(work, work);
  running.set(place, mine);
  try {
    return await mine;
  } finally {
    if (running.get(place) === mine) running.delete(place);
  }
}

/**
 * A file from the web. It is downloaded the first time and kept, by default in `~/.keras/datasets`, where Keras in Python keeps and finds
 * it too.
 *
 * A download that breaks goes on where it stopped, in this call or in the next, if the server allows it. A file stands under its name
 * only when it is whole and has the sum that is asked for.
 *
 * Links in tar archives become copies of the files that they lead to. Keras unpacks `.tar.bz2` as well; here it is refused.
 *
 * @param options See {@link GetFileOptions}.
 * @returns The path of the file; with `extract` that of the folder with what was in it.
 * @throws {ValueError} An option is wrong; the file has another sum (it is kept as `.corrupt` and not used); the archive is broken or has
 *   a member that leads out of it.
 * @throws {RuntimeError} The file cannot be had: the message says where to put it by hand.
 * @see `keras.utils.get_file`
 * @example
 * const path = await getFile({ fname: 'greeting.txt', origin: 'data:text/plain,hello', cacheDir: '.' });
 * const letters = (origin: string) => getFile({ origin, fileHash: '8d969eef6ecad3c29a3a629280e686cf', extract: true });
 */
export const getFile = checked(
  'getFile',
  async (options: GetFileOptions = {}): Promise<string> => {
    const {
      fname = null,
      origin = null,
      untar = false,
      md5Hash = null,
      fileHash = null,
      cacheSubdir = 'datasets',
      hashAlgorithm = 'auto',
      extract = false,
      archiveFormat = 'auto',
      cacheDir = null,
      forceDownload = false,
      ...rest
    } = options;
    refuseUnknownOptions('getFile', rest, OPTIONS);
    if (origin === null)
      throw new ValueError('getFile: Please specify the "origin" argument (URL of the file to download).');
    const usesMd5 = md5Hash !== null && fileHash === null;
    const expected = expectedSum(usesMd5 ? md5Hash : fileHash, usesMd5 ? 'md5' : hashAlgorithm);
    const name = nameIn(origin, fname);
    const unpacks = extract || untar;
    const formats = unpacks ? formatsOf(archiveFormat, untar) : [];
    const files = requireFiles('getFile', 'there are no files here. Use fetch, and hand over the bytes.');
    const folder = await folderFor(files, cacheDir, cacheSubdir);
    // Keras's names of archives and of the folders that they are unpacked to.
    const hasEnding = fname !== null && fname !== '' && name.includes('.');
    const target = files.join(folder, unpacks && !hasEnding ? `${name}_archive` : name);
    const extracted = files.join(folder, hasEnding ? `${name.slice(0, name.indexOf('.'))}_extracted` : name);
    return inTurn(target, async () => {
      const isNew = await provide(files, { origin, target, expected, forceDownload });
      if (!unpacks) return target;
      await extractOnce(files, target, extracted, formats, isNew);
      return extracted;
    });
  },
  [...OPTIONS],
);

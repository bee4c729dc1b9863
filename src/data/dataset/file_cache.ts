/** @file `cache(file)`: elements are kept in a file, which later passes and later programs read. */
import { ValueError } from '../../core/errors.js';
import type { Files, OpenFile } from '../../core/platform.js';
import { requireFiles } from '../../core/platform.js';
import { inOrderAhead } from '../concurrency.js';
import type { CacheHead } from './cache_format.js';
import { packHead, packRecord, packTable, readHead, readRecord, readTable, scanRecords } from './cache_format.js';
import type { Path, Stage } from './stage.js';

const OWNER = 'Dataset.cache';
/** Bytes, and milliseconds, after which what is made is written. */
const BLOCK = 1 << 20;
const PAUSE = 500;

/** The files that passes of this process are making, and the path of the pass that each one's elements come from. */
const making = new Map<string, Path>();

/** What there is of a cache. */
interface Kept {
  readonly file: OpenFile;
  readonly head: CacheHead;
  /** Where each record begins; the last entry is where they end. */
  readonly places: readonly number[];
}

const partialOf = (path: string): string => `${path}.partial`;
const sameMaking = (a: CacheHead, identity: string, cardinality: number | null): boolean =>
  a.identity === identity && a.cardinality === cardinality;

/**
 * Elements of the first whole pass are written to a file; what reads that file later, here or in another program, makes none anew. A
 * pass that ends early leaves `path` with `.partial` behind it, from which the next one goes on. The file is put under its name when it
 * is complete.
 *
 * @param identity What the chain before says of itself: a file of another chain is made anew.
 */
export function fileCacheStage<T>(upstream: Stage<T>, path: string, identity: () => string): Stage<T> {
  const { cardinality } = upstream;
  return {
    cardinality,
    async *open(pass, skip) {
      const files = requireFiles(OWNER, 'there are no files here. cache() without a file keeps elements in memory.');
      const own = identity();
      let from = skip;
      const whole = await openWhole(files, path, own, cardinality);
      if (whole === null) {
        yield* make(files, upstream, path, { identity: own, cardinality, path: pass }, skip);
        return;
      }
      try {
        for await (const element of elementsOf(whole, skip)) {
          from++;
          yield element as T;
        }
        if (from >= whole.places.length - 1) return;
      } finally {
        await whole.file.close();
      }
      // Broken in its middle: the rest is made as it was then, and the whole in the next pass.
      console.warn(
        `${OWNER}: element ${from} of ${path} is broken. The file is removed, and its elements are made anew.`,
      );
      await files.remove(path);
      yield* upstream.open(whole.head.path, from);
    },
  };
}

/** The elements of records, some read ahead, up to the first that is broken. */
async function* elementsOf({ file, places }: Kept, skip: number): AsyncGenerator<unknown, void, void> {
  let next = skip;
  const read = (): Promise<{ readonly element: unknown } | null> | null => {
    if (next >= places.length - 1) return null;
    const i = next++;
    return readRecord(file, i, places[i], places[i + 1]);
  };
  for await (const record of inOrderAhead(read, 2)) {
    if (record === null) return;
    yield record.element;
  }
}

/** The finished file, if it can be used. @throws {ValueError} The file is something else, which must not be lost. */
async function openWhole(
  files: Files,
  path: string,
  identity: string,
  cardinality: number | null,
): Promise<Kept | null> {
  const status = await files.stat(path);
  if (status === null) return null;
  if (status.isFolder) throw new ValueError(`${OWNER}: ${path} is a folder. Give the name of a file in it.`);
  const file = await files.open(path);
  let kept: Kept | null = null;
  try {
    const read = await readHead(file);
    if (read === 'other')
      throw new ValueError(
        `${OWNER}: ${path} is no cache of a data set, and is left as it is. Give another name, or remove it.`,
      );
    let why = 'is broken';
    if (read !== 'broken') {
      const { head, start } = read;
      const places = await readTable(file, start);
      if (!sameMaking(head, identity, cardinality)) why = 'was made of other data, or in another way';
      else if (places !== null && (cardinality === null || places.length - 1 === cardinality))
        kept = { file, head, places };
    }
    if (kept === null) console.warn(`${OWNER}: ${path} ${why}. Its elements are made anew.`);
  } finally {
    if (kept === null) await file.close();
  }
  return kept;
}

/** What an earlier pass has left, with a file that ends with its last whole record; null: nothing of use. */
async function openPartial(files: Files, path: string, wanted: CacheHead): Promise<Kept | null> {
  const partial = partialOf(path);
  if ((await files.stat(partial)) === null) return null;
  const file = await files.open(partial);
  try {
    const read = await readHead(file);
    if (typeof read !== 'string' && sameMaking(read.head, wanted.identity, wanted.cardinality)) {
      const { head } = read;
      const places = await scanRecords(file, read.start);
      // A process that was killed while it wrote leaves a part of a record; the last whole one has to be sound.
      const last = places.length - 2;
      if (last >= 0 && (await readRecord(file, last, places[last], places[last + 1])) === null) places.pop();
      await cut(files, file, partial, places[places.length - 1]);
      return { file: await files.open(partial), head, places };
    }
  } finally {
    await file.close();
  }
  await files.remove(partial);
  return null;
}

/** Leave the first `size` bytes of a file. */
async function cut(files: Files, file: OpenFile, path: string, size: number): Promise<void> {
  if (file.size === size) return;
  const shorter = await files.create(path);
  try {
    for (let at = 0; at < size; at += BLOCK) await shorter.write(await file.read(at, Math.min(BLOCK, size - at)));
  } catch (error) {
    await shorter.abort();
    throw error;
  }
  await shorter.commit();
}

/** The elements from `skip` on, all of which are written. */
async function* make<T>(
  files: Files,
  upstream: Stage<T>,
  path: string,
  wanted: CacheHead,
  skip: number,
): AsyncGenerator<T, void, void> {
  const other = making.get(path);
  if (other !== undefined) {
    yield* upstream.open(other, skip); // another pass writes them
    return;
  }
  making.set(path, wanted.path);
  const partial = partialOf(path);
  let places: number[];
  let pass = wanted.path;
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let written = Date.now();
  const put = (record: Uint8Array): void => {
    waiting.push(record);
    bytes += record.length;
  };
  const flush = async (): Promise<void> => {
    if (bytes === 0) return;
    const block = new Uint8Array(bytes);
    let at = 0;
    for (const record of waiting) {
      block.set(record, at);
      at += record.length;
    }
    waiting.length = bytes = 0;
    written = Date.now();
    await files.append(partial, block);
  };
  try {
    const kept = await openPartial(files, path, wanted);
    if (kept === null) {
      const folder = /^(.*)[\\/][^\\/]*$/s.exec(path)?.[1] ?? '';
      if (folder !== '') await files.makeFolder(folder);
      const head = packHead(wanted);
      put(head);
      places = [head.length];
    } else {
      places = [...kept.places];
      pass = kept.head.path;
      making.set(path, pass);
      try {
        let i = skip;
        for await (const element of elementsOf(kept, skip)) {
          i++;
          yield element as T;
        }
        if (i < places.length - 1) {
          places.length = i + 1;
          await cut(files, kept.file, partial, places[i]);
        }
      } finally {
        await kept.file.close();
      }
    }
    let number = places.length - 1;
    for await (const element of upstream.open(pass, number)) {
      const record = packRecord(number, element, OWNER);
      put(record);
      places.push(places[number] + record.length);
      if (bytes >= BLOCK || Date.now() - written >= PAUSE) await flush();
      if (number++ >= skip) yield element;
    }
    const table = packTable(places);
    put(table);
    await flush();
    if ((await files.stat(partial))?.size === places[number] + table.length) await files.rename(partial, path);
    else {
      console.warn(
        `${OWNER}: another program has written to ${partial} as well. It is removed: the cache will be made anew.`,
      );
      await files.remove(partial);
    }
  } finally {
    making.delete(path);
    await flush();
  }
}

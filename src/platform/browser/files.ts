/**
 * @file Files in browsers, kept from visit to visit: `indexeddb://name` in a database, `opfs://name` in the private file system of the
 * site. Names may hold slashes. In both a file is there as a whole or not at all.
 */
import type { Files, NewFile } from '../../core/platform.js';

const DATABASE = 'keras-ts';
const STORE = 'files';

/** Where a name leads. */
interface Shelf {
  /** null: there is none of the name. */
  get(name: string): Promise<Blob | null>;
  put(name: string, content: Blob): Promise<void>;
  delete(name: string): Promise<void>;
  names(): Promise<string[]>;
}

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the database refused'));
  });

let database: Promise<IDBDatabase> | null = null;
function openDatabase(): Promise<IDBDatabase> {
  if (database === null) {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    database = settled(request);
    database.catch(() => (database = null));
  }
  return database;
}

/** One transaction, which is on the disk when the promise resolves. */
async function transact<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await openDatabase()).transaction(STORE, mode);
  const ended = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () =>
      reject(transaction.error ?? new Error('the database refused: there may be no room left'));
  });
  const [result] = await Promise.all([settled(work(transaction.objectStore(STORE))), ended]);
  return result;
}

const indexed: Shelf = {
  get: async (name) => ((await transact('readonly', (store) => store.get(name))) as Blob | undefined) ?? null,
  put: async (name, content) => void (await transact('readwrite', (store) => store.put(content, name))),
  delete: async (name) => void (await transact('readwrite', (store) => store.delete(name))),
  names: async () => (await transact('readonly', (store) => store.getAllKeys())).map(String),
};

/** Names are single ones in the private file system: slashes are written as `%2F`. */
const root = (): Promise<FileSystemDirectoryHandle> => navigator.storage.getDirectory();
const isMissing = (error: unknown): boolean => error instanceof DOMException && error.name === 'NotFoundError';

const privateFiles: Shelf = {
  async get(name) {
    try {
      return await (await (await root()).getFileHandle(encodeURIComponent(name))).getFile();
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  async put(name, content) {
    const handle = await (await root()).getFileHandle(encodeURIComponent(name), { create: true });
    // The file changes when the stream is closed.
    const stream = await handle.createWritable();
    await stream.write(content);
    await stream.close();
  },
  async delete(name) {
    try {
      await (await root()).removeEntry(encodeURIComponent(name));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  },
  async names() {
    const folder = (await root()) as unknown as { keys(): AsyncIterable<string> };
    const names: string[] = [];
    for await (const name of folder.keys()) names.push(decodeURIComponent(name));
    return names;
  },
};

/** The shelf and the name of a path. */
function find(path: string): { readonly shelf: Shelf; readonly name: string } {
  const [, scheme, name] = /^(indexeddb|opfs):\/\/(.+)$/.exec(path) ?? [];
  if (name === undefined)
    throw new Error(
      `'${path}' is no place in a browser. Write 'indexeddb://name' or 'opfs://name', or use a Blob or the handle of a file.`,
    );
  return { shelf: scheme === 'opfs' ? privateFiles : indexed, name };
}

async function need(path: string): Promise<Blob> {
  const { shelf, name } = find(path);
  const blob = await shelf.get(name);
  if (blob === null) throw new Error(`there is no file ${path}`);
  return blob;
}

const bytesOf = async (blob: Blob): Promise<Uint8Array> => new Uint8Array(await blob.arrayBuffer());
const asPart = (content: string | Uint8Array): BlobPart =>
  typeof content === 'string' ? content : (content as Uint8Array<ArrayBuffer>);

async function write(path: string, parts: BlobPart[]): Promise<void> {
  const { shelf, name } = find(path);
  await shelf.put(name, new Blob(parts));
}

function create(path: string): Promise<NewFile> {
  find(path);
  const parts: BlobPart[] = [];
  return Promise.resolve({
    write: (bytes) => Promise.resolve(void parts.push(new Blob([bytes as Uint8Array<ArrayBuffer>]))),
    commit: () => write(path, parts),
    abort: () => Promise.resolve(),
  });
}

/** The names in a folder, whole. */
async function inside(path: string): Promise<string[]> {
  const { shelf, name } = find(path);
  return (await shelf.names()).filter((each) => each.startsWith(`${name}/`));
}

/** The files of the site. */
export const files: Files = {
  read: async (path) => bytesOf(await need(path)),
  write: (path, content) => write(path, [asPart(content)]),
  append: async (path, content) => {
    const { shelf, name } = find(path);
    const before = await shelf.get(name);
    await write(path, before === null ? [asPart(content)] : [before, asPart(content)]);
  },
  list: async (path) => {
    const { name } = find(path);
    return [...new Set((await inside(path)).map((each) => each.slice(name.length + 1).split('/')[0]))].sort();
  },
  remove: async (path) => {
    const { shelf, name } = find(path);
    for (const each of [name, ...(await inside(path))]) await shelf.delete(each);
  },
  exists: async (path) => (await files.stat(path)) !== null,
  stat: async (path) => {
    const { shelf, name } = find(path);
    const blob = await shelf.get(name);
    if (blob !== null) return { size: blob.size, isFolder: false };
    return (await inside(path)).length > 0 ? { size: 0, isFolder: true } : null;
  },
  rename: async (from, to) => {
    await write(to, [await need(from)]);
    const { shelf, name } = find(from);
    await shelf.delete(name);
  },
  makeFolder: () => Promise.resolve(),
  open: async (path) => {
    const blob = await need(path);
    const read = (position: number, length: number): Promise<Uint8Array> =>
      bytesOf(blob.slice(position, position + length));
    return { size: blob.size, path, blob, read, close: () => Promise.resolve() };
  },
  create,
  temporaryBeside: () => Promise.resolve(null),
  join: (path, name) => `${path}/${name}`,
};

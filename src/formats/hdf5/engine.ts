/**
 * @file Reads and writes HDF5 with h5wasm, in a worker where there is one: a broken file may keep the C library busy for ever or end
 * it, and a worker can be ended. The function's text is the worker's program, so it uses nothing but its arguments.
 */

/** An attribute: text, numbers, or a list of these. */
export type AttributeValue = string | number | readonly string[] | readonly number[];

/** How HDF5 holds the elements of a dataset. */
export interface ElementType {
  readonly kind: 'int' | 'float' | 'bool' | 'string' | 'opaque' | 'other';
  /** Bytes of one. */
  readonly size: number;
  readonly signed: boolean;
}

/** A dataset, without its elements. */
export interface DatasetInfo {
  readonly shape: readonly number[];
  readonly element: ElementType;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** All that a file holds, without the elements of datasets. Paths have no slash in front; that of the root is `''`. */
export interface Contents {
  readonly groups: Readonly<Record<string, Readonly<Record<string, AttributeValue>>>>;
  readonly datasets: Readonly<Record<string, DatasetInfo>>;
}

/** A dataset to write: little-endian bytes, row by row. */
export interface NewDataset {
  readonly path: string;
  readonly shape: readonly number[];
  readonly element: { readonly kind: 'int' | 'float'; readonly size: number; readonly signed: boolean };
  readonly bytes: Uint8Array;
}

/** What a file is read from. */
export type EngineInput =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly blob: Blob }
  | { readonly kind: 'file'; readonly path: string; readonly offset: number; readonly length: number };

/** What the engine can do; each call is one message to the worker. */
export interface Engine {
  open(file: number, input: EngineInput, limits: { readonly objects: number; readonly bytes: number }): Contents;
  /** @param range [start, stop) along the first axis; left out: all. */
  read(file: number, path: string, range?: readonly [start: number, stop: number]): Uint8Array | string[];
  /** @param path Where the file is written. null: into memory. */
  create(file: number, path: string | null): void;
  group(file: number, path: string, attributes: Readonly<Record<string, AttributeValue>>): void;
  dataset(file: number, dataset: NewDataset, attributes: Readonly<Record<string, AttributeValue>>): void;
  /** @returns The bytes, if it was written into memory. */
  close(file: number): Uint8Array | null;
}

/* What h5wasm is to the engine. */
interface Metadata {
  readonly shape: readonly number[] | null;
  readonly type: number;
  readonly size: number;
  readonly total_size: number;
  readonly signed: boolean;
  readonly littleEndian: boolean;
  readonly vlen: boolean;
  readonly cset?: number;
  readonly enum_type?: { readonly members: Readonly<Record<string, number>> };
  readonly virtual_sources?: readonly unknown[];
}
interface Node {
  usedBytes: number;
  contents: Uint8Array | null;
  stream_ops: Record<string, unknown>;
  node_ops: Record<string, unknown>;
}
interface Stream {
  position: number;
}
interface Library {
  readonly ready: Promise<LowLevel>;
}
interface LowLevel {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  UTF8ToString(pointer: number): string;
  open(name: string, mode: number, trackOrder: boolean, low: number, high: number): bigint;
  close_file(file: bigint): number;
  activate_throwing_error_handler(): number;
  get_keys_vector?(group: bigint): string[];
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_type(file: bigint, path: string): number;
  get_symbolic_link(file: bigint, path: string): string | null;
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): Metadata;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  reclaim_vlen_memory(file: bigint, path: string, name: string, pointer: bigint): number;
  get_dataset_metadata(file: bigint, path: string): Metadata;
  get_dataset_data(
    file: bigint,
    path: string,
    count: bigint[] | null,
    offset: bigint[] | null,
    strides: bigint[] | null,
    pointer: bigint,
  ): number;
  create_group(file: bigint, path: string, trackOrder: boolean): number;
  create_dataset(file: bigint, path: string, pointer: bigint, metadata: unknown): number;
  create_attribute(file: bigint, path: string, name: string, pointer: bigint, metadata: unknown): number;
  create_vlen_str_attribute(file: bigint, path: string, name: string, data: unknown, metadata: unknown): number;
  readonly H5G_GROUP: number;
  readonly H5G_DATASET: number;
  readonly H5F_ACC_RDONLY: number;
  readonly H5F_ACC_TRUNC: number;
  readonly FS: {
    writeFile(path: string, bytes: Uint8Array): void;
    readFile(path: string): Uint8Array;
    unlink(path: string): void;
    lookupPath(path: string): { readonly node: Node };
  };
}
/** The part of Node's file system that a worker there uses. */
interface SyncFiles {
  openSync(path: string, flags: string): number;
  readSync(file: number, into: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(file: number, from: Uint8Array, offset: number, length: number, position: number): number;
  ftruncateSync(file: number, size: number): void;
  fsyncSync(file: number): void;
  closeSync(file: number): void;
}
interface SyncReader {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/**
 * Make an engine. Self-contained: its text is sent to workers.
 *
 * @param library The module of h5wasm.
 * @param fs Node's file system; null elsewhere.
 */
export async function makeEngine(library: unknown, fs: unknown): Promise<Engine> {
  const h5 = await (library as Library).ready;
  const disk = fs as SyncFiles | null;
  /** Elements pass through the library's memory in pieces of about this size. */
  const PIECE = 1 << 24;
  const [INTEGER, FLOAT, STRING, OPAQUE, ENUM] = [0, 1, 3, 5, 8];
  interface Open {
    readonly name: string;
    readonly id: bigint;
    readonly contents: Contents | null;
    readonly limit: number;
    readonly memory: boolean;
    readonly end: () => void;
  }
  const files = new Map<number, Open>();
  h5.activate_throwing_error_handler();

  /** Put a file into the library's file system whose bytes are elsewhere. */
  const mount = (
    name: string,
    size: number,
    readAt: (into: Uint8Array, position: number) => void,
    writeAt: ((from: Uint8Array, position: number) => void) | null,
    truncate: ((size: number) => void) | null,
  ): void => {
    h5.FS.writeFile(name, new Uint8Array(0));
    const { node } = h5.FS.lookupPath(name);
    let length = size;
    Object.defineProperty(node, 'usedBytes', { get: () => length, set: () => undefined });
    const setAttributes = node.node_ops['setattr'] as (node: unknown, attributes: Record<string, unknown>) => void;
    node.node_ops = {
      ...node.node_ops,
      setattr: (target: unknown, attributes: Record<string, unknown>) => {
        const { size: wanted, ...others } = attributes;
        if (typeof wanted === 'number' && truncate !== null) {
          truncate(wanted);
          length = wanted;
        }
        setAttributes(target, others);
      },
    };
    node.stream_ops = {
      llseek: (stream: Stream, offset: number, whence: number): number =>
        whence === 1 ? stream.position + offset : whence === 2 ? length + offset : offset,
      read: (_: Stream, heap: Int8Array, offset: number, count: number, position: number): number => {
        const n = Math.max(0, Math.min(count, length - position));
        if (n > 0) readAt(new Uint8Array(heap.buffer, heap.byteOffset + offset, n), position);
        return n;
      },
      write: (_: Stream, heap: Int8Array, offset: number, count: number, position: number): number => {
        if (writeAt === null) return 0;
        writeAt(new Uint8Array(heap.buffer, heap.byteOffset + offset, count), position);
        length = Math.max(length, position + count);
        return count;
      },
    };
  };

  const withMemory = <R>(bytes: number, fn: (pointer: number) => R): R => {
    const pointer = h5._malloc(Math.max(bytes, 1));
    if (pointer === 0) throw new Error(`there is no memory for ${bytes} bytes`);
    try {
      return fn(pointer);
    } finally {
      h5._free(pointer);
    }
  };

  const swap = (bytes: Uint8Array, width: number): void => {
    for (let i = 0; i + width <= bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  };

  const fixedStrings = (bytes: Uint8Array, { size }: Metadata): string[] => {
    const decoder = new TextDecoder();
    return Array.from({ length: size === 0 ? 0 : Math.floor(bytes.length / size) }, (_, i) => {
      const one = bytes.subarray(i * size, (i + 1) * size);
      const end = one.indexOf(0);
      return decoder.decode(end < 0 ? one : one.subarray(0, end));
    });
  };

  const vlenStrings = (pointer: number, count: number): string[] => {
    const pointers = new DataView(h5.HEAPU8.buffer, pointer, count * 4);
    return Array.from({ length: count }, (_, i) => {
      const at = pointers.getUint32(i * 4, true);
      return at === 0 ? '' : h5.UTF8ToString(at);
    });
  };

  const numbers = (bytes: Uint8Array, { type, size, signed, littleEndian }: Metadata): number[] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => {
      const at = i * size;
      if (type === FLOAT) return size === 8 ? view.getFloat64(at, littleEndian) : view.getFloat32(at, littleEndian);
      if (size === 8) return Number(signed ? view.getBigInt64(at, littleEndian) : view.getBigUint64(at, littleEndian));
      if (size === 4) return signed ? view.getInt32(at, littleEndian) : view.getUint32(at, littleEndian);
      if (size === 2) return signed ? view.getInt16(at, littleEndian) : view.getUint16(at, littleEndian);
      return signed ? view.getInt8(at) : view.getUint8(at);
    });
  };

  const attributesOf = (id: bigint, path: string, limit: number): Record<string, AttributeValue> => {
    const attributes = Object.create(null) as Record<string, AttributeValue>;
    for (const name of h5.get_attribute_names(id, path)) {
      const about = h5.get_attribute_metadata(id, path, name);
      if (about.shape === null) continue;
      const count = about.shape.reduce((product, n) => product * n, 1);
      const bytes = count * about.size;
      if (bytes > limit)
        throw new Error(`the attribute '${name}' of '${path}' takes ${bytes} bytes, more than the limit of ${limit}`);
      const known =
        about.type === INTEGER ||
        about.type === ENUM ||
        (about.type === FLOAT && about.size >= 4) ||
        about.type === STRING;
      if (!known || about.size === 0) continue;
      const list = withMemory(bytes, (pointer): string[] | number[] => {
        if (count === 0) return [];
        h5.get_attribute_data(id, path, name, BigInt(pointer));
        if (about.type === STRING && about.vlen) {
          try {
            return vlenStrings(pointer, count);
          } finally {
            h5.reclaim_vlen_memory(id, path, name, BigInt(pointer));
          }
        }
        const data = h5.HEAPU8.slice(pointer, pointer + bytes);
        return about.type === STRING ? fixedStrings(data, about) : numbers(data, about);
      });
      attributes[name] = about.shape.length === 0 ? list[0] : list;
    }
    return attributes;
  };

  const elementOf = (about: Metadata): ElementType => {
    const { type, size, signed } = about;
    const members = about.enum_type?.members;
    const isBool = type === ENUM && members !== undefined && size === 1 && 'FALSE' in members && 'TRUE' in members;
    const kind =
      type === INTEGER
        ? 'int'
        : type === FLOAT
          ? 'float'
          : type === STRING
            ? 'string'
            : isBool
              ? 'bool'
              : type === OPAQUE
                ? 'opaque'
                : 'other';
    return { kind, size, signed };
  };

  /** Look at everything in the file. Links that lead elsewhere are refused; what is met twice on the way is a circle. */
  const look = (id: bigint, limits: { readonly objects: number; readonly bytes: number }): Contents => {
    const groups = Object.create(null) as Record<string, Record<string, AttributeValue>>;
    const datasets = Object.create(null) as Record<string, DatasetInfo>;
    let count = 0;
    const queue: { readonly path: string; readonly depth: number }[] = [{ path: '', depth: 0 }];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const { path, depth } = next;
      if (depth > 100) throw new Error(`groups lie within each other in a circle, at '${path.slice(0, 60)}…'`);
      groups[path] = attributesOf(id, `/${path}`, limits.bytes);
      for (const name of h5.get_names(id, `/${path}`, false)) {
        const inner = path === '' ? name : `${path}/${name}`;
        if (++count > limits.objects) throw new Error(`it holds more than ${limits.objects} objects`);
        if (name === '' || name === '.' || name === '..' || name.includes('/'))
          throw new Error(`'${inner}' is no name for an object`);
        const link = h5.get_symbolic_link(id, `/${inner}`);
        if (link !== null)
          throw new Error(`'${inner}' is a soft link (to '${link}'), which files of models have no need of`);
        const type = h5.get_type(id, `/${inner}`);
        if (type === h5.H5G_GROUP) queue.push({ path: inner, depth: depth + 1 });
        else if (type === h5.H5G_DATASET) {
          const about = h5.get_dataset_metadata(id, `/${inner}`);
          if (about.virtual_sources !== undefined && about.virtual_sources.length > 0)
            throw new Error(`the dataset '${inner}' takes its elements from other files`);
          datasets[inner] = {
            shape: [...(about.shape ?? [0])],
            element: elementOf(about),
            attributes: attributesOf(id, `/${inner}`, limits.bytes),
          };
        } else throw new Error(`'${inner}' is neither a group nor a dataset: a link to another file, say`);
      }
    }
    return { groups, datasets };
  };

  const need = (file: number): Open => {
    const open = files.get(file);
    if (open === undefined) throw new Error('the file is closed');
    return open;
  };

  const mountInput = (name: string, input: EngineInput): (() => void) => {
    const remove = (): void => h5.FS.unlink(name);
    if (input.kind === 'bytes') {
      const { bytes } = input;
      const readAt = (into: Uint8Array, at: number): void => into.set(bytes.subarray(at, at + into.length));
      mount(name, bytes.length, readAt, null, null);
      return remove;
    }
    if (input.kind === 'blob') {
      const Reader = (globalThis as { FileReaderSync?: new () => SyncReader }).FileReaderSync;
      if (Reader === undefined) throw new Error('a Blob can be read in a worker only');
      const reader = new Reader();
      // The library reads in small pieces; the browser is quicker with large ones.
      const block = 1 << 20;
      let cached = { at: -1, bytes: new Uint8Array(0) };
      const fetchAt = (at: number): Uint8Array => {
        const start = at - (at % block);
        if (cached.at !== start) {
          const piece = input.blob.slice(start, Math.min(start + block, input.blob.size));
          cached = { at: start, bytes: new Uint8Array(reader.readAsArrayBuffer(piece)) };
        }
        return cached.bytes.subarray(at - start);
      };
      const readAt = (into: Uint8Array, at: number): void => {
        for (let done = 0; done < into.length;) {
          const piece = fetchAt(at + done).subarray(0, into.length - done);
          into.set(piece, done);
          done += piece.length;
        }
      };
      mount(name, input.blob.size, readAt, null, null);
      return remove;
    }
    if (disk === null) throw new Error('there are no files here');
    const handle = disk.openSync(input.path, 'r');
    const readAt = (into: Uint8Array, at: number): void => {
      for (let done = 0; done < into.length;) {
        const n = disk.readSync(handle, into, done, into.length - done, input.offset + at + done);
        if (n === 0) throw new Error('the file has become shorter');
        done += n;
      }
    };
    mount(name, input.length, readAt, null, null);
    return () => {
      disk.closeSync(handle);
      remove();
    };
  };

  const readRaw = (open: Open, path: string, about: Metadata, range: readonly [number, number] | null): Uint8Array => {
    const shape = about.shape ?? [0];
    const [first, end] = range ?? [0, shape.length === 0 ? 1 : shape[0]];
    const rows = end - first;
    const count = shape.reduce((product, n, axis) => product * (axis === 0 ? rows : n), 1);
    const total = count * about.size;
    if (total > open.limit) throw new Error(`'${path}' takes ${total} bytes, more than the limit of ${open.limit}`);
    const bytes = new Uint8Array(total);
    if (total === 0) return bytes;
    const rowBytes = total / rows;
    const step = Math.max(1, Math.floor(PIECE / rowBytes));
    withMemory(Math.min(rows, step) * rowBytes, (pointer) => {
      for (let row = 0; row < rows; row += step) {
        const n = Math.min(step, rows - row);
        const counts = shape.map((size, axis) => BigInt(axis === 0 ? n : size));
        const offsets = shape.map((_, axis) => BigInt(axis === 0 ? first + row : 0));
        const strides = shape.map(() => 1n);
        if (shape.length === 0) h5.get_dataset_data(open.id, `/${path}`, null, null, null, BigInt(pointer));
        else h5.get_dataset_data(open.id, `/${path}`, counts, offsets, strides, BigInt(pointer));
        bytes.set(h5.HEAPU8.subarray(pointer, pointer + n * rowBytes), row * rowBytes);
      }
    });
    return bytes;
  };

  const writeAttributes = (id: bigint, path: string, attributes: Readonly<Record<string, AttributeValue>>): void => {
    for (const [name, value] of Object.entries(attributes)) {
      const list = (Array.isArray(value) ? value : [value]) as readonly (string | number)[];
      const shape = Array.isArray(value) ? [BigInt(list.length)] : [];
      const base = { signed: false, littleEndian: true, shape, maxshape: shape };
      if (list.length > 0 && typeof list[0] === 'string') {
        const about = { ...base, type: STRING, size: 4, vlen: true, cset: 1 };
        h5.create_vlen_str_attribute(id, path, name, list, about);
        continue;
      }
      withMemory(list.length * 8, (pointer) => {
        const view = new DataView(h5.HEAPU8.buffer, pointer, list.length * 8);
        list.forEach((x, i) => view.setFloat64(i * 8, x as number, true));
        h5.create_attribute(id, path, name, BigInt(pointer), { ...base, type: FLOAT, size: 8, vlen: false });
      });
    }
  };

  const parents = (id: bigint, path: string): void => {
    const parts = path.split('/');
    for (let i = 1; i < parts.length; i++) {
      const above = `/${parts.slice(0, i).join('/')}`;
      if (h5.get_type(id, above) < 0) h5.create_group(id, above, false);
    }
  };

  return {
    open(file, input, limits) {
      const name = `/in-${file}`;
      const end = mountInput(name, input);
      let id = -1n;
      try {
        id = h5.open(name, h5.H5F_ACC_RDONLY, false, -1, -1);
        if (id < 0n) throw new Error('it is no HDF5 file, or is broken at its beginning');
        const contents = look(id, limits);
        files.set(file, { name, id, contents, limit: limits.bytes, memory: false, end });
        return contents;
      } catch (error) {
        try {
          if (id >= 0n) h5.close_file(id);
        } finally {
          end();
        }
        throw error;
      }
    },
    read(file, path, range) {
      const open = need(file);
      const about = h5.get_dataset_metadata(open.id, `/${path}`);
      if (about.type === STRING && about.vlen) {
        const count = (about.shape ?? [0]).reduce((product, n) => product * n, 1);
        if (count * 16 > open.limit)
          throw new Error(`'${path}' holds ${count} texts, more than the limit of ${open.limit} bytes`);
        return withMemory(count * about.size, (pointer) => {
          h5.get_dataset_data(open.id, `/${path}`, null, null, null, BigInt(pointer));
          return vlenStrings(pointer, count);
        });
      }
      const bytes = readRaw(open, path, about, range ?? null);
      if (about.type === STRING) return fixedStrings(bytes, about);
      if (!about.littleEndian && about.size > 1 && (about.type === INTEGER || about.type === FLOAT))
        swap(bytes, about.size);
      return bytes;
    },
    create(file, path) {
      const name = `/out-${file}`;
      let end = (): void => h5.FS.unlink(name);
      if (path !== null) {
        if (disk === null) throw new Error('there are no files here');
        const handle = disk.openSync(path, 'w+');
        const readAt = (into: Uint8Array, at: number): void => {
          for (let done = 0; done < into.length;) {
            const n = disk.readSync(handle, into, done, into.length - done, at + done);
            if (n === 0) {
              into.fill(0, done);
              return;
            }
            done += n;
          }
        };
        const writeAt = (from: Uint8Array, at: number): void => {
          for (let done = 0; done < from.length;)
            done += disk.writeSync(handle, from, done, from.length - done, at + done);
        };
        mount(name, 0, readAt, writeAt, (size) => disk.ftruncateSync(handle, size));
        end = () => {
          disk.fsyncSync(handle);
          disk.closeSync(handle);
          h5.FS.unlink(name);
        };
      }
      const id = h5.open(name, h5.H5F_ACC_TRUNC, false, -1, -1);
      if (id < 0n) {
        end();
        throw new Error('the file could not be created');
      }
      files.set(file, { name, id, contents: null, limit: Infinity, memory: path === null, end });
    },
    group(file, path, attributes) {
      const { id } = need(file);
      if (path !== '' && h5.get_type(id, `/${path}`) < 0) {
        parents(id, path);
        h5.create_group(id, `/${path}`, false);
      }
      writeAttributes(id, `/${path}`, attributes);
    },
    dataset(file, { path, shape, element, bytes }, attributes) {
      const { id } = need(file);
      parents(id, path);
      const dims = shape.map(BigInt);
      withMemory(bytes.length, (pointer) => {
        h5.HEAPU8.set(bytes, pointer);
        const type = element.kind === 'float' ? FLOAT : INTEGER;
        const { size, signed } = element;
        const about = { type, size, signed, littleEndian: true, vlen: false, shape: dims, maxshape: dims };
        const status = h5.create_dataset(id, `/${path}`, BigInt(pointer), {
          ...about,
          chunks: null,
          compression: 0,
          compression_opts: [],
          track_order: false,
        });
        if (status < 0) throw new Error(`'${path}' could not be written`);
      });
      writeAttributes(id, `/${path}`, attributes);
    },
    close(file) {
      const open = need(file);
      files.delete(file);
      try {
        if (h5.close_file(open.id) < 0) throw new Error('the file could not be closed: the disk may be full');
        return open.memory ? h5.FS.readFile(open.name) : null;
      } finally {
        open.end();
      }
    },
  };
}

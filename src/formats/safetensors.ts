/**
 * @file `.safetensors`: a header in JSON that says where each array lies, and the arrays. Nothing in it can run.
 * @see https://huggingface.co/docs/safetensors
 */
import { fromBytes, itemBytes, toBytes } from '../core/bytes.js';
import type { DType, NumberDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import type { ByteSource } from './byte_source.js';

const NAMES: Readonly<Record<NumberDType, string>> = {
  bool: 'BOOL',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
  int8: 'I8',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
  float16: 'F16',
  bfloat16: 'BF16',
  float32: 'F32',
  float64: 'F64',
};
const DTYPES = new Map(Object.entries(NAMES).map(([dtype, name]) => [name, dtype as DType]));
const HEADER_LIMIT = 100_000_000;

interface Entry extends TensorType {
  readonly start: number;
}

/** A file that is open for reading. */
export class SafetensorsFile {
  readonly #source: ByteSource;
  readonly #entries: ReadonlyMap<string, Entry>;
  /** What the file says of itself. */
  readonly metadata: Readonly<Record<string, string>>;

  constructor(source: ByteSource, entries: ReadonlyMap<string, Entry>, metadata: Readonly<Record<string, string>>) {
    this.#source = source;
    this.#entries = entries;
    this.metadata = metadata;
  }

  /** For messages: the file's name. */
  get name(): string {
    return this.#source.name;
  }

  /** Dtypes and shapes by name. */
  get entries(): ReadonlyMap<string, TensorType> {
    return this.#entries;
  }

  /** An array. @throws {ValueError} There is none of the name. */
  async read(name: string): Promise<NDArray> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new ValueError(`${this.name}: there is no array '${name}'.`);
    const { dtype, shape, start } = entry;
    return fromBytes(dtype, shape, await this.#source.read(start, sizeOf(shape) * itemBytes(dtype)));
  }
}

/** Open a file. @throws {ValueError} It is broken. */
export async function openSafetensors(source: ByteSource): Promise<SafetensorsFile> {
  const refuse = (why: string): never => {
    throw new ValueError(`${source.name}: cannot be read as safetensors: ${why}.`);
  };
  if (source.size < 8) refuse('it is too short');
  const head = await source.read(0, 8);
  const length = Number(new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true));
  if (length > HEADER_LIMIT || 8 + length > source.size) refuse(`its header is said to be ${length} bytes long`);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(await source.read(8, length))) as unknown;
  } catch {
    return refuse('its header is no JSON');
  }
  if (!isDict(header)) return refuse('its header is no dict');
  const entries = new Map<string, Entry>();
  let metadata: Record<string, string> = {};
  const start = 8 + length;
  const spans: { readonly name: string; readonly from: number; readonly to: number }[] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isDict(entry) || !Object.values(entry).every((value) => typeof value === 'string'))
        refuse('its metadata are no texts');
      metadata = entry as Record<string, string>;
      continue;
    }
    if (!isDict(entry)) return refuse(`'${name}' is no entry`);
    const dtype = DTYPES.get(String(entry['dtype']));
    if (dtype === undefined) return refuse(`'${name}' is of dtype ${String(entry['dtype'])}`);
    const { shape, data_offsets: offsets } = entry;
    const sizes = (list: unknown): list is number[] =>
      Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
    if (!sizes(shape)) return refuse(`'${name}' has no shape`);
    if (!sizes(offsets) || offsets.length !== 2) return refuse(`'${name}' does not say where it lies`);
    const [from, to] = offsets;
    if (to - from !== sizeOf(shape) * itemBytes(dtype))
      refuse(`'${name}' takes ${to - from} bytes, which its shape does not`);
    if (start + to > source.size) refuse(`'${name}' ends beyond the end of the file`);
    spans.push({ name, from, to });
    entries.set(name, { dtype, shape, start: start + from });
  }
  spans.sort((a, b) => a.from - b.from || a.to - b.to);
  let end = 0;
  for (const { name, from, to } of spans) {
    if (from !== end) refuse(`'${name}' overlaps another array, or leaves a gap`);
    end = to;
  }
  if (start + end !== source.size) refuse('there are bytes behind the last array');
  return new SafetensorsFile(source, entries, metadata);
}

/** Begins a file whose arrays are known by dtype and shape, and are then written in the same order. */
export class SafetensorsWriter {
  readonly #write: (bytes: Uint8Array) => Promise<void>;

  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  /** Write the header. */
  async begin(entries: ReadonlyMap<string, TensorType>, metadata: Readonly<Record<string, string>>): Promise<void> {
    let at = 0;
    const header: Record<string, unknown> = { __metadata__: metadata };
    for (const [name, { dtype, shape }] of entries) {
      const end = at + sizeOf(shape) * itemBytes(dtype);
      header[name] = { dtype: NAMES[dtype as NumberDType], shape, data_offsets: [at, end] };
      at = end;
    }
    const text = JSON.stringify(header);
    const json = new TextEncoder().encode(text);
    const padded = new Uint8Array(Math.ceil(json.length / 8) * 8).fill(0x20);
    padded.set(json);
    const size = new Uint8Array(8);
    new DataView(size.buffer).setBigUint64(0, BigInt(padded.length), true);
    await this.#write(size);
    await this.#write(padded);
  }

  /** Write the next array. */
  async array(array: NDArray): Promise<void> {
    await this.#write(toBytes(array));
  }
}

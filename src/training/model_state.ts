/**
 * @file The state of a model as one buffer: the values of its variables and of its optimizer's.
 *
 * Layout: `KTSS` and the version (two little-endian uint32), the length of the header in bytes (uint32), the header (JSON), then the
 * values, little-endian and in the order of the header, without gaps.
 */
import { fromBytes, toBytes } from '../core/bytes.js';
import { describe } from '../core/describe.js';
import { isDType } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { formatShape, sameShape, type Shape } from '../core/shape.js';
import { isDict } from '../core/tree.js';
import type { Variable } from '../runtime/index.js';

/** Some variables, and whose they are. */
export interface StatePart {
  /** Registered name of the class: `Adam`. */
  readonly className: string;
  readonly variables: readonly Variable[];
}

/** A value in the header. */
interface Entry {
  readonly path: string;
  readonly dtype: string;
  readonly shape: Shape;
  readonly bytes: number;
}

/** What the header says of a part. */
interface PartHeader {
  readonly className: string;
  readonly entries: readonly Entry[];
}

const MAGIC = 0x5353544b; // "KTSS"
const VERSION = 1;
const FIXED = 12;

/** The parts as one buffer. A part that is null has no values yet. */
export function packState(parts: Readonly<Record<string, StatePart | null>>): ArrayBuffer {
  const chunks: Uint8Array[] = [];
  const header: Record<string, PartHeader | null> = {};
  for (const [name, part] of Object.entries(parts)) {
    header[name] = part && {
      className: part.className,
      entries: part.variables.map((variable): Entry => {
        const bytes = toBytes(variable.read());
        chunks.push(bytes);
        return { path: variable.path, dtype: variable.dtype, shape: variable.shape, bytes: bytes.length };
      }),
    };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const state = new Uint8Array(chunks.reduce((total, { length }) => total + length, FIXED + text.length));
  const view = new DataView(state.buffer);
  [MAGIC, VERSION, text.length].forEach((word, i) => view.setUint32(4 * i, word, true));
  state.set(text, FIXED);
  let at = FIXED + text.length;
  for (const bytes of chunks) {
    state.set(bytes, at);
    at += bytes.length;
  }
  return state.buffer;
}

/** A state that was read, not yet assigned. */
export class PackedState {
  readonly #header: Readonly<Record<string, PartHeader | null>>;
  readonly #values: Uint8Array;
  readonly #owner: string;

  /** @throws {ValueError} The bytes are no state, one of a later version, or cut off. */
  constructor(state: unknown, owner: string) {
    const refuse: (why: string) => never = (why) => {
      throw new ValueError(`${owner}: ${why} Expected what getState() gave.`);
    };
    if (!(state instanceof ArrayBuffer) && !ArrayBuffer.isView(state)) refuse(`got ${describe(state)}.`);
    const given = state;
    const bytes =
      given instanceof ArrayBuffer
        ? new Uint8Array(given)
        : new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < FIXED || view.getUint32(0, true) !== MAGIC) refuse('these bytes are no state of a model.');
    const version = view.getUint32(4, true);
    if (version !== VERSION)
      refuse(`the state is of version ${version}, but this version of keras-ts reads version ${VERSION}.`);
    const end = FIXED + view.getUint32(8, true);
    const header = end <= bytes.length ? readHeader(bytes.subarray(FIXED, end)) : null;
    if (header === null) refuse('the header of the state is broken.');
    this.#owner = owner;
    this.#header = header;
    this.#values = bytes.subarray(end);
    const wanted = Object.values(header).reduce((total, part) => total + lengthOf(part), 0);
    if (wanted !== this.#values.length)
      refuse(`the state is cut off or too long: ${this.#values.length} bytes of values, ${wanted} in the header.`);
  }

  /** The class whose variables a part holds; null: it holds none. */
  classOf(name: string): string | null {
    return this.#header[name]?.className ?? null;
  }

  /** The values for variables, in order. @throws {ValueError} The part holds others; the message names the first that differs. */
  valuesFor(name: string, { className, variables }: StatePart): NDArray[] {
    const part = this.#header[name];
    const entries = part?.entries ?? [];
    const refuse = (why: string): never => {
      throw new ValueError(`${this.#owner}: the state does not fit the ${name}: ${why} Nothing was changed.`);
    };
    if (name !== 'model' && part?.className !== className)
      refuse(`it is of ${part?.className ?? 'none'}, and here is ${className}.`);
    if (entries.length !== variables.length)
      refuse(`it holds ${entries.length} variables, and here are ${variables.length}.`);
    let at = 0;
    for (const [each, header] of Object.entries(this.#header)) {
      if (each === name) break;
      at += lengthOf(header);
    }
    return entries.map((entry, i) => {
      const variable = variables[i];
      if (entry.dtype !== variable.dtype || !sameShape(entry.shape, variable.shape)) {
        refuse(
          `variable ${i} is '${entry.path}' of ${entry.dtype} ${formatShape(entry.shape)}, and here is '${variable.path}' of ` +
            `${variable.dtype} ${formatShape(variable.shape)}.`,
        );
      }
      const bytes = this.#values.subarray(at, (at += entry.bytes));
      return fromBytes(variable.dtype, variable.shape, bytes);
    });
  }
}

const lengthOf = (part: PartHeader | null): number =>
  part === null ? 0 : part.entries.reduce((total, { bytes }) => total + bytes, 0);

/** The header; null if it is none. */
function readHeader(bytes: Uint8Array): Record<string, PartHeader | null> | null {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
  const count = (x: unknown): boolean => typeof x === 'number' && Number.isSafeInteger(x) && x >= 0;
  const isEntry = (x: unknown): boolean =>
    isDict(x) &&
    typeof x['path'] === 'string' &&
    isDType(x['dtype']) &&
    Array.isArray(x['shape']) &&
    x['shape'].every(count) &&
    count(x['bytes']);
  const isPart = (x: unknown): boolean =>
    x === null ||
    (isDict(x) && typeof x['className'] === 'string' && Array.isArray(x['entries']) && x['entries'].every(isEntry));
  return isDict(header) && Object.values(header).every(isPart) ? (header as Record<string, PartHeader | null>) : null;
}

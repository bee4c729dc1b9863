/**
 * @file Plain data in Python's pickles: numbers, text, bytes, lists, tuples, dicts and NumPy's arrays. Nothing is ever executed: a pickle
 * that names anything else than what NumPy's arrays are made of is refused.
 * @see Python's `pickletools`, which lists the opcodes
 */
import { itemBytes } from '../core/bytes.js';
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import type { Shape } from '../core/shape.js';
import { sizeOf } from '../core/shape.js';
import { arrayInBytes, dtypeOfCode } from './npy.js';

/** An array of Python objects, in row-major order. */
export interface ObjectArray {
  readonly shape: Shape;
  readonly objects: readonly PickledValue[];
}

/** What a pickle holds. Text of Python 2 is bytes; whole numbers beyond 2^53 are bigints; tuples are lists. */
export type PickledValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickledValue[]
  | Map<string | number, PickledValue>
  | NDArray
  | ObjectArray;

/** A word that a pickle may name. All of them serve NumPy's arrays. */
type Word = 'ndarray' | 'dtype' | 'reconstruct' | 'encode';

const WORDS: Readonly<Record<string, Word>> = {
  'numpy ndarray': 'ndarray',
  'numpy dtype': 'dtype',
  'numpy.core.multiarray _reconstruct': 'reconstruct',
  'numpy._core.multiarray _reconstruct': 'reconstruct',
  // How Python 3 writes bytes for Python 2.
  '_codecs encode': 'encode',
};

class Named {
  constructor(readonly word: Word) {}
}
/** A dtype under way. */
class DTypeUnderWay {
  bigEndian = false;
  constructor(readonly code: string) {}
}
/** An array under way: others may refer to it before it has its content. */
class ArrayUnderWay {
  content: NDArray | ObjectArray | null = null;
}
const MARK = Symbol('mark');

type Item = PickledValue | Named | DTypeUnderWay | ArrayUnderWay | typeof MARK | Item[] | Map<string | number, Item>;

const latin1 = (bytes: Uint8Array): string => {
  let text = '';
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  return text;
};

class Unpickler {
  readonly #name: string;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #memo = new Map<number, Item>();
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  #stack: Item[] = [];
  #at = 0;

  constructor(bytes: Uint8Array, name: string) {
    this.#name = name;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #refuse(why: string): never {
    throw new ValueError(
      `${this.#name}: is no pickle of plain data: ${why} (at byte ${this.#at}). Nothing of it was executed.`,
    );
  }

  #take(length: number): Uint8Array {
    if (length < 0 || this.#at + length > this.#bytes.length) this.#refuse('it is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A whole number of `width` bytes without a sign. */
  #count(width: 1 | 2 | 4 | 8): number {
    this.#take(width);
    const at = this.#at - width;
    if (width === 1) return this.#view.getUint8(at);
    if (width === 2) return this.#view.getUint16(at, true);
    return width === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) this.#refuse('it is cut off');
    const text = latin1(this.#take(end - this.#at));
    this.#at++;
    return text;
  }

  #text(bytes: Uint8Array): string {
    try {
      return this.#utf8.decode(bytes);
    } catch {
      return this.#refuse('it holds text that is no UTF-8');
    }
  }

  #pop(): Item {
    const item = this.#stack.pop();
    return item === undefined || item === MARK ? this.#refuse('its stack is empty') : item;
  }

  /** The uppermost items, the lowest first. */
  #popMany(count: number): Item[] {
    const items: Item[] = [];
    while (items.length < count) items.unshift(this.#pop());
    return items;
  }

  get #top(): Item {
    return this.#stack.at(-1) ?? this.#refuse('its stack is empty');
  }

  /** What lies above the last mark, which goes. */
  #sinceMark(): Item[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) this.#refuse('a mark is missing');
    const items = this.#stack.splice(mark);
    items.shift();
    return items;
  }

  #whole(value: bigint): number | bigint {
    return BigInt.asIntN(54, value) === value ? Number(value) : value;
  }

  /** A whole number in two's complement, least byte first. */
  #long(bytes: Uint8Array): number | bigint {
    if (bytes.length > 64) this.#refuse(`a number has ${bytes.length} bytes`);
    let value = 0n;
    for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    return this.#whole(BigInt.asIntN(8 * bytes.length, value));
  }

  #decimal(text: string): Item {
    if (text === '00' || text === '01') return text === '01';
    const digits = text.replace(/L$/, '');
    return /^[+-]?\d{1,150}$/.test(digits) ? this.#whole(BigInt(digits)) : this.#refuse(`'${text}' is no number`);
  }

  /** Text of protocol 0 between quotes, as Python's `repr` writes bytes. */
  #quoted(line: string): Uint8Array {
    const [, , inner] = /^(['"])(.*)\1$/s.exec(line) ?? this.#refuse('text lacks its quotes');
    const named: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };
    const text = inner.replace(/\\(x[0-9a-fA-F]{2}|.)/gs, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(parseInt(code.slice(1), 16)) : (named[code] ?? `\\${code}`),
    );
    return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  }

  #word(module: string, name: string): Named {
    const key = `${module} ${name}`;
    if (!Object.hasOwn(WORDS, key)) this.#refuse(`it names '${module}.${name}'`);
    return new Named(WORDS[key]);
  }

  #setItems(target: Item, items: readonly Item[]): void {
    if (!(target instanceof Map) || items.length % 2 !== 0) this.#refuse('items are put into what is no dict');
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i] instanceof Uint8Array ? this.#text(items[i] as Uint8Array) : items[i];
      if (typeof key !== 'string' && typeof key !== 'number')
        this.#refuse('a key of a dict is neither text nor a number');
      (target as Map<string | number, Item>).set(key, items[i + 1]);
    }
  }

  #append(target: Item, items: readonly Item[]): void {
    if (!Array.isArray(target)) this.#refuse('items are put into what is no list');
    for (const item of items) (target as Item[]).push(item);
  }

  #reduce(): Item {
    const args = this.#pop();
    const callee = this.#pop();
    if (!(callee instanceof Named) || !Array.isArray(args)) this.#refuse('it calls what is no function');
    const [first, second] = args as Item[];
    const { word } = callee;
    if (word === 'reconstruct' && first instanceof Named && first.word === 'ndarray') return new ArrayUnderWay();
    if (word === 'dtype' && (typeof first === 'string' || first instanceof Uint8Array))
      return new DTypeUnderWay(typeof first === 'string' ? first : latin1(first));
    if (word === 'encode' && typeof first === 'string' && (second === 'latin1' || second instanceof Uint8Array))
      return Uint8Array.from(first, (letter) => letter.charCodeAt(0));
    return this.#refuse('it calls a function in a way that arrays do not');
  }

  #build(): void {
    const state = this.#pop();
    const target = this.#top;
    if (!Array.isArray(state)) this.#refuse('a state is no tuple');
    const parts = state as Item[];
    if (target instanceof DTypeUnderWay) {
      const order = parts[1] instanceof Uint8Array ? latin1(parts[1]) : parts[1];
      target.bigEndian = order === '>';
      if (parts[3] !== null && parts[3] !== undefined) this.#refuse('an array has fields');
      return;
    }
    if (!(target instanceof ArrayUnderWay)) this.#refuse('a state is given to what has none');
    const [, shape, dtype, fortran, content] = parts;
    const isShape = Array.isArray(shape) && shape.every((n) => Number.isInteger(n) && (n as number) >= 0);
    if (!isShape || !(dtype instanceof DTypeUnderWay)) this.#refuse('an array lacks its shape or dtype');
    target.content = this.#array(shape as number[], dtype, fortran === true || fortran === 1, content);
  }

  #array(shape: Shape, dtype: DTypeUnderWay, fortran: boolean, content: Item | undefined): NDArray | ObjectArray {
    const size = sizeOf(shape);
    const { code, bigEndian } = dtype;
    if (code.startsWith('O')) {
      if (!Array.isArray(content) || content.length !== size || (fortran && shape.length > 1))
        this.#refuse('an array of objects lacks some');
      return { shape, objects: content as PickledValue[] };
    }
    const known = dtypeOfCode(code);
    if (known === null) return this.#refuse(`an array is of '${code}'`);
    if (!(content instanceof Uint8Array) || content.length !== size * itemBytes(known))
      return this.#refuse(`an array of ${size} elements has other bytes`);
    return arrayInBytes({ code, shape, bigEndian, fortran }, known, content);
  }

  #remember(index: number): void {
    this.#memo.set(index, this.#top);
  }

  #recall(index: number): Item {
    return (
      this.#memo.get(index) ??
      (this.#memo.has(index) ? null : this.#refuse(`it recalls ${index}, which it has not kept`))
    );
  }

  /** Run the opcodes to the last one. */
  read(): PickledValue {
    const { length } = this.#bytes;
    while (this.#at < length) {
      const code = this.#bytes[this.#at++];
      if (code === 0x2e) return this.#finish(this.#pop());
      const read = OPCODES[code];
      if (read === undefined) {
        this.#at--;
        this.#refuse(`it uses opcode 0x${code.toString(16)}`);
      }
      read(this);
    }
    return this.#refuse('it is cut off');
  }

  /** The value without what was under way. Each list and dict is gone through once, so that one that holds itself ends. */
  #finish(root: Item): PickledValue {
    const seen = new Set<Item>();
    const finish = (item: Item): PickledValue => {
      if (item instanceof ArrayUnderWay) {
        if (item.content === null) return this.#refuse('an array has no content');
        if ('objects' in item.content) finish(item.content.objects as Item[]);
        return item.content;
      }
      if (item instanceof Named || item instanceof DTypeUnderWay || item === MARK)
        return this.#refuse('a name or a dtype stands where data should');
      if (Array.isArray(item) && !seen.has(item)) {
        seen.add(item);
        for (let i = 0; i < item.length; i++)
          if (typeof item[i] === 'object' && item[i] !== null) item[i] = finish(item[i]);
      } else if (item instanceof Map && !seen.has(item)) {
        seen.add(item);
        for (const [key, value] of item) item.set(key, finish(value));
      }
      return item as PickledValue;
    };
    try {
      return finish(root);
    } catch (error) {
      if (error instanceof RangeError) this.#refuse('its lists are nested too deeply');
      throw error;
    }
  }

  /** The opcodes of plain data. */
  static table(): Readonly<Partial<Record<number, (u: Unpickler) => void>>> {
    const push = (value: (u: Unpickler) => Item) => (u: Unpickler) => void u.#stack.push(value(u));
    const table: Record<string, (u: Unpickler) => void> = {
      '\x80': (u) => void u.#take(1), // PROTO
      '\x95': (u) => void u.#take(8), // FRAME
      '(': push(() => MARK),
      '0': (u) => void u.#pop(),
      '1': (u) => void u.#sinceMark(),
      '2': push((u) => u.#top),
      N: push(() => null),
      '\x88': push(() => true),
      '\x89': push(() => false),
      I: push((u) => u.#decimal(u.#line())),
      L: push((u) => u.#decimal(u.#line())),
      J: push((u) => u.#count(4) | 0),
      K: push((u) => u.#count(1)),
      M: push((u) => u.#count(2)),
      '\x8a': push((u) => u.#long(u.#take(u.#count(1)))),
      '\x8b': push((u) => u.#long(u.#take(u.#count(4)))),
      F: push((u) => Number(u.#line().replace(/^([+-]?)inf$/, '$1Infinity'))),
      G: push((u) => (u.#take(8), u.#view.getFloat64(u.#at - 8))),
      S: push((u) => u.#quoted(u.#line())),
      T: push((u) => u.#take(u.#count(4))),
      U: push((u) => u.#take(u.#count(1))),
      B: push((u) => u.#take(u.#count(4))),
      C: push((u) => u.#take(u.#count(1))),
      '\x8e': push((u) => u.#take(u.#count(8))),
      '\x96': push((u) => u.#take(u.#count(8))),
      X: push((u) => u.#text(u.#take(u.#count(4)))),
      '\x8c': push((u) => u.#text(u.#take(u.#count(1)))),
      '\x8d': push((u) => u.#text(u.#take(u.#count(8)))),
      V: push((u) =>
        u
          .#line()
          .replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, four?: string, eight?: string) =>
            String.fromCodePoint(Math.min(0x10ffff, parseInt(four ?? eight!, 16))),
          ),
      ),
      ']': push(() => []),
      l: push((u) => u.#sinceMark()),
      a: (u) => {
        const item = u.#pop();
        u.#append(u.#top, [item]);
      },
      e: (u) => {
        const items = u.#sinceMark();
        u.#append(u.#top, items);
      },
      ')': push(() => []),
      t: push((u) => u.#sinceMark()),
      '\x85': (u) => void u.#stack.push([u.#pop()]),
      '\x86': (u) => void u.#stack.push(u.#popMany(2)),
      '\x87': (u) => void u.#stack.push(u.#popMany(3)),
      '}': push(() => new Map()),
      d: (u) => {
        const dict = new Map<string | number, Item>();
        u.#setItems(dict, u.#sinceMark());
        u.#stack.push(dict);
      },
      s: (u) => {
        const value = u.#pop();
        const key = u.#pop();
        u.#setItems(u.#top, [key, value]);
      },
      u: (u) => {
        const items = u.#sinceMark();
        u.#setItems(u.#top, items);
      },
      p: (u) => u.#remember(Number(u.#line())),
      q: (u) => u.#remember(u.#count(1)),
      r: (u) => u.#remember(u.#count(4)),
      '\x94': (u) => u.#remember(u.#memo.size),
      g: push((u) => u.#recall(Number(u.#line()))),
      h: push((u) => u.#recall(u.#count(1))),
      j: push((u) => u.#recall(u.#count(4))),
      c: push((u) => u.#word(u.#line(), u.#line())),
      '\x93': (u) => {
        const [name, module] = [u.#pop(), u.#pop()];
        if (typeof module !== 'string' || typeof name !== 'string') u.#refuse('a name is no text');
        u.#stack.push(u.#word(module as string, name as string));
      },
      R: (u) => void u.#stack.push(u.#reduce()),
      b: (u) => u.#build(),
    };
    return Object.fromEntries(Object.entries(table).map(([letter, read]) => [letter.charCodeAt(0), read]));
  }
}

const OPCODES = /* @__PURE__ */ Unpickler.table();

/**
 * The value of a pickle.
 *
 * @param name Names the file in messages.
 * @throws {ValueError} It is broken, or holds anything else than plain data.
 */
export function readPickle(bytes: Uint8Array, name = 'pickle'): PickledValue {
  return new Unpickler(bytes, name).read();
}

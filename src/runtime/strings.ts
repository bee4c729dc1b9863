/**
 * @file Tensors of texts (dtype `'string'`). They live in the host's memory: neither graphs nor kernels know of them. Ops take them by rules that
 * the ops room registers here; an op without a rule refuses.
 */
import { describe } from '../core/describe.js';
import { TypeError, ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import type { PartialShape, Shape } from '../core/shape.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Applier } from '../graph/index.js';
import type { NestedArray, TensorData } from './tensor.js';
import { Tensor } from './tensor.js';

/** Texts in nested lists, all of a depth alike. */
export type Strings = string | readonly Strings[];

/** Whether there is any tensor of texts: as long as there is none, no op looks for them. */
let someMade = false;

/** What to do where numbers are wanted. */
export const STRINGS_REMEDY =
  'Turn texts into numbers first: layers.StringLookup (by a vocabulary), layers.Hashing, or layers.TextVectorization (of whole sentences).';

/** From this many texts on, only the first and last are printed. */
const PRINTED = 1000;
const EDGE = 3;

/** Texts that come of what a program computes: how, once it has run. */
export interface PendingTexts {
  readonly inputs: readonly Tensor[];
  readonly compute: (inputs: readonly Tensor[]) => StringTensor;
}

/**
 * A tensor of texts, of dtype `'string'`. Make one with `tensor(['a', 'b'])` or `ops.convertToTensor`; layers that take texts take lists of
 * them as well.
 *
 * It is made for lookups, and for inputs of models: it can be cut, joined, reshaped and compared, but not computed with.
 * `array()` gives nested lists of texts, `data()` and `item()` give texts where other tensors give numbers.
 *
 * @see `tf.string`, which Keras's layers of texts work on
 * @example
 * tensor([['a', 'b'], ['c', 'd']]).shape // [2, 2]
 */
export class StringTensor extends Tensor {
  /** The texts in row-major order. Empty for a stand-in. */
  readonly strings: readonly string[];
  /** Whole numbers in the place of texts that are not there, because only shapes are asked for. */
  readonly #standIn: Tensor | null;
  #pending: PendingTexts | null = null;

  /** Not for users: see `tensor()`. */
  constructor(strings: readonly string[], shape: Shape, standIn: Tensor | null = null) {
    super('string', shape, null, null, null);
    this.strings = strings;
    this.#standIn = standIn;
    someMade = true;
  }

  /** Texts whose shape alone is known: that of a traced tensor of whole numbers. */
  static standingIn(numbers: Tensor): StringTensor {
    return new StringTensor([], numbers.shape, numbers);
  }

  /** Texts that a program's results make. */
  static later(shape: Shape, pending: PendingTexts): StringTensor {
    const made = new StringTensor([], shape);
    made.#pending = pending;
    return made;
  }

  /** How texts come of what a program computes, or null: they are there, or stand-ins. */
  get pending(): PendingTexts | null {
    return this.#pending;
  }

  /** The whole numbers that stand in the place of texts, or null: the texts are there. */
  get standIn(): Tensor | null {
    return this.#standIn;
  }

  override get applier(): Applier<Tensor> {
    throw this.#refusal();
  }
  override get ndarray(): NDArray {
    throw this.#refusal();
  }
  #refusal(): TypeError {
    return new TypeError(`Got texts (string${formatShape(this.shape)}) where numbers are wanted. ${STRINGS_REMEDY}`);
  }

  override get isTraced(): boolean {
    return this.#standIn !== null || this.#pending !== null;
  }

  /** The texts in row-major order, as a copy. (Its type is that of other tensors: `strings` has the right one.) */
  override dataSync(): TensorData {
    return [...this.strings] as unknown as TensorData;
  }

  /** Nested lists of texts; a plain text for a scalar. */
  override arraySync<T = NestedArray>(): T {
    return nested(this.strings, this.shape) as T;
  }

  /** The only text. (Its type is that of other tensors.) @throws {ValueError} There are more or fewer than one. */
  override itemSync(): number {
    if (this.size !== 1)
      throw new ValueError(`item: a tensor of shape ${formatShape(this.shape)} has ${this.size} elements, not one.`);
    return this.strings[0] as unknown as number;
  }

  override toString(): string {
    return this.isTraced ? `Tensor(traced, shape=${formatShape(this.shape)}, dtype=string)` : this.#print(' ');
  }

  override [Symbol.toPrimitive](hint: string): string {
    if (hint === 'string') return this.toString();
    if (this.size === 1 && hint === 'default') return this.strings[0];
    throw new TypeError(`A tensor of texts is no number. Read it: await t.array().`);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.isTraced ? this.toString() : `array(${this.#print(', ', 6)}, dtype=string)`;
  }

  /** As NumPy prints an array of texts. @param indent Of lines after the first. */
  #print(separator: string, indent = 0): string {
    const short = this.size > PRINTED;
    const visit = (axis: number, offset: number): string => {
      if (axis === this.shape.length) return describeText(this.strings[offset]);
      const step = sizeOf(this.shape.slice(axis + 1));
      const length = this.shape[axis];
      const places = Array.from({ length }, (_, i) => i);
      const parts = (from: number, to?: number): string[] =>
        places.slice(from, to).map((i) => visit(axis + 1, offset + i * step));
      const shown = short && length > 2 * EDGE ? [...parts(0, EDGE), '...', ...parts(-EDGE)] : parts(0);
      const innermost = axis === this.shape.length - 1;
      const between = innermost
        ? separator
        : separator.trimEnd() + '\n'.repeat(this.shape.length - 1 - axis) + ' '.repeat(indent + axis + 1);
      return `[${shown.join(between)}]`;
    };
    return visit(0, 0);
  }
}

/** A text as Python writes it. */
function describeText(text: string): string {
  const escaped = text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t');
  if (!escaped.includes("'")) return `'${escaped}'`;
  return escaped.includes('"') ? `'${escaped.replace(/'/g, "\\'")}'` : `"${escaped}"`;
}

/** A flat list as nested ones. */
function nested(strings: readonly string[], shape: Shape): unknown {
  const visit = (axis: number, offset: number): unknown => {
    if (axis === shape.length) return strings[offset];
    const step = sizeOf(shape.slice(axis + 1));
    return Array.from({ length: shape[axis] }, (_, i) => visit(axis + 1, offset + i * step));
  };
  return visit(0, 0);
}

/** Whether a value is a text, or nested lists whose first leaf is one. */
export function isStrings(x: unknown): x is Strings {
  let first = x;
  while (Array.isArray(first) && first.length > 0) first = first[0];
  return typeof first === 'string';
}

/** A tensor of nested lists of texts. @throws {ValueError} They are ragged, or hold something that is no text. */
export function stringTensor(data: Strings, owner: string): StringTensor {
  const shape: number[] = [];
  for (let level: unknown = data; Array.isArray(level); level = level[0]) shape.push(level.length);
  const strings: string[] = [];
  const visit = (node: unknown, axis: number): void => {
    if (axis === shape.length) {
      if (Array.isArray(node))
        throw new ValueError(`${owner}: the nested lists are ragged. All lists of a level must be of one length.`);
      if (typeof node !== 'string')
        throw new ValueError(
          `${owner}: got ${describe(node)} among the texts. Expected texts alone: write numbers as texts, by String(x), and leave none out ('' is one).`,
        );
      strings.push(node);
      return;
    }
    if (!Array.isArray(node) || node.length !== shape[axis])
      throw new ValueError(
        `${owner}: the nested lists are ragged. All lists of a level must be of one length (${shape[axis]} on level ${axis}).`,
      );
    for (const child of node) visit(child, axis + 1);
  };
  visit(data, 0);
  return new StringTensor(strings, shape);
}

const refusals = new WeakMap<object, string>();

/** Let the refusal of texts name the layer that was given them, and not the op inside of it. */
export function nameRefusal(error: unknown, owner: string, shape: PartialShape | null = null): void {
  if (!(error instanceof TypeError) || !error.message.endsWith(STRINGS_REMEDY) || refusals.has(error)) return;
  if (!/^(Got|\w+:) /.test(error.message)) return; // it names a layer or a model already
  refusals.set(error, owner);
  const { message } = error;
  const got = shape === null ? (/string\([^)]*\)/.exec(message)?.[0] ?? 'some') : `string${formatShape(shape)}`;
  error.message = `${owner}: takes no texts, got ${got}. ${STRINGS_REMEDY}`;
  error.stack = error.stack?.replace(message, () => error.message);
}

// ---- ops on texts ----

/** What an op does with texts among its arguments. */
export type StringRule = (...args: never[]) => unknown;
const rules = new Map<string, StringRule>();

/** Say what an op does with texts. @param opName Keras's name, in snake_case. */
export function setStringRule(opName: string, rule: StringRule): void {
  rules.set(opName, rule);
}

const holdsStrings = (x: unknown): boolean =>
  x instanceof StringTensor || (Array.isArray(x) && typeof x[0] === 'object' && x.some(holdsStrings));

/** Whether arguments of an op hold tensors of texts. */
export const anyStrings = (args: readonly unknown[]): boolean => someMade && args.some(holdsStrings);

/** Call an op with texts. @throws {TypeError} It takes none. */
export function callStrings(opName: string, owner: string, args: readonly unknown[]): unknown {
  const rule = rules.get(opName);
  if (rule === undefined) {
    const found = args.flat().find((x) => x instanceof StringTensor)!;
    throw new TypeError(`${owner}: takes no texts, got string${formatShape(found.shape)}. ${STRINGS_REMEDY}`);
  }
  return rule(...(args as never[]));
}

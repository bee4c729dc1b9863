/**
 * @file The one check of how functions, methods and constructors are called: what Keras requires comes by position, all else in one
 * plain object at the end. Whatever stands elsewhere is refused, with the right spelling; nothing is ignored.
 */
import { addOwner, attributed } from './attribution.js';
import type { PositionalOption } from './by_position.js';
import { BY_POSITION } from './by_position.js';
import { describe } from './describe.js';
import { refuseUnknownOptions, TypeError } from './errors.js';
import { BY_PLACE, checkKind, checkOptionKinds, OF_CONSTRUCTORS } from './kinds.js';
import { own } from './lookup.js';
import { toCamelCase } from './naming.js';
import { newerName, withNewerNames } from './older_names.js';
import { constructorOptions } from './option_names.js';
import type { Parameters } from './parameters.js';
import { readParameters } from './parameters.js';
import { registrationOf } from './serialization.js';
import { isDict } from './tree.js';

type AnyFunction = (...args: never[]) => unknown;
/** A class, as `new.target` gives it. */
type AnyClass = abstract new (...args: never[]) => unknown;

/** A value as it would be written in code, for the right spelling in a message. */
function spell(value: unknown): string {
  if (Array.isArray(value))
    return value.length <= 4 && value.every((x) => typeof x === 'number') ? `[${value.join(', ')}]` : '…';
  return typeof value === 'object' || typeof value === 'function' ? '…' : describe(value);
}

/** `{ axis: -1 }`: arguments that came by position, as the options that were probably meant. */
function spellOptions(values: readonly unknown[], names: readonly string[]): string {
  const entries = values.flatMap((value, i) => {
    if (isDict(value)) return Object.keys(value).map((key) => `${key}: ${spell(value[key])}`);
    return i < names.length && value !== undefined ? [`${names[i]}: ${spell(value)}`] : [];
  });
  if (entries.length > 0) return `{ ${[...new Set(entries)].join(', ')} }`;
  return names.length > 0 ? `{ ${names[0]}: … }` : '{ … }';
}

/** Words for a count. */
const counted = (n: number, word: string): string => `${n === 0 ? 'no' : n} ${word}${n === 1 ? '' : 's'}`;

function checkExcess(owner: string, args: ArrayLike<unknown>, most: number, call: string): void {
  if (args.length <= most) return;
  const extra = Array.from(args).slice(most);
  // Empty options say nothing.
  if (extra.every((value) => value === undefined || (isDict(value) && Object.keys(value).length === 0))) return;
  throw new TypeError(
    `${owner}: takes at most ${counted(most, 'argument')}, got ${args.length} (the last is ${describe(extra.at(-1))}). Call it as ${call}.`,
  );
}

/** How a function is called, with what came in place of its options. */
function formOf(owner: string, { positional, hasOptions, options }: Signature, args: readonly unknown[]): string {
  const last = hasOptions ? [spellOptions(args.slice(positional.length), options)] : [];
  return `${owner}(${[...positional, ...last].join(', ')})`;
}

/** Check the arguments of a call of a function against its parameters, as far as they are known. */
export function checkCall(owner: string, signature: Signature, args: readonly unknown[]): void {
  const { positional, required, variadic, hasOptions, names } = signature;
  if (variadic) return;
  const at = positional.length;
  const options = args[at];
  if (args.length >= required && args.length <= at + 1 && hasOptions && (options === undefined || isDict(options))) {
    if (options === undefined) return;
    if (names !== null) refuseOthers(owner, options, names);
    checkOptionKinds(owner, options);
    return;
  }
  const form = formOf(owner, signature, args);
  if (args.length < required) {
    const missing = positional.slice(args.length, required).map((name) => `\`${name}\``);
    throw new TypeError(
      `${owner}: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing. Call it as ${form}.`,
    );
  }
  if (!hasOptions) {
    checkExcess(owner, args, at, form);
    return;
  }
  if (options !== undefined && !isDict(options))
    throw new TypeError(`${owner}: options are one object: ${form}. Got ${describe(options)}.`);
  checkExcess(owner, args, at + 1, form);
}

/** Refuse options whose names are not among those known. @throws {TypeError} There are such. */
export function refuseOthers(owner: string, options: object, names: readonly string[]): void {
  for (const name in options) {
    if (names.includes(name)) continue;
    const others = Object.entries(options).filter(([each]) => !names.includes(each));
    refuseUnknownOptions(owner, Object.fromEntries(others), names);
  }
}

/** What is known of the calls of a checked function. */
export interface Signature extends Parameters {
  /** Names of all options; null where some are not known, and none can be refused. */
  readonly names: readonly string[] | null;
}

/** How the signatures of checked functions are found. */
const signatures = new WeakMap<object, () => Signature | null>();

/** The signature of a function made by `checked` or `op`; null for others, and where the function's text does not tell. */
export function signatureOf(fn: object): Signature | null {
  return signatures.get(fn)?.() ?? null;
}

/** A parameter that comes by position and of which it is known what it takes. */
interface Place {
  readonly name: string;
  readonly at: number;
  readonly kinds: NonNullable<ReturnType<typeof BY_PLACE.get>>;
}
const NO_PLACES: readonly Place[] = [];

function placesOf({ positional }: Signature): readonly Place[] {
  const found = positional.flatMap((name, at) => {
    const kinds = BY_PLACE.get(name);
    return kinds === undefined ? [] : [{ name, at, kinds }];
  });
  return found.length === 0 ? NO_PLACES : found;
}

function checkPlaces(owner: string, required: number, places: readonly Place[], args: readonly unknown[]): void {
  for (const { name, at, kinds } of places) {
    if (at < required && args[at] === undefined) throw new TypeError(`${owner}: \`${name}\` is missing.`);
    checkKind(owner, name, args[at], kinds);
  }
}

function readSignature(fn: AnyFunction, names: readonly string[] | undefined): Signature | null {
  const parameters = readParameters(fn);
  if (parameters === null) return null;
  // What the text names comes first: it is what is read first in messages.
  const options = [...new Set([...parameters.options, ...(names ?? [])])];
  return { ...parameters, options, names: parameters.complete || names !== undefined ? options : null };
}

/** How the calls of a function are checked. */
export interface CheckOptions {
  /** The names of the options, where the function takes them as a whole or passes some on. */
  readonly names?: readonly string[];
  /** Whether it runs code of the caller's, whose errors are to stay as they are. Default false. */
  readonly callsBack?: boolean;
}

/**
 * `call` with its arguments checked before: their number, that the options are a plain object, and the options' names. Calls that give
 * the required arguments and no more cost one comparison, and one for each argument of which it is known what it takes.
 *
 * @param owner Names the function in messages.
 * @param fn Its parameters are read from its text, when the first call needs them.
 * @param call What works, on checked arguments.
 */
export function withCheckedArguments<R>(
  owner: string,
  fn: AnyFunction,
  call: (args: unknown[]) => R,
  { names, callsBack = false }: CheckOptions = {},
): (...args: unknown[]) => R {
  addOwner(owner);
  let signature: Signature | null | undefined;
  let plain = -1; // the number of arguments that needs no look
  let places: readonly Place[] = NO_PLACES;
  const read = (): Signature | null => {
    if (signature !== undefined) return signature;
    signature = readSignature(fn, names);
    if (signature === null || signature.variadic) plain = NaN;
    else if (signature.required === signature.positional.length) plain = signature.required;
    if (signature !== null) places = placesOf(signature);
    return signature;
  };
  const target = (...args: unknown[]): R => {
    if (args.length !== plain) {
      const known = read();
      if (known !== null && args.length !== plain) checkCall(owner, known, args);
    }
    if (places !== NO_PLACES) checkPlaces(owner, signature!.required, places, args);
    try {
      return call(args);
    } catch (error) {
      if (callsBack) throw error;
      throw attributed(owner, args, error, () => (signature ? formOf(owner, signature, []) : `${owner}(…)`));
    }
  };
  signatures.set(target, read);
  return target;
}

/**
 * A function whose calls are checked.
 *
 * @param owner Names it in messages.
 * @param names The names of the options, where `fn` takes them as a whole or passes some on.
 */
export function checked<F extends AnyFunction>(
  owner: string,
  fn: F,
  names?: readonly string[],
  { callsBack }: Pick<CheckOptions, 'callsBack'> = {},
): F {
  return withCheckedArguments(owner, fn, (args) => fn(...(args as never[])), { names, callsBack }) as unknown as F;
}

/**
 * The options of a constructor or method, checked: a plain object, and nothing after it. Where Keras's users always give the first ones
 * by position (by_position.ts), those are taken into the options.
 *
 * @param owner The class that is being made (`new.target`), or the name of the method.
 * @param options The parameter.
 * @param args All arguments.
 * @param at The position of `options` among them.
 * @param names The names of the options of a method; constructors refuse unknown ones by what is left over.
 */
export function checkedOptions<T extends object>(
  owner: AnyClass | string,
  options: unknown,
  args: ArrayLike<unknown>,
  at: number,
  names?: readonly string[],
): T {
  if (options === undefined && args.length <= at + 1) return {} as T;
  if (isDict(options) && args.length <= at + 1 && (at === 0 || !isDict(args[0]))) {
    if (names !== undefined) refuseOthers(String(owner), options, names);
    if (typeof owner === 'string') {
      checkOptionKinds(owner, options);
      return options as T;
    }
    const renamed = ofToday(owner, options);
    checkConstruction(owner, renamed, args, at);
    return renamed as T;
  }
  return typeof owner === 'string'
    ? (methodOptions(owner, options, args, at, names ?? []) as T)
    : (constructionOptions(owner, options, args, at) as T);
}

/** The options of a constructor under their names of today. */
function ofToday(cls: AnyClass, options: object): object {
  return withNewerNames(
    () => nameOf(cls),
    options,
    () => constructorOptions(cls, []).filter((name) => !requiredNames(cls).includes(name)),
  );
}

function methodOptions(
  owner: string,
  options: unknown,
  args: ArrayLike<unknown>,
  at: number,
  names: readonly string[],
): object {
  const values = Array.from(args).slice(at);
  // By position, names are those of Keras's order; after an object they tell nothing.
  const form = spellOptions(isDict(values[0]) ? values.slice(0, 1) : values, names);
  if (!isDict(options)) throw new TypeError(`${owner}: options are one object: ${form}. Got ${describe(options)}.`);
  if (args.length > at + 1) checkExcess(owner, args, at + 1, `${owner}(…, ${form})`);
  if (names.length > 0) refuseOthers(owner, options, names);
  checkOptionKinds(owner, options);
  return options;
}

/** Check the kinds of the arguments of a constructor. */
function checkConstruction(cls: AnyClass, options: object, args: ArrayLike<unknown>, at: number): void {
  const name = own(options, 'name');
  const owner = typeof name === 'string' ? `${nameOf(cls)} '${name}'` : nameOf(cls);
  requiredNames(cls, at).forEach((each, i) => {
    const kinds = OF_CONSTRUCTORS.get(each);
    if (kinds === undefined) return;
    if (args[i] === undefined) throw new TypeError(`${owner}: \`${each}\` is missing.`);
    checkKind(owner, each, args[i], kinds);
  });
  // Of layers the text names all options; of others those that they hand on are missing.
  checkOptionKinds(owner, options, true, (option) => {
    const names = constructorOptions(cls, []);
    return !names.includes('trainable') || names.includes(option);
  });
}

/** The names of the parameters that come by position, up to the options; or all of them. */
function requiredNames(cls: AnyClass, at?: number): string[] {
  return ((cls as { readonly positional?: readonly string[] }).positional ?? []).slice(0, at).map(toCamelCase);
}

function constructionOptions(cls: AnyClass, options: unknown, args: ArrayLike<unknown>, at: number): object {
  const owner = nameOf(cls);
  const required = requiredNames(cls, at);
  const all = Array.from(args);
  const [first] = all;
  const older = isDict(first) ? Object.keys(first).map((name) => [name, newerName(name, required)] as const) : [];
  const [oldName, newName] = older.find(([, newer]) => newer !== undefined) ?? [];
  if (at > 0 && all.length === 1 && oldName !== undefined)
    throw new TypeError(
      `${owner}: \`${oldName}\` is called \`${newName}\` today and comes by position, before the options: new ${owner}(${required.join(', ')}).`,
    );
  const names = constructorOptions(cls, []).filter((name) => !required.includes(name));
  if (at > 0 && isDict(first) && all.length === 1 && required.some((name) => Object.hasOwn(first, name))) {
    const rest = Object.keys(first).filter((key) => !required.includes(key));
    const values = required.map((name) => (own(first, name) === undefined ? name : spell(own(first, name))));
    const tail =
      rest.length > 0 ? [spellOptions([Object.fromEntries(rest.map((key) => [key, own(first, key)]))], [])] : [];
    throw new TypeError(
      `${owner}: ${required.map((name) => `\`${name}\``).join(', ')} ${required.length === 1 ? 'comes' : 'come'} by position, before the options: ` +
        `new ${owner}(${[...values, ...tail].join(', ')}).`,
    );
  }
  const given = all.slice(at);
  const taken: Record<string, unknown> = {};
  const byPosition = positionalOptions(cls);
  for (const { name, accepts } of byPosition) {
    const [value] = given;
    if (given.length === 0 || isDict(value) || !(value === null || accepts.includes(kindOf(value)))) break;
    taken[name] = value;
    given.shift();
  }
  const [last = {}] = given;
  const right = spellOptions(
    all.slice(at),
    byPosition.map(({ name }) => name),
  );
  const shown = names.slice(0, 8).join(', ');
  const tail = names.length > 0 ? ` Options: ${shown}${names.length > 8 ? ', …' : ''}.` : '';
  if (!isDict(last)) {
    const hint = required.at(-1) === 'kernelSize' ? ofOlderConvolutions(owner, all, at) || tail : tail;
    throw new TypeError(`${owner}: options are one object: ${right}. Got ${describe(last)}.${hint}`);
  }
  checkExcess(owner, all, all.length - given.length + 1, `new ${owner}(${[...required, right].join(', ')})`);
  const twice = Object.keys(taken).find((name) => Object.hasOwn(last, name));
  if (twice !== undefined) throw new TypeError(`${owner}: \`${twice}\` is given by position and among the options.`);
  const renamed = ofToday(cls, last);
  checkConstruction(cls, renamed, args, at);
  return { ...taken, ...renamed };
}

/** What numbers after the kernel's size of a convolution mean: strides in Keras 2, and in Keras 1 the other sizes of the kernel. */
function ofOlderConvolutions(owner: string, args: readonly unknown[], at: number): string {
  const before = args.slice(0, at).map(spell);
  const sizes = args.slice(at - 1).filter((value) => !isDict(value));
  if (sizes.length < 2 || !sizes.every((size) => Number.isInteger(size))) return '';
  const meanings: string[] = [];
  if (sizes.length === 2) meanings.push(`strides: new ${owner}(${before.join(', ')}, { strides: ${spell(sizes[1])} })`);
  if (owner.includes(`${sizes.length}D`))
    meanings.push(
      `as in Keras 1, of the kernel: new ${owner}(${[...before.slice(0, -1), `[${sizes.join(', ')}]`].join(', ')})`,
    );
  return meanings.length === 0 ? '' : ` If these are ${meanings.join('; or, ')}.`;
}

/** Keras's name of a class, or its own. */
const nameOf = (cls: AnyClass): string => registrationOf(cls as never)?.name ?? cls.name;

/** What by_position.ts says of a class, or of the nearest of Keras's classes above it. */
function positionalOptions(cls: AnyClass): readonly PositionalOption[] {
  for (let each: unknown = cls; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
    if (registrationOf(each as never) !== undefined || own(BY_POSITION, (each as AnyClass).name) !== undefined)
      return own(BY_POSITION, nameOf(each as AnyClass)) ?? [];
  }
  return [];
}

/** The kind of a value in by_position.ts. */
function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

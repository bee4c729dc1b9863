/**
 * @file The one check of how functions are called: what Keras requires comes by position, all else in one plain object at the end.
 * Whatever stands elsewhere is refused, with the right spelling; nothing is ignored. That of constructors and methods, which know the
 * registry of classes, is arguments.ts.
 */
import { addOwner, attributed, isRaw } from './attribution.js';
import { describe } from './describe.js';
import { refuseUnknownOptions, TypeError } from './errors.js';
import { BY_PLACE, checkKind, checkOptionKinds } from './kinds.js';
import { own } from './lookup.js';
import type { Parameters } from './parameters.js';
import { readParameters } from './parameters.js';
import { isDict } from './tree.js';

type AnyFunction = (...args: never[]) => unknown;

/** A value as it would be written in code, for the right spelling in a message. */
export function spell(value: unknown): string {
  if (Array.isArray(value))
    return value.length <= 4 && value.every((x) => typeof x === 'number') ? `[${value.join(', ')}]` : '…';
  return typeof value === 'object' || typeof value === 'function' ? '…' : describe(value);
}

/** `{ axis: -1 }`: arguments that came by position, as the options that were probably meant. */
export function spellOptions(values: readonly unknown[], names: readonly string[]): string {
  const entries = values.flatMap((value, i) => {
    if (isDict(value)) return Object.keys(value).map((key) => `${key}: ${spell(value[key])}`);
    return i < names.length && value !== undefined ? [`${names[i]}: ${spell(value)}`] : [];
  });
  if (entries.length > 0) return `{ ${[...new Set(entries)].join(', ')} }`;
  return names.length > 0 ? `{ ${names[0]}: … }` : '{ … }';
}

/** Words for a count. */
const counted = (n: number, word: string): string => `${n === 0 ? 'no' : n} ${word}${n === 1 ? '' : 's'}`;

/** Refuse arguments beyond the last that is taken. */
export function checkExcess(owner: string, args: ArrayLike<unknown>, most: number, call: string): void {
  if (args.length <= most) return;
  // What lists hand to a function of one argument: xs.map(square) gives the place and the list as well.
  if (most === 1 && args.length === 3 && Array.isArray(args[2]) && Object.is(args[2][args[1] as number], args[0]))
    return;
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

/** "`filters`, `kernelSize` come by position, before the options": parameters that were named in an object, as Python takes them too. */
export function comeByPosition(names: readonly string[]): string {
  const shown = names.map((name) => `\`${name}\``).join(', ');
  return `${shown} ${names.length === 1 ? 'comes' : 'come'} by position, before the options`;
}

/** The arguments of the right call, of an object that names some of the parameters `names`: these, then the rest as options. */
export function spellNamed(given: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  const values = names.map((name) => (own(given, name) === undefined ? name : spell(own(given, name))));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
  return Object.keys(rest).length > 0 ? [...values, spellOptions([rest], [])] : values;
}

/** Refuse an object that names parameters, in the place of the first of them. */
function refuseNamed(owner: string, { positional }: Signature, args: readonly unknown[], at: number): void {
  const given = args[at];
  if (!isDict(given)) return;
  const named = positional.slice(at).filter((name) => Object.hasOwn(given, name));
  if (named.length === 0) return;
  const all = [...positional.slice(0, at), ...spellNamed(given, positional.slice(at))];
  throw new TypeError(`${owner}: ${comeByPosition(named)}: ${owner}(${all.join(', ')}).`);
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
    if (args.length > 0) refuseNamed(owner, signature, args, args.length - 1);
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

function checkPlaces(owner: string, signature: Signature, places: readonly Place[], args: readonly unknown[]): void {
  for (const { name, at, kinds } of places) {
    refuseNamed(owner, signature, args, at);
    if (at < signature.required && args[at] === undefined) throw new TypeError(`${owner}: \`${name}\` is missing.`);
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

const isAsync = (fn: AnyFunction): boolean => Object.prototype.toString.call(fn) === '[object AsyncFunction]';

/** A function that answers by a promise in any case: what is thrown comes as its rejection. */
function rejecting<R>(
  target: (...args: unknown[]) => R,
  named: (args: readonly unknown[], error: unknown) => unknown,
): (...args: unknown[]) => R {
  const call = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await target(...args);
    } catch (error) {
      throw isRaw(error) ? named(args, error) : error;
    }
  };
  return call as (...args: unknown[]) => R;
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
  const named = (args: readonly unknown[], error: unknown): unknown =>
    attributed(owner, args, error, () => (signature ? formOf(owner, signature, []) : `${owner}(…)`));
  const target = (...args: unknown[]): R => {
    if (args.length !== plain) {
      const known = read();
      if (known !== null && args.length !== plain) checkCall(owner, known, args);
    }
    if (places !== NO_PLACES) checkPlaces(owner, signature!, places, args);
    try {
      return call(args);
    } catch (error) {
      if (callsBack) throw error;
      throw named(args, error);
    }
  };
  const checkedTarget = isAsync(fn)
    ? rejecting(target, (args, error) => (callsBack ? error : named(args, error)))
    : target;
  signatures.set(checkedTarget, read);
  return checkedTarget;
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

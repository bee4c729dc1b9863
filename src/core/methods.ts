/** @file Methods of public classes refuse arguments that they do not take, as functions do. */
import { checkExcess, refuseOthers, spellOptions } from './checked.js';
import { describe } from './describe.js';
import { TypeError } from './errors.js';
import type { Parameters } from './parameters.js';
import { readParameters } from './parameters.js';
import { requireShapes } from './shape.js';
import { isDict } from './tree.js';

type Method = (this: unknown, ...args: never[]) => unknown;
type Prototype = Readonly<Record<string, unknown>>;

/** `call` takes what each layer's own does, which the layer checks; hooks and protocols are called by the library and the engine. */
const UNCHECKED = /^(call|constructor|to(JSON|String)|next|return|throw|then|on[A-Z]\w*|_.*)$/;

/** Methods that are checked, and what they were. */
const originals = new WeakMap<object, Method>();
const done = new WeakSet<object>();

/** What is known of the methods of one name along a chain of prototypes. */
interface Known {
  /** The most arguments that any of them takes; Infinity: as many as come. */
  readonly most: number;
  /** The parameters of the last, which is the one that runs. */
  readonly own: Parameters | null;
}

/** Whether a method looks at all its arguments itself (checkedOptions). */
const looksItself = (method: Method): boolean => /\barguments\b/.test(Function.prototype.toString.call(method));

function knownOf(prototype: object, name: string, method: Method): Known {
  if (looksItself(method)) return { most: Infinity, own: null };
  let most = 0;
  // An override may leave away parameters of the method that it overrides.
  for (let each: object | null = prototype; each !== null && each !== Object.prototype;) {
    const found = Object.getOwnPropertyDescriptor(each, name)?.value as Method | undefined;
    if (found !== undefined) {
      const parameters = readParameters(originals.get(found) ?? found);
      if (parameters === null || parameters.variadic) return { most: Infinity, own: null };
      most = Math.max(most, parameters.positional.length + (parameters.hasOptions ? 1 : 0));
    }
    each = Object.getPrototypeOf(each) as object | null;
  }
  return { most, own: readParameters(method) };
}

function check(name: string, { most, own }: Known, args: readonly unknown[]): void {
  if (args.length > most) {
    const options = own?.hasOptions ? [spellOptions(args.slice(own.positional.length), own.options)] : [];
    checkExcess(name, args, most, `${name}(${[...(own?.positional ?? []), ...options].join(', ')})`);
  }
  if (own === null || !own.optional || args.length <= own.positional.length) return;
  const options = args[own.positional.length];
  if (options === undefined) return;
  if (own.complete && !isDict(options)) {
    const right = `${name}(${[...own.positional, spellOptions(args.slice(own.positional.length), own.options)].join(', ')})`;
    throw new TypeError(`${name}: options are one object: ${right}. Got ${describe(options)}.`);
  }
  if (own.complete) refuseOthers(name, options as object, own.options);
}

function checkedMethod(prototype: object, name: string, method: Method): Method {
  let known: Known | null = null;
  const isAsync = Object.prototype.toString.call(method) === '[object AsyncFunction]';
  function target(this: unknown, ...args: never[]): unknown {
    if (args.length > 0) {
      known ??= knownOf(prototype, name, method);
      try {
        check(name, known, args);
        const { own } = known;
        // Options, if the method takes any, follow the shapes.
        if (name === 'computeOutputShape')
          requireShapes(name, own?.hasOptions ? args.slice(0, own.positional.length) : args);
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is one
        if (isAsync) return Promise.reject(error);
        throw error;
      }
    }
    return method.apply(this, args);
  }
  Object.defineProperties(target, { name: { value: name }, length: { value: method.length } });
  originals.set(target, method);
  return target;
}

/** Let the methods of a class, and of the classes above it, refuse what they do not take. */
export function checkMethods(cls: { readonly prototype: object }): void {
  for (
    let prototype = cls.prototype as Prototype | null;
    prototype !== null && prototype !== Object.prototype && !done.has(prototype);
    prototype = Object.getPrototypeOf(prototype) as Prototype | null
  ) {
    done.add(prototype);
    for (const [name, { value, writable, enumerable }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || writable !== true || UNCHECKED.test(name)) continue;
      const checkedOne = checkedMethod(prototype, name, value as Method);
      Object.defineProperty(prototype, name, { value: checkedOne, writable, enumerable, configurable: true });
    }
  }
}

/** Whether a method refuses what it does not take. */
export function isCheckedMethod(method: object): boolean {
  return originals.has(method);
}

/** @file Objects from configs: which entries of a config are a constructor's positional arguments, and which its options. */
import { ValueError } from './errors.js';
import { own } from './lookup.js';
import { toCamelCase, toSnakeCase } from './naming.js';
import { partsAt } from './parameters.js';
import type { Config, SerializableClass } from './serialization.js';

/** What a constructor takes, as its class states it (`static positional`, in Keras's names) or as its text says. */
interface Taken {
  /** In order; the name in the text, and whether it may be left out. */
  readonly positional: readonly { readonly name: string; readonly optional: boolean }[];
  readonly hasOptions: boolean;
}

/** A last parameter that takes options: `{ … }`, `options = {}`, or anything that is an empty object by default. */
const takesOptions = (parameter: string): boolean =>
  parameter.startsWith('{') || /^_?(options|opts|rest|kwargs)\b/.test(parameter) || /=\s*\{\s*\}$/.test(parameter);

/** What the text of a class says of its own constructor; null if it has none, or takes any number of arguments. */
function readConstructor(cls: unknown): Taken | null {
  const text = Function.prototype.toString.call(cls);
  const found = /(?<![\w.$])constructor\s*(?=\()/.exec(text);
  const parts = found === null ? null : (partsAt(text, found.index + found[0].length)?.parts ?? null);
  if (parts === null || parts.some((part) => part.startsWith('...'))) return null;
  const hasOptions = parts.length > 0 && takesOptions(parts[parts.length - 1]);
  const positional = (hasOptions ? parts.slice(0, -1) : parts).map((part) => ({
    name: /^[A-Za-z_$][\w$]*/.exec(part)?.[0] ?? '',
    optional: /^[^=]*=(?![=>])/.test(part),
  }));
  return positional.every(({ name }) => name !== '') ? { positional, hasOptions } : null;
}

/**
 * What a class's constructor takes: what the nearest class in its line states; or, where a user's class has a constructor of its own and
 * states nothing, what the text says. (Classes of the library are not read: bundlers may have renamed their parameters.)
 */
function takenBy(cls: SerializableClass, isOwn: (cls: unknown) => boolean): Taken {
  const stated: Taken = {
    positional: (cls.positional ?? []).map((name) => ({ name, optional: true })),
    hasOptions: true,
  };
  for (let each: unknown = cls; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
    if (Object.hasOwn(each, 'positional') || isOwn(each)) return stated;
    const read = readConstructor(each);
    if (read !== null) return read.positional.length === 0 ? stated : read;
    if (/(?<![\w.$])constructor\s*\(/.test(Function.prototype.toString.call(each))) return stated;
  }
  return stated;
}

/**
 * Make an instance from a config: the positional parameters by name, everything else as camelCase options.
 *
 * @param isOwn Whether a class is one of the library's.
 * @param className Names the class in messages.
 * @throws {ValueError} The config does not hold what the constructor needs, or the constructor takes less than the config holds.
 */
export function construct<T>(
  cls: SerializableClass<T>,
  config: Config,
  isOwn: (cls: unknown) => boolean,
  className: string,
): T {
  const { positional, hasOptions } = takenBy(cls, isOwn);
  const keys = positional.map(({ name }) => (Object.hasOwn(config, name) ? name : toSnakeCase(name)));
  const form = `constructor(${[...positional.map(({ name }) => name), ...(hasOptions ? ['options = {}'] : [])].join(', ')})`;
  positional.forEach(({ name, optional }, i) => {
    if (optional || Object.hasOwn(config, keys[i])) return;
    throw new ValueError(
      `${className}.fromConfig: the class has ${form}, but the config holds no '${keys[i]}'. Write it in the config, ` +
        `getConfig() { return { ...super.getConfig(), ${keys[i]}: this.${name} }; }, or override static fromConfig(config).`,
    );
  });
  const others = Object.entries(config).filter(([key]) => !keys.includes(key));
  const args = keys.map((key) => own(config, key));
  if (hasOptions) return new cls(...args, Object.fromEntries(others.map(([key, value]) => [toCamelCase(key), value])));
  if (others.length === 0) return new cls(...args);
  throw new ValueError(
    `${className}.fromConfig: the class has ${form}, which takes no options, but the config holds ${others.map(([key]) => `'${key}'`).join(', ')}. ` +
      `Give the constructor a last parameter, options = {}, and hand it on, super(options), or override static fromConfig(config).`,
  );
}

/** @file `Config`: settings by name, which can be frozen. */
import { checkMethods } from '../core/methods.js';
import { describe } from '../core/describe.js';
import { suggest, TypeError, ValueError } from '../core/errors.js';
import { formatJson } from '../core/json.js';
import { isDict } from '../core/tree.js';

/** Names that the language and its tools ask every object for. */
const ASKED_FOR = ['then', 'toJSON', 'nodeType', 'tagName', '$$typeof', 'asymmetricMatch', 'inspect'];

/** Settings, or another `Config`. */
export type ConfigValues = Readonly<Record<string, unknown>> | Config;

/**
 * Settings by name: read, set and deleted as properties, until the config is frozen.
 *
 * @param values The first settings: a plain object.
 * @throws {TypeError} `values` is no object of settings.
 * @throws {ValueError} A setting that there is not is read, with the name that may be meant; a frozen config is changed; a setting would
 *   have the name of a method.
 * @see `keras.utils.Config`
 * @example
 * const config = new utils.Config({ units: 4, rate: 0.5 });
 * config['units'] = 8;
 * config.freeze();
 * config.asDict(); // { units: 8, rate: 0.5 }
 */
export class Config {
  [name: string]: unknown;
  readonly #values = new Map<string, unknown>();
  #frozen = false;

  constructor(values: Readonly<Record<string, unknown>> = {}, ...more: readonly never[]) {
    if (more.length > 0)
      throw new TypeError(`Config: takes at most one argument, an object of settings. Got ${more.length + 1}.`);
    for (const [name, value] of pairs(values)) this.#values.set(name, value);
    // Methods run on the object itself, all other names are settings.
    const isOwn = (name: string): boolean => name in Config.prototype;
    return new Proxy(this, {
      get: (target, name) => {
        if (typeof name === 'symbol' || isOwn(name)) {
          const found: unknown = Reflect.get(target, name, target);
          return typeof found === 'function' && name !== 'constructor' ? (found.bind(target) as unknown) : found;
        }
        if (target.#values.has(name)) return target.#values.get(name);
        if (ASKED_FOR.includes(name)) return undefined;
        throw new ValueError(`Config: there is no '${name}'.${suggest(name, target.#values.keys())}`);
      },
      set: (target, name, value) => {
        if (typeof name === 'symbol' || isOwn(name))
          throw new ValueError(`Config: '${String(name)}' is a method. Choose another name for a setting.`);
        target.#change(name);
        target.#values.set(name, value);
        return true;
      },
      has: (target, name) => (typeof name === 'symbol' ? Reflect.has(target, name) : target.#values.has(name)),
      deleteProperty: (target, name) => {
        if (typeof name === 'string' && !isOwn(name)) {
          target.#change(name);
          target.#need(name);
          target.#values.delete(name);
        }
        return true;
      },
      ownKeys: (target) => [...target.#values.keys()],
      getOwnPropertyDescriptor: (target, name) =>
        typeof name === 'string' && target.#values.has(name)
          ? { value: target.#values.get(name), writable: true, enumerable: true, configurable: true }
          : undefined,
    });
  }

  #change(what: string): void {
    if (this.#frozen)
      throw new ValueError(
        `Config: it is frozen, and '${what}' cannot be changed. Call unfreeze() first, or make a new one.`,
      );
  }

  #need(name: string): void {
    if (!this.#values.has(name))
      throw new ValueError(`Config: there is no '${name}'.${suggest(name, this.#values.keys())}`);
  }

  /** Whether settings cannot be changed. */
  get frozen(): boolean {
    return this.#frozen;
  }

  /** How many settings there are. */
  get length(): number {
    return this.#values.size;
  }

  /** Let nobody change the settings. */
  freeze(): void {
    this.#frozen = true;
  }

  /** Let settings be changed again. */
  unfreeze(): void {
    this.#frozen = false;
  }

  /** The settings as an object of its own. */
  asDict(): Record<string, unknown> {
    return Object.fromEntries(this.#values);
  }

  /** The settings as JSON, written as Python writes it. */
  toJson(): string {
    return formatJson(this.asDict());
  }

  /** The names, in the order in which they were set. */
  keys(): string[] {
    return [...this.#values.keys()];
  }

  /** The values, in the order of the names. */
  values(): unknown[] {
    return [...this.#values.values()];
  }

  /** Names with their values. */
  items(): [name: string, value: unknown][] {
    return [...this.#values];
  }

  /** Take a setting out. @param value What there is instead of a setting that is not there; without it that is an error. */
  pop(name: string, ...value: readonly [value?: unknown]): unknown {
    this.#change(name);
    if (value.length === 0) this.#need(name);
    const found = this.#values.has(name) ? this.#values.get(name) : value[0];
    this.#values.delete(name);
    return found;
  }

  /** Set all settings of others. */
  update(...others: readonly ConfigValues[]): void {
    for (const other of others)
      for (const [name, value] of pairs(other)) {
        this.#change(name);
        this.#values.set(name, value);
      }
  }

  /** A setting, or `value` (null unless given) where there is none. */
  get(name: string, value: unknown = null): unknown {
    return this.#values.has(name) ? this.#values.get(name) : value;
  }

  toString(): string {
    return `<Config ${this.toJson()}>`;
  }

  /** The names in alphabetical order. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys().sort()[Symbol.iterator]();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

function pairs(values: ConfigValues): [string, unknown][] {
  if (values instanceof Config) return values.items();
  if (isDict(values)) return Object.entries(values);
  throw new TypeError(`Config: got ${describe(values)}. Expected an object of settings.`);
}

checkMethods(Config);

/** @file What a room with string ids offers: `keras.losses.get`, `serialize` and `deserialize`. */
import { checked } from '../checked.js';
import { describe, quote } from '../describe.js';
import { suggest, ValueError } from '../errors.js';
import { deserializeKerasObject, type DeserializeOptions } from './deserialize.js';
import { own } from '../lookup.js';
import { customObjects, customScope, withCustomObjects } from './registry.js';
import { serializeKerasObject } from './serialize.js';
import type { AnyFunction, Registered, SerializableClass } from './types.js';
import { isClass, isSerializedObject } from './types.js';

/** How a room's `get` works. */
export interface IdentifierTable<T> {
  /** For messages: `"initializer"`. */
  readonly what: string;
  /** Keras's module: `"keras.initializers"`. */
  readonly module: string;
  /** What each string id stands for: a class, of which a new instance is made, or a function. */
  readonly ids: Readonly<Record<string, SerializableClass | AnyFunction>>;
  readonly isInstance: (value: unknown) => value is T;
}

/**
 * The object that an identifier stands for: null, a string id, a config, a class, or the object itself. What every room's `get` does.
 *
 * @throws {ValueError} An unknown id; the message lists near ones.
 */
export function getByIdentifier<T>(table: IdentifierTable<T>, identifier: unknown): T | null {
  if (identifier === null || identifier === undefined) return null;
  if (typeof identifier === 'string') {
    const target = (own(customScope.current, identifier) ??
      own(table.ids, identifier) ??
      own(customObjects, identifier) ??
      own(customObjects, `Custom>${identifier}`)) as Registered | undefined;
    if (target === undefined) {
      throw new ValueError(`Unknown ${table.what} '${identifier}'.${suggest(identifier, Object.keys(table.ids))}`);
    }
    return instantiate(table, target);
  }
  if (isSerializedObject(identifier))
    return instantiate(table, deserializeKerasObject(identifier, { defaultModule: table.module }) as Registered);
  if (typeof identifier === 'function' || typeof identifier === 'object')
    return instantiate(table, identifier as Registered);
  throw new ValueError(
    `Cannot read ${quote(identifier)} as ${table.what}. Expected a string id, a config, or an object.`,
  );
}

function instantiate<T>(table: IdentifierTable<T>, target: Registered): T {
  if (table.isInstance(target)) return target;
  if (isClass(target)) return new (target as SerializableClass<T>)();
  throw new ValueError(`Cannot use ${describe(target)} as ${table.what}.`);
}

/** What a room with string ids offers: `keras.losses.get` and the like. */
export interface IdentifierRoom<T> {
  /** The object that an identifier stands for; null for null. @throws {ValueError} It stands for none. */
  readonly get: (identifier: unknown) => T | null;
  /** An object as JSON. */
  readonly serialize: (object: T | null) => unknown;
  /** An object from JSON. @throws {ValueError} The class is not known. */
  readonly deserialize: (
    config: unknown,
    options?: { readonly customObjects?: Readonly<Record<string, unknown>> | null },
  ) => T | null;
}

/** `get`, `serialize` and `deserialize` of a room. */
export function identifierRoom<T>(table: IdentifierTable<T>): IdentifierRoom<T> {
  const room = table.module.replace(/^keras\./, '');
  const asTheyAre = { callsBack: true }; // a layer that asks for its activation names itself
  const get = (identifier: unknown): T | null => getByIdentifier(table, identifier);
  return {
    get: checked(`${room}.get`, get, undefined, asTheyAre),
    serialize: checked(`${room}.serialize`, (object: T | null) => serializeKerasObject(object), undefined, asTheyAre),
    deserialize: checked(
      `${room}.deserialize`,
      (config: unknown, { customObjects: objects }: Pick<DeserializeOptions, 'customObjects'> = {}) =>
        withCustomObjects(objects, () =>
          get(isSerializedObject(config) ? deserializeKerasObject(config, { defaultModule: table.module }) : config),
        ),
      undefined,
      asTheyAre,
    ),
  };
}

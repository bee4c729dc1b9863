/** @file The registry: the classes and functions that configs can name, Keras's and the users'. */
import { checked } from '../checked.js';
import { ValueError } from '../errors.js';
import { checkMethods } from '../methods.js';
import { Scope } from '../scope.js';
import type { AnyFunction, Registered, Serializable, SerializableClass } from './types.js';

/** How a class or function is named in configs. */
export interface Entry {
  /** As configs name it; null for what users register. */
  readonly module: string | null;
  readonly name: string;
  /** `package>name` for what users register, the name for what Keras does not export; null for what it exports. */
  readonly registeredName: string | null;
}

const byKey = new Map<string, Registered>(); // "keras.layers>Dense"
const entries = new Map<Registered, Entry>();
/** What users registered: "Custom>MyLayer". */
export const customObjects = Object.create(null) as Record<string, unknown>;

/** Options of `registerClasses`. */
export interface RegisterOptions {
  /** Whether Keras keeps the classes to itself; configs then name them once more, as `registered_name`. Default false. */
  readonly internal?: boolean;
}

/** Register a room's classes under Keras's module and names. Names are given, not read from the code, which may be minified. */
export function registerClasses(
  module: string,
  classes: Readonly<Record<string, SerializableClass>>,
  { internal = false }: RegisterOptions = {},
): void {
  for (const [name, cls] of Object.entries(classes)) {
    byKey.set(`${module}>${name}`, cls);
    checkMethods(cls);
    if (!entries.has(cls)) entries.set(cls, { module, name, registeredName: internal ? name : null }); // further names are aliases
  }
}

/** Register a room's functions under Keras's module and names. */
export function registerFunctions(module: string, functions: Readonly<Record<string, AnyFunction>>): void {
  for (const [name, fn] of Object.entries(functions)) {
    byKey.set(`${module}>${name}`, fn);
    if (!entries.has(fn)) entries.set(fn, { module, name, registeredName: null });
  }
}

/** Keras's name of an object's class: the registered one, or the nearest registered base's for subclasses made by users. */
export function classNameOf(object: object): string {
  const cls = object.constructor as SerializableClass;
  return entries.get(cls)?.name ?? cls.name;
}

/** What is registered under a name in one of Keras's modules. */
export function registeredIn(module: string, name: string): Registered | undefined {
  return byKey.get(`${module}>${name}`);
}

/** All names under which something is registered, without their modules and packages. */
export function registeredNames(): string[] {
  return [...byKey.keys(), ...Object.keys(customObjects)].map((key) => key.slice(key.indexOf('>') + 1));
}

/** What is known of a registered class or function, or undefined. */
export function registrationOf(target: Registered): Entry | undefined {
  return entries.get(target);
}

/**
 * Register a class or function of your own, so that configs and files that name it can be read.
 *
 * @param options `package` (default `'Custom'`) and `name` (default: its own).
 * @returns A function that registers its argument and gives it back; it works as a decorator too.
 * @throws {ValueError} A class without `getConfig`.
 * @example registerKerasSerializable({ package: 'my' })(MyLayer);
 * @see `keras.saving.register_keras_serializable`
 */
export function registerKerasSerializable(
  options: { package?: string; name?: string | null } = {},
): <T extends Registered>(target: T) => T {
  return (target) => {
    const name = options.name ?? target.name;
    const registeredName = `${options.package ?? 'Custom'}>${name}`;
    const isClass = /^class\b/.test(Function.prototype.toString.call(target));
    if (isClass && typeof (target.prototype as Partial<Serializable> | undefined)?.getConfig !== 'function') {
      throw new ValueError(
        `registerKerasSerializable: the class ${target.name} has no getConfig() method, so it could not be saved.`,
      );
    }
    customObjects[registeredName] = target;
    entries.set(target, { module: null, name, registeredName });
    return target;
  };
}

/**
 * The registered name of a class or function: `'Custom>MyLayer'`, or its own name.
 *
 * @param target A class or a function.
 * @returns The name.
 * @see `keras.saving.get_registered_name`
 * @example
 * saving.getRegisteredName(MyLayer); // 'MyLayer', since it is not registered
 */
export const getRegisteredName = checked('getRegisteredName', function getRegisteredName(target: Registered): string {
  const entry = entries.get(target);
  return entry?.registeredName ?? entry?.name ?? target.name;
});

/**
 * What was registered under a name (`'Custom>MyLayer'`), or null.
 *
 * @param name A registered name.
 * @param objects Where else it may be found, such as an options' `customObjects`.
 * @returns The class or function, or null.
 * @see `keras.saving.get_registered_object`
 * @example
 * saving.getRegisteredObject('Custom>Unknown') === null // true
 */
export const getRegisteredObject = checked(
  'getRegisteredObject',
  function getRegisteredObject(name: string, objects: Readonly<Record<string, unknown>> | null = null): unknown {
    for (const known of [customScope.current, customObjects, objects ?? {}])
      if (Object.hasOwn(known, name)) return known[name];
    return null;
  },
);

/**
 * The dict of all that was registered by `registerKerasSerializable`, by registered name. What is put into it can be read from configs as
 * well.
 *
 * @returns The dict itself: what is put into it counts.
 * @see `keras.saving.get_custom_objects`
 * @example
 * Object.keys(saving.getCustomObjects()).includes('Custom>MyLayer') // false
 */
export const getCustomObjects = checked('getCustomObjects', function getCustomObjects(): Record<string, unknown> {
  return customObjects;
});

/** What `withCustomObjects` makes known. */
export const customScope = new Scope<Readonly<Record<string, unknown>>>({});

/** Objects known by name for as long as `fn` runs. @see `keras.saving.custom_object_scope` */
export function withCustomObjects<R>(objects: Readonly<Record<string, unknown>> | null | undefined, fn: () => R): R {
  return objects ? customScope.run({ ...customScope.current, ...objects }, fn) : fn();
}

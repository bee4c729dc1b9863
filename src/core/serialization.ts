/**
 * @file Objects to configs and back, as `keras.saving.serialize_keras_object` writes them, and the registry by which classes and
 * functions are found. Nothing from a config is ever executed: only what is registered, or handed in, can be made.
 */
import { construct } from './construct.js';
import { describe, quote } from './describe.js';
import { suggest, ValueError } from './errors.js';
import { own } from './lookup.js';
import { isDict } from './tree.js';

/** A config: Keras's snake_case keys, JSON values. */
export type Config = Record<string, unknown>;

/** What can be written to a config. */
export interface Serializable {
  getConfig(): Config;
  /** The shapes with which it was built; null: it was not. */
  getBuildConfig?(): Config | null;
  buildFromConfig?(config: Config): void;
  /** What a model was compiled with. */
  getCompileConfig?(): Config | null;
  compileFromConfig?(config: Config): void;
  built?: boolean;
}

/** A class whose instances can be made from a config. */
export interface SerializableClass<T = unknown> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- constructors of any signature
  new (...args: any[]): T;
  /** Keras's names of the constructor's positional parameters, in order: `['filters', 'kernel_size']`. */
  readonly positional?: readonly string[];
  fromConfig?(config: Config): T;
}

/** An object as Keras writes it. */
export interface SerializedObject {
  readonly module: string | null;
  readonly class_name: string;
  readonly config: unknown;
  readonly registered_name: string | null;
  readonly build_config?: unknown;
  readonly compile_config?: unknown;
  readonly shared_object_id?: number;
}

type AnyFunction = (...args: never[]) => unknown;
type Registered = SerializableClass | AnyFunction;

interface Entry {
  /** As configs name it; null for what users register. */
  readonly module: string | null;
  readonly name: string;
  /** `package>name` for what users register, the name for what Keras does not export; null for what it exports. */
  readonly registeredName: string | null;
}

const byKey = new Map<string, Registered>(); // "keras.layers>Dense"
const entries = new Map<Registered, Entry>();
/** What users registered: "Custom>MyLayer". */
const customObjects = Object.create(null) as Record<string, unknown>;

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
export function getRegisteredName(target: Registered): string {
  const entry = entries.get(target);
  return entry?.registeredName ?? entry?.name ?? target.name;
}

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
export function getRegisteredObject(name: string, objects: Readonly<Record<string, unknown>> = {}): unknown {
  for (const known of [scope, customObjects, objects]) if (Object.hasOwn(known, name)) return known[name];
  return null;
}

/**
 * The dict of all that was registered by `registerKerasSerializable`, by registered name. What is put into it can be read from configs as
 * well.
 *
 * @returns The dict itself: what is put into it counts.
 * @see `keras.saving.get_custom_objects`
 * @example
 * Object.keys(saving.getCustomObjects()).includes('Custom>MyLayer') // false
 */
export function getCustomObjects(): Record<string, unknown> {
  return customObjects;
}

let scope: Readonly<Record<string, unknown>> = {};

/** Objects known by name for as long as `fn` runs. @see `keras.saving.custom_object_scope` */
export function withCustomObjects<R>(objects: Readonly<Record<string, unknown>> | null | undefined, fn: () => R): R {
  if (!objects) return fn();
  const outer = scope;
  scope = { ...scope, ...objects };
  try {
    return fn();
  } finally {
    scope = outer;
  }
}

/**
 * Make an instance from a config: the positional parameters by name, everything else as camelCase options. Classes say which parameters
 * are positional by `static positional`; of a user's class the constructor itself is read.
 *
 * @throws {ValueError} The config does not hold what the constructor needs.
 */
export function constructFromConfig<T>(cls: SerializableClass<T>, config: Config): T {
  const isOwn = (each: unknown): boolean => registrationOf(each as Registered)?.module?.startsWith('keras') === true;
  return construct(cls, config, isOwn, registrationOf(cls)?.name ?? (cls as { readonly name?: string }).name ?? '');
}

/** How values that are no objects with a config, such as tensors, are written: `{class_name: '__tensor__', config}`. */
export interface SpecialForm<T> {
  readonly className: string;
  readonly is: (value: unknown) => value is T;
  readonly write: (value: T) => Config;
  readonly read: (config: Config) => unknown;
}

const specialForms: SpecialForm<unknown>[] = [];

/** Let `serializeKerasObject` and `deserializeKerasObject` know a kind of value. */
export function registerSpecialForm<T>(form: SpecialForm<T>): void {
  specialForms.push(form as unknown as SpecialForm<unknown>);
}

interface SharedObjects {
  /** What was written in this scope, with its config. */
  readonly written: Map<object, Record<string, unknown>>;
  /** What was read in this scope, by id. */
  readonly read: Map<number, unknown>;
  next: number;
}
let shared: SharedObjects | null = null;

/**
 * Run `fn` so that an object that is written twice is marked (`shared_object_id`), and read back as one object. Files are written and
 * read in such a scope; configs are not.
 *
 * @param fn What is done in the scope.
 * @returns What `fn` gives.
 * @see Keras's `ObjectSharingScope`
 * @example
 * const shared = new Dense(3);
 * const [a, b] = saving.withObjectSharing(() => {
 *   const configs = saving.serializeKerasObject([shared, shared]);
 *   return saving.deserializeKerasObject(configs) as Dense[];
 * });
 * a === b; // true
 */
export function withObjectSharing<R>(fn: () => R): R {
  const outer = shared;
  shared = { written: new Map(), read: new Map(), next: 1 };
  try {
    return fn();
  } finally {
    shared = outer;
  }
}

function markShared(object: object, config: Record<string, unknown>): void {
  if (shared === null) return;
  const before = shared.written.get(object);
  if (before === undefined) shared.written.set(object, config);
  else config['shared_object_id'] = before['shared_object_id'] ??= shared.next++;
}

/**
 * An object, function, or structure of them as JSON, as Keras writes it: `{module, class_name, config, registered_name}`, with
 * `build_config` (the shapes with which a layer was built) and `compile_config` (of a model) where there are any.
 *
 * @param object A layer, a loss, a function, a tensor, a plain value; or lists and dicts of them.
 * @returns What JSON can hold.
 * @throws {ValueError} The object cannot be written.
 * @see `keras.saving.serialize_keras_object`
 * @example
 * const config = saving.serializeKerasObject(new Dense(3)) as { class_name: string };
 * config.class_name; // 'Dense'
 */
export function serializeKerasObject(object: unknown): unknown {
  if (object === null || object === undefined) return null;
  if (typeof object === 'string' || typeof object === 'number' || typeof object === 'boolean') return object;
  if (Array.isArray(object)) return object.map(serializeKerasObject);
  if (isDict(object)) return serializeDict(object);
  const form = specialForms.find(({ is }) => is(object));
  if (form !== undefined) return { class_name: form.className, config: form.write(object) };
  if (isSerializable(object)) {
    const entry = entries.get(object.constructor as SerializableClass);
    const config: Record<string, unknown> = {
      module: entry?.module ?? null,
      class_name: classNameOf(object),
      config: serializeDict(object.getConfig()),
      registered_name: entry === undefined ? classNameOf(object) : entry.registeredName,
    };
    const buildConfig = object.getBuildConfig?.() ?? null;
    if (buildConfig !== null) config['build_config'] = serializeDict(buildConfig);
    const compileConfig = object.getCompileConfig?.() ?? null;
    if (compileConfig !== null) config['compile_config'] = serializeDict(compileConfig);
    markShared(object, config);
    return config;
  }
  if (typeof object === 'function') {
    return {
      module: 'builtins',
      class_name: 'function',
      config: getRegisteredName(object as AnyFunction),
      registered_name: 'function',
    } satisfies SerializedObject;
  }
  throw new ValueError(
    `serializeKerasObject: cannot write a ${object.constructor?.name ?? typeof object}. It needs a getConfig() method.`,
  );
}

function serializeDict(dict: Config): Config {
  return Object.fromEntries(Object.entries(dict).map(([key, value]) => [key, serializeKerasObject(value)]));
}

function isSerializable(object: unknown): object is Serializable {
  return (
    (typeof object === 'object' || typeof object === 'function') &&
    object !== null &&
    typeof (object as Partial<Serializable>).getConfig === 'function'
  );
}

/** Whether a value has the form of a serialized object. */
export function isSerializedObject(value: unknown): value is SerializedObject {
  return isDict(value) && typeof value['class_name'] === 'string' && 'config' in value;
}

/** Where Keras looks for a function of which a config says only the name. */
const FUNCTION_MODULES = [
  'activations',
  'constraints',
  'initializers',
  'losses',
  'metrics',
  'optimizers',
  'regularizers',
];

/** Keras has several paths for one class (`keras.src.layers.core.dense`, `keras.layers`): both lead to the same room. */
function modulesToTry(module: string | null | undefined): string[] {
  if (!module) return [];
  const parts = module.replace(/^(tf_keras|tensorflow\.keras)/, 'keras').split('.');
  const tries = [parts.join('.')];
  if (parts[1] === 'src') tries.push(`keras.${parts[2] ?? ''}`, `keras.${parts.slice(2, 4).join('.')}`);
  return tries;
}

function find(
  { module, class_name: className, registered_name: registeredName, config }: SerializedObject,
  objects: Readonly<Record<string, unknown>>,
  modules: readonly (string | null)[],
): Registered {
  const names = [registeredName, className].filter((n): n is string => typeof n === 'string');
  for (const known of [objects, scope, customObjects])
    for (const name of names) if (Object.hasOwn(known, name)) return known[name] as Registered;
  for (const each of [...modulesToTry(module), ...modules]) {
    const found = each ? byKey.get(`${each}>${className}`) : undefined;
    if (found !== undefined) return found;
  }
  const known = [...byKey.keys(), ...Object.keys(customObjects)].map((key) => key.slice(key.indexOf('>') + 1));
  const owner = isDict(config) && typeof config['name'] === 'string' ? `'${config['name']}' is of ` : '';
  const registered = registeredName && registeredName !== className ? ` (registered as '${registeredName}')` : '';
  throw new ValueError(
    `deserializeKerasObject: ${owner}unknown class '${className}'${module ? ` of module '${module}'` : ''}${registered}.${suggest(className, known)} ` +
      `If it is your own, register it with registerKerasSerializable, or pass it in customObjects.`,
  );
}

/** Options of `deserializeKerasObject`. */
export interface DeserializeOptions {
  /** Classes and functions by name, besides the registered ones. */
  readonly customObjects?: Readonly<Record<string, unknown>> | null;
  /** Refuse what would need code from the config. It is refused in any case: code from configs is never run. */
  readonly safeMode?: boolean;
  /** Where to look for a class that names no module: `'keras.layers'`. */
  readonly defaultModule?: string | null;
}

/**
 * The object that `serializeKerasObject` wrote.
 *
 * @param serialized What `serializeKerasObject` gave.
 * @param options See {@link DeserializeOptions}.
 * @returns The object, or the structure of objects.
 * @throws {ValueError} The class is not known, or the config does not fit it.
 * @see `keras.saving.deserialize_keras_object`
 * @example
 * const config = saving.serializeKerasObject(new Dense(3));
 * const dense = saving.deserializeKerasObject(config) as Dense;
 * dense.units; // 3
 */
export function deserializeKerasObject(serialized: unknown, options: DeserializeOptions = {}): unknown {
  const { defaultModule = null } = options;
  const objects = options.customObjects ?? {};
  if (serialized === null || serialized === undefined) return null;
  if (Array.isArray(serialized)) return serialized.map((item) => deserializeKerasObject(item, options));
  if (!isDict(serialized)) return serialized;
  if (!isSerializedObject(serialized)) {
    return Object.fromEntries(
      Object.entries(serialized).map(([key, value]) => [key, deserializeKerasObject(value, options)]),
    );
  }
  if (serialized.class_name === '__lambda__') {
    throw new ValueError(
      'deserializeKerasObject: the config holds Python code (a lambda), which is never run. Pass the function in customObjects.',
    );
  }
  const form = specialForms.find(({ className }) => className === serialized.class_name);
  if (form !== undefined) return form.read((serialized.config ?? {}) as Config);
  if (serialized.class_name === 'function') {
    const modules = [defaultModule, ...FUNCTION_MODULES.map((room) => `keras.${room}`)];
    const name = String(serialized.config);
    return find({ ...serialized, class_name: name, registered_name: null }, objects, modules);
  }
  const id = serialized.shared_object_id;
  if (id !== undefined && shared?.read.has(id)) return shared.read.get(id);
  const cls = find(serialized, objects, [defaultModule]) as SerializableClass;
  if (isPlainFunction(cls)) return cls;
  const config = serialized.config ?? {};
  if (!isDict(config)) {
    throw new ValueError(
      `deserializeKerasObject: the config of '${serialized.class_name}' is ${quote(config)}. Expected a dict.`,
    );
  }
  const instance = withCustomObjects(objects, () => {
    const made = cls.fromConfig ? cls.fromConfig(config) : constructFromConfig(cls, config);
    const { build_config: buildConfig, compile_config: compileConfig } = serialized;
    if (!isSerializable(made)) return made;
    if (isDict(buildConfig) && made.built === false && made.buildFromConfig) {
      made.buildFromConfig(buildConfig);
      made.built = true;
    }
    if (isDict(compileConfig) && Object.keys(compileConfig).length > 0) made.compileFromConfig?.(compileConfig);
    return made;
  });
  if (id !== undefined) shared?.read.set(id, instance);
  return instance;
}

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
    const target = (own(scope, identifier) ??
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
  if (typeof target === 'function' && /^class\b/.test(Function.prototype.toString.call(target)))
    return new (target as SerializableClass<T>)();
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

/** Whether a value is a plain function: no class, and no instance of a callable class. */
export function isPlainFunction(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    Object.getPrototypeOf(value) === Function.prototype &&
    !/^class\b/.test(Function.prototype.toString.call(value))
  );
}

/** `get`, `serialize` and `deserialize` of a room. */
export function identifierRoom<T>(table: IdentifierTable<T>): IdentifierRoom<T> {
  const get = (identifier: unknown): T | null => getByIdentifier(table, identifier);
  return {
    get,
    serialize: (object) => serializeKerasObject(object),
    deserialize: (config, { customObjects: objects } = {}) =>
      withCustomObjects(objects, () =>
        get(isSerializedObject(config) ? deserializeKerasObject(config, { defaultModule: table.module }) : config),
      ),
  };
}

/**
 * @file Configs to objects. Nothing from a config is ever executed: only what is registered, or handed in, can be made.
 */
import { checked } from '../checked.js';
import { construct } from '../construct.js';
import { quote } from '../describe.js';
import { suggest, ValueError } from '../errors.js';
import { isDict } from '../tree.js';
import {
  customObjects,
  customScope,
  registeredIn,
  registeredNames,
  registrationOf,
  withCustomObjects,
} from './registry.js';
import { sharedObjects } from './sharing.js';
import { specialFormNamed } from './special_forms.js';
import type { Config, Registered, SerializableClass, SerializedObject } from './types.js';
import { isPlainFunction, isSerializable, isSerializedObject } from './types.js';

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
  for (const known of [objects, customScope.current, customObjects])
    for (const name of names) if (Object.hasOwn(known, name)) return known[name] as Registered;
  for (const each of [...modulesToTry(module), ...modules]) {
    const found = each ? registeredIn(each, className) : undefined;
    if (found !== undefined) return found;
  }
  const owner = isDict(config) && typeof config['name'] === 'string' ? `'${config['name']}' is of ` : '';
  const registered = registeredName && registeredName !== className ? ` (registered as '${registeredName}')` : '';
  throw new ValueError(
    `deserializeKerasObject: ${owner}unknown class '${className}'${module ? ` of module '${module}'` : ''}${registered}.${suggest(className, registeredNames())} ` +
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
export const deserializeKerasObject = checked(
  'deserializeKerasObject',
  function deserializeKerasObject(serialized: unknown, options: DeserializeOptions = {}): unknown {
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
    const form = specialFormNamed(serialized.class_name);
    if (form !== undefined) return form.read((serialized.config ?? {}) as Config);
    if (serialized.class_name === 'function') {
      const modules = [defaultModule, ...FUNCTION_MODULES.map((room) => `keras.${room}`)];
      const name = String(serialized.config);
      return find({ ...serialized, class_name: name, registered_name: null }, objects, modules);
    }
    const shared = sharedObjects.current;
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
  },
  ['customObjects', 'safeMode', 'defaultModule'],
  { callsBack: true },
);

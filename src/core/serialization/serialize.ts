/** @file Objects to configs, as `keras.saving.serialize_keras_object` writes them. */
import { checked } from '../checked.js';
import { ValueError } from '../errors.js';
import { isDict } from '../tree.js';
import { classNameOf, getRegisteredName, registrationOf } from './registry.js';
import { markShared } from './sharing.js';
import { specialFormOf } from './special_forms.js';
import type { AnyFunction, Config, SerializableClass, SerializedObject } from './types.js';
import { isSerializable } from './types.js';

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
export const serializeKerasObject = checked(
  'serializeKerasObject',
  function serializeKerasObject(object: unknown): unknown {
    if (object === null || object === undefined) return null;
    if (typeof object === 'string' || typeof object === 'number' || typeof object === 'boolean') return object;
    if (Array.isArray(object)) return object.map((each) => serializeKerasObject(each));
    if (isDict(object)) return serializeDict(object);
    const form = specialFormOf(object);
    if (form !== undefined) return { class_name: form.className, config: form.write(object) };
    if (isSerializable(object)) {
      const entry = registrationOf(object.constructor as SerializableClass);
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
  },
  undefined,
  { callsBack: true },
);

function serializeDict(dict: Config): Config {
  return Object.fromEntries(Object.entries(dict).map(([key, value]) => [key, serializeKerasObject(value)]));
}

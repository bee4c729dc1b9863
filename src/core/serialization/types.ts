/** @file What configs are, and what can be written to one and made from one. */
import { isDict } from '../tree.js';

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

/** A function that configs can name. */
export type AnyFunction = (...args: never[]) => unknown;
/** What the registry knows. */
export type Registered = SerializableClass | AnyFunction;

/** Whether a value can be written to a config: it has a `getConfig` method. */
export function isSerializable(object: unknown): object is Serializable {
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

/** Whether a value is a class, or a class that can be called without `new`. */
export function isClass(value: unknown): boolean {
  if (typeof value !== 'function') return false;
  const made = (value.prototype as { readonly constructor?: unknown } | undefined)?.constructor;
  return [value, made].some(
    (each) => typeof each === 'function' && /^class\b/.test(Function.prototype.toString.call(each)),
  );
}

/** Whether a value is a plain function: no class, and no instance of a callable class. */
export function isPlainFunction(value: unknown): boolean {
  return (
    typeof value === 'function' &&
    Object.getPrototypeOf(value) === Function.prototype &&
    !/^class\b/.test(Function.prototype.toString.call(value))
  );
}

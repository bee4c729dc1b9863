/** @file Values that are no objects with a config, such as tensors, in configs. */
import type { Config } from './types.js';

/** How values that are no objects with a config, such as tensors, are written: `{class_name: '__tensor__', config}`. */
export interface SpecialForm<T> {
  readonly className: string;
  readonly is: (value: unknown) => value is T;
  readonly write: (value: T) => Config;
  readonly read: (config: Config) => unknown;
}

const specialForms: SpecialForm<unknown>[] = [];

/** The form in which a value is written; undefined: it has none. */
export function specialFormOf(value: unknown): SpecialForm<unknown> | undefined {
  return specialForms.find(({ is }) => is(value));
}

/** The form that configs of this class name have; undefined: it is an object's. */
export function specialFormNamed(name: string): SpecialForm<unknown> | undefined {
  return specialForms.find(({ className }) => className === name);
}

/** Let `serializeKerasObject` and `deserializeKerasObject` know a kind of value. */
export function registerSpecialForm<T>(form: SpecialForm<T>): void {
  specialForms.push(form as unknown as SpecialForm<unknown>);
}

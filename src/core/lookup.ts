/**
 * @file Reading and writing dicts by names that come from elsewhere: ids, configs, names of outputs and metrics. Plain objects inherit
 * `constructor`, `toString` and `__proto__`; what was not put into a dict is not in it.
 */

/** The entry of a dict (or item of a list) under a name; undefined where there is none of its own. */
export function own<T>(dict: Readonly<Record<string | number, T>>, key: string | number): T | undefined;
export function own<T>(list: readonly T[], index: number): T | undefined;
export function own(object: object, key: string | number): unknown;
export function own(object: object, key: string | number): unknown {
  return Object.hasOwn(object, key) ? (object as Record<string | number, unknown>)[key] : undefined;
}

/** Put an entry into a dict, whatever its name: `dict['__proto__'] = value` would change what the dict inherits. */
export function setOwn<T>(dict: Record<string, T>, key: string, value: T): void {
  if (key === '__proto__')
    Object.defineProperty(dict, key, { value, writable: true, enumerable: true, configurable: true });
  else dict[key] = value;
}

/** @file Names: snake_case and camelCase, and unique automatic names as Keras numbers them. */

/** `BatchNormalization` → `batch_normalization`, `Conv2D` → `conv2d`, `MyHTTPLayer` → `my_http_layer`. @see `keras.src.utils.naming.to_snake_case` */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

type IsLower<C extends string> = C extends Uppercase<C> ? false : true;
type IsUpper<C extends string> = C extends Lowercase<C> ? false : true;
type Gap<Before extends string, After extends string> = Before extends ''
  ? ''
  : IsLower<Before> extends true
    ? '_'
    : After extends `${infer Next}${string}`
      ? IsLower<Next> extends true
        ? '_'
        : ''
      : '';
/** `toSnakeCase`, of types: `SnakeCase<'TopKAccuracy'>` is `'top_k_accuracy'`. */
export type SnakeCase<Name extends string, Before extends string = ''> = Name extends `${infer C}${infer After}`
  ? `${IsUpper<C> extends true ? Gap<Before, After> : ''}${Lowercase<C>}${SnakeCase<After, C>}`
  : '';

/** A Keras parameter name as the port writes it: `kernel_size` → `kernelSize`, `beta_2_decay` → `beta2Decay`. */
export function toCamelCase(name: string): string {
  // Leading underscores match as a whole and stay.
  return name.replace(/^_+|_+([A-Za-z0-9])/g, (match, after?: string) => after?.toUpperCase() ?? match);
}

const counts = new Map<string, number>();

/** `dense`, then `dense_1`, `dense_2`, …, per process or since `resetNames`. */
function uniqueName(base: string): string {
  const count = counts.get(base) ?? 0;
  counts.set(base, count + 1);
  return count === 0 ? base : `${base}_${count}`;
}

/** The automatic name of an object of a class. */
export function autoName(className: string): string {
  return uniqueName(toSnakeCase(className));
}

/** Start the numbering anew, as `keras.utils.clear_session` does. */
export function resetNames(): void {
  counts.clear();
}

/** @file Calls the port's functions by Keras's signatures: arguments by position or by name, as recorded cases have them. */
import { toCamelCase } from '../core/naming.js';
import { apiEntry, resolveName } from './keras_api.js';

/** Optional parameters that people always give by position. */
const BY_POSITION: Readonly<Record<string, readonly string[]>> = {
  'ops.where': ['x1', 'x2'],
  'ops.arange': ['stop', 'step'],
};

/**
 * The arguments of a call by Keras's signature as the port takes them: what Keras requires goes by position, all else into the options
 * object.
 *
 * @param name Keras's name of the function.
 * @param args Positional arguments, in Keras's order.
 * @param kwargs Arguments by Keras's snake_case names.
 */
export function portArguments(
  name: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> = {},
): unknown[] {
  const { params, id } = apiEntry(name);
  const given = new Map<string, unknown>(Object.entries(kwargs));
  const star = params.findIndex((p) => p.star && !p.name.startsWith('**'));
  const fixed = params.filter((p) => !p.star);
  const before = star < 0 ? fixed.length : star;
  args.slice(0, before).forEach((value, i) => given.set(fixed[i].name, value));
  const rest = args.slice(before);
  const positional: unknown[] = [];
  const options: Record<string, unknown> = {};
  params.forEach((p, i) => {
    if (i === star) {
      // `*x` becomes one array, but for einsum, whose operands follow the equation.
      if (id === 'ops.einsum') positional.push(...rest);
      else positional.push(rest);
    } else if (!p.star && (p.required || BY_POSITION[id]?.includes(p.name))) {
      if (given.has(p.name)) positional.push(given.get(p.name));
      else if (p.required) throw new Error(`${name}: the case does not give '${p.name}'`);
    } else if (given.has(p.name)) options[toCamelCase(p.name)] = given.get(p.name);
  });
  const free = params.some((p) => p.name.startsWith('**'));
  for (const [key, value] of given) {
    if (fixed.some((p) => p.name === key)) continue;
    if (!free) throw new Error(`${name} has no parameter '${key}'`);
    options[key] = value;
  }
  return [...positional, ...(Object.keys(options).length > 0 ? [options] : [])];
}

/**
 * Call the function of a Keras name with arguments by Keras's signature.
 *
 * @param root Where names are looked up: `{ ops }`.
 */
export function callByKerasName(
  root: object,
  name: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>> = {},
): unknown {
  const fn = resolveName(root, name);
  if (typeof fn !== 'function') throw new Error(`${name} is missing`);
  return (fn as (...a: unknown[]) => unknown)(...portArguments(name, args, kwargs));
}

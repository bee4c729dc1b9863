/** @file The functions of JavaScript's `Math` that kernels call, on float64 numbers. Modules import them from `host`. */
import type { HostFunction } from '../ir.js';
import { hostFunction } from '../ir.js';

const NAMES = [
  'acos', 'acosh', 'asin', 'asinh', 'atan', 'atan2', 'atanh', 'cos', 'cosh', 'exp', 'expm1', 'log', 'log1p', 'pow', 'sin', 'sinh', 'tan',
  'tanh',
] as const; // prettier-ignore

/** A member of `Math` that kernels may call. */
export type HostName = (typeof NAMES)[number];

type HostFunctions = Readonly<Record<HostName, (...args: number[]) => number>>;

/** What a module is given as its imports `host`: plain members of `Math`, by their names there. */
export const hostImports: HostFunctions = Object.fromEntries(
  NAMES.map((name) => [name, (Math as HostFunctions)[name]]),
) as HostFunctions;

/** One of `hostImports`, to be called. */
export const host: Readonly<Record<HostName, HostFunction>> = Object.fromEntries(
  NAMES.map((name) => [name, hostFunction(name, name === 'pow' || name === 'atan2' ? 2 : 1)]),
) as Record<HostName, HostFunction>;

/**
 * @file Catalogues of rooms: modules in which each class or function has one line that exports it. By its export it gets its ids and its
 * place in the registry.
 */
import type { SnakeCase } from './naming.js';
import { toSnakeCase } from './naming.js';

type ClassName<Name> = Name extends string ? (Name extends Capitalize<Name> ? Name : never) : never;
type FunctionName<Name> = Name extends string ? (Name extends Capitalize<Name> ? never : Name) : never;

/** The exports of a catalogue whose names begin with a capital letter. */
export type ClassesOf<Catalogue> = { [Name in keyof Catalogue as ClassName<Name>]: Catalogue[Name] };
/** The other exports of a catalogue, in snake_case. */
export type FunctionsOf<Catalogue> = {
  [Name in keyof Catalogue as SnakeCase<FunctionName<Name>>]: Catalogue[Name];
};
/** What stands under names, by the same names in snake_case. */
export type SnakeCased<Named> = { [Name in keyof Named as SnakeCase<Name & string>]: Named[Name] };

const isClassName = (name: string): boolean => /^[A-Z]/.test(name);

/** The classes of a catalogue (a module, imported as a whole), by name. */
export function classesOf<Catalogue extends object>(catalogue: Catalogue): ClassesOf<Catalogue> {
  return Object.fromEntries(Object.entries(catalogue).filter(([name]) => isClassName(name))) as ClassesOf<Catalogue>;
}

/** The functions of a catalogue (a module, imported as a whole), by their ids: `logCosh` is `log_cosh`. */
export function functionsOf<Catalogue extends object>(catalogue: Catalogue): FunctionsOf<Catalogue> {
  const functions: Record<string, unknown> = {};
  for (const [name, fn] of Object.entries(catalogue)) if (!isClassName(name)) functions[toSnakeCase(name)] = fn;
  return functions as FunctionsOf<Catalogue>;
}

/** What stands under names, by the same names in snake_case. */
export function snakeCased<Named extends object>(named: Named): SnakeCased<Named> {
  return Object.fromEntries(
    Object.entries(named).map(([name, value]) => [toSnakeCase(name), value]),
  ) as SnakeCased<Named>;
}

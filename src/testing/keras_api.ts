/** @file The catalogue of Keras's public names (fixtures/keras_api.jsonl.gz), and how they are written in TypeScript. */
import { toCamelCase } from '../core/naming.js';
import type { FixtureCase } from './fixtures.js';
import { readFixtures } from './fixtures.js';

/** A parameter of a function or constructor. */
export interface ApiParameter {
  /** In snake_case; `*args` and `**kwargs` with their stars. */
  readonly name: string;
  readonly star?: boolean;
  readonly required?: boolean;
  /** A default that JSON has no word for is a word in angle brackets, or `"inf"`. */
  readonly default?: unknown;
}

/** One public object of Keras. Its id is its canonical name below `keras.`: `layers.Dense`. */
export interface ApiEntry extends FixtureCase {
  readonly kind: 'class' | 'function';
  readonly params: readonly ApiParameter[];
  /** Other names of the same object. */
  readonly aliases?: readonly string[];
  /** The nearest public base class. */
  readonly base?: string;
  /** The strings by which `get()` finds it. */
  readonly ids?: readonly string[];
}

let entries: readonly ApiEntry[] | null = null;
/** All public objects of Keras. */
export function kerasApi(): readonly ApiEntry[] {
  return (entries ??= readFixtures<ApiEntry>('keras_api'));
}

let byName: ReadonlyMap<string, ApiEntry> | null = null;
/** The object of a name or an alias: `ops.nn.relu`. @throws {Error} Keras has no such name. */
export function apiEntry(name: string): ApiEntry {
  byName ??= new Map(kerasApi().flatMap((e) => [e.id, ...(e.aliases ?? [])].map((n) => [n, e])));
  const found = byName.get(name);
  if (found === undefined) throw new Error(`Keras has no ${name}`);
  return found;
}

/** A dotted name as the port writes it: `ops.expand_dims` → `ops.expandDims`; classes and constants keep theirs. */
export function portName(name: string): string {
  return name
    .split('.')
    .map((part) => (/^[A-Z0-9_]+$/.test(part) ? part : toCamelCase(part)))
    .join('.');
}

/** What stands at a dotted name below `root`, or undefined. */
export function resolveName(root: object, name: string): unknown {
  return portName(name)
    .split('.')
    .reduce<unknown>(
      (at, part) =>
        at === null || at === undefined || !(part in Object(at)) ? undefined : (at as Record<string, unknown>)[part],
      root,
    );
}

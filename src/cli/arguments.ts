/** @file The command line's arguments: `FILE`, `--flag`, `--option value`, `--option=value`, `-o value`. */
import { suggest } from '../core/errors.js';

/** A mistake in the command line, with what would be right. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option of a command. */
export interface OptionSpec {
  /** What its value is called in help; null: it takes none. */
  readonly value: string | null;
  readonly short?: string;
  /** Whether it may be given several times. */
  readonly many?: boolean;
  readonly help: string;
}

/** Options by their names with dashes: `{'show-shapes': …}`. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** Arguments, sorted. */
export interface ParsedArguments {
  readonly positional: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
}

/** Sort arguments. @throws {UsageError} An option is unknown, lacks its value, or is given twice. */
export function parseArguments(args: readonly string[], specs: OptionSpecs): ParsedArguments {
  const positional: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string[]>();
  const known = Object.keys(specs);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '--') {
      positional.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      positional.push(arg);
      continue;
    }
    const [, long, inline] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
    const name = long ?? known.find((each) => specs[each].short === arg.slice(1));
    if (name === undefined || !Object.hasOwn(specs, name))
      throw new UsageError(`There is no option ${arg}.${suggest(long ?? arg.slice(1), known)}`);
    const spec = specs[name];
    if (spec.value === null) {
      if (inline !== undefined) throw new UsageError(`--${name} takes no value.`);
      flags.add(name);
      continue;
    }
    const value = inline ?? (i + 1 < args.length ? args[++i] : undefined);
    if (value === undefined) throw new UsageError(`--${name} needs a value: --${name} ${spec.value}`);
    if (values.has(name) && spec.many !== true) throw new UsageError(`--${name} is given twice.`);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return { positional, flags, values };
}

/** @file Which of Keras's public names exist here, and why the others do not: the page docs/coverage.md, made by `npm run docs:coverage`. */
import { signatureOf } from '../core/arguments.js';
import { toCamelCase } from '../core/naming.js';
import type { ApiEntry } from './keras_api.js';
import { kerasApi, portName, resolveName } from './keras_api.js';

/** Why names are absent, family by family: the first pattern that fits a name says it. */
export const REASONS: readonly (readonly [names: RegExp, family: string, reason: string])[] = [
  [/^layers\.(JaxLayer|FlaxLayer|TorchModuleWrapper|TFSMLayer)$/, 'layers of other libraries', 'They run code of Python libraries (JAX, Flax, PyTorch, TensorFlow).'],
  [/^wrappers\./, 'wrappers', 'They make models into estimators of scikit-learn, a Python library.'],
  [/^applications\b/, 'applications', 'Not yet: the architectures with their pretrained weights.'],
  [/^quantizers\b/, 'quantizers', 'Not yet: quantized weights and computations.'],
  [/^distribution\b/, 'distribution', 'Not yet: one process trains on one machine, in all its cores.'],
  [/^distillation\b/, 'distillation', 'Not yet.'],
  [/^export\b/, 'export', "Not yet: models are saved in Keras's formats and in TensorFlow.js's."],
  [/^dtype_policies\./, 'dtype policies', 'Not yet: policies of quantized layers.'],
  [/^callbacks\./, 'callbacks', 'Not yet.'],
  [/^layers\./, 'layers', 'Not yet.'],
  [/^ops\./, 'ops', 'Not yet.'],
  [/^(random|utils|visualization|preprocessing|datasets|config|saving|tree|backend)\b/, 'helpers', 'Not yet.'],
  [/^[A-Za-z_]+$/, 'names on top', 'Not yet.'],
]; // prettier-ignore

/** One public object of Keras, and what is here of it. */
export interface Covered {
  readonly entry: ApiEntry;
  /** Under at least one of its names. */
  readonly present: boolean;
  /** Names under which it is not found, though it is under another. */
  readonly missingNames: readonly string[];
  /** Keras's parameters that the function here does not take, where its parameters can be read. */
  readonly missingParameters: readonly string[];
}

const namesOf = (e: ApiEntry): readonly string[] => [e.id, ...(e.aliases ?? [])];

/** Keras's optional parameters that a function here refuses. Where its parameters cannot be read, none. */
function missingParameters(entry: ApiEntry, found: unknown): string[] {
  if (entry.kind !== 'function' || typeof found !== 'function') return [];
  const signature = signatureOf(found);
  if (signature === null || signature.variadic || signature.names === null) return [];
  const known = new Set([...signature.names, ...signature.positional]);
  // What comes by position beyond what Keras requires is handed on as a whole: it does not tell what is in there.
  if (signature.positional.length > entry.params.filter((p) => p.required).length) return [];
  // A function of one object of options, which it hands on, does not tell their names.
  if (signature.positional.some((name) => name === 'options' || name === 'config')) return [];
  return entry.params
    .filter((p) => !p.star && p.required !== true && !known.has(toCamelCase(p.name)))
    .map((p) => p.name);
}

/** All public objects of Keras. @param keras What the entry file exports. */
export function coverage(keras: object): Covered[] {
  return kerasApi().map((entry) => {
    const found = namesOf(entry).map((name) => resolveName(keras, name));
    const first = found.find((x) => x !== undefined);
    return {
      entry,
      present: first !== undefined,
      missingNames: first === undefined ? [] : namesOf(entry).filter((_, i) => found[i] === undefined),
      missingParameters: missingParameters(entry, first),
    };
  });
}

/** Why a name is absent. @throws {Error} No family fits. */
export function reasonOf(name: string): { family: string; reason: string } {
  const found = REASONS.find(([names]) => names.test(name));
  if (found === undefined) throw new Error(`src/testing/coverage.ts says for no family why '${name}' is absent`);
  return { family: found[1], reason: found[2] };
}

const roomOf = (name: string): string =>
  name.includes('.') ? portName(name.slice(0, name.lastIndexOf('.'))) : '(top)';
const list = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return [...found];
}

/** A table in Markdown, its columns as wide as prettier wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => [...row[i]].length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell + ' '.repeat(widths[i] - [...cell].length)).join(' | ')} |`;
  return [line(head), `| ${widths.map((n) => '-'.repeat(n)).join(' | ')} |`, ...rows.map(line)].join('\n');
}

/** How many of Keras's names exist. */
export const countOf = (all: readonly Covered[]): { present: number; total: number } => ({
  present: all.filter((each) => each.present).length,
  total: all.length,
});

/** What README says of the counts. */
export function countSentence({ present, total }: { present: number; total: number }): string {
  return `${present} of the ${total} public names of Keras 3.15.1`;
}

/** The text of docs/coverage.md. */
export function coveragePage(keras: object): string {
  const all = coverage(keras);
  const { present, total } = countOf(all);
  const rooms = groups(all, ({ entry }) => roomOf(entry.id)).sort(([a], [b]) => (a < b ? -1 : 1));
  const absent = all.filter((each) => !each.present);
  const families = groups(absent, ({ entry }) => reasonOf(entry.id).family);
  const aliases = all.filter(({ missingNames }) => missingNames.length > 0);
  const parameters = all.filter((each) => each.missingParameters.length > 0);
  const parts = [
    '# What of Keras is here',
    `Made by \`npm run docs:coverage\` from the list of public names of Keras 3.15.1; a test compares. ${present} of ${total} names exist.`,
    table(['room', 'present', 'of', 'absent'], rows(rooms)),
    '## What is absent, and why',
    ...families.flatMap(([family, each]) => [
      `### ${family[0].toUpperCase()}${family.slice(1)} (${each.length})`,
      reasonOf(each[0].entry.id).reason,
      list(each.map(({ entry }) => entry.id)),
    ]),
    '## Names and parameters that are left',
    aliases.length === 0
      ? 'Everything that exists has all of its names.'
      : `Other names of what exists: ${list(aliases.flatMap(({ missingNames }) => missingNames))}.`,
    parameters.length === 0
      ? "Functions take all of Keras's parameters."
      : `Parameters of Keras that functions do not take: ${parameters.map(({ entry, missingParameters: m }) => `\`${entry.id}\` (${list(m)})`).join(', ')}.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function rows(rooms: readonly [string, Covered[]][]): string[][] {
  return rooms.map(([room, each]) => {
    const gone = each.filter((x) => !x.present).map(({ entry }) => last(entry.id));
    const shown = gone.length > 8 ? `${gone.length} (below)` : gone.join(', ');
    return [`\`${room}\``, String(each.length - gone.length), String(each.length), shown];
  });
}

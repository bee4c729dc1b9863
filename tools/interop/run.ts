/**
 * @file `npm run test:interop`: every layer and every optimizer, in every format, from Keras to keras-ts and back: what a loaded model
 * predicts (to 1e-5), and what three more epochs make of it (to 1e-4). Prints the matrix; ends in `N passed, N failed`.
 *
 *     --only Dense,Adam    some rows
 *     --record             writes the files of Python that `npm test` reads: fixtures/interop.jsonl.gz; with --only the rest stays
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as catalogue from '../../src/layers/catalogue.js';
import { optimizers } from '../../src/index.js';
import type { Case } from '../../src/testing/interop/cases.js';
import { cases, excused } from '../../src/testing/interop/cases.js';
import type { Course, Format } from '../../src/testing/interop/keras_ts_side.js';
import { courseDifference, dataOf, formats, read, recompiled, write } from '../../src/testing/interop/keras_ts_side.js';
import { KerasSide } from './python.js';

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, record: { type: 'boolean', default: false } },
});

/** Classes that are neither a row nor excused. */
function holes(): string[] {
  const known = new Set([...cases, ...excused].map(({ id }) => id));
  const classes = { ...catalogue, ...optimizers, ...optimizers.schedules };
  return Object.keys(classes).filter(
    (name) => /^[A-Z]/.test(name) && name !== 'OptimizerVariables' && !known.has(name),
  );
}

/** What stands in a cell: it is right, Keras itself cannot do it (why), or what is wrong. */
type Cell = { readonly state: 'ok' } | { readonly state: 'keras' | 'wrong'; readonly why: string };
type Direction = 'from' | 'to';
type Row = Record<`${Format} ${Direction}`, Cell>;

/** What Python could not do. */
interface Failure {
  readonly error: string;
}

const right: Cell = { state: 'ok' };
const messageOf = (error: unknown): string => (error as Error).message.split('\n')[0];

/** What Python says of its own files. */
interface Written extends Course {
  /** Formats that it does not write. */
  readonly refused: Readonly<Record<string, string>>;
  /** Files of its own that it does not load again. */
  readonly reload: Readonly<Record<string, string>>;
}

async function runCase(each: Case, folder: string, keras: KerasSide): Promise<{ row: Row; written: Written }> {
  mkdirSync(folder, { recursive: true });
  const data = dataOf(each);
  const given = { folder, case: each, ...data };
  const row: Partial<Row> = {};

  const written = (await keras.ask({ do: 'write', ...given })) as unknown as Written;
  for (const format of formats) {
    const refused = written.refused[`py${format}`];
    if (refused !== undefined) {
      row[`${format} from`] = { state: 'keras', why: `Keras does not write it: ${refused}` };
      continue;
    }
    try {
      const why = courseDifference(await read(each, data, format, join(folder, `py${format}`)), written);
      row[`${format} from`] = why === null ? right : { state: 'wrong', why };
    } catch (error) {
      row[`${format} from`] = { state: 'wrong', why: messageOf(error) };
    }
  }

  const { refused, ...own } = await write(each, data, folder);
  const files = formats.filter((format) => refused[format] === undefined).map((format) => `ts${format}`);
  const ask = async (names: readonly string[], recompile: boolean): Promise<Record<string, Course | Failure>> =>
    (await keras.ask({ do: 'read', ...given, files: names, recompile })) as Record<string, Course | Failure>;
  const answers = await ask(files, false);
  const judge = (answer: Course | Failure, expected: Course): string | null =>
    'error' in answer ? answer.error : courseDifference(answer, expected);
  for (const format of formats) {
    const unwritten = written.refused[`py${format}`];
    const reload = written.reload[`py${format}`];
    let why = refused[format] ?? judge(answers[`ts${format}`], own);
    let cell: Cell = why === null ? right : { state: 'wrong', why };
    if (why !== null && unwritten !== undefined)
      cell = { state: 'keras', why: `Keras does not write it: ${unwritten}` };
    else if (why !== null && reload !== undefined) {
      // A fault of Keras's that it has with its own file too: what is left is a model that is compiled anew.
      cell = { state: 'keras', why: `Keras does so with its own file too: ${reload}` };
      if (format === '.h5') {
        const anew = await ask([`ts${format}`], true);
        why = judge(anew[`ts${format}`], await recompiled(each, data, join(folder, `ts${format}`)));
        if (why === null) cell = { state: 'keras', why: `Right when it is compiled anew. ${cell.why}` };
      }
    }
    row[`${format} to`] = cell;
  }
  return { row: row as Row, written };
}

const chosen = options.only === undefined ? cases : cases.filter(({ id }) => options.only!.split(',').includes(id));
const missing = holes();
const folder = mkdtempSync(join(tmpdir(), 'keras-ts-interop-'));
const keras = new KerasSide(join(folder, 'programs'));
const versions = await keras.answer();
console.log(`Keras ${String(versions['keras'])} on JAX ${String(versions['jax'])}`);
console.log('→ Keras wrote it, keras-ts goes on; ← the other way. Numbers: what Keras itself cannot do, and why.\n');

const columns = formats.flatMap((format) => [`${format} from`, `${format} to`] as const);
const width = Math.max(...[...chosen, ...excused].map(({ id }) => id.length)) + 2;
const title = (column: string): string => column.replace(' from', ' →').replace(' to', ' ←').padEnd(15);
console.log(`${''.padEnd(width)}${columns.map(title).join('')}`);

const reasons: string[] = [];
const wrong: string[] = [];
const recorded = new Map<string, string>();
let passed = 0;
const warn = console.warn;
console.warn = () => undefined;
for (const [index, each] of chosen.entries()) {
  const place = join(folder, String(index));
  try {
    const { row, written } = await runCase(each, place, keras);
    const texts = columns.map((column) => {
      const cell = row[column];
      if (cell.state === 'ok') return 'ok';
      if (cell.state === 'wrong') {
        wrong.push(`${each.id}, ${title(column).trim()}: ${cell.why}`);
        return 'FAIL';
      }
      // Counts and addresses differ from row to row, the reason does not.
      const why = cell.why
        .replace(/ at 0x[0-9a-f]+/g, '')
        .replace(/KeyError: .*/, 'KeyError')
        .replace(/\(trainable_variables\) == \d+.*/, '…');
      if (!reasons.includes(why)) reasons.push(why);
      return `(${reasons.indexOf(why) + 1})`;
    });
    passed += texts.filter((text) => text !== 'FAIL').length;
    console.log(`${each.id.padEnd(width)}${texts.map((text) => text.padEnd(15)).join('')}`);
    if (options.record) {
      const { before, loss, after } = written;
      const file = readFileSync(join(place, 'py.keras')).toString('base64');
      recorded.set(each.id, JSON.stringify({ id: each.id, ...dataOf(each), before, loss, after, file }));
    }
  } catch (error) {
    wrong.push(`${each.id}: ${(error as Error).message}`);
    console.log(`${each.id.padEnd(width)}FAIL`);
  }
  rmSync(place, { recursive: true, force: true });
}
console.warn = warn;
keras.close();
rmSync(folder, { recursive: true, force: true });
if (options.only === undefined) for (const { id, why } of excused) console.log(`${id.padEnd(width)}${why}`);
for (const [index, why] of reasons.entries()) console.log(`${index === 0 ? '\n' : ''}(${index + 1}) ${why}`);
for (const [index, what] of wrong.entries()) console.log(`${index === 0 ? '\n' : ''}FAIL ${what}`);
for (const name of missing) console.log(`FAIL ${name} has no row: src/testing/interop/cases.ts`);
if (options.record && wrong.length === 0) {
  const fixture = new URL('../../fixtures/interop.jsonl.gz', import.meta.url);
  const before = gunzipSync(readFileSync(fixture)).toString().trimEnd().split('\n');
  const known = new Map(before.map((line) => [(JSON.parse(line) as { id: string }).id, line]));
  const lines = cases.flatMap(({ id }) => recorded.get(id) ?? known.get(id) ?? []);
  writeFileSync(fixture, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
}
console.log(`\n${passed} passed, ${wrong.length + missing.length} failed`);
process.exitCode = wrong.length + missing.length > 0 ? 1 : 0;

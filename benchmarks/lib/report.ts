/** @file The tables of a contest, for the terminal and for docs/benchmarks.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { format, resolveConfig } from 'prettier';
import type { Workload } from '../workloads/workload.js';
import type { Contest, ContestOptions, Result } from './contest.js';
import { median, ratios } from './contest.js';
import type { Contestant } from './contestants.js';
import type { FileRow } from './files.js';
import { beyondModel } from './files.js';
import { quantile, short } from './statistics.js';

/** A table: a title, a head and rows; cells are text. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What was measured. */
export interface Findings {
  /** keras-ts first, in each Node. */
  readonly contestants: readonly Contestant[];
  readonly contests: readonly Contest[];
  readonly options: ContestOptions;
}

/** The machine, in a line. */
export function machine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cores[0]?.model.trim() ?? 'unknown CPU'}, ${cores.length} cores, ${memory} GiB, ${platform()} ${release()} ${arch()}`;
}

/** Median, and between which the rounds lie. */
function formatRatio(numbers: readonly number[] | null): string {
  if (numbers === null) return '–';
  const [low, middle, high] = [0, 0.5, 1].map((part) => quantile(numbers, part).toFixed(2));
  return `${middle} (${low} – ${high})`;
}

/** One row a workload, one column a contestant, and if `compare` is given the ratio to the best peer. */
function compare(
  { contestants, contests }: Findings,
  title: string,
  number: (result: Result) => number,
  compared: 'step' | 'predict' | null,
): Table {
  const names = contestants.map(({ name }) => name);
  const own = contestants.filter((one) => one.own).map(({ name }) => name);
  const peers = names.slice(own.length);
  const compares = compared !== null && peers.length > 0 ? own : [];
  return {
    title,
    head: ['workload', ...names, ...compares.map((name) => `${name} ÷ best peer`)],
    rows: contests.map((contest) => [
      contest.workload,
      ...names.map((name) => {
        const result = contest.results.find(({ contestant }) => contestant === name);
        return result === undefined ? '–' : short(number(result));
      }),
      ...compares.map((name) => formatRatio(ratios(contest, name, peers, compared!))),
    ]),
  };
}

/** All tables. */
export function tablesOf(findings: Findings): Table[] {
  return [
    compare(findings, 'A step of training, ms', (result) => median(result, 'step'), 'step'),
    compare(findings, 'To the end of the first step, ms', ({ firstStep }) => firstStep, null),
    compare(findings, '`predict` of one sample, ms', (result) => median(result, 'predict'), 'predict'),
    compare(findings, 'Peak memory of the process, MB', ({ peakMemory }) => peakMemory, null),
    {
      title: 'Import in a new process, ms',
      head: ['', ...findings.contestants.map(({ name }) => name)],
      rows: [['import', ...findings.contestants.map(({ importTime }) => short(importTime))]],
    },
  ];
}

function markdown({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [`## ${title}`, '', line(head), line(rule), ...rows.map(line), ''].join('\n');
}

/** What stands below this line of the page is a person's, and stays. */
const marker = '<!-- Written by hand from here on; `npm run bench` keeps it. -->';

/** Write the page. */
export async function writePage(path: string, findings: Findings, workloads: readonly Workload[]): Promise<void> {
  const { contestants, options } = findings;
  const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const kept = old.includes(marker) ? old.slice(old.indexOf(marker)) : `${marker}\n`;
  const page = `# Benchmarks

\`npm run bench\` wrote these tables on ${new Date().toISOString().slice(0, 10)}.

- Machine: ${machine()}; ${options.threads} threads each.
- ${contestants.map(({ version }) => version).join('; ')}.
- The same models, batch sizes, optimizers, losses and metrics everywhere; PyTorch channels first and without
  \`torch.compile\`, Keras compiled by XLA where its backend has it, keras-ts on its wasm backend.
- All contestants hold a workload at the same time, one at work while the others are stopped: ${options.rounds} rounds of about ${options.seconds} s
  of training in turn after a warm-up. A number is the median of the rounds, a round's number the median of its epochs; behind a
  ratio stand its lowest and highest round. Epochs are those of \`fit\` without progress bar; in PyTorch, a loop that
  takes shuffled batches from tensors by index.
- The first step counts from the call of \`fit\` on a new model: tracing and compiling are in it. Memory is that of the whole process, data
  and runtime with it.

| workload | batch | what |
| --- | ---: | --- |
${workloads.map(({ name, batchSize, what }) => `| ${name} | ${batchSize} | ${what} |`).join('\n')}

${tablesOf(findings).map(markdown).join('\n')}
${kept}`;
  writeFileSync(path, await format(page, { ...(await resolveConfig(path)), parser: 'markdown' }));
}

/** The table of models in files. */
export function filesTable(rows: readonly FileRow[]): Table {
  const MB = 2 ** 20;
  return {
    title: 'Models in files',
    head: [
      ...['size', 'what', 'keras-ts, s', 'Keras, s', 'keras-ts ÷ Keras', 'keras-ts: peak, MB', 'Keras: peak, MB'],
      'keras-ts: peak beyond the model ÷ file',
    ],
    rows: rows.map((row) => [
      row.size,
      row.what,
      row.own.seconds.toFixed(2),
      row.keras === null ? '–' : row.keras.seconds.toFixed(2),
      row.keras === null ? '–' : (row.own.seconds / row.keras.seconds).toFixed(2),
      (row.own.peak / MB).toFixed(0),
      row.keras === null ? '–' : (row.keras.peak / MB).toFixed(0),
      beyondModel(row, row.own).toFixed(2),
    ]),
  };
}

/**
 * Put a table into the part of the page that stays, in place of the last one of its title.
 *
 * @param said What stands above the table.
 */
async function writeSection(path: string, found: Table, said: string): Promise<void> {
  const page = readFileSync(path, 'utf8');
  const start = page.indexOf(`## ${found.title}`);
  const next = start < 0 ? -1 : page.indexOf('\n## ', start);
  const [before, after] = [start < 0 ? page : page.slice(0, start), next < 0 ? '' : page.slice(next)];
  const section = markdown(found).replace('\n\n', `\n\n${said}\n\n`);
  const whole = `${before.trimEnd()}\n\n${section}${after}`;
  writeFileSync(path, await format(whole, { ...(await resolveConfig(path)), parser: 'markdown' }));
}

/** By which command, when and where something was measured. */
const measuredBy = (command: string): string =>
  `\`${command}\` measured on ${new Date().toISOString().slice(0, 10)}, on ${machine()}, load ${loadavg()[0].toFixed(1)}.`;

/** Put the table of models in files into the part of the page that stays. */
export async function writeFilesSection(path: string, found: Table): Promise<void> {
  await writeSection(
    path,
    found,
    `${measuredBy('npm run bench -- --files')} Each number is of a process of its
own, in which a small file had been written and read. A peak is what resident memory rose by; the model itself is in it where a load makes one
(\`.keras loaded\`), and is there before in all others.`,
  );
}

/** Put the table of single kernels into the part of the page that stays. */
export async function writeKernelsSection(path: string, found: Table): Promise<void> {
  await writeSection(
    path,
    found,
    `${measuredBy('npm run bench:kernels')} Float32, the quickest call of some tenths of a second. Multiply-adds count two; a convolution
counts what its plain sum takes, so that faster ways of computing it show as more. Of passes over memory read GB/s, of functions elements a second.`,
  );
}

/** Put a table of batches made beside steps into the part of the page that stays. @param said What it measures. */
export async function writeDataSection(path: string, found: Table, said: string): Promise<void> {
  await writeSection(path, found, `${measuredBy('npm run bench:data -- --write')} ${said}`);
}

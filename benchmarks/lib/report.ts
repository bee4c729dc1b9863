/** @file The tables of a contest, for the terminal and for docs/benchmarks.md. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { format, resolveConfig } from 'prettier';
import type { Workload } from '../workloads/workload.js';
import type { Contest, ContestOptions, Result } from './contest.js';
import { median, ratios } from './contest.js';
import type { Contestant } from './contestants.js';
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

/** Put a table under its title into the part of the page that is kept, in place of what stood there. */
export async function writeSection(
  path: string,
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const page = readFileSync(path, 'utf8');
  const section = markdown({ title, head, rows });
  const start = page.indexOf(`## ${title}\n`);
  const next = start < 0 ? -1 : page.indexOf('\n## ', start + 1);
  const rest = start < 0 ? '' : next < 0 ? '' : page.slice(next + 1);
  const before = start < 0 ? `${page.trimEnd()}\n\n` : page.slice(0, start);
  const text = `${before}${section}\n${rest}`;
  writeFileSync(path, await format(text, { ...(await resolveConfig(path)), parser: 'markdown' }));
}

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
- All contestants hold a workload at the same time, one at work while the others wait: ${options.rounds} rounds of about ${options.seconds} s
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

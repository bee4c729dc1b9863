/**
 * @file `npm run bench`: keras-ts beside PyTorch and Keras, on the same workloads in the same minutes.
 *
 *     npm run bench                                   everything; writes docs/benchmarks.md
 *     npm run bench -- --only digits_mlp,mnist_cnn    some workloads; prints only
 *     npm run bench -- --no-peers                     keras-ts alone; prints only
 *     npm run bench -- --rounds 9 --seconds 3         more rounds, and longer ones (default: 5 of 1.5 s)
 *     npm run bench -- --node 20,24                   in these versions of Node (default: the one that runs)
 *     npm run bench -- --threads 1                    threads for each (default: one a core, 8 at most)
 *     npm run bench -- --out page.md                  write the page there, whatever was measured
 *     npm run bench -- --memory                       whether the memory of keras-ts stays flat
 *     npm run bench -- --files                        models of 100 MB and 1 GB in files; --only '100 MB' for one, --out for the page
 */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import type { Contest, ContestOptions } from './lib/contest.js';
import { contest } from './lib/contest.js';
import type { Contestant } from './lib/contestants.js';
import { kerasTs, peerPython, peers } from './lib/contestants.js';
import type { FileRow, FileSize } from './lib/files.js';
import { beyondModel, fileJob, fileRows, fileSizes, READING_BOUND } from './lib/files.js';
import type { MemoryCourse } from './lib/memory.js';
import { memoryJobs } from './lib/memory.js';
import { filesTable, machine, tablesOf, writeFilesSection, writePage } from './lib/report.js';
import { root } from './lib/session.js';
import { table } from './lib/statistics.js';
import { workloadOf, workloads } from './workloads/index.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '1.5' },
    threads: { type: 'string', default: String(Math.min(8, availableParallelism())) },
    'no-peers': { type: 'boolean', default: false },
    out: { type: 'string' },
    node: { type: 'string' },
    memory: { type: 'boolean', default: false },
    files: { type: 'boolean', default: false },
    // What this script asks of its own children.
    job: { type: 'string' },
  },
});

/** @throws {Error} Not above 0, or no whole number where one is wanted. */
function positive(name: 'rounds' | 'seconds' | 'threads', whole: boolean): number {
  const number = Number(options[name]);
  if (!(number > 0 && number < Infinity) || (whole && !Number.isInteger(number)))
    throw new Error(`--${name} ${options[name]}: expected a ${whole ? 'whole ' : ''}number above 0`);
  return number;
}

async function findPeers(): Promise<Contestant[]> {
  if (options['no-peers']) return [];
  const python = peerPython();
  if (python === null) {
    console.log(
      'No peers: there is no tools/.venv-bench. keras-ts is timed alone; tools/bench/requirements.txt says how to install them.\n',
    );
    return [];
  }
  return peers(python);
}

async function showTimes(): Promise<void> {
  const chosen = options.only === undefined ? workloads : options.only.split(',').map(workloadOf);
  const settings: ContestOptions = {
    rounds: positive('rounds', true),
    seconds: positive('seconds', false),
    threads: positive('threads', true),
  };
  const own: Contestant[] = [];
  if (options.node === undefined) own.push(await kerasTs());
  else for (const major of options.node.split(',')) own.push(await kerasTs(major.trim()));
  const contestants = [...own, ...(await findPeers())];
  console.log(`${machine()}; ${settings.threads} threads each`);
  console.log(`${contestants.map(({ version }) => version).join('; ')}\n`);
  const contests: Contest[] = [];
  for (const { name } of chosen) {
    const done = await contest(name, contestants, settings);
    for (const [who, why] of Object.entries(done.failures)) console.log(`${name}: ${who} failed.\n${why}\n`);
    contests.push(done);
  }
  const findings = { contestants, contests, options: settings };
  for (const { title, head, rows } of tablesOf(findings)) console.log(`${title}\n${table(head, rows)}\n`);

  const ran = own.every(({ name }) =>
    contests.every(({ results }) => results.some((result) => result.contestant === name)),
  );
  if (!ran) process.exitCode = 1;
  const complete = ran && options.only === undefined && contestants.length > own.length;
  if (options.out !== undefined || complete) {
    const path = options.out === undefined ? join(root, 'docs', 'benchmarks.md') : resolve(options.out);
    await writePage(path, findings, chosen);
    console.log(`Written: ${path}`);
  } else console.log('docs/benchmarks.md is left as it is: it holds all workloads beside their peers.');
}

/** Runs a job of memory.ts in a process of its own, and reads the JSON in the last line that it prints. */
async function memoryInChild(job: string): Promise<MemoryCourse> {
  const args = [...process.execArgv, '--expose-gc', fileURLToPath(import.meta.url), '--job', job];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as MemoryCourse;
}

async function showMemory(): Promise<void> {
  const courses: MemoryCourse[] = [];
  for (const job of Object.keys(memoryJobs)) courses.push(await memoryInChild(job));
  const course = (numbers: readonly number[]): string =>
    [numbers[0], numbers[1], numbers.at(-1)!].map((value) => value.toFixed(0)).join(' → ');
  console.log('Memory in MB after a tenth, after two tenths, at the end; flat: no growth since two tenths.\n');
  console.log(
    table(
      ['', 'resident', 'held by JavaScript', 'may grow by', 'flat'],
      courses.map(({ job, resident, held, allowance, flat }) => [
        job,
        course(resident),
        course(held),
        allowance.toFixed(0),
        flat ? 'yes' : 'NO',
      ]),
    ),
  );
  if (courses.some(({ flat }) => !flat)) process.exitCode = 1;
}

async function showFiles(): Promise<void> {
  const known = Object.keys(fileSizes) as FileSize[];
  const sizes = known.filter((size) => options.only === undefined || options.only.split(',').includes(size));
  if (sizes.length === 0) throw new Error(`--only ${options.only}: the sizes are ${known.join(', ')}`);
  const given = process.env['KERAS_TS_PYTHON'];
  const python = options['no-peers'] ? null : given ? given : peerPython();
  const rows: FileRow[] = [];
  for await (const row of fileRows(sizes, fileURLToPath(import.meta.url), python)) {
    rows.push(row);
    console.log(`${row.size} ${row.what}: ${row.own.seconds.toFixed(2)} s`);
  }
  const found = filesTable(rows);
  console.log(`\n${table(found.head, found.rows)}`);
  if (options.out !== undefined) await writeFilesSection(resolve(options.out), found);
  // Of smaller files, single arrays and the runtime itself are a large part.
  const large = rows.filter(({ what, size }) => what.endsWith('loaded') && size === '1 GB');
  if (large.length === 0) return;
  const worst = Math.max(...large.map((row) => beyondModel(row, row.own)));
  console.log(`\nReading 1 GB takes ${worst.toFixed(2)} × the file beyond the model; the bound is ${READING_BOUND}.`);
  if (worst > READING_BOUND) process.exitCode = 1;
}

if (options.job?.startsWith('[')) {
  console.log(JSON.stringify(await fileJob(options.job)));
} else if (options.job) {
  const job = memoryJobs[options.job];
  if (!job) throw new Error(`no memory job is named '${options.job}'`);
  console.log(JSON.stringify(await job()));
} else if (options.files) {
  await showFiles();
} else if (options.memory) {
  await showMemory();
} else {
  await showTimes();
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { Contest } from './contest.js';
import { contest, ratios } from './contest.js';
import type { Contestant } from './contestants.js';
import { tablesOf, writePage } from './report.js';

/** Speaks as serve.ts and peers.py do; a step takes `times[0]`, then `times[1]`, … */
function fake(name: string, times: readonly number[], failure = ''): Contestant {
  const program = `
    console.log('some noise'); console.log('{"firstStep": 7}');
    const times = ${JSON.stringify(times)};
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
      if (line === 'stop') console.log('{"peakMemory": 99.5}');
      else if (${JSON.stringify(failure)}) { console.error(${JSON.stringify(failure)}); process.exit(1); }
      else console.log(JSON.stringify({ step: times.shift(), predict: 0.5 }));
    });`;
  return {
    name,
    own: name === 'keras-ts',
    version: `${name} 1`,
    importTime: 12.3,
    command: () => [process.execPath, '--eval', program],
  };
}

const options = { rounds: 3, seconds: 0.01, threads: 1 };
const contestants = [fake('keras-ts', [100, 2, 3, 4]), fake('slow', [1, 8, 9, 10]), fake('fast', [50, 4, 4, 4])];

it('takes the rounds in turn, after a warm-up, and compares with the fastest peer round by round', async () => {
  const done = await contest('w', contestants, options);
  expect(done.failures).toEqual({});
  expect(done.results.map(({ contestant }) => contestant)).toEqual(['keras-ts', 'slow', 'fast']);
  expect(done.results[0]).toMatchObject({ firstStep: 7, peakMemory: 99.5 });
  expect(done.results[0].rounds.map(({ step }) => step)).toEqual([2, 3, 4]);
  expect(ratios(done, 'keras-ts', ['slow', 'fast'], 'step')).toEqual([0.5, 0.75, 1]);
});

it('goes on without those who fail, and says why', async () => {
  const done = await contest('w', [...contestants, fake('broken', [], 'out of luck')], options);
  expect(done.results.map(({ contestant }) => contestant)).toEqual(['keras-ts', 'slow', 'fast']);
  expect(done.failures).toEqual({ broken: 'out of luck' });
});

const folder = mkdtempSync(join(tmpdir(), 'keras-ts-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const round = (step: number) => ({ step, predict: step / 10 });
const measured: Contest = {
  workload: 'w',
  results: [
    { contestant: 'keras-ts', firstStep: 7, rounds: [round(2), round(3)], peakMemory: 50 },
    { contestant: 'slow', firstStep: 8, rounds: [round(4), round(4)], peakMemory: 60 },
  ],
  failures: { fast: 'out of luck' },
};

it('shows a dash for what was not measured', () => {
  const [steps, first] = tablesOf({ contestants, contests: [measured], options });
  expect(steps.head).toEqual(['workload', 'keras-ts', 'slow', 'fast', 'keras-ts ÷ best peer']);
  expect(steps.rows).toEqual([['w', '2.50', '4.00', '–', '0.63 (0.50 – 0.75)']]);
  expect(first.rows).toEqual([['w', '7.00', '8.00', '–']]);
  const [alone] = tablesOf({ contestants: contestants.slice(0, 1), contests: [measured], options });
  expect(alone.rows).toEqual([['w', '2.50']]);
});

it('writes the page anew, and leaves what a person wrote below the mark', async () => {
  const path = join(folder, 'benchmarks.md');
  const findings = { contestants, contests: [measured], options };
  await writePage(path, findings, []);
  const first = readFileSync(path, 'utf8');
  expect(first).toMatch(/^\| w +\| +2.50 \| +4.00 \|/m);
  writeFileSync(path, `${first}\n## Where the rest goes\n`);
  await writePage(path, findings, []);
  const second = readFileSync(path, 'utf8');
  expect(second.trimEnd().endsWith('## Where the rest goes')).toBe(true);
  expect(second.match(/# Benchmarks/g)).toHaveLength(1);
});

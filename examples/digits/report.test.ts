import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawDigits } from '../lib/draw.js';
import type { Report } from './report.js';
import { reportPage, writeReport } from './report.js';
import type { Reading } from '../lib/readings.js';
import { confusionMatrix, readings } from '../lib/readings.js';

const labels = Array.from({ length: 10 }, (_, label) => String(label));

/** A made-up reading: a vertical stroke. The model gives `sure` to its guess and the rest to the truth. */
function reading(truth: number, guess = truth, sure = 0.75): Reading {
  const pixels = Array.from({ length: 64 }, (_, index) => (index % 8 === truth % 8 ? 16 : 0));
  const probabilities = labels.map((_, label) => (label === guess ? sure : label === truth ? 1 - sure : 0));
  return { pixels, truth, guess, probabilities };
}

const report: Report = {
  title: 'Digits <b>&</b> "curves"',
  labels,
  history: {
    loss: [1.5, 0.4, 0.2],
    accuracy: [0.5, 0.9, 0.96],
    val_loss: [0.9, 0.3, 0.15],
    val_accuracy: [0.7, 0.92, 0.97],
  },
  results: [...labels.map((_, label) => reading(label)), reading(3, 8, 0.6), reading(1, 7, 0.9), reading(3, 8, 0.8)],
  loss: 0.15,
  trainCount: 1437,
  parameters: 151_626,
  seconds: 12.345,
};

const matches = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]);

describe('readings', () => {
  test('cuts flat arrays into images, and takes the likeliest class', () => {
    const results = readings([1, 2, 3, 4], new Uint8Array([1, 0]), new Float32Array([0.25, 0.75, 0.5, 0.5]));
    expect(results).toEqual([
      { pixels: [1, 2], truth: 1, guess: 1, probabilities: [0.25, 0.75] },
      { pixels: [3, 4], truth: 0, guess: 0, probabilities: [0.5, 0.5] },
    ]);
  });

  test('confusion: rows are what it is, columns what it was read as', () => {
    expect(confusionMatrix([reading(0), reading(0, 1), reading(1), reading(0, 1)], 2)).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });
});

describe('report', () => {
  const page = reportPage(report);
  // uPlot's own text is none of this test's business.
  const body = page.slice(page.indexOf('<body>'), page.indexOf('<script'));

  test('needs no other file and no network', () => {
    expect(page).not.toMatch(/<(script|img|iframe)[^>]*\ssrc=/);
    expect(matches(page, /<link[^>]*href="([^"]*)"/g)).toEqual(['data:,']);
    expect(page).not.toMatch(/@import|url\(/);
  });

  test('every script that opens ends, and the scripts parse', () => {
    expect(matches(page, /<(script)\b/g)).toHaveLength(3);
    expect(matches(page, /<\/(script)>/g)).toHaveLength(3);
    const scripts = matches(page, /<script>([\s\S]*?)<\/script>/g);
    expect(scripts).toHaveLength(2);
    // eslint-disable-next-line @typescript-eslint/no-implied-eval
    for (const script of scripts) expect(() => new Function(script)).not.toThrow();
  });

  test('holds the history as fit returned it', () => {
    const [json] = matches(page, /id="history">([\s\S]*?)<\/script>/g);
    expect(JSON.parse(json)).toEqual(report.history);
    expect(matches(body, /data-metric="(\w+)"/g)).toEqual(['loss', 'accuracy']);
  });

  test('says how well it went', () => {
    expect(body).toContain('76.92 % <small>10 of 13</small>');
    expect(body).toContain('<dd>0.1500</dd>');
    expect(body).toContain('1,437 <small>images</small>');
    expect(body).toContain('12.3 s <small>3 epochs</small>');
    expect(body).toContain('151,626');
  });

  test('the confusion matrix has a row a class, with the counts', () => {
    const rows = matches(body, /<tr><th scope="row">([\s\S]*?)<\/tr>/g);
    expect(rows).toHaveLength(10);
    const numbers = (row: string): number[] => matches(row, /<td[^>]*>(\d+)<\/td>/g).map(Number);
    expect(numbers(rows[3])).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 2, 0]);
    expect(numbers(rows[5])).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    expect(rows[3]).toContain('2 of 3 images of 3 were read as 8');
  });

  test('shows each mistaken image, the surest first', () => {
    expect(matches(body, /aria-label="([^"]*)"/g)).toEqual(['a 1 read as 7', 'a 3 read as 8', 'a 3 read as 8']);
    expect(matches(body, /<em>([^<]*)<\/em>/g)).toEqual(['90 %', '10 %', '80 %', '20 %', '60 %', '40 %']);
    const [first] = matches(body, /(<svg[\s\S]*?<\/svg>)/g);
    expect(matches(first, /(<rect x="1" )/g)).toHaveLength(8);
  });

  test('says so when there is no mistake', () => {
    const perfect = reportPage({ ...report, results: [reading(1), reading(2)] });
    expect(perfect).toContain('None: every test image was read right.');
    expect(perfect).not.toContain('<figure class="mistake">');
  });

  test('escapes what it is given', () => {
    expect(page).toContain('<title>Digits &lt;b&gt;&amp;&lt;/b&gt; &quot;curves&quot;</title>');
    expect(reportPage({ ...report, history: { ...report.history, '</script>': [1] } })).not.toContain('{"</script>');
  });

  test('is written into folders that are not there yet', () => {
    const folder = mkdtempSync(join(tmpdir(), 'keras-ts-report-'));
    const path = join(folder, 'runs', 'digits', 'report.html');
    writeReport(path, report);
    expect(readFileSync(path, 'utf8')).toBe(page);
    rmSync(folder, { recursive: true });
  });
});

describe('drawDigits', () => {
  test('without colour: shades, two characters a pixel, and what was wrong', () => {
    const lines = drawDigits([reading(0), reading(1, 7)], { columns: 40 }).split('\n');
    expect(lines).toHaveLength(9);
    for (const line of lines) expect(line).toHaveLength(34);
    expect(lines[0].trimEnd()).toBe('██' + ' '.repeat(18) + '██');
    expect(lines[8]).toContain('✓ 0');
    expect(lines[8]).toContain('✗ 7, is 1');
    expect(lines.join('')).not.toContain('\x1b');
  });

  test('with colour: greys in half blocks, green when right and red when wrong', () => {
    const text = drawDigits([reading(0), reading(1, 7)], { color: true });
    expect(text.split('\n')).toHaveLength(7);
    expect(text).toContain('▀');
    expect(text).toMatch(/\x1b\[32m +✓ 0 +\x1b\[0m/); // eslint-disable-line no-control-regex
    expect(text).toMatch(/\x1b\[31m *✗ 7, is 1 *\x1b\[0m/); // eslint-disable-line no-control-regex
  });

  test('breaks into rows that fit the terminal', () => {
    const lines = drawDigits(report.results, { columns: 80 }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(lines.filter((line) => line.includes('✓'))).toHaveLength(3);
    expect(drawDigits([reading(4)], { columns: 3 }).split('\n')).toHaveLength(9);
    expect(drawDigits([])).toBe('');
  });
});

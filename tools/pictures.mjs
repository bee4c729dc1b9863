/**
 * @file Makes the pictures of README.md from a real run: `node tools/pictures.mjs`. The example runs in a terminal (util-linux's
 * `script`); what stands on the screen at its end is drawn by headless Chromium, as is the page that it writes.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './browser-test/browser.mjs';
import { train } from './browser-test/dashboard.mjs';
import { root } from './lib/stamps.mjs';

const columns = 92;
const folder = join(root, 'docs', 'images');
const ESC = String.fromCharCode(27);
const escapeCode = new RegExp(`${ESC}\\[[\\d;?]*[A-Za-z]|[\\s\\S]`, 'gu');

/** What `npm start` writes to a terminal, escape codes and all. */
function runInTerminal() {
  const command = `stty cols ${columns} rows 50 && npm start --silent`;
  const { status, stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TERM: 'xterm-256color' },
  });
  if (status !== 0) throw new Error(`npm start ended with ${status}\n${stdout}`);
  return stdout;
}

/** The cells of the screen after `text`: carriage returns, backspaces, colours and erasing are obeyed. */
function screenOf(text) {
  const rows = [[]];
  let [row, column, style] = [0, 0, ''];
  const colors = { fg: '', bg: '' };
  const setColors = (codes) => {
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i];
      const name = code === 38 ? 'fg' : code === 48 ? 'bg' : '';
      if (name) {
        colors[name] = `var(--c${codes[i + 2]})`;
        i += 2;
      } else if (code === 0) colors.fg = colors.bg = '';
      else if (code >= 30 && code <= 37) colors.fg = `var(--c${code - 30})`;
      else if (code === 39) colors.fg = '';
    }
    style = `${colors.fg && `color:${colors.fg};`}${colors.bg && `background:${colors.bg};`}`;
  };
  for (const [token] of text.matchAll(escapeCode)) {
    if (token === '\n') rows[++row] ??= [];
    else if (token === '\r') column = 0;
    else if (token === '\b') column = Math.max(0, column - 1);
    else if (token.endsWith('m') && token.length > 1) setColors(token.slice(2, -1).split(';').map(Number));
    else if (token === `${ESC}[K` || token === `${ESC}[0K`) rows[row].length = Math.min(rows[row].length, column);
    else if (!token.startsWith(ESC)) {
      while (rows[row].length < column) rows[row].push({ style: '', character: ' ' });
      rows[row][column++] = { style, character: token };
    }
  }
  return rows;
}

/** A page that looks like a terminal with these cells. */
function terminalPage(rows) {
  const escape = (text) => text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]);
  const cell = ({ style, character }) =>
    character === '▀'
      ? `<i style="${style}"></i>`
      : style
        ? `<b style="${style}">${escape(character)}</b>`
        : escape(character);
  const greys = Array.from({ length: 24 }, (_, i) => `--c${232 + i}: rgb(${8 + 10 * i} ${8 + 10 * i} ${8 + 10 * i});`);
  return `<!doctype html><meta charset="utf-8"><style>
    :root { ${greys.join(' ')} --c0: #24292f; --c1: #f47067; --c2: #57ab5a; --c3: #c69026; --c4: #539bf5; --c5: #b083f0; --c6: #39c5cf; --c7: #adbac7; }
    body { margin: 0; background: #1c2128; }
    pre { margin: 0; padding: 14px 18px; color: #cdd9e5; font: 13px/17px 'DejaVu Sans Mono', monospace; display: inline-block; }
    b { font-weight: normal; }
    /* Half a cell in the colour of the ink, half in the colour of the ground, without gaps between lines. */
    i { display: inline-block; width: 1ch; height: 17px; vertical-align: top; position: relative; }
    i::before { content: ''; position: absolute; inset: 0 0 50% 0; background: currentColor; }
  </style><pre>${rows.map((row) => row.map(cell).join('')).join('\n')}</pre>`;
}

mkdirSync(folder, { recursive: true });
const rows = [[...'$ npm start'].map((character) => ({ style: '', character })), ...screenOf(runInTerminal())];
while (rows.at(-1).length === 0) rows.pop();

const browser = await launch();
const terminal = await browser.newPage({ viewport: { width: 900, height: 600 } });
await terminal.setContent(terminalPage(rows));
await terminal.locator('pre').screenshot({ path: join(folder, 'terminal.png') });
const report = await browser.newPage({ viewport: { width: 1000, height: 900 } });
await report.goto(pathToFileURL(join(root, 'runs', 'digits', 'report.html')).href);
await report.waitForTimeout(500);
await report.screenshot({ path: join(folder, 'report.png'), fullPage: true });
const runs = [await train('first', 60), await train('second', 60)];
const dashboard = await browser.newPage({ viewport: { width: 1200, height: 800 } });
await dashboard.goto(runs[0].address);
await dashboard
  .getByText(/^4\d of 60/)
  .first()
  .waitFor();
await dashboard.screenshot({ path: join(folder, 'dashboard.png') });
for (const { ended } of runs) await ended;
await browser.close();
console.log(`${folder}: terminal.png, report.png and dashboard.png are drawn`);

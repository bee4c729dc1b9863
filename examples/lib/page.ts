/** @file The frame of the examples' reports: one HTML file that needs no other and no network. What it shows is each example's. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';

/** One number of the row at the top. */
export interface Tile {
  readonly name: string;
  readonly value: string;
  /** Small print below the number. */
  readonly note?: string;
}

/** A part of the page. */
export interface Section {
  readonly title: string;
  /** HTML. */
  readonly body: string;
}

/** A chart of the history: one value an epoch. */
export interface Chart {
  /** Name in the history; with `val_` before it the line of the data held out. */
  readonly metric: string;
  readonly title: string;
  /** Whether the values are shares, shown in percent. Default: false. */
  readonly percent?: boolean;
}

/** What a page shows. */
export interface Page {
  readonly title: string;
  readonly tiles: readonly Tile[];
  readonly sections: readonly Section[];
  /** One number an epoch by name, as `fit` returns them. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** HTML: where the data come from, and their licence. */
  readonly footer: string;
}

const require = createRequire(import.meta.url);
const beside = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
const fromPackage = (name: string): string => readFileSync(require.resolve(name), 'utf8');

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** Text as HTML. */
export const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]);
/** Text that can stand in a script element: no end tag in it. */
const inScript = (text: string): string => text.replace(/<\/(script)/gi, '<\\/$1');

/** A share as text: `97.50 %`. */
export const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
/** A whole number as text: `1,437`. */
export const count = (number: number): string => number.toLocaleString('en');
/** A number of things: `1 epoch`, `20 epochs`. */
export const some = (number: number, thing: string): string => `${count(number)} ${thing}${number === 1 ? '' : 's'}`;
/** Seconds as text: `12.3 s`, `2 min 5 s`. */
export const duration = (seconds: number): string => {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

const tile = ({ name, value, note }: Tile): string =>
  `<div class="tile"><dt>${escape(name)}</dt><dd>${escape(value)}${note ? ` <small>${escape(note)}</small>` : ''}</dd></div>`;

/** The learning curves. @param held What the orange line was measured on. */
export function curves(charts: readonly Chart[], held: string): Section {
  const figures = charts.map(
    ({ metric, title, percent = false }) =>
      `<figure><figcaption>${escape(title)}</figcaption><div class="chart" data-metric="${escape(metric)}" data-held="${escape(held)}"${percent ? ' data-percent' : ''}></div></figure>`,
  );
  return { title: 'Learning curves', body: `<div class="charts">${figures.join('')}</div>` };
}

/** The page as text. It draws its curves with uPlot, which is copied into it. */
export function pageOf({ title, tiles, sections, history, footer }: Page): string {
  const data = JSON.stringify(history).replace(/</g, '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escape(title)}</title>
<style>
${fromPackage('uplot/dist/uPlot.min.css')}
${beside('style.css')}
</style>
</head>
<body>
<main>
<header>
<p class="brand">keras-ts</p>
<h1>${escape(title)}</h1>
</header>
<dl class="tiles">
${tiles.map(tile).join('\n')}
</dl>
${sections.map(({ title, body }) => `<section><h2>${escape(title)}</h2>${body}</section>`).join('\n')}
<footer>${footer} Curves: uPlot, MIT.</footer>
</main>
<script type="application/json" id="history">${data}</script>
<script>${inScript(fromPackage('uplot/dist/uPlot.iife.min.js'))}</script>
<script>${inScript(beside('charts.js'))}</script>
</body>
</html>
`;
}

/** Write a page to a file, and make its folders where there are none. */
export function writePage(path: string, html: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, html);
}

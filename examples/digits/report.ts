/** @file The page that shows how the training went: one HTML file that needs no other and no network. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { Reading } from './results.js';
import { confusionMatrix, isRight } from './results.js';

/** What the page shows. */
export interface Report {
  readonly title: string;
  /** Names of the classes, by number. */
  readonly labels: readonly string[];
  /** One number an epoch: `loss`, `accuracy`, `val_loss`, `val_accuracy`, as `fit` returns them. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Every test image with what the model said. */
  readonly results: readonly Reading[];
  /** Loss on the test images. */
  readonly loss: number;
  /** Images that the model learned from. */
  readonly trainCount: number;
  /** Weights of the model, as numbers. */
  readonly parameters: number;
  /** What the training took. */
  readonly seconds: number;
}

const require = createRequire(import.meta.url);
const beside = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
const fromPackage = (name: string): string => readFileSync(require.resolve(name), 'utf8');

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character]);
/** Text that can stand in a script element: no end tag in it. */
const inScript = (text: string): string => text.replace(/<\/(script)/gi, '<\\/$1');

const percent = (share: number, digits = 1): string => `${(100 * share).toFixed(digits)} %`;
const count = (number: number): string => number.toLocaleString('en');

function tile(name: string, value: string, note = ''): string {
  return `<div class="tile"><dt>${name}</dt><dd>${value}${note && ` <small>${note}</small>`}</dd></div>`;
}

function tiles({ results, loss, history, trainCount, parameters, seconds }: Report): string {
  const right = results.filter(isRight).length;
  return `<dl class="tiles">
${tile('Test accuracy', percent(right / results.length, 2), `${right} of ${results.length}`)}
${tile('Test loss', loss.toFixed(4))}
${tile('Learned from', count(trainCount), 'images')}
${tile('Trained for', `${seconds.toFixed(1)} s`, `${history.loss.length} epochs`)}
${tile('Weights', count(parameters))}
</dl>`;
}

function curves(): string {
  const chart = (metric: string, title: string): string =>
    `<figure><figcaption>${title}</figcaption><div class="chart" data-metric="${metric}"></div></figure>`;
  return `<div class="charts">${chart('loss', 'Loss')}${chart('accuracy', 'Accuracy')}</div>`;
}

/** Right answers are shaded by the share of their class, wrong ones by the commonest mistake. */
function confusion({ labels, results }: Report): string {
  const matrix = confusionMatrix(results, labels.length);
  const worst = Math.max(1, ...matrix.flatMap((row, truth) => row.filter((_, guess) => guess !== truth)));
  const cell = (times: number, truth: number, guess: number): string => {
    const total = matrix[truth].reduce((sum, value) => sum + value, 0);
    const what = `${times} of ${total} images of ${labels[truth]} were read as ${labels[guess]}`;
    if (times === 0) return `<td class="none" title="${escape(what)}">0</td>`;
    const shade = truth === guess ? times / total : times / worst;
    const kind = truth === guess ? 'right' : 'wrong';
    return `<td class="${kind}" style="--shade:${Math.round(20 + 80 * shade)}%" title="${escape(what)}">${times}</td>`;
  };
  const head = labels.map((label) => `<th scope="col">${escape(label)}</th>`).join('');
  const body = matrix.map(
    (row, truth) =>
      `<tr><th scope="row">${escape(labels[truth])}</th>${row.map((times, guess) => cell(times, truth, guess)).join('')}</tr>`,
  );
  return `<div class="scroll"><table class="confusion">
<thead><tr><td class="corner">is ↓ &nbsp; read as →</td>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>`;
}

function picture({ pixels }: Reading, name: string): string {
  const side = Math.sqrt(pixels.length);
  const squares = pixels.map((ink, index) =>
    ink === 0
      ? ''
      : `<rect x="${index % side}" y="${Math.floor(index / side)}" width="1" height="1" fill-opacity="${ink / 16}"/>`,
  );
  return `<svg viewBox="0 0 ${side} ${side}" role="img" aria-label="${escape(name)}" shape-rendering="crispEdges">${squares.join('')}</svg>`;
}

function mistakes({ labels, results }: Report): string {
  // The surest mistakes first: they say most about the model, or about the image.
  const wrong = results
    .filter((reading) => !isRight(reading))
    .sort((a, b) => b.probabilities[b.guess] - a.probabilities[a.guess]);
  if (wrong.length === 0) return '<p>None: every test image was read right.</p>';
  const bar = (reading: Reading, which: number, kind: string): string =>
    `<span class="bar ${kind}"><b>${escape(labels[which])}</b><i style="width:${Math.round(100 * reading.probabilities[which])}%"></i><em>${percent(reading.probabilities[which], 0)}</em></span>`;
  const figures = wrong.map((reading) => {
    const { truth, guess } = reading;
    const name = `a ${labels[truth]} read as ${labels[guess]}`;
    return `<figure class="mistake">${picture(reading, name)}<figcaption>read as <strong>${escape(labels[guess])}</strong>, is <strong>${escape(labels[truth])}</strong>
${bar(reading, guess, 'wrong')}${bar(reading, truth, 'right')}</figcaption></figure>`;
  });
  return `<p>${wrong.length} of ${results.length} test images, the surest mistakes first. The bars are the model's probabilities of its answer and of the right one.</p>
<div class="mistakes">
${figures.join('\n')}
</div>`;
}

/** The page as text. It draws its curves with uPlot, which is copied into it. */
export function reportPage(report: Report): string {
  const data = JSON.stringify(report.history).replace(/</g, '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escape(report.title)}</title>
<style>
${fromPackage('uplot/dist/uPlot.min.css')}
${beside('style.css')}
</style>
</head>
<body>
<main>
<header>
<p class="brand">keras-ts</p>
<h1>${escape(report.title)}</h1>
</header>
${tiles(report)}
<section><h2>Learning curves</h2>${curves()}</section>
<section><h2>Confusion matrix</h2>${confusion(report)}</section>
<section><h2>Mistaken images</h2>${mistakes(report)}</section>
<footer>Digits: E. Alpaydin, C. Kaynak, “Optical Recognition of Handwritten Digits”, UCI Machine Learning Repository, CC BY 4.0. Curves: uPlot, MIT.</footer>
</main>
<script type="application/json" id="history">${data}</script>
<script>${inScript(fromPackage('uplot/dist/uPlot.iife.min.js'))}</script>
<script>${inScript(beside('charts.js'))}</script>
</body>
</html>
`;
}

/** Write the page to a file, and make its folders where there are none. */
export function writeReport(path: string, report: Report): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, reportPage(report));
}

/** @file What a classifier said of each image: tables and figures for a report. */
import type { Section } from './page.js';
import { escape, percent } from './page.js';

/** One image, what it is and what the model took it for. */
export interface Reading {
  /** Ink, row by row, from 0 to whatever is full. */
  readonly pixels: readonly number[];
  readonly truth: number;
  readonly guess: number;
  /** The model's probability of each class. */
  readonly probabilities: readonly number[];
}

type Numbers = ArrayLike<number | bigint>;

/**
 * Put together images `[n, height, width]`, labels `[n]` and probabilities `[n, classes]`, all as flat arrays.
 *
 * @returns One reading an image, in the same order.
 */
export function readings(images: Numbers, labels: Numbers, probabilities: Numbers): Reading[] {
  const count = labels.length;
  const row = (data: Numbers, index: number): number[] => {
    const size = data.length / count;
    return Array.from({ length: size }, (_, place) => Number(data[index * size + place]));
  };
  return Array.from({ length: count }, (_, index) => {
    const chances = row(probabilities, index);
    return {
      pixels: row(images, index),
      truth: Number(labels[index]),
      guess: chances.indexOf(Math.max(...chances)),
      probabilities: chances,
    };
  });
}

/** Whether the model read the image right. */
export function isRight({ truth, guess }: Reading): boolean {
  return truth === guess;
}

/** How often each class (row) was taken for each class (column). */
export function confusionMatrix(results: readonly Reading[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { truth, guess } of results) counts[truth][guess]++;
  return counts;
}

/** A table of what was read as what. Right answers are shaded by the share of their class, wrong ones by the commonest mistake. */
export function confusionSection(results: readonly Reading[], labels: readonly string[]): Section {
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
  const table = `<div class="scroll"><table class="confusion">
<thead><tr><td class="corner">is&nbsp;↓ read&nbsp;as&nbsp;→</td>${head}</tr></thead>
<tbody>
${body.join('\n')}
</tbody></table></div>`;
  return { title: 'Confusion matrix', body: table };
}

/**
 * The images that were read wrong.
 *
 * @param picture HTML of an image; its second argument says in words what it shows.
 * @param most How many are drawn, at most. Default: all.
 */
export function mistakesSection(
  results: readonly Reading[],
  labels: readonly string[],
  picture: (reading: Reading, name: string) => string,
  most = Infinity,
): Section {
  const title = 'Mistaken images';
  // The surest mistakes first: they say most about the model, or about the image.
  const wrong = results
    .filter((reading) => !isRight(reading))
    .sort((a, b) => b.probabilities[b.guess] - a.probabilities[a.guess]);
  if (wrong.length === 0) return { title, body: '<p>None: every test image was read right.</p>' };
  const bar = (reading: Reading, which: number, kind: string): string =>
    `<span class="bar ${kind}"><b>${escape(labels[which])}</b><i style="width:${Math.round(100 * reading.probabilities[which])}%"></i><em>${percent(reading.probabilities[which], 0)}</em></span>`;
  const figures = wrong.slice(0, most).map((reading) => {
    const { truth, guess } = reading;
    const name = `a ${labels[truth]} read as ${labels[guess]}`;
    return `<figure class="mistake">${picture(reading, name)}<figcaption>read as <strong>${escape(labels[guess])}</strong>, is <strong>${escape(labels[truth])}</strong>
${bar(reading, guess, 'wrong')}${bar(reading, truth, 'right')}</figcaption></figure>`;
  });
  const shown = figures.length < wrong.length ? ` The first ${figures.length} are shown.` : '';
  const body = `<p>${wrong.length} of ${results.length} test images, the surest mistakes first.${shown} The bars are the model's probabilities of its answer and of the right one.</p>
<div class="mistakes">
${figures.join('\n')}
</div>`;
  return { title, body };
}

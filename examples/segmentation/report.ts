/** @file The page that shows what the model makes of road scenes. */
import { count, curves, duration, escape, pageOf, percent, some } from '../lib/page.js';
import { image } from '../lib/png.js';
import type { Class, Scenes } from './scenes.js';

/** What the page shows. */
export interface Report {
  /** One number an epoch, as `fit` returns them. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly classes: readonly Class[];
  /** Scenes that the model has not learned from. */
  readonly scenes: Scenes;
  /** The class of each of their pixels as the model sees it. */
  readonly seen: Uint8Array;
  /** Scenes that it has learned from. */
  readonly trainCount: number;
  /** Weights of the model, as numbers. */
  readonly parameters: number;
  /** What the training took. */
  readonly seconds: number;
}

/** How well a class is found. */
export interface Overlap {
  /** Pixels that are of the class and seen as it, of those that are either; NaN: there are none. */
  readonly iou: number;
  /** Pixels that are of the class, of all that have one. */
  readonly share: number;
}

/** Of each class how far what is and what is seen overlap. Pixels of no class do not count. */
export function overlaps(truth: Uint8Array, seen: Uint8Array, classes: number): Overlap[] {
  const [is, taken, both] = [0, 1, 2].map(() => new Float64Array(classes));
  let known = 0;
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] >= classes) continue;
    known++;
    is[truth[i]]++;
    taken[seen[i]]++;
    if (truth[i] === seen[i]) both[truth[i]]++;
  }
  return Array.from(both, (hits, c) => ({ iou: hits / (is[c] + taken[c] - hits), share: is[c] / known }));
}

/** The mean of the classes that there are. */
export function meanOf(overlaps: readonly Overlap[]): number {
  const present = overlaps.filter(({ iou }) => !Number.isNaN(iou));
  return present.reduce((sum, { iou }) => sum + iou, 0) / present.length;
}

const css = ([red, green, blue]: Class['color']): string => `rgb(${red} ${green} ${blue})`;

function table(classes: readonly Class[], found: readonly Overlap[]): string {
  const rows = classes
    .map((each, i) => ({ ...each, ...found[i] }))
    .sort((a, b) => (b.iou || 0) - (a.iou || 0))
    .map(
      ({ name, color, iou, share }) =>
        `<tr><th scope="row"><i class="swatch" style="background:${css(color)}"></i>${escape(name)}</th><td class="long"><span class="meter"><i style="width:${(100 * (iou || 0)).toFixed(1)}%"></i></span></td><td>${Number.isNaN(iou) ? '–' : percent(iou)}</td><td class="dim">${percent(share)}</td></tr>`,
    );
  return `<p>Of the pixels that are of a class or were seen as it: how many are both. 100 % is perfect.</p>
<table class="meters"><thead><tr><th></th><th></th><th>IoU</th><th>of all pixels</th></tr></thead><tbody>
${rows.join('\n')}
</tbody></table>`;
}

/** Labels as colours; pixels of no class are clear. */
function painted(labels: Uint8Array, classes: readonly Class[]): Uint8Array {
  const out = new Uint8Array(labels.length * 4);
  labels.forEach((label, i) => {
    if (label < classes.length) out.set([...classes[label].color, 255], 4 * i);
  });
  return out;
}

/** Scenes from the whole of the data, the best and the worst among them. */
function chosen(quality: readonly number[], most: number): number[] {
  const order = quality.map((_, i) => i).sort((a, b) => quality[b] - quality[a]);
  const shown = Math.min(most, order.length);
  return Array.from({ length: shown }, (_, i) => order[Math.round((i * (order.length - 1)) / Math.max(1, shown - 1))]);
}

function pictures({ classes, scenes, seen }: Report): string {
  const { width, height, pixels, labels, count } = scenes;
  const area = width * height;
  const part = (all: Uint8Array, i: number, channels = 1): Uint8Array =>
    all.subarray(i * area * channels, (i + 1) * area * channels);
  const right = Array.from({ length: count }, (_, i) => {
    const [truth, guess] = [part(labels, i), part(seen, i)];
    let [known, hits] = [0, 0];
    for (let at = 0; at < area; at++) {
      if (truth[at] >= classes.length) continue;
      known++;
      if (truth[at] === guess[at]) hits++;
    }
    return hits / Math.max(1, known);
  });
  const rows = chosen(right, 8).map((i) => {
    const photo = image(part(pixels, i, 3), width, height, 'the scene');
    const truth = image(painted(part(labels, i), classes), width, height, 'its classes');
    const guess = image(painted(part(seen, i), classes), width, height, 'its classes as the model sees them');
    return `<div class="scene">${photo}${truth}${guess}<small>${percent(right[i])} of the pixels right</small></div>`;
  });
  const legend = classes.map(
    ({ name, color }) => `<span><i class="swatch" style="background:${css(color)}"></i>${escape(name)}</span>`,
  );
  return `<p>Scenes that it has not learned from, from the best to the worst. Pixels of no class are left out of the truth.</p>
<p class="legend">${legend.join(' ')}</p>
<div class="scene head"><b>image</b><b>truth</b><b>prediction</b></div>
${rows.join('\n')}`;
}

/** The page as text. */
export function reportPage(report: Report): string {
  const { history, classes, scenes, seen, trainCount, parameters, seconds } = report;
  const found = overlaps(scenes.labels, seen, classes.length);
  return pageOf({
    title: 'A fully convolutional network sees roads, cars and trees',
    history,
    tiles: [
      { name: 'Mean IoU', value: percent(meanOf(found)), note: `of ${classes.length} classes` },
      {
        name: 'Pixels right',
        value: percent(history.val_accuracy.at(-1)!),
        note: `in ${scenes.count} held-out scenes`,
      },
      {
        name: 'Learned from',
        value: count(trainCount),
        note: `scenes of ${scenes.width} × ${scenes.height}, mirrored at random`,
      },
      { name: 'Trained for', value: duration(seconds), note: some(history.loss.length, 'epoch') },
      { name: 'Weights', value: count(parameters) },
    ],
    sections: [
      { title: 'What it sees', body: pictures(report) },
      { title: 'Classes', body: table(classes, found) },
      curves(
        [
          { metric: 'loss', title: 'Loss' },
          { metric: 'mean_io_u', title: 'Mean IoU', percent: true },
        ],
        'held-out scenes',
      ),
    ],
    footer:
      'Scenes: CamVid (G. Brostow, J. Fauqueur, R. Cipolla, “Semantic object classes in video”, 2009) in the 11 classes of SegNet.',
  });
}

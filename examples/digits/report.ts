/** @file The page that shows how the training of the digits went. */
import type { Reading } from '../lib/readings.js';
import { confusionSection, isRight, mistakesSection } from '../lib/readings.js';
import { count, curves, duration, escape, pageOf, percent, some, writePage } from '../lib/page.js';

/** What the page shows. */
export interface Report {
  readonly title: string;
  /** Names of the classes, by number. */
  readonly labels: readonly string[];
  /** One number an epoch: `loss`, `accuracy`, `val_loss`, `val_accuracy`, as `fit` returns them. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Every test image with what the model said; ink from 0 to 16. */
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

function picture({ pixels }: Reading, name: string): string {
  const side = Math.sqrt(pixels.length);
  const squares = pixels.map((ink, index) =>
    ink === 0
      ? ''
      : `<rect x="${index % side}" y="${Math.floor(index / side)}" width="1" height="1" fill-opacity="${ink / 16}"/>`,
  );
  return `<svg viewBox="0 0 ${side} ${side}" role="img" aria-label="${escape(name)}" shape-rendering="crispEdges">${squares.join('')}</svg>`;
}

/** The page as text. */
export function reportPage({ title, labels, history, results, loss, trainCount, parameters, seconds }: Report): string {
  const right = results.filter(isRight).length;
  return pageOf({
    title,
    history,
    tiles: [
      { name: 'Test accuracy', value: percent(right / results.length, 2), note: `${right} of ${results.length}` },
      { name: 'Test loss', value: loss.toFixed(4) },
      { name: 'Learned from', value: count(trainCount), note: 'images' },
      { name: 'Trained for', value: duration(seconds), note: some(history.loss.length, 'epoch') },
      { name: 'Weights', value: count(parameters) },
    ],
    sections: [
      curves(
        [
          { metric: 'loss', title: 'Loss' },
          { metric: 'accuracy', title: 'Accuracy', percent: true },
        ],
        'test images',
      ),
      confusionSection(results, labels),
      mistakesSection(results, labels, picture),
    ],
    footer:
      'Digits: E. Alpaydin, C. Kaynak, “Optical Recognition of Handwritten Digits”, UCI Machine Learning Repository, CC BY 4.0.',
  });
}

/** Write the page to a file, and make its folders where there are none. */
export function writeReport(path: string, report: Report): void {
  writePage(path, reportPage(report));
}

/** @file The page that shows how the training on MNIST went. */
import { count, curves, duration, escape, pageOf, percent, some } from '../lib/page.js';
import { image } from '../lib/png.js';
import type { Reading } from '../lib/readings.js';
import { confusionSection, isRight, mistakesSection } from '../lib/readings.js';

/** What the page shows. */
export interface Report {
  /** One number an epoch, as `fit` returns them. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  /** Every test digit with what the model said; ink from 0 to 255. */
  readonly results: readonly Reading[];
  /** Digits that the model learned from. */
  readonly trainCount: number;
  /** Weights of the model, as numbers. */
  readonly parameters: number;
  /** What the training took. */
  readonly seconds: number;
}

/** Black of as much ink as there is: the page turns it white when it is dark. */
function picture({ pixels }: Reading, name: string): string {
  const side = Math.sqrt(pixels.length);
  return image(Uint8Array.from(pixels.flatMap((ink) => [0, ink])), side, side, escape(name));
}

const labels = Array.from({ length: 10 }, (_, label) => String(label));

/** The page as text. */
export function reportPage({ history, results, trainCount, parameters, seconds }: Report): string {
  const right = results.filter(isRight).length;
  return pageOf({
    title: 'A convnet learns MNIST',
    history,
    tiles: [
      {
        name: 'Test accuracy',
        value: percent(right / results.length, 2),
        note: `${count(right)} of ${count(results.length)}`,
      },
      { name: 'Test loss', value: history.val_loss.at(-1)!.toFixed(4) },
      { name: 'Learned from', value: count(trainCount), note: 'digits, moved and turned anew each epoch' },
      { name: 'Trained for', value: duration(seconds), note: some(history.loss.length, 'epoch') },
      { name: 'Weights', value: count(parameters) },
    ],
    sections: [
      curves(
        [
          { metric: 'loss', title: 'Loss' },
          { metric: 'accuracy', title: 'Accuracy', percent: true },
        ],
        'test digits',
      ),
      confusionSection(results, labels),
      mistakesSection(results, labels, picture, 40),
    ],
    footer: 'Digits: MNIST (Y. LeCun, C. Cortes, C. Burges).',
  });
}

/** @file The page that shows how the model of characters learned to write. */
import { count, curves, duration, escape, pageOf, percent, some } from '../lib/page.js';

/** What the model wrote after an epoch. */
export interface Sample {
  /** Counted from 1. */
  readonly epoch: number;
  /** On the part that was held out; nats a character. */
  readonly loss: number;
  readonly text: string;
}

/** What the page shows. */
export interface Report {
  /** One number an epoch, as `fit` returns them. */
  readonly history: Readonly<Record<string, readonly number[]>>;
  readonly samples: readonly Sample[];
  /** The text written at the end. */
  readonly last: string;
  /** A passage that the model has not learned from. */
  readonly passage: string;
  /** The probability that the model gave each character of the passage but the first. */
  readonly likely: readonly number[];
  /** Of the whole text. */
  readonly characters: number;
  /** Weights of the model, as numbers. */
  readonly parameters: number;
  /** What the training took. */
  readonly seconds: number;
}

/** Written texts worth comparing: the first, the last, and some between, closer together at the beginning. */
function chosen(samples: readonly Sample[]): Sample[] {
  const places = [1, 2, 4, 8, 16, 32, 64].filter((epoch) => epoch < samples.length);
  return [...places.map((epoch) => samples[epoch - 1]), samples[samples.length - 1]];
}

const writing = (text: string): string => `<pre class="writing">${escape(text.trim())}</pre>`;

function surprise(passage: string, likely: readonly number[]): string {
  const [first, ...others] = passage;
  const marked = others.map((character, i) => {
    // Bits of surprise: 0 where the model was sure, 6 where it thought of any of 64 characters.
    const bits = Math.min(8, -Math.log2(likely[i]));
    const shown = character === '\n' ? ' \n' : escape(character);
    return `<span style="--shade:${Math.round((100 * bits) / 8)}%" title="${percent(likely[i], likely[i] < 0.01 ? 3 : 1)}">${shown}</span>`;
  });
  return `<pre class="writing surprise">${escape(first)}${marked.join('')}</pre>`;
}

/** The page as text. */
export function reportPage(report: Report): string {
  const { history, samples, last, passage, likely, characters, parameters, seconds } = report;
  const loss = history.val_loss.at(-1)!;
  const texts = chosen(samples).map(
    (sample) =>
      `<figure><figcaption>epoch ${sample.epoch} <small>loss ${sample.loss.toFixed(3)}</small></figcaption>${writing(sample.text)}</figure>`,
  );
  return pageOf({
    title: 'An LSTM learns to write, character by character',
    history,
    tiles: [
      { name: 'Loss', value: loss.toFixed(3), note: 'held-out text, nats a character' },
      { name: 'Perplexity', value: Math.exp(loss).toFixed(1), note: 'as good as choosing among so many characters' },
      { name: 'Text', value: count(characters), note: 'characters' },
      { name: 'Trained for', value: duration(seconds), note: some(history.loss.length, 'epoch') },
      { name: 'Weights', value: count(parameters) },
    ],
    sections: [
      { title: 'What it writes now', body: `<div class="columns">${writing(last)}</div>` },
      { title: 'What it wrote as it learned', body: `<div class="writings">${texts.join('\n')}</div>` },
      curves([{ metric: 'loss', title: 'Loss, nats a character' }], 'held-out text'),
      {
        title: 'What surprises it',
        body: `<p>A passage that it has never seen. The deeper the orange behind a character, the less likely the model thought it, given those before; point at one to see its probability.</p>
<div class="columns">${surprise(passage, likely)}</div>`,
      },
    ],
    footer: 'The default text is a selection of William Shakespeare’s plays by A. Karpathy, in the public domain.',
  });
}

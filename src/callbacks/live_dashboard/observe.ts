/** @file What a dashboard shows of a model beside logs: histograms of weights, norms of gradients, a confusion matrix, predictions. */
import { ValueError } from '../../core/errors.js';
import { classNameOf } from '../../core/serialization.js';
import type { AnyBatch, TensorTree } from '../../data/index.js';
import type { Model } from '../../models/model.js';
import type { TensorLike, Variable } from '../../runtime/index.js';
import { Tensor, toTensor } from '../../runtime/index.js';
import { batchesOf, gradientsOver } from '../over_samples.js';
import type { Histogram, SampleImage, ShownSample } from './run_state.js';

/** Weights that are shown, at most. */
const MOST_WEIGHTS = 40;
/** Parts of the range of a histogram. */
const BINS = 32;
/** Epochs that a histogram keeps. */
const MOST_EPOCHS = 16;
/** Samples at a time for gradients and predictions. */
const BATCH = 128;
/** Classes that a confusion matrix can show. */
const MOST_CLASSES = 40;
const MOST_SHOWN = 24;
/** Pixels of a side of an image that is shown. */
const MOST_PIXELS = 128;
const MOST_LETTERS = 400;

/** The weights that are shown: those that training changes, as far as there is room. */
export const shownWeights = (model: Model): readonly Variable[] => model.trainableVariables.slice(0, MOST_WEIGHTS);

/** A histogram with the values of one more epoch. When there are too many epochs, each second one goes; the first one stays. */
export function extendHistogram(
  before: Histogram | undefined,
  epoch: number,
  values: ArrayLike<number | bigint>,
): Histogram {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const counts = new Array<number>(BINS).fill(0);
  if (low <= high) {
    const scale = high > low ? BINS / (high - low) : 0;
    for (let i = 0; i < values.length; i++) {
      const value = Number(values[i]);
      if (Number.isFinite(value)) counts[Math.min(BINS - 1, Math.floor((value - low) * scale))]++;
    }
  } else [low, high] = [0, 0];
  const { given = 0, stride = 1, epochs = [], ranges = [], counts: earlier = [] } = before ?? {};
  // The newest one goes when the next comes, unless it is one that stays.
  const staying = given > 0 && (given - 1) % stride !== 0 ? epochs.length - 1 : epochs.length;
  const isFull = staying >= MOST_EPOCHS;
  const kept = (_: unknown, i: number): boolean => i < staying && (!isFull || i % 2 === 0);
  return {
    given: given + 1,
    stride: isFull ? stride * 2 : stride,
    epochs: [...epochs.filter(kept), epoch],
    ranges: [...ranges.filter(kept), [low, high]],
    counts: [...earlier.filter(kept), counts],
  };
}

/** √Σg² over samples, of each weight that is shown by its path, and of all weights together under `''`. */
export function gradientNorms(model: Model, samples: readonly TensorTree[]): Map<string, number> {
  const variables = model.trainableVariables;
  const sums = variables.map(({ size }) => new Float64Array(size));
  for (const { batch, part } of batchesOf(samples, BATCH)) {
    gradientsOver(model, batch, variables).forEach((gradient, v) => {
      const { data } = gradient.ndarray;
      const sum = sums[v];
      for (let i = 0; i < sum.length; i++) sum[i] += part * Number(data[i]);
    });
  }
  const squares = sums.map((sum) => sum.reduce((total, value) => total + value * value, 0));
  const norms = new Map([['', Math.sqrt(squares.reduce((a, b) => a + b, 0))]]);
  variables.slice(0, MOST_WEIGHTS).forEach(({ path }, v) => norms.set(path, Math.sqrt(squares[v])));
  return norms;
}

/** How a model's loss tells classes apart; null: it does not. */
export interface ClassRule {
  /** What separates two classes where there is one output; null: several outputs, of which the largest one says the class. */
  readonly threshold: number | null;
}

/** Whether a model with one output has classes, by its loss. */
export function classRuleOf(model: Model): ClassRule | null {
  const loss: unknown = model.loss;
  const name = typeof loss === 'string' ? loss : typeof loss === 'function' ? loss.name || classNameOf(loss) : typeof loss === 'object' && loss !== null && !Array.isArray(loss) ? classNameOf(loss) : ''; // prettier-ignore
  const plain = name.toLowerCase().replaceAll('_', '');
  if (!/crossentropy|hinge/.test(plain) || plain.includes('kldivergence')) return null;
  const { fromLogits = false } = loss as { readonly fromLogits?: boolean };
  return { threshold: plain.includes('hinge') || fromLogits ? 0 : 0.5 };
}

const rowsOf = (x: TensorTree): Tensor | null => (x instanceof Tensor ? x : null);

/** The class of each place of a tensor whose last axis holds one number a class, or the number itself where there is one. */
function classesOf(
  { data }: { readonly data: ArrayLike<number | bigint> },
  width: number,
  threshold: number,
): number[] {
  const classes: number[] = [];
  for (let at = 0; at < data.length; at += width) {
    if (width === 1) {
      classes.push(Number(data[at]) > threshold ? 1 : 0);
      continue;
    }
    let best = 0;
    for (let i = 1; i < width; i++) if (Number(data[at + i]) > Number(data[at + best])) best = i;
    classes.push(best);
  }
  return classes;
}

/** How often each class is taken for each among samples; null: there are no classes, or too many. */
export async function confusionOf(model: Model, rule: ClassRule, samples: AnyBatch): Promise<number[][] | null> {
  const [x, y = null] = samples as unknown as readonly TensorTree[];
  const labels = rowsOf(y);
  if (labels === null) return null;
  const given: unknown = await model.predict(x as Tensor, { verbose: 0, batchSize: BATCH });
  if (!(given instanceof Tensor) || given.shape.length < 2) return null;
  const width = given.shape.at(-1)!;
  const size = Math.max(width, 2);
  if (size > MOST_CLASSES) return null;
  const predicted = classesOf(given.ndarray, width, rule.threshold ?? 0.5);
  const { data } = labels.ndarray;
  const isOneHot = width > 1 && labels.size === predicted.length * width;
  if (!isOneHot && labels.size !== predicted.length) return null;
  const truth = isOneHot
    ? classesOf(labels.ndarray, width, 0)
    : Array.from(data, (label) => Math.max(0, Number(label)));
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let i = 0; i < truth.length; i++) {
    if (counts[truth[i]] === undefined) return null; // labels that are no classes
    counts[truth[i]][predicted[i]]++;
  }
  return counts;
}

/** A prediction that a function of yours gives to be shown. */
export interface DashboardSample {
  /** One line, such as the prediction. */
  readonly title?: string;
  /** Further lines, such as an input of text. At most 400 characters are shown. */
  readonly text?: string;
  /** Whether the prediction is right: it is marked then. */
  readonly correct?: boolean | null;
  /** `[height, width]` or `[height, width, channels]` with 1, 3 or 4 channels, of numbers from 0 to 1, or from 0 to 255. */
  readonly image?: TensorLike;
}

/** What is shown of samples. @throws {ValueError} An image is none. */
export function shownSamples(samples: Iterable<DashboardSample>): ShownSample[] {
  return [...samples].slice(0, MOST_SHOWN).map(({ title = '', text = '', correct = null, image }) => ({
    title: String(title).slice(0, MOST_LETTERS),
    text: String(text).slice(0, MOST_LETTERS),
    correct,
    image: image === undefined || image === null ? null : shownImage(toTensor(image)),
  }));
}

function shownImage(image: Tensor): SampleImage {
  const { data } = image.ndarray;
  const [height, width, channels = 1] = image.shape;
  const hasSides = image.shape.length === 2 || image.shape.length === 3;
  if (!hasSides || (channels !== 1 && channels !== 3 && channels !== 4) || data.length === 0)
    throw new ValueError(
      `LiveDashboard: samples: an image of shape [${image.shape.join(', ')}]. Expected [height, width], or [height, width, channels] with 1, 3 or 4 channels.`,
    );
  const values = Array.from(data, Number);
  const scale = values.some((value) => value > 1) ? 1 : 255;
  // Larger images are shown by each n-th pixel.
  const step = Math.ceil(Math.max(height, width) / MOST_PIXELS);
  const size = [Math.ceil(height / step), Math.ceil(width / step)];
  let bytes = '';
  for (let row = 0; row < size[0]; row++)
    for (let column = 0; column < size[1]; column++)
      for (let channel = 0; channel < channels; channel++) {
        const value = values[(row * step * width + column * step) * channels + channel] * scale;
        bytes += String.fromCharCode(Math.min(255, Math.max(0, Math.round(value || 0))));
      }
  return { width: size[1], height: size[0], channels, data: btoa(bytes) };
}

/** @file `SummaryWriter`: what TensorBoard shows, written to an event file; and `createFileWriter`, which makes one. */
import { checkMethods } from '../../core/methods.js';
import { checked } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { ValueError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';
import type { Pixels } from '../../formats/png.js';
import { pngEncoder } from '../../formats/png.js';
import type * as tfevents from '../../formats/tfevents/index.js';
import type { TensorLike } from '../../runtime/index.js';
import { Tensor, toTensor } from '../../runtime/index.js';
import type { EventFolder, FolderHandleLike } from './event_folder.js';
import { openFolder } from './event_folder.js';

type TfEvents = typeof tfevents;

/** Options of what a writer takes. */
export interface SummaryOptions {
  /** Where it stands on the horizontal axis: a step or an epoch. A whole number. */
  readonly step: number;
  /** Text (Markdown) that TensorBoard shows beside it. */
  readonly description?: string;
}

/** Options of `writer.histogram(tag, values, options)`. */
export interface HistogramOptions extends SummaryOptions {
  /** How many buckets the values are counted in. Default 30. */
  readonly buckets?: number;
}

/** Options of `writer.image(tag, images, options)`. */
export interface ImageOptions extends SummaryOptions {
  /** How many of the images are kept. Default 3. */
  readonly maxOutputs?: number;
}

/** Categories of charts; a chart shows the scalars whose tags fit one of its regular expressions: `{ Losses: { loss: ['epoch_loss'] } }`. */
export type CustomScalars = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

type Entry = (library: TfEvents, png: ((pixels: Pixels) => Uint8Array) | null) => Uint8Array;

/** So many entries wait in memory before they are written by themselves. */
const MOST_WAITING = 200;

const seconds = (): number => Date.now() / 1000;

/**
 * Writes scalars, histograms, images and texts into an event file of TensorBoard. The file is made when the first thing is written.
 *
 * Calls return at once; what they took is on the disk after `flush` or `close`.
 *
 * @see `tf.summary.create_file_writer`
 */
export class SummaryWriter {
  readonly #place: string | FolderHandleLike;
  #folder: EventFolder | null = null;
  #name: string | null = null;
  #waiting: Entry[] = [];
  #wantsPng = false;
  #writing: Promise<void> = Promise.resolve();
  #error: unknown = null;
  #closed = false;

  constructor(place: string | FolderHandleLike) {
    this.#place = place;
  }

  #put(entry: Entry): void {
    if (this.#closed) throw new ValueError('SummaryWriter: it is closed. Make another one.');
    this.#waiting.push(entry);
    if (this.#waiting.length >= MOST_WAITING) this.#write();
  }

  #summary(
    options: SummaryOptions,
    value: (library: TfEvents, png: Parameters<Entry>[1]) => tfevents.SummaryValue,
  ): void {
    const { step } = options;
    if (!Number.isSafeInteger(step))
      throw new ValueError(`SummaryWriter: step=${describe(step)}. Expected a whole number.`);
    const time = seconds();
    this.#put((library, png) => library.summaryEvent(time, step, [value(library, png)]));
  }

  /** A number. */
  scalar(tag: string, value: number | Tensor, options: SummaryOptions): void {
    const number = value instanceof Tensor ? value.itemSync() : value;
    if (typeof number !== 'number')
      throw new ValueError(`SummaryWriter.scalar: '${tag}' is ${describe(value)}. Expected a number.`);
    this.#summary(options, (library) => library.scalarSummary(tag, number, options.description));
  }

  /** How numbers are distributed. @param values Any shape. */
  histogram(tag: string, values: TensorLike, options: HistogramOptions): void {
    const { buckets } = options;
    const { data } = toTensor(values, null, 'SummaryWriter.histogram').ndarray;
    this.#summary(options, (library) => library.histogramSummary(tag, data, buckets, options.description));
  }

  /**
   * Images.
   *
   * @param images Shape (images, height, width, channels), with 1 to 4 channels: floats from 0 to 1, or uint8.
   * @throws {ValueError} Another shape.
   */
  image(tag: string, images: TensorLike, options: ImageOptions): void {
    const { maxOutputs = 3 } = options;
    const { shape, dtype, data } = toTensor(images, null, 'SummaryWriter.image').ndarray;
    const [count, height, width, channels] = shape;
    if (shape.length !== 4 || channels < 1 || channels > 4 || height * width === 0)
      throw new ValueError(
        `SummaryWriter.image: '${tag}' has shape ${formatShape(shape)}. Expected (images, height, width, channels) with 1 to 4 channels.`,
      );
    const size = height * width * channels;
    const pixels = Array.from({ length: Math.min(count, maxOutputs) }, (_, i) => {
      const part = data.subarray(i * size, (i + 1) * size);
      // As TensorFlow: [0, 1] in 256 equal parts.
      return dtype === 'uint8' ? Uint8Array.from(part) : Uint8Array.from(part, (v) => Math.max(0, Math.min(255, Math.trunc(v * 255.5)))); // prettier-ignore
    });
    this.#wantsPng = true;
    this.#summary(options, (library, png) => {
      const files = pixels.map((each) => png!({ width, height, channels, data: each }));
      return library.imageSummary(tag, width, height, files, options.description);
    });
  }

  /** Text (Markdown), or a list of texts. */
  text(tag: string, text: string | readonly string[], options: SummaryOptions): void {
    this.#summary(options, (library) => library.textSummary(tag, text, options.description));
  }

  /**
   * Arrange TensorBoard's page "Custom scalars": charts in categories.
   *
   * @param layout For each category its charts, for each chart the tags that it shows: regular expressions.
   * @throws {ValueError} Something else.
   * @see `tensorboard.summary.v1.custom_scalar_pb`
   * @example
   * const writer = summary.createFileWriter('logs/mine');
   * writer.customScalars({ Digits: { loss: ['epoch_loss', 'batch_loss'], accuracy: ['epoch_accuracy'] } });
   * await writer.close();
   */
  customScalars(layout: CustomScalars): void {
    const charts = isDict(layout) ? Object.values(layout).flatMap((each) => (isDict(each) ? Object.values(each) : [null])) : [null]; // prettier-ignore
    if (!charts.every((tags) => Array.isArray(tags) && tags.every((tag) => typeof tag === 'string')))
      throw new ValueError(
        `SummaryWriter.customScalars: got ${describe(layout)}. Expected lists of tags by chart, by category: { Losses: { loss: ['epoch_loss'] } }.`,
      );
    const time = seconds();
    const categories = Object.entries(layout).map(([title, inside]) => ({
      title,
      charts: Object.entries(inside).map(([name, tags]) => ({ title: name, tags })),
    }));
    this.#put((library) => library.summaryEvent(time, 0, [library.layoutSummary(categories)]));
  }

  /** The conceptual graph of a model, by its `toJson()`. */
  kerasModel(json: string, options: SummaryOptions): void {
    this.#summary(options, (library) => library.kerasModelSummary('keras', json));
  }

  /** The graph of operations that TensorBoard shows for this folder. */
  graph(graph: tfevents.GraphDef): void {
    const time = seconds();
    this.#put((library) => library.graphEvent(time, graph));
  }

  #write(): void {
    const entries = this.#waiting;
    if (entries.length === 0) return;
    this.#waiting = [];
    const wantsPng = this.#wantsPng;
    this.#writing = this.#writing.then(async () => {
      try {
        const [library, png] = await Promise.all([
          import('../../formats/tfevents/index.js'),
          wantsPng ? pngEncoder() : null,
        ]);
        const folder = (this.#folder ??= await openFolder(this.#place));
        const parts: Uint8Array[] = [];
        if (this.#name === null) {
          const process = Math.floor(Math.random() * 1e9); // two writers of one second have files of their own
          this.#name = library.eventFileName(seconds(), 'keras-ts', process);
          parts.push(library.fileHead(seconds(), 'keras-ts'));
        }
        for (const entry of entries) parts.push(entry(library, png));
        await folder.append(this.#name, parts);
      } catch (error) {
        this.#error ??= error;
      }
    });
  }

  /** Write all that waits. @throws {Error} Something could not be written. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
    const error = this.#error;
    this.#error = null;
    if (error !== null) throw error as Error;
  }

  /** Write all that waits and take no more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }
}
checkMethods(SummaryWriter);

function begin(place: string | FolderHandleLike, _options: Readonly<Record<string, never>> = {}): SummaryWriter {
  if ((typeof place !== 'string' || place === '') && (typeof place !== 'object' || place === null))
    throw new ValueError(`createFileWriter: got ${describe(place)}. Expected a folder: a path or the handle of one.`);
  return new SummaryWriter(place);
}

/**
 * Begin an event file that TensorBoard shows.
 *
 * @param place A folder: a path, or in browsers the handle of one that a person chose (`showDirectoryPicker`) or of the page's own
 *   (`navigator.storage.getDirectory`). Folders inside one are runs of their own for TensorBoard.
 * @param options There is none yet.
 * @returns A writer.
 * @see `tf.summary.create_file_writer`
 * @example
 * const writer = summary.createFileWriter('logs/mine');
 * for (let step = 0; step < 100; step++) writer.scalar('wave', Math.sin(step / 10), { step });
 * writer.text('note', '**bold**', { step: 0 });
 * await writer.close();
 */
export const createFileWriter = checked('createFileWriter', begin, []);

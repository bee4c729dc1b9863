/** @file `ModelCheckpoint`. */
import { checkedOptions } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { refuseUnknownOptions, TypeError, ValueError } from '../core/errors.js';
import { formatTemplate, formatValue } from '../core/python_format.js';
import { snapshotModel, snapshotWeights } from '../saving/snapshot.js';
import { BackgroundWrite } from './background_write.js';
import type { CallbackState, Logs } from './callback.js';
import { filesFor, makeFolderOf } from './files.js';
import type { MonitorOptions } from './monitor.js';
import { lookUp, MonitorCallback } from './monitor.js';
import { printLine } from './print.js';

/** Options of `new ModelCheckpoint(filepath, options)`. */
export interface ModelCheckpointOptions extends Omit<MonitorOptions, 'minDelta'> {
  /** 1: say so. Default 0. */
  readonly verbose?: number;
  /** Save only when the monitored number is better than ever. Default false. */
  readonly saveBestOnly?: boolean;
  /** Save the weights and the state of training, without the architecture. Default false. */
  readonly saveWeightsOnly?: boolean;
  /** `'epoch'`: after each epoch; a number: after so many batches. Default `'epoch'`. */
  readonly saveFreq?: 'epoch' | number;
  /** A value that must be beaten before anything is saved, with `saveBestOnly`. Default null. */
  readonly initialValueThreshold?: number | null;
  /** Keras 2's: save after so many epochs. What is printed is then Keras 2's too. */
  readonly period?: number;
}

const OPTIONS = [
  'monitor',
  'mode',
  'verbose',
  'saveBestOnly',
  'saveWeightsOnly',
  'saveFreq',
  'initialValueThreshold',
  'period',
] as const satisfies readonly (keyof ModelCheckpointOptions)[];

const isCount = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;

/**
 * Saves the model, or its weights, while it is trained. A file is there as a whole or not at all, whenever the process ends. Training
 * goes on while the file is written: `fit` returns when all files are.
 *
 * Names are templates as in Python: `{epoch:03d}` counts from 1, `{batch}` too (with `saveFreq` a number), and everything in the logs has
 * its name: `{val_loss:.4f}`, `{acc:.2%}`.
 *
 * @param filepath The file, or a template of its name; may stand in `options`.
 * @param options See {@link ModelCheckpointOptions}.
 * @throws {ValueError} The name's ending is none of `.keras` and `.h5` (`.weights.h5` with `saveWeightsOnly`), or an argument cannot be.
 * @see `keras.callbacks.ModelCheckpoint`
 * @example
 * const best = new ModelCheckpoint('run/{epoch:03d}-{val_loss:.4f}.keras', { saveBestOnly: true, verbose: 1 });
 * await model.fit(x, y, { epochs: 5, validationData: [x, y], callbacks: [best] });
 */
export class ModelCheckpoint extends MonitorCallback {
  readonly filepath: string;
  readonly verbose: number;
  readonly saveBestOnly: boolean;
  readonly saveWeightsOnly: boolean;
  readonly saveFreq: 'epoch' | number;
  /** Epochs between files, and whether Keras 2's words are printed; null: Keras 3's. */
  readonly period: number | null;
  readonly #writing = new BackgroundWrite();
  #epoch = 0;
  #epochsSince = 0;
  /** Steps of this `fit` that are done, and those after which a file was written last; below 0: in a `fit` before. */
  #done = 0;
  #saved = 0;

  constructor(filepath: string, options: ModelCheckpointOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      monitor,
      mode,
      verbose = 0,
      saveBestOnly = false,
      saveWeightsOnly = false,
      saveFreq = 'epoch',
      initialValueThreshold = null,
      period = null,
      ...rest
    } = options;
    super('ModelCheckpoint', { monitor, mode });
    refuseUnknownOptions('ModelCheckpoint', rest, OPTIONS);
    if (saveFreq !== 'epoch' && !isCount(saveFreq))
      throw new ValueError(
        `Unrecognized save_freq: ${describe(saveFreq)}. Expected save_freq are 'epoch' or integer values`,
      );
    if (period !== null && (!isCount(period) || saveFreq !== 'epoch'))
      throw new ValueError(
        `ModelCheckpoint: period=${describe(period)}, saveFreq=${describe(saveFreq)}. Expected a whole number of epochs from 1, with saveFreq 'epoch'.`,
      );
    const name = String(filepath);
    if (name.startsWith('[object'))
      throw new TypeError(`ModelCheckpoint: filepath=${describe(filepath)}. Expected a path.`);
    if (saveWeightsOnly && !name.endsWith('.weights.h5'))
      throw new ValueError(
        `When using \`save_weights_only=True\` in \`ModelCheckpoint\`, the filepath provided must end in \`.weights.h5\` (Keras weights format). Received: filepath=${name}`,
      );
    if (!saveWeightsOnly && !/\.(keras|h5)$/.test(name))
      throw new ValueError(
        `The filepath provided must end in \`.keras\` (Keras model format). Received: filepath=${name}`,
      );
    this.filepath = name;
    this.verbose = verbose;
    this.saveBestOnly = saveBestOnly;
    this.saveWeightsOnly = saveWeightsOnly;
    this.saveFreq = saveFreq;
    this.period = period;
    this.best = initialValueThreshold;
  }

  override onTrainBegin(): void {
    // Batches are counted over all calls of `fit`.
    this.#saved -= this.#done;
    this.#done = 0;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override nextCheckpoint(done: number): number | null {
    this.#done = done;
    return this.saveFreq === 'epoch' ? null : Math.max(done + 1, this.#saved + this.saveFreq);
  }

  override async onCheckpoint(done: number, batch: number, logs: Logs): Promise<void> {
    this.#saved = done;
    await this.#save(this.#epoch, batch, logs);
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.saveFreq !== 'epoch' || ++this.#epochsSince < (this.period ?? 1)) return;
    this.#epochsSince = 0;
    await this.#save(epoch, null, logs);
  }

  override getState(): CallbackState {
    return { best: this.best, epochsSince: this.#epochsSince, done: this.#done, saved: this.#saved };
  }

  override setState({ best, epochsSince, done, saved }: CallbackState): void {
    this.best = best as number | null;
    this.#epochsSince = epochsSince as number;
    this.#done = done as number;
    this.#saved = saved as number;
  }

  override async onTrainEnd(): Promise<void> {
    await this.#writing.finish();
  }

  override async onTrainError(): Promise<void> {
    await this.#writing.finish();
  }

  async #save(epoch: number, batch: number | null, logs: Logs): Promise<void> {
    const path = this.#pathFor(epoch, batch, logs);
    if (this.verbose > 0) await this.#writing.finish(); // so that lines come in Keras's order
    if (!this.#shouldSave(epoch, logs, path)) return;
    // One file at a time: where the disk is slower than training, training waits here, and memory does not fill with copies.
    await this.#writing.finish();
    const write = await (this.saveWeightsOnly
      ? snapshotWeights(this.model, 'ModelCheckpoint')
      : snapshotModel(this.model, 'ModelCheckpoint', path));
    this.#writing.start(() => this.#write(epoch, path, write));
  }

  async #write(epoch: number, path: string, write: (path: string) => Promise<void>): Promise<void> {
    const files = filesFor('ModelCheckpoint');
    if ((await files.stat(path))?.isFolder === true)
      throw new Error(
        `Please specify a non-directory filepath for ModelCheckpoint. Filepath used is an existing directory: ${path}`,
      );
    await makeFolderOf(files, path).catch((error: unknown) => {
      throw new Error(`ModelCheckpoint: the folder of ${path} cannot be made: ${(error as Error).message}`, {
        cause: error,
      });
    });
    await write(path);
    if (this.verbose > 0 && this.period === null) printLine(`\nEpoch ${epoch + 1}: finished saving model to ${path}`);
  }

  #pathFor(epoch: number, batch: number | null, logs: Logs): string {
    const numbers: Record<string, bigint> = { epoch: BigInt(epoch + 1) };
    if (batch !== null && !Object.hasOwn(logs, 'batch')) numbers['batch'] = BigInt(batch + 1);
    try {
      return formatTemplate(
        this.filepath,
        (name) => (Object.hasOwn(numbers, name) ? numbers[name] : lookUp(logs, name)),
        () => [...Object.keys(numbers), ...Object.keys(logs)],
      );
    } catch (error) {
      throw new ValueError(
        `Failed to format this callback filepath: "${this.filepath}". Reason: ${(error as Error).message}`,
      );
    }
  }

  #shouldSave(epoch: number, logs: Logs, path: string): boolean {
    const say = (text: string): void => {
      const number = this.period === null ? String(epoch + 1) : formatValue(BigInt(epoch + 1), '05d');
      if (this.verbose > 0) printLine(`\nEpoch ${number}: ${text}`);
    };
    if (!this.saveBestOnly) {
      say(`saving model to ${path}`);
      return true;
    }
    const current: unknown = lookUp(logs, this.monitor);
    if (typeof current !== 'number') {
      console.warn(
        current === undefined
          ? `Can save best model only with ${this.monitor} available. Available metrics are: ${Object.keys(logs).join(',')}`
          : `Can save best model only when \`monitor\` is a scalar value. Received: ${describe(current)}. Falling back to \`save_best_only=False\`.`,
      );
      return true;
    }
    const before = this.best ?? this.#firstBest();
    const text = before === null ? 'None' : formatValue(before, '.5f');
    if (!this.isImprovement(current, before)) {
      say(`${this.monitor} did not improve from ${text}`);
      return false;
    }
    say(`${this.monitor} improved from ${text} to ${formatValue(current, '.5f')}, saving model to ${path}`);
    this.best = current;
    return true;
  }

  /** What the first value is compared with: in Keras 2 the worst that can be, in Keras 3 nothing. */
  #firstBest(): number | null {
    return this.period === null ? null : this.rises ? -Infinity : Infinity;
  }
}

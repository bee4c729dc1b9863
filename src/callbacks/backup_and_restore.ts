/** @file `BackupAndRestore`. */
import { checkedOptions } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { parseJson } from '../core/json.js';
import type { Files } from '../core/platform.js';
import { classNameOf } from '../core/serialization.js';
import { isDict } from '../core/tree.js';
import { Tensor } from '../runtime/index.js';
import { readRandomState, writeRandomState } from '../saving/random_state.js';
import type { FitRun, RunPosition } from '../training/fit_run.js';
import { BackgroundWrite } from './background_write.js';
import { readBackup, snapshotBackup } from './backup_file.js';
import type { CallbackState } from './callback.js';
import { Callback } from './callback.js';
import { filesFor } from './files.js';

/** Options of `new BackupAndRestore(backupDir, options)`. */
export interface BackupAndRestoreOptions {
  /** `'epoch'`: keep the state after each epoch; a number: after so many batches. Default `'epoch'`. */
  readonly saveFreq?: 'epoch' | number;
  /** Keep the state before the last one too, and go on from it if the last one cannot be read. Default false. */
  readonly doubleCheckpoint?: boolean;
  /** Remove the folder when training has ended. Default true. */
  readonly deleteCheckpoint?: boolean;
}

/** What is kept of a run. */
interface Backup {
  readonly position: RunPosition;
  readonly random: unknown;
  readonly metrics: readonly Tensor[];
  readonly callbacks: Readonly<Record<string, CallbackState>>;
}

/**
 * Lets `fit` go on where it was ended: start the same program again, and the run ends with the history, the weights, the state of the
 * optimizer and of the random generators, the states of the other callbacks and the order of the data of a run that was never ended.
 *
 * With `saveFreq` a number, runs go on in the middle of an epoch too. Data that cannot say where they stand (generators, `PyDataset`) are
 * kept at the ends of epochs only. A plain generator begins anew in the new process: give a function that makes it, or a `Dataset`.
 *
 * The folder stays, whatever `deleteCheckpoint` says, when a signal or Ctrl-C has ended `fit`: the next run goes on from what was kept
 * last, as if this one had been killed.
 *
 * @param backupDir The folder; may stand in `options`.
 * @param options See {@link BackupAndRestoreOptions}.
 * @throws {ValueError} The folder's name is empty, or an argument cannot be.
 * @see `keras.callbacks.BackupAndRestore`
 * @example
 * await model.fit(x, y, { epochs: 5, callbacks: [new BackupAndRestore('run/backup', { saveFreq: 100 })] });
 */
export class BackupAndRestore extends Callback {
  readonly backupDir: string;
  readonly saveFreq: 'epoch' | number;
  readonly doubleCheckpoint: boolean;
  readonly deleteCheckpoint: boolean;
  readonly #writing = new BackgroundWrite();
  /** Steps after which the state was kept last. */
  #saved = 0;
  /** What the first epoch that comes begins with, in its middle. */
  #pending: Backup | null = null;
  #warned = false;

  constructor(backupDir: string, options: BackupAndRestoreOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super();
    const { saveFreq = 'epoch', doubleCheckpoint = false, deleteCheckpoint = true, ...rest } = options;
    refuseUnknownOptions('BackupAndRestore', rest, ['saveFreq', 'doubleCheckpoint', 'deleteCheckpoint']);
    if (typeof backupDir !== 'string' || backupDir === '') throw new ValueError('Empty `backup_dir` argument passed');
    if (saveFreq !== 'epoch' && !(Number.isInteger(saveFreq) && saveFreq >= 1))
      throw new ValueError(
        `Invalid value for argument \`save_freq\`. Received: save_freq=${describe(saveFreq)}. Expected either 'epoch' or an integer value.`,
      );
    this.backupDir = backupDir;
    this.saveFreq = saveFreq;
    this.doubleCheckpoint = doubleCheckpoint;
    this.deleteCheckpoint = deleteCheckpoint;
  }

  /** It keeps what the other callbacks have made of an epoch. */
  override get runsLast(): boolean {
    return true;
  }

  #paths(files: Files): { readonly weights: string; readonly metadata: string } {
    return {
      weights: files.join(this.backupDir, 'latest.weights.h5'),
      metadata: files.join(this.backupDir, 'training_metadata.json'),
    };
  }

  get #run(): FitRun {
    const run = this.model._run;
    if (run === null) throw new ValueError('BackupAndRestore works in fit only: a training loop of your own has no position to go on from.'); // prettier-ignore
    return run;
  }

  override async onTrainBegin(): Promise<void> {
    this.#saved = 0;
    this.#pending = null;
    const files = filesFor('BackupAndRestore');
    const { weights, metadata } = this.#paths(files);
    const previous = `${weights}.bkp`;
    let state: Record<string, unknown> | null;
    if (await files.exists(weights)) {
      try {
        state = await readBackup(this.model, weights);
      } catch (error) {
        if (!(await files.exists(previous))) throw error;
        console.warn(`BackupAndRestore: ${(error as Error).message} The state before it is taken: ${previous}.`);
        state = await readBackup(this.model, previous);
      }
    } else if (await files.exists(previous)) state = await readBackup(this.model, previous);
    else return;
    if (state !== null) {
      const backup = state as unknown as Backup;
      await this.#run.resume(backup.position);
      this.#saved = backup.position.executions.done;
      await this.#apply(backup);
      if (backup.position.steps > 0) this.#pending = backup;
    } else if (await files.exists(metadata)) {
      // A backup of Keras: it knows the epoch.
      const text = new TextDecoder().decode(await files.read(metadata));
      const found = parseJson(text, metadata);
      if (isDict(found) && Number.isInteger(found['epoch'])) this.#run.startAt(found['epoch'] as number);
    }
  }

  async #apply({ random, metrics, callbacks }: Backup): Promise<void> {
    const { model } = this;
    writeRandomState(model, random, { seeds: true, orders: true });
    const variables = this.#metricVariables();
    if (metrics.length === variables.length) variables.forEach((variable, i) => variable.assign(metrics[i]));
    for (const [key, callback] of this.#keyed())
      if (Object.hasOwn(callbacks, key)) await callback.setState(callbacks[key]);
  }

  #metricVariables() {
    return [...new Set(this.model.metrics.flatMap((metric) => metric.variables))];
  }

  /** The other callbacks, by class and number. */
  #keyed(): [string, Callback][] {
    const counts = new Map<string, number>();
    return this.#run.callbacks.callbacks.flatMap((callback): [string, Callback][] => {
      if (callback === this) return [];
      const name = classNameOf(callback);
      const count = counts.get(name) ?? 0;
      counts.set(name, count + 1);
      return [[`${name}#${count}`, callback]];
    });
  }

  override async onEpochBegin(): Promise<void> {
    // What the other callbacks do at the begin of an epoch, they did when this one began.
    if (this.#pending !== null) await this.#apply(this.#pending);
    this.#pending = null;
  }

  override nextCheckpoint(done: number): number | null {
    return this.saveFreq === 'epoch' ? null : Math.max(done + 1, this.#saved + this.saveFreq);
  }

  override async onCheckpoint(done: number): Promise<void> {
    this.#saved = done;
    await this.#keep();
  }

  override async onEpochEnd(): Promise<void> {
    // An epoch that was broken off is done anew, from where the state was kept before.
    if (this.saveFreq === 'epoch' && !this.#run.interrupted) await this.#keep();
  }

  async #keep(): Promise<void> {
    const position = this.#run.position(this.model.stopTraining && !this.#run.interrupted);
    if (position === undefined) {
      if (!this.#warned)
        console.warn(
          "BackupAndRestore: these data cannot say where they stand in an epoch, so that nothing is kept in its middle. Use saveFreq: 'epoch', or a Dataset.",
        );
      this.#warned = true;
      return;
    }
    await this.#writing.finish();
    const callbacks = Object.fromEntries(
      this.#keyed().flatMap(([key, callback]) => {
        const state = callback.getState();
        return state === null ? [] : [[key, state] as const];
      }),
    );
    const backup: Backup = {
      position,
      random: readRandomState(this.model),
      metrics: this.#metricVariables().map((variable) => Tensor.fromArray(variable.read())),
      callbacks,
    };
    const write = await snapshotBackup(this.model, backup);
    this.#writing.start(async () => {
      const files = filesFor('BackupAndRestore');
      const { weights, metadata } = this.#paths(files);
      await files.makeFolder(this.backupDir);
      if (this.doubleCheckpoint && (await files.exists(weights))) await files.rename(weights, `${weights}.bkp`);
      await write(weights);
      // For Keras, and for people: keras-ts reads all from the other file.
      await files.write(metadata, JSON.stringify({ epoch: position.epoch, batch: position.steps }));
    });
  }

  override async onTrainEnd(): Promise<void> {
    await this.#writing.finish();
    if (this.deleteCheckpoint && !this.#run.interrupted) await filesFor('BackupAndRestore').remove(this.backupDir);
  }

  override async onTrainError(): Promise<void> {
    await this.#writing.finish();
  }
}

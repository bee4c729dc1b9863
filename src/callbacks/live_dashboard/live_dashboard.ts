/** @file `LiveDashboard`: a page that shows a run while it goes on. */
import { checkMethods } from '../../core/methods.js';
import { checkedOptions } from '../../core/arguments.js';
import { describe } from '../../core/describe.js';
import { refuseUnknownOptions, RuntimeError, ValueError } from '../../core/errors.js';
import { getPlatform } from '../../core/platform.js';
import type { AnyBatch } from '../../data/index.js';
import type { Model } from '../../models/model.js';
import type { Optimizer } from '../../optimizers/index.js';
import { Variable } from '../../runtime/index.js';
import type { Logs } from '../callback.js';
import { Callback } from '../callback.js';
import { filesFor, makeFolderOf } from '../files.js';
import { learningRateOf, optimizersOf } from '../learning_rates.js';
import { listenToConsole } from './console_notes.js';
import { dashboardHtml } from './document.js';
import type { ClassRule, DashboardSample } from './observe.js';
import { classRuleOf, confusionOf, extendHistogram, gradientNorms, shownSamples, shownWeights } from './observe.js';
import { randomWord } from './random_word.js';
import { RunClock } from './run_clock.js';
import type { Command, Histogram, Note, RunInfo, RunState, RunStatus } from './run_state.js';
import { toJsonNumber } from './series.js';
import type { DashboardServer } from './server.js';
import { DEFAULT_PORT } from './server.js';
import { releaseServer, sharedBoard, sharedServer } from './shared.js';

/** Options of `new LiveDashboard(options)`. */
export interface LiveDashboardOptions {
  /** In Node: where the page is, `http://127.0.0.1:7878`. The next port is taken where one is in use. 0: any free one. Default 7878. */
  readonly port?: number;
  /** In Node: whether the process stays alive after training, so that the page can be looked at, until `close()`. Default false. */
  readonly keepOpen?: boolean;
  /** In a page: the element to draw into. Default null. */
  readonly element?: Element | null;
  /** What the run is called. Default: the model's name. */
  readonly name?: string | null;
  /** Show histograms of weights each n-th epoch. 0 (the default): never. */
  readonly histogramFreq?: number;
  /**
   * Show norms of gradients each n-th epoch, over the first 256 samples of validation (without it: over the first batch). 0 (the
   * default): never.
   */
  readonly gradientFreq?: number;
  /**
   * Show a confusion matrix each n-th epoch, over the first 1024 samples of validation, where the loss tells classes apart. 0: never.
   * null (the default): at the end, and before as often as it takes no more than a twentieth of the time.
   */
  readonly confusionFreq?: number | null;
  /** What classes are called, in their order. Default: their numbers. */
  readonly classNames?: readonly string[] | null;
  /** Gives predictions to show; it is called with the model and the number of the epoch, from 0. Default null. */
  readonly samples?: SampleFunction | null;
  /** Call `samples` each n-th epoch. Default 1. */
  readonly samplesFreq?: number;
  /** Show what the program writes to its console, and what callbacks print. It is written as before. Default true. */
  readonly consoleNotes?: boolean;
}

/** Gives predictions to show: at most 24 are. */
export type SampleFunction = (
  model: Model,
  epoch: number,
) => Iterable<DashboardSample> | Promise<Iterable<DashboardSample>>;

const OPTIONS = [
  'port',
  'keepOpen',
  'element',
  'name',
  'histogramFreq',
  'gradientFreq',
  'confusionFreq',
  'classNames',
  'samples',
  'samplesFreq',
  'consoleNotes',
] as const satisfies readonly (keyof LiveDashboardOptions)[];

const MOST_NOTES = 100;
const MOST_LETTERS = 400;
/** Samples over which gradients, and a confusion matrix, are taken. */
const GRADIENT_SAMPLES = 256;
const CONFUSION_SAMPLES = 1024;

function frequency(name: string, value: unknown): number {
  if (!Number.isInteger(value) || (value as number) < 0)
    throw new ValueError(`LiveDashboard: ${name}=${describe(value)}. Expected a whole number of epochs from 0.`);
  return value as number;
}

/** What lasts as long as one `fit`. */
interface Run {
  readonly state: RunState;
  readonly clock: RunClock;
  readonly commands: Command[];
  readonly classes: ClassRule | null;
  /** When a confusion matrix was last taken, and how long that took, in seconds; null: none was. */
  confusion: { readonly count: number; readonly epoch: number; readonly time: number; readonly seconds: number } | null;
  /** A batch of training for gradients, where there is no validation. */
  readonly batch: AnyBatch | null;
  /** Steps that are done, of all epochs. */
  done: number;
  /** Those that were done when the epoch at hand began. */
  epochBegin: number;
  hasStopped: boolean;
}

/**
 * A page that shows training while it goes on: curves of losses and metrics, of validation too, the learning rate, steps a second, time
 * left, a confusion matrix where there are classes; on demand histograms of weights, norms of gradients, and predictions. Its buttons
 * stop training after the epoch at hand and lower the learning rate. Several runs stand side by side: those of this process, and those of
 * other processes on this machine whose dashboards were asked for the same `port`.
 *
 * In Node the page is served at 127.0.0.1 alone; its address is printed once. Nothing is loaded from elsewhere. The process ends as it
 * would without the page, unless `keepOpen` is true. In a page of yours it draws into `element`.
 *
 * Training does not wait for the page: values are taken some four times a second, between steps, and a curve keeps 600 points.
 *
 * @param options What is shown, how often, and where.
 * @throws {ValueError} An argument cannot be.
 * @throws {RuntimeError} In `fit`: no port is free; there is nothing to serve or to draw with.
 * @see `keras.callbacks.TensorBoard`, which writes files for a program of its own; this page is ours.
 * @example
 * const dashboard = new LiveDashboard({ histogramFreq: 1, gradientFreq: 1 });
 * await model.fit(x, y, { epochs: 5, validationData: [x, y], callbacks: [dashboard] });
 * await dashboard.save('runs/first.html');
 */
export class LiveDashboard extends Callback {
  readonly port: number;
  readonly keepOpen: boolean;
  readonly element: Element | null;
  readonly name: string | null;
  readonly histogramFreq: number;
  readonly gradientFreq: number;
  readonly confusionFreq: number | null;
  readonly classNames: readonly string[] | null;
  readonly samples: SampleFunction | null;
  readonly samplesFreq: number;
  readonly consoleNotes: boolean;
  /** Stands for this dashboard among those that use the server, which need not hold a model. */
  readonly #user = {};
  #server: DashboardServer | null = null;
  #unmount: (() => void) | null = null;
  #run: Run | null = null;
  #endConsole: (() => void) | null = null;

  constructor(options: LiveDashboardOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const {
      port = DEFAULT_PORT,
      keepOpen = false,
      element = null,
      name = null,
      histogramFreq = 0,
      gradientFreq = 0,
      confusionFreq = null,
      classNames = null,
      samples = null,
      samplesFreq = 1,
      consoleNotes = true,
      ...rest
    } = options;
    refuseUnknownOptions('LiveDashboard', rest, OPTIONS);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      throw new ValueError(`LiveDashboard: port=${describe(port)}. Expected a whole number from 0 to 65535.`);
    if (element !== null && !(typeof Element !== 'undefined' && element instanceof Element))
      throw new ValueError(`LiveDashboard: element=${describe(element)}. Expected an element of the page.`);
    if (samples !== null && typeof samples !== 'function')
      throw new ValueError(
        `LiveDashboard: samples=${describe(samples)}. Expected a function that gives predictions to show.`,
      );
    this.port = port;
    this.keepOpen = keepOpen;
    this.element = element;
    this.name = name;
    this.histogramFreq = frequency('histogramFreq', histogramFreq);
    this.gradientFreq = frequency('gradientFreq', gradientFreq);
    this.confusionFreq = confusionFreq === null ? null : frequency('confusionFreq', confusionFreq);
    this.classNames = classNames;
    this.samples = samples;
    this.samplesFreq = frequency('samplesFreq', samplesFreq);
    this.consoleNotes = consoleNotes;
  }

  /** Where the page is served; null: nowhere (yet). */
  get address(): string | null {
    return this.#server?.address ?? null;
  }

  /**
   * Write a line among the notes of the run at hand, or of the last one.
   *
   * @param text At most 400 characters are kept, and the last 100 notes of a run.
   */
  note(text: string): void {
    this.#note('note', text);
  }

  /**
   * The page with all that it shows now.
   *
   * @returns HTML that opens without a server.
   */
  async html(): Promise<string> {
    const { PAGE_SCRIPT } = await import('./page_script.js');
    return dashboardHtml(PAGE_SCRIPT, { token: null, frame: sharedBoard().since(0) });
  }

  /**
   * Save the page with all that it shows now as one HTML file, which opens without a server.
   *
   * @param path Where to; folders are made.
   * @throws {ValueError} There are no files here: `html()` gives the text.
   */
  async save(path: string): Promise<void> {
    const files = filesFor('LiveDashboard');
    await makeFolderOf(files, path);
    await files.write(path, await this.html());
  }

  /** Stop serving or drawing. The server of a process is closed when all its dashboards are, and forgets their runs. */
  async close(): Promise<void> {
    this.#endConsole?.();
    this.#endConsole = null;
    this.#unmount?.();
    this.#unmount = null;
    this.#server = null;
    await releaseServer(this.#user);
  }

  async #open(): Promise<void> {
    if (this.element !== null) {
      if (this.#unmount !== null) return;
      const { mountDashboard } = await import('./page/view.js');
      const { localSource } = await import('./page/local_source.js');
      this.#unmount = mountDashboard(
        this.element,
        localSource(sharedBoard(), () => this.html()),
      );
      return;
    }
    if (getPlatform().servers === null)
      throw new RuntimeError(
        'LiveDashboard: nothing can listen here. In a page give the element to draw into: new LiveDashboard({ element }).',
      );
    this.#server ??= await sharedServer(this.#user, this.port);
  }

  override async onTrainBegin(): Promise<void> {
    await this.#open();
    const board = sharedBoard();
    const insight = this.model._run?.insight ?? null;
    const batch = this.gradientFreq > 0 ? ((await insight?.look()) ?? null) : null;
    const id = randomWord();
    const commands: Command[] = [];
    const state = board.begin(id, (command) => this.#take(command));
    const clock = new RunClock(() => getPlatform().now());
    const classes = this.confusionFreq !== 0 ? classRuleOf(this.model) : null;
    this.#run = { state, clock, commands, classes, batch, done: 0, epochBegin: 0, confusion: null, hasStopped: false };
    const { epochs = 1, steps = null } = this.params ?? {};
    state.set('info', {
      name: this.#freeName(this.name ?? this.model.name, id),
      status: 'running',
      reason: '',
      startedAt: Date.now(),
      elapsed: 0,
      timeLeft: null,
      epoch: 0,
      epochs,
      firstEpoch: 0,
      stepsOfEpoch: 0,
      stepsPerEpoch: steps,
      throughput: null,
      learningRates: this.#learningRates(),
      scheduled: this.#isScheduled(),
      stopping: false,
      logs: {},
    });
    if (this.consoleNotes) this.#endConsole = listenToConsole((level, text) => this.#note(level, text));
    this.#server?.tell();
    board.changed();
  }

  /** A name that no other run has. */
  #freeName(name: string, id: string): string {
    const taken = new Set(sharedBoard().runs.map((run) => (run.id === id ? null : run.get('info')?.name)));
    if (!taken.has(name)) return name;
    let number = 2;
    while (taken.has(`${name} (${number})`)) number++;
    return `${name} (${number})`;
  }

  #isScheduled(): boolean {
    return optimizersOf(this.model).some(({ optimizer }) => !isSettable(optimizer));
  }

  #learningRates(): Record<string, number> {
    return Object.fromEntries(
      optimizersOf(this.model).map(({ optimizer, name }) => [name ?? '', learningRateOf(optimizer)]),
    );
  }

  #info(change: Partial<RunInfo>): void {
    const { state } = this.#run!;
    state.set('info', { ...state.get('info')!, ...change });
  }

  #note(level: Note['level'], text: string): void {
    if (this.#run === null) return;
    const { state } = this.#run;
    const note: Note = { time: Date.now(), level, text: text.slice(0, MOST_LETTERS) };
    state.set('notes', [...(state.get('notes') ?? []), note].slice(-MOST_NOTES));
    sharedBoard().changed();
  }

  /** A command comes between two steps, or while one runs in threads: the learning rate waits for its end. */
  #take(command: Command): void {
    const run = this.#run!;
    if (command.name === 'stop') {
      if (run.state.get('info')!.stopping) return;
      this.#info({ stopping: true });
      this.#note('note', 'Stop after this epoch: asked for on the page.');
    } else run.commands.push(command);
    sharedBoard().changed();
  }

  /** Do what was asked for. Called between two steps. */
  #obey(): void {
    for (const command of this.#run!.commands.splice(0)) {
      if (command.name !== 'scaleLearningRate') continue;
      for (const { optimizer, name } of optimizersOf(this.model)) {
        const before = learningRateOf(optimizer);
        const label = `learning rate${name === null ? '' : ` of ${name}`}`;
        if (!isSettable(optimizer)) {
          this.#note('warn', `The ${label} follows a schedule, and cannot be set.`);
          continue;
        }
        optimizer.learningRate = before * command.factor;
        this.#note('note', `The ${label} is lowered from ${short(before)} to ${short(learningRateOf(optimizer))}.`);
      }
    }
  }

  override onEpochBegin(epoch: number): void {
    const run = this.#run;
    if (run === null) return;
    // A run that goes on begins where it was, which nobody knew before.
    const { epoch: before } = run.state.get('info')!;
    run.done = this.model._run?.done ?? run.done;
    run.clock.restart(run.done);
    run.epochBegin = run.done;
    this.#info({ epoch: epoch + 1, stepsOfEpoch: 0, ...(before === 0 ? { firstEpoch: epoch } : {}) });
  }

  override nextCheckpoint(done: number): number | null {
    if (this.#run === null) return null;
    const { state, clock, commands, epochBegin } = this.#run;
    if (commands.length > 0) return done + 1;
    // The end of an epoch, where training stops anyway, is looked at too.
    const { stepsPerEpoch } = state.get('info')!;
    const end = stepsPerEpoch === null ? Infinity : epochBegin + stepsPerEpoch;
    return Math.min(clock.nextLook(done), end > done ? end : Infinity);
  }

  override onCheckpoint(done: number, batch: number, logs: Logs): void {
    const run = this.#run;
    if (run === null) return;
    const { state, clock } = run;
    this.#obey();
    run.done = done;
    clock.measure(done);
    const { epoch, epochs, stepsPerEpoch, firstEpoch, stopping } = state.get('info')!;
    const at = stepsPerEpoch === null ? done : (epoch - 1) * stepsPerEpoch + batch + 1;
    // Without the number of steps, nobody knows where the steps of a run stand that begins in the middle.
    if (stepsPerEpoch !== null || firstEpoch === 0)
      for (const [name, value] of Object.entries(logs)) state.add(`batch/${name}`, at, value);
    if (clock.throughput !== null) state.add('throughput/', at, clock.throughput);
    const learningRates = this.#learningRates();
    for (const [name, rate] of Object.entries(learningRates)) state.add(`rate/${name}`, at, rate);
    const part = stepsPerEpoch === null ? null : Math.min(1, (batch + 1) / stepsPerEpoch);
    const last = stopping ? epoch : epochs;
    this.#info({
      elapsed: clock.elapsed,
      timeLeft: part === null ? null : clock.timeLeft(epoch - 1 + part - firstEpoch, last - firstEpoch),
      stepsOfEpoch: batch + 1,
      throughput: clock.throughput,
      learningRates,
    });
    sharedBoard().changed();
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    const { state, clock } = run;
    this.#obey();
    for (const [name, value] of Object.entries(logs))
      if (typeof value === 'number') state.add(`epoch/${name}`, epoch + 1, value);
    const { firstEpoch, epochs, stopping, ...info } = state.get('info')!;
    const done = this.model._run?.done ?? run.done;
    // Data that do not say how many steps they have had as many as this.
    const stepsPerEpoch = info.stepsPerEpoch ?? (done > run.epochBegin ? done - run.epochBegin : null);
    this.#info({
      elapsed: clock.elapsed,
      timeLeft: clock.timeLeft(epoch + 1 - firstEpoch, (stopping ? epoch + 1 : epochs) - firstEpoch),
      stepsPerEpoch,
      stepsOfEpoch: stepsPerEpoch ?? info.stepsOfEpoch,
      logs: Object.fromEntries(Object.entries(logs).map(([name, value]) => [name, toJsonNumber(value)])),
      learningRates: this.#learningRates(),
    });
    if (!Number.isFinite(logs.loss)) this.#note('warn', `The loss of epoch ${epoch + 1} is ${logs.loss}.`);
    sharedBoard().changed();
    await this.#observe(run, epoch);
    if (state.get('info')!.stopping) {
      this.model.stopTraining = true;
      run.hasStopped = true;
    }
    sharedBoard().changed();
  }

  async #observe(run: Run, epoch: number): Promise<void> {
    const { state, batch } = run;
    const due = (each: number): boolean => each > 0 && epoch % each === 0;
    const insight = this.model._run?.insight ?? null;
    if (due(this.histogramFreq)) {
      const histograms: Record<string, Histogram> = {};
      for (const weight of shownWeights(this.model))
        histograms[weight.path] = extendHistogram(
          state.get('histograms')?.[weight.path],
          epoch + 1,
          weight.read().data,
        );
      state.set('histograms', histograms);
    }
    if (due(this.gradientFreq)) {
      const samples = (await insight?.validationSamples(GRADIENT_SAMPLES)) ?? batch;
      if (samples !== null) {
        for (const [path, norm] of gradientNorms(this.model, samples)) state.add(`gradient/${path}`, epoch + 1, norm);
      }
    }
    if (this.confusionFreq === null ? hasTimeFor(run) : due(this.confusionFreq)) await this.#confuse(run, epoch);
    if (this.samples !== null && due(this.samplesFreq)) {
      const list = shownSamples(await this.samples(this.model, epoch));
      state.set('samples', { epoch: epoch + 1, list });
    }
  }

  async #confuse(run: Run, epoch: number): Promise<void> {
    const samples = (await this.model._run?.insight.validationSamples(CONFUSION_SAMPLES)) ?? null;
    if (run.classes === null || samples === null) return;
    const before = run.clock.elapsed;
    const counts = await confusionOf(this.model, run.classes, samples);
    const time = run.clock.elapsed;
    run.confusion = { count: (run.confusion?.count ?? 0) + 1, epoch, time, seconds: time - before };
    if (counts === null) return;
    const names = counts.map((_, i) => this.classNames?.[i] ?? String(i));
    run.state.set('confusion', { epoch: epoch + 1, names, counts });
  }

  async #end(status: RunStatus, reason: string): Promise<void> {
    this.#endConsole?.();
    this.#endConsole = null;
    const run = this.#run;
    if (run === null || run.state.get('info')!.status !== 'running') return;
    this.#info({ status, reason, elapsed: run.clock.elapsed, timeLeft: null });
    const board = sharedBoard();
    board.end(run.state.id);
    board.changed();
    await this.#server?.tellLast();
    // Who ends a run by Ctrl-C wants the process to end.
    if (this.keepOpen && this.model._run?.interrupted !== true) this.#server?.hold();
  }

  override async onTrainEnd(): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    const { epoch, epochs } = run.state.get('info')!;
    if (this.confusionFreq === null && epoch > 0 && run.confusion?.epoch !== epoch - 1)
      await this.#confuse(run, epoch - 1);
    const interrupted = this.model._run?.interrupted ?? false;
    if (run.hasStopped) await this.#end('stopped', `on the page, after epoch ${epoch}`);
    else if (interrupted) await this.#end('stopped', 'by a signal');
    else if (epoch < epochs) await this.#end('stopped', `after epoch ${epoch}, by the program`);
    else await this.#end('finished', '');
  }

  override async onTrainError(error: unknown): Promise<void> {
    // An error from before this run began says nothing of the last one.
    if (this.#run === null || this.#run.state.get('info')!.status !== 'running') return;
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#note('error', message);
    await this.#end('failed', message.slice(0, MOST_LETTERS));
  }
}
checkMethods(LiveDashboard);

/** Whether a confusion matrix now takes a small part of the time only. The first one compiles, and does not say how long others take. */
const hasTimeFor = ({ confusion, clock }: Run): boolean =>
  confusion === null || confusion.count < 2 || clock.elapsed - confusion.time > 20 * confusion.seconds;

/** Whether the learning rate is a number of its own; a schedule cannot be set. */
const isSettable = (optimizer: Optimizer): boolean => optimizer.learningRate instanceof Variable;

const short = (value: number): string => String(Number(value.toPrecision(4)));

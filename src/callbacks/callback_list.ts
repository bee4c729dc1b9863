/** @file `CallbackList`: calls many callbacks as one. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import { describe } from '../core/describe.js';
import type { Tree } from '../core/tree.js';
import { classNameOf } from '../core/serialization.js';
import { flatten } from '../core/tree.js';
import { RuntimeError, ValueError } from '../core/errors.js';
import type { Tensor } from '../runtime/index.js';
import type { Model } from '../models/model.js';
import type { BeginLogs, CallbackParams, HookResult, Logs } from './callback.js';
import { Callback } from './callback.js';
import { History } from './history.js';
import { ProgbarLogger } from './progbar_logger.js';

/** Callbacks as `fit` takes them: one, or lists of them. */
export type Callbacks = Tree<Callback | null>;

/** Options of `new CallbackList(callbacks, options)`; further ones are handed to the callbacks as their `params`. */
export interface CallbackListOptions extends CallbackParams {
  /** Add a `History` unless there is one. Default false. */
  readonly addHistory?: boolean;
  /** Add a `ProgbarLogger` unless there is one. Default false. */
  readonly addProgbar?: boolean;
  /** The model that the callbacks listen to. Default null. */
  readonly model?: Model | null;
}

/** What there is to wait for where no callback listens. */
const NOBODY = Promise.resolve();

type BatchMode = 'Train' | 'Test' | 'Predict';

/** Whether a callback wants to hear of single batches. */
function listensTo(callback: Callback, mode: BatchMode): boolean {
  const own = (name: `on${BatchMode}Batch${'Begin' | 'End'}` | 'onBatchBegin' | 'onBatchEnd'): boolean =>
    callback[name] !== Callback.prototype[name];
  if (own(`on${mode}BatchBegin`) || own(`on${mode}BatchEnd`)) return true;
  return mode === 'Train' && (own('onBatchBegin') || own('onBatchEnd'));
}

/**
 * A list of callbacks that is called like one. `fit` makes one of its `callbacks`; make your own for a training loop of your own.
 *
 * @param callbacks The callbacks.
 * @param options See {@link CallbackListOptions}.
 * @see `keras.callbacks.CallbackList`
 * @example
 * const list = new CallbackList([new History()], { model, epochs: 2 });
 * await list.onTrainBegin();
 */
export class CallbackList extends Callback {
  readonly callbacks: Callback[];
  /** The one that `fit` returns, or null. */
  readonly history: History | null;
  /** The step for which each callback last asked. */
  readonly #checkpoints = new Map<Callback, number>();
  #listeners!: Readonly<Record<BatchMode, readonly Callback[]>>;

  constructor(callbacks: Callbacks | null = null, options: CallbackListOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super();
    const { addHistory = false, addProgbar = false, model = null, ...params } = options;
    this.callbacks = callbacks === null ? [] : flatten<Callback | null>(callbacks).filter((each) => each !== null);
    for (const each of this.callbacks) {
      if (!(each instanceof Callback))
        throw new ValueError(
          `CallbackList: got ${describe(each)} among the callbacks. Expected instances of Callback.`,
        );
    }
    if (addHistory && !this.callbacks.some((each) => each instanceof History)) this.callbacks.push(new History());
    if (addProgbar && !this.callbacks.some((each) => each instanceof ProgbarLogger))
      this.callbacks.push(new ProgbarLogger());
    this.history = this.callbacks.findLast((each) => each instanceof History) ?? null;
    this.#findListeners();
    if (model !== null) this.setModel(model);
    if (Object.keys(params).length > 0) this.setParams(params);
  }

  #findListeners(): void {
    this.callbacks.sort((a, b) => Number(a.runsLast) - Number(b.runsLast));
    const listeners = (mode: BatchMode): Callback[] => this.callbacks.filter((each) => listensTo(each, mode));
    this.#listeners = { Train: listeners('Train'), Test: listeners('Test'), Predict: listeners('Predict') };
  }

  /** Add a callback at the end. */
  append(callback: Callback): void {
    this.callbacks.push(callback);
    this.#findListeners();
  }

  override setParams(params: CallbackParams): void {
    super.setParams(params);
    for (const each of this.callbacks) each.setParams(params);
  }

  override setModel(model: Model): void {
    super.setModel(model);
    if (this.history !== null) model.history = this.history;
    for (const each of this.callbacks) each.setModel(model);
  }

  /** Whether any callback but the progress bar must hear of each batch. */
  listensToBatches(mode: BatchMode): boolean {
    return this.#listeners[mode].some((each) => Object.getPrototypeOf(each) !== ProgbarLogger.prototype);
  }

  /** Whether nobody at all, the progress bar included, hears of batches. */
  ignoresBatches(mode: BatchMode): boolean {
    return this.#listeners[mode].length === 0;
  }

  #each(
    hook: keyof Callback,
    call: (callback: Callback) => HookResult,
    callbacks: readonly Callback[] = this.callbacks,
  ): Promise<void> {
    return callbacks.length === 0 ? NOBODY : this.#inTurn(hook, call, callbacks);
  }

  async #inTurn(
    hook: keyof Callback,
    call: (callback: Callback) => HookResult,
    callbacks: readonly Callback[],
  ): Promise<void> {
    for (const each of callbacks) {
      try {
        await call(each);
      } catch (error) {
        throw each instanceof CallbackList ? error : withPlace(error, each, hook);
      }
    }
  }

  override onBatchBegin(batch: number, logs: BeginLogs = {}): Promise<void> {
    return this.#each('onBatchBegin', (each) => each.onBatchBegin(batch, logs));
  }

  override onBatchEnd(batch: number, logs: Logs): Promise<void> {
    return this.#each('onBatchEnd', (each) => each.onBatchEnd(batch, logs));
  }

  override onEpochBegin(epoch: number, logs: BeginLogs = {}): Promise<void> {
    return this.#each('onEpochBegin', (each) => each.onEpochBegin(epoch, logs));
  }

  override onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    return this.#each('onEpochEnd', (each) => each.onEpochEnd(epoch, logs));
  }

  override onTrainBatchBegin(batch: number, logs: BeginLogs = {}): Promise<void> {
    return this.#each('onTrainBatchBegin', (each) => each.onTrainBatchBegin(batch, logs), this.#listeners.Train);
  }

  override onTrainBatchEnd(batch: number, logs: Logs): Promise<void> {
    return this.#each('onTrainBatchEnd', (each) => each.onTrainBatchEnd(batch, logs), this.#listeners.Train);
  }

  override onTestBatchBegin(batch: number, logs: BeginLogs = {}): Promise<void> {
    return this.#each('onTestBatchBegin', (each) => each.onTestBatchBegin(batch, logs), this.#listeners.Test);
  }

  override onTestBatchEnd(batch: number, logs: Logs): Promise<void> {
    return this.#each('onTestBatchEnd', (each) => each.onTestBatchEnd(batch, logs), this.#listeners.Test);
  }

  override onPredictBatchBegin(batch: number, logs: BeginLogs = {}): Promise<void> {
    return this.#each('onPredictBatchBegin', (each) => each.onPredictBatchBegin(batch, logs), this.#listeners.Predict);
  }

  override onPredictBatchEnd(batch: number, logs: { readonly outputs: Tree<Tensor> }): Promise<void> {
    return this.#each('onPredictBatchEnd', (each) => each.onPredictBatchEnd(batch, logs), this.#listeners.Predict);
  }

  /** The first of the steps that the callbacks ask for. */
  override nextCheckpoint(done: number): number | null {
    this.#checkpoints.clear();
    for (const each of this.callbacks) {
      const step = each.nextCheckpoint(done);
      if (step !== null) this.#checkpoints.set(each, step);
    }
    return this.#checkpoints.size === 0 ? null : Math.min(...this.#checkpoints.values());
  }

  /** Called for the callbacks whose step has come. */
  override onCheckpoint(done: number, batch: number, logs: Logs): Promise<void> {
    const due = this.callbacks.filter((each) => (this.#checkpoints.get(each) ?? Infinity) <= done);
    return this.#each('onCheckpoint', (each) => each.onCheckpoint(done, batch, logs), due);
  }

  override onTrainBegin(logs: BeginLogs = {}): Promise<void> {
    return this.#each('onTrainBegin', (each) => each.onTrainBegin(logs));
  }

  override onTrainEnd(logs: Logs): Promise<void> {
    return this.#each('onTrainEnd', (each) => each.onTrainEnd(logs));
  }

  override async onTrainError(error: unknown): Promise<void> {
    for (const each of this.callbacks) {
      try {
        await each.onTrainError(error);
      } catch (further) {
        if (further !== error) console.warn(`${classNameOf(each)}.onTrainError: ${(further as Error).message}`);
      }
    }
  }

  override onTestBegin(logs: BeginLogs = {}): Promise<void> {
    return this.#each('onTestBegin', (each) => each.onTestBegin(logs));
  }

  override onTestEnd(logs: Logs): Promise<void> {
    return this.#each('onTestEnd', (each) => each.onTestEnd(logs));
  }

  override onPredictBegin(logs: BeginLogs = {}): Promise<void> {
    return this.#each('onPredictBegin', (each) => each.onPredictBegin(logs));
  }

  override onPredictEnd(logs: BeginLogs = {}): Promise<void> {
    return this.#each('onPredictEnd', (each) => each.onPredictEnd(logs));
  }
}
checkMethods(CallbackList);

/** The error itself (whose class, fields and `cause` callers may ask for), with the callback and its hook before its message. */
function withPlace(error: unknown, callback: Callback, hook: string): unknown {
  const name = classNameOf(callback);
  const place = `${name}.${hook}: `;
  // What is no error, or may not be changed, is the cause of one.
  if (!(error instanceof Error) || !canRename(error))
    return new RuntimeError(place + (error instanceof Error ? error.message : String(error)), { cause: error });
  const { message } = error;
  if (message.startsWith(place)) return error; // the same object, thrown once more
  error.message = place + (message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message);
  // The stack holds the message as it was.
  if (typeof error.stack === 'string') error.stack = error.stack.replace(message, () => error.message);
  return error;
}

/** Whether a message can be put into an error: not where it is frozen, or made by a getter (`DOMException`). */
function canRename(error: Error): boolean {
  const own = Object.getOwnPropertyDescriptor(error, 'message');
  return own === undefined ? Object.isExtensible(error) && !(error instanceof DOMException) : own.writable === true;
}

/** @file `RemoteMonitor`. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { formatFloat } from '../core/python_format.js';
import type { Logs } from './callback.js';
import { Callback } from './callback.js';

/** Options of `new RemoteMonitor(options)`. */
export interface RemoteMonitorOptions {
  /** Address of the server. Default `'http://localhost:9000'`. */
  readonly root?: string;
  /** What is added to `root`. Default `'/publish/epoch/end/'`. */
  readonly path?: string;
  /** The field of the form that holds the JSON, unless `sendAsJson`. Default `'data'`. */
  readonly field?: string;
  /** Further headers of the requests. Default null. */
  readonly headers?: Readonly<Record<string, string>> | null;
  /** Whether the body is the JSON itself. Default false: a form with one field. */
  readonly sendAsJson?: boolean;
  /** Ours: seconds after which a request is given up. Default 5. */
  readonly timeout?: number;
}

/**
 * Sends the logs of each epoch to a server, as an HTTP POST. Training does not wait for the server: requests go out one after the other
 * beside it, and one that fails or takes too long is said once, as a warning. `fit` ends when the last one is answered or given up.
 *
 * @param options See {@link RemoteMonitorOptions}.
 * @see `keras.callbacks.RemoteMonitor`
 * @example
 * await model.fit(x, y, { callbacks: [new RemoteMonitor({ root: 'http://localhost:9000', sendAsJson: true })] });
 */
export class RemoteMonitor extends Callback {
  readonly root: string;
  readonly path: string;
  readonly field: string;
  readonly headers: Readonly<Record<string, string>> | null;
  readonly sendAsJson: boolean;
  readonly timeout: number;
  #sent: Promise<void> = Promise.resolve();
  #hasWarned = false;

  constructor(options: RemoteMonitorOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const {
      root = 'http://localhost:9000',
      path = '/publish/epoch/end/',
      field = 'data',
      headers = null,
      sendAsJson = false,
      timeout = 5,
      ...rest
    } = options;
    refuseUnknownOptions('RemoteMonitor', rest, ['root', 'path', 'field', 'headers', 'sendAsJson', 'timeout']);
    if (!URL.canParse(root + path))
      throw new ValueError(`RemoteMonitor: '${root}${path}' is no address. Give root as in 'http://localhost:9000'.`);
    if (typeof timeout !== 'number' || !(timeout > 0))
      throw new ValueError(`RemoteMonitor: timeout=${describe(timeout)}. Expected seconds, above 0.`);
    this.root = root;
    this.path = path;
    this.field = field;
    this.headers = headers;
    this.sendAsJson = sendAsJson;
    this.timeout = timeout;
  }

  override onTrainBegin(): void {
    this.#hasWarned = false;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const entries = Object.entries(logs).map(([name, value]) => `${JSON.stringify(name)}: ${jsonNumber(value)}`);
    const body = `{${[`"epoch": ${epoch}`, ...entries].join(', ')}}`;
    this.#sent = this.#sent.then(() => this.#post(body));
  }

  override onTrainEnd(): Promise<void> {
    return this.#sent;
  }

  async #post(json: string): Promise<void> {
    // A server that failed once gets no more than a short while, so that the end of training is not held up by every epoch in turn.
    const seconds = this.#hasWarned ? Math.min(this.timeout, 0.5) : this.timeout;
    try {
      const response = await fetch(this.root + this.path, {
        method: 'POST',
        headers: { ...(this.sendAsJson ? { 'Content-Type': 'application/json' } : {}), ...this.headers },
        body: this.sendAsJson ? json : new URLSearchParams({ [this.field]: json }),
        signal: AbortSignal.timeout(seconds * 1000),
      });
      await response.arrayBuffer(); // an unread answer keeps its connection
    } catch (error) {
      if (this.#hasWarned) return;
      this.#hasWarned = true;
      const reason = error instanceof Error && error.name === 'TimeoutError' ? ` within ${seconds} s` : '';
      console.warn(`Could not reach RemoteMonitor root server at ${this.root}${reason}`);
    }
  }
}

/** A value of the logs as Python's json writes it: JSON has no NaN and no infinities, but these words are written all the same. */
function jsonNumber(value: unknown): string {
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return formatFloat(value);
    return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  }
  return JSON.stringify(value) ?? 'null';
}

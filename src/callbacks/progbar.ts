/** @file `Progbar`: one line that shows how far a loop is, how long it takes, and its metrics. */
import { checkMethods } from '../core/methods.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { getPlatform } from '../core/platform.js';

/** Options of `new Progbar(target, options)`. */
export interface ProgbarOptions {
  /** Characters of the bar. Default 20. */
  readonly width?: number;
  /** 0: silent, 1: a bar that moves, 2: one line at the end. Default 1. */
  readonly verbose?: 0 | 1 | 2;
  /** Seconds between two updates of the bar, at least. Default 0.05. */
  readonly interval?: number;
  /** Names whose values are shown as they are; all others are averaged over the steps. */
  readonly statefulMetrics?: readonly string[] | null;
  /** Names whose values are averaged; all others are shown as they are. Not together with `statefulMetrics`. */
  readonly statelessMetrics?: readonly string[] | null;
  /** Default `'step'`. */
  readonly unitName?: string;
}

const BOLD = '\x1b[1m';
const GREEN = '\x1b[32m';
const GREY = '\x1b[37m';
const PLAIN = '\x1b[0m';

/** As Python's `%.4f`, or `%.4e` for what that would round away. */
function formatValue(value: number, small: boolean): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (!small) return value.toFixed(4);
  const [digits, exponent] = value.toExponential(4).split('e');
  return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** A whole number as Python's `%.0f` writes it: halves go to the even neighbour. */
function formatWhole(x: number): string {
  const rounded = Math.round(x);
  return String(Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded);
}

const twoDigits = (x: number): string => String(Math.floor(x)).padStart(2, '0');

function formatRemaining(seconds: number): string {
  if (seconds > 3600)
    return `${Math.floor(seconds / 3600)}:${twoDigits((seconds % 3600) / 60)}:${twoDigits(seconds % 60)}`;
  if (seconds > 60) return `${Math.floor(seconds / 60)}:${twoDigits(seconds % 60)}`;
  return `${Math.floor(seconds)}s`;
}

/**
 * A progress bar in the terminal, as Keras prints it: `7/10 ━━━━━━━━━━━━━━━━━━━━ 2s 12ms/step - loss: 1.2345`.
 *
 * Where lines cannot be overwritten (a file, a pipe, a browser's console), only the last state of each bar is written, in plain text.
 *
 * @param target How many steps there are; null if that is not known.
 * @param options See {@link ProgbarOptions}.
 * @see `keras.utils.Progbar`
 * @example
 * const bar = new utils.Progbar(2);
 * await bar.update(1, [['loss', 0.5]]);
 * await bar.update(2, [['loss', 0.25]]);
 */
export class Progbar {
  /** How many steps are expected; null while it is not known. */
  target: number | null;
  readonly width: number;
  readonly verbose: 0 | 1 | 2;
  readonly interval: number;
  readonly unitName: string;
  readonly #isStateless: (name: string) => boolean;
  readonly #sums = new Map<string, { sum: number; count: number }>();
  readonly #start = getPlatform().now();
  #seen = 0;
  #lastUpdate = -Infinity;
  #afterFirstStep: number | null = null;
  #lineWidth = 0;

  constructor(target: number | null, options: ProgbarOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      width = 20,
      verbose = 1,
      interval = 0.05,
      statefulMetrics = null,
      statelessMetrics = null,
      unitName = 'step',
      ...rest
    } = options;
    refuseUnknownOptions('Progbar', rest, [
      'width',
      'verbose',
      'interval',
      'statefulMetrics',
      'statelessMetrics',
      'unitName',
    ]);
    if (statefulMetrics !== null && statelessMetrics !== null) {
      throw new ValueError(
        'Progbar: got both statefulMetrics and statelessMetrics. Give one of them: the other names are of the other kind.',
      );
    }
    this.target = target;
    this.width = width;
    this.verbose = verbose;
    this.interval = interval;
    this.unitName = unitName;
    const names = new Set(statefulMetrics ?? statelessMetrics ?? []);
    this.#isStateless = statelessMetrics !== null ? (name) => names.has(name) : (name) => !names.has(name);
  }

  /** Whether an update at this moment would be shown; cheaper than an update. */
  get isDue(): boolean {
    return this.verbose === 1 && getPlatform().now() - this.#lastUpdate >= this.interval;
  }

  /**
   * Show the state.
   *
   * @param current Steps done.
   * @param values Pairs of name and value.
   * @param options `finalize`: whether the bar is done; by default when `current` has reached the target.
   */
  update(
    current: number,
    values: readonly (readonly [string, number])[] | null = null,
    options: { readonly finalize?: boolean | null } = {},
  ): void {
    const { finalize } = checkedOptions<{ readonly finalize?: boolean | null }>('update', options, arguments, 2, [
      'finalize',
    ]);
    const done = finalize ?? (this.target !== null && current >= this.target);
    for (const [name, value] of values ?? []) this.#record(name, value, current, done);
    this.#seen = current;
    const now = getPlatform().now();
    const perUnit = this.#stepDuration(current, now);
    if (this.verbose === 1) {
      if (now - this.#lastUpdate < this.interval && !done) return;
      this.#draw(current, now, perUnit, done);
    } else if (this.verbose === 2 && done && this.target !== null && this.target > 0) {
      const count = `${String(current).padStart(String(this.target).length)}/${this.target}`;
      // Keras: negative values are shown as %.4e here; here as in the bar.
      const text = `${count} - ${formatWhole(now - this.#start)}s -${this.#formatDuration(perUnit)}${this.#formatValues()}\n`;
      getPlatform().terminal.write(text);
    }
    this.#lastUpdate = now;
  }

  /** Show that `n` more steps are done. */
  add(n: number, values: readonly (readonly [string, number])[] | null = null): void {
    this.update(this.#seen + n, values);
  }

  #record(name: string, value: number, current: number, done: boolean): void {
    if (!this.#isStateless(name) || done) {
      this.#sums.set(name, { sum: value, count: 1 });
      return;
    }
    const steps = Math.max(current - this.#seen, 1);
    const entry = this.#sums.get(name);
    if (entry === undefined) this.#sums.set(name, { sum: value * steps, count: steps });
    else {
      entry.sum += value * steps;
      entry.count += steps;
    }
  }

  #draw(current: number, now: number, perUnit: number, done: boolean): void {
    const { terminal } = getPlatform();
    const live = terminal.isInteractive;
    // Keras: a further line per update where lines cannot be overwritten; here only the last one.
    if (!live && !done) return;
    const paint = (code: string, text: string): string => (live ? `${code}${text}${PLAIN}` : text);
    const known = this.target !== null && this.target > 0;
    let bar: string;
    let width: number;
    if (known) {
      const count = `${String(current).padStart(String(this.target).length)}/${this.target}`;
      const filled = Math.trunc((this.width * current) / this.target!);
      const rest = '━'.repeat(Math.max(0, this.width - filled));
      bar = `${paint(BOLD, count)} ${filled > 0 ? paint(GREEN, '━'.repeat(filled)) : ''}${live || rest ? paint(GREY, rest) : ''}`;
      width = count.length + 1 + filled + rest.length;
    } else {
      bar = `${String(current).padStart(7)}/Unknown`;
      width = bar.length;
    }
    const time =
      known && !done ? formatRemaining(perUnit * (this.target! - current)) : `${formatWhole(now - this.#start)}s`;
    const info = `${this.#formatDuration(perUnit)}${this.#formatValues()}`;
    width += 1 + time.length + info.length;
    const erase = live ? `${'\b'.repeat(this.#lineWidth)}\r` : '';
    const blanks = live ? ' '.repeat(Math.max(0, this.#lineWidth - width)) : '';
    terminal.write(`${erase}${bar} ${paint(BOLD, time)}${info}${blanks}${done ? '\n' : ''}`);
    this.#lineWidth = width;
  }

  #formatValues(): string {
    let text = '';
    for (const [name, { sum, count }] of this.#sums) {
      const average = Number(sum) / Math.max(1, count);
      text += ` - ${name}: ${formatValue(average, !(Math.abs(average) > 1e-3))}`;
    }
    return text;
  }

  #formatDuration(perUnit: number): string {
    if (perUnit >= 1 || perUnit === 0) return ` ${formatWhole(perUnit)}s/${this.unitName}`;
    if (perUnit >= 1e-3) return ` ${formatWhole(perUnit * 1e3)}ms/${this.unitName}`;
    return ` ${formatWhole(perUnit * 1e6)}us/${this.unitName}`;
  }

  /** Seconds a step; the first step, which compiles, is left out once there are more. */
  #stepDuration(current: number, now: number): number {
    if (current === 0) return 0;
    const duration =
      this.#afterFirstStep !== null && current > 1
        ? (now - this.#afterFirstStep) / (current - 1)
        : (now - this.#start) / current;
    if (current === 1) this.#afterFirstStep = now;
    return duration;
  }
}
checkMethods(Progbar);

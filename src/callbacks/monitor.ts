/** @file `MonitorCallback`: the base of callbacks that follow one number of the logs. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { Logs } from './callback.js';
import { Callback } from './callback.js';

/** Whether the number should fall or rise; `'auto'`: as the loss or metric says itself. */
export type MonitorMode = 'auto' | 'min' | 'max';

/** Options that monitoring callbacks share. */
export interface MonitorOptions {
  /** Name in the logs. `acc` and `accuracy`, `lr` and `learning_rate` stand for each other. Default `'val_loss'`. */
  readonly monitor?: string;
  /** Default `'auto'`. */
  readonly mode?: MonitorMode;
  /** Changes that are smaller are no improvement. */
  readonly minDelta?: number;
}

/** Other names under which people know an entry of the logs. */
function aliasesOf(name: string): string[] {
  const pairs: [RegExp, string][] = [
    [/(^|_)acc$/, '$1accuracy'],
    [/(^|_)accuracy$/, '$1acc'],
    [/^lr$/, 'learning_rate'],
    [/^learning_rate$/, 'lr'],
  ];
  return pairs.flatMap(([pattern, other]) => (pattern.test(name) ? [name.replace(pattern, other)] : []));
}

/** An entry of the logs by its name or by another name of it; undefined if there is none. */
export function lookUp(logs: Readonly<Logs>, name: string): number | undefined {
  for (const each of [name, ...aliasesOf(name)]) if (Object.hasOwn(logs, each)) return logs[each];
  return undefined;
}

/** A callback that compares a number of the logs with the best so far. */
export class MonitorCallback extends Callback {
  readonly monitor: string;
  readonly mode: MonitorMode;
  readonly minDelta: number;
  /** The best value so far, or null. */
  best: number | null = null;
  readonly #owner: string;
  #rises: boolean | null = null;

  constructor(owner: string, { monitor = 'val_loss', mode = 'auto', minDelta = 0 }: MonitorOptions) {
    super();
    if (typeof monitor !== 'string')
      throw new ValueError(`${owner}: monitor=${describe(monitor)}. Expected a name in the logs.`);
    if (!['auto', 'min', 'max'].includes(mode))
      console.warn(`${owner} mode '${String(mode)}' is unknown, fallback to auto mode.`);
    this.#owner = owner;
    this.monitor = monitor;
    this.mode = mode === 'min' || mode === 'max' ? mode : 'auto';
    this.minDelta = Math.abs(minDelta);
  }

  /** Whether `value` is better than `reference` (null: anything is), by more than `minDelta`. */
  protected isImprovement(value: number, reference: number | null): boolean {
    const { rises } = this;
    if (reference === null) return true;
    const bound = Math.fround(reference); // logs are float32: Keras compares in it
    return rises ? Math.fround(value - this.minDelta) > bound : Math.fround(value + this.minDelta) < bound;
  }

  /** Whether the number should rise. @throws {ValueError} Its name does not say it, and there is no `mode`. */
  protected get rises(): boolean {
    return (this.#rises ??= this.#findDirection());
  }

  #findDirection(): boolean {
    if (this.mode !== 'auto') return this.mode === 'max';
    const name = this.monitor.replace(/^val_/, '');
    if (name === 'loss' || name.endsWith('_loss')) return false;
    if (this.monitor === 'lr' || this.monitor === 'learning_rate') return false; // as Keras 2; Keras 3 asks for a mode
    for (const each of [name, ...aliasesOf(name)]) {
      const direction = this.model._metricDirection(each);
      if (direction !== null) return direction === 'up';
    }
    throw new ValueError(
      `${this.#owner}: cannot tell whether monitor='${this.monitor}' should be maximized or minimized. Give mode: 'max' or mode: 'min'.`,
    );
  }
}

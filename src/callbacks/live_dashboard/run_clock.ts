/** @file Where a run stands in time: how fast its steps come, how long it will last, and when a dashboard should look again. */

/** Seconds between two looks. Steps in between run in one go. */
const INTERVAL = 0.25;

/** Measures a run. Times are in seconds. */
export class RunClock {
  readonly #now: () => number;
  readonly #start: number;
  #mark: { readonly time: number; readonly steps: number };
  /** When and where the first steps were done: the time before was for compiling. */
  #first: { readonly time: number; readonly epochs: number } | null = null;
  /** Steps a second, lately; null: not known yet. */
  throughput: number | null = null;

  constructor(now: () => number) {
    this.#now = now;
    this.#start = now();
    this.#mark = { time: this.#start, steps: 0 };
  }

  get elapsed(): number {
    return this.#now() - this.#start;
  }

  /** Count anew from here: what came before was no training. @param steps Steps that are done. */
  restart(steps: number): void {
    this.#mark = { time: this.#now(), steps };
  }

  /** @param steps Steps that are done, of all epochs. */
  measure(steps: number): void {
    const { time, steps: before } = this.#mark;
    const seconds = this.#now() - time;
    // The first step compiles, and says nothing of those that follow.
    if (steps > before && before > 0 && seconds > 0) {
      const rate = (steps - before) / seconds;
      this.throughput = this.throughput === null ? rate : 0.6 * this.throughput + 0.4 * rate;
    }
    this.restart(steps);
  }

  /**
   * Seconds until a run ends; null: not known yet.
   *
   * @param done Epochs that are done, with a part of one.
   * @param all Epochs at the end.
   */
  timeLeft(done: number, all: number): number | null {
    const time = this.#now();
    if (done <= 0) return null;
    if (this.#first === null) {
      this.#first = { time, epochs: done };
      return null;
    }
    const { time: start, epochs } = this.#first;
    return done > epochs ? ((time - start) / (done - epochs)) * Math.max(0, all - done) : null;
  }

  /** The step after which to look next. @param done Steps that are done. */
  nextLook(done: number): number {
    const { steps } = this.#mark;
    const apart = this.throughput === null ? 1 : Math.max(1, Math.round(this.throughput * INTERVAL));
    return Math.max(done + 1, steps + apart);
  }
}

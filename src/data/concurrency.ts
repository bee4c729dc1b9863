/** @file How many things may be in the making at once. */
import type { Awaitable } from './dataset/stage.js';

/** Lets at most `limit` calls run at once; the others wait for their turn, in order. */
export class Limiter {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Whether a new call would have to wait. */
  get isBusy(): boolean {
    return this.#free === 0;
  }

  async run<T>(fn: () => Awaitable<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await fn();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** What becomes of a promise, so that one that fails before somebody waits for it is no unhandled rejection. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown };

const outcomeOf = <T>(promise: Promise<T>): Promise<Outcome<T>> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );

/**
 * Results of `next()` in order, with `count` of them begun before they are asked for. `next` returns null when there is
 * nothing more to begin.
 */
export async function* inOrderAhead<T>(next: () => Promise<T> | null, count: number): AsyncGenerator<T, void, void> {
  const begun: Promise<Outcome<T>>[] = [];
  let ended = false;
  const begin = (): void => {
    while (!ended && begun.length < count) {
      const promise = next();
      if (promise === null) ended = true;
      else begun.push(outcomeOf(promise));
    }
  };
  begin();
  while (begun.length > 0) {
    const outcome = await begun.shift()!;
    if ('error' in outcome) throw outcome.error;
    begin();
    yield outcome.value;
  }
}

/**
 * Elements of a source that are read before they are asked for: at most `size` wait. The source is read on while its reader is
 * busy, as far as the event loop gets its turn.
 */
export async function* readAhead<T>(
  source: AsyncGenerator<T, void, void>,
  size: number,
): AsyncGenerator<T, void, void> {
  // An async generator queues the calls of next(), so several may be outstanding; each result is kept in order.
  const waiting: Promise<Outcome<IteratorResult<T, void>>>[] = [];
  const ask = (): void => void waiting.push(outcomeOf(source.next()));
  try {
    for (let i = 0; i < size; i++) ask();
    for (;;) {
      const outcome = await waiting.shift()!;
      if ('error' in outcome) throw outcome.error;
      if (outcome.value.done === true) return;
      ask();
      yield outcome.value.value;
    }
  } finally {
    // Whoever leaves early has the source's own `finally` done before going on.
    await source.return();
  }
}

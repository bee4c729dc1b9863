/** @file `Interruption`: what ends a `fit` from outside: the caller's signal, or Ctrl-C. */
import { getPlatform } from '../core/platform.js';

/** Listens while a `fit` runs. */
export class Interruption {
  readonly #signal: AbortSignal | null;
  readonly #release: () => void;
  #byKey = false;

  /** @param stop Called when the run is to end; at once if it was to end before it began. */
  constructor(signal: AbortSignal | null, stop: () => void) {
    this.#signal = signal;
    const byKey = (): void => {
      this.#byKey = true;
      console.warn('fit: interrupted. Training ends after the steps at hand; Ctrl-C again ends the process at once.');
      stop();
    };
    const forget = getPlatform().interrupts?.listen(byKey);
    signal?.addEventListener('abort', stop);
    this.#release = () => {
      signal?.removeEventListener('abort', stop);
      forget?.();
    };
    if (this.happened) stop();
  }

  /** Whether the run is to end. */
  get happened(): boolean {
    return this.#byKey || (this.#signal?.aborted ?? false);
  }

  /** Listen no more. */
  release(): void {
    this.#release();
  }
}

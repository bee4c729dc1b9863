/** @file Ctrl-C: what is at work is told to end; pressed again, the process ends as it would have without us. */
import type { Interrupts } from '../../core/platform.js';

/** What a shell expects of a program that Ctrl-C has ended: 128 and the number of SIGINT. */
const INTERRUPTED = 130;

const listeners = new Set<() => void>();
let heard = false;

function hear(): void {
  if (heard) {
    process.off('SIGINT', hear);
    process.kill(process.pid, 'SIGINT');
    return;
  }
  heard = true;
  // A program with a handler of its own decides itself how it ends.
  if (process.listenerCount('SIGINT') === 1) process.exitCode ??= INTERRUPTED;
  for (const listener of listeners) listener();
}

/** SIGINT. In worker threads, where signals do not arrive, nothing is ever heard. */
export const interrupts: Interrupts = {
  listen(listener) {
    if (listeners.size === 0) {
      heard = false;
      process.on('SIGINT', hear);
    }
    const own = (): void => listener(); // one function that listens twice counts twice
    listeners.add(own);
    return () => {
      if (listeners.delete(own) && listeners.size === 0) process.off('SIGINT', hear);
    };
  },
};

/** @file Whether progress bars, summaries and messages are written: by taking the terminal away and giving it back. */
import { checked } from './checked.js';
import type { Terminal } from './platform.js';
import { getPlatform, setPlatform } from './platform.js';

/** The terminal that was taken away, or null: it is there. */
let muted: Terminal | null = null;

/**
 * Whether progress bars, summaries and messages are written. Default true.
 *
 * @returns True unless it was changed.
 * @see `keras.config.is_interactive_logging_enabled`
 * @example
 * config.isInteractiveLoggingEnabled() // true
 */
export const isInteractiveLoggingEnabled = checked(
  'isInteractiveLoggingEnabled',
  function isInteractiveLoggingEnabled(): boolean {
    return muted === null;
  },
);
/**
 * Write progress bars, summaries and messages again.
 *
 * @see `keras.config.enable_interactive_logging`
 * @example
 * config.enableInteractiveLogging();
 * config.isInteractiveLoggingEnabled(); // true
 */
export const enableInteractiveLogging = checked('enableInteractiveLogging', function enableInteractiveLogging(): void {
  if (muted !== null) setPlatform({ terminal: muted });
  muted = null;
});
/**
 * Write no progress bars, summaries and messages.
 *
 * @see `keras.config.disable_interactive_logging`
 * @example
 * config.disableInteractiveLogging();
 * config.isInteractiveLoggingEnabled(); // false
 * config.enableInteractiveLogging();
 */
export const disableInteractiveLogging = checked(
  'disableInteractiveLogging',
  function disableInteractiveLogging(): void {
    if (muted !== null) return;
    muted = getPlatform().terminal;
    setPlatform({ terminal: { write: () => undefined, isInteractive: false, columns: muted.columns } });
  },
);

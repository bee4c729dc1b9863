/** @file What callbacks print. */
import { getPlatform } from '../core/platform.js';

const listeners = new Set<(text: string) => void>();

/** A line in the terminal. */
export function printLine(text: string): void {
  getPlatform().terminal.write(`${text}\n`);
  for (const listener of listeners) listener(text);
}

/** Hear of each line that callbacks print. @returns Ends it. */
export function onPrintedLine(listener: (text: string) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

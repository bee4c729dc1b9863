/** @file What callbacks print. */
import { getPlatform } from '../core/platform.js';

/** A line in the terminal. */
export function printLine(text: string): void {
  getPlatform().terminal.write(`${text}\n`);
}

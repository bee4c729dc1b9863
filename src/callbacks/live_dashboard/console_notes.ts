/** @file Lines that a program writes to its console and that callbacks print, for whoever shows them. They are written as before. */
import { onPrintedLine } from '../print.js';
import type { Note } from './run_state.js';

type Listener = (level: Note['level'], text: string) => void;
type Method = 'log' | 'info' | 'warn' | 'error';

const METHODS: readonly Method[] = ['log', 'info', 'warn', 'error'];

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? '[object]';
  } catch {
    return '[object]'; // it leads to itself
  }
}

const listeners = new Set<Listener>();
let unpatch: (() => void) | null = null;

/** Put functions in the place of the console's that tell the listeners. */
function patch(): () => void {
  let last = '';
  const tell: Listener = (level, text) => {
    for (const listener of listeners) listener(level, text);
  };
  const methods: Record<Method, (...values: unknown[]) => void> = console;
  const ends = METHODS.map((method) => {
    const before = methods[method];
    const told = (...values: unknown[]): void => {
      before.apply(console, values);
      last = values.map(textOf).join(' ');
      tell(method === 'info' ? 'log' : method, last);
    };
    methods[method] = told;
    return () => {
      if (methods[method] === told) methods[method] = before;
    };
  });
  const printed = (text: string): void => {
    // Where there is no terminal, the line went through the console.
    if (last.trim() !== text.trim()) tell('log', text.trim());
    last = '';
  };
  ends.push(onPrintedLine(printed));
  return () => {
    for (const end of ends) end();
  };
}

/**
 * Listen to the console and to what callbacks print.
 *
 * @returns Ends it. With the last listener the console is as it was; where somebody else has put a function in the place of a method
 * meanwhile, theirs stays.
 */
export function listenToConsole(listener: Listener): () => void {
  unpatch ??= patch();
  listeners.add(listener);
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return;
    unpatch?.();
    unpatch = null;
  };
}

/**
 * @file The program of a worker thread, as text: it must run in Node and in browsers, under any bundler, without a file of its own.
 * The platform appends how messages come and go (`handle(message, post)`).
 *
 * Messages: `start` comes first and asks for a mark in memory, `load` gives a program and the memory that it works on, `run` runs it,
 * `forget` drops programs, `ask` waits for an answer.
 */
import { CONTROL } from '../../kernels/barrier.js';

export const WORKER_SOURCE = `'use strict';
const programs = new Map();
function handle(message, post) {
  switch (message.kind) {
    case 'load':
      programs.set(message.program, {
        memory: message.memory,
        instance: new WebAssembly.Instance(message.module, { env: { memory: message.memory }, host: Math }),
      });
      return;
    case 'start':
      Atomics.store(message.up, 0, 1);
      return;
    case 'ask':
      post({ run: message.run, error: null });
      return;
    case 'forget':
      for (const id of message.programs) programs.delete(id);
      return;
    case 'run': {
      const { memory, instance } = programs.get(message.program);
      try {
        instance.exports.run(message.thread, message.threads, message.steps, message.scratch);
        if (!message.quiet) post({ run: message.run, error: null });
      } catch (error) {
        // The other threads wait at a barrier: they see the mark and stop.
        Atomics.store(new Int32Array(memory.buffer), ${CONTROL.abort / 4}, 1);
        post({ run: message.run, error: String(error) });
      }
      return;
    }
  }
}
`;

/** Messages to a worker. */
export type ToWorker =
  | {
      readonly kind: 'load';
      readonly program: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
    }
  | { readonly kind: 'forget'; readonly programs: readonly number[] }
  | { readonly kind: 'start'; readonly up: Int32Array }
  | { readonly kind: 'ask'; readonly run: number }
  | {
      readonly kind: 'run';
      readonly run: number;
      readonly program: number;
      readonly thread: number;
      readonly threads: number;
      readonly steps: number;
      readonly scratch: number;
      /** Answer only if it fails. */
      readonly quiet: boolean;
    };

/** Messages from a worker: a run has ended. */
export interface FromWorker {
  readonly run: number;
  readonly error: string | null;
}

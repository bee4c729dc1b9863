/** @file Threads in Node: `worker_threads`. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Threads, WorkerThread } from '../../core/platform.js';

/** What joins a worker's program to its messages. */
const CONNECT = `
const { parentPort } = require('node:worker_threads');
parentPort.on('message', (message) => handle(message, (reply) => parentPort.postMessage(reply)));
`;

class NodeThread implements WorkerThread {
  readonly #worker: Worker;
  #holds = 0;
  #onExit: (reason: string) => void = () => undefined;
  #ended = false;

  constructor(source: string) {
    // Flags of the process (loaders, inspectors) are nothing for a worker that runs programs of numbers.
    this.#worker = new Worker(source + CONNECT, { eval: true, execArgv: [], env: {} });
    this.#worker.unref();
    let reason = '';
    this.#worker.on('error', (error: unknown) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    this.#worker.on('exit', (code) => {
      if (this.#ended) return;
      this.#ended = true;
      this.#onExit(reason || `exit code ${code}`);
    });
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#worker.on('message', listener);
    if (this.#holds === 0) this.#worker.unref(); // listening holds the process
  }

  onExit(listener: (reason: string) => void): void {
    this.#onExit = listener;
  }

  hold(): void {
    if (this.#holds++ === 0) this.#worker.ref();
  }

  release(): void {
    if (--this.#holds === 0) this.#worker.unref();
  }

  terminate(): void {
    this.#ended = true;
    void this.#worker.terminate();
  }
}

/** Worker threads. */
export const nodeThreads: Threads = {
  count: availableParallelism(),
  spawn: (source) => new NodeThread(source),
};

/** @file Threads in a browser: workers made from text, where the page may share memory with them. */
import type { Threads, WorkerThread } from '../../core/platform.js';

/** What joins a worker's program to its messages. */
const CONNECT = `
self.onmessage = (event) => handle(event.data, (reply) => self.postMessage(reply));
`;

class BrowserThread implements WorkerThread {
  readonly #worker: Worker;
  #onExit: (reason: string) => void = () => undefined;

  constructor(source: string) {
    const url = URL.createObjectURL(new Blob([source + CONNECT], { type: 'text/javascript' }));
    this.#worker = new Worker(url);
    this.#worker.onerror = (event) => this.#onExit(event.message || 'the worker could not be started');
  }

  post(message: unknown): void {
    this.#worker.postMessage(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#worker.onmessage = (event: MessageEvent<unknown>) => listener(event.data);
  }

  onExit(listener: (reason: string) => void): void {
    this.#onExit = listener;
  }

  // A page lives as long as its tab.
  hold(): void {}
  release(): void {}

  terminate(): void {
    this.#worker.terminate();
  }
}

/** Workers, or null in a page that is not cross-origin isolated: it cannot share memory. Says so once in the console. */
export function browserThreads(): Threads | null {
  if (globalThis.crossOriginIsolated !== true || typeof Worker === 'undefined') {
    console.warn(
      'keras-ts runs on one thread: this page is not cross-origin isolated, so memory cannot be shared with workers. ' +
        'Serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
    );
    return null;
  }
  return { count: navigator.hardwareConcurrency || 1, spawn: (source) => new BrowserThread(source) };
}

/**
 * @file The HDF5 engine as a worker of its own, for bundlers that pack `new Worker(new URL(…))`: in a bundle no worker finds h5wasm by
 * its name. Where it runs unbundled the worker's program is text (runner.ts).
 */
import type { Engine } from './engine.js';
import { makeEngine } from './engine.js';

interface Request {
  readonly id: number;
  readonly method: keyof Engine;
  readonly args: readonly unknown[];
}

/** What a worker has of its page. */
interface Port {
  onmessage: ((event: { readonly data: Request }) => void) | null;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
}

const port = globalThis as unknown as Port;
const engine = import('h5wasm').then((library) => makeEngine(library, null));
let last: Promise<void> = Promise.resolve();
port.onmessage = ({ data: { id, method, args } }) => {
  last = last.then(async () => {
    try {
      const result = ((await engine)[method] as (...all: readonly unknown[]) => unknown)(...args);
      port.postMessage({ id, result }, result instanceof Uint8Array ? [result.buffer as ArrayBuffer] : []);
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? error.message : String(error) }, []);
    }
  });
};
port.postMessage({ ready: true }, []);

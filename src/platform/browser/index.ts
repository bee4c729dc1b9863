/** @file Browsers: Web Workers as threads where the page may share memory. The console is the terminal, as core has it. */
import type { Platform, Threads, WorkerThread } from '../../core/platform.js';
import { engine } from './engine.js';
import { files } from './files.js';
import { pictures } from './pictures.js';

/** Connects a worker's `handle(message, post)` with its messages. */
const GLUE = `
;self.onmessage = (event) => handle(event.data, (answer, transfer) => self.postMessage(answer, transfer));`;

let sourceUrls: Map<string, string> | null = null;
/** A URL under which the worker's program can be loaded; one per program. */
function urlOf(source: string): string {
  sourceUrls ??= new Map();
  let url = sourceUrls.get(source);
  if (url === undefined) {
    url = URL.createObjectURL(new Blob([source + GLUE], { type: 'text/javascript' }));
    sourceUrls.set(source, url);
  }
  return url;
}

const spawn = (source: string): WorkerThread => threadOf(new Worker(urlOf(source)));

/** The words `new Worker(new URL(…))` are what bundlers look for: they pack the module and put its new place here. */
const packedHdf5 = (): WorkerThread =>
  threadOf(new Worker(new URL('../../formats/hdf5/worker.js', import.meta.url), { type: 'module' }));

function threadOf(worker: Worker): WorkerThread {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer === undefined ? [] : [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', (event) => listener(event.data)),
    // A worker does not say when the browser ends it; an error that nobody caught is the end of what it was asked to do.
    onExit: (listener) =>
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        listener(event.message || 'the worker could not be started');
      }),
    hold: () => undefined,
    release: () => undefined,
    terminate: () => worker.terminate(),
  };
}

/** Threads, or null where the page is not cross-origin isolated, so that memory cannot be shared. */
function findThreads(): Threads | null {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
  if (!isolated || typeof SharedArrayBuffer === 'undefined' || typeof Worker === 'undefined') return null;
  return { count: navigator.hardwareConcurrency || 1, spawn };
}

/**
 * A turn of the event loop. A timer of 0 lets all timers that are due go first; it is slowed down in pages that nobody sees,
 * so that there, and in workers, a message to oneself serves.
 */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof document !== 'undefined' && !document.hidden) {
      setTimeout(resolve, 0);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Where the page's import map finds a package. Bundlers leave nothing to be found. */
function resolvePackage(name: string): string | null {
  try {
    return import.meta.resolve(name);
  } catch {
    return null;
  }
}

/** What the browser offers. */
export const browserPlatform: Partial<Platform> = {
  threads: findThreads(),
  workers: typeof Worker === 'undefined' ? null : { spawn, resolve: resolvePackage, packed: { hdf5: packedHdf5 } },
  files: typeof indexedDB === 'undefined' ? null : files,
  folders:
    typeof indexedDB === 'undefined'
      ? null
      : { home: 'indexeddb://home', keras: 'indexeddb://.keras', temporary: 'indexeddb://tmp' },
  pictures,
  engine,
  nextTurn,
  // On one thread the page stands still while programs run: a frame at a time.
  patience: findThreads() === null ? 0.012 : 0.05,
};

/** Say once in the console that programs run on one thread, and what would give them more. */
export function reportSingleThread(): void {
  if (browserPlatform.threads !== null) return;
  // eslint-disable-next-line no-console -- said once, to who wonders why it is slow
  console.info(
    'keras-ts: this page is not cross-origin isolated, so programs run on one thread. ' +
      "Serve it with the headers 'Cross-Origin-Opener-Policy: same-origin' and 'Cross-Origin-Embedder-Policy: require-corp' for more.",
  );
}

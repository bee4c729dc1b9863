/** @file Node: the terminal, worker threads, and a person's settings in ~/.keras/keras.json. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Folders, Platform, Terminal, Threads, WorkerThread } from '../../core/platform.js';
import { engine } from './engine.js';
import { files } from './files.js';
import { interrupts } from './interrupts.js';
import { pictures } from './pictures.js';
import { servers } from './servers.js';

export { prepareEngine } from './engine.js';

const terminal: Terminal = {
  write: (text) => {
    process.stdout.write(text);
  },
  get isInteractive() {
    return process.stdout.isTTY === true;
  },
  get columns() {
    return process.stdout.columns || 80; // undefined where the output is no terminal, 0 in a terminal that does not know its size
  },
};

/** What a worker's program finds: sources that pages load too name none of Node's modules themselves. */
const PRELUDE = "const nodeFiles = require('node:fs');\n";

/**
 * How a worker imports a module of the person's. tsx's hooks, by which Node reads TypeScript, are those of the main thread alone: a worker
 * has them registered anew.
 */
const IMPORT = `
const tsx = process.execArgv.map((argument) => /^(?:--import=)?(file:.*\\/tsx\\/dist\\/)loader\\.mjs$/.exec(argument)).find(Boolean);
const ready = tsx ? import(tsx[1] + 'esm/api/index.mjs').then(({ register }) => void register()) : Promise.resolve();
const importModule = (url) => ready.then(() => import(url));
`;

/** Connects a worker's `handle(message, post)` with its messages. */
const GLUE = `
;{
  const { parentPort } = require('node:worker_threads');
  parentPort.on('message', (message) => handle(message, (answer, transfer) => parentPort.postMessage(answer, transfer)));
}`;

function spawn(source: string, { loadsModules = false }: { readonly loadsModules?: boolean } = {}): WorkerThread {
  // The loaders and inspectors of the process are nothing for a worker that runs programs of numbers.
  const worker = loadsModules
    ? new Worker(PRELUDE + IMPORT + source + GLUE, { eval: true })
    : new Worker(PRELUDE + source + GLUE, { eval: true, execArgv: [] });
  worker.unref();
  let holds = 0;
  let terminated = false;
  let lastError = '';
  worker.on('error', (error) => {
    lastError = String(error);
  });
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    onMessage: (listener) => {
      worker.on('message', listener);
      // Node counts a port that is listened to as a reason to stay alive: only work that is waited for (hold) is one.
      if (holds === 0) worker.unref();
    },
    onExit: (listener) =>
      void worker.on('exit', (code) => {
        if (!terminated) listener(lastError || `exit code ${code}`);
      }),
    hold: () => {
      if (holds++ === 0) worker.ref();
    },
    release: () => {
      if (--holds === 0) worker.unref();
    },
    terminate: () => {
      terminated = true;
      void worker.terminate();
    },
  };
}

const threads: Threads = { count: availableParallelism(), spawn: (source) => spawn(source) };

/** Where Node finds a package. Tests run where `import.meta.resolve` is not Node's: there its package.json says it. */
function resolvePackage(name: string): string | null {
  try {
    return import.meta.resolve(name);
  } catch {
    const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
    const folder = folders.map((each) => join(each, name)).find((each) => existsSync(join(each, 'package.json')));
    if (folder === undefined) return null;
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      exports?: Record<string, string | { import?: string } | undefined>;
    };
    const main = exports?.['.'];
    const entry = typeof main === 'string' ? main : main?.import;
    return entry === undefined ? null : pathToFileURL(join(folder, entry)).href;
  }
}

/** Read when they are asked for: a program may set `KERAS_HOME` itself. */
const folders: Folders = {
  get home() {
    return homedir();
  },
  get keras() {
    return process.env['KERAS_HOME'] ?? join(homedir(), '.keras');
  },
  get temporary() {
    return tmpdir();
  },
};

/** What Node offers. */
export const nodePlatform: Partial<Platform> = {
  terminal,
  threads,
  workers: { spawn, resolve: resolvePackage },
  files,
  folders,
  pictures,
  interrupts,
  servers,
  engine,
  nextTurn: () => new Promise((resolve) => setImmediate(resolve)),
};

/**
 * The content of `keras.json` in `KERAS_HOME`, or in `~/.keras`. null: there is none, or it is no JSON; Keras goes on with its
 * defaults then as well.
 */
export function readConfigFile(): unknown {
  try {
    return JSON.parse(readFileSync(join(folders.keras, 'keras.json'), 'utf8')) as unknown;
  } catch {
    return null; // absent, unreadable or broken
  }
}

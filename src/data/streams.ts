/** @file Streams of batches: those of the web, and those of Node. */

/** What of a web `ReadableStream` is used. */
export interface StreamLike<T> {
  getReader(): {
    read(): Promise<{ done: boolean; value?: T | undefined }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** Whether a value is a `ReadableStream` of the web. */
export const isWebStream = (x: unknown): x is StreamLike<unknown> =>
  typeof x === 'object' && x !== null && 'getReader' in x && typeof x.getReader === 'function';

/** Whether a value is a `Readable` of Node. */
const isNodeStream = (x: object): x is AsyncIterable<unknown> =>
  'pipe' in x && typeof x.pipe === 'function' && Symbol.asyncIterator in x;

/** What a stream gives. Who stops early cancels it. */
export async function* readStream(stream: StreamLike<unknown>): AsyncGenerator<unknown, void, void> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    // Who stops early lets the source know.
    if (!ended) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

const readers = new WeakMap<object, AsyncIterator<unknown>>();

/** The one reader of a stream, which goes on where it has stopped; null: the value is no stream. */
export function streamReader(x: object): AsyncIterator<unknown> | null {
  let reader = readers.get(x) ?? null;
  if (reader === null) {
    if (isWebStream(x)) reader = readStream(x);
    else if (isNodeStream(x)) reader = x[Symbol.asyncIterator]();
    else return null;
    readers.set(x, reader);
  }
  return reader;
}

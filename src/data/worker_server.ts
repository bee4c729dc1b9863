/**
 * @file What a worker of a `WorkerDataset` does. The function is handed to workers as text: it may use nothing but what it is given and
 * what every JavaScript has.
 */

/** What a worker is asked. */
export type WorkerRequest =
  | {
      readonly id: number;
      readonly kind: 'open';
      readonly args: readonly unknown[];
      readonly name: string;
      readonly seed: number;
    }
  | { readonly id: number; readonly kind: 'item'; readonly index: number; readonly seed: number }
  | { readonly id: number; readonly kind: 'onEpochBegin' | 'onEpochEnd'; readonly seed: number };

/** What a data set says of itself when it is open. */
export interface WorkerFacts {
  /** Batches an epoch; null: without end. */
  readonly length: number | null;
  readonly hooks: { readonly onEpochBegin: boolean; readonly onEpochEnd: boolean };
}

/** An array on its way between threads. `shape` null: a plain typed array. */
export interface PackedArray {
  readonly packed: 'array';
  readonly data: ArrayLike<number | bigint>;
  readonly shape: readonly number[] | null;
  readonly dtype: string | null;
}

/** What went wrong in a worker. */
export interface WorkerFailure {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What a worker answers: a value, or what went wrong. */
export type WorkerAnswer =
  | { readonly id: number; readonly value: unknown; readonly buffers: readonly ArrayBuffer[] }
  | { readonly id: number; readonly error: WorkerFailure };

/** Answers requests, one after the other. */
export type WorkerServer = (request: WorkerRequest) => Promise<WorkerAnswer>;

/**
 * @param load Imports the module.
 * @param transfers Whether arrays go to another thread: what they hold is handed over then.
 */
export function makeWorkerServer(load: () => Promise<Record<string, unknown>>, transfers: boolean): WorkerServer {
  interface Served {
    readonly length?: unknown;
    readonly numBatches?: unknown;
    getItem(index: number): unknown;
    onEpochBegin?(): unknown;
    onEpochEnd?(): unknown;
  }
  interface TensorLike {
    readonly shape: readonly number[];
    readonly dtype: string;
    data(): unknown;
  }
  let dataset: Served | null = null;
  /** Buffers that are in other hands now. */
  const sent = new WeakSet<object>();
  let last: Promise<unknown> = Promise.resolve();

  /** Runs a function while `Math.random` gives numbers of a seed (mulberry32): the same in every worker that is asked the same. */
  async function seeded<T>(seed: number, fn: () => T | Promise<T>): Promise<T> {
    const { random } = Math;
    let state = seed;
    Math.random = () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
    try {
      return await fn();
    } finally {
      Math.random = random;
    }
  }

  async function open(args: readonly unknown[], name: string): Promise<WorkerFacts> {
    const made = (await load())[name];
    if (typeof made !== 'function')
      throw new globalThis.TypeError(
        `the module has no ${name === 'default' ? 'default export' : `export '${name}'`} that is a class or function. ` +
          'Export a class with length and getItem(index), or a function that makes such an object.',
      );
    const isClass = /^class\b/.test(Function.prototype.toString.call(made));
    dataset = (await (isClass
      ? new (made as new (...args: readonly unknown[]) => unknown)(...args)
      : (made as (...args: readonly unknown[]) => unknown)(...args))) as Served;
    if (typeof dataset !== 'object' || dataset === null || typeof dataset.getItem !== 'function')
      throw new globalThis.TypeError(`what '${name}' of the module makes has no method getItem(index).`);
    const length = 'numBatches' in dataset ? dataset.numBatches : dataset.length;
    if (length !== null && !(typeof length === 'number' && Number.isInteger(length) && length >= 0))
      throw new globalThis.TypeError(
        `its length is a value of type ${typeof length}. Expected the number of batches, or null: data without end.`,
      );
    // Those of PyDataset itself do nothing.
    const own = (method: 'onEpochBegin' | 'onEpochEnd'): boolean => {
      const found = Reflect.get(dataset!, method) as unknown;
      return (
        typeof found === 'function' && Function.prototype.toString.call(found).replace(/\s/g, '') !== `${method}(){}`
      );
    };
    return { length, hooks: { onEpochBegin: own('onEpochBegin'), onEpochEnd: own('onEpochEnd') } };
  }

  /** Arrays of a batch in a form that can be sent. `buffers` gets what is handed over. */
  async function pack(value: unknown, buffers: Set<ArrayBuffer>): Promise<unknown> {
    const send = (data: unknown): unknown => {
      if (!ArrayBuffer.isView(data) || data instanceof DataView || !transfers) return data;
      const view = data as Uint8Array;
      const { buffer } = view;
      if (sent.has(buffer))
        throw new globalThis.TypeError(
          'getItem gave an array that it had handed over with another batch. Make a new array for each batch, or a copy: array.slice().',
        );
      if (!(buffer instanceof ArrayBuffer)) return view; // shared memory goes over as it is
      // Part of a larger buffer is copied: the rest of it stays here.
      const whole = view.byteOffset === 0 && view.byteLength === buffer.byteLength ? view : view.slice();
      buffers.add(whole.buffer as ArrayBuffer);
      return whole;
    };
    if (ArrayBuffer.isView(value)) return { packed: 'array', data: send(value), shape: null, dtype: null };
    if (Array.isArray(value)) {
      if (value.every((part) => typeof part !== 'object' || part === null)) return value;
      const parts: unknown[] = [];
      for (const part of value) parts.push(await pack(part, buffers));
      return parts;
    }
    if (typeof value !== 'object' || value === null) return value;
    const { shape, dtype, data } = value as Partial<TensorLike> & { data?: unknown };
    if (Array.isArray(shape) && typeof data === 'function') {
      const numbers = await (value as TensorLike).data();
      // The tensor may live on: its numbers are copied.
      const copy = ArrayBuffer.isView(numbers) ? (numbers as Uint8Array).slice() : numbers;
      return { packed: 'array', data: send(copy), shape: [...(shape as number[])], dtype };
    }
    if (Array.isArray(shape) && ArrayBuffer.isView(data))
      return { packed: 'array', data: send(data), shape: [...(shape as number[])], dtype: dtype ?? null };
    const parts: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(value))
      Object.defineProperty(parts, key, {
        value: await pack(part, buffers),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    return parts;
  }

  async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
    const { id, seed } = request;
    try {
      if (request.kind === 'open')
        return { id, value: await seeded(seed, () => open(request.args, request.name)), buffers: [] };
      if (request.kind === 'item') {
        const buffers = new Set<ArrayBuffer>();
        const item = await seeded(seed, () => dataset!.getItem(request.index));
        const value = await pack(item, buffers);
        for (const buffer of buffers) sent.add(buffer);
        return { id, value, buffers: [...buffers] };
      }
      await seeded(seed, () => dataset![request.kind]?.());
      return { id, value: null, buffers: [] };
    } catch (error) {
      const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
      return { id, error: { name, message, stack: stack ?? '' } };
    }
  }

  return (request) => {
    const answered = last.then(() => answer(request));
    last = answered;
    return answered;
  };
}

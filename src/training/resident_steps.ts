/**
 * @file `ResidentSteps`: a data set that lies in the heap of the model, and the programs that take their batches from it by number, so
 * that many steps run in one go.
 */
import { storageBytes } from '../core/dtype.js';
import { OutOfMemoryError } from '../core/errors.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import { filled, ndarray } from '../core/ndarray.js';
import { getPlatform } from '../core/platform.js';
import { sizeOf } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import type { WholeData } from '../data/index.js';
import type { HeapBuffer } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import type { ResidentHeap, Tensor } from '../runtime/index.js';
import { Program, tensor, traceProgram } from '../runtime/index.js';
import type { Step, StepKind } from './step_tensors.js';
import { batchTensors, outputTensors, rebuildBatch, unpack } from './step_tensors.js';

/** Data sets that take more are fed batch by batch: the heap would hold them a second time. */
const MOST_BYTES = 512 * 2 ** 20;

const int32 = (value: number): NDArray => filled('int32', [], value);

interface BatchProgram {
  readonly program: Program;
  readonly result: Tree<unknown>;
}

/** The programs of one kind of step on one data set. */
export class ResidentSteps {
  readonly #buffers: readonly HeapBuffer[];
  readonly #order: HeapBuffer | null;
  readonly #batchSize: number;
  readonly #numSamples: number;
  readonly #makeProgram: (size: number) => BatchProgram;
  readonly #programs = new Map<number, BatchProgram>();
  #contents: readonly Tensor[] = [];
  #secondsPerStep: number | null = null;
  #longest = 1;
  #users = 0;
  #evicted = false;

  constructor(kind: StepKind, data: WholeData, step: Step, heap: ResidentHeap) {
    const { arrays, batchSize, numSamples } = data;
    const tensors = batchTensors(arrays);
    this.#batchSize = batchSize;
    this.#numSamples = numSamples;
    const made: HeapBuffer[] = [];
    const allocate = (type: TensorType, label: string): HeapBuffer => {
      const buffer = heap.heap.allocate(type, label);
      made.push(buffer);
      return buffer;
    };
    try {
      this.#buffers = tensors.map(({ dtype, shape }, i) => allocate({ dtype, shape }, `data ${i}`));
      this.#order = !data.shuffled ? null : allocate({ dtype: 'int32', shape: [numSamples] }, 'order');
    } catch (error) {
      for (const buffer of made) buffer.free();
      throw error;
    }
    const bound = [...this.#buffers, ...(this.#order === null ? [] : [this.#order])];
    this.#makeProgram = (size) => {
      const types: TensorType[] = [...bound.map(({ type }) => type), SCALAR, SCALAR];
      const traced = traceProgram(
        `${kind}Step`,
        types,
        (args) => {
          const [first, counter] = args.slice(bound.length);
          const start = lax.mul(lax.add(first, counter), tensor(batchSize, [], 'int32'));
          const rows = args.slice(0, tensors.length);
          const order = this.#order === null ? null : args[tensors.length];
          return step(rebuildBatch(arrays, takeBatch(rows, order, start, size)));
        },
        outputTensors,
      );
      const program = new Program(traced, heap, { arguments: [...bound, null, null], counter: bound.length + 1 });
      return { program, result: traced.result };
    };
  }

  /**
   * Put the data into the heap and keep them there until `release`.
   *
   * @returns False if others are at work on other data here.
   */
  acquire(data: WholeData): boolean {
    const tensors = batchTensors(data.arrays);
    const same = tensors.every((x, i) => this.#contents[i] === x);
    if (this.#users > 0 && (!same || this.#order !== null)) return false;
    tensors.forEach((x, i) => {
      if (this.#contents[i] !== x) this.#buffers[i].write(x.ndarray);
    });
    this.#contents = tensors; // tensors never change: the same ones need not be written again
    this.#users++;
    return true;
  }

  /** The data are not needed any more by one who has acquired them. */
  release(): void {
    this.#users--;
    this.#freeIfUnused();
  }

  /** Give the memory back as soon as nobody uses it. */
  evict(): void {
    this.#evicted = true;
    this.#freeIfUnused();
  }

  #freeIfUnused(): void {
    if (!this.#evicted || this.#users > 0) return;
    for (const buffer of this.#buffers) buffer.free();
    this.#order?.free();
    this.#programs.clear();
  }

  /** The order of the samples in the epoch that comes; null: as they are. */
  setOrder(order: Int32Array | null): void {
    if (order !== null) this.#order!.write(ndarray('int32', [order.length], order));
  }

  /** Steps of the size of the batch; a last, smaller one may follow. */
  get fullSteps(): number {
    return Math.floor(this.#numSamples / this.#batchSize);
  }

  /** Samples of the last, smaller batch; 0: there is none. */
  get #rest(): number {
    return this.#numSamples % this.#batchSize;
  }

  /** How many steps to run in one go, so that the event loop gets its turn often enough. */
  get stepsAtOnce(): number {
    if (this.#secondsPerStep === null) return 1;
    const wanted = Math.floor(getPlatform().patience / Math.max(this.#secondsPerStep, 1e-9));
    return Math.max(1, Math.min(wanted, this.#longest * 8));
  }

  /**
   * Take `count` steps from step number `first` on.
   *
   * @returns The results of the last one.
   */
  async steps(first: number, count: number): Promise<Tree<unknown>> {
    const full = Math.max(0, Math.min(count, this.fullSteps - first));
    let results: Tree<unknown> = null;
    if (full > 0) {
      const { program, result } = this.#program(this.#batchSize);
      const begin = getPlatform().now();
      const running = program.run([int32(first)], full);
      // The program of the last, smaller batch is made while threads are at work, so that it is there when its time comes. The first
      // step is not kept waiting for it.
      if (this.#secondsPerStep !== null && this.#rest > 0 && !this.#evicted) this.#program(this.#rest);
      results = unpack(result, await running);
      this.#secondsPerStep = (getPlatform().now() - begin) / full;
      this.#longest = Math.max(this.#longest, full);
    }
    if (full < count) {
      const { program, result } = this.#program(this.#rest);
      results = unpack(result, await program.run([int32(this.fullSteps)], 1));
    }
    return results;
  }

  /** Make the programs of all steps. */
  makeReady(): void {
    if (this.fullSteps > 0) this.#program(this.#batchSize);
    if (this.#rest > 0) this.#program(this.#rest);
  }

  #program(size: number): BatchProgram {
    let made = this.#programs.get(size);
    if (made === undefined) this.#programs.set(size, (made = this.#makeProgram(size)));
    return made;
  }
}

const SCALAR: TensorType = { dtype: 'int32', shape: [] };

/** The rows of one batch: those that the order names, or those from `start` on. */
function takeBatch(data: readonly Tensor[], order: Tensor | null, start: Tensor, size: number): Tensor[] {
  if (order !== null) {
    const rows = lax.dynamicSlice(order, [start], [size]);
    return data.map((x) => lax.gather(x, rows));
  }
  const zero = tensor(0, [], 'int32');
  return data.map((x) =>
    lax.dynamicSlice(x, [start, ...x.shape.slice(1).map(() => zero)], [size, ...x.shape.slice(1)]),
  );
}

/** What programs on a data set depend on. */
export function residentSignature(data: WholeData): string {
  const types = batchTensors(data.arrays).map(({ dtype, shape }) => `${dtype}[${shape.join()}]`);
  return `${types.join()}|${data.batchSize}|${data.shuffled ? 'ordered' : 'as is'}`;
}

/** Whether the data may lie in the heap. */
export function fitsIntoHeap(data: WholeData): boolean {
  const bytes = batchTensors(data.arrays).reduce((sum, x) => sum + sizeOf(x.shape) * storageBytes(x.dtype), 0);
  return bytes <= MOST_BYTES;
}

/** `make()`, or null when the heap has no room. */
export function unlessFull<T>(make: () => T): T | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof OutOfMemoryError) return null;
    throw error;
  }
}

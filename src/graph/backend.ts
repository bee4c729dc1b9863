/** @file What a backend is: it gives heaps of persistent buffers and compiles graphs to executables. */
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Graph } from './graph.js';

/** A tensor that stays in the memory of a backend from run to run: a weight, a slot of an optimizer, a data set. */
export interface HeapBuffer {
  readonly type: TensorType;
  readonly heap: Heap;
  /**
   * A copy of the elements.
   *
   * @throws {RuntimeError} The elements are on a device, and have changed since the heap last fetched them.
   */
  read(): NDArray;
  /** Replace all elements. The type of `value` is the buffer's. */
  write(value: NDArray): void;
  /** Give the memory back. Programs bound to the buffer must not run again. */
  free(): void;
}

/** The memory of one model: its variables, and room for its programs. Freed when nobody holds it. */
export interface Heap {
  /** @throws {OutOfMemoryError} The backend cannot hold that much. */
  allocate(type: TensorType, label: string): HeapBuffer;
  /**
   * Bring the elements of some of its buffers to the host, once the runs that were asked for before have ended: `read` gives them at
   * once until they next change. Heaps in the host's memory, whose buffers can be read at any time, have no such method.
   */
  fetch?(buffers: readonly HeapBuffer[]): Promise<void>;
  /** Bytes taken now, for reports. */
  readonly byteLength: number;
}

/** Which inputs and outputs of a graph live in the heap. */
export interface Bindings {
  /** One entry per graph input: the buffer that it is read from, or null when it is fed at each run. */
  readonly inputs: readonly (HeapBuffer | null)[];
  /**
   * One entry per graph output: the buffer that it is written to (it may be an input's buffer: the program then reads the old
   * value throughout and the new value takes its place at the end of the step), or null when it is returned.
   */
  readonly outputs: readonly (HeapBuffer | null)[];
  /** Index of a fed int32 scalar input that counts the steps of one run: 0, 1, …; or null. */
  readonly counter: number | null;
}

/** Progress and cost of a compiled program, for reports. */
export interface ProgramStats {
  readonly nodes: number;
  readonly kernels: number;
  readonly scratchBytes: number;
  /** Memory for what the program makes of its variables once, for all runs until they change. */
  readonly hoistedBytes: number;
  readonly codeBytes: number;
}

/** What one piece of a program costs, measured. */
export interface KernelTime {
  readonly label: string;
  /** Whose code most of it computes: see `origin.ts`. */
  readonly origin: string | null;
  /** Milliseconds a step, on one thread. */
  readonly time: number;
  /** Operations a step, as the backend counts them: two for a multiply-add. */
  readonly work: number;
  /** Bytes that are read and written a step, each buffer once. */
  readonly bytes: number;
}

/** A compiled program. */
export interface Executable {
  /**
   * Run `steps` steps one after the other, without giving the event loop a turn. Feeds stay the same for all steps. Backends whose
   * results only come later have no such method.
   *
   * @param feeds One array per unbound input except the counter, in order.
   * @returns The unbound outputs of the last step, in order.
   */
  runSync?(feeds: readonly NDArray[], steps: number): NDArray[];
  /** The same, off the calling thread where that pays. One run at a time per heap: later calls wait for earlier ones. */
  run(feeds: readonly NDArray[], steps: number): Promise<NDArray[]>;
  readonly stats: ProgramStats;
  /** Run `steps` steps on the calling thread and time each kernel. Backends without kernels have no such method. */
  profile?(feeds: readonly NDArray[], steps: number): KernelTime[];
}

/** A way to run graphs. Registered by the entry files. */
export interface Backend {
  readonly name: string;
  createHeap(): Heap;
  /** @throws {OutOfMemoryError} The program needs more memory than the backend can address; says what needs how much. */
  compile(graph: Graph, heap: Heap, bindings: Bindings): Executable;
  /** Take `threads` threads from now on. Backends of one thread ignore it. */
  setThreads?(threads: number): void;
  readonly threads?: number;
  /** Compute in wide vectors in programs compiled from now on, or not. Backends without vectors ignore it. */
  setWide?(wide: boolean): void;
  /** Bits of the vectors in which programs are computed. */
  readonly vectorBits?: number;
}

/** A program that can also be run at once. */
export type SyncExecutable = Executable & Required<Pick<Executable, 'runSync'>>;

/** A backend whose programs can all be run at once: it computes in the host's own memory. */
export interface SyncBackend extends Backend {
  compile(graph: Graph, heap: Heap, bindings: Bindings): SyncExecutable;
}

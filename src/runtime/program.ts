/** @file Programs: traced functions compiled for a heap in which their variables live. */
import type { NDArray, TensorType } from '../core/ndarray.js';
import { RuntimeError } from '../core/errors.js';
import { getPlatform } from '../core/platform.js';
import type { Backend, Executable, Heap, HeapBuffer, KernelTime, ProgramStats } from '../graph/index.js';
import type { HostFeeds } from './on_host.js';
import { HostStage, withHostStage } from './on_host.js';
import type { Tensor } from './tensor.js';
import type { AroundTrace, TracedFunction } from './trace.js';
import { traceFunction } from './trace.js';
import type { Variable } from './variable.js';

/** The heap of one model (or of one jitted function), and the buffers of the variables that its programs use. */
export class ResidentHeap {
  readonly heap: Heap;
  readonly #buffers = new WeakMap<Variable, HeapBuffer>();

  constructor(readonly backend: Backend) {
    this.heap = backend.createHeap();
  }

  /** The buffer of a variable in this heap; the same one for good. */
  bufferOf(variable: Variable): HeapBuffer {
    let buffer = this.#buffers.get(variable);
    if (buffer === undefined) {
      buffer = this.heap.allocate({ dtype: variable.dtype, shape: variable.shape }, variable.path);
      this.#buffers.set(variable, buffer);
    }
    return buffer;
  }
}

/**
 * Let the values of variables be read at once until they next change. To be awaited wherever code that reads weights may follow a run:
 * before callbacks, and before weights are written to files. It does nothing for variables in the host's memory.
 */
export async function fetchVariables(variables: Iterable<Variable>): Promise<void> {
  const wanted = new Map<Heap, HeapBuffer[]>();
  for (const { resident } of variables) {
    if (resident?.heap.fetch === undefined) continue;
    const list = wanted.get(resident.heap);
    if (list === undefined) wanted.set(resident.heap, [resident]);
    else list.push(resident);
  }
  await Promise.all([...wanted].map(([heap, buffers]) => heap.fetch!(buffers)));
}

/** What the steps of a program cost. */
export interface ProgramProfile {
  /** Milliseconds of a whole step, run as `run` does; the mean. */
  readonly stepTime: number;
  readonly kernels: readonly KernelTime[];
}

/** Trace a function to make a program of it. Numbers that it closes over never change: they become constants. */
export function traceProgram<R>(
  label: string,
  types: readonly TensorType[],
  fn: (args: Tensor[]) => R,
  outputs: (result: R) => readonly Tensor[],
): TracedFunction<R> {
  return traceFunction(label, types, fn, outputs, { fixed: true });
}

/** A traced function of texts as well, with what the host computes before each run. */
export interface HostedTrace<R> {
  readonly traced: TracedFunction<R>;
  readonly host: HostStage;
}

/**
 * Trace a function of tensors and texts.
 *
 * @param feeds What it is given in the first run. The texts are those that `fn` reads, and no others.
 */
export function traceHosted<R>(
  label: string,
  types: readonly TensorType[],
  feeds: HostFeeds,
  fn: (args: Tensor[]) => R,
  outputs: (result: R) => readonly Tensor[],
): HostedTrace<R> {
  let host: HostStage | null = null;
  const around: AroundTrace = (trace, args, run) => {
    const stage = (host = new HostStage(trace, args, feeds));
    withHostStage(stage, run);
    return stage.inputs;
  };
  const traced = traceFunction(label, types, fn, outputs, { fixed: true, around });
  return { traced, host: host! };
}

/** How a program's arguments come. */
export interface ProgramOptions {
  /** Buffers in which some of the arguments stay (data sets); null or left out: fed at each run. */
  readonly arguments?: readonly (HeapBuffer | null)[];
  /** Index of the int32 scalar argument that counts the steps of a run. */
  readonly counter?: number | null;
}

/**
 * A compiled function with state. Variables it reads are moved into its heap before a run; variables it assigns have their new
 * values after it.
 */
export class Program {
  readonly #executable: Executable;
  readonly #variables: readonly Variable[];
  readonly #assigned: readonly Variable[];
  readonly #captured: readonly Tensor[];
  readonly #heap: ResidentHeap;

  constructor(traced: TracedFunction<unknown>, resident: ResidentHeap, options: ProgramOptions = {}) {
    const { graph, captured, variables, assigned, hosted } = traced;
    const args = graph.inputs.length - variables.length - captured.length - hosted;
    const results = graph.outputs.length - assigned.length;
    this.#variables = variables;
    this.#assigned = assigned;
    this.#captured = captured;
    this.#heap = resident;
    this.#executable = resident.backend.compile(graph, resident.heap, {
      inputs: [
        ...Array.from({ length: args }, (_, i) => options.arguments?.[i] ?? null),
        ...variables.map((v) => resident.bufferOf(v)),
        ...captured.map(() => null),
        ...Array.from({ length: hosted }, () => null),
      ],
      outputs: [...Array.from({ length: results }, () => null), ...assigned.map((v) => resident.bufferOf(v))],
      counter: options.counter ?? null,
    });
  }

  get stats(): ProgramStats {
    return this.#executable.stats;
  }

  /** Move the variables to the program's heap; gives all that is fed. */
  #bringVariables(feeds: readonly NDArray[], hosted: readonly NDArray[]): NDArray[] {
    for (const variable of this.#variables) variable.moveTo(this.#heap.bufferOf(variable));
    return [...feeds, ...this.#captured.map((t) => t.ndarray), ...hosted];
  }

  #finish(): void {
    for (const variable of this.#assigned) variable.markChanged();
  }

  /**
   * Time whole steps, then each kernel, over `steps` steps each. Afterwards the variables are as they were; null on a backend
   * without kernels.
   */
  async profile(
    feeds: readonly NDArray[],
    steps: number,
    hosted: readonly NDArray[] = [],
  ): Promise<ProgramProfile | null> {
    if (this.#executable.profile === undefined) return null;
    await fetchVariables(this.#assigned);
    const before = this.#assigned.map((variable) => variable.read());
    try {
      await this.run(feeds, 1, hosted); // warms up
      const begin = getPlatform().now();
      await this.run(feeds, steps, hosted);
      const stepTime = (1000 * (getPlatform().now() - begin)) / steps;
      return { stepTime, kernels: this.#executable.profile(this.#bringVariables(feeds, hosted), steps) };
    } finally {
      this.#assigned.forEach((variable, i) => variable.write(before[i]));
    }
  }

  /** Run on the calling thread. `feeds`: the arguments that no buffer holds, without the counter; `hosted`: what the host has computed. */
  runSync(feeds: readonly NDArray[], steps = 1, hosted: readonly NDArray[] = []): NDArray[] {
    if (this.#executable.runSync === undefined)
      throw new RuntimeError(
        `The backend '${this.#heap.backend.name}' gives results only later. Use fit, evaluate or predict, or another backend (setBackend).`,
      );
    const results = this.#executable.runSync(this.#bringVariables(feeds, hosted), steps);
    this.#finish();
    return results;
  }

  /** Run, off the calling thread where that pays. */
  async run(feeds: readonly NDArray[], steps = 1, hosted: readonly NDArray[] = []): Promise<NDArray[]> {
    const results = await this.#executable.run(this.#bringVariables(feeds, hosted), steps);
    this.#finish();
    return results;
  }
}

/** @file The reference backend: every program is interpreted node by node in plain TypeScript. Slow, readable, and always right. */
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { castArray, filled } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import { storageBytes } from '../../core/dtype.js';
import type { SyncBackend, Bindings, Executable, Graph, Heap, HeapBuffer } from '../../graph/index.js';
import { interpret } from '../../graph/index.js';

class PlainBuffer implements HeapBuffer {
  array: NDArray;

  constructor(
    readonly type: TensorType,
    readonly heap: ArrayHeap,
  ) {
    this.array = filled(type.dtype, type.shape, 0);
  }

  read(): NDArray {
    return this.array; // arrays never change, so no copy is needed
  }

  write(value: NDArray): void {
    this.array = { ...castArray(value, this.type.dtype), shape: this.type.shape };
  }

  free(): void {
    this.heap.byteLength -= bytes(this.type);
  }
}

const bytes = (type: TensorType): number => sizeOf(type.shape) * storageBytes(type.dtype);

class ArrayHeap implements Heap {
  byteLength = 0;

  allocate(type: TensorType): HeapBuffer {
    this.byteLength += bytes(type);
    return new PlainBuffer(type, this);
  }
}

class Interpretation implements Executable {
  readonly stats;

  constructor(
    private readonly graph: Graph,
    private readonly bindings: Bindings,
  ) {
    this.stats = {
      nodes: graph.nodes.length,
      kernels: graph.nodes.length,
      scratchBytes: 0,
      hoistedBytes: 0,
      codeBytes: 0,
    };
  }

  runSync(feeds: readonly NDArray[], steps: number): NDArray[] {
    const { inputs, outputs, counter } = this.bindings;
    let results: NDArray[] = [];
    for (let step = 0; step < steps; step++) {
      let next = 0;
      const values = inputs.map((buffer, i) => {
        if (i === counter) return filled('int32', [], step);
        return buffer?.read() ?? feeds[next++];
      });
      const made = interpret(this.graph, values);
      outputs.forEach((buffer, i) => buffer?.write(made[i]));
      results = made.filter((_, i) => outputs[i] === null);
    }
    return results;
  }

  run(feeds: readonly NDArray[], steps: number): Promise<NDArray[]> {
    return Promise.resolve().then(() => this.runSync(feeds, steps));
  }
}

/** The interpreter as a backend. */
export const interpreterBackend: SyncBackend = {
  name: 'interpreter',
  createHeap: () => new ArrayHeap(),
  compile: (graph, _heap, bindings) => new Interpretation(graph, bindings),
};

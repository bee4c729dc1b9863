/**
 * @file A backend as of a device that is far away: it computes as the interpreter does, but results come only later, and the elements of
 * a buffer can be read only after they were fetched. Code that reads weights without `fetchVariables` fails on it.
 */
import { RuntimeError } from '../core/errors.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Backend, Bindings, Graph, Heap, HeapBuffer } from '../graph/index.js';
import { interpreterBackend } from '../backend/interpreter/index.js';

class DeviceBuffer implements HeapBuffer {
  isFetched = false;

  constructor(
    readonly heap: DeviceHeap,
    readonly inner: HeapBuffer,
    private readonly label: string,
  ) {}

  get type(): TensorType {
    return this.inner.type;
  }

  read(): NDArray {
    if (!this.isFetched) throw new RuntimeError(`device: '${this.label}' was read before it was fetched`);
    return this.inner.read();
  }

  write(value: NDArray): void {
    this.inner.write(value);
    this.isFetched = true; // the host knows what it wrote
  }

  free(): void {
    this.inner.free();
  }
}

class DeviceHeap implements Heap {
  readonly inner = interpreterBackend.createHeap();

  get byteLength(): number {
    return this.inner.byteLength;
  }

  allocate(type: TensorType, label: string): HeapBuffer {
    return new DeviceBuffer(this, this.inner.allocate(type, label), label);
  }

  async fetch(buffers: readonly HeapBuffer[]): Promise<void> {
    await Promise.resolve();
    for (const buffer of buffers as readonly DeviceBuffer[]) buffer.isFetched = true;
  }
}

const innerOf = (buffer: HeapBuffer | null): HeapBuffer | null => (buffer as DeviceBuffer | null)?.inner ?? null;

/** The backend, under the name of the one whose place it takes. */
export const deviceBackend = (name: string): Backend => ({
  name,
  createHeap: () => new DeviceHeap(),
  compile(graph: Graph, heap: Heap, bindings: Bindings) {
    const program = interpreterBackend.compile(graph, (heap as DeviceHeap).inner, {
      inputs: bindings.inputs.map(innerOf),
      outputs: bindings.outputs.map(innerOf),
      counter: bindings.counter,
    });
    return {
      stats: program.stats,
      async run(feeds, steps) {
        const results = await program.run(feeds, steps);
        for (const buffer of bindings.outputs as readonly (DeviceBuffer | null)[])
          if (buffer !== null) buffer.isFetched = false;
        return results;
      },
    };
  },
});

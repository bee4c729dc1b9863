/** @file The memory of one model: a WebAssembly memory in which variables, constants and the scratch memory of its programs lie. */
import { castArray, type NDArray, type TensorType } from '../../core/ndarray.js';
import { dtypeInfo, storageBytes, viewStorage } from '../../core/dtype.js';
import { OutOfMemoryError } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import { MAX_PAGES } from '../../codegen/wasm/index.js';
import type { Heap, HeapBuffer } from '../../graph/index.js';
import { alignUp } from '../../kernels/buffers.js';
import { CONTROL_BYTES } from '../../kernels/barrier.js';

const PAGE = 65536;
const OVERREAD = 256;

export const formatBytes = (bytes: number): string =>
  bytes < 2 ** 20 ? `${Math.ceil(bytes / 2 ** 10)} KiB` : `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 27 ? 1 : 0)} MiB`;

/** Which stretches of a memory are taken. Best fit, neighbours merged. */
class Allocator {
  readonly #free = new Map<number, number>(); // offset → bytes
  #end = CONTROL_BYTES;
  taken = 0;

  /** An address, or null if the memory must grow; `end` says to where. */
  take(bytes: number, limit: number): number | null {
    let best: number | null = null;
    for (const [offset, size] of this.#free)
      if (size >= bytes && (best === null || size < this.#free.get(best)!)) best = offset;
    if (best !== null) {
      const size = this.#free.get(best)!;
      this.#free.delete(best);
      if (size > bytes) this.#free.set(best + bytes, size - bytes);
    } else {
      if (this.#end + bytes > limit) return null;
      best = this.#end;
      this.#end += bytes;
    }
    this.taken += bytes;
    return best;
  }

  give(offset: number, bytes: number): void {
    this.taken -= bytes;
    let [start, size] = [offset, bytes];
    for (const [other, otherSize] of this.#free) {
      if (other + otherSize === start) [start, size] = [other, size + otherSize];
      else if (start + size === other) size += otherSize;
      else continue;
      this.#free.delete(other);
    }
    if (start + size === this.#end) this.#end = start;
    else this.#free.set(start, size);
  }

  /** Where a stretch of `bytes` at the end would end. */
  endAfter(bytes: number): number {
    return this.#end + bytes;
  }
}

/** Stretches whose owners were collected are given back. */
const collected = new FinalizationRegistry<{ allocator: WeakRef<Allocator>; offset: number; bytes: number }>(
  ({ allocator, offset, bytes }) => allocator.deref()?.give(offset, bytes),
);

/** A stretch of a heap, given back when `free` is called or its owner is collected. */
export class Region {
  #isFree = false;

  constructor(
    readonly address: number,
    readonly bytes: number,
    private readonly allocator: Allocator,
  ) {
    if (bytes > 0) collected.register(this, { allocator: new WeakRef(allocator), offset: address, bytes }, this);
  }

  free(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    collected.unregister(this);
    this.allocator.give(this.address, this.bytes);
  }
}

/** A tensor that stays in the heap. */
export class WasmBuffer implements HeapBuffer {
  #version = 0;

  constructor(
    readonly type: TensorType,
    readonly region: Region,
    readonly heap: WasmHeap,
  ) {}

  /** Another number whenever the elements may have changed. */
  get version(): number {
    return this.#version;
  }

  /** A program assigns it. */
  markChanged(): void {
    this.#version++;
  }

  read(): NDArray {
    const { dtype, shape } = this.type;
    return { dtype, shape, data: this.heap.view(this.region.address, this.type).slice() };
  }

  write(value: NDArray): void {
    this.#version++;
    this.heap.view(this.region.address, this.type).set(castArray(value, this.type.dtype).data);
  }

  free(): void {
    this.region.free();
  }
}

let nextId = 0;

/** The memory of one model. */
export class WasmHeap implements Heap {
  readonly id = nextId++;
  readonly memory: WebAssembly.Memory;
  readonly #allocator = new Allocator();
  #scratch: Region | null = null;
  /** Settles when the last run that was asked for has ended. */
  tail: Promise<unknown> = Promise.resolve();
  /** Runs asked for and not ended. */
  running = 0;
  /** Whether a run has not ended well, or not yet: what keeps threads in step may be in disorder. */
  disturbed = false;

  /** @param shared Whether threads share it. */
  constructor(readonly shared: boolean) {
    try {
      this.memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared });
    } catch (error) {
      throw new OutOfMemoryError(
        `wasm: the engine has no address space left for another model's memory (${String(error)}). Drop models that are not needed any more.`,
      );
    }
  }

  get byteLength(): number {
    return this.#allocator.taken;
  }

  /** Reserve memory. @param label What it is for, in the message when there is none left. */
  reserve(bytes: number, label: string): Region {
    const size = alignUp(Math.max(1, bytes));
    // Loops may read some lanes beyond the end of a buffer, also of the last one.
    let address = this.#allocator.take(size, this.memory.buffer.byteLength - OVERREAD);
    if (address === null) {
      const end = this.#allocator.endAfter(size) + OVERREAD;
      const now = this.memory.buffer.byteLength / PAGE;
      const needed = Math.ceil(end / PAGE);
      // A quarter more than needed, so that many small requests do not each grow the memory.
      const wanted = Math.min(MAX_PAGES, Math.max(needed, Math.ceil(now * 1.25)));
      if (needed > MAX_PAGES || !this.#grow(wanted - now, needed - now)) {
        throw new OutOfMemoryError(
          `wasm: ${label} needs ${formatBytes(size)}, and the model holds ${formatBytes(this.#allocator.taken)} already. ` +
            `One model can hold 4 GiB (32-bit addresses), if the machine has them. Take smaller batches or a smaller model.`,
        );
      }
      address = this.#allocator.take(size, this.memory.buffer.byteLength - OVERREAD)!;
    }
    return new Region(address, size, this.#allocator);
  }

  #grow(wanted: number, needed: number): boolean {
    for (const pages of [wanted, needed]) {
      try {
        this.memory.grow(pages);
        return true;
      } catch {
        continue;
      }
    }
    return false;
  }

  allocate(type: TensorType, label: string): WasmBuffer {
    const { dtype, shape } = type;
    const bytes = sizeOf(shape) * storageBytes(dtype);
    const region = this.reserve(bytes, `'${label}' (${dtype}${formatShape(shape)})`);
    this.bytes(region.address, region.bytes).fill(0);
    return new WasmBuffer(type, region, this);
  }

  /** The scratch memory that all programs share, at least of this size. Its content is lost between runs. */
  scratch(bytes: number, label: string): Region {
    if (this.#scratch === null || this.#scratch.bytes < bytes) {
      this.#scratch?.free();
      this.#scratch = this.reserve(bytes, label);
    }
    return this.#scratch;
  }

  /** The numbers at an address. Valid until memory is reserved. */
  view(address: number, { dtype, shape }: TensorType): ReturnType<typeof viewStorage> {
    return viewStorage(dtypeInfo(dtype).storage, this.memory.buffer, address, sizeOf(shape));
  }

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, length);
  }
}

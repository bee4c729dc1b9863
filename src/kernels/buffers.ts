/** @file Buffers: where the values of a program lie in its heap, and the lowering's view of them. */
import type { DType } from '../core/dtype.js';
import { storageBytes } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { TensorType } from '../core/ndarray.js';
import type { ContextSlot, Expr, FunctionBuilder } from '../codegen/index.js';
import { context, i32 } from '../codegen/index.js';

/** Bytes to which buffers are aligned: a cache line. Rounding sizes up to it lets loops write whole vectors at the end. */
export const ALIGNMENT = 64;

export const alignUp = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Bytes of a float32: products and convolutions have forms for it alone. */
export const BYTES = 4;

/** No program runs on more threads: memory that every thread needs for itself is reserved for so many. */
export const MAX_THREADS = 8;

/** Functions that several kernels share, and the parameters by which they are told where the kernel's buffers lie. */
const pointers = new WeakMap<FunctionBuilder, ReadonlyMap<Buffer, Expr>>();

/** Let a function find these buffers, and no others, where the parameters say. */
export function passPointers(f: FunctionBuilder, buffers: readonly Buffer[], params: readonly Expr[]): void {
  pointers.set(f, new Map(buffers.map((buffer, i) => [buffer, params[i]])));
}

/**
 * What a buffer holds: `constant` never changes once the program is made, `value` may. A `workspace` is written in an order of its own, so
 * it cannot take the place of what is read meanwhile.
 */
export type BufferRole = 'constant' | 'value' | 'workspace';

/**
 * A piece of memory that a program uses. `heap`: at a fixed address, for good (variables, constants). `scratch`: in the memory that all
 * programs of a heap share, at an offset that the plan assigns.
 */
export class Buffer {
  #place: 'heap' | 'scratch';
  #address: number | null;

  constructor(
    place: 'heap' | 'scratch',
    readonly dtype: DType,
    readonly size: number,
    readonly label: string,
    address: number | null = null,
    readonly role: BufferRole = 'value',
  ) {
    this.#place = place;
    this.#address = address;
  }

  get place(): 'heap' | 'scratch' {
    return this.#place;
  }

  /** Bytes with padding. */
  get bytes(): number {
    return alignUp(Math.max(1, this.size * storageBytes(this.dtype)));
  }

  /** The address (heap), or the offset from the beginning of the scratch memory. */
  get address(): number {
    if (this.#address === null) throw new InternalError(`kernels: buffer '${this.label}' has no address`);
    return this.#address;
  }

  /** Give a scratch buffer its offset. */
  placeAt(offset: number): void {
    this.#address = offset;
  }

  /** Let a scratch buffer live in the heap instead. */
  moveToHeap(address: number): void {
    this.#place = 'heap';
    this.#address = address;
  }

  /** A scratch buffer for a value of this type. */
  static scratch(type: TensorType, label: string): Buffer {
    return new Buffer('scratch', type.dtype, sizeOf(type.shape), `${label}: ${type.dtype}${formatShape(type.shape)}`);
  }

  /**
   * What to add to an index (in bytes) to reach an element: a base, 0 for the heap, and a constant that goes into the offset of the
   * memory access.
   */
  get base(): Expr {
    return this.place === 'heap' ? i32(0) : context('scratch');
  }

  /** Buffers of one key have the same base. */
  get baseKey(): string {
    return this.place;
  }

  /** The address of the first element, bound to a name. */
  pointer(f: FunctionBuilder): Expr {
    return this.#passed(f) ?? f.let(this.base.add(this.address));
  }

  /** The address in parts, for a function that reaches several buffers from one running index: those with one key have one base. */
  origin(f: FunctionBuilder): { readonly key: string; readonly base: Expr; readonly address: number } {
    const passed = this.#passed(f);
    if (passed === null) return { key: this.baseKey, base: this.base, address: this.address };
    return { key: `passed ${[...pointers.get(f)!.keys()].indexOf(this)}`, base: passed, address: 0 };
  }

  #passed(f: FunctionBuilder): Expr | null {
    const known = pointers.get(f);
    if (known === undefined) return null;
    const found = known.get(this);
    if (found === undefined) throw new InternalError(`kernels: a kernel uses '${this.label}', which it does not list`);
    return found;
  }
}

/** One slice of a buffer along its first dimension: the one of the step at which a scan is. */
export class SliceBuffer extends Buffer {
  constructor(
    readonly whole: Buffer,
    type: TensorType,
    label: string,
    /** What holds the step. */
    private readonly step: ContextSlot,
  ) {
    super('scratch', type.dtype, sizeOf(type.shape), label);
  }

  override get place(): 'heap' | 'scratch' {
    return this.whole.place;
  }

  override get address(): number {
    return this.whole.address;
  }

  override get base(): Expr {
    return this.whole.base.add(context(this.step).mul(this.size * storageBytes(this.dtype)));
  }

  override get baseKey(): string {
    return `${this.whole.baseKey} ${this.step} ${this.size * storageBytes(this.dtype)}`;
  }
}

/** Loops and branches: kernels that run kernels. */
export interface ControlFlow {
  /** All kernels that it runs. */
  readonly kernels: readonly Kernel[];
  /** How often it runs them, as far as known. */
  readonly repeats: number;
  /**
   * Write the code. Every thread runs it: `run` writes code that runs kernels on all threads, at whose end they have all finished; after
   * `meet`, all threads have come so far.
   */
  emit(f: FunctionBuilder, run: (kernels: readonly Kernel[]) => void, meet: () => void): void;
}

/** A piece of work of a program: a function over tasks that do not depend on each other. */
export interface Kernel {
  /** For profiles and reports: `"loop 12 nodes (64, 10)"`. */
  readonly label: string;
  /** How many independent tasks; fixed by the problem, never by the number of threads, so that results do not depend on it. */
  readonly tasks: number;
  /** Roughly how many arithmetic operations or moves in all: decides whether threads share it. */
  readonly work: number;
  readonly reads: readonly Buffer[];
  readonly writes: readonly Buffer[];
  /** Kernels of one key are the same but for where their buffers lie, in the order of `buffersOf`. Default: like no other. */
  readonly key?: string;
  /** The kernel of the same key whose `emit` this one has: it knows that one's buffers. */
  readonly model?: Kernel;
  /**
   * Whether the kernel may write its elements over those of `buffer`, which it reads: each is read before the one at its place is
   * written, by the same task. Default: it may not.
   */
  mayOverwrite?(buffer: Buffer): boolean;
  /** Write the function's body, which does the tasks `lo` to before `hi`. Nothing if there is control flow. */
  emit(f: FunctionBuilder, lo: Expr, hi: Expr): void;
  readonly control?: ControlFlow;
}

/** What a kernel reads and writes, each buffer once. */
export const buffersOf = ({ reads, writes }: Pick<Kernel, 'reads' | 'writes'>): Buffer[] => [
  ...new Set([...reads, ...writes]),
];

/** Bytes of what a kernel reads and writes, each buffer once. */
export const bytesMoved = (kernel: Pick<Kernel, 'reads' | 'writes'>): number =>
  buffersOf(kernel).reduce((sum, buffer) => sum + buffer.bytes, 0);

/** The number of the thread that runs the code. */
export const threadNumber = (): Expr => context('thread');

/**
 * @file What a machine can do, in numbers: kernels derive from these where one form of a computation becomes faster than another, how
 * large blocks are, and what is worth a thread. `npm run tune` measures them.
 *
 * The figures choose programs, and so the order of some sums: they belong to the target, never to the machine that runs it, or the same
 * program would give other bits elsewhere.
 */

/** The figures of a machine. */
export interface MachineModel {
  /** Vector registers that a kernel may use. */
  readonly registers: number;
  /** Bytes of the first and of the second cache of a core. */
  readonly l1: number;
  readonly l2: number;
  /** Lines of the first cache that may hold bytes whose addresses are a whole number of `l1 / l1Ways` apart. */
  readonly l1Ways: number;
  /** Simple operations that one thread does in a nanosecond in element-wise loops, in cache: some kernels are faster, some slower. */
  readonly opsPerNs: number;
  /** Bytes that one thread reads and writes in a nanosecond, in cache. */
  readonly bytesPerNs: number;
  /** Multiply-adds that one thread does in a nanosecond with a tile in registers. */
  readonly fmaPerNs: number;
  /** Nanoseconds until all threads have met at a barrier. */
  readonly meetingNs: number;
  /** Nanoseconds to hand out one task. */
  readonly handOutNs: number;
  /** Nanoseconds until workers that sleep have begun a run. */
  readonly wakingNs: number;
  /** Tasks that keep all threads busy to the end: a few for each, as not all are as long. */
  readonly enoughTasks: number;
  /** Nanoseconds to wake a thread that sleeps at a barrier. */
  readonly barrierWakeNs: number;
  /** Looks at a word in memory that a thread does in a nanosecond while it waits. */
  readonly looksPerNs: number;
  readonly products: ProductCosts;
  readonly forms: ProductForms;
}

/**
 * What belongs to a product beside its multiply-adds, in multiply-adds of one number in a tile in registers. `npm run tune` measures
 * `packAhead`; the others were fitted when the forms were written, and have no script.
 */
export interface ProductCosts {
  /** A number that is packed by the task that uses it. */
  readonly pack: number;
  /** A number that is packed ahead: it is written to a farther cache, and read from there. */
  readonly packAhead: number;
  /** A number of a partial result, written and read again. */
  readonly partial: number;
  /** Of convolutions of 3×3 taps in tiles, in multiply-adds of vectors. */
  readonly winograd: {
    /** A multiply-add: of a point of a tile, and of the plain sum. */
    readonly product: number;
    readonly plain: number;
    /** A vector of a point that goes through the transforms of tiles. */
    readonly move: number;
    /** A vector of a point of the kernel's transform. */
    readonly kernel: number;
    /** A kernel more, for tiles of another size. */
    readonly region: number;
  };
  /** Of their kernels' gradients, likewise. */
  readonly winogradGradient: {
    readonly product: number;
    readonly plain: number;
    readonly move: number;
    /** The same where a task computes some points only, and the tiles are read more than once. */
    readonly moveAgain: number;
    /** A vector of sums that is read and written for a block of tiles, and for a part that is added at the end. */
    readonly block: number;
    readonly part: number;
  };
}

/**
 * Sizes at which one form of a product becomes faster than another. `npm run tune` runs both forms around the first two; the others were
 * chosen when the forms were written, and have no script.
 */
export interface ProductForms {
  /** Columns up to which rows are read in place (gemm_direct.ts): with more, packed rows are used often enough. */
  readonly directColumns: number;
  /** Columns from which the rows of a matrix are streamed past one row (gemv_streamed.ts). */
  readonly streamedColumns: number;
  /** Elements of a matrix that meets few rows beyond which its columns must give some tasks (gemv.ts). */
  readonly fewRowsElements: number;
  /** Multiply-adds from which both operands are read in place (gemm_outer.ts), and the length of the runs up to which they are. */
  readonly outerProducts: number;
  readonly outerRun: number;
  /** Steps for which a tile of such a product stays in registers, about. */
  readonly outerSteps: number;
  /** Products a tap up to which the groups of a convolution go through lanes together (depthwise.ts). */
  readonly groupedProducts: number;
}

/** WebAssembly on processors of servers and laptops: 128-bit vectors, sixteen registers. AMD EPYC, Node 20. */
export const WASM_MACHINE: MachineModel = {
  registers: 16,
  l1: 32 << 10,
  l2: 512 << 10,
  l1Ways: 8,
  opsPerNs: 15,
  bytesPerNs: 20,
  fmaPerNs: 20,
  meetingNs: 1000,
  handOutNs: 200,
  wakingNs: 200_000,
  enoughTasks: 12,
  barrierWakeNs: 40_000,
  looksPerNs: 0.75,
  products: {
    pack: 7,
    packAhead: 12,
    partial: 12,
    winograd: { product: 1.1, plain: 1.1, move: 6, kernel: 4, region: 1 << 18 },
    winogradGradient: { product: 1.2, plain: 1.5, move: 6, moveAgain: 7, block: 2, part: 6 },
  },
  forms: {
    directColumns: 160,
    streamedColumns: 384,
    fewRowsElements: 1 << 21,
    outerProducts: 1 << 20,
    outerRun: 512,
    outerSteps: 160,
    groupedProducts: 16,
  },
};

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
}

/** WebAssembly on processors of servers and laptops: 128-bit vectors, sixteen registers. AMD EPYC, Node 20. */
export const WASM_MACHINE: MachineModel = {
  registers: 16,
  l1: 32 << 10,
  l2: 512 << 10,
  opsPerNs: 15,
  bytesPerNs: 20,
  fmaPerNs: 20,
  meetingNs: 1000,
  handOutNs: 200,
  wakingNs: 200_000,
  enoughTasks: 12,
};

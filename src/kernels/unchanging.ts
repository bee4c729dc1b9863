/** @file Which kernels write the same whenever they run, so that it is enough to run them once. */
import type { Buffer, Kernel } from './buffers.js';
import { SliceBuffer } from './buffers.js';

/**
 * Kernels that read nothing but buffers that never change and buffers that such kernels write.
 *
 * @param kernels In the order in which they run.
 * @param isFixed Whether a buffer that no kernel writes holds the same at every run.
 * @param isTaken Whether a buffer has lost its content by the next run, so that it must be written anew. Default: none has.
 */
export function unchangingKernels(
  kernels: readonly Kernel[],
  isFixed: (buffer: Buffer) => boolean,
  isTaken: (buffer: Buffer) => boolean = () => false,
): Set<Kernel> {
  // Slices differ from step to step.
  const mayBeUnchanging = ({ control, writes }: Kernel): boolean =>
    control === undefined && !writes.some((buffer) => buffer instanceof SliceBuffer || isTaken(buffer));
  // A buffer that one kernel changes is changing for all, also for those that write to it before.
  const changing = new Set<Buffer>();
  for (;;) {
    const known = changing.size;
    const found = new Set<Kernel>();
    const made = new Set<Buffer>();
    for (const kernel of kernels) {
      const reads = kernel.reads.every((x) => !changing.has(x) && (made.has(x) || isFixed(x)));
      if (reads && mayBeUnchanging(kernel) && !kernel.writes.some((x) => changing.has(x))) {
        found.add(kernel);
        for (const buffer of kernel.writes) made.add(buffer);
      } else for (const buffer of kernel.writes) changing.add(buffer);
    }
    if (changing.size === known) return found;
  }
}

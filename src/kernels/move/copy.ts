/** @file Copies of whole buffers. */
import { storageBytes } from '../../core/dtype.js';
import type { Buffer, Kernel } from '../buffers.js';

const PIECE = 1 << 16;

/** A kernel that copies a buffer to another of the same size and dtype. */
export function copyKernel(from: Buffer, to: Buffer): Kernel {
  const bytes = from.size * storageBytes(from.dtype);
  const tasks = Math.max(1, Math.ceil(bytes / PIECE));
  return {
    label: `copy of ${from.label}`,
    tasks,
    work: from.size / 4,
    reads: [from],
    writes: [to],
    emit: (f, lo, hi) => {
      const start = f.let(lo.mul(PIECE));
      const end = f.let(hi.eq(tasks).select(f.let(hi.mul(0).add(bytes)), f.let(hi.mul(PIECE))));
      f.copy(to.pointer(f).add(start), from.pointer(f).add(start), end.sub(start));
    },
  };
}

/** @file How long a program takes, about: whether threads pay, and whether the caller can wait for it. */
import type { Kernel } from './buffers.js';
import { bytesMoved } from './buffers.js';
import { cutSections } from './sections.js';

/** Operations, and bytes, that one thread does in a nanosecond: between those of products and of element-wise loops, in the caches. */
const OPERATIONS = 15;
const BYTES = 20;
/** Nanoseconds that threads take to meet, and to hand out the tasks of a kernel. */
const MEETING = 3000;

/** Nanoseconds of one step. */
export interface Estimate {
  /** On one thread. */
  readonly alone: number;
  /** On several. */
  together(threads: number): number;
}

function ofKernel(kernel: Kernel): number {
  return Math.max(kernel.work / OPERATIONS, bytesMoved(kernel) / BYTES);
}

const alone = (kernels: readonly Kernel[]): number =>
  kernels.reduce(
    (sum, kernel) => sum + (kernel.control ? kernel.control.repeats * alone(kernel.control.kernels) : ofKernel(kernel)),
    0,
  );

function together(kernels: readonly Kernel[], threads: number): number {
  return cutSections(kernels).reduce((sum, section) => {
    if (!section.shared) return sum + MEETING + alone(section.kernels);
    const { control, tasks } = section.kernel;
    if (control) return sum + control.repeats * together(control.kernels, threads);
    return sum + MEETING + ofKernel(section.kernel) / Math.min(threads, tasks);
  }, 0);
}

/** How long a step of these kernels takes. */
export function estimate(kernels: readonly Kernel[]): Estimate {
  return { alone: alone(kernels), together: (threads) => together(kernels, threads) };
}

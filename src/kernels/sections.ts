/** @file Where threads meet: the kernels of a program in sections, each shared by all threads or run by one. */
import type { Kernel } from './buffers.js';

/** Below this much work a kernel is run by one thread while the others wait: handing it out would cost more. */
const SHARED_WORK = 1 << 15;

/** Kernels that run between two barriers: one that all threads share, or some that one thread runs in order. */
export type Section =
  { readonly shared: true; readonly kernel: Kernel } | { readonly shared: false; readonly kernels: Kernel[] };

/** Whether a kernel is worth waking the other threads. */
export function isShared({ tasks, work, control }: Kernel): boolean {
  return control === undefined ? tasks > 1 && work >= SHARED_WORK : control.kernels.some(isShared);
}

/** Kernels in the sections between which threads meet. */
export function cutSections(kernels: readonly Kernel[]): Section[] {
  const sections: Section[] = [];
  for (const kernel of kernels) {
    if (isShared(kernel)) sections.push({ shared: true, kernel });
    else {
      const last = sections.at(-1);
      if (last?.shared === false) last.kernels.push(kernel);
      else sections.push({ shared: false, kernels: [kernel] });
    }
  }
  return sections;
}

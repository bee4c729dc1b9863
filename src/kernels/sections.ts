/** @file Where threads meet: the kernels of a program in sections, each shared by all threads or run by one. */
import type { MachineModel } from '../codegen/index.js';
import type { Kernel } from './buffers.js';
import { taskWork } from './work.js';

/** Kernels that run between two barriers: one that all threads share, or some that one thread runs in order. */
export type Section =
  { readonly shared: true; readonly kernel: Kernel } | { readonly shared: false; readonly kernels: Kernel[] };

/** Whether a kernel is worth the other threads: with less than two tasks' work one thread runs it while the others wait. */
export function isShared({ tasks, work, control }: Kernel, machine: MachineModel): boolean {
  if (control !== undefined) return control.kernels.some((kernel) => isShared(kernel, machine));
  return tasks > 1 && work >= 2 * taskWork(machine);
}

/** Kernels in the sections between which threads meet. */
export function cutSections(kernels: readonly Kernel[], machine: MachineModel): Section[] {
  const sections: Section[] = [];
  for (const kernel of kernels) {
    if (isShared(kernel, machine)) sections.push({ shared: true, kernel });
    else {
      const last = sections.at(-1);
      if (last?.shared === false) last.kernels.push(kernel);
      else sections.push({ shared: false, kernels: [kernel] });
    }
  }
  return sections;
}

/** @file How long a program takes, about: whether threads pay, and whether the caller can wait for it. */
import type { MachineModel } from '../codegen/index.js';
import type { Kernel } from './buffers.js';
import { bytesMoved } from './buffers.js';
import { cutSections } from './sections.js';

/** Tasks that a thread takes of a kernel at most, about. */
const TASKS_TAKEN = 10;

/** Nanoseconds of one step. */
export interface Estimate {
  /** On one thread. */
  readonly alone: number;
  /** On several. */
  together(threads: number): number;
}

/** Nanoseconds that a kernel takes on one thread, about. */
export const timeOf = ({ opsPerNs, bytesPerNs }: MachineModel, kernel: Kernel): number =>
  Math.max(kernel.work / opsPerNs, bytesMoved(kernel) / bytesPerNs);

const alone = (machine: MachineModel, kernels: readonly Kernel[]): number =>
  kernels.reduce(
    (sum, kernel) =>
      sum +
      (kernel.control ? kernel.control.repeats * alone(machine, kernel.control.kernels) : timeOf(machine, kernel)),
    0,
  );

function together(machine: MachineModel, kernels: readonly Kernel[], threads: number): number {
  const { meetingNs, handOutNs } = machine;
  return cutSections(kernels, machine).reduce((sum, section) => {
    if (!section.shared) return sum + meetingNs + alone(machine, section.kernels);
    const { control, tasks } = section.kernel;
    if (control) return sum + control.repeats * together(machine, control.kernels, threads);
    const taken = Math.ceil(tasks / threads);
    const handOuts = Math.min(TASKS_TAKEN, taken) * handOutNs;
    return sum + meetingNs + handOuts + (timeOf(machine, section.kernel) * taken) / tasks;
  }, 0);
}

/** How long a step of these kernels takes. */
export function estimate(machine: MachineModel, kernels: readonly Kernel[]): Estimate {
  return { alone: alone(machine, kernels), together: (threads) => together(machine, kernels, threads) };
}

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

/** A section: the time of one thread, and into how many tasks it falls; or a loop of sections. */
type Part =
  | { readonly time: number; readonly tasks: number | null }
  | { readonly repeats: number; readonly parts: readonly Part[] };

const partsOf = (machine: MachineModel, kernels: readonly Kernel[]): Part[] =>
  cutSections(kernels, machine).map((section) => {
    if (!section.shared) return { time: alone(machine, section.kernels), tasks: null };
    const { control, tasks } = section.kernel;
    if (control) return { repeats: control.repeats, parts: partsOf(machine, control.kernels) };
    return { time: timeOf(machine, section.kernel), tasks };
  });

function together(machine: MachineModel, parts: readonly Part[], threads: number): number {
  const { meetingNs, handOutNs } = machine;
  return parts.reduce((sum, part) => {
    if ('parts' in part) return sum + part.repeats * together(machine, part.parts, threads);
    const { time, tasks } = part;
    if (tasks === null) return sum + meetingNs + time;
    const taken = Math.ceil(tasks / threads);
    const handOuts = Math.min(TASKS_TAKEN, taken) * handOutNs;
    return sum + meetingNs + handOuts + (time * taken) / tasks;
  }, 0);
}

/** How long a step of these kernels takes. It is asked at each run: the kernels are looked at once, and not kept. */
export function estimate(machine: MachineModel, kernels: readonly Kernel[]): Estimate {
  const parts = partsOf(machine, kernels);
  const known: number[] = [];
  return {
    alone: alone(machine, kernels),
    together: (threads) => (known[threads] ??= together(machine, parts, threads)),
  };
}

/**
 * @file Work that a program need not repeat at every run: what it makes of variables that it does not assign, and of constants, such as
 * packed or transformed weights. Such kernels are hoisted: they write to memory that the program keeps, and run again when a variable
 * has changed.
 *
 * A kernel is hoisted if it reads nothing but such variables, constants and results of hoisted kernels, and its own results are not much
 * larger than those are. Above some memory it must also save a share of the step that is worth the memory.
 */
import type { MachineModel } from '../codegen/index.js';
import type { Buffer, Kernel } from './buffers.js';
import { buffersOf } from './buffers.js';
import { timeOf } from './estimate.js';
import { unchangingKernels } from './unchanging.js';

/** Bytes up to which results are always kept. */
const SMALL = 1 << 16;
/**
 * Larger results may have this many times the bytes of the variables that they are made of. Transformed weights stay below it; values
 * that are repeated over a batch do not, and are cheap to make again.
 */
const EXPANSION = 8;
/** Bytes that a program may keep without saving much time. */
const FREE = 4 << 20;
/** Bytes that it may keep beyond those for each hundredth of its time, as `timeOf` counts it, that they save. */
const BYTES_PER_PERCENT = 224 << 20;

/** Kernels that run together, when one of the variables that they read has changed. */
export interface HoistedGroup {
  readonly kernels: readonly Kernel[];
  /** Addresses of the variables. */
  readonly sources: ReadonlySet<number>;
}

/** The hoisted work of a program. */
export interface HoistedWork {
  readonly groups: readonly HoistedGroup[];
  /** Buffers that hoisted kernels write and others read: they must stay as they are from run to run. */
  readonly results: readonly Buffer[];
}

/**
 * Which kernels of a program are hoisted.
 *
 * @param isVariable Whether an address is that of a variable that the program reads and does not assign.
 * @param foreign Buffers that the caller writes to before each run, or reads after it.
 */
export function findHoistedWork(
  machine: MachineModel,
  kernels: readonly Kernel[],
  isVariable: (address: number) => boolean,
  foreign: Iterable<Buffer>,
): HoistedWork {
  const isSource = (buffer: Buffer): boolean => buffer.place === 'heap' && isVariable(buffer.address);
  const isFixed = (buffer: Buffer): boolean => buffer.role === 'constant' || isSource(buffer);
  const callers = new Set(foreign);
  const isTaken = (buffer: Buffer): boolean => buffer.place === 'heap' || callers.has(buffer);
  const refused = new Set<Buffer>();
  for (;;) {
    const found = unchangingKernels(kernels, isFixed, (buffer) => isTaken(buffer) || refused.has(buffer));
    const results = resultsOf(kernels, found);
    const origins = originsOf(kernels, found);
    const step = kernels.reduce((sum, kernel) => sum + (found.has(kernel) ? 0 : timeOf(machine, kernel)), 0);
    const isFree = bytesOf(results) <= FREE;
    const known = refused.size;
    for (const kernel of found) {
      const own = [...new Set(kernel.writes)].filter((buffer) => results.has(buffer));
      const bytes = bytesOf(own);
      const isWorth = isFree || bytes * step <= BYTES_PER_PERCENT * 100 * timeOf(machine, kernel);
      if (bytes <= SMALL || (isWorth && bytes <= EXPANSION * bytesOf(origins.get(kernel)!))) continue;
      for (const buffer of own) refused.add(buffer);
    }
    if (refused.size === known) return { groups: cutGroups(kernels, found, origins, isSource), results: [...results] };
  }
}

const bytesOf = (buffers: Iterable<Buffer>): number => [...buffers].reduce((sum, buffer) => sum + buffer.bytes, 0);

/** Buffers that hoisted kernels write and others read. */
function resultsOf(kernels: readonly Kernel[], hoisted: ReadonlySet<Kernel>): Set<Buffer> {
  const made = new Set([...hoisted].flatMap(({ writes }) => writes));
  return new Set(kernels.flatMap((kernel) => (hoisted.has(kernel) ? [] : kernel.reads.filter((x) => made.has(x)))));
}

/** The variables and constants from which each kernel's results are made, directly or by other kernels. */
function originsOf(kernels: readonly Kernel[], hoisted: ReadonlySet<Kernel>): Map<Kernel, Set<Buffer>> {
  const ofBuffer = new Map<Buffer, Set<Buffer>>();
  const ofKernel = new Map<Kernel, Set<Buffer>>();
  for (const kernel of kernels) {
    if (!hoisted.has(kernel)) continue;
    const origins = new Set<Buffer>();
    for (const buffer of kernel.reads) for (const x of ofBuffer.get(buffer) ?? [buffer]) origins.add(x);
    ofKernel.set(kernel, origins);
    for (const buffer of kernel.writes) ofBuffer.set(buffer, new Set([...(ofBuffer.get(buffer) ?? []), ...origins]));
  }
  return ofKernel;
}

/** Kernels that write to a buffer and those that read it run together: only buffers that others read keep their content in between. */
function cutGroups(
  kernels: readonly Kernel[],
  hoisted: ReadonlySet<Kernel>,
  origins: ReadonlyMap<Kernel, Set<Buffer>>,
  isSource: (buffer: Buffer) => boolean,
): HoistedGroup[] {
  const groupOf = new Map<Buffer, Kernel[]>();
  const groups = new Set<Kernel[]>();
  for (const kernel of kernels) {
    if (!hoisted.has(kernel)) continue;
    const joined = new Set<Kernel[]>();
    for (const buffer of buffersOf(kernel)) {
      const known = groupOf.get(buffer);
      if (known !== undefined) joined.add(known);
    }
    const group = [...joined].flat();
    for (const other of joined) groups.delete(other);
    group.push(kernel);
    groups.add(group);
    for (const { writes } of group) for (const buffer of writes) groupOf.set(buffer, group);
  }
  const place = new Map(kernels.map((kernel, i) => [kernel, i]));
  return [...groups].map((group) => ({
    kernels: group.sort((a, b) => place.get(a)! - place.get(b)!),
    sources: new Set(
      group.flatMap((kernel) => [...origins.get(kernel)!].filter(isSource).map(({ address }) => address)),
    ),
  }));
}

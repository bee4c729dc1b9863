/** @file Gives scratch buffers their offsets by liveness: memory of a buffer that nobody reads any more is used again. */
import { storageBytes } from '../core/dtype.js';
import type { Buffer, Kernel } from './buffers.js';

/** A free stretch of memory. */
interface Gap {
  offset: number;
  bytes: number;
}

/** First-fit allocation from a growing stretch of memory. */
class Arena {
  #gaps: Gap[] = [];
  #end = 0;

  /** Bytes that are needed in all. */
  get bytes(): number {
    return this.#end;
  }

  take(bytes: number): number {
    const gap = this.#gaps.find((g) => g.bytes >= bytes);
    if (gap !== undefined) {
      const { offset } = gap;
      gap.offset += bytes;
      gap.bytes -= bytes;
      if (gap.bytes === 0) this.#gaps = this.#gaps.filter((g) => g !== gap);
      return offset;
    }
    // The last gap may reach to the end: then only what is missing is added.
    const last = this.#gaps.at(-1);
    if (last !== undefined && last.offset + last.bytes === this.#end) {
      this.#gaps.pop();
      this.#end = last.offset + bytes;
      return last.offset;
    }
    const offset = this.#end;
    this.#end += bytes;
    return offset;
  }

  give(offset: number, bytes: number): void {
    const at = this.#gaps.findIndex((g) => g.offset > offset);
    const place = at < 0 ? this.#gaps.length : at;
    this.#gaps.splice(place, 0, { offset, bytes });
    const merge = (i: number): void => {
      const [a, b] = [this.#gaps[i], this.#gaps[i + 1]] as (Gap | undefined)[];
      if (a === undefined || b === undefined || a.offset + a.bytes !== b.offset) return;
      a.bytes += b.bytes;
      this.#gaps.splice(i + 1, 1);
    };
    merge(place);
    merge(place - 1);
  }
}

/**
 * Place all scratch buffers that the kernels use.
 *
 * @param lasting Buffers that hold their content before the first kernel and after the last: fed inputs and returned outputs.
 * @param foreign Which buffers have their places already, or will be given them by someone else. Default: none.
 * @returns Bytes of scratch memory that the program needs.
 */
export function planMemory(
  kernels: readonly Kernel[],
  lasting: Iterable<Buffer>,
  foreign: (buffer: Buffer) => boolean = () => false,
): number {
  const arena = new Arena();
  const place = (buffer: Buffer): void => buffer.placeAt(arena.take(buffer.bytes));
  const fixed = new Set<Buffer>();
  for (const buffer of lasting) {
    if (buffer.place !== 'scratch' || fixed.has(buffer) || foreign(buffer)) continue;
    fixed.add(buffer);
    place(buffer);
  }
  const lastUse = new Map<Buffer, number>();
  kernels.forEach((kernel, i) => {
    for (const buffer of [...kernel.reads, ...kernel.writes]) {
      if (buffer.place === 'scratch' && !fixed.has(buffer) && !foreign(buffer)) lastUse.set(buffer, i);
    }
  });
  const dying = kernels.map((): Buffer[] => []);
  for (const [buffer, i] of lastUse) dying[i].push(buffer);
  const placed = new Set<Buffer>();
  kernels.forEach((kernel, i) => {
    const over = overwritten(kernel, dying[i], (buffer) => lastUse.has(buffer) && !placed.has(buffer));
    for (const [buffer, old] of over) {
      placed.add(buffer);
      buffer.placeAt(old.address);
    }
    for (const buffer of [...kernel.writes, ...kernel.reads]) {
      if (!lastUse.has(buffer) || placed.has(buffer)) continue;
      placed.add(buffer);
      place(buffer);
    }
    const taken = new Set(over.values());
    for (const buffer of dying[i]) if (!taken.has(buffer)) arena.give(buffer.address, buffer.bytes);
  });
  return arena.bytes;
}

/**
 * Buffers that a kernel writes over others, which it is the last to read: processors need not fetch what they write then, and less
 * memory is used.
 *
 * @param isNew Whether a buffer has no place yet.
 * @returns What each is written over.
 */
function overwritten(
  kernel: Kernel,
  dying: readonly Buffer[],
  isNew: (buffer: Buffer) => boolean,
): Map<Buffer, Buffer> {
  const over = new Map<Buffer, Buffer>();
  if (kernel.mayOverwrite === undefined) return over;
  const old = new Set(dying.filter((b) => kernel.reads.includes(b) && !isNew(b) && kernel.mayOverwrite!(b)));
  for (const buffer of new Set(kernel.writes)) {
    if (!isNew(buffer) || buffer.role === 'workspace' || kernel.reads.includes(buffer)) continue;
    for (const candidate of old) {
      const alike = storageBytes(candidate.dtype) === storageBytes(buffer.dtype) && candidate.size === buffer.size;
      if (!alike) continue;
      over.set(buffer, candidate);
      old.delete(candidate);
      break;
    }
  }
  return over;
}

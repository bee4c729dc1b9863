/** @file Groups that are like an earlier one are not lowered again: they get its kernels, on buffers of their own. */
import type { Value } from '../graph/graph.js';
import type { Kernel } from './buffers.js';
import { Buffer, buffersOf } from './buffers.js';
import { kernelKey } from './kernel_keys.js';

/** The kernels of a group that was lowered. */
export class LoweredGroup {
  /** The numbers of the values that lie in a buffer; workspaces have none. */
  readonly #numbers = new Map<Buffer, number[]>();
  /** Whether all that the kernels read is a value of the group or made by themselves. */
  readonly #closed: boolean;

  /**
   * @param key The group's.
   * @param values The values of the key.
   * @param bufferOf The buffer of a value, if it has one.
   */
  constructor(
    private readonly key: string,
    private readonly kernels: readonly Kernel[],
    values: readonly Value[],
    bufferOf: (value: Value) => Buffer | undefined,
  ) {
    values.forEach((value, number) => {
      const buffer = bufferOf(value);
      if (buffer !== undefined) this.#numbers.set(buffer, [...(this.#numbers.get(buffer) ?? []), number]);
    });
    const made = new Set(kernels.flatMap(({ writes }) => writes));
    this.#closed = kernels.every(({ reads }) => reads.every((x) => made.has(x) || this.#numbers.has(x)));
  }

  /**
   * The same kernels for another group of the same key.
   *
   * @param values The values of its key.
   * @param bufferOf Where they lie.
   * @returns Null where that is not possible, as where two values share a buffer that do not do so in the other group.
   */
  repeat(values: readonly Value[], bufferOf: (value: Value) => Buffer): Kernel[] | null {
    if (!this.#closed) return null;
    const mine = new Map<Buffer, Buffer>();
    const theirs = new Map<Buffer, Buffer>();
    for (const buffer of this.kernels.flatMap(buffersOf)) {
      if (mine.has(buffer)) continue;
      const [first, ...others] = (this.#numbers.get(buffer) ?? []).map((number) => bufferOf(values[number]));
      const { dtype, size, label, role } = buffer;
      const instead = (first as Buffer | undefined) ?? new Buffer('scratch', dtype, size, label, null, role);
      if (others.some((other) => other !== instead) || theirs.has(instead)) return null;
      mine.set(buffer, instead);
      theirs.set(instead, buffer);
    }
    const kernels = this.kernels.map((model): Kernel => {
      const move = (buffers: readonly Buffer[]): Buffer[] => buffers.map((buffer) => mine.get(buffer)!);
      return {
        ...model,
        reads: move(model.reads),
        writes: move(model.writes),
        mayOverwrite: (buffer) => theirs.has(buffer) && model.mayOverwrite?.(theirs.get(buffer)!) === true,
        model,
      };
    });
    return kernels.every((kernel, i) => kernelKey(kernel, this.key, i) === kernel.key) ? kernels : null;
  }
}

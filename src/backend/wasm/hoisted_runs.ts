/** @file Which hoisted kernels of a program must run now, because a variable that they read has changed. */
import type { Kernel } from '../../kernels/buffers.js';
import type { Region, WasmBuffer, WasmHeap } from './heap.js';
import type { HoistedCode } from '../../kernels/program.js';

const nothing = (): void => undefined;

/** Kernels whose results a program holds from run to run. */
export class HoistedRuns implements HoistedCode {
  /** Versions of the variables from which each group made its results; null: it has not run. */
  readonly #seen: (readonly number[] | null)[];
  /** What the last run was told: whether any group runs. */
  #told: boolean | null = null;

  /**
   * @param region The memory of the flags, then that of the results.
   * @param sources The variables that each group reads.
   */
  constructor(
    private readonly heap: WasmHeap,
    readonly region: Region,
    readonly groups: readonly (readonly Kernel[])[],
    private readonly sources: readonly (readonly WasmBuffer[])[],
  ) {
    this.#seen = groups.map(() => null);
  }

  get flags(): number {
    return this.region.address;
  }

  /**
   * Tell the next run which groups it must run.
   *
   * @returns To be called when that run has ended well; otherwise what it was to make is made again.
   */
  begin(): () => void {
    const stale = this.sources.map((buffers, i) => {
      const seen = this.#seen[i];
      return seen === null || buffers.some(({ version }, k) => version !== seen[k]);
    });
    const any = stale.includes(true);
    if (!any && this.#told === false) return nothing;
    this.#told = any;
    const words = new Int32Array(this.heap.memory.buffer, this.flags, 1 + stale.length);
    words[0] = Number(any);
    if (!any) return nothing;
    const now = this.sources.map((buffers) => buffers.map(({ version }) => version));
    stale.forEach((isStale, i) => {
      words[i + 1] = Number(isStale);
      if (isStale) this.#seen[i] = null;
    });
    return () => stale.forEach((isStale, i) => isStale && (this.#seen[i] = now[i]));
  }
}

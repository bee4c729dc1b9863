/** @file The index space of a loop group: axes of size 1 dropped, neighbours merged where every access allows it. */
import type { Shape } from '../../core/shape.js';

/** One loop. */
export interface Axis {
  readonly size: number;
  readonly reduced: boolean;
  /** Elements to move per step, one entry per access. */
  readonly strides: readonly number[];
}

/**
 * The loops over `shape`, outermost first.
 *
 * @param reduced Which axes are reduced. Loops of both kinds are never merged.
 * @param accesses Strides of each access, one per axis of `shape`.
 */
export function loopAxes(shape: Shape, reduced: readonly boolean[], accesses: readonly (readonly number[])[]): Axis[] {
  const axes: Axis[] = [];
  shape.forEach((size, d) => {
    if (size === 1) return;
    const strides = accesses.map((access) => access[d]);
    const outer = axes.at(-1);
    const merges = outer?.reduced === reduced[d] && outer.strides.every((stride, k) => stride === strides[k] * size);
    if (outer !== undefined && merges)
      axes[axes.length - 1] = { size: outer.size * size, reduced: outer.reduced, strides };
    else axes.push({ size, reduced: reduced[d], strides });
  });
  return axes;
}

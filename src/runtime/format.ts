/** @file Prints arrays as NumPy does. */
import { dtypeInfo } from '../core/dtype.js';
import type { NDArray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';

/** The text that NumPy's `str()` gives for the array. */
export function formatArray(array: NDArray): string {
  const kind = dtypeInfo(array.dtype).kind;
  const show = (x: number): string => (kind === 'bool' ? (x !== 0 ? 'True' : 'False') : String(x));
  const visit = (axis: number, offset: number): string => {
    if (axis === array.shape.length) return show(array.data[offset]);
    const step = sizeOf(array.shape.slice(axis + 1));
    const parts = Array.from({ length: array.shape[axis] }, (_, i) => visit(axis + 1, offset + i * step));
    return `[${parts.join(axis === array.shape.length - 1 ? ' ' : '\n' + ' '.repeat(axis + 1))}]`;
  };
  return visit(0, 0);
}

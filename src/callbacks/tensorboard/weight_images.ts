/** @file Weights as images, in the forms that Keras gives them. */
import { allocate } from '../../core/dtype.js';
import type { NDArray } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { Tensor } from '../../runtime/index.js';

/** Shape (images, height, width, channels), or null: such weights are no image. */
export function weightImage({ dtype, shape, data }: NDArray, channelsLast: boolean): Tensor | null {
  const squeezed = shape.filter((size) => size !== 1);
  if (squeezed.includes(0)) return null;
  const make = (sizes: readonly number[], from: ((i: number) => number) | null = null): Tensor => {
    const values = allocate(dtype, data.length);
    for (let i = 0; i < values.length; i++) values[i] = data[from === null ? i : from(i)];
    return Tensor.fromArray(ndarray(dtype, sizes, values));
  };
  if (squeezed.length === 1) return make([1, squeezed[0], 1, 1]);
  if (squeezed.length === 2) {
    const [rows, columns] = squeezed;
    if (rows <= columns) return make([1, rows, columns, 1]);
    // Keras: lies on its side, so that it is wider than high.
    return make([1, columns, rows, 1], (i) => (i % rows) * columns + Math.floor(i / rows));
  }
  if (squeezed.length === 3) {
    const [a, b, c] = squeezed;
    if (!channelsLast) return make([a, b, c, 1]);
    // Each kernel is an image of its own: (a, b, c) to (c, a, b).
    return make([c, a, b, 1], (i) => (i % (a * b)) * c + Math.floor(i / (a * b)));
  }
  return squeezed.length === 4 && [3, 4].includes(squeezed[3]) ? make(squeezed) : null;
}

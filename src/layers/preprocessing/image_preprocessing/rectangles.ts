/** @file Random rectangles in images, and masks of the pixels in them: for `RandomErasing` and `CutMix`. */
import type { DType } from '../../../core/dtype.js';
import * as ops from '../../../ops/index.js';
import * as random from '../../../random/index.js';
import type { SeedGenerator } from '../../../random/index.js';
import type { Tensor } from '../../../runtime/index.js';

/** From where to where something lies along an axis, for each image: (batch,), in pixels. */
export interface Stretch {
  readonly from: Tensor;
  readonly to: Tensor;
}

/**
 * A random place along an axis.
 *
 * @param size Pixels along the axis.
 * @param part Which part of the axis is covered: (batch,).
 */
export function drawStretch(size: number, part: Tensor, seed: SeedGenerator, dtype: DType): Stretch {
  const length = ops.cast(ops.multiply(part, size), dtype);
  const room = ops.subtract(size, length);
  const from = ops.multiply(random.uniform([...part.shape], { dtype, seed }), room);
  return { from, to: ops.add(from, length) };
}

/**
 * Which pixels lie in each image's rectangle: bool, (batch, rows, columns, 1), or (batch, 1, rows, columns).
 *
 * @param columns The rectangles along rows' direction, the x axis.
 * @param rows The rectangles along the y axis.
 */
export function insideOf(
  { columns, rows }: { readonly columns: Stretch; readonly rows: Stretch },
  [height, width]: readonly [number, number],
  isChannelsFirst: boolean,
  dtype: DType,
): Tensor {
  const [y, x] = isChannelsFirst ? [2, 3] : [1, 2];
  const line = (size: number, axis: number): Tensor =>
    ops.reshape(ops.arange(size, null, { dtype }), [0, 1, 2, 3].map((d) => (d === axis ? size : 1))); // prettier-ignore
  const within = (place: Tensor, { from, to }: Stretch): Tensor => {
    const [low, high] = [from, to].map((end) => ops.reshape(end, [-1, 1, 1, 1]));
    return ops.logicalAnd(ops.greaterEqual(place, low), ops.less(place, high));
  };
  return ops.logicalAnd(within(line(width, x), columns), within(line(height, y), rows));
}

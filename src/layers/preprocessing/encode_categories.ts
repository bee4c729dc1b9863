/** @file Numbers of categories as the layers give them: as they are, or as vectors with a place for each category. */
import * as ops from '../../ops/index.js';
import type { DType } from '../../core/dtype.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';

/** How categories come out. */
export type CategoryOutput = 'int' | 'one_hot' | 'multi_hot' | 'count';

/** What `encodeCategories` makes. */
interface Encoding {
  readonly outputMode: CategoryOutput;
  /** How many categories there are. */
  readonly depth: number;
  readonly dtype: DType;
  /** Of mode `'count'`: how much each category counts, of the shape of the indices. */
  readonly countWeights?: Tensor | null;
}

/**
 * Encode numbers of categories. What lies outside of 0 … depth − 1 has no place, and no 1.
 *
 * @see `keras.src.utils.numerical_utils.encode_categorical_inputs`
 */
export function encodeCategories(indices: Tensor, { outputMode, depth, dtype, countWeights = null }: Encoding): Tensor {
  if (outputMode === 'int') return ops.cast(indices, dtype);
  const x = indices.ndim === 0 ? ops.expandDims(indices, -1) : indices;
  if (outputMode === 'one_hot') return ops.oneHot(dropLastOne(x), depth, { dtype });
  if (outputMode === 'multi_hot') return ops.multiHot(x, { numClasses: depth, dtype });
  const ones = ops.oneHot(x, depth, { dtype: countWeights?.dtype ?? dtype });
  const counted = countWeights === null ? ones : ops.multiply(ones, ops.expandDims(countWeights, -1));
  return ops.sum(counted, { axis: x.ndim > 1 ? 1 : 0 });
}

const dropLastOne = (x: Tensor): Tensor => (x.ndim > 1 && x.shape.at(-1) === 1 ? ops.squeeze(x, { axis: -1 }) : x);

/** The shape of what `encodeCategories` gives. */
export function encodedShape(shape: PartialShape, outputMode: CategoryOutput, depth: number): PartialShape {
  if (outputMode === 'int') return shape;
  if (outputMode === 'one_hot') {
    const rows = shape.length === 0 ? [1] : shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
    return [...rows, depth];
  }
  return shape.length > 1 ? [shape[0], ...shape.slice(2), depth] : [depth];
}

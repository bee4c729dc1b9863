/** @file `computeIou` and `computeCiou`: how far boxes cover each other. */
import { checked } from '../../../../core/arguments.js';
import { epsilon } from '../../../../core/config.js';
import { ValueError } from '../../../../core/errors.js';
import { formatShape } from '../../../../core/shape.js';
import * as ops from '../../../../ops/index.js';
import type { KerasTensor, Tensor, TensorLike } from '../../../../runtime/index.js';
import { convertFormat } from './convert_format.js';
import type { BoundingBoxFormat } from './formats.js';
import { boxTensor, columnsOf, imageSize, layoutOf } from './formats.js';

/** Options of `computeIou`. */
export interface ComputeIouOptions {
  /** Whether pairs with a box that is none (all numbers below 0) get `maskVal`. Default false. */
  readonly useMasking?: boolean;
  /** What such pairs get. Default −1. */
  readonly maskVal?: number;
  /** [height, width, channels] of the image; needed for relative formats. Default null. */
  readonly imageShape?: readonly number[] | null;
}

/** Options of `computeCiou`. */
export interface ComputeCiouOptions {
  /** [height, width, channels] of the image; needed for relative formats. Default null. */
  readonly imageShape?: readonly number[] | null;
}

/** A measure of two sets of boxes. */
export interface OverlapOfBoxes<Options> {
  (boxes1: TensorLike, boxes2: TensorLike, boundingBoxFormat: BoundingBoxFormat, options?: Options): Tensor;
  (
    boxes1: TensorLike | KerasTensor,
    boxes2: TensorLike | KerasTensor,
    boundingBoxFormat: BoundingBoxFormat,
    options?: Options,
  ): KerasTensor;
}

/** Boxes in a target format. */
function converted(owner: string, boxes: Tensor, format: string, target: string, imageShape: unknown): Tensor {
  if (layoutOf(owner, 'boundingBoxFormat', format).relative && (imageShape === null || imageShape === undefined))
    throw new ValueError(
      `${owner}: boxes in the relative format '${format}' need imageShape: [height, width, channels]. Got null.`,
    );
  return convertFormat(boxes, format, target, imageSize(owner, imageShape));
}

const areaOf = ([y1, x1, y2, x2]: readonly Tensor[]): Tensor =>
  ops.multiply(ops.subtract(y2, y1), ops.subtract(x2, x1));

/** Columns (…, boxes, 1) as rows (…, 1, boxes). */
const asRow = (column: Tensor): Tensor => ops.swapaxes(column, -1, -2);

/**
 * The intersection over union of each box with each: 1 for the same box, 0 for boxes that do not touch.
 *
 * @param boxes1 Shape (n, 4) or (batch, n, 4).
 * @param boxes2 Shape (m, 4) or (batch, m, 4).
 * @param boundingBoxFormat The format of both, as in `convertFormat`.
 * @param options `useMasking`: whether pairs with a box all of whose numbers are below 0 get `maskVal` (default −1). `imageShape`:
 *   [height, width, channels]; needed for relative formats.
 * @returns Shape (n, m), or (batch, n, m) where one of the two has a batch.
 * @throws {ValueError} A rank other than 2 or 3, no such format, or a relative one without `imageShape`.
 * @see `keras.utils.bounding_boxes.compute_iou`
 * @example
 * utils.boundingBoxes.computeIou([[0, 0, 2, 2]], [[0, 0, 2, 2], [1, 0, 3, 2]], 'xyxy') // [[1, 0.33333334]]
 */
export const computeIou = checked(
  'computeIou',
  (
    boxes1: TensorLike,
    boxes2: TensorLike,
    boundingBoxFormat: BoundingBoxFormat,
    { useMasking = false, maskVal = -1, imageShape = null }: ComputeIouOptions = {},
  ): Tensor => {
    const [first, second] = [boxes1, boxes2].map((boxes, i) => {
      const t = boxTensor(boxes, 'computeIou', `boxes${i + 1}`);
      if (t.ndim !== 2 && t.ndim !== 3)
        throw new ValueError(
          `computeIou: boxes${i + 1} of shape ${formatShape(t.shape)}. Expected (boxes, 4) or (batch, boxes, 4).`,
        );
      return converted('computeIou', t, boundingBoxFormat, 'yxyx', imageShape);
    });
    const [columns, rows] = [columnsOf(first), columnsOf(second).map(asRow)];
    const overlap = [0, 1].map((axis) => {
      const end = ops.minimum(columns[axis + 2], rows[axis + 2]);
      return ops.maximum(ops.subtract(end, ops.maximum(columns[axis], rows[axis])), 0);
    });
    const intersection = ops.multiply(overlap[0], overlap[1]);
    const union = ops.subtract(ops.add(areaOf(columns), areaOf(rows)), intersection);
    const result = ops.divide(intersection, ops.add(union, epsilon()));
    if (useMasking !== true) return result;
    const isNone = (boxes: Tensor): Tensor => ops.less(ops.max(boxes, { axis: -1, keepdims: true }), 0);
    // Keras transposes the second mask by the rank of the first boxes, which fails where the ranks differ.
    const none = ops.logicalOr(isNone(first), asRow(isNone(second)));
    return ops.where(none, ops.cast(maskVal, result.dtype), result);
  },
) as OverlapOfBoxes<ComputeIouOptions>;

/**
 * The complete intersection over union of boxes with their partners: the share that they have in common, less a penalty for the distance
 * of their centres and one for different proportions. 1 for the same box; it may be negative.
 *
 * @param boxes1 Shape (…, 4).
 * @param boxes2 Shape (…, 4); it broadcasts with `boxes1`.
 * @param boundingBoxFormat The format of both, as in `convertFormat`.
 * @param options `imageShape`: [height, width, channels]; needed for relative formats.
 * @returns The common shape without its last axis.
 * @throws {ValueError} No such format, or a relative one without `imageShape` (Keras refuses them even with it).
 * @see `keras.utils.bounding_boxes.compute_ciou`; Zheng et al. 2020, "Distance-IoU Loss"
 * @example
 * utils.boundingBoxes.computeCiou([[0, 0, 2, 2]], [[1, 0, 3, 2]], 'xyxy') // [0.25641027]
 */
export const computeCiou = checked(
  'computeCiou',
  (
    boxes1: TensorLike,
    boxes2: TensorLike,
    boundingBoxFormat: BoundingBoxFormat,
    { imageShape = null }: ComputeCiouOptions = {},
  ): Tensor => {
    const tiny = epsilon();
    const [first, second] = [boxes1, boxes2].map((boxes, i) => {
      const t = boxTensor(boxes, 'computeCiou', `boxes${i + 1}`);
      const pixels = converted('computeCiou', t, boundingBoxFormat, 'xyxy', imageShape);
      return columnsOf(pixels).map((column) => ops.squeeze(column, { axis: -1 }));
    });
    /** What the boxes of both sets have along x (0) or y (1). */
    const along = (axis: 0 | 1) => {
      const [begin1, end1, begin2, end2] = [first[axis], first[axis + 2], second[axis], second[axis + 2]];
      const center = (begin: Tensor, end: Tensor): Tensor => ops.divide(ops.add(begin, end), 2);
      return {
        sizes: [ops.subtract(end1, begin1), ops.subtract(end2, begin2)],
        common: ops.maximum(ops.subtract(ops.minimum(end1, end2), ops.maximum(begin1, begin2)), 0),
        hull: ops.subtract(ops.maximum(end1, end2), ops.minimum(begin1, begin2)),
        distance: ops.subtract(center(begin1, end1), center(begin2, end2)),
      };
    };
    const [x, y] = [along(0), along(1)];
    const heights = y.sizes.map((height) => ops.add(height, tiny));
    const areas = x.sizes.map((width, i) => ops.multiply(width, heights[i]));
    const intersection = ops.multiply(x.common, y.common);
    const union = ops.add(ops.subtract(ops.add(areas[0], areas[1]), intersection), tiny);
    const iou = ops.divide(intersection, ops.add(union, tiny));
    const squared = (p: Tensor, q: Tensor): Tensor => ops.add(ops.square(p), ops.square(q));
    const distance = ops.divide(squared(x.distance, y.distance), ops.add(squared(x.hull, y.hull), tiny));
    const angles = x.sizes.map((width, i) => ops.arctan(ops.divide(width, heights[i])));
    const proportion = ops.multiply(ops.square(ops.subtract(angles[1], angles[0])), 4 / Math.PI ** 2);
    const weight = ops.divide(proportion, ops.add(ops.subtract(proportion, iou), 1 + tiny));
    return ops.subtract(iou, ops.add(distance, ops.multiply(proportion, weight)));
  },
) as OverlapOfBoxes<ComputeCiouOptions>;

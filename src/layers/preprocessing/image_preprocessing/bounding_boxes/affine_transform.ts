/** @file `affineTransform`: boxes around what a rotated, moved, scaled and sheared image shows. */
import { checked } from '../../../../core/arguments.js';
import { isFloat } from '../../../../core/dtype.js';
import { floatx } from '../../../../core/config.js';
import * as ops from '../../../../ops/index.js';
import type { KerasTensor, Tensor, TensorLike } from '../../../../runtime/index.js';
import type { BoxFormatOptions, Length } from './edges.js';
import type { BoundingBoxes, Changed } from './formats.js';
import { asTensor, columnsOf, mapBoxes, requireFormat } from './formats.js';

/** Options of `affineTransform`. */
export interface AffineTransformOptions extends BoxFormatOptions {
  /** The fixed point of rotation, scaling and shear, as a fraction of the width. Default null: 0.5. */
  readonly centerX?: Length | null;
  /** The fixed point, as a fraction of the height. Default null: 0.5. */
  readonly centerY?: Length | null;
}

type Rest = [
  angle: Length,
  translateX: Length,
  translateY: Length,
  scale: Length,
  shearX: Length,
  shearY: Length,
  height: Length,
  width: Length,
  options?: AffineTransformOptions,
];

/** Works on tensors, on what stands for them in models, and on dicts of boxes. */
export interface AffineTransformBoxes {
  (boxes: TensorLike, ...rest: Rest): Tensor;
  (boxes: KerasTensor, ...rest: Rest): KerasTensor;
  <D extends BoundingBoxes>(boxes: D, ...rest: Rest): Changed<D>;
}

const RADIANS = Math.PI / 180;

/** The 2 × 3 matrix of a transformation, each entry a scalar or of shape (batch, 1). */
function matrixOf([angle, translateX, translateY, scale, shearX, shearY, height, width, centerX, centerY]: Tensor[]) {
  const [lastX, lastY] = [ops.subtract(width, 1), ops.subtract(height, 1)];
  const [cx, cy] = [ops.multiply(centerX, lastX), ops.multiply(centerY, lastY)];
  const rotation = ops.multiply(angle, -RADIANS);
  const [sx, sy] = [ops.multiply(shearX, -RADIANS), ops.multiply(shearY, -RADIANS)];
  const fromX = ops.subtract(cx, ops.multiply(translateX, lastX));
  const fromY = ops.subtract(cy, ops.multiply(translateY, lastY));
  // Rotation and shear. Their determinant is 1, so that the inverse needs no division.
  const [cosine, tangent, turned] = [ops.cos(sy), ops.tan(sx), ops.subtract(rotation, sy)];
  const a = ops.divide(ops.cos(turned), cosine);
  const b = ops.add(ops.multiply(a, tangent), ops.sin(rotation));
  const c = ops.negative(ops.divide(ops.sin(turned), cosine));
  const d = ops.subtract(ops.cos(rotation), ops.multiply(c, tangent));
  const row = (p: Tensor, q: Tensor, center: Tensor): readonly [Tensor, Tensor, Tensor] => {
    const [x, y] = [ops.multiply(p, scale), ops.multiply(q, scale)];
    return [x, y, ops.subtract(ops.subtract(center, ops.multiply(x, fromX)), ops.multiply(y, fromY))];
  };
  return [row(d, ops.negative(b), cx), row(ops.negative(c), a, cy)] as const;
}

/**
 * The smallest upright boxes around the given ones after an affine transformation of the image: rotation, shift, scale and shear about a
 * fixed point. Each parameter is a number, or one for each image of the batch.
 *
 * @param boxes Shape (boxes, 4) or (batch, boxes, 4), in the format `'xyxy'`; or a dict with such `boxes`.
 * @param angle Rotation, in degrees; shape (batch) or a scalar.
 * @param translateX Shift along x, as a fraction of the width.
 * @param translateY Shift along y, as a fraction of the height.
 * @param scale Factor of the size.
 * @param shearX Angle of the shear along x, in degrees.
 * @param shearY Angle of the shear along y, in degrees.
 * @param height Rows of the image, in pixels.
 * @param width Columns of the image, in pixels.
 * @param options `centerX`, `centerY`: the fixed point, as fractions of the size; default the middle. `boundingBoxFormat`: `'xyxy'`, the
 *   only one.
 * @returns The shape of `boxes` (with the batch of the parameters), in the dtype of `angle`; for a dict a dict.
 * @throws {NotImplementedError} The boxes are in another format.
 * @see `keras.utils.bounding_boxes.affine_transform`
 * @example
 * utils.boundingBoxes.affineTransform([[0, 0, 2, 1]], 0, 0.5, 0, 1, 0, 0, 5, 5) // [[2, 0, 4, 1]]
 */
export const affineTransform = checked(
  'affineTransform',
  (
    boxes: unknown,
    angle: Length,
    translateX: Length,
    translateY: Length,
    scale: Length,
    shearX: Length,
    shearY: Length,
    height: Length,
    width: Length,
    { centerX = null, centerY = null, boundingBoxFormat = 'xyxy' }: AffineTransformOptions = {},
  ): unknown => {
    requireFormat('affineTransform', boundingBoxFormat, ['xyxy']);
    const turn = asTensor(angle, 'affineTransform');
    const dtype = isFloat(turn.dtype) ? turn.dtype : floatx();
    const given = [turn, translateX, translateY, scale, shearX, shearY, height, width, centerX ?? 0.5, centerY ?? 0.5];
    const matrix = matrixOf(
      given.map((each) => {
        const t = ops.cast(asTensor(each, 'affineTransform'), dtype);
        return t.ndim === 1 ? ops.expandDims(t, -1) : t; // one for each image, beside its boxes
      }),
    );
    return mapBoxes('affineTransform', boxes, (t) => {
      const [x1, y1, x2, y2] = columnsOf(ops.cast(t, dtype)).map((column) => ops.squeeze(column, { axis: -1 }));
      const corners = [
        [x1, y1],
        [x2, y1],
        [x2, y2],
        [x1, y2],
      ];
      const [xs, ys] = matrix.map(([p, q, r]) =>
        ops.stack(
          corners.map(([x, y]) => ops.add(ops.add(ops.multiply(x, p), ops.multiply(y, q)), r)),
          { axis: -1 },
        ),
      );
      const extrema = [ops.amin, ops.amax].flatMap((extreme) => [xs, ys].map((each) => extreme(each, { axis: -1 })));
      return ops.stack(extrema, { axis: -1 });
    });
  },
) as AffineTransformBoxes;

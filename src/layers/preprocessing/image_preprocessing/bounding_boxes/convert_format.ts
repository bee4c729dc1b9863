/** @file `convertFormat`: boxes from one format to another. */
import { checked } from '../../../../core/arguments.js';
import type { DType } from '../../../../core/dtype.js';
import { standardizeDType } from '../../../../core/dtype.js';
import { floatx } from '../../../../core/config.js';
import { describe } from '../../../../core/describe.js';
import { ValueError } from '../../../../core/errors.js';
import * as ops from '../../../../ops/index.js';
import type { KerasTensor, Tensor, TensorLike } from '../../../../runtime/index.js';
import type { BoundingBoxes, Changed, Layout } from './formats.js';
import { asTensor, columnsOf, fromColumns, layoutOf, mapBoxes } from './formats.js';

/** Options of `convertFormat`. */
export interface ConvertFormatOptions {
  /** Rows of the image; needed for relative formats. Default null. */
  readonly height?: TensorLike | KerasTensor | null;
  /** Columns of the image; needed for relative formats. Default null. */
  readonly width?: TensorLike | KerasTensor | null;
  /** In which boxes are computed and come back. Default `'float32'`. */
  readonly dtype?: DType | null;
}

/** Works on tensors, on what stands for them in models, and on dicts of boxes. */
export interface ConvertFormat {
  (boxes: TensorLike, source: string, target: string, options?: ConvertFormatOptions): Tensor;
  (boxes: KerasTensor, source: string, target: string, options?: ConvertFormatOptions): KerasTensor;
  <D extends BoundingBoxes & { readonly boxes: KerasTensor }>(
    boxes: D,
    source: string,
    target: string,
    options?: ConvertFormatOptions,
  ): Changed<D, KerasTensor>;
  <D extends BoundingBoxes>(boxes: D, source: string, target: string, options?: ConvertFormatOptions): Changed<D>;
}

type Corners = readonly [x1: Tensor, y1: Tensor, x2: Tensor, y2: Tensor];

function toCorners(boxes: Tensor, { order, pairs }: Layout): Corners {
  const [a, b, c, d] = columnsOf(boxes);
  const [x, y, w, h] = order === 'xy' ? [a, b, c, d] : [b, a, d, c];
  if (pairs === 'corners') return [x, y, w, h];
  if (pairs === 'corner and size') return [x, y, ops.add(x, w), ops.add(y, h)];
  const [halfWidth, halfHeight] = [ops.divide(w, 2), ops.divide(h, 2)];
  return [ops.subtract(x, halfWidth), ops.subtract(y, halfHeight), ops.add(x, halfWidth), ops.add(y, halfHeight)];
}

/** The columns of a layout: x, y and what belongs to each, not yet in the layout's order. */
function fromCorners([x1, y1, x2, y2]: Corners, { pairs }: Layout): Corners {
  if (pairs === 'corners') return [x1, y1, x2, y2];
  const [w, h] = [ops.subtract(x2, x1), ops.subtract(y2, y1)];
  if (pairs === 'corner and size') return [x1, y1, w, h];
  return [ops.add(x1, ops.divide(w, 2)), ops.add(y1, ops.divide(h, 2)), w, h];
}

/** `width` and `height` for the columns of x and y. */
function scaled(
  columns: Corners,
  by: (x: Tensor, size: Tensor) => Tensor,
  width: Tensor | null,
  height: Tensor | null,
): Corners {
  const [x1, y1, x2, y2] = columns;
  return [by(x1, width!), by(y1, height!), by(x2, width!), by(y2, height!)];
}

/**
 * Boxes in another format. The formats, in letters of either case:
 *
 * - `'xyxy'`: left, top, right, bottom. `'yxyx'`: top, left, bottom, right.
 * - `'xywh'`: left, top, width, height.
 * - `'center_xywh'`: the centre's x and y, width, height. `'center_yxhw'`: the centre's y and x, height, width.
 * - `'rel_xyxy'`, `'rel_yxyx'`, `'rel_xywh'`, `'rel_center_xywh'`: the same as fractions of the image's width and height.
 *
 * @param boxes Shape (…, 4), or a dict `{ boxes, labels }`. The dict that was given stays as it is (Keras's is changed).
 * @param source The format of `boxes`.
 * @param target The format that is wanted.
 * @param options `height`, `width`: of the image, in pixels; needed where one of the formats is relative. `dtype`: of the result; default
 *   `'float32'`.
 * @returns Boxes of the same shape; for a dict a dict with everything else that was in it.
 * @throws {ValueError} There is no such format, the last axis is not of 4, or a relative format comes without the image's size.
 * @see `keras.utils.bounding_boxes.convert_format`
 * @example
 * utils.boundingBoxes.convertFormat([[10, 20, 30, 60]], 'xyxy', 'center_xywh') // [[20, 40, 20, 40]]
 */
export const convertFormat = checked(
  'convertFormat',
  // Not by Keras's names: `source` is a list of axes elsewhere (`moveaxis`), which is checked by name.
  (boxes: unknown, sourceFormat: string, targetFormat: string, options: ConvertFormatOptions = {}): unknown => {
    const { dtype = 'float32' } = options;
    const [from, to] = [
      layoutOf('convertFormat', 'source', sourceFormat),
      layoutOf('convertFormat', 'target', targetFormat),
    ];
    const { height = null, width = null } = options;
    if ((from.relative || to.relative) && (height === null || width === null))
      throw new ValueError(
        `convertFormat: from '${from.name}' to '${to.name}' with height=${describe(height)} and width=${describe(width)}. ` +
          `Relative formats need the image's size: give both, in pixels.`,
      );
    const kind = dtype === null ? floatx() : standardizeDType(dtype, 'convertFormat');
    return mapBoxes('convertFormat', boxes, (given) => {
      const t = ops.cast(given, kind);
      if (from.name === to.name) return t;
      const [rows, columns] = [height, width].map((size) =>
        size === null ? null : ops.cast(asTensor(size, 'convertFormat'), kind),
      );
      let corners = toCorners(t, from);
      if (from.relative && !to.relative) corners = scaled(corners, (x, by) => ops.multiply(x, by), columns, rows);
      let parts = fromCorners(corners, to);
      if (to.relative && !from.relative) parts = scaled(parts, (x, by) => ops.divide(x, by), columns, rows);
      const [x, y, w, h] = parts;
      return fromColumns(to.order === 'xy' ? [x, y, w, h] : [y, x, h, w]);
    });
  },
  ['height', 'width', 'dtype'],
) as ConvertFormat;

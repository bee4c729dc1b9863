/** @file `clipToImageSize`, `crop` and `pad`: boxes of images whose edges move. */
import { checked } from '../../../../core/arguments.js';
import { ValueError } from '../../../../core/errors.js';
import { isDict } from '../../../../core/tree.js';
import * as ops from '../../../../ops/index.js';
import type { KerasTensor, Tensor, TensorLike } from '../../../../runtime/index.js';
import type { BoundingBoxes, BoundingBoxFormat, Changed } from './formats.js';
import { asTensor, boxesOf, boxTensor, columnsOf, fromColumns, layoutOf, mapBoxes, requireFormat } from './formats.js';

/** A number for all images, or a tensor with one for each that broadcasts with the boxes' columns: shape (batch, 1, 1). */
export type Length = TensorLike | KerasTensor;

/** Options of `clipToImageSize`. */
export interface ClipToImageSizeOptions {
  /** Rows of the image, in pixels. Needed for `'xyxy'`; default null. */
  readonly height?: Length | null;
  /** Columns of the image, in pixels. Needed for `'xyxy'`; default null. */
  readonly width?: Length | null;
  /** Default `'xyxy'`; `'rel_xyxy'` works as well. */
  readonly boundingBoxFormat?: BoundingBoxFormat;
}

/** Clips the boxes of a tensor or of a dict. */
export interface ClipToImageSize {
  (boundingBoxes: TensorLike, options?: ClipToImageSizeOptions): Tensor;
  (boundingBoxes: KerasTensor, options?: ClipToImageSizeOptions): KerasTensor;
  <D extends BoundingBoxes & { readonly boxes: KerasTensor }>(
    boundingBoxes: D,
    options?: ClipToImageSizeOptions,
  ): Omit<D, 'boxes' | 'labels'> & { boxes: KerasTensor; labels: KerasTensor };
  <D extends BoundingBoxes>(
    boundingBoxes: D,
    options?: ClipToImageSizeOptions,
  ): Omit<D, 'boxes' | 'labels'> & { boxes: Tensor; labels: Tensor };
}

const clipped = (boxes: Tensor, width: TensorLike, height: TensorLike): Tensor => {
  const [x1, y1, x2, y2] = columnsOf(boxes);
  const [x, y] = [(t: Tensor): Tensor => ops.clip(t, 0, width), (t: Tensor): Tensor => ops.clip(t, 0, height)];
  return fromColumns([x(x1), y(y1), x(x2), y(y2)]);
};

/** Which boxes cover something. */
function areThere(boxes: Tensor): Tensor {
  const [x1, y1, x2, y2] = columnsOf(boxes);
  const areas = ops.multiply(ops.subtract(x2, x1), ops.subtract(y2, y1));
  return ops.greater(ops.squeeze(areas, { axis: -1 }), 0);
}

/**
 * Boxes cut off at the edges of the image. The label of a box of which nothing is left becomes −1.
 *
 * @param boundingBoxes A dict `{ boxes, labels }`: boxes of shape (boxes, 4) or (batch, boxes, 4), labels of shape (boxes) or (batch,
 *   boxes). Labels may be missing; a tensor of boxes alone will do as well.
 * @param options `height`, `width`: of the image, in pixels; needed for pixels. `boundingBoxFormat`: `'xyxy'` (default) or `'rel_xyxy'`.
 * @returns A dict with everything that was in the given one, or a tensor for a tensor.
 * @throws {ValueError} `'xyxy'` comes without the image's size, or there are no boxes in the dict.
 * @throws {NotImplementedError} The boxes are in another format.
 * @see `keras.utils.bounding_boxes.clip_to_image_size`
 * @example
 * const boxes = { boxes: [[-10, -20, 150, 160], [130, 40, 150, 80]], labels: [0, 1] };
 * utils.boundingBoxes.clipToImageSize(boxes, { height: 100, width: 120 }); // boxes [[0 0 120 100] [120 40 120 80]], labels [0 -1]
 */
export const clipToImageSize = checked(
  'clipToImageSize',
  (boundingBoxes: unknown, options: ClipToImageSizeOptions = {}): unknown => {
    const { boundingBoxFormat = 'xyxy', height = null, width = null } = options;
    requireFormat('clipToImageSize', boundingBoxFormat, ['xyxy', 'rel_xyxy']);
    const { relative } = layoutOf('clipToImageSize', 'boundingBoxFormat', boundingBoxFormat);
    if (!relative && (height === null || width === null))
      throw new ValueError(
        "clipToImageSize: boxes in the format 'xyxy' need `height` and `width` of the image, in pixels. Give both.",
      );
    const clip = (boxes: Tensor): Tensor => {
      if (relative) return clipped(boxes, 1, 1);
      const [w, h] = [width, height].map((size) => ops.cast(asTensor(size, 'clipToImageSize'), boxes.dtype));
      return clipped(boxes, w, h);
    };
    const labels = isDict(boundingBoxes) ? boundingBoxes['labels'] : null;
    if (!isDict(boundingBoxes) || labels === null || labels === undefined)
      return mapBoxes('clipToImageSize', boundingBoxes, clip);
    const boxes = clip(boxTensor(boxesOf('clipToImageSize', boundingBoxes), 'clipToImageSize'));
    const kept = ops.where(areThere(boxes), asTensor(labels, 'clipToImageSize'), -1);
    return { ...boundingBoxes, boxes, labels: kept };
  },
  ['height', 'width', 'boundingBoxFormat'],
) as ClipToImageSize;

/** Options of functions that move boxes. */
export interface BoxFormatOptions {
  /** Default `'xyxy'`, the only one. */
  readonly boundingBoxFormat?: BoundingBoxFormat;
}

/** Moves the boxes of a tensor or of a dict into a part of the image. */
export interface CropBoxes {
  (boxes: TensorLike, top: Length, left: Length, height: Length, width: Length, options?: BoxFormatOptions): Tensor;
  (
    boxes: KerasTensor,
    top: Length,
    left: Length,
    height: Length,
    width: Length,
    options?: BoxFormatOptions,
  ): KerasTensor;
  <D extends BoundingBoxes>(
    boxes: D,
    top: Length,
    left: Length,
    height: Length,
    width: Length,
    options?: BoxFormatOptions,
  ): Changed<D>;
}

const shifted = (boxes: Tensor, top: Tensor, left: Tensor, by: (x: Tensor, y: Tensor) => Tensor): Tensor => {
  const [x1, y1, x2, y2] = columnsOf(boxes);
  return fromColumns([by(x1, left), by(y1, top), by(x2, left), by(y2, top)]);
};

/**
 * Boxes as they lie in a part that is cut out of the image: moved, and cut off at its edges.
 *
 * @param boxes Shape (boxes, 4) or (batch, boxes, 4), in the format `'xyxy'`; or a dict with such `boxes`.
 * @param top The part's first row, in pixels.
 * @param left The part's first column, in pixels.
 * @param height The part's rows, in pixels.
 * @param width The part's columns, in pixels.
 * @param options `boundingBoxFormat`: `'xyxy'`, the only one.
 * @returns The shape of `boxes`; for a dict a dict.
 * @throws {NotImplementedError} The boxes are in another format.
 * @see `keras.utils.bounding_boxes.crop`
 * @example
 * utils.boundingBoxes.crop([[10, 20, 50, 60]], 10, 20, 40, 25) // [[0, 10, 25, 40]]
 */
export const crop = checked(
  'crop',
  (
    boxes: unknown,
    top: Length,
    left: Length,
    height: Length,
    width: Length,
    { boundingBoxFormat = 'xyxy' }: BoxFormatOptions = {},
  ): unknown => {
    requireFormat('crop', boundingBoxFormat, ['xyxy']);
    const [y, x, h, w] = [top, left, height, width].map((each) => boundOf(each, 'crop'));
    return mapBoxes('crop', boxes, (given) =>
      clipped(
        shifted(given, y, x, (a, b) => ops.subtract(a, b)),
        w,
        h,
      ),
    );
  },
) as CropBoxes;

/** A number as it is, so that the boxes keep their dtype beside it. */
function boundOf(x: Length, owner: string): Tensor {
  return typeof x === 'number' ? (x as unknown as Tensor) : asTensor(x, owner);
}

/** Options of `pad`. */
export interface PadBoxesOptions extends BoxFormatOptions {
  /** Rows of the padded image; changes nothing, as in Keras. Default null. */
  readonly height?: Length | null;
  /** Columns of the padded image; changes nothing, as in Keras. Default null. */
  readonly width?: Length | null;
}

/** Moves the boxes of a tensor or of a dict. */
export interface PadBoxes {
  (boxes: TensorLike, top: Length, left: Length, options?: PadBoxesOptions): Tensor;
  (boxes: KerasTensor, top: Length, left: Length, options?: PadBoxesOptions): KerasTensor;
  <D extends BoundingBoxes>(boxes: D, top: Length, left: Length, options?: PadBoxesOptions): Changed<D>;
}

/**
 * Boxes as they lie in an image to which rows and columns were added.
 *
 * @param boxes Shape (boxes, 4) or (batch, boxes, 4), in the format `'xyxy'`; or a dict with such `boxes`.
 * @param top Rows that were added above, in pixels.
 * @param left Columns that were added at the left, in pixels.
 * @param options `height`, `width`: of the padded image; they change nothing, as in Keras. `boundingBoxFormat`: `'xyxy'`, the only one.
 * @returns The shape of `boxes`; for a dict a dict.
 * @throws {NotImplementedError} The boxes are in another format.
 * @see `keras.utils.bounding_boxes.pad`
 * @example
 * utils.boundingBoxes.pad([[10, 20, 50, 60]], 1, 2) // [[12, 21, 52, 61]]
 */
export const pad = checked(
  'pad',
  (boxes: unknown, top: Length, left: Length, { boundingBoxFormat = 'xyxy' }: PadBoxesOptions = {}): unknown => {
    requireFormat('pad', boundingBoxFormat, ['xyxy']);
    const [y, x] = [boundOf(top, 'pad'), boundOf(left, 'pad')];
    return mapBoxes('pad', boxes, (given) => shifted(given, y, x, (a, b) => ops.add(a, b)));
  },
  ['height', 'width', 'boundingBoxFormat'],
) as PadBoxes;

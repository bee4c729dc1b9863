/** @file `encodeBoxToDeltas` and `decodeDeltasToBoxes`: boxes as what is to be done to anchors. */
import { checked } from '../../../../core/arguments.js';
import { epsilon } from '../../../../core/config.js';
import { describe } from '../../../../core/describe.js';
import { ValueError } from '../../../../core/errors.js';
import { formatShape } from '../../../../core/shape.js';
import { isDict } from '../../../../core/tree.js';
import * as ops from '../../../../ops/index.js';
import type { KerasTensor, Tensor, TensorLike } from '../../../../runtime/index.js';
import { convertFormat } from './convert_format.js';
import type { BoundingBoxFormat } from './formats.js';
import { asTensor, boxTensor, imageSize, layoutOf } from './formats.js';

/** Refuse formats that there are not, by the names that the arguments have here. */
function checkFormats(owner: string, anchorFormat: unknown, boxFormat: unknown): void {
  layoutOf(owner, 'anchorFormat', anchorFormat);
  layoutOf(owner, 'boxFormat', boxFormat);
}

/** In which format deltas are told. */
export type DeltaFormat = 'center_xywh' | 'center_yxhw';

interface DeltaOptions {
  /** Four numbers: the typical size of each delta. Default null: deltas as they are. */
  readonly variance?: TensorLike | null;
  /** [height, width, channels] of the image; needed for relative formats. Default null. */
  readonly imageShape?: readonly number[] | null;
}
/** Options of `encodeBoxToDeltas`. */
export interface EncodeBoxToDeltasOptions extends DeltaOptions {
  /** Which pairs the deltas are of. Default `'center_yxhw'`. */
  readonly encodingFormat?: DeltaFormat;
}
/** Options of `decodeDeltasToBoxes`. */
export interface DecodeDeltasToBoxesOptions extends DeltaOptions {
  /** Which pairs the deltas are of. Default `'center_yxhw'`. */
  readonly encodedFormat?: DeltaFormat;
}

/** Tells boxes by anchors. */
export interface EncodeBoxToDeltas {
  (
    anchors: TensorLike,
    boxes: TensorLike,
    anchorFormat: BoundingBoxFormat,
    boxFormat: BoundingBoxFormat,
    options?: EncodeBoxToDeltasOptions,
  ): Tensor;
  (
    anchors: TensorLike | KerasTensor,
    boxes: TensorLike | KerasTensor,
    anchorFormat: BoundingBoxFormat,
    boxFormat: BoundingBoxFormat,
    options?: EncodeBoxToDeltasOptions,
  ): KerasTensor;
}

/** Gives boxes back, of one level or of a dict of levels. */
export interface DecodeDeltasToBoxes {
  (
    anchors: TensorLike,
    boxesDelta: TensorLike,
    anchorFormat: BoundingBoxFormat,
    boxFormat: BoundingBoxFormat,
    options?: DecodeDeltasToBoxesOptions,
  ): Tensor;
  (
    anchors: TensorLike | KerasTensor,
    boxesDelta: TensorLike | KerasTensor,
    anchorFormat: BoundingBoxFormat,
    boxFormat: BoundingBoxFormat,
    options?: DecodeDeltasToBoxesOptions,
  ): KerasTensor;
  <K extends string>(
    anchors: Readonly<Record<K, TensorLike>>,
    boxesDelta: Readonly<Record<K, TensorLike>>,
    anchorFormat: BoundingBoxFormat,
    boxFormat: BoundingBoxFormat,
    options?: DecodeDeltasToBoxesOptions,
  ): Record<K, Tensor>;
}

function varianceOf(owner: string, variance: TensorLike | null | undefined): Tensor | null {
  if (variance === null || variance === undefined) return null;
  const t = ops.cast(asTensor(variance, owner), 'float32');
  if (t.shape.at(-1) !== 4)
    throw new ValueError(`${owner}: variance of shape ${formatShape(t.shape)}. Expected four numbers.`);
  return t;
}

function checkDeltaFormat(owner: string, argument: string, format: unknown): DeltaFormat {
  if (format !== 'center_xywh' && format !== 'center_yxhw')
    throw new ValueError(`${owner}: ${argument}=${describe(format)}. Expected 'center_xywh' or 'center_yxhw'.`);
  return format;
}

const halves = (boxes: Tensor): [Tensor, Tensor] => ops.split(boxes, 2, { axis: -1 });

/**
 * What is to be done to anchors that they become the boxes: the shift of the centre in units of the anchor's size, and the logarithm of
 * the ratio of sizes; both divided by the variance.
 *
 * @param anchors Shape (n, 4).
 * @param boxes Shape (n, 4) or (batch, n, 4).
 * @param anchorFormat The format of the anchors, as in `convertFormat`.
 * @param boxFormat The format of the boxes.
 * @param options `encodingFormat`: `'center_yxhw'` (default) or `'center_xywh'`. `variance`: four numbers. `imageShape`: [height, width,
 *   channels]; needed for relative formats.
 * @returns The shape of `boxes`, dtype float32.
 * @throws {ValueError} No such format, a variance that is not of four numbers, or a relative format without `imageShape`.
 * @see `keras.utils.bounding_boxes.encode_box_to_deltas`
 * @example
 * utils.boundingBoxes.encodeBoxToDeltas([[0, 0, 2, 2]], [[1, 0, 3, 2]], 'xyxy', 'xyxy') // [[0, 0.5, 0, 0]]
 */
export const encodeBoxToDeltas = checked(
  'encodeBoxToDeltas',
  (
    anchors: TensorLike,
    boxes: TensorLike,
    anchorFormat: BoundingBoxFormat,
    boxFormat: BoundingBoxFormat,
    { encodingFormat = 'center_yxhw', variance = null, imageShape = null }: EncodeBoxToDeltasOptions = {},
  ): Tensor => {
    const owner = 'encodeBoxToDeltas';
    checkFormats(owner, anchorFormat, boxFormat);
    const scale = varianceOf(owner, variance);
    const target = checkDeltaFormat(owner, 'encodingFormat', encodingFormat);
    const size = imageSize(owner, imageShape);
    const [anchorCenter, anchorSize] = halves(
      convertFormat(boxTensor(anchors, owner, 'anchors'), anchorFormat, target, size),
    );
    const [center, extent] = halves(convertFormat(boxTensor(boxes, owner), boxFormat, target, size));
    const unit = ops.maximum(anchorSize, epsilon());
    const deltas = ops.concatenate(
      [ops.divide(ops.subtract(center, anchorCenter), unit), ops.log(ops.divide(ops.maximum(extent, epsilon()), unit))],
      { axis: -1 },
    );
    return scale === null ? deltas : ops.divide(deltas, scale);
  },
) as EncodeBoxToDeltas;

/**
 * Boxes from anchors and deltas: the inverse of `encodeBoxToDeltas`.
 *
 * @param anchors Shape (n, 4), or a dict of such by level.
 * @param boxesDelta Shape (n, 4) or (batch, n, 4), or a dict of such by the same levels.
 * @param anchorFormat The format of the anchors, as in `convertFormat`.
 * @param boxFormat The format that the boxes shall have.
 * @param options `encodedFormat`: `'center_yxhw'` (default) or `'center_xywh'`. `variance`: four numbers. `imageShape`: [height, width,
 *   channels]; needed for relative formats.
 * @returns The shape of `boxesDelta`; for dicts a dict.
 * @throws {ValueError} No such format, a level without deltas, a variance that is not of four numbers, or a relative format without
 *   `imageShape`.
 * @see `keras.utils.bounding_boxes.decode_deltas_to_boxes`
 * @example
 * utils.boundingBoxes.decodeDeltasToBoxes([[0, 0, 2, 2]], [[0, 0.5, 0, 0]], 'xyxy', 'xyxy') // [[1, 0, 3, 2]]
 */
export const decodeDeltasToBoxes = checked(
  'decodeDeltasToBoxes',
  (
    anchors: unknown,
    boxesDelta: unknown,
    anchorFormat: BoundingBoxFormat,
    boxFormat: BoundingBoxFormat,
    { encodedFormat = 'center_yxhw', variance = null, imageShape = null }: DecodeDeltasToBoxesOptions = {},
  ): unknown => {
    const owner = 'decodeDeltasToBoxes';
    checkFormats(owner, anchorFormat, boxFormat);
    const scale = varianceOf(owner, variance);
    const source = checkDeltaFormat(owner, 'encodedFormat', encodedFormat);
    const size = imageSize(owner, imageShape);
    const decode = (anchor: unknown, delta: unknown): Tensor => {
      const boxes = convertFormat(boxTensor(anchor, owner, 'anchors'), anchorFormat, source, size);
      const [center, extent] = halves(boxes);
      const given = boxTensor(delta, owner, 'boxesDelta');
      const [shift, growth] = halves(scale === null ? given : ops.multiply(given, scale));
      const decoded = [ops.add(ops.multiply(shift, extent), center), ops.multiply(ops.exp(growth), extent)];
      return convertFormat(ops.concatenate(decoded, { axis: -1 }), source, boxFormat, size);
    };
    if (!isDict(anchors)) return decode(anchors, boxesDelta);
    return Object.fromEntries(
      Object.entries(anchors).map(([level, anchor]) => {
        const delta = isDict(boxesDelta) ? boxesDelta[level] : undefined;
        if (delta === undefined)
          throw new ValueError(
            `${owner}: anchors have the level '${level}', boxesDelta ${describe(boxesDelta)} has not. Give deltas for each level.`,
          );
        return [level, decode(anchor, delta)];
      }),
    );
  },
) as DecodeDeltasToBoxes;

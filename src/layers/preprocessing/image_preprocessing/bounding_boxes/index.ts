/** @file `keras.utils.boundingBoxes`. It stands here, as in Keras, because the layers of augmentation need it. */
export { affineTransform, type AffineTransformBoxes, type AffineTransformOptions } from './affine_transform.js';
export { convertFormat, type ConvertFormat, type ConvertFormatOptions } from './convert_format.js';
export {
  type DecodeDeltasToBoxes,
  decodeDeltasToBoxes,
  type DecodeDeltasToBoxesOptions,
  type DeltaFormat,
  type EncodeBoxToDeltas,
  encodeBoxToDeltas,
  type EncodeBoxToDeltasOptions,
} from './deltas.js';
export {
  type BoxFormatOptions,
  type ClipToImageSize,
  clipToImageSize,
  type ClipToImageSizeOptions,
  crop,
  type CropBoxes,
  type Length,
  pad,
  type PadBoxes,
  type PadBoxesOptions,
} from './edges.js';
export type { BoundingBoxes, BoundingBoxFormat } from './formats.js';
export {
  computeCiou,
  type ComputeCiouOptions,
  computeIou,
  type ComputeIouOptions,
  type OverlapOfBoxes,
} from './iou.js';

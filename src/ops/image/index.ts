/** @file `keras.ops.image`. */
export { hsvToRgb, type ImageOptions, rgbToGrayscale, rgbToHsv } from './colors.js';
export { elasticTransform, type ElasticTransformOptions } from './elastic.js';
export { gaussianBlur, type GaussianBlurOptions, sobelEdges, ssim, type SsimOptions } from './filters.js';
export {
  cropImages,
  type CropOptions,
  extractPatches,
  extractPatches3d,
  padImages,
  type PadImagesOptions,
  type PatchOptions,
} from './frames.js';
export { type Interpolation, resize, type ResizeOptions } from './resize.js';
export { type FillMode, mapCoordinates, type MapCoordinatesOptions, type SampleInterpolation } from './sampling.js';
export { scaleAndTranslate, type ScaleAndTranslateOptions, type ScaleMethod } from './scale_and_translate.js';
export {
  affineTransform,
  type AffineTransformOptions,
  perspectiveTransform,
  type PerspectiveTransformOptions,
} from './transforms.js';

/** @file `keras.ops.image`. */
export { hsvToRgb, type ImageOptions, rgbToGrayscale, rgbToHsv } from './colors.js';
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

/** @file `keras.preprocessing.image` of Keras 2: the generator of images, its iterators, and changes of single images. */
export {
  applyAffineTransform,
  type ApplyAffineTransformOptions,
  type ImageFrameOptions,
  randomRotation,
  randomShear,
  randomShift,
  type RandomTransformOptions,
  randomZoom,
} from './affine.js';
export { type FlowImages, type FlowOptions, NumpyArrayIterator } from './array_iterator.js';
export {
  applyBrightnessShift,
  applyChannelShift,
  type BrightnessShiftOptions,
  type ChannelShiftOptions,
  randomBrightness,
  randomChannelShift,
} from './colours.js';
export { DataFrameIterator, type FlowFromDataframeOptions, type Table } from './data_frame_iterator.js';
export { DirectoryIterator, type FlowFromDirectoryOptions } from './directory_iterator.js';
export type { ClassMode, FlowFilesOptions } from './files_iterator.js';
export { type FitImagesOptions, ImageDataGenerator, type ImageDataGeneratorOptions } from './image_data_generator.js';
export { type Draws, ImageIterator as Iterator } from './iterator.js';
export type { LegacyFillMode } from './spline_sampling.js';
export type { ImageTransform, ShiftRange } from './transforms.js';

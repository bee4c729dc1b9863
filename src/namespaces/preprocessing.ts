/** @file `keras.preprocessing`: Keras 2's names of what is in `keras.utils` now. */
export { imageDatasetFromDirectory, textDatasetFromDirectory, timeseriesDatasetFromArray } from '../utils/index.js';
export * as image from './preprocessing_image.js';
export * as sequence from './preprocessing_sequence.js';
export * as text from './preprocessing_text.js';

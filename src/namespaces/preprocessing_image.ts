/** @file `keras.preprocessing.image`. */
export { smartResize, type SmartResizeOptions } from '../utils/image_utils.js';
export { arrayToImg, imgToArray, loadImg, saveImg } from '../utils/index.js';
export * from '../legacy/preprocessing/image/index.js';

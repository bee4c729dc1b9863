/** @file `keras.preprocessing.sequence`. */
export { padSequences } from '../utils/index.js';

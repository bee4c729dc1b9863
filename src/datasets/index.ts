/** @file `keras.datasets`: data to learn with. */
export * as digits from './digits/index.js';

/** @file `data`: chains of data, read lazily. */
export * from '../data/dataset/index.js';

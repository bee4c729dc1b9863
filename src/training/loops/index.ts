/** @file The loops of `fit`, `evaluate` and `predict`, their single steps, and the profile of a step. */
export { evaluate } from './evaluate.js';
export { fit } from './fit.js';
export { predict } from './predict.js';
export { profile } from './profile.js';
export { predictOnBatch, testOnBatch, trainOnBatch } from './single.js';

/** @file The regularizers that ids and configs can name: each line exports a class, which registers it. */
export { L1, L1L2, L2 } from './norms.js';
export { OrthogonalRegularizer } from './orthogonal.js';

/** @file Finds what a layer holds in its fields; the same way serves metrics. */
export { visitFields } from '../core/tracking.js';

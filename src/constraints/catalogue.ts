/** @file The constraints that ids and configs can name: each line exports a class, which registers it. */
export { Constraint } from './constraint.js';
export { MaxNorm, MinMaxNorm, NonNeg, UnitNorm } from './constraints.js';

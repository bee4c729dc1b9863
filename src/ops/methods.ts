/** @file Lends the ops to tensors as methods (`a.add(b)`). Imported for its effect. */
import { setArithmetic } from '../runtime/index.js';
import { cast } from './core.js';
import { matmul } from './numpy/contraction.js';
import * as elementwise from './numpy/elementwise.js';
import { argsort, cumsum, getItem, sort, take } from './numpy/indexing.js';
import * as logic from './numpy/logic.js';
import { all, any, argmax, argmin, max, mean, min, prod, std, sum, variance } from './numpy/reductions.js';
import { expandDims, flip, repeat, reshape, squeeze, tile, transpose } from './numpy/shape.js';

const { add, subtract, multiply, trueDivide, floorDivide, mod, power, negative, abs, sqrt, square, exp, log } =
  elementwise;
const { clip, round, floor, ceil, sign, sin, cos, tanh } = elementwise;
const { equal, notEqual, less, lessEqual, greater, greaterEqual, isnan } = logic;
setArithmetic({
  add, subtract, multiply, divide: trueDivide, floorDivide, mod, power, negative, matmul, abs, equal, notEqual, less, lessEqual, greater, greaterEqual,
  reshape, cast, getItem, sum, mean, max, min, transpose, sqrt, square, exp, log, prod, std, variance, any, all, argmax, argmin, argsort, sort,
  cumsum, squeeze, expandDims, flip, repeat, tile, take, clip, round, floor, ceil, sign, sin, cos, tanh, isnan,
}); // prettier-ignore

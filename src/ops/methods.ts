/** @file Lends the ops to tensors as methods (`a.add(b)`). Imported for its effect. */
import { setArithmetic } from '../runtime/index.js';
import { cast } from './core.js';
import { matmul } from './numpy/contraction.js';
import * as elementwise from './numpy/elementwise.js';
import { getItem } from './numpy/indexing.js';
import * as logic from './numpy/logic.js';
import { max, mean, min, sum } from './numpy/reductions.js';
import { reshape, transpose } from './numpy/shape.js';

const { add, subtract, multiply, trueDivide, floorDivide, mod, power, negative, abs, sqrt, square, exp, log } =
  elementwise;
const { equal, notEqual, less, lessEqual, greater, greaterEqual } = logic;
setArithmetic({
  add, subtract, multiply, divide: trueDivide, floorDivide, mod, power, negative, matmul, abs, equal, notEqual, less, lessEqual, greater, greaterEqual,
  reshape, cast, getItem, sum, mean, max, min, transpose, sqrt, square, exp, log,
}); // prettier-ignore

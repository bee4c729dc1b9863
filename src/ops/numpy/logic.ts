/** @file Comparisons, logic, and bits. */
import { checked } from '../../core/arguments.js';
import { isFloat } from '../../core/dtype.js';
import { TypeError, ValueError } from '../../core/errors.js';
import * as lax from '../../graph/lax.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { op, toTensor } from '../../runtime/index.js';
import { align, broadcast, promote, promotionType } from '../common.js';
import { resultType } from '../../core/promotion.js';
import { nonzero } from './sets.js';

function comparison(name: string, fn: (x: Tensor, y: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = align(name, [x1, x2]);
    return fn(a, b);
  });
}
/**
 * x1 == x2, element by element, as bools.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.equal`
 * @example
 * ops.equal([1, 2], [1, 3]) // [true, false]
 */
export const equal = comparison('equal', lax.eq);
/**
 * x1 ≠ x2, element by element, as bools.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.not_equal`
 * @example
 * ops.notEqual([1, 2, 3], 2) // [true, false, true]
 */
export const notEqual = comparison('not_equal', lax.ne);
/**
 * x1 < x2, element by element, as bools.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.less`
 * @example
 * ops.less([1, 2, 3], 2) // [true, false, false]
 */
export const less = comparison('less', lax.lt);
/**
 * x1 ≤ x2, element by element, as bools.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.less_equal`
 * @example
 * ops.lessEqual([1, 2, 3], 2) // [true, true, false]
 */
export const lessEqual = comparison('less_equal', lax.le);
/**
 * x1 > x2, element by element, as bools.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.greater`
 * @example
 * ops.greater([1, 2, 3], 2) // [false, false, true]
 */
export const greater = comparison('greater', lax.gt);
/**
 * x1 ≥ x2, element by element, as bools.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.greater_equal`
 * @example
 * ops.greaterEqual([1, 2, 3], 2) // [false, true, true]
 */
export const greaterEqual = comparison('greater_equal', lax.ge);

const asBool = (x: TensorLike, name: string): Tensor => lax.convert(toTensor(x, null, name), 'bool');
function logical(name: string, fn: (x: Tensor, y: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = broadcast(name, [asBool(x1, name), asBool(x2, name)]);
    return fn(a, b);
  });
}
/**
 * Logical and; anything but 0 counts as true.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.logical_and`
 * @example
 * ops.logicalAnd([true, true], [true, false]) // [true, false]
 */
export const logicalAnd = logical('logical_and', lax.and);
/**
 * Logical or; anything but 0 counts as true.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.logical_or`
 * @example
 * ops.logicalOr([true, false], [false, false]) // [true, false]
 */
export const logicalOr = logical('logical_or', lax.or);
/**
 * Logical exclusive or: whether just one of the two is true. Anything but 0 counts as true.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.logical_xor`
 * @example
 * ops.logicalXor([true, true], [true, false]) // [false, true]
 */
export const logicalXor = logical('logical_xor', lax.xor);
/**
 * Logical not: true where the element is 0.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.logical_not`
 * @example
 * ops.logicalNot([0, 2]) // [true, false]
 */
export const logicalNot = op('logical_not', (x: TensorLike): Tensor => lax.not(asBool(x, 'logical_not')));

function floatTest(name: string, fn: (x: Tensor) => Tensor, otherwise: number) {
  return op(name, (x: TensorLike): Tensor => {
    const t = toTensor(x, null, name);
    return isFloat(t.dtype) ? fn(t) : lax.fullLike(t, otherwise, 'bool');
  });
}
/**
 * Whether each element is NaN.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.isnan`
 * @example
 * ops.isnan([1, NaN, -Infinity]) // [false, true, false]
 */
export const isnan = floatTest('isnan', (x) => lax.ne(x, x), 0);
/**
 * Whether each element is an infinity of either sign.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.isinf`
 * @example
 * ops.isinf([1, NaN, -Infinity]) // [false, false, true]
 */
export const isinf = floatTest('isinf', (x) => lax.eq(lax.abs(x), lax.fullLike(x, Infinity)), 0);
/**
 * Whether each element is a number, not NaN and not an infinity.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.isfinite`
 * @example
 * ops.isfinite([1, NaN, -Infinity]) // [true, false, false]
 */
export const isfinite = floatTest('isfinite', lax.isFinite, 1);
/**
 * Whether each element is +Infinity.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.isposinf`
 * @example
 * ops.isposinf([1, NaN, -Infinity]) // [false, false, false]
 */
export const isposinf = floatTest('isposinf', (x) => lax.eq(x, lax.fullLike(x, Infinity)), 0);
/**
 * Whether each element is −Infinity.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.isneginf`
 * @example
 * ops.isneginf([1, NaN, -Infinity]) // [false, false, true]
 */
export const isneginf = floatTest('isneginf', (x) => lax.eq(x, lax.fullLike(x, -Infinity)), 0);
/**
 * Whether the imaginary part of each element is 0: true for all dtypes but the complex ones.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.isreal`
 * @example
 * ops.isreal([1, 2]) // [true, true]
 */
export const isreal = op('isreal', (x: TensorLike): Tensor => lax.fullLike(toTensor(x, null, 'isreal'), 1, 'bool'));
/**
 * Whether each element has a negative sign, as −0 has.
 *
 * @param x Any shape and dtype.
 * @returns Bools of the shape of `x`.
 * @see `keras.ops.signbit`
 * @example
 * ops.signbit([-1, 0, -0]) // [true, false, true]
 */
export const signbit = op('signbit', (x: TensorLike): Tensor => {
  const t = toTensor(x, null, 'signbit');
  const zero = lax.zerosLike(t);
  if (!isFloat(t.dtype)) return lax.lt(t, zero);
  // -0 shows itself in the sign of its reciprocal.
  return lax.or(lax.lt(t, zero), lax.and(lax.eq(t, zero), lax.lt(lax.div(lax.fullLike(t, 1), t), zero)));
});

/** Tolerances of `isclose` and `allclose`: |x1 − x2| ≤ atol + rtol·|x2|. */
export interface CloseOptions {
  /** Default 1e-5. */
  readonly rtol?: number;
  /** Default 1e-8. */
  readonly atol?: number;
  /** Whether NaNs count as equal. Default false. */
  readonly equalNan?: boolean;
}
/**
 * Whether |x1 − x2| ≤ atol + rtol·|x2|, element by element. Equal infinities are close.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @param options `rtol`: default 1e-5. `atol`: default 1e-8. `equalNan`: whether two NaNs are close; default false.
 * @returns Bools of the broadcast shape of the two.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.isclose`
 * @example
 * ops.isclose([1, 2], [1.000001, 2.1]) // [true, false]
 */
export const isclose = op(
  'isclose',
  (x1: TensorLike, x2: TensorLike, { rtol = 1e-5, atol = 1e-8, equalNan = false }: CloseOptions = {}): Tensor => {
    const [a, b] = align('isclose', [x1, x2], resultType(promotionType(x1), promotionType(x2), 'float'));
    const bound = lax.add(lax.fullLike(b, atol), lax.mul(lax.fullLike(b, rtol), lax.abs(b)));
    const near = lax.and(lax.le(lax.abs(lax.sub(a, b)), bound), lax.and(lax.isFinite(a), lax.isFinite(b)));
    const close = lax.or(near, lax.eq(a, b));
    return equalNan ? lax.or(close, lax.and(lax.ne(a, a), lax.ne(b, b))) : close;
  },
);
/**
 * Whether all elements are close, as `isclose` says.
 *
 * @param x1 Any shape and dtype.
 * @param x2 Of a shape that broadcasts with that of `x1`.
 * @param options `rtol`: default 1e-5. `atol`: default 1e-8. `equalNan`: whether two NaNs are close; default false.
 * @returns One bool.
 * @throws {ValueError} The two shapes do not broadcast.
 * @see `keras.ops.allclose`
 * @example
 * ops.allclose([1, 2], [1.000001, 2.1]) // false
 */
export const allclose = op(
  'allclose',
  (x1: TensorLike, x2: TensorLike, options: CloseOptions = {}): Tensor => {
    const close = isclose(x1, x2, options);
    return lax.reduceMin(
      close,
      close.shape.map((_, i) => i),
    );
  },
  { optionNames: ['rtol', 'atol', 'equalNan'] },
);

const choose = op('where', (condition: TensorLike, x1: TensorLike, x2: TensorLike): Tensor => {
  const [a, b] = align('where', [x1, x2]);
  const [c, x, y] = broadcast('where', [asBool(condition, 'where'), a, b]);
  return lax.select(c, x, y);
});
/**
 * Elements of `x1` where the condition holds, else of `x2`, with broadcasting. With the condition alone: the positions where it holds, as
 * `nonzero` gives them (which cannot be traced).
 *
 * @param condition Anything but 0 counts as true.
 * @param x1 Elements for where the condition holds.
 * @param x2 Elements for where it does not.
 * @returns The broadcast shape of the three, of the common dtype of `x1` and `x2`; a list of int32 vectors for the condition alone.
 * @throws {ValueError} One of `x1` and `x2` is given without the other.
 * @see `keras.ops.where`
 * @example
 * ops.where([true, false, true], [1, 2, 3], 0) // [1, 0, 3]
 */
export const where: typeof choose & ((condition: TensorLike) => Tensor[]) = Object.assign(
  checked('where', (...args: [TensorLike, TensorLike?, TensorLike?, ...unknown[]]): unknown => {
    const [condition, x1 = null, x2 = null, ...more] = args;
    if (more.length > 0)
      throw new TypeError(`where: takes at most 3 arguments, got ${args.length}. Call it as where(condition, x1, x2).`);
    if (x1 === null && x2 === null) return nonzero(condition);
    if (x1 === null || x2 === null) throw new ValueError('where: give both x1 and x2, or neither of them.');
    return choose(condition, x1, x2);
  }),
  { opName: choose.opName },
) as typeof choose & ((condition: TensorLike) => Tensor[]);

/**
 * The first of `choicelist` whose condition holds, element by element.
 *
 * @param condlist Conditions, which broadcast with the choices.
 * @param choicelist One tensor for each condition.
 * @param options `default`: the value where no condition holds. Default 0.
 * @returns The broadcast shape of all, of the common dtype of the choices.
 * @throws {ValueError} There is not one choice for each condition.
 * @see `keras.ops.select`
 * @example
 * ops.select([[true, false, false], [true, true, false]], [[1, 2, 3], [4, 5, 6]], { default: -1 }) // [1, 5, -1]
 */
export const select = op(
  'select',
  (
    condlist: readonly TensorLike[],
    choicelist: readonly TensorLike[],
    { default: otherwise = 0 }: { readonly default?: TensorLike } = {},
  ): Tensor => {
    if (condlist.length !== choicelist.length) {
      throw new ValueError(
        `select: ${condlist.length} conditions for ${choicelist.length} choices. There must be one choice per condition.`,
      );
    }
    // A plain default takes the dtype of the choices.
    const [last, ...choices] = promote('select', [otherwise, ...choicelist]);
    return condlist.reduceRight<Tensor>((rest, condition, i) => where(condition, choices[i], rest), last);
  },
);

function bitwise(name: string, fn: (x: Tensor, y: Tensor) => Tensor) {
  return op(name, (x: TensorLike, y: TensorLike): Tensor => {
    const [a, b] = align(name, [x, y]);
    return fn(a, b);
  });
}
/**
 * Bits that are 1 in both.
 *
 * @param x Integers or bools of any shape.
 * @param y Of a shape that broadcasts with that of `x`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast, or a dtype is neither bool nor an integer.
 * @see `keras.ops.bitwise_and`
 * @example
 * ops.bitwiseAnd([12, 7], 10) // [8, 2]
 */
export const bitwiseAnd = bitwise('bitwise_and', lax.and);
/**
 * Bits that are 1 in either.
 *
 * @param x Integers or bools of any shape.
 * @param y Of a shape that broadcasts with that of `x`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast, or a dtype is neither bool nor an integer.
 * @see `keras.ops.bitwise_or`
 * @example
 * ops.bitwiseOr([12, 7], 10) // [14, 15]
 */
export const bitwiseOr = bitwise('bitwise_or', lax.or);
/**
 * Bits that differ.
 *
 * @param x Integers or bools of any shape.
 * @param y Of a shape that broadcasts with that of `x`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast, or a dtype is neither bool nor an integer.
 * @see `keras.ops.bitwise_xor`
 * @example
 * ops.bitwiseXor([12, 7], 10) // [6, 13]
 */
export const bitwiseXor = bitwise('bitwise_xor', lax.xor);
/** Shifts of bools are those of int32. */
const shift = (name: string, fn: typeof lax.shiftLeft): ReturnType<typeof bitwise> =>
  bitwise(name, (a, b) => (a.dtype === 'bool' ? fn(lax.convert(a, 'int32'), lax.convert(b, 'int32')) : fn(a, b)));
/**
 * Bits of `x` moved up by `y` places: x·2ʸ. Bools are taken as int32.
 *
 * @param x Integers or bools of any shape.
 * @param y Of a shape that broadcasts with that of `x`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast, or a dtype is neither bool nor an integer.
 * @see `keras.ops.bitwise_left_shift`
 * @example
 * ops.bitwiseLeftShift([1, 3], 2) // [4, 12]
 */
export const bitwiseLeftShift = shift('bitwise_left_shift', lax.shiftLeft);
/**
 * Alias of `bitwiseLeftShift`, with its arguments.
 *
 * @see `keras.ops.left_shift`
 * @example
 * ops.leftShift([1, 3], 2) // [4, 12]
 */
export const leftShift = bitwiseLeftShift;
/**
 * Bits of `x` moved down by `y` places: x/2ʸ, rounded down. Bools are taken as int32.
 *
 * @param x Integers or bools of any shape.
 * @param y Of a shape that broadcasts with that of `x`.
 * @returns The broadcast shape of the two, of their common dtype.
 * @throws {ValueError} The two shapes do not broadcast, or a dtype is neither bool nor an integer.
 * @see `keras.ops.bitwise_right_shift`
 * @example
 * ops.bitwiseRightShift([8, -8], 2) // [2, -2]
 */
export const bitwiseRightShift = shift('bitwise_right_shift', lax.shiftRightArithmetic);
/**
 * Alias of `bitwiseRightShift`, with its arguments.
 *
 * @see `keras.ops.right_shift`
 * @example
 * ops.rightShift([8, -8], 2) // [2, -2]
 */
export const rightShift = bitwiseRightShift;
/**
 * Every bit turned over: −1 − x for signed integers. Bools are negated.
 *
 * @param x Integers or bools of any shape.
 * @returns The shape and dtype of `x`.
 * @see `keras.ops.bitwise_not`
 * @example
 * ops.bitwiseNot([0, 5]) // [-1, -6]
 */
export const bitwiseNot = op('bitwise_not', (x: TensorLike): Tensor => lax.not(toTensor(x, null, 'bitwise_not')));
/**
 * Alias of `bitwiseNot`, with its arguments.
 *
 * @see `keras.ops.bitwise_invert`
 * @example
 * ops.bitwiseInvert([0, 5]) // [-1, -6]
 */
export const bitwiseInvert = bitwiseNot;

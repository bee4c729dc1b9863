/** @file Comparisons, logic, and bits. */
import { isFloat } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
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
/** x1 == x2, element by element, as bools. @see `keras.ops.equal` */
export const equal = comparison('equal', lax.eq);
export const notEqual = comparison('not_equal', lax.ne);
export const less = comparison('less', lax.lt);
export const lessEqual = comparison('less_equal', lax.le);
export const greater = comparison('greater', lax.gt);
export const greaterEqual = comparison('greater_equal', lax.ge);

const asBool = (x: TensorLike, name: string): Tensor => lax.convert(toTensor(x, null, name), 'bool');
function logical(name: string, fn: (x: Tensor, y: Tensor) => Tensor) {
  return op(name, (x1: TensorLike, x2: TensorLike): Tensor => {
    const [a, b] = broadcast(name, [asBool(x1, name), asBool(x2, name)]);
    return fn(a, b);
  });
}
/** Logical and; anything but 0 counts as true. @see `keras.ops.logical_and` */
export const logicalAnd = logical('logical_and', lax.and);
export const logicalOr = logical('logical_or', lax.or);
export const logicalXor = logical('logical_xor', lax.xor);
/** @see `keras.ops.logical_not` */
export const logicalNot = op('logical_not', (x: TensorLike): Tensor => lax.not(asBool(x, 'logical_not')));

function floatTest(name: string, fn: (x: Tensor) => Tensor, otherwise: number) {
  return op(name, (x: TensorLike): Tensor => {
    const t = toTensor(x, null, name);
    return isFloat(t.dtype) ? fn(t) : lax.fullLike(t, otherwise, 'bool');
  });
}
/** Whether each element is NaN. @see `keras.ops.isnan` */
export const isnan = floatTest('isnan', (x) => lax.ne(x, x), 0);
export const isinf = floatTest('isinf', (x) => lax.eq(lax.abs(x), lax.fullLike(x, Infinity)), 0);
export const isfinite = floatTest('isfinite', lax.isFinite, 1);
export const isposinf = floatTest('isposinf', (x) => lax.eq(x, lax.fullLike(x, Infinity)), 0);
export const isneginf = floatTest('isneginf', (x) => lax.eq(x, lax.fullLike(x, -Infinity)), 0);
/** All dtypes here are real. @see `keras.ops.isreal` */
export const isreal = op('isreal', (x: TensorLike): Tensor => lax.fullLike(toTensor(x, null, 'isreal'), 1, 'bool'));
/** Whether the sign is negative. @see `keras.ops.signbit` */
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
/** @see `keras.ops.isclose` */
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
/** Whether all elements are close. @see `keras.ops.allclose` */
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
 * Elements of `x1` where the condition holds, else of `x2`, with broadcasting. With the condition alone: the positions where it
 * holds, as `nonzero` gives them (which cannot be traced).
 *
 * @throws {ValueError} One of `x1` and `x2` is given without the other.
 * @see `keras.ops.where`
 */
export const where: typeof choose & ((condition: TensorLike) => Tensor[]) = Object.assign(
  (...args: [TensorLike, TensorLike?, TensorLike?]): unknown => {
    const [condition, x1 = null, x2 = null] = args;
    if (x1 === null && x2 === null) return nonzero(condition);
    if (x1 === null || x2 === null) throw new ValueError('where: give both x1 and x2, or neither of them.');
    return choose(condition, x1, x2);
  },
  { opName: choose.opName },
) as typeof choose & ((condition: TensorLike) => Tensor[]);

/** The first of `choicelist` whose condition holds, element by element. @see `keras.ops.select` */
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
/** @see `keras.ops.bitwise_and` */
export const bitwiseAnd = bitwise('bitwise_and', lax.and);
export const bitwiseOr = bitwise('bitwise_or', lax.or);
export const bitwiseXor = bitwise('bitwise_xor', lax.xor);
/** Shifts of bools are those of int32. */
const shift = (name: string, fn: typeof lax.shiftLeft): ReturnType<typeof bitwise> =>
  bitwise(name, (a, b) => (a.dtype === 'bool' ? fn(lax.convert(a, 'int32'), lax.convert(b, 'int32')) : fn(a, b)));
export const bitwiseLeftShift = shift('bitwise_left_shift', lax.shiftLeft);
export const leftShift = bitwiseLeftShift;
export const bitwiseRightShift = shift('bitwise_right_shift', lax.shiftRightArithmetic);
export const rightShift = bitwiseRightShift;
export const bitwiseNot = op('bitwise_not', (x: TensorLike): Tensor => lax.not(toTensor(x, null, 'bitwise_not')));
export const bitwiseInvert = bitwiseNot;

/** @file What the ops share: promotion of operands, broadcasting, float inputs. */
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { isFloat } from '../core/dtype.js';
import type { WeakType } from '../core/promotion.js';
import { NotImplementedError } from '../core/errors.js';
import { resultType } from '../core/promotion.js';
import { broadcastShapes } from '../core/shape.js';
import { and, broadcastTo, convert, div, eq, fullLike, lt, select, zerosLike } from '../graph/lax.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';

/** The dtype with which an operand enters promotion: plain numbers are weak, whole ones as `'int'`, others as `'float'`. */
export function promotionType(x: TensorLike): DType | WeakType {
  if (typeof x === 'number') return Number.isInteger(x) ? 'int' : 'float';
  if (typeof x === 'boolean') return 'bool';
  return toTensor(x).dtype;
}

/** Operands as tensors of their common dtype (or of `dtype`), each in its own shape. */
export function promote(
  owner: string,
  xs: readonly TensorLike[],
  dtype: DType = resultType(...xs.map(promotionType)),
): Tensor[] {
  return xs.map((x) =>
    typeof x === 'number' || typeof x === 'boolean'
      ? toTensor(x, dtype, owner)
      : convert(toTensor(x, null, owner), dtype),
  );
}

/** Repeat operands to their common shape. */
export function broadcast(owner: string, xs: readonly Tensor[]): Tensor[] {
  const shape = broadcastShapes(
    xs.map((x) => x.shape),
    owner,
  );
  return xs.map((x) => broadcastTo(x, shape));
}

/** Operands of one dtype and shape, as primitives want them. */
export function align(owner: string, xs: readonly TensorLike[], dtype?: DType): Tensor[] {
  return broadcast(owner, promote(owner, xs, dtype));
}

/** The float dtype in which functions of `dtype` are computed: itself, or `floatx` for integers and bools. */
export function floatTypeFor(dtype: DType): DType {
  return isFloat(dtype) ? dtype : resultType(dtype, floatx());
}

/** An operand as a float tensor. */
export function floatTensor(x: TensorLike, owner: string): Tensor {
  const t = toTensor(x, null, owner);
  return convert(t, floatTypeFor(t.dtype));
}

/** The least positive number of each float dtype. */
const LEAST: Partial<Record<DType, number>> = {
  float16: 2 ** -24,
  bfloat16: 2 ** -133,
  float32: 2 ** -149,
  float64: 2 ** -1074,
};
/** `x` with −0 replaced by the number below it, so that −0 comes before 0. */
export function zerosInOrder(x: Tensor): Tensor {
  const least = LEAST[x.dtype];
  if (least === undefined) return x;
  const negativeZero = and(eq(x, zerosLike(x)), lt(div(fullLike(x, 1), x), zerosLike(x))); // 1/−0 is −Infinity
  return select(negativeZero, fullLike(x, -least), x);
}

/** Keras has sparse tensors with some backends; here there are none. */
export function refuseSparse(owner: string, sparse: boolean | null): void {
  if (sparse === true)
    throw new NotImplementedError(
      `${owner}: sparse=true. There are no sparse tensors here: leave it out, the result then holds the same numbers with its zeros.`,
    );
}

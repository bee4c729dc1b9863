/**
 * @file The scalar forms of primitives in the kernel language: one element, or one vector of lanes, of any dtype; and how elements
 * lie in memory. The operations themselves stand in math/.
 *
 * How a dtype is held:
 *
 * | dtype                      | scalar                        | vector                   |
 * | -------------------------- | ----------------------------- | ------------------------ |
 * | bool                       | `i32`, 0 or 1                 | `i32x`, all ones or 0    |
 * | integers of up to 32 bits  | `i32`, wrapped to the dtype   | `i32x`, the same         |
 * | float16, bfloat16, float32 | `f32`, rounded to the dtype   | `f32x`, the same         |
 * | float64, int64, uint64     | `f64`, integers truncated     | none                     |
 */
import type { DType } from '../core/dtype.js';
import { dtypeInfo, isFloat, isUnsigned, limits, roundTo } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import type { ScalarBinary, ScalarBuilder, ScalarCompare, ScalarUnary } from '../graph/scalar.js';
import type { FunctionBuilder } from './function_builder.js';
import type { Expr, KernelType, MemoryType, Vectors } from './ir.js';
import { constant, elementOf, inVectors } from './ir.js';
import { floatBinary, floatUnary, needsRounding } from './math/floats.js';
import { integerBinary, integerCompare, integerUnary, wrapInteger } from './math/integers.js';
import { roundLanes, toOddF32 } from './math/rounding.js';
import { lowWord, wideBinary, wideUnary, wrapWide } from './math/wide.js';

export { hostImports } from './math/host.js';

/** One element, or one vector of elements, while code for it is written. */
export interface LaneValue {
  readonly dtype: DType;
  readonly expr: Expr;
}

/** What one element of a dtype is held as. */
export function heldAs(dtype: DType): 'i32' | 'f32' | 'f64' {
  const { storage } = dtypeInfo(dtype);
  return storage === 'f32' || storage === 'f64' ? storage : 'i32';
}

/** How elements of a dtype lie in memory. */
export function memoryType(dtype: DType): MemoryType {
  const { storage } = dtypeInfo(dtype);
  return storage === 'u32' ? 'i32' : storage;
}

/** Whether elements of a dtype can be held in vectors: float64, int64 and uint64 cannot. */
export function canVectorize(dtype: DType): boolean {
  return heldAs(dtype) !== 'f64';
}

function laneType(dtype: DType, vectors: Vectors): KernelType {
  if (vectors > 0 && !canVectorize(dtype)) throw new InternalError(`kernel: there are no vectors of ${dtype}`);
  return inVectors(heldAs(dtype), vectors);
}

/** A number, rounded to the dtype; in all lanes of vectors. */
export function constantLanes(value: number, dtype: DType, vectors: Vectors): LaneValue {
  const rounded = roundTo(dtype, value);
  const type = laneType(dtype, vectors);
  if (dtype === 'bool') return { dtype, expr: constant(type, vectors > 0 ? -rounded | 0 : rounded) };
  return { dtype, expr: constant(type, elementOf(type) === 'i32' ? rounded | 0 : rounded) };
}

/**
 * Read one element, or as many as the vectors have lanes, one after another.
 *
 * @param offset Bytes, not negative.
 */
export function loadElements(
  f: FunctionBuilder,
  dtype: DType,
  address: Expr,
  offset: number,
  vectors: Vectors,
): LaneValue {
  laneType(dtype, vectors);
  const memory = memoryType(dtype);
  if (vectors === 0) return { dtype, expr: f.let(f.load(memory, address, offset)) };
  const loaded = f.let(f.loadVector(memory, address, offset, vectors));
  return { dtype, expr: dtype === 'bool' ? f.let(loaded.neg()) : loaded }; // 1 → all ones
}

/** Read one element into all lanes of vectors. */
export function loadSplatted(
  f: FunctionBuilder,
  dtype: DType,
  address: Expr,
  offset: number,
  vectors: 1 | 2,
): LaneValue {
  laneType(dtype, vectors);
  const memory = memoryType(dtype);
  if (memory === 'f32') return { dtype, expr: f.let(f.loadSplat(address, offset, vectors)) };
  if (memory === 'i32') return { dtype, expr: f.let(f.loadSplat(address, offset, vectors).bitcast()) };
  const loaded = f.load(memory, address, offset);
  return { dtype, expr: f.let(f.let(dtype === 'bool' ? loaded.neg() : loaded).splat(vectors)) };
}

/** Write one element, or all lanes one after another. */
export function storeElements(f: FunctionBuilder, { dtype, expr }: LaneValue, address: Expr, offset: number): void {
  // A vector that is stored narrow is used twice by the emitter.
  f.store(memoryType(dtype), address, f.let(dtype === 'bool' ? expr.and(1) : expr), offset);
}

/** Writes the scalar forms of primitives into a function; every result is bound to a name. */
export class LaneBuilder implements ScalarBuilder<LaneValue> {
  /** Words whose highest bit is known to be 0. They convert as signed numbers, which is quicker, with the same result. */
  readonly #halves = new Set<Expr>();

  constructor(
    private readonly f: FunctionBuilder,
    /** Of how many vectors values are; 0: single elements. */
    readonly vectors: Vectors,
  ) {}

  dtype(x: LaneValue): DType {
    return x.dtype;
  }

  constant(value: number, dtype: DType): LaneValue {
    return constantLanes(value, dtype, this.vectors);
  }

  #bind(dtype: DType, expr: Expr): LaneValue {
    return { dtype, expr: this.f.let(expr) };
  }

  #none(op: string, dtype: DType): never {
    throw new InternalError(`kernel: there is no ${op} of ${dtype}`);
  }

  unary(op: ScalarUnary, { dtype, expr: x }: LaneValue): LaneValue {
    if (isFloat(dtype)) {
      if (op === 'isFinite') return this.#bind('bool', x.abs().lt(Infinity));
      const result = floatUnary(this.f, op, x) ?? this.#none(op, dtype);
      return { dtype, expr: needsRounding(op) ? this.#round(result, dtype) : result };
    }
    if (dtype === 'bool') {
      if (op !== 'not') return this.#none(op, dtype);
      return this.#bind(dtype, this.vectors > 0 ? x.not() : x.eqz());
    }
    const compute = heldAs(dtype) === 'f64' ? wideUnary : integerUnary;
    return { dtype, expr: compute(this.f, op, x, dtype) ?? this.#none(op, dtype) };
  }

  binary(op: ScalarBinary, { dtype, expr: x }: LaneValue, { expr: y }: LaneValue): LaneValue {
    if (isFloat(dtype)) {
      const result = floatBinary(this.f, op, x, y) ?? this.#none(op, dtype);
      return { dtype, expr: needsRounding(op) ? this.#round(result, dtype) : result };
    }
    if (dtype === 'bool') {
      const logical = op === 'max' ? 'or' : op === 'min' ? 'and' : op;
      if (logical !== 'and' && logical !== 'or' && logical !== 'xor') return this.#none(op, dtype);
      return this.#bind(dtype, x[logical](y));
    }
    const compute = heldAs(dtype) === 'f64' ? wideBinary : integerBinary;
    const result = compute(this.f, op, x, y, dtype) ?? this.#none(op, dtype);
    if (op === 'shiftRightLogical' && y.constant !== null && y.constant > 0) this.#halves.add(result);
    return { dtype, expr: result };
  }

  compare(op: ScalarCompare, { dtype, expr: x }: LaneValue, { expr: y }: LaneValue): LaneValue {
    if (heldAs(dtype) !== 'i32') return this.#bind('bool', x[op](y));
    // As lanes, true is -1 and false 0: their order is the other way round.
    const turned = dtype === 'bool' && this.vectors > 0;
    return this.#bind('bool', turned ? y[op](x) : integerCompare(op, x, y, dtype));
  }

  select(condition: LaneValue, onTrue: LaneValue, onFalse: LaneValue): LaneValue {
    const { dtype, expr: x } = onTrue;
    return this.#bind(dtype, condition.expr.select(x, onFalse.expr));
  }

  convert({ dtype: from, expr: x }: LaneValue, to: DType): LaneValue {
    laneType(to, this.vectors);
    if (from === to) return { dtype: to, expr: x };
    if (to === 'bool') return this.#bind(to, x.ne(0));
    if (from === 'bool') return this.#fromInteger(this.vectors > 0 ? this.f.let(x.and(1)) : x, 'uint8', to);
    if (isFloat(to)) {
      if (heldAs(from) === 'i32') return this.#fromInteger(x, from, to);
      if (to === 'float64') return this.#bind(to, x.toF64());
      const single = heldAs(from) === 'f32' ? x : to === 'float16' ? toOddF32(this.f, x) : this.f.let(x.toF32());
      return { dtype: to, expr: this.#round(single, to) };
    }
    if (isFloat(from)) return this.#fromFloat(x, to);
    if (heldAs(from) === 'i32') return this.#fromInteger(x, from, to);
    return heldAs(to) === 'f64'
      ? { dtype: to, expr: wrapWide(this.f, x, to) }
      : this.#bind(to, wrapInteger(lowWord(this.f, x), to));
  }

  /** Integers of up to 32 bits to any number dtype. */
  #fromInteger(x: Expr, from: DType, to: DType): LaneValue {
    const unsigned = from === 'uint32' && !this.#halves.has(x);
    switch (heldAs(to)) {
      case 'i32':
        return this.#bind(to, wrapInteger(x, to));
      case 'f32':
        return { dtype: to, expr: this.#round(this.f.let(x.toF32(unsigned)), to) };
      case 'f64': {
        const wide = this.f.let(x.toF64(unsigned));
        return { dtype: to, expr: to === 'uint64' && !isUnsigned(from) ? wrapWide(this.f, wide, to) : wide };
      }
      default:
        throw new InternalError(`kernel: ${to} is held as nothing`);
    }
  }

  /** Floats to integers: truncated and saturated, NaN to 0. */
  #fromFloat(x: Expr, to: DType): LaneValue {
    const { min, max } = limits(to);
    if (heldAs(to) === 'f64') {
      const whole = this.f.let(x.toF64().trunc().add(0));
      const clamped = this.f.let(whole.max(min).min(max));
      return this.#bind(to, whole.eq(whole).select(clamped, 0));
    }
    const whole = this.f.let(x.toI32(to === 'uint32'));
    if (dtypeInfo(to).bits === 32) return { dtype: to, expr: whole };
    const raised = this.f.let(whole.lt(min).select(constant(whole.type, min), whole));
    return this.#bind(to, raised.gt(max).select(constant(whole.type, max), raised));
  }

  bitcast({ dtype: from, expr: x }: LaneValue, dtype: DType): LaneValue {
    return heldAs(from) === heldAs(dtype) ? { dtype, expr: x } : this.#bind(dtype, x.bitcast());
  }

  #round(x: Expr, dtype: DType): Expr {
    return heldAs(dtype) === 'f32' ? roundLanes(this.f, x, dtype) : x;
  }
}

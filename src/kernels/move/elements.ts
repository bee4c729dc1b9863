/** @file Moving elements between addresses without looking at them: rows, and fills. */
import type { DType } from '../../core/dtype.js';
import { storageBytes } from '../../core/dtype.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import { constantLanes, LaneBuilder, loadElements, memoryType, storeElements } from '../../codegen/lanes.js';

/** Rows of at least this many bytes are moved by the engine's own copy, which has a cost per call. */
const LONG_ROW = 512;
/** Rows of at most this many elements, where it is known how many they are, are moved one by one without a loop. */
const SHORT_ROW = 4;

/** Copy `count` neighbouring elements. `most` bounds the count, as far as it is known. */
export function moveRow(
  f: FunctionBuilder,
  dtype: DType,
  to: Expr,
  from: Expr,
  count: Expr | number,
  most = Infinity,
): void {
  const bytes = storageBytes(dtype);
  const length = typeof count === 'number' ? i32(count) : count;
  if (typeof count === 'number' && count <= SHORT_ROW) {
    for (let i = 0; i < count; i++) moveElement(f, dtype, f.let(to.add(i * bytes)), f.let(from.add(i * bytes)));
    return;
  }
  if (bytes < 4 || most * bytes >= LONG_ROW) {
    f.copy(to, from, f.let(length.mul(bytes)));
    return;
  }
  f.forElements(0, f.let(length.mul(bytes / 4)), f.widest, (i, vectors) => {
    const at = f.let(i.shl(2));
    f.store('i32', f.let(to.add(at)), f.loadVector('i32', f.let(from.add(at)), 0, vectors));
  });
}

/** Copy one element. */
export function moveElement(f: FunctionBuilder, dtype: DType, to: Expr, from: Expr): void {
  const memory = memoryType(dtype);
  f.store(memory, to, f.load(memory, from));
}

/** Write a constant to `count` neighbouring elements. */
export function fillRow(f: FunctionBuilder, dtype: DType, to: Expr, count: Expr, value: number): void {
  const bytes = storageBytes(dtype);
  if (value === 0 && !Object.is(value, -0)) {
    f.fill(to, i32(0), f.let(count.mul(bytes)));
    return;
  }
  f.for(0, count, 1, (i) => storeElements(f, constantLanes(value, dtype, 0), f.let(to.add(i.mul(bytes))), 0));
}

/** In which dtype many numbers of `dtype` are accumulated in memory: 16-bit floats lie there as float32 and are rounded at the end. */
export function accumulatedAs(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype;
}

/** Round `count` neighbouring elements, accumulated in memory, to their dtype. Nothing for dtypes that need none. */
export function roundRow(f: FunctionBuilder, dtype: DType, at: Expr, count: Expr | number): void {
  const wide = accumulatedAs(dtype);
  if (wide === dtype) return;
  const s = new LaneBuilder(f, 0);
  f.for(0, count, 1, (i) => {
    const address = f.let(at.add(i.shl(2)));
    storeElements(f, s.convert(loadElements(f, wide, address, 0, 0), dtype), address, 0);
  });
}

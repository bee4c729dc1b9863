/** @file Rows picked and changed by number, and slices whose place is known when the program runs. */
import { dtypeInfo, storageBytes } from '../../core/dtype.js';
import { formatShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { DType } from '../../core/dtype.js';
import type { Expr, FunctionBuilder, Vectors } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { LaneValue } from '../../codegen/lanes.js';
import { LaneBuilder, loadElements, storeElements } from '../../codegen/lanes.js';
import type { Value } from '../../graph/graph.js';
import type { DynamicSliceParams, ScatterParams } from '../../graph/lax.js';
import type { Buffer } from '../buffers.js';
import { copyBlock } from './blocks.js';
import type { Lowering, LowerRule } from '../context.js';
import { accumulatedAs, moveRow, roundRow } from './elements.js';
import { cutTasks, forUnits } from '../work.js';

/** An index of any integer dtype as a signed word; large ones saturate. */
function loadIndex(f: FunctionBuilder, dtype: DType, address: Expr): Expr {
  const x = loadElements(f, dtype, address, 0, 0);
  if (x.expr.type === 'f64') return f.let(x.expr.toI32());
  return dtype === 'uint32' ? f.let(x.expr.minU(0x7fffffff)) : x.expr;
}

/** Into [0, n). */
const clamped = (f: FunctionBuilder, index: Expr, n: number): Expr => f.let(f.let(index.maxS(0)).minS(n - 1));

export const gather: LowerRule = {
  lower(node, lowering) {
    const [operand, indices] = node.inputs;
    const [value] = node.outputs;
    const [from, numbers, to] = [
      lowering.source(operand).buffer,
      lowering.source(indices).buffer,
      lowering.output(value),
    ];
    const rows = operand.shape[0];
    const row = sizeOf(operand.shape.slice(1));
    const bytes = row * storageBytes(value.dtype);
    const count = sizeOf(indices.shape);
    const cut = cutTasks(lowering.target, count, row + 4);
    lowering.add({
      label: `gather ${formatShape(value.shape)}`,
      tasks: cut.tasks,
      work: count * (row + 4),
      reads: [from, numbers],
      writes: [to],
      emit: (f, lo, hi) => {
        const [source, index, target] = [from.pointer(f), numbers.pointer(f), to.pointer(f)];
        if (rows === 0) return;
        forUnits(f, lo, hi, count, cut, (i) => {
          const at = f.let(index.add(i.mul(storageBytes(indices.dtype))));
          const number = clamped(f, loadIndex(f, indices.dtype, at), rows);
          moveRow(f, value.dtype, f.let(target.add(i.mul(bytes))), f.let(source.add(number.mul(bytes))), row, row);
        });
      },
    });
  },
};

/** Each task changes a range of rows: it goes through all updates in order and applies those to its rows. */
const ROW_RANGES = 16;

export const scatter: LowerRule = {
  lower(node, lowering) {
    const [operand, indices, updates] = node.inputs;
    const [value] = node.outputs;
    const { mode } = node.params as ScatterParams;
    const { dtype } = value;
    const old = lowering.source(operand).buffer;
    const numbers = lowering.source(indices).buffer;
    const changes = lowering.source(updates).buffer;
    const out = lowering.output(value);
    const rows = operand.shape[0];
    const row = sizeOf(operand.shape.slice(1));
    const count = sizeOf(indices.shape);
    const ranges = row * (count + rows) > 1 << 16 ? Math.min(rows, ROW_RANGES) : 1;
    const rowsPerRange = Math.ceil(rows / ranges);
    const bytes = storageBytes(dtype);
    const wide = accumulatedAs(dtype);
    const combine = (s: LaneBuilder, a: LaneValue, b: LaneValue): LaneValue => {
      if (mode === 'set') return b;
      if (dtype === 'bool') return s.binary(mode === 'add' || mode === 'max' ? 'or' : 'and', a, b);
      return s.binary(mode, a, b);
    };
    lowering.add({
      label: `scatter ${mode} ${formatShape(value.shape)}`,
      tasks: ranges,
      work: row * (count + rows) + count * ranges,
      reads: [old, numbers, changes],
      writes: [out],
      emit: (f, lo, hi) => {
        const [before, index, update, after] = [old, numbers, changes, out].map((b) => b.pointer(f));
        f.for(lo, hi, 1, (range) => {
          const first = f.let(range.mul(rowsPerRange).minS(rows));
          const last = f.let(f.let(first.add(rowsPerRange)).minS(rows));
          const start = f.let(first.mul(row * bytes));
          f.copy(f.let(after.add(start)), f.let(before.add(start)), f.let(last.sub(first).mul(row * bytes)));
          f.for(0, count, 1, (i) => {
            const number = loadIndex(f, indices.dtype, f.let(index.add(i.mul(storageBytes(indices.dtype)))));
            f.if(number.ge(first).and(number.lt(last)), () => {
              const to = f.let(after.add(number.mul(row * bytes)));
              const from = f.let(update.add(i.mul(row * bytes)));
              const apply = (k: Expr, vectors: Vectors): void => {
                const at = f.let(k.mul(bytes));
                const s = new LaneBuilder(f, vectors);
                const target = f.let(to.add(at));
                const a = loadElements(f, wide, target, 0, vectors);
                const b = loadElements(f, wide, f.let(from.add(at)), 0, vectors);
                storeElements(f, combine(s, a, b), target, 0);
              };
              f.forElements(0, row, dtypeInfo(dtype).storage === 'f64' ? 0 : f.widest, apply);
            });
          });
          roundRow(f, dtype, f.let(after.add(start)), f.let(last.sub(first).mul(row)));
        });
      },
    });
  },
};

/** Elements before the slice that begins at `starts`, clamped so that it fits. */
function sliceShift(
  lowering: Lowering,
  x: Value,
  starts: readonly Value[],
  sizes: readonly number[],
): { shift: (f: FunctionBuilder) => Expr; reads: Buffer[] } {
  const strides = stridesOf(x.shape);
  const buffers = starts.map((start) => lowering.source(start).buffer);
  const shift = (f: FunctionBuilder): Expr =>
    starts.reduce<Expr>((sum, start, d) => {
      if (x.shape[d] === sizes[d]) return sum;
      const at = loadIndex(f, start.dtype, buffers[d].pointer(f));
      return f.let(sum.add(clamped(f, at, x.shape[d] - sizes[d] + 1).mul(strides[d])));
    }, i32(0));
  return { shift, reads: buffers };
}

export const dynamicSlice: LowerRule = {
  lower(node, lowering) {
    const [x, ...starts] = node.inputs;
    const [value] = node.outputs;
    const { sizes } = node.params as DynamicSliceParams;
    const { shift, reads } = sliceShift(lowering, x, starts, sizes);
    const from = { buffer: lowering.source(x).buffer, offset: 0, strides: stridesOf(x.shape), shift };
    const to = { buffer: lowering.output(value), offset: 0, strides: stridesOf(value.shape) };
    copyBlock(lowering, 'dynamic slice', value.dtype, sizes, from, to, reads);
  },
};

export const dynamicUpdateSlice: LowerRule = {
  lower(node, lowering) {
    const [x, update, ...starts] = node.inputs;
    const [value] = node.outputs;
    const out = lowering.output(value);
    const strides = stridesOf(x.shape);
    const whole = { buffer: lowering.source(x).buffer, offset: 0, strides };
    copyBlock(lowering, 'copy', value.dtype, x.shape, whole, { buffer: out, offset: 0, strides });
    const { shift, reads } = sliceShift(lowering, x, starts, update.shape);
    const from = { buffer: lowering.source(update).buffer, offset: 0, strides: stridesOf(update.shape) };
    copyBlock(
      lowering,
      'dynamic update',
      value.dtype,
      update.shape,
      from,
      { buffer: out, offset: 0, strides, shift },
      reads,
    );
  },
};

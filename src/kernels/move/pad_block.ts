/** @file A block with a border of zeros around it, written in one pass: rows outside are filled, the others filled at both ends and copied. */
import type { DType } from '../../core/dtype.js';
import { storageBytes } from '../../core/dtype.js';
import { formatShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import type { Place } from './blocks.js';
import { copyBlock, fillBuffer } from './blocks.js';
import type { Lowering } from '../context.js';
import { fillRow, moveRow } from './elements.js';
import { cutTasks, decode, forUnits } from '../work.js';

/** An axis of the padded block: its size, where the given elements begin, and how many they are. */
export interface PaddedAxis {
  readonly size: number;
  readonly place: number;
  readonly count: number;
}

/** Borders of at most this many elements are written by a loop; longer ones by the engine's own fill, which has a cost per call. */
const SHORT_FILL = 256;

/** Add the kernels that put a block into a buffer, with zeros around it. */
export function padBlock(
  lowering: Lowering,
  what: string,
  dtype: DType,
  axes: readonly PaddedAxis[],
  from: Place,
  to: Buffer,
): void {
  const sizes = axes.map((axis) => axis.size);
  const counts = axes.map((axis) => axis.count);
  const steps = stridesOf(sizes);
  // A row goes over the last axis that has a border, and those behind it.
  let last = axes.length - 1;
  while (last > 0 && axes[last].count === axes[last].size) last--;
  const tail = steps[last];
  const dense = stridesOf(counts).every((step, d) => d < last || counts[d] === 1 || from.strides[d] === step);
  if (!dense || sizeOf(counts) === 0) {
    fillBuffer(lowering, to, 0);
    const offset = axes.reduce((sum, axis, d) => sum + axis.place * steps[d], 0);
    copyBlock(lowering, what, dtype, counts, from, { buffer: to, offset, strides: steps });
    return;
  }
  const { place, count, size } = axes[last];
  const [head, length, rest] = [place * tail, count * tail, (size - place - count) * tail];
  const outer = axes.slice(0, last);
  const units = outer.reduce((n, axis) => n * axis.size, 1);
  const row = size * tail;
  const bytes = storageBytes(dtype);
  const cut = cutTasks(lowering.target, units, row);
  const { lanes } = lowering.target;
  const clear = (f: FunctionBuilder, at: Expr, elements: number): void => {
    if (elements === 0) return;
    if (elements > SHORT_FILL || elements % lanes !== 0 || bytes !== 4) fillRow(f, dtype, at, i32(elements), 0);
    else f.for(0, elements * bytes, lanes * bytes, (i) => f.store('i32', f.let(at.add(i)), i32(0).splat()));
  };
  lowering.add({
    label: `${what} ${formatShape(counts)}`,
    tasks: cut.tasks,
    work: units * row,
    reads: [from.buffer],
    writes: [to],
    emit: (f, lo, hi) => {
      const source = f.let(from.buffer.pointer(f).add(from.offset * bytes));
      const target = to.pointer(f);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const indices = decode(
          f,
          unit,
          outer.map((axis) => axis.size),
        );
        const at = f.let(target.add(unit.mul(row * bytes)));
        let inside: Expr = i32(1);
        let a: Expr = source;
        outer.forEach((axis, d) => {
          const index = f.let(indices[d].sub(axis.place));
          if (axis.count < axis.size) {
            const met = index.ltU(axis.count);
            inside = inside.constant === 1 ? met : inside.and(met);
          }
          a = a.add(index.mul(from.strides[d] * bytes));
        });
        f.if(
          f.let(inside),
          () => {
            clear(f, at, head);
            moveRow(f, dtype, f.let(at.add(head * bytes)), f.let(a), length, length);
            clear(f, f.let(at.add((head + length) * bytes)), rest);
          },
          () => fillRow(f, dtype, at, i32(row), 0),
        );
      });
    },
  });
}

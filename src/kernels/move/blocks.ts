/** @file Copies of regularly spaced blocks between buffers, and filled buffers: what padding, concatenation and slices are made of. */
import type { DType } from '../../core/dtype.js';
import { storageBytes } from '../../core/dtype.js';
import type { Shape } from '../../core/shape.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Expr, FunctionBuilder } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import type { Lowering } from '../context.js';
import { fillRow, moveElement, moveRow } from './elements.js';
import { loopAxes } from '../loops/loop_space.js';
import { cutTasks, decode, forUnits } from '../work.js';

/** One side of a copy: element [i₀, …] of the block is element `offset` + Σ iₖ·stridesₖ of the buffer. */
export interface Place {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
  /** Further elements, known when the program runs. */
  readonly shift?: (f: FunctionBuilder) => Expr;
}

/** Elements of a row that one unit of work moves at most. */
const PIECE = 16384;

/** Add a kernel that copies a block. `reads`: further buffers that shifts are computed from. */
export function copyBlock(
  lowering: Lowering,
  what: string,
  dtype: DType,
  shape: Shape,
  from: Place,
  to: Place,
  reads: readonly Buffer[] = [],
): void {
  const axes = loopAxes(
    shape,
    shape.map(() => false),
    [from.strides, to.strides],
  );
  const bytes = storageBytes(dtype);
  const inner = axes.at(-1) ?? { size: 1, strides: [1, 1], reduced: false };
  const outer = axes.slice(0, -1);
  const pieces = Math.max(1, Math.ceil(inner.size / PIECE));
  const total = sizeOf(shape);
  const units = total === 0 ? 0 : outer.reduce((n, axis) => n * axis.size, pieces);
  const cut = cutTasks(lowering.target, units, total / Math.max(1, units));
  const [fromStep, toStep] = inner.strides;
  lowering.add({
    label: `${what} ${formatShape(shape)}`,
    tasks: cut.tasks,
    work: total,
    reads: [from.buffer, ...reads],
    writes: [to.buffer],
    emit: (f, lo, hi) => {
      const start = (place: Place): Expr => {
        const base = f.let(place.buffer.pointer(f).add(place.offset * bytes));
        return place.shift === undefined ? base : f.let(base.add(place.shift(f).mul(bytes)));
      };
      const [source, target] = [start(from), start(to)];
      forUnits(f, lo, hi, units, cut, (unit) => {
        const indices = decode(f, unit, [...outer.map((axis) => axis.size), pieces]);
        const piece = indices.pop()!;
        let [a, b] = [source, target];
        outer.forEach((axis, d) => {
          a = f.let(a.add(indices[d].mul(axis.strides[0] * bytes)));
          b = f.let(b.add(indices[d].mul(axis.strides[1] * bytes)));
        });
        const first = pieces === 1 ? i32(0) : f.let(piece.mul(PIECE));
        const last = pieces === 1 ? i32(inner.size) : f.let(f.let(first.add(PIECE)).minS(inner.size));
        if (fromStep === 1 && toStep === 1) {
          const at = f.let(first.mul(bytes));
          moveRow(f, dtype, f.let(b.add(at)), f.let(a.add(at)), f.let(last.sub(first)), inner.size);
        } else {
          f.for(first, last, 1, (i) =>
            moveElement(f, dtype, f.let(b.add(i.mul(toStep * bytes))), f.let(a.add(i.mul(fromStep * bytes)))),
          );
        }
      });
    },
  });
}

/** Add a kernel that fills a buffer with one value. */
export function fillBuffer(lowering: Lowering, buffer: Buffer, value: number): void {
  const units = Math.ceil(buffer.size / PIECE);
  const cut = cutTasks(lowering.target, units, PIECE / 4);
  const bytes = storageBytes(buffer.dtype);
  lowering.add({
    label: `fill of ${buffer.label}`,
    tasks: cut.tasks,
    work: buffer.size / 4,
    reads: [],
    writes: [buffer],
    emit: (f, lo, hi) => {
      const base = buffer.pointer(f);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const first = f.let(unit.mul(PIECE));
        const count = f.let(f.let(first.add(PIECE)).minS(buffer.size).sub(first));
        fillRow(f, buffer.dtype, f.let(base.add(first.mul(bytes))), count, value);
      });
    },
  });
}

/** @file Sums and extrema of sliding windows: pooling. */
import { highest, lowest, storageBytes } from '../../core/dtype.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Expr } from '../../codegen/index.js';
import type { LaneValue } from '../../codegen/lanes.js';
import { constantLanes, LaneBuilder, loadElements, storeElements } from '../../codegen/lanes.js';
import type { WindowParams } from '../../graph/lax.js';
import type { LowerRule } from '../context.js';
import { accumulatedAs } from '../move/elements.js';
import { piecesOf, withPieces } from '../row_pieces.js';
import { cutTasks, forUnits } from '../work.js';
import { forInner, geometryOf, positionOf, WindowLoops } from './windows.js';

function reduceWindow(kind: 'sum' | 'max' | 'min'): LowerRule {
  return {
    epilogueColumns({ inputs: [x], outputs: [value], params }) {
      const { inner } = geometryOf(x.shape, value.shape, params as WindowParams);
      return value.dtype === 'float32' && sizeOf(value.shape) > 0 ? inner : null;
    },
    lower(node, lowering, ending) {
      const epilogue = ending?.epilogue;
      const [x] = node.inputs;
      const [value] = node.outputs;
      const g = geometryOf(x.shape, value.shape, node.params as WindowParams);
      const [from, to] = [lowering.source(x).buffer, epilogue?.result ?? lowering.output(value)];
      const windows = g.axes.reduce((n, axis) => n * axis.outSize, 1);
      const units = g.outer * windows;
      const cut = cutTasks(lowering.target, units, g.inner * g.taps);
      const { dtype } = x;
      const bytes = storageBytes(dtype);
      const wide = accumulatedAs(dtype);
      const start = kind === 'sum' ? 0 : kind === 'max' ? lowest(wide) : highest(wide);
      const writes = epilogue?.writes ?? [to];
      const pieces = ending?.rows === undefined ? null : piecesOf(ending.rows, cut.tasks, writes);
      lowering.add({
        label: `${node.primitive.name} ${formatShape(x.shape)}${epilogue?.label ?? ''}${pieces?.label ?? ''}`,
        tasks: cut.tasks,
        work: units * (g.inner * g.taps + (pieces?.work ?? 0)),
        reads: [from, ...(epilogue?.reads ?? []), ...(pieces?.reads ?? [])],
        writes: [...writes, ...(pieces?.writes ?? [])],
        emit: (f, lo, hi) => {
          const pointers = epilogue?.pointers(f) ?? [to.pointer(f)];
          const [source, target] = [from.pointer(f), pointers[0]];
          const loops = new WindowLoops(f, g);
          const doWindow = (unit: Expr): void => {
            const outer = f.let(unit.divU(windows));
            const window = f.let(unit.sub(outer.mul(windows)));
            const place = loops.place(positionOf(f, window, g));
            const base = f.let(source.add(outer.mul(g.inBlock * bytes)));
            const out = f.let(target.add(unit.mul(g.inner * bytes)));
            forInner(f, g.inner, dtype, (c, vectors) => {
              const s = new LaneBuilder(f, vectors);
              const at = f.let(base.add(c.mul(bytes)));
              const total = f.local(constantLanes(start, wide, vectors).expr);
              loops.each(place, at, bytes, (address, offset) => {
                const element = s.convert(loadElements(f, dtype, address, offset, vectors), wide);
                const now: LaneValue = { dtype: wide, expr: total };
                f.set(total, s.binary(kind === 'sum' ? 'add' : kind, now, element).expr);
              });
              const column = f.let(c.mul(bytes));
              const to = f.let(out.add(column));
              if (epilogue !== undefined) epilogue.store(f, pointers, to, column, total);
              else storeElements(f, s.convert({ dtype: wide, expr: total }, dtype), to, 0);
            });
          };
          const rowsBefore = (task: Expr): Expr => f.let(task.mul(cut.unitsPerTask)).minS(units);
          withPieces(f, pieces, [lo, hi], rowsBefore, (lo, hi) => forUnits(f, lo, hi, units, cut, doWindow));
        },
      });
      if (pieces !== null) pieces.combine();
      else ending?.rows?.apart();
    },
  };
}

export const reduceWindowSum = reduceWindow('sum');
export const reduceWindowMax = reduceWindow('max');
export const reduceWindowMin = reduceWindow('min');

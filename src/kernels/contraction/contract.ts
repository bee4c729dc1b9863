/** @file Contractions to kernels: float32, and products of matrices of float64, by blocks; others one element at a time. */
import { storageBytes } from '../../core/dtype.js';
import type { Expr, Target } from '../../codegen/index.js';
import { constantLanes, LaneBuilder, loadElements, storeElements } from '../../codegen/lanes.js';
import type { Lowering } from '../context.js';
import type { Contraction, ContractionAxis, ContractionOperand } from './contraction.js';
import { countOf, mergeAxes, stepsTo } from './contraction.js';
import { accumulatedAs } from '../move/elements.js';
import type { Ending } from '../context.js';
import { lowerGemm, takesEpilogue } from './gemm.js';
import { lowerGemm64 } from './gemm64.js';
import { cutTasks, decode, forUnits } from '../work.js';

/** Whether what is to be done to the results of these contractions may be done to each before it is stored. */
export const finishesAll = (parts: readonly Contraction[], target: Target): boolean =>
  parts.every((x) => takesEpilogue(inOrder(x), target));

/** Add the kernels of contractions that make the results of one node together, and do what is to be done to these. */
export function lowerContractions(lowering: Lowering, parts: readonly Contraction[], ending?: Ending): void {
  const { epilogue, rows } = ending ?? {};
  const finishes = epilogue === undefined || finishesAll(parts, lowering.target);
  const within = finishes ? epilogue : undefined;
  const rowLoop = finishes && parts.length === 1 ? rows : undefined;
  for (const x of parts) {
    const c = within === undefined ? x.c : { ...x.c, buffer: within.result };
    lowerMerged(lowering, inOrder({ ...x, c, epilogue: within, rowLoop }));
  }
  if (!finishes) ending?.apart();
  else if (rowLoop === undefined) rows?.apart();
}

/** Add the kernels of a contraction. */
export function lowerContraction(lowering: Lowering, contraction: Contraction): void {
  lowerMerged(lowering, inOrder(contraction));
}

function inOrder(contraction: Contraction): Contraction {
  // The order of axes is free: those that run along memory go innermost.
  const ordered = (axes: readonly ContractionAxis[], array: 'a' | 'c'): ContractionAxis[] =>
    mergeAxes([...axes].sort((x, y) => Math.abs(y[array]) - Math.abs(x[array])));
  return {
    ...contraction,
    batch: mergeAxes(contraction.batch),
    rows: ordered(contraction.rows, 'a'),
    columns: ordered(contraction.columns, 'c'),
    depth: ordered(contraction.depth, 'a'),
  };
}

function lowerMerged(lowering: Lowering, merged: Contraction): void {
  if (accumulatedAs(merged.dtype) === 'float32' && countOf(merged.depth) > 0) lowerGemm(lowering, merged);
  else {
    if (!lowerGemm64(lowering, merged)) lowerPlainly(lowering, merged);
    merged.rowLoop?.apart();
  }
}

/** One element at a time: for integers, and what of float64 is no product of two matrices. */
function lowerPlainly(lowering: Lowering, contraction: Contraction): void {
  const { dtype, a, b, c, batch, rows, columns, depth } = contraction;
  const [nb, nm, nn, nk] = [batch, rows, columns, depth].map(countOf);
  const bytes = storageBytes(dtype);
  const units = nb * nm * nn;
  const cut = cutTasks(lowering.target, units, 4 * nk + 8);
  lowering.add({
    label: contraction.label,
    tasks: cut.tasks,
    work: units * (4 * nk + 8),
    reads: [a.buffer, b.buffer],
    writes: [c.buffer],
    emit: (f, lo, hi) => {
      const s = new LaneBuilder(f, 0);
      const base = (x: ContractionOperand): Expr => f.let(x.buffer.pointer(f).add(x.offset * bytes));
      const [pa, pb, pc] = [a, b, c].map(base);
      forUnits(f, lo, hi, units, cut, (unit) => {
        const [i, m, n] = decode(f, unit, [nb, nm, nn]);
        const at = (array: 'a' | 'b' | 'c', pointer: Expr): Expr => {
          const steps = [stepsTo(f, i, batch, array), stepsTo(f, m, rows, array), stepsTo(f, n, columns, array)];
          return f.let(pointer.add(steps[0].add(steps[1]).add(steps[2]).mul(bytes)));
        };
        const [x, y] = [at('a', pa), at('b', pb)];
        const total = f.local(constantLanes(0, dtype, 0).expr);
        const walk = (d: number, ax: Expr, by: Expr): void => {
          if (d === depth.length) {
            const product = s.binary('mul', loadElements(f, dtype, ax, 0, 0), loadElements(f, dtype, by, 0, 0));
            f.set(total, s.binary('add', { dtype, expr: total }, product).expr);
            return;
          }
          f.for(0, depth[d].size, 1, (k) =>
            walk(d + 1, f.let(ax.add(k.mul(depth[d].a * bytes))), f.let(by.add(k.mul(depth[d].b * bytes)))),
          );
        };
        walk(0, x, y);
        storeElements(f, { dtype, expr: total }, at('c', pc), 0);
      });
    },
  });
}

/** @file Sums in parts: each part of the elements has results of its own, which a second kernel combines in order. */
import { dtypeInfo, storageBytes } from '../../core/dtype.js';
import { formatShape } from '../../core/shape.js';
import type { Expr, FunctionBuilder, Local, Target, Vectors } from '../../codegen/index.js';
import { constantLanes, LaneBuilder, loadElements, storeElements } from '../../codegen/lanes.js';
import type { LaneValue } from '../../codegen/lanes.js';
import type { Buffer } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { GroupPlan, Reduction } from './loop_group.js';
import { cutTasks, forUnits } from '../work.js';

/** So many parts are combined one after another, and what comes of it likewise: rounding errors of long sums stay small. */
const RUN = 64;

/** The widest vectors that fit into so many elements. `has64`: some are of 64 bits, which stay single. */
export function widestFor({ lanes, wide }: Target, elements: number, has64: boolean): Vectors {
  if (has64 || elements < lanes) return 0;
  return wide && elements >= 2 * lanes ? 2 : 1;
}

/**
 * The second kernel of reductions in parts: combine the partial results, in order.
 *
 * @param partials Per reduction of the plan: results of the first part, then of the second, …
 * @param kept Results of a part.
 */
export function combineParts(
  lowering: Lowering,
  plan: GroupPlan,
  partials: readonly Buffer[],
  parts: number,
  kept: number,
): void {
  const { reductions } = plan;
  const outs = reductions.map((r) => plan.accesses[r.result].buffer!);
  const has64 = reductions.some((r) => dtypeInfo(r.dtype).storage === 'f64');
  const vectors = widestFor(lowering.target, kept, has64);
  const step = vectors === 0 ? 1 : vectors * lowering.target.lanes;
  const units = Math.ceil(kept / step);
  const cut = cutTasks(lowering.target, units, parts * step * reductions.length);
  const names = [...new Set(reductions.map((r) => r.node.primitive.name))].join(', ');
  lowering.add({
    label: `combine ${parts} parts of ${names} ${formatShape(reductions[0].node.outputs[0].shape)}`,
    tasks: cut.tasks,
    work: parts * kept * reductions.length,
    reads: partials,
    writes: outs,
    emit: (f, lo, hi) => {
      const [from, to] = [partials, outs].map((buffers) => buffers.map((buffer) => buffer.pointer(f)));
      forUnits(f, lo, hi, units, cut, (unit) => {
        const k = f.let(unit.mul(step));
        reductions.forEach((r, i) => combine(f, r, vectors, { from: from[i], to: to[i], k, parts, kept }));
      });
    },
  });
}

interface Parts {
  readonly from: Expr;
  readonly to: Expr;
  /** Which of the results. */
  readonly k: Expr;
  readonly parts: number;
  readonly kept: number;
}

function combine(f: FunctionBuilder, r: Reduction, vectors: Vectors, { from, to, k, parts, kept }: Parts): void {
  const s = new LaneBuilder(f, vectors);
  const value = (expr: Expr): LaneValue => ({ dtype: r.dtype, expr });
  const initial = (): Local => f.local(constantLanes(r.initial, r.dtype, vectors).expr);
  const run = (total: Local, first: Expr | number, last: Expr | number): void =>
    f.for(first, last, 1, (p) => {
      const at = f.let(from.add(p.mul(kept).add(k).mul(storageBytes(r.dtype))));
      f.set(total, r.combine(s, value(total), loadElements(f, r.dtype, at, 0, vectors)).expr);
    });
  const total = initial();
  if (parts <= RUN) run(total, 0, parts);
  else {
    f.for(0, parts, RUN, (first) => {
      const own = initial();
      run(own, first, f.let(f.let(first.add(RUN)).minS(parts)));
      f.set(total, r.combine(s, value(total), value(own)).expr);
    });
  }
  const result = s.convert(value(total), r.node.outputs[0].dtype);
  storeElements(f, result, f.let(to.add(k.mul(storageBytes(result.dtype)))), 0);
}

/**
 * @file Products of one row by a wide matrix: whole rows of the matrix are read one after another, as memory likes it best, and are
 * added to a row of sums that stays in the first cache. The depth is cut into parts, whose sums are added at the end.
 */
import type { Expr, MachineModel, Target, Vectors } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import { BYTES, MAX_THREADS } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction } from './contraction.js';
import { countOf } from './contraction.js';
import type { Partials } from './gemm_outer.js';
import { taskWork } from '../work.js';

/** Rows that are read at a time: each sum is loaded and stored once for all of them. */
const ROWS = 4;
/** Elements of the matrix that a part has, about: its row of sums is to be small beside it. */
const partElements = (machine: MachineModel): number => 4 * taskWork(machine);

/** Of a part's elements, those from which on this form is the faster one: sums need a kernel more. */
const LEAST = 1 / 4;

/** Whether a contraction of few rows, its columns side by side in B and C, has this form. */
export function isStreamed(x: Contraction, { machine }: Target): boolean {
  const [nb, nm, nn, nk] = [x.batch, x.rows, x.columns, x.depth].map(countOf);
  const dense = x.columns.length === 1 && x.columns[0].b === 1 && x.columns[0].c === 1;
  return (
    dense &&
    nb === 1 &&
    nm === 1 &&
    nn >= machine.forms.streamedColumns &&
    nn * BYTES <= 0.75 * machine.l1 &&
    x.depth.length === 1 &&
    nn * nk >= LEAST * partElements(machine)
  );
}

/** Add the kernel that makes the partial results of a contraction for which `isStreamed` holds. */
export function lowerStreamed(lowering: Lowering, x: Contraction): Partials {
  const { lanes, machine } = lowering.target;
  const [nn, nk] = [x.columns, x.depth].map(countOf);
  const [axis] = x.depth;
  const wanted = Math.max(1, Math.min(MAX_THREADS, Math.round((nn * nk) / partElements(machine))));
  const partDepth = Math.ceil(nk / wanted / ROWS) * ROWS;
  const parts = Math.ceil(nk / partDepth);
  const buffer = lowering.workspace('float32', parts * nn, 'partial products');
  lowering.add({
    label: `${x.label} (1 × 1 × ${nn} × ${nk}, rows streamed)`,
    tasks: parts,
    work: 2 * nn * nk,
    reads: [x.a.buffer, x.b.buffer],
    writes: [buffer],
    emit: (f, lo, hi) => {
      const [pa, pb] = [x.a, x.b].map((o) => f.let(o.buffer.pointer(f).add(o.offset * BYTES)));
      const pc = buffer.pointer(f);
      /** Add some rows, each times its element of A, to the sums. */
      const add = (count: number, k: Expr, c: Expr): void => {
        const elements = Array.from({ length: count }, (_, r) =>
          f.let(f.loadSplat(f.let(pa.add(k.add(r).mul(axis.a * BYTES))), 0, f.widest)),
        );
        const rows = elements.map((_, r) => f.let(pb.add(k.add(r).mul(axis.b * BYTES))));
        const element = (r: number, vectors: Vectors): Expr => {
          if (vectors === 0) return elements[r].lane(0);
          return vectors < f.widest ? elements[r].half(0) : elements[r];
        };
        // Two vectors at a time, in one wide vector or one after the other.
        f.forElements(0, nn, 2, (n, vectors) => {
          const shift = f.let(n.mul(BYTES));
          const at = rows.map((row) => f.let(row.add(shift)));
          const sums = f.let(c.add(shift));
          const width = vectors > f.widest ? f.widest : vectors;
          for (let v = 0; v < Math.max(1, vectors); v += Math.max(1, width)) {
            const offset = v * lanes * BYTES;
            const load = (p: Expr): Expr => f.loadVector('f32', p, offset, width);
            let sum = f.let(load(sums));
            at.forEach((p, r) => {
              sum = f.let(element(r, width).fma(load(p), sum));
            });
            f.store('f32', sums, sum, offset);
          }
        });
      };
      f.for(lo, hi, 1, (part) => {
        const c = f.let(pc.add(part.mul(nn * BYTES)));
        f.fill(c, i32(0), i32(nn * BYTES));
        const first = f.let(part.mul(partDepth));
        const last = f.let(f.let(first.add(partDepth)).minS(nk));
        const whole = f.let(last.sub(last.sub(first).and(ROWS - 1)));
        f.for(first, whole, ROWS, (k) => add(ROWS, k, c));
        if (nk % ROWS !== 0) f.for(whole, last, 1, (k) => add(1, k, c));
      });
    },
  });
  return { buffer, parts, width: nn };
}

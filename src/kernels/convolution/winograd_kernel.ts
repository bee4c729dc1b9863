/** @file The taps of a convolution at the points at which Winograd's forms multiply. */
import type { Expr } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import { cutTasks, decode, forUnits } from '../work.js';
import type { Pair, Plan, TiledConvolution } from './winograd_plan.js';
import { columnsOf, depthOf, mapPair, partTaps, pick } from './winograd_plan.js';
import { cacheStep } from './winograd_tiles.js';
import { transform } from './winograd_transform.js';

type Matrix = readonly (readonly number[])[];

/** Elements between neighbouring points. */
export const kernelStep = (x: TiledConvolution, { width }: Plan): number => cacheStep(depthOf(x) * width);

/**
 * Parts along an axis by the taps that they have: as many as the first, or one less. The parts that end before `end` have not been named by an
 * entry before.
 */
function partsByTaps(taps: number, stride: number): { end: number; taps: number }[] {
  const most = Math.ceil(taps / stride);
  const full = taps - (most - 1) * stride;
  return full === stride ? [{ end: stride, taps: most }] : [{ end: full, taps: most }, { end: stride, taps: most - 1 }]; // prettier-ignore
}

/** The matrix for the first taps alone. */
const ofTaps = (matrix: Matrix, taps: number): Matrix => matrix.map((row) => row.map((c, tap) => (tap < taps ? c : 0)));

/** Add the kernel that transforms the taps: [phase][point][panel of columns][part][channel][column of the panel]. */
export function transformKernel(lowering: Lowering, x: TiledConvolution, plan: Plan, panel: number): Buffer {
  const { kernel, channels, features, phases, strides, copies } = x;
  const { ws, width } = plan;
  const [n0, n1] = mapPair(ws, ({ n }) => n);
  const points = n0 * n1;
  const [depth, columns] = [depthOf(x), columnsOf(x)];
  const step = kernelStep(x, plan);
  const made = lowering.workspace('float32', phases.length * points * step, 'transformed kernel');
  const panels = width / panel;
  const units = phases.length * panels * depth;
  const cut = cutTasks(lowering.target, units, 4 * points * panel);
  const taps = partTaps(x);
  const kinds = mapPair(x.taps, (count, axis) => partsByTaps(count, strides[axis]));
  lowering.add({
    label: `transform of kernel for ${x.label}`,
    tasks: cut.tasks,
    work: units * 4 * points * panel,
    reads: [kernel.buffer],
    writes: [made],
    emit: (f, lo, hi) => {
      const from = f.let(kernel.buffer.pointer(f).add(kernel.offset * BYTES));
      const to0 = made.pointer(f);
      /** Elements before the taps of a column. */
      const columnPlace = (column: Expr): Expr => {
        if (copies[0] * copies[1] === 1) return column.mul(kernel.feature);
        const [row, across, feature] = decode(f, column, [...copies, features]);
        return row.mul(kernel.copy[0]).add(across.mul(kernel.copy[1])).add(feature.mul(kernel.feature));
      };
      forUnits(f, lo, hi, units, cut, (unit) => {
        const [phase, group, row] = decode(f, unit, [phases.length, panels, depth]);
        const [part0, part1, channel] = decode(f, row, [...strides, channels]);
        const before = pick(f, phase, phases.map((p) => p.kernel)); // prettier-ignore
        const place = before.add(part0.mul(kernel.tap[0])).add(part1.mul(kernel.tap[1])).add(channel.mul(kernel.channel)); // prettier-ignore
        const start = f.let(from.add(place.mul(BYTES)));
        const to = f.let(
          to0.add(
            phase
              .mul(points * step)
              .add(group.mul(depth).add(row).mul(panel))
              .mul(BYTES),
          ),
        );
        /** Transform the taps that the part has. */
        const write = (counts: Pair, at: Expr, load: (offset: number) => Expr): void => {
          const matrices = mapPair(ws, ({ kernel: matrix }, axis) => ofTaps(matrix, counts[axis]));
          const steps = mapPair(kernel.tap, (tap, axis) => tap * strides[axis]);
          const k = Array.from({ length: counts[0] }, (_, i) =>
            Array.from({ length: counts[1] }, (_, j) => load((i * steps[0] + j * steps[1]) * BYTES)),
          );
          const padded = (xs: readonly Expr[], length: number): Expr[] =>
            Array.from({ length }, (_, i) => xs[Math.min(i, xs.length - 1)]);
          for (let i = 0; i < n0; i++) {
            const sums = Array.from({ length: counts[1] }, (_, j) => {
              const column = k.map((across) => across[j]);
              return transform(f, matrices[0], padded(column, taps[0]), [i])[0];
            });
            const ys = transform(f, matrices[1], padded(sums, taps[1]));
            ys.forEach((y, j) => f.store('f32', at, y, (i * n1 + j) * step * BYTES));
          }
        };
        /** Run `body` for the taps that the part has along each axis. */
        const byTaps = (body: (counts: Pair) => void): void => {
          const choose = (axis: 0 | 1, part: Expr, then: (count: number) => void, from = 0): void => {
            const { end, taps } = kinds[axis][from];
            if (from === kinds[axis].length - 1) then(taps);
            else f.if(part.lt(end), () => then(taps), () => choose(axis, part, then, from + 1)); // prettier-ignore
          };
          choose(0, part0, (rows) => choose(1, part1, (across) => body([rows, across])));
        };
        byTaps((counts) =>
          f.forElements(0, panel, f.widest, (v, vectors) => {
            const at = f.let(to.add(v.mul(BYTES)));
            const column = f.let(group.mul(panel).add(v));
            if (kernel.feature === 1 && features % panel === 0) {
              const place = f.let(start.add(columnPlace(column).mul(BYTES)));
              write(counts, at, (offset) => f.let(f.loadVector('f32', f.let(place.add(offset)), 0, vectors)));
              return;
            }
            // Columns beyond the last are those of the last.
            const places = Array.from({ length: f.elements(vectors) }, (_, l) =>
              f.let(columnPlace(f.let(f.let(column.add(l)).minS(columns - 1))).mul(BYTES)),
            );
            write(counts, at, (offset) => {
              const moved = f.let(start.add(offset));
              let lanes = f.let(f.load('f32', f.let(moved.add(places[0])))).splat(vectors);
              for (let l = 1; l < places.length; l++)
                lanes = lanes.withLane(l, f.load('f32', f.let(moved.add(places[l]))));
              return f.let(lanes);
            });
          }),
        );
      });
    },
  });
  return made;
}

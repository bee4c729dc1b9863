/** @file Gradients of the kernels of depthwise and grouped convolutions: few results of long sums, in lanes over the features of all groups. */
import type { Local } from '../../codegen/index.js';
import { constant, i32, inVectors } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction } from '../contraction/contraction.js';
import { countOf, stepsTo } from '../contraction/contraction.js';
import { cutTasks, forUnits, MOST_PARTS } from '../work.js';
import {
  asGrouped,
  boundRow,
  eachFeature,
  featureReader,
  loadMany,
  offsetsOf,
  plainRow,
  spanOf,
  zero,
} from './depthwise.js';
import type { Piece, Reach } from './depthwise_lines.js';
import { eachUse, Lines, plainPieces } from './depthwise_lines.js';

/** Sums that are kept in registers at once, at most. */
const SUMS = 9;

/**
 * Add the kernels of the gradient of a kernel in small groups; false if it is none.
 *
 * @param reach As for the convolution.
 */
export function lowerGroupedGradient(lowering: Lowering, x: Contraction, reach: readonly Reach[] | null): boolean {
  const [channels, ...tapAxes] = x.rows;
  const grouped = asGrouped(x, 'b', channels.size, lowering.target.machine.forms);
  const taps = countOf(x.rows);
  if (grouped === null || taps > 128 || countOf(x.depth) <= taps || x.depth.some((axis) => axis.a < 0)) return false;
  const { features, perGroup } = grouped;
  const positions = x.depth.slice(0, -1);
  const span = spanOf(grouped, features / perGroup, channels);
  const tapCount = countOf(tapAxes);
  const number = (tap: number, channel: number): number => channel * tapCount + tap;
  // What the contraction calls taps are positions here, over which sums go.
  const turned = reach?.map((axis): Reach => ({ ...axis, move: axis.tapMove, tapMove: axis.move })) ?? null;
  const meeting = { images: x.depth.at(-1)!, positions, taps: tapAxes, channels, span };
  const lines = turned === null ? null : Lines.of(lowering, { ...meeting, reach: turned }, number);
  if (reach !== null && lines === null) return false;
  // An axis of neighbours in memory is done at a stretch, for which sums stay in registers; it should be long enough.
  const long = x.depth.filter((axis) => axis.size >= 8 && axis.size <= 4096);
  const run = (long.length > 0 ? long : x.depth).reduce((p, q) => (Math.abs(q.b) < Math.abs(p.b) ? q : p));
  // Far apart ones outside: what neighbours meet is still in the cache.
  const far = x.depth.filter((axis) => axis !== run).sort((p, q) => Math.abs(q.a) - Math.abs(p.a));
  const { outer, line } = lines ?? { outer: far, line: run };
  const count = countOf(outer);
  const parts = Math.min(MOST_PARTS, count);
  const linesPerPart = Math.ceil(count / parts);
  const partial = lowering.workspace('float32', parts * taps * features, 'partial gradients');
  const chunkSize = Math.ceil(taps / Math.ceil(taps / SUMS));
  lowering.add({
    label: `${x.label} (${taps} × ${features} in groups of ${perGroup} × ${countOf(x.depth)})`,
    tasks: parts,
    work: 2 * taps * features * countOf(x.depth),
    reads: [x.a.buffer, x.b.buffer, ...(lines?.reads ?? [])],
    writes: [partial],
    emit: (f, lo, hi) => {
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pb = f.let(x.b.buffer.pointer(f).add(x.b.offset * BYTES));
      const pp = partial.pointer(f);
      f.for(lo, hi, 1, (part) => {
        const sums0 = f.let(pp.add(part.mul(taps * features * BYTES)));
        f.fill(sums0, i32(0), i32(taps * features * BYTES));
        const first = f.let(part.mul(linesPerPart));
        const last = f.let(f.let(first.add(linesPerPart)).minS(count));
        f.for(first, last, 1, (number) => {
          const rows = lines?.rows(f, lines.place(f, pa, number)) ?? [
            boundRow(f, plainRow(f.let(pa.add(stepsTo(f, number, outer, 'a').mul(BYTES))), offsetsOf(x.rows, 'a'))),
          ];
          const b0 = f.let(pb.add(stepsTo(f, number, outer, 'b').mul(BYTES)));
          eachFeature(f, features, (feature, vectors) => {
            const read = featureReader(f, grouped, feature, vectors);
            const at = f.let(feature.mul(BYTES));
            const to = f.let(sums0.add(at));
            const b = f.let(b0.add(at));
            const outside = constant(inVectors('f32', vectors), 0);
            for (let start = 0; start < taps; start += chunkSize) {
              const chunk = rows.map(({ address, taps }) => ({
                address,
                taps: taps.filter(({ number }) => number >= start && number < start + chunkSize),
              }));
              const sums = new Map<number, Local>();
              for (const { taps } of chunk)
                for (const { number } of taps)
                  sums.set(number, f.local(loadMany(f, to, number * features * BYTES, vectors)));
              const body = (piece: Piece): void => {
                const from = f.let(b.add(piece.first.mul(line.b * BYTES)));
                const given = Array.from({ length: piece.count }, (_, p) => loadMany(f, from, p * line.b * BYTES, vectors)); // prettier-ignore
                eachUse(f, chunk, piece, line.a * BYTES, (element, uses) => {
                  const value = element === null ? outside : f.let(read(element.address, element.offset));
                  for (const { tap, position } of uses) {
                    const sum = sums.get(tap.number)!;
                    f.set(sum, value.fma(given[position], sum));
                  }
                });
              };
              if (lines === null) plainPieces(f, line, body);
              else lines.pieces(f, body);
              for (const [number, sum] of sums) f.store('f32', to, sum, number * features * BYTES);
            }
          });
        });
      });
    },
  });
  sumParts(lowering, x, partial, parts, features);
  return true;
}

/** Add the kernel that adds the parts, in order, into the gradient. */
function sumParts(lowering: Lowering, x: Contraction, partial: Buffer, parts: number, features: number): void {
  const taps = countOf(x.rows);
  const cut = cutTasks(lowering.target, taps, parts * features);
  lowering.add({
    label: `sum of ${parts} parts of ${x.label}`,
    tasks: cut.tasks,
    work: parts * taps * features,
    reads: [partial],
    writes: [x.c.buffer],
    emit: (f, lo, hi) => {
      const from = partial.pointer(f);
      const to = f.let(x.c.buffer.pointer(f).add(x.c.offset * BYTES));
      forUnits(f, lo, hi, taps, cut, (tap) => {
        const [start, target] = [f.let(from.add(tap.mul(features * BYTES))), f.let(to.add(stepsTo(f, tap, x.rows, 'c').mul(BYTES)))]; // prettier-ignore
        eachFeature(f, features, (feature, vectors) => {
          const at = f.let(start.add(feature.mul(BYTES)));
          const total = zero(f, vectors);
          for (let p = 0; p < parts; p++)
            f.set(total, total.add(loadMany(f, at, p * taps * features * BYTES, vectors)));
          f.store('f32', f.let(target.add(feature.mul(BYTES))), total);
        });
      });
    },
  });
}

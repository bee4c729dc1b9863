/**
 * @file Contractions in many small groups: depthwise and grouped convolutions, and the gradients of their kernels. A product per group
 * would be tiny, so lanes go over the features of all groups, and elements are read where they lie.
 */
import type { Expr, FunctionBuilder, Local, ProductForms, Vectors } from '../../codegen/index.js';
import { constant, inVectors } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction, ContractionAxis } from '../contraction/contraction.js';
import { countOf, mergeAxes, stepsTo } from '../contraction/contraction.js';
import { cutTasks, forUnits } from '../work.js';
import type { Piece, Reach, TapRow } from './depthwise_lines.js';
import { eachUse, Lines, plainPieces, UNROLLED } from './depthwise_lines.js';

/** A contraction whose groups times columns lie side by side, and are done in lanes. */
export interface Grouped {
  readonly features: number;
  /** Columns of a group. */
  readonly perGroup: number;
  /** Elements of A between groups. */
  readonly step: number;
}

export function asGrouped(
  x: Contraction,
  sideBySide: 'b' | 'c',
  products: number,
  { groupedProducts }: ProductForms,
): Grouped | null {
  const [batch, columns] = [mergeAxes(x.batch), mergeAxes(x.columns)];
  if (x.dtype !== 'float32' || batch.length !== 1 || columns.length > 1) return null;
  const perGroup = countOf(columns);
  const dense = (array: 'b' | 'c'): boolean =>
    batch[0][array] === perGroup && (perGroup === 1 || columns[0][array] === 1);
  // Larger groups are products of their own.
  if (perGroup * products > groupedProducts || !dense('c') || (sideBySide === 'b' && !dense('b'))) return null;
  return { features: batch[0].size * perGroup, perGroup, step: batch[0].a };
}

/** Reads the elements of A that some features meet, one vector or one element. */
export function featureReader(
  f: FunctionBuilder,
  { features, perGroup, step }: Grouped,
  feature: Expr,
  vectors: Vectors,
): (address: Expr, offset: number) => Expr {
  const place = (lane: number): Expr => f.let(f.let(feature.add(lane).divU(perGroup)).mul(step * BYTES));
  const first = place(0);
  const known = new Map<Expr, Map<Expr, Expr>>();
  const moved = (address: Expr, by: Expr): Expr => {
    const of = known.get(address) ?? new Map<Expr, Expr>();
    known.set(address, of);
    const there = of.get(by) ?? f.let(address.add(by));
    of.set(by, there);
    return there;
  };
  if (vectors === 0) return (address, offset) => f.load('f32', moved(address, first), offset);
  const lanes = f.elements(vectors);
  if (perGroup === 1 && step === 1)
    return (address, offset) => f.loadVector('f32', moved(address, first), offset, vectors);
  if (perGroup % lanes === 0) return (address, offset) => f.loadSplat(moved(address, first), offset, vectors);
  if (vectors === 2) {
    const halves = [feature, f.let(feature.add(lanes / 2))].map((at) =>
      featureReader(f, { features, perGroup, step }, at, 1),
    );
    return (address, offset) => {
      const [low, high] = halves.map((read) => f.let(read(address, offset)));
      return low.join(high);
    };
  }
  if (perGroup === 2 && step === 1 && lanes === 4) {
    return (address, offset) => {
      const pair = f.let(f.loadVector('f32', moved(address, first), offset));
      return pair.shuffle(pair, [0, 0, 1, 1]);
    };
  }
  const places = [first, ...Array.from({ length: lanes - 1 }, (_, l) => place(l + 1))];
  return (address, offset) => {
    let vector = f.load('f32', moved(address, places[0]), offset).splat();
    for (let l = 1; l < lanes; l++) vector = vector.withLane(l, f.load('f32', moved(address, places[l]), offset));
    return vector;
  };
}

/** Run `body` for the features in vectors, then one by one. */
export function eachFeature(
  f: FunctionBuilder,
  features: number,
  body: (feature: Expr, vectors: Vectors) => void,
): void {
  f.forElements(0, features, f.widest, body);
}

export const zero = (f: FunctionBuilder, vectors: Vectors): Local => f.local(constant(inVectors('f32', vectors), 0));
export const loadMany = (f: FunctionBuilder, address: Expr, offset: number, vectors: Vectors): Expr =>
  f.let(f.loadVector('f32', address, offset, vectors));

/** Offsets of A for each element of some axes, in order. */
export function offsetsOf(axes: readonly ContractionAxis[], array: 'a' | 'c'): number[] {
  return axes.reduce<number[]>(
    (all, axis) => all.flatMap((head) => Array.from({ length: axis.size }, (_, i) => head + i * axis[array])),
    [0],
  );
}

/** The taps of a plain line as code is written for them: all from the address of the least one, in bytes from there. */
export function plainRow(a: Expr, steps: readonly number[]): TapRow {
  const least = Math.min(...steps); // offsets of accesses are not negative
  const taps = steps.map((step, number) => ({ number, offset: (step - least) * BYTES, column: 0 }));
  return { address: a.add(least * BYTES), taps };
}

/** Elements of the input from the first feature of all groups to the last. */
export const spanOf = ({ step }: Grouped, groups: number, channels: ContractionAxis): number =>
  (groups - 1) * step + (channels.size - 1) * channels.a + 1;

/**
 * Add the kernels of a convolution in small groups; false if it is none.
 *
 * @param reach How the axes of positions and taps meet the input, which lies without padding; null: no tap lies outside.
 */
export function lowerGrouped(lowering: Lowering, x: Contraction, reach: readonly Reach[] | null): boolean {
  const channels = x.depth.at(-1)!;
  const grouped = asGrouped(x, 'c', channels.size, lowering.target.machine.forms);
  const taps = countOf(x.depth);
  if (grouped === null || taps > 1024 || countOf(x.rows) < taps || x.rows.some((axis) => axis.a < 0)) return false;
  const { features, perGroup } = grouped;
  const [images, ...positions] = x.rows;
  const span = spanOf(grouped, features / perGroup, channels);
  const number = (tap: number, channel: number): number => tap * channels.size + channel;
  const meeting = { images, positions, taps: x.depth.slice(0, -1), channels, span };
  const lines = reach === null ? null : Lines.of(lowering, { ...meeting, reach }, number);
  if (reach !== null && lines === null) return false;
  const rows = mergeAxes(x.rows);
  const { outer, line } = lines ?? { outer: rows.slice(0, -1), line: rows.at(-1) ?? { size: 1, a: 0, b: 0, c: 0 } };
  const count = countOf(outer);
  const kernel = packTaps(lowering, x, grouped);
  const cut = cutTasks(lowering.target, count, (line.size * features * taps) / 2);
  lowering.add({
    label: `${x.label} (${count * line.size} × ${features} in groups of ${perGroup} × ${taps})`,
    tasks: cut.tasks,
    work: 2 * count * line.size * features * taps,
    reads: [x.a.buffer, kernel, ...(lines?.reads ?? [])],
    writes: [x.c.buffer],
    emit: (f, lo, hi) => {
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pc = f.let(x.c.buffer.pointer(f).add(x.c.offset * BYTES));
      const pk = kernel.pointer(f);
      forUnits(f, lo, hi, count, cut, (unit) => {
        const place = lines?.place(f, pa, unit);
        const a0 = lines === null ? f.let(pa.add(stepsTo(f, unit, outer, 'a').mul(BYTES))) : pa;
        const c0 = f.let(pc.add(stepsTo(f, unit, outer, 'c').mul(BYTES)));
        const written =
          taps > UNROLLED ? null : (lines?.rows(f, place!) ?? [boundRow(f, plainRow(a0, offsetsOf(x.depth, 'a')))]);
        /** All taps, as many at a time as code is written for: where they are met, and the address of their kernel. */
        const eachTap = (k0: Expr, meet: (rows: readonly TapRow[], k: Expr) => void): void => {
          if (written !== null) meet(written, k0);
          else if (lines === null) forTaps(f, x.depth, a0, k0, features, meet);
          else {
            const each = (taps / x.depth[0].size) * features * BYTES;
            f.for(0, x.depth[0].size, 1, (tap) => meet(lines.rows(f, place!, tap), f.let(k0.add(tap.mul(each)))));
          }
        };
        const body = (piece: Piece): void =>
          eachFeature(f, features, (feature, vectors) => {
            const read = featureReader(f, grouped, feature, vectors);
            const k0 = f.let(pk.add(feature.mul(BYTES)));
            const to = f.let(c0.add(feature.mul(BYTES)));
            const weightOf = (k: Expr, number: number): Expr => loadMany(f, k, number * features * BYTES, vectors);
            const outside = constant(inVectors('f32', vectors), 0);
            const sums = Array.from({ length: piece.count }, () => zero(f, vectors));
            const meet = (rows: readonly TapRow[], k: Expr): void => {
              const weights = new Map<number, Expr>();
              eachUse(f, rows, piece, line.a * BYTES, (element, uses) => {
                const given = element === null ? outside : f.let(read(element.address, element.offset));
                for (const { tap, position } of uses) {
                  const weight = weights.get(tap.number) ?? weightOf(k, tap.number);
                  weights.set(tap.number, weight);
                  f.set(sums[position], given.fma(weight, sums[position]));
                }
              });
            };
            eachTap(k0, meet);
            const first = f.let(to.add(piece.first.mul(line.c * BYTES)));
            sums.forEach((sum, p) => f.store('f32', first, sum, p * line.c * BYTES));
          });
        if (lines === null) plainPieces(f, line, body);
        else lines.pieces(f, body);
      });
    },
  });
  return true;
}

export const boundRow = (f: FunctionBuilder, { address, taps }: TapRow): TapRow => ({ address: f.let(address), taps });

/** Run `body` for many taps, some at a time: where they are met, and the address of their kernel. */
function forTaps(
  f: FunctionBuilder,
  axes: readonly ContractionAxis[],
  a: Expr,
  k: Expr,
  features: number,
  body: (rows: readonly TapRow[], k: Expr) => void,
): void {
  if (countOf(axes) <= UNROLLED) {
    body([boundRow(f, plainRow(a, offsetsOf(axes, 'a')))], k);
    return;
  }
  const [axis, ...inner] = axes;
  const each = countOf(inner) * features;
  const once = (i: Expr): void =>
    forTaps(f, inner, f.let(a.add(i.mul(axis.a * BYTES))), f.let(k.add(i.mul(each * BYTES))), features, body);
  f.for(0, axis.size, 1, once);
}

/** Add the kernel that brings B into the order [depth][feature]. */
function packTaps(lowering: Lowering, x: Contraction, { features, perGroup }: Grouped): Buffer {
  const taps = countOf(x.depth);
  const packed = lowering.workspace('float32', taps * features, 'packed kernel');
  const cut = cutTasks(lowering.target, taps, 4 * features);
  lowering.add({
    label: `pack for ${x.label}`,
    tasks: cut.tasks,
    work: 4 * taps * features,
    reads: [x.b.buffer],
    writes: [packed],
    emit: (f, lo, hi) => {
      const from = f.let(x.b.buffer.pointer(f).add(x.b.offset * BYTES));
      const to = packed.pointer(f);
      forUnits(f, lo, hi, taps, cut, (tap) => {
        const row = f.let(from.add(stepsTo(f, tap, x.depth, 'b').mul(BYTES)));
        const target = f.let(to.add(tap.mul(features * BYTES)));
        f.for(0, features, 1, (feature) => {
          const group = f.let(feature.divU(perGroup));
          const column = f.let(feature.sub(group.mul(perGroup)));
          const steps = stepsTo(f, group, x.batch, 'b').add(stepsTo(f, column, x.columns, 'b'));
          f.store('f32', f.let(target.add(feature.mul(BYTES))), f.load('f32', f.let(row.add(steps.mul(BYTES)))));
        });
      });
    },
  });
  return packed;
}

/**
 * @file Contractions in many small groups: depthwise and grouped convolutions, and the gradients of their kernels. A product per group
 * would be tiny, so lanes go over the features of all groups, and elements are read where they lie.
 */
import type { Expr, FunctionBuilder, Local, ProductForms, Vectors } from '../../codegen/index.js';
import { constant, i32, inVectors } from '../../codegen/index.js';
import type { Buffer } from '../buffers.js';
import { BYTES } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { Contraction, ContractionAxis } from '../contraction/contraction.js';
import { countOf, mergeAxes, stepsTo } from '../contraction/contraction.js';
import { cutTasks, forUnits, MOST_PARTS } from '../work.js';

/** Positions that are computed at once. */
const POSITIONS = 4;
/** Taps that are written one after another rather than as a loop. */
const UNROLLED = 25;
/** Sums of a kernel's gradient that are kept in registers at once, at most. */
const SUMS = 5;

/** A contraction whose groups times columns lie side by side, and are done in lanes. */
interface Grouped {
  readonly features: number;
  /** Columns of a group. */
  readonly perGroup: number;
  /** Elements of A between groups. */
  readonly step: number;
}

function asGrouped(
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
function featureReader(
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
function eachFeature(f: FunctionBuilder, features: number, body: (feature: Expr, vectors: Vectors) => void): void {
  f.forElements(0, features, f.widest, body);
}

const zero = (f: FunctionBuilder, vectors: Vectors): Local => f.local(constant(inVectors('f32', vectors), 0));
const loadMany = (f: FunctionBuilder, address: Expr, offset: number, vectors: Vectors): Expr =>
  f.let(f.loadVector('f32', address, offset, vectors));

/** Offsets of A for each element of some axes, in order. */
function offsetsOf(axes: readonly ContractionAxis[], array: 'a' | 'c'): number[] {
  return axes.reduce<number[]>(
    (all, axis) => all.flatMap((head) => Array.from({ length: axis.size }, (_, i) => head + i * axis[array])),
    [0],
  );
}

/**
 * Add the kernels of a convolution in small groups; false if it is none.
 *
 * @param channels Features of the input that a group has.
 */
export function lowerGrouped(lowering: Lowering, x: Contraction, channels: number): boolean {
  const grouped = asGrouped(x, 'c', channels, lowering.target.machine.forms);
  const taps = countOf(x.depth);
  if (grouped === null || taps > 1024 || countOf(x.rows) < taps || x.rows.some((axis) => axis.a < 0)) return false;
  const { features } = grouped;
  const rows = mergeAxes(x.rows);
  const line: ContractionAxis = rows.at(-1) ?? { size: 1, a: 0, b: 0, c: 0 };
  const outer = rows.slice(0, -1);
  const lines = countOf(outer);
  const kernel = packTaps(lowering, x, grouped);
  const cut = cutTasks(lowering.target, lines, (line.size * features * taps) / 2);
  lowering.add({
    label: `${x.label} (${lines * line.size} × ${features} in groups of ${grouped.perGroup} × ${taps})`,
    tasks: cut.tasks,
    work: 2 * lines * line.size * features * taps,
    reads: [x.a.buffer, kernel],
    writes: [x.c.buffer],
    emit: (f, lo, hi) => {
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pc = f.let(x.c.buffer.pointer(f).add(x.c.offset * BYTES));
      const pk = kernel.pointer(f);
      forUnits(f, lo, hi, lines, cut, (unit) => {
        const a0 = f.let(pa.add(stepsTo(f, unit, outer, 'a').mul(BYTES)));
        const c0 = f.let(pc.add(stepsTo(f, unit, outer, 'c').mul(BYTES)));
        const positions = (first: Expr, count: number): void => {
          const a = f.let(a0.add(first.mul(line.a * BYTES)));
          const c = f.let(c0.add(first.mul(line.c * BYTES)));
          eachFeature(f, features, (feature, vectors) => {
            const read = featureReader(f, grouped, feature, vectors);
            const k0 = f.let(pk.add(feature.mul(BYTES)));
            const sums = Array.from({ length: count }, () => zero(f, vectors));
            forTaps(f, x.depth, a, k0, features, (from, taps, k) => {
              // Neighbours meet many of the same elements.
              const known = new Map<number, Expr>();
              for (const { offset, kOffset } of taps) {
                const weight = loadMany(f, k, kOffset, vectors);
                sums.forEach((sum, p) => {
                  const place = offset + p * line.a * BYTES;
                  const element = known.get(place) ?? f.let(read(from, place));
                  known.set(place, element);
                  f.set(sum, element.fma(weight, sum));
                });
              }
            });
            const to = f.let(c.add(feature.mul(BYTES)));
            sums.forEach((sum, p) => f.store('f32', f.let(to.add(p * line.c * BYTES)), sum));
          });
        };
        const whole = line.size - (line.size % POSITIONS);
        f.for(0, whole, POSITIONS, (first) => positions(first, POSITIONS));
        f.for(whole, line.size, 1, (first) => positions(first, 1));
      });
    },
  });
  return true;
}

/** Run `body` for taps, some at a time: an address of A, one of the kernel, and the offsets of the taps from both, in bytes. */
function forTaps(
  f: FunctionBuilder,
  axes: readonly ContractionAxis[],
  a: Expr,
  k: Expr,
  features: number,
  body: (a: Expr, taps: readonly { readonly offset: number; readonly kOffset: number }[], k: Expr) => void,
): void {
  if (countOf(axes) <= UNROLLED) {
    const steps = offsetsOf(axes, 'a');
    const least = Math.min(...steps); // offsets of accesses are not negative
    const taps = steps.map((step, t) => ({ offset: (step - least) * BYTES, kOffset: t * features * BYTES }));
    body(f.let(a.add(least * BYTES)), taps, k);
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

/** Add the kernels of the gradient of a kernel in small groups, few results of long sums; `channels` as above. */
export function lowerGroupedGradient(lowering: Lowering, x: Contraction, channels: number): boolean {
  const grouped = asGrouped(x, 'b', channels, lowering.target.machine.forms);
  const taps = countOf(x.rows);
  if (grouped === null || taps > 128 || countOf(x.depth) <= taps) return false;
  const { features } = grouped;
  // An axis of neighbours in memory is done at a stretch, for which sums stay in registers; it should be long enough.
  const long = x.depth.filter((axis) => axis.size >= 8 && axis.size <= 4096);
  const run = (long.length > 0 ? long : x.depth).reduce((p, q) => (Math.abs(q.b) < Math.abs(p.b) ? q : p));
  const outer = x.depth.filter((axis) => axis !== run);
  const lines = countOf(outer);
  const parts = Math.min(MOST_PARTS, lines);
  const linesPerPart = Math.ceil(lines / parts);
  const partial = lowering.workspace('float32', parts * taps * features, 'partial gradients');
  const reads = offsetsOf(x.rows, 'a');
  const chunkSize = Math.ceil(taps / Math.ceil(taps / SUMS));
  const chunks = Array.from({ length: Math.ceil(taps / chunkSize) }, (_, i) =>
    Array.from({ length: Math.min(chunkSize, taps - i * chunkSize) }, (_, t) => i * chunkSize + t),
  );
  lowering.add({
    label: `${x.label} (${taps} × ${features} in groups of ${grouped.perGroup} × ${countOf(x.depth)})`,
    tasks: parts,
    work: 2 * taps * features * countOf(x.depth),
    reads: [x.a.buffer, x.b.buffer],
    writes: [partial],
    emit: (f, lo, hi) => {
      const pa = f.let(x.a.buffer.pointer(f).add(x.a.offset * BYTES));
      const pb = f.let(x.b.buffer.pointer(f).add(x.b.offset * BYTES));
      const pp = partial.pointer(f);
      f.for(lo, hi, 1, (part) => {
        const sums0 = f.let(pp.add(part.mul(taps * features * BYTES)));
        f.fill(sums0, i32(0), i32(taps * features * BYTES));
        const first = f.let(part.mul(linesPerPart));
        const last = f.let(f.let(first.add(linesPerPart)).minS(lines));
        f.for(first, last, 1, (number) => {
          const a0 = f.let(pa.add(stepsTo(f, number, outer, 'a').mul(BYTES)));
          const b0 = f.let(pb.add(stepsTo(f, number, outer, 'b').mul(BYTES)));
          eachFeature(f, features, (feature, vectors) => {
            const read = featureReader(f, grouped, feature, vectors);
            const at = f.let(feature.mul(BYTES));
            const to = f.let(sums0.add(at));
            for (const chunk of chunks) {
              const least = Math.min(...chunk.map((t) => reads[t]));
              const a = f.local(a0.add(least * BYTES));
              const b = f.local(b0.add(at));
              const sums = chunk.map((t) => f.local(loadMany(f, to, t * features * BYTES, vectors)));
              f.for(0, run.size, 1, () => {
                const given = loadMany(f, b, 0, vectors);
                chunk.forEach((t, i) => f.set(sums[i], f.let(read(a, (reads[t] - least) * BYTES)).fma(given, sums[i])));
                f.set(a, a.add(run.a * BYTES));
                f.set(b, b.add(run.b * BYTES));
              });
              chunk.forEach((t, i) => f.store('f32', to, sums[i], t * features * BYTES));
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

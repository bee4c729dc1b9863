/**
 * @file Loop groups (graph/passes/fusion.ts) as kernels: one nest of loops that loads operands, computes every node of the group for a
 * vector of elements, stores what others need, and accumulates the group's reductions. loop_nest.ts has the shapes of nests.
 *
 * Where few results are reduced from many elements, the outermost reduced loop is cut into parts, whose results a second kernel
 * combines.
 */
import { dtypeInfo, storageBytes } from '../../core/dtype.js';
import { formatShape, reducedShape, sizeOf } from '../../core/shape.js';
import type { Expr, Target } from '../../codegen/index.js';
import { i32 } from '../../codegen/index.js';
import type { Value } from '../../graph/graph.js';
import type { LoopGroup } from '../schedule/groups.js';
import { BYTES, MAX_THREADS, threadNumber } from '../buffers.js';
import type { Lowering } from '../context.js';
import { LoopEmitter } from './loop_emitter.js';
import type { Access } from './loop_group.js';
import { GroupPlan } from './loop_group.js';
import type { Turning } from './loop_nest.js';
import { accumulatesInPlace, fitsRegisters, Nest, SPARE_BYTES } from './loop_nest.js';
import type { Axis } from './loop_space.js';
import { loopAxes } from './loop_space.js';
import { combineParts, widestFor } from './parts.js';
import { SQUARE } from '../move/square.js';
import { cutTasks, decode, forUnits, gcd, roundUp } from '../work.js';

/** Elements of the innermost axis that one unit of work does at most, without reductions. */
const CHUNK = 8192;
/** Columns that are accumulated in memory at a time: their results fit into the nearest cache. */
const COLUMNS = 1024;
/** Columns of a few rows that are turned over at a time. */
const TURNED = 64;
/** Elements of a line of the cache. Shorter rows are gathered as quickly as they are turned over. */
const LINE = 16;

type Mode = 'map' | 'rows' | 'registers' | 'memory';

/** Lower a loop group to one kernel, or to two where a reduction is done in parts. */
export function lowerLoops(group: LoopGroup, lowering: Lowering, isStored: (value: Value) => boolean): void {
  const plan = new GroupPlan(group, lowering, isStored);
  const reduced = group.shape.map((_, d) => group.axes.includes(d));
  const loopSpace = loopAxes(
    group.shape,
    reduced,
    plan.accesses.map((a) => a.strides),
  );
  const has64 = group.nodes
    .concat(group.reductions)
    .some((n) => [...n.inputs, ...n.outputs].some((v) => dtypeInfo(v.dtype).storage === 'f64'));
  const { axes, turning } = turn(plan, loopSpace, has64, lowering.target);
  const total = sizeOf(group.shape);
  const nodes = group.nodes.length + group.reductions.length;
  const label = `loop of ${nodes} nodes ${formatShape(group.shape)}${group.reductions.length > 0 ? ` reduced along ${group.axes.join()}` : ''}`;
  const { reductions } = plan;

  const keptAxes = axes.filter((a) => !a.reduced);
  const reducedAxes = axes.filter((a) => a.reduced);
  const byRows = reducedAxes.length > 0 && axes.at(-1)!.reduced;
  const inner = byRows ? reducedAxes.at(-1)! : (keptAxes.at(-1) ?? null);
  const outer = byRows ? keptAxes : keptAxes.slice(0, -1).filter((axis) => axis !== turning?.rows);
  const size = inner?.size ?? 1;
  const { lanes } = lowering.target;
  const vectors = widestFor(lowering.target, size, has64);
  const mode = modeOf(plan, reducedAxes, inner, byRows, vectors > 0, lanes);

  // Units of work: outer axes as far as they give enough, pieces of the innermost kept axis, parts of a reduction.
  const piece = mode === 'map' ? CHUNK : COLUMNS;
  const pieces = mode === 'rows' || mode === 'registers' || size < 2 * piece ? 1 : Math.ceil(size / piece);
  /** All pieces are multiples of this. */
  const multiple = pieces === 1 ? size : gcd(size, piece);
  let prefix = 0;
  for (let n = pieces; prefix < outer.length && n < 64; prefix++) n *= outer[prefix].size;
  const unitAxes = outer.slice(0, prefix);
  const results = unitAxes.reduce((n, a) => n * a.size, 1) * pieces;
  const split = reducedAxes[0] as Axis | undefined;
  const parts = split === undefined ? 1 : partsOf(mode, results, reducedAxes, total);
  const units = results * parts;
  const cut = cutTasks(lowering.target, units, (total * plan.work) / Math.max(1, units));

  // With parts, results go to a workspace first: one row of partial results per part.
  const kept = sizeOf(reducedShape(group.shape, group.axes, false));
  const inParts = parts > 1 || (mode === 'memory' && !accumulatesInPlace(plan));
  const partials = inParts
    ? reductions.map((r) => lowering.workspace(r.dtype, parts * kept, `partial ${r.node.primitive.name}`))
    : [];
  // Each thread has a line of the cache for each wide sum of a row, and one for what is stored in less than 32 bits.
  const sums = mode === 'rows' ? reductions.length : 0;
  const narrows = plan.stores.some(({ value }) => storageBytes(value.dtype) < BYTES);
  const lines = vectors === 2 ? sums + (narrows ? 1 : 0) : 0;
  const own = lines === 0 ? null : lowering.workspace('float32', (MAX_THREADS * lines * SPARE_BYTES) / BYTES, 'spare');
  const turnedSize = turning === null ? 0 : turning.accesses.length * turning.rows.size * turning.columns;
  const turnedOver = turnedSize === 0 ? null : lowering.workspace('float32', MAX_THREADS * turnedSize, 'turned over');
  const accesses = plan.accesses.slice();
  partials.forEach((buffer, i) => (accesses[reductions[i].result] = plan.resultIn(buffer, reductions[i])));

  const writes = [
    ...plan.stores.map((s) => plan.accesses[s.access].buffer!),
    ...(inParts ? partials : reductions.map((r) => plan.accesses[r.result].buffer!)),
    ...(own === null ? [] : [own]),
    ...(turnedOver === null ? [] : [turnedOver]),
  ];
  lowering.add({
    label,
    tasks: cut.tasks,
    work: total * plan.work,
    reads: plan.reads,
    writes,
    mayOverwrite: (buffer) => plan.readsInOrder(buffer),
    emit: (f, lo, hi) => {
      const loops = new LoopEmitter(f, plan, accesses, axes);
      const origin = loops.start();
      const spare = own === null ? null : f.let(own.pointer(f).add(threadNumber().mul(lines * SPARE_BYTES)));
      if (spare !== null && narrows) loops.storeNarrowBy(f.let(spare.add(sums * SPARE_BYTES)));
      const space =
        turnedOver === null ? null : f.let(turnedOver.pointer(f).add(threadNumber().mul(turnedSize * BYTES)));
      forUnits(f, lo, hi, units, cut, (unit) => {
        const indices = decode(f, unit, [...unitAxes.map((a) => a.size), pieces, parts]);
        let cursors = origin;
        unitAxes.forEach((axis, d) => (cursors = loops.move(cursors, axis, indices[d])));
        const [pieceIndex, part] = indices.slice(unitAxes.length);
        const range: [Expr, Expr] =
          pieces === 1
            ? [i32(0), i32(size)]
            : [f.let(pieceIndex.mul(piece)), f.let(f.let(pieceIndex.mul(piece).add(piece)).minS(size))];
        const partSize = split === undefined ? 1 : Math.ceil(split.size / parts);
        const partRange: readonly [Expr, Expr] | undefined =
          parts === 1
            ? undefined
            : [f.let(part.mul(partSize)), f.let(f.let(part.mul(partSize).add(partSize)).minS(split!.size))];
        loops.nest(outer.slice(prefix), cursors, (at) => {
          const shift = part.mul(kept);
          const nest = new Nest(f, loops, plan, {
            inner,
            vectors,
            reducedAxes,
            partRange,
            unit: multiple,
            spare,
            shift,
            shifted: inParts,
          });
          if (turning !== null) nest.turned(at, range, { ...turning, space: space! });
          else if (mode === 'map') nest.map(at, range, axes.length <= 1);
          else if (mode === 'rows') nest.rows(at);
          else if (mode === 'registers') nest.columnsInRegisters(at);
          else nest.columnsInMemory(at, range);
        });
      });
    },
  });
  if (inParts) combineParts(lowering, plan, partials, parts, kept);
}

/**
 * The loops of a map that reads something along another axis than it writes: a few steps along that axis become an axis of their own, the
 * last but one, for squares to be turned over. Whole lines of the cache, where the axis can be cut so.
 */
function turn(
  plan: GroupPlan,
  axes: readonly Axis[],
  has64: boolean,
  { lanes }: Target,
): { axes: readonly Axis[]; turning: Turning | null } {
  const inner = axes.at(-1);
  if (inner === undefined || plan.reductions.length > 0 || has64 || lanes !== SQUARE || inner.size < LINE)
    return { axes, turning: null };
  const turnable = ({ buffer, dtype }: Access, k: number): boolean =>
    buffer !== null && inner.strides[k] > 1 && storageBytes(dtype) === 4;
  const along = axes.find(
    (axis) => axis.size % SQUARE === 0 && plan.accesses.some((a, k) => turnable(a, k) && axis.strides[k] === 1),
  );
  if (along === undefined) return { axes, turning: null };
  const count = [LINE, 8, SQUARE].find((n) => along.size % n === 0)!;
  const rows: Axis = { ...along, size: count };
  const blocks: Axis = { ...along, size: along.size / count, strides: along.strides.map((stride) => stride * count) };
  const others = axes.filter((axis) => axis !== along && axis !== inner);
  const accesses = plan.accesses.flatMap((a, k) => (turnable(a, k) && along.strides[k] === 1 ? [k] : []));
  const columns = Math.min(TURNED, roundUp(inner.size, 2 * lanes));
  return { axes: [...others, blocks, rows, inner], turning: { rows, accesses, columns } };
}

function modeOf(
  plan: GroupPlan,
  reducedAxes: readonly Axis[],
  inner: Axis | null,
  byRows: boolean,
  vectorized: boolean,
  lanes: number,
): Mode {
  if (inner !== null && reducedAxes.length === 0) return 'map';
  if (inner === null || byRows) return plan.reductions.length === 0 ? 'map' : 'rows';
  return fitsRegisters(plan, inner, vectorized, lanes) ? 'registers' : 'memory';
}

/** Into how many parts the outermost reduced loop is cut: where there are few units, none so short that combining costs much. */
function partsOf(mode: Mode, results: number, reducedAxes: readonly Axis[], total: number): number {
  if (results >= 16 || total < 65536) return 1;
  const rows = reducedAxes.reduce((n, axis) => n * axis.size, 1);
  const most = mode === 'memory' ? Math.ceil(rows / 32) : 64;
  return Math.min(reducedAxes[0].size, most, Math.ceil(total / 16384), 64);
}

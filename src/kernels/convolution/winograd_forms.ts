/** @file Which convolutions, and gradients of kernels, may be computed with fewer products: as tiled convolutions. */
import type { Node, Value } from '../../graph/graph.js';
import type { ConvParams } from '../../graph/lax.js';
import { stridesOf } from '../../core/shape.js';
import type { Buffer } from '../buffers.js';
import type { Lowering } from '../context.js';
import type { AxisPhase, AxisPhases } from './phases.js';
import { alike } from './phases.js';
import type { Image, Pair, TiledConvolution } from './winograd_plan.js';
import { mapPair } from './winograd_plan.js';

/** Where the images of an operand lie; null if their features do not lie side by side. */
function imageOf(
  buffer: Buffer,
  offset: number,
  strides: readonly number[],
  batch: number,
  feature: number,
  spatial: readonly number[],
): Image | null {
  if (strides[feature] !== 1) return null;
  const [row, column] = pairOf(spatial, (d) => strides[d], 0);
  return { buffer, offset, image: strides[batch], row, column };
}

/**
 * What rows and columns have of what each spatial axis has. Where there is one axis, it is that of columns.
 *
 * @param none What a single row has.
 */
function pairOf<A, T>(axes: readonly A[], of: (axis: A, i: number) => T, none: T): [T, T] {
  const all = axes.map(of);
  return axes.length === 1 ? [none, all[0]] : [all[0], all[1]];
}

/** A single row. */
const ONE_ROW: AxisPhases = {
  phases: [{ first: 0, count: 1, tap: 0, taps: 1, index: 0 }],
  step: 1,
  tapStep: 1,
  move: 1,
  tapMove: 1,
};

/** Whether it is one of float32 over one axis or two, without groups. */
const isSimple = ({ strides, featureGroups, batchGroups }: ConvParams, { dtype }: Value): boolean =>
  dtype === 'float32' && [1, 2].includes(strides.length) && featureGroups * batchGroups === 1;

/** Phases of an axis that differ in where they lie alone, each with its copies: those that meet the same elements of the input. */
interface AxisClass {
  readonly taps: number;
  readonly copies: number;
  /** From one copy to the next. */
  readonly copyTap: number;
  readonly copyFirst: number;
  readonly phases: readonly AxisPhase[];
  /** The first positions of all phases, copies too. */
  readonly firsts: readonly number[];
}

function classesOf({ phases }: AxisPhases): AxisClass[] {
  const classes = new Map<string, AxisClass>();
  for (const group of alike(phases)) {
    const [phase, next = phase] = group;
    const [copyTap, copyFirst] = [next.tap - phase.tap, next.first - phase.first];
    const key = [phase.taps, group.length, copyTap, copyFirst].join(' ');
    const known = classes.get(key);
    const phases = [...(known?.phases ?? []), phase];
    const firsts = [...(known?.firsts ?? []), ...group.map(({ first }) => first)];
    if (phase.taps > 0)
      classes.set(key, { taps: phase.taps, copies: group.length, copyTap, copyFirst, phases, firsts });
  }
  return [...classes.values()];
}

/** A form, and the first positions along each spatial axis of all phases that it computes. */
export interface Form {
  readonly x: TiledConvolution;
  readonly firsts: readonly (readonly number[])[];
}

/** A convolution, or the gradient for an input, as tiled convolutions, one of phases that have equally many taps. */
export function formsOf(node: Node, lowering: Lowering, label: string, spatial: readonly AxisPhases[]): Form[] {
  const [lhs, rhs] = node.inputs;
  const [value] = node.outputs;
  const p = node.params as ConvParams;
  if (!isSimple(p, value)) return [];
  const fits = p.strides.every((stride, i) => {
    const taps = rhs.shape[p.rhs.spatial[i]];
    return p.rhsDilation[i] === 1 && (stride === 1 || (p.lhsDilation[i] === 1 && taps >= stride));
  });
  const [{ view, buffer }, kernel] = [lowering.source(lhs), lowering.source(rhs)];
  const input = imageOf(buffer, view.offset, view.strides, p.lhs.batch, p.lhs.feature, p.lhs.spatial);
  const out = stridesOf(value.shape);
  const output = imageOf(lowering.output(value), 0, out, p.out.batch, p.out.feature, p.out.spatial);
  if (!fits || input === null || output === null) return [];
  const outStep = pairOf(p.out.spatial, (d) => out[d], 0);
  const kernelStep = pairOf(p.rhs.spatial, (d) => kernel.view.strides[d], 0);
  const axes = pairOf(spatial, (axis) => axis, ONE_ROW);
  const [rows, columns] = mapPair(axes, classesOf);
  return rows.flatMap((row) =>
    columns.map((column): Form => {
      const both = [row, column] as const;
      const combined = row.phases.flatMap((a) => column.phases.map((b): Pair<AxisPhase> => [a, b]));
      const sum = ([a, b]: Pair): number => a + b;
      const x: TiledConvolution = {
        label,
        images: value.shape[p.out.batch],
        channels: rhs.shape[p.rhs.feature],
        features: value.shape[p.out.feature],
        taps: mapPair(both, (x) => x.taps),
        strides: pairOf(p.strides, (stride) => stride, 1),
        size: pairOf(p.lhs.spatial, (d) => lhs.shape[d], 1),
        phases: combined.map((phases) => ({
          before: mapPair(phases, ({ index }) => -index),
          size: mapPair(phases, ({ count }) => count),
          output: sum(mapPair(phases, ({ first }, i) => first * outStep[i])),
          kernel: sum(mapPair(phases, ({ tap }, i) => tap * kernelStep[i])),
        })),
        copies: mapPair(both, (x) => x.copies),
        input,
        output: {
          ...output,
          row: output.row * axes[0].step,
          column: output.column * axes[1].step,
          copy: mapPair(both, (x, i) => x.copyFirst * outStep[i]),
        },
        kernel: {
          buffer: kernel.buffer,
          offset: kernel.view.offset,
          tap: mapPair(axes, ({ tapStep }, i) => tapStep * kernelStep[i]),
          channel: kernel.view.strides[p.rhs.feature],
          feature: kernel.view.strides[p.rhs.batch],
          copy: mapPair(both, (x, i) => x.copyTap * kernelStep[i]),
        },
      };
      const firsts = row.firsts.flatMap((a) => column.firsts.map((b) => [a, b].slice(-spatial.length)));
      return { x, firsts };
    }),
  );
}

/**
 * The gradient for a kernel, as the convolution whose kernel that is; null if it is none. What is summed over are images: they are the features
 * here; the cotangents are the kernel, and its features the batch. Of a dilated input, the cotangents are the larger images, and take the
 * input's place: their taps run the other way.
 */
export function gradientForm(node: Node, lowering: Lowering, label: string): TiledConvolution | null {
  const [lhs, rhs] = node.inputs;
  const [value] = node.outputs;
  const p = node.params as ConvParams;
  if (!isSimple(p, value)) return null;
  const { strides, rhsDilation, lhsDilation } = p;
  const isDilated = lhsDilation.some((step) => step > 1);
  const steps = isDilated ? lhsDilation : rhsDilation;
  const taps = pairOf(p.out.spatial, (d) => value.shape[d], 1);
  const parts = pairOf(steps, (step) => step, 1);
  const ones = [strides, isDilated ? rhsDilation : lhsDilation].flat().every((step) => step === 1);
  if (!ones || taps.some((count, i) => count < parts[i])) return null;
  const [a, b] = [lowering.source(lhs), lowering.source(rhs)];
  const left = imageOf(a.buffer, a.view.offset, a.view.strides, p.lhs.feature, p.lhs.batch, p.lhs.spatial);
  const right = imageOf(b.buffer, b.view.offset, b.view.strides, p.rhs.feature, p.rhs.batch, p.rhs.spatial);
  if (left === null || right === null) return null;
  const c = stridesOf(value.shape);
  const tap = pairOf(p.out.spatial, (d) => c[d], 0);
  const leftSize = pairOf(p.lhs.spatial, (d) => lhs.shape[d], 1);
  const rightSize = pairOf(p.rhs.spatial, (d) => rhs.shape[d], 1);
  const before = pairOf(p.padding, ([before]) => before, 0);
  const [from, to] = isDilated ? [p.out.feature, p.out.batch] : [p.out.batch, p.out.feature];
  const last = tap[0] * (taps[0] - 1) + tap[1] * (taps[1] - 1);
  const turned = isDilated ? -1 : 1;
  return {
    label,
    images: rhs.shape[p.rhs.feature],
    channels: value.shape[from],
    features: value.shape[to],
    taps,
    strides: parts,
    size: isDilated ? rightSize : leftSize,
    phases: [
      {
        before: isDilated ? mapPair(before, (zeros, i) => taps[i] - 1 - zeros) : before,
        size: isDilated ? leftSize : rightSize,
        output: 0,
        kernel: 0,
      },
    ],
    copies: [1, 1],
    input: isDilated ? right : left,
    output: { ...(isDilated ? left : right), copy: [0, 0] },
    kernel: {
      buffer: lowering.output(value),
      offset: isDilated ? last : 0,
      tap: mapPair(tap, (step) => turned * step),
      channel: c[from],
      feature: c[to],
      copy: [0, 0],
    },
  };
}

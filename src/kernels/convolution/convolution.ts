/**
 * @file Convolutions as contractions: rows are output positions, columns output features, and the depth goes over the kernel's taps and
 * the input's features. The input is padded first, so that every tap of every position lies inside.
 *
 * Where the input is dilated (transposed convolutions, gradients of strided ones), most taps of a position meet the zeros in between.
 * Positions of one *phase* meet the same taps: each phase is a contraction of its own over those taps alone.
 */
import type { DType } from '../../core/dtype.js';
import { formatShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { Node } from '../../graph/graph.js';
import type { ConvParams } from '../../graph/lax.js';
import { Buffer } from '../buffers.js';
import { fillBuffer } from '../move/blocks.js';
import type { Lowering, LowerRule, Source } from '../context.js';
import type { Contraction, ContractionAxis } from '../contraction/contraction.js';
import { mergeAxes, runInC } from '../contraction/contraction.js';
import { lowerContraction, lowerContractions } from '../contraction/contract.js';
import type { Epilogue } from '../context.js';
import { padBlock } from '../move/pad_block.js';
import { lowerGrouped, lowerGroupedGradient } from './depthwise.js';
import type { Image, PlainConvolution } from './winograd_plan.js';
import { tileSizeFor } from './winograd_plan.js';
import { canFinish, lowerWinograd } from './winograd.js';
import { gradientTileFor, lowerWinogradGradient } from './winograd_gradient.js';
import { gcd } from '../work.js';

const mod = (a: number, n: number): number => ((a % n) + n) % n;

/** Positions along one axis that meet the same taps: positions first + step·j, taps tap + tapStep·t, input index + j·move + t·tapMove. */
interface Phase {
  readonly first: number;
  readonly count: number;
  readonly tap: number;
  readonly taps: number;
  /** Input element that the first tap of the first position meets; may lie in the padding. */
  readonly index: number;
}

/** How an axis falls into phases. */
interface AxisPhases {
  readonly phases: readonly Phase[];
  readonly step: number;
  readonly tapStep: number;
  readonly move: number;
  readonly tapMove: number;
}

/**
 * Position o and tap k meet input element (o·stride − before + k·kernelDilation) / inputDilation, if that is whole.
 */
function phasesOf(
  positions: number,
  taps: number,
  stride: number,
  before: number,
  inputDilation: number,
  kernelDilation: number,
): AxisPhases {
  const step = inputDilation / gcd(stride, inputDilation);
  const tapStep = inputDilation / gcd(kernelDilation, inputDilation);
  const phases: Phase[] = [];
  for (let first = 0; first < Math.min(step, positions); first++) {
    let tap = 0;
    while (tap < tapStep && mod(first * stride - before + tap * kernelDilation, inputDilation) !== 0) tap++;
    const count = Math.ceil((positions - first) / step);
    const met = tap >= tapStep || tap >= taps ? 0 : Math.ceil((taps - tap) / tapStep);
    const index = (first * stride - before + tap * kernelDilation) / inputDilation;
    phases.push({ first, count, tap, taps: met, index });
  }
  const [move, tapMove] = [(step * stride) / inputDilation, (tapStep * kernelDilation) / inputDilation];
  return { phases, step, tapStep, move, tapMove };
}

/**
 * Phases of an axis whose positions meet the same elements of the input, and differ in the taps alone: one contraction may compute them, as
 * columns side by side. Their positions and taps step regularly.
 */
function alike(phases: readonly Phase[]): Phase[][] {
  const groups: Phase[][] = [];
  for (const phase of phases) {
    const group = groups.at(-1) ?? [];
    const [before, last] = [group.at(-2), group.at(-1)];
    const same = last?.index === phase.index && last.count === phase.count && last.taps === phase.taps;
    const step = (a: Phase, b: Phase): string => `${b.first - a.first} ${b.tap - a.tap}`;
    if (same && (before === undefined || step(before, last) === step(last, phase))) group.push(phase);
    else groups.push([phase]);
  }
  return groups;
}

/** The input with zeros put around its elements, where taps reach beyond them. */
interface Padded {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
  /** Elements put before the first, per spatial axis. */
  readonly before: readonly number[];
}

function padInput(lowering: Lowering, { view, buffer }: Source, axes: readonly AxisPhases[], p: ConvParams): Padded {
  const { shape } = view;
  const before = axes.map(() => 0);
  // Per axis of the input: its size with padding, where its first element goes, and which elements are met at all.
  const plan = shape.map((size, d) => {
    const i = p.lhs.spatial.indexOf(d);
    if (i < 0) return { size, place: 0, first: 0, count: size };
    const { phases, move, tapMove } = axes[i];
    const met = phases.filter((phase) => phase.taps > 0);
    const low = Math.min(...met.map((phase) => phase.index));
    const high = Math.max(...met.map((x) => x.index + (x.count - 1) * move + (x.taps - 1) * tapMove));
    before[i] = -low; // negative where the first elements are not met
    const first = Math.max(0, low);
    const count = Math.max(0, Math.min(size - 1, high) - first + 1);
    return { size: high - low + 1, place: first - low, first, count };
  });
  const offset = plan.reduce((sum, axis, d) => sum + axis.first * view.strides[d], view.offset);
  const none = plan.every((axis) => axis.place === 0 && axis.count === axis.size);
  if (none) return { buffer, offset, strides: view.strides, before };
  const sizes = plan.map((axis) => axis.size);
  const padded = new Buffer('scratch', buffer.dtype, sizeOf(sizes), 'padded input');
  padBlock(lowering, 'pad for convolution', buffer.dtype, plan, { buffer, offset, strides: view.strides }, padded);
  const strides = stridesOf(sizes);
  return { buffer: padded, offset: 0, strides, before };
}

/** All combinations of one of each list. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((x) => [...head, x])), [[]]);
}

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
  return { buffer, offset, image: strides[batch], row: strides[spatial[0]], column: strides[spatial[1]] };
}

const pair = (of: (i: number) => number): [number, number] => [of(0), of(1)];
const areOnes = (steps: readonly number[]): boolean => steps.every((step) => step === 1);

/** Whether fewer products may do: float32, over two axes, without strides, dilation and groups. */
const isSimple = (
  { strides, lhsDilation, rhsDilation, featureGroups, batchGroups }: ConvParams,
  dtype: DType,
): boolean =>
  dtype === 'float32' &&
  strides.length === 2 &&
  areOnes([...strides, ...lhsDilation, ...rhsDilation, featureGroups, batchGroups]);

/** A convolution, or the gradient for an input, as one of 3×3 taps; null if it is none. */
function asPlain(node: Node, lowering: Lowering, label: string): PlainConvolution | null {
  const [lhs, rhs] = node.inputs;
  const [value] = node.outputs;
  const p = node.params as ConvParams;
  if (!isSimple(p, value.dtype) || p.rhs.spatial.some((d) => rhs.shape[d] !== 3)) return null;
  const [{ view, buffer }, kernel] = [lowering.source(lhs), lowering.source(rhs)];
  const input = imageOf(buffer, view.offset, view.strides, p.lhs.batch, p.lhs.feature, p.lhs.spatial);
  const out = stridesOf(value.shape);
  const output = imageOf(lowering.output(value), 0, out, p.out.batch, p.out.feature, p.out.spatial);
  if (input === null || output === null) return null;
  const b = kernel.view.strides;
  return {
    label,
    images: value.shape[p.out.batch],
    channels: rhs.shape[p.rhs.feature],
    features: value.shape[p.out.feature],
    size: pair((i) => lhs.shape[p.lhs.spatial[i]]),
    outSize: pair((i) => value.shape[p.out.spatial[i]]),
    before: pair((i) => p.padding[i][0]),
    input,
    output,
    kernel: {
      buffer: kernel.buffer,
      offset: kernel.view.offset,
      row: b[p.rhs.spatial[0]],
      column: b[p.rhs.spatial[1]],
      channel: b[p.rhs.feature],
      feature: b[p.rhs.batch],
    },
  };
}

/**
 * The gradient for a kernel of 3×3 taps, as the convolution whose kernel that is; null if it is none. What is summed over are images: they
 * are the features here; the cotangents are the kernel, and its features the batch.
 */
function asKernelGradient(node: Node, lowering: Lowering, label: string): PlainConvolution | null {
  const [lhs, rhs] = node.inputs;
  const [value] = node.outputs;
  const p = node.params as ConvParams;
  if (!isSimple(p, value.dtype) || p.out.spatial.some((d) => value.shape[d] !== 3)) return null;
  const [{ view, buffer }, given] = [lowering.source(lhs), lowering.source(rhs)];
  const input = imageOf(buffer, view.offset, view.strides, p.lhs.feature, p.lhs.batch, p.lhs.spatial);
  const { offset, strides } = given.view;
  const output = imageOf(given.buffer, offset, strides, p.rhs.feature, p.rhs.batch, p.rhs.spatial);
  if (input === null || output === null) return null;
  const c = stridesOf(value.shape);
  return {
    label,
    images: rhs.shape[p.rhs.feature],
    channels: value.shape[p.out.batch],
    features: value.shape[p.out.feature],
    size: pair((i) => lhs.shape[p.lhs.spatial[i]]),
    outSize: pair((i) => rhs.shape[p.rhs.spatial[i]]),
    before: pair((i) => p.padding[i][0]),
    input,
    output,
    kernel: {
      buffer: lowering.output(value),
      offset: 0,
      row: c[p.out.spatial[0]],
      column: c[p.out.spatial[1]],
      channel: c[p.out.batch],
      feature: c[p.out.feature],
    },
  };
}

/** Add the kernels that need fewer products, where they are faster. */
function lowerWithFewerProducts(node: Node, lowering: Lowering, label: string, epilogue?: Epilogue): boolean {
  const plain = asPlain(node, lowering, label);
  const isUnchanging = plain !== null && lowering.isUnchanging(plain.kernel.buffer);
  const tile = plain === null ? 0 : tileSizeFor(plain, lowering.target, isUnchanging);
  if (plain !== null && tile !== 0) {
    if (epilogue !== undefined && canFinish(plain, lowering.target.lanes))
      lowerWinograd(lowering, { ...plain, output: { ...plain.output, buffer: epilogue.result }, epilogue }, tile);
    else {
      lowerWinograd(lowering, plain, tile);
      epilogue?.apart();
    }
    return true;
  }
  const gradient = asKernelGradient(node, lowering, label);
  const side = gradient === null ? 0 : gradientTileFor(gradient, lowering.target);
  if (gradient === null || side === 0) return false;
  lowerWinogradGradient(lowering, gradient, side);
  epilogue?.apart();
  return true;
}

/** The phases of each axis. */
const axesOf = (node: Node): AxisPhases[] => {
  const [, rhs] = node.inputs;
  const [value] = node.outputs;
  const p = node.params as ConvParams;
  return p.out.spatial.map((d, i) =>
    phasesOf(
      value.shape[d],
      rhs.shape[p.rhs.spatial[i]],
      p.strides[i],
      p.padding[i][0],
      p.lhsDilation[i],
      p.rhsDilation[i],
    ),
  );
};

const phasesOfAxes = (axes: readonly AxisPhases[]): (readonly Phase[])[] => axes.map(({ phases }) => phases);

const isMet = (phases: readonly Phase[]): boolean => phases.every((phase) => phase.taps > 0);

export const convGeneral: LowerRule = {
  takesViews: () => true,
  epilogueColumns(node) {
    const [value] = node.outputs;
    const p = node.params as ConvParams;
    const last = p.out.feature === value.shape.length - 1 && p.featureGroups === 1 && p.batchGroups === 1;
    const empty = [...node.inputs, value].some(({ shape }) => sizeOf(shape) === 0);
    const fits = last && value.dtype === 'float32' && !empty && combinations(phasesOfAxes(axesOf(node))).every(isMet);
    return fits ? value.shape[p.out.feature] : null;
  },
  lower(node, lowering, epilogue) {
    const [lhs, rhs] = node.inputs;
    const [value] = node.outputs;
    const p = node.params as ConvParams;
    const kernel = lowering.source(rhs);
    const target = lowering.output(value);
    const out = stridesOf(value.shape);
    const label = `convolution ${formatShape(lhs.shape)} ${formatShape(rhs.shape)}`;
    if (sizeOf(value.shape) === 0) return;
    const axes = axesOf(node);
    const all = combinations(phasesOfAxes(axes));
    const met = all.filter(isMet);
    const empty = sizeOf(rhs.shape) === 0 || sizeOf(lhs.shape) === 0 || met.length === 0;
    if (empty || met.length < all.length) fillBuffer(lowering, target, 0);
    if (empty) return;
    if (lowerWithFewerProducts(node, lowering, label, epilogue)) return;
    const input = padInput(lowering, lowering.source(lhs), axes, p);

    const depthFeatures = rhs.shape[p.rhs.feature];
    const groups = p.featureGroups;
    const batchGroups = p.batchGroups;
    const features = rhs.shape[p.rhs.batch] / groups / batchGroups;
    const perBatch = lhs.shape[p.lhs.batch] / batchGroups;
    const a = (d: number): number => input.strides[d];
    const b = (d: number): number => kernel.view.strides[d];
    // Output features are cut into batch groups, or feature groups (one of the two is 1).
    const group = { b: features * b(p.rhs.batch), c: features * out[p.out.feature] };
    const batch: ContractionAxis[] = [
      { size: batchGroups, a: perBatch * a(p.lhs.batch), ...group },
      { size: groups, a: depthFeatures * a(p.lhs.feature), ...group },
    ];
    const feature: ContractionAxis = { size: features, a: 0, b: b(p.rhs.batch), c: out[p.out.feature] };
    /** The columns of phases that are alike: features for each combination of these. */
    const columnsOf = (groups: readonly (readonly Phase[])[]): ContractionAxis[] => [
      ...groups.map((group, i): ContractionAxis => {
        const [x, next] = [group[0], group.at(1) ?? group[0]];
        const [from, to] = [p.rhs.spatial[i], p.out.spatial[i]];
        return { size: group.length, a: 0, b: (next.tap - x.tap) * b(from), c: (next.first - x.first) * out[to] };
      }),
      feature,
    ];
    const alone = axes.map(({ phases }) => phases.map((phase) => [phase]));
    const together = axes.map(({ phases }) => alike(phases));
    const { lanes } = lowering.target;
    // Worth it where features alone leave tiles of registers in part empty, and if whole vectors can be stored.
    const fits = runInC(mergeAxes(columnsOf(combinations(together)[0]))) % (2 * lanes) === 0 || feature.c !== 1;
    const merges = epilogue === undefined && groups * batchGroups === 1 && features % (4 * lanes) !== 0 && fits;
    const kinds = combinations(merges ? together : alone).filter((groups) => isMet(groups.map(([phase]) => phase)));
    const contractions = kinds.map((kind): Contraction => {
      const phases = kind.map(([phase]) => phase);
      const sum = (of: (phase: Phase, i: number) => number): number => phases.reduce((n, x, i) => n + of(x, i), 0);
      const rows: ContractionAxis[] = phases.map((phase, i) => ({
        size: phase.count,
        a: axes[i].move * a(p.lhs.spatial[i]),
        b: 0,
        c: axes[i].step * out[p.out.spatial[i]],
      }));
      const depth: ContractionAxis[] = phases.map((phase, i) => ({
        size: phase.taps,
        a: axes[i].tapMove * a(p.lhs.spatial[i]),
        b: axes[i].tapStep * b(p.rhs.spatial[i]),
        c: 0,
      }));
      return {
        label,
        dtype: value.dtype,
        a: {
          buffer: input.buffer,
          offset: input.offset + sum((phase, i) => (phase.index + input.before[i]) * a(p.lhs.spatial[i])),
        },
        b: { buffer: kernel.buffer, offset: kernel.view.offset + sum((phase, i) => phase.tap * b(p.rhs.spatial[i])) },
        c: { buffer: target, offset: sum((phase, i) => phase.first * out[p.out.spatial[i]]) },
        batch,
        rows: [{ size: perBatch, a: a(p.lhs.batch), b: 0, c: out[p.out.batch] }, ...rows],
        columns: columnsOf(kind),
        depth: [...depth, { size: depthFeatures, a: a(p.lhs.feature), b: b(p.rhs.feature), c: 0 }],
      };
    });
    if (groups * batchGroups === 1) return lowerContractions(lowering, contractions, epilogue);
    for (const x of contractions) {
      const grouped = lowerGrouped(lowering, x, depthFeatures) || lowerGroupedGradient(lowering, x, perBatch);
      if (!grouped) lowerContraction(lowering, x);
    }
  },
};

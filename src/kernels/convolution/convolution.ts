/**
 * @file Convolutions as contractions: rows are output positions, columns output features, and the depth goes over the kernel's taps and
 * the input's features. The input is padded first, so that every tap of every position lies inside.
 *
 * Where the input is dilated (transposed convolutions, gradients of strided ones), most taps of a position meet the zeros in between.
 * Positions of one *phase* meet the same taps: each phase is a contraction of its own over those taps alone.
 */
import { formatShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { Node } from '../../graph/graph.js';
import type { ConvParams } from '../../graph/lax.js';
import { Buffer } from '../buffers.js';
import { fillBuffer } from '../move/blocks.js';
import type { Lowering, LowerRule, Source } from '../context.js';
import type { Contraction, ContractionAxis } from '../contraction/contraction.js';
import { mergeAxes, runInC } from '../contraction/contraction.js';
import { finishesAll, lowerContraction, lowerContractions } from '../contraction/contract.js';
import { padBlock } from '../move/pad_block.js';
import { lowerGrouped } from './depthwise.js';
import { lowerGroupedGradient } from './depthwise_gradient.js';
import type { Reach } from './depthwise_lines.js';
import type { AxisPhase, AxisPhases } from './phases.js';
import { alike, axesOf, isMet, phasesOfAxes } from './phases.js';
import { canFinish, lowerWinograd } from './winograd.js';
import type { Form } from './winograd_forms.js';
import { formsOf, gradientForm } from './winograd_forms.js';
import { gradientTileFor, lowerWinogradGradient } from './winograd_gradient.js';
import type { Region } from './winograd_regions.js';
import { regionsFor } from './winograd_regions.js';

/** Where the elements of an input lie. */
interface Operand {
  readonly buffer: Buffer;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** The input with zeros put around its elements, where taps reach beyond them. */
interface Padded extends Operand {
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

/** What a function makes, which is called when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** All combinations of one of each list. */
function combinations<T>(lists: readonly (readonly T[])[]): T[][] {
  return lists.reduce<T[][]>((all, list) => all.flatMap((head) => list.map((x) => [...head, x])), [[]]);
}

/** Forms that fewer products compute the fastest, with their regions. */
function fasterForms(
  node: Node,
  lowering: Lowering,
  label: string,
  axes: readonly AxisPhases[],
): [Form, readonly Region[]][] {
  return formsOf(node, lowering, label, axes)
    .map((form): [Form, readonly Region[]] => [
      form,
      regionsFor(form.x, lowering.target, lowering.isUnchanging(form.x.kernel.buffer)),
    ])
    .filter(([, regions]) => regions.length > 0);
}

/** Add the kernels of the gradient for a kernel by fewer products, if these are faster. */
function lowerGradient(node: Node, lowering: Lowering, label: string): boolean {
  const gradient = gradientForm(node, lowering, label);
  const sides = gradient === null ? null : gradientTileFor(gradient, lowering.target);
  if (gradient === null || sides === null) return false;
  lowerWinogradGradient(lowering, gradient, sides);
  return true;
}

/** Where a phase is the first of its axes. */
const nameOf = (firsts: readonly number[]): string => firsts.join(' ');

/** Phases as contractions, in two forms that stand in the same order. */
interface Contractions {
  /** Of the input with zeros around its elements, which are put there when this is first asked for. */
  padded(): readonly Contraction[];
  /** Of the input as it lies, from its first element on, and how the axes of positions and taps reach beyond it. */
  bare(): { readonly x: Contraction; readonly reach: readonly Reach[] }[];
}

/** The phases that are wanted as contractions. */
function contractionsOf(
  node: Node,
  lowering: Lowering,
  label: string,
  axes: readonly AxisPhases[],
  takesEpilogue: boolean,
  isWanted: (phases: readonly AxisPhase[]) => boolean,
): Contractions {
  const [lhs, rhs] = node.inputs;
  const [value] = node.outputs;
  const p = node.params as ConvParams;
  const kernel = lowering.source(rhs);
  const target = lowering.output(value);
  const out = stridesOf(value.shape);
  const depthFeatures = rhs.shape[p.rhs.feature];
  const groups = p.featureGroups;
  const batchGroups = p.batchGroups;
  const features = rhs.shape[p.rhs.batch] / groups / batchGroups;
  const perBatch = lhs.shape[p.lhs.batch] / batchGroups;
  const b = (d: number): number => kernel.view.strides[d];
  const feature: ContractionAxis = { size: features, a: 0, b: b(p.rhs.batch), c: out[p.out.feature] };
  /** The columns of phases that are alike: features for each combination of these. */
  const columnsOf = (groups: readonly (readonly AxisPhase[])[]): ContractionAxis[] => [
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
  const merges = !takesEpilogue && groups * batchGroups === 1 && features % (4 * lanes) !== 0 && fits;
  const kinds = combinations(merges ? together : alone).filter((groups) => isWanted(groups.map(([phase]) => phase)));
  const met = axes.map((axis, i) => ({ ...axis, phases: kinds.flatMap((kind) => kind[i]) }));
  // Output features are cut into batch groups, or feature groups (one of the two is 1).
  const group = { b: features * b(p.rhs.batch), c: features * out[p.out.feature] };
  /** @param firstOf The element that the first position's first tap meets. */
  const contractionOf = (
    kind: readonly (readonly AxisPhase[])[],
    input: Operand,
    firstOf: (phase: AxisPhase, axis: number) => number,
  ): Contraction => {
    const a = (d: number): number => input.strides[d];
    const phases = kind.map(([phase]) => phase);
    const sum = (of: (phase: AxisPhase, i: number) => number): number => phases.reduce((n, x, i) => n + of(x, i), 0);
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
        offset: input.offset + sum((phase, i) => firstOf(phase, i) * a(p.lhs.spatial[i])),
      },
      b: { buffer: kernel.buffer, offset: kernel.view.offset + sum((phase, i) => phase.tap * b(p.rhs.spatial[i])) },
      c: { buffer: target, offset: sum((phase, i) => phase.first * out[p.out.spatial[i]]) },
      batch: [
        { size: batchGroups, a: perBatch * a(p.lhs.batch), ...group },
        { size: groups, a: depthFeatures * a(p.lhs.feature), ...group },
      ],
      rows: [{ size: perBatch, a: a(p.lhs.batch), b: 0, c: out[p.out.batch] }, ...rows],
      columns: columnsOf(kind),
      depth: [...depth, { size: depthFeatures, a: a(p.lhs.feature), b: b(p.rhs.feature), c: 0 }],
    };
  };
  const source = lowering.source(lhs);
  return {
    padded: once(() => {
      const input = padInput(lowering, source, met, p);
      return kinds.map((kind) => contractionOf(kind, input, (phase, i) => phase.index + input.before[i]));
    }),
    bare: () =>
      kinds.map((kind) => ({
        x: contractionOf(kind, { buffer: source.buffer, ...source.view }, () => 0),
        reach: kind.map(([{ index }], i): Reach => {
          const d = p.lhs.spatial[i];
          const { move, tapMove } = axes[i];
          return { index, size: lhs.shape[d], move, tapMove, step: source.view.strides[d] };
        }),
      })),
  };
}

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
  lower(node, lowering, ending) {
    const [lhs, rhs] = node.inputs;
    const [value] = node.outputs;
    const p = node.params as ConvParams;
    const label = `convolution ${formatShape(lhs.shape)} ${formatShape(rhs.shape)}`;
    if (sizeOf(value.shape) === 0) return;
    const axes = axesOf(node);
    const all = combinations(phasesOfAxes(axes));
    const met = all.filter(isMet);
    const empty = sizeOf(rhs.shape) === 0 || sizeOf(lhs.shape) === 0 || met.length === 0;
    if (empty || met.length < all.length) fillBuffer(lowering, lowering.output(value), 0);
    if (empty) return;
    const forms = fasterForms(node, lowering, label, axes);
    if (forms.length === 0 && lowerGradient(node, lowering, label)) {
      ending?.apart();
      return;
    }
    const done = new Set(forms.flatMap(([{ firsts }]) => firsts.map(nameOf)));
    const isWanted = (phases: readonly AxisPhase[]): boolean =>
      isMet(phases) && !done.has(nameOf(phases.map(({ first }) => first)));
    const wanted = met.some(isWanted)
      ? contractionsOf(node, lowering, label, axes, ending?.epilogue !== undefined, isWanted)
      : null;
    if (p.featureGroups * p.batchGroups > 1) {
      const lower = (x: Contraction, reach: readonly Reach[] | null): boolean =>
        lowerGrouped(lowering, x, reach) || lowerGroupedGradient(lowering, x, reach);
      wanted?.bare().forEach(({ x, reach }, i) => {
        if (!lower(x, reach) && !lower(wanted.padded()[i], null)) lowerContraction(lowering, wanted.padded()[i]);
      });
      return;
    }
    const contractions = wanted?.padded() ?? [];
    const { target } = lowering;
    if (forms.length === 0) return lowerContractions(lowering, contractions, ending);
    // Tiles wait for what they have just stored when they sum it: rows are summed apart.
    const epilogue = ending?.rows === undefined ? ending?.epilogue : undefined;
    const finishes = finishesAll(contractions, target) && forms.every(([{ x }]) => canFinish(x, target.lanes));
    const within = finishes ? epilogue : undefined;
    for (const { x, sides } of forms.flatMap(([, regions]) => regions)) {
      const buffer = within?.result ?? x.output.buffer;
      lowerWinograd(lowering, { ...x, output: { ...x.output, buffer }, epilogue: within }, sides);
    }
    lowerContractions(lowering, contractions, within && { epilogue: within, apart: () => undefined });
    if (within === undefined) ending?.apart();
  },
};

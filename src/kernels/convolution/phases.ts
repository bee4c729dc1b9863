/** @file Positions of convolutions by the taps that they meet: where an input is dilated, most taps meet the zeros between its elements. */
import type { Node } from '../../graph/graph.js';
import type { ConvParams } from '../../graph/lax.js';
import { gcd } from '../work.js';

const mod = (a: number, n: number): number => ((a % n) + n) % n;

/** Positions along one axis that meet the same taps: positions first + step·j, taps tap + tapStep·t, input index + j·move + t·tapMove. */
export interface AxisPhase {
  readonly first: number;
  readonly count: number;
  readonly tap: number;
  readonly taps: number;
  /** Input element that the first tap of the first position meets; may lie in the padding. */
  readonly index: number;
}

/** How an axis falls into phases. */
export interface AxisPhases {
  readonly phases: readonly AxisPhase[];
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
  const phases: AxisPhase[] = [];
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
export function alike(phases: readonly AxisPhase[]): AxisPhase[][] {
  const groups: AxisPhase[][] = [];
  for (const phase of phases) {
    const group = groups.at(-1) ?? [];
    const [before, last] = [group.at(-2), group.at(-1)];
    const same = last?.index === phase.index && last.count === phase.count && last.taps === phase.taps;
    const step = (a: AxisPhase, b: AxisPhase): string => `${b.first - a.first} ${b.tap - a.tap}`;
    if (same && (before === undefined || step(before, last) === step(last, phase))) group.push(phase);
    else groups.push([phase]);
  }
  return groups;
}

/** The phases of each axis. */
export const axesOf = (node: Node): AxisPhases[] => {
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

export const phasesOfAxes = (axes: readonly AxisPhases[]): (readonly AxisPhase[])[] => axes.map(({ phases }) => phases);

export const isMet = (phases: readonly AxisPhase[]): boolean => phases.every((phase) => phase.taps > 0);

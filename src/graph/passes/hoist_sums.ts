/**
 * @file Sums over the steps of a scan leave it: a carry that only adds up products or sums of values of each step becomes one product or
 * sum after the scan, over the stacked values. So the gradient of recurrent weights is one large matrix product, not a small one a step.
 */
import { sizeOf } from '../../core/shape.js';
import type { Application, Node, Value } from '../graph.js';
import { isInput, makeGraph } from '../graph.js';
import type { DotParams, ScanParams } from '../lax.js';
import { add, dotGeneral, reduceSum, reshape, scan, transpose } from '../lax.js';
import type { Rewriter } from './rewrite.js';

/** A sum over the steps: which values of a step it needs, and how it is computed from all of these at once. */
interface StepSum {
  readonly operands: readonly Value[];
  /** Given the operands stacked along a new first dimension. */
  total(stacked: readonly Value[]): Value;
}

const elements = (values: readonly Value[]): number => values.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

const shifted = (dims: readonly number[]): number[] => dims.map((d) => d + 1);

/** How the sum of `v` over all steps is computed outside; null if it is better left where it is. */
function stepSum(v: Value, perStep: (v: Value) => boolean): StepSum | null {
  const { primitive, inputs, params } = v.node;
  switch (primitive.name) {
    case 'dotGeneral': {
      const { lhsBatch, rhsBatch, lhsContract, rhsContract } = params as DotParams;
      if (!inputs.every(perStep)) return null;
      const contract = { lhsContract: [0, ...shifted(lhsContract)], rhsContract: [0, ...shifted(rhsContract)] };
      const batch = { lhsBatch: shifted(lhsBatch), rhsBatch: shifted(rhsBatch) };
      return { operands: inputs, total: ([a, b]) => dotGeneral(a, b, { ...batch, ...contract }) };
    }
    case 'reduceSum': {
      const { axes } = params as { readonly axes: readonly number[] };
      if (!perStep(inputs[0])) return null;
      return { operands: inputs, total: ([x]) => reduceSum(x, [0, ...shifted(axes)]) };
    }
    case 'transpose': {
      const sum = stepSum(inputs[0], perStep);
      const { permutation } = params as { readonly permutation: readonly number[] };
      return sum && { ...sum, total: (stacked) => transpose(sum.total(stacked), permutation) };
    }
    case 'reshape': {
      const sum = stepSum(inputs[0], perStep);
      return sum && { ...sum, total: (stacked) => reshape(sum.total(stacked), v.shape) };
    }
    default:
      return null;
  }
}

/** scan(sum, …) whose body gives sum + a · b -> sum + Σ a · b after a scan that stacks a and b */
function hoisted({ inputs: operands, params }: Application): Value[] | null {
  const { body, carries, scanned, ...rest } = params as ScanParams;
  const firstCapture = carries + scanned;
  const uses = new Map<Value, number>();
  const use = (v: Value): unknown => uses.set(v, (uses.get(v) ?? 0) + 1);
  body.outputs.forEach(use);
  body.nodes.forEach((node: Node) => node.inputs.forEach(use));

  const captured = new Set<Node>(body.inputs.slice(firstCapture).map((v) => v.node));
  for (const node of body.nodes) {
    if (!isInput(node.outputs[0]) && node.inputs.every((v) => captured.has(v.node))) captured.add(node);
  }
  const perStep = (v: Value): boolean => !captured.has(v.node);
  const found = new Map<number, StepSum>();
  for (let i = 0; i < carries; i++) {
    const carry = body.inputs[i];
    const { primitive, inputs } = body.outputs[i].node;
    if (primitive.name !== 'add' || uses.get(carry) !== 1 || uses.get(body.outputs[i]) !== 1) continue;
    const at = inputs.indexOf(carry);
    const sum = at < 0 ? null : stepSum(inputs[1 - at], perStep);
    if (sum !== null) found.set(i, sum);
  }
  if (found.size === 0) return null;

  // What the body is given as a slice is stacked already; the rest it has to give.
  const stackedOutputs = body.outputs.slice(carries);
  const places = new Map<Value, { readonly operand: number } | { readonly output: number }>();
  for (const v of [...found.values()].flatMap((sum) => sum.operands)) {
    if (places.has(v)) continue;
    const operand = body.inputs.indexOf(v, carries);
    if (operand >= 0 && operand < firstCapture) places.set(v, { operand });
    else {
      const known = stackedOutputs.indexOf(v);
      places.set(v, { output: known >= 0 ? known : stackedOutputs.push(v) - 1 });
    }
  }
  // Memory is not to grow out of proportion to what the scan reads and writes anyway.
  const added = stackedOutputs.slice(body.outputs.length - carries);
  const usual = [...body.inputs.slice(0, firstCapture), ...body.outputs];
  if (elements(added) > elements(usual)) return null;
  const keeps = (_: unknown, i: number): boolean => !found.has(i);
  const keptCarries = carries - found.size;
  if (operands.filter(keeps).length === 0) return null; // someone must say whose graph it is
  const results = scan(operands.filter(keeps), {
    ...rest,
    body: makeGraph(body.inputs.filter(keeps), [...body.outputs.slice(0, carries).filter(keeps), ...stackedOutputs]),
    carries: keptCarries,
    scanned,
  });
  const stackOf = (v: Value): Value => {
    const place = places.get(v)!;
    return 'operand' in place ? operands[place.operand] : results[keptCarries + place.output];
  };
  let next = 0;
  const carried = operands.slice(0, carries).map((initial, i) => {
    const sum = found.get(i);
    return sum === undefined ? results[next++] : add(initial, sum.total(sum.operands.map(stackOf)));
  });
  return [...carried, ...results.slice(keptCarries, keptCarries + body.outputs.length - carries)];
}

export const sumHoisting: Rewriter = {
  concerns: ({ name }) => name === 'scan',
  rewrite: (application) => (application.primitive.name === 'scan' ? hoisted(application) : null),
};

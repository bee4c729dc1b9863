/**
 * @file Gradients of scan and cond.
 *
 * The gradient of a scan is a scan in the other direction. Its body is the backward part of the body's gradient; what that part needs of the
 * forward part is stacked by a second forward scan, which the passes merge with the first (passes/share_scans.ts).
 */
import { isFloat } from '../../core/dtype.js';
import type { TensorType } from '../../core/ndarray.js';
import type { Node, Value } from '../graph.js';
import { GraphBuilder, makeGraph, rebuild } from '../graph.js';
import { pullback } from '../autodiff.js';
import type { CondParams, ScanParams } from '../lax.js';
import { add, cond, scan, zerosLike } from '../lax.js';
import type { GradientContext } from '../primitive.js';

/** A body and its gradient in one graph: the forward part was made first. */
interface Joint {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Inputs that stand for the cotangents of those outputs that have one. */
  readonly seeds: readonly Value[];
  /** Gradients with respect to the wanted inputs. */
  readonly gradients: readonly Value[];
  readonly builder: GraphBuilder;
  /** Nodes with ids below this are the forward part. */
  readonly backwardFrom: number;
}

/** Differentiate a body. `seeded` and `wanted` are indices of its outputs and inputs. */
function joint(body: ScanParams['body'], seeded: readonly number[], wanted: readonly number[]): Joint {
  const builder = new GraphBuilder();
  const { inputs, outputs } = rebuild(body, builder);
  const backwardFrom = builder.nextId;
  const seeds = seeded.map((i) => builder.input(outputs[i], `d${i}`));
  const xs = wanted.map((i) => inputs[i]);
  const found = pullback(
    seeded.map((i) => outputs[i]),
    seeds,
    xs,
  );
  return { inputs, outputs, seeds, gradients: found.map((g, i) => g ?? zerosLike(xs[i])), builder, backwardFrom };
}

/** Values of the forward part that stay the same from step to step: made of captured values and constants alone. */
function invariants({ builder, backwardFrom }: Joint, captures: readonly Value[]): ReadonlySet<Node> {
  const same = new Set<Node>(captures.map((v) => v.node));
  for (const node of builder.nodes) {
    if (node.id >= backwardFrom || node.primitive.name === 'input') continue;
    if (node.inputs.every((v) => same.has(v.node))) same.add(node);
  }
  return same;
}

/** What the backward part takes from the forward part: the values where one ends and the other begins. */
function residuals({ gradients, inputs, backwardFrom }: Joint, given: ReadonlySet<Node>): Value[] {
  const found = new Set<Value>();
  const seen = new Set<Node>();
  const visit = (v: Value): void => {
    if (given.has(v.node)) return;
    if (v.node.id < backwardFrom || inputs.includes(v)) found.add(v);
    else if (!seen.has(v.node)) {
      seen.add(v.node);
      v.node.inputs.forEach(visit);
    }
  };
  gradients.forEach(visit);
  return [...found];
}

/** Copy what `wanted` need into another builder, stopping at values that have a stand-in there. */
function transplant(wanted: readonly Value[], standIns: ReadonlyMap<Value, Value>, to: GraphBuilder): Value[] {
  const map = new Map(standIns);
  const nodes = new Set<Node>();
  const stack = [...wanted];
  while (stack.length > 0) {
    const v = stack.pop()!;
    if (map.has(v) || nodes.has(v.node)) continue;
    nodes.add(v.node);
    stack.push(...v.node.inputs);
  }
  for (const node of [...nodes].sort((a, b) => a.id - b.id)) {
    const made = to.repeat(
      node,
      node.inputs.map((v) => map.get(v)!),
    );
    node.outputs.forEach((v, i) => {
      if (!map.has(v)) map.set(v, made[i]);
    });
  }
  return wanted.map((v) => map.get(v)!);
}

const indicesWhere = <T>(items: readonly T[], holds: (item: T, i: number) => boolean): number[] =>
  items.flatMap((item, i) => (holds(item, i) ? [i] : []));

/** The type of one slice along the first dimension. */
const slice = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape: shape.slice(1) });

export function scanGradient(context: GradientContext<ScanParams>): (Value | null)[] {
  const { cotangents, inputs: operands, outputs, params, needed } = context;
  const { body, carries, scanned } = params;
  const firstCapture = carries + scanned;

  // Cotangents of all float carries flow from step to step; of stacked outputs only those that have one.
  const seeded = indicesWhere(outputs, (v, i) => isFloat(v.dtype) && (i < carries || cotangents[i] !== null));
  const wanted = indicesWhere(operands, (v, i) => isFloat(v.dtype) && (i < carries || needed[i]));
  const part = joint(body, seeded, wanted);
  const slices = part.inputs.slice(carries, firstCapture);
  const captures = part.inputs.slice(firstCapture);
  const same = invariants(part, captures);
  const saved = residuals(part, new Set([...same, ...[...slices, ...part.seeds].map((v) => v.node)]));

  // Forward once more, stacking what is saved.
  const forward = makeGraph(part.inputs, [...part.outputs, ...saved]);
  const stacks = scan(operands, { ...params, body: forward }).slice(outputs.length);

  // Backward: carries are cotangents of the carries and sums for the captures.
  const back = new GraphBuilder();
  const carriedSeeds = seeded.filter((i) => i < carries);
  const stackedSeeds = seeded.filter((i) => i >= carries);
  const summed = wanted.filter((i) => i >= firstCapture);
  const sliceCotangents = wanted.filter((i) => i >= carries && i < firstCapture);
  const seedInputs = carriedSeeds.map((i) => back.input(outputs[i], `d${i}`));
  const sums = summed.map((i) => back.input(operands[i], `sum${i}`));
  const stackedInputs = stackedSeeds.map((i) => back.input(slice(outputs[i]), `d${i}`));
  const sliceInputs = slices.map((v, i) => back.input(v, `x${i}`));
  const savedInputs = saved.map((v, i) => back.input(v, `saved${i}`));
  const captureInputs = captures.map((v, i) => back.input(v, `captured${i}`));
  const standIns = new Map<Value, Value>([
    ...part.seeds.map((v, i): [Value, Value] => [v, [...seedInputs, ...stackedInputs][i]]),
    ...slices.map((v, i): [Value, Value] => [v, sliceInputs[i]]),
    ...saved.map((v, i): [Value, Value] => [v, savedInputs[i]]),
    ...captures.map((v, i): [Value, Value] => [v, captureInputs[i]]),
  ]);
  const slopes = transplant(part.gradients, standIns, back);
  const slopeOf = (i: number): Value => slopes[wanted.indexOf(i)];
  const backward = makeGraph(
    [...seedInputs, ...sums, ...stackedInputs, ...sliceInputs, ...savedInputs, ...captureInputs],
    [...carriedSeeds.map(slopeOf), ...summed.map((i, k) => add(sums[k], slopeOf(i))), ...sliceCotangents.map(slopeOf)],
  );
  const results = scan(
    [
      ...carriedSeeds.map((i) => cotangents[i] ?? zerosLike(outputs[i])),
      ...summed.map((i) => zerosLike(operands[i])),
      ...stackedSeeds.map((i) => cotangents[i]!),
      ...operands.slice(carries, firstCapture),
      ...stacks,
      ...operands.slice(firstCapture),
    ],
    {
      body: backward,
      carries: carriedSeeds.length + summed.length,
      scanned: stackedSeeds.length + scanned + saved.length,
      length: params.length,
      reverse: !params.reverse,
    },
  );
  const order = [...carriedSeeds, ...summed, ...sliceCotangents];
  return operands.map((_, i) => (needed[i] && order.includes(i) ? results[order.indexOf(i)] : null));
}

export function condGradient(context: GradientContext<CondParams>): (Value | null)[] {
  const { cotangents, inputs, params, needed } = context;
  const [predicate, ...operands] = inputs;
  const seeded = indicesWhere(cotangents, (c) => c !== null);
  const wanted = indicesWhere(operands, (_, i) => needed[i + 1]);
  if (wanted.length === 0) return inputs.map(() => null);
  const branch = (body: CondParams['onTrue']): CondParams['onTrue'] => {
    const part = joint(body, seeded, wanted);
    return makeGraph([...part.inputs, ...part.seeds], part.gradients);
  };
  const results = cond(predicate, [...operands, ...seeded.map((i) => cotangents[i]!)], {
    onTrue: branch(params.onTrue),
    onFalse: branch(params.onFalse),
  });
  return inputs.map((_, i) => (wanted.includes(i - 1) ? results[wanted.indexOf(i - 1)] : null));
}

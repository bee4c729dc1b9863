/** @file Replays what real Keras recorded of a layer: makes it from its config, sets its weights, calls it, and compares all it gives. */
import { isFloat } from '../core/dtype.js';
import { formatShape, sameShape, type PartialShape } from '../core/shape.js';
import { flatten, isDict } from '../core/tree.js';
import type { Layer } from '../layers/index.js';
import * as layers from '../layers/index.js';
import { shapesOf } from '../layers/layer_types.js';
import * as ops from '../ops/index.js';
import type { BackendName, Mask } from '../runtime/index.js';
import { KerasTensor, Tensor, tensor, valueAndGrad, type Variable } from '../runtime/index.js';
import { runOn } from './backends.js';
import { cotangent, difference, tensorDifference } from './compare.js';
import { decodeTensor, type EncodedArray, fillMarks, type FixtureCase } from './fixtures.js';

/** One recorded call of a layer. What does not apply is left out. */
export type LayerCase = FixtureCase & {
  readonly class_name: string;
  readonly serialized: { readonly config: Readonly<Record<string, unknown>> };
  readonly args: readonly unknown[];
  readonly call_kwargs: Readonly<Record<string, unknown>>;
  readonly inputs: readonly EncodedArray[];
  readonly weights: readonly EncodedArray[];
  readonly weight_info: readonly { readonly path: string; readonly trainable: boolean; readonly dtype: string }[];
  readonly output_tree: unknown;
  readonly outputs: readonly EncodedArray[];
  readonly output_shapes: readonly (readonly number[])[];
  readonly tolerance: number;
  readonly losses?: readonly number[];
  readonly losses_sum?: number;
  readonly weights_after?: Readonly<Record<string, EncodedArray>>;
  readonly seed_state_after?: readonly EncodedArray[];
  readonly output_mask?: unknown;
  readonly previous_mask?: unknown;
  readonly symbolic_inputs?: readonly PartialShape[];
  readonly symbolic_outputs?: readonly { readonly shape: PartialShape; readonly dtype: string }[];
  readonly grads?: {
    readonly inputs: Readonly<Record<string, EncodedArray>>;
    readonly weights: Readonly<Record<string, EncodedArray>>;
  };
  /** Arguments of several calls, one after the other; the state is reset before call number `reset_after`. */
  readonly calls?: readonly (readonly unknown[])[];
  readonly outputs_per_call?: readonly (readonly EncodedArray[])[];
  readonly reset_after?: number | null;
};

type Call = (...args: unknown[]) => unknown;

const seedStates = (layer: Layer): Variable[] =>
  layer.nonTrainableVariables.filter((v) => v.name === 'seed_generator_state');

/** A layer from its config, built, with the recorded weights, its seeds at their start. */
function prepare(recorded: LayerCase, inputs: readonly Tensor[]): Layer {
  const layer = layers.deserialize(recorded.serialized);
  const args = fillMarks(recorded.args, inputs, true) as unknown[];
  if (!layer.built) (layer.build as Call)(...args.map(shapesOf));
  if (!layer.built || layer.weights.length !== recorded.weights.length) callOf(layer, recorded, inputs);
  layer.setWeights(recorded.weights.map(decodeTensor));
  const seed = recorded.serialized.config['seed'];
  for (const state of seedStates(layer)) state.assign(tensor([typeof seed === 'number' ? seed : 0, 0], [2], 'uint32'));
  return layer;
}

function callOf(layer: Layer, recorded: LayerCase, inputs: readonly unknown[], given = recorded.args): unknown {
  const args = fillMarks(given, inputs, true) as unknown[];
  const options = fillMarks(recorded.call_kwargs, inputs, true) as Record<string, unknown>;
  return (layer as unknown as Call)(...args, ...(Object.keys(options).length > 0 ? [options] : []));
}

const tensorsIn = (tree: unknown): Tensor[] => flatten<unknown>(tree).filter((x): x is Tensor => x instanceof Tensor);

/** The recorded outputs in the order in which a tree of outputs has them. */
const outputOrder = (tree: unknown): number[] => {
  if (isDict(tree) && '$out' in tree) return [tree['$out'] as number];
  if (Array.isArray(tree)) return tree.flatMap(outputOrder);
  return isDict(tree)
    ? Object.keys(tree)
        .sort()
        .flatMap((key) => outputOrder(tree[key]))
    : [];
};

/** The sum that is differentiated: all float outputs, each times the stated weights. */
function weightedSum(outputs: readonly Tensor[]): Tensor {
  const parts = outputs
    .filter((y) => isFloat(y.dtype))
    .map((y) => ops.sum(ops.multiply(y, ops.cast(tensor(cotangent(y.size), y.shape), y.dtype))));
  return parts.reduce((a, b) => ops.add(a, b));
}

/**
 * Everything that a layer does otherwise than Keras did; empty when all is right.
 *
 * @param recorded What `tools/fixtures/layers.py` wrote.
 * @param backend Where calls and gradients run, each as one program. The layer is called eagerly as well.
 */
export function replayLayer(recorded: LayerCase, backend: BackendName): string[] {
  const problems: string[] = [];
  const inputs = recorded.inputs.map(decodeTensor);
  const layer = prepare(recorded, inputs);
  const complain = (what: string, problem: string | null): void => {
    if (problem !== null) problems.push(`${what}: ${problem}`);
  };

  const { serialized: before } = recorded;
  complain('config', jsonDifference(layers.serialize(layers.deserialize(before)), before));
  layer.weights.forEach((variable, i) => {
    const { path, trainable, dtype } = recorded.weight_info[i];
    const found = `${variable.path.slice(layer.name.length + 1)} ${variable.trainable} ${variable.dtype}`;
    complain(
      `weight ${i}`,
      found === `${path} ${trainable} ${dtype}` ? null : `${found}, expected ${path} ${trainable} ${dtype}`,
    );
  });
  if (recorded.calls) {
    compareCalls(layer, recorded, inputs, (fn) => fn(), complain, 'eager');
    compareCalls(layer, recorded, inputs, (fn) => runOn(backend, fn), complain, backend);
    return problems;
  }
  compareSymbolic(layer, recorded, complain);

  const start = new Map(layer.variables.map((variable) => [variable, variable.read()]));
  const rewind = (): void => start.forEach((array, variable) => variable.write(array));
  const compareCall = (how: string, call: () => { outputs: Tensor[]; losses: Tensor[] }): void => {
    const { outputs, losses } = call();
    const order = outputOrder(recorded.output_tree);
    if (outputs.length !== order.length) problems.push(`${how}: ${outputs.length} outputs, expected ${order.length}`);
    outputs.forEach((y, i) => {
      complain(`${how}, output ${i}`, tensorDifference(y, recorded.outputs[order[i]], recorded.tolerance));
      complain(`${how}, output shape ${i}`, shapeDifference(y.shape, recorded.output_shapes[order[i]]));
    });
    const numbers = (values: readonly number[]): { shape: number[]; data: readonly number[] } => ({
      shape: [values.length],
      data: values,
    });
    const found = losses.map((loss) => loss.itemSync());
    complain(`${how}, losses`, difference(numbers(found), numbers(recorded.losses ?? []), recorded.tolerance));
    layer.weights.forEach((variable, i) => {
      const expected = recorded.weights_after?.[i] ?? recorded.weights[i];
      const now = Tensor.fromArray(variable.read());
      complain(`${how}, weight ${i} after the call`, tensorDifference(now, expected, recorded.tolerance));
    });
    seedStates(layer).forEach((state, i) => {
      const expected = recorded.seed_state_after?.[i];
      if (expected) complain(`${how}, seed`, tensorDifference(Tensor.fromArray(state.read()), expected, 0));
    });
    rewind();
  };
  const run = (): { outputs: Tensor[]; losses: Tensor[] } => {
    const outputs = tensorsIn(callOf(layer, recorded, inputs));
    return { outputs, losses: layer.losses };
  };
  compareCall('eager', run);
  compareCall(backend, () => runOn(backend, run));
  compareMask(layer, recorded, inputs, complain);

  if (recorded.grads) {
    const { inputs: byInput, weights: byWeight } = recorded.grads;
    const wrt = [
      ...Object.keys(byInput).map((i) => inputs[Number(i)]),
      ...Object.keys(byWeight).map((i) => layer.weights[Number(i)]),
    ];
    const expected = [...Object.values(byInput), ...Object.values(byWeight)];
    const names = [
      ...Object.keys(byInput).map((i) => `input ${i}`),
      ...Object.keys(byWeight).map((i) => `weight ${i}`),
    ];
    const gradients = runOn(
      backend,
      () => valueAndGrad(() => weightedSum(tensorsIn(callOf(layer, recorded, inputs))), wrt)[1],
    );
    const paths = [
      ...Object.keys(byInput).map(() => ''),
      ...Object.keys(byWeight).map((i) => recorded.weight_info[Number(i)].path),
    ];
    gradients.forEach((gradient, i) => {
      const floor = ZERO_GRADIENTS.test(paths[i]) ? recorded.tolerance / 10 : 0;
      const problem = tensorDifference(gradient, expected[i], 5 * recorded.tolerance, { floor });
      complain(`gradient of ${names[i]}`, problem);
    });
    rewind();
  }
  return problems;
}

/**
 * Weights whose gradients are zero in truth: a key's bias adds the same to all scores of a query, which a softmax does not see. What
 * is recorded is the rounding of terms of about 1.
 */
const ZERO_GRADIENTS = /(^|\/)key\/bias$/;

type Complain = (what: string, problem: string | null) => void;

const shapeDifference = (found: PartialShape, expected: PartialShape): string | null =>
  sameShape(found, expected) ? null : `${formatShape(found)}, expected ${formatShape(expected)}`;

/** Calls of a layer that keeps state from call to call. */
function compareCalls(
  layer: Layer,
  { tolerance, ...recorded }: LayerCase,
  inputs: readonly Tensor[],
  run: (fn: () => Tensor[]) => Tensor[],
  complain: Complain,
  how: string,
): void {
  const stateful = layer as Layer & { resetState(): void };
  stateful.resetState();
  recorded.calls!.forEach((args, i) => {
    if (i === recorded.reset_after) stateful.resetState();
    const outputs = run(() => tensorsIn(callOf(layer, { tolerance, ...recorded }, inputs, args)));
    recorded.outputs_per_call![i].forEach((expected, k) =>
      complain(`${how}, call ${i}, output ${k}`, tensorDifference(outputs[k], expected, tolerance)),
    );
  });
}

function compareSymbolic(layer: Layer, recorded: LayerCase, complain: Complain): void {
  const { symbolic_inputs: shapes, symbolic_outputs: expected } = recorded;
  if (!shapes || !expected) return;
  const symbols = shapes.map((shape, i) => new KerasTensor(shape, { dtype: decodeTensor(recorded.inputs[i]).dtype }));
  const outputs = flatten<unknown>(callOf(layer, recorded, symbols)).filter(
    (x): x is KerasTensor => x instanceof KerasTensor,
  );
  outputRange(outputs.length, expected.length).forEach((i) => {
    const y = outputs[i];
    complain(`symbolic output ${i}`, y ? shapeDifference(y.shape, expected[i].shape) : 'missing');
    if (y && y.dtype !== expected[i].dtype)
      complain(`symbolic output ${i}`, `dtype ${y.dtype}, expected ${expected[i].dtype}`);
  });
}

const outputRange = (a: number, b: number): number[] => Array.from({ length: Math.max(a, b) }, (_, i) => i);

function compareMask(layer: Layer, recorded: LayerCase, inputs: readonly Tensor[], complain: Complain): void {
  if (recorded.output_mask === undefined) return;
  const [first] = fillMarks(recorded.args, inputs, true) as unknown[];
  const previous = fillMarks(recorded.previous_mask ?? recorded.call_kwargs['mask'] ?? null, inputs) as Mask | null;
  const masks = flatten<unknown>(layer.computeMask(first, previous));
  const expected = flatten<unknown>(recorded.output_mask, (x) => isDict(x) && 'data' in x);
  outputRange(masks.length, expected.length).forEach((i) => {
    const mask = masks[i] ?? null;
    const wanted = (expected[i] ?? null) as EncodedArray | null;
    if (wanted === null) return complain(`mask ${i}`, mask === null ? null : 'given, expected none');
    complain(`mask ${i}`, mask instanceof Tensor ? tensorDifference(mask, wanted, 0) : 'missing');
  });
}

/** Where two JSON values differ, or null. Numbers may differ by one part in a million, as float32 does from float64. */
export function jsonDifference(found: unknown, expected: unknown, path = '$'): string | null {
  if (typeof found === 'number' && typeof expected === 'number')
    return Math.abs(found - expected) <= 1e-6 * Math.max(1, Math.abs(expected))
      ? null
      : `${path} is ${found}, expected ${expected}`;
  if (Array.isArray(found) && Array.isArray(expected)) {
    if (found.length !== expected.length) return `${path} has ${found.length} entries, expected ${expected.length}`;
    return found.map((x, i) => jsonDifference(x, expected[i], `${path}[${i}]`)).find((x) => x !== null) ?? null;
  }
  if (isDict(found) && isDict(expected)) {
    const [own, wanted] = [Object.keys(found), Object.keys(expected)];
    if (own.join() !== wanted.join()) return `${path} has the keys ${own.join(', ')}, expected ${wanted.join(', ')}`;
    return (
      own.map((key) => jsonDifference(found[key], expected[key], `${path}.${key}`)).find((x) => x !== null) ?? null
    );
  }
  return Object.is(found, expected)
    ? null
    : `${path} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
}

/** @file Replays recorded calls of functions: outputs, dtypes, shapes and gradients against what real Keras gave. */
import { isFloat } from '../core/dtype.js';
import { flatten } from '../core/tree.js';
import { fromNumbers } from '../core/ndarray.js';
import { convert, mul, reduceSum, add } from '../graph/lax.js';
import { constantTensor, Tensor, valueAndGrad } from '../runtime/index.js';
import { callByKerasName } from './call_op.js';
import type { Bounds } from './compare.js';
import { cotangent, tensorDifference } from './compare.js';
import type { EncodedArray, FixtureCase } from './fixtures.js';
import { decodeTensor, fillMarks, isEncodedArray } from './fixtures.js';

/** A recorded call. */
export interface OpCase extends FixtureCase {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly inputs: readonly EncodedArray[];
  readonly output_tree: unknown;
  readonly outputs: readonly EncodedArray[];
  readonly grads?: Readonly<Record<string, EncodedArray>>;
  readonly tolerance: number;
  /** Absolute error that rounding may leave whatever the size of a number. */
  readonly floor?: number;
}

/** Σ over all float outputs of Σ output · c, with the stated weights c. */
function weightedSum(outputs: readonly Tensor[]): Tensor {
  const parts = outputs
    .filter((y) => isFloat(y.dtype))
    .map((y) => {
      const weights = constantTensor(fromNumbers(y.dtype, y.shape, cotangent(y.size)));
      const product = mul(y, weights);
      return convert(
        reduceSum(
          product,
          product.shape.map((_, d) => d),
        ),
        'float32',
      );
    });
  return parts.reduce((total, part) => add(total, part));
}

/** The tensors and plain values of a result, in order. */
function leavesOf(result: unknown): unknown[] {
  return flatten<unknown>(result).filter((x) => x !== undefined);
}

/** Compare leaves that Keras gave as plain values (sizes, numbers of axes). */
function plainLeaves(tree: unknown): unknown[] {
  return flatten<unknown>(tree);
}

/**
 * What is wrong with the port's answer to a recorded call, or null.
 *
 * @param root Where names are looked up: `{ ops }`.
 * @param run Runs a function of tensors, eagerly or as one compiled program.
 * @param bounds Beside the tolerance of the case.
 */
export function opCaseDifference(
  root: object,
  c: OpCase,
  run: <R>(fn: () => R) => R,
  bounds: Bounds = {},
): string | null {
  const inputs = c.inputs.map(decodeTensor);
  const call = (tensors: readonly Tensor[]): unknown[] =>
    leavesOf(
      callByKerasName(
        root,
        c.name,
        fillMarks(c.args, tensors) as unknown[],
        fillMarks(c.kwargs, tensors) as Record<string, unknown>,
      ),
    );
  const found = run(() => call(inputs));
  const wanted = plainLeaves(markOutputs(c.output_tree, c.outputs));
  if (found.length !== wanted.length) return `${found.length} outputs, expected ${wanted.length}`;
  for (const [i, expected] of wanted.entries()) {
    const actual = found[i];
    if (!(expected instanceof Recorded)) {
      if (actual !== expected) return `output ${i} is ${String(actual)}, expected ${String(expected)}`;
      continue;
    }
    if (!(actual instanceof Tensor)) return `output ${i} is no tensor`;
    const difference = tensorDifference(actual, expected.array, c.tolerance, bounds);
    if (difference !== null) return `output ${i}: ${difference}`;
  }
  const keys = Object.keys(c.grads ?? {});
  if (keys.length === 0) return null;
  const wrt = keys.map((k) => inputs[Number(k)]);
  const slopes = run(
    () => valueAndGrad(() => weightedSum(call(inputs).filter((x): x is Tensor => x instanceof Tensor)), wrt)[1],
  );
  for (const [i, key] of keys.entries()) {
    const difference = tensorDifference(slopes[i], c.grads![key], 5 * c.tolerance, bounds);
    if (difference !== null) return `gradient of input ${key}: ${difference}`;
  }
  return null;
}

/** A recorded array in an output tree: a leaf of its own. */
class Recorded {
  constructor(readonly array: EncodedArray) {}
}
function markOutputs(tree: unknown, outputs: readonly EncodedArray[]): unknown {
  if (Array.isArray(tree)) return tree.map((x) => markOutputs(x, outputs));
  if (typeof tree !== 'object' || tree === null) return tree;
  if (isEncodedArray(tree)) return new Recorded(tree);
  if ('$out' in tree) return new Recorded(outputs[tree.$out as number]);
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, markOutputs(value, outputs)]));
}

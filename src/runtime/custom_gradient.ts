/** @file Functions with gradients of their own: what their authors state is traced along with them. */
import { describe } from '../core/describe.js';
import { isFloat } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { flatten, mapTree } from '../core/tree.js';
import { rebuild } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import { Tensor } from './tensor.js';
import { isTracing, traceFunction } from './trace.js';
import { Variable } from './variable.js';

const tensorsIn = (x: unknown): Tensor[] => flatten<unknown>(x).filter((leaf) => leaf instanceof Tensor);

/** The structure with its tensors replaced, one after the other. */
function withTensors<T>(x: T, tensors: readonly Tensor[]): T {
  let next = 0;
  return mapTree<unknown, unknown>(x, (leaf) => (leaf instanceof Tensor ? tensors[next++] : leaf)) as T;
}

/** See `ops.customGradient`. */
export function withCustomGradient<Args extends readonly unknown[], R>(
  f: (...args: Args) => readonly [output: R, gradFn: (upstream: R) => unknown],
): (...args: Args) => R {
  if (typeof f !== 'function') throw new ValueError(`customGradient: expected a function, got ${describe(f)}.`);
  return (...args) => {
    const pair: unknown = f(...args);
    if (!Array.isArray(pair) || pair.length !== 2 || typeof pair[1] !== 'function')
      throw new ValueError(
        `customGradient: the function gave ${describe(pair)}. Expected a pair [output, gradFn], gradFn a function of the output's gradient.`,
      );
    const [output, gradFn] = pair as unknown as readonly [R, (upstream: R) => unknown];
    if (!isTracing()) return output;
    const given = flatten<unknown>(args).filter((x) => x instanceof Tensor || x instanceof Variable);
    const inputs = given.map((x) => (x instanceof Variable ? x.value : x));
    const outputs = tensorsIn(output);
    const traced = traceFunction(
      'the gradient of a customGradient function',
      outputs.map(({ dtype, shape }) => ({ dtype, shape })),
      (upstream) => gradientsOf(gradFn(withTensors(output, upstream)), inputs),
      (found) => found.filter((g) => g !== null),
    );
    const { graph, variables, captured, result: found } = traced;
    const results = lax.withGradient<Tensor>(
      { inputs, residuals: [...variables.map((variable) => variable.stored), ...captured], outputs },
      (cotangents, { residuals, outputs: values }) => {
        const upstream = cotangents.map((c, i) => c ?? lax.zerosLike(values[i]));
        const builder = values[0].applier;
        const made = rebuild(graph, builder, undefined, [...upstream, ...residuals]).outputs;
        let next = 0;
        return found.map((g) => (g === null ? null : made[next++]));
      },
    );
    return withTensors(output, results);
  };
}

/** What `gradFn` gave, as one gradient or null for each argument. */
function gradientsOf(given: unknown, inputs: readonly Tensor[]): (Tensor | null)[] {
  const list = Array.isArray(given)
    ? given.flatMap((x: unknown) => (x === null ? [null] : flatten<unknown>(x)))
    : flatten<unknown>(given);
  if (list.length !== inputs.length)
    throw new ValueError(
      `customGradient: gradFn gave ${list.length} gradients for ${inputs.length} arguments. Expected one for each, null where there is none.`,
    );
  return list.map((g, i) => {
    const { dtype, shape } = inputs[i];
    if (g === null || !isFloat(dtype)) return null;
    if (!(g instanceof Tensor) || !sameShape(g.shape, shape))
      throw new ValueError(
        `customGradient: gradient ${i} is ${g instanceof Tensor ? `of shape ${formatShape(g.shape)}` : describe(g)}. ` +
          `Expected a tensor of the shape of argument ${i}, ${formatShape(shape)}.`,
      );
    return lax.convert(g, dtype);
  });
}

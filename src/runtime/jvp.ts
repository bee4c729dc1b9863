/** @file Derivatives in a direction: `jvp`. */
import { describe } from '../core/describe.js';
import { isFloat } from '../core/dtype.js';
import { ValueError } from '../core/errors.js';
import { formatShape, sameShape } from '../core/shape.js';
import { flatten, mapTree } from '../core/tree.js';
import type { Value } from '../graph/index.js';
import { pullback } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import { toTensor, type TensorLike } from './convert.js';
import { inTrace } from './grad.js';
import { Tensor } from './tensor.js';
import { Variable } from './variable.js';

/** Options of `jvp`. */
export interface JvpOptions {
  /** Whether `fun` gives a pair of its output and data that are not differentiated. Default false. */
  readonly hasAux?: boolean;
}

const isLeaf = (x: unknown): boolean =>
  x instanceof Tensor || x instanceof Variable || typeof x === 'number' || typeof x === 'boolean';

/** The tensors of arguments, one for each leaf. */
const leavesOf = (owner: string, trees: readonly unknown[]): Tensor[] =>
  flatten<unknown>(trees).map((x) => {
    if (!isLeaf(x)) throw new ValueError(`jvp: ${owner} hold ${describe(x)}. Expected tensors or numbers.`);
    return toTensor(x as TensorLike, null, 'jvp');
  });

/** The structure with its leaves replaced, one after the other. */
function filled<T>(tree: T, tensors: readonly Tensor[], isPart: (leaf: unknown) => boolean): T {
  let next = 0;
  return mapTree<unknown, unknown>(tree, (leaf) => (isPart(leaf) ? tensors[next++] : leaf)) as T;
}

/**
 * See `ops.jvp`. The derivative is made of two gradients: the gradient is linear in the weights of the outputs, and the gradient of that with respect to
 * the weights is the derivative.
 *
 * @see Townsend 2017, "A new trick for calculating Jacobian vector products"
 */
export function computeJvp(
  fun: (...args: never[]) => unknown,
  primals: readonly unknown[],
  tangents: readonly unknown[],
  { hasAux = false }: JvpOptions = {},
): unknown[] {
  if (typeof fun !== 'function') throw new ValueError(`jvp: fun is ${describe(fun)}. Expected a function.`);
  for (const [name, list] of Object.entries({ primals, tangents }))
    if (!Array.isArray(list)) throw new ValueError(`jvp: ${name} are ${describe(list)}. Expected a list of arguments.`);
  const points = leavesOf('primals', primals);
  const directions = leavesOf('tangents', tangents);
  points.forEach(({ dtype, shape }, i) => {
    if (!isFloat(dtype))
      throw new ValueError(
        `jvp: primal ${i} has dtype ${dtype}. Make it one of floats: tensor([1, 0], { dtype: 'float32' }), or x.cast('float32').`,
      );
    if (directions[i] === undefined || !sameShape(directions[i].shape, shape))
      throw new ValueError(
        `jvp: primal ${i} has shape ${formatShape(shape)}, its tangent ${directions[i] === undefined ? 'is missing' : formatShape(directions[i].shape)}. ` +
          `Expected tangents of the same structure and shapes.`,
      );
  });
  if (points.length !== directions.length)
    throw new ValueError(`jvp: ${points.length} primals and ${directions.length} tangents. Expected as many.`);
  let result: unknown;
  const computed = inTrace('a function being differentiated', (trace) => {
    const since = trace.builder.nextId;
    // Nodes of their own: what else is computed from the same tensors is not differentiated.
    const xs = points.map((t) => lax.stopGradient(trace.lift(t)));
    const args = filled(
      primals,
      xs.map((x) => trace.wrap(x)),
      isLeaf,
    );
    result = fun(...(args as never[]));
    if (hasAux && (!Array.isArray(result) || result.length !== 2))
      throw new ValueError(`jvp: with hasAux fun gives [output, aux], but it gave ${describe(result)}.`);
    const output = hasAux ? (result as readonly unknown[])[0] : result;
    const ys = flatten<unknown>(output).map((y) => {
      if (!(y instanceof Tensor)) throw new ValueError(`jvp: fun gave ${describe(y)}. Expected tensors.`);
      return trace.lift(y);
    });
    const aux = flatten<unknown>(hasAux ? (result as readonly unknown[])[1] : []).filter((x) => x instanceof Tensor);
    return [...ys, ...derivatives(ys, xs, directions.map((t, i) => lax.convert(trace.lift(t), xs[i].dtype)), since), ...aux.map((x) => trace.lift(x))]; // prettier-ignore
  });
  const isTensor = (x: unknown): boolean => x instanceof Tensor;
  const output = hasAux ? (result as readonly unknown[])[0] : result;
  const count = flatten<unknown>(output).length;
  const outs = [filled(output, computed, isTensor), filled(output, computed.slice(count), isTensor)];
  return hasAux ? [...outs, filled((result as readonly unknown[])[1], computed.slice(2 * count), isTensor)] : outs;
}

/** J·t: the gradient Jᵀ·u is linear in u, and its own gradient with respect to u, of weights t, is J·t. */
function derivatives(ys: readonly Value[], xs: readonly Value[], ts: readonly Value[], since: number): Value[] {
  const floats = ys.filter((y) => isFloat(y.dtype));
  const weights = floats.map((y) => lax.stopGradient(lax.zerosLike(y)));
  const slopes = pullback(floats, weights, xs, since);
  const used = slopes.flatMap((g, i) => (g === null ? [] : [i]));
  const found = pullback(
    used.map((i) => slopes[i]!),
    used.map((i) => ts[i]),
    weights,
    since,
  );
  return ys.map((y) => {
    const at = floats.indexOf(y);
    return (at < 0 ? null : found[at]) ?? lax.zerosLike(y);
  });
}

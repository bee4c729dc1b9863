/** @file Reverse-mode gradients of graphs. Rules stand with their primitives. */
import { isFloat } from '../core/dtype.js';
import { InternalError } from '../core/errors.js';
import type { Node, Value } from './graph.js';
import { add, fullLike } from './lax.js';
import { gradientOrigin, withOrigin } from './origin.js';

/**
 * Add the backward nodes of `y` with respect to `xs` to the builder that both belong to. Gradients are made of primitives, so
 * they can be differentiated again.
 *
 * @param y A scalar float, or any float when `seed` is given.
 * @param xs Values that `y` may depend on.
 * @param since Only nodes with an id of at least this are differentiated through: what was made before counts as constant.
 * @param seed Cotangent of `y`; 1 when left out.
 * @returns One gradient per `x`, of its shape and dtype; null where `y` does not depend on `x`.
 */
export function gradients(y: Value, xs: readonly Value[], since = 0, seed?: Value): (Value | null)[] {
  if (!isFloat(y.dtype)) throw new InternalError(`gradients: of a ${y.dtype} value`);
  return pullback([y], [seed ?? fullLike(y, 1)], xs, since);
}

/**
 * Carry cotangents of several values back to `xs`: `gradients` of the sum of all ys weighted by their cotangents.
 *
 * @param seeds One cotangent per y, of its type; null counts as zero.
 */
export function pullback(
  ys: readonly Value[],
  seeds: readonly (Value | null)[],
  xs: readonly Value[],
  since = 0,
): (Value | null)[] {
  const cotangents = new Map<Value, Value>();
  const accumulate = (value: Value, cotangent: Value): void => {
    const sofar = cotangents.get(value);
    cotangents.set(value, sofar === undefined ? cotangent : add(sofar, cotangent));
  };
  ys.forEach((y, i) => {
    const seed = seeds[i];
    if (seed !== null) accumulate(y, seed);
  });

  const wanted = new Set(xs);
  const path = nodesBetween([...cotangents.keys()], wanted, since);
  for (const node of path.order) {
    const flowing = node.outputs.map((v) => cotangents.get(v) ?? null);
    if (flowing.every((c) => c === null) || node.primitive.gradient === null) continue;
    const needed = node.inputs.map((v) => isFloat(v.dtype) && (wanted.has(v) || path.nodes.has(v.node)));
    const context = { cotangents: flowing, inputs: node.inputs, outputs: node.outputs, params: node.params, needed };
    const { gradient } = node.primitive;
    withOrigin(gradientOrigin(node.origin), () => {
      gradient(context).forEach((cotangent, i) => {
        if (cotangent !== null && needed[i]) accumulate(node.inputs[i], cotangent);
      });
    });
  }
  if (xs.some((x) => ys.some((y) => x.applier !== y.applier)))
    throw new InternalError('gradients: with respect to a value of another graph');
  return xs.map((x) => cotangents.get(x) ?? null);
}

/** The nodes on a path from any of `xs` to any of `ys`, the last made first (an order in which cotangents are complete when used). */
function nodesBetween(
  ys: readonly Value[],
  xs: ReadonlySet<Value>,
  since: number,
): { nodes: ReadonlySet<Node>; order: Node[] } {
  const ancestors = new Set<Node>();
  const stack = ys.map((y) => y.node);
  while (stack.length > 0) {
    const node = stack.pop()!;
    if (ancestors.has(node) || node.id < since) continue;
    ancestors.add(node);
    for (const input of node.inputs) stack.push(input.node);
  }
  const ascending = [...ancestors].sort((a, b) => a.id - b.id);
  const nodes = new Set<Node>();
  for (const node of ascending) {
    if (node.inputs.some((v) => xs.has(v) || nodes.has(v.node))) nodes.add(node);
  }
  return { nodes, order: ascending.filter((n) => nodes.has(n)).reverse() };
}

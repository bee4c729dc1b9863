/** @file What layers of one tensor, and layers of a list of tensors, say when they get something else. */
import { describe } from '../core/describe.js';
import { TypeError, ValueError } from '../core/errors.js';
import type { Serializable } from '../core/serialization.js';
import { flatten, isDict } from '../core/tree.js';
import { ownerOf } from './arguments.js';

/**
 * Demand that an argument of a call is one tensor.
 *
 * @param x The argument, in which lists of numbers are tensors already.
 * @param given The argument as it came.
 * @param name Of the argument, where a layer takes several.
 * @throws {ValueError} It is a list or a dict.
 * @throws {TypeError} There is none.
 */
export function requireOneTensor(
  layer: Serializable & { readonly name: string },
  x: unknown,
  given: unknown,
  name: string | null,
): void {
  if (x === null || x === undefined)
    throw new TypeError(`${ownerOf(layer)}: called with ${describe(given)}. Expected a tensor.`);
  if (!isDict(x) && !Array.isArray(x)) return;
  const as = name === null ? '' : ` as \`${name}\``;
  if (isDict(x))
    throw new ValueError(
      `Layer '${layer.name}' takes one tensor${as}, but it received ${describe(x)}. Give it one of them, as in ` +
        `layer(inputs.${Object.keys(x)[0] ?? 'images'}); in a Dataset: map((batch) => ({ ...batch, … })).`,
    );
  const count = flatten<unknown>(x).length;
  const got =
    count === 1
      ? `takes one tensor${as}, but it received ${describe(x)}`
      : `expects 1 input(s)${as}, but it received ${count} input tensors`;
  throw new ValueError(
    `Layer '${layer.name}' ${got}. Give it one tensor, as in layer(inputs[0]), or join those of the list first: layers.Concatenate, ops.stack.`,
  );
}

/**
 * Demand that the first argument of a call is a list of tensors.
 *
 * @param expected What would be right, as the end of a sentence.
 * @throws {ValueError} It is something else, or holds something else.
 */
export function requireTensors(
  layer: Serializable & { readonly name: string },
  x: unknown,
  expected = 'a list of tensors, as in layer([a, b])',
): asserts x is readonly unknown[] {
  const isList = Array.isArray(x) && x.length > 0;
  const strange = isList ? x.find((each) => Array.isArray(each) || isDict(each)) : undefined;
  if (isList && strange === undefined) return;
  const isTensor = !isDict(x) && !Array.isArray(x) && x !== null && x !== undefined;
  const got = isTensor
    ? 'the input is one tensor'
    : strange === undefined
      ? `called with ${describe(x)}`
      : `called with a list that holds ${describe(strange)}`;
  throw new ValueError(`${ownerOf(layer)}: ${got}. Expected ${expected}.`);
}

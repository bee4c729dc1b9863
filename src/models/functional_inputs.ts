/** @file What a functional model makes of its inputs: matched by name or by place, converted, and given the rank that was declared. */
import { ValueError } from '../core/errors.js';
import type { PartialShape } from '../core/shape.js';
import { formatShape } from '../core/shape.js';
import { flatten, isDict, mapTree } from '../core/tree.js';
import { InputLayer } from '../layers/core/input_layer.js';
import { InputSpec } from '../layers/input_spec.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import {
  getKerasMask,
  KerasTensor,
  setKerasMask,
  STRINGS_REMEDY,
  toTensor,
  toTensorOrTexts,
} from '../runtime/index.js';
import type { FunctionGraph } from './function_graph.js';
import { leafPaths } from './function_graph.js';

/** The `InputLayer` that made a symbolic input, or null. */
function inputLayerOf(x: KerasTensor): InputLayer | null {
  const operation = x.history?.node.operation;
  return operation instanceof InputLayer ? operation : null;
}

/** What a model's inputs must look like: the declared shapes with any batch size, a last axis of 1 too many or too few. */
export function inputSpecsOf(graph: FunctionGraph): InputSpec[] | null {
  const specFor = (x: KerasTensor, name = x.history?.node.operation.name ?? x.name): InputSpec =>
    new InputSpec({
      shape: x.shape.map((dim, axis) => (axis === 0 ? null : dim)),
      allowLastAxisSqueeze: true,
      name,
      optional: isOptional(x),
    });
  const { inputsStruct } = graph;
  if (!isDict(inputsStruct)) return graph.inputs.map((x) => specFor(x));
  if (!Object.values(inputsStruct).every((x) => x instanceof KerasTensor)) return null; // nested deeper: not checked
  const keys = Object.keys(inputsStruct).sort();
  return graph.inputs.map((x, i) => specFor(x, keys[i]));
}

const isOptional = (x: KerasTensor): boolean => {
  const layer = inputLayerOf(x);
  return layer !== null && (layer.optional || layer.fedBy !== null);
};

/** `[*,{a:*}]`: what two structures must have in common to be the same. */
function outline(tree: unknown): string {
  if (Array.isArray(tree)) return `[${tree.map(outline).join()}]`;
  if (!isDict(tree)) return '*';
  const keys = Object.keys(tree).sort();
  return `{${keys.map((key) => `${key}:${outline(tree[key])}`).join()}}`;
}

/** A structure as messages show it. */
function show(tree: unknown): string {
  const leaf = (x: unknown): string => {
    if (x === null || x === undefined) return 'null';
    if (x instanceof KerasTensor) return x.name;
    const shape = (x as { shape?: PartialShape }).shape;
    return shape === undefined ? typeof x : `Tensor(shape=${formatShape(shape)})`;
  };
  return JSON.stringify(mapTree<unknown, string>(tree, leaf));
}

/** The names by which an input can be given: that of the tensor, and that of its layer. */
const namesOf = (x: KerasTensor): string[] => [x.name, x.history?.node.operation.name ?? x.name];

/** The inputs in the order of the model's, whatever way they were given. */
function matchStructure(graph: FunctionGraph, inputs: unknown, owner: string): unknown[] {
  const { inputsStruct } = graph;
  if (isDict(inputs) && !isDict(inputsStruct)) {
    const keys = graph.inputs.map((x) => namesOf(x).find((name) => Object.hasOwn(inputs, name)));
    if (keys.every((key) => key !== undefined)) {
      refuseOtherKeys(inputs, keys, owner);
      return keys.map((key) => inputs[key]);
    }
    refuse(graph, inputs, owner);
  }
  if (isDict(inputs) && isDict(inputsStruct)) {
    const keys = Object.keys(inputsStruct).sort();
    if (keys.every((key) => Object.hasOwn(inputs, key))) {
      refuseOtherKeys(inputs, keys, owner);
      return flatten<unknown>(keys.map((key) => inputs[key]));
    }
  }
  const flat = flatten<unknown>(inputs);
  if (outline(inputs) === outline(inputsStruct)) return flat;
  // A list for a dict has an order only if the dict's own is that of its sorted keys.
  const unordered =
    isDict(inputsStruct) && Object.keys(inputsStruct).join() !== Object.keys(inputsStruct).sort().join();
  if (flat.length !== graph.inputs.length || (unordered && !isDict(inputs))) refuse(graph, inputs, owner);
  const alone = graph.inputs.length === 1; // x and [x] are told apart by nobody
  if (!alone) console.warn(mismatch(graph, inputs, owner));
  return flat;
}

/** Keras passes over keys that name no input; here a misspelt name, or a target among the inputs, is told. */
function refuseOtherKeys(inputs: Readonly<Record<string, unknown>>, known: readonly string[], owner: string): void {
  const others = Object.keys(inputs).filter((key) => !known.includes(key));
  if (others.length === 0) return;
  throw new ValueError(
    `${owner}: ${others.map((key) => `'${key}'`).join(', ')} ${others.length === 1 ? 'is no input' : 'are no inputs'} of the model. ` +
      `Its inputs: ${known.map((key) => `'${key}'`).join(', ')}. Leave out what it does not take.`,
  );
}

function mismatch(graph: FunctionGraph, inputs: unknown, owner: string): string {
  return (
    `${owner}: the structure of \`inputs\` doesn't match the expected structure.\n` +
    `Expected: ${show(graph.inputsStruct)}\nReceived: inputs=${show(inputs)}`
  );
}

function refuse(graph: FunctionGraph, inputs: unknown, owner: string): never {
  throw new ValueError(mismatch(graph, inputs, owner));
}

/** An input of one axis too many or too few, of size 1, gets the declared rank. */
function adjustRank(x: Tensor, own: KerasTensor, path: string, owner: string): Tensor {
  const [rank, wanted] = [x.ndim, own.ndim];
  // Keras takes an axis of 1 where another size was declared, and fails later, in a layer.
  const fits = (shape: PartialShape): boolean =>
    own.shape.every((dim, i) => i === 0 || dim === null || dim === shape[i]);
  if (rank === wanted && fits(x.shape)) return x;
  if (rank === wanted + 1 && x.shape.at(-1) === 1) return ops.squeeze(x, { axis: -1 });
  if (rank === wanted - 1 && own.shape.at(-1) === 1) return ops.expandDims(x, -1);
  throw new ValueError(
    `${owner}: invalid input shape for the input with name '${own.name}' and path '${path}'. ` +
      `Expected shape ${formatShape(own.shape)}, but input has incompatible shape ${formatShape(x.shape)}.`,
  );
}

/** An input in the dtype of the model's. @throws {ValueError} Texts for numbers, or numbers for texts. */
function ofDType(given: unknown, own: KerasTensor, owner: string): Tensor {
  const x = toTensorOrTexts(given as TensorLike, owner);
  if ((x.dtype === 'string') === (own.dtype === 'string'))
    return x.dtype === own.dtype ? x : toTensor(x, own.dtype, owner);
  const [wanted, found] = [own.dtype, x.dtype].map((dtype) => (dtype === 'string' ? 'texts' : `numbers (${dtype})`));
  throw new ValueError(
    `${owner}: the input '${own.name}' takes ${wanted}, got ${found} of shape ${formatShape(x.shape)}. ` +
      (own.dtype === 'string' ? 'Give texts, or declare the input without dtype.' : STRINGS_REMEDY),
  );
}

/**
 * The inputs of a call as the graph takes them: one tensor per input, of its dtype and rank, with its mask.
 *
 * @throws {ValueError} Names, number, structure or rank do not fit, or an input is missing that is not optional.
 */
export function standardizeInputs(graph: FunctionGraph, inputs: unknown, owner: string): (Tensor | null)[] {
  const flat = matchStructure(graph, inputs, owner);
  const paths = leafPaths(graph.inputsStruct);
  return graph.inputs.map((own, i) => {
    const given = flat[i] ?? inputLayerOf(own)?.fedBy ?? null;
    if (given === null) {
      if (isOptional(own) || inputLayerOf(own) === null) return null;
      throw new ValueError(
        `${owner}: the input '${own.name}' is not optional, but null was passed. Please provide a valid tensor.`,
      );
    }
    const x = adjustRank(ofDType(given, own, owner), own, paths[i], owner);
    const mask = getKerasMask(given);
    if (mask !== null && x !== given) setKerasMask(x, mask);
    return x;
  });
}

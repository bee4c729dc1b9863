/** @file The tensors that go into a step and come out of it, and where they belong. */
import type { NDArray } from '../core/ndarray.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import type { AnyBatch } from '../data/index.js';
import type { Variable } from '../runtime/index.js';
import { Tensor, Variable as VariableClass } from '../runtime/index.js';

/** What a step computes from a batch: logs, or predictions. */
export type Step = (batch: AnyBatch) => Tree<unknown>;

/** The steps that a model has. */
export type StepKind = 'train' | 'test' | 'predict';

export const isOutput = (leaf: unknown): boolean => leaf instanceof Tensor || leaf instanceof VariableClass;
export const asTensor = (leaf: unknown): Tensor => (leaf instanceof Tensor ? leaf : (leaf as Variable).value);

/** Shapes, dtypes and structure of a batch. */
export function batchSignature(batch: AnyBatch): string {
  const visit = (node: unknown): string => {
    if (node === null) return '-';
    if (node instanceof Tensor) return `${node.dtype}[${node.shape.join()}]`;
    if (Array.isArray(node)) return `(${node.map(visit).join()})`;
    const dict = node as Record<string, unknown>;
    return `{${Object.keys(dict)
      .sort()
      .map((key) => `${key}:${visit(dict[key])}`)
      .join()}}`;
  };
  return visit(batch);
}

/** The tensors of a batch, in order. */
export function batchTensors(batch: AnyBatch): Tensor[] {
  return flatten<Tensor | null>(batch).filter((x) => x !== null);
}

/** A batch of the same structure with other tensors. */
export function rebuildBatch(batch: AnyBatch, tensors: readonly Tensor[]): AnyBatch {
  let next = 0;
  return mapTree<Tensor | null, Tensor | null>(batch, (x) =>
    x === null ? null : tensors[next++],
  ) as unknown as AnyBatch;
}

/** The tensors of what a step gave. */
export function outputTensors(result: Tree<unknown>): Tensor[] {
  return flatten<unknown>(result).filter(isOutput).map(asTensor);
}

/** The results of a run in the places of the traced tensors. */
export function unpack(result: Tree<unknown>, arrays: readonly NDArray[]): Tree<unknown> {
  let next = 0;
  return mapTree(result, (leaf) => (isOutput(leaf) ? Tensor.fromArray(arrays[next++]) : leaf));
}

/** What `fn` gives; variables that it assigned have their values from before again. */
export function keepingValues<R>(variables: readonly Variable[], fn: () => R): R {
  // Keras on JAX: what a call assigns to trained weights (SpectralNormalization does) counts for its loss and gradients alone.
  const before = variables.map((variable) => variable.stored);
  const result = fn();
  variables.forEach((variable, i) => {
    if (variable.stored !== before[i]) variable.assign(before[i]);
  });
  return result;
}

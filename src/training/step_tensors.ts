/** @file The tensors that go into a step and come out of it, and where they belong. */
import type { NDArray } from '../core/ndarray.js';
import type { Tree } from '../core/tree.js';
import { flatten, mapTree } from '../core/tree.js';
import type { AnyBatch } from '../data/index.js';
import type { Variable } from '../runtime/index.js';
import type { HostedTrace, HostFeeds, ResultOf } from '../runtime/index.js';
import { StringTensor, Tensor, textOutputs, traceHosted, Variable as VariableClass } from '../runtime/index.js';

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

/** All tensors of a batch, texts among them. */
function batchLeaves(batch: AnyBatch): Tensor[] {
  return flatten<Tensor | null>(batch).filter((x) => x !== null);
}

/** The tensors of numbers in a batch, in order: what a program is given. */
export function batchTensors(batch: AnyBatch): Tensor[] {
  return batchLeaves(batch).filter((x) => !(x instanceof StringTensor));
}

/** An object of its own: in another batch texts may differ that are one and the same here. */
const ownText = (x: StringTensor): StringTensor => new StringTensor(x.strings, x.shape);

/** The texts in a batch, in order. */
export function batchTexts(batch: AnyBatch): StringTensor[] {
  return batchLeaves(batch).flatMap((x) => (x instanceof StringTensor ? [ownText(x)] : []));
}

/** What a run on a batch is given. */
export function feedsOf(batch: AnyBatch): HostFeeds {
  const [texts, numbers]: [StringTensor[], NDArray[]] = [[], []];
  for (const x of batchLeaves(batch)) {
    if (x instanceof StringTensor) texts.push(ownText(x));
    else numbers.push(x.ndarray);
  }
  return { texts, numbers };
}

/** How many samples a batch has. */
export const samplesOf = (batch: AnyBatch): number => batchLeaves(batch)[0]?.shape[0] ?? 1;

/** A batch of the same structure with other tensors of numbers, and with other texts if they are given. */
export function rebuildBatch(batch: AnyBatch, tensors: readonly Tensor[], texts?: readonly StringTensor[]): AnyBatch {
  let [next, nextText] = [0, 0];
  return mapTree<Tensor | null, Tensor | null>(batch, (x) => {
    if (x === null) return null;
    return x instanceof StringTensor ? (texts?.[nextText++] ?? x) : tensors[next++];
  }) as unknown as AnyBatch;
}

/** The tensors of what a step gave, texts among them. */
export function outputLeaves(result: Tree<unknown>): Tensor[] {
  return flatten<unknown>(result).filter(isOutput).map(asTensor);
}

/** The tensors of numbers that a step gave, and those of which texts are made that it gave. */
export function outputTensors(result: Tree<unknown>): Tensor[] {
  return outputLeaves(result).flatMap(textOutputs);
}

/** The results of a run in the places of the traced tensors. */
export function unpack(
  result: Tree<unknown>,
  arrays: readonly NDArray[],
  resultOf: ResultOf | null = null,
  feeds: HostFeeds = { texts: [], numbers: [] },
): Tree<unknown> {
  let at = 0;
  const next = (): NDArray => arrays[at++];
  return mapTree(result, (leaf) => {
    if (!isOutput(leaf)) return leaf;
    return resultOf === null ? Tensor.fromArray(next()) : resultOf(asTensor(leaf), next, feeds);
  });
}

/** Trace a step on batches like this one. */
export function traceStep(
  kind: StepKind,
  step: Step,
  batch: AnyBatch,
  feeds: HostFeeds = feedsOf(batch),
): HostedTrace<Tree<unknown>> {
  const types = batchTensors(batch).map(({ dtype, shape }) => ({ dtype, shape }));
  const run = (args: Tensor[]): Tree<unknown> => step(rebuildBatch(batch, args, feeds.texts));
  return traceHosted(`${kind}Step`, types, feeds, run, outputTensors);
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

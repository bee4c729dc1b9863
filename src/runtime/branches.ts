/** @file Branches and open-ended loops whose bodies are ordinary code over tensors, traced into graphs. Loops of known length: loops.ts. */
import { flatten, packLike, type Tree } from '../core/tree.js';
import type { Graph, Value } from '../graph/index.js';
import { GraphBuilder, makeGraph, rebuild } from '../graph/index.js';
import * as lax from '../graph/lax.js';
import type { Tensor } from './tensor.js';
import type { TracedFunction } from './trace.js';
import { traceFunction } from './trace.js';
import type { Variable } from './variable.js';

/** Functions traced for the same arguments, as graphs that take the same inputs: (…arguments, …assigned, …read, …captured). */
interface Closed {
  /** Each gives its results; those that may assign give the values of all assigned variables behind them. */
  readonly graphs: readonly Graph[];
  /** Variables that any of the functions assigns. */
  readonly assigned: readonly Variable[];
  /** Values of the variables, as they are now, and of what the functions use from outside. */
  readonly state: readonly Tensor[];
  readonly captures: readonly Tensor[];
}

const union = <T>(lists: readonly (readonly T[])[]): T[] => [...new Set(lists.flat())];

/**
 * Bring traced functions to the same inputs.
 *
 * @param pure Whether a function gives its results alone: the condition of a loop.
 */
function close(traced: readonly TracedFunction<unknown>[], args: number, pure: (i: number) => boolean): Closed {
  const assigned = union(traced.map((t) => t.assigned));
  const read = union(traced.map((t) => t.variables)).filter((variable) => !assigned.includes(variable));
  const captured = union(traced.map((t) => t.captured));
  const state = assigned.map((variable) => variable.stored);
  const captures = [...read.map((variable) => variable.stored), ...captured];
  const graphs = traced.map((t, which) => {
    const builder = new GraphBuilder();
    const types = [...t.graph.inputs.slice(0, args), ...state, ...captures];
    const inputs = types.map((type, i) => builder.input(type, `in${i}`));
    const inputOf = (list: readonly unknown[], x: unknown, offset: number): Value => inputs[offset + list.indexOf(x)];
    const own = [
      ...inputs.slice(0, args),
      ...t.variables.map((v) => inputOf([...assigned, ...read], v, args)),
      ...t.captured.map((x) => inputOf(captured, x, args + assigned.length + read.length)),
    ];
    const { outputs } = rebuild(t.graph, builder, undefined, own);
    const results = outputs.slice(0, outputs.length - t.assigned.length);
    const updates = outputs.slice(results.length);
    if (pure(which)) return makeGraph(inputs, results);
    const all = assigned.map((v, i) => (t.assigned.includes(v) ? updates[t.assigned.indexOf(v)] : inputs[args + i]));
    return makeGraph(inputs, [...results, ...all]);
  });
  return { graphs, assigned, state, captures };
}

/**
 * The results of one of two functions, by a bool scalar. Both are traced, one runs. Variables that either assigns are assigned.
 *
 * @returns What the functions return, with tensors of the branch that ran.
 * @throws {ValueError} The two return different types.
 */
export function branchOver(
  predicate: Tensor,
  onTrue: () => Tree<Tensor>,
  onFalse: () => Tree<Tensor>,
  label: string,
): Tree<Tensor> {
  const traced = [onTrue, onFalse].map((fn) => traceFunction(label, [], fn, (result) => flatten<Tensor>(result)));
  const { graphs, assigned, state, captures } = close(traced, 0, () => false);
  const found = lax.cond<Tensor>(predicate, [...state, ...captures], { onTrue: graphs[0], onFalse: graphs[1] });
  const results = found.slice(0, found.length - assigned.length);
  assigned.forEach((variable, i) => variable.assign(found[results.length + i]));
  return packLike(traced[0].result, results);
}

/**
 * Run `body` on tensors as long as `condition` gives true for them. Variables that the body assigns are carried along.
 *
 * @returns The tensors after the last step.
 * @throws {ValueError} The body returns other types than it was given, or the condition something else than one bool.
 */
export function loopOver(
  initial: readonly Tensor[],
  condition: (state: Tensor[]) => Tensor,
  body: (state: Tensor[]) => Tensor[],
  label: string,
): Tensor[] {
  const types = initial.map(({ dtype, shape }) => ({ dtype, shape }));
  const n = initial.length;
  const traced: TracedFunction<unknown>[] = [
    traceFunction(`the condition of ${label}`, types, condition, (result) => [result]),
    traceFunction(label, types, body, (result) => result),
  ];
  const { graphs, assigned, state, captures } = close(traced, n, (i) => i === 0);
  const found = lax.whileLoop<Tensor>([...initial, ...state, ...captures], {
    condition: graphs[0],
    body: graphs[1],
    captures: captures.length,
  });
  assigned.forEach((variable, i) => variable.assign(found[n + i]));
  return found.slice(0, n);
}

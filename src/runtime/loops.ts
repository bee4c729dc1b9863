/** @file Loops whose bodies are ordinary code over tensors: the body is traced once, whatever the number of steps. */
import * as lax from '../graph/lax.js';
import { makeGraph } from '../graph/index.js';
import type { Tensor } from './tensor.js';
import { traceFunction } from './trace.js';

/** What one step of a loop gives. */
export interface StepResult {
  /** The carried tensors for the next step, of the types of those that came in. */
  readonly carries: readonly Tensor[];
  /** What is kept of this step, and stacked with that of the others. */
  readonly outputs: readonly Tensor[];
}

/** Options of `scanOver`. */
export interface ScanOptions {
  /** Number of steps. Needed if nothing is scanned; else the size of the first axis. */
  readonly length?: number;
  /** Whether the last slice comes first. Outputs stand where their slices stood. Default false. */
  readonly reverse?: boolean;
  /** Names the loop in messages. Default `"a loop"`. */
  readonly label?: string;
}

/**
 * One step of `body` for each slice of `sequences` along their first axis, with tensors carried from step to step.
 *
 * The body may use any tensor around it. Variables that it assigns are carried as well: each step sees what the step before left.
 *
 * @param carries What the first step is given.
 * @param sequences Each (steps, …).
 * @param body Called once, to be traced.
 * @returns The carries after the last step, and the outputs of all steps, each (steps, …).
 * @throws {ValueError} A step gives carries of other types than it got.
 */
export function scanOver(
  carries: readonly Tensor[],
  sequences: readonly Tensor[],
  body: (carries: Tensor[], slices: Tensor[]) => StepResult,
  { length = sequences[0]?.shape[0] ?? 0, reverse = false, label = 'a loop' }: ScanOptions = {},
): { readonly carries: Tensor[]; readonly outputs: Tensor[] } {
  const n = carries.length;
  const types = [...carries, ...sequences.map(({ dtype, shape }) => ({ dtype, shape: shape.slice(1) }))];
  const traced = traceFunction(
    label,
    types.map(({ dtype, shape }) => ({ dtype, shape })),
    (args) => body(args.slice(0, n), args.slice(n)),
    (result) => [...result.carries, ...result.outputs],
  );
  const { graph, variables, assigned, captured } = traced;
  const inputOf = new Map(variables.map((variable, i) => [variable, graph.inputs[types.length + i]]));
  const read = variables.filter((variable) => !assigned.includes(variable));
  const updates = graph.outputs.slice(graph.outputs.length - assigned.length);
  const results = graph.outputs.slice(0, graph.outputs.length - assigned.length);
  // The order that the primitive wants: carries, slices, captures; carries, outputs.
  const ordered = makeGraph(
    [
      ...graph.inputs.slice(0, n),
      ...assigned.map((variable) => inputOf.get(variable)!),
      ...graph.inputs.slice(n, types.length),
      ...read.map((variable) => inputOf.get(variable)!),
      ...graph.inputs.slice(types.length + variables.length),
    ],
    [...results.slice(0, n), ...updates, ...results.slice(n)],
  );
  const found = lax.scan<Tensor>(
    [
      ...carries,
      ...assigned.map((variable) => variable.stored),
      ...sequences,
      ...read.map((variable) => variable.stored),
      ...captured,
    ],
    { body: ordered, carries: n + assigned.length, scanned: sequences.length, length, reverse },
  );
  assigned.forEach((variable, i) => variable.assign(found[n + i]));
  return { carries: found.slice(0, n), outputs: found.slice(n + assigned.length) };
}

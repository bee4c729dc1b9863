/**
 * @file `withNanWatch`: steps that look for NaN, for `compile({ debugNan: true })`. When there is one the state before the step is put back, and
 * the step's graph is run node by node to find the first that makes NaN of numbers.
 */
import { RuntimeError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { formatShape } from '../core/shape.js';
import type { Tree } from '../core/tree.js';
import { isDict } from '../core/tree.js';
import type { AnyBatch } from '../data/index.js';
import type { Graph, Node, Value } from '../graph/index.js';
import { GRADIENT_OF, REGULARIZER_OF } from '../graph/origin.js';
import type { Variable } from '../runtime/index.js';
import { fetchVariables } from '../runtime/index.js';
import type { Steps } from './step_programs.js';
import type { Step, StepKind } from './step_tensors.js';
import { batchTensors, outputTensors, traceStep } from './step_tensors.js';

const VERBS: Readonly<Record<StepKind, string>> = { train: 'training', test: 'evaluation', predict: 'prediction' };

const some = ({ data }: NDArray, test: (x: number) => boolean): boolean => {
  for (const x of data as Iterable<number | bigint>) if (typeof x === 'number' && test(x)) return true;
  return false;
};
const holdsNan = (array: NDArray): boolean => some(array, Number.isNaN);
const isInfinite = (x: number): boolean => x === Infinity || x === -Infinity;

/** What a step says of its success: the loss if it gives one, else all. */
function verdict(result: Tree<unknown>): Tree<unknown> {
  return isDict(result) && 'loss' in result ? result['loss'] : result;
}

/** What is watched. */
export interface Watched {
  readonly kind: StepKind;
  readonly step: Step;
  /** What a step may change: put back when it went wrong. */
  readonly variables: () => readonly Variable[];
  /** The weights that are trained. */
  readonly trained: () => readonly Variable[];
}

/** Steps that end with a RuntimeError where NaN comes up. The model is left as it was before that step. */
export function withNanWatch(steps: Steps, watched: Watched): Steps {
  let count = 0;
  const { kind } = watched;
  return {
    resident: () => null,
    profile: (batch, times) => steps.profile(batch, times),
    step: async (batch) => {
      const variables = watched.variables();
      await fetchVariables(variables);
      const before = variables.map((variable) => variable.read());
      const result = await steps.step(batch);
      const number = count++;
      const bad = outputTensors(verdict(result)).some(({ ndarray }) => holdsNan(ndarray));
      const trained = kind === 'train' ? watched.trained() : [];
      await fetchVariables(trained);
      const spoilt = bad ? undefined : trained.find((variable) => holdsNan(variable.read()));
      if (!bad && spoilt === undefined) return result;
      variables.forEach((variable, i) => variable.write(before[i]));
      const what = bad
        ? kind === 'predict'
          ? 'the predictions are'
          : 'the loss is'
        : `the new weight '${spoilt!.path}' is`;
      throw new RuntimeError(
        `NaN: in step ${number} of ${VERBS[kind]} (counted from 0) ${what} NaN. ${explain(watched, batch)} ` +
          `The model is as it was before this step.`,
      );
    },
  };
}

/** Where NaN came from. */
function explain({ kind, step }: Watched, batch: AnyBatch): string {
  const tensors = batchTensors(batch);
  const place = tensors.findIndex(({ ndarray }) => holdsNan(ndarray));
  const infinite = tensors.findIndex(({ ndarray }) => some(ndarray, isInfinite));
  if (place >= 0)
    return `The data hold it: array ${place} of the batch, of shape ${formatShape(tensors[place].shape)}. Look for missing values, and divisions by 0 when it was scaled.`;
  const { traced, host } = traceStep(kind, step, batch);
  const { graph, variables, captured } = traced;
  const weight = variables.find((variable) => holdsNan(variable.read()));
  if (weight !== undefined) return `The weight '${weight.path}' held it before the step.`;
  const found = firstNan(graph, [
    ...tensors.map(({ ndarray }) => ndarray),
    ...variables.map((variable) => variable.read()),
    ...captured.map(({ ndarray }) => ndarray),
    ...host.results,
  ]);
  if (found === null)
    return 'Run node by node it is not: the last bits of numbers decide, close to a limit of the dtype.';
  const { nan, infinity } = found;
  const before =
    infinity !== null && infinity.origin !== nan.origin
      ? ` It was made of an infinity, which came up first in ${nameOf(infinity)}.`
      : infinity !== null && infinity !== nan
        ? ` It was made of an infinity of '${infinity.primitive.name}' there.`
        : '';
  const data = infinite >= 0 ? ` Array ${infinite} of the batch holds an infinity.` : '';
  const grown = variables.find((variable) => some(variable.read(), isInfinite));
  const weights =
    grown === undefined
      ? ''
      : ` The weight '${grown.path}' held an infinity before the step: the learning rate may be too high.`;
  return `It was first made ${nameOf(nan, 'in ')}.${before}${data}${weights}`;
}

/** The layer of a node, in words. */
function nameOf({ origin, primitive }: Node, prefix = ''): string {
  const op = `('${primitive.name}')`;
  if (origin === null) return `${prefix}the step itself ${op}`;
  if (origin === 'loss') return `${prefix}the loss, in the forward pass ${op}`;
  if (origin === 'optimizer') return `${prefix}the optimizer ${op}`;
  if (origin.startsWith(REGULARIZER_OF)) return `${prefix}the ${quoted(origin)} ${op}`;
  if (!origin.startsWith(GRADIENT_OF)) return `${prefix}layer '${origin}', in the forward pass ${op}`;
  const of = origin.slice(GRADIENT_OF.length);
  if (of.startsWith(REGULARIZER_OF)) return `${prefix}the gradient of the ${quoted(of)} ${op}`;
  return of === 'loss' ? `${prefix}the gradient of the loss ${op}` : `${prefix}the gradient of layer '${of}' ${op}`;
}

/** "regularizer of weight 'dense/kernel'" */
const quoted = (origin: string): string => `regularizer of weight '${origin.slice(REGULARIZER_OF.length)}'`;

/** The first node whose outputs hold NaN although its inputs do not, and the first that made an infinity before it, if that led there. */
function firstNan(
  graph: Graph,
  inputs: readonly NDArray[],
): { readonly nan: Node; readonly infinity: Node | null } | null {
  const arrays = new Map<Value, NDArray>();
  /** Which node an infinity in a value comes from. */
  const sources = new Map<Value, Node>();
  graph.inputs.forEach((value, i) => arrays.set(value, inputs[i]));
  for (const node of graph.nodes) {
    const given = node.inputs.map((value) => arrays.get(value)!);
    const made = node.primitive.evaluate(given, node.params, node.outputs);
    const source = node.inputs.map((value) => sources.get(value)).find((each) => each !== undefined);
    if (made.some(holdsNan)) return { nan: node, infinity: source ?? null };
    node.outputs.forEach((value, i) => {
      arrays.set(value, made[i]);
      if (some(made[i], isInfinite)) sources.set(value, source ?? node);
    });
  }
  return null;
}

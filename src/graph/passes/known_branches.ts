/** @file Branches whose predicate is known, and loops of no steps or one, are replaced by what they do. */
import type { Application, Graph, GraphBuilder, Value } from '../graph.js';
import { rebuild } from '../graph.js';
import type { CondParams, RematParams, ScanParams } from '../lax.js';
import { full, reshape } from '../lax.js';
import type { Rewriter } from './rewrite.js';
import { rewriteGraph } from './rewrite.js';
import { uniformOf } from './uniform.js';

const inlined = (body: Graph, builder: GraphBuilder, inputs: readonly Value[]): Value[] =>
  rebuild(body, builder, undefined, inputs).outputs;

/** cond(true, …) -> the branch for true */
function knownCond({ inputs: [predicate, ...operands], params }: Application, builder: GraphBuilder): Value[] | null {
  const { onTrue, onFalse } = params as CondParams;
  const known = uniformOf(predicate);
  return known === null ? null : inlined(known !== 0 ? onTrue : onFalse, builder, operands);
}

/** scan of no steps -> the carries; scan of one step -> the body */
function shortScan({ inputs, params, types }: Application, builder: GraphBuilder): Value[] | null {
  const { body, carries, scanned, length } = params as ScanParams;
  if (length === 0) {
    const stacks = types.slice(carries).map(({ dtype, shape }) => full(builder, shape, 0, dtype));
    return [...inputs.slice(0, carries), ...stacks];
  }
  if (length > 1) return null;
  const slices = inputs.slice(carries, carries + scanned).map((x) => reshape(x, x.shape.slice(1)));
  const results = inlined(body, builder, [...inputs.slice(0, carries), ...slices, ...inputs.slice(carries + scanned)]);
  return results.map((v, i) => (i < carries ? v : reshape(v, types[i].shape)));
}

export const knownControl: Rewriter = {
  concerns: ({ name }) => name === 'cond' || name === 'remat' || name === 'scan',
  rewrite(application, builder) {
    const { name } = application.primitive;
    if (name === 'cond') return knownCond(application, builder);
    // By now the gradient is taken.
    if (name === 'remat') return inlined((application.params as RematParams).body, builder, application.inputs);
    return name === 'scan' ? shortScan(application, builder) : null;
  },
};

/** Replace branches and loops of which it is known what they do. */
export function inlineKnown(graph: Graph): Graph {
  return rewriteGraph(graph, [knownControl]).graph;
}

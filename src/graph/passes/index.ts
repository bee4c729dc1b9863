/** @file All passes in one: what backends run before they compile. Each pass maps a graph to a graph that gives the same results. */
import type { Graph, Node } from '../graph.js';
import type { WithGradientParams } from '../lax.js';
import { absorbing, lonelyTransposes, operandTransposes } from './absorb_transposes.js';
import { sharing } from './common_subexpressions.js';
import { constantFolding } from './constant_folding.js';
import { sumHoisting } from './hoist_sums.js';
import { knownControl } from './known_branches.js';
import { narrowing } from './narrow_broadcasts.js';
import { productsOfRows } from './products_of_rows.js';
import type { Rewriter, RewritingBuilder, Rewritten, Visit } from './rewrite.js';
import { rewriteGraph, visitChanges } from './rewrite.js';
import { mergedScans, mergingScans, shareScans } from './share_scans.js';
import { simplification } from './simplify.js';
import { trimming } from './trim_loops.js';

export { absorbTransposes } from './absorb_transposes.js';
export { shareSubexpressions } from './common_subexpressions.js';
export { foldConstants } from './constant_folding.js';
export { dropDeadNodes } from './dead_nodes.js';
export { inlineKnown } from './known_branches.js';
export { narrowBroadcasts } from './narrow_broadcasts.js';
export { shareScans } from './share_scans.js';
export { simplify } from './simplify.js';
export { trimLoops } from './trim_loops.js';

const optimized = new WeakMap<Graph, Graph>();

/** Bodies of loops and branches are optimized as programs of their own. */
const bodies: Rewriter = {
  concerns: (primitive) => primitive.bodies !== undefined,
  rewrite({ primitive, inputs, params }, builder) {
    if (!primitive.bodies) return null;
    const before = primitive.bodies.get(params);
    const after = before.map(optimize);
    if (after.every((body, i) => body === before[i])) return null;
    return builder.apply(primitive, inputs, primitive.bodies.replace(params, after));
  },
};

/**
 * Run all passes. Inputs and outputs keep their number, order and types; results keep every bit (of NaN only that it
 * is one), except sums over the steps of a scan and sums over rows of a table, whose order is another (hoist_sums.ts,
 * products_of_rows.ts).
 *
 * Rules look at the operands of a node. Operands are simple already when a node is made, so one run over the nodes finds everything.
 * Two passes look at the users of a value: absorbing transposes of products, and merging scans. They run afterwards, when equal nodes
 * have become one.
 */
export function optimize(graph: Graph): Graph {
  let result = optimized.get(graph);
  if (result !== undefined) return result;
  result = shareScans(graph);
  result = changed(result, rewriteGraph(result, allRewriters()));
  const lonely = lonelyTransposes(result);
  const merged = mergedScans(result);
  if (lonely.size > 0 || merged.size > 0) {
    const changes = (node: Node): boolean => lonely.has(node) || merged.has(node);
    const visit = (builder: RewritingBuilder): Visit =>
      visitChanges(builder, changes, mergingScans(merged, absorbing(lonely)(builder), builder));
    result = rewriteGraph(result, allRewriters(), visit).graph;
  }
  optimized.set(graph, result);
  optimized.set(result, result);
  return result;
}

/** Gradients are made before passes run: what had one of its own is what it is. */
const ownGradients: Rewriter = {
  concerns: ({ name }) => name === 'withGradient',
  rewrite: ({ primitive, inputs, params }) => {
    if (primitive.name !== 'withGradient') return null;
    const { inputs: given, residuals } = params as WithGradientParams;
    return inputs.slice(given + residuals);
  },
};

const allRewriters = (): Rewriter[] => [
  ownGradients,
  knownControl,
  bodies,
  trimming,
  sumHoisting,
  constantFolding,
  simplification,
  narrowing,
  operandTransposes,
  productsOfRows,
  sharing(),
];

/** The graph itself if nothing is different. */
function changed(before: Graph, { graph, rewrites }: Rewritten): Graph {
  return rewrites === 0 && graph.nodes.length === before.nodes.length ? before : graph;
}

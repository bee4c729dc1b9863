/** @file Algebraic simplification: a table of rules, each of which replaces an application by something with exactly the same elements. */
import type { Graph } from '../graph.js';
import { ARITHMETIC_RULES } from './arithmetic_rules.js';
import { REDUCTION_RULES } from './reduction_rules.js';
import type { Rewriter } from './rewrite.js';
import { rewriteGraph } from './rewrite.js';
import type { Rule, Rules } from './rules.js';
import { STRUCTURE_RULES } from './structure_rules.js';

const TABLE: ReadonlyMap<string, readonly Rule[]> = new Map(
  [ARITHMETIC_RULES, STRUCTURE_RULES, REDUCTION_RULES].flatMap((rules: Rules) => Object.entries(rules)),
);

export const simplification: Rewriter = {
  concerns: ({ name }) => TABLE.has(name),
  rewrite({ primitive, inputs, params, types }) {
    const rules = TABLE.get(primitive.name);
    if (rules === undefined) return null;
    const match = { x: inputs[0], y: inputs[1], z: inputs[2], inputs, params, type: types[0] };
    for (const rule of rules) {
      const instead = rule(match);
      if (instead !== null) return [instead];
    }
    return null;
  },
};

/** Replace applications by simpler ones. */
export function simplify(graph: Graph): Graph {
  return rewriteGraph(graph, [simplification]).graph;
}

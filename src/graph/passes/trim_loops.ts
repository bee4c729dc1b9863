/** @file Loops and branches are given only what they use, and carry only what changes. */
import type { Application, Graph, GraphBuilder, Node, Value } from '../graph.js';
import { makeGraph } from '../graph.js';
import type { CondParams, ScanParams, WhileParams } from '../lax.js';
import { cond, scan, whileLoop } from '../lax.js';
import type { Rewriter } from './rewrite.js';
import { rewriteGraph } from './rewrite.js';

/** For each input of a body whether the body uses it. */
function usedInputs({ inputs, outputs, nodes }: Graph): boolean[] {
  const used = new Set<Value>([...outputs, ...nodes.flatMap((node: Node) => node.inputs)]);
  return inputs.map((v) => used.has(v));
}

const onlyWhere = <T>(items: readonly T[], keep: readonly boolean[]): T[] => items.filter((_, i) => keep[i]);
const all = (flags: readonly boolean[]): boolean => flags.every((flag) => flag);

/** The results of a loop whose unchanging carries were left out: these stand for themselves. */
function withUnchanging(initial: readonly Value[], changes: readonly boolean[], results: readonly Value[]): Value[] {
  let next = 0;
  const carried = initial.map((v, i) => (changes[i] ? results[next++] : v));
  return [...carried, ...results.slice(next)];
}

/** scan(carry, x, …) of a body that gives `carry` back or does not use `x` -> a scan that captures `carry` and is not given `x` */
function trimmedScan({ inputs: operands, params }: Application): Value[] | null {
  const { body, carries, scanned, ...rest } = params as ScanParams;
  const changes = body.inputs.slice(0, carries).map((v, i) => body.outputs[i] !== v);
  const used = usedInputs(body);
  const kept = used.map((flag, i) => (i < carries ? changes[i] : flag));
  const order = (list: readonly Value[]): Value[] => {
    const unchanging = list.slice(0, carries).filter((_, i) => !changes[i]);
    return [...onlyWhere(list, kept), ...unchanging];
  };
  if (all(changes) && all(kept)) return null;
  if (order(operands).length === 0) return null; // someone must say whose graph it is
  const outputs = body.outputs.filter((_, i) => i >= carries || changes[i]);
  const results = scan(order(operands), {
    ...rest,
    body: makeGraph(order(body.inputs), outputs),
    carries: changes.filter((flag) => flag).length,
    scanned: kept.slice(carries, carries + scanned).filter((flag) => flag).length,
  });
  return withUnchanging(operands.slice(0, carries), changes, results);
}

/** while(state, …) of a body that gives parts of the state back -> a loop that captures these parts */
function trimmedWhile({ inputs: operands, params }: Application): Value[] | null {
  const { body, condition, captures } = params as WhileParams;
  const carries = operands.length - captures;
  const changes = body.inputs.slice(0, carries).map((v, i) => body.outputs[i] !== v);
  if (all(changes) || !changes.includes(true)) return null;
  const order = (list: readonly Value[]): Value[] => [
    ...list.filter((_, i) => i < carries && changes[i]),
    ...list.slice(carries),
    ...list.filter((_, i) => i < carries && !changes[i]),
  ];
  const results = whileLoop(order(operands), {
    condition: makeGraph(order(condition.inputs), condition.outputs),
    body: makeGraph(order(body.inputs), onlyWhere(body.outputs, changes)),
    captures: operands.length - changes.filter((flag) => flag).length,
  });
  return withUnchanging(operands.slice(0, carries), changes, results);
}

/** cond(p, x, y) of branches that do not use `x` -> cond(p, y) */
function trimmedCond({ inputs: [predicate, ...operands], params }: Application): Value[] | null {
  const { onTrue, onFalse } = params as CondParams;
  const other = usedInputs(onFalse);
  const kept = usedInputs(onTrue).map((flag, i) => flag || other[i]);
  if (all(kept)) return null;
  const trimmed = (branch: Graph): Graph => makeGraph(onlyWhere(branch.inputs, kept), branch.outputs);
  return cond(predicate, onlyWhere(operands, kept), { onTrue: trimmed(onTrue), onFalse: trimmed(onFalse) });
}

const RULES: ReadonlyMap<string, (application: Application) => Value[] | null> = new Map(
  Object.entries({ scan: trimmedScan, while: trimmedWhile, cond: trimmedCond }),
);

export const trimming: Rewriter = {
  concerns: ({ name }) => RULES.has(name),
  rewrite: (application, _builder: GraphBuilder) => RULES.get(application.primitive.name)?.(application) ?? null,
};

/** Give loops and branches only what they use. */
export function trimLoops(graph: Graph): Graph {
  return rewriteGraph(graph, [trimming]).graph;
}

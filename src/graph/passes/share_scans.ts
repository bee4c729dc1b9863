/**
 * @file Scans over the same operands are run as one, and stack only what is used. A gradient's second forward scan, which stacks what the
 * backward scan needs, becomes one with the first in this way.
 */
import type { Graph, GraphBuilder, Node, Value } from '../graph.js';
import { makeGraph, rebuild } from '../graph.js';
import type { ScanParams } from '../lax.js';
import { sharing } from './common_subexpressions.js';
import { constantFolding } from './constant_folding.js';
import { RewritingBuilder, rewriteGraph } from './rewrite.js';

/** One scan for several. */
interface Merged {
  readonly params: ScanParams;
  /** For each of the scans, which output of the merged one each of its outputs is. */
  readonly places: ReadonlyMap<Node, readonly number[]>;
}

/** Scans that run over the same operands in the same way, and differ in their bodies at most. */
function groups(graph: Graph): Node[][] {
  const found = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    if (node.primitive.name !== 'scan') continue;
    const { carries, scanned, length, reverse } = node.params as ScanParams;
    const operands = node.inputs.map((v) => `${v.node.id}.${v.index}`);
    const key = [carries, scanned, length, reverse, ...operands].join();
    found.set(key, [...(found.get(key) ?? []), node]);
  }
  return [...found.values()];
}

/** The scans of a group whose bodies give the same carries as the first, as one scan; null if nothing would be different. */
function merge(group: readonly Node[], used: ReadonlySet<Value>): Merged | null {
  const { carries } = group[0].params as ScanParams;
  // The bodies are put into one graph, in which equal values are one value.
  const builder: GraphBuilder = new RewritingBuilder([constantFolding, sharing()]);
  const bodies = group.map((node) => (node.params as ScanParams).body);
  const first = rebuild(bodies[0], builder);
  const rest = bodies.slice(1).map((body) => rebuild(body, builder, undefined, first.inputs).outputs);
  const results = [first.outputs, ...rest];
  const outputs = first.outputs.slice(0, carries);
  const places = new Map<Node, number[]>();
  group.forEach((node, k) => {
    if (!results[k].slice(0, carries).every((v, i) => v === outputs[i])) return;
    const stacked = results[k].slice(carries).map((v, i) => {
      if (!used.has(node.outputs[carries + i])) return -1;
      const known = outputs.indexOf(v, carries);
      return known >= 0 ? known : outputs.push(v) - 1;
    });
    places.set(node, [...outputs.slice(0, carries).keys(), ...stacked]);
  });
  const different = places.size > 1 || outputs.length < group[0].outputs.length;
  if (!different) return null;
  return { params: { ...(group[0].params as ScanParams), body: makeGraph(first.inputs, outputs) }, places };
}

/** Which scans of a graph are to be run by which merged one. */
export function mergedScans(graph: Graph): ReadonlyMap<Node, Merged> {
  const scans = groups(graph);
  const merged = new Map<Node, Merged>();
  if (scans.length === 0) return merged;
  const used = new Set<Value>([...graph.outputs, ...graph.nodes.flatMap((node) => node.inputs)]);
  for (const group of scans) {
    const one = merge(group, used);
    if (one !== null) for (const node of one.places.keys()) merged.set(node, one);
  }
  return merged;
}

/** Visits nodes for `rewriteGraph`: runs the merged scans in place of the others. `otherwise` visits all other nodes. */
export function mergingScans(
  merged: ReadonlyMap<Node, Merged>,
  otherwise: (node: Node, inputs: readonly Value[]) => readonly Value[],
  builder: GraphBuilder,
) {
  const run = new Map<Merged, readonly Value[]>();
  return (node: Node, inputs: readonly Value[]): readonly Value[] => {
    const one = merged.get(node);
    if (one === undefined) return otherwise(node, inputs);
    let results = run.get(one);
    if (results === undefined) run.set(one, (results = builder.apply(node.primitive, inputs, one.params)));
    // Outputs that are not used need no value; any will do.
    return one.places.get(node)!.map((place) => results[Math.max(0, place)]);
  };
}

/** Run scans over the same operands as one. */
export function shareScans(graph: Graph): Graph {
  const merged = mergedScans(graph);
  if (merged.size === 0) return graph;
  const visit = (builder: GraphBuilder) =>
    mergingScans(merged, (node, inputs) => builder.repeat(node, inputs), builder);
  return rewriteGraph(graph, [], visit).graph;
}

/** @file Dead nodes: what no output needs is left out. */
import type { Graph } from '../graph.js';
import { makeGraph } from '../graph.js';

/** Leave out what no output needs. Inputs stay, needed or not. */
export function dropDeadNodes(graph: Graph): Graph {
  const live = makeGraph(graph.inputs, graph.outputs);
  return live.nodes.length === graph.nodes.length ? graph : live;
}

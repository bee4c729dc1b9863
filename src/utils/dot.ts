/** @file Graphs in the DOT language of Graphviz, as values and as text. What a model looks like stands in model_to_dot.ts. */

/** A value of an attribute. `html`: markup, which DOT has in angle brackets in place of quotes. */
export type DotValue = string | number | boolean | { readonly html: string };
export type DotAttributes = Readonly<Record<string, DotValue>>;

/** A box. */
export interface DotNode {
  readonly id: string;
  readonly attributes: DotAttributes;
}

/** An arrow between two boxes, by their ids. */
export interface DotEdge {
  readonly from: string;
  readonly to: string;
  readonly attributes: DotAttributes;
}

/** A graph, or a cluster in one. */
export interface DotGraph {
  /** `digraph G`, or `subgraph cluster_inner`. */
  readonly heading: string;
  readonly attributes: DotAttributes;
  /** Attributes of every box in it; empty in clusters, which take those of the graph around them. */
  readonly nodeDefaults: DotAttributes;
  readonly nodes: readonly DotNode[];
  readonly clusters: readonly DotGraph[];
  readonly edges: readonly DotEdge[];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text for DOT's markup. */
export function escapeMarkup(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character]);
}

/** A name or value in quotes, in which DOT knows one escape only; a backslash at the end would hide the closing quote. */
export function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function formatValue(value: DotValue): string {
  if (typeof value === 'object') return `<${value.html}>`;
  return typeof value === 'string' ? quote(value) : String(value);
}

const formatList = (attributes: DotAttributes): string =>
  `[${Object.entries(attributes)
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(', ')}]`;

function linesOf(graph: DotGraph, indent: string): string[] {
  const inner = `${indent}  `;
  return [
    `${indent}${graph.heading} {`,
    ...Object.entries(graph.attributes).map(([name, value]) => `${inner}${name}=${formatValue(value)};`),
    ...(Object.keys(graph.nodeDefaults).length > 0 ? [`${inner}node ${formatList(graph.nodeDefaults)};`] : []),
    ...graph.nodes.map(({ id, attributes }) => `${inner}${id} ${formatList(attributes)};`),
    ...graph.clusters.flatMap((cluster) => linesOf(cluster, inner)),
    ...graph.edges.map(({ from, to, attributes }) => `${inner}${from} -> ${to} ${formatList(attributes)};`),
    `${indent}}`,
  ];
}

/** A graph as text that Graphviz reads. */
export function formatDot(graph: DotGraph): string {
  return `${linesOf(graph, '').join('\n')}\n`;
}

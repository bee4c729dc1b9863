/** @file What the rewriting passes share: a builder that asks rules about each node before it makes it. */
import type { Application, Graph, Node, Value } from '../graph.js';
import { GraphBuilder, makeGraph, rebuild } from '../graph.js';

/** One idea of a pass. An object per run: it may remember what it has seen. */
export interface Rewriter {
  /** Values that stand for the outputs of the application, or null to leave it. Nodes made on the way are rewritten in turn. */
  rewrite(application: Application, builder: GraphBuilder): readonly Value[] | null;
  /** Told of each node that was made after all. */
  made?(application: Application, outputs: readonly Value[]): void;
}

/** A builder whose nodes pass through rewriters first. */
export class RewritingBuilder extends GraphBuilder {
  rewrites = 0;

  constructor(private readonly rewriters: readonly Rewriter[]) {
    super();
  }

  protected override add(application: Application): Value[] {
    for (const rewriter of this.rewriters) {
      const instead = rewriter.rewrite(application, this);
      if (instead !== null) {
        this.rewrites++;
        return instead as Value[];
      }
    }
    const outputs = super.add(application);
    for (const rewriter of this.rewriters) rewriter.made?.(application, outputs);
    return outputs;
  }
}

/** A graph and how many nodes were replaced on the way to it. */
export interface Rewritten {
  readonly graph: Graph;
  readonly rewrites: number;
}

/**
 * Rebuild a graph through rewriters, the first that has something to say wins. Nodes that nothing needs any more are left out.
 *
 * @param visit See `rebuild`.
 */
export function rewriteGraph(
  graph: Graph,
  rewriters: readonly Rewriter[],
  visit?: (builder: GraphBuilder) => (node: Node, inputs: readonly Value[]) => readonly Value[],
): Rewritten {
  const builder = new RewritingBuilder(rewriters);
  const { inputs, outputs } = rebuild(graph, builder, visit?.(builder));
  return { graph: makeGraph(inputs, outputs), rewrites: builder.rewrites };
}

/** @file What the rewriting passes share: a builder that asks rules about each node before it makes it. */
import type { Application, Graph, Node, Value } from '../graph.js';
import { GraphBuilder, isInput, makeGraph, rebuild } from '../graph.js';
import type { Primitive } from '../primitive.js';

/** One idea of a pass. An object per run: it may remember what it has seen. */
export interface Rewriter {
  /** Whether it has anything to say of applications of a primitive. Default: it may. */
  concerns?(primitive: Primitive): boolean;
  /** Values that stand for the outputs of the application, or null to leave it. Nodes made on the way are rewritten in turn. */
  rewrite(application: Application, builder: GraphBuilder): readonly Value[] | null;
  /** Told of each node that was made after all. */
  made?(application: Application, outputs: readonly Value[]): void;
}

/** A builder whose nodes pass through rewriters first. */
export class RewritingBuilder extends GraphBuilder {
  rewrites = 0;

  /** The rewriters that each primitive concerns. */
  readonly #concerned = new Map<Primitive, readonly Rewriter[]>();

  constructor(private readonly rewriters: readonly Rewriter[]) {
    super();
  }

  protected override add(application: Application): Value[] {
    const rewriters = this.#rewritersOf(application.primitive);
    for (let i = 0; i < rewriters.length; i++) {
      const instead = rewriters[i].rewrite(application, this);
      if (instead !== null) {
        this.rewrites++;
        return instead as Value[];
      }
    }
    return this.#make(application);
  }

  /** `repeat` of a node that no rewriter has anything to say of. */
  copy({ primitive, params, outputs }: Node, inputs: readonly Value[]): readonly Value[] {
    return this.#make({ primitive, inputs, params, types: outputs });
  }

  #make(application: Application): Value[] {
    const outputs = super.add(application);
    const rewriters = this.#rewritersOf(application.primitive);
    for (let i = 0; i < rewriters.length; i++) rewriters[i].made?.(application, outputs);
    return outputs;
  }

  #rewritersOf(primitive: Primitive): readonly Rewriter[] {
    let found = this.#concerned.get(primitive);
    if (found === undefined) {
      found = this.rewriters.filter((rewriter) => rewriter.concerns?.(primitive) ?? true);
      this.#concerned.set(primitive, found);
    }
    return found;
  }
}

/** Sees a node with its inputs mapped, and gives what stands for its outputs. */
export type Visit = (node: Node, inputs: readonly Value[]) => readonly Value[];

/**
 * Visits a graph that the builder's rewriters have been through: they need to see again only the nodes that `visit` changes, and what
 * comes after these. The others are copied.
 */
export function visitChanges(builder: RewritingBuilder, changes: (node: Node) => boolean, visit: Visit): Visit {
  const copied: Node[] = []; // the nodes by the ids of their copies
  return (node, inputs) => {
    let same = !changes(node);
    for (let i = 0; same && i < inputs.length; i++)
      same = isInput(inputs[i]) || copied[inputs[i].node.id] === node.inputs[i].node;
    if (!same) return visit(node, inputs);
    const outputs = builder.copy(node, inputs);
    copied[outputs[0].node.id] = node;
    return outputs;
  };
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
  visit?: (builder: RewritingBuilder) => Visit,
): Rewritten {
  const builder = new RewritingBuilder(rewriters);
  const { inputs, outputs } = rebuild(graph, builder, visit?.(builder));
  return { graph: makeGraph(inputs, outputs), rewrites: builder.rewrites };
}

/**
 * @file Narrowing: what is computed of broadcast values alone is computed before it is broadcast. A normalisation then takes its root
 * once per channel, and an optimizer computes its step size once per step.
 */
import { sizeOf } from '../../core/shape.js';
import type { Application, Graph, GraphBuilder, Node, Value } from '../graph.js';
import { broadcastInDim, full, reshape } from '../lax.js';
import type { BroadcastParams } from '../lax.js';
import type { Rewriter } from './rewrite.js';
import { rewriteGraph } from './rewrite.js';
import { madeBy } from './rules.js';
import { uniformOf } from './uniform.js';

/** What a broadcast repeats, without dimensions of size 1: `value` of `shape`, and the dimension of the result of each of its own. */
interface Source {
  readonly value: Value;
  readonly shape: readonly number[];
  readonly dims: readonly number[];
}

function sourceOf(node: Node): Source {
  const value = node.inputs[0];
  const { dims } = node.params as BroadcastParams;
  const kept = value.shape.flatMap((dim, i) => (dim === 1 ? [] : [i]));
  return { value, shape: kept.map((i) => value.shape[i]), dims: kept.map((i) => dims[i]) };
}

/** f(broadcast(x), broadcast(y)) -> broadcast(f(x, y)), with y broadcast to x if need be, for element-wise f */
function narrowed({ primitive, inputs, params, types }: Application, builder: GraphBuilder): Value[] | null {
  const nodes = inputs.map((v) => (uniformOf(v) === null ? madeBy(v, 'broadcastInDim') : null));
  if (inputs.some((v, i) => nodes[i] === null && uniformOf(v) === null)) return null;
  const sources = nodes.map((node) => node && sourceOf(node));
  let widest: Source | null = null;
  for (const source of sources)
    if (source && (widest === null || source.dims.length > widest.dims.length)) widest = source;
  if (widest === null || sizeOf(widest.shape) >= sizeOf(types[0].shape)) return null;
  const { shape, dims } = widest;
  if (!sources.every((source) => source === null || source.dims.every((d) => dims.includes(d)))) return null;
  const small = inputs.map((v, i) => {
    const source = sources[i];
    if (source === null) return full(builder, shape, uniformOf(v)!, v.dtype);
    const places = source.dims.map((d) => dims.indexOf(d));
    return broadcastInDim(reshape(source.value, source.shape), shape, places);
  });
  return [broadcastInDim(builder.apply(primitive, small, params)[0], types[0].shape, dims)];
}

export const narrowing: Rewriter = {
  concerns: ({ scalar }) => scalar !== undefined,
  rewrite(application, builder) {
    const { primitive, inputs } = application;
    if (primitive.scalar === undefined) return null;
    for (let i = 0; i < inputs.length; i++) {
      const { name } = inputs[i].node.primitive;
      if (name !== 'broadcastInDim' && name !== 'constant') return null;
    }
    return narrowed(application, builder);
  },
};

/** Compute before broadcasting. */
export function narrowBroadcasts(graph: Graph): Graph {
  return rewriteGraph(graph, [narrowing]).graph;
}

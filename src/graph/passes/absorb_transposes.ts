/**
 * @file Contractions and convolutions say which dimension is what, so a transpose before or after one is absorbed into its params.
 * Products are still summed in the same order.
 */
import { range } from '../../core/shape.js';
import type { Graph, GraphBuilder, Node, Value } from '../graph.js';
import type { ConvDims, ConvParams, DotParams, TransposeParams } from '../lax.js';
import { convGeneral, dotGeneral } from '../lax.js';
import { freeDims } from '../primitives/dot.js';
import type { Rewriter } from './rewrite.js';
import { rewriteGraph } from './rewrite.js';
import { madeBy } from './rules.js';

const permutationOf = (node: Node): readonly number[] => (node.params as TransposeParams).permutation;
const ascending = (list: readonly number[]): boolean => list.every((d, i) => i === 0 || list[i - 1] < d);

/** An operand of a contraction with the dimensions that its params name. */
interface Side {
  readonly value: Value;
  readonly batch: readonly number[];
  readonly contract: readonly number[];
}

/** The operand before its transpose, if its free dimensions keep their order. */
function untransposed(side: Side): Side {
  const node = madeBy(side.value, 'transpose');
  if (node === null) return side;
  const permutation = permutationOf(node);
  const moved = (dims: readonly number[]): number[] => dims.map((d) => permutation[d]);
  if (!ascending(moved(freeDims(side.value.shape.length, side.batch, side.contract)))) return side;
  return { value: node.inputs[0], batch: moved(side.batch), contract: moved(side.contract) };
}

const movedDims = (dims: ConvDims, moved: (d: number) => number): ConvDims => ({
  batch: moved(dims.batch),
  feature: moved(dims.feature),
  spatial: dims.spatial.map(moved),
});

/** dot(transpose(x), transpose(y)) -> dot(x, y); conv(transpose(x), transpose(k)) -> conv(x, k) */
export const operandTransposes: Rewriter = {
  concerns: ({ name }) => name === 'dotGeneral' || name === 'convGeneral',
  rewrite({ primitive, inputs, params }) {
    const [x, y] = inputs;
    if (primitive.name === 'dotGeneral') {
      const { lhsBatch, lhsContract, rhsBatch, rhsContract } = params as DotParams;
      const lhs = untransposed({ value: x, batch: lhsBatch, contract: lhsContract });
      const rhs = untransposed({ value: y, batch: rhsBatch, contract: rhsContract });
      return lhs.value === x && rhs.value === y ? null : [dot(lhs, rhs)];
    }
    if (primitive.name !== 'convGeneral') return null;
    const [left, right] = [madeBy(x, 'transpose'), madeBy(y, 'transpose')];
    if (left === null && right === null) return null;
    const p = params as ConvParams;
    const lhs = left ? movedDims(p.lhs, (d) => permutationOf(left)[d]) : p.lhs;
    const rhs = right ? movedDims(p.rhs, (d) => permutationOf(right)[d]) : p.rhs;
    return [convGeneral(left?.inputs[0] ?? x, right?.inputs[0] ?? y, { ...p, lhs, rhs })];
  },
};

const dot = (lhs: Side, rhs: Side): Value =>
  dotGeneral(lhs.value, rhs.value, {
    lhsBatch: lhs.batch,
    rhsBatch: rhs.batch,
    lhsContract: lhs.contract,
    rhsContract: rhs.contract,
  });

/** transpose(dot(x, y)) -> dot(y, x), or null if the order asked for is another */
function transposedDot(node: Node, [x, y]: readonly Value[], permutation: readonly number[]): Value | null {
  const { lhsBatch, lhsContract, rhsBatch, rhsContract } = node.params as DotParams;
  const batch = lhsBatch.length;
  const freeX = x.shape.length - batch - lhsContract.length;
  const order = permutation.slice(0, batch);
  if (order.some((d) => d >= batch)) return null;
  const lhs: Side = { value: x, batch: order.map((i) => lhsBatch[i]), contract: lhsContract };
  const rhs: Side = { value: y, batch: order.map((i) => rhsBatch[i]), contract: rhsContract };
  const rest = permutation.slice(batch).map((d) => d - batch);
  if (ascending(rest)) return dot(lhs, rhs);
  const exchanged = [...range(rest.length - freeX).map((i) => freeX + i), ...range(freeX)];
  return rest.every((d, i) => d === exchanged[i]) ? dot(rhs, lhs) : null;
}

/** transpose(conv(x, k)) -> conv(x, k) */
function transposedConv(node: Node, [x, kernel]: readonly Value[], permutation: readonly number[]): Value {
  const p = node.params as ConvParams;
  return convGeneral(x, kernel, { ...p, out: movedDims(p.out, (d) => permutation.indexOf(d)) });
}

const isProduct = ({ primitive: { name } }: Node): boolean => name === 'dotGeneral' || name === 'convGeneral';

/** Transposes whose operand is a product that nothing else needs. */
export function lonelyTransposes(graph: Graph): ReadonlySet<Node> {
  const users = new Map<Value, Node | null>();
  for (const node of graph.nodes) {
    for (const v of node.inputs) {
      if (isProduct(v.node)) users.set(v, users.has(v) || node.primitive.name !== 'transpose' ? null : node);
    }
  }
  for (const v of graph.outputs) users.set(v, null);
  return new Set([...users.values()].filter((node) => node !== null));
}

/** Visits nodes for `rewriteGraph`: absorbs each of these transposes into the product before it. */
export function absorbing(lonely: ReadonlySet<Node>) {
  return (builder: GraphBuilder) =>
    (node: Node, inputs: readonly Value[]): readonly Value[] => {
      const product = inputs.length === 1 ? inputs[0].node : null;
      if (product === null || !lonely.has(node) || !isProduct(product)) return builder.repeat(node, inputs);
      const absorb = product.primitive.name === 'dotGeneral' ? transposedDot : transposedConv;
      const instead = absorb(product, product.inputs, permutationOf(node));
      return instead === null ? builder.repeat(node, inputs) : [instead];
    };
}

/** Absorb transposes before and after contractions and convolutions. */
export function absorbTransposes(graph: Graph): Graph {
  return rewriteGraph(graph, [operandTransposes], absorbing(lonelyTransposes(graph))).graph;
}

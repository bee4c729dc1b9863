/** @file Which loops become the end of the product whose results they read. */
import { sameShape, stridesOf } from '../../core/shape.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import { constantOf } from '../../graph/graph.js';
import type { CallGroup, Group, LoopGroup } from './groups.js';
import { costOf, fitsLanes, isElementwise } from './groups.js';
import type { View, Views } from '../../graph/views.js';
import { isIdentity, isViewNode } from '../../graph/views.js';

/** Operations an element of which code is written for every vector of a tile. Longer loops are as fast on their own. */
const MOST_WORK = 20;
const MOST_VALUES = 6;

/** Elements of a row of the results of a node; null if nothing can be done to them before they are stored. */
export type ColumnsOf = (node: Node) => number | null;

/** How an operand moves with the results: element by element, with their columns (a bias), not at all, or it is the result itself. */
export type Movement = 'result' | 'same' | 'column' | 'fixed';

/** How strides move over results of `shape`, of which the trailing `columns` elements are a row; null: in another way. */
export function movementOf(
  { offset, strides }: Pick<View, 'offset' | 'strides'>,
  shape: readonly number[],
  columns: number,
): Exclude<Movement, 'result'> | null {
  const whole = stridesOf(shape);
  const moves = (d: number): boolean => shape[d] !== 1 && strides[d] !== 0;
  if (shape.every((_, d) => !moves(d))) return 'fixed';
  if (shape.every((dim, d) => dim === 1 || strides[d] === whole[d])) return offset === 0 ? 'same' : null;
  let trailing = 1;
  let d = shape.length;
  while (d > 0 && trailing < columns) trailing *= shape[--d];
  if (trailing !== columns) return null;
  const fits = shape.every((dim, i) => (i < d ? !moves(i) : dim === 1 || strides[i] === whole[i]));
  return fits ? 'column' : null;
}

const nodesOf = (group: Group): readonly Node[] =>
  group.kind === 'loop' ? [...group.nodes, ...group.reductions] : [group.node];

/** Whether a loop does simple arithmetic on the results of a node; its other operands must be reached from the place of a result. */
function endsWith(node: Node, columns: number, group: LoopGroup, viewOf: (value: Value) => View): boolean {
  const [result] = node.outputs;
  if (group.reductions.length > 0 || !sameShape(group.shape, result.shape)) return false;
  if (group.nodes.reduce((sum, inner) => sum + costOf(inner), 0) > MOST_WORK) return false;
  const own = new Set(group.nodes);
  const read = new Set<Value>();
  for (const inner of group.nodes) {
    if (!isElementwise(inner) || isViewNode(inner) || inner.primitive.name === 'iota' || !fitsLanes(inner))
      return false;
    for (const input of inner.inputs) {
      const view = viewOf(input);
      if (constantOf(view.base)?.data.length === 1 || own.has(view.base.node)) continue;
      read.add(view.base);
      if (view.base === result ? !isIdentity(view) : movementOf(view, group.shape, columns) === null) return false;
    }
  }
  return read.size <= MOST_VALUES;
}

/**
 * Join products with the loops that read their results first, where the product can do their work before it stores results. Outputs of the graph are left to
 * loops, which may compute them where variables lie.
 *
 * @param groups In an order in which they can run; so is the result.
 */
export function joinEpilogues(graph: Graph, groups: readonly Group[], views: Views, columnsOf: ColumnsOf): Group[] {
  const viewOf = (value: Value): View => views.of(value);
  const outputs = new Set(graph.outputs.map((value) => viewOf(value).base));
  const maker = new Map<Node, CallGroup>();
  for (const group of groups) if (group.kind === 'call') maker.set(group.node, group);
  /** The products that a group reads, the last one first. */
  const products = new Map<Group, readonly Node[]>();
  /** How many groups read a value that another makes. */
  const readers = new Map<Value, number>();
  for (const group of groups) {
    const own = new Set(nodesOf(group));
    const read = new Set([...own].flatMap((node) => node.inputs.map((input) => viewOf(input).base)));
    const others = [...read].filter((base) => !own.has(base.node));
    for (const base of others) readers.set(base, (readers.get(base) ?? 0) + 1);
    products.set(
      group,
      others
        .map((base) => base.node)
        .filter((node) => maker.has(node))
        .reverse(),
    );
  }
  const taken = new Set<Group>();
  const joined = new Map<Group, CallGroup>();
  for (const group of groups) {
    if (group.kind !== 'loop') continue;
    const values = group.nodes.map((node) => node.outputs[0]);
    if (values.some((value) => outputs.has(value))) continue;
    if (!values.some((value) => value.dtype === 'float32' && readers.has(value))) continue;
    for (const node of products.get(group)!) {
      const columns = columnsOf(node);
      const [result] = node.outputs;
      if (columns === null || outputs.has(result) || readers.get(result)! > 1) continue;
      if (!endsWith(node, columns, group, viewOf)) continue;
      taken.add(maker.get(node)!);
      joined.set(group, { kind: 'call', node, epilogue: group });
      break;
    }
  }
  return groups.filter((group) => !taken.has(group)).map((group) => joined.get(group) ?? group);
}

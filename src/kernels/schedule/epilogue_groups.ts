/** @file Which loops become the end of the product, or other node, whose results they read. */
import { sameShape, sizeOf, stridesOf } from '../../core/shape.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import type { IotaParams } from '../../graph/lax.js';
import { constantOf } from '../../graph/graph.js';
import type { CallGroup, Group, LoopGroup } from './groups.js';
import { costOf, fitsLanes, isElementwise, isNumber } from './groups.js';
import type { View, Views } from '../../graph/views.js';
import { isIdentity, isViewNode } from '../../graph/views.js';
import { loopAxes } from '../loops/loop_space.js';

/** Operations an element of which code is written for every vector of a tile. Longer loops are as fast on their own. */
const MOST_WORK = 20;
const MOST_VALUES = 6;

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

/** The part of a loop that computes some values; `given` are not computed. */
function computing(
  group: LoopGroup,
  values: Iterable<Value>,
  given: ReadonlySet<Node>,
  viewOf: (value: Value) => View,
): Node[] {
  const own = new Set(group.nodes);
  const needed = new Set<Node>();
  const need = (value: Value): void => {
    const { node } = viewOf(value).base;
    if (!own.has(node) || given.has(node) || needed.has(node)) return;
    needed.add(node);
    node.inputs.forEach(need);
  };
  for (const value of values) need(value);
  return group.nodes.filter((node) => needed.has(node));
}

/** Whether a loop sums along rows of the results of a node, all else that it reads being at the place of a result, of its row or of its column. */
function sumsRows(node: Node, columns: number, group: LoopGroup, viewOf: (value: Value) => View): boolean {
  const [result] = node.outputs;
  const { shape, axes, nodes, reductions } = group;
  if (!sameShape(shape, result.shape) || axes.some((axis, i) => axis !== i)) return false;
  if (sizeOf(shape.slice(axes.length)) !== columns) return false;
  const all = [...nodes, ...reductions];
  if (!all.every((inner) => fitsLanes(inner) && !isViewNode(inner))) return false;
  const own = new Set(nodes);
  const strides: (readonly number[])[] = [stridesOf(shape)];
  for (const inner of all) {
    if (inner.primitive.name === 'iota') {
      const { axis } = inner.params as IotaParams;
      strides.push(shape.map((_, d) => (d === axis ? 1 : 0)));
    }
    for (const input of inner.inputs) {
      const view = viewOf(input);
      if (isNumber(view.base) || own.has(view.base.node)) continue;
      if (view.base === result && !isIdentity(view)) return false;
      strides.push(view.strides);
    }
  }
  const reduced = shape.map((_, d) => d < axes.length);
  const merged = loopAxes(shape, reduced, strides).map((axis) => axis.reduced);
  return merged.length === 2 && merged[0] && !merged[1];
}

/** What a node may be given to do to its results. */
export interface Endings {
  /** Elements of a row of the results; null if nothing can be done to them before they are stored. */
  readonly columnsOf: (node: Node) => number | null;
  /** The same for a loop over rows that are stored. */
  readonly rowColumnsOf: (node: Node) => number | null;
}

/**
 * Join products with the loops that read their results first, where the product can do their work before it stores results, and others with
 * loops that sum them along rows, which they do to results that are still in cache. Outputs of the graph are left to loops, which may compute
 * them where variables lie.
 *
 * @param groups In an order in which they can run; so is the result.
 */
export function joinEpilogues(
  graph: Graph,
  groups: readonly Group[],
  views: Views,
  { columnsOf, rowColumnsOf }: Endings,
): Group[] {
  const viewOf = (value: Value): View => views.of(value);
  const outputs = new Set(graph.outputs.map((value) => viewOf(value).base));
  const maker = new Map<Node, CallGroup>();
  for (const group of groups) if (group.kind === 'call') maker.set(group.node, group);
  /** The products that a group reads, the last one first. */
  const products = new Map<Group, readonly Node[]>();
  /** The groups that read a value that another makes, in their order. */
  const readers = new Map<Value, Group[]>();
  for (const group of groups) {
    const own = new Set(nodesOf(group));
    const read = new Set([...own].flatMap((node) => node.inputs.map((input) => viewOf(input).base)));
    const others = [...read].filter((base) => !own.has(base.node));
    for (const base of others) {
      const list = readers.get(base);
      if (list === undefined) readers.set(base, [group]);
      else list.push(group);
    }
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
  const join = (group: LoopGroup, node: Node, how: Omit<CallGroup, 'kind' | 'node' | 'whole'>): void => {
    taken.add(maker.get(node)!);
    joined.set(group, { kind: 'call', node, whole: group, ...how });
  };
  /** Whether a node can do a loop without reductions, which makes the values that are stored, before it stores results. */
  const ends = (node: Node, group: LoopGroup, end: LoopGroup, stored: readonly Value[]): boolean => {
    const columns = columnsOf(node);
    const [result] = node.outputs;
    if (columns === null || outputs.has(result) || readers.get(result)!.some((reader) => reader !== group))
      return false;
    return stored.some(({ dtype }) => dtype === 'float32') && endsWith(node, columns, end, viewOf);
  };
  /** How a node does a loop with reductions; null: not at all. */
  const sums = (
    node: Node,
    group: LoopGroup,
    stored: readonly Value[],
  ): { epilogue?: LoopGroup; rows: LoopGroup } | null => {
    const columns = rowColumnsOf(node);
    if (columns === null || readers.get(node.outputs[0])![0] !== group || taken.has(maker.get(node)!)) return null;
    const made = new Set(stored.map((value) => value.node));
    const end: LoopGroup = { ...group, nodes: computing(group, stored, new Set(), viewOf), reductions: [], axes: [] };
    const inputs = group.reductions.flatMap((reduction) => reduction.inputs);
    const rest: LoopGroup = { ...group, nodes: computing(group, inputs, made, viewOf) };
    // The epilogue leaves nothing of the results themselves in memory.
    const readsResult = [...rest.nodes, ...rest.reductions].some((inner) =>
      inner.inputs.some((input) => viewOf(input).base === node.outputs[0]),
    );
    if (!readsResult && ends(node, group, end, stored) && sumsRows(node, columns, rest, viewOf))
      return { epilogue: end, rows: rest };
    return sumsRows(node, columns, group, viewOf) ? { rows: group } : null;
  };
  for (const group of groups) {
    if (group.kind !== 'loop') continue;
    const values = group.nodes.map((node) => node.outputs[0]);
    if (values.some((value) => outputs.has(value))) continue;
    const stored = values.filter((value) => readers.has(value));
    for (const node of products.get(group)!) {
      if (group.reductions.length === 0) {
        if (!ends(node, group, group, stored)) continue;
        join(group, node, { epilogue: group });
        break;
      }
      const how = sums(node, group, stored);
      if (how === null) continue;
      join(group, node, how);
      break;
    }
  }
  return groups.filter((group) => !taken.has(group)).map((group) => joined.get(group) ?? group);
}

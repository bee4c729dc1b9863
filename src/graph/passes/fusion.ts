/**
 * @file Which nodes run in one loop: element-wise nodes over the same index space, and reductions of what they compute. A value that
 * only its own loop uses never reaches memory.
 */
import type { Shape } from '../../core/shape.js';
import { sameShape } from '../../core/shape.js';
import type { Graph, Node, Value } from '../graph.js';
import { constantOf, isInput } from '../graph.js';
import type { AxesParams } from '../lax.js';
import type { Views } from '../views.js';
import { isIdentity, isViewNode } from '../views.js';
import { fitsLanes, recompute } from './recompute.js';

/** Nodes computed in one nest of loops over `shape`. */
export interface LoopGroup {
  readonly kind: 'loop';
  readonly shape: Shape;
  /** Element-wise nodes, and reshapes that copy, in an order in which they can be computed. */
  readonly nodes: readonly Node[];
  /** Reductions, all over `axes`. */
  readonly reductions: readonly Node[];
  readonly axes: readonly number[];
}

/** A node with a kernel of its own. */
export interface CallGroup {
  readonly kind: 'call';
  readonly node: Node;
  /** A loop that is done to the node's results by the way. Set by backends that can. */
  readonly epilogue?: LoopGroup;
}

export type Group = LoopGroup | CallGroup;

/** More would need more registers and instructions than one loop should have. */
const MAX_NODES = 96;
const MAX_READS = 32;

const REDUCTIONS: ReadonlySet<string> = new Set(['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin']);

/** Whether a node is one number of output for one of each input, at the same index. */
export function isElementwise(node: Node): boolean {
  return node.primitive.scalar !== undefined || node.primitive.name === 'iota';
}

/** What a node reads, and whether it does so index by index. */
interface Source {
  readonly base: Value;
  readonly identity: boolean;
}

class Building {
  readonly nodes: Node[] = [];
  readonly reductions: Node[] = [];
  readonly reads = new Set<Value>();
  axes: readonly number[] | null = null;
  last = 0;

  constructor(
    /** null: a node with a kernel of its own. */
    readonly shape: Shape | null,
    /** All that the group reads from memory is made by groups of lower levels; so groups never wait for each other in a circle. */
    readonly level: number,
    readonly lanes: boolean,
  ) {}

  get group(): Group {
    const { shape, nodes, reductions } = this;
    if (shape === null) return { kind: 'call', node: nodes[0] };
    return { kind: 'loop', shape, nodes, reductions, axes: this.axes ?? [] };
  }
}

/**
 * Cut a graph into groups, in an order in which they can run. A node that is done again is in several groups.
 *
 * @param graph Ends in values that are held in memory: an output that is a view shows all of its base in order.
 */
export function fuse(graph: Graph, views: Views): Group[] {
  const groupOf = new Map<Node, Building>();
  const readers = new Map<Value, Building[]>();
  const groups: Building[] = [];

  /** What a node reads: the bases of its inputs' views, constants of one element left out. */
  const known = new Map<Node, readonly Source[]>();
  const sources = (node: Node): readonly Source[] => {
    let found = known.get(node);
    if (found === undefined) {
      found = node.inputs.flatMap((v) => {
        const view = views.of(v);
        if (constantOf(view.base)?.data.length === 1) return [];
        return [{ base: view.base, identity: isIdentity(view) }];
      });
      known.set(node, found);
    }
    return found;
  };
  const levelOf = (base: Value): number => groupOf.get(base.node)?.level ?? -1;

  const join = (group: Building, node: Node, reduction: boolean): void => {
    (reduction ? group.reductions : group.nodes).push(node);
    if (reduction) group.axes = (node.params as AxesParams).axes;
    group.last = node.id;
    groupOf.set(node, group);
    for (const { base } of sources(node)) {
      if (groupOf.get(base.node) === group || group.reads.has(base)) continue;
      group.reads.add(base);
      const list = readers.get(base);
      if (list === undefined) readers.set(base, [group]);
      else list.push(group);
    }
  };

  /** Join loops that make operands of one node: of one level, they do not wait for each other. Null if the node does not fit then. */
  const merge = (
    makers: readonly Building[],
    shape: Shape,
    lanes: boolean,
    level: number,
    fits: (group: Building) => boolean,
  ): Building | undefined => {
    const mergeable = (group: Building): boolean =>
      group.level === level && group.shape !== null && group.lanes === lanes && sameShape(group.shape, shape);
    const [first, ...others] = [...new Set(makers)].filter(mergeable);
    if (others.length === 0) return undefined;
    const all = [first, ...others];
    const axes = all.flatMap((group) => (group.axes === null ? [] : [group.axes]));
    const size = all.reduce((sum, group) => sum + group.nodes.length + group.reductions.length, 1);
    const reads = new Set(all.flatMap((group) => [...group.reads]));
    if (size > MAX_NODES || reads.size > MAX_READS || axes.some((own) => !sameShape(own, axes[0]))) return undefined;
    const trial = new Building(shape, level, lanes);
    for (const group of all) {
      trial.nodes.push(...group.nodes);
      trial.reductions.push(...group.reductions);
    }
    trial.axes = axes.length === 0 ? null : axes[0];
    trial.last = Math.max(...all.map((group) => group.last));
    for (const read of reads) trial.reads.add(read);
    const before = new Map([...trial.nodes, ...trial.reductions].map((node) => [node, groupOf.get(node)!]));
    for (const node of before.keys()) groupOf.set(node, trial);
    if (!fits(trial)) {
      for (const [node, group] of before) groupOf.set(node, group);
      return undefined;
    }
    trial.nodes.sort((a, b) => a.id - b.id);
    for (const read of reads) {
      const list = readers.get(read)!;
      readers.set(read, [...list.filter((group) => !all.includes(group)), trial]);
    }
    groups.splice(groups.indexOf(first), 1, trial);
    for (const group of others) groups.splice(groups.indexOf(group), 1);
    return trial;
  };

  for (const node of graph.nodes) {
    if (constantOf(node.outputs[0]) !== null || (isViewNode(node) && !views.needsCopy(node))) continue;
    const reduction = REDUCTIONS.has(node.primitive.name);
    const loops = reduction || isElementwise(node) || isViewNode(node);
    const read = sources(node);
    const below = Math.max(-1, ...read.map(({ base }) => levelOf(base)));
    if (!loops) {
      const own = new Building(null, below + 1, false);
      groups.push(own);
      join(own, node, false);
      continue;
    }
    const shape = reduction || isViewNode(node) ? node.inputs[0].shape : node.outputs[0].shape;
    const lanes = fitsLanes(node);
    const fits = (group: Building): boolean => {
      if (group.shape === null || group.lanes !== lanes || !sameShape(group.shape, shape)) return false;
      if (group.nodes.length + group.reductions.length >= MAX_NODES || group.reads.size >= MAX_READS) return false;
      if (reduction && group.axes !== null && !sameShape(group.axes, (node.params as AxesParams).axes)) return false;
      return read.every(({ base, identity }) => {
        const maker = groupOf.get(base.node);
        if (maker !== group) return (maker?.level ?? -1) < group.level;
        return identity && !REDUCTIONS.has(base.node.primitive.name);
      });
    };
    // First choice: the loop that makes an operand. Second: a loop that reads an operand as well.
    const makers = read.flatMap(({ base }) => groupOf.get(base.node) ?? []);
    const sharers = read.flatMap(({ base }) => readers.get(base) ?? []);
    const found =
      makers.find(fits) ??
      merge(makers, shape, lanes, below, fits) ??
      sharers.filter((group) => group.level <= below + 2).find(fits);
    const group = found ?? new Building(shape, below + 1, lanes);
    if (found === undefined) groups.push(group);
    join(group, node, reduction);
  }
  const ordered = inOrder(groups, groupOf).map((building) => building.group);
  return recompute(graph, ordered, views, { nodes: MAX_NODES, reads: MAX_READS });
}

/** The groups so that each stands after what it reads, otherwise in the order of the graph. */
function inOrder(groups: readonly Building[], groupOf: ReadonlyMap<Node, Building>): Building[] {
  const waiting = new Map<Building, number>();
  const next = new Map<Building, Building[]>();
  for (const group of groups) {
    const makers = new Set<Building>();
    for (const base of group.reads) {
      const maker = isInput(base) ? undefined : groupOf.get(base.node);
      if (maker !== undefined && maker !== group) makers.add(maker);
    }
    waiting.set(group, makers.size);
    for (const maker of makers) {
      const list = next.get(maker);
      if (list === undefined) next.set(maker, [group]);
      else list.push(group);
    }
  }
  const ready = new Heap<Building>((a, b) => a.last < b.last);
  for (const group of groups) if (waiting.get(group) === 0) ready.push(group);
  const order: Building[] = [];
  for (let group = ready.pop(); group !== undefined; group = ready.pop()) {
    order.push(group);
    for (const reader of next.get(group) ?? []) {
      const left = waiting.get(reader)! - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  return order;
}

/** A binary heap: the least first. */
class Heap<T> {
  readonly #items: T[] = [];

  constructor(private readonly less: (a: T, b: T) => boolean) {}

  push(item: T): void {
    const items = this.#items;
    let at = items.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.less(items[at], items[parent])) return;
      [items[at], items[parent]] = [items[parent], items[at]];
      at = parent;
    }
  }

  pop(): T | undefined {
    const items = this.#items;
    const least = items[0] as T | undefined;
    const last = items.pop();
    if (items.length === 0 || last === undefined) return least;
    items[0] = last;
    for (let at = 0; ;) {
      let child = 2 * at + 1;
      if (child >= items.length) return least;
      if (child + 1 < items.length && this.less(items[child + 1], items[child])) child++;
      if (!this.less(items[child], items[at])) return least;
      [items[at], items[child]] = [items[child], items[at]];
      at = child;
    }
  }
}

/**
 * @file Which nodes run in one loop: element-wise nodes over the same index space, and reductions of what they compute. A value that
 * only its own loop uses never reaches memory.
 */
import type { Shape } from '../../core/shape.js';
import { sameShape } from '../../core/shape.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import { constantOf } from '../../graph/graph.js';
import type { AxesParams } from '../../graph/lax.js';
import type { Views } from '../../graph/views.js';
import { isIdentity, isViewNode } from '../../graph/views.js';
import type { Group, LoopLimits } from './groups.js';
import { fitsLanes, isElementwise, isNumber } from './groups.js';
import { recompute } from './recompute.js';

const REDUCTIONS: ReadonlySet<string> = new Set(['reduceSum', 'reduceProd', 'reduceMax', 'reduceMin']);

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
export function fuse(graph: Graph, views: Views, limits: LoopLimits): Group[] {
  /** By the nodes' ids. */
  const groupOf: (Building | undefined)[] = [];
  const readers = new Map<Value, Building[]>();
  const groups: Building[] = [];

  // What the node at hand reads: the bases of its inputs' views, constants of one element left out; and whether index by index.
  const bases: Value[] = [];
  const identities: boolean[] = [];
  const look = (node: Node): void => {
    bases.length = identities.length = 0;
    for (let i = 0; i < node.inputs.length; i++) {
      const view = views.of(node.inputs[i]);
      const { base } = view;
      if (isNumber(base)) continue;
      bases.push(base);
      identities.push(base === node.inputs[i] || isIdentity(view));
    }
  };

  /** Put the node at hand into a group. */
  const join = (group: Building, node: Node, reduction: boolean): void => {
    (reduction ? group.reductions : group.nodes).push(node);
    if (reduction) group.axes = (node.params as AxesParams).axes;
    group.last = node.id;
    groupOf[node.id] = group;
    for (let i = 0; i < bases.length; i++) {
      const base = bases[i];
      if (groupOf[base.node.id] === group || group.reads.has(base)) continue;
      group.reads.add(base);
      const list = readers.get(base);
      if (list === undefined) readers.set(base, [group]);
      else list.push(group);
    }
  };

  /** Join loops that make operands of the node at hand: of one level, they do not wait for each other. Null if it does not fit then. */
  const merge = (shape: Shape, lanes: boolean, level: number, fits: (group: Building) => boolean): Building | null => {
    const all: Building[] = [];
    for (let i = 0; i < bases.length; i++) {
      const group = groupOf[bases[i].node.id];
      if (group === undefined || group.level !== level || group.shape === null || group.lanes !== lanes) continue;
      if (sameShape(group.shape, shape) && !all.includes(group)) all.push(group);
    }
    if (all.length < 2) return null;
    const [first] = all;
    let size = 1;
    let axes: readonly number[] | null = null;
    const reads = new Set<Value>();
    for (const group of all) {
      size += group.nodes.length + group.reductions.length;
      for (const read of group.reads) reads.add(read);
      if (group.axes === null) continue;
      axes ??= group.axes;
      if (!sameShape(group.axes, axes)) return null;
    }
    if (size > limits.nodes || reads.size > limits.reads) return null;
    const trial = new Building(shape, level, lanes);
    for (const group of all) {
      trial.nodes.push(...group.nodes);
      trial.reductions.push(...group.reductions);
      trial.last = Math.max(trial.last, group.last);
    }
    trial.axes = axes;
    for (const read of reads) trial.reads.add(read);
    const move = (to: (group: Building) => Building): void => {
      for (const group of all) {
        for (const node of group.nodes) groupOf[node.id] = to(group);
        for (const node of group.reductions) groupOf[node.id] = to(group);
      }
    };
    move(() => trial);
    if (!fits(trial)) {
      move((group) => group);
      return null;
    }
    trial.nodes.sort((a, b) => a.id - b.id);
    for (const read of reads) {
      const list = readers.get(read)!;
      readers.set(read, [...list.filter((group) => !all.includes(group)), trial]);
    }
    groups.splice(groups.indexOf(first), 1, trial);
    for (const group of all) if (group !== first) groups.splice(groups.indexOf(group), 1);
    return trial;
  };

  for (const node of graph.nodes) {
    const view = isViewNode(node);
    if (constantOf(node.outputs[0]) !== null || (view && !views.needsCopy(node))) continue;
    const reduction = REDUCTIONS.has(node.primitive.name);
    look(node);
    let below = -1;
    for (let i = 0; i < bases.length; i++) below = Math.max(below, groupOf[bases[i].node.id]?.level ?? -1);
    if (!view && !reduction && !isElementwise(node)) {
      const own = new Building(null, below + 1, false);
      groups.push(own);
      join(own, node, false);
      continue;
    }
    const shape = reduction || view ? node.inputs[0].shape : node.outputs[0].shape;
    const lanes = fitsLanes(node);
    const fits = (group: Building): boolean => {
      if (group.shape === null || group.lanes !== lanes || !sameShape(group.shape, shape)) return false;
      if (group.nodes.length + group.reductions.length >= limits.nodes || group.reads.size >= limits.reads)
        return false;
      if (reduction && group.axes !== null && !sameShape(group.axes, (node.params as AxesParams).axes)) return false;
      for (let i = 0; i < bases.length; i++) {
        const { node: read } = bases[i];
        const maker = groupOf[read.id];
        if (maker === group) {
          if (!identities[i] || REDUCTIONS.has(read.primitive.name)) return false;
        } else if (maker !== undefined && maker.level >= group.level) return false;
      }
      return true;
    };
    /** First choice: the loop that makes an operand. */
    const maker = (): Building | null => {
      for (let i = 0; i < bases.length; i++) {
        const group = groupOf[bases[i].node.id];
        if (group !== undefined && fits(group)) return group;
      }
      return null;
    };
    /** Last choice: a loop that reads an operand as well. */
    const sharer = (): Building | null => {
      for (let i = 0; i < bases.length; i++) {
        const list = readers.get(bases[i]);
        if (list === undefined) continue;
        for (let k = 0; k < list.length; k++) if (list[k].level <= below + 2 && fits(list[k])) return list[k];
      }
      return null;
    };
    let group = maker() ?? merge(shape, lanes, below, fits) ?? sharer();
    if (group === null) groups.push((group = new Building(shape, below + 1, lanes)));
    join(group, node, reduction);
  }
  const ordered = inOrder(groups, groupOf).map((building) => building.group);
  return recompute(graph, ordered, views, limits);
}

/** The groups so that each stands after what it reads, otherwise in the order of the graph. */
function inOrder(groups: readonly Building[], groupOf: readonly (Building | undefined)[]): Building[] {
  const waiting = new Map<Building, number>();
  const next = new Map<Building, Building[]>();
  for (const group of groups) {
    const makers = new Set<Building>();
    for (const base of group.reads) {
      const maker = groupOf[base.node.id];
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

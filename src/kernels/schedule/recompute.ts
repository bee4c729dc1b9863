/**
 * @file Values that later loops compute again in place of reading them. Memory is slow and cheap arithmetic is not: where all readers of
 * a value are loops over the same index space, and what it is computed from is in memory anyway, it need not be written.
 */
import { storageBytes } from '../../core/dtype.js';
import { sameShape, sizeOf } from '../../core/shape.js';
import type { Graph, Node, Value } from '../../graph/graph.js';
import type { Views } from '../../graph/views.js';
import { isIdentity, isViewNode } from '../../graph/views.js';
import type { Group, LoopGroup, LoopLimits } from './groups.js';
import { costOf, fitsLanes, isNumber } from './groups.js';

/** More operations than these are not done again for one value. */
const MAX_AGAIN = 6;
/** Functions of at least this many simple operations take longer than a load from memory. */
const COSTLY = 8;

/** A loop whose nodes may still change. */
interface Loop {
  readonly group: LoopGroup;
  readonly nodes: Set<Node>;
  /** What it reads from memory. */
  reads: Set<Value>;
}

/** What a value is computed from, few of each. */
interface Recipe {
  readonly nodes: Node[];
  readonly reads: Value[];
}

const bytesOf = ({ dtype, shape }: Value): number => sizeOf(shape) * storageBytes(dtype);

/**
 * Let readers compute values again where that moves fewer bytes. A node may then be in several groups.
 *
 * @param groups In an order in which they can run.
 */
export function recompute(graph: Graph, groups: readonly Group[], views: Views, limits: LoopLimits): Group[] {
  /** By the nodes' ids. */
  const operands: (readonly Value[] | undefined)[] = [];
  /** The values that hold a node's operands, numbers left out. */
  const operandsOf = (node: Node): readonly Value[] => {
    let found = operands[node.id];
    if (found === undefined) {
      const bases: Value[] = [];
      for (let i = 0; i < node.inputs.length; i++) {
        const { base } = views.of(node.inputs[i]);
        if (!isNumber(base)) bases.push(base);
      }
      operands[node.id] = found = bases;
    }
    return found;
  };
  /** See the operands of all that a loop computes, as far as they come from memory. */
  const forReads = ({ group, nodes }: Pick<Loop, 'group' | 'nodes'>, see: (base: Value) => void): void => {
    const visit = (node: Node): void => {
      const bases = operandsOf(node);
      for (let i = 0; i < bases.length; i++) if (!nodes.has(bases[i].node)) see(bases[i]);
    };
    nodes.forEach(visit);
    group.reductions.forEach(visit);
  };

  const loops = new Map<LoopGroup, Loop>();
  // Who reads what from memory.
  const readers = new Map<Value, Set<Group>>();
  const addReader = (base: Value, group: Group): void => {
    const list = readers.get(base);
    if (list === undefined) readers.set(base, new Set([group]));
    else list.add(group);
  };
  /** Values that must be in memory: outputs, and what is read otherwise than element by element in a loop. */
  const kept = new Set<Value>(graph.outputs.map((v) => views.of(v).base));
  for (const group of groups) {
    if (group.kind === 'call') {
      for (const base of operandsOf(group.node)) {
        addReader(base, group);
        kept.add(base);
      }
      continue;
    }
    const nodes = new Set(group.nodes);
    const loop: Loop = { group, nodes, reads: new Set() };
    loops.set(group, loop);
    forReads(loop, (base) => {
      if (loop.reads.has(base)) return;
      loop.reads.add(base);
      addReader(base, group);
      if (!sameShape(group.shape, base.shape)) kept.add(base);
    });
    const keepViewed = (node: Node): void => {
      for (let i = 0; i < node.inputs.length; i++) {
        const view = views.of(node.inputs[i]);
        const { base } = view;
        if (base !== node.inputs[i] && loop.reads.has(base) && !kept.has(base) && !isIdentity(view)) kept.add(base);
      }
    };
    group.nodes.forEach(keepViewed);
    group.reductions.forEach(keepViewed);
  }
  const stored = (v: Value): boolean => kept.has(v) || (readers.get(v)?.size ?? 0) > 0;

  /** Whether a value is in memory for others than a loop and those who would read it in the loop's place. */
  const isKept = (v: Value, { group }: Loop): boolean =>
    kept.has(v) || [...(readers.get(v) ?? [])].some((reader) => reader !== group);

  /** How `v` is computed from what is in memory; null if that takes too much. */
  const recipeOf = (v: Value, loop: Loop): Recipe | null => {
    const recipe: Recipe = { nodes: [], reads: [] };
    const visit = (node: Node): boolean => {
      if (recipe.nodes.includes(node)) return true;
      if (costOf(node) >= COSTLY || isViewNode(node) || !fitsLanes(node)) return false;
      if (recipe.nodes.length >= MAX_AGAIN) return false;
      recipe.nodes.push(node);
      const bases = operandsOf(node);
      for (let i = 0; i < bases.length; i++) {
        const base = bases[i];
        if (loop.nodes.has(base.node) && !stored(base)) {
          if (!visit(base.node)) return false;
        } else if (!recipe.reads.includes(base)) recipe.reads.push(base);
      }
      return true;
    };
    return visit(v.node) ? recipe : null;
  };

  /** Drop nodes of a loop whose results nothing reads any more, and the reads that only those nodes made. */
  const clean = (loop: Loop): void => {
    const { nodes } = loop;
    const needed = new Set<Node>();
    const stack: Node[] = [];
    const need = (node: Node): void => {
      const bases = operandsOf(node);
      for (let i = 0; i < bases.length; i++) {
        const { node: maker } = bases[i];
        if (!nodes.has(maker) || needed.has(maker)) continue;
        needed.add(maker);
        stack.push(maker);
      }
    };
    loop.group.reductions.forEach(need);
    for (const node of nodes) {
      if (needed.has(node) || !stored(node.outputs[0])) continue;
      needed.add(node);
      stack.push(node);
    }
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) need(node);
    if (needed.size === nodes.size) return;
    for (const node of nodes) if (!needed.has(node)) nodes.delete(node);
    const before = loop.reads;
    const reads = new Set<Value>();
    forReads(loop, (base) => reads.add(base));
    loop.reads = reads;
    for (const v of before) if (!reads.has(v)) readers.get(v)!.delete(loop.group);
  };

  /** `free`: only what needs no memory at all, such as indices. */
  const sweep = (loop: Loop, free: boolean): void => {
    for (const node of [...loop.nodes].reverse()) {
      const [v] = node.outputs;
      const users = readers.get(v);
      if (users === undefined || users.size === 0 || kept.has(v)) continue;
      const recipe = recipeOf(v, loop);
      if (recipe === null || (free && recipe.reads.length > 0)) continue;
      const targets = [...users].map((group) => loops.get(group as LoopGroup)!);
      // A write moves each byte twice: processors read what they write. Lanes are packed to be stored in few bytes, one vector at a time.
      const packs = storageBytes(v.dtype) < 4 && recipe.reads.every((x) => isKept(x, loop));
      let gain = (packs ? 4 * sizeOf(v.shape) : bytesOf(v)) * (2 + targets.length);
      let fits = true;
      for (const { group, nodes, reads } of targets) {
        let added = 0;
        for (const x of recipe.reads) {
          if (reads.has(x) || nodes.has(x.node)) continue;
          added++;
          gain -= bytesOf(x);
        }
        fits &&=
          reads.size + added <= limits.reads &&
          nodes.size + group.reductions.length + recipe.nodes.length <= limits.nodes;
      }
      if (!fits || gain <= 0) continue;
      for (const { group, nodes, reads } of targets) {
        for (const again of recipe.nodes) nodes.add(again);
        reads.delete(v);
        for (const x of recipe.reads) {
          if (nodes.has(x.node)) continue;
          reads.add(x);
          addReader(x, group);
        }
      }
      readers.delete(v);
      clean(loop);
    }
  };
  for (const loop of loops.values()) sweep(loop, true);
  // The last first: what a loop computes again may be such a value itself.
  for (const loop of [...loops.values()].reverse()) sweep(loop, false);
  return groups.flatMap((group): Group[] => {
    if (group.kind === 'call') return [group];
    const nodes = [...loops.get(group)!.nodes].sort((a, b) => a.id - b.id);
    return nodes.length + group.reductions.length === 0 ? [] : [{ ...group, nodes }];
  });
}

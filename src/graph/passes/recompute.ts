/**
 * @file Values that later loops compute again in place of reading them. Memory is slow and cheap arithmetic is not: where all readers of
 * a value are loops over the same index space, and what it is computed from is in memory anyway, it need not be written.
 */
import { dtypeInfo, storageBytes } from '../../core/dtype.js';
import { sameShape, sizeOf } from '../../core/shape.js';
import type { Graph, Node, Value } from '../graph.js';
import { constantOf } from '../graph.js';
import type { Views } from '../views.js';
import { isIdentity, isViewNode } from '../views.js';
import type { Group, LoopGroup } from './fusion.js';

/** More operations than these are not done again for one value. */
const MAX_AGAIN = 6;
/** Functions that take longer than a load from memory. */
const COSTLY: ReadonlySet<string> = new Set([
  'exp', 'expm1', 'log', 'log1p', 'logistic', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh',
  'erf', 'erfinv', 'lgamma', 'digamma', 'pow', 'rem', 'atan2', 'nextAfter', 'popcount',
]); // prettier-ignore

/** Whether all of a node's values are kept in 32 bits or fewer, so that lanes can hold them. */
export function fitsLanes(node: Node): boolean {
  return [...node.inputs, ...node.outputs].every((v) => dtypeInfo(v.dtype).storage !== 'f64');
}

/** Limits of a loop. */
export interface LoopLimits {
  readonly nodes: number;
  readonly reads: number;
}

/** A loop whose nodes may still change. */
interface Loop {
  readonly group: LoopGroup;
  nodes: Set<Node>;
  /** What it reads from memory. */
  reads: Set<Value>;
}

/** What a value is computed from. */
interface Recipe {
  readonly nodes: Set<Node>;
  readonly reads: Set<Value>;
}

const bytesOf = ({ dtype, shape }: Value): number => sizeOf(shape) * storageBytes(dtype);

/**
 * Let readers compute values again where that moves fewer bytes. A node may then be in several groups.
 *
 * @param groups In an order in which they can run.
 */
export function recompute(graph: Graph, groups: readonly Group[], views: Views, limits: LoopLimits): Group[] {
  const operands = new Map<Node, readonly Value[]>();
  /** The values that hold a node's operands, numbers left out. */
  const operandsOf = (node: Node): readonly Value[] => {
    let found = operands.get(node);
    if (found === undefined) {
      const bases = node.inputs.map((v) => views.of(v).base);
      operands.set(node, (found = bases.filter((base) => constantOf(base)?.data.length !== 1)));
    }
    return found;
  };
  const readsOf = ({ group, nodes }: Pick<Loop, 'group' | 'nodes'>): Set<Value> => {
    const members = new Set([...nodes, ...group.reductions]);
    const reads = new Set<Value>();
    for (const node of members) for (const base of operandsOf(node)) if (!members.has(base.node)) reads.add(base);
    return reads;
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
    const loop = { group, nodes, reads: readsOf({ group, nodes }) };
    loops.set(group, loop);
    for (const base of loop.reads) {
      addReader(base, group);
      if (!sameShape(group.shape, base.shape)) kept.add(base);
    }
    for (const node of [...group.nodes, ...group.reductions])
      for (const v of node.inputs) {
        const view = views.of(v);
        if (loop.reads.has(view.base) && !kept.has(view.base) && !isIdentity(view)) kept.add(view.base);
      }
  }
  const stored = (v: Value): boolean => kept.has(v) || (readers.get(v)?.size ?? 0) > 0;

  /** How `v` is computed from what is in memory; null if that takes too much. */
  const recipeOf = (v: Value, loop: Loop): Recipe | null => {
    const recipe: Recipe = { nodes: new Set(), reads: new Set() };
    const visit = (node: Node): boolean => {
      if (recipe.nodes.has(node)) return true;
      if (COSTLY.has(node.primitive.name) || isViewNode(node) || !fitsLanes(node)) return false;
      if (recipe.nodes.size >= MAX_AGAIN) return false;
      recipe.nodes.add(node);
      return operandsOf(node).every((base) => {
        if (loop.nodes.has(base.node) && !stored(base)) return visit(base.node);
        recipe.reads.add(base);
        return true;
      });
    };
    return visit(v.node) ? recipe : null;
  };

  /** Drop nodes of a loop that nothing needs any more; what only they read is then read no more. */
  const clean = (loop: Loop): void => {
    const needed = new Set<Node>();
    const stack = [...loop.group.reductions, ...[...loop.nodes].filter((node) => stored(node.outputs[0]))];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (needed.has(node)) continue;
      needed.add(node);
      for (const base of operandsOf(node)) if (loop.nodes.has(base.node)) stack.push(base.node);
    }
    loop.nodes = new Set([...loop.nodes].filter((node) => needed.has(node)));
    const before = loop.reads;
    loop.reads = readsOf(loop);
    for (const v of before) if (!loop.reads.has(v)) readers.get(v)!.delete(loop.group);
  };

  /** `free`: only what needs no memory at all, such as indices. */
  const sweep = (loop: Loop, free: boolean): void => {
    for (const node of [...loop.nodes].reverse()) {
      const [v] = node.outputs;
      const users = [...(readers.get(v) ?? [])];
      if (kept.has(v) || users.length === 0) continue;
      const recipe = recipeOf(v, loop);
      if (recipe === null || (free && recipe.reads.size > 0)) continue;
      const targets = users.map((group) => loops.get(group as LoopGroup)!);
      // A write moves each byte twice: processors read what they write.
      let gain = bytesOf(v) * (2 + targets.length);
      let fits = true;
      for (const target of targets) {
        const { reads } = target;
        const added = [...recipe.reads].filter((x) => !reads.has(x) && !target.nodes.has(x.node));
        gain -= added.reduce((sum, x) => sum + bytesOf(x), 0);
        fits &&=
          reads.size + added.length <= limits.reads &&
          target.nodes.size + target.group.reductions.length + recipe.nodes.size <= limits.nodes;
      }
      if (!fits || gain <= 0) continue;
      for (const target of targets) {
        for (const again of recipe.nodes) target.nodes.add(again);
        target.reads = readsOf(target);
        for (const x of target.reads) addReader(x, target.group);
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

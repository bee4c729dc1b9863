/** @file What a schedule is made of: groups of nodes that run together, each one loop or one call. */
import type { Shape } from '../../core/shape.js';
import { dtypeInfo } from '../../core/dtype.js';
import type { Node, Value } from '../../graph/graph.js';
import { constantOf } from '../../graph/graph.js';
import { SCALAR_COST } from '../../graph/scalar.js';

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
  /** A loop that the node's kernel does to its results before it stores them. */
  readonly epilogue?: LoopGroup;
  /** A loop that it runs over rows of what it has stored, while that is in cache. */
  readonly rows?: LoopGroup;
  /** Both in one, as a loop of its own. */
  readonly whole?: LoopGroup;
}

export type Group = LoopGroup | CallGroup;

/** Limits of a loop, by the machine that runs it: more would need more registers and instructions than one loop should have. */
export interface LoopLimits {
  /** Nodes that it computes. */
  readonly nodes: number;
  /** Values that it reads from memory. */
  readonly reads: number;
}

/** Whether a node is one number of output for one of each input, at the same index. */
export function isElementwise(node: Node): boolean {
  return node.primitive.scalar !== undefined || node.primitive.name === 'iota';
}

/** Whether all of a node's values are kept in 32 bits or fewer, so that lanes can hold them. */
export function fitsLanes(node: Node): boolean {
  const { inputs, outputs } = node;
  for (let i = 0; i < inputs.length; i++) if (dtypeInfo(inputs[i].dtype).storage === 'f64') return false;
  for (let i = 0; i < outputs.length; i++) if (dtypeInfo(outputs[i].dtype).storage === 'f64') return false;
  return true;
}

/** Whether a value is a constant of one element, which takes no memory. */
export function isNumber(value: Value): boolean {
  return constantOf(value)?.data.length === 1;
}

/** About how many simple operations a node takes for one element. */
export function costOf({ primitive: { name } }: Node): number {
  return Object.hasOwn(SCALAR_COST, name) ? SCALAR_COST[name as keyof typeof SCALAR_COST] : 1;
}

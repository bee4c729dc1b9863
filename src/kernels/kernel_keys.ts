/**
 * @file Tells which groups of a graph become the same kernels but for where their values lie: a deep network repeats few of them many
 * times, and each is written, compiled and optimized by the engine once.
 */
import { formatShape, sizeOf } from '../core/shape.js';
import type { TensorType } from '../core/ndarray.js';
import type { Node, Value } from '../graph/graph.js';
import { constantOf } from '../graph/graph.js';
import type { Group } from './schedule/groups.js';
import { formatParams } from '../graph/primitive.js';
import { exactConstant } from '../graph/print.js';
import type { View } from '../graph/views.js';
import type { Kernel } from './buffers.js';
import { buffersOf } from './buffers.js';

/** Constants up to this size count by their elements, longer ones as different from all others. */
const SMALL = 64;

const type = ({ dtype, shape }: TensorType): string => `${dtype}${formatShape(shape)}`;

const nodesOf = (group: Group): readonly Node[] =>
  group.kind === 'loop'
    ? [...group.nodes, ...group.reductions]
    : [group.node, ...(group.epilogue?.nodes ?? []), ...(group.rows?.nodes ?? []), ...(group.rows?.reductions ?? [])];

/** What the kernels of a group depend on. */
export interface GroupKey {
  /** All but addresses. */
  readonly text: string;
  /** The values that the group reads and makes, by the numbers under which they stand in the text. */
  readonly values: readonly Value[];
}

/**
 * What the kernels of a group depend on. Null: the group is like no other.
 *
 * @param viewOf Where operands are found.
 * @param isStored Whether a value of a loop goes to memory.
 */
export function groupKey(
  group: Group,
  viewOf: (value: Value) => View,
  isStored: (value: Value) => boolean,
): GroupKey | null {
  const numbers = new Map<Value, number>();
  const number = (value: Value): number => {
    let known = numbers.get(value);
    if (known === undefined) numbers.set(value, (known = numbers.size));
    return known;
  };
  const parts: string[] =
    group.kind === 'loop'
      ? [formatShape(group.shape), group.axes.join()]
      : [`${group.epilogue?.nodes.length} ${group.rows?.nodes.length} ${group.rows?.axes.join()}`];
  for (const node of nodesOf(group)) {
    const { primitive, params, inputs, outputs } = node;
    if (primitive.bodies !== undefined) return null;
    parts.push(primitive.name, formatParams(primitive, params));
    for (const input of inputs) {
      const { base, offset, strides } = viewOf(input);
      const constant = constantOf(base);
      if (constant !== null && constant.data.length > SMALL) return null;
      const content = constant === null ? '' : `=${exactConstant(constant)}`;
      parts.push(
        `${type(input)} in ${number(base)} ${base.dtype}[${sizeOf(base.shape)}]${content} +${offset} ${strides.join()}`,
      );
    }
    for (const output of outputs) parts.push(`-> ${number(output)} ${type(output)} ${isStored(output)}`);
  }
  return { text: parts.join('|'), values: [...numbers.keys()] };
}

/** The key of one of a group's kernels: the group's, and how the kernel's buffers look and recur. */
export function kernelKey(kernel: Kernel, group: string, index: number): string {
  const buffers = buffersOf(kernel);
  const looks = buffers.map(({ dtype, size }) => `${dtype}[${size}]`);
  const uses = [kernel.reads, kernel.writes].map((list) => list.map((buffer) => buffers.indexOf(buffer)).join());
  return `${index} ${kernel.label} ${kernel.tasks}|${looks.join()}|${uses.join('>')}|${group}`;
}

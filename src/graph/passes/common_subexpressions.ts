/** @file Common subexpressions: the same primitive with the same params on the same operands is computed once. */
import type { Application, Graph, Value } from '../graph.js';
import { constantPrimitive, inputPrimitive } from '../graph.js';
import { exactConstant, programKey } from '../print.js';
import { formatParams } from '../primitive.js';
import type { NDArray } from '../../core/ndarray.js';
import type { Rewriter } from './rewrite.js';
import { rewriteGraph } from './rewrite.js';

/** a ∘ b is b ∘ a, to the bit. */
const COMMUTATIVE: ReadonlySet<string> = new Set(['add', 'mul', 'max', 'min', 'and', 'or', 'xor', 'eq', 'ne']);
/** Constants above this size are told apart by identity, not by their elements. */
const COMPARED = 4096;

/** A fresh memory of what has been computed. */
export function sharing(): Rewriter {
  const known = new Map<string, readonly Value[]>();
  const arrays = new Map<unknown, number>();
  let pending = '';

  const constantKey = (value: NDArray): string => {
    if (value.data.length <= COMPARED) return `${value.dtype}[${value.shape.join()}]${exactConstant(value)}`;
    let number = arrays.get(value.data);
    if (number === undefined) arrays.set(value.data, (number = arrays.size));
    return `${value.dtype}[${value.shape.join()}]#${number}`;
  };
  const key = ({ primitive, inputs, params }: Application): string => {
    if (primitive === constantPrimitive) return constantKey((params as { value: NDArray }).value);
    const bodies = primitive.bodies?.get(params).map(programKey).join('|') ?? '';
    let operands = inputs.map((v) => (v.index === 0 ? v.node.id : `${v.node.id}.${v.index}`));
    if (operands.length === 2 && COMMUTATIVE.has(primitive.name) && operands[0] > operands[1])
      operands = [operands[1], operands[0]];
    return `${primitive.name} ${operands.join()} ${formatParams(primitive, params)}${bodies}`;
  };

  return {
    rewrite(application) {
      if (application.primitive === inputPrimitive) return null;
      pending = key(application);
      return known.get(pending) ?? null;
    },
    made(application, outputs) {
      if (application.primitive !== inputPrimitive) known.set(pending, outputs);
    },
  };
}

/** Compute equal things once. */
export function shareSubexpressions(graph: Graph): Graph {
  return rewriteGraph(graph, [sharing()]).graph;
}

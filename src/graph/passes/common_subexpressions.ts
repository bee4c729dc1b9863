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

/** An application that was made. */
interface Known {
  readonly application: Application;
  readonly outputs: readonly Value[];
  /** Its params as text, once they have been compared. */
  text: string | null;
}

const textOf = ({ primitive, params }: Application): string =>
  formatParams(primitive, params) + (primitive.bodies?.get(params).map(programKey).join('|') ?? '');

function sameInputs(x: Application, y: Application): boolean {
  const [a, b] = [x.inputs, y.inputs];
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++)
    if (a[i] !== b[i]) return a.length === 2 && a[0] === b[1] && a[1] === b[0] && COMMUTATIVE.has(x.primitive.name);
  return true;
}

/** The id of the operand that was made last: of all, it has the fewest users. */
function lastInput({ inputs }: Application): number {
  let last = 0;
  for (let i = 0; i < inputs.length; i++) last = Math.max(last, inputs[i].node.id);
  return last;
}

/** A fresh memory of what has been computed. */
export function sharing(): Rewriter {
  /** What has operands, by the last of them. */
  const users: Known[][] = [];
  /** What has none, by a text. */
  const leaves = new Map<string, readonly Value[]>();
  const arrays = new Map<unknown, number>();
  /** The text of the leaf that was asked for and is made next. */
  let pending: string | null = null;

  const leafKey = (application: Application): string => {
    const { primitive, params } = application;
    if (primitive !== constantPrimitive) return `${primitive.name} ${textOf(application)}`;
    const { value } = params as { value: NDArray };
    const type = `${value.dtype}[${value.shape.join()}]`;
    if (value.data.length <= COMPARED) return type + exactConstant(value);
    let number = arrays.get(value.data);
    if (number === undefined) arrays.set(value.data, (number = arrays.size));
    return `${type}#${number}`;
  };

  return {
    concerns: (primitive) => primitive !== inputPrimitive,
    rewrite(application) {
      if (application.inputs.length === 0) {
        const key = leafKey(application);
        const leaf = leaves.get(key) ?? null;
        pending = leaf === null ? key : null;
        return leaf;
      }
      const list = users[lastInput(application)] as Known[] | undefined;
      if (list === undefined) return null;
      let text: string | null = null;
      for (let i = 0; i < list.length; i++) {
        const known = list[i];
        if (known.application.primitive !== application.primitive || !sameInputs(known.application, application))
          continue;
        if (known.application.params === application.params) return known.outputs;
        text ??= textOf(application);
        if ((known.text ??= textOf(known.application)) === text) return known.outputs;
      }
      return null;
    },
    made(application, outputs) {
      if (application.inputs.length === 0) {
        leaves.set(pending ?? leafKey(application), outputs);
        pending = null;
      } else (users[lastInput(application)] ??= []).push({ application, outputs, text: null });
    },
  };
}

/** Compute equal things once. */
export function shareSubexpressions(graph: Graph): Graph {
  return rewriteGraph(graph, [sharing()]).graph;
}

/** @file Views become copies where a kernel or the caller needs the elements in their own order. */
import type { Graph, Node, Value } from '../graph/graph.js';
import { constantOf, GraphBuilder, isInput, rebuild } from '../graph/graph.js';
import { stopGradient } from '../graph/lax.js';
import { isElementwise } from './schedule/groups.js';
import { isViewNode, isWhole, Views } from '../graph/views.js';
import { lowerRules } from './rules.js';

/** Element-wise identity: as a node of its own it writes its operand's elements in order. */
const copy = (value: Value): Value => stopGradient(value);

const none = (): boolean => false;

/** Which of a node's operands may be views; null: all. */
function viewsTaken(node: Node): ((operand: number) => boolean) | null {
  const rule = lowerRules.get(node.primitive.name);
  if (rule !== undefined) return rule.takesViews ?? none;
  return isElementwise(node) || isViewNode(node) || node.primitive.name.startsWith('reduce') ? null : none;
}

/**
 * The same graph with copies put in: before kernels that do not take views, and before outputs that are views, inputs or constants.
 *
 * @param lieThere Whether an output belongs where an input lies: one that is this input stays as it is.
 */
export function materializeViews(graph: Graph, lieThere: (output: number, input: number) => boolean = none): Graph {
  const builder = new GraphBuilder();
  const views = new Views();
  const copies = new Map<Value, Value>();
  const whole = (value: Value): Value => {
    if (isWhole(views.of(value))) return value;
    let made = copies.get(value);
    if (made === undefined) copies.set(value, (made = copy(value)));
    return made;
  };
  const { inputs, outputs } = rebuild(graph, builder, (node, operands) => {
    // The gradient is taken already.
    if (node.primitive.name === 'stopGradient') return operands;
    if (node.primitive.name === 'withGradient') return operands.slice(-node.outputs.length);
    const takesView = viewsTaken(node);
    const ready = takesView === null ? operands : operands.map((value, i) => (takesView(i) ? value : whole(value)));
    return builder.repeat(node, ready);
  });
  const results = outputs.map((value, i) => {
    const { base } = views.of(value);
    if (isInput(base) && isWhole(views.of(value)) && lieThere(i, inputs.indexOf(base))) return value;
    return isInput(base) || constantOf(base) !== null ? copy(value) : whole(value);
  });
  return builder.graph(inputs, results);
}

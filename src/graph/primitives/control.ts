/** @file Loops and branches: primitives whose params are graphs. Their gradients are loops and branches again (control_gradients.ts). */
import { allocate } from '../../core/dtype.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray, TensorType } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import type { Graph } from '../graph.js';
import { interpret } from '../interpret.js';
import type { CondParams, ScanParams, WhileParams } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { condGradient, scanGradient } from './control_gradients.js';
import { formatType, requireTypes } from './helpers.js';

// ---- while ----

definePrimitive<WhileParams>({
  name: 'while',
  type: (operands, { condition, body, captures }) => {
    const state = operands.slice(0, operands.length - captures);
    requireTypes('while: the inputs of the condition', condition.inputs, operands);
    requireTypes('while: the results of the condition', condition.outputs, [{ dtype: 'bool', shape: [] }]);
    requireTypes('while: the inputs of the body', body.inputs, operands);
    requireTypes('while: the results of the body', body.outputs, state);
    return state.map(({ dtype, shape }) => ({ dtype, shape }));
  },
  evaluate: (operands, { condition, body, captures }) => {
    const kept = operands.slice(operands.length - captures);
    let state = operands.slice(0, operands.length - captures);
    while (interpret(condition, [...state, ...kept])[0].data[0] !== 0) state = interpret(body, [...state, ...kept]);
    return state;
  },
  gradient: ({ inputs, needed }) => {
    if (!needed.includes(true)) return inputs.map(() => null);
    throw new ValueError(
      'while: a loop whose number of steps is not known beforehand has no gradient; use scan, or foriLoop with fixed bounds.',
    );
  },
  format: ({ captures }) => JSON.stringify({ captures }),
  bodies: {
    get: ({ condition, body }) => [condition, body],
    replace: (params, [condition, body]) => ({ ...params, condition, body }),
  },
});

// ---- scan ----

/** The types of what a scan's body is given: carries, one slice of each scanned operand, captures. */
function bodyInputs(operands: readonly TensorType[], { carries, scanned, length }: ScanParams): TensorType[] {
  return operands.map((type, i) => {
    if (i < carries || i >= carries + scanned) return type;
    if (type.shape[0] !== length)
      throw new ValueError(`scan: operand ${i} is ${formatType(type)}, expected ${length} along its first dimension.`);
    return { dtype: type.dtype, shape: type.shape.slice(1) };
  });
}

/** The i-th of the parts along the first dimension. */
function part({ dtype, shape, data }: NDArray, i: number): NDArray {
  const size = sizeOf(shape.slice(1));
  return ndarray(dtype, shape.slice(1), data.subarray(i * size, (i + 1) * size));
}

definePrimitive<ScanParams>({
  name: 'scan',
  type: (operands, params) => {
    const { body, carries, length } = params;
    requireTypes('scan: the inputs of the body', body.inputs, bodyInputs(operands, params));
    requireTypes('scan: the carries that the body gives', body.outputs.slice(0, carries), operands.slice(0, carries));
    return body.outputs.map(({ dtype, shape }, i) => ({ dtype, shape: i < carries ? shape : [length, ...shape] }));
  },
  evaluate: (operands, { body, carries, scanned, length, reverse }, outputs) => {
    let carried = operands.slice(0, carries);
    const slices = operands.slice(carries, carries + scanned);
    const captures = operands.slice(carries + scanned);
    const stacks = outputs.slice(carries).map(({ dtype, shape }) => allocate(dtype, sizeOf(shape)));
    for (let step = 0; step < length; step++) {
      const i = reverse ? length - 1 - step : step;
      const results = interpret(body, [...carried, ...slices.map((x) => part(x, i)), ...captures]);
      carried = results.slice(0, carries);
      results.slice(carries).forEach((y, k) => stacks[k].set(y.data, i * y.data.length));
    }
    return [
      ...carried,
      ...stacks.map((data, k) => ndarray(outputs[carries + k].dtype, outputs[carries + k].shape, data)),
    ];
  },
  gradient: scanGradient,
  format: ({ carries, scanned, length, reverse }) => JSON.stringify({ carries, scanned, length, reverse }),
  bodies: { get: ({ body }) => [body], replace: (params, [body]) => ({ ...params, body }) },
});

// ---- cond ----

definePrimitive<CondParams>({
  name: 'cond',
  type: ([predicate, ...operands], { onTrue, onFalse }) => {
    requireTypes('cond: the predicate', [predicate], [{ dtype: 'bool', shape: [] }]);
    requireTypes('cond: the inputs of the branch for true', onTrue.inputs, operands);
    requireTypes('cond: the inputs of the branch for false', onFalse.inputs, operands);
    requireTypes('cond: the results of the branch for false', onFalse.outputs, onTrue.outputs);
    return onTrue.outputs.map(({ dtype, shape }) => ({ dtype, shape }));
  },
  evaluate: ([predicate, ...operands], { onTrue, onFalse }) => interpret(taken(predicate, onTrue, onFalse), operands),
  gradient: condGradient,
  format: () => '',
  bodies: {
    get: ({ onTrue, onFalse }) => [onTrue, onFalse],
    replace: (_params, [onTrue, onFalse]) => ({ onTrue, onFalse }),
  },
});

const taken = (predicate: NDArray, onTrue: Graph, onFalse: Graph): Graph =>
  predicate.data[0] !== 0 ? onTrue : onFalse;

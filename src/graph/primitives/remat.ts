/**
 * @file Rematerialization: a part of a program whose inner values are not kept for its gradient, but computed once more when the
 * gradient is.
 *
 * @see Griewank & Walther 2000, "Revolve"; Chen et al. 2016, "Training deep nets with sublinear memory cost"
 */
import { isFloat } from '../../core/dtype.js';
import type { TensorType } from '../../core/ndarray.js';
import { pullback } from '../autodiff.js';
import { rebuild } from '../graph.js';
import { interpret } from '../interpret.js';
import type { RematParams } from '../lax.js';
import { orderAfter } from '../lax.js';
import { definePrimitive } from '../primitive.js';
import { requireTypes } from './helpers.js';

const typeOf = ({ dtype, shape }: TensorType): TensorType => ({ dtype, shape });

definePrimitive<RematParams>({
  name: 'remat',
  type: (operands, { body }) => {
    requireTypes('remat: the inputs of the body', body.inputs, operands);
    return body.outputs.map(typeOf);
  },
  evaluate: (operands, { body }) => interpret(body, operands),
  gradient: ({ cotangents, inputs, params, needed }) => {
    if (!needed.includes(true)) return inputs.map(() => null);
    // The operands wait for the gradient: no pass may take the second run for the first, and no kernel may run it earlier.
    const arrived = cotangents.find((c) => c !== null)!;
    const waiting = inputs.map((x, i) => (params.ordered[i] ? orderAfter(x, arrived) : x));
    const builder = waiting[0].applier;
    const since = builder.nextId;
    const { outputs } = rebuild(params.body, builder, undefined, waiting);
    const seeded = outputs.flatMap((y, i) => (isFloat(y.dtype) && cotangents[i] !== null ? [i] : []));
    const wanted = inputs.flatMap((_, i) => (needed[i] ? [i] : []));
    const found = pullback(
      seeded.map((i) => outputs[i]),
      seeded.map((i) => cotangents[i]),
      wanted.map((i) => waiting[i]),
      since,
    );
    return inputs.map((_, i) => (needed[i] ? found[wanted.indexOf(i)] : null));
  },
  format: ({ ordered }) => JSON.stringify({ ordered }),
  bodies: { get: ({ body }) => [body], replace: (params, [body]) => ({ ...params, body }) },
});

definePrimitive({
  name: 'orderAfter',
  type: ([x]) => [typeOf(x)],
  evaluate: ([x]) => [x],
  gradient: ({ cotangents: [cotangent] }) => [cotangent, null],
  format: () => '',
});

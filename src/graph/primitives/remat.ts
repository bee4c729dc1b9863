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
import { hold } from '../lax.js';
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
    // Held until the gradient arrives: nobody may take the new values for the old ones, nor compute them earlier.
    const arrived = cotangents.find((c) => c !== null)!;
    const held = inputs.map((x, i) => (params.held[i] ? hold(x, arrived) : x));
    const builder = held[0].applier;
    const since = builder.nextId;
    const { outputs } = rebuild(params.body, builder, undefined, held);
    const seeded = outputs.flatMap((y, i) => (isFloat(y.dtype) && cotangents[i] !== null ? [i] : []));
    const wanted = inputs.flatMap((_, i) => (needed[i] ? [i] : []));
    const found = pullback(
      seeded.map((i) => outputs[i]),
      seeded.map((i) => cotangents[i]),
      wanted.map((i) => held[i]),
      since,
    );
    return inputs.map((_, i) => (needed[i] ? found[wanted.indexOf(i)] : null));
  },
  format: ({ held }) => JSON.stringify({ held }),
  bodies: { get: ({ body }) => [body], replace: (params, [body]) => ({ ...params, body }) },
});

definePrimitive({
  name: 'hold',
  type: ([x]) => [typeOf(x)],
  evaluate: ([x]) => [x],
  gradient: ({ cotangents: [cotangent] }) => [cotangent, null],
  format: () => '',
});

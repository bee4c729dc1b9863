/** @file How primitives are applied to tensors: traced when a trace is open, else computed at once. Imported for its effect. */
import type { NDArray } from '../core/ndarray.js';
import type { Applier, Primitive } from '../graph/index.js';
import { evaluatePrimitive, GraphBuilder, makeGraph } from '../graph/index.js';
import { interpretsEagerly } from './backends.js';
import { eagerCache } from './eager_cache.js';
import { setTensorApplier, Tensor } from './tensor.js';
import { currentTrace } from './trace.js';
import { applicationWork, COMPILE_ABOVE } from './work.js';

function computeNow<P>(primitive: Primitive<P>, inputs: readonly NDArray[], params: P): NDArray[] {
  const small = applicationWork(primitive as Primitive, inputs, primitive.type(inputs, params)) < COMPILE_ABOVE;
  if (small || interpretsEagerly()) return evaluatePrimitive(primitive, inputs, params);
  const builder = new GraphBuilder();
  const values = inputs.map((x, i) => builder.input(x, `x${i}`));
  return eagerCache.run(makeGraph(values, builder.apply(primitive, values, params)), inputs);
}

/** Applies primitives to tensors. */
export const tensorApplier: Applier<Tensor> = {
  apply(primitive, inputs, params) {
    const trace = currentTrace();
    if (trace !== null) {
      const values = inputs.map((t) => trace.lift(t));
      return trace.builder.apply(primitive, values, params).map((v) => trace.wrap(v));
    }
    const arrays = inputs.map((t) => t.ndarray);
    return computeNow(primitive, arrays, params).map((array) => Tensor.fromArray(array));
  },
  constant(value) {
    const trace = currentTrace();
    return trace === null ? Tensor.fromArray(value) : trace.wrap(trace.builder.constant(value));
  },
};
setTensorApplier(tensorApplier);

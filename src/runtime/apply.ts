/** @file How primitives are applied to tensors: traced when a trace is open, else computed at once. Imported for its effect. */
import type { NDArray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import type { Applier, Primitive } from '../graph/index.js';
import { evaluatePrimitive, GraphBuilder, makeGraph } from '../graph/index.js';
import { currentBackend } from './backends.js';
import { setTensorApplier, Tensor } from './tensor.js';
import { currentTrace } from './trace.js';
import { eagerCache } from './eager_cache.js';

/** Above this many elements read and written (or products summed), an eager op is worth a compiled program. */
const COMPILE_ABOVE = 1 << 15;

/** A rough measure of an application's work: elements moved, and multiply-adds for contractions. */
function work(inputs: readonly NDArray[], outputs: readonly { shape: readonly number[] }[]): number {
  const moved = [...inputs, ...outputs].reduce((sum, x) => sum + sizeOf(x.shape), 0);
  const [a, b] = inputs;
  const products = b === undefined ? 0 : Math.sqrt(sizeOf(a.shape) * sizeOf(b.shape) * sizeOf(outputs[0].shape));
  return Math.max(moved, products);
}

function computeNow<P>(primitive: Primitive<P>, inputs: readonly NDArray[], params: P): NDArray[] {
  const types = primitive.type(inputs, params);
  if (currentBackend().name === 'interpreter' || work(inputs, types) < COMPILE_ABOVE)
    return evaluatePrimitive(primitive, inputs, params);
  const builder = new GraphBuilder();
  const values = inputs.map((x, i) => builder.input(x, `x${i}`));
  return eagerCache.run(makeGraph(values, builder.apply(primitive, values, params)), inputs);
}

const tensorApplier: Applier<Tensor> = {
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

export { tensorApplier };

/** @file Gradients for users: `grad` and `valueAndGrad`, in eager code, inside `jit` and inside `trainStep`. */
import { checkKind, checkList } from '../core/kinds.js';
import { checked } from '../core/arguments.js';
import { isFloat } from '../core/dtype.js';
import { TypeError, ValueError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Value } from '../graph/index.js';
import { gradients } from '../graph/index.js';
import { neg, zerosLike } from '../graph/lax.js';
import { complexOf, ComplexTensor } from './complex.js';
import { eagerCache } from './eager_cache.js';
import { Tensor } from './tensor.js';
import { currentTrace, Trace, withTrace } from './trace.js';
import { Variable } from './variable.js';

/** What can be differentiated with respect to. */
export type Differentiable = Tensor | Variable;

/** One gradient for each of what is differentiated with respect to: a tuple for a tuple. */
export type Gradients<W extends readonly Differentiable[]> = { -readonly [K in keyof W]: Tensor };

function checkArguments(owner: string, fn: unknown, wrt: unknown): void {
  checkKind(owner, 'fn', fn ?? null, ['function']);
  checkList(owner, 'wrt', wrt, 'tensors and variables');
}

function differentiate(
  trace: Trace,
  fn: () => Tensor,
  wrt: readonly Differentiable[],
): { y: Value; gradients: Value[] } {
  const since = trace.builder.nextId;
  const xs = wrt.map((x) => {
    if (!(x instanceof Tensor) && !(x instanceof Variable)) {
      throw new TypeError('valueAndGrad: `wrt` holds something that is neither a Tensor nor a Variable.');
    }
    if (!isFloat(x.dtype))
      throw new ValueError(
        `valueAndGrad: cannot differentiate with respect to a tensor of dtype ${x.dtype}. Make it one of floats: tensor([1, 0], { dtype: 'float32' }), or x.cast('float32').`,
      );
    return trace.lift(x instanceof Variable ? x.stored : x);
  });
  const result = fn();
  if (!(result instanceof Tensor)) throw new TypeError('valueAndGrad: the function must return a tensor.');
  if (result.size !== 1 || !isFloat(result.dtype)) {
    throw new ValueError(
      `valueAndGrad: the function must return a scalar float, got ${result.dtype}${formatShape(result.shape)}. Reduce it, with ops.sum or ops.mean.`,
    );
  }
  const y = trace.lift(result);
  const found = gradients(y, xs, since);
  return { y, gradients: found.map((g, i) => g ?? zerosLike(xs[i])) };
}

/**
 * Values that `build` adds to the open trace, as tensors; where none is open, a trace of its own is run at once, and variables that were assigned
 * are changed.
 */
export function inTrace(label: string, build: (trace: Trace) => readonly Value[]): Tensor[] {
  const outer = currentTrace();
  if (outer !== null) return build(outer).map((value) => outer.wrap(value));
  const trace = new Trace(label);
  const values = withTrace(trace, () => build(trace));
  const states = [...trace.variables];
  const assigned = states.filter(([, s]) => s.assigned);
  const updates = withTrace(trace, () => assigned.map(([, s]) => trace.lift(s.current)));
  const inputs = [...states.map(([, s]) => s.input), ...trace.captured.values()];
  const feeds = [...states.map(([v]) => v.read()), ...[...trace.captured.keys()].map((t) => t.ndarray)];
  const results = eagerCache.run(trace.builder.graph(inputs, [...values, ...updates]), feeds);
  trace.keepFeeds(inputs, feeds);
  assigned.forEach(([variable], i) => variable.write(results[values.length + i]));
  return results.slice(0, values.length).map((array) => Tensor.fromArray(array));
}

/**
 * The value of a function and its gradients.
 *
 * @param fn Takes nothing, closes over what it uses, returns a scalar float tensor.
 * @param wrt Tensors and variables that `fn` closes over.
 * @returns `[value, gradients]`, one gradient per entry of `wrt`, of its shape and dtype; zeros where `fn` does not depend on it.
 * @throws {ValueError} The result is no scalar float; an entry of `wrt` is no float.
 * @see `jax.value_and_grad`
 * @example
 * const [loss, [dw]] = valueAndGrad(() => ops.sum(ops.square(ops.matmul(x, w))), [w]);
 */
export const valueAndGrad = checked(
  'valueAndGrad',
  <const W extends readonly Differentiable[]>(fn: () => Tensor, wrt: W): [value: Tensor, gradients: Gradients<W>] => {
    checkArguments('valueAndGrad', fn, wrt);
    const parts = wrt.flatMap((x): Differentiable[] => (x instanceof ComplexTensor ? [x.re, x.im] : [x]));
    const [value, ...slopes] = inTrace('a function being differentiated', (trace) => {
      const { y, gradients: gs } = differentiate(trace, fn, parts);
      return [y, ...gs];
    });
    // Of complex numbers, as in JAX: ∂f/∂re − i·∂f/∂im.
    const whole = wrt.map((x) => {
      const slope = slopes.shift()!;
      return x instanceof ComplexTensor ? complexOf(slope, neg(slopes.shift()!)) : slope;
    });
    return [value, whole as unknown as Gradients<W>];
  },
  undefined,
  { callsBack: true },
);

/**
 * The gradients alone: see `valueAndGrad`.
 *
 * @param fn Takes nothing, closes over what it uses, returns a scalar float tensor.
 * @param wrt Tensors and variables that `fn` closes over.
 * @returns One gradient per entry of `wrt`, of its shape and dtype.
 * @throws {ValueError} The result is no scalar float; an entry of `wrt` is no float.
 * @see `jax.grad`
 * @example
 * const [dw] = grad(() => ops.sum(ops.square(w)), [w]);
 */
export const grad = checked(
  'grad',
  <const W extends readonly Differentiable[]>(fn: () => Tensor, wrt: W): Gradients<W> => {
    checkArguments('grad', fn, wrt);
    return valueAndGrad(fn, wrt)[1];
  },
  undefined,
  { callsBack: true },
);

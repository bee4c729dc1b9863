/**
 * @file Random trees of ops with their gradients. Ops are smooth, or exact on integers: where a function jumps, two results that differ
 * in their last bit may end on different sides.
 */
import type { NDArray } from '../../core/ndarray.js';
import { range } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { jit, Tensor as TensorClass, valueAndGrad } from '../../runtime/index.js';
import { randomArray } from '../random_arrays.js';
import { Choices, disagreement, inWay, WAYS } from './ways.js';

type Step = (c: Choices, x: Tensor, other: Tensor) => Tensor;

const fits = (x: Tensor, y: Tensor): boolean =>
  range(Math.min(x.ndim, y.ndim)).every((i) => {
    const [a, b] = [x.shape[x.ndim - 1 - i], y.shape[y.ndim - 1 - i]];
    return a === b || a === 1 || b === 1;
  });
const together =
  (fn: (x: Tensor, y: Tensor) => Tensor): Step =>
  (_, x, y) =>
    fits(x, y) ? fn(x, y) : fn(x, ops.mean(y));
const alone =
  (fn: (x: Tensor) => Tensor): Step =>
  (_, x) =>
    fn(x);
const along =
  (fn: (x: Tensor, axis: number, c: Choices) => Tensor): Step =>
  (c, x) =>
    x.ndim === 0 || x.size === 0 ? x : fn(x, c.int(0, x.ndim - 1), c);
const matrices = (x: Tensor): Tensor => (x.ndim < 2 ? ops.reshape(x, [1, -1]) : x);
const part = (x: Tensor, axis: number, from: number, to: number): Tensor =>
  ops.getItem(
    x,
    x.shape.map((_, d) => (d === axis ? { start: from, stop: to } : {})),
  );

/** Smooth, and bounded enough that trees of them stay in range. */
const STEPS: Readonly<Record<string, Step>> = {
  add: together(ops.add),
  subtract: together(ops.subtract),
  multiply: together((x, y) => ops.multiply(x, ops.tanh(y))),
  divide: together((x, y) => ops.divide(x, ops.add(1.5, ops.square(y)))),
  logaddexp: together(ops.logaddexp),
  arctan2: together((x, y) => ops.arctan2(x, ops.add(1, ops.square(y)))),
  tanh: alone(ops.tanh),
  sigmoid: alone(ops.sigmoid),
  sin: alone(ops.sin),
  softplus: alone(ops.softplus),
  gelu: alone(ops.gelu),
  silu: alone(ops.silu),
  erf: alone(ops.erf),
  exp: alone((x) => ops.exp(ops.negative(ops.square(x)))),
  log1p: alone((x) => ops.log1p(ops.square(x))),
  sqrt: alone((x) => ops.sqrt(ops.add(1, ops.square(x)))),
  arcsinh: alone(ops.arcsinh),
  sum: along((x, axis, c) => ops.divide(ops.sum(x, { axis, keepdims: c.chance(50) }), x.shape[axis])),
  mean: along((x, axis, c) => ops.mean(x, { axis, keepdims: c.chance(50) })),
  logsumexp: along((x, axis, c) => ops.logsumexp(x, { axis, keepdims: c.chance(50) })),
  variance: along((x, axis, c) => ops.var(x, { axis, keepdims: c.chance(50) })),
  softmax: along((x, axis) => ops.softmax(x, { axis })),
  logSoftmax: along((x, axis) => ops.logSoftmax(x, { axis })),
  cumsum: along((x, axis) => ops.divide(ops.cumsum(x, { axis }), x.shape[axis])),
  flip: along((x, axis) => ops.flip(x, { axis })),
  roll: along((x, axis, c) => ops.roll(x, c.int(-3, 3), { axis })),
  repeat: along((x, axis, c) => (x.size > 4000 ? x : ops.repeat(x, c.int(1, 3), { axis }))),
  slice: along((x, axis, c) => part(x, axis, c.int(0, 1), x.shape[axis])),
  take: along((x, axis, c) =>
    ops.take(
      x,
      range(c.int(1, 5)).map(() => c.int(0, x.shape[axis] - 1)),
      { axis },
    ),
  ),
  concatenate: along((x, axis) => (x.size > 4000 ? x : ops.concatenate([x, ops.negative(x)], { axis }))),
  expandDims: (c, x) => (x.ndim > 3 ? x : ops.expandDims(x, c.int(0, x.ndim))),
  transpose: alone((x) => ops.transpose(x)),
  reshape: alone((x) => ops.reshape(x, [-1])),
  pad: (c, x) =>
    x.size > 4000
      ? x
      : ops.pad(
          x,
          x.shape.map(() => [c.int(0, 2), c.int(0, 1)]),
        ),
  matmul: (_, x, y) => {
    if (x.size === 0 || y.size === 0) return x;
    const [a, b] = [matrices(x), matrices(y)];
    const n = Math.min(a.shape[a.ndim - 1], b.shape[b.ndim - 1]);
    const left = part(a, a.ndim - 1, 0, n);
    const right = ops.transpose(part(ops.reshape(b, [-1, b.shape[b.ndim - 1]]), 1, 0, n));
    return left.size * right.size > 4e6 ? x : ops.divide(ops.matmul(left, right), Math.max(1, n));
  },
  where: together((x, y) => ops.where(ops.isfinite(x), ops.multiply(x, 0.5), y)),
  averagePool: (_, x) =>
    x.ndim === 3 && x.shape[1] > 1 ? ops.averagePool(x, 2, { dataFormat: 'channels_last', padding: 'same' }) : x,
  conv: (_, x) =>
    x.ndim === 4 && x.size > 0
      ? ops.conv(x, ops.divide(ops.ones([2, 3, x.shape[3], 4]), 6 * x.shape[3]), {
          padding: 'same',
          dataFormat: 'channels_last',
        })
      : x,
  half: alone((x) => ops.cast(ops.cast(ops.round(ops.multiply(x, 0)), 'float16'), 'float32')),
};

interface Tree {
  readonly text: string;
  readonly inputs: Tensor[];
  readonly run: (inputs: readonly Tensor[], log?: string[]) => Tensor[];
}

/** The tree of a seed. It depends on shapes alone, so that each run takes the same steps. */
function tree(seed: number): Tree {
  const c = new Choices(seed);
  const large = c.chance(15);
  const size = (): number => (large ? c.pick([1, 33, 64, 130]) : c.pick([0, 1, 1, 2, 3, 4, 5, 7]));
  const inputs = range(c.int(1, 3)).map((i) => {
    const shape = range(c.int(0, large ? 2 : 4)).map(size);
    return TensorClass.fromArray(randomArray({ dtype: 'float32', shape }, 'unit', seed + 7919 * i));
  });
  const count = c.int(1, 10);
  const names = Object.keys(STEPS);
  const run: Tree['run'] = (given, log) => {
    const own = new Choices(seed + 1);
    const pool = [...given];
    for (let i = 0; i < count; i++) {
      const name = own.pick(names);
      const [a, b] = [own.int(0, pool.length - 1), own.int(0, pool.length - 1)];
      const made = STEPS[name](own, pool[a], pool[b]);
      log?.push(`${pool.length} = ${name}(${a}, ${b}): ${made.dtype}[${made.shape.join()}]`);
      pool.push(made);
    }
    return pool.slice(given.length);
  };
  const log = inputs.map((x, i) => `${i} = input [${x.shape.join()}]`);
  run(inputs, log);
  return { text: log.join('\n'), inputs, run };
}

export async function fuzzOps(seed: number): Promise<string | null> {
  const { text, inputs, run } = tree(seed);
  const results: NDArray[][] = [];
  for (const way of WAYS) {
    const all = (): Tensor[] => {
      let outputs: Tensor[] = [];
      const [, slopes] = valueAndGrad(() => {
        outputs = run(inputs);
        // An irregular weight for each element, so that no gradient is zero by symmetry.
        const parts = outputs.map((y) =>
          ops.sum(ops.multiply(y, ops.sin(ops.add(1, ops.reshape(ops.arange(y.size), y.shape))))),
        );
        return parts.reduce((a, b) => ops.add(a, b));
      }, inputs);
      return [...outputs, ...slopes];
    };
    results.push(await inWay(way, () => (way.eager ? all() : jit(all)()).map((t) => t.ndarray)));
  }
  // Sums of terms of about 1 may cancel.
  const wrong = disagreement(results, 2e-5);
  return wrong === null ? null : `${wrong}\n${text}`;
}

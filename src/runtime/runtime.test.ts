/** @file Tensors, variables, traces, gradients and jit together, over lax functions. */
import { describe, expect, test } from 'vitest';
import { interpreterBackend } from '../backend/interpreter/index.js';
import { add, exp, mul, reduceSum, scalarLike, sin } from '../graph/lax.js';
import {
  grad,
  isTracing,
  jit,
  KerasTensor,
  op,
  registerBackend,
  tensor,
  Tensor,
  toTensor,
  valueAndGrad,
  Variable,
} from './index.js';

registerBackend(interpreterBackend);

const sum = (x: Tensor): Tensor =>
  reduceSum(
    x,
    x.shape.map((_, i) => i),
  );

describe('tensor', () => {
  test('infers bool, int32 and float32 from lists', () => {
    expect(tensor([true, false]).dtype).toBe('bool');
    expect(tensor([1, 2]).dtype).toBe('int32');
    expect(tensor([1, 2.5]).dtype).toBe('float32');
    expect(tensor([[1], [2]]).shape).toEqual([2, 1]);
  });
  test('refuses ragged lists and a shape that does not fit', () => {
    expect(() => tensor([[1, 2], [3]])).toThrow(/ragged/);
    expect(() => tensor([1, 2, 3], [2, 2])).toThrow(/3 elements do not fill shape \(2, 2\)/);
    expect(() => tensor([1], null, 'float31' as 'float32')).toThrow(/Did you mean 'float32'/);
  });
  test('copies typed arrays and gives int64 as BigInt64Array', async () => {
    const source = new Float32Array([1, 2]);
    const t = tensor(source);
    source[0] = 9;
    expect(await t.array()).toEqual([1, 2]);
    expect(await tensor([1, 2], null, 'int64').data()).toEqual(new BigInt64Array([1n, 2n]));
  });
});

describe('valueAndGrad', () => {
  test('gives the value and one gradient per tensor and variable', () => {
    const x = tensor([1, 2], null, 'float32');
    const v = new Variable(tensor([3, 4], null, 'float32'));
    const [y, [dx, dv]] = valueAndGrad(() => sum(mul(mul(x, x), v.value)), [x, v]);
    expect(y.itemSync()).toBe(19);
    expect(dx.arraySync()).toEqual([6, 16]);
    expect(dv.arraySync()).toEqual([1, 4]);
  });
  test('nests: the second derivative of sin is -sin', () => {
    const x = tensor([0.5], null, 'float32');
    const [second] = grad(() => sum(grad(() => sum(sin(x)), [x])[0]), [x]);
    expect(second.itemSync()).toBeCloseTo(-Math.sin(0.5), 6);
  });
  test('gives zeros for what the function does not use', () => {
    const x = tensor([1, 2], null, 'float32');
    expect(grad(() => scalarLike(toTensor(x), 1), [x])[0].arraySync()).toEqual([0, 0]);
  });
  test('leaves tensors made inside usable afterwards, and keeps assignments', () => {
    const x = tensor([1, 2], null, 'float32');
    const calls = new Variable(tensor(0));
    let inner: Tensor | undefined;
    valueAndGrad(() => {
      inner = exp(x);
      calls.assign(add(calls.value, tensor(1)));
      return sum(inner);
    }, [x]);
    expect(inner!.arraySync<number[]>()[1]).toBeCloseTo(Math.exp(2), 5);
    expect(calls.value.itemSync()).toBe(1);
  });
  test('refuses results that are no scalar float', () => {
    const x = tensor([1, 2], null, 'float32');
    expect(() => grad(() => x, [x])).toThrow(/must return a scalar float, got float32\(2,\)/);
    expect(() => grad(() => tensor(1), [tensor([1])])).toThrow(/dtype int32/);
  });
});

describe('jit', () => {
  test('traces once per signature and keeps variables as state', () => {
    let traces = 0;
    const total = new Variable(tensor([0, 0], null, 'float32'));
    const step = jit((x: Tensor) => {
      traces++;
      expect(isTracing()).toBe(true);
      total.assign(add(total.value, x));
      return { total: total.value, twice: [mul(x, tensor([2, 2], null, 'float32'))] };
    });
    step(tensor([1, 2], null, 'float32'));
    const { total: now, twice } = step(tensor([10, 20], null, 'float32'));
    expect(traces).toBe(1);
    expect(now.arraySync()).toEqual([11, 22]);
    expect(twice[0].arraySync()).toEqual([20, 40]);
    expect(total.value.arraySync()).toEqual([11, 22]);
    step(tensor([1], null, 'float32').constructor === Tensor ? tensor([5, 5], null, 'float32') : tensor([0]));
    expect(traces).toBe(1);
  });
  test('says that numbers are not there while it is traced', () => {
    const f = jit((x: Tensor) => (x.itemSync() > 0 ? x : x));
    expect(() => f(tensor(1))).toThrow(/traced into a program/);
  });
});

describe('op', () => {
  const outer = op('outer', (x: Tensor, y: Tensor): Tensor => mul(x, y));
  test('draws symbolic calls with open sizes', () => {
    const x = new KerasTensor([null, 3]);
    const y = outer(x as never, x as never) as unknown as KerasTensor;
    expect(y.shape).toEqual([null, 3]);
    expect(y.history?.node.operation.name).toMatch(/^outer/);
  });
});

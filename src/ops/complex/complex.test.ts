import { describe, expect, it } from 'vitest';
import { flatten } from '../../core/tree.js';
import { fromNumbers } from '../../core/ndarray.js';
import { Input } from '../../layers/index.js';
import { Model } from '../../models/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ComplexTensor, constantTensor, isKerasTensor, jit, tensor, valueAndGrad } from '../../runtime/index.js';
import { everyBackend } from '../../testing/backends.js';
import { callByKerasName } from '../../testing/call_op.js';
import { cotangent, tensorDifference } from '../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../../testing/fixtures.js';
import * as ops from '../index.js';

interface ComplexCase extends FixtureCase {
  readonly fn: string;
  readonly pairs: readonly EncodedArray[];
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly real: EncodedArray | null;
  readonly polar?: readonly EncodedArray[];
  readonly dtypes: readonly string[];
  readonly outputs: readonly EncodedArray[];
  readonly grads?: readonly EncodedArray[];
}

/** The call that was recorded, of arrays of pairs. */
function results(c: ComplexCase, xs: readonly Tensor[]): Tensor[] {
  const call = (...args: unknown[]): Tensor[] => flatten<Tensor>(callByKerasName({ ops }, `ops.${c.fn}`, args, c.kwargs) as Tensor); // prettier-ignore
  if (c.polar !== undefined) return call(...xs);
  const zs: unknown[] = xs.map((x) => ops.viewAsComplex(x));
  const real = c.real === null ? [] : [decodeTensor(c.real)];
  if (c.fn === 'where') return call(...real, ...zs);
  zs.push(...real);
  if (c.fn === 'concatenate' || c.fn === 'stack') return call(zs);
  if (c.fn === 'einsum') return call(c.args[0], ...zs);
  return call(...zs, ...c.args);
}

const parts = (ys: readonly Tensor[]): Tensor[] => ys.flatMap((y) => (y instanceof ComplexTensor ? [y.re, y.im] : [y]));

const total = (ys: readonly Tensor[]): Tensor =>
  parts(ys)
    .map((y) => ops.sum(ops.multiply(y, constantTensor(fromNumbers('float32', y.shape, cotangent(y.size))))))
    .reduce((a, b) => ops.add(a, b));

everyBackend((run) => {
  describe('complex numbers against real Keras', () => {
    it.each(readFixtures<ComplexCase>('complex').map((c): [string, ComplexCase] => [c.id, c]))('%s', (_, c) => {
      const xs = (c.polar ?? c.pairs).map(decodeTensor);
      const found = run(() => results(c, xs));
      expect(found.map((y) => y.dtype)).toEqual(c.dtypes);
      parts(found).forEach((y, i) => expect(tensorDifference(y, c.outputs[i], 1e-5)).toBeNull());
      if (c.grads === undefined) return;
      const slopes = run(() => valueAndGrad(() => total(results(c, xs)), xs)[1]);
      slopes.forEach((slope, i) => expect(tensorDifference(slope, c.grads![i], 5e-5)).toBeNull());
    });
  });

  it('programs take and give complex tensors', () => {
    const z = ops.viewAsComplex([[3, 4], [0, -1]]); // prettier-ignore
    const twice = run(() => jit((w: Tensor) => ({ w: ops.multiply(w, 2), size: ops.abs(w) }))(z));
    expect(twice.w.arraySync()).toEqual([[6, 8], [0, -2]]); // prettier-ignore
    expect(twice.size.arraySync()).toEqual([5, 1]);
  });
});

describe('complex tensors', () => {
  const z = ops.viewAsComplex([[1, 2], [3, -4]]); // prettier-ignore
  it('are tensors with a dtype, a shape and data', async () => {
    expect(ops.isTensor(z)).toBe(true);
    expect([z.dtype, z.shape, z.ndim, z.size]).toEqual(['complex64', [2], 1, 2]);
    expect(await z.array()).toEqual([[1, 2], [3, -4]]); // prettier-ignore
    expect(Array.from((await z.data()) as Float32Array)).toEqual([1, 2, 3, -4]);
    expect(String(z)).toBe('[1+2j 3-4j]');
    expect(ops.shape(z)).toEqual([2]);
    expect(Array.from(z).map((part) => part.arraySync())).toEqual([[1, 2], [3, -4]]); // prettier-ignore
  });
  it('are made of real ones, of both parts side by side, and of float64', () => {
    expect(tensor([1, 2], { dtype: 'complex64' }).arraySync()).toEqual([[1, 0], [2, 0]]); // prettier-ignore
    expect(tensor(Float32Array.of(1, 2, 3, -4), [2], 'complex64').arraySync()).toEqual([[1, 2], [3, -4]]); // prettier-ignore
    expect(ops.convertToTensor([1], { dtype: 'complex128' }).dtype).toBe('complex128');
    expect(ops.cast([1, 2], 'complex64').dtype).toBe('complex64');
    expect(ops.viewAsComplex(ops.cast([[1, 2]], 'float64')).dtype).toBe('complex128');
    expect(ops.add(z, ops.cast(1, 'complex128')).dtype).toBe('complex128');
    expect(ops.angle(ops.viewAsComplex([-1, -0])).itemSync()).toBeCloseTo(-Math.PI, 6); // Keras loses the sign of −0
  });
  it('have methods', () => {
    expect(z.mul(z).arraySync()).toEqual([[-3, 4], [-7, -24]]); // prettier-ignore
    expect(z.abs().arraySync()[1 as never]).toBe(5);
    expect(z.getItem(1).arraySync()).toEqual([3, -4]);
  });
  it('have gradients as JAX gives them: the conjugate of the steepest ascent', () => {
    const [value, [slope]] = valueAndGrad(() => ops.sum(ops.square(ops.abs(z))), [z]);
    expect(value.itemSync()).toBeCloseTo(30, 4);
    expect(slope.dtype).toBe('complex64');
    expect(
      slope
        .arraySync<number[][]>()
        .flat()
        .map((x) => Math.round(x * 1e4) / 1e4),
    ).toEqual([2, -4, 6, 8]);
  });
  it('arccosh has the slope 1 / (√(z − 1)·√(z + 1)) on both sides of the imaginary axis', () => {
    // JAX: 1 / √(z² − 1), of the wrong sign left of it.
    for (const at of [-1.5, 1.5]) {
      const pair = tensor([at, 0.25], { dtype: 'float64' });
      const [slope] = valueAndGrad(() => ops.real(ops.arccosh(ops.viewAsComplex(pair))), [pair])[1];
      const value = (x: number): number => ops.real(ops.arccosh(ops.viewAsComplex(tensor([x, 0.25], { dtype: 'float64' })))).itemSync(); // prettier-ignore
      expect(slope.dataSync()[0]).toBeCloseTo((value(at + 1e-5) - value(at - 1e-5)) / 2e-5, 6);
    }
  });
  it('are refused where nothing is said of them: decompositions with several results', () => {
    for (const call of [ops.svd, ops.qr, ops.eigh, ops.eig, ops.luFactor, ops.det, ops.cholesky])
      expect(() => (call as (x: Tensor) => unknown)(ops.viewAsComplex(ops.ones([2, 2, 2])))).toThrow(
        'takes no complex',
      );
  });
  it('can be symbolic: a model has their parts', () => {
    const x = Input({ shape: [4, 2] });
    const w = ops.multiply(ops.viewAsComplex(x), 2);
    const y = ops.abs(w);
    expect(isKerasTensor(y)).toBe(true);
    const model = new Model(x, y);
    const found = model(tensor([[[3, 4], [0, 1], [1, 0], [6, 8]]], { dtype: 'float32' })); // prettier-ignore
    expect(found.arraySync()).toEqual([[10, 2, 2, 20]]);
    const copy = Model.fromConfig(model.getConfig());
    expect(copy(tensor([[[3, 4], [0, 1], [1, 0], [6, 8]]], { dtype: 'float32' })).arraySync()).toEqual([[10, 2, 2, 20]]); // prettier-ignore
  });
  it('are refused by name where they have no meaning', () => {
    expect(() => ops.argmax(z)).toThrow('argmax: takes no complex numbers, got complex64(2,). Take its parts');
    expect(() => ops.relu(z)).toThrow('relu: takes no complex numbers');
    expect(() => ops.less(z, 1)).toThrow('less: takes no complex numbers');
    expect(() => z.itemSync()).toThrow('where real ones are wanted');
    expect(() => Number(ops.take(z, 0))).toThrow(TypeError);
    expect(() => ops.viewAsComplex([1, 2, 3])).toThrow('x has shape (3,). Expected (…, 2)');
    expect(() => ops.zeros([2], { dtype: 'complex64' })).toThrow('does not make complex64');
  });
});

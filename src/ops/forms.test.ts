import { describe, expect, expectTypeOf, it } from 'vitest';
import { everyBackend } from '../testing/backends.js';
import { expectClose } from '../testing/tensors.js';
import { grad, jit, type Tensor, tensor, valueAndGrad, Variable } from '../runtime/index.js';
import * as ops from './index.js';

const float = (x: number | number[] | number[][]): Tensor => tensor(x, { dtype: 'float32' });
const numbers = (x: Tensor): number[] => Array.from(x.ndarray.data);

describe('customGradient', () => {
  everyBackend((run) => {
    it('gives the stated gradient, inside of larger functions', () => {
      const log1pexp = ops.customGradient((x: Tensor) => {
        const e = ops.exp(x);
        return [ops.log(ops.add(e, 1)), (upstream: Tensor) => ops.multiply(upstream, ops.subtract(1, ops.divide(1, ops.add(1, e))))] as const; // prettier-ignore
      });
      const x = float([0, 100, -3]);
      const [y, slope] = run(() => {
        const [value, [g]] = valueAndGrad(() => ops.sum(ops.multiply(log1pexp(x), 2)), [x]);
        return [value, g];
      });
      expect(numbers(slope)[1]).toBe(2); // the gradient of its parts is NaN
      expectClose(slope, float([1, 2, 2 / (1 + Math.exp(3))]));
      expect(numbers(y)[0]).toBe(Infinity);
    });
    it('takes structures, several outputs, null for no gradient', () => {
      const f = ops.customGradient(({ a, b }: { a: Tensor; b: Tensor }) => [
        { sum: ops.add(a, b), product: ops.multiply(a, b) },
        (up: { sum: Tensor; product: Tensor }) => [ops.add(ops.multiply(up.sum, 10), up.product), null],
      ]);
      const [a, b] = [float([1, 2]), float([3, 4])];
      const slopes = run(() =>
        grad(() => {
          const { sum, product } = f({ a, b });
          return ops.add(ops.sum(sum), ops.sum(ops.multiply(product, 3)));
        }, [a, b]),
      );
      expect(slopes.map(numbers)).toEqual([
        [13, 13],
        [0, 0],
      ]);
    });
    it('works in the body of a loop and under remat, and for variables', () => {
      const clipped = ops.customGradient((x: Tensor) => [x, (up: Tensor) => ops.clip(up, -1, 1)] as const);
      const v = new Variable(float([1, 2]));
      const [slope] = run(() =>
        grad(() => {
          const [last] = ops.scan((carry: Tensor, x: Tensor) => [ops.add(carry, ops.multiply(clipped(v.value), x)), carry], float([0, 0]), { xs: float([5, 0.5]) }); // prettier-ignore
          return ops.sum(last);
        }, [v]),
      );
      expect(numbers(slope)).toEqual([1.5, 1.5]);
    });
  });
  it('computes at once outside of programs', () => {
    const f = ops.customGradient((x: Tensor) => [ops.square(x), (up: Tensor) => up] as const);
    expect(numbers(f(float([3])))).toEqual([9]);
    expectTypeOf(f).returns.toEqualTypeOf<Tensor>();
  });
  it('refuses what is no pair, and gradients that do not fit', () => {
    const x = float([1, 2]);
    const slope =
      (f: (y: Tensor) => unknown): (() => unknown) =>
      () =>
        grad(() => ops.sum(ops.customGradient<[Tensor], Tensor>(f as never)(x)), [x]);
    expect(slope((y) => y)).toThrow('customGradient: the function gave a Tensor. Expected a pair [output, gradFn]');
    expect(slope((y) => [y, (up: Tensor) => [up, up]])).toThrow('gradFn gave 2 gradients for 1 arguments');
    expect(slope((y) => [y, (up: Tensor) => ops.sum(up)])).toThrow(
      'Expected a tensor of the shape of argument 0, (2,)',
    );
  });
});

describe('jvp', () => {
  everyBackend((run) => {
    it('is the Jacobian times the tangents', () => {
      const a = float([[1, 2, 3], [4, 5, 6]]); // prettier-ignore
      const [x, t] = [float([0.1, -0.2, 0.3]), float([1, 2, -1])];
      const [y, dy] = run(() => ops.jvp((v: Tensor) => ops.sin(ops.matmul(a, v)), [x], [t]));
      const at = [0.6, 1.2];
      expectClose(y, float(at.map(Math.sin)), 1e-5);
      expectClose(dy, float([2 * Math.cos(at[0]), 8 * Math.cos(at[1])]), 1e-5);
    });
    it('takes several arguments, structures, aux, and what does not depend on them', () => {
      const f = (p: Tensor, { q }: { q: Tensor }) => [{ product: ops.multiply(p, q), fixed: ops.ones([2]) }, ops.add(p, 1)] as const; // prettier-ignore
      const [out, slope, aux] = run(() =>
        ops.jvp(f, [float([2, 3]), { q: float([5, 7]) }], [float([1, 0]), { q: float([0, 1]) }], { hasAux: true }),
      );
      expect(numbers(out.product)).toEqual([10, 21]);
      expect(numbers(slope.product)).toEqual([5, 3]);
      expect(numbers(slope.fixed)).toEqual([0, 0]);
      expect(numbers(aux)).toEqual([3, 4]);
    });
    it('goes through sorting, maxima, loops and decompositions', () => {
      const x = float([3, 1, 2]);
      const t = float([1, 10, 100]);
      const f = (v: Tensor): Tensor[] => [
        ops.sort(v),
        ops.max(v),
        ops.cumprod(v),
        ops.inv(ops.add(ops.diag(v), ops.ones([3, 3]))),
        ops.scan((carry: Tensor, s: Tensor) => [ops.multiply(carry, s), carry], float(1), { xs: v })[0],
      ];
      const h = 1e-2;
      const shifted = (sign: number): Tensor[] => f(ops.add(x, ops.multiply(t, sign * h * 1e-2)));
      const [, slopes] = run(() => ops.jvp(f, [x], [t]));
      const [up, down] = [shifted(1), shifted(-1)];
      slopes.forEach((slope, i) => {
        const numeric = ops.divide(ops.subtract(up[i], down[i]), 2 * h * 1e-2);
        expectClose(slope, numeric, 5e-3);
      });
    });
  });
  it('computes at once outside of programs', () => {
    const [y, dy] = ops.jvp((x: Tensor) => ops.sin(x), [0.1], [0.2]);
    expectClose(y, float(0.09983342));
    expectClose(dy, float(0.19900084));
  });
  it('refuses integers and tangents that do not fit', () => {
    const f = (x: Tensor): Tensor => x;
    expect(() => ops.jvp(f, [tensor([1, 2])], [float([1, 2])])).toThrow('jvp: primal 0 has dtype int32');
    expect(() => ops.jvp(f, [float([1, 2])], [float([1])])).toThrow('primal 0 has shape (2,), its tangent (1,)');
    expect(() => ops.jvp(f, [float([1, 2])], [])).toThrow('its tangent is missing');
  });
});

describe('vectorize', () => {
  everyBackend((run) => {
    it('applies a function of scalars to all elements, and broadcasts', () => {
      const f = ops.vectorize((a: Tensor, b: Tensor) =>
        ops.where(ops.greater(a, b), ops.subtract(a, b), ops.add(a, b)),
      );
      const found = run(() => f(float([[1, 2, 3, 4], [0, 5, 1, 2]]), float([2, 2, 2, 2])) as Tensor); // prettier-ignore
      expect(found.shape).toEqual([2, 4]);
      expect(numbers(found)).toEqual([3, 4, 1, 2, 2, 3, 3, 4]);
    });
    it('follows a signature', () => {
      const f = ops.vectorize((m: Tensor, v: Tensor) => ops.matmul(m, v), { signature: '(m, n), (n) -> (m)' });
      const m = ops.reshape(ops.arange(12, { dtype: 'float32' }), [2, 2, 3]);
      const found = run(() => f(m, float([1, 0, 2])) as Tensor);
      expect(found.shape).toEqual([2, 2]);
      expect(numbers(found)).toEqual([4, 13, 22, 31]);
    });
    it('hands excluded arguments on as they are, and gives several results', () => {
      const f = ops.vectorize((x: Tensor, table: Tensor) => [ops.sum(ops.multiply(x, table)), ops.negative(x)], {
        excluded: [1],
      });
      const [a, b] = run(() => f(float([1, 2]), float([1, 2, 3])) as Tensor[]);
      expect([numbers(a), numbers(b)]).toEqual([[6, 12], [-1, -2]]); // prettier-ignore
    });
  });
  it('refuses signatures and shapes that do not fit', () => {
    const f = (x: Tensor): Tensor => x;
    expect(() => ops.vectorize(f, { signature: 'm->n' })).toThrow("vectorize: signature 'm->n'");
    expect(() => ops.vectorize(f, { signature: '(n)->(n)' })(1)).toThrow('has not the dimensions (n)');
    expect(() => ops.vectorize(f, { signature: '(n),(n)->(n)' })([1, 2], [1, 2, 3])).toThrow("3 elements along 'n', which has 2"); // prettier-ignore
    expect(() => ops.vectorize((x: Tensor) => ops.stack([x, x]))([1, 2])).toThrow(
      'a scalar, unless a signature says otherwise',
    );
  });
});

it('jit takes functions with gradients of their own', () => {
  const f = ops.customGradient((x: Tensor) => [ops.sign(x), (up: Tensor) => up] as const);
  const slope = jit((x: Tensor) => grad(() => ops.sum(f(x)), [x])[0]);
  expect(numbers(slope(float([2, -3])))).toEqual([1, 1]);
});

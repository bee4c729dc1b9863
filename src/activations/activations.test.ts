import { describe, expect, it } from 'vitest';
import { toCamelCase } from '../core/naming.js';
import type { Tensor } from '../runtime/index.js';
import { grad, valueAndGrad } from '../runtime/index.js';
import * as ops from '../ops/index.js';
import { everyBackend } from '../testing/backends.js';
import { cotangent, tensorDifference } from '../testing/compare.js';
import type { EncodedArray } from '../testing/fixtures.js';
import { decodeTensor, fillMarks, readFixtures } from '../testing/fixtures.js';
import { tensor } from '../runtime/index.js';
import * as activations from './index.js';

everyBackend((run) => {
  describe('activations, against Keras', () => {
    const cases = readFixtures('activations').filter((c) => c['kind'] === undefined);
    it.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => {
      const name = toCamelCase(String(c['name']).split('.')[1]) as keyof typeof activations;
      const fn = activations[name] as unknown as (...args: unknown[]) => Tensor;
      const inputs = (c['inputs'] as EncodedArray[]).map(decodeTensor);
      const args = fillMarks(c['args'], inputs) as unknown[];
      const options = fillMarks(c['kwargs'], inputs, true) as object;
      const tolerance = c['tolerance'] as number;
      const grads = (c['grads'] ?? {}) as Record<string, EncodedArray>;
      const indices = Object.keys(grads).map(Number);
      const { value, found } = run(() => {
        const compute = (): Tensor => fn(...args, ...(Object.keys(options).length > 0 ? [options] : []));
        const total = (): Tensor => {
          const y = compute();
          return ops.sum(ops.multiply(y, tensor(cotangent(y.size), y.shape, y.dtype)));
        };
        const wrt = indices.map((i) => inputs[i]);
        return { value: compute(), found: wrt.length > 0 ? valueAndGrad(total, wrt)[1] : [] };
      });
      expect(tensorDifference(value, (c['outputs'] as EncodedArray[])[0], tolerance)).toBeNull();
      indices.forEach((i, k) => expect(tensorDifference(found[k], grads[i], 5 * tolerance)).toBeNull());
    });
  });
});

describe('activations that state their slope', () => {
  const points = [-2.5, -0.3, 0, 0.7, 3];
  const at = (shift = 0): Tensor => tensor(points.map((x) => x + shift), null, 'float64'); // prettier-ignore
  const slope = (f: (x: Tensor) => Tensor, x: Tensor): Tensor => grad(() => ops.sum(f(x)), [x])[0];
  it.each<[string, (x: Tensor) => Tensor]>([
    ['gelu', (x) => activations.gelu(x)],
    ['gelu by tanh', (x) => activations.gelu(x, { approximate: true })],
    ['silu', (x) => activations.silu(x)],
  ])('%s has it in jvp, and can be differentiated twice', (_, f) => {
    const h = 1e-4;
    const differences = (g: (x: Tensor) => Tensor): Tensor => ops.divide(ops.subtract(g(at(h)), g(at(-h))), 2 * h);
    const x = at();
    const off = (a: Tensor, b: Tensor): number => ops.max(ops.abs(ops.subtract(a, b))).itemSync();
    const first = slope(f, x);
    expect(off(first, differences(f))).toBeLessThan(1e-7);
    expect(off(ops.jvp(f, [x], [ops.onesLike(x)])[1], first)).toBeLessThan(1e-12);
    const second = slope((v) => slope(f, v), x);
    expect(
      off(
        second,
        differences((v) => slope(f, v)),
      ),
    ).toBeLessThan(1e-7);
  });
});

describe('identifiers', () => {
  it('finds functions by id and gives linear for null', () => {
    expect(activations.get('swish')).toBe(activations.silu);
    expect(activations.get(null)).toBe(activations.linear);
    expect(activations.serialize(activations.get('hard_swish'))).toBe('hard_silu');
  });
  it('names near ids', () => {
    expect(() => activations.get('rellu')).toThrow(/Unknown activation 'rellu'.*'relu'/);
  });
});

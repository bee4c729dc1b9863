import { describe, expect, it } from 'vitest';
import { toCamelCase } from '../core/naming.js';
import type { Tensor } from '../runtime/index.js';
import { valueAndGrad } from '../runtime/index.js';
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

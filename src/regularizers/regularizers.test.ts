import { describe, expect, it } from 'vitest';
import * as constraints from '../constraints/index.js';
import type { Tensor } from '../runtime/index.js';
import { valueAndGrad } from '../runtime/index.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray } from '../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../testing/fixtures.js';
import * as regularizers from './index.js';

const rooms = { regularizers, constraints };

describe('regularizers and constraints, against Keras', () => {
  // What Keras refuses is left out: here more words are known.
  const cases = readFixtures('regularizers_constraints').filter((c) => c['serialized'] !== null);
  it.each(cases.map((c) => [c.id, c] as const))('%s', (_, c) => {
    if (c['kind'] === 'identifier') {
      const room = rooms[c['room'] as keyof typeof rooms];
      const found = room.get(c['identifier']);
      expect(JSON.parse(JSON.stringify(room.serialize(found)))).toEqual(c['serialized']);
      return;
    }
    const room = c['kind'] === 'regularizer' ? regularizers : constraints;
    const object = room.deserialize(c['serialized']) as (x: Tensor) => Tensor;
    expect(JSON.parse(JSON.stringify(room.serialize(object)))).toEqual(c['serialized']);
    const x = decodeTensor(c['input'] as EncodedArray);
    const tolerance = c['tolerance'] as number;
    expect(tensorDifference(object(x), c['output'] as EncodedArray, tolerance)).toBeNull();
    if (c['grad']) {
      const [, [dx]] = valueAndGrad(() => object(x), [x]);
      expect(tensorDifference(dx, c['grad'] as EncodedArray, 5 * tolerance)).toBeNull();
    }
  });
});

describe('bad input', () => {
  it('names near ids', () => {
    expect(() => regularizers.get('l3')).toThrow(/Unknown regularizer 'l3'.*'l1'/);
    expect(() => constraints.get('maxnorm')).toThrow(/Unknown constraint 'maxnorm'.*'max_norm'/);
  });
  it('refuses negative factors and unknown options', () => {
    expect(() => new regularizers.L2({ l2: -1 })).toThrow('L2: l2=-1. Expected a number from 0.');
    expect(() => new regularizers.L1({ l: 1 } as object)).toThrow("L1 has no option 'l'. Did you mean 'l1'?");
    expect(() => new regularizers.OrthogonalRegularizer({ mode: 'rows ' as 'rows' })).toThrow("mode='rows '");
  });
});

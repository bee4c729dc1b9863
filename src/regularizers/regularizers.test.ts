import { describe, expect, it } from 'vitest';
import * as constraints from '../constraints/index.js';
import type { Tensor } from '../runtime/index.js';
import { valueAndGrad } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../testing/fixtures.js';
import { decodeTensor, readFixtures } from '../testing/fixtures.js';
import * as regularizers from './index.js';

const rooms = { regularizers, constraints };

// What Keras refuses is left out: here more words are known.
const cases = readFixtures('regularizers_constraints').filter((c) => c['serialized'] !== null);
const named = (list: FixtureCase[]): (readonly [string, FixtureCase])[] => list.map((c) => [c.id, c] as const);
const plain = (x: unknown): unknown => JSON.parse(JSON.stringify(x));

describe('regularizers and constraints, against Keras', () => {
  it.each(named(cases.filter((c) => c['kind'] === 'identifier')))('%s', (_, c) => {
    const room = rooms[c['room'] as keyof typeof rooms];
    expect(plain(room.serialize(room.get(c['identifier'])))).toEqual(c['serialized']);
  });
  everyBackend((run) => {
    it.each(named(cases.filter((c) => c['kind'] !== 'identifier')))('%s', (_, c) => {
      const room = c['kind'] === 'regularizer' ? regularizers : constraints;
      const object = room.deserialize(c['serialized']) as (x: Tensor) => Tensor;
      expect(plain(room.serialize(object))).toEqual(c['serialized']);
      const x = decodeTensor(c['input'] as EncodedArray);
      const tolerance = c['tolerance'] as number;
      const { value, grads } = run(() => ({
        value: object(x),
        grads: c['grad'] ? valueAndGrad(() => object(x), [x])[1] : [],
      }));
      expect(tensorDifference(value, c['output'] as EncodedArray, tolerance)).toBeNull();
      if (c['grad']) expect(tensorDifference(grads[0], c['grad'] as EncodedArray, 5 * tolerance)).toBeNull();
    });
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

import { describe, expect, it } from 'vitest';
import type { DType } from '../core/dtype.js';
import { SeedGenerator } from '../random/index.js';
import type { Tensor } from '../runtime/index.js';
import { everyBackend } from '../testing/backends.js';
import { tensorDifference } from '../testing/compare.js';
import type { EncodedArray } from '../testing/fixtures.js';
import { readFixtures } from '../testing/fixtures.js';
import * as initializers from './index.js';

const cases = readFixtures('initializers');
const plain = (x: unknown): unknown => JSON.parse(JSON.stringify(x));

describe('initializers, against Keras', () => {
  const values = cases.filter((c) => c['kind'] === undefined && c['output']);
  everyBackend((run) => {
    it.each(values.map((c) => [c.id, c] as const))('%s', (_, c) => {
      const init = initializers.deserialize(c['serialized'])!;
      expect(plain(initializers.serialize(init))).toEqual(c['serialized']);
      const make = (): Tensor => init(c['shape'] as number[], { dtype: c['dtype'] as DType }) as Tensor;
      const first = run(make);
      expect(tensorDifference(first, c['output'] as EncodedArray, c['tolerance'] as number)).toBeNull();
      if (c['output_again']) expect(plain(run(make).arraySync())).toEqual(plain(first.arraySync()));
    });
  });
  it('moves on with a SeedGenerator', () => {
    const c = cases.find((each) => each.id === 'twice/seed_generator')!;
    const seed = new SeedGenerator({ seed: c['seed_generator'] as number });
    const init = new initializers.RandomNormal({ seed });
    for (const expected of c['outputs'] as EncodedArray[])
      expect(tensorDifference(init([4]), expected, 1e-6)).toBeNull();
    expect(tensorDifference(seed.state.value, c['state_after'] as EncodedArray, 0)).toBeNull();
  });
  const words = cases.filter((c) => c['kind'] === 'identifier');
  it.each(words.map((c) => [c.id, c] as const))('%s', (_, c) => {
    expect(plain(initializers.serialize(initializers.get(c['identifier'])))).toEqual(c['serialized']);
  });
});

describe('bad input', () => {
  it('says what is wrong', () => {
    expect(() => initializers.get('glorot_unifrom')).toThrow(/Unknown initializer 'glorot_unifrom'.*'glorot_uniform'/);
    expect(() => new initializers.VarianceScaling({ scale: 0 })).toThrow('scale=0. Expected a positive number.');
    expect(() => new initializers.VarianceScaling({ mode: 'fan' as 'fan_in' })).toThrow("mode='fan'");
    expect(() => new initializers.HeNormal({ scale: 1 } as object)).toThrow("HeNormal has no option 'scale'.");
    expect(() => new initializers.Identity()([2, 2, 2])).toThrow(
      'Identity: shape (2, 2, 2). Expected that of a matrix.',
    );
    expect(() => new initializers.Orthogonal()([2])).toThrow('at least two dimensions');
    expect(() => new initializers.RandomNormal({ seed: 1.5 })).toThrow('RandomNormal: seed=1.5.');
    expect(() => new initializers.STFT({ window: 'han' })([4, 1, 3])).toThrow(
      "Unknown window 'han'. Did you mean 'hann'",
    );
  });
});

import { describe, expect, test } from 'vitest';
import { Sequential } from '../../models/index.js';
import type { Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';
import { loadModel } from '../../saving/index.js';
import { everyBackend } from '../../testing/backends.js';
import {
  Dense,
  deserialize,
  Embedding,
  Flatten,
  Input,
  IntegerLookup,
  type IntegerLookupOptions,
  serialize,
} from '../index.js';

const vocabulary = [12, 36, 1138];
const x = tensor([[12, 7, 1138], [36, -5, 12]]); // prettier-ignore
const numbers = (y: Tensor): unknown => JSON.parse(JSON.stringify(y, (_, v: unknown) => v));

// What Keras 3.15.1 gives for x.
const recorded: readonly (readonly [IntegerLookupOptions, unknown])[] = [
  [{}, [[1, 0, 3], [2, 0, 1]]],
  [{ numOovIndices: 3 }, [[3, 1, 5], [4, 1, 3]]],
  [{ maskToken: 7 }, [[2, 0, 4], [3, 1, 2]]],
  [{ maskToken: 7, numOovIndices: 2, outputMode: 'multi_hot' }, [[0, 0, 1, 0, 1], [0, 1, 1, 1, 0]]],
  [{ outputMode: 'one_hot' }, [[[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]], [[0, 0, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0]]]],
  [{ outputMode: 'count', maxTokens: 6, padToMaxTokens: true }, [[1, 1, 0, 1, 0, 0], [1, 1, 1, 0, 0, 0]]],
]; // prettier-ignore

describe('IntegerLookup gives what Keras gives', () => {
  everyBackend((run) => {
    test.each(recorded)('%j', (options, wanted) => {
      const layer = new IntegerLookup({ ...options, vocabulary });
      expect(numbers(layer<Tensor>(x))).toEqual(wanted);
      expect(numbers(run(() => layer<Tensor>(x)))).toEqual(wanted);
      expect(numbers((deserialize(serialize(layer)) as IntegerLookup)(x))).toEqual(wanted);
    });
  });

  test('unknown numbers spread by their hash, where a model computes them as well', async () => {
    for (const salt of [null, 5]) {
      const layer = new IntegerLookup({ vocabulary, numOovIndices: 6, maskToken: 7, oovMethod: 'farmhash', salt });
      const given = layer<Tensor>(x);
      const model = new Sequential([Input({ shape: [3], dtype: 'int32' }), layer]);
      expect(numbers(await model.predict(x, { verbose: 0 }))).toEqual(numbers(given));
      expect(new Set(given.arraySync<number[][]>().flat()).size).toBeGreaterThan(4);
      const trained = new Sequential([model, new Embedding(10, 2), new Flatten(), new Dense(1)]);
      trained.compile({ optimizer: 'sgd', loss: 'mse' });
      const { history } = await trained.fit(x, tensor([[1], [2]]), { epochs: 2, verbose: 0 }); // prettier-ignore
      expect(history['loss'][1]).toBeLessThan(history['loss'][0]);
    }
  });

  test('the other way round', () => {
    const layer = new IntegerLookup({ vocabulary, invert: true, maskToken: 0 });
    expect(numbers(layer([[0, 1, 2], [3, 4, 9]]))).toEqual([[0, -1, 12], [36, 1138, -1]]); // prettier-ignore
  });

  test('adapt: frequent tokens first, then larger ones; kept in files', async () => {
    const layer = new IntegerLookup();
    await layer.adapt([[5, 5, 9], [3, 9, 1]]); // prettier-ignore
    expect(layer.getVocabulary()).toEqual([-1, 9, 5, 3, 1]);
    const model = new Sequential([Input({ shape: [2], dtype: 'int32' }), layer]);
    const again = await loadModel(await model.save());
    for (const each of [model, again]) expect(numbers(await each.predict([[9, 4]], { verbose: 0 }))).toEqual([[1, 0]]);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['doubles', () => new IntegerLookup({ vocabulary: [1, 2, 1] }), /the vocabulary holds 1 twice/],
    ['a hole', () => new IntegerLookup({ vocabulary: [1, NaN] }), /the vocabulary holds NaN at place 1. Expected whole numbers/],
    ['none', () => new IntegerLookup({ vocabulary: [] }), /the vocabulary is empty/],
    ['too many', () => new IntegerLookup({ vocabulary: [1, 2], maxTokens: 2 }), /3 places, but maxTokens=2/],
    ['the mask inside', () => new IntegerLookup({ vocabulary: [1, 0], maskToken: 0 }), /mask token 0 at place 1/],
    ['no vocabulary yet', () => new IntegerLookup()([1]), /has no vocabulary yet. Call adapt/],
    ['an unknown token', () => new IntegerLookup({ vocabulary, numOovIndices: 0 })([12, 5]), /the token 5 is not in the vocabulary/],
  ])('refuses %s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore

  test('adapt after a vocabulary is refused', () =>
    expect(new IntegerLookup({ vocabulary }).adapt([1])).rejects.toThrow(/cannot adapt, as it was given a vocabulary/));
});

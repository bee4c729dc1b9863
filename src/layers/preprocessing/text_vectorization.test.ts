/** @file TextVectorization gives what Keras gives (recorded by tools/fixtures/text.py), and what it refuses. */
import { describe, expect, test } from 'vitest';
import { toCamelCase } from '../../core/naming.js';
import { registerKerasSerializable } from '../../core/serialization.js';
import { Dataset } from '../../data/index.js';
import { Model, Sequential } from '../../models/index.js';
import type { KerasTensor, Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';
import { loadModel } from '../../saving/index.js';
import type { FixtureCase } from '../../testing/fixtures.js';
import { readFixtures } from '../../testing/fixtures.js';
import {
  Dense,
  deserialize,
  Embedding,
  GlobalAveragePooling1D,
  Input,
  serialize,
  TextVectorization,
} from '../index.js';
import type { TextVectorizationOptions } from '../index.js';

interface Recorded extends FixtureCase {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly inputs: string[];
  readonly adapt?: string[];
  readonly in_batches?: boolean;
  readonly vocabulary: string[];
  readonly plain_vocabulary: string[];
  readonly size: number;
  readonly output: { readonly dtype: string; readonly shape: number[]; readonly data: unknown[] };
  readonly config_after?: Readonly<Record<string, unknown>>;
  readonly symbolic?: { readonly shape: (number | null)[]; readonly dtype: string };
  readonly error?: { readonly kind: string };
}

// Those of the recording, of one text.
const functions: Readonly<Record<string, (text: string) => string | string[]>> = {
  upper: (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  commas: (text) => text.split(','),
  dashes_to_spaces: (text) => text.replaceAll('-', ' '),
};
const optionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && '$function' in value ? functions[value.$function as string] : value;
const optionsOf = (config: object): TextVectorizationOptions =>
  Object.fromEntries(Object.entries(config).map(([key, value]) => [toCamelCase(key), optionOf(value)]));
const cases = readFixtures<Recorded>('text').filter(({ class_name: name }) => name === 'TextVectorization');

describe('TextVectorization gives what Keras gives', () => {
  test.each(cases)('$id: $config', async (recorded) => {
    const { adapt, in_batches: inBatches = false, output, symbolic } = recorded;
    const make = (): TextVectorization => new TextVectorization(optionsOf(recorded.config));
    if (recorded.error !== undefined) {
      expect(() => make()(recorded.inputs)).toThrow();
      return;
    }
    const layer = make();
    if (adapt !== undefined) await layer.adapt(inBatches ? adapt.map((batch) => tensor(batch)) : adapt);
    expect(layer.getVocabulary()).toEqual(recorded.vocabulary);
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(recorded.plain_vocabulary);
    expect(layer.vocabularySize()).toBe(recorded.size);
    const check = (made: Tensor): void => {
      if (output.dtype === 'string') {
        // Ragged vectors: here the rows are filled up with vectors of zeros.
        const rows = output.data as number[][][];
        const longest = Math.max(...rows.map((row) => row.length));
        const full = rows.map((row) => [
          ...row,
          ...new Array<number[]>(longest - row.length).fill(row[0].map(() => 0)),
        ]);
        expect(made.arraySync()).toEqual(full);
        return;
      }
      expect([made.dtype, made.shape]).toEqual([output.dtype, output.shape]);
      output.data.forEach((x, i) => expect(made.ndarray.data[i]).toBeCloseTo(x as number, 5));
    };
    check(layer(recorded.inputs));
    const { vocabulary, idf_weights: _weights, name: _name, ...rest } = recorded.config_after ?? {};
    expect(layer.getConfig()).toMatchObject((vocabulary ?? null) === null ? rest : { ...rest, vocabulary });
    if (symbolic === undefined) return;
    check((deserialize(serialize(layer)) as TextVectorization)(recorded.inputs));
    const inputShape = [null, ...shapeOf(recorded.inputs).slice(1)];
    const spec = layer.computeOutputSpec({ shape: inputShape, dtype: 'string' }) as typeof symbolic;
    expect(spec.dtype).toBe(symbolic.dtype);
    // Keras says (None, None), or has an axis of 1 too many; what is said here is what comes out.
    const truth = output.dtype === 'string' ? [3, null, symbolic.shape.at(-1)] : output.shape;
    expect(spec.shape).toHaveLength(truth.length);
    spec.shape.forEach((size, i) => expect([null, truth[i], symbolic.shape[i]]).toContain(size));
    if (layer.outputMode !== 'int') expect(spec.shape.at(-1)).toBe(symbolic.shape.at(-1));
  });
});

function shapeOf(x: unknown): number[] {
  return Array.isArray(x) ? [x.length, ...shapeOf(x[0])] : [];
}

const texts = ['the film was good', 'a bad film', 'good good film', 'bad and long and bad'];
const labels = [1, 0, 1, 0];
const silent = { verbose: 0 } as const;
const numbers = (t: unknown): number[] => Array.from((t as Tensor).ndarray.data);

describe('TextVectorization', () => {
  test.each(['int', 'multi_hot', 'count', 'tf_idf', 'one_hot'] as const)(
    'is part of a model, in mode %s',
    async (outputMode) => {
      const vectorize = new TextVectorization({ outputMode });
      await vectorize.adapt(Dataset.fromTensorSlices(texts).batch(2));
      const input = Input({ shape: [1], dtype: 'string' });
      const model = new Model(input, vectorize<KerasTensor>(input));
      const wanted = vectorize<Tensor>(texts);
      for (const x of [texts, tensor(texts, [4, 1])])
        expect(numbers(await model.predict(x, silent))).toEqual(numbers(wanted));
      expect(model.outputShape).toEqual(
        [null, ...wanted.shape.slice(1)].map((size, i) => (outputMode === 'int' || outputMode === 'one_hot') && i === 1 ? null : size), // prettier-ignore
      );
    },
  );

  test('feeds a classifier that learns, and that comes back from a file', async () => {
    const vectorize = new TextVectorization({ maxTokens: 20, outputSequenceLength: 6, name: 'words' });
    await vectorize.adapt(texts);
    const model = new Sequential([
      Input({ shape: [], dtype: 'string' }),
      vectorize,
      new Embedding(20, 4, { embeddingsInitializer: 'glorot_uniform' }),
      new GlobalAveragePooling1D(),
      new Dense(1, { activation: 'sigmoid' }),
    ]);
    model.compile({ loss: 'binary_crossentropy', optimizer: 'adam' });
    const data = Dataset.fromTensorSlices([texts, tensor(labels)]).batch(2);
    const { history } = await model.fit(data, { epochs: 5, ...silent });
    expect(history['loss'].at(-1)).toBeLessThan(history['loss'][0]);
    const again = await loadModel(await model.save());
    expect(numbers(await again.predict(texts, silent))).toEqual(numbers(await model.predict(texts, silent)));
  });

  test('counts texts of other lengths by the same program, and makes places by one for each length', async () => {
    const vectorize = new TextVectorization({ vocabulary: ['good', 'bad'], outputMode: 'count' });
    const model = new Sequential([Input({ shape: [1], dtype: 'string' }), vectorize]);
    expect(numbers(await model.predict(['good bad good'], silent))).toEqual([0, 2, 1]);
    expect(numbers(await model.predict(['x'], silent))).toEqual([1, 0, 0]);
    const places = new Sequential([Input({ shape: [1], dtype: 'string' }), new TextVectorization({ vocabulary: ['good', 'bad'] })]); // prettier-ignore
    expect((await places.predict<Tensor>(['good bad good'], silent)).shape).toEqual([1, 3]);
    expect((await places.predict<Tensor>(['x', 'y z', ''], silent)).shape).toEqual([3, 2]);
    expect((await places.predict<Tensor>(['', '', ''], silent)).shape).toEqual([3, 0]);
  });

  test('adapts anew, forgetting what it has found; to steps of a generator; and batch by batch', async () => {
    const layer = new TextVectorization();
    await layer.adapt(['a b']);
    await layer.adapt(['c', 'c d']);
    expect(layer.getVocabulary()).toEqual(['', '[UNK]', 'c', 'd']);
    await layer.adapt(function* () { for (const text of ['x', 'y', 'z']) yield [text]; } as never, { steps: 2 }); // prettier-ignore
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(['y', 'x']);
    layer.resetState();
    layer.updateState(['k l']);
    layer.updateState(tensor([['l']]));
    layer.finalizeState();
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(['l', 'k']);
    await layer.adapt(function* () { yield [['r', 's'], [0, 1]]; } as never); // prettier-ignore
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(['s', 'r']);
    await layer.adapt(Dataset.fromTensorSlices([['p', 'q'], tensor([0, 1])]).batch(2));
    expect(layer.getVocabulary({ includeSpecialTokens: false })).toEqual(['q', 'p']);
  });

  test('takes functions, which files name', async () => {
    const shout = registerKerasSerializable({ package: 'tests' })(function shout(text: string) {
      return text.toUpperCase();
    });
    const halves = registerKerasSerializable({ package: 'tests' })(function halves(text: string) {
      return text.split('|');
    });
    const layer = new TextVectorization({ standardize: shout, split: halves });
    await layer.adapt(['a b|c']);
    expect(layer.getVocabulary()).toEqual(['', '[UNK]', 'C', 'A B']);
    const model = new Sequential([Input({ shape: [1], dtype: 'string' }), layer]);
    const again = await loadModel(await model.save());
    expect(numbers(await again.predict(['c|d|a b'], silent))).toEqual([2, 1, 3]);
  });

  const of = (options: TextVectorizationOptions): TextVectorization => new TextVectorization({ name: 't', ...options });
  test.each<[string, () => unknown, RegExp]>([
    ['ragged', () => of({ ragged: true }), /^TextVectorization 't': ragged=true is not supported/],
    ['sparse', () => of({ sparse: true }), /^TextVectorization 't': sparse=true is not supported/],
    ['an unknown standardize', () => of({ standardize: 'upper' as never }), /standardize="upper"\. Expected 'lower_and_strip_punctuation'/],
    ['an unknown split', () => of({ split: 'words' as never }), /split="words"\. Expected 'whitespace' or 'character'/],
    ['ngrams of 0', () => of({ ngrams: 0 }), /ngrams=0\. Expected a whole number from 1/],
    ['ngrams of nothing', () => of({ ngrams: [] }), /ngrams=\[\]/],
    ['a length of 0', () => of({ outputSequenceLength: 0 }), /outputSequenceLength=0\. Expected a whole number from 1/],
    ['a length in another mode', () => of({ outputMode: 'count', outputSequenceLength: 3 }), /outputSequenceLength is for outputMode='int'/],
    ['doubles', () => of({ vocabulary: ['a', 'a'] }), /^TextVectorization 't': the vocabulary holds "a" twice/],
    ['the empty text', () => of({ vocabulary: ['a', ''] }), /^TextVectorization 't': the vocabulary holds the mask token "" at place 1/],
    ['a hole', () => of({ vocabulary: ['a', null] as never }), /^TextVectorization 't': the vocabulary holds null at place 1/],
    ['no vocabulary', () => of({})(['a']), /^TextVectorization 't' has no vocabulary yet\. Call adapt/],
    ['numbers', () => of({ vocabulary: ['a'] })([1]), /^TextVectorization 't': takes texts, got int32\(1,\)/],
    ['several texts a sample', () => of({ vocabulary: ['a'] })([['a', 'b']]), /splits one text a sample, got shape \(1, 2\)/],
    ['a function that gives no text', () => of({ vocabulary: ['a'], standardize: () => 1 as never })(['a']), /the function `standardize` gave 1 for 'a'\. Expected a text/],
    ['a function that gives no list', () => of({ vocabulary: ['a'], split: () => 'a' as never })(['a']), /the function `split` gave 'a' for 'a'\. Expected a list/],
    ['weights in another mode', () => of({ vocabulary: ['a'], idfWeights: [1] }), /idfWeights are for outputMode='tf_idf'/],
    ['no weights', () => of({ vocabulary: ['a'], outputMode: 'tf_idf' }), /needs idfWeights/],
    ['another number of weights', () => of({ vocabulary: ['a'], outputMode: 'tf_idf', idfWeights: [1, 2] }), /2 idfWeights for a vocabulary of 1 tokens/],
    ['another size', () => { const t = of({ vocabulary: ['a'], outputMode: 'count' }); t.setVocabulary(['a', 'b']); }, /had 2 places and would have 3/],
  ])('refuses %s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore
  test('refuses to adapt with a vocabulary, to numbers, and to nothing', async () => {
    await expect(of({ vocabulary: ['a'] }).adapt(['b'])).rejects.toThrow(/cannot adapt, as it was given a vocabulary/);
    await expect(of({}).adapt([1, 2])).rejects.toThrow(/takes texts, got int32/);
    await expect(of({}).adapt(Dataset.fromList([]))).rejects.toThrow(/data without a batch/);
  });
});

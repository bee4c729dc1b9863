import { describe, expect, it, test } from 'vitest';
import { toCamelCase } from '../../core/naming.js';
import * as keras from '../../index.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeNumbers, readFixtures } from '../../testing/fixtures.js';

const { text, sequence } = keras.preprocessing;
type Case = FixtureCase & { readonly options: Record<string, unknown> };
const cases = (kind: string): [string, Case][] =>
  readFixtures<Case>('keras2')
    .filter(({ id }) => id.startsWith(`${kind}/`))
    .map((c) => [c.id, c]);
const optionsOf = ({ options }: Case): Record<string, unknown> =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [toCamelCase(name), value]));
const plainly = (dict: object): unknown => JSON.parse(JSON.stringify(dict));

describe('texts', () => {
  it.each(cases('words'))('%s are those of Keras', (_, c) =>
    expect(text.textToWordSequence(c['text'] as string, optionsOf(c))).toEqual(c['words']),
  );
  it.each(cases('hashed'))('%s are those of Keras', (_, c) => {
    const options = { ...optionsOf(c), hashFunction: 'md5' } as const;
    expect(text.hashingTrick(c['text'] as string, c['n'] as number, options)).toEqual(c['numbers']);
  });
  test('MD5 is right for texts of all lengths around its blocks', async () => {
    const { createHash } = await import('node:crypto');
    for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 500]) {
      const word = 'aé'.repeat(length).slice(0, length);
      const wanted = BigInt(`0x${createHash('md5').update(word).digest('hex')}`) % 999_983n;
      const analyzer = (): string[] => [word];
      expect(text.hashingTrick('', 999_984, { hashFunction: 'md5', analyzer })).toEqual([Number(wanted) + 1]);
    }
  });
  test('a hash function of one’s own may give negative numbers', () => {
    expect(text.hashingTrick('a b', 5, { hashFunction: (w) => -w.charCodeAt(0) })).toEqual([((-97 % 4) + 4) % 4 + 1, ((-98 % 4) + 4) % 4 + 1]); // prettier-ignore
  });
  test('oneHot gives equal words equal numbers, in each run', () => {
    expect(text.oneHot('the cat, the mat', 1000)).toEqual(text.hashingTrick('the cat the mat', 1000));
  });
});

describe('Tokenizer', () => {
  it.each(cases('tokenizer'))('%s knows what Keras’s knows', (_, c) => {
    const tokenizer = new text.Tokenizer(optionsOf(c));
    const [texts, fresh] = [c['texts'], c['new']] as string[][];
    tokenizer.fitOnTexts(texts);
    expect(plainly(tokenizer.wordIndex)).toEqual(c['word_index']);
    expect(plainly(tokenizer.wordCounts)).toEqual(Object.fromEntries(c['word_counts'] as [string, number][]));
    expect(plainly(tokenizer.wordDocs)).toEqual(c['word_docs']);
    expect(plainly(tokenizer.indexDocs)).toEqual(c['index_docs']);
    expect(tokenizer.documentCount).toBe(c['document_count']);
    const sequences = tokenizer.textsToSequences([...texts, ...fresh]);
    expect(sequences).toEqual(c['sequences']);
    expect(tokenizer.sequencesToTexts(sequences)).toEqual(c['back']);
    for (const [mode, wanted] of Object.entries(c['matrices'] as Record<string, EncodedArray>)) {
      const found = tokenizer.textsToMatrix([...fresh, ...texts], { mode: mode as 'count' });
      expect(found.shape).toEqual(wanted.shape);
      const numbers = decodeNumbers(wanted);
      Array.from(found.dataSync() as Float32Array).forEach((v, i) => expect(v, mode).toBeCloseTo(numbers[i], 5));
    }
  });
  it.each(cases('tokenizer'))('%s reads what Keras wrote, and writes the same', (_, c) => {
    const read = text.tokenizerFromJson(c['json'] as string);
    expect(read.textsToSequences([...(c['texts'] as string[]), ...(c['new'] as string[])])).toEqual(c['sequences']);
    const [found, wanted] = [read.toJson(), c['json'] as string].map((json) => JSON.parse(json) as { config: object });
    expect(found).toEqual(wanted);
  });
  test('words that objects have anyway are words', () => {
    const tokenizer = new text.Tokenizer({ filters: '' });
    tokenizer.fitOnTexts(['constructor __proto__ 7 3']);
    expect(tokenizer.textsToSequences(['__proto__ toString 3'])).toEqual([[2, 4]]);
    expect(Object.hasOwn(tokenizer.wordIndex, 'toString')).toBe(false);
    expect(text.tokenizerFromJson(tokenizer.toJson()).textsToSequences(['constructor 7'])).toEqual([[1, 3]]);
  });
  test('lists of words and analyzers are taken', () => {
    const tokenizer = new text.Tokenizer({ analyzer: (t) => t.split('|') });
    tokenizer.fitOnTexts([['A', 'b'], 'b|c']);
    expect(plainly(tokenizer.wordIndex)).toEqual({ b: 1, a: 2, c: 3 });
  });
  test('what is wrong is said', () => {
    const tokenizer = new text.Tokenizer();
    expect(() => tokenizer.textsToMatrix(['a'])).toThrow(/no words are known. Give numWords/);
    expect(() => tokenizer.fitOnTexts('a text' as never)).toThrow(/Expected a list of texts/);
    expect(() => tokenizer.fitOnTexts([3] as never)).toThrow(/a text is 3/);
    expect(() => new text.Tokenizer({ numWords: 2 }).textsToMatrix(['a'], { mode: 'tfidf' })).toThrow(
      /fitOnTexts first/,
    );
    expect(() => new text.Tokenizer({ nWords: 2 } as never)).toThrow(/has no option 'nWords'/);
    expect(() => text.tokenizerFromJson('{}')).toThrow(/no 'config'/);
    expect(() => text.tokenizerFromJson('{')).toThrow(/no tokenizer as toJson writes it/);
    expect(() => text.hashingTrick('a', 1)).toThrow(/n=1. Expected a whole number from 2/);
    expect(() => text.hashingTrick('a', 9, { hashFunction: () => 0.5 })).toThrow(/gives 0.5 for 'a'/);
  });
});

describe('sequences', () => {
  const [sampling] = readFixtures<Case>('keras2').filter(({ id }) => id === 'sampling');
  test('makeSamplingTable is that of Keras', () => {
    sequence.makeSamplingTable(20).forEach((v, i) => expect(v).toBeCloseTo((sampling['table'] as number[])[i], 12));
    sequence.makeSamplingTable(5, { samplingFactor: 0.1 }).forEach((v, i) => {
      expect(v).toBeCloseTo((sampling['other'] as number[])[i], 12);
    });
  });
  it.each(cases('skipgrams'))('%s are those of Keras, in its order', (_, c) => {
    const options = { ...optionsOf(c), negativeSamples: 0 };
    expect(sequence.skipgrams([3, 1, 0, 2, 5, 4, 1], 6, options)).toEqual([c['couples'], c['labels']]);
  });
  test('negative samples are as many as are wanted, and repeat for a seed', () => {
    const draw = (seed: number): unknown => sequence.skipgrams([1, 2, 3, 4], 9, { negativeSamples: 1.5, seed });
    const [couples, labels] = draw(3) as [number[][], number[]];
    expect(couples).toHaveLength(30);
    expect(labels.filter((label) => label === 0)).toHaveLength(18);
    expect(couples.every(([a, b]) => a >= 1 && a <= 4 && b >= 1 && b <= 8)).toBe(true);
    expect(draw(3)).toEqual([couples, labels]);
    expect(draw(4)).not.toEqual([couples, labels]);
    expect(sequence.skipgrams([1, 2], 3, { samplingTable: [0, 0, 0], seed: 1 })).toEqual([[], []]);
  });
  it.each(cases('series'))('TimeseriesGenerator: %s are those of Keras', (_, c) => {
    const data = keras.ops.reshape(keras.ops.arange(60), [30, 2]);
    const windows = new sequence.TimeseriesGenerator(
      data,
      keras.ops.multiply(keras.ops.arange(30), 10),
      6,
      optionsOf(c),
    );
    expect(windows.length).toBe(c['length']);
    const batches = Array.from({ length: windows.length }, (_, i) =>
      (windows.getItem(i) as unknown as keras.Tensor[]).map((t) => t.arraySync()),
    );
    expect(batches).toEqual(c['batches']);
  });
  test('TimeseriesGenerator feeds fit', async () => {
    const x = keras.ops.reshape(keras.ops.arange(40, { dtype: 'float32' }), [20, 2]);
    const model = new keras.Sequential([new keras.layers.Flatten(), new keras.layers.Dense(1)]);
    model.compile({ loss: 'mse' });
    const data = new sequence.TimeseriesGenerator(x, keras.ops.arange(20, { dtype: 'float32' }), 3, {
      shuffle: true,
      batchSize: 4,
    });
    const { history } = await model.fit(data, { epochs: 2, verbose: 0 });
    expect(history['loss']).toHaveLength(2);
  });
  test('what is wrong is said', () => {
    expect(() => new sequence.TimeseriesGenerator([1, 2, 3], [1, 2], 1)).toThrow(/3 time steps of data, 2 targets/);
    expect(() => new sequence.TimeseriesGenerator([1, 2, 3], [1, 2, 3], 3)).toThrow(/none of length=3 fits/);
    expect(() => sequence.skipgrams([1, 2], 1)).toThrow(/vocabularySize=1/);
    expect(() => sequence.makeSamplingTable(0)).toThrow(/size=0/);
  });
});

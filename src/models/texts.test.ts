/** @file Models that read texts, and models that give them: trained, run, drawn, saved. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Dataset, PyDataset } from '../data/index.js';
import * as layers from '../layers/index.js';
import * as ops from '../ops/index.js';
import type { KerasTensor, Tensor } from '../runtime/index.js';
import { backend, jit, setBackend, StringTensor, tensor } from '../runtime/index.js';
import { loadModel } from '../saving/index.js';
import { backendNames } from '../testing/backends.js';
import { Model, modelFromJson, Sequential } from './index.js';
import { cloneModel } from './cloning.js';

const vocabulary = ['a', 'b', 'c'];
const x = [['a', 'b'], ['c', 'z'], ['b', 'b']]; // prettier-ignore
const places = [[1, 2], [3, 0], [2, 2]]; // prettier-ignore
const y = [[1], [2], [3]];
const silent = { verbose: 0 } as const;
const numbers = (t: unknown): number[] => Array.from((t as Tensor).ndarray.data);
const close = (a: unknown, b: unknown): void => numbers(a).forEach((n, i) => expect(n).toBeCloseTo(numbers(b)[i], 5));

/** The same model behind places, and behind texts. */
function pair(): { texts: Model; inner: Sequential } {
  const inner = new Sequential([
    layers.Input({ shape: [2], dtype: 'int64' }),
    new layers.Embedding(4, 3),
    new layers.Flatten(),
    new layers.Dense(1),
  ]);
  const input = layers.Input({ shape: [2], dtype: 'string', name: 'words' });
  const lookup = new layers.StringLookup({ vocabulary, name: 'lookup' });
  return { texts: new Model(input, inner<KerasTensor>(lookup<KerasTensor>(input))), inner };
}

const before = backend();
afterAll(() => setBackend(before));

describe.each(backendNames)('a model that reads texts, on %s', (name) => {
  beforeAll(() => setBackend(name));

  test('predicts what the part behind its lookup predicts', async () => {
    const { texts, inner } = pair();
    const wanted = inner<Tensor>(tensor(places));
    const words = tensor(x);
    close(jit(() => texts(words))(), wanted);
    close(await texts.predict(x, silent), wanted);
    close(await texts.predict(tensor(x), { ...silent, batchSize: 2 }), wanted);
    close(await texts.predict({ words: x }, silent), wanted);
    // Other texts, of the same form, by the same program.
    close(await texts.predict([...x].reverse(), silent), tensor([...numbers(wanted)].reverse()));
  });

  test('trains as the part behind its lookup trains', async () => {
    const { texts, inner } = pair();
    const twin = pair();
    twin.inner.setWeights(inner.getWeights());
    texts.compile({ loss: 'mse', optimizer: 'sgd', metrics: ['mae'] });
    twin.inner.compile({ loss: 'mse', optimizer: 'sgd', metrics: ['mae'] });
    const options = { epochs: 3, batchSize: 2, shuffle: false, ...silent } as const;
    const { history } = await texts.fit(x, y, { ...options, validationData: [x, y] });
    const wanted = await twin.inner.fit(tensor(places), y, { ...options, validationData: [tensor(places), y] });
    for (const [name, values] of Object.entries(history))
      values.forEach((value, i) => expect(value).toBeCloseTo(wanted.history[name][i], 5));
    close(texts(x), twin.inner<Tensor>(tensor(places)));
    const [found, expected] = [
      await texts.evaluate(x, y, silent),
      await twin.inner.evaluate(tensor(places), y, silent),
    ];
    (found as number[]).forEach((value, i) => expect(value).toBeCloseTo((expected as number[])[i], 5));
  });

  test('reads batches of data sets, generators, PyDatasets, and one batch', async () => {
    const { texts } = pair();
    texts.compile({ loss: 'mse' });
    const wanted = texts(x);
    const rows = Dataset.fromTensorSlices([tensor(x), tensor(y)]);
    close(await texts.predict(rows.batch(2).map(([words]) => words), silent), wanted); // prettier-ignore
    close(await texts.predict(() => [tensor(x.slice(0, 2)), tensor(x.slice(2))].values(), silent), wanted);
    close(await texts.predictOnBatch(x), wanted);
    class Batches extends PyDataset {
      override get length(): number {
        return 2;
      }
      override getItem(i: number): [string[][], number[][]] {
        return [x.slice(i, i + 2), y.slice(i, i + 2)];
      }
    }
    for (const source of [rows.batch(2), new Batches(), () => [[tensor(x), tensor(y)] as const].values()])
      expect((await texts.fit(source, { epochs: 1, ...silent })).history['loss'][0]).toBeGreaterThan(0);
    expect(await texts.trainOnBatch(x, y)).toBeGreaterThan(0);
  });

  test('is given lists of texts by data sets, for inputs of one text', async () => {
    const model = new Sequential([
      layers.Input({ shape: [1], dtype: 'string' }),
      new layers.StringLookup({ vocabulary }),
    ]);
    const words = Dataset.fromTensorSlices(['c', 'a', 'q']).batch(2);
    expect(numbers(await model.predict(words, silent))).toEqual([3, 1, 0]);
    expect(numbers(await model.predict(['c', 'a', 'q'], silent))).toEqual([3, 1, 0]);
  });

  test('comes back from a file, as a clone, from JSON and from a config', async () => {
    const { texts } = pair();
    const wanted = texts(x);
    close(await (await loadModel(await texts.save())).predict(x, silent), wanted);
    for (const copy of [
      cloneModel(texts),
      modelFromJson(texts.toJson()),
      Model.fromConfig(texts.getConfig()),
    ] as Model[]) {
      copy.setWeights(texts.getWeights());
      close(await copy.predict(x, silent), wanted);
    }
  });

  test('takes texts beside numbers, in lists and dicts', async () => {
    const words = layers.Input({ shape: [], dtype: 'string', name: 'words' });
    const size = layers.Input({ shape: [1], name: 'size' });
    const place = ops.expandDims(ops.cast(new layers.StringLookup({ vocabulary })(words), 'float32'), -1);
    const model = new Model([words, size], ops.concatenate([place, size], { axis: 1 }));
    const wanted = [1, 5, 0, 6];
    expect(numbers(await model.predict([['a', 'q'], [[5], [6]]], silent))).toEqual(wanted); // prettier-ignore
    expect(numbers(await model.predict({ words: tensor(['a', 'q']), size: [[5], [6]] }, silent))).toEqual(wanted);
    expect(numbers(await model.predict([['c', 'b'], [[5], [6]]], silent))).toEqual([3, 5, 2, 6]); // prettier-ignore
  });

  test('may be a class of its own, with ops on the texts', async () => {
    class Own extends Model {
      readonly lookup = new layers.StringLookup({ vocabulary });
      readonly embedding = new layers.Embedding(4, 2);
      override call(t: Tensor): Tensor {
        const twice = ops.concatenate([t, ops.take(t, [0], { axis: 1 })], { axis: 1 });
        const isA = ops.cast(ops.equal(twice, tensor('a')), 'float32');
        return ops.multiply(this.embedding<Tensor>(this.lookup<Tensor>(twice)), ops.expandDims(isA, -1));
      }
    }
    const model = new Own();
    const zeros = async (words: string[][]): Promise<boolean[]> => {
      const rows = (await (await model.predict<Tensor>(words, silent)).array<number[][][]>()).flat();
      return rows.map((row) => row.every((n) => n === 0));
    };
    expect(await zeros(x)).toEqual([false, true, false, true, true, true, true, true, true]);
    expect(await zeros([['b', 'a'], ['a', 'a'], ['c', 'c']])).toEqual([true, false, true, false, false, false, true, true, true]); // prettier-ignore
  });

  test('sees a new vocabulary, and is not fooled by texts that were one and the same object', async () => {
    const lookup = new layers.StringLookup({ vocabulary });
    const [one, two] = [1, 2].map((i) => layers.Input({ shape: [], dtype: 'string', name: `i${i}` }));
    const model = new Model([one, two], ops.stack([lookup(one), lookup(two)], { axis: 1 }));
    const t = tensor(['a', 'b']);
    expect(numbers(await model.predict([t, t], silent))).toEqual([1, 1, 2, 2]);
    expect(numbers(await model.predict([t, tensor(['c', 'c'])], silent))).toEqual([1, 3, 2, 3]);
    lookup.setVocabulary(['c', 'b', 'a']);
    expect(numbers(await model.predict([t, t], silent))).toEqual([3, 3, 2, 2]);
  });

  test('is counted and summarized', () => {
    const { texts } = pair();
    const lines: string[] = [];
    texts.summary({ printFn: (line) => void lines.push(line) });
    expect(lines.join('\n')).toMatch(/lookup \(StringLookup\).*\(None, 2\)/);
    expect(texts.inputs[0].dtype).toBe('string');
  });

  test('gives losses NaN watches and profiles what they want', async () => {
    const { texts } = pair();
    texts.compile({ loss: 'mse' });
    if (name === 'wasm')
      expect(String(await texts.profile(x, y, { steps: 2, printFn: () => null }))).toContain('embedding');
    const weights = texts.getWeights();
    texts.setWeights(weights.map((w) => ops.multiply(w, NaN)));
    texts.debugNan = true;
    await expect(texts.fit(x, y, silent)).rejects.toThrow(/NaN: in step 0/);
  });
});

describe('numbers that are read on the host', () => {
  const farm = { vocabulary: [12, 36], numOovIndices: 7, oovMethod: 'farmhash' } as const;
  test('are those that a model is given', async () => {
    const lookup = new layers.IntegerLookup(farm);
    const model = new Sequential([layers.Input({ shape: [3], dtype: 'int64' }), lookup]);
    const given = [[12, 36, 99], [5, -7, 12]]; // prettier-ignore
    close(await model.predict(given, silent), lookup<Tensor>(given));
    close(await model.predict([[1, 2, 3]], silent), lookup<Tensor>([[1, 2, 3]]));
    class Own extends Model {
      readonly lookup = lookup;
      readonly embedding = new layers.Embedding(10, 2);
      override call(t: Tensor): Tensor {
        return this.embedding<Tensor>(this.lookup<Tensor>(t));
      }
    }
    expect((await new Own().predict<Tensor>(tensor(given, { dtype: 'int64' }), silent)).shape).toEqual([2, 3, 2]);
  });
  test('or come of those, and of no weights', async () => {
    const input = layers.Input({ shape: [1], dtype: 'int64' });
    const lookup = new layers.IntegerLookup(farm);
    const simple = new Model(input, lookup(ops.multiply(ops.add(input, tensor([[3]])), 2)));
    expect(numbers(await simple.predict([[3], [2], [15]], silent))).toEqual([7, ...numbers(lookup([10])), 8]); // prettier-ignore
    // Texts that come of a step's results cannot go into it.
    const place = ops.cast(new layers.Dense(1)(ops.cast(input, 'float32')), 'int64');
    const named = new layers.StringLookup({ vocabulary, invert: true })(place);
    const model = new Model(input, new layers.StringLookup({ vocabulary })(named));
    await expect(model.predict([[1]], silent)).rejects.toThrow(
      /StringLookup '.*': works before a step.*of weights.*Dataset\.map/,
    );
    expect(model<Tensor>([[6]]).shape).toEqual([1, 1]);
  });
});

describe('a model that gives texts', () => {
  const named = (): Sequential =>
    new Sequential([
      layers.Input({ shape: [2] }),
      new layers.Dense(4, { kernelInitializer: 'ones', biasInitializer: 'zeros', name: 'd' }),
      new layers.Lambda((t: Tensor) => ops.argmax(ops.multiply(t, tensor([1, 2, -1, 0])), { axis: -1 })),
      new layers.StringLookup({ vocabulary, invert: true }),
    ]);
  test('joins those of its batches', async () => {
    const model = named();
    const texts = await model.predict<Tensor>([[1, 1], [-1, -1], [3, 0]], { ...silent, batchSize: 2 }); // prettier-ignore
    expect(texts).toBeInstanceOf(StringTensor);
    expect(await texts.array()).toEqual(['a', 'b', 'a']);
    expect(model.outputShape).toEqual([null]);
    expect(model.outputs[0].dtype).toBe('string');
    expect(await model<Tensor>(tensor([[1, 1]], { dtype: 'float32' })).array()).toEqual(['a']);
  });
  test('may give back what it was given', async () => {
    const input = layers.Input({ shape: [1], dtype: 'string' });
    const model = new Model(input, [ops.reshape(input, [-1]), new layers.StringLookup({ vocabulary })(input)]);
    const [same, found] = (await model.predict([['a'], ['q']], silent)) as [Tensor, Tensor];
    expect([await same.array(), await found.array()]).toEqual([['a', 'q'], [[1], [0]]]); // prettier-ignore
    const [other] = (await model.predict([['r'], ['s']], silent)) as [Tensor, Tensor];
    expect(await other.array()).toEqual(['r', 's']);
  });
  test('has no loss', async () => {
    const model = named();
    model.compile({ loss: 'mse' });
    await expect(model.fit([[1, 1]], [[1]], silent)).rejects.toThrow(/the predictions of output '.*' are texts, and losses are of numbers/); // prettier-ignore
  });
});

describe('jit', () => {
  test('takes texts, with a program for each length of what is made of them', () => {
    const trace = vi.fn();
    const lookup = new layers.StringLookup({ vocabulary });
    const step = jit((words: Tensor, n: Tensor): Tensor => {
      trace();
      return ops.add(lookup<Tensor>(words), n);
    });
    expect(numbers(step(tensor(['a', 'b']), tensor([10, 20])))).toEqual([11, 22]);
    expect(numbers(step(tensor(['c', '?']), tensor([10, 20])))).toEqual([13, 20]);
    expect(trace).toHaveBeenCalledTimes(1);
    expect(numbers(step(tensor(['c']), tensor([1])))).toEqual([4]);
    expect(trace).toHaveBeenCalledTimes(2);
  });
});

describe('texts where numbers are wanted', () => {
  test.each<[string, () => unknown, RegExp]>([
    ['drawing', () => new layers.Dense(2)(layers.Input({ shape: [3], dtype: 'string' })), /^Dense '.*': takes no texts, got string\(None, 3\)\. Turn texts/],
    ['calling', () => new layers.Dense(2)([['a']]), /^Dense '.*': takes no texts, got string\(1, 1\)\. Turn texts/],
    ['a model of numbers', () => new Sequential([layers.Input({ shape: [2], name: 'n' }), new layers.Dense(1)])(x), /the input 'n' takes numbers \(float32\), got texts of shape \(3, 2\)/],
    ['numbers for texts', () => pair().texts(tensor(places)), /the input 'words' takes texts, got numbers \(int32\) of shape \(3, 2\)/],
    ['a lookup of numbers', () => new layers.IntegerLookup({ vocabulary: [1] })(['a']), /takes whole numbers, got texts \(string\(1,\)\)\. Use StringLookup/],
    ['a lookup of texts', () => new layers.StringLookup({ vocabulary })([1]), /looks texts up, got int32\(1,\)\. Give texts, or use IntegerLookup/],
  ])('%s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore
  test('targets', async () => {
    const model = new Sequential([new layers.Dense(1)]);
    model.compile({ loss: 'mse' });
    await expect(model.fit([[1]], ['cat'], silent)).rejects.toThrow(
      /the targets of output '.*' are texts.*new layers.StringLookup/,
    );
  });
});

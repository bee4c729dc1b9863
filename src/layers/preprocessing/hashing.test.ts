import { describe, expect, test } from 'vitest';
import { Model, Sequential } from '../../models/index.js';
import * as ops from '../../ops/index.js';
import { tensor, type Tensor } from '../../runtime/index.js';
import { loadModel } from '../../saving/index.js';
import { backendNames, everyBackend, runOn } from '../../testing/backends.js';
import { type FixtureCase, readFixtures } from '../../testing/fixtures.js';
import {
  Dense,
  deserialize,
  Embedding,
  Flatten,
  HashedCrossing,
  Hashing,
  type HashingOptions,
  Input,
  type Layer,
  serialize,
} from '../index.js';

interface Recorded {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}
type LayerCase = FixtureCase & {
  readonly class_name: string;
  readonly inputs: readonly Recorded[];
  readonly output: Recorded;
  readonly serialized: { readonly config: unknown };
};

const cases = readFixtures('hashing').filter((c): c is LayerCase => 'class_name' in c);
const decode = ({ dtype, shape, data }: Recorded): Tensor =>
  dtype === 'string'
    ? tensor(data as string[], [...shape])
    : tensor((data as (number | boolean)[]).map(Number), [...shape], dtype as 'int64');
const shown = (y: Tensor): Recorded => ({ dtype: y.dtype, shape: [...y.shape], data: Array.from(y.ndarray.data) });
/** A tensor that a program computes, inside of `run`; one that is closed over is there already. */
const computed = (x: Tensor): Tensor => {
  const y = ops.reshape(ops.expandDims(x, -1), x.shape);
  expect(y.isTraced).toBe(true);
  return y;
};
const holdsTexts = (c: LayerCase): boolean => c.inputs.some(({ dtype }) => dtype === 'string');
const call = (layer: Layer, { class_name: name, inputs }: LayerCase): Tensor => {
  const xs = inputs.map(decode);
  return name === 'Hashing' ? layer<Tensor>(xs[0]) : layer<Tensor>(xs);
};

describe('Hashing and HashedCrossing give what Keras gives', () => {
  test('there are cases of both, of texts and of numbers', () => {
    for (const name of ['Hashing', 'HashedCrossing'])
      for (const texts of [true, false])
        expect(cases.filter((c) => c.class_name === name && holdsTexts(c) === texts).length).toBeGreaterThan(5);
  });

  test.each(cases.map((c) => [c.id, c] as const))('%s', (_, recorded) => {
    const layer = deserialize(recorded.serialized);
    expect(shown(call(layer, recorded))).toEqual(recorded.output);
    expect(serialize(layer).config).toEqual(recorded.serialized.config);
    expect(
      layer.computeOutputShape(
        recorded.class_name === 'Hashing'
          ? [...recorded.inputs[0].shape]
          : recorded.inputs.map(({ shape }) => [...shape]),
      ),
    ).toEqual(recorded.output.shape);
  });

  everyBackend((run) => {
    test('hashes of numbers, as part of a program', () => {
      // What other modes make of places is the same in a program and outside.
      const numeric = cases.filter((c) => c.class_name === 'Hashing' && !holdsTexts(c) && /int/.test(c.output.dtype));
      expect(numeric.length).toBeGreaterThan(12);
      for (const recorded of numeric) {
        const layer = deserialize(recorded.serialized) as Hashing;
        expect(shown(run(() => layer<Tensor>(computed(decode(recorded.inputs[0]))))), recorded.id).toEqual(
          recorded.output,
        );
      }
    });

    test('crosses of whole numbers, as part of a program', () => {
      const numeric = cases.filter((c) => c.class_name === 'HashedCrossing' && !holdsTexts(c));
      for (const recorded of numeric) {
        const layer = deserialize(recorded.serialized);
        expect(shown(run(() => layer<Tensor>(recorded.inputs.map((x) => computed(decode(x)))))), recorded.id).toEqual(
          recorded.output,
        );
      }
    });
  });
});

describe('hashes and crosses by ops are those by bigints', () => {
  // Places that differ in all bits, with the limits of each dtype among them.
  const limits: readonly (readonly [dtype: 'int8', least: number, most: number])[] = (
    [['int8', -128, 127], ['uint8', 0, 255], ['int16', -32768, 32767], ['uint16', 0, 65535], ['int32', -(2 ** 31), 2 ** 31 - 1], ['uint32', 0, 2 ** 32 - 1], ['int64', 1 - 2 ** 53, 2 ** 53 - 1], ['uint64', 0, 2 ** 53 - 1]] as [string, number, number][]
  ).map(([dtype, least, most]) => [dtype as 'int8', least, most]); // prettier-ignore
  const valuesOf = (least: number, most: number): number[] => [
    least, most, 0, least + 1, most - 1, ...Array.from({ length: 60 }, (_, i) => Math.floor(least + (most - least) * ((i * 0.6180339887498949) % 1))),
  ]; // prettier-ignore

  everyBackend((run) => {
    test.each(limits)('%s', (dtype, least, most) => {
      const a = tensor(valuesOf(least, most), null, dtype);
      const b = tensor(valuesOf(-5, 5), null, 'int32');
      for (const count of [7, 2 ** 36]) {
        const layer = new HashedCrossing(count);
        const hashing = new Hashing(count, { salt: count === 7 ? [3, -4] : null });
        expect(shown(run(() => hashing<Tensor>(computed(a)))), `${count}`).toEqual(shown(hashing(a)));
        expect(shown(run(() => layer<Tensor>([computed(a), computed(b)]))), `${count}`).toEqual(
          shown(layer<Tensor>([a, b])),
        );
      }
    });
  });
});

test('numbers of every length are hashed alike by ops and by bigints', () => {
  const lengths = Array.from({ length: 16 }, (_, k) => [
    10 ** k,
    10 ** (k + 1) - 1,
    Math.floor(10 ** k * 3.14159),
  ]).flat();
  const x = tensor([...lengths, ...lengths.map((n) => -n)].filter(Number.isSafeInteger), null, 'int64');
  expect(new Set(Array.from(x.ndarray.data, (n) => String(n).length)).size).toBe(17);
  for (const salt of [null, 9]) {
    const layer = new Hashing(2 ** 36, { salt });
    expect(shown(runOn('wasm', () => layer<Tensor>(computed(x))))).toEqual(shown(layer(x)));
  }
});

describe('Hashing', () => {
  test('takes a text alone, lists and tensors', () => {
    const layer = new Hashing(5);
    expect(layer('a').itemSync()).toBe(4);
    expect(layer(['a', 'b']).arraySync()).toEqual([4, 2]);
    expect(layer(tensor([['a'], ['b']])).arraySync()).toEqual([[4], [2]]);
    expect(layer(7).itemSync()).toBe(layer('7').itemSync());
  });

  test('of numbers in models of any kind, in fit, evaluate and predict', async () => {
    class Net extends Model {
      hash = new Hashing(16, { outputMode: 'one_hot', maskValue: 3 });
      dense = new Dense(1);
      override call(x: Tensor): Tensor {
        return this.dense(this.hash<Tensor>(ops.add(x, 1)));
      }
    }
    const x = tensor(Array.from({ length: 40 }, (_, i) => [i % 20]));
    const y = tensor(Array.from({ length: 40 }, (_, i) => [i % 3]));
    for (const model of [
      new Net(),
      new Sequential([
        Input({ shape: [1], dtype: 'int32' }),
        new Hashing(64),
        new Embedding(64, 4),
        new Flatten(),
        new Dense(1),
      ]),
    ]) {
      model.compile({ optimizer: 'adam', loss: 'mse' });
      await model.fit(x, y, { epochs: 2, batchSize: 7, verbose: 0 });
      const answers = await model.predict(x, { verbose: 0 });
      const called = model<Tensor>(x);
      answers.ndarray.data.forEach((p, i) => expect(p).toBeCloseTo(called.ndarray.data[i], 5));
      expect(await model.evaluate(x, y, { verbose: 0 })).toBeGreaterThan(0);
    }
  });

  test('cuts numbers off behind the point, and takes what is no number for the least integer', () => {
    const layer = new Hashing(1000);
    expect(layer([1.7, -2.9, -0.5]).arraySync()).toEqual(layer(['1', '-2', '0']).arraySync());
    const least = layer('-9223372036854775808').itemSync();
    const none = tensor([NaN, Infinity, -Infinity, 1e30, 1.5]);
    expect(layer(none).arraySync()).toEqual([least, least, least, least, layer('1').itemSync()]);
    for (const name of backendNames)
      expect(shown(runOn(name, () => layer<Tensor>(computed(none))))).toEqual(shown(layer(none)));
  });

  test.each<[string, () => unknown, RegExp]>([
    ['no places', () => new Hashing(0), /^Hashing 'hashing.*': numBins=0. Expected a positive whole number/],
    ['more places than are exact', () => new Hashing(2 ** 60), /numBins=.*Expected at most 2³⁶/],
    ['half a place', () => new Hashing(2.5), /numBins=2.5/],
    ['places as text', () => new Hashing('3' as unknown as number), /numBins/],
    ['three salts', () => new Hashing(3, { salt: [1, 2, 3] as unknown as [number, number] }), /salt=\[1, ?2, ?3\]. Expected a whole number, a list of two/],
    ['another mode', () => new Hashing(3, { outputMode: 'tf_idf' as 'int' }), /outputMode="tf_idf"/],
    ['floats for places', () => new Hashing(3, { dtype: 'float32' }), /dtype="float32". Expected 'int32' or 'int64'/],
    ['sparse places', () => new Hashing(3, { sparse: true }), /sparse=true goes with outputMode 'one_hot'/],
    ['a mask of texts for numbers', () => new Hashing(3, { maskValue: 'a' })([1, 2]), /maskValue="a" is for texts, got int32/],
    ['a mask of numbers for texts', () => new Hashing(3, { maskValue: 2 })(['2']), /maskValue=2 is for numbers, got texts. Give the mask as the tokens are: '2'/],
  ])('refuses %s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore

  test.each<HashingOptions>([{}, { salt: [3, -4], outputMode: 'multi_hot' }, { maskValue: 'b', outputMode: 'count' }])(
    'comes back from files: %j',
    async (options) => {
      const model = new Sequential([Input({ shape: [2], dtype: 'string' }), new Hashing(8, options)]);
      const again = (await loadModel(await model.save())) as Sequential;
      const x = [['a', 'b'], ['c', 'a']]; // prettier-ignore
      const layer = again.layers.at(-1) as Hashing;
      expect(layer.getConfig()).toEqual({ ...new Hashing(8, options).getConfig(), name: layer.name });
      expect(shown(again(x))).toEqual(shown(new Hashing(8, options)(x)));
    },
  );
});

describe('HashedCrossing', () => {
  const [a, b] = [Input({ shape: [1], dtype: 'string' }), Input({ shape: [1], dtype: 'int32' })];

  test('is drawn with two features and with more', () => {
    const one = new HashedCrossing(7);
    expect(one([a, b])).toMatchObject({ shape: [null, 1], dtype: 'int64' });
    expect(new HashedCrossing(7, { outputMode: 'one_hot' })([a, b, b])).toMatchObject({
      shape: [null, 7],
      dtype: 'float32',
    });
  });

  test('of texts and numbers that a model is given, in steps of several sizes', async () => {
    const layer = new HashedCrossing(90);
    const model = new Model([a, b], [layer([a, ops.add(b, 1)]), new Hashing(50)(b)]);
    const [texts, numbers] = [tensor([['x'], ['ü'], ['']]), tensor([[5], [-3], [2 ** 31 - 2]])];
    for (const batchSize of [1, 2, 3]) {
      const [crossed, hashed] = (await model.predict([texts, numbers], {
        verbose: 0,
        batchSize,
      })) as unknown as Tensor[];
      expect(shown(crossed)).toEqual(shown(layer<Tensor>([texts, ops.add(numbers, 1)])));
      expect(shown(hashed)).toEqual(shown(new Hashing(50)(numbers)));
    }
  });

  test('of numbers that a model computes', async () => {
    const [x, y] = [Input({ shape: [1], dtype: 'int32' }), Input({ shape: [1], dtype: 'int32' })];
    const layer = new HashedCrossing(50, { outputMode: 'one_hot' });
    const model = new Model([x, y], layer([ops.add(x, y), ops.subtract(x, y)]));
    const [one, other] = [tensor([[1], [-7], [2 ** 30]]), tensor([[5], [3], [1]])];
    const wanted = layer<Tensor>([ops.add(one, other), ops.subtract(one, other)]);
    const got = await model.predict([one, other], { verbose: 0 });
    expect(shown(got)).toEqual(shown(wanted));
  });

  const c = ['A', 'B'];
  test.each<[string, () => unknown, RegExp]>([
    ['no places', () => new HashedCrossing(0), /^HashedCrossing 'hashed_crossing.*': numBins=0. Expected a positive whole number/],
    ['another mode', () => new HashedCrossing(3, { outputMode: 'count' as 'int' }), /outputMode="count"/],
    ['sparse', () => new HashedCrossing(3, { sparse: true }), /sparse=true is not supported/],
    ['too many places', () => new HashedCrossing(2 ** 40), /Expected at most 2³⁶/],
    ['one feature', () => new HashedCrossing(3)([c]), /got a list of 1. Expected a list of two or more features/],
    ['a tensor', () => new HashedCrossing(3)(tensor([1, 2])), /Expected a list of two or more features/],
    ['two lengths', () => new HashedCrossing(3)([tensor(c), tensor([1, 2, 3])]), /shapes \(2,\), \(3,\). Expected one shape for all/],
    ['several values', () => new HashedCrossing(3)([tensor([[1, 2]]), tensor([[1, 2]])]), /Expected one value for each sample/],
    ['floats', () => new HashedCrossing(3)([tensor(c), tensor([0.5, 1])]), /feature 1 is of dtype float32. Expected texts or whole numbers/],
    ['bools', () => new HashedCrossing(3)([tensor(c), tensor([true, false])]), /feature 1 is of dtype bool/],
    ['floats when drawn', () => new HashedCrossing(3)([a, Input({ shape: [1] })]), /feature 1 is of dtype float32/],
    ['shapes when drawn', () => new HashedCrossing(3)([a, Input({ shape: [2], dtype: 'int32' })]), /Expected one shape for all/],
    ['the shape of one feature', () => new HashedCrossing(3).computeOutputShape([2, 1] as never), /Expected a list of two or more shapes/],
  ])('refuses %s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore
});

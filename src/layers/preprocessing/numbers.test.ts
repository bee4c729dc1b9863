import { describe, expect, it, test } from 'vitest';
import { backendNames, runOn } from '../../testing/backends.js';
import { tensorDifference } from '../../testing/compare.js';
import type { EncodedArray } from '../../testing/fixtures.js';
import { decodeTensor, type FixtureCase, readFixtures } from '../../testing/fixtures.js';
import type { LayerCase } from '../../testing/layer_replay.js';
import { replayLayer } from '../../testing/layer_replay.js';
import { Dataset, PyDataset } from '../../data/index.js';
import { Sequential } from '../../models/index.js';
import { tensor, type Tensor } from '../../runtime/index.js';
import { loadModel } from '../../saving/index.js';
import { Input } from '../index.js';
import * as layers from '../index.js';

type AdaptCase = FixtureCase & {
  readonly serialized: unknown;
  readonly serialized_after: unknown;
  readonly adapt: readonly EncodedArray[];
  readonly in_batches: boolean;
  readonly weights: readonly EncodedArray[];
  readonly inputs: readonly EncodedArray[];
  readonly outputs: readonly EncodedArray[];
  readonly tolerance: number;
};

const cases = readFixtures('preprocessing');
const adapted = cases.filter((c): c is AdaptCase => 'adapt' in c);
const plain = cases.filter((c) => !('adapt' in c)) as LayerCase[];

describe.each(backendNames)('layers that prepare numbers, as Keras recorded them, on %s', (backend) => {
  it.each(plain.map((c) => [c.id, c] as const))('%s', (_, recorded) => {
    expect(replayLayer(recorded, backend)).toEqual([]);
  });
});

describe('adapt finds what Keras finds', () => {
  it.each(adapted.map((c) => [c.id, c] as const))('%s', async (_, recorded) => {
    const layer = layers.deserialize(recorded.serialized) as layers.Normalization | layers.Discretization;
    const batches = recorded.adapt.map(decodeTensor);
    await layer.adapt(recorded.in_batches ? batches : batches[0]);
    const [x, y] = [decodeTensor(recorded.inputs[0]), recorded.outputs[0]];
    for (const again of [layer, layers.deserialize(layers.serialize(layer)) as typeof layer]) {
      if (again !== layer) {
        again.buildFromConfig(layer.getBuildConfig());
        const store = {};
        layer.saveOwnVariables(store);
        again.loadOwnVariables(store);
      }
      expect(tensorDifference(again(x), y, recorded.tolerance)).toBeNull();
      for (const backend of backendNames)
        expect(
          tensorDifference(
            runOn(backend, () => again<Tensor>(x)),
            y,
            recorded.tolerance,
          ),
        ).toBeNull();
    }
    recorded.weights.forEach((weight, i) => expect(tensorDifference(layer.getWeights()[i], weight, 2e-5)).toBeNull());
    expect(layers.serialize(layer).config).toEqual((recorded.serialized_after as { config: unknown }).config);
  });
});

describe('adapt', () => {
  const data = [[1, 10], [2, 20], [3, 60]]; // prettier-ignore
  const found = (layer: layers.Normalization): unknown => layer.getWeights().slice(0, 2).map((w) => w.arraySync()); // prettier-ignore
  const whole = [[2, 30], [Math.fround(2 / 3), Math.fround(1400 / 3)]]; // prettier-ignore

  test('of an array is done when it returns; of batches of any kind when it is awaited', async () => {
    const now = new layers.Normalization();
    void now.adapt(data);
    expect(found(now)).toEqual(whole);
    const rows = data.map((row) => tensor([row], null, 'float32'));
    const pairs = rows.map((row) => [row, tensor([1])]);
    function* generator(): Generator<Tensor> {
      yield* rows;
    }
    async function* late(): AsyncGenerator<Tensor> {
      for (const row of rows) yield await Promise.resolve(row);
    }
    class Indexed extends PyDataset {
      override get length(): number {
        return 3;
      }
      override getItem(index: number): Promise<[Tensor]> {
        return Promise.resolve([rows[index]]);
      }
    }
    const dataset = Dataset.fromTensorSlices(tensor(data)).batch(2);
    for (const source of [rows, pairs, generator(), generator, late(), late, new Indexed(), dataset]) {
      const layer = new layers.Normalization();
      await layer.adapt(source);
      found(layer);
      expect(tensorDifference(layer.getWeights()[0], encoded(whole[0]), 1e-6)).toBeNull();
      expect(tensorDifference(layer.getWeights()[1], encoded(whole[1]), 1e-6)).toBeNull();
    }
  });

  test('reads no more than `steps` batches', async () => {
    const layer = new layers.Discretization({ numBins: 2 });
    function* endless(): Generator<number[]> {
      for (let i = 0; ; i++) yield [i, i + 0.5];
    }
    await layer.adapt(endless(), { steps: 2 });
    expect(layer.binBoundaries).toEqual([0.5]);
  });

  test('works on a built model, whose programs see it, and again', async () => {
    const layer = new layers.Normalization();
    const model = new Sequential([Input({ shape: [2] }), layer]);
    const zero = await model.predict(tensor([[2, 30]], null, 'float32'));
    expect(zero.arraySync()).toEqual([[2, 30]]);
    await layer.adapt(data);
    const after = await model.predict(tensor([[2, 30]], null, 'float32'));
    expect(after.arraySync()).toEqual([[0, 0]]);
    await layer.adapt([[5, 5], [7, 7]]); // prettier-ignore
    expect((await model.predict(tensor([[6, 7]], null, 'float32'))).arraySync()).toEqual([[0, 1]]);
    const again = await loadModel(await model.save());
    expect((await again.predict<Tensor>(tensor([[6, 7]], null, 'float32'))).arraySync()).toEqual([[0, 1]]);
  });

  test('in Dataset.map, as in a model', async () => {
    const layer = new layers.Normalization();
    await layer.adapt(data);
    const rows = await Dataset.fromTensorSlices(tensor(data)).batch(3).map((x) => layer<Tensor>(x)).toArray(); // prettier-ignore
    expect(rows[0].arraySync()).toEqual(layer<Tensor>(tensor(data)).arraySync());
  });

  test('that fails leaves the layer as it was', async () => {
    const layer = new layers.Normalization();
    await layer.adapt(data);
    await expect(layer.adapt([tensor([[1, 2]]), tensor([[1, 2, 3]])])).rejects.toThrow(
      /Normalization 'normalization\w*': was built for inputs of shape \(3, 2\), but adapt got data of shape \(1, 3\)/,
    );
    expect(found(layer)).toEqual(whole);
  });
});

const encoded = (x: number[]): EncodedArray => ({
  dtype: 'float32',
  shape: [x.length],
  data: Buffer.from(Float32Array.from(x).buffer).toString('base64'),
});

describe('what cannot be used is refused', () => {
  const N = layers.Normalization;
  test.each<[string, () => unknown, RegExp]>([
    ['mean alone', () => new N({ mean: 1 }), /mean and variance go together. Received: mean=1, variance=null/],
    ['two shapes', () => new N({ mean: [1, 2], variance: [1] }), /must have one shape. Received: \(2,\) and \(1,\)/],
    ['a mean of more axes', () => new N({ axis: null, mean: [1], variance: [1] }), /mean has 1 axes, but axis=\[\] keeps 0/],
    ['no such axis', () => new N({ axis: 3 })([[1]]), /axis=\[3\], but the input, of shape \(1, 1\), has 2 axes. Expected axes from -2 to 1/],
    ['an open axis', () => new N({ axis: 0 })(Input({ shape: [2] })), /axis 0 is kept .* its size is open in the input shape \(None, 2\)/],
    ['means that do not fit', () => new N({ mean: [1, 2, 3], variance: [1, 2, 3] })([[1, 2]]), /shape \(3,\) do not fit the kept axes \[1\]/],
    ['no bins', () => new layers.Discretization(), /give binBoundaries.*or numBins/],
    ['both', () => new layers.Discretization({ numBins: 2, binBoundaries: [1] }), /exclude each other/],
    ['boundaries that go up and down', () => new layers.Discretization({ binBoundaries: [1, 3, 2] }), /go up and down/],
    ['another mode', () => new layers.Discretization({ numBins: 2, outputMode: 'hot' as 'int' }), /outputMode="hot". Expected 'int'/],
    ['no boundaries yet', () => new layers.Discretization({ numBins: 2 })([1]), /has no boundaries yet. Call adapt\(data\)/],
    ['no tokens', () => new layers.CategoryEncoding(), /numTokens must be set/],
    ['a token out of range', () => new layers.CategoryEncoding({ numTokens: 3 })([[1, 3]]), /token 3, but there are 3 tokens. Expected whole numbers from 0 to 2/],
    ['a negative token', () => new layers.CategoryEncoding({ numTokens: 3 })([[1, -1]]), /token -1, but there are 3 tokens/],
    ['weights in another mode', () => new layers.CategoryEncoding({ numTokens: 3 })([[1]], { countWeights: [[1]] }), /countWeights are for outputMode='count' alone/],
  ])('%s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore

  test('in a model too, before its program runs', async () => {
    const model = new Sequential([Input({ shape: [2] }), new layers.CategoryEncoding({ numTokens: 3 })]);
    await expect(model.predict([[1, 2], [3, 0]])).rejects.toThrow(/CategoryEncoding .*token 3/); // prettier-ignore
  });

  test('by adapt', async () => {
    await expect(new N({ mean: 1, variance: 1 }).adapt([1])).rejects.toThrow(/cannot adapt, as it was given mean=1/);
    await expect(new N().adapt([])).rejects.toThrow(/without a batch/);
    await expect(new N().adapt(7n as never)).rejects.toThrow(/adapt got .*Expected an array, or batches/);
    await expect(new N().adapt([{ a: tensor([1]) }])).rejects.toThrow(/dataset.map\(\(x\) => x.name\)/);
    await expect(new layers.Discretization({ binBoundaries: [1] }).adapt([1])).rejects.toThrow(
      /was given binBoundaries/,
    );
  });
});

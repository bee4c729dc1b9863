import { describe, expect, test } from 'vitest';
import { serializeKerasObject } from '../../core/serialization.js';
import { Dataset } from '../../data/index.js';
import type { Layer } from '../../layers/index.js';
import * as layers from '../../layers/index.js';
import { Model } from '../../models/index.js';
import { setRandomSeed } from '../../random/index.js';
import { tensor, Tensor } from '../../runtime/index.js';
import { loadModel } from '../../saving/index.js';
import '../../testing/backends.js';
import { type FixtureCase, readFixtures } from '../../testing/fixtures.js';
import type { FeatureRows } from '../index.js';
import { deserializeKerasObject, FeatureSpace } from '../index.js';

type Columns = Record<string, string[] | number[]>;
type Recorded = { readonly dtype: string; readonly shape: readonly number[]; readonly data: readonly number[] };
type RecordedTree = Recorded | Readonly<Record<string, Recorded>>;
type SpaceCase = FixtureCase & {
  readonly serialized: { readonly config: unknown };
  readonly how: 'columns' | 'samples' | 'batches';
  readonly names: readonly string[];
  readonly rows: Columns;
  readonly output: RecordedTree;
  readonly one: RecordedTree;
  readonly encoders: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, readonly [shape: (number | null)[], dtype: string]>>;
  readonly file?: string;
};
type AnySpace = FeatureSpace<'concat' | 'dict'>;

const all = readFixtures('feature_space');
const table = (all[0] as FixtureCase & { readonly columns: Columns }).columns;
const cases = all.filter((c): c is SpaceCase => 'serialized' in c);
const COUNT = table['age'].length;

const keep = (names: readonly string[]): Columns => Object.fromEntries(names.map((name) => [name, table[name]]));
const slice = (columns: Columns, start: number, end: number): Columns =>
  Object.fromEntries(Object.entries(columns).map(([name, x]) => [name, x.slice(start, end) as string[]]));
const rowAt = (columns: Columns, i: number): Record<string, string | number> =>
  Object.fromEntries(Object.entries(columns).map(([name, x]) => [name, x[i]]));
const DATA = {
  columns: (columns: Columns) => columns,
  samples: (columns: Columns) => Array.from({ length: COUNT }, (_, i) => rowAt(columns, i)),
  batches: (columns: Columns) =>
    Array.from({ length: Math.ceil(COUNT / 10) }, (_, i) => slice(columns, 10 * i, 10 * i + 10)),
};

// Keras's JAX has no 64-bit integers.
const dtypeOf = (x: Tensor): string => (x.dtype === 'int64' ? 'int32' : x.dtype);
function expectOutput(got: Tensor | Readonly<Record<string, Tensor>>, wanted: RecordedTree): void {
  if (!(got instanceof Tensor)) {
    const tree = wanted as Readonly<Record<string, Recorded>>;
    expect(Object.keys(got).sort()).toEqual(Object.keys(tree).sort());
    for (const [name, x] of Object.entries(got)) expectOutput(x, tree[name]);
    return;
  }
  const { dtype, shape, data } = wanted as Recorded;
  expect({ dtype: dtypeOf(got), shape: got.shape }).toEqual({ dtype: dtype.replace('int64', 'int32'), shape });
  Array.from(got.ndarray.data).forEach((x, i) => expect(Math.abs(x - data[i])).toBeLessThan(2e-6 * (1 + Math.abs(x))));
}
const expectSame = (space: AnySpace, { rows, output, one }: SpaceCase): void => {
  expectOutput(space(rows), output);
  expectOutput(space(rowAt(rows, 0)), one);
  expectOutput(space(Object.fromEntries(Object.entries(rows).map(([name, x]) => [name, tensor(x.map((v) => [v]) as number[][])]))), output); // prettier-ignore
};

describe('a FeatureSpace finds and gives what Keras does', () => {
  test('there are cases', () => expect(cases.length).toBeGreaterThan(9));

  test.each(cases.map((c) => [c.id, c] as const))('%s', async (_, recorded) => {
    const space = deserializeKerasObject(recorded.serialized) as AnySpace;
    const columns = keep(recorded.names);
    await space.adapt(DATA[recorded.how](columns));
    expectSame(space, recorded);
    expect(Object.fromEntries(Object.entries(space.oneHotEncoders).map(([name, { numTokens }]) => [name, numTokens]))).toEqual(recorded.encoders); // prettier-ignore
    expect(Object.fromEntries(Object.entries(space.getInputs()).map(([name, x]) => [name, [x.shape, x.dtype]]))).toEqual(recorded.inputs); // prettier-ignore
    const again = (await loadModel(await space.save())) as unknown as AnySpace;
    expectSame(again, recorded);
    await again.adapt(columns);
    expectSame(again, recorded);
  });

  test.each(cases.filter(({ file }) => file !== undefined).map((c) => [c.id, c] as const))(
    'the file of Keras: %s',
    async (_, recorded) => {
      const space = (await loadModel(Buffer.from(recorded.file!, 'base64'))) as unknown as AnySpace;
      expectSame(space, recorded);
      expectSame((await loadModel(await space.save())) as unknown as AnySpace, recorded);
    },
  );

  test('methods that make features take what Keras takes', () => {
    const space = new FeatureSpace(
      {
        age: FeatureSpace.floatRescaled({ scale: 1 / 100, offset: -0.5 }),
        pressure: FeatureSpace.floatDiscretized(6),
        sex: FeatureSpace.integerCategorical({ numOovIndices: 2 }),
        vessels: FeatureSpace.integerCategorical({ maxTokens: 3 }),
        pain: FeatureSpace.stringCategorical({ maxTokens: 4 }),
        town: FeatureSpace.stringHashed(5),
      },
      { crosses: [FeatureSpace.cross(['sex', 'vessels'], 9), FeatureSpace.cross(['town', 'pressure'], 4)] },
    );
    const { config } = serializeKerasObject(space) as { config: unknown };
    expect(namesLeftOut(config)).toEqual(namesLeftOut(cases.find(({ id }) => id === 'customized')!.serialized.config));
  });
});

/** Automatic names count on from test to test; a layer that is not built says nothing of its shape. */
const namesLeftOut = (config: unknown): unknown =>
  JSON.parse(JSON.stringify(config, (key, value: unknown) => (key === 'name' || key === 'build_config' || key === 'shared_object_id' || (key === 'has_input_vocabulary') ? undefined : value))); // prettier-ignore

describe('a FeatureSpace', () => {
  const rows = { age: [20, 40], job: ['cook', 'smith'] };
  const make = (): FeatureSpace => new FeatureSpace({ age: 'float_normalized', job: 'string_categorical' });

  test('reads a generator once, for all its layers together', async () => {
    let opened = 0;
    let given = 0;
    async function* batches(): AsyncGenerator<[features: FeatureRows, labels: number[]]> {
      opened++;
      for (let i = 0; i < 5; i++) {
        given++;
        yield [await Promise.resolve({ age: [20 + i, 40 - i], job: ['cook', `smith ${i}`] }), [0, 1]];
      }
    }
    const space = make();
    await space.adapt(batches);
    expect([opened, given]).toEqual([1, 5]);
    expect((space.preprocessors['job'] as layers.StringLookup).vocabularySize()).toBe(7);
  });

  test('stays as it was if the data break off, or one layer cannot read them', async () => {
    const space = make();
    await space.adapt(rows);
    const before = space(rows).arraySync();
    function* broken(): Generator<FeatureRows> {
      yield { age: [1, 2], job: ['x', 'y'] };
      throw new Error('the disk is gone');
    }
    await expect(space.adapt(broken)).rejects.toThrow('the disk is gone');
    await expect(space.adapt([{ age: [1, 2], job: ['x', 'y'] }, { age: [1, 2], job: [3, 4] }])).rejects.toThrow(/StringLookup 'job_preprocessor': adapt got numbers. Expected texts/); // prettier-ignore
    expect(space(rows).arraySync()).toEqual(before);
  });

  test('does not wait for a layer that has read enough', async () => {
    class First extends layers.Rescaling {
      async adapt(data: AsyncIterable<Tensor>): Promise<void> {
        for await (const x of data) {
          this.seen.push(x.shape);
          if (this.seen.length === 2) break;
        }
      }
      readonly seen: (readonly number[])[] = [];
    }
    const layer = new First(2);
    const space = new FeatureSpace({ x: FeatureSpace.feature('float32', layer, 'float'), y: 'float_normalized' });
    await space.adapt(Array.from({ length: 100 }, (_, i) => ({ x: i, y: i })));
    expect(layer.seen).toEqual([[32, 1], [32, 1]]); // prettier-ignore
    expect(space({ x: 3, y: 49.5 }).arraySync()).toEqual([6, 0]);
  });

  test('needs no adapt where there is nothing to find, and leaves given vocabularies alone', async () => {
    const plain = new FeatureSpace({ x: 'float_rescaled', town: FeatureSpace.stringHashed(4) }, { crosses: [] });
    expect(plain({ x: [1, 2], town: ['Ulm', 'Rio'] }).shape).toEqual([2, 5]);
    const known = new FeatureSpace({
      job: FeatureSpace.feature('string', new layers.StringLookup({ vocabulary: ['cook', 'smith'] }), 'one_hot'),
      range: FeatureSpace.floatDiscretized(null, { binBoundaries: [0, 1] }),
      x: 'float_normalized',
    });
    await known.adapt({ x: [1, 3], job: ['other', 'jobs'], range: [5, 5] });
    expect(known({ x: 3, job: 'smith', range: 0.5 }).arraySync()).toEqual([0, 0, 1, 0, 1, 0, 1]);
  });

  test('makes vectors anew when it is adapted anew', async () => {
    const space = make();
    await space.adapt(rows);
    expect(space(rows).shape).toEqual([2, 4]);
    await space.adapt({ age: [1, 2, 3], job: ['a', 'b', 'c'] });
    expect(space(rows).shape).toEqual([2, 5]);
    expect(space.getEncodedFeatures()).toMatchObject({ shape: [null, 5] });
  });

  test('reads tables in files, row by row and in batches, and gives a dict if it is told to', async () => {
    const csv = new TextEncoder().encode('age,job,y\n20,cook,1\n40,smith,0\n30,cook,1\n');
    const table = await Dataset.fromCsv(csv, { labelName: 'y' });
    const space = new FeatureSpace({ age: 'float_rescaled', job: 'string_categorical' }, { outputMode: 'dict' });
    await space.adapt(table);
    const read = async (rows: AsyncIterable<Record<string, Tensor>>): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const { age, job } of rows) all.push([age.arraySync(), job.arraySync()]);
      return all;
    };
    expect(await read(table.map(([x]) => space(x)))).toEqual([[[20], [0, 1, 0]], [[40], [0, 0, 1]], [[30], [0, 1, 0]]]); // prettier-ignore
    expect(await read(table.batch(2).map(([x]) => space(x)))).toEqual([[[[20], [40]], [[0, 1, 0], [0, 0, 1]]], [[[30]], [[0, 1, 0]]]]); // prettier-ignore
    expect(space.getEncodedFeatures()['job']).toMatchObject({ shape: [null, 3] });
  });

  test('puts texts of several words beside other features, of which Keras on JAX gives wrong shapes', async () => {
    const words = new layers.TextVectorization({ outputMode: 'multi_hot', maxTokens: 4 });
    const space = new FeatureSpace({ x: 'float', text: FeatureSpace.feature('string', words, 'float') });
    await space.adapt({ x: [1, 2], text: ['red red blue', 'blue red green'] });
    expect(space({ x: [1, 2], text: ['blue', 'red yellow'] }).arraySync()).toEqual([[0, 0, 1, 0, 1], [1, 1, 0, 0, 2]]); // prettier-ignore
    const given = new layers.TextVectorization({ vocabulary: ['red'], outputMode: 'multi_hot' });
    const known = new FeatureSpace({ text: FeatureSpace.feature('string', given, 'float') });
    expect(known({ text: 'red' }).arraySync()).toEqual([0, 1]);
  });

  test('crosses three features', async () => {
    const space = new FeatureSpace({ a: 'integer_hashed', b: 'string_hashed', c: 'integer_categorical' }, { crosses: [['a', 'b', 'c']], crossingDim: 7 }); // prettier-ignore
    await space.adapt({ c: [1, 2], a: [1, 2], b: ['x', 'y'] });
    expect(space({ a: 1, b: 'x', c: 2 }).shape).toEqual([7 + 32 + 32 + 3]);
  });

  test('takes no rows at all', async () => {
    const space = make();
    await space.adapt(rows);
    expect(space({ age: tensor([], [0], 'float32'), job: tensor([], [0, 1], 'string') }).shape).toEqual([0, 4]);
  });

  test('takes names that objects have', async () => {
    const features = JSON.parse('{"__proto__": "float", "constructor": "float_normalized"}') as Record<string, 'float'>;
    const space = new FeatureSpace(features);
    const data = JSON.parse('{"__proto__": [1, 2], "constructor": [3, 5]}') as FeatureRows;
    await space.adapt(data);
    expect(space(data).arraySync()).toEqual([[1, -1], [2, 1]]); // prettier-ignore
    expect(() => new FeatureSpace({ x: 'float' }, { crosses: [['x', 'toString']] })).toThrow(
      /'toString', which there is not/,
    );
  });

  test('prepares data sets for a model that is trained on them, and is part of one that takes raw values', async () => {
    setRandomSeed(3);
    const ages = Array.from({ length: 64 }, (_, i) => 20 + ((i * 13) % 50));
    const sexes = ages.map((_, i) => i % 2);
    const labels = ages.map((age, i) => [Number(age > 45 === (sexes[i] === 1))]);
    const space = new FeatureSpace(
      { age: FeatureSpace.floatDiscretized(null, { binBoundaries: [30, 45.5, 60] }), sex: 'integer_categorical' },
      { crosses: [['age', 'sex']], crossingDim: 64 },
    );
    await space.adapt({ age: ages, sex: sexes });
    const raw = Dataset.fromTensorSlices([{ age: ages, sex: sexes }, labels] as const).batch(16);
    const prepared = raw.map(([x, y]) => [space(x as FeatureRows), y] as const);
    const encoded = space.getEncodedFeatures();
    const outputs = new layers.Dense(1, { activation: 'sigmoid' })(encoded);
    const training = new Model(encoded, outputs);
    training.compile({ optimizer: 'adam', loss: 'binary_crossentropy', metrics: ['accuracy'] });
    training.optimizer.learningRate = 0.1;
    const { history } = await training.fit(prepared, { epochs: 20, verbose: 0 });
    expect(history['accuracy'].at(-1)).toBe(1);
    const inference = new Model(space.getInputs(), outputs);
    const x = { age: tensor(ages.map((age) => [age]), null, 'float32'), sex: tensor(sexes.map((sex) => [sex])) }; // prettier-ignore
    const answers = await inference.predict(x, { verbose: 0 });
    expect(answers.arraySync<number[][]>().map(([p]) => Number(p > 0.5))).toEqual(labels.flat());
    const again = await loadModel(await inference.save());
    expect((await again.predict(x, { verbose: 0 })).arraySync()).toEqual(answers.arraySync());
  });
});

describe('a model that takes raw values', () => {
  const recorded = all.find(({ id }) => id === 'model') as FixtureCase & { rows: Record<string, string[][] | number[][]>; output: Recorded; model: string }; // prettier-ignore

  test('of Keras, called and in predict, and saved anew', async () => {
    const model = await loadModel(Buffer.from(recorded.model, 'base64'));
    const x = Object.fromEntries(Object.entries(recorded.rows).map(([name, rows]) => [name, tensor(rows)]));
    for (const each of [model, await loadModel(await model.save())]) {
      expectOutput(each<Tensor>(x), recorded.output);
      expectOutput(await each.predict(x, { verbose: 0 }), recorded.output);
      expectOutput(await each.predict(x, { verbose: 0, batchSize: 3 }), recorded.output);
    }
  });

  test('drawn here, trained on raw values', async () => {
    setRandomSeed(5);
    const columns = keep(['age', 'sex', 'pain', 'town']);
    const space = new FeatureSpace(
      { age: 'float_normalized', sex: 'integer_hashed', pain: 'string_categorical', town: 'string_hashed' },
      { crosses: [['sex', 'pain'], ['town', 'sex']] }, // prettier-ignore
    );
    await space.adapt(columns);
    const outputs = new layers.Dense(1, { activation: 'sigmoid' })(space.getEncodedFeatures());
    const model = new Model(space.getInputs(), outputs);
    model.compile({ optimizer: 'adam', loss: 'binary_crossentropy' });
    model.optimizer.learningRate = 0.1;
    const labels = tensor((columns['pain'] as string[]).map((pain, i) => [Number((pain === 'none') === (columns['sex'][i] === 1))])); // prettier-ignore
    const x = Object.fromEntries(Object.entries(columns).map(([name, rows]) => [name, tensor(rows.map((v) => [v]) as number[][])])); // prettier-ignore
    const { history } = await model.fit(x, labels, { epochs: 15, batchSize: 16, verbose: 0 });
    expect(history['loss'].at(-1)).toBeLessThan(0.1);
    const encoded = new Model(space.getEncodedFeatures(), outputs);
    const [raw, prepared] = [await model.predict(x, { verbose: 0 }), await encoded.predict(space(columns), { verbose: 0 })] as unknown as Tensor[]; // prettier-ignore
    expectOutput(raw, { dtype: 'float32', shape: [COUNT, 1], data: Array.from(prepared.ndarray.data) });
  });
});

describe('bad input', () => {
  const numbers = (): FeatureSpace => new FeatureSpace({ age: 'float_normalized', sex: 'integer_categorical' });
  const adapted = async (): Promise<FeatureSpace> => {
    const space = numbers();
    await space.adapt({ age: [1, 2], sex: [0, 1] });
    return space;
  };
  const call = (space: FeatureSpace, rows: unknown): unknown => space(rows as FeatureRows);

  test.each<[string, () => unknown, RegExp]>([
    ['no features', () => new FeatureSpace({}), /^FeatureSpace 'feature_space.*': features=.*Expected a dict with at least one feature/],
    ['a list of features', () => new FeatureSpace(['age'] as never), /Expected a dict with at least one feature/],
    ['an unknown kind', () => new FeatureSpace({ age: 'float_normalised' as 'float' }), /feature 'age' is "float_normalised".*Did you mean.*float_normalized/],
    ['a layer for a feature', () => new FeatureSpace({ age: new layers.Normalization() as never }), /feature 'age' is .*Known: float, .*Expected one of these words/],
    ['an unknown mode', () => new FeatureSpace({ age: 'float' }, { outputMode: 'list' as 'dict' }), /outputMode="list"/],
    ['a cross of what there is not', () => new FeatureSpace({ age: 'float' }, { crosses: [['age', 'sexx']] }), /the cross age_X_sexx has the feature 'sexx', which there is not/],
    ['a made cross of what there is not', () => new FeatureSpace({ age: 'float' }, { crosses: [FeatureSpace.cross(['age', 'b'], 3)] }), /the feature 'b', which there is not/],
    ['a cross of one', () => new FeatureSpace({ age: 'float' }, { crosses: [['age']] }), /Expected a list of two or more names/],
    ['a cross twice', () => new FeatureSpace({ a: 'integer_hashed', b: 'integer_hashed' }, { crosses: [['a', 'b'], ['a', 'b']] }), /two of the name a_X_b/],
    ['crosses that are no list', () => new FeatureSpace({ age: 'float' }, { crosses: 'age' as never }), /crosses=.*Expected a list/],
    ['no places for crosses', () => new FeatureSpace({ age: 'float' }, { crossingDim: 0 }), /crossingDim=0. Expected a positive whole number/],
    ['no places for hashes', () => new FeatureSpace({ age: 'float' }, { hashingDim: -1 }), /hashingDim=-1/],
    ['no ranges', () => FeatureSpace.floatDiscretized(-2), /numBins=-2/],
    ['no places', () => FeatureSpace.stringHashed(0), /numBins=0. Expected a positive whole number/],
    ['an unknown option', () => FeatureSpace.float({ nam: 'x' } as object), /FeatureSpace.float.*nam/],
    ['an unknown option of the space', () => new FeatureSpace({ age: 'float' }, { crossDim: 3 } as object), /crossDim/],
    ['a mode of a feature', () => FeatureSpace.integerHashed(3, { outputMode: 'multi_hot' as 'int' }), /outputMode="multi_hot"/],
    ['a preprocessor that is none', () => FeatureSpace.feature('float32', {} as Layer, 'float'), /preprocessor=.*Expected a layer/],
    ['a dtype that is none', () => FeatureSpace.feature('text' as 'string', new layers.Rescaling(1), 'float'), /dtype="text". Expected 'string'/],
    ['options of a made feature', () => FeatureSpace.feature('float32', new layers.Rescaling(1), 'float', ...([{ name: 'x' }] as unknown as [])), /takes at most 3 arguments/],
    ['use before adapt', () => numbers()({ age: 1, sex: 0 }), /call await adapt\(data\) before you use it: 'age', 'sex' must see data first/],
    ['inputs before adapt', () => numbers().getInputs(), /call await adapt/],
    ['a cross of floats', () => new FeatureSpace({ a: 'float', b: 'integer_hashed' }, { crosses: [['a', 'b']] })({ a: 1, b: 1 }), /HashedCrossing 'a_X_b': feature 0 is of dtype float32. Expected texts or whole numbers/],
    ['places beside numbers', () => new FeatureSpace({ a: FeatureSpace.integerHashed(3, { outputMode: 'int' }) })({ a: 1 }), /feature 'a' cannot stand beside others.*outputMode: 'dict'/],
    ['vectors of floats', () => new FeatureSpace({ a: FeatureSpace.feature('float32', new layers.Rescaling(2), 'one_hot') })({ a: 1 }), /feature 'a' has outputMode='one_hot', but its layer gives float32/],
  ])('refuses %s', (_, fn, message) => expect(fn).toThrow(message)); // prettier-ignore

  test.each<[string, unknown, RegExp]>([
    ['a tensor', tensor([1, 2]), /Expected a dict with the features age, sex/],
    ['nothing', null, /got null. Expected a dict/],
    ['a label among the features', { age: 1, sex: 0, target: 1 }, /got 'target', which is no feature.*Leave out what is none/],
    ['a missing feature', { age: 1 }, /got no 'sex'. Expected all features: age, sex/],
    ['columns of two lengths', { age: [1, 2, 3], sex: [0, 1] }, /columns of different lengths: 'age' is \(3,\), 'sex' is \(2,\)/],
    ['a value beside a column', { age: 1, sex: [0, 1] }, /'age' is \(\), 'sex' is \(2,\). Expected one value for each row in every column, or a plain value/],
    ['texts for numbers', { age: 'old', sex: 0 }, /feature 'age' holds numbers \(float32\), got texts/],
    ['a hole', { age: null, sex: 0 }, /feature 'age' is null. Expected numbers or texts/],
    ['symbolic tensors', { age: layers.Input({ shape: [1] }), sex: layers.Input({ shape: [1] }) }, /getInputs\(\) and getEncodedFeatures\(\)/],
  ])('a call refuses %s', async (_, rows, message) => {
    const space = await adapted();
    expect(() => call(space, rows)).toThrow(message);
  }); // prettier-ignore

  test('a call refuses numbers for texts', async () => {
    const space = new FeatureSpace({ job: 'string_categorical' });
    await space.adapt({ job: ['a'] });
    expect(() => call(space, { job: [1] })).toThrow(/feature 'job' holds texts, got int32. Write numbers as texts/);
  });

  test.each<[string, unknown, RegExp]>([
    ['a feature that is not there', { age: [1] }, /the data have no feature 'sex'. They have: age/],
    ['columns of two lengths', { age: [1, 2], sex: [1] }, /columns of different lengths: 'age' is \(2,\), 'sex' is \(1,\)/],
    ['a column that is a number', { age: 1, sex: 1 }, /columns of different lengths/],
    ['no rows', { age: [], sex: [] }, /without a sample/],
    ['no items', [], /without an item/],
    ['arrays', [[1, 2]], /adapt got an item that is .*Expected dicts of features/],
    ['a number', 3, /adapt got 3/],
    ['a text for a number', { age: [1, 2], sex: ['m', 'f'] }, /IntegerLookup 'sex_preprocessor': adapt got texts. Expected whole numbers/],
  ])('adapt refuses %s', (_, data, message) => expect(numbers().adapt(data as never)).rejects.toThrow(message)); // prettier-ignore

  test('files of other kinds are refused', async () => {
    const space = await adapted();
    await expect(space.save('space.h5')).rejects.toThrow(
      /FeatureSpace '.*': the name of its file 'space.h5' should end in '.keras'/,
    );
  });
});

describe('a program for batches of a form', () => {
  const columns = { age: [20, 30, 40, 50], job: ['cook', 'nurse', 'cook', 'judge'] };
  const numbers = (space: FeatureSpace<'concat'>, rows: FeatureRows): unknown => space(rows).arraySync();

  test('gives the numbers that it gives op by op', async () => {
    const space = new FeatureSpace(
      { age: 'float_normalized', job: 'string_categorical' },
      { crosses: [], outputMode: 'concat' },
    );
    await space.adapt(columns);
    const other = { age: [50, 40, 30, 20], job: ['judge', 'judge', 'nobody', 'cook'] };
    const first = [numbers(space, columns), numbers(space, slice(other, 0, 3))];
    for (let call = 0; call < 3; call++) {
      expect(numbers(space, columns)).toEqual(first[0]);
      expect(numbers(space, slice(other as Columns, 0, 3))).toEqual(first[1]);
    }
    // Other texts of the same form.
    const single = [0, 1, 2, 3].map((i) => numbers(space, rowAt(other as Columns, i)));
    expect(numbers(space, other)).toEqual(single);
  });

  test('is made anew when what it was made of changes', async () => {
    const space = new FeatureSpace(
      { age: 'float_normalized', job: 'string_categorical' },
      { crosses: [], outputMode: 'concat' },
    );
    await space.adapt(columns);
    for (let call = 0; call < 3; call++) numbers(space, columns);
    const others = { age: [1, 3, 5, 7], job: ['judge', 'nurse', 'cook', 'cook'] };
    const fresh = new FeatureSpace(
      { age: 'float_normalized', job: 'string_categorical' },
      { crosses: [], outputMode: 'concat' },
    );
    await space.adapt(others);
    await fresh.adapt(others);
    for (let call = 0; call < 3; call++) expect(numbers(space, columns)).toEqual(numbers(fresh, columns));
    // One layer alone.
    await (space.preprocessors['age'] as layers.Normalization).adapt(tensor([[100], [300]]));
    await (fresh.preprocessors['age'] as layers.Normalization).adapt(tensor([[100], [300]]));
    const expected = fresh.preprocessors['age']<Tensor>(tensor([[20]], null, 'float32')).dataSync()[0];
    for (let call = 0; call < 3; call++) expect((numbers(space, columns) as number[][])[0][0]).toBeCloseTo(Number(expected), 5); // prettier-ignore
  });

  test('is done without where a layer cannot be part of one', async () => {
    class Looks extends layers.Layer {
      override call(x: Tensor): Tensor {
        return tensor(
          Array.from(x.dataSync() as Float32Array, (v) => [v * 2]),
          null,
          'float32',
        );
      }
      override computeOutputSpec(x: Tensor) {
        return { shape: x.shape, dtype: 'float32' as const };
      }
    }
    const space = new FeatureSpace({ age: FeatureSpace.feature('float32', new Looks(), 'float') }, { outputMode: 'concat' }); // prettier-ignore
    for (let call = 0; call < 3; call++) expect(numbers(space, { age: [1, 2, call] })).toEqual([[2], [4], [2 * call]]);
    expect(() => space({ age: ['a'] })).toThrow(/holds numbers/);
  });
});

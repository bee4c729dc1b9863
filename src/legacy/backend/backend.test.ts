import { describe, expect, it, test, vi } from 'vitest';
import { toCamelCase } from '../../core/naming.js';
import { getPlatform } from '../../core/platform.js';
import * as keras from '../../index.js';
import { everyBackend } from '../../testing/backends.js';
import { tensorDifference } from '../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeTensor, isEncodedArray, readFixtures } from '../../testing/fixtures.js';

const { backend: K, ops, layers, Input, Model } = keras;
type AnyFunction = (...args: unknown[]) => keras.Tensor;
interface Case extends FixtureCase {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly output: Outputs;
}
const read = (x: unknown): unknown =>
  isEncodedArray(x) ? decodeTensor(x) : Array.isArray(x) && x.every(isEncodedArray) ? x.map(decodeTensor) : x;

type Outputs = EncodedArray | readonly Outputs[];
/** Tensors as the fixtures have them, or null. */
function differs(found: unknown, wanted: Outputs, tolerance = 2e-5): string | null {
  if (!isEncodedArray(wanted)) {
    const list = found as readonly unknown[];
    if (!Array.isArray(list) || list.length !== wanted.length)
      return `${list.length} tensors, expected ${wanted.length}`;
    return wanted.reduce<string | null>((first, each, i) => first ?? differs(list[i], each, tolerance), null);
  }
  const t = found as keras.Tensor;
  if (wanted.dtype !== 'int64') return tensorDifference(t, wanted, tolerance);
  expect(t.arraySync()).toEqual(ops.cast(decodeTensor(wanted), 'int32').arraySync());
  return null;
}

const plain = readFixtures<Case>('keras2_backend').filter((c) => 'name' in c);
describe('K against tf_keras', () => {
  everyBackend((run) => {
    it.each(plain.map((c): [string, Case] => [c.id, c]))('%s', (_, c) => {
      const fn = (K as unknown as Record<string, AnyFunction>)[toCamelCase(c.name)];
      const options = Object.fromEntries(Object.entries(c.kwargs).map(([name, value]) => [toCamelCase(name), value]));
      const args = [...c.args.map(read), ...(Object.keys(options).length > 0 ? [options] : [])];
      // TensorFlow reads the weights of cubics from a table of 1024 places between two pixels.
      const tolerance = c.kwargs['interpolation'] === 'bicubic' ? 2e-3 : 2e-5;
      const found: unknown = Array.isArray(c.output) ? fn(...args) : run(() => fn(...args));
      expect(differs(found, c.output, tolerance)).toBeNull();
    });
  });
});

describe('K against tf_keras: functions of functions', () => {
  type Loop = FixtureCase & Readonly<Record<string, EncodedArray>> & { readonly options: Record<string, unknown> };
  const cases = (name: string): [string, Loop][] =>
    readFixtures<Loop>('keras2_backend').filter(({ id }) => id.startsWith(`${name}/`)).map((c) => [c.id, c]); // prettier-ignore
  const half = (sum: keras.Tensor, x: keras.Tensor): keras.Tensor => ops.add(ops.multiply(sum, 0.5), x);
  it.each([...cases('foldl'), ...cases('foldr')])('%s', (id, c) => {
    const fold = id.startsWith('foldl') ? K.foldl : K.foldr;
    const options = c['initializer'] === undefined ? {} : { initializer: decodeTensor(c['initializer']) };
    const run = (): keras.Tensor => fold(half, decodeTensor(c['elems']), options);
    expect(differs(run(), c['output'])).toBeNull();
    expect(differs(keras.jit(run)(), c['output'])).toBeNull();
  });
  it.each(cases('map_fn'))('%s', (_, c) => {
    const square = (x: keras.Tensor): keras.Tensor => ops.add(ops.square(x), 1);
    expect(differs(K.mapFn(square, decodeTensor(c['elems'])), c['output'])).toBeNull();
    expect(K.mapFn(square, ops.array([1, 2]), { dtype: 'int32' }).dtype).toBe('int32');
  });
  it.each(cases('rnn'))('%s', (_, c) => {
    const options = Object.fromEntries(
      Object.entries(c.options).map(([name, value]) => [toCamelCase(name), read(value)]),
    );
    const state = decodeTensor(c['state']);
    const run = () =>
      K.rnn(
        (x, [sum, total, factor]) => {
          const output = ops.tanh(ops.add(x, ops.multiply(sum, factor)));
          return [output, [output, ops.add(total, x)]];
        },
        decodeTensor(c['inputs']),
        [state, state],
        { constants: [decodeTensor(c['constant'])], ...options },
      );
    expect(differs(run(), c['output'])).toBeNull();
    expect(differs(keras.jit(run)(), c['output'])).toBeNull();
  });
  test('rnn takes several inputs, in a model too', () => {
    const sum = ({ a, b }: { readonly a: keras.Tensor; readonly b: keras.Tensor }, [total]: [keras.Tensor]) => {
      const next = ops.add(ops.add(a, b), total);
      return [next, [next]] as const;
    };
    const [a, b] = [ops.array([[[1], [2]]]), ops.array([[[10], [20]]])];
    const [last, outputs] = K.rnn(sum, { a, b }, [ops.zeros([1, 1])]);
    expect([last.arraySync(), outputs.arraySync()]).toEqual([[[33]], [[[11], [33]]]]);
    class Sum extends keras.layers.Layer {
      override call(x: keras.Tensor): keras.Tensor {
        return K.rnn((each, [total]) => [ops.add(each, total), [ops.add(each, total)]], x, [
          ops.zeros([x.shape[0], 2]),
        ])[0];
      }
    }
    const x = Input({ shape: [3, 2] });
    const model = new Model(x, new Sum()(x));
    expect(model(ops.ones([4, 3, 2])).arraySync()).toEqual(new Array(4).fill([3, 3]));
  });
  test('say what is wrong', () => {
    expect(() => K.rnn((() => 1) as never, [[[1]]], [])).toThrow(
      /the step function gave 1. Expected \[output, \[...states\]\]/,
    );
    expect(() => K.rnn((x) => [x, []], ops.ones([2, 0, 1]), [])).toThrow(/no time steps/);
    expect(() => K.foldl(half, ops.ones([0, 2]))).toThrow(/one at least/);
    expect(() => K.foldr(3 as never, [1])).toThrow(/fn is 3/);
  });
});

describe('symbolic tensors', () => {
  const images = keras.random.normal([2, 6, 6, 2], { seed: 1 });
  const kernel = keras.random.normal([2, 2, 2, 3], { seed: 2 });
  test('go through as in a model of layers', () => {
    const x = Input({ shape: [6, 6, 2] });
    const all = (t: keras.KerasTensor): keras.KerasTensor => {
      const pooled = K.pool2d(K.conv2d(t, kernel), [2, 2], { poolMode: 'avg' });
      const larger = K.resizeImages(K.biasAdd(pooled, [1, 2, 3]), 2, 2, 'channels_last');
      const [normalized] = K.normalizeBatchInTraining(K.clip(larger, -1, 2), null, null, [0, 1, 2]);
      return K.batchFlatten(K.relu(normalized, { alpha: 0.1 }));
    };
    const model = new Model(x, all(x));
    const pooled = K.pool2d(K.conv2d(images, kernel), [2, 2], { poolMode: 'avg' });
    const larger: keras.Tensor = K.resizeImages(K.biasAdd(pooled, [1, 2, 3]), 2, 2, 'channels_last');
    const [normalized] = K.normalizeBatchInTraining(K.clip(larger, -1, 2), null, null, [0, 1, 2]);
    const wanted = K.batchFlatten(K.relu(normalized, { alpha: 0.1 }));
    const found = Array.from(model(images).dataSync() as Float32Array);
    Array.from(wanted.dataSync() as Float32Array).forEach((v, i) => expect(found[i]).toBeCloseTo(v, 5));
  });
  test('may have open axes, and be chosen by conditions', () => {
    const x = Input({ shape: [null, 3] });
    const chosen = K.switch(ops.greater(ops.sum(x, { axis: -1 }), 0), x, ops.zerosLike(x));
    const model = new Model(x, chosen);
    expect(model(ops.array([[[1, 2, 3], [-1, -2, -3]]], { dtype: 'float32' })).arraySync()).toEqual([[[1, 2, 3], [0, 0, 0]]]); // prettier-ignore
  });
  test('are refused where a layer is right', () => {
    expect(() => K.dropout(Input({ shape: [2] }) as never, 0.5)).toThrow(/layers.Dropout\(0.5\)/);
  });
});

describe('what has random numbers', () => {
  test('has the shapes, bounds and parts that are asked for', () => {
    const dropped = K.dropout(ops.ones([1000]), 0.25, { seed: 3 });
    const values = Array.from(dropped.dataSync() as Float32Array);
    expect(new Set(values)).toEqual(new Set([0, Math.fround(4 / 3)]));
    expect(values.filter((v) => v === 0).length / 1000).toBeCloseTo(0.25, 1);
    expect(Number(ops.mean(K.randomBernoulli([1000], { p: 0.3, seed: 1 })).arraySync())).toBeCloseTo(0.3, 1);
    expect(K.randomBinomial([3], { p: 1, dtype: 'int32' }).dtype).toBe('int32');
    const normal = K.randomNormalVariable([2000], 5, 2, { seed: 1, name: 'n' });
    expect([normal.name, Number(ops.std(normal).arraySync()).toFixed(0)]).toEqual(['n', '2']);
    const uniform = K.randomUniformVariable([50], 2, 3, { seed: 1 });
    expect(Array.from(K.eval(uniform) as Float32Array).every((v) => v >= 2 && v < 3)).toBe(true);
  });
});

describe('convolutions', () => {
  test('say what is wrong', () => {
    const x = ops.ones([1, 4, 4, 2]);
    expect(() => K.conv2d(x, ops.ones([2, 2, 2]))).toThrow(
      /conv2d: x of shape \(1, 4, 4, 2\).*Expected rank 4 of both/,
    );
    expect(() => K.conv2d(x, ops.ones([2, 2, 2, 1]), { padding: 'causal' })).toThrow(/padding='causal'/);
    expect(() => K.conv2d(x, ops.ones([2, 2, 2, 1]), { dataFormat: 'first' as never })).toThrow(/dataFormat='first'/);
    expect(() => K.conv2dTranspose(x, ops.ones([2, 2, 3, 2]), [1, 12, 8, 3], { strides: 2 })).toThrow(
      /Expected 8 to 9 along axis 1/,
    );
    expect(() => K.localConv1d([[[1], [2]]], [[[1]]], [2], [1])).toThrow(/Expected \(1, 2, filters\)/);
    expect(() => K.pool2d(x, [2, 2], { poolMode: 'sum' as never })).toThrow(/poolMode='sum'/);
    expect(() => K.biasAdd(x, [1, 2, 3])).toThrow(/Expected \(2\)/);
    expect(() => K.resizeImages(x, 1.5, 2, 'channels_last')).toThrow(/heightFactor=1.5/);
    expect(() => K.resizeImages(x, 2, 2, 'channels_last', { interpolation: 'gaussian' })).toThrow(/TensorFlow's alone/);
  });
  test('have gradients', () => {
    const k = keras.random.normal([4, 4, 2], { seed: 1 });
    const x = keras.random.normal([2, 3, 3, 1], { seed: 2 });
    const local = (): keras.Tensor => ops.sum(ops.square(K.localConv2d(x, k, [2, 2], [1, 1], [2, 2])));
    const [slope] = keras.grad(local, [k]);
    const eps = 1e-2;
    const bumped = (by: number): number => {
      const data = Float32Array.from(k.dataSync() as Float32Array);
      data[5] += by;
      return Number(
        ops.sum(ops.square(K.localConv2d(x, keras.tensor(data, [4, 4, 2]), [2, 2], [1, 1], [2, 2]))).arraySync(),
      );
    };
    expect(Number((slope.dataSync() as Float32Array)[5])).toBeCloseTo((bumped(eps) - bumped(-eps)) / (2 * eps), 2);
  });
});

describe('variables', () => {
  test('are read, set and moved', () => {
    const v = K.variable([1, 2], { name: 'v' });
    K.setValue(v, [3, 4]);
    K.updateAdd(v, [1, 1]);
    K.movingAverageUpdate(v, [0, 1], 0.5);
    expect(Array.from(K.getValue(v) as Float32Array)).toEqual([2, 3]);
    K.batchSetValue([[v, [7, 8]]]);
    expect(K.batchGetValue([v, ops.ones([1])]).map((x) => Array.from(x as Float32Array))).toEqual([[7, 8], [1]]);
    expect([K.ndim(v), K.intShape(v), K.dtype(v), K.countParams(v)]).toEqual([1, [2], 'float32', 2]);
    expect(() => K.setValue(ops.ones([1]) as never, 1)).toThrow(/is no variable/);
  });
});

describe('phases', () => {
  test('are what the call around says, or what was set', () => {
    const seen: number[] = [];
    const spy = new layers.Lambda((x: keras.Tensor) => {
      seen.push(K.learningPhase());
      return K.inTrainPhase(ops.multiply(x, 2), x);
    });
    const x = ops.ones([1]);
    const outer = new keras.Sequential([spy]);
    const values = [true, false].map((training) => outer(x, { training }).arraySync());
    expect(values).toEqual([[2], [1]]);
    expect(seen).toContain(1);
    expect(K.learningPhase()).toBe(0);
    K.setLearningPhase(1);
    expect([K.learningPhase(), K.inTestPhase([1], [2]).arraySync()]).toEqual([1, [2]]);
    K.setLearningPhase(null);
    expect(() => K.setLearningPhase(3 as never)).toThrow(/Expected 0, 1 or null/);
  });
});

describe('functions of graphs', () => {
  test('look into a model', () => {
    const x = Input({ shape: [3] });
    const hidden = new layers.Dense(2, { kernelInitializer: 'ones' })(x);
    const model = new Model(x, new layers.Dense(1)(hidden));
    const [found] = K.function([model.inputs[0]], [hidden])([[[1, 2, 3]]]);
    expect(found.arraySync()).toEqual([[6, 6]]);
    expect(() => K.function([ops.ones([1])] as never, [hidden])).toThrow(/Expected a list of symbolic tensors/);
  });
  test('gradients take a function', () => {
    const v = K.variable([1, 2]);
    expect(K.gradients(() => ops.sum(ops.square(v)), [v])[0].arraySync()).toEqual([2, 4]);
    expect(() => K.gradients(ops.ones([]) as never, [v])).toThrow(/give a function/);
  });
  test('switch takes branches and tensors', () => {
    expect(K.switch(true, () => ops.ones([1]), () => ops.zeros([1])).arraySync()).toEqual([1]); // prettier-ignore
    expect(K.switch([1, 0], [[1, 1], [2, 2]], [[3, 3], [4, 4]]).arraySync()).toEqual([[1, 1], [4, 4]]); // prettier-ignore
    expect(() => K.switch([[true]], [1], [2])).toThrow(/rank 2 for tensors of rank 1/);
  });
  test('what there is no use for says what takes its place', () => {
    expect(() => K.placeholder()).toThrow(/Input\(\{ shape \}\)/);
    expect(() => K.getSession()).toThrow(/no sessions/);
    expect(() => K.ctcLabelDenseToSparse()).toThrow(/no sparse tensors/);
    expect(() => K.manualVariableInitialization()).toThrow(/no step that initializes/);
  });
  test('all functions of Keras 2 exist', () => {
    const { all } = readFixtures<FixtureCase & { readonly all: string[] }>('keras2_backend').find(
      ({ id }) => id === 'names',
    )!;
    expect(all.filter((name) => !(toCamelCase(name) in K))).toEqual([]);
  });
  test('tensors are dense, and printed', () => {
    expect([K.isSparse(ops.ones([1])), K.toDense([1, 2]).arraySync()]).toEqual([false, [1, 2]]);
    const write = vi.spyOn(getPlatform().terminal, 'write').mockImplementation(() => undefined);
    expect(K.printTensor([1, 2], { message: 'x:' }).arraySync()).toEqual([1, 2]);
    expect(write.mock.calls[0][0]).toMatch(/^x: .*1.*2/s);
    write.mockRestore();
  });
  test('a phase holds for a function alone', () => {
    expect(K.learningPhaseScope(1, () => K.learningPhase())).toBe(1);
    expect(() => K.learningPhaseScope(true, () => { throw new Error('no'); })).toThrow('no'); // prettier-ignore
    expect(K.learningPhase()).toBe(0);
  });
  test('numbers of names begin anew', () => {
    K.getUid('thing');
    K.resetUids();
    expect([K.getUid('thing'), K.getUid('thing')]).toEqual([1, 2]);
  });
});

test('batchDot says what is wrong', () => {
  expect(() => K.batchDot([1], [[1]])).toThrow(/rank 2 or more/);
  expect(() => K.batchDot([[1, 2]], [[1, 2, 3]])).toThrow(/not equally long/);
  expect(() => K.batchDot([[1]], [[1]], { axes: 0 })).toThrow(/axes behind the batch/);
});

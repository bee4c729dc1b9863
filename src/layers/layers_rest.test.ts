import { describe, expect, it } from 'vitest';
import { Sequential } from '../models/index.js';
import * as ops from '../ops/index.js';
import { SGD } from '../optimizers/index.js';
import { L2 } from '../regularizers/index.js';
import type { Tensor } from '../runtime/index.js';
import { setBackend, tensor } from '../runtime/index.js';
import { backendNames, runOn } from '../testing/backends.js';
import { readFixtures } from '../testing/fixtures.js';
import type { LayerCase } from '../testing/layer_replay.js';
import { replayLayer } from '../testing/layer_replay.js';
import * as layers from './index.js';

const cases = ['layers_rest', 'conv_lstm']
  .flatMap((family) => readFixtures<LayerCase>(family))
  .map((recorded) => [recorded.id, recorded] as const);

describe.each(backendNames)('the rest of the layers as Keras recorded them, on %s', (backend) => {
  it.each(cases)('%s', (_, recorded) => {
    expect(replayLayer(recorded, backend)).toEqual([]);
  });
});

const kernel = [
  [0.5, -1],
  [1.5, 0.25],
  [-0.75, 2],
];

describe('SpectralNormalization', () => {
  // Real Keras 3.15.1 on JAX.
  it.each(backendNames)(
    'trains as in Keras: the optimizer goes on from the kernel before the division, on %s',
    async (name) => {
      setBackend(name);
      const dense = new layers.Dense(2, { useBias: false, kernelRegularizer: new L2(0.1) });
      const model = new Sequential([layers.Input({ shape: [3] }), new layers.SpectralNormalization(dense)]);
      model.setWeights([tensor(kernel, null, 'float32'), tensor([[0.3, 0.7]])]);
      model.compile({ optimizer: new SGD({ learningRate: 0.5 }), loss: 'mse' });
      const x = tensor([1, 2, -1, 0.5, -1, 2], [2, 3], 'float32');
      const y = tensor([1, 0, 0, 1], [2, 2], 'float32');
      const { history } = await model.fit(x, y, { batchSize: 2, epochs: 2, shuffle: false, verbose: 0 });
      const close = (found: readonly number[], wanted: readonly number[]): void => {
        found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 4));
      };
      close(history['loss'], [1.2604548931121826, 0.2921654284000397]);
      const [w, u] = model.getWeights();
      close(
        [...w.ndarray.data],
        [
          0.4855101704597473, -1.1552965641021729, 0.9779962301254272, 1.0634840726852417, -0.25299835205078125,
          2.3170487880706787,
        ],
      );
      close([...u.ndarray.data], [-0.06709487736225128, 0.9977465867996216]);
      const predicted = await model.predict<Tensor>(x);
      close(
        [...predicted.ndarray.data],
        [2.6945009231567383, -1.3453772068023682, -1.2412378787994385, 2.9929652214050293],
      );
    },
  );

  it('leaves a kernel whose largest singular value is 1', () => {
    const layer = new layers.SpectralNormalization(new layers.Dense(2, { useBias: false }), { powerIterations: 30 });
    layer.build([null, 3]);
    layer.kernel.assign(kernel);
    layer(ops.ones([1, 3]), { training: true });
    const [, values] = ops.svd(layer.kernel.value);
    expect(values.ndarray.data[0]).toBeCloseTo(1, 5);
  });

  it.each<[string, () => unknown, RegExp]>([
    [
      'no iterations',
      () => new layers.SpectralNormalization(new layers.Dense(2), { powerIterations: 0 }),
      /powerIterations/,
    ],
    [
      'a layer without a kernel',
      () => new layers.SpectralNormalization(new layers.Dropout(0.5))(ops.ones([1, 2])),
      /no kernel and no embeddings\. Wrap a layer/,
    ],
    ['no layer', () => new layers.SpectralNormalization('Dense' as never), /Expected a layer/],
  ])('%s is refused', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe('ConvLSTM2D', () => {
  const x = ops.reshape(ops.sin(ops.arange(2 * 3 * 16)), [2, 3, 4, 4, 1]);
  it.each(backendNames)('masked steps leave outputs and states as they are, on %s', (name) => {
    const layer = new layers.ConvLSTM2D(2, 2);
    layer.build([2, 3, 4, 4, 1]);
    const mask = tensor([true, true, false, true, true, false], [2, 3]);
    const [short, masked] = runOn(name, () => [
      layer(ops.slice(x, [0, 0, 0, 0, 0], [2, 2, 4, 4, 1])),
      layer(x, { mask }),
    ]) as [Tensor, Tensor];
    expect(ops.max(ops.abs(ops.subtract(short, masked))).itemSync()).toBeLessThan(1e-6);
  });
  it.each<[string, () => unknown, RegExp]>([
    [
      'an open size',
      () => new layers.ConvLSTM2D(2, 2)(layers.Input({ shape: [3, null, 4, 1] })),
      /sizes of space must be known/,
    ],
    ['flat sequences', () => new layers.ConvLSTM2D(2, 2)(ops.ones([2, 3, 4])), /ndim=5|rank|dimensions/i],
    ['steps and dilation', () => new layers.ConvLSTM2D(2, 2, { strides: 2, dilationRate: 2 }), /cannot be combined/],
    ['a window larger than the picture', () => new layers.ConvLSTM2D(2, 5)(x), /ConvLSTM|conv_lstm/],
    [
      'states of another size',
      () => new layers.ConvLSTM2D(2, 2)(x, { initialState: [ops.ones([2, 4, 4, 2]), ops.ones([2, 4, 4, 2])] }),
      /initial states of shapes \(2, 4, 4, 2\).*Expected \(2, 3, 3, 2\)/,
    ],
    [
      'an open batch',
      () => new layers.ConvLSTM2D(2, 2, { stateful: true })(layers.Input({ shape: [3, 4, 4, 1] })),
      /batch size/,
    ],
  ])('%s is refused', (_, call, message) => {
    expect(call).toThrow(message);
  });
});

describe('BatchNormalization with renorm', () => {
  it.each<[string, object, RegExp]>([
    ['unknown bounds', { rmaxx: 1 }, /unknown bounds.*rmaxx.\. Expected 'rmax', 'rmin', 'dmax'/],
    ['bounds that contradict each other', { rmax: 1, rmin: 2 }, /rmax=1 below rmin=2/],
    ['a negative distance', { dmax: -1 }, /dmax=-1\. Expected a number of at least 0/],
  ])('%s are refused', (_, renormClipping, message) => {
    expect(() => new layers.BatchNormalization({ renorm: true, renormClipping })).toThrow(message);
  });
});

describe('LayerNormalization with rmsScaling', () => {
  // Real Keras 3.15.1 on JAX.
  const x = tensor([1, 2, 4, 0.5, -1, 3], [1, 2, 3], 'float32');
  const close = (y: Tensor, wanted: readonly number[]): void =>
    y.ndarray.data.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 5));
  it.each(backendNames)('divides by the deviation and keeps the mean, on %s', (name) => {
    const layer = new layers.LayerNormalization({ rmsScaling: true, epsilon: 0.01 });
    layer.build([null, 2, 3]);
    layer.setWeights([tensor([0.5, 1, 2])]);
    close(
      runOn(name, () => layer(x)),
      [
        0.3996094763278961, 1.5984379053115845, 6.393751621246338, 0.1512453407049179, -0.6049813628196716,
        3.6298880577087402,
      ],
    );
    const both = new layers.LayerNormalization({ rmsScaling: true, axis: [1, 2], scale: false });
    close(
      runOn(name, () => both(x)),
      [
        0.6083115339279175, 1.216623067855835, 2.43324613571167, 0.30415576696395874, -0.6083115339279175,
        1.8249346017837524,
      ],
    );
    expect(both.getConfig()).toMatchObject({ rms_scaling: true, scale: false, center: true });
    expect(both.weights.map((weight) => weight.name)).toEqual(['gamma']);
  });
});

/** @file Models of Keras 2 against what tf_keras computed with them: predictions, evaluations, further training. */
import { describe, expect, test, vi } from 'vitest';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import type { DType } from '../../core/dtype.js';
import { flatten } from '../../core/tree.js';
import { modelFromConfig, Sequential } from '../../models/index.js';
import type { Model } from '../../models/index.js';
import type { Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';
import { bytesSource } from '../../formats/byte_source.js';
import type { Hdf5File } from '../../formats/hdf5/index.js';
import { openHdf5 } from '../../formats/hdf5/index.js';
import { Input } from '../../index.js';
import { Dense } from '../../layers/index.js';
import { difference, tensorDifference } from '../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeNumbers, decodeTensor, readFixtures } from '../../testing/fixtures.js';
import type { LegacyModel } from './hdf5.js';
import { isLegacyHdf5, loadLegacyModel, loadLegacyWeights } from './hdf5.js';
import { upgradeModelConfig } from './layers.js';
import { matchOptimizerState } from './optimizer_state.js';
import { upgradeTrainingConfig } from './training.js';
import { checkArrays, fileWeights, upgradeArrays } from './weights.js';

/** A case as tools/fixtures/legacy.py writes it. */
export interface LegacyCase extends FixtureCase {
  readonly keras_version: string;
  readonly config: Record<string, unknown>;
  readonly weights: readonly [layer: string, arrays: readonly [name: string, array: EncodedArray][]][];
  readonly training_config?: Record<string, unknown>;
  readonly optimizer_weights?: readonly [name: string, array: EncodedArray][];
  readonly inputs: readonly EncodedArray[];
  readonly outputs: readonly EncodedArray[];
  readonly targets?: readonly EncodedArray[];
  readonly evaluated?: readonly number[];
  readonly trained?: readonly EncodedArray[];
  readonly file?: string;
}

const decode = (x: EncodedArray): NDArray => fromNumbers(x.dtype as DType, x.shape, decodeNumbers(x));
const toTensor = ({ dtype, shape, data }: NDArray): Tensor =>
  tensor(Array.from(data as ArrayLike<number>), [...shape], dtype);

function restore({ config, weights, keras_version: version }: LegacyCase): Model {
  const model = modelFromConfig(upgradeModelConfig(config));
  for (const [name, arrays] of weights) {
    if (arrays.length === 0) continue;
    const layer = model.getLayer(name);
    const made = upgradeArrays(
      layer,
      arrays.map(([, array]) => decode(array)),
      { version, backend: 'tensorflow' },
    );
    checkArrays(name, fileWeights(layer), made);
    fileWeights(layer).forEach((variable, i) => variable.assign(toTensor(made[i])));
  }
  return model;
}

async function predict(model: Model, inputs: readonly EncodedArray[]): Promise<Tensor[]> {
  const x = inputs.map(decodeTensor);
  return flatten(await model.predict(x.length === 1 ? x[0] : x));
}

function expectAll(outputs: readonly Tensor[], expected: readonly EncodedArray[], tolerance: number): void {
  expect(outputs.length).toBe(expected.length);
  expect(outputs.map((output, i) => tensorDifference(output, expected[i], tolerance))).toEqual(outputs.map(() => null));
}

describe.each([
  ['Keras 2', 'legacy'],
  ['Keras 1.2', 'legacy1'],
])('models of %s', (_name, family) => {
  const cases = readFixtures<LegacyCase>(family);
  test.each(cases.map((each): [string, LegacyCase] => [each.id, each]))(
    '%s predicts as before, to 1e-5',
    async (_id, each) => {
      const model = restore(each);
      expectAll(await predict(model, each.inputs), each.outputs, 1e-5);
    },
  );

  test.each(cases.filter((each) => each.targets).map((each): [string, LegacyCase] => [each.id, each]))(
    '%s goes on training where it stopped, to 1e-4',
    async (_id, each) => {
      const model = restore(each);
      model.compileFromConfig(upgradeTrainingConfig(each.training_config)!);
      const saved = each.optimizer_weights!.map(([name, array]) => ({ name, array: decode(array) }));
      const state = matchOptimizerState(model.optimizer, saved);
      expect(state).not.toBeNull();
      for (const [variable, array] of state!) variable.assign(toTensor(array));
      const [x, targets] = [each.inputs.map(decodeTensor), each.targets!.map(decodeTensor)];
      const y = targets.length === 1 ? targets[0] : targets;
      const evaluated = await model.evaluate(x[0], y, { batchSize: 4, verbose: 0 });
      expect(
        difference(
          { shape: [each.evaluated!.length], data: [evaluated].flat() },
          { shape: [each.evaluated!.length], data: each.evaluated! },
          1e-4,
        ),
      ).toBeNull();
      await model.fit(x[0], y, { epochs: 2, batchSize: 4, shuffle: false, verbose: 0 });
      expectAll(await predict(model, each.inputs), each.trained!, 1e-4);
    },
  );

  test.each(cases.filter((each) => each.file).map((each): [string, LegacyCase] => [each.id, each]))(
    '%s is read from its file',
    async (_id, each) => {
      const file = await openHdf5(bytesSource(new Uint8Array(Buffer.from(each.file!, 'base64')), 'old.h5'));
      try {
        expect(isLegacyHdf5(file)).toBe(true);
        const model = (await loadLegacyModel(file)) as unknown as Model;
        expectAll(await predict(model, each.inputs), each.outputs, 1e-5);
        if (each.targets !== undefined) {
          const [x, targets] = [each.inputs.map(decodeTensor), each.targets.map(decodeTensor)];
          const y = targets.length === 1 ? targets[0] : targets;
          await model.fit(x[0], y, { epochs: 2, batchSize: 4, shuffle: false, verbose: 0 });
          expectAll(await predict(model, each.inputs), each.trained!, 1e-4);
          await loadLegacyWeights(file, model);
          expectAll(await predict(model, each.inputs), each.outputs, 1e-5);
        }
      } finally {
        await file.close();
      }
    },
  );
});

describe('weights of an .h5 file', () => {
  const { file: bytes } = readFixtures<LegacyCase>('legacy').find(({ id }) => id === 'training/rmsprop')!;
  const withFile = async (use: (file: Hdf5File) => Promise<void>): Promise<void> => {
    const file = await openHdf5(bytesSource(new Uint8Array(Buffer.from(bytes!, 'base64')), 'old.h5'));
    await use(file).finally(() => file.close());
  };
  const net = (units: number, name: string): LegacyModel =>
    new Sequential([Input({ shape: [6] }), new Dense(units, { name: 'one' }), new Dense(3, { name })]);
  const kernels = (model: LegacyModel): unknown[] => model.weights.map((weight) => weight.value.arraySync());

  test('go by name to those that have it', () =>
    withFile(async (file) => {
      const model = net(5, 'other');
      const [before, bias, kernel] = kernels(model);
      await loadLegacyWeights(file, model, { byName: true });
      const [after, , untouched] = kernels(model);
      expect([before, bias]).not.toEqual([after, bias]);
      expect(untouched).toEqual(kernel);
    }));

  test('that do not fit change nothing, or are left out with a warning', () =>
    withFile(async (file) => {
      const model = net(4, 'two');
      const before = kernels(model);
      await expect(loadLegacyWeights(file, model)).rejects.toThrow(
        /old\.h5: layer 'one' .*one\/kernel' has the shape .6, 4., the file has .6, 5./,
      );
      expect(kernels(model)).toEqual(before);
      const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
      await loadLegacyWeights(file, model, { skipMismatch: true });
      expect(warn.mock.calls.map(([text]) => String(text).slice(0, 21))).toEqual([
        "old.h5: layer 'one' (",
        "old.h5: layer 'two' (",
      ]);
      warn.mockRestore();
    }));
});

describe('what Keras 3 has no more', () => {
  const layer = (class_name: string, config: object): unknown => ({
    class_name: 'Sequential',
    config: { name: 's', layers: [{ class_name, config: { name: 'it', ...config } }] },
  });
  test.each([
    [
      'a layer that is gone',
      layer('LocallyConnected1D', {}),
      /'it' is a LocallyConnected1D, which Keras 3 has no more/,
    ],
    ['a mode of BatchNormalization', layer('BatchNormalization', { mode: 2 }), /BatchNormalization 'it': mode=2/],
    ['sequences with the time first', layer('LSTM', { units: 2, time_major: true }), /LSTM 'it': time_major=true/],
    ['a padding', layer('Convolution2D', { border_mode: 'full' }), /'it': border_mode='full'/],
    [
      'a function of TensorFlow',
      layer('TFOpLambda', { function: 'math.zeta' }),
      /'it' calls TensorFlow's function tf\.math\.zeta/,
    ],
    ['a way to merge', layer('Merge', { mode: 'cos' }), /'it' is a Merge of Keras 1 with mode="cos"/],
    ['no model', { layers: [] }, /holds no config of a model/],
  ])('%s is refused by name', (_id, config, message) => {
    expect(() => upgradeModelConfig(config)).toThrow(message);
  });
});

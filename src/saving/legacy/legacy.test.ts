/** @file Models of Keras 2 against what tf_keras computed with them: predictions, evaluations, further training. */
import { describe, expect, test } from 'vitest';
import type { NDArray } from '../../core/ndarray.js';
import { fromNumbers } from '../../core/ndarray.js';
import type { DType } from '../../core/dtype.js';
import { flatten } from '../../core/tree.js';
import { modelFromConfig } from '../../models/index.js';
import type { Model } from '../../models/index.js';
import type { Tensor } from '../../runtime/index.js';
import { tensor } from '../../runtime/index.js';
import '../../index.js';
import { difference, tensorDifference } from '../../testing/compare.js';
import type { EncodedArray, FixtureCase } from '../../testing/fixtures.js';
import { decodeNumbers, decodeTensor, readFixtures } from '../../testing/fixtures.js';
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
});

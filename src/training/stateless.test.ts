/** @file Layers, models, optimizers and metrics as functions of their state, beside Keras's `stateless_…` methods. */
import { describe, expect, test } from 'vitest';
import {
  Input,
  jit,
  layers,
  metrics,
  type Optimizer,
  ops,
  regularizers,
  Sequential,
  type Tensor,
  type Variable,
  valueAndGrad,
} from '../index.js';
import { decodeTensor, type EncodedArray, type FixtureCase, readFixtures } from '../testing/fixtures.js';
import { expectClose } from '../testing/tensors.js';

/** Of the greatest element of each array. */
const TOLERANCE = 2e-5;

interface Case extends FixtureCase {
  readonly optimizer: 'sgd' | 'adam' | 'rmsprop';
}

const list = (value: unknown): Tensor[] => (value as EncodedArray[]).map((each) => decodeTensor(each));
const one = (value: unknown): Tensor => decodeTensor(value as EncodedArray);
const values = (variables: readonly Variable[]): unknown[] => variables.map((v) => v.value.arraySync());
const expectAll = (found: readonly Tensor[], wanted: unknown): void => {
  expect(found.length).toBe((wanted as unknown[]).length);
  // Counts of steps are integers, which come as bigints.
  const float = (x: Tensor): Tensor => ops.cast(x, 'float32');
  found.forEach((each, i) => expectClose(float(each), float(list(wanted)[i]), TOLERANCE));
};

function made(optimizer: Case['optimizer']): { model: Sequential; optimizer: Optimizer } {
  const model = new Sequential([
    Input({ shape: [3] }),
    new layers.Dense(4, { activation: 'tanh', kernelRegularizer: new regularizers.L2({ l2: 0.1 }) }),
    new layers.BatchNormalization(),
    new layers.Dense(2, { activityRegularizer: new regularizers.L1({ l1: 0.01 }) }),
  ]);
  model.compile({ optimizer, loss: 'mse', metrics: ['mae'] });
  model.optimizer.build(model.trainableVariables);
  return { model, optimizer: model.optimizer };
}

describe('stateless methods', () => {
  test.each(readFixtures<Case>('stateless').map((c) => [c.id, c] as const))('are those of Keras: %s', async (_, c) => {
    const [x, y] = [one(c['x']), one(c['y'])];
    const { model, optimizer } = made(c.optimizer);
    await model.trainOnBatch(x, y);
    const all = [...model.variables, ...model.metricsVariables, ...optimizer.variables];
    const before = values(all);
    const trainable = list(c['trainable_variables']);
    const nonTrainable = list(c['non_trainable_variables']);
    const compute = () => {
      const [yPred, rest, added] = model.statelessCall(trainable, nonTrainable, x, {
        training: true,
        returnLosses: true,
      });
      const [loss, after] = model.statelessComputeLoss(trainable, rest, list(c['metrics_variables']), { x, y, yPred });
      return { loss, yPred, rest, added, after };
    };
    const { loss, yPred, rest, added, after } = compute();
    expectClose(yPred, one(c['y_pred']), TOLERANCE);
    expectAll(rest, c['non_trainable_after']);
    expectAll(added, c['losses']);
    expectClose(loss, one(c['loss']), TOLERANCE);
    after.forEach((each, i) => expectAll(each, (c['after'] as unknown[])[i]));

    const [, gradients] = valueAndGrad(() => compute().loss, trainable);
    expectAll(gradients, c['gradients']);
    const applied = optimizer.statelessApply(list(c['optimizer_variables']), gradients, trainable);
    applied.forEach((each, i) => expectAll(each, (c['applied'] as unknown[])[i]));

    const compiled = jit(() => compute().loss);
    expectClose(compiled(), one(c['loss']), TOLERANCE);
    expect(values(all)).toEqual(before);

    const metric = new metrics.CategoricalAccuracy();
    const [state, result, reset] = c['metric'] as [unknown, unknown, unknown];
    const updated = metric.statelessUpdateState([1, 4], y, yPred);
    expectAll(updated, state);
    expectClose(metric.statelessResult(updated) as Tensor, one(result), TOLERANCE);
    expectAll(metric.statelessResetState(), reset);
  });

  test('leave variables alone when the call fails, and say what does not fit', () => {
    const layer = new layers.Dense(2);
    expect(() => layer.statelessCall([], [], [[1, 2]])).toThrow(/no variables yet/);
    layer.build([null, 2]);
    expect(() => layer.statelessCall([], [], [[1, 2]])).toThrow(
      /statelessCall.*trainableVariables.*each of the layer's 2 .* Got a list of 0/,
    );
    const kernel = layer.kernel.value.arraySync();
    expect(() => layer.statelessCall([ops.ones([2, 2]), ops.zeros([2])], [], ops.ones([1, 3]))).toThrow();
    expect(layer.kernel.value.arraySync()).toEqual(kernel);
    const [y, rest] = layer.statelessCall([ops.ones([2, 2]), ops.zeros([2])], [], [[1, 2]]);
    expect([y.arraySync(), rest]).toEqual([[[3, 3]], []]);
  });
});

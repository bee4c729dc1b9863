/** @file Expected types of training: steps, callbacks, what comes out, ids. Never run; checked by types.test.ts as a strict user's program. */
import {
  type Batch,
  callbacks,
  Input,
  layers,
  losses,
  Loss,
  type Logs,
  type MaskTree,
  metrics,
  Model,
  ops,
  optimizers,
  Sequential,
  type StepLogs,
  tensor,
  type Tensor,
  valueAndGrad,
} from 'keras-ts';
import type { Equal, Expect } from './expect.js';

declare module 'keras-ts' {
  interface RegisteredLosses {
    my_loss: true;
  }
}

const x = tensor([[1, 2]]);
const model = new Sequential([Input({ shape: [2] }), new layers.Dense(1)]);

// Steps of one's own.
class Custom extends Model {
  readonly lossTracker = new metrics.Mean({ name: 'loss' });
  override trainStep([x, y]: Batch) {
    const variables = this.trainableVariables;
    const [loss, gradients] = valueAndGrad(
      () => ops.mean(ops.square(ops.subtract(y, this(x, { training: true })))),
      variables,
    );
    this.optimizer.apply(gradients, variables);
    this.lossTracker.updateState(loss);
    return { loss: this.lossTracker.result(), size: x.dim(0) };
  }
  override testStep(data: Batch): StepLogs {
    return { ...super.testStep(data), more: new metrics.F1Score().result() };
  }
  override get metrics() {
    return [this.lossTracker];
  }
}
class ByParts extends Model {
  override trainStep([[a, b], y]: Batch<[Tensor, Tensor], Tensor | null>) {
    const yPred = this([a, b], { training: true });
    return { loss: this.computeLoss({ x: [a, b], y, yPred }) };
  }
}
class TwoOutputs extends Model {
  override call(x: Tensor) {
    return { mean: x, variance: ops.square(x) };
  }
  override trainStep([x, y, sampleWeight]: Batch): StepLogs {
    const yPred = this(x, { training: true });
    const loss = this.computeLoss({ x, y, yPred, sampleWeight });
    return { loss, mean: ops.mean(yPred.mean), ...this.computeMetrics(x, y, yPred, { sampleWeight }) };
  }
}

// Callbacks.
class Watch extends callbacks.Callback {
  override async onTrainBegin() {
    this.model.summary();
    await this.model.save('model.keras');
  }
  override onEpochEnd(epoch: number, logs: Logs) {
    if (logs.loss < epoch) this.model.stopTraining = true;
  }
}
class WatchOwn extends callbacks.Callback<Custom> {
  override onTrainEnd() {
    this.model.lossTracker.resetState();
  }
}
await model.fit(x, x, { callbacks: [new Watch(), new WatchOwn()] });

// What comes out.
const loss: number = await model.evaluate(x, x);
const [first, accuracy] = await model.evaluate(x, x);
const named = await model.evaluate(x, x, { returnDict: true });
const [trained, second] = await model.trainOnBatch(x, x);
const history = await model.fit(x, x);
const lastLoss = history.history.loss.at(-1);

// Ids.
model.compile({
  optimizer: 'adam',
  loss: 'mse',
  metrics: ['accuracy', 'MeanIoU', 'top_k_categorical_accuracy', 'io_u'],
});
model.compile({
  optimizer: new optimizers.SGD(),
  loss: [new losses.Huber(), null, 'CTC'],
  metrics: { a: ['acc', 'auc'] },
});
model.compile({
  loss: { a: (t: Tensor, p: Tensor) => ops.subtract(t, p) },
  metrics: [[new metrics.AUC()], ['r2_score']],
});
model.compile({ loss: 'my_loss' });
model.compile({ loss: 'my_package>Other', optimizer: 'my_package>Optimizer' });
// @ts-expect-error -- no optimizer has this name
model.compile({ optimizer: 'adamm' });
// @ts-expect-error -- no loss has this name
model.compile({ loss: 'msee' });
// @ts-expect-error -- no metric has this name
model.compile({ metrics: ['acuracy'] });

// Masks.
class Own extends layers.Layer {
  override call(x: Tensor) {
    return x;
  }
  override computeMask(inputs: Tensor, previousMask: Tensor | null) {
    return previousMask === null ? null : ops.logicalNot(previousMask);
  }
}
class Several extends layers.Layer {
  override call(inputs: readonly Tensor[]) {
    return ops.add(inputs[0] ?? 0, 1);
  }
  override computeMask(_inputs: readonly Tensor[], previousMask: readonly (Tensor | null)[] | null): MaskTree {
    return previousMask?.[0] ?? null;
  }
}
const mask = new layers.Masking().computeMask(x, null);
new Own().computeMask(x, tensor([true]));

// Losses of one's own, by class.
class Absolute extends Loss {
  override call(yTrue: Tensor, yPred: Tensor) {
    return ops.abs(ops.subtract(yTrue, yPred));
  }
}
model.compile({ loss: new Absolute() });

export type Checks = [
  Expect<Equal<typeof first, number>>,
  Expect<Equal<typeof accuracy, number>>,
  Expect<Equal<typeof trained, number>>,
  Expect<Equal<typeof second, number>>,
  Expect<Equal<typeof named, Record<string, number>>>,
  Expect<Equal<typeof lastLoss, number | undefined>>,
];
export const unused = [loss, mask, ByParts, TwoOutputs, Several];

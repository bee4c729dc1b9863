import { describe, expect, test } from 'vitest';
import '../testing/backends.js';
import {
  Callback,
  EarlyStopping,
  LambdaCallback,
  LearningRateScheduler,
  ReduceLROnPlateau,
  TerminateOnNaN,
} from '../callbacks/index.js';
import { toCamelCase } from '../core/naming.js';
import { getPlatform, setPlatform } from '../core/platform.js';
import { Dense, Input } from '../layers/index.js';
import { Sequential } from '../models/index.js';
import { SGD } from '../optimizers/index.js';
import type { Tensor } from '../runtime/index.js';
import type { FixtureCase } from '../testing/fixtures.js';
import { fillMarks, readFixtures } from '../testing/fixtures.js';

type Call = [name: string, index: number | null, keys: string[]];

interface HooksCase extends FixtureCase {
  readonly fit: Record<string, unknown>;
  readonly steps_per_execution: number;
  readonly stop: { readonly stop_at_batch?: number; readonly stop_at_epoch?: number };
  readonly calls: Readonly<Record<'fit' | 'evaluate' | 'predict', readonly Call[]>>;
  readonly params: Record<string, unknown>;
  readonly epochs: number[];
}

/** Writes down which hooks are called, and what the logs hold. */
class Recorder extends Callback {
  readonly calls: Call[] = [];

  constructor(stop: HooksCase['stop'] = {}) {
    super();
    const note = (name: string, index: number | null, logs?: object): void => {
      this.calls.push([name, index, Object.keys(logs ?? {})]);
      if (
        (name === 'train_batch_end' && index === stop.stop_at_batch) ||
        (name === 'epoch_end' && index === stop.stop_at_epoch)
      )
        this.model.stopTraining = true;
    };
    for (const name of ['epoch', 'train_batch', 'test_batch', 'predict_batch']) {
      for (const when of ['begin', 'end']) {
        const hook = (index: number, logs?: object): void => note(`${name}_${when}`, index, logs);
        Object.assign(this, { [toCamelCase(`on_${name}_${when}`)]: hook });
      }
    }
    for (const name of ['train', 'test', 'predict']) {
      for (const when of ['begin', 'end'])
        Object.assign(this, {
          [toCamelCase(`on_${name}_${when}`)]: (logs?: object) => note(`${name}_${when}`, null, logs),
        });
    }
  }
}

describe('hooks are called as Keras calls them', () => {
  const cases = readFixtures<HooksCase>('training').filter((each) => each['kind'] === 'hooks');
  test.each(cases.map((each) => [each.id, each] as const))('%s', async (_, recorded) => {
    const model = new Sequential([
      Input({ shape: [5] }),
      new Dense(8, { activation: 'tanh' }),
      new Dense(3, { activation: 'softmax' }),
    ]);
    model.compile({
      optimizer: 'sgd',
      loss: 'sparse_categorical_crossentropy',
      metrics: ['accuracy'],
      stepsPerExecution: recorded.steps_per_execution,
    });
    const [x, y] = [recorded['x'], recorded['y']].map((array) => fillMarks(array, []) as Tensor);
    const options = Object.fromEntries(Object.entries(recorded.fit).map(([key, value]) => [toCamelCase(key), value]));
    let recorder = new Recorder(recorded.stop);
    const fit = { verbose: 0, callbacks: [recorder], batchSize: 6, shuffle: false, ...options } as const;
    const history = await model.fit(x, y, fit);
    expect(recorder.calls).toEqual(recorded.calls.fit);
    expect(history.params).toEqual(recorded.params);
    expect(history.epoch).toEqual(recorded.epochs);
    recorder = new Recorder();
    await model.evaluate(x, y, { verbose: 0, callbacks: [recorder], batchSize: 8 });
    expect(recorder.calls).toEqual(recorded.calls.evaluate);
    recorder = new Recorder();
    await model.predict(x, { verbose: 0, callbacks: [recorder], batchSize: 8 });
    expect(recorder.calls).toEqual(recorded.calls.predict);
  });
});

describe('callbacks', () => {
  const x = Array.from({ length: 12 }, (_, i) => [i / 12, 1]);
  const y = x.map(([a]) => [2 * a]);
  const model = (learningRate = 0.1): Sequential => {
    const made = new Sequential([Input({ shape: [2] }), new Dense(1, { kernelInitializer: 'zeros' })]);
    made.compile({ optimizer: new SGD({ learningRate }), loss: 'mse', metrics: ['mae'] });
    return made;
  };
  /** What `fn` writes to the terminal. */
  async function written(fn: () => Promise<unknown>): Promise<string> {
    const before = getPlatform();
    let text = '';
    const write = (more: string): void => void (text += more);
    setPlatform({ terminal: { write, isInteractive: false, columns: 80 } });
    await fn().finally(() => setPlatform(before));
    return text;
  }
  /** Replaces a number of the logs. */
  const pretend = (name: string, values: readonly number[]): Callback =>
    new LambdaCallback({ onEpochEnd: (epoch, logs) => void (logs[name] = values[epoch]) });

  test('EarlyStopping stops after `patience` epochs, and goes back to the best weights', async () => {
    const stop = new EarlyStopping({ monitor: 'loss', patience: 2, restoreBestWeights: true, verbose: 1 });
    const weights: unknown[] = [];
    const keep = new LambdaCallback({ onEpochEnd: () => void weights.push(made.getWeights()[0].arraySync()) });
    const made = model();
    const text = await written(async () => {
      const { epoch } = await made.fit(x, y, {
        verbose: 0, epochs: 9, callbacks: [pretend('loss', [3, 2, 1, 1, 1.5, 0]), keep, stop],
      }); // prettier-ignore
      expect(epoch).toEqual([0, 1, 2, 3, 4]);
    });
    expect([stop.stoppedEpoch, stop.bestEpoch, stop.best]).toEqual([4, 2, 1]);
    expect(made.getWeights()[0].arraySync()).toEqual(weights[2]);
    expect(text).toBe('Epoch 5: early stopping\nRestoring model weights from the end of the best epoch: 3.\n');
  });

  test('EarlyStopping knows baseline, minDelta, modes, startFromEpoch and other names', async () => {
    const run = async (
      options: ConstructorParameters<typeof EarlyStopping>[0],
      name: string,
      values: number[],
    ): Promise<number> => {
      const callbacks = [pretend(name, values), new EarlyStopping(options)];
      return (await model().fit(x, y, { verbose: 0, epochs: values.length, callbacks })).epoch.length;
    };
    expect(await run({ monitor: 'loss', baseline: 0.5, patience: 2 }, 'loss', [3, 2, 2.5, 1, 0])).toBe(3);
    expect(await run({ monitor: 'loss', minDelta: 0.5, patience: 1 }, 'loss', [3, 2, 1.8, 0, 0])).toBe(3);
    expect(await run({ monitor: 'score', mode: 'max', patience: 1 }, 'score', [1, 2, 1, 3])).toBe(3);
    expect(await run({ monitor: 'loss', startFromEpoch: 2, patience: 1 }, 'loss', [1, 2, 3, 4, 5])).toBe(4);
    expect(await run({ monitor: 'acc', mode: 'max' }, 'accuracy', [1, 2, 1, 3])).toBe(3);
    expect(await run({ monitor: 'mae', patience: 1 }, 'mae', [3, 2, 2, 1])).toBe(3);
    await expect(run({ monitor: 'score' }, 'score', [1])).rejects.toThrow(/cannot tell whether monitor='score'/);
    expect(() => new EarlyStopping({ patient: 3 } as object)).toThrow(/no option 'patient'.*'patience'/);
  });

  test('ReduceLROnPlateau lowers the rate, keeps the cooldown and the floor, and logs', async () => {
    const reduce = new ReduceLROnPlateau({
      monitor: 'loss', factor: 0.5, patience: 1, cooldown: 1, minLr: 0.03, verbose: 1,
    }); // prettier-ignore
    let rates: number[] = [];
    const text = await written(async () => {
      const callbacks = [pretend('loss', [1, 1, 1, 1, 1, 1, 1]), reduce];
      const { history } = await model().fit(x, y, { verbose: 0, epochs: 7, callbacks });
      rates = history['learning_rate'];
      expect(history['lr']).toBe(rates);
      expect(Object.keys(history)).toEqual(['loss', 'mae', 'learning_rate']);
    });
    expect(rates.map((rate) => Number(rate.toFixed(4)))).toEqual([0.1, 0.1, 0.05, 0.03, 0.03, 0.03, 0.03]);
    expect(text.split('\n')[1]).toBe('Epoch 2: ReduceLROnPlateau reducing learning rate to 0.05000000074505806.');
    expect(() => new ReduceLROnPlateau({ factor: 1 })).toThrow(/does not support a factor >= 1/);
  });

  test('LearningRateScheduler sets the rate at the beginning of epochs', async () => {
    const schedule = new LearningRateScheduler((epoch, rate) => (epoch < 1 ? rate : rate / 4), { verbose: 1 });
    const text = await written(async () => {
      const { history } = await model(0.5).fit(x, y, { verbose: 0, epochs: 3, callbacks: schedule });
      expect(history['learning_rate']).toEqual([0.5, 0.125, 0.03125]);
    });
    expect(text.split('\n').filter(Boolean).at(-1)).toBe(
      'Epoch 3: LearningRateScheduler setting learning rate to 0.03125.',
    );
    const bad = new LearningRateScheduler(() => 'fast' as never);
    await expect(model().fit(x, y, { verbose: 0, callbacks: bad })).rejects.toThrow(/should be a float. Got: 'fast'/);
  });

  test('TerminateOnNaN stops at a loss that is no number, or throws', async () => {
    const text = await written(async () => {
      const nan = x.map((row) => row.map(() => NaN));
      const { epoch } = await model().fit(nan, y, { verbose: 0, epochs: 4, callbacks: new TerminateOnNaN() });
      expect(epoch).toEqual([0]);
      await expect(
        model().fit(nan, y, { verbose: 0, callbacks: new TerminateOnNaN({ raiseError: true }) }),
      ).rejects.toThrow(/NaN or Inf loss encountered at batch 0/);
    });
    expect(text).toContain('Batch 0: Invalid loss, terminating training');
  });

  test('LambdaCallback takes hooks by name, and no others', () => {
    expect(() => new LambdaCallback({ onEpochStart: () => {} } as object)).toThrow(
      /no option 'onEpochStart'.*'onEpoch/,
    );
    expect(() => new LambdaCallback({ onEpochEnd: 3 } as never)).toThrow(/onEpochEnd is no function/);
  });
});

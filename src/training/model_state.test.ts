import type { OptimizerId } from '../optimizers/index.js';
import { describe, expect, it } from 'vitest';
import { callbacks, Input, layers, ops, Sequential } from '../index.js';
import { sines } from '../testing/tensors.js';

const data = sines(1.3, 0.4);
const [x, y] = [data(8, 3), data(8, 2)];
const quiet = { verbose: 0, shuffle: false } as const;

function made(optimizer: OptimizerId = 'adam', units = 4): Sequential {
  const model = new Sequential(
    [
      Input({ shape: [3] }),
      new layers.Dense(units, { activation: 'relu' }),
      new layers.Dropout(0.5, { seed: 3 }),
      new layers.BatchNormalization(),
      new layers.Dense(2, { dtype: 'mixed_bfloat16' as never }),
    ],
    { name: 'net' },
  );
  model.compile({ optimizer, loss: 'mse' });
  return model;
}
const numbers = (model: Sequential): string => [...model.variables, ...model.optimizer.variables].map(String).join();

const iterations = ({ optimizer }: Sequential): unknown => ops.convertToTensor(optimizer.iterations).arraySync();

describe('getState and setState', () => {
  it('bring weights, optimizer and random state back, so that training goes on to the bit', async () => {
    const model = made();
    await model.fit(x, y, quiet);
    const state = model.getState();
    await model.fit(x, y, { ...quiet, epochs: 3 });
    const once = numbers(model);
    model.setState(state);
    expect(numbers(model)).not.toBe(once);
    await model.fit(x, y, { ...quiet, epochs: 3 });
    expect(numbers(model)).toBe(once);
    const other = made();
    other.setState(new Uint8Array(structuredClone(state, { transfer: [state] })));
    await other.fit(x, y, { ...quiet, epochs: 3 });
    const values = (m: Sequential): unknown =>
      [...m.variables, ...m.optimizer.variables].map((v) => v.value.arraySync());
    expect(values(other)).toEqual(values(model));
  });

  it('leave the optimizer alone where the model had not trained', async () => {
    const state = made().getState();
    const model = made();
    await model.fit(x, y, quiet);
    model.setState(state);
    expect(iterations(model)).toBe(1);
  });

  it('refuse what does not fit, and change nothing', async () => {
    const trained = made();
    await trained.fit(x, y, quiet);
    const state = trained.getState();
    const model = made('sgd');
    const before = numbers(model);
    const refused = (bytes: unknown, words: string | RegExp, to: Sequential = model): void => {
      expect(() => {
        to.setState(bytes as ArrayBuffer);
      }).toThrow(words);
    };
    refused(state, "Model 'net' (setState): the state does not fit the optimizer: it is of Adam, and here is SGD.");
    refused(
      state,
      /the model: variable 0 is '.*kernel' of float32 \(3, 4\), and here is '.*' of float32 \(3, 5\)/,
      made('adam', 5),
    );
    refused(state.slice(0, -1), 'cut off or too long');
    refused(state.slice(0, 20), 'the header of the state is broken');
    refused(new ArrayBuffer(4), 'these bytes are no state of a model');
    refused(null, 'got null');
    refused({}, 'got {}');
    const later = state.slice(0);
    new DataView(later).setUint32(4, 2, true);
    refused(later, 'version 2, but this version of keras-ts reads version 1');
    for (const at of [12, 40, 80]) {
      const broken = new Uint8Array(state.slice(0));
      broken[at] = 0;
      refused(broken, 'net');
    }
    expect(numbers(model)).toBe(before);
    const plain = new Sequential([Input({ shape: [3] }), new layers.Dense(1)]);
    refused(state, 'it holds', plain);
    expect(() => new Sequential([new layers.Dense(1)]).getState()).toThrow('it is not built');
  });
});

describe('signal', () => {
  const batches = (): [typeof x, typeof y] => [ops.tile(x, [4, 1]), ops.tile(y, [4, 1])];

  it('ends fit after the steps at hand; what was trained stays', async () => {
    const model = made();
    const controller = new AbortController();
    const ended: string[] = [];
    const [a, b] = batches();
    const history = await model.fit(a, b, {
      ...quiet,
      epochs: 50,
      batchSize: 4,
      signal: controller.signal,
      validationData: [a, b],
      callbacks: [
        new callbacks.LambdaCallback({
          onTrainBatchEnd: (batch: number) => {
            if (batch === 2) controller.abort();
          },
          onTrainEnd: () => void ended.push('train'),
        }),
      ],
    });
    expect(iterations(model)).toBe(3);
    expect(history.epoch).toEqual([0]);
    expect(history.history['val_loss']).toBeUndefined();
    expect(ended).toEqual(['train']);
    await model.fit(a, b, { ...quiet, batchSize: 4, signal: new AbortController().signal });
    expect(iterations(model)).toBe(11);
  });

  it('that has gone off already lets nothing be trained', async () => {
    const model = made();
    const before = model.getWeights().map(String);
    const history = await model.fit(x, y, { ...quiet, signal: AbortSignal.abort() });
    expect(history.epoch).toEqual([]);
    expect(model.getWeights().map(String)).toEqual(before);
  });

  it('may come from a timer between executions', async () => {
    const model = made();
    const history = await model.fit(x, y, { ...quiet, epochs: 1_000_000, signal: AbortSignal.timeout(50) });
    expect(history.epoch.length).toBeLessThan(1_000_000);
  });

  it('must be one', async () => {
    await expect(made().fit(x, y, { signal: {} as never })).rejects.toThrow('fit: signal={}. Expected an AbortSignal');
  });
});

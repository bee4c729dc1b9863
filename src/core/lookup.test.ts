import { describe, expect, it, test } from 'vitest';
import * as keras from '../index.js';
import { Input, layers, Model, ops, tensor } from '../index.js';
import { own, setOwn } from './lookup.js';

/** Names that every plain object inherits. */
const INHERITED = ['constructor', 'toString', 'valueOf', 'hasOwnProperty', '__proto__', '__defineGetter__'];

describe('own', () => {
  it('gives what was put in, and nothing that is inherited', () => {
    const dict: Record<string, unknown> = { a: 1 };
    for (const name of INHERITED) expect(own(dict, name)).toBeUndefined();
    expect(own(dict, 'a')).toBe(1);
    expect(own([5], 0)).toBe(5);
    setOwn(dict, '__proto__', 2);
    expect(own(dict, '__proto__')).toBe(2);
    expect(Object.getPrototypeOf(dict)).toBe(Object.prototype);
  });
});

describe.each(INHERITED)('%s', (name) => {
  const rooms = [
    'activations',
    'constraints',
    'initializers',
    'losses',
    'metrics',
    'optimizers',
    'regularizers',
  ] as const;
  test.each(rooms)('is no id in %s', (room) => {
    expect(() => (keras[room].get as (id: unknown) => unknown)(name)).toThrow(`'${name}'`);
  });

  test('is no class, no function and no registered object in configs', () => {
    const config = { class_name: name, config: {}, module: 'keras.layers', registered_name: name };
    for (const room of [keras.layers, keras.losses, keras.optimizers])
      expect(() => (room.deserialize as (config: unknown) => unknown)(config)).toThrow(`unknown class '${name}'`);
    const dense = { class_name: 'Dense', config: { units: 2, activation: name }, module: 'keras.layers' };
    expect(() => keras.layers.deserialize(dense)).toThrow(`Unknown activation '${name}'`);
    const fn = { class_name: 'function', config: name, module: 'builtins' };
    expect(() => keras.losses.deserialize(fn)).toThrow(`'${name}'`);
    expect(keras.saving.getRegisteredObject(name)).toBeNull();
    expect(own(keras.saving.getCustomObjects(), name)).toBeUndefined();
  });

  test('is refused as the word of an option', () => {
    const words: (() => unknown)[] = [
      () => new layers.Conv1D(1, 2, { padding: name as 'same' }),
      () => new layers.Dense(2, { dtype: name as 'float32' }),
      () => new layers.Bidirectional(new layers.LSTM(1), { mergeMode: name as 'sum' }),
      () => new keras.initializers.VarianceScaling({ mode: name as 'fan_in' }),
      () => new keras.losses.MeanSquaredError({ reduction: name as 'sum' }),
      () => new keras.metrics.AUC({ summationMethod: name as 'minoring' }),
      () => ops.image.resize(ops.ones([2, 2, 1]), [3, 3], { interpolation: name as 'nearest' }),
      () => ops.pad([1], 1, { mode: name as 'edge' }),
      () => ops.quantile([1, 2], 0.5, { method: name as 'lower' }),
      () => ops.cast([1], name as 'int32'),
    ];
    for (const word of words) expect(word, String(word)).toThrow(name);
  });

  test('is missing in a dict of inputs', () => {
    const a = Input({ shape: [1], name: 'a' });
    const b = Input({ shape: [1], name });
    const model = new Model([a, b], ops.add(a, b));
    expect(() => model({ a: tensor([[1]]) })).toThrow(/a/);
    const both = Object.fromEntries([
      ['a', tensor([[1]])],
      [name, tensor([[2]])],
    ]);
    expect(String(model(both as never))).toBe('[[3.]]');
  });

  test('may name outputs and metrics, in losses, targets, logs and histories', async () => {
    const x = Input({ shape: [1] });
    const outputs = Object.fromEntries([
      ['a', new layers.Dense(1, { name: 'a' })(x)],
      [name, new layers.Dense(1)(x)],
    ]) as never;
    const model = new Model(x, outputs);
    const y = Object.fromEntries(['a', name].map((key) => [key, tensor([[1], [2]])]));
    const only = (key: string, value: unknown): never => Object.fromEntries([[key, value]]) as never;
    model.compile({ loss: only('a', 'mse'), metrics: only('a', ['mae']) });
    await model.fit(tensor([[1], [2]]), y, { verbose: 0 });
    model.compile({ loss: only(name, 'mse'), metrics: only(name, [new keras.metrics.Mean({ name })]) });
    await expect(model.fit(tensor([[1], [2]]), only('a', tensor([[1], [2]])), { verbose: 0 })).rejects.toThrow();
    const mean = new keras.metrics.MeanAbsoluteError({ name });
    const single = new Model(x, new layers.Dense(1)(x));
    single.compile({ loss: 'mse', metrics: [mean] });
    const { history } = await single.fit(tensor([[1], [2]]), tensor([[1], [2]]), { epochs: 2, verbose: 0 });
    expect(own(history, name)).toHaveLength(2);
    expect(own(await single.evaluate(tensor([[1]]), tensor([[1]]), { verbose: 0, returnDict: true }), name)).toBeTypeOf(
      'number',
    );
  });
});

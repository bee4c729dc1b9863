import { describe, expect, it, test } from 'vitest';
import type { SerializableClass } from '../core/serialization.js';
import { toCamelCase } from '../core/naming.js';
import { kerasApi, resolveName } from '../testing/keras_api.js';
import * as optimizers from './index.js';
import { LossScaleOptimizer, MultiOptimizer, OptimizerMap, SGD } from './index.js';

const entries = kerasApi().filter((entry) => entry.id.startsWith('optimizers.') || entry.id === 'Optimizer');

/** Arguments for the parameters that Keras requires. */
const required: Readonly<Record<string, () => readonly unknown[]>> = {
  Optimizer: () => [0.5],
  LossScaleOptimizer: () => [new SGD()],
  MultiOptimizer: () => [new OptimizerMap(new SGD())],
  OptimizerMap: () => [new SGD()],
  ExponentialDecay: () => [0.5, 10, 0.5],
  InverseTimeDecay: () => [0.5, 10, 0.5],
  PiecewiseConstantDecay: () => [[1], [0.5, 0.25]],
  PolynomialDecay: () => [0.5, 10],
  CosineDecay: () => [0.5, 10],
  CosineDecayRestarts: () => [0.5, 10],
};

describe('every name of Keras is there, with its defaults', () => {
  test('the catalogue is not empty', () => expect(entries.length).toBeGreaterThan(25));

  it.each(entries.map((entry) => [entry.id, entry] as const))('%s', (id, entry) => {
    const found = resolveName({ optimizers, Optimizer: optimizers.Optimizer }, id);
    expect(found).toBeTypeOf('function');
    const name = id.split('.').at(-1)!;
    if (entry.kind === 'function' || name === 'LearningRateSchedule') return;
    const cls = found as SerializableClass;
    const wanted = entry.params.filter((p) => p.required && !p.star).map((p) => p.name);
    expect(cls.positional ?? []).toEqual(wanted);
    const instance = new cls(...(required[name]?.() ?? [])) as { getConfig(): Record<string, unknown> };
    const config = instance.getConfig();
    for (const { name: parameter, default: value, required: needed, star } of entry.params) {
      if (needed || star || (name === 'OptimizerMap' && parameter === 'optimizer_map')) continue;
      if (parameter === 'name' && value === null)
        expect(config['name']).toBeTypeOf('string'); // made up
      else if (parameter === 'learning_rate') expect(config[parameter]).toBe(Math.fround(value as number));
      else if (parameter === 'exclude_layers') expect(config[parameter]).toEqual([]);
      else if (parameter in config) expect(config[parameter], parameter).toEqual(value);
      else expect((instance as unknown as Record<string, unknown>)[toCamelCase(parameter)], parameter).toEqual(value);
    }
  });

  it('hides the names of old', () => expect('legacy' in optimizers).toBe(false));
  it('exports what wraps others', () => {
    expect(new LossScaleOptimizer(new SGD())).toBeInstanceOf(optimizers.Optimizer);
    expect(new MultiOptimizer(new OptimizerMap(new SGD()))).toBeInstanceOf(optimizers.Optimizer);
  });
});

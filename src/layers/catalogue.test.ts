import { describe, expect, it } from 'vitest';
import { toCamelCase } from '../core/naming.js';
import type { SerializableClass } from '../core/serialization.js';
import { setRandomSeed } from '../random/index.js';
import { kerasApi, resolveName } from '../testing/keras_api.js';
import type { Layer } from './index.js';
import * as layers from './index.js';

/** What Keras has and this room has not yet: attention, recurrence, preprocessing, wrappers, and what needs a Python library. */
const later =
  /^((Jax|Flax|TFSM)Layer|TorchModuleWrapper|CategoryEncoding|Discretization|IntegerLookup|StringLookup|TextVectorization|Normalization)$/;

const named = kerasApi().filter((entry) => /^layers\.\w+$|^(Layer|InputSpec|Input)$/.test(entry.id));
const entries = named.filter((entry) => !later.test(entry.id.split('.').at(-1)!));

/** Arguments for the parameters that Keras requires. */
const required: Readonly<Record<string, unknown>> = {
  activation: 'relu',
  axes: 1,
  cell: new layers.SimpleRNNCell(2, { name: 'cell' }),
  cells: [new layers.LSTMCell(2, { name: 'cell' })],
  dims: [2, 1],
  equation: 'ab,bc->ac',
  filters: 2,
  factor: 1,
  function: (x: unknown) => x,
  height: 4,
  height_factor: 0.2,
  input_dim: 4,
  head_dim: 3,
  kernel_size: 3,
  key_dim: 3,
  layers: [new layers.Rescaling(2, { name: 'inside' })],
  layer: new layers.GRU(2, { name: 'inside' }),
  max_number: 3,
  n: 2,
  num_bins: 4,
  num_heads: 2,
  num_key_value_heads: 2,
  num_query_heads: 4,
  output_dim: 3,
  output_shape: 5,
  output_size: 2,
  pool_size: 2,
  rate: 0.5,
  scale: 2,
  stddev: 0.1,
  target_shape: [2, 3],
  units: 4,
  width: 4,
  width_factor: 0.2,
};

describe('every layer of Keras is there, with its options and defaults', () => {
  it('covers the catalogue', () => {
    expect(entries.length).toBeGreaterThan(85);
  });

  it.each(entries.map((entry) => [entry.id, entry] as const))('%s', (id, entry) => {
    const root = { layers, Layer: layers.Layer, InputSpec: layers.InputSpec, Input: layers.Input };
    const found = resolveName(root, id);
    expect(found).toBeTypeOf('function');
    for (const alias of entry.aliases ?? []) expect(resolveName(root, alias), alias).toBe(found);
    if (entry.kind === 'function' || /^(Layer|InputSpec|InputLayer)$/.test(id.split('.').at(-1)!)) return;
    const cls = found as SerializableClass<Layer>;
    const wanted = entry.params.filter((p) => p.required && !p.star).map((p) => p.name);
    expect(cls.positional ?? []).toEqual(wanted);
    const args = wanted.map((name) => required[name]);
    const given = entry.params.filter((p) => !p.required && !p.star && p.name !== 'name');
    const defaults = Object.fromEntries(given.map((p) => [toCamelCase(p.name), p.default]));
    setRandomSeed(1); // RandomCrop saves the seed that it draws
    const plain = new cls(...args, { name: 'x' });
    setRandomSeed(1);
    const explicit = new cls(...args, { name: 'x', ...defaults });
    expect(explicit.getConfig()).toEqual(plain.getConfig());
  });
});

import { describe, expect, it } from 'vitest';
import { resetNames } from '../../core/naming.js';
import { KerasTensor, tensor } from '../../runtime/index.js';
import { Dense, deserialize, Input, InputLayer, serialize } from '../index.js';

describe('Input', () => {
  it('stands for data of a shape with an open batch, or a fixed one', () => {
    expect(Input({ shape: [28, 28, 1] }).shape).toEqual([null, 28, 28, 1]);
    expect(Input({ shape: [] }).shape).toEqual([null]);
    expect(Input({ shape: [null, 3], batchSize: 8 }).shape).toEqual([8, null, 3]);
    expect(Input({ batchShape: [null, null, 3] }).shape).toEqual([null, null, 3]);
    expect(Input({ batchShape: [4, 3] }).shape).toEqual([4, 3]);
  });
  it('takes dtype, name, sparse and optional', () => {
    resetNames();
    const x = Input({ shape: [3], dtype: 'int32', name: 'ids', sparse: true, optional: true });
    const layer = x.history!.node.operation as InputLayer;
    expect([x.dtype, x.name, x.sparse]).toEqual(['int32', 'ids', true]);
    expect([layer.name, layer.dtype, layer.optional, layer.output]).toEqual(['ids', 'int32', true, x]);
    expect(x.history!.node.isInput).toBe(true);
    expect([Input({ shape: [1] }), Input({ shape: [1] })].map((y) => y.history!.node.operation.name)).toEqual([
      'input_layer',
      'input_layer_1',
    ]);
  });
  it('wraps a symbolic tensor, which becomes the input', () => {
    const x = new KerasTensor([null, 4], { dtype: 'float16' });
    const input = Input({ tensor: x, name: 'wrapped' });
    expect(input).toBe(x);
    expect(x.history!.node.operation.name).toBe('wrapped');
    expect(() => Input({ tensor: x, shape: [5], name: 'it' })).toThrow(
      "InputLayer 'it': shape=[5] contradicts the tensor to wrap, which is float16(None, 4).",
    );
    expect(() => Input({ tensor: x, dtype: 'float32' })).toThrow('dtype="float32" contradicts');
    expect(() => Input({ tensor: x, batchSize: 2 })).toThrow('batchSize=2 contradicts');
  });
  it('wraps a tensor with numbers, which the layer keeps', () => {
    const data = tensor([[1, 2]], [1, 2], 'float32');
    const x = Input({ tensor: data });
    expect([x.shape, x.dtype]).toEqual([[1, 2], 'float32']);
    expect((x.history!.node.operation as InputLayer).fedBy).toBe(data);
  });
  it('is drawn on', () => {
    const y = new Dense(2)(Input({ shape: [3] }));
    expect(y.shape).toEqual([null, 2]);
  });
  it.each<[string, object, string]>([
    ['no shape', {}, "InputLayer 'it': a shape is needed, as in Input({ shape: [28, 28, 1] })."],
    ['a shape that is no list', { shape: 3 }, "InputLayer 'it': shape=3. Expected a list of numbers or null"],
    ['a negative size', { shape: [-1] }, 'a size is -1 in shape (None, -1)'],
    ['two shapes', { shape: [1], batchShape: [1, 1] }, 'shape and batchShape cannot both be given'],
    ['two batch sizes', { batchSize: 1, batchShape: [1, 1] }, 'batchSize and batchShape cannot both be given'],
    ['ragged data', { shape: [1], ragged: true }, 'ragged=true is not supported'],
    ['an unknown dtype', { shape: [1], dtype: 'float31' }, 'float31'],
    ['an option that does not exist', { shap: [1] }, "InputLayer has no option 'shap'. Did you mean 'shape', "],
    [
      'something else than a tensor',
      { tensor: [1, 2] },
      'the tensor to wrap is a list of 2. Expected a KerasTensor or a Tensor.',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => Input({ name: 'it', ...options })).toThrow(message);
  });
  it('is written and read as Keras does', () => {
    const config = {
      module: 'keras.layers',
      class_name: 'InputLayer',
      config: {
        batch_shape: [null, 3],
        dtype: 'float32',
        sparse: false,
        ragged: false,
        name: 'x',
        optional: false,
      },
      registered_name: null,
    };
    expect(serialize(new InputLayer({ shape: [3], name: 'x' }))).toEqual(config);
    expect(serialize(deserialize(config))).toEqual(config);
  });
});

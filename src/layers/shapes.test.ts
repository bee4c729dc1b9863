import { describe, expect, it } from 'vitest';
import type { PartialShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import { KerasTensor } from '../runtime/index.js';
import * as L from './index.js';

/** A layer, the shape of an input, and the output's for an input whose axes 1 and 2 are open. */
type Row = readonly [string, () => L.Layer, readonly number[], PartialShape];
const first = { dataFormat: 'channels_first' } as const;

const rows: readonly Row[] = [
  ['Dense', () => new L.Dense(4), [2, 3, 5, 6], [null, null, null, 4]],
  ['Conv2D, valid', () => new L.Conv2D(4, 3), [2, 9, 8, 3], [null, null, null, 4]],
  [
    'Conv2D, a stride larger than what tells sizes apart',
    () => new L.Conv2D(4, 3, { strides: 20 }),
    [2, 90, 50, 3],
    [null, null, null, 4],
  ],
  ['Conv2D, a window larger than any guess', () => new L.Conv2D(4, [101, 1]), [2, 101, 5, 3], [null, null, null, 4]],
  ['Conv1D, causal', () => new L.Conv1D(4, 3, { padding: 'causal', strides: 2 }), [2, 9, 3], [null, null, 4]],
  [
    'Conv2DTranspose',
    () => new L.Conv2DTranspose(4, 3, { strides: 2, outputPadding: 1 }),
    [2, 4, 5, 3],
    [null, null, null, 4],
  ],
  [
    'Conv2DTranspose, same',
    () => new L.Conv2DTranspose(4, 5, { strides: [3, 2], padding: 'same' }),
    [2, 4, 5, 3],
    [null, null, null, 4],
  ],
  [
    'Conv2DTranspose, a small window',
    () => new L.Conv2DTranspose(4, 2, { strides: 3 }),
    [2, 4, 5, 3],
    [null, null, null, 4],
  ],
  ['SeparableConv2D', () => new L.SeparableConv2D(4, 3, { dilationRate: 2 }), [2, 9, 8, 3], [null, null, null, 4]],
  [
    'DepthwiseConv2D',
    () => new L.DepthwiseConv2D(3, { depthMultiplier: 2, padding: 'same' }),
    [2, 9, 8, 3],
    [null, null, null, 6],
  ],
  ['MaxPooling2D', () => new L.MaxPooling2D(3, { strides: 2 }), [2, 9, 8, 3], [null, null, null, 3]],
  ['AveragePooling2D, same', () => new L.AveragePooling2D(3, { padding: 'same' }), [2, 9, 8, 3], [null, null, null, 3]],
  ['GlobalMaxPooling2D', () => new L.GlobalMaxPooling2D(), [2, 9, 8, 3], [null, 3]],
  [
    'GlobalAveragePooling2D, kept axes',
    () => new L.GlobalAveragePooling2D({ keepdims: true }),
    [2, 9, 8, 3],
    [null, 1, 1, 3],
  ],
  ['AdaptiveAveragePooling2D', () => new L.AdaptiveAveragePooling2D([2, 3]), [2, 9, 8, 3], [null, 2, 3, 3]],
  ['Flatten', () => new L.Flatten(), [2, 3, 4, 5], [null, null]],
  ['Reshape', () => new L.Reshape([-1, 2]), [2, 3, 4], [null, null, 2]],
  ['Permute', () => new L.Permute([3, 1, 2]), [2, 3, 4, 5], [null, 5, null, null]],
  ['ZeroPadding2D', () => new L.ZeroPadding2D([1, 2]), [2, 3, 4, 5], [null, null, null, 5]],
  ['Cropping2D', () => new L.Cropping2D(1), [2, 3, 4, 5], [null, null, null, 5]],
  ['UpSampling2D', () => new L.UpSampling2D([2, 3]), [2, 3, 4, 5], [null, null, null, 5]],
  ['UpSampling1D', () => new L.UpSampling1D(3), [2, 3, 4], [null, null, null]],
  ['Softmax', () => new L.Softmax(), [2, 3, 4], [null, null, null]],
  ['BatchNormalization', () => new L.BatchNormalization(), [2, 3, 4, 5], [null, null, null, 5]],
  ['UnitNormalization', () => new L.UnitNormalization({ axis: 1 }), [2, 3, 4], [null, null, null]],
  ['Identity', () => new L.Identity(), [2, 3, 4], [null, null, null]],
];

describe('output shapes', () => {
  it.each(rows)('of %s', (_, make, shape, expected) => {
    const layer = make();
    const { shape: actual } = layer(ops.ones(shape));
    expect(layer.computeOutputShape(shape)).toEqual(actual);
    expect(layer(new KerasTensor([null, ...shape.slice(1)])).shape).toEqual([null, ...actual.slice(1)]);
    const open = shape.map((dim, i) => (i < 3 ? null : dim));
    if (!layer.weights.length || shape.length > 3) {
      expect(layer.computeOutputShape(open)).toEqual(expected);
      expect(layer(new KerasTensor(open)).shape).toEqual(expected);
    }
  });

  it('have the channels first where the layer is told so', () => {
    const open = new KerasTensor([null, 3, null, 8]);
    expect(new L.Conv2D(4, 3, first)(open).shape).toEqual([null, 4, null, 6]);
    expect(new L.Conv2DTranspose(4, 2, { ...first, strides: 2 })(open).shape).toEqual([null, 4, null, 16]);
    expect(new L.DepthwiseConv2D(3, first)(open).shape).toEqual([null, 3, null, 6]);
    expect(new L.MaxPooling2D(2, first)(open).shape).toEqual([null, 3, null, 4]);
    expect(new L.GlobalAveragePooling2D(first)(open).shape).toEqual([null, 3]);
    expect(new L.AdaptiveMaxPooling2D(2, first)(open).shape).toEqual([null, 3, 2, 2]);
    expect(new L.ZeroPadding2D(1, first)(open).shape).toEqual([null, 3, null, 10]);
    expect(new L.Cropping2D(1, first)(open).shape).toEqual([null, 3, null, 6]);
    expect(new L.UpSampling2D(2, first)(open).shape).toEqual([null, 3, null, 16]);
  });

  it('of merged tensors with open sizes', () => {
    const x = (...shape: (number | null)[]): KerasTensor => new KerasTensor(shape);
    expect(new L.Add()([x(null, null, 3), x(null, 5, 3)]).shape).toEqual([null, null, 3]);
    expect(new L.Add()([x(null, 3), x(2, 4, 3)]).shape).toEqual([2, 4, 3]);
    expect(new L.Add()([x(null, 1, 3), x(null, 4, 1)]).shape).toEqual([null, 4, 3]);
    expect(new L.Concatenate({ axis: 1 })([x(null, null, 3), x(null, 5, 3)]).shape).toEqual([null, null, 3]);
    expect(new L.Concatenate()([x(null, null, 3), x(null, 5, 4)]).shape).toEqual([null, 5, 7]);
    expect(new L.Dot([2, 1])([x(null, null, 3), x(null, 3, 6)]).shape).toEqual([null, null, 6]);
    expect(new L.Dot(1)([x(null, 3), x(null, 3)]).shape).toEqual([null, 1]);
  });
});

describe('function forms of merging', () => {
  const [a, b] = [ops.convertToTensor([[1, 5]]), ops.convertToTensor([[3, 2]])];
  it.each<[string, () => unknown, unknown]>([
    ['add', () => L.add([a, b]).arraySync(), [[4, 7]]],
    ['subtract', () => L.subtract([a, b]).arraySync(), [[-2, 3]]],
    ['multiply', () => L.multiply([a, b]).arraySync(), [[3, 10]]],
    ['average', () => L.average([a, b]).arraySync(), [[2, 3.5]]],
    ['maximum', () => L.maximum([a, b]).arraySync(), [[3, 5]]],
    ['minimum', () => L.minimum([a, b]).arraySync(), [[1, 2]]],
    [
      'concatenate',
      () => L.concatenate([a, b], { axis: 0 }).arraySync(),
      [
        [1, 5],
        [3, 2],
      ],
    ],
    ['dot', () => L.dot([a, b], { axes: 1 }).arraySync(), [[13]]],
  ])('%s', (_, compute, expected) => expect(compute()).toEqual(expected));

  it('draw on symbolic tensors, with a name', () => {
    const x = L.Input({ shape: [3] });
    const sum = L.add([x, x], { name: 'sum' });
    expect(sum.shape).toEqual([null, 3]);
    expect(sum.history!.node.operation.name).toBe('sum');
  });
});

describe('options by position', () => {
  it('are taken where people give them so', () => {
    expect(new L.MaxPooling2D([2, 3]).poolSize).toEqual([2, 3]);
    expect(new L.MaxPooling2D(2, { strides: 1 }).strides).toEqual([1, 1]);
    expect(new L.MaxPooling2D({ poolSize: 3, padding: 'same' }).poolSize).toEqual([3, 3]);
    expect(new L.AveragePooling1D({ poolSize: 3 }).poolSize).toEqual([3]);
    expect(new L.UpSampling2D(3).size).toEqual([3, 3]);
    expect(
      new L.ZeroPadding2D([
        [1, 2],
        [3, 4],
      ]).padding,
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(new L.ZeroPadding1D([1, 2]).padding).toEqual([1, 2]);
    expect(new L.Cropping3D([1, 2, 3]).cropping).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import type { PartialShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import { KerasTensor } from '../runtime/index.js';
import { tensor } from '../runtime/index.js';
import * as L from './index.js';

const symbol = (...shape: (number | null)[]): KerasTensor => new KerasTensor(shape);
const named = { name: 'it' };
/** Options that the types refuse, as a JavaScript user may give them. */
const wrong = (options: object): never => ({ ...named, ...options }) as never;

describe('constructors refuse', () => {
  it.each<[string, () => unknown, string]>([
    ['negative units', () => new L.Dense(-1, named), "Dense 'it': units=-1. Expected a positive whole number."],
    ['units that are no number', () => new L.Dense('4' as never, named), `Dense 'it': units="4". Expected a positive`],
    ['missing units', () => new (L.Dense as never as new () => unknown)(), 'units=undefined. Expected a positive'],
    [
      'an option that does not exist',
      () => new L.Conv2D(2, 3, wrong({ kernalSize: 3 })),
      "Conv2D has no option 'kernalSize'. Did you mean 'kernelSize'",
    ],
    [
      'an option in snake_case',
      () => new L.Dense(2, wrong({ use_bias: false })),
      "Dense has no option 'use_bias'. Did you mean 'useBias'",
    ],
    [
      'a wrong option of a base class',
      () => new L.Dropout(0.5, wrong({ trainible: true })),
      "Did you mean 'trainable'",
    ],
    [
      'an unknown activation',
      () => new L.Dense(2, wrong({ activation: 'relo' })),
      "Unknown activation 'relo'. Did you mean 'relu'",
    ],
    [
      'an unknown initializer',
      () => new L.Dense(2, wrong({ kernelInitializer: 'glorot' })),
      "Unknown initializer 'glorot'",
    ],
    ['an unknown regularizer', () => new L.Dense(2, wrong({ kernelRegularizer: 'l3' })), "Unknown regularizer 'l3'"],
    [
      'an unknown dtype',
      () => new L.Dense(2, wrong({ dtype: 'float31' })),
      `unknown policy or dtype "float31". Did you mean 'float`,
    ],
    [
      'an option that comes later',
      () => new L.Dense(2, wrong({ loraRank: 4 })),
      "Dense 'it': the option loraRank is not supported yet",
    ],
    ['no filters', () => new L.Conv2D(0, 3, named), "Conv2D 'it': filters=0. Expected a positive whole number."],
    [
      'a kernel of two sizes in 3D',
      () => new L.Conv3D(2, [3, 3], named),
      "Conv3D 'it': kernelSize=[3,3]. Expected a positive whole number, or a list of 3 of them.",
    ],
    [
      'a kernel of size 0',
      () => new L.Conv1D(2, 0, named),
      "Conv1D 'it': kernelSize=0. Expected a positive whole number.",
    ],
    [
      'half a stride',
      () => new L.Conv2D(2, 3, wrong({ strides: 0.5 })),
      "Conv2D 'it': strides=0.5. Expected a positive",
    ],
    [
      'strides with dilation',
      () => new L.Conv2D(2, 3, { ...named, strides: 2, dilationRate: [1, 2] }),
      "Conv2D 'it': strides=[2,2] with dilationRate=[1,2]. Strides above 1 cannot be combined with dilation rates above 1.",
    ],
    [
      'strides with dilation of a transposed convolution',
      () => new L.Conv2DTranspose(2, 3, { ...named, strides: 2, dilationRate: 2 }),
      'Strides above 1 cannot be combined',
    ],
    [
      'an unknown padding',
      () => new L.Conv2D(2, 3, wrong({ padding: 'some' })),
      `Conv2D 'it': padding="some". Expected 'valid' or 'same'.`,
    ],
    [
      'causal padding in 2D',
      () => new L.Conv2D(2, 3, wrong({ padding: 'causal' })),
      `padding="causal". Expected 'valid' or 'same'.`,
    ],
    [
      'an unknown data format',
      () => new L.Conv2D(2, 3, wrong({ dataFormat: 'last' })),
      "Conv2D 'it': unknown data format 'last'. Expected 'channels_first' or 'channels_last'.",
    ],
    [
      'groups that do not divide the filters',
      () => new L.Conv2D(3, 3, { ...named, groups: 2 }),
      "Conv2D 'it': groups=2 does not divide the 3 filters.",
    ],
    [
      'an output padding as large as the stride',
      () => new L.Conv2DTranspose(2, 3, { ...named, strides: 2, outputPadding: [0, 2] }),
      "Conv2DTranspose 'it': outputPadding=[0,2] with strides=[2,2]. Each must be less than its stride.",
    ],
    ['a depth multiplier of 0', () => new L.DepthwiseConv2D(3, { ...named, depthMultiplier: 0 }), 'depthMultiplier=0'],
    ['a pool of size 0', () => new L.MaxPooling2D(0, named), "MaxPooling2D 'it': poolSize=0"],
    ['a missing pool size', () => new (L.AveragePooling2D as never as new () => unknown)(), 'poolSize=undefined'],
    [
      'an output size of the wrong length',
      () => new L.AdaptiveMaxPooling1D([1, 2], named),
      'outputSize=[1,2]. Expected a positive whole number.',
    ],
    [
      'a negative padding',
      () => new L.ZeroPadding2D({ ...named, padding: -1 }),
      "ZeroPadding2D 'it': padding=-1. Expected a whole number from 0, a list of 2 of them, or a list of 2 pairs [before, after].",
    ],
    [
      'a cropping of three sides',
      () => new L.Cropping2D({ ...named, cropping: [1, 2, 3] }),
      'cropping=[1,2,3]. Expected a whole number from 0',
    ],
    [
      'a padding of three steps',
      () => new L.ZeroPadding1D({ ...named, padding: [1, 2, 3] }),
      'padding=[1,2,3]. Expected a whole number from 0, or [before, after].',
    ],
    [
      'a shape with two open sizes',
      () => new L.Reshape([-1, -1], named),
      "Reshape 'it': targetShape=[-1,-1]. Expected a list of whole numbers, of which one may be -1.",
    ],
    ['a shape that is no list', () => new L.Reshape(4 as never, named), 'targetShape=4'],
    [
      'dims that are no permutation',
      () => new L.Permute([1, 3], named),
      "Permute 'it': dims=[1,3]. Expected the numbers from 1 in some order",
    ],
    ['a fractional repetition', () => new L.RepeatVector(1.5, named), "RepeatVector 'it': n=1.5"],
    [
      'an unknown interpolation',
      () => new L.UpSampling2D(wrong({ interpolation: 'cubic' })),
      `interpolation="cubic". Expected 'nearest', 'bilinear', 'bicubic', 'lanczos3' or 'lanczos5'.`,
    ],
    ['a rate above 1', () => new L.Dropout(1.5, named), "Dropout 'it': rate=1.5. Expected a number between 0 and 1."],
    ['a negative deviation', () => new L.GaussianNoise(-1, named), "GaussianNoise 'it': stddev=-1"],
    [
      'a noise shape of zeros',
      () => new L.Dropout(0.5, { ...named, noiseShape: [0, 1] }),
      "Dropout 'it': noiseShape=[0,1]. Expected a list of positive whole numbers",
    ],
    ['a seed that is none', () => new L.Dropout(0.5, { ...named, seed: 1.5 }), 'seed=1.5. Expected a whole number.'],
    [
      'a negative slope',
      () => new L.LeakyReLU({ ...named, negativeSlope: -1 }),
      "LeakyReLU 'it': negativeSlope=-1. Expected a number from 0.",
    ],
    ['a negative bound', () => new L.ReLU({ ...named, maxValue: -1 }), "ReLU 'it': maxValue=-1"],
    [
      'an axis that is no number',
      () => new L.LayerNormalization(wrong({ axis: 'last' })),
      `LayerNormalization 'it': axis='last'. Expected a whole number, a list of whole numbers or null.`,
    ],
    [
      'several axes of a batch',
      () => new L.BatchNormalization(wrong({ axis: [1, 2] })),
      "BatchNormalization 'it': axis=[1,2]. Expected one whole number.",
    ],
    ['no groups', () => new L.GroupNormalization({ ...named, groups: 0 }), "GroupNormalization 'it': groups=0"],
    [
      'three axes of a dot',
      () => new L.Dot([1, 2, 3], named),
      "Dot 'it': axes=[1,2,3]. Expected a whole number, or a list of two.",
    ],
    [
      'an equation that cannot be read',
      () => new L.EinsumDense('ab,bc', 3, named).build([null, 2]),
      "EinsumDense 'it': equation='ab,bc'. Expected the form",
    ],
    [
      'a Lambda without a function',
      () => new L.Lambda('relu' as never, named),
      `Lambda 'it': the function is "relu". Expected a function of tensors.`,
    ],
    ['an embedding of nothing', () => new L.Embedding(0, 2, named), "Embedding 'it': inputDim=0"],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('builds and calls refuse', () => {
  it.each<[string, L.Layer, PartialShape | PartialShape[], string]>([
    [
      'one axis too few',
      new L.Dense(2, named),
      [null],
      "Input 0 of layer 'it' is incompatible with the layer: expected min_ndim=2, found ndim=1. Full shape received: (None,)",
    ],
    [
      'features of open size',
      new L.Dense(2, named),
      [null, null],
      "Dense 'it': the input has shape (None, None), in which axis -1, by which the weights are made, is open. Give it a size.",
    ],
    [
      'an image without channels',
      new L.Conv2D(2, 3, named),
      [null, 28, 28],
      'expected min_ndim=4, found ndim=3. Full shape received: (None, 28, 28)',
    ],
    [
      'a video for an image',
      new L.Conv2D(2, 3, named),
      [null, 4, 28, 28, 1],
      "Conv2D 'it': the input has shape (None, 4, 28, 28, 1). Expected 4 dimensions: batch, 2 of space, and channels.",
    ],
    [
      'open channels',
      new L.Conv2D(2, 3, named),
      [null, 8, 8, null],
      "Conv2D 'it': the input has shape (None, 8, 8, None), in which axis -1",
    ],
    [
      'an image smaller than the window',
      new L.Conv2D(2, 3, named),
      [null, 2, 8, 1],
      "Conv2D 'it': an input of shape (None, 2, 8, 1) is smaller than the window, which reaches over 3 in spatial dimension 0",
    ],
    [
      'groups that do not divide the channels',
      new L.Conv2D(4, 1, { ...named, groups: 2 }),
      [null, 4, 4, 3],
      "Conv2D 'it': groups=2 does not divide the 3 input channels (input shape (None, 4, 4, 3)). Choose a divisor of 3",
    ],
    [
      'a pool larger than the input',
      new L.MaxPooling2D(5, named),
      [null, 4, 8, 1],
      "MaxPooling2D 'it': an input of shape (None, 4, 8, 1) is smaller than the window, which reaches over 5",
    ],
    ['a flat input of a pool', new L.MaxPooling1D(2, named), [null, 4], 'expected ndim=3, found ndim=2'],
    [
      'too much cropped',
      new L.Cropping1D([2, 2], named),
      [null, 4, 1],
      "Cropping1D 'it': cropping=[[2,2]] leaves nothing of an input of shape (None, 4, 1)",
    ],
    [
      'a shape that is not filled',
      new L.Reshape([3, 5], named),
      [null, 16],
      "Reshape 'it': a sample of shape (16,) holds 16 numbers, which do not fill targetShape=(3, 5).",
    ],
    [
      'an open size that does not come out even',
      new L.Reshape([3, -1], named),
      [null, 16],
      'do not fill targetShape=(3, -1)',
    ],
    ['too few axes to permute', new L.Permute([2, 1], named), [null, 4], 'expected ndim=3, found ndim=2'],
    [
      'an axis that is not there',
      new L.BatchNormalization({ ...named, axis: 2 }),
      [null, 4],
      "BatchNormalization 'it': axis 2 is out of range for a tensor of 2 dimensions.",
    ],
    [
      'groups of channels that do not come out even',
      new L.GroupNormalization({ ...named, groups: 3 }),
      [null, 4],
      "GroupNormalization 'it': groups=3 does not divide the 4 input channels",
    ],
    [
      'one tensor to add',
      new L.Add(named),
      [null, 4],
      "Add 'it': the input is one tensor. Expected a list of tensors, as in layer([a, b]).",
    ],
    [
      'shapes that do not broadcast',
      new L.Add(named),
      [
        [null, 4],
        [null, 5],
      ],
      "Add 'it': inputs of shapes (None, 4), (None, 5) cannot be broadcast together.",
    ],
    [
      'batches of different sizes',
      new L.Multiply(named),
      [
        [2, 4],
        [3, 4],
      ],
      "Multiply 'it': inputs of different batch sizes cannot be merged. Got shapes (2, 4), (3, 4).",
    ],
    [
      'three tensors to subtract',
      new L.Subtract(named),
      [
        [null, 4],
        [null, 4],
        [null, 4],
      ],
      "Subtract 'it': got 3 inputs. Expected two",
    ],
    [
      'sizes that differ',
      new L.Concatenate({ ...named, axis: 1 }),
      [
        [null, 4, 2],
        [null, 4, 3],
      ],
      "Concatenate 'it': inputs of shapes (None, 4, 2), (None, 4, 3) differ elsewhere than along axis 1",
    ],
    [
      'ranks that differ',
      new L.Concatenate(named),
      [
        [null, 4],
        [null, 4, 3],
      ],
      "Concatenate 'it': inputs of shapes",
    ],
    [
      'axes of different sizes',
      new L.Dot(1, named),
      [
        [null, 4],
        [null, 5],
      ],
      "Dot 'it': inputs of shapes (None, 4) and (None, 5) with axes=1: the sizes 4 (axis 1) and 5 (axis 1) differ.",
    ],
    [
      'a dot over the batch',
      new L.Dot(0, named),
      [
        [4, 4],
        [4, 4],
      ],
      "Dot 'it': axes=0 names the batch, axis 0. Choose another axis.",
    ],
    [
      'an equation for another rank',
      new L.EinsumDense('abc,cd->abd', [2, 3], named),
      [null, 4],
      "EinsumDense 'it': equation='abc,cd->abd' speaks of 3 axes, the input has shape (None, 4).",
    ],
  ])('%s', (_, layer, shape, message) => {
    const isList = Array.isArray(shape[0]);
    const inputs = isList ? (shape as PartialShape[]).map((s) => symbol(...s)) : symbol(...(shape as PartialShape));
    expect(() => layer(inputs)).toThrow(message);
    if (!isList && !(shape as PartialShape).slice(1).includes(null)) {
      const sizes = (shape as PartialShape).map((dim) => dim ?? 2);
      const message2 = message.replaceAll('(None', '(2');
      expect(() => layer(ops.zeros(sizes))).toThrow(message2);
    }
  });

  it('other channels than at the first call', () => {
    const conv = new L.Conv2D(2, 3, named);
    conv(symbol(null, 8, 8, 3));
    expect(() => conv(symbol(null, 8, 8, 1))).toThrow(
      "Input 0 of layer 'it' is incompatible with the layer: expected axis -1 of input shape to have value 3, but received input with shape (None, 8, 8, 1)",
    );
    const first = new L.Conv2D(2, 3, { ...named, dataFormat: 'channels_first' });
    first(symbol(null, 3, 8, 8));
    expect(() => first(symbol(null, 4, 8, 8))).toThrow('expected axis 1 of input shape to have value 3');
  });

  it('masks that do not fit', () => {
    const x = ops.ones([2, 3, 4]);
    expect(() => new L.Softmax(named)(x, { mask: tensor([true, false]) })).toThrow(
      "Softmax 'it': a mask of shape (2,) does not broadcast to inputs of shape (2, 3, 4).",
    );
    expect(() => new L.BatchNormalization(named)(x, { mask: tensor([true, false, true]) })).toThrow(
      "BatchNormalization 'it': a mask of shape (3,) for inputs of shape (2, 3, 4). Expected one dimension less.",
    );
  });
});

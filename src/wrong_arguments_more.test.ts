/**
 * @file Functions of which no calls are recorded (losses, metrics, control flow, random numbers, utils, trees), and objects that are called
 * (initializers, constraints, regularizers, schedules, losses), called with wrong kinds of arguments and bad numbers.
 */
import { describe, expect, test, vi } from 'vitest';
import { signatureOf } from './core/arguments.js';
import * as keras from './index.js';
import { answerOf, BAD_NUMBERS, complaint, KINDS, wrongCalls } from './testing/wrong_arguments.js';

type AnyFunction = (...args: unknown[]) => unknown;
type AnyClass = new (...args: unknown[]) => AnyFunction;
const { tensor } = keras;

const x = tensor([[1, 2], [3, 4]], { dtype: 'float32' }); // prettier-ignore
const ids = tensor([0, 1], { dtype: 'int32' });
const images = keras.ops.ones([2, 4, 4, 1]);
const chances = tensor([[0.2, 0.8], [0.6, 0.4]]); // prettier-ignore

/** Functions of a room that take targets and predictions. */
function ofPairs(room: object): [string, AnyFunction, unknown[]][] {
  return Object.entries(room).flatMap(([name, fn]): [string, AnyFunction, unknown[]][] => {
    if (typeof fn !== 'function' || !/^[a-z]/.test(name) || /^(get|serialize|deserialize)$/.test(name)) return [];
    if (name === 'ctc') return [[name, fn as AnyFunction, [tensor([[1, 1]]), keras.ops.ones([1, 4, 3])]]];
    if (name === 'categoricalGeneralizedCrossEntropy') return [[name, fn as AnyFunction, [ids, chances, 0.5]]];
    if (name === 'circle') return [[name, fn as AnyFunction, [ids, x]]];
    return [[name, fn as AnyFunction, [/^sparse/.test(name) ? ids : chances, chances]]];
  });
}

const run = (fn: unknown): AnyFunction => fn as AnyFunction;
const { ops, random, tree, utils, initializers, constraints, regularizers } = keras;
const { schedules } = keras.optimizers;

/** Calls that are right. */
const calls: [string, AnyFunction, unknown[]][] = [
  ...ofPairs(keras.losses),
  ...ofPairs(keras.metrics),
  ['cond', run(ops.cond), [true, () => x, () => x]],
  [
    'whileLoop',
    run(ops.whileLoop),
    [(i: keras.Tensor) => ops.less(i, 2), (i: keras.Tensor) => [ops.add(i, 1)], [0], { maximumIterations: 3 }],
  ],
  ['foriLoop', run(ops.foriLoop), [0, 2, (_: unknown, s: unknown) => s, x]],
  ['scan', run(ops.scan), [(c: unknown, s: unknown) => [c, s], x, { xs: x }]],
  ['map', run(ops.map), [(s: unknown) => s, x]],
  ['vectorizedMap', run(ops.vectorizedMap), [(s: keras.Tensor) => ops.sum(s), x]],
  ['switch', run(ops.switch), [0, [() => x, () => x]]],
  ['associativeScan', run(ops.associativeScan), [(a: keras.Tensor, b: keras.Tensor) => ops.add(a, b), x]],
  ['stopGradient', run(ops.stopGradient), [x]],
  ['unstack', run(ops.unstack), [x]],
  ['scatter', run(ops.scatter), [[[0], [1]], [1, 2], [3]]],
  ['scatterUpdate', run(ops.scatterUpdate), [x, [[0, 1]], [5]]],
  ['slice', run(ops.slice), [x, [0, 0], [1, 1]]],
  ['sliceUpdate', run(ops.sliceUpdate), [x, [0, 0], [[1]]]],
  ['shape', run(ops.shape), [x]],
  ['cast', run(ops.cast), [x, 'int32']],
  ['convertToTensor', run(ops.convertToTensor), [[1, 2]]],
  ['resize', run(ops.image.resize), [images, [2, 2]]],
  ['padImages', run(ops.image.padImages), [images, { topPadding: 1, leftPadding: 1, targetHeight: 6, targetWidth: 6 }]],
  ['psnr', run(ops.psnr), [images, images, 1]],
  ['normal', run(random.normal), [[2]]],
  ['truncatedNormal', run(random.truncatedNormal), [[2]]],
  ['uniform', run(random.uniform), [[2]]],
  ['randint', run(random.randint), [[2], 0, 3]],
  ['categorical', run(random.categorical), [chances, 2]],
  ['dropout', run(random.dropout), [x, 0.5]],
  ['shuffle', run(random.shuffle), [x]],
  ['flatten', run(tree.flatten), [[1, { a: 2 }]]],
  ['flattenWithPath', run(tree.flattenWithPath), [[1, { a: 2 }]]],
  ['mapStructure', run(tree.mapStructure), [(n: number) => n, [1, 2]]],
  ['mapStructureUpTo', run(tree.mapStructureUpTo), [[1], (n: number) => n, [1]]],
  ['mapShapeStructure', run(tree.mapShapeStructure), [(s: unknown) => s, [[1, 2]]]],
  ['traverse', run(tree.traverse), [() => null, [1]]],
  [
    'packSequenceAs',
    run(tree.packSequenceAs),
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['assertSameStructure', run(tree.assertSameStructure), [[1], [2]]],
  ['isNested', run(tree.isNested), [[1]]],
  ['toCategorical', run(utils.toCategorical), [[0, 2]]],
  ['normalize', run(utils.normalize), [[[3, 4]]]],
  ['padSequences', run(utils.padSequences), [[[1], [2, 3]]]],
  ['splitDataset', run(utils.splitDataset), [[1, 2, 3, 4], { leftSize: 0.5 }]],
  ['timeseriesDatasetFromArray', run(utils.timeseriesDatasetFromArray), [[1, 2, 3, 4], null, 2]],
  ['arrayToImg', run(utils.arrayToImg), [images.at(0)]],
  ['imgToArray', run(utils.imgToArray), [utils.arrayToImg(images.at(0))]],
  ['packXYSampleWeight', run(utils.packXYSampleWeight), [x, { y: x }]],
  ['unpackXYSampleWeight', run(utils.unpackXYSampleWeight), [[x, x]]],
  ['setRandomSeed', run(utils.setRandomSeed), [1]],
  ['setEpsilon', run(keras.config.setEpsilon), [1e-7]],
  ['setFloatx', run(keras.config.setFloatx), ['float32']],
  ['setImageDataFormat', run(keras.config.setImageDataFormat), ['channels_last']],
  ['setDtypePolicy', run(keras.config.setDtypePolicy), ['float32']],
  ['setMaxEpochs', run(keras.config.setMaxEpochs), [null]],
  ['getUid', run(keras.backend.getUid), ['a']],
  ['standardizeDtype', run(keras.backend.standardizeDtype), ['float32']],
  ['resultType', run(keras.backend.resultType), ['float32', 'int32']],
  ['serializeKerasObject', run(keras.saving.serializeKerasObject), [[1]]],
  ['deserializeKerasObject', run(keras.saving.deserializeKerasObject), [[1]]],
  ['modelFromJson', run(keras.models.modelFromJson), [new keras.Sequential([new keras.layers.Dense(1)]).toJson()]],
  ['cloneModel', run(keras.models.cloneModel), [new keras.Sequential([new keras.layers.Dense(1)])]],
];

/** Objects that are called: what makes them, and a right call. */
const made: [string, () => AnyFunction, unknown[]][] = [
  ...['Zeros', 'Ones', 'Constant', 'RandomNormal', 'RandomUniform', 'TruncatedNormal', 'GlorotUniform', 'HeNormal', 'LecunNormal', 'Orthogonal', 'Identity', 'VarianceScaling'].map(
    (name): [string, () => AnyFunction, unknown[]] => [name, () => new (initializers as unknown as Record<string, AnyClass>)[name](), [[3, 2]]],
  ),
  ['MaxNorm', () => run(new constraints.MaxNorm()), [x]],
  ['MinMaxNorm', () => run(new constraints.MinMaxNorm()), [x]],
  ['NonNeg', () => run(new constraints.NonNeg()), [x]],
  ['UnitNorm', () => run(new constraints.UnitNorm()), [x]],
  ['L1', () => run(new regularizers.L1()), [x]],
  ['L2', () => run(new regularizers.L2()), [x]],
  ['L1L2', () => run(new regularizers.L1L2()), [x]],
  ['OrthogonalRegularizer', () => run(new regularizers.OrthogonalRegularizer()), [x]],
  ['ExponentialDecay', () => run(new schedules.ExponentialDecay(0.1, 10, 0.9)), [1]],
  ['PiecewiseConstantDecay', () => run(new schedules.PiecewiseConstantDecay([1], [1, 0.1])), [1]],
  ['PolynomialDecay', () => run(new schedules.PolynomialDecay(0.1, 10)), [1]],
  ['CosineDecay', () => run(new schedules.CosineDecay(0.1, 10)), [1]],
  ['CosineDecayRestarts', () => run(new schedules.CosineDecayRestarts(0.1, 10)), [1]],
  ['InverseTimeDecay', () => run(new schedules.InverseTimeDecay(0.1, 10, 0.5)), [1]],
  ['Huber', () => run(new keras.losses.Huber()), [x, x]],
  ['MeanSquaredError', () => run(new keras.losses.MeanSquaredError()), [x, x]],
  ['SparseCategoricalCrossentropy', () => run(new keras.losses.SparseCategoricalCrossentropy()), [ids, chances]],
  ['Mean', () => run(new keras.metrics.Mean()), [[1, 2]]],
  ['AUC', () => run(new keras.metrics.AUC()), [[0, 1], [0.5, 0.7]]],
  ['Dense', () => run(new keras.layers.Dense(1)), [x]],
  ['Dropout', () => run(new keras.layers.Dropout(0.5)), [x]],
  ['Conv2D', () => run(new keras.layers.Conv2D(1, 2)), [images]],
  ['Embedding', () => run(new keras.layers.Embedding(3, 2)), [ids]],
]; // prettier-ignore

async function complaintsOf(
  fn: () => AnyFunction,
  args: readonly unknown[],
  options: readonly string[],
): Promise<string[]> {
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  const complaints: string[] = [];
  for (const wrong of wrongCalls(args, options, { ...KINDS, ...BAD_NUMBERS })) {
    const found = complaint(await answerOf(() => fn()(...wrong.args)), ['']);
    if (found !== null) complaints.push(`${wrong.how}: ${found}`);
  }
  vi.restoreAllMocks();
  keras.config.setDtypePolicy(null);
  keras.config.setEpsilon(1e-7);
  keras.config.setMaxEpochs(null);
  return complaints;
}

describe('functions', () => {
  test.each(calls)('%s', async (_, fn, args) => {
    expect((await answerOf(() => fn(...args))).error).toBeUndefined();
    expect(await complaintsOf(() => fn, args, signatureOf(fn)?.options ?? [])).toEqual([]);
  });
});

describe('objects that are called', () => {
  test.each(made)('%s', async (_, make, args) => {
    expect((await answerOf(() => make()(...args))).error).toBeUndefined();
    expect(await complaintsOf(make, args, [])).toEqual([]);
  });
});

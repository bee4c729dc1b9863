/** @file Crossentropies: binary, categorical, sparse categorical, their focal variants, and the generalized one. */
import { adviseOnce } from '../core/advice.js';
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { epsilon } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import { normalizeAxis } from '../core/shape.js';
import { floatTensor } from '../ops/common.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { op, setKerasMask, toTensor } from '../runtime/index.js';
import type { LossOptions } from './loss.js';
import { FunctionLoss } from './loss.js';
import { operands } from './operands.js';

/** Options of the crossentropies as functions. */
export interface CrossentropyFunctionOptions {
  /** Whether `yPred` holds scores rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** How far targets are drawn towards all classes alike, in [0, 1]. Default 0. */
  readonly labelSmoothing?: number;
  /** The axis of the classes (for binary ones: over which the mean is taken). Default −1. */
  readonly axis?: number;
}

/** Options of the focal crossentropies as functions. */
export interface FocalOptions extends CrossentropyFunctionOptions {
  /** Weight of the positive class, or of all classes. Default 0.25. */
  readonly alpha?: number;
  /** How much less what is predicted well counts. Default 2. */
  readonly gamma?: number;
}

/** Targets drawn towards 1/n. */
function smooth(t: Tensor, amount: number, n: number): Tensor {
  return amount === 0 ? t : ops.add(ops.multiply(t, 1 - amount), amount / n);
}

const rest = (x: Tensor): Tensor => ops.subtract(1, x);

/**
 * −[t log p + (1 − t) log(1 − p)], the mean over an axis.
 *
 * @param yTrue 0 and 1, of any shape (batch, …, d).
 * @param yPred Probabilities (or scores) of the same shape.
 * @param options See {@link CrossentropyFunctionOptions}.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.binary_crossentropy`
 * @example
 * losses.binaryCrossentropy([[1], [0]], [[0.9], [0.2]]) // [0.10536055, 0.22314353]
 */
export const binaryCrossentropy = op(
  'binary_crossentropy',
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    { fromLogits = false, labelSmoothing = 0, axis = -1 }: CrossentropyFunctionOptions = {},
  ): Tensor => {
    const [t, p] = operands(yTrue, yPred, 'binaryCrossentropy');
    return ops.mean(ops.binaryCrossentropy(smooth(t, labelSmoothing, 2), p, { fromLogits }), { axis });
  },
);

/** Options of `binaryFocalCrossentropy`. */
export interface BinaryFocalOptions extends FocalOptions {
  /** Whether the classes are weighed by alpha and 1 − alpha. Default false. */
  readonly applyClassBalancing?: boolean;
}
/**
 * Binary crossentropy times (1 − the probability of the true class)^gamma.
 *
 * @param yTrue 0 and 1, of any shape (batch, …, d).
 * @param yPred Probabilities (or scores) of the same shape.
 * @param options See {@link BinaryFocalOptions}.
 * @returns Shape (batch, …), the mean over the last axis.
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.binary_focal_crossentropy`; Lin et al. 2018, arXiv:1708.02002
 * @example
 * losses.binaryFocalCrossentropy([[1], [0]], [[0.9], [0.2]]) // [0.00105361, 0.00892574]
 */
export const binaryFocalCrossentropy = op(
  'binary_focal_crossentropy',
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    {
      applyClassBalancing = false,
      alpha = 0.25,
      gamma = 2,
      fromLogits = false,
      labelSmoothing = 0,
      axis = -1,
    }: BinaryFocalOptions = {},
  ): Tensor => {
    const [given, output] = operands(yTrue, yPred, 'binaryFocalCrossentropy');
    const t = smooth(given, labelSmoothing, 2);
    const p = fromLogits ? ops.sigmoid(output) : output;
    const ofTruth = ops.add(ops.multiply(t, p), ops.multiply(rest(t), rest(p)));
    let loss = ops.multiply(ops.power(rest(ofTruth), gamma), ops.binaryCrossentropy(t, p));
    if (applyClassBalancing)
      loss = ops.multiply(ops.add(ops.multiply(t, alpha), ops.multiply(rest(t), 1 - alpha)), loss);
    return ops.mean(loss, { axis });
  },
);

/** Targets and predictions of several classes, smoothed. Keras 3.15.1 counts the classes on the last axis, here `axis` is (#23437). */
function classOperands(
  yTrue: TensorLike,
  yPred: TensorLike,
  owner: string,
  { axis, labelSmoothing }: { readonly axis: number; readonly labelSmoothing: number },
): [Tensor, Tensor] {
  const p = floatTensor(yPred, `${owner} (yPred)`);
  const t = toTensor(yTrue, p.dtype, `${owner} (yTrue)`);
  const classes = p.shape[normalizeAxis(axis, p.ndim, owner)];
  if (classes === 1) {
    adviseOnce(
      `${owner}: one class`,
      `${owner}: yPred has one class only, so the loss is 0 whatever is predicted. For two classes in one column use 'binary_crossentropy'.`,
    );
  }
  return [smooth(t, labelSmoothing, classes), p];
}

/**
 * −Σ t log p over the classes.
 *
 * @param yTrue One-hot targets (or probabilities), of shape (batch, …, classes).
 * @param yPred Probabilities (or scores) of the same shape.
 * @param options See {@link CrossentropyFunctionOptions}.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.categorical_crossentropy`
 * @example
 * losses.categoricalCrossentropy([[0, 1, 0]], [[0.1, 0.8, 0.1]]) // [0.22314353]
 */
export const categoricalCrossentropy = op(
  'categorical_crossentropy',
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    { fromLogits = false, labelSmoothing = 0, axis = -1 }: CrossentropyFunctionOptions = {},
  ): Tensor => {
    const [t, p] = classOperands(yTrue, yPred, 'categoricalCrossentropy', { axis, labelSmoothing });
    return ops.categoricalCrossentropy(t, p, { fromLogits, axis });
  },
);

/**
 * −Σ alpha (1 − p)^gamma t log p over the classes.
 *
 * @param yTrue One-hot targets (or probabilities), of shape (batch, …, classes).
 * @param yPred Probabilities (or scores) of the same shape.
 * @param options See {@link FocalOptions}.
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes differ.
 * @see `keras.losses.categorical_focal_crossentropy`; Lin et al. 2018, arXiv:1708.02002
 * @example
 * losses.categoricalFocalCrossentropy([[0, 1, 0]], [[0.1, 0.8, 0.1]]) // [0.00223144]
 */
export const categoricalFocalCrossentropy = op(
  'categorical_focal_crossentropy',
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    { alpha = 0.25, gamma = 2, fromLogits = false, labelSmoothing = 0, axis = -1 }: FocalOptions = {},
  ): Tensor => {
    const [t, output] = classOperands(yTrue, yPred, 'categoricalFocalCrossentropy', { axis, labelSmoothing });
    const scores = fromLogits ? ops.softmax(output, { axis }) : output;
    const shares = ops.divide(scores, ops.sum(scores, { axis, keepdims: true }));
    const p = ops.clip(shares, epsilon(), 1 - epsilon());
    const focus = ops.multiply(ops.power(rest(p), gamma), alpha);
    return ops.sum(ops.multiply(focus, ops.multiply(ops.negative(t), ops.log(p))), { axis });
  },
);

/** Options of `sparseCategoricalCrossentropy`. */
export interface SparseFunctionOptions extends Pick<CrossentropyFunctionOptions, 'fromLogits' | 'axis'> {
  /** Targets of this class count nothing. Default null. */
  readonly ignoreClass?: number | null;
}
/**
 * −log p of the target class.
 *
 * @param yTrue Class numbers from 0, of shape (batch, …) or (batch, …, 1).
 * @param yPred Probabilities (or scores), of shape (batch, …, classes).
 * @param options See {@link SparseFunctionOptions}.
 * @returns Shape (batch, …). Where a class is ignored it carries a mask.
 * @throws {ValueError} The shapes do not go together.
 * @see `keras.losses.sparse_categorical_crossentropy`
 * @example
 * losses.sparseCategoricalCrossentropy([1, 0], [[0.1, 0.9], [0.8, 0.2]]) // [0.10536055, 0.22314353]
 */
export const sparseCategoricalCrossentropy = op(
  'sparse_categorical_crossentropy',
  (
    yTrue: TensorLike,
    yPred: TensorLike,
    { fromLogits = false, ignoreClass = null, axis = -1 }: SparseFunctionOptions = {},
  ): Tensor => {
    const owner = 'sparseCategoricalCrossentropy';
    let p = floatTensor(yPred, `${owner} (yPred)`);
    let t = toTensor(yTrue, null, `${owner} (yTrue)`);
    const classAxis = normalizeAxis(axis, p.ndim, owner);
    if (t.ndim === p.ndim && t.shape[classAxis] === 1) t = ops.squeeze(t, { axis: classAxis });
    // Keras compares the shapes as if the classes were last, so that other axes fail; here they are moved there.
    if (classAxis !== p.ndim - 1) p = ops.moveaxis(p, classAxis, -1);
    if (ignoreClass === null) return ops.sparseCategoricalCrossentropy(t, p, { fromLogits });
    const valid = ops.notEqual(t, ignoreClass);
    const safe = ops.where(valid, t, 0);
    const output = ops.where(ops.expandDims(valid, -1), p, 0);
    const loss = ops.where(valid, ops.sparseCategoricalCrossentropy(safe, output, { fromLogits }), 0);
    setKerasMask(loss, valid);
    return loss;
  },
);

/**
 * (1 − p^q) / q of the probability of the target class, which bears wrong labels better than crossentropy.
 *
 * @param yTrue Class numbers from 0, of shape (batch, …).
 * @param yPred Probabilities, of shape (batch, …, classes).
 * @param q Between 0 (as crossentropy) and 1 (as absolute error).
 * @returns Shape (batch, …).
 * @throws {ValueError} The shapes do not fit.
 * @see `keras.losses.categorical_generalized_cross_entropy`; Zhang & Sabuncu 2018, arXiv:1805.07836
 * @example
 * losses.categoricalGeneralizedCrossEntropy([1], [[0.1, 0.8, 0.1]], 0.5) // [0.21114564]
 */
export const categoricalGeneralizedCrossEntropy = op(
  'categorical_generalized_cross_entropy',
  (yTrue: TensorLike, yPred: TensorLike, q: number): Tensor => {
    const owner = 'categoricalGeneralizedCrossEntropy';
    const p = floatTensor(yPred, `${owner} (yPred)`);
    const t = ops.oneHot(toTensor(yTrue, 'int32', `${owner} (yTrue)`), p.shape[p.ndim - 1], { dtype: p.dtype });
    const ofTruth = ops.sum(ops.multiply(p, t), { axis: -1 });
    return ops.divide(rest(ops.power(ofTruth, q)), q);
  },
);

/** Options of the crossentropies. */
export interface CrossentropyLossOptions extends LossOptions, CrossentropyFunctionOptions {}

function checkOptions(owner: string, { labelSmoothing, axis }: { labelSmoothing?: number; axis: number }): void {
  if (
    labelSmoothing !== undefined &&
    !(typeof labelSmoothing === 'number' && labelSmoothing >= 0 && labelSmoothing <= 1)
  )
    throw new ValueError(`${owner}: labelSmoothing=${describe(labelSmoothing)}. Expected a number from 0 to 1.`);
  if (!Number.isInteger(axis)) throw new ValueError(`${owner}: axis=${describe(axis)}. Expected a whole number.`);
}

/**
 * Crossentropy of independent yes-or-no predictions.
 *
 * @param options See {@link CrossentropyLossOptions}.
 * @throws {ValueError} `labelSmoothing` is outside of [0, 1], or `reduction` is unknown.
 * @see `keras.losses.BinaryCrossentropy`
 * @example
 * new losses.BinaryCrossentropy()([[1], [0]], [[0.9], [0.2]]) // 0.16425204
 */
export class BinaryCrossentropy extends FunctionLoss {
  /** @throws {ValueError} `labelSmoothing` or `axis` is out of range. So for all classes here. */
  constructor(given: CrossentropyLossOptions = {}) {
    const {
      fromLogits = false,
      labelSmoothing = 0,
      axis = -1,
      ...options
    } = checkedOptions<CrossentropyLossOptions>(new.target, given, arguments, 0);
    checkOptions('BinaryCrossentropy', { labelSmoothing, axis });
    super(binaryCrossentropy, 'binary_crossentropy', options, { fromLogits, labelSmoothing, axis });
  }
}

/** Options of `BinaryFocalCrossentropy`. */
export interface BinaryFocalCrossentropyOptions extends LossOptions, BinaryFocalOptions {}
/**
 * Binary crossentropy in which what is predicted well counts little.
 *
 * @param options See {@link BinaryFocalCrossentropyOptions}.
 * @throws {ValueError} `labelSmoothing` is outside of [0, 1], or `reduction` is unknown.
 * @see `keras.losses.BinaryFocalCrossentropy`
 * @example
 * new losses.BinaryFocalCrossentropy()([[1], [0]], [[0.9], [0.2]]) // 0.0049896734
 */
export class BinaryFocalCrossentropy extends FunctionLoss {
  constructor(given: BinaryFocalCrossentropyOptions = {}) {
    const {
      applyClassBalancing = false,
      alpha = 0.25,
      gamma = 2,
      fromLogits = false,
      labelSmoothing = 0,
      axis = -1,
      ...options
    } = checkedOptions<BinaryFocalCrossentropyOptions>(new.target, given, arguments, 0);
    checkOptions('BinaryFocalCrossentropy', { labelSmoothing, axis });
    const own = { fromLogits, labelSmoothing, axis, applyClassBalancing, alpha, gamma };
    super(binaryFocalCrossentropy, 'binary_focal_crossentropy', options, own);
  }
}

/**
 * Crossentropy of one class of many, for one-hot targets.
 *
 * @param options See {@link CrossentropyLossOptions}.
 * @throws {ValueError} `labelSmoothing` is outside of [0, 1], or `reduction` is unknown.
 * @see `keras.losses.CategoricalCrossentropy`
 * @example
 * new losses.CategoricalCrossentropy()([[0, 1, 0]], [[0.1, 0.8, 0.1]]) // 0.22314353
 */
export class CategoricalCrossentropy extends FunctionLoss {
  constructor(given: CrossentropyLossOptions = {}) {
    const {
      fromLogits = false,
      labelSmoothing = 0,
      axis = -1,
      ...options
    } = checkedOptions<CrossentropyLossOptions>(new.target, given, arguments, 0);
    checkOptions('CategoricalCrossentropy', { labelSmoothing, axis });
    super(categoricalCrossentropy, 'categorical_crossentropy', options, { fromLogits, labelSmoothing, axis });
  }
}

/** Options of `CategoricalFocalCrossentropy`. */
export interface CategoricalFocalCrossentropyOptions extends LossOptions, FocalOptions {}
/**
 * Categorical crossentropy in which what is predicted well counts little.
 *
 * @param options See {@link CategoricalFocalCrossentropyOptions}.
 * @throws {ValueError} `labelSmoothing` is outside of [0, 1], or `reduction` is unknown.
 * @see `keras.losses.CategoricalFocalCrossentropy`
 * @example
 * new losses.CategoricalFocalCrossentropy()([[0, 1, 0]], [[0.1, 0.8, 0.1]]) // 0.0022314352
 */
export class CategoricalFocalCrossentropy extends FunctionLoss {
  constructor(given: CategoricalFocalCrossentropyOptions = {}) {
    const {
      alpha = 0.25,
      gamma = 2,
      fromLogits = false,
      labelSmoothing = 0,
      axis = -1,
      ...options
    } = checkedOptions<CategoricalFocalCrossentropyOptions>(new.target, given, arguments, 0);
    checkOptions('CategoricalFocalCrossentropy', { labelSmoothing, axis });
    const own = { fromLogits, labelSmoothing, axis, alpha, gamma };
    super(categoricalFocalCrossentropy, 'categorical_focal_crossentropy', options, own);
  }
}

/** Options of `SparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyOptions extends LossOptions, SparseFunctionOptions {}
/**
 * Crossentropy of one class of many, for class numbers as targets.
 *
 * @param options See {@link SparseCategoricalCrossentropyOptions}.
 * @throws {ValueError} `reduction` is unknown.
 * @see `keras.losses.SparseCategoricalCrossentropy`
 * @example
 * new losses.SparseCategoricalCrossentropy()([1, 0], [[0.1, 0.9], [0.8, 0.2]]) // 0.16425204
 */
export class SparseCategoricalCrossentropy extends FunctionLoss {
  constructor(given: SparseCategoricalCrossentropyOptions = {}) {
    const {
      fromLogits = false,
      ignoreClass = null,
      axis = -1,
      ...options
    } = checkedOptions<SparseCategoricalCrossentropyOptions>(new.target, given, arguments, 0);
    checkOptions('SparseCategoricalCrossentropy', { axis });
    const own = { fromLogits, ignoreClass, axis };
    super(sparseCategoricalCrossentropy, 'sparse_categorical_crossentropy', options, own);
  }
}

/** Options of `CategoricalGeneralizedCrossEntropy`. */
export interface CategoricalGeneralizedCrossEntropyOptions extends LossOptions {
  /** Between crossentropy (towards 0) and absolute error (towards 1). Default 0.5. */
  readonly q?: number;
}
/**
 * Crossentropy that bears wrong labels, for class numbers as targets.
 *
 * @param options See {@link CategoricalGeneralizedCrossEntropyOptions}.
 * @throws {ValueError} `q` is not between 0 and 1, or `reduction` is unknown.
 * @see `keras.losses.CategoricalGeneralizedCrossEntropy`
 * @example
 * new losses.CategoricalGeneralizedCrossEntropy()([1], [[0.1, 0.8, 0.1]]) // 0.21114564
 */
export class CategoricalGeneralizedCrossEntropy extends FunctionLoss {
  /** @throws {ValueError} `q` is not between 0 and 1. */
  constructor(given: CategoricalGeneralizedCrossEntropyOptions = {}) {
    const { q = 0.5, ...options } = checkedOptions<CategoricalGeneralizedCrossEntropyOptions>(
      new.target,
      given,
      arguments,
      0,
    );
    if (!(q > 0 && q < 1))
      throw new ValueError(`CategoricalGeneralizedCrossEntropy: q=${describe(q)}. Expected a number between 0 and 1.`);
    const fn = (t: Tensor, p: Tensor): Tensor => categoricalGeneralizedCrossEntropy(t, p, q);
    super(fn, 'categorical_generalized_cross_entropy', options, { q });
  }
}

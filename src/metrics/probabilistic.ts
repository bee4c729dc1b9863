/** @file Means of crossentropies, divergences and hinge losses, as metrics. */
import { checkedOptions } from '../core/arguments.js';
import {
  binaryCrossentropy,
  categoricalCrossentropy,
  categoricalHinge,
  hinge,
  klDivergence,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from '../losses/index.js';
import { FunctionMetric } from './mean.js';
import type { MetricOptions } from './metric.js';

/**
 * How far the predicted distributions are from the true ones.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.KLDivergence`
 * @example
 * new metrics.KLDivergence()([[0.5, 0.5]], [[0.9, 0.1]]) // 0.51082563
 */
export class KLDivergence extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(klDivergence, 'kl_divergence', null, options);
  }
}

/**
 * The mean of Poisson losses.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.Poisson`
 * @example
 * new metrics.Poisson()([[2, 1]], [[1, 1]]) // 0.9999998
 */
export class Poisson extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(poisson, 'poisson', null, options);
  }
}

/** Options of `BinaryCrossentropy`. */
export interface BinaryCrossentropyOptions extends MetricOptions {
  /** Whether predictions are scores rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** How far targets are drawn towards all classes alike, in [0, 1]. Default 0. */
  readonly labelSmoothing?: number;
}
/**
 * The mean of binary crossentropies.
 *
 * @param options See {@link BinaryCrossentropyOptions}.
 * @see `keras.metrics.BinaryCrossentropy`
 * @example
 * new metrics.BinaryCrossentropy()([[1], [0]], [[0.9], [0.2]]) // 0.16425204
 */
export class BinaryCrossentropy extends FunctionMetric {
  constructor(given: BinaryCrossentropyOptions = {}) {
    const {
      fromLogits = false,
      labelSmoothing = 0,
      ...options
    } = checkedOptions<BinaryCrossentropyOptions>(new.target, given, arguments, 0);
    super(binaryCrossentropy, 'binary_crossentropy', 'down', options, { fromLogits, labelSmoothing });
  }
}

/** Options of `CategoricalCrossentropy`. */
export interface CategoricalCrossentropyOptions extends BinaryCrossentropyOptions {
  /** The axis of the classes. Default −1. */
  readonly axis?: number;
}
/**
 * The mean of crossentropies, for one-hot targets.
 *
 * @param options See {@link CategoricalCrossentropyOptions}.
 * @see `keras.metrics.CategoricalCrossentropy`
 * @example
 * new metrics.CategoricalCrossentropy()([[0, 1, 0]], [[0.1, 0.8, 0.1]]) // 0.22314353
 */
export class CategoricalCrossentropy extends FunctionMetric {
  constructor(given: CategoricalCrossentropyOptions = {}) {
    const {
      fromLogits = false,
      labelSmoothing = 0,
      axis = -1,
      ...options
    } = checkedOptions<CategoricalCrossentropyOptions>(new.target, given, arguments, 0);
    const own = { fromLogits, labelSmoothing, axis };
    super(categoricalCrossentropy, 'categorical_crossentropy', 'down', options, own);
  }
}

/** Options of `SparseCategoricalCrossentropy`. */
export interface SparseCategoricalCrossentropyOptions extends MetricOptions {
  /** Whether predictions are scores rather than probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** Targets of this class count nothing. Default null. */
  readonly ignoreClass?: number | null;
  /** The axis of the classes. Default −1. */
  readonly axis?: number;
}
/**
 * The mean of crossentropies, for class numbers as targets.
 *
 * @param options See {@link SparseCategoricalCrossentropyOptions}.
 * @see `keras.metrics.SparseCategoricalCrossentropy`
 * @example
 * new metrics.SparseCategoricalCrossentropy()([1, 0], [[0.1, 0.9], [0.8, 0.2]]) // 0.16425204
 */
export class SparseCategoricalCrossentropy extends FunctionMetric {
  constructor(given: SparseCategoricalCrossentropyOptions = {}) {
    const {
      fromLogits = false,
      ignoreClass = null,
      axis = -1,
      ...options
    } = checkedOptions<SparseCategoricalCrossentropyOptions>(new.target, given, arguments, 0);
    const own = { fromLogits, ignoreClass, axis };
    super(sparseCategoricalCrossentropy, 'sparse_categorical_crossentropy', 'down', options, own);
  }
}

/**
 * The mean of hinge losses.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.Hinge`
 * @example
 * new metrics.Hinge()([[1, -1]], [[0.5, 0.25]]) // 0.875
 */
export class Hinge extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(hinge, 'hinge', 'down', options);
  }
}

/**
 * The mean of squared hinge losses.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.SquaredHinge`
 * @example
 * new metrics.SquaredHinge()([[1, -1]], [[0.5, 0.25]]) // 0.90625
 */
export class SquaredHinge extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(squaredHinge, 'squared_hinge', 'down', options);
  }
}

/**
 * The mean of categorical hinge losses.
 *
 * @param options See {@link MetricOptions}.
 * @see `keras.metrics.CategoricalHinge`
 * @example
 * new metrics.CategoricalHinge()([[0, 1]], [[0.3, 0.9]]) // 0.40000004
 */
export class CategoricalHinge extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(categoricalHinge, 'categorical_hinge', 'down', options);
  }
}

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

/** How far the predicted distributions are from the true ones. @see `keras.metrics.KLDivergence` */
export class KLDivergence extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(klDivergence, 'kl_divergence', null, options);
  }
}

/** The mean of Poisson losses. @see `keras.metrics.Poisson` */
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
/** The mean of binary crossentropies. @see `keras.metrics.BinaryCrossentropy` */
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
/** The mean of crossentropies, for one-hot targets. @see `keras.metrics.CategoricalCrossentropy` */
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
/** The mean of crossentropies, for class numbers as targets. @see `keras.metrics.SparseCategoricalCrossentropy` */
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

/** The mean of hinge losses. @see `keras.metrics.Hinge` */
export class Hinge extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(hinge, 'hinge', 'down', options);
  }
}

/** The mean of squared hinge losses. @see `keras.metrics.SquaredHinge` */
export class SquaredHinge extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(squaredHinge, 'squared_hinge', 'down', options);
  }
}

/** The mean of categorical hinge losses. @see `keras.metrics.CategoricalHinge` */
export class CategoricalHinge extends FunctionMetric {
  constructor(options: MetricOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super(categoricalHinge, 'categorical_hinge', 'down', options);
  }
}

/** @file Initializers whose spread follows from how many inputs and outputs a weight has. */
import { describe } from '../core/describe.js';
import { checked, checkedOptions } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import * as random from '../random/index.js';
import type { Tensor } from '../runtime/index.js';
import type { RandomInitializerOptions } from './initializer.js';
import { RandomInitializer } from './initializer.js';

/** Options of Glorot's, He's and LeCun's initializers. */
export interface FanOptions extends RandomInitializerOptions {
  /** Axes of the weight that are inputs, with `outputAxes`. Default: of a kernel (…window, inputs, outputs). */
  readonly inputAxes?: readonly number[] | null;
  /** Axes of the weight that are outputs, with `inputAxes`. Default null. */
  readonly outputAxes?: readonly number[] | null;
}

/** Options of `VarianceScaling`. */
export interface VarianceScalingOptions extends FanOptions {
  /** Default 1. */
  readonly scale?: number;
  /** What the variance is divided by. Default `'fan_in'`. */
  readonly mode?: 'fan_in' | 'fan_out' | 'fan_avg';
  /** Default `'truncated_normal'`. */
  readonly distribution?: 'truncated_normal' | 'normal' | 'untruncated_normal' | 'uniform';
}

/**
 * The number of inputs that each output sees, and the number of outputs that each input reaches. A window counts into both.
 *
 * @param shape The shape of the weight.
 * @param inputAxes The axes that are inputs; null (the default) for a kernel of shape (…window, inputs, outputs).
 * @param outputAxes The axes that are outputs.
 * @returns [inputs, outputs].
 * @see `keras.src.initializers.random_initializers.compute_fans`
 * @example
 * initializers.computeFans([3, 3, 16, 32]) // [144, 288]
 */
export const computeFans = checked(
  'computeFans',
  function computeFans(
    shape: Shape,
    inputAxes: readonly number[] | null = null,
    outputAxes: readonly number[] | null = null,
  ): [fanIn: number, fanOut: number] {
    const product = (dims: readonly number[]): number => dims.reduce((p, d) => p * d, 1);
    if (inputAxes && outputAxes)
      return [product(inputAxes.map((a) => shape.at(a)!)), product(outputAxes.map((a) => shape.at(a)!))];
    if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
    const window = product(shape.slice(0, -2));
    return [shape[shape.length - 2] * window, shape[shape.length - 1] * window];
  },
);

const MODES = ['fan_in', 'fan_out', 'fan_avg'];
const DISTRIBUTIONS = ['uniform', 'truncated_normal', 'untruncated_normal'];
/** Standard deviation of a normal distribution of deviation 1 cut at ±2. */
const CUT_DEVIATION = 0.87962566103423978;

/**
 * Numbers whose variance is `scale` divided by the number of inputs, of outputs, or their mean.
 *
 * @param options See {@link VarianceScalingOptions}.
 * @throws {ValueError} `scale` is not positive, or `mode` or `distribution` is unknown.
 * @see `keras.initializers.VarianceScaling`
 * @example
 * new initializers.VarianceScaling({ scale: 2, mode: 'fan_out', seed: 1 })([3, 2]).shape // [3, 2]
 */
export class VarianceScaling extends RandomInitializer {
  static readonly positional: readonly string[] = [];
  readonly scale: number;
  readonly mode: string;
  readonly distribution: string;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;

  /** @throws {ValueError} scale is not positive; mode or distribution is not known; one of the axes lacks the other. */
  constructor(options: VarianceScalingOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const {
      scale = 1,
      mode = 'fan_in',
      distribution = 'truncated_normal',
      seed,
      inputAxes,
      outputAxes,
      ...rest
    } = options;
    super({ seed }, 'VarianceScaling');
    refuseUnknownOptions('VarianceScaling', rest, ['scale', 'mode', 'distribution', 'seed', 'inputAxes', 'outputAxes']);
    if (!(typeof scale === 'number' && scale > 0))
      throw new ValueError(`VarianceScaling: scale=${describe(scale)}. Expected a positive number.`);
    if (!MODES.includes(mode))
      throw new ValueError(`VarianceScaling: mode='${mode}'. Expected one of ${MODES.join(', ')}.`);
    const kind = distribution === 'normal' ? 'truncated_normal' : distribution;
    if (!DISTRIBUTIONS.includes(kind))
      throw new ValueError(
        `VarianceScaling: distribution='${distribution}'. Expected one of ${DISTRIBUTIONS.join(', ')}.`,
      );
    if (Boolean(inputAxes) !== Boolean(outputAxes))
      throw new ValueError('VarianceScaling: inputAxes and outputAxes must be given together.');
    [this.scale, this.mode, this.distribution] = [scale, mode, kind];
    this.inputAxes = inputAxes ?? null;
    this.outputAxes = outputAxes ?? null;
  }

  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    const [fanIn, fanOut] = computeFans(shape, this.inputAxes, this.outputAxes);
    const fan = { fan_in: fanIn, fan_out: fanOut, fan_avg: (fanIn + fanOut) / 2 }[this.mode]!;
    const variance = this.scale / Math.max(1, fan);
    const { seed } = this;
    if (this.distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return random.uniform(shape, { minval: -limit, maxval: limit, seed, dtype });
    }
    return this.distribution === 'truncated_normal'
      ? random.truncatedNormal(shape, { stddev: Math.sqrt(variance) / CUT_DEVIATION, seed, dtype })
      : random.normal(shape, { stddev: Math.sqrt(variance), seed, dtype });
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      scale: this.scale,
      mode: this.mode,
      distribution: this.distribution,
      input_axes: this.inputAxes,
      output_axes: this.outputAxes,
    };
  }
}

/** A VarianceScaling of fixed scale, mode and distribution. */
abstract class Fixed extends VarianceScaling {
  constructor(
    owner: string,
    options: FanOptions,
    fixed: Required<Pick<VarianceScalingOptions, 'scale' | 'mode' | 'distribution'>>,
  ) {
    const { seed, inputAxes, outputAxes, ...rest } = options;
    super({ ...fixed, seed, inputAxes, outputAxes });
    refuseUnknownOptions(owner, rest, ['seed', 'inputAxes', 'outputAxes']);
  }
  override getConfig(): Config {
    const { seed, input_axes, output_axes } = super.getConfig();
    return { seed, input_axes, output_axes };
  }
}

/**
 * Uniform within ±√(6 / (inputs + outputs)).
 *
 * @param options See {@link FanOptions}.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.GlorotUniform`; Glorot and Bengio (2010)
 * @example
 * new initializers.GlorotUniform({ seed: 1 })([3, 2]).shape // [3, 2]
 */
export class GlorotUniform extends Fixed {
  constructor(options: FanOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('GlorotUniform', options, { scale: 1, mode: 'fan_avg', distribution: 'uniform' });
  }
}
/**
 * Truncated normal of deviation √(2 / (inputs + outputs)).
 *
 * @param options See {@link FanOptions}.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.GlorotNormal`; Glorot and Bengio (2010)
 * @example
 * new initializers.GlorotNormal({ seed: 1 })([3, 2]).shape // [3, 2]
 */
export class GlorotNormal extends Fixed {
  constructor(options: FanOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('GlorotNormal', options, { scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' });
  }
}
/**
 * Uniform within ±√(6 / inputs).
 *
 * @param options See {@link FanOptions}.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.HeUniform`; He et al. (2015)
 * @example
 * new initializers.HeUniform({ seed: 1 })([3, 2]).shape // [3, 2]
 */
export class HeUniform extends Fixed {
  constructor(options: FanOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('HeUniform', options, { scale: 2, mode: 'fan_in', distribution: 'uniform' });
  }
}
/**
 * Truncated normal of deviation √(2 / inputs).
 *
 * @param options See {@link FanOptions}.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.HeNormal`; He et al. (2015)
 * @example
 * new initializers.HeNormal({ seed: 1 })([3, 2]).shape // [3, 2]
 */
export class HeNormal extends Fixed {
  constructor(options: FanOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('HeNormal', options, { scale: 2, mode: 'fan_in', distribution: 'truncated_normal' });
  }
}
/**
 * Uniform within ±√(3 / inputs).
 *
 * @param options See {@link FanOptions}.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.LecunUniform`; LeCun et al. (1998)
 * @example
 * new initializers.LecunUniform({ seed: 1 })([3, 2]).shape // [3, 2]
 */
export class LecunUniform extends Fixed {
  constructor(options: FanOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('LecunUniform', options, { scale: 1, mode: 'fan_in', distribution: 'uniform' });
  }
}
/**
 * Truncated normal of deviation √(1 / inputs).
 *
 * @param options See {@link FanOptions}.
 * @throws {ValueError} The seed is no whole number and no SeedGenerator.
 * @see `keras.initializers.LecunNormal`; LeCun et al. (1998)
 * @example
 * new initializers.LecunNormal({ seed: 1 })([3, 2]).shape // [3, 2]
 */
export class LecunNormal extends Fixed {
  constructor(options: FanOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super('LecunNormal', options, { scale: 1, mode: 'fan_in', distribution: 'truncated_normal' });
  }
}

/** @file Initializers without chance: zeros, ones, a constant, the identity matrix, Fourier kernels. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import { formatShape } from '../core/shape.js';
import * as ops from '../ops/index.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { tensor } from '../runtime/index.js';
import { Initializer } from './initializer.js';
import { windowOf } from '../core/windows.js';

/**
 * All 0.
 *
 * @see `keras.initializers.Zeros`
 * @example
 * new initializers.Zeros()([2]) // [0, 0]
 */
export class Zeros extends Initializer {
  static readonly positional = [];
  constructor(options: object = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    refuseUnknownOptions('Zeros', options, []);
  }
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    return ops.zeros(shape, { dtype });
  }
}

/**
 * All 1.
 *
 * @see `keras.initializers.Ones`
 * @example
 * new initializers.Ones()([2]) // [1, 1]
 */
export class Ones extends Initializer {
  static readonly positional = [];
  constructor(options: object = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    refuseUnknownOptions('Ones', options, []);
  }
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    return ops.ones(shape, { dtype });
  }
}

/**
 * All of one value.
 *
 * @param value The value: a number, or numbers of the shape of the weight. Default 0.
 * @param options `value`, if it is not given by position.
 * @see `keras.initializers.Constant`
 * @example
 * new initializers.Constant(3)([2]) // [3, 3]
 */
export class Constant extends Initializer {
  static readonly positional = [];
  readonly value: TensorLike;

  /** @param options `value`: a number, or what broadcasts to the shape. Default 0. A number alone does as well. */
  constructor(value: TensorLike);
  constructor(options?: { readonly value?: TensorLike });
  constructor(first?: { readonly value?: TensorLike } | TensorLike, ..._more: unknown[]) {
    const options = checkedOptions<{ readonly value?: TensorLike }>(new.target, first, arguments, 0);
    super();
    const { value = 0, ...rest } = options;
    refuseUnknownOptions('Constant', rest, ['value']);
    this.value = value;
  }
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    return ops.multiply(ops.cast(this.value, dtype), ops.ones(shape, { dtype }));
  }
  override getConfig(): Config {
    return { value: this.value };
  }
}

/**
 * The identity matrix times a factor.
 *
 * @param options `gain`: the factor; default 1.
 * @throws {ValueError} When it is called: the shape is not that of a matrix.
 * @see `keras.initializers.Identity`
 * @example
 * new initializers.Identity({ gain: 2 })([2, 2]) // [[2, 0], [0, 2]]
 */
export class Identity extends Initializer {
  static readonly positional = [];
  readonly gain: number;

  /** @param options `gain`: default 1. */
  constructor(options: { readonly gain?: number } = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const { gain = 1, ...rest } = options;
    refuseUnknownOptions('Identity', rest, ['gain']);
    this.gain = gain;
  }
  /** @throws {ValueError} The shape is no matrix's. */
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    if (shape.length !== 2) throw new ValueError(`Identity: shape ${formatShape(shape)}. Expected that of a matrix.`);
    return ops.multiply(tensor(this.gain, null, dtype), ops.eye(shape[0], { M: shape[1], dtype }));
  }
  /** Keras: loses the gain; here it is written where it is not 1, because the copy would be another initializer. */
  override getConfig(): Config {
    return this.gain === 1 ? {} : { gain: this.gain };
  }
}

/** Options of `STFT`. */
export interface STFTOptions {
  /** Which part of the transform. Default `'real'`. */
  readonly side?: 'real' | 'imag';
  /** The window's name, or null. Default `'hann'`. */
  readonly window?: string | null;
  /** How the window's weight is divided out; null: not. Default `'density'`. */
  readonly scaling?: 'density' | 'spectrum' | null;
  /** Whether the window is periodic rather than symmetric. Default false. */
  readonly periodic?: boolean;
}

/**
 * Kernels of shape (frame, 1, frequencies) by which a Conv1D computes a short-time Fourier transform.
 *
 * @param options See {@link STFTOptions}.
 * @throws {ValueError} `side`, `window` or `scaling` is unknown.
 * @see `keras.initializers.STFT`
 * @example
 * new initializers.STFT({ window: null, scaling: null })([2, 1, 2]) // [[[1, 1]], [[1, -1]]]
 */
export class STFT extends Initializer {
  static readonly positional = [];
  readonly side: 'real' | 'imag';
  readonly window: string | null;
  readonly scaling: 'density' | 'spectrum' | null;
  readonly periodic: boolean;

  constructor(options: STFTOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const { side = 'real', window = 'hann', scaling = 'density', periodic = false, ...rest } = options;
    refuseUnknownOptions('STFT', rest, ['side', 'window', 'scaling', 'periodic']);
    if (side !== 'real' && side !== 'imag')
      throw new ValueError(`STFT: side=${describe(side)}. Expected 'real' or 'imag'.`);
    if (scaling !== null && scaling !== 'density' && scaling !== 'spectrum')
      throw new ValueError(`STFT: scaling=${describe(scaling)}. Expected 'density', 'spectrum' or null.`);
    [this.side, this.window, this.scaling, this.periodic] = [side, window, scaling, periodic];
  }
  /** @throws {ValueError} The shape is not (frame, 1, frequencies), or the window is not known. */
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    if (shape.length !== 3)
      throw new ValueError(`STFT: shape ${formatShape(shape)}. Expected (frame length, 1, frequencies).`);
    const [frame, channels, frequencies] = shape;
    const weights = this.window === null ? null : windowOf(this.window, frame, this.periodic);
    let scale = 1;
    if (weights !== null && this.scaling === 'density') scale = Math.sqrt(weights.reduce((s, w) => s + w * w, 0));
    if (weights !== null && this.scaling === 'spectrum') scale = weights.reduce((s, w) => s + Math.abs(w), 0);
    const period = (frequencies - 1) * 2;
    const data = new Float64Array(frame * channels * frequencies);
    for (let t = 0; t < frame; t++) {
      for (let c = 0; c < channels; c++) {
        for (let f = 0; f < frequencies; f++) {
          const angle = (-2 * Math.PI * t * f) / period;
          const wave = this.side === 'real' ? Math.cos(angle) : Math.sin(angle);
          data[(t * channels + c) * frequencies + f] = weights === null ? wave : (wave * weights[t]) / scale;
        }
      }
    }
    return tensor(data, shape, dtype);
  }
  override getConfig(): Config {
    return { side: this.side, window: this.window, periodic: this.periodic, scaling: this.scaling };
  }
}

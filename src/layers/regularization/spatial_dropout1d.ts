/** @file `SpatialDropout1D`: sets random channels to zero while training. */
import { checkedOptions } from '../../core/arguments.js';
import type { SpatialDropout1DOptions } from './base_spatial_dropout.js';
import { BaseSpatialDropout } from './base_spatial_dropout.js';

/**
 * `Dropout` that drops whole channels. Input and output (batch, steps, channels).
 *
 * @param rate The part of the channels that is set to 0, in [0, 1).
 * @param options See {@link SpatialDropout1DOptions}.
 * @throws {ValueError} `rate` is not in [0, 1]; an input of the wrong rank.
 * @see `keras.layers.SpatialDropout1D`; Tompson et al. 2014
 * @example
 * new layers.SpatialDropout1D(0.5)(ops.ones([1, 4, 3]), { training: true }).shape // [1, 4, 3]
 */
export class SpatialDropout1D extends BaseSpatialDropout {
  constructor(rate: number, options: SpatialDropout1DOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(1, rate, options);
  }
}

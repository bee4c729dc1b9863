/** @file `SpatialDropout2D`: sets random channels to zero while training. */
import { checkedOptions } from '../../core/arguments.js';
import type { SpatialDropoutOptions } from './base_spatial_dropout.js';
import { BaseSpatialDropout } from './base_spatial_dropout.js';

/**
 * `Dropout` that drops whole channels. Input and output (batch, rows, columns, channels).
 *
 * @param rate The part of the channels that is set to 0, in [0, 1).
 * @param options See {@link SpatialDropoutOptions}.
 * @throws {ValueError} `rate` is not in [0, 1]; an input of the wrong rank.
 * @see `keras.layers.SpatialDropout2D`; Tompson et al. 2014
 * @example
 * new layers.SpatialDropout2D(0.5)(ops.ones([1, 4, 4, 3]), { training: true }).shape // [1, 4, 4, 3]
 */
export class SpatialDropout2D extends BaseSpatialDropout {
  constructor(rate: number, options: SpatialDropoutOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(2, rate, options);
  }
}

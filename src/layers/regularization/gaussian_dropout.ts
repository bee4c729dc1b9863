/** @file `GaussianDropout`: multiplies by noise around 1 while training. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import * as random from '../../random/index.js';
import { SeedGenerator } from '../../random/index.js';
import type { Tensor } from '../../runtime/index.js';
import { fraction, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { NoiseOptions } from './gaussian_noise.js';

/**
 * While training: x times noise of mean 1 and standard deviation √(rate / (1 − rate)).
 *
 * @param rate The part that a dropout of the same noise would drop, in [0, 1).
 * @param options See {@link NoiseOptions}.
 * @throws {ValueError} `rate` is not in [0, 1].
 * @see `keras.layers.GaussianDropout`; Srivastava et al. 2014
 * @example
 * new layers.GaussianDropout(0.5)([[1, 2]]) // [[1, 2]]
 */
export class GaussianDropout extends Layer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false };
  static readonly positional = ['rate'];
  readonly rate: number;
  readonly seed: number | null;
  readonly seedGenerator: SeedGenerator | null;

  constructor(rate: number, options: NoiseOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { seed = null, ...rest } = options;
    super(rest);
    this.rate = fraction(ownerOf(this), 'rate', rate);
    this.seed = seed;
    this.seedGenerator = rate > 0 ? new SeedGenerator({ seed }) : null;
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor, { training = false }: { readonly training?: boolean | null } = {}): Tensor {
    if (!training || this.seedGenerator === null) return inputs;
    const { computeDtype: dtype, seedGenerator: seed } = this;
    const stddev = Math.sqrt(this.rate / (1 - this.rate));
    return ops.multiply(inputs, random.normal(inputs.shape, { mean: 1, stddev, dtype, seed }));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed };
  }
}

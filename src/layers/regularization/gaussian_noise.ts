/** @file `GaussianNoise`: adds noise while training. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import * as random from '../../random/index.js';
import { SeedGenerator } from '../../random/index.js';
import type { Tensor } from '../../runtime/index.js';
import { fraction, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of the layers that draw noise. */
export interface NoiseOptions extends LayerOptions {
  /** A whole number. Default: drawn from the process's generator. */
  readonly seed?: number | null;
}

/**
 * While training: x + noise of this standard deviation.
 *
 * @param stddev Standard deviation of the noise.
 * @param options See {@link NoiseOptions}.
 * @throws {ValueError} `stddev` is not in [0, 1].
 * @see `keras.layers.GaussianNoise`
 * @example
 * new layers.GaussianNoise(0.1)([[1, 2]]) // [[1, 2]]
 */
export class GaussianNoise extends Layer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false };
  static readonly positional = ['stddev'];
  readonly stddev: number;
  readonly seed: number | null;
  readonly seedGenerator: SeedGenerator | null;

  constructor(stddev: number, options: NoiseOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { seed = null, ...rest } = options;
    super(rest);
    this.stddev = fraction(ownerOf(this), 'stddev', stddev);
    this.seed = seed;
    this.seedGenerator = stddev > 0 ? new SeedGenerator({ seed }) : null;
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor, { training = false }: { readonly training?: boolean | null } = {}): Tensor {
    if (!training || this.seedGenerator === null) return inputs;
    const { stddev, computeDtype: dtype, seedGenerator: seed } = this;
    return ops.add(inputs, random.normal(inputs.shape, { stddev, dtype, seed }));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), stddev: this.stddev, seed: this.seed };
  }
}

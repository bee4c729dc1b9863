/** @file `AlphaDropout`: dropout that keeps mean and variance, for networks of `selu`. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape, Shape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import * as random from '../../random/index.js';
import { SeedGenerator } from '../../random/index.js';
import type { Tensor } from '../../runtime/index.js';
import { fraction, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { DropoutOptions } from './dropout.js';
import { checkNoiseShape } from './dropout.js';

/** Where `selu` goes for x → −∞. */
const LOW = -1.6732632423543772 * 1.0507009873554805;

/**
 * While training: a random part of the inputs goes to the low end of `selu`, and all are scaled and shifted back to their mean and
 * variance.
 *
 * @param rate The part of the inputs that is dropped, in [0, 1).
 * @param options See {@link DropoutOptions}.
 * @throws {ValueError} `rate` is not in [0, 1].
 * @see `keras.layers.AlphaDropout`; Klambauer et al. 2017
 * @example
 * new layers.AlphaDropout(0.5)([[1, 2]]) // [[1, 2]]
 */
export class AlphaDropout extends Layer {
  static override readonly callDefaults: typeof Layer.callDefaults = { training: false };
  static readonly positional = ['rate'];
  readonly rate: number;
  readonly seed: number | null;
  readonly noiseShape: PartialShape | null;
  readonly seedGenerator: SeedGenerator | null;

  constructor(rate: number, options: DropoutOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { noiseShape = null, seed = null, ...rest } = options;
    super(rest);
    this.rate = fraction(ownerOf(this), 'rate', rate);
    this.seed = seed;
    this.noiseShape = checkNoiseShape(ownerOf(this), noiseShape);
    this.seedGenerator = rate > 0 ? new SeedGenerator({ seed }) : null;
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor, { training = false }: { readonly training?: boolean | null } = {}): Tensor {
    const { rate, seedGenerator: seed } = this;
    if (!training || seed === null) return inputs;
    const shape: Shape = this.noiseShape?.map((dim, i) => dim ?? inputs.shape[i]) ?? inputs.shape;
    const kept = ops.cast(ops.greaterEqual(random.uniform(shape, { seed }), rate), inputs.dtype);
    const scale = ((1 - rate) * (1 + rate * LOW ** 2)) ** -0.5;
    const dropped = ops.multiply(ops.subtract(1, kept), LOW);
    const mixed = ops.add(ops.multiply(inputs, kept), dropped);
    return ops.add(ops.multiply(mixed, scale), -scale * LOW * rate);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noise_shape: this.noiseShape };
  }
}

/** @file `Dropout`: sets a random part of the inputs to zero while training. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as random from '../../random/index.js';
import { SeedGenerator } from '../../random/index.js';
import type { Tensor } from '../../runtime/index.js';
import { fraction, ownerOf } from '../arguments.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new Dropout(rate, options)`. */
export interface DropoutOptions extends LayerOptions {
  /** Shape of the mask: size 1 where one decision serves the whole axis, null for the input's size. Default: that of the input. */
  readonly noiseShape?: PartialShape | null;
  /** A whole number. Default: drawn from the process's generator. */
  readonly seed?: number | null;
}

/** @throws {ValueError} The shape holds something else than positive whole numbers and null. */
export function checkNoiseShape(owner: string, noiseShape: unknown): PartialShape | null {
  if (noiseShape === null || noiseShape === undefined) return null;
  const sound =
    Array.isArray(noiseShape) &&
    noiseShape.every((dim: unknown) => dim === null || (Number.isInteger(dim) && (dim as number) > 0));
  if (!sound) {
    throw new ValueError(
      `${owner}: noiseShape=${quote(noiseShape)}. Expected a list of positive whole numbers, with null for the input's size.`,
    );
  }
  return noiseShape as PartialShape;
}

/**
 * While training: zero with probability `rate`, else x / (1 − rate). Otherwise the input as it is.
 *
 * With the same `seed` the same elements fall as in Keras on JAX.
 *
 * @param rate The part of the inputs that is set to 0, in [0, 1).
 * @param options See {@link DropoutOptions}.
 * @throws {ValueError} `rate` is not in [0, 1].
 * @see `keras.layers.Dropout`; Srivastava et al. 2014
 * @example
 * new Dropout(0.5)
 */
export class Dropout extends Layer {
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
    if (!training || this.seedGenerator === null) return inputs;
    return random.dropout(inputs, this.rate, { noiseShape: this.noiseOf(inputs), seed: this.seedGenerator });
  }

  /** The shape of the mask for an input. */
  protected noiseOf(_inputs: Tensor): PartialShape | null {
    return this.noiseShape;
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noise_shape: this.noiseShape };
  }
}

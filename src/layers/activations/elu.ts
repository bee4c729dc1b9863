/** @file `ELU`: the exponential linear unit as a layer. */
import { checkedOptions } from '../../core/arguments.js';
import { elu } from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { Tensor } from '../../runtime/index.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/** Options of `new ELU(options)`. */
export interface ELUOptions extends LayerOptions {
  /** Default 1. */
  readonly alpha?: number;
}

/**
 * x for x > 0, alpha · (eˣ − 1) below.
 *
 * @param alpha The slope towards −∞. Default 1. It may stand in the options.
 * @param options See {@link ELUOptions}.
 * @see `keras.layers.ELU`; Clevert et al. 2015
 * @example
 * new layers.ELU()([[-1, 2]]) // [[-0.63212055, 2]]
 */
export class ELU extends Layer {
  protected override readonly takesOneTensor = true;
  readonly alpha: number;

  constructor(alpha: number, options?: ELUOptions);
  constructor(options?: ELUOptions);
  constructor(first?: ELUOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<ELUOptions>(new.target, first, arguments, 0);
    const { alpha = 1, ...rest } = options;
    super(rest);
    this.alpha = alpha;
    this.supportsMasking = true;
    this.buildAtInit();
  }

  override call(inputs: Tensor): Tensor {
    return elu(inputs, { alpha: this.alpha });
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return inputShape;
  }

  override getConfig(): Config {
    const { name, ...base } = super.getConfig();
    return { name, alpha: this.alpha, ...base };
  }
}

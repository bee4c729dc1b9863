/** @file `Dense`: every output sees every input. */
import { checkedOptions } from '../../core/arguments.js';
import * as activations from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { requireChannels } from '../output_shapes.js';
import type { KernelLayerOptions } from './kernel_layer.js';
import { KernelLayer } from './kernel_layer.js';
import { refuseLater } from './unsupported.js';

/** Options of `new Dense(units, options)`. */
export interface DenseOptions extends KernelLayerOptions {
  /** Whether a bias is added. Default true. */
  readonly useBias?: boolean;
  /** Low-rank adaptation; not supported yet: null only. */
  readonly loraRank?: null;
  /** Of LoRA, which there is not yet: null. */
  readonly loraAlpha?: null;
  /** Quantization; not supported yet: null only. */
  readonly quantizationConfig?: null;
}

/**
 * activation(x · kernel + bias) over the last axis.
 *
 * Input (batch, …, features), output (batch, …, units). Weights: `kernel` (features, units), `bias` (units).
 *
 * @param units Number of outputs.
 * @param options See {@link DenseOptions}.
 * @throws {ValueError} `units` is no positive whole number; an input of another number of features than the first one.
 * @see `keras.layers.Dense`
 * @example
 * new Dense(10, { activation: 'softmax' })
 */
export class Dense extends KernelLayer {
  static readonly positional = ['units'];
  readonly units: number;
  readonly useBias: boolean;

  constructor(units: number, options: DenseOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { useBias = true, loraRank = null, loraAlpha = null, quantizationConfig = null, ...rest } = options;
    super(rest);
    refuseLater(ownerOf(this), { loraRank, loraAlpha, quantizationConfig });
    this.units = positiveInteger(ownerOf(this), 'units', units);
    this.useBias = useBias;
    this.inputSpec = new InputSpec({ minNdim: 2 });
    this.supportsMasking = true;
  }

  override build(inputShape: PartialShape): void {
    const features = requireChannels(ownerOf(this), inputShape, -1);
    this.addKernel([features, this.units]);
    if (this.useBias) this.addBias([this.units]);
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { [-1]: features } });
  }

  override call(inputs: Tensor): Tensor {
    return this.finish(ops.matmul(inputs, this.kernel));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [...inputShape.slice(0, -1), this.units];
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: activations.serialize(this.activation),
      use_bias: this.useBias,
      ...this.rulesConfig(),
      quantization_config: null,
    };
  }
}

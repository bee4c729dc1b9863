/** @file `Dense`: every output sees every input. */
import type { ActivationFunction, ActivationLike } from '../../activations/index.js';
import * as activations from '../../activations/index.js';
import type { ConstraintFunction, ConstraintLike } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { InitializerFunction, InitializerLike } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { RegularizerFunction, RegularizerLike } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { requireChannels } from '../output_shapes.js';
import { refuseLater } from './unsupported.js';

/** Options of `new Dense(units, options)`. */
export interface DenseOptions extends LayerOptions {
  /** Applied to the sum. Default null: none. */
  readonly activation?: ActivationLike;
  /** Whether a bias is added. Default true. */
  readonly useBias?: boolean;
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerLike;
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerLike;
  readonly kernelRegularizer?: RegularizerLike;
  readonly biasRegularizer?: RegularizerLike;
  readonly kernelConstraint?: ConstraintLike;
  readonly biasConstraint?: ConstraintLike;
  /** Low-rank adaptation; not supported yet: null only. */
  readonly loraRank?: null;
  readonly loraAlpha?: null;
  /** Quantization; not supported yet: null only. */
  readonly quantizationConfig?: null;
}

/**
 * activation(x · kernel + bias) over the last axis.
 *
 * Input (batch, …, features), output (batch, …, units). Weights: `kernel` (features, units), `bias` (units).
 *
 * @throws {ValueError} `units` is no positive whole number; an input of another number of features than the first one.
 * @see `keras.layers.Dense`
 * @example new Dense(10, { activation: 'softmax' })
 */
export class Dense extends Layer {
  static readonly positional = ['units'];
  readonly units: number;
  readonly activation: ActivationFunction;
  readonly useBias: boolean;
  readonly kernelInitializer: InitializerFunction | null;
  readonly biasInitializer: InitializerFunction | null;
  readonly kernelRegularizer: RegularizerFunction | null;
  readonly biasRegularizer: RegularizerFunction | null;
  readonly kernelConstraint: ConstraintFunction | null;
  readonly biasConstraint: ConstraintFunction | null;
  kernel!: Variable;
  bias: Variable | null = null;

  constructor(units: number, options: DenseOptions = {}) {
    const {
      activation = null,
      useBias = true,
      kernelInitializer = 'glorot_uniform',
      biasInitializer = 'zeros',
      kernelRegularizer = null,
      biasRegularizer = null,
      kernelConstraint = null,
      biasConstraint = null,
      loraRank = null,
      loraAlpha = null,
      quantizationConfig = null,
      ...rest
    } = options;
    super(rest);
    refuseLater(ownerOf(this), { loraRank, loraAlpha, quantizationConfig });
    this.units = positiveInteger(ownerOf(this), 'units', units);
    this.activation = activations.get(activation);
    this.useBias = useBias;
    this.kernelInitializer = initializers.get(kernelInitializer);
    this.biasInitializer = initializers.get(biasInitializer);
    this.kernelRegularizer = regularizers.get(kernelRegularizer);
    this.biasRegularizer = regularizers.get(biasRegularizer);
    this.kernelConstraint = constraints.get(kernelConstraint);
    this.biasConstraint = constraints.get(biasConstraint);
    this.inputSpec = new InputSpec({ minNdim: 2 });
    this.supportsMasking = true;
  }

  override build(inputShape: PartialShape): void {
    const features = requireChannels(ownerOf(this), inputShape, -1);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [features, this.units],
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (this.useBias) {
      this.bias = this.addWeight({
        name: 'bias',
        shape: [this.units],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    }
    this.inputSpec = new InputSpec({ minNdim: 2, axes: { [-1]: features } });
  }

  override call(inputs: Tensor): Tensor {
    const product = ops.matmul(inputs, this.kernel);
    return this.activation(this.bias === null ? product : ops.add(product, this.bias));
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
      kernel_initializer: initializers.serialize(this.kernelInitializer),
      bias_initializer: initializers.serialize(this.biasInitializer),
      kernel_regularizer: regularizers.serialize(this.kernelRegularizer),
      bias_regularizer: regularizers.serialize(this.biasRegularizer),
      kernel_constraint: constraints.serialize(this.kernelConstraint),
      bias_constraint: constraints.serialize(this.biasConstraint),
      quantization_config: null,
    };
  }
}

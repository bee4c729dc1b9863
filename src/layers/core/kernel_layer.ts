/** @file The base of layers that multiply with one kernel and add a bias: `Dense`, `EinsumDense`. */
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
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import { constraintsConfig, initializersConfig, regularizersConfig, rulesOf } from '../weight_rules.js';

/** Options of a kernel. */
export interface KernelOptions {
  /** Default `'glorot_uniform'`. */
  readonly kernelInitializer?: InitializerLike;
  /** Adds a loss of the kernel's size. Default null: none. */
  readonly kernelRegularizer?: RegularizerLike;
  /** Applied to the kernel after each update. Default null: none. */
  readonly kernelConstraint?: ConstraintLike;
}

/** Options of a bias. */
export interface BiasOptions {
  /** Default `'zeros'`. */
  readonly biasInitializer?: InitializerLike;
  /** Adds a loss of the bias's size. Default null: none. */
  readonly biasRegularizer?: RegularizerLike;
  /** Applied to the bias after each update. Default null: none. */
  readonly biasConstraint?: ConstraintLike;
}

/** Options of layers with a kernel, a bias and an activation. */
export interface KernelLayerOptions extends LayerOptions, KernelOptions, BiasOptions {
  /** Applied to the sum. Default null: none. */
  readonly activation?: ActivationLike;
}

/** activation(product with the kernel + bias). Subclasses say what the product is, and the shapes. */
export abstract class KernelLayer extends Layer {
  readonly activation: ActivationFunction;
  readonly kernelInitializer: InitializerFunction | null;
  readonly biasInitializer: InitializerFunction | null;
  readonly kernelRegularizer: RegularizerFunction | null;
  readonly biasRegularizer: RegularizerFunction | null;
  readonly kernelConstraint: ConstraintFunction | null;
  readonly biasConstraint: ConstraintFunction | null;
  kernel!: Variable;
  bias: Variable | null = null;

  constructor(options: KernelLayerOptions) {
    const {
      activation = null,
      kernelInitializer = 'glorot_uniform',
      biasInitializer = 'zeros',
      kernelRegularizer = null,
      biasRegularizer = null,
      kernelConstraint = null,
      biasConstraint = null,
      ...rest
    } = options;
    super(rest);
    this.activation = activations.get(activation);
    this.kernelInitializer = initializers.get(kernelInitializer);
    this.biasInitializer = initializers.get(biasInitializer);
    this.kernelRegularizer = regularizers.get(kernelRegularizer);
    this.biasRegularizer = regularizers.get(biasRegularizer);
    this.kernelConstraint = constraints.get(kernelConstraint);
    this.biasConstraint = constraints.get(biasConstraint);
  }

  /** @param initializer Default: that of the options. */
  protected addKernel(shape: PartialShape, initializer: InitializerFunction | null = this.kernelInitializer): void {
    this.kernel = this.addWeight({ name: 'kernel', shape, ...rulesOf(this, 'kernel'), initializer });
  }

  protected addBias(shape: PartialShape): void {
    this.bias = this.addWeight({ name: 'bias', shape, ...rulesOf(this, 'bias') });
  }

  /** Add the bias to the product, and apply the activation. */
  protected finish(product: Tensor): Tensor {
    return this.activation(this.bias === null ? product : ops.add(product, this.bias));
  }

  /** The rules of both weights, in Keras's order; `between` comes before the constraints. */
  protected rulesConfig(between: Config = {}): Config {
    return {
      ...initializersConfig(this, ['kernel', 'bias']),
      ...regularizersConfig(this, ['kernel', 'bias']),
      ...between,
      ...constraintsConfig(this, ['kernel', 'bias']),
    };
  }
}

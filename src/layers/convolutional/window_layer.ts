/** @file What all convolutions share: windows that slide over space, a bias, an activation. */
import type { ActivationFunction, ActivationLike } from '../../activations/index.js';
import * as activations from '../../activations/index.js';
import type { ConstraintFunction } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import type { DataFormat } from '../../core/config.js';
import { standardizeDataFormat } from '../../core/config.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { InitializerFunction } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { RegularizerFunction } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { oneOf, ownerOf, perDimension } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';
import type { RuledWeights } from '../weight_rules.js';
import { constraintsConfig, initializersConfig, regularizersConfig, rulesOf } from '../weight_rules.js';
import type { BiasOptions } from '../core/kernel_layer.js';
import { channelAxis, requireChannels, requireRank } from '../output_shapes.js';

/** Options that all convolutions have. Sizes are one number for all spatial dimensions, or a list with one for each. */
export interface WindowLayerOptions extends LayerOptions, BiasOptions {
  /** Steps of the window. Default 1. */
  readonly strides?: number | readonly number[];
  /** `'valid'`: whole windows only; `'same'`: the edges are padded with zeros, ⌈size / stride⌉ outputs. Default `'valid'`. */
  readonly padding?: 'valid' | 'same';
  /** Where the channels are. Default: `imageDataFormat()`. */
  readonly dataFormat?: DataFormat | null;
  /** Distance between the taps of the window. Default 1. */
  readonly dilationRate?: number | readonly number[];
  /** Applied to the outputs. Default null: none. */
  readonly activation?: ActivationLike;
  /** Whether a bias is added. Default true. */
  readonly useBias?: boolean;
}

/** The base of the convolution layers; it makes no kernel. */
export abstract class WindowLayer extends Layer {
  readonly kernelSize: readonly number[];
  readonly strides: readonly number[];
  readonly padding: 'valid' | 'same' | 'causal';
  readonly dataFormat: DataFormat;
  readonly dilationRate: readonly number[];
  readonly activation: ActivationFunction;
  readonly useBias: boolean;
  readonly biasInitializer: InitializerFunction | null;
  readonly biasRegularizer: RegularizerFunction | null;
  readonly biasConstraint: ConstraintFunction | null;
  bias: Variable | null = null;

  constructor(
    /** Number of spatial dimensions. */
    readonly rank: number,
    kernelSize: number | readonly number[],
    options: Omit<WindowLayerOptions, 'padding'> & { readonly padding?: 'valid' | 'same' | 'causal' },
    /** Whether the padding `'causal'` is known. */
    causal = false,
  ) {
    const {
      strides = 1,
      padding = 'valid',
      dataFormat = null,
      dilationRate = 1,
      activation = null,
      useBias = true,
      biasInitializer = 'zeros',
      biasRegularizer = null,
      biasConstraint = null,
      ...rest
    } = options;
    super(rest);
    const owner = ownerOf(this);
    this.kernelSize = perDimension(owner, 'kernelSize', kernelSize, rank);
    this.strides = perDimension(owner, 'strides', strides, rank);
    this.dilationRate = perDimension(owner, 'dilationRate', dilationRate, rank);
    this.padding = oneOf(owner, 'padding', padding, causal ? ['valid', 'same', 'causal'] : ['valid', 'same']);
    this.dataFormat = standardizeDataFormat(dataFormat, owner);
    this.activation = activations.get(activation);
    this.useBias = useBias;
    this.biasInitializer = initializers.get(biasInitializer);
    this.biasRegularizer = regularizers.get(biasRegularizer);
    this.biasConstraint = constraints.get(biasConstraint);
    this.inputSpec = new InputSpec({ minNdim: rank + 2 });
  }

  /** @throws {ValueError} The window both steps and is dilated. */
  protected refuseStridedDilation(): void {
    const { strides, dilationRate } = this;
    if (Math.max(...strides) > 1 && Math.max(...dilationRate) > 1) {
      throw new ValueError(
        `${ownerOf(this)}: strides=[${strides}] with dilationRate=[${dilationRate}]. Strides above 1 cannot be combined with dilation rates above 1.`,
      );
    }
  }

  /** The input's channels, which are checked at each call from now on. */
  protected fixChannels(inputShape: PartialShape): number {
    requireRank(ownerOf(this), inputShape, this.rank);
    const axis = channelAxis(this.dataFormat);
    const channels = requireChannels(ownerOf(this), inputShape, axis);
    this.inputSpec = new InputSpec({ minNdim: this.rank + 2, axes: { [axis]: channels } });
    return channels;
  }

  protected addBias(size: number): void {
    if (!this.useBias) return;
    this.bias = this.addWeight({
      name: 'bias',
      shape: [size],
      ...rulesOf(this, 'bias'),
    });
  }

  /** Add the bias and apply the activation. */
  protected finish(outputs: Tensor): Tensor {
    if (this.bias === null) return this.activation(outputs);
    const ones = new Array<number>(this.rank).fill(1);
    const last = this.dataFormat === 'channels_last';
    const bias = ops.reshape(this.bias, last ? [1, ...ones, this.bias.size] : [1, this.bias.size, ...ones]);
    return this.activation(ops.add(outputs, bias));
  }

  /** The options that all convolutions write, `between` after the padding, `after` after the dilation, and the rules of the kernels. */
  protected windowConfig(between: Config, after: Config, kernels: KernelRules): Config {
    return {
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      ...between,
      data_format: this.dataFormat,
      dilation_rate: this.dilationRate,
      ...after,
      activation: activations.serialize(this.activation),
      use_bias: this.useBias,
      ...kernels.initializers,
      ...initializersConfig(this, ['bias']),
      ...kernels.regularizers,
      ...regularizersConfig(this, ['bias']),
      activity_regularizer: regularizers.serialize(this.activityRegularizer),
      ...kernels.constraints,
      ...constraintsConfig(this, ['bias']),
    };
  }
}

/** The entries of configs for the kernels of a convolution. */
export interface KernelRules {
  readonly initializers: Config;
  readonly regularizers: Config;
  readonly constraints: Config;
}

/** The entries for the kernels of these names: `['depthwise', 'pointwise']`. */
export function windowRules<N extends string>(layer: RuledWeights<N>, names: readonly N[]): KernelRules {
  return {
    initializers: initializersConfig(layer, names),
    regularizers: regularizersConfig(layer, names),
    constraints: constraintsConfig(layer, names),
  };
}

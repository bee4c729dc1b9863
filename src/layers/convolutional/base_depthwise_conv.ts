/** @file The base of `DepthwiseConv1D` and `DepthwiseConv2D`. */
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
import { channelAxis, requireChannels, windowOutputShape } from '../output_shapes.js';
import type { WindowLayerOptions } from './window_layer.js';
import { WindowLayer, windowRules } from './window_layer.js';
import { rulesOf } from '../weight_rules.js';

/** Options of the depthwise convolutions. */
export interface DepthwiseConvOptions extends WindowLayerOptions {
  /** How many outputs each channel has. Default 1. */
  readonly depthMultiplier?: number;
  /** Default `'glorot_uniform'`. */
  readonly depthwiseInitializer?: InitializerLike;
  /** Adds a loss of the size of the kernel. Default null: none. */
  readonly depthwiseRegularizer?: RegularizerLike;
  /** Applied to the kernel after each update. Default null: none. */
  readonly depthwiseConstraint?: ConstraintLike;
}

/** Each channel convolved by itself. */
export abstract class BaseDepthwiseConv extends WindowLayer {
  static readonly positional = ['kernel_size'];
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: InitializerFunction | null;
  readonly depthwiseRegularizer: RegularizerFunction | null;
  readonly depthwiseConstraint: ConstraintFunction | null;
  kernel!: Variable;

  constructor(rank: number, kernelSize: number | readonly number[], options: DepthwiseConvOptions) {
    const {
      depthMultiplier = 1,
      depthwiseInitializer = 'glorot_uniform',
      depthwiseRegularizer = null,
      depthwiseConstraint = null,
      ...rest
    } = options;
    super(rank, kernelSize, rest);
    this.depthMultiplier = positiveInteger(ownerOf(this), 'depthMultiplier', depthMultiplier);
    this.depthwiseInitializer = initializers.get(depthwiseInitializer);
    this.depthwiseRegularizer = regularizers.get(depthwiseRegularizer);
    this.depthwiseConstraint = constraints.get(depthwiseConstraint);
  }

  override build(inputShape: PartialShape): void {
    const channels = this.fixChannels(inputShape);
    this.computeOutputShape(inputShape); // refuses an input smaller than the window
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      ...rulesOf(this, 'depthwise'),
    });
    this.addBias(channels * this.depthMultiplier);
  }

  override call(inputs: Tensor): Tensor {
    const { strides, dataFormat, dilationRate, padding } = this;
    return this.finish(ops.depthwiseConv(inputs, this.kernel, { strides, padding, dataFormat, dilationRate }));
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const { kernelSize: size, strides, padding, dilationRate: dilation } = this;
    const owner = ownerOf(this);
    const channels = requireChannels(owner, inputShape, channelAxis(this.dataFormat)) * this.depthMultiplier;
    return windowOutputShape(owner, inputShape, this.dataFormat, { size, strides, padding, dilation }, channels);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      ...this.windowConfig({}, {}, windowRules(this, ['depthwise'])),
    };
  }
}

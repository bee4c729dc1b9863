/** @file The base of `SeparableConv1D` and `SeparableConv2D`. */
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
import { windowOutputShape } from '../output_shapes.js';
import type { WindowLayerOptions } from './window_layer.js';
import { WindowLayer, windowRules } from './window_layer.js';
import { rulesOf } from '../weight_rules.js';

/** Options of the separable convolutions. */
export interface SeparableConvOptions extends WindowLayerOptions {
  /** How many outputs each channel has before the pointwise step. Default 1. */
  readonly depthMultiplier?: number;
  /** Default `'glorot_uniform'`. */
  readonly depthwiseInitializer?: InitializerLike;
  /** Default `'glorot_uniform'`. */
  readonly pointwiseInitializer?: InitializerLike;
  /** Adds a loss of the size of the depthwise kernel. Default null: none. */
  readonly depthwiseRegularizer?: RegularizerLike;
  /** Adds a loss of the size of the pointwise kernel. Default null: none. */
  readonly pointwiseRegularizer?: RegularizerLike;
  /** Applied to the depthwise kernel after each update. Default null: none. */
  readonly depthwiseConstraint?: ConstraintLike;
  /** Applied to the pointwise kernel after each update. Default null: none. */
  readonly pointwiseConstraint?: ConstraintLike;
}

/** Each channel convolved by itself, then all of them mixed point by point. */
export abstract class BaseSeparableConv extends WindowLayer {
  static readonly positional = ['filters', 'kernel_size'];
  readonly filters: number;
  readonly depthMultiplier: number;
  readonly depthwiseInitializer: InitializerFunction | null;
  readonly pointwiseInitializer: InitializerFunction | null;
  readonly depthwiseRegularizer: RegularizerFunction | null;
  readonly pointwiseRegularizer: RegularizerFunction | null;
  readonly depthwiseConstraint: ConstraintFunction | null;
  readonly pointwiseConstraint: ConstraintFunction | null;
  depthwiseKernel!: Variable;
  pointwiseKernel!: Variable;

  constructor(rank: number, filters: number, kernelSize: number | readonly number[], options: SeparableConvOptions) {
    const {
      depthMultiplier = 1,
      depthwiseInitializer = 'glorot_uniform',
      pointwiseInitializer = 'glorot_uniform',
      depthwiseRegularizer = null,
      pointwiseRegularizer = null,
      depthwiseConstraint = null,
      pointwiseConstraint = null,
      ...rest
    } = options;
    super(rank, kernelSize, rest);
    this.filters = positiveInteger(ownerOf(this), 'filters', filters);
    this.depthMultiplier = positiveInteger(ownerOf(this), 'depthMultiplier', depthMultiplier);
    this.depthwiseInitializer = initializers.get(depthwiseInitializer);
    this.pointwiseInitializer = initializers.get(pointwiseInitializer);
    this.depthwiseRegularizer = regularizers.get(depthwiseRegularizer);
    this.pointwiseRegularizer = regularizers.get(pointwiseRegularizer);
    this.depthwiseConstraint = constraints.get(depthwiseConstraint);
    this.pointwiseConstraint = constraints.get(pointwiseConstraint);
  }

  override build(inputShape: PartialShape): void {
    const channels = this.fixChannels(inputShape);
    this.computeOutputShape(inputShape); // refuses an input smaller than the window
    this.depthwiseKernel = this.addWeight({
      name: 'depthwise_kernel',
      shape: [...this.kernelSize, channels, this.depthMultiplier],
      ...rulesOf(this, 'depthwise'),
    });
    this.pointwiseKernel = this.addWeight({
      name: 'pointwise_kernel',
      shape: [...this.kernelSize.map(() => 1), this.depthMultiplier * channels, this.filters],
      ...rulesOf(this, 'pointwise'),
    });
    this.addBias(this.filters);
  }

  override call(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat, dilationRate } = this;
    return this.finish(
      ops.separableConv(inputs, this.depthwiseKernel, this.pointwiseKernel, {
        strides,
        padding,
        dataFormat,
        dilationRate,
      }),
    );
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    const { kernelSize: size, strides, padding, dilationRate: dilation } = this;
    return windowOutputShape(
      ownerOf(this),
      inputShape,
      this.dataFormat,
      { size, strides, padding, dilation },
      this.filters,
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      filters: this.filters,
      ...this.windowConfig({}, {}, windowRules(this, ['depthwise', 'pointwise'])),
    };
  }
}

/** @file The base of `Conv1D`, `Conv2D` and `Conv3D`. */
import type { ConstraintFunction } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import { formatShape } from '../../core/shape.js';
import type { InitializerFunction } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { RegularizerFunction } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { windowOutputShape } from '../output_shapes.js';
import type { WindowLayerOptions } from './window_layer.js';
import { WindowLayer, windowRules } from './window_layer.js';
import type { KernelOptions } from '../core/kernel_layer.js';
import { rulesOf } from '../weight_rules.js';

/** Options of `Conv1D`, `Conv2D` and `Conv3D`. */
export interface ConvOptions extends WindowLayerOptions, KernelOptions {
  /** Into how many groups the channels are split, each with its own filters. Default 1. */
  readonly groups?: number;
}

/** Filters that slide over 1, 2 or 3 dimensions. */
export abstract class BaseConv extends WindowLayer {
  static readonly positional = ['filters', 'kernel_size'];
  readonly filters: number;
  readonly groups: number;
  readonly kernelInitializer: InitializerFunction | null;
  readonly kernelRegularizer: RegularizerFunction | null;
  readonly kernelConstraint: ConstraintFunction | null;
  kernel!: Variable;

  constructor(
    rank: number,
    filters: number,
    kernelSize: number | readonly number[],
    options: Omit<ConvOptions, 'padding'> & { readonly padding?: 'valid' | 'same' | 'causal' },
  ) {
    const {
      groups = 1,
      kernelInitializer = 'glorot_uniform',
      kernelRegularizer = null,
      kernelConstraint = null,
      ...rest
    } = options;
    super(rank, kernelSize, rest, rank === 1);
    const owner = ownerOf(this);
    this.filters = positiveInteger(owner, 'filters', filters);
    this.groups = positiveInteger(owner, 'groups', groups);
    if (filters % groups !== 0)
      throw new ValueError(`${owner}: groups=${groups} does not divide the ${filters} filters.`);
    this.refuseStridedDilation();
    this.kernelInitializer = initializers.get(kernelInitializer);
    this.kernelRegularizer = regularizers.get(kernelRegularizer);
    this.kernelConstraint = constraints.get(kernelConstraint);
  }

  override build(inputShape: PartialShape): void {
    const channels = this.fixChannels(inputShape);
    if (channels % this.groups !== 0) {
      throw new ValueError(
        `${ownerOf(this)}: groups=${this.groups} does not divide the ${channels} input channels (input shape ${formatShape(inputShape)}). ` +
          `Choose a divisor of ${channels}, or change the input.`,
      );
    }
    this.computeOutputShape(inputShape); // refuses an input smaller than the window
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, channels / this.groups, this.filters],
      ...rulesOf(this, 'kernel'),
    });
    this.addBias(this.filters);
  }

  override call(inputs: Tensor): Tensor {
    const { strides, padding, dataFormat, dilationRate } = this;
    return this.finish(ops.conv(inputs, this.kernel, { strides, padding, dataFormat, dilationRate }));
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
      filters: this.filters,
      ...this.windowConfig({}, { groups: this.groups }, windowRules(this, ['kernel'])),
    };
  }
}

/** @file The base of `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose`. */
import type { ConstraintFunction } from '../../constraints/index.js';
import * as constraints from '../../constraints/index.js';
import { ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import type { InitializerFunction } from '../../initializers/index.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { RegularizerFunction } from '../../regularizers/index.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor, Variable } from '../../runtime/index.js';
import { ownerOf, perDimension, positiveInteger } from '../arguments.js';
import { mapSpace, requireRank } from '../output_shapes.js';
import type { WindowLayerOptions } from './window_layer.js';
import { WindowLayer, windowRules } from './window_layer.js';
import type { KernelOptions } from '../core/kernel_layer.js';
import { rulesOf } from '../weight_rules.js';

/** Options of the transposed convolutions. */
export interface ConvTransposeOptions extends WindowLayerOptions, KernelOptions {
  /**
   * Rows added at the far end, below the stride: (rows − 1) · stride + kernel − 2 · padding + outputPadding come out. Default null:
   * inferred, so that `'same'` gives rows · stride.
   */
  readonly outputPadding?: number | readonly number[] | null;
}

/** Convolutions run backwards: from the shape of an output to that of an input. */
export abstract class BaseConvTranspose extends WindowLayer {
  static readonly positional = ['filters', 'kernel_size'];
  readonly filters: number;
  readonly outputPadding: readonly number[] | null;
  readonly kernelInitializer: InitializerFunction | null;
  readonly kernelRegularizer: RegularizerFunction | null;
  readonly kernelConstraint: ConstraintFunction | null;
  kernel!: Variable;

  constructor(rank: number, filters: number, kernelSize: number | readonly number[], options: ConvTransposeOptions) {
    const {
      outputPadding = null,
      kernelInitializer = 'glorot_uniform',
      kernelRegularizer = null,
      kernelConstraint = null,
      ...rest
    } = options;
    super(rank, kernelSize, rest);
    const owner = ownerOf(this);
    this.filters = positiveInteger(owner, 'filters', filters);
    this.outputPadding = outputPadding === null ? null : perDimension(owner, 'outputPadding', outputPadding, rank, 0);
    if (this.outputPadding?.some((extra, i) => extra >= this.strides[i])) {
      throw new ValueError(
        `${owner}: outputPadding=[${this.outputPadding}] with strides=[${this.strides}]. Each must be less than its stride.`,
      );
    }
    this.refuseStridedDilation();
    this.kernelInitializer = initializers.get(kernelInitializer);
    this.kernelRegularizer = regularizers.get(kernelRegularizer);
    this.kernelConstraint = constraints.get(kernelConstraint);
  }

  override build(inputShape: PartialShape): void {
    const channels = this.fixChannels(inputShape);
    this.kernel = this.addWeight({
      name: 'kernel',
      shape: [...this.kernelSize, this.filters, channels],
      ...rulesOf(this, 'kernel'),
    });
    this.addBias(this.filters);
  }

  override call(inputs: Tensor): Tensor {
    const { strides, padding, outputPadding, dataFormat, dilationRate } = this;
    return this.finish(
      ops.convTranspose(inputs, this.kernel, { strides, padding, outputPadding, dataFormat, dilationRate }),
    );
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    requireRank(ownerOf(this), inputShape, this.rank);
    const size = (dim: number, i: number): number => {
      const [stride, window] = [this.strides[i], (this.kernelSize[i] - 1) * this.dilationRate[i] + 1];
      const extra = this.outputPadding?.[i] ?? null;
      if (this.padding === 'valid') return (dim - 1) * stride + window + (extra ?? Math.max(window, stride) - window);
      return extra === null ? dim * stride : (dim - 1) * stride + (window % 2) + extra;
    };
    return mapSpace(inputShape, this.dataFormat, size, this.filters);
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      filters: this.filters,
      ...this.windowConfig({ output_padding: this.outputPadding }, {}, windowRules(this, ['kernel'])),
    };
  }
}

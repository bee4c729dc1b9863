/** @file Two layers that Keras keeps to itself, in models drawn from a `FeatureSpace`: numbers as they are, and features side by side. */
import type { Config } from '../../core/serialization.js';
import type { LayerOptions } from '../../layers/index.js';
import { Layer } from '../../layers/index.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';

/** Numbers as they are, as floats. */
export class TFDIdentity extends Layer {
  constructor(options: LayerOptions = {}) {
    super(options);
    this.buildAtInit();
  }

  override call(x: Tensor): Tensor {
    return ops.cast(x, this.computeDtype);
  }
}

/** Options of `new TFDConcat(axis, options)`. */
export type TFDConcatOptions = LayerOptions;

/** Tensors one after the other along an axis. */
export class TFDConcat extends Layer {
  static readonly positional = ['axis'];
  readonly axis: number;

  constructor(axis: number, options: TFDConcatOptions = {}) {
    super(options);
    this.axis = axis;
    this.buildAtInit();
  }

  override call(inputs: readonly Tensor[]): Tensor {
    return ops.concatenate(inputs, { axis: this.axis });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

/** @file `AdditiveAttention`: attention whose scores are a learned sum. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import type { ShapeTree } from '../layer_types.js';
import { requireChannels } from '../output_shapes.js';
import type { AttentionOptions } from './attention.js';
import { Attention } from './attention.js';

/** Options of `new AdditiveAttention(options)`. */
export interface AdditiveAttentionOptions extends Omit<AttentionOptions, 'scoreMode'> {
  /** Whether the sum is weighted by a learned vector. Default true. */
  readonly useScale?: boolean;
}

/**
 * softmax(Σ scale · tanh(query + key)) · value.
 *
 * Called as `Attention`. Weight: `scale` (dim) with `useScale`.
 *
 * @param options See {@link AdditiveAttentionOptions}.
 * @throws {ValueError} As `Attention`.
 * @see `keras.layers.AdditiveAttention`; Bahdanau et al. 2015
 * @example
 * new AdditiveAttention()([query, value])
 */
export class AdditiveAttention extends Attention {
  constructor(options: AdditiveAttentionOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    const { useScale = true, ...rest } = options;
    super({ ...rest, useScale });
  }

  override build(inputShape: ShapeTree): void {
    this.checkShapes(inputShape);
    if (!this.useScale) return;
    const dim = requireChannels(ownerOf(this), (inputShape as readonly PartialShape[])[0], -1);
    this.scale = this.addWeight({ name: 'scale', shape: [dim], initializer: 'glorot_uniform' });
  }

  protected override scores(query: Tensor, key: Tensor): Tensor {
    const sum = ops.tanh(ops.add(ops.expandDims(query, -2), ops.expandDims(key, -3)));
    return ops.sum(this.scale === null ? sum : ops.multiply(this.scale, sum), { axis: -1 });
  }

  override getConfig(): Config {
    const { score_mode: _, ...config } = super.getConfig();
    return config;
  }
}

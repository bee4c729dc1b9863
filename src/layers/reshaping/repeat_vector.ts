/** @file `RepeatVector`: a vector as every step of a sequence. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf, positiveInteger } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import { Layer } from '../layer.js';
import type { LayerOptions } from '../layer_types.js';

/**
 * Input (batch, features), output (batch, n, features).
 *
 * @param n How often.
 * @param options See {@link LayerOptions}.
 * @throws {ValueError} `n` is no positive whole number.
 * @see `keras.layers.RepeatVector`
 * @example
 * new layers.RepeatVector(2)([[1, 2]]) // [[[1, 2], [1, 2]]]
 */
export class RepeatVector extends Layer {
  static readonly positional = ['n'];
  readonly n: number;

  constructor(n: number, options: LayerOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(options);
    this.n = positiveInteger(ownerOf(this), 'n', n);
    this.inputSpec = new InputSpec({ ndim: 2 });
  }

  override call(inputs: Tensor): Tensor {
    const [batch, features] = inputs.shape;
    return ops.broadcastTo(ops.expandDims(inputs, 1), [batch, this.n, features]);
  }

  override computeOutputShape(inputShape: PartialShape): PartialShape {
    return [inputShape[0], this.n, inputShape[1]];
  }

  override getConfig(): Config {
    return { ...super.getConfig(), n: this.n };
  }
}

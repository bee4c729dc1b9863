/** @file `LSTMCell`: one step of a long short-term memory. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape, Shape } from '../../core/shape.js';
import type { DType } from '../../core/dtype.js';
import * as initializers from '../../initializers/index.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { Advance, GatedOptions } from './base_recurrent_cell.js';
import { GatedCell } from './base_recurrent_cell.js';

/** Options of `new LSTMCell(units, options)`. */
export interface LSTMCellOptions extends GatedOptions {
  /** Whether the bias of the forget gate begins at 1. Default true. */
  readonly unitForgetBias?: boolean;
}

/** The gates of long short-term memories, whatever their products are. */
export abstract class BaseLSTMCell extends GatedCell {
  readonly unitForgetBias: boolean;
  readonly stateSize: readonly number[];
  protected readonly gates = 4;

  constructor(units: number, options: LSTMCellOptions, order: { readonly seedFirst?: boolean } = {}) {
    const { unitForgetBias = true, ...rest } = options;
    super(units, rest, order);
    this.unitForgetBias = unitForgetBias;
    this.stateSize = [units, units];
  }

  protected override biasSpec(): { readonly shape: PartialShape; readonly initializer: unknown } {
    const { units, biasInitializer } = this;
    if (!this.unitForgetBias || biasInitializer === null) return super.biasSpec();
    const ones = initializers.get('ones')!;
    const initializer = (_shape: Shape, options: { readonly dtype: DType }): Tensor =>
      ops.concatenate([
        biasInitializer([units], options),
        ones([units], options),
        biasInitializer([2 * units], options),
      ]);
    return { shape: [4 * units], initializer };
  }

  override advance(training: boolean): Advance {
    const { activation, recurrentActivation } = this;
    const recurrent = this.recurrentProduct(training, this.recurrentKernel.value);
    return (projected, [h, c]) => {
      const z = ops.add(projected, recurrent(h));
      const [i, f, g, o] = ops.split(z, 4, { axis: this.gateAxis });
      const kept = ops.multiply(recurrentActivation(f), c);
      const carry = ops.add(kept, ops.multiply(recurrentActivation(i), activation(g)));
      const output = ops.multiply(recurrentActivation(o), activation(carry));
      return [output, [output, carry]];
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      ...this.activationsConfig(),
      unit_forget_bias: this.unitForgetBias,
      ...this.initializersConfig(),
      ...this.regularizersConfig(),
      ...this.constraintsConfig(),
      ...this.dropoutConfig(),
      seed: this.seed,
    };
  }
}

/**
 * With gates i, f, o = σ(x · W + h · R + b) and a candidate g = tanh(x · W + h · R + b): c′ = f · c + i · g, h′ = o · tanh(c′).
 *
 * Called with inputs (batch, features) and the states [h, c], (batch, units) each; gives [h′, [h′, c′]]. Weights, gates in the order i,
 * f, g, o: `kernel` (features, 4 · units), `recurrent_kernel` (units, 4 · units), `bias` (4 · units).
 *
 * @param units Number of outputs.
 * @param options See {@link LSTMCellOptions}.
 * @throws {ValueError} `units` is no positive whole number.
 * @see `keras.layers.LSTMCell`; Hochreiter & Schmidhuber 1997
 * @example
 * new RNN(new LSTMCell(10))
 */
export class LSTMCell extends BaseLSTMCell {
  protected override readonly takesOneTensor = true;
  constructor(units: number, options: LSTMCellOptions = {}) {
    super(units, checkedOptions(new.target, options, arguments, 1));
  }
}

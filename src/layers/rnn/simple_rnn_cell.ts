/** @file `SimpleRNNCell`: one step of a fully connected recurrence. */
import { checkedOptions } from '../../core/arguments.js';
import * as activations from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Advance, RecurrentOptions } from './base_recurrent_cell.js';
import { BaseRecurrentCell } from './base_recurrent_cell.js';

/**
 * h′ = activation(x · W + b + h · R).
 *
 * Called with inputs (batch, features) and the states [h], (batch, units); gives [h′, [h′]]. Weights: `kernel` (features, units),
 * `recurrent_kernel` (units, units), `bias` (units).
 *
 * @param units Number of outputs.
 * @param options See {@link RecurrentOptions}.
 * @throws {ValueError} `units` is no positive whole number.
 * @see `keras.layers.SimpleRNNCell`
 * @example
 * new RNN(new SimpleRNNCell(10))
 */
export class SimpleRNNCell extends BaseRecurrentCell {
  protected override readonly takesOneTensor = true;
  readonly stateSize: number;
  protected readonly gates = 1;

  constructor(units: number, options: RecurrentOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    super(units, options, { seedFirst: true });
    this.stateSize = units;
  }

  protected override usesDropout(rate: number, training: boolean): boolean {
    return training && rate > 0;
  }

  override advance(training: boolean): Advance {
    const { activation } = this;
    const recurrent = this.recurrentProduct(training, this.recurrentKernel.value);
    return (projected, [h]) => {
      const output = activation(ops.add(projected, recurrent(h)));
      return [output, [output]];
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: activations.serialize(this.activation),
      use_bias: this.useBias,
      ...this.initializersConfig(),
      ...this.regularizersConfig(),
      ...this.constraintsConfig(),
      ...this.dropoutConfig(),
      seed: this.seed,
    };
  }
}

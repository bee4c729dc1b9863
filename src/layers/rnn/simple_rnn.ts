/** @file `SimpleRNN`: a fully connected recurrence over sequences. */
import { checkedOptions } from '../../core/arguments.js';
import * as activations from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import type { Tensor } from '../../runtime/index.js';
import * as regularizers from '../../regularizers/index.js';
import { InputSpec } from '../input_spec.js';
import type { CellLayerOptions } from './cell_layer.js';
import { CellLayer } from './cell_layer.js';
import { SimpleRNNCell } from './simple_rnn_cell.js';

/**
 * h′ = activation(x · W + b + h · R) over the steps of sequences, which is also the output.
 *
 * Input (batch, steps, features), output (batch, units), or (batch, steps, units) with `returnSequences`; with `returnState` the list
 * [output, h]. Weights: as `SimpleRNNCell`.
 *
 * @param units Number of outputs.
 * @param options See {@link CellLayerOptions}.
 * @throws {ValueError} `units` is no positive whole number; an input that does not have three dimensions.
 * @see `keras.layers.SimpleRNN`
 * @example
 * new SimpleRNN(4, { returnSequences: true })
 */
export class SimpleRNN<State extends boolean = false> extends CellLayer<SimpleRNNCell, State, [h: Tensor]> {
  protected override readonly takesOneTensor = true;
  constructor(units: number, options: CellLayerOptions<State> = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      activation,
      useBias,
      kernelInitializer,
      recurrentInitializer,
      biasInitializer,
      kernelRegularizer,
      recurrentRegularizer,
      biasRegularizer,
      kernelConstraint,
      recurrentConstraint,
      biasConstraint,
      dropout,
      recurrentDropout,
      seed,
      ...rest
    } = options;
    const cell = new SimpleRNNCell(units, {
      activation,
      useBias,
      kernelInitializer,
      recurrentInitializer,
      biasInitializer,
      kernelRegularizer,
      recurrentRegularizer,
      biasRegularizer,
      kernelConstraint,
      recurrentConstraint,
      biasConstraint,
      dropout,
      recurrentDropout,
      seed,
      dtype: rest.dtype,
      trainable: rest.trainable,
      name: 'simple_rnn_cell',
    });
    // Keras: loses the activity regularizer here; it is kept, as in the other recurrent layers.
    super(cell, rest);
    this.inputSpec = [new InputSpec({ ndim: 3 })];
  }

  override getConfig(): Config {
    const { cell } = this;
    return {
      ...this.layerConfig(),
      units: cell.units,
      activation: activations.serialize(cell.activation),
      use_bias: cell.useBias,
      ...cell.initializersConfig(),
      ...cell.regularizersConfig(),
      activity_regularizer: regularizers.serialize(this.activityRegularizer),
      ...cell.constraintsConfig(),
      ...cell.dropoutConfig(),
    };
  }
}

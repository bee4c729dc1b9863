/** @file `LSTM`: long short-term memory over sequences. */
import { checkedOptions } from '../../core/arguments.js';
import type { ActivationFunction } from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import type { CellLayerOptions, CudnnChoice } from './cell_layer.js';
import { CellLayer, refuseCudnn } from './cell_layer.js';
import type { LSTMCellOptions } from './lstm_cell.js';
import { LSTMCell } from './lstm_cell.js';
import type { RNNOutput } from './rnn.js';

/** Options of `new LSTM(units, options)`. */
export interface LSTMOptions<State extends boolean = boolean> extends CellLayerOptions<State>, LSTMCellOptions {
  /** Of Keras; there is no CuDNN here, so true is refused when the layer is called. Default `'auto'`. */
  readonly useCudnn?: CudnnChoice;
}

/**
 * Long short-term memory: `LSTMCell` over the steps of sequences.
 *
 * Input (batch, steps, features), output (batch, units), or (batch, steps, units) with `returnSequences`; with `returnState` the list
 * [output, h, c]. Weights: as `LSTMCell`.
 *
 * @param units Number of outputs.
 * @param options See {@link LSTMOptions}.
 * @throws {ValueError} `units` is no positive whole number; an input that does not have three dimensions.
 * @see `keras.layers.LSTM`; Hochreiter & Schmidhuber 1997
 * @example
 * const [output, h, c] = new LSTM(4, { returnState: true })(x);
 */
export class LSTM<State extends boolean = false> extends CellLayer<LSTMCell, State, [h: Tensor, c: Tensor]> {
  readonly useCudnn: CudnnChoice;

  constructor(units: number, options: LSTMOptions<State> = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      activation,
      recurrentActivation,
      useBias,
      kernelInitializer,
      recurrentInitializer,
      biasInitializer,
      unitForgetBias,
      kernelRegularizer,
      recurrentRegularizer,
      biasRegularizer,
      kernelConstraint,
      recurrentConstraint,
      biasConstraint,
      dropout,
      recurrentDropout,
      seed,
      implementation,
      useCudnn = 'auto',
      ...rest
    } = options;
    const cell = new LSTMCell(units, {
      activation,
      recurrentActivation,
      useBias,
      kernelInitializer,
      recurrentInitializer,
      biasInitializer,
      unitForgetBias,
      kernelRegularizer,
      recurrentRegularizer,
      biasRegularizer,
      kernelConstraint,
      recurrentConstraint,
      biasConstraint,
      dropout,
      recurrentDropout,
      seed,
      implementation,
      dtype: rest.dtype,
      trainable: rest.trainable,
      name: 'lstm_cell',
    });
    super(cell, rest);
    this.inputSpec = new InputSpec({ ndim: 3 });
    this.useCudnn = useCudnn;
  }

  override call(sequences: Tensor, ...rest: readonly unknown[]): RNNOutput<State, [h: Tensor, c: Tensor]> {
    refuseCudnn(ownerOf(this), this.useCudnn);
    return super.call(sequences, ...rest);
  }

  get recurrentActivation(): ActivationFunction {
    return this.cell.recurrentActivation;
  }
  get unitForgetBias(): boolean {
    return this.cell.unitForgetBias;
  }

  override getConfig(): Config {
    const { cell } = this;
    return {
      ...this.layerConfig(),
      ...cell.activationsConfig(),
      ...cell.initializersConfig(),
      unit_forget_bias: cell.unitForgetBias,
      ...cell.regularizersConfig(),
      activity_regularizer: regularizers.serialize(this.activityRegularizer),
      ...cell.constraintsConfig(),
      ...cell.dropoutConfig(),
      seed: cell.seed,
    };
  }
}

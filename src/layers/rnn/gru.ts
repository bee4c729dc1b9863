/** @file `GRU`: gated recurrent units over sequences. */
import { checkedOptions } from '../../core/arguments.js';
import type { ActivationFunction } from '../../activations/index.js';
import type { Config } from '../../core/serialization.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor } from '../../runtime/index.js';
import { ownerOf } from '../arguments.js';
import { InputSpec } from '../input_spec.js';
import type { CellLayerOptions, CudnnChoice } from './cell_layer.js';
import { CellLayer, refuseCudnn } from './cell_layer.js';
import type { GRUCellOptions } from './gru_cell.js';
import { GRUCell } from './gru_cell.js';
import type { RNNOutput } from './rnn.js';

/** Options of `new GRU(units, options)`. */
export interface GRUOptions<State extends boolean = boolean> extends CellLayerOptions<State>, GRUCellOptions {
  /** Of Keras; there is no CuDNN here, so true is refused when the layer is called. Default `'auto'`. */
  readonly useCudnn?: CudnnChoice;
}

/**
 * Gated recurrent units: `GRUCell` over the steps of sequences.
 *
 * Input (batch, steps, features), output (batch, units), or (batch, steps, units) with `returnSequences`; with `returnState` the list
 * [output, h]. Weights: as `GRUCell`.
 *
 * @param units Number of outputs.
 * @param options See {@link GRUOptions}.
 * @throws {ValueError} `units` is no positive whole number; an input that does not have three dimensions.
 * @see `keras.layers.GRU`; Cho et al. 2014
 * @example
 * new GRU(4, { returnSequences: true })
 */
export class GRU<State extends boolean = false> extends CellLayer<GRUCell, State, [h: Tensor]> {
  readonly useCudnn: CudnnChoice;

  constructor(units: number, options: GRUOptions<State> = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const {
      activation,
      recurrentActivation,
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
      resetAfter,
      seed,
      implementation,
      useCudnn = 'auto',
      ...rest
    } = options;
    const cell = new GRUCell(units, {
      activation,
      recurrentActivation,
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
      resetAfter,
      seed,
      implementation,
      dtype: rest.dtype,
      trainable: rest.trainable,
      name: 'gru_cell',
    });
    super(cell, rest);
    this.inputSpec = new InputSpec({ ndim: 3 });
    this.useCudnn = useCudnn;
  }

  override call(sequences: Tensor, ...rest: readonly unknown[]): RNNOutput<State, [h: Tensor]> {
    refuseCudnn(ownerOf(this), this.useCudnn);
    return super.call(sequences, ...rest);
  }

  get recurrentActivation(): ActivationFunction {
    return this.cell.recurrentActivation;
  }
  get resetAfter(): boolean {
    return this.cell.resetAfter;
  }

  override getConfig(): Config {
    const { cell } = this;
    return {
      ...this.layerConfig(),
      ...cell.activationsConfig(),
      ...cell.initializersConfig(),
      ...cell.regularizersConfig(),
      activity_regularizer: regularizers.serialize(this.activityRegularizer),
      ...cell.constraintsConfig(),
      ...cell.dropoutConfig(),
      reset_after: cell.resetAfter,
      seed: cell.seed,
    };
  }
}

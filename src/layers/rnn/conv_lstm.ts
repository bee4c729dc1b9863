/** @file What `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D` share. */
import type { ActivationFunction } from '../../activations/index.js';
import type { DataFormat } from '../../core/config.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as regularizers from '../../regularizers/index.js';
import type { Tensor } from '../../runtime/index.js';
import { InputSpec } from '../input_spec.js';
import type { ShapeTree } from '../layer_types.js';
import { CellLayer } from './cell_layer.js';
import type { ConvLSTMCellOptions } from './conv_lstm_cell.js';
import { ConvLSTMCell } from './conv_lstm_cell.js';
import type { RNNOptions } from './rnn.js';

/** Options of `ConvLSTM1D`, `ConvLSTM2D` and `ConvLSTM3D`. `State`: whether states come out. */
export interface ConvLSTMOptions<State extends boolean = boolean> extends ConvLSTMCellOptions, RNNOptions<State> {}

/** A long short-term memory over sequences of lines, pictures or volumes. */
export abstract class ConvLSTM<State extends boolean> extends CellLayer<ConvLSTMCell, State, [h: Tensor, c: Tensor]> {
  static override readonly positional: readonly string[] = ['filters', 'kernel_size'];

  constructor(rank: number, filters: number, kernelSize: number | readonly number[], options: ConvLSTMOptions<State>) {
    const {
      strides,
      padding,
      dataFormat,
      dilationRate,
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
      ...rest
    } = options;
    const cell = new ConvLSTMCell(rank, filters, kernelSize, {
      strides,
      padding,
      dataFormat,
      dilationRate,
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
      dtype: rest.dtype,
      name: 'conv_lstm_cell',
    });
    super(cell, rest);
    this.inputSpec = new InputSpec({ ndim: rank + 3 });
  }

  get filters(): number {
    return this.cell.filters;
  }
  get kernelSize(): readonly number[] {
    return this.cell.kernelSize;
  }
  get strides(): readonly number[] {
    return this.cell.strides;
  }
  get padding(): 'valid' | 'same' {
    return this.cell.padding;
  }
  get dataFormat(): DataFormat {
    return this.cell.dataFormat;
  }
  get dilationRate(): readonly number[] {
    return this.cell.dilationRate;
  }
  get recurrentActivation(): ActivationFunction {
    return this.cell.recurrentActivation;
  }
  get unitForgetBias(): boolean {
    return this.cell.unitForgetBias;
  }

  override computeOutputShape(inputShape: ShapeTree, ..._others: ShapeTree[]): ShapeTree {
    const [batch, steps, ...step] = inputShape as PartialShape;
    const [, ...state] = this.cell.outputShape([batch, ...step]);
    const output = this.returnSequences ? [batch, steps, ...state] : [batch, ...state];
    return this.returnState ? [output, [batch, ...state], [batch, ...state]] : output;
  }

  override getConfig(): Config {
    const { cell } = this;
    const { units: _, ...activationsConfig } = cell.activationsConfig();
    return {
      ...this.layerConfig(),
      ...cell.windowConfig(),
      ...activationsConfig,
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

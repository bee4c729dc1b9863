/** @file What LSTM, GRU and SimpleRNN share: a recurrent layer whose options state its cell. */
import type { ActivationFunction } from '../../activations/index.js';
import type { ConstraintFunction } from '../../constraints/index.js';
import { ValueError } from '../../core/errors.js';
import type { InitializerFunction } from '../../initializers/index.js';
import type { RegularizerFunction } from '../../regularizers/index.js';
import type { BaseRecurrentCell, RecurrentOptions } from './base_recurrent_cell.js';
import type { RNNOptions } from './rnn.js';
import { RNN } from './rnn.js';

/** What `useCudnn` may be. */
export type CudnnChoice = boolean | 'auto';

/** @throws {ValueError} CuDNN is asked for. */
export function refuseCudnn(owner: string, choice: CudnnChoice): void {
  if (choice === true)
    throw new ValueError(`${owner}: useCudnn=true, but there is no CuDNN here. Expected 'auto' or false.`);
}

/** Options of a recurrent layer with a cell of its own. */
export interface CellLayerOptions<State extends boolean = boolean> extends RecurrentOptions, RNNOptions<State> {}

/** A recurrent layer over one of the cells of this room. */
export abstract class CellLayer<
  C extends BaseRecurrentCell,
  State extends boolean,
  States extends readonly unknown[],
> extends RNN<State, States> {
  static override readonly positional: readonly string[] = ['units'];
  declare readonly cell: C;

  get units(): number {
    return this.cell.units;
  }
  get activation(): ActivationFunction {
    return this.cell.activation;
  }
  get useBias(): boolean {
    return this.cell.useBias;
  }
  get kernelInitializer(): InitializerFunction | null {
    return this.cell.kernelInitializer;
  }
  get recurrentInitializer(): InitializerFunction | null {
    return this.cell.recurrentInitializer;
  }
  get biasInitializer(): InitializerFunction | null {
    return this.cell.biasInitializer;
  }
  get kernelRegularizer(): RegularizerFunction | null {
    return this.cell.kernelRegularizer;
  }
  get recurrentRegularizer(): RegularizerFunction | null {
    return this.cell.recurrentRegularizer;
  }
  get biasRegularizer(): RegularizerFunction | null {
    return this.cell.biasRegularizer;
  }
  get kernelConstraint(): ConstraintFunction | null {
    return this.cell.kernelConstraint;
  }
  get recurrentConstraint(): ConstraintFunction | null {
    return this.cell.recurrentConstraint;
  }
  get biasConstraint(): ConstraintFunction | null {
    return this.cell.biasConstraint;
  }
  get dropout(): number {
    return this.cell.dropout;
  }
  get recurrentDropout(): number {
    return this.cell.recurrentDropout;
  }
}

/** @file `GRUCell`: one step of a gated recurrent unit. */
import { checkedOptions } from '../../core/arguments.js';
import type { Config } from '../../core/serialization.js';
import type { PartialShape } from '../../core/shape.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import type { Advance, GatedOptions } from './base_recurrent_cell.js';
import { GatedCell } from './base_recurrent_cell.js';

/** Options of `new GRUCell(units, options)`. */
export interface GRUCellOptions extends GatedOptions {
  /** Whether the reset gate is applied after the state's matrix product (as CuDNN has it) or before. Default true. */
  readonly resetAfter?: boolean;
}

/**
 * With gates z, r = σ(x · W + h · R + b) and a candidate g = tanh(x · W + r · (h · R) + b), or tanh(x · W + (r · h) · R + b) without
 * `resetAfter`: h′ = z · h + (1 − z) · g.
 *
 * Called with inputs (batch, features) and the states [h], (batch, units); gives [h′, [h′]]. Weights, gates in the order z, r, g:
 * `kernel` (features, 3 · units), `recurrent_kernel` (units, 3 · units), `bias` (2, 3 · units) for inputs and state, or (3 · units)
 * without `resetAfter`.
 *
 * @param units Number of outputs.
 * @param options See {@link GRUCellOptions}.
 * @throws {ValueError} `units` is no positive whole number.
 * @see `keras.layers.GRUCell`; Cho et al. 2014
 * @example
 * new RNN(new GRUCell(10))
 */
export class GRUCell extends GatedCell {
  protected override readonly takesOneTensor = true;
  readonly resetAfter: boolean;
  readonly stateSize: number;
  protected readonly gates = 3;

  constructor(units: number, options: GRUCellOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 1);
    const { resetAfter = true, ...rest } = options;
    super(units, rest);
    this.resetAfter = resetAfter;
    this.stateSize = units;
  }

  protected override biasSpec(): { readonly shape: PartialShape; readonly initializer: unknown } {
    const { units, biasInitializer: initializer } = this;
    return { shape: this.resetAfter ? [2, 3 * units] : [3 * units], initializer };
  }

  protected override inputBias(): Tensor | null {
    const bias = super.inputBias();
    return bias !== null && this.resetAfter ? ops.getItem(bias, 0) : bias;
  }

  override advance(training: boolean): Advance {
    const { activation, recurrentActivation, units, resetAfter } = this;
    const weights = this.recurrentKernel.value;
    const next = (z: Tensor, h: Tensor, candidate: Tensor): readonly [Tensor, readonly Tensor[]] => {
      const output = ops.add(ops.multiply(z, h), ops.multiply(ops.subtract(1, z), candidate));
      return [output, [output]];
    };
    if (resetAfter) {
      const product = this.recurrentProduct(training, weights);
      const bias = this.bias === null ? null : ops.getItem(this.bias.value, 1);
      return (projected, [h]) => {
        const inner = bias === null ? product(h) : ops.add(product(h), bias);
        const [xz, xr, xg] = ops.split(projected, 3, { axis: -1 });
        const [hz, hr, hg] = ops.split(inner, 3, { axis: -1 });
        const z = recurrentActivation(ops.add(xz, hz));
        const r = recurrentActivation(ops.add(xr, hr));
        return next(z, h, activation(ops.add(xg, ops.multiply(r, hg))));
      };
    }
    const [forGates, forCandidate] = ops.split(weights, [2 * units], { axis: -1 });
    const product = this.recurrentProduct(training, forGates, 2);
    const mask = this.stateMasksFor(training)?.[2] ?? null;
    return (projected, [h]) => {
      const [xz, xr, xg] = ops.split(projected, 3, { axis: -1 });
      const [hz, hr] = ops.split(product(h), 2, { axis: -1 });
      const z = recurrentActivation(ops.add(xz, hz));
      const r = recurrentActivation(ops.add(xr, hr));
      const seen = mask === null ? h : ops.multiply(h, mask);
      return next(z, h, activation(ops.add(xg, ops.matmul(ops.multiply(r, seen), forCandidate))));
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      ...this.activationsConfig(),
      ...this.initializersConfig(),
      ...this.regularizersConfig(),
      ...this.constraintsConfig(),
      ...this.dropoutConfig(),
      reset_after: this.resetAfter,
      seed: this.seed,
    };
  }
}

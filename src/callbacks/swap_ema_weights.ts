/** @file `SwapEMAWeights`. */
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Variable } from '../runtime/index.js';
import type { CallbackState } from './callback.js';
import { Callback } from './callback.js';

/** Options of `new SwapEMAWeights(options)`. */
export interface SwapEMAWeightsOptions {
  /** Whether the averages are also in the model between the end of an epoch and the begin of the next, for the callbacks after this one. Default false. */
  readonly swapOnEpoch?: boolean;
}

/**
 * Evaluates the averages of the weights: puts them into the model before `evaluate`, validation and `predict`, and the weights of the
 * last step back afterwards. The optimizer must keep averages: `new Adam({ useEma: true })`.
 *
 * @param options See {@link SwapEMAWeightsOptions}.
 * @throws {ValueError} When it is first used: the optimizer keeps no averages.
 * @see `keras.callbacks.SwapEMAWeights`
 * @example
 * model.compile({ optimizer: new SGD({ learningRate: 0.1, useEma: true }), loss: 'mse' });
 * await model.fit(x, y, { validationData: [x, y], callbacks: [new SwapEMAWeights()], verbose: 0 });
 */
export class SwapEMAWeights extends Callback {
  readonly swapOnEpoch: boolean;
  #swapped = false;

  constructor(options: SwapEMAWeightsOptions = {}) {
    options = checkedOptions(new.target, options, arguments, 0);
    super();
    const { swapOnEpoch = false, ...rest } = options;
    refuseUnknownOptions('SwapEMAWeights', rest, ['swapOnEpoch']);
    this.swapOnEpoch = swapOnEpoch;
  }

  #averages(): readonly (readonly [variable: Variable, average: Variable])[] {
    const { optimizer } = this.model;
    const averages = optimizer.movingAverages;
    if (averages.length === 0) {
      throw new ValueError(
        `SwapEMAWeights: the optimizer '${optimizer.name}' keeps no averages of the weights. Give it useEma: true; they exist from the first step on.`,
      );
    }
    return averages;
  }

  #swap(): void {
    for (const [variable, average] of this.#averages()) {
      const weights = variable.value;
      variable.assign(average);
      average.assign(weights);
    }
    this.#swapped = !this.#swapped;
  }

  override getState(): CallbackState {
    return { swapped: this.#swapped };
  }

  override setState({ swapped }: CallbackState): void {
    this.#swapped = swapped === true;
  }

  override onEpochBegin(): void {
    if (this.swapOnEpoch && this.#swapped) this.#swap();
  }

  override onEpochEnd(epoch: number): void {
    if (!this.swapOnEpoch || this.#swapped) return;
    this.#swap();
    // After the last epoch `fit` gives the weights their averages: these must be there, not the weights that were put aside.
    if (epoch + 1 === this.params?.epochs) for (const [variable, average] of this.#averages()) average.assign(variable);
  }

  override onTestBegin(): void {
    if (!this.#swapped) this.#swap();
  }

  override onTestEnd(): void {
    if (this.#swapped) this.#swap();
  }

  override onPredictBegin(): void {
    if (!this.#swapped) this.#swap();
  }

  // Keras 3.15.1 asks the other way round here, and so leaves the averages in the model after `predict`.
  override onPredictEnd(): void {
    if (this.#swapped) this.#swap();
  }
}

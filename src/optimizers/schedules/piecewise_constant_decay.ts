/** @file `PiecewiseConstantDecay`. */
import { quote } from '../../core/describe.js';
import { checkedOptions } from '../../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../../core/errors.js';
import type { Config } from '../../core/serialization.js';
import * as ops from '../../ops/index.js';
import type { Tensor } from '../../runtime/index.js';
import { toTensor } from '../../runtime/index.js';
import { LearningRateSchedule, requireNumber, scalar } from './learning_rate_schedule.js';

/**
 * One rate up to and including each boundary, another after it.
 *
 * @param boundaries Counts of steps, ascending.
 * @param values The rates: one more than there are boundaries.
 * @param options `name`: of the schedule.
 * @throws {ValueError} There is not one rate more than boundaries.
 * @see `keras.optimizers.schedules.PiecewiseConstantDecay`
 * @example
 * new PiecewiseConstantDecay([100_000, 110_000], [1, 0.5, 0.1])
 */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  static readonly positional = ['boundaries', 'values'];
  readonly boundaries: readonly number[];
  readonly values: readonly number[];
  override readonly name: string | null;

  /**
   * @param boundaries Steps, rising. A fraction counts as the whole number below it where steps are whole numbers.
   * @param values Rates, one more than there are boundaries.
   * @throws {ValueError} The lengths do not fit.
   */
  constructor(
    boundaries: readonly number[],
    values: readonly number[],
    options: { readonly name?: string | null } = {},
  ) {
    options = checkedOptions(new.target, options, arguments, 2);
    super();
    const { name = 'PiecewiseConstant', ...rest } = options;
    refuseUnknownOptions('PiecewiseConstantDecay', rest, ['name']);
    if (boundaries.length !== values.length - 1) {
      throw new ValueError(
        'PiecewiseConstantDecay: the length of boundaries should be 1 less than the length of values. ' +
          `Received: boundaries=${quote(boundaries)} and values=${quote(values)}`,
      );
    }
    this.boundaries = boundaries.map((x, i) => requireNumber('PiecewiseConstantDecay', `boundaries[${i}]`, x));
    this.values = values.map((x, i) => requireNumber('PiecewiseConstantDecay', `values[${i}]`, x));
    this.name = name;
  }

  override call(step: Tensor): Tensor {
    // The last boundary that the step has not passed decides.
    return this.boundaries.reduceRight<Tensor>(
      (later, boundary, i) =>
        ops.where(ops.lessEqual(step, toTensor(boundary, step.dtype)), scalar(this.values[i]), later),
      scalar(this.values[this.values.length - 1]),
    );
  }

  override getConfig(): Config {
    return { boundaries: this.boundaries, values: this.values, name: this.name };
  }
}

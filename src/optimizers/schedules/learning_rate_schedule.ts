/** @file The base of learning-rate schedules, and what they share. */
import { describe } from '../../core/describe.js';
import { Callable, INVOKE } from '../../core/callable.js';
import { floatx } from '../../core/config.js';
import { NotImplementedError, ValueError } from '../../core/errors.js';
import type { Config, SerializableClass } from '../../core/serialization.js';
import { classNameOf, constructFromConfig } from '../../core/serialization.js';
import type { Tensor, TensorLike } from '../../runtime/index.js';
import { toTensor } from '../../runtime/index.js';

/**
 * A learning rate that depends on the step: `schedule(step)`. An optimizer calls it with its count of steps. Subclasses override
 * `call`, with ops alone (it becomes part of the training program), and `getConfig`.
 *
 * @see `keras.optimizers.schedules.LearningRateSchedule`
 * @example
 * class Halving extends LearningRateSchedule {
 *   override call(step: Tensor) { return ops.divide(0.1, ops.add(step, 1)); }
 * }
 * new SGD({ learningRate: new Halving() });
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class LearningRateSchedule extends Callable {
  protected [INVOKE](step: TensorLike): Tensor {
    return toTensor(this.call(toTensor(step, null, classNameOf(this))));
  }

  /**
   * The learning rate.
   *
   * @param _step A scalar: how many steps there were, from 0.
   */
  call(_step: Tensor): TensorLike {
    throw new NotImplementedError(`Learning rate schedule '${classNameOf(this)}' must override \`call(step)\`.`);
  }

  /** The options, in Keras's names. */
  getConfig(): Config {
    throw new NotImplementedError(
      `Learning rate schedule '${classNameOf(this)}' must override \`getConfig()\` in order to be serializable.`,
    );
  }

  static fromConfig(this: SerializableClass, config: Config): LearningRateSchedule {
    return constructFromConfig(this as SerializableClass<LearningRateSchedule>, config);
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export interface LearningRateSchedule {
  (step: TensorLike): Tensor;
}

/** A setting as a scalar of `floatx`, in which schedules compute. */
export function scalar(x: TensorLike): Tensor {
  return toTensor(x, floatx());
}

/** An argument that must be a number. @throws {ValueError} It is none. */
export function requireNumber(owner: string, name: string, value: number): number {
  if (typeof value !== 'number' || Number.isNaN(value))
    throw new ValueError(`${owner}: argument \`${name}\` must be a number. Received: ${name}=${describe(value)}`);
  return value;
}

/** A count of steps that is divided by. @throws {ValueError} It is no positive number. */
export function requireSteps(owner: string, name: string, value: number): number {
  if (!(requireNumber(owner, name, value) > 0))
    throw new ValueError(`${owner}: argument \`${name}\` must be > 0. Received: ${name}=${value}`);
  return value;
}

/** @file The base of regularizers. */
import { describe } from '../core/describe.js';
import { Callable, INVOKE } from '../core/callable.js';
import { NotImplementedError, ValueError } from '../core/errors.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { classNameOf, constructFromConfig } from '../core/serialization.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';

/**
 * A penalty on a weight or an output: called with a tensor, it gives a scalar that is added to the loss. A class of your own overrides
 * `call`.
 *
 * @see `keras.regularizers.Regularizer`
 * @example
 * class Mean extends Regularizer {
 *   override call(w: Tensor): Tensor {
 *     return ops.mean(ops.abs(w));
 *   }
 * }
 * new Mean()(ops.array([1, -3])); // 2
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class Regularizer extends Callable {
  protected [INVOKE](x: TensorLike): Tensor {
    return this.call(toTensor(x, null, classNameOf(this)));
  }

  /** The penalty for a tensor. */
  call(_x: Tensor): Tensor {
    return toTensor(0);
  }

  /** The options, in Keras's names. @throws {NotImplementedError} A subclass has none. */
  getConfig(): Config {
    throw new NotImplementedError(`${classNameOf(this)} has no getConfig() method.`);
  }

  static fromConfig(this: SerializableClass, config: Config): Regularizer {
    return constructFromConfig(this as SerializableClass<Regularizer>, config);
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export interface Regularizer {
  (x: TensorLike): Tensor;
}

/** A penalty's factor, checked. @throws {ValueError} It is no finite number from 0. */
export function factorOf(value: unknown, owner: string, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0)
    throw new ValueError(`${owner}: ${name}=${describe(value)}. Expected a number from 0.`);
  return value;
}

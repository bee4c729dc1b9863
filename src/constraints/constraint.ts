/** @file The base of constraints. */
import { Callable, INVOKE } from '../core/callable.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { classNameOf, constructFromConfig } from '../core/serialization.js';
import type { Tensor, TensorLike } from '../runtime/index.js';
import { toTensor } from '../runtime/index.js';

/**
 * What a weight must keep to: called with its value after each update, gives the nearest value that is allowed. Subclasses override
 * `call`.
 *
 * @see `keras.constraints.Constraint`
 * @example
 * class Small extends constraints.Constraint {
 *   override call(w: Tensor): Tensor {
 *     return ops.clip(w, -1, 1);
 *   }
 * }
 * new Small()(ops.array([3, 0.5])); // [1, 0.5]
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class Constraint extends Callable {
  protected [INVOKE](w: TensorLike): Tensor {
    return this.call(toTensor(w, null, classNameOf(this)));
  }

  /** The value that is allowed. By default the value itself. */
  call(w: Tensor): Tensor {
    return w;
  }

  /** The options, in Keras's names. */
  getConfig(): Config {
    return {};
  }

  static fromConfig(this: SerializableClass, config: Config): Constraint {
    return constructFromConfig(this as SerializableClass<Constraint>, config);
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export interface Constraint {
  (w: TensorLike): Tensor;
}

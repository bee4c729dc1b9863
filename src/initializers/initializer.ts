/** @file The bases of initializers. */
import { refuseOthers } from '../core/checked.js';
import { describe, quote } from '../core/describe.js';
import { checkKind } from '../core/kinds.js';
import { isDict } from '../core/tree.js';
import { Callable, INVOKE } from '../core/callable.js';
import { floatx } from '../core/config.js';
import type { DType } from '../core/dtype.js';
import { standardizeDType } from '../core/dtype.js';
import { NotImplementedError, TypeError, ValueError } from '../core/errors.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import {
  classNameOf,
  constructFromConfig,
  deserializeKerasObject,
  isSerializedObject,
  serializeKerasObject,
} from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import { SeedGenerator } from '../random/index.js';
import { makeDefaultSeed } from '../random/global_state.js';
import type { Tensor } from '../runtime/index.js';

/** Options of an initializer's call. */
export interface InitializerCallOptions {
  /** Default: `floatx()`. */
  readonly dtype?: DType | null;
}

/**
 * Makes the first value of a weight: `initializer(shape, { dtype })`. A class of your own overrides `call`.
 *
 * @see `keras.initializers.Initializer`
 * @example
 * class Twos extends Initializer {
 *   override call(shape: number[]): Tensor {
 *     return ops.full(shape, 2);
 *   }
 * }
 * new Twos()([2]); // [2, 2]
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export class Initializer extends Callable {
  protected [INVOKE](shape: Shape, options: InitializerCallOptions = {}, ...more: unknown[]): Tensor {
    const owner = classNameOf(this);
    checkKind(owner, 'shape', shape ?? null, ['counts']);
    if (!isDict(options) || more.length > 0)
      throw new TypeError(
        `${owner}: options are one object: ${owner}(shape, { dtype: 'float32' }). Got ${describe(more.at(-1) ?? options)}.`,
      );
    refuseOthers(owner, options, ['dtype']);
    const { dtype } = options as InitializerCallOptions;
    return this.call(shape, { dtype: standardizeDType(dtype ?? floatx(), owner) });
  }

  /** The value, of this shape and dtype. */
  call(_shape: Shape, _options: { readonly dtype: DType }): Tensor {
    throw new NotImplementedError(`${classNameOf(this)} has no call() method.`);
  }

  /** The options, in Keras's names. */
  getConfig(): Config {
    return {};
  }

  /** Another initializer of the same options. */
  clone(): Initializer {
    return constructFromConfig(this.constructor as SerializableClass<Initializer>, this.getConfig());
  }

  static fromConfig(this: SerializableClass, config: Config): Initializer {
    return constructFromConfig(this as SerializableClass<Initializer>, config);
  }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- instances are callable: see core/callable.ts
export interface Initializer {
  (shape: Shape, options?: InitializerCallOptions): Tensor;
}

/** Options of random initializers. */
export interface RandomInitializerOptions {
  /** A whole number (the same values at each call), a SeedGenerator (others at each call), or null: a number drawn now. */
  readonly seed?: number | SeedGenerator | Config | null;
}

/**
 * The base of initializers that draw random numbers: it holds the seed.
 *
 * @param options See {@link RandomInitializerOptions}.
 * @param owner The name of the class, for messages.
 * @see `keras.src.initializers.random_initializers.RandomInitializer`
 * @example
 * new initializers.HeNormal() instanceof initializers.RandomInitializer // true
 */
export class RandomInitializer extends Initializer {
  readonly seed: number | SeedGenerator;
  readonly #given: number | SeedGenerator | null;

  /** @throws {ValueError} `seed` is no seed. */
  constructor({ seed }: RandomInitializerOptions, owner: string) {
    super();
    const given = isSerializedObject(seed) ? deserializeKerasObject(seed, { defaultModule: 'keras.random' }) : seed;
    const integer = typeof given === 'number' && Number.isInteger(given);
    if (!integer && given !== null && given !== undefined && !(given instanceof SeedGenerator))
      throw new ValueError(`${owner}: seed=${quote(given)}. Expected a whole number or a SeedGenerator.`);
    this.#given = (given as number | SeedGenerator | undefined) ?? null;
    this.seed = this.#given ?? makeDefaultSeed();
  }

  override getConfig(): Config {
    return { seed: serializeKerasObject(this.#given) };
  }
}

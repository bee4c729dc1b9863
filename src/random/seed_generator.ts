/** @file `SeedGenerator`: a state from which each random draw takes a new seed. */
import { describe } from '../core/describe.js';
import { checkedOptions } from '../core/arguments.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import { autoName } from '../core/naming.js';
import type { Config, SerializableClass } from '../core/serialization.js';
import { constructFromConfig, registerClasses } from '../core/serialization.js';
import * as lax from '../graph/lax.js';
import { Tensor, tensor, Variable, withTrace } from '../runtime/index.js';
import { makeDefaultSeed, seedGeneration } from './global_state.js';

/** Options of `new SeedGenerator(options)`. */
export interface SeedGeneratorOptions {
  /** A whole number. Default: drawn from the process's generator, see `utils.setRandomSeed`. */
  readonly seed?: number | null;
  /** Default: made of the class's name. */
  readonly name?: string | null;
}

/**
 * Gives a new seed for each draw. Layers hold one in a field, so that its state is part of the model.
 *
 * @param seed A whole number; may stand in `options`. By default one is drawn.
 * @param options See {@link SeedGeneratorOptions}.
 * @throws {ValueError} The seed is no whole number.
 * @see `keras.random.SeedGenerator`
 * @example
 * const seed = new SeedGenerator({ seed: 42 });
 * random.normal([2, 3], { seed }); // other numbers at each call
 */
export class SeedGenerator {
  static readonly positional = [];
  readonly name: string;
  /** uint32, shape (2,): the seed, and how many draws there were. */
  readonly state: Variable;
  readonly #seed: number | null;

  constructor(seed: number, options?: SeedGeneratorOptions);
  constructor(options?: SeedGeneratorOptions);
  constructor(first?: SeedGeneratorOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<SeedGeneratorOptions>(new.target, first, arguments, 0);
    const { seed, name, ...rest } = options;
    refuseUnknownOptions('SeedGenerator', rest, ['seed', 'name']);
    this.name = name ?? autoName('SeedGenerator');
    this.#seed = seed ?? null;
    const start = seed ?? makeDefaultSeed();
    if (!Number.isInteger(start))
      throw new ValueError(`SeedGenerator: seed=${describe(seed)}. Expected a whole number.`);
    this.state = withTrace(
      null,
      () =>
        new Variable(tensor([start >>> 0, 0], [2], 'uint32'), {
          dtype: 'uint32',
          trainable: false,
          autocast: false,
          name: 'seed_generator_state',
        }),
    );
    this.state.path = `${this.name}/seed_generator_state`;
  }

  /**
   * The next seed: uint32, shape (2,). The state moves on.
   *
   * @param options `ordered` (default true): count draws; false: jump to a number that looks random.
   */
  next(options: { readonly ordered?: boolean } = {}): Tensor {
    const { ordered = true } = checkedOptions<{ readonly ordered?: boolean }>('next', options, arguments, 0, [
      'ordered',
    ]);
    const now = this.state.value;
    const word = (x: number): Tensor => lax.fullLike(now, x);
    this.state.assign(
      ordered
        ? lax.add(now, tensor([0, 1], [2], 'uint32'))
        : lax.rem(lax.mul(lax.add(now, word(1)), word(5387)), word(933199)),
    );
    return now;
  }

  getConfig(): Config {
    return { seed: this.#seed, name: this.name };
  }

  static fromConfig(this: SerializableClass, config: Config): SeedGenerator {
    return constructFromConfig(this as SerializableClass<SeedGenerator>, config);
  }
}

registerClasses('keras.random', { SeedGenerator: SeedGenerator });

/** What random ops take as `seed`. */
export type Seed = number | SeedGenerator | Tensor | null;

let globalGenerator: { readonly generation: number; readonly generator: SeedGenerator } | null = null;

/** The generator that draws without a seed share. */
function globalSeedGenerator(): SeedGenerator {
  if (globalGenerator?.generation !== seedGeneration())
    globalGenerator = { generation: seedGeneration(), generator: new SeedGenerator() };
  return globalGenerator.generator;
}

/**
 * The key (uint32, shape (2,)) for one draw.
 *
 * @param seed A whole number, a SeedGenerator, or null.
 * @param owner Who asks, for messages.
 * @returns A tensor of two numbers.
 * @throws {ValueError} `seed` is no seed.
 * @see `keras.src.random.seed_generator.draw_seed`
 */
export function drawSeed(seed: Seed | undefined, owner: string): Tensor {
  if (seed === null || seed === undefined) return globalSeedGenerator().next({ ordered: false });
  if (seed instanceof SeedGenerator) return seed.next();
  if (seed instanceof Tensor) return lax.convert(seed, 'uint32');
  if (typeof seed === 'number' && Number.isInteger(seed)) return tensor([seed >>> 0, 0], [2], 'uint32');
  throw new ValueError(`${owner}: seed=${describe(seed)}. Expected a whole number, a SeedGenerator or null.`);
}

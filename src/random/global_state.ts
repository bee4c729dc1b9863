/** @file The generators of the whole process: the one that default seeds come from, and the one that shuffles epochs. */
import { describe } from '../core/describe.js';
import { checked } from '../core/arguments.js';
import { ValueError } from '../core/errors.js';
import { MersenneTwister, shuffled } from './mersenne_twister.js';

const seeds = new MersenneTwister();
const orders = new MersenneTwister();
let generation = 0;

/** Whether a generator has given a number or was seeded. */
const used = { seeds: false, orders: false };

function unpredictable(): number[] {
  return Array.from({ length: 4 }, () => Math.floor(Math.random() * 2 ** 32));
}
seeds.seedByArray(unpredictable());
orders.seedByNumber(unpredictable()[0]);

/**
 * Seed everything random: initial weights, dropout, shuffles and `keras.random` without a seed. The same seed gives the same bits, run by
 * run, and the same initial weights, dropout and shuffles as Keras on JAX.
 *
 * @param seed A whole number from 0 to 2^32 − 1.
 * @throws {ValueError} It is none.
 * @see `keras.utils.set_random_seed`
 * @example
 * utils.setRandomSeed(42);
 */
export const setRandomSeed = checked('setRandomSeed', (seed: number): void => {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw new ValueError(`setRandomSeed: got ${describe(seed)}. Expected a whole number from 0 to 2^32 - 1.`);
  seeds.seedByArray([seed]);
  orders.seedByNumber(seed);
  used.seeds = used.orders = true;
  generation++;
});

/** Grows whenever the process is seeded anew. */
export function seedGeneration(): number {
  return generation;
}

/**
 * A new seed, from 1 to 10^9.
 *
 * @returns A whole number.
 * @see `keras.src.random.seed_generator.make_default_seed`
 */
export function makeDefaultSeed(): number {
  used.seeds = true;
  return seeds.randint(1, 1e9);
}

/**
 * A random order of n things, from the process's generator.
 *
 * @param n How many things there are.
 * @returns The numbers from 0 to n − 1, each once.
 */
export function randomOrder(n: number): Int32Array {
  used.orders = true;
  return orders.permutation(n);
}

/**
 * The process's generator of orders, which is NumPy's `np.random` to Keras: what draws more than orders from it takes it whole.
 *
 * @returns The generator itself: each draw moves it on.
 */
export function processDraws(): MersenneTwister {
  used.orders = true;
  return orders;
}

/**
 * A random order of n things, drawn as Python's `random.shuffle` draws: Keras orders the batches of a `PyDataset` so.
 *
 * @param n How many things there are.
 * @returns The numbers from 0 to n − 1, each once.
 */
export function randomShuffle(n: number): Int32Array {
  used.seeds = true;
  return shuffled(n, (i) => seeds.randint(0, i));
}

/**
 * A random place among n, drawn as Python's `random.choice` draws: Keras chooses the changes of `AugMix` so.
 *
 * @param n How many things there are.
 * @returns A number from 0 to n − 1.
 */
export function randomChoice(n: number): number {
  used.seeds = true;
  return seeds.randint(0, n - 1);
}

/** How far the process's generators are. */
export interface ProcessRandomState {
  readonly seeds: readonly number[];
  readonly orders: readonly number[];
}

/** How far the process's generators are, for files. */
export function processRandomState(): ProcessRandomState {
  return { seeds: seeds.words, orders: orders.words };
}

/** Which of the process's generators have given no number yet and were not seeded. */
export function unusedGenerators(): Readonly<Record<keyof ProcessRandomState, boolean>> {
  return { seeds: !used.seeds, orders: !used.orders };
}

/** Let a generator of the process go on from where another was. @param words What `processRandomState` gave. */
export function resumeGenerator(which: keyof ProcessRandomState, words: readonly number[]): void {
  const fits = words.length === 625 && words.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32);
  if (!fits || words[624] > 624) throw new ValueError('resumeGenerator: these are no words of a generator.');
  (which === 'seeds' ? seeds : orders).words = words;
}

/** Run `fn`, and let the orders that it draws be drawn again after it. */
export async function withoutDrawingOrders<R>(fn: () => Promise<R>): Promise<R> {
  const { words } = orders;
  try {
    return await fn();
  } finally {
    orders.words = words;
  }
}

/** @file What the loaders of several data sets do: read files of arrays, mix the rows as Keras does, split them. */
import { describe } from '../core/describe.js';
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { ndarray } from '../core/ndarray.js';
import { sizeOf } from '../core/shape.js';
import { fileSource } from '../formats/byte_source.js';
import { readNpz } from '../formats/npy.js';
import { MersenneTwister } from '../random/mersenne_twister.js';
import { Tensor } from '../runtime/index.js';

/** `[[x, y], [xTest, yTest]]`. */
export type Splits<X = Tensor> = [train: [x: X, y: Tensor], test: [x: X, y: Tensor]];

/** The arrays of an `.npz` file. @throws {ValueError} It is broken, or one of `names` is not in it. */
export async function readArrays<const N extends string>(
  path: string,
  names: readonly N[],
): Promise<Record<N, NDArray>> {
  const source = await fileSource(path);
  try {
    const arrays = await readNpz(source);
    const missing = names.find((name) => !Object.hasOwn(arrays, name));
    if (missing !== undefined)
      throw new ValueError(`${path}: holds no array '${missing}', but ${Object.keys(arrays).join(', ')}.`);
    const other = names.find((name) => 'texts' in arrays[name] || 're' in arrays[name]);
    if (other !== undefined)
      throw new ValueError(`${path}: the array '${other}' holds ${arrays[other].dtype}, where real numbers belong.`);
    return arrays as Record<N, NDArray>;
  } finally {
    await source.close();
  }
}

/** For each length n: 0 … n − 1 in the order in which NumPy's `RandomState(seed)` shuffles them, one after the other. */
export function shuffledIndices(owner: string, seed: number, ...lengths: readonly number[]): Int32Array[] {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new ValueError(`${owner}: seed=${describe(seed)}. Expected a whole number from 0 to 2^32 - 1.`);
  const twister = new MersenneTwister();
  twister.seedByNumber(seed);
  return lengths.map((n) => twister.permutation(n));
}

/** Rows of an array, in another order. */
export function takeRows({ dtype, shape, data }: NDArray, rows: ArrayLike<number>): NDArray {
  const width = sizeOf(shape.slice(1));
  const taken = data.slice(0, rows.length * width);
  for (let i = 0; i < rows.length; i++) taken.set(data.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  return ndarray(dtype, [rows.length, ...shape.slice(1)], taken);
}

/** How many of `count` rows are for training. @throws {ValueError} `testSplit` is no fraction. */
export function trainCount(owner: string, testSplit: number, count: number): number {
  if (!(testSplit >= 0 && testSplit < 1))
    throw new ValueError(
      `${owner}: Invalid \`testSplit\` argument: ${describe(testSplit)}. It must be between 0 and 1 (exclusive of 1).`,
    );
  return Math.trunc(count * (1 - testSplit));
}

/** Rows of x and y, mixed and split as Keras does it with data sets of houses. */
export function mixAndSplit(owner: string, x: NDArray, y: NDArray, testSplit: number, seed: number): Splits {
  const [order] = shuffledIndices(owner, seed, x.shape[0]);
  const cut = trainCount(owner, testSplit, x.shape[0]);
  const part = (rows: Int32Array): [Tensor, Tensor] => [
    Tensor.fromArray(takeRows(x, rows)),
    Tensor.fromArray(takeRows(y, rows)),
  ];
  return [part(order.subarray(0, cut)), part(order.subarray(cut))];
}

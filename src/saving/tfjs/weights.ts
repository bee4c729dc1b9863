/** @file The weights of tfjs models: the manifest of `model.json` and the binary shards that it names. */
import { allocate, isDType } from '../../core/dtype.js';
import type { DType } from '../../core/dtype.js';
import { fromBytes, itemBytes } from '../../core/bytes.js';
import { ValueError } from '../../core/errors.js';
import type { NDArray } from '../../core/ndarray.js';
import { ndarray } from '../../core/ndarray.js';
import { sizeOf } from '../../core/shape.js';
import { isDict } from '../../core/tree.js';

/** How a weight was made smaller: integers that stand for value · scale + min, or 16-bit floats. */
export interface Quantization {
  readonly dtype: 'uint8' | 'uint16' | 'float16';
  readonly scale: number;
  readonly min: number;
}

/** A weight of a manifest. */
export interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly quantization: Quantization | null;
  /** Of the optimizer, not of the model. */
  readonly isOptimizer: boolean;
}

/** Files and the weights that lie in them one after the other. */
export interface WeightGroup {
  readonly paths: readonly string[];
  readonly weights: readonly WeightSpec[];
}

function readQuantization(owner: string, given: unknown): Quantization | null {
  if (given === undefined || given === null) return null;
  const { dtype, scale = 1, min = 0 } = given as Partial<Record<string, unknown>>;
  const known = dtype === 'uint8' || dtype === 'uint16' || dtype === 'float16';
  if (!known || typeof scale !== 'number' || typeof min !== 'number')
    throw new ValueError(
      `${owner}: its quantization ${JSON.stringify(given)} is not known. Known: uint8, uint16, float16.`,
    );
  return { dtype, scale, min };
}

function readSpec(file: string, given: unknown): WeightSpec {
  if (!isDict(given) || typeof given['name'] !== 'string')
    throw new ValueError(
      `${file}: the manifest of weights holds something that is no weight: ${JSON.stringify(given)}.`,
    );
  const { name, shape, dtype } = given;
  const owner = `${file}: weight '${given['name']}'`;
  const isShape = Array.isArray(shape) && shape.every((dim) => Number.isInteger(dim) && dim >= 0);
  if (!isShape) throw new ValueError(`${owner}: its shape is ${JSON.stringify(shape)}. Expected a list of sizes.`);
  if (typeof dtype !== 'string' || !isDType(dtype))
    throw new ValueError(`${owner}: its dtype is ${JSON.stringify(dtype)}, which no weight here can have.`);
  return {
    name: name,
    shape: shape as number[],
    dtype,
    quantization: readQuantization(owner, given['quantization']),
    isOptimizer: given['group'] === 'optimizer',
  };
}

/**
 * The groups of a manifest.
 *
 * @throws {ValueError} It is none, or names files that are not beside `model.json`.
 */
export function readManifest(file: string, manifest: unknown): WeightGroup[] {
  if (!Array.isArray(manifest))
    throw new ValueError(`${file}: has no list 'weightsManifest'. Is it a model.json of tfjs?`);
  return manifest.map((group: unknown) => {
    const { paths, weights } = isDict(group) ? group : {};
    if (!Array.isArray(paths) || !Array.isArray(weights))
      throw new ValueError(`${file}: a group of weights lacks its 'paths' or its 'weights'.`);
    for (const path of paths as unknown[]) {
      // Shards lie beside model.json or below it.
      const isInside =
        typeof path === 'string' &&
        path !== '' &&
        !/^[/\\]|^[A-Za-z][A-Za-z0-9+.-]*:|(^|[/\\])\.\.([/\\]|$)/.test(path);
      if (!isInside)
        throw new ValueError(
          `${file}: names the file ${JSON.stringify(path)} for its weights, which does not lie beside it.`,
        );
    }
    return { paths: paths as string[], weights: weights.map((each) => readSpec(file, each)) };
  });
}

/** Bytes that a weight takes in the shards. */
export function bytesOf({ shape, dtype, quantization }: WeightSpec): number {
  const size =
    quantization?.dtype === 'uint8' ? 1 : quantization !== null ? 2 : dtype === 'bool' ? 1 : itemBytes(dtype);
  return sizeOf(shape) * size;
}

/** The numbers of a weight. */
export function decodeWeight(spec: WeightSpec, bytes: Uint8Array): NDArray {
  const { shape, dtype, quantization } = spec;
  if (quantization === null) return fromBytes(dtype, shape, bytes);
  const small = fromBytes(quantization.dtype, shape, bytes);
  const data = allocate(dtype, small.data.length);
  const { scale, min } = quantization.dtype === 'float16' ? { scale: 1, min: 0 } : quantization;
  const round = dtype.startsWith('float') ? (x: number): number => x : Math.round;
  for (let i = 0; i < data.length; i++) data[i] = round(small.data[i] * scale + min);
  return ndarray(dtype, shape, data);
}

/** Reads bytes one after the other from several files. */
export class ShardReader {
  readonly #file: string;
  readonly #shards: readonly { readonly size: number; read(position: number, length: number): Promise<Uint8Array> }[];
  #shard = 0;
  #position = 0;

  constructor(
    file: string,
    shards: readonly { readonly size: number; read(position: number, length: number): Promise<Uint8Array> }[],
  ) {
    this.#file = file;
    this.#shards = shards;
  }

  /** The next bytes. @throws {ValueError} There are not as many. */
  async next(length: number): Promise<Uint8Array> {
    const left = this.#shards.slice(this.#shard).reduce((sum, { size }) => sum + size, 0) - this.#position;
    if (length > left)
      throw new ValueError(
        `${this.#file}: the shards hold ${left} bytes where ${length} are needed. A shard is cut off, or of another model.`,
      );
    const pieces: Uint8Array[] = [];
    for (let missing = length; missing > 0;) {
      const shard = this.#shards[this.#shard];
      const count = Math.min(missing, shard.size - this.#position);
      pieces.push(await shard.read(this.#position, count));
      this.#position += count;
      missing -= count;
      if (this.#position === shard.size) [this.#shard, this.#position] = [this.#shard + 1, 0];
    }
    if (pieces.length === 1) return pieces[0];
    const all = new Uint8Array(length);
    pieces.reduce((at, piece) => (all.set(piece, at), at + piece.length), 0);
    return all;
  }
}

/** @file Where the weights of a model are kept in a file: by the paths of the objects that own them. HDF5 as Keras 3 writes it. */
import { ValueError } from '../core/errors.js';
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { Hdf5File, Hdf5Sink } from '../formats/hdf5/index.js';

/** Writes the weights of one object after the other. */
export interface WeightsWriter {
  /**
   * Write what an object owns.
   *
   * @param path Where the object stands in the model: `'layers/dense'`; `''` is the model itself.
   * @param name The object's name, kept for people to read.
   */
  put(path: string, name: string | null, weights: Readonly<Record<string, NDArray>>): Promise<void>;
}

/** Reads the weights of one object after the other. */
export interface WeightsReader {
  /** For messages: the file's name. */
  readonly name: string;
  /** Whether the file has a group at the path. */
  has(path: string): boolean;
  /** What the file holds for an object, without the numbers; empty if there is nothing. */
  list(path: string): ReadonlyMap<string, TensorType>;
  /** One array. @throws {ValueError} There is none, or the file is broken there. */
  read(path: string, key: string): Promise<NDArray>;
}

/** The group of the variables of an object. */
export const varsOf = (path: string): string => (path === '' ? 'vars' : `${path}/vars`);

/** Weights into an HDF5 file: `layers/dense/vars/0`, … */
export class Hdf5WeightsWriter implements WeightsWriter {
  readonly #file: Hdf5Sink;

  constructor(file: Hdf5Sink) {
    this.#file = file;
  }

  async put(path: string, name: string | null, weights: Readonly<Record<string, NDArray>>): Promise<void> {
    const group = varsOf(path);
    if (name !== null) await this.#file.group(group, { name });
    for (const [key, array] of Object.entries(weights)) await this.#file.array(`${group}/${key}`, array);
  }
}

/** Weights from an HDF5 file. */
export class Hdf5WeightsReader implements WeightsReader {
  readonly #file: Hdf5File;

  constructor(file: Hdf5File) {
    this.#file = file;
  }

  get name(): string {
    return this.#file.name;
  }

  has(path: string): boolean {
    return this.#file.hasGroup(path);
  }

  /** The group of an object's variables. Keras 2.13 named the lists of layers otherwise. */
  #group(path: string): string | null {
    const tries = [path];
    if (this.#file.hasGroup('_layer_checkpoint_dependencies'))
      tries.push(path.replaceAll('layers', '_layer_checkpoint_dependencies'));
    return tries.map(varsOf).find((group) => this.#file.hasGroup(group)) ?? null;
  }

  list(path: string): ReadonlyMap<string, TensorType> {
    const group = this.#group(path);
    const found = new Map<string, TensorType>();
    if (group === null) return found;
    for (const key of this.#file.names(group)) {
      const full = `${group}/${key}`;
      if (!this.#file.hasDataset(full)) throw new ValueError(`${this.name}: '${full}' is a group. Expected an array.`);
      const dtype = this.#file.dtypeOf(full);
      if (dtype === null) throw new ValueError(`${this.name}: the array '${full}' holds no numbers.`);
      found.set(key, { dtype, shape: this.#file.shapeOf(full) });
    }
    return found;
  }

  async read(path: string, key: string): Promise<NDArray> {
    return this.#file.read(`${this.#group(path) ?? varsOf(path)}/${key}`);
  }
}

/** @file Weights of a model as safetensors: the arrays are named by the paths that HDF5 files have for them, `layers/dense/vars/0`. */
import type { NDArray, TensorType } from '../core/ndarray.js';
import type { SafetensorsFile } from '../formats/safetensors.js';
import { SafetensorsWriter } from '../formats/safetensors.js';
import type { Saveable } from './state.js';
import { writeWeights } from './weights.js';
import type { WeightsReader } from './weights_store.js';
import { varsOf } from './weights_store.js';

/** Write the weights. The header comes first, so that the model is gone through twice. */
export async function writeSafetensorsWeights(
  model: Saveable,
  write: (bytes: Uint8Array) => Promise<void>,
  skip: readonly unknown[],
): Promise<void> {
  const types = new Map<string, TensorType>();
  const note = (path: string, _name: string | null, weights: Readonly<Record<string, NDArray>>): Promise<void> => {
    for (const [key, { dtype, shape }] of Object.entries(weights))
      types.set(`${varsOf(path)}/${key}`, { dtype, shape });
    return Promise.resolve();
  };
  await writeWeights(model, { put: note }, skip);
  const file = new SafetensorsWriter(write);
  await file.begin(types, { format: 'keras' });
  const put = async (
    _path: string,
    _name: string | null,
    weights: Readonly<Record<string, NDArray>>,
  ): Promise<void> => {
    for (const array of Object.values(weights)) await file.array(array);
  };
  await writeWeights(model, { put }, skip);
}

/** Weights from safetensors. */
export class SafetensorsWeightsReader implements WeightsReader {
  readonly #file: SafetensorsFile;
  readonly #groups = new Map<string, Map<string, TensorType>>();

  constructor(file: SafetensorsFile) {
    this.#file = file;
    for (const [name, type] of file.entries) {
      const at = name.lastIndexOf('/');
      const group = name.slice(0, Math.max(at, 0));
      if (!this.#groups.has(group)) this.#groups.set(group, new Map());
      this.#groups.get(group)!.set(name.slice(at + 1), type);
    }
  }

  get name(): string {
    return this.#file.name;
  }

  has(path: string): boolean {
    return [...this.#groups.keys()].some((group) => group === path || group.startsWith(`${path}/`));
  }

  list(path: string): ReadonlyMap<string, TensorType> {
    return this.#groups.get(varsOf(path)) ?? new Map<string, TensorType>();
  }

  read(path: string, key: string): Promise<NDArray> {
    return this.#file.read(`${varsOf(path)}/${key}`);
  }
}

/**
 * @file The file of `BackupAndRestore`: a `.weights.h5` that Keras reads too, with a group of our own beside the weights that holds where
 * training stands.
 */
import { ValueError } from '../core/errors.js';
import { formatJson, parseJson } from '../core/json.js';
import type { NDArray } from '../core/ndarray.js';
import { ndarray } from '../core/ndarray.js';
import { isDict } from '../core/tree.js';
import { fileSource } from '../formats/byte_source.js';
import { openHdf5 } from '../formats/hdf5/index.js';
import type { Layer } from '../layers/layer.js';
import { Tensor } from '../runtime/index.js';
import type { WriteSnapshot } from '../saving/snapshot.js';
import { snapshotWeights } from '../saving/snapshot.js';
import { readWeights } from '../saving/weights.js';
import { Hdf5WeightsReader } from '../saving/weights_store.js';

const GROUP = 'keras_ts';
const STATE = `${GROUP}/state`;
const arrayPath = (index: number): string => `${GROUP}/arrays/${index}`;
/** Stands in the text for an array. */
const ARRAY = 'keras_ts_array';

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [name: string]: Plain };

/** Lists, dicts and values, with tensors put apart. */
function pack(value: unknown, arrays: NDArray[]): Plain {
  if (value instanceof Tensor) {
    arrays.push(value.ndarray);
    return { [ARRAY]: arrays.length - 1 };
  }
  if (Array.isArray(value)) return value.map((each) => pack(each, arrays));
  if (isDict(value))
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, pack(each, arrays)] as const));
  return (value ?? null) as Plain;
}

function unpack(value: unknown, arrays: readonly Tensor[]): unknown {
  if (Array.isArray(value)) return value.map((each) => unpack(each, arrays));
  if (!isDict(value)) return value;
  if (Object.hasOwn(value, ARRAY)) return arrays[value[ARRAY] as number];
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unpack(each, arrays)] as const));
}

/** Take weights and state now; what comes back writes them. @param state Values, lists, dicts and tensors. */
export async function snapshotBackup(model: Layer, state: unknown): Promise<WriteSnapshot> {
  const arrays: NDArray[] = [];
  const bytes = new TextEncoder().encode(formatJson(pack(state, arrays)));
  return snapshotWeights(model, 'BackupAndRestore', async (file) => {
    await file.array(STATE, ndarray('uint8', [bytes.length], bytes));
    for (const [i, array] of arrays.entries()) await file.array(arrayPath(i), array);
  });
}

/**
 * Load the weights of a backup into a model.
 *
 * @returns The state; null: Keras wrote the file, which has none.
 * @throws {ValueError} The file is broken, or is of another model.
 */
export async function readBackup(model: Layer, path: string): Promise<Record<string, unknown> | null> {
  const source = await fileSource(path);
  try {
    const file = await openHdf5(source);
    try {
      let state: Record<string, unknown> | null = null;
      if (file.hasDataset(STATE)) {
        const text = new TextDecoder().decode(Uint8Array.from((await file.read(STATE)).data as Uint8Array));
        const arrays: Tensor[] = [];
        while (file.hasDataset(arrayPath(arrays.length)))
          arrays.push(Tensor.fromArray(await file.read(arrayPath(arrays.length))));
        const found = unpack(parseJson(text, path), arrays);
        if (!isDict(found)) throw new ValueError(`${path}: the state of training is broken.`);
        state = found;
      }
      await readWeights(model, new Hdf5WeightsReader(file));
      return state;
    } finally {
      await file.close();
    }
  } finally {
    await source.close();
  }
}

/** @file Weights of a model into a store and back. What does not fit is found before the first weight changes. */
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import { classNameOf } from '../core/serialization.js';
import { formatShape, sameShape, sizeOf } from '../core/shape.js';
import { itemBytes } from '../core/bytes.js';
import { LayerState } from '../layers/layer_state.js';
import { OptimizerVariables } from '../optimizers/index.js';
import type { TensorLike, Variable } from '../runtime/index.js';
import { fetchVariables, Tensor, toTensor } from '../runtime/index.js';
import type { Saveable } from './state.js';
import { generatorsOf, placesOf, visitState } from './state.js';
import type { WeightsReader, WeightsWriter } from './weights_store.js';

/** Write what every object of the model owns. One object's weights are in memory at a time. */
export async function writeWeights(
  model: Saveable,
  store: WeightsWriter,
  skip: readonly unknown[] = [],
): Promise<void> {
  for (const { saveable, path } of placesOf(model, skip)) {
    const own: Record<string, TensorLike> = {};
    await fetchVariables(variablesOf(saveable));
    saveable.saveOwnVariables(own);
    const arrays: Record<string, NDArray> = {};
    for (const [key, value] of Object.entries(own))
      arrays[key] = toTensor(value, null, `saveOwnVariables of '${saveable.name}'`).ndarray;
    await store.put(path, saveable.name, arrays);
  }
}

/** Options of `readWeights`. */
export interface ReadWeightsOptions {
  /** Pass over objects whose weights do not fit, with a warning. Default false: they are an error, and nothing changes. */
  readonly skipMismatch?: boolean;
  /** Objects that are passed over. */
  readonly skip?: readonly unknown[];
  /** Whether the model is new and may be left half filled when the file turns out to be broken. Default false. */
  readonly isNew?: boolean;
}

/** Small files are read once and kept; larger ones are read through before the first weight changes, and again to load them. */
const KEEP_BYTES = 1 << 28;

interface Planned {
  readonly saveable: Saveable;
  readonly path: string;
  readonly keys: readonly string[];
}

/** The variables that an object writes. */
function variablesOf(saveable: Saveable): readonly Variable[] {
  if (saveable instanceof LayerState) return saveable.ownWeights;
  return saveable instanceof OptimizerVariables ? saveable.savedVariables : [];
}

/** Let all that files say of a model be read at once: see `fetchVariables`. Configs hold numbers of variables too, such as rates. */
export async function fetchState(model: Saveable): Promise<void> {
  const weights = placesOf(model).flatMap(({ saveable }) => variablesOf(saveable));
  const states = [...generatorsOf(model).values()].map(({ state }) => state);
  await fetchVariables([...weights, ...states]);
}

/** The variables that `loadOwnVariables` assigns one by one, or null: the object has its own way. Optimizers have none. */
function plainVariables(saveable: Saveable): readonly Variable[] | null {
  if (saveable instanceof LayerState)
    return saveable.loadOwnVariables === LayerState.prototype.loadOwnVariables ? saveable.ownWeights : null;
  if (saveable instanceof OptimizerVariables) return saveable.savedVariables;
  return null;
}

/** Why the weights of an object in the file do not fit it, or null. */
function misfit(saveable: Saveable, path: string, store: WeightsReader): string | null {
  const variables = plainVariables(saveable);
  const found = store.list(path);
  if (variables === null) return null;
  const what = `${classNameOf(saveable)} '${saveable.name}'`;
  const where = `'${path === '' ? 'vars' : `${path}/vars`}'`;
  if (found.size !== variables.length) {
    if (saveable instanceof OptimizerVariables) return null; // it warns, as in Keras
    const unbuilt = saveable instanceof LayerState && !saveable.built ? ' It is not built.' : '';
    const names = variables.map((v) => `${v.name} ${formatShape(v.shape)}`).join(', ');
    return `${what} has ${variables.length} variables (${names}), but the file has ${found.size} at ${where}.${unbuilt}`;
  }
  for (const [i, variable] of variables.entries()) {
    const type = found.get(String(i));
    if (type === undefined) return `${what}: the file has no '${i}' at ${where}.`;
    if (!sameShape(type.shape, variable.shape))
      return (
        `${what}: its variable '${variable.name}' has shape ${formatShape(variable.shape)}, but the file has ` +
        `${formatShape(type.shape)} at ${where}.`
      );
  }
  return null;
}

/**
 * Load what every object of the model owns.
 *
 * @throws {ValueError} Something does not fit or the file is broken; nothing has changed then.
 */
export async function readWeights(
  model: Saveable,
  store: WeightsReader,
  { skipMismatch = false, skip = [], isNew = false }: ReadWeightsOptions = {},
): Promise<void> {
  const planned: Planned[] = [];
  const failed = new Map<Saveable, string>();
  visitState(
    model,
    (saveable, path) => {
      const why = misfit(saveable, path, store);
      if (why === null) {
        failed.delete(saveable);
        planned.push({ saveable, path, keys: [...store.list(path).keys()] });
        return true;
      }
      if (!failed.has(saveable)) failed.set(saveable, why);
      return false;
    },
    { skip },
  );
  reportMisfits(failed, store, skipMismatch);

  const bytes = planned.reduce((total, { path }) => total + bytesAt(store, path), 0);
  const cache = new Map<string, NDArray>();
  if (!isNew) {
    for (const { path, keys } of planned) {
      for (const key of keys) {
        const array = await store.read(path, key);
        if (bytes <= KEEP_BYTES) cache.set(`${path}:${key}`, array);
      }
    }
  }
  const load = async ({ saveable, path, keys }: Planned): Promise<void> => {
    const own: Record<string, TensorLike> = {};
    for (const key of keys) own[key] = Tensor.fromArray(cache.get(`${path}:${key}`) ?? (await store.read(path, key)));
    saveable.loadOwnVariables(own);
  };
  // Objects with a way of their own may refuse what they get: they go first, and are put back if one does.
  const [own, plain] = [
    planned.filter((p) => plainVariables(p.saveable) === null),
    planned.filter((p) => plainVariables(p.saveable) !== null),
  ];
  await loadOwnWays(own, load, store, skipMismatch);
  for (const each of plain) await load(each);
}

const copyArray = (array: NDArray): NDArray => ({ ...array, data: array.data.slice() });

function bytesAt(store: WeightsReader, path: string): number {
  return [...store.list(path).values()].reduce((sum, { dtype, shape }) => sum + sizeOf(shape) * itemBytes(dtype), 0);
}

function reportMisfits(failed: ReadonlyMap<Saveable, string>, store: WeightsReader, warnOnly: boolean): void {
  if (failed.size === 0) return;
  const [first] = failed.values();
  const names = [...failed.keys()].map((each) => each.name);
  const others = names.length === 1 ? '' : ` ${names.length} objects do not fit: ${names.slice(0, 20).join(', ')}.`;
  const message = `${store.name}: the weights do not fit the model. ${first}${others}`;
  if (!warnOnly) throw new ValueError(`${message} Nothing was loaded.`);
  console.warn(`${message} They are passed over.`);
}

async function loadOwnWays(
  planned: readonly Planned[],
  load: (each: Planned) => Promise<void>,
  store: WeightsReader,
  skipMismatch: boolean,
): Promise<void> {
  const before: (readonly [Variable, NDArray])[] = [];
  for (const each of planned) {
    const variables = (each.saveable as Partial<{ variables: Variable[] }>).variables ?? [];
    const own = variables.map((variable) => [variable, copyArray(variable.read())] as const);
    before.push(...own);
    try {
      await load(each);
    } catch (error) {
      const undo = skipMismatch ? own : before;
      for (const [variable, value] of undo) variable.write(value);
      const message = `${store.name}: ${classNameOf(each.saveable)} '${each.saveable.name}' cannot load what is at '${each.path}': ${(error as Error).message}`;
      if (!skipMismatch) throw new ValueError(message);
      console.warn(message);
    }
  }
}

/**
 * @file Goes through a model as Keras does when it saves and loads: which objects hold state, and under which path each is found in a
 * file. Containers number what they hold by class: `layers/dense`, `layers/dense_1`.
 */
import { toSnakeCase } from '../core/naming.js';
import { classNameOf } from '../core/serialization.js';
import type { SavedChildren } from '../core/tracking.js';
import { isDict } from '../core/tree.js';
import { LayerState } from '../layers/layer_state.js';
import { OptimizerVariables } from '../optimizers/index.js';
import { SeedGenerator } from '../random/index.js';
import type { TensorLike } from '../runtime/index.js';

/** What has state of its own in a file: layers and models, optimizers. */
export interface Saveable {
  readonly name: string;
  savedChildren(): SavedChildren;
  saveOwnVariables(store: Record<string, TensorLike>): void;
  loadOwnVariables(store: Readonly<Record<string, TensorLike>>): void;
}

/** A saveable with files of its own, such as a vocabulary. */
export interface HasAssets {
  /** Whether it cannot do without, as its config counts on them. Default false. */
  readonly needsAssets?: boolean;
  /** The files by name. */
  saveAssets(): Readonly<Record<string, string | Uint8Array>>;
  /** @throws {ValueError} They are not what `saveAssets` gave. */
  loadAssets(files: Readonly<Record<string, Uint8Array>>): void;
}

function isSaveable(value: unknown): value is Saveable {
  return value instanceof LayerState || value instanceof OptimizerVariables;
}

/** Whether a saveable has files of its own. */
export function hasAssets(value: object): value is HasAssets {
  return typeof (value as Partial<HasAssets>).saveAssets === 'function';
}

/** The values of a container; null: it is none. */
function contentOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value as readonly unknown[];
  if (value instanceof Map) return [...value.values()] as readonly unknown[];
  return isDict(value) ? Object.values(value) : null;
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

/** Python's name of an object's class. */
const savedClassOf = (saveable: Saveable): string =>
  (saveable.constructor as { readonly savedClass?: string | null }).savedClass ?? classNameOf(saveable);

/** What a visitor makes of an object at a path: `false` says that the object should be tried again if it is met elsewhere. */
export type Visit = (saveable: Saveable, path: string) => boolean;

/** What a visitor does at a generator of random numbers. */
export type VisitGenerator = (generator: SeedGenerator, path: string) => void;

/**
 * Visit all objects with state in a model, each once, in Keras's order.
 *
 * @param skip Objects that are passed over, with what is inside.
 */
export function visitState(
  root: Saveable,
  visit: Visit,
  { skip = [], visitGenerator }: { readonly skip?: readonly unknown[]; readonly visitGenerator?: VisitGenerator } = {},
): void {
  const done = new Set<unknown>(skip);
  const underWay = new Set<unknown>();

  const object = (saveable: Saveable, path: string): void => {
    if (done.has(saveable) || underWay.has(saveable)) return;
    underWay.add(saveable);
    const ok = visit(saveable, path);
    if (ok) done.add(saveable);
    for (const [name, child] of saveable.savedChildren()) {
      const inner = join(path, name);
      if (isSaveable(child)) object(child, inner);
      else if (child instanceof SeedGenerator) visitGenerator?.(child, inner);
      else container(child, inner, new Set());
    }
    underWay.delete(saveable);
  };

  const container = (value: unknown, path: string, seen: Set<unknown>): void => {
    const content = contentOf(value);
    if (content === null || seen.has(value)) return;
    seen.add(value);
    const used = new Map<string, number>();
    const unique = (name: string): string => {
      const count = used.get(name);
      used.set(name, (count ?? -1) + 1);
      return count === undefined ? name : `${name}_${count + 1}`;
    };
    for (const item of content) {
      if (isSaveable(item)) object(item, join(path, unique(toSnakeCase(savedClassOf(item)))));
      else if (contentOf(item) !== null) container(item, join(path, unique('container')), seen);
    }
  };

  object(root, '');
}

/** An object with its path. */
export interface Placed {
  readonly saveable: Saveable;
  readonly path: string;
}

/** All objects with state, in order. */
export function placesOf(root: Saveable, skip: readonly unknown[] = []): Placed[] {
  const places: Placed[] = [];
  visitState(root, (saveable, path) => places.push({ saveable, path }) > 0, { skip });
  return places;
}

/** The generators of random numbers in a model, by path. */
export function generatorsOf(root: Saveable): Map<string, SeedGenerator> {
  const found = new Map<string, SeedGenerator>();
  const seen = new Set<SeedGenerator>();
  visitState(root, () => true, {
    visitGenerator: (generator, path) => {
      if (seen.has(generator)) return;
      seen.add(generator);
      found.set(path, generator);
    },
  });
  return found;
}

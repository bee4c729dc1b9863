/** @file Objects that stand in several places of one file: each is written whole, marked, and read back as one object. */
import { checked } from '../checked.js';
import { Scope } from '../scope.js';

interface SharedObjects {
  /** What was written in this scope, with its config. */
  readonly written: Map<object, Record<string, unknown>>;
  /** What was read in this scope, by id. */
  readonly read: Map<number, unknown>;
  next: number;
}

/** The innermost `withObjectSharing`; null outside of all. */
export const sharedObjects = new Scope<SharedObjects | null>(null);

/**
 * Run `fn` so that an object that is written twice is marked (`shared_object_id`), and read back as one object. Files are written and
 * read in such a scope; configs are not.
 *
 * @param fn What is done in the scope.
 * @returns What `fn` gives.
 * @see Keras's `ObjectSharingScope`
 * @example
 * const shared = new Dense(3);
 * const [a, b] = saving.withObjectSharing(() => {
 *   const configs = saving.serializeKerasObject([shared, shared]);
 *   return saving.deserializeKerasObject(configs) as Dense[];
 * });
 * a === b; // true
 */
export const withObjectSharing = checked(
  'withObjectSharing',
  function withObjectSharing<R>(fn: () => R): R {
    return sharedObjects.run({ written: new Map(), read: new Map(), next: 1 }, fn);
  },
  undefined,
  { callsBack: true },
);

/** Mark the config of an object that this scope has written before. */
export function markShared(object: object, config: Record<string, unknown>): void {
  const shared = sharedObjects.current;
  if (shared === null) return;
  const before = shared.written.get(object);
  if (before === undefined) shared.written.set(object, config);
  else config['shared_object_id'] = before['shared_object_id'] ??= shared.next++;
}

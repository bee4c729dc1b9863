/** @file The kinds of errors that keras-ts raises. They are few and named as in Python. */
import { newerName } from './older_names.js';

/**
 * An argument of a kind that cannot be used: a list for a number, an option that does not exist. It is a `TypeError` of JavaScript's; that it
 * has a class of its own tells what was refused on purpose from what an engine says of a mistake in the code.
 *
 * @see Python's `TypeError`
 */
class KerasTypeError extends globalThis.TypeError {
  override readonly name: string = 'TypeError';
}
export { KerasTypeError as TypeError };

/**
 * A value that cannot be used: a wrong shape, name, option or range.
 *
 * @param message What is wrong, and what to do.
 * @param options `cause`: the error that led to this one.
 * @see Python's `ValueError`
 * @example
 * let caught: unknown;
 * try {
 *   ops.reshape([1, 2, 3], [2, 2]);
 * } catch (error) {
 *   caught = error;
 * }
 * caught instanceof ValueError; // true
 */
export class ValueError extends Error {
  override readonly name: string = 'ValueError';
}

/**
 * Something done in the wrong state, such as `fit` before `compile`.
 *
 * @param message What is wrong, and what to do.
 * @param options `cause`: the error that led to this one.
 * @see Python's `RuntimeError`
 * @example
 * let caught: unknown;
 * try {
 *   await new Sequential().fit(x, y);
 * } catch (error) {
 *   caught = error;
 * }
 * caught instanceof RuntimeError; // true
 */
export class RuntimeError extends Error {
  override readonly name: string = 'RuntimeError';
}

/**
 * A method that a subclass must override was not overridden.
 *
 * @param message What is missing, and what to do.
 * @param options `cause`: the error that led to this one.
 * @see Python's `NotImplementedError`
 * @example
 * let caught: unknown;
 * try {
 *   new callbacks.OrbaxCheckpoint();
 * } catch (error) {
 *   caught = error;
 * }
 * caught instanceof NotImplementedError; // true
 */
export class NotImplementedError extends RuntimeError {
  override readonly name: string = 'NotImplementedError';
}

/**
 * A program or a buffer needs more memory than the backend can address.
 *
 * @param message What was asked for.
 * @param options `cause`: the error that led to this one.
 * @see Python's `MemoryError`
 * @example
 * new OutOfMemoryError('2 GB').name // 'OutOfMemoryError'
 */
export class OutOfMemoryError extends RuntimeError {
  override readonly name: string = 'OutOfMemoryError';
}

/** A broken invariant inside keras-ts itself: always a bug of the library, never of the caller. */
export class InternalError extends Error {
  override readonly name: string = 'InternalError';
}

/** Levenshtein distance between two short strings, to suggest names. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, previous[j] + 1, row[j - 1] + 1));
    }
    previous = row;
  }
  return previous[b.length];
}

/**
 * The candidates that a person may have meant by `name`, nearest first, at most `limit`.
 *
 * @param name What was written.
 * @param candidates What exists.
 */
export function nearNames(name: string, candidates: Iterable<string>, limit = 5): string[] {
  const wanted = name.toLowerCase().replaceAll('_', '');
  const scored: [number, string][] = [];
  for (const candidate of new Set(candidates)) {
    const plain = candidate.toLowerCase().replaceAll('_', '');
    // One that holds the other counts as near, the more so the less is over.
    const holds = plain.includes(wanted) || wanted.includes(plain);
    const distance = holds ? 1 + Math.abs(plain.length - wanted.length) / 100 : editDistance(wanted, plain);
    if (distance <= Math.max(2, Math.floor(wanted.length / 2))) scored.push([distance, candidate]);
  }
  return scored
    .sort((a, b) => a[0] - b[0] || a[1].localeCompare(b[1]))
    .slice(0, limit)
    .map(([, candidate]) => candidate);
}

/** The tail of an error message that suggests near names, or lists all if none is near: ` Did you mean 'relu'?` */
export function suggest(name: string, candidates: Iterable<string>): string {
  const all = [...candidates];
  const newer = newerName(name, all);
  const near = newer === undefined ? nearNames(name, all) : [newer];
  if (near.length > 0) return ` Did you mean ${near.map((n) => `'${n}'`).join(', ')}?`;
  return ` Known: ${all.slice(0, 40).join(', ')}${all.length > 40 ? ', …' : ''}.`;
}

/**
 * Refuse options that do not exist, so that `{ kernalSize: 3 }` never passes in silence.
 *
 * @param owner Who refuses, for the message: `"Conv2D"`.
 * @param rest The options left over after destructuring the known ones.
 * @param known The names that exist, for the suggestion.
 * @throws {TypeError} `rest` has any own key whose value is not undefined.
 */
export function refuseUnknownOptions(owner: string, rest: object, known: Iterable<string>): void {
  const names = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => key);
  if (names.length === 0) return;
  const list = names.map((n) => `'${n}'`).join(', ');
  throw new KerasTypeError(
    `${owner} has no option ${list}.${suggest(names[0], known)} Options are camelCase and go in the last argument.`,
  );
}

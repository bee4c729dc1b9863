/**
 * @file Ids that must lie in a table: looked at where they are there, and where a program takes them from its arguments, noted, so that
 * whoever feeds the program can look at the arrays before it runs.
 */
import { Scope } from '../core/scope.js';
import { indexChecksEnabled } from '../core/config.js';
import { ValueError } from '../core/errors.js';
import type { NDArray } from '../core/ndarray.js';
import type { Value } from '../graph/index.js';
import type { Tensor } from './tensor.js';

/** What ids must be. */
interface IndexBound {
  /** Who looks them up: `Embedding 'embedding'`. */
  readonly owner: string;
  /** Size of the table; ids count from its end if they are negative. */
  readonly rows: number;
  /** What they are: rows of a table, or tokens, of which there are no negative ones. */
  readonly kind: 'id' | 'token';
}

/** For each of the arguments, in order, what its numbers must be. */
export type IndexBounds = readonly (readonly IndexBound[])[];

interface Watched {
  readonly values: readonly (Value | null)[];
  readonly bounds: IndexBound[][];
}
const scope = new Scope<Watched | null>(null);

/** What `fn` demands of the numbers of its arguments, by `requireIndices`. @param args Traced tensors. */
export function indexBoundsOf(args: readonly Tensor[], fn: () => void): IndexBounds {
  const watched: Watched = { values: args.map((x) => x.value), bounds: args.map(() => []) };
  scope.run(watched, fn);
  return watched.bounds;
}

/** Ops through which numbers go as they are, but for places and formats. */
const PASSES: ReadonlySet<string> = new Set(['convert', 'reshape', 'transpose']);

/**
 * Demand that `indices` are positions in a table of `rows` rows.
 *
 * @throws {ValueError} They are there, and one is not; nothing is looked at after `config.disableIndexChecks()`.
 */
export function requireIndices(indices: Tensor, rows: number, owner: string, kind: 'id' | 'token' = 'id'): void {
  if (!indexChecksEnabled()) return;
  if (!indices.isTraced) {
    checkIndices(indices.ndarray, [{ rows, owner, kind }]);
    return;
  }
  const watched = scope.current;
  if (watched === null) return;
  let { value } = indices;
  while (value !== null) {
    const at = watched.values.indexOf(value);
    if (at >= 0) {
      watched.bounds[at].push({ rows, owner, kind });
      return;
    }
    value = PASSES.has(value.node.primitive.name) ? value.node.inputs[0] : null;
  }
}

/** @throws {ValueError} A number of the array is out of bounds. */
export function checkIndices({ data }: NDArray, bounds: readonly IndexBound[]): void {
  for (const bound of bounds) {
    const least = bound.kind === 'id' ? -bound.rows : 0;
    for (let i = 0; i < data.length; i++) if (!(data[i] < bound.rows && data[i] >= least)) refuse(data[i], bound);
  }
}

function refuse(id: number, { rows, owner, kind }: IndexBound): never {
  throw new ValueError(
    kind === 'id'
      ? `${owner}: id ${id}, but the table has ${rows} rows. Expected ids from 0 to ${rows - 1}. ` +
          `config.disableIndexChecks() leaves ids unchecked; such an id then gives NaN.`
      : `${owner}: token ${id}, but there are ${rows} tokens. Expected whole numbers from 0 to ${rows - 1}: raise numTokens, or look the ` +
          `tokens up first, by IntegerLookup. config.disableIndexChecks() leaves tokens unchecked; such a token then has no place.`,
  );
}

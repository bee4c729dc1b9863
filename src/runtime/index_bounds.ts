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
export function requireIndices(indices: Tensor, rows: number, owner: string): void {
  if (!indexChecksEnabled()) return;
  if (!indices.isTraced) {
    checkIndices(indices.ndarray, [{ rows, owner }]);
    return;
  }
  const watched = scope.current;
  if (watched === null) return;
  let { value } = indices;
  while (value !== null) {
    const at = watched.values.indexOf(value);
    if (at >= 0) {
      watched.bounds[at].push({ rows, owner });
      return;
    }
    value = PASSES.has(value.node.primitive.name) ? value.node.inputs[0] : null;
  }
}

/** @throws {ValueError} A number of the array is out of bounds. One pass. */
export function checkIndices({ data }: NDArray, bounds: readonly IndexBound[]): void {
  if (bounds.length === 0) return;
  const { rows, owner } = bounds.reduce((least, each) => (each.rows < least.rows ? each : least));
  for (let i = 0; i < data.length; i++) {
    const id = data[i];
    if (id < rows && id >= -rows) continue;
    throw new ValueError(
      `${owner}: id ${id}, but the table has ${rows} rows. Expected ids from 0 to ${rows - 1}. ` +
        `config.disableIndexChecks() leaves ids unchecked; such an id then gives NaN.`,
    );
  }
}

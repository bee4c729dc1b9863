/** @file Stages made of several stages. */
import { isDict } from '../../core/tree.js';
import type { Awaitable, Indexed, Path, Stage } from './stage.js';
import { indexedStage, isPromise, streamStage } from './stage.js';

function least(stages: readonly Stage<unknown>[]): number | null {
  const known = stages.map(({ cardinality }) => cardinality);
  if (known.includes(0)) return 0;
  return known.includes(null) ? null : Math.min(...(known as number[]));
}

/** Elements of several stages side by side, until the shortest ends. */
export function zipStage(
  stages: readonly Stage<unknown>[],
  build: (parts: readonly unknown[]) => unknown,
): Stage<unknown> {
  const cardinality = least(stages);
  if (cardinality !== null && stages.every((stage) => stage.indexed !== undefined)) {
    return indexedStage(cardinality, (path) => {
      const sources = stages.map((stage) => stage.indexed!(path));
      return {
        length: Math.min(...sources.map(({ length }) => length)),
        at: (index) => {
          const parts = sources.map((source) => source.at(index));
          return parts.some(isPromise) ? Promise.all(parts).then(build) : build(parts);
        },
      };
    });
  }
  return {
    cardinality,
    async *open(path, skip) {
      const sources = stages.map((stage) => stage.open(path, skip));
      try {
        for (;;) {
          const items = await Promise.all(sources.map((source) => source.next()));
          if (items.some(({ done }) => done === true)) return;
          yield build(items.map(({ value }) => value));
        }
      } finally {
        await Promise.all(sources.map((source) => source.return()));
      }
    },
  };
}

/** The elements of one stage after those of another. */
export function concatenateStage<T>(first: Stage<T>, second: Stage<T>): Stage<T> {
  const cardinality =
    first.cardinality === Infinity || second.cardinality === Infinity
      ? Infinity
      : first.cardinality === null || second.cardinality === null
        ? null
        : first.cardinality + second.cardinality;
  if (
    cardinality !== null &&
    first.cardinality !== Infinity &&
    first.indexed !== undefined &&
    second.indexed !== undefined
  ) {
    return indexedStage(cardinality, (path) => {
      const a: Indexed<T> = first.indexed!(path);
      const b: Indexed<T> = second.indexed!(path);
      return { length: a.length + b.length, at: (i) => (i < a.length ? a.at(i) : b.at(i - a.length)) };
    });
  }
  return {
    cardinality,
    async *open(path, skip) {
      let left = skip;
      // A first part of known length is skipped over whole; another is read, to see where it ends.
      if (first.cardinality !== null) {
        if (left < first.cardinality) yield* first.open(path, left);
        left = Math.max(0, left - first.cardinality);
      } else {
        for await (const element of first.open(path, 0)) {
          if (left > 0) left--;
          else yield element;
        }
      }
      yield* second.open(path, left);
    },
  };
}

/** Elements of the stages that `fn` makes of each element: `blockLength` of each in turn, `cycleLength` stages at a time. */
export function interleaveStage<T, R>(
  upstream: Stage<T>,
  fn: (element: T) => Awaitable<Stage<R>>,
  cycleLength: number,
  blockLength: number,
): Stage<R> {
  const open = async function* (path: Path): AsyncGenerator<R, void, void> {
    const elements = upstream.open(path, 0);
    const cycle: (AsyncGenerator<R, void, void> | null)[] = [];
    let ended = false;
    const opened = async (): Promise<AsyncGenerator<R, void, void> | null> => {
      if (ended) return null;
      const { done, value } = await elements.next();
      if (done === true) {
        ended = true;
        return null;
      }
      return (await fn(value)).open(path, 0);
    };
    try {
      while (cycle.length < cycleLength) {
        const one = await opened();
        if (one === null) break;
        cycle.push(one);
      }
      while (cycle.some((one) => one !== null)) {
        for (let slot = 0; slot < cycle.length; slot++) {
          for (let i = 0; i < blockLength; i++) {
            const current = cycle[slot];
            if (current === null) break;
            const { done, value } = await current.next();
            if (done === true) {
              cycle[slot] = await opened(); // the next one takes the place of the one that has ended, from the next round on
              break;
            }
            yield value;
          }
        }
      }
    } finally {
      await elements.return();
      for (const one of cycle) await one?.return();
    }
  };
  return streamStage(null, open);
}

/** A structure as the list of its leaves, and the way back. */
export function spread<L>(
  structure: unknown,
  isLeaf: (x: unknown) => x is L,
): { leaves: L[]; build: (parts: readonly unknown[]) => unknown } | null {
  const leaves: L[] = [];
  const visit = (part: unknown): ((parts: readonly unknown[]) => unknown) | null => {
    if (isLeaf(part)) {
      const index = leaves.push(part) - 1;
      return (parts) => parts[index];
    }
    if (Array.isArray(part)) {
      const items = part.map(visit);
      return items.includes(null) ? null : (parts) => items.map((item) => item!(parts));
    }
    if (isDict(part)) {
      const items = Object.entries(part).map(([key, item]) => [key, visit(item)] as const);
      return items.some(([, item]) => item === null)
        ? null
        : (parts) => Object.fromEntries(items.map(([key, item]) => [key, item!(parts)]));
    }
    return null;
  };
  const build = visit(structure);
  return build === null || leaves.length === 0 ? null : { leaves, build };
}

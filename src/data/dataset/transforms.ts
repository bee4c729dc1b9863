/** @file Stages that map, choose and batch the elements of another stage. */
import { inOrderAhead, Limiter, readAhead } from '../concurrency.js';
import type { Padding } from './elements.js';
import { collate, slicesOf } from './elements.js';
import type { Awaitable, Indexed, Path, Stage } from './stage.js';
import { indexedStage, inOrder, isPromise, streamStage } from './stage.js';

/** The stage's random access as a function of the path, or null. */
function accessOf<T>(stage: Stage<T>): ((path: Path) => Indexed<T>) | null {
  return stage.indexed === undefined ? null : (path) => stage.indexed!(path);
}

const END = Symbol('end of the elements');

/** Each element through `fn`, at most `numParallel` calls at once; the order stays. */
export function mapStage<T, R>(upstream: Stage<T>, fn: (element: T) => Awaitable<R>, numParallel: number): Stage<R> {
  const access = accessOf(upstream);
  const openFrom = (source: AsyncGenerator<T, void, void>): AsyncGenerator<R, void, void> =>
    (async function* () {
      try {
        const results = inOrderAhead<R | typeof END>(async () => {
          const { done, value } = await source.next();
          return done === true ? END : fn(value);
        }, numParallel);
        for await (const result of results) {
          if (result === END) return;
          yield result;
        }
      } finally {
        await source.return();
      }
    })();
  if (access === null)
    return { cardinality: upstream.cardinality, open: (path, skip) => openFrom(upstream.open(path, skip)) };
  return {
    cardinality: upstream.cardinality,
    open: (path, skip) => openFrom(inOrder(access(path), skip)),
    indexed: (path) => {
      const source = access(path);
      const limiter = new Limiter(numParallel);
      return {
        length: source.length,
        at: (index) => {
          if (numParallel > 1) return limiter.run(async () => fn(await source.at(index)));
          const element = source.at(index);
          // One call at a time: those that wait are queued, so that `fn` never runs beside itself.
          return isPromise(element)
            ? limiter.run(async () => fn(await element))
            : oneAtATime(limiter, () => fn(element));
        },
      };
    },
  };
}

/** Runs a function at once if it is not async and nobody is before it; else in turn. */
function oneAtATime<R>(limiter: Limiter, fn: () => Awaitable<R>): Awaitable<R> {
  if (limiter.isBusy) return limiter.run(fn);
  const result = fn();
  return isPromise(result) ? limiter.run(() => result) : result;
}

export function filterStage<T>(upstream: Stage<T>, predicate: (element: T) => Awaitable<boolean>): Stage<T> {
  return streamStage(null, async function* (path) {
    for await (const element of upstream.open(path, 0)) if (await predicate(element)) yield element;
  });
}

/** What `begin` returns is called when a pass ends. */
export function duringStage<T>(upstream: Stage<T>, begin: () => Awaitable<() => Awaitable<void>>): Stage<T> {
  return {
    cardinality: upstream.cardinality,
    async *open(path, skip) {
      const end = await begin();
      try {
        yield* upstream.open(path, skip);
      } finally {
        await end();
      }
    },
  };
}

export function takeStage<T>(upstream: Stage<T>, count: number): Stage<T> {
  const cardinality = upstream.cardinality === null ? null : Math.min(upstream.cardinality, count);
  const access = accessOf(upstream);
  if (access !== null) {
    return indexedStage(cardinality ?? count, (path) => {
      const source = access(path);
      return { length: Math.min(source.length, count), at: (i) => source.at(i) };
    });
  }
  return {
    cardinality,
    async *open(path, skip) {
      let left = count - skip;
      if (left <= 0) return;
      for await (const element of upstream.open(path, skip)) {
        yield element;
        if (--left <= 0) return;
      }
    },
  };
}

export function skipStage<T>(upstream: Stage<T>, count: number): Stage<T> {
  const cardinality = upstream.cardinality === null ? null : Math.max(0, upstream.cardinality - count);
  const access = accessOf(upstream);
  if (access !== null) {
    return indexedStage(cardinality ?? 0, (path) => {
      const source = access(path);
      return { length: Math.max(0, source.length - count), at: (i) => source.at(i + count) };
    });
  }
  return { cardinality, open: (path, skip) => upstream.open(path, skip + count) };
}

/** Every `count`-th element, from `index` on. */
export function shardStage<T>(upstream: Stage<T>, count: number, index: number): Stage<T> {
  const sizeOf = (length: number): number => Math.max(0, Math.ceil((length - index) / count));
  const access = accessOf(upstream);
  if (access !== null) {
    return indexedStage(sizeOf(upstream.cardinality ?? 0), (path) => {
      const source = access(path);
      return { length: sizeOf(source.length), at: (i) => source.at(i * count + index) };
    });
  }
  return streamStage(upstream.cardinality === null ? null : sizeOf(upstream.cardinality), async function* (path) {
    let i = 0;
    for await (const element of upstream.open(path, 0)) if (i++ % count === index) yield element;
  });
}

/** The elements `count` times over; each repetition is a pass of its own. */
export function repeatStage<T>(upstream: Stage<T>, count: number): Stage<T> {
  const { cardinality } = upstream;
  const total =
    cardinality === null ? (count === Infinity ? Infinity : null) : cardinality === 0 ? 0 : cardinality * count;
  const access = accessOf(upstream);
  if (access !== null && cardinality !== null && cardinality !== 0 && cardinality !== Infinity) {
    return indexedStage(total ?? 0, (path) => {
      // Two repetitions may be in use where elements are made ahead.
      const opened = new Map<number, Indexed<T>>();
      const repetition = (r: number): Indexed<T> => {
        let one = opened.get(r);
        if (one === undefined) {
          opened.set(r, (one = access([...path, r])));
          for (const old of opened.keys()) if (opened.size > 2) opened.delete(old);
        }
        return one;
      };
      return { length: total ?? 0, at: (i) => repetition(Math.floor(i / cardinality)).at(i % cardinality) };
    });
  }
  return {
    cardinality: total,
    async *open(path, skip) {
      const whole =
        cardinality === null || cardinality === 0 || cardinality === Infinity ? 0 : Math.floor(skip / cardinality);
      let left = cardinality === null || cardinality === 0 || cardinality === Infinity ? skip : skip % cardinality;
      for (let r = whole; r < count; r++) {
        let seen = 0;
        // The length of a pass that is not known can only be found by reading it.
        const known = whole > 0 || cardinality !== null;
        for await (const element of upstream.open([...path, r], known ? left : 0)) {
          seen++;
          if (!known && left > 0) left--;
          else yield element;
        }
        if (known) left = 0;
        else if (seen === 0) return; // an empty pass, repeated without end, would never give anything
        if (known && cardinality === 0) return;
      }
    },
  };
}

/** Groups of `size` elements as one element. */
export function batchStage<T, R>(
  upstream: Stage<T>,
  size: number,
  dropRemainder: boolean,
  padding: Padding | null,
  owner: string,
): Stage<R> {
  const counted = (length: number): number => (dropRemainder ? Math.floor(length / size) : Math.ceil(length / size));
  const put = (elements: readonly unknown[]): R => collate(elements, owner, padding) as R;
  const access = accessOf(upstream);
  if (access !== null) {
    return indexedStage(counted(upstream.cardinality ?? 0), (path) => {
      const source = access(path);
      return {
        length: counted(source.length),
        at: (index) => {
          const stop = Math.min((index + 1) * size, source.length);
          const elements: Awaitable<T>[] = [];
          for (let i = index * size; i < stop; i++) elements.push(source.at(i));
          return elements.some(isPromise) ? Promise.all(elements).then(put) : put(elements);
        },
      };
    });
  }
  return {
    cardinality: upstream.cardinality === null ? null : counted(upstream.cardinality),
    async *open(path, skip) {
      let elements: T[] = [];
      for await (const element of upstream.open(path, skip * size)) {
        elements.push(element);
        if (elements.length < size) continue;
        yield put(elements);
        elements = [];
      }
      if (elements.length > 0 && !dropRemainder) yield put(elements);
    },
  };
}

/** The rows of each element as elements. */
export function unbatchStage<T, R>(upstream: Stage<T>): Stage<R> {
  return streamStage(null, async function* (path) {
    for await (const element of upstream.open(path, 0)) {
      const rows = slicesOf(element, 'Dataset.unbatch');
      for (let i = 0; i < rows.length; i++) yield rows.at(i) as R;
    }
  });
}

/** Elements that are made before they are asked for. */
export function prefetchStage<T>(upstream: Stage<T>, size: number): Stage<T> {
  return {
    cardinality: upstream.cardinality,
    open: (path, skip) => readAhead(upstream.open(path, skip), size),
    ...(upstream.indexed === undefined ? {} : { indexed: (path: Path) => upstream.indexed!(path) }),
  };
}

/** Elements of the first pass are kept in memory; later passes give those. */
export function cacheStage<T>(upstream: Stage<T>): Stage<T> {
  const access = accessOf(upstream);
  if (access !== null && upstream.cardinality !== Infinity) {
    let first: { readonly source: Indexed<T>; readonly kept: Map<number, Awaitable<T>> } | null = null;
    return indexedStage(upstream.cardinality ?? 0, (path) => {
      first ??= { source: access(path), kept: new Map() };
      const { source, kept } = first;
      return {
        length: source.length,
        at: (index) => {
          if (kept.has(index)) return kept.get(index)!;
          const element = source.at(index);
          kept.set(index, element);
          if (isPromise(element)) {
            element.then(
              (value) => kept.set(index, value),
              () => kept.delete(index), // an element that failed is made anew when it is asked for again
            );
          }
          return element;
        },
      };
    });
  }
  let whole: readonly T[] | null = null;
  return {
    cardinality: upstream.cardinality,
    async *open(path, skip) {
      if (whole !== null) {
        yield* whole.slice(skip);
        return;
      }
      const elements: T[] = [];
      for await (const element of upstream.open(path, 0)) {
        elements.push(element);
        if (elements.length > skip) yield element;
      }
      whole ??= elements;
    },
  };
}

/** @file Shuffles with a buffer: seeded by the pass, so that the same pass can be opened again. */
import { MersenneTwister } from '../../random/mersenne_twister.js';
import type { Path, Stage } from './stage.js';
import { indexedStage, streamStage } from './stage.js';

/** Options of `shuffle(bufferSize, options)`. */
export interface ShuffleOptions {
  /** A whole number. The same seed gives the same orders, pass by pass. Default: drawn from the process's generator. */
  readonly seed?: number | null;
  /** Whether each pass has an order of its own. Default true. */
  readonly reshuffleEachIteration?: boolean;
}

function drawer(seed: number, path: Path): (n: number) => number {
  const twister = new MersenneTwister();
  twister.seedByArray([seed, ...path]);
  return (n) => twister.randint(0, n - 1);
}

/** The indices from 0 in shuffled order: one after the other is drawn from a buffer, which the next index refills. */
function* shuffledIndices(length: number, size: number, draw: (n: number) => number): Generator<number, void, void> {
  const buffer: number[] = [];
  let next = 0;
  for (;;) {
    while (buffer.length < size && next < length) buffer.push(next++);
    if (buffer.length === 0) return;
    const i = draw(buffer.length);
    const index = buffer[i];
    if (next < length) buffer[i] = next++;
    else {
      buffer[i] = buffer[buffer.length - 1];
      buffer.pop();
    }
    yield index;
  }
}

async function* shuffledElements<T>(
  source: AsyncGenerator<T, void, void>,
  size: number,
  draw: (n: number) => number,
): AsyncGenerator<T, void, void> {
  const buffer: T[] = [];
  try {
    for (;;) {
      const { done, value } = await source.next();
      if (done === true) break;
      if (buffer.length < size) {
        buffer.push(value);
        continue;
      }
      const i = draw(size);
      const element = buffer[i];
      buffer[i] = value;
      yield element;
    }
    while (buffer.length > 0) {
      const i = draw(buffer.length);
      const element = buffer[i];
      buffer[i] = buffer[buffer.length - 1];
      buffer.pop();
      yield element;
    }
  } finally {
    await source.return();
  }
}

/**
 * A stage in shuffled order. Where the stage has random access only indices wait in the buffer: an element is made when it is
 * given out.
 */
export function shuffleStage<T>(upstream: Stage<T>, size: number, seed: number, reshuffle: boolean): Stage<T> {
  const drawFor = (path: Path): ((n: number) => number) => drawer(seed, reshuffle ? path : []);
  const { cardinality } = upstream;
  if (upstream.indexed !== undefined && cardinality !== null && cardinality !== Infinity) {
    return indexedStage(cardinality, (path) => {
      const elements = upstream.indexed!(path);
      const order = Float64Array.from(shuffledIndices(elements.length, size, drawFor(path)));
      return { length: elements.length, at: (i) => elements.at(order[i]) };
    });
  }
  if (upstream.indexed === undefined)
    return streamStage(cardinality, (path) => shuffledElements(upstream.open(path, 0), size, drawFor(path)));
  // Without end: the indices are drawn as they are needed, and elements that are skipped are not made.
  return {
    cardinality,
    async *open(path, skip) {
      const elements = upstream.indexed!(path);
      let left = skip;
      for (const index of shuffledIndices(elements.length, size, drawFor(path))) {
        if (left > 0) left--;
        else yield await elements.at(index);
      }
    },
  };
}

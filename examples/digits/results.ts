/** @file What the model said of each test image, in a form that is easy to draw. */

/** One image, what it is and what the model took it for. */
export interface Reading {
  /** Ink from 0 to 16, row by row. */
  readonly pixels: readonly number[];
  readonly truth: number;
  readonly guess: number;
  /** The model's probability of each class. */
  readonly probabilities: readonly number[];
}

type Numbers = ArrayLike<number | bigint>;

/**
 * Put together images `[n, 8, 8]`, labels `[n]` and probabilities `[n, classes]`, all as flat arrays.
 *
 * @returns One reading an image, in the same order.
 */
export function readings(images: Numbers, labels: Numbers, probabilities: Numbers): Reading[] {
  const count = labels.length;
  const row = (data: Numbers, index: number): number[] => {
    const size = data.length / count;
    return Array.from({ length: size }, (_, place) => Number(data[index * size + place]));
  };
  return Array.from({ length: count }, (_, index) => {
    const chances = row(probabilities, index);
    return {
      pixels: row(images, index),
      truth: Number(labels[index]),
      guess: chances.indexOf(Math.max(...chances)),
      probabilities: chances,
    };
  });
}

/** Whether the model read the image right. */
export function isRight({ truth, guess }: Reading): boolean {
  return truth === guess;
}

/** How often each class (row) was taken for each class (column). */
export function confusionMatrix(results: readonly Reading[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { truth, guess } of results) counts[truth][guess]++;
  return counts;
}

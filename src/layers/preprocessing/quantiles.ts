/**
 * @file Summaries of many numbers from which their quantiles can be read: some of the numbers in ascending order, each with how many it
 * stands for. Two of them merge into one of the same precision. Numbers are rounded where Keras's are.
 */

/** Some numbers of a set, ascending, and how many each of them stands for. */
export interface Summary {
  readonly values: Float32Array;
  readonly weights: Float32Array;
}

export const EMPTY: Summary = { values: new Float32Array(0), weights: new Float32Array(0) };

/** The summary of numbers in any order, of about 1 / epsilon values. */
export function summarize(numbers: ArrayLike<number>, epsilon: number): Summary {
  const sorted = Float32Array.from(numbers).sort();
  const step = Math.max(sorted.length / (1 / epsilon), 1);
  const stride = Math.trunc(step);
  const values: number[] = [];
  for (let i = Math.trunc(step - 1); i < sorted.length; i += stride) values.push(sorted[i]);
  return { values: Float32Array.from(values), weights: new Float32Array(values.length).fill(step) };
}

/** The summary of two sets together. */
export function mergeSummaries(a: Summary, b: Summary, epsilon: number): Summary {
  const values = [...a.values, ...b.values];
  const weights = [...a.weights, ...b.weights];
  const order = values.map((_, i) => i).sort((i, k) => compare(values[i], values[k]) || i - k);
  const merged = {
    values: Float32Array.from(order, (i) => values[i]),
    weights: Float32Array.from(order, (i) => weights[i]),
  };
  return compress(merged, epsilon);
}

/** What separates `numBins` bins of equally many numbers. */
export function binBoundaries(summary: Summary, numBins: number): number[] {
  return Array.from(compress(summary, 1 / numBins).values.slice(0, -1));
}

// NaN is the largest, as in NumPy's order.
const compare = (a: number, b: number): number =>
  Number.isNaN(a) ? (Number.isNaN(b) ? 0 : 1) : Number.isNaN(b) ? -1 : a - b;

/** A summary of about 1 / epsilon values; as it is if it has no more. */
function compress(summary: Summary, epsilon: number): Summary {
  const { values, weights } = summary;
  if (values.length * epsilon < 1) return summary;
  const reached = new Float32Array(weights.length);
  let total = 0;
  weights.forEach((weight, i) => (reached[i] = total = Math.fround(total + weight)));
  const shares = reached.map((x) => x / total);
  const wanted = Array.from({ length: Math.ceil(1 / epsilon) }, (_, i) => epsilon + i * epsilon);
  const cumulative = wanted.map((share) => interpolate(share, shares, reached));
  return {
    values: Float32Array.from(wanted, (share) => interpolate(share, shares, values)),
    weights: Float32Array.from(cumulative, (x, i) => x - (i === 0 ? 0 : cumulative[i - 1])),
  };
}

/** Between points (x, y), x ascending, the straight line; outside, the y at the end. As `numpy.interp`. */
function interpolate(at: number, x: Float32Array, y: Float32Array): number {
  const last = x.length - 1;
  if (at < x[0]) return y[0];
  if (at > x[last]) return y[last];
  let [low, high] = [0, x.length]; // the last of the points that are not beyond `at`
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (x[middle] <= at) low = middle;
    else high = middle;
  }
  if (low === last || x[low] === at) return y[low];
  return ((y[low + 1] - y[low]) / (x[low + 1] - x[low])) * (at - x[low]) + y[low];
}

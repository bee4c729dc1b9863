/**
 * @file Pictures read between their pixels as `scipy.ndimage.affine_transform` reads them, which Keras 2's generator of images is built on:
 * splines of order 0 to 5 in float64. `ops.image.affineTransform` follows JAX, which knows orders 0 and 1 only, blends the border with the
 * constant, and repeats a picture with another period.
 *
 * @see Unser, "Splines: a perfect fit for signal and image processing", IEEE Signal Processing Magazine 16 (1999)
 */
import { describe } from '../../../core/describe.js';
import { ValueError } from '../../../core/errors.js';

/**
 * What stands beyond the borders of abcd: `'constant'`: `cval` | abcd | `cval`; `'nearest'`: aaaa | abcd | dddd; `'reflect'`: dcba | abcd |
 * dcba; `'mirror'`: dcb | abcd | cba; `'wrap'`: the picture again, its last pixel on its first.
 */
export type LegacyFillMode = 'constant' | 'nearest' | 'reflect' | 'mirror' | 'wrap';

const FILL_MODES: readonly LegacyFillMode[] = ['constant', 'nearest', 'reflect', 'mirror', 'wrap'];

/** @throws {ValueError} There is no such mode. */
export function requireLegacyFillMode(owner: string, mode: unknown): LegacyFillMode {
  if (FILL_MODES.includes(mode as LegacyFillMode)) return mode as LegacyFillMode;
  throw new ValueError(`${owner}: fillMode=${describe(mode)}. Expected ${FILL_MODES.map((m) => `'${m}'`).join(', ')}.`);
}

/** @throws {ValueError} There are no splines of this order. */
export function requireSplineOrder(owner: string, name: string, order: unknown): number {
  if (Number.isInteger(order) && (order as number) >= 0 && (order as number) <= 5) return order as number;
  throw new ValueError(
    `${owner}: ${name}=${describe(order)}. Expected 0 (nearest), 1 (linear), or a spline of 2 to 5.`,
  );
}

/** A coordinate as one within the picture; −1 or less: it is outside, and the constant stands there. */
function within(at: number, size: number, mode: LegacyFillMode): number {
  const last = size - 1;
  if (at >= 0 && at <= last) return at;
  if (mode === 'constant') return -1;
  if (mode === 'nearest') return at < 0 ? 0 : last;
  if (size === 1) return 0;
  switch (mode) {
    case 'mirror': {
      const period = 2 * last;
      const rest = at - period * Math.floor(at / period);
      return Math.min(rest, period - rest);
    }
    case 'reflect': {
      const period = 2 * size;
      const rest = at - period * Math.floor(at / period);
      // Between the last pixel and its twin all is one value: the twin's side is as good.
      return rest > last + 0.5 ? Math.max(period - 1 - rest, -1 + 1e-15) : rest;
    }
    case 'wrap':
      return at < 0 ? at + last * (Math.trunc(-at / last) + 1) : at - last * Math.trunc(at / last);
    default:
      return mode satisfies never;
  }
}

/** Where filters reach over the border, the pixels of splines are continued so. */
const continuation = (mode: LegacyFillMode): LegacyFillMode =>
  mode === 'constant' || mode === 'wrap' ? 'mirror' : mode;

/** The roots within the unit circle of the polynomial that the samples of a B-spline are. */
const POLES: Readonly<Record<number, readonly number[]>> = {
  2: [Math.sqrt(8) - 3],
  3: [Math.sqrt(3) - 2],
  4: [Math.sqrt(664 - Math.sqrt(438976)) + Math.sqrt(304) - 19, Math.sqrt(664 + Math.sqrt(438976)) - Math.sqrt(304) - 19],
  5: [
    Math.sqrt(67.5 - Math.sqrt(4436.25)) + Math.sqrt(26.25) - 6.5,
    Math.sqrt(67.5 + Math.sqrt(4436.25)) - Math.sqrt(26.25) - 6.5,
  ],
}; // prettier-ignore

/** The coefficients of the spline through numbers, in their place: a recursive filter there and back for each pole. */
function filterLine(c: Float64Array, poles: readonly number[], mirrored: boolean): void {
  const n = c.length;
  if (n < 2) return;
  const gain = poles.reduce((product, z) => product * (1 - z) * (1 - 1 / z), 1);
  for (let i = 0; i < n; i++) c[i] *= gain;
  for (const z of poles) {
    // The sum over all that was before the first number, which is a continuation of the line.
    let power = z;
    if (mirrored) {
      const around = z ** (n - 1);
      let sum = c[0] + around * c[n - 1];
      for (let i = 1; i < n - 1; i++, power *= z) sum += power * (c[i] + around * c[n - 1 - i]);
      c[0] = sum / (1 - around * around);
    } else {
      const around = z ** n;
      let sum = c[0] + around * c[n - 1];
      // SciPy sums up where the first number was, which at the end it reads again. Lines of a few numbers feel it, and so they do here.
      for (let i = 1; i < n; i++, power *= z) sum += power * (c[i] + around * (i < n - 1 ? c[n - 1 - i] : sum));
      c[0] += (sum * z) / (1 - around * around);
    }
    for (let i = 1; i < n; i++) c[i] += z * c[i - 1];
    c[n - 1] = mirrored ? ((z * c[n - 2] + c[n - 1]) * z) / (z * z - 1) : (c[n - 1] * z) / (z - 1);
    for (let i = n - 2; i >= 0; i--) c[i] = z * (c[i + 1] - c[i]);
  }
}

/**
 * The parts of the pixels around in a value, by the recursion of Cox and de Boor over the orders.
 *
 * @param f How far the value lies behind a knot, in [0, 1).
 */
function splineWeights(f: number, order: number, weights: Float64Array): void {
  weights[0] = 1;
  for (let degree = 1; degree <= order; degree++) {
    let carried = 0;
    for (let k = 0; k < degree; k++) {
      const share = weights[k] / degree;
      weights[k] = carried + (k + 1 - f) * share;
      carried = (f + degree - k - 1) * share;
    }
    weights[degree] = carried;
  }
}

/** A picture of one channel, row by row. */
export interface Plane {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** How many pixels are put around a picture whose last ones go on, so that its spline knows of them. */
const MARGIN = 12;

/** The picture with its border pixels repeated around. */
function widened({ rows, columns, data }: Plane): Plane {
  const [height, width] = [rows + 2 * MARGIN, columns + 2 * MARGIN];
  const wide = new Float64Array(height * width);
  const inside = (at: number, size: number): number => Math.min(size - 1, Math.max(0, at - MARGIN));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) wide[y * width + x] = data[inside(y, rows) * columns + inside(x, columns)];
  return { rows: height, columns: width, data: wide };
}

/** The coefficients of the spline through all pixels. */
function coefficients({ rows, columns, data }: Plane, order: number, mode: LegacyFillMode): Plane {
  const mirrored = continuation(mode) === 'mirror';
  const out = Float64Array.from(data);
  const line = new Float64Array(rows);
  for (let x = 0; x < columns; x++) {
    for (let y = 0; y < rows; y++) line[y] = out[y * columns + x];
    filterLine(line, POLES[order], mirrored);
    for (let y = 0; y < rows; y++) out[y * columns + x] = line[y];
  }
  for (let y = 0; y < rows; y++) filterLine(out.subarray(y * columns, (y + 1) * columns), POLES[order], mirrored);
  return { rows, columns, data: out };
}

/** The pixels that have a part in a value along one axis: their places and weights. */
interface Taps {
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

/** @returns False: the coordinate lies outside. */
function findTaps(given: number, size: number, order: number, mode: LegacyFillMode, taps: Taps): boolean {
  const at = within(given, size, mode);
  if (at <= -1 || Number.isNaN(at)) return false;
  // Knots lie at the pixels, or of even orders between them.
  const knot = order % 2 === 1 ? at : at + 0.5;
  const before = Math.floor(knot);
  const start = before - Math.floor(order / 2);
  splineWeights(knot - before, order, taps.weights);
  for (let k = 0; k <= order; k++) {
    const place = start + k;
    taps.places[k] = place >= 0 && place < size ? place : Math.round(within(place, size, continuation(mode)));
  }
  return true;
}

/** How places of the result are places of the picture. */
export interface PlaneMap {
  /** [[a, b], [c, d]]: row = a·y + b·x + offset, column = c·y + d·x + offset. */
  readonly matrix: readonly [readonly [number, number], readonly [number, number]];
  /** For rows, and for columns. */
  readonly offset: readonly [number, number];
}

/**
 * A picture seen through an affine map.
 *
 * @param planes Its channels, all of one size.
 * @param cval What stands beyond the borders with `'constant'`.
 * @returns The channels, of the same size.
 */
export function mapPlanes(
  planes: readonly Plane[],
  { matrix, offset }: PlaneMap,
  order: number,
  mode: LegacyFillMode,
  cval: number,
): Float64Array[] {
  const [{ rows, columns }] = planes;
  const margin = order > 1 && mode === 'nearest' ? MARGIN : 0;
  const sources = order > 1 ? planes.map((p) => coefficients(margin > 0 ? widened(p) : p, order, mode)) : planes;
  const [{ rows: height, columns: width }] = sources;
  const results = planes.map(() => new Float64Array(rows * columns));
  const make = (): Taps => ({ places: new Int32Array(order + 1), weights: new Float64Array(order + 1) });
  const [down, across] = [make(), make()];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      const row = offset[0] + matrix[0][0] * y + matrix[0][1] * x + margin;
      const column = offset[1] + matrix[1][0] * y + matrix[1][1] * x + margin;
      const inside = findTaps(row, height, order, mode, down) && findTaps(column, width, order, mode, across);
      for (let c = 0; c < results.length; c++) {
        let sum = inside ? 0 : cval;
        if (inside) {
          const { data } = sources[c];
          for (let i = 0; i <= order; i++) {
            const from = down.places[i] * width;
            for (let j = 0; j <= order; j++)
              sum += data[from + across.places[j]] * (down.weights[i] * across.weights[j]);
          }
        }
        results[c][y * columns + x] = sum;
      }
    }
  return results;
}

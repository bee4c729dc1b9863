/** @file Random orthogonal matrices. */
import { checkedOptions } from '../core/arguments.js';
import type { DType } from '../core/dtype.js';
import { refuseUnknownOptions, ValueError } from '../core/errors.js';
import type { Config } from '../core/serialization.js';
import type { Shape } from '../core/shape.js';
import { formatShape, sizeOf } from '../core/shape.js';
import * as random from '../random/index.js';
import type { Tensor } from '../runtime/index.js';
import { tensor, withTrace } from '../runtime/index.js';
import type { RandomInitializerOptions } from './initializer.js';
import { RandomInitializer } from './initializer.js';

/** Columns that are taken off together: each element of the column at hand is read once for all of them. */
const TOGETHER = 4;

/** Take off a vector what it has of `count` columns of a matrix whose columns lie one after another. */
function takeOff(v: Float64Array, q: Float64Array, count: number): void {
  const rows = v.length;
  let k = 0;
  for (; k + TOGETHER <= count; k += TOGETHER) {
    const [a, b, c, d] = [k * rows, (k + 1) * rows, (k + 2) * rows, (k + 3) * rows];
    let [x, y, z, w] = [0, 0, 0, 0];
    for (let i = 0; i < rows; i++) {
      const own = v[i];
      x += q[a + i] * own;
      y += q[b + i] * own;
      z += q[c + i] * own;
      w += q[d + i] * own;
    }
    for (let i = 0; i < rows; i++) v[i] -= x * q[a + i] + y * q[b + i] + (z * q[c + i] + w * q[d + i]);
  }
  for (; k < count; k++) {
    const from = k * rows;
    let x = 0;
    for (let i = 0; i < rows; i++) x += q[from + i] * v[i];
    for (let i = 0; i < rows; i++) v[i] -= x * q[from + i];
  }
}

function norm(v: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i] * v[i];
  return Math.sqrt(sum);
}

/**
 * The orthogonal factor of a tall matrix (rows × columns, row-major) whose triangular factor has a positive diagonal, column after
 * column: Gram-Schmidt. A column of which most is taken off loses digits, so it is done once more: "twice is enough".
 *
 * @returns The factor's columns, one after another.
 * @see Giraud et al., "The loss of orthogonality in the Gram-Schmidt process" (2005)
 */
function orthogonalFactor(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const q = new Float64Array(rows * columns);
  for (let j = 0; j < columns; j++) {
    const v = q.subarray(j * rows, (j + 1) * rows);
    for (let i = 0; i < rows; i++) v[i] = matrix[i * columns + j];
    const before = norm(v);
    takeOff(v, q, j);
    if (norm(v) < 0.1 * before) takeOff(v, q, j);
    const length = norm(v);
    for (let i = 0; i < rows; i++) v[i] /= length;
  }
  return q;
}

/** Options of `Orthogonal`. */
export interface OrthogonalOptions extends RandomInitializerOptions {
  /** Default 1. */
  readonly gain?: number;
}

/**
 * A random orthogonal matrix times a factor; of a weight with more axes, all but the last are taken together.
 *
 * @param gain The factor; may stand in `options`. Default 1.
 * @param options See {@link OrthogonalOptions}.
 * @throws {ValueError} When it is called: the shape has less than two axes.
 * @see `keras.initializers.Orthogonal`; Saxe et al. (2014)
 * @example
 * new initializers.Orthogonal({ seed: 1 })([3, 2]).shape // [3, 2]
 */
export class Orthogonal extends RandomInitializer {
  static readonly positional = [];
  readonly gain: number;
  constructor(gain: number, options?: OrthogonalOptions);
  constructor(options?: OrthogonalOptions);
  constructor(first?: OrthogonalOptions | number, ..._more: unknown[]) {
    const options = checkedOptions<OrthogonalOptions>(new.target, first, arguments, 0);
    const { gain = 1, seed, ...rest } = options;
    super({ seed }, 'Orthogonal');
    refuseUnknownOptions('Orthogonal', rest, ['gain', 'seed']);
    this.gain = gain;
  }

  /**
   * @throws {ValueError} The shape has fewer than two axes.
   * @throws {RuntimeError} It is traced and the seed is a SeedGenerator: the factor is computed of numbers.
   */
  override call(shape: Shape, { dtype }: { readonly dtype: DType }): Tensor {
    if (shape.length < 2)
      throw new ValueError(`Orthogonal: shape ${formatShape(shape)}. Expected at least two dimensions.`);
    const columns = shape[shape.length - 1];
    const rows = sizeOf(shape.slice(0, -1));
    const [tall, narrow] = [Math.max(rows, columns), Math.min(rows, columns)];
    const draw = (): Tensor => random.normal([tall, narrow], { seed: this.seed, dtype });
    // What a number seeds is the same whenever it is drawn, so that a trace may take it as a constant.
    const drawn = typeof this.seed === 'number' ? withTrace(null, draw) : draw();
    const q = orthogonalFactor(drawn.ndarray.data, tall, narrow);
    const data = new Float64Array(rows * columns);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        data[i * columns + j] = this.gain * (rows < columns ? q[i * tall + j] : q[j * tall + i]);
    return tensor(data, shape, dtype);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), gain: this.gain };
  }
}

/** @file Random orthogonal matrices. */
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

/**
 * The orthogonal factor of a tall matrix (rows × columns, row-major) whose triangular factor has a positive diagonal: Gram-Schmidt,
 * run twice over each column for accuracy. @see Giraud et al., "The loss of orthogonality in the Gram-Schmidt process" (2005)
 */
function orthogonalFactor(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const q = Float64Array.from(matrix);
  for (let j = 0; j < columns; j++) {
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < j; k++) {
        let dot = 0;
        for (let i = 0; i < rows; i++) dot += q[i * columns + k] * q[i * columns + j];
        for (let i = 0; i < rows; i++) q[i * columns + j] -= dot * q[i * columns + k];
      }
    }
    let norm = 0;
    for (let i = 0; i < rows; i++) norm += q[i * columns + j] ** 2;
    norm = Math.sqrt(norm);
    for (let i = 0; i < rows; i++) q[i * columns + j] /= norm;
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
 * @see `keras.initializers.Orthogonal`; Saxe et al. (2014)
 */
export class Orthogonal extends RandomInitializer {
  static readonly positional = [];
  readonly gain: number;
  constructor(options: OrthogonalOptions = {}) {
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
        data[i * columns + j] = this.gain * (rows < columns ? q[j * narrow + i] : q[i * narrow + j]);
    return tensor(data, shape, dtype);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), gain: this.gain };
  }
}
